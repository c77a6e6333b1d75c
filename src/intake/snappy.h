// Snappy's block format, writing side: what Parquet files compress their pages with.
//
//   std::string packed;
//   AppendSnappy(page, packed);
//
// Written here because the format is small (a length, literals, copies) and Debian's library would
// be one more thing to install. Any reader of Parquet undoes it; the test lets DuckDB do so.
// Threads: no shared state.
#pragma once

#include <string>
#include <string_view>

namespace yijian::intake {

// Appends the compressed form of `raw`. Caller guarantees raw.size() < 2^32.
void AppendSnappy(std::string_view raw, std::string& packed);

}  // namespace yijian::intake
