// A query's rows into a Parquet file as the product writes them: what a lake that intake made would hold.
//
// Types:   BOOLEAN, SMALLINT to BIGINT, DATE, TIMESTAMP, VARCHAR, and decimals that fit 18 digits with 2, 4 or 6
// places. Errors:  those of the query and the disk; kInvalidInput for another type.
#pragma once

#include <string>

#include "lake/database.h"

namespace yijian::bench {

Status CopyTo(const std::string& path, const std::string& sql, lake::Connection& connection);

}  // namespace yijian::bench
