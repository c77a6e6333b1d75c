// The tables of this room, for store::Database::Migrate.
#pragma once

#include <vector>

#include "store/database.h"

namespace yijian::ledger {

std::vector<store::Migration> Migrations();

}  // namespace yijian::ledger
