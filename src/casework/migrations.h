// The tables of this room, for store::Database::Migrate.
#pragma once

#include <vector>

#include "store/database.h"

namespace yijian::casework {

std::vector<store::Migration> Migrations();

}  // namespace yijian::casework
