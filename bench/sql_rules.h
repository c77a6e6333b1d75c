// The rules as an analyst would write them without us: one DuckDB query each, bench/sql/<RULE>.sql.
//
//   SqlRules sql = TRY(SqlRules::Open(lake, 2));
//   double seconds = TRY(sql.Run("P-007"));                          // CREATE TABLE "P-007" AS ...
//   Comparison with_engine = TRY(sql.Compare("P-007", lake, run));   // the same rows, the same
//   money?
//
// Given to SQL: the lake's tables as views (live rows), and the knowledge tables in memory, their
// prefixes already spelled out as the lake's codes. Making them is not timed. A query yields psn_key, mdtrt_key, row_id
// and amount of every charged row.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "lake/lake.h"

namespace yijian::bench {

struct Comparison {
  int64_t engine = 0;  // charged rows
  int64_t sql = 0;
  int64_t only_engine = 0;
  int64_t only_sql = 0;
  int64_t other_amount = 0;  // rows of both that differ by more than a fen
  bool same() const { return only_engine == 0 && only_sql == 0 && other_amount == 0; }
};

class SqlRules {
 public:
  static Result<SqlRules> Open(const lake::Lake& lake, int threads);

  Result<double> Run(const std::string& rule);
  // With the findings of an audit run of the same lake.
  Result<Comparison> Compare(const std::string& rule, const std::string& run);
  Result<int64_t> LinesAccused();  // different fee lines in the results of all rules run

 private:
  SqlRules(lake::Lake lake, lake::Connection connection) : lake_(std::move(lake)), connection_(std::move(connection)) {}
  Status MakeViews();
  Status LoadKnowledge();

  lake::Lake lake_;
  lake::Connection connection_;
  std::vector<std::string> done_;
};

}  // namespace yijian::bench
