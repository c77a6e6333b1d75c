#include "sql_rules.h"

#include "lake/durable.h"
#include "measure.h"
#include "pack/knowledge.h"

namespace yijian::bench {
namespace {

using lake::Quote;
using lake::QuoteName;
using pack::TableSpec;

std::string SourcePath(const std::string& below) { return std::string(YIJIAN_SOURCE_DIR) + "/" + below; }

std::string SqlType(lang::Type type) {
  switch (type) {
    case lang::Type::kMoney:
      return "DECIMAL(18,2)";
    case lang::Type::kNumber:
      return "DECIMAL(12,2)";
    case lang::Type::kBool:
      return "BOOLEAN";
    default:
      return "VARCHAR";
  }
}

// Keys that are words of the rule, not codes of the lake.
bool IsWord(const std::string& key) { return key == "approach_group"; }

// The table with every key spelled out: one row for each code (pair) of the lake that it speaks of,
// the longest key's.
std::string SpelledOut(const std::string& name, const TableSpec& spec) {
  std::string select, join, length, codes;
  for (const std::string& key : spec.keys) {
    std::string column = "k." + QuoteName(key);
    if (!length.empty()) length += " + ", codes += ", ";
    length += "length(" + column + ")";
    if (IsWord(key)) {
      select += column + ", ";
      codes += column;
      continue;
    }
    std::string code = "code_of_" + key;
    std::string is_level = key == "level" ? " AND length(" + code + ".code) = 2" : "";
    join += " JOIN code " + code + " ON " +
            (spec.prefix ? "starts_with(" + code + ".code, " + column + ")" : code + ".code = " + column) + is_level;
    select += code + ".code AS " + QuoteName(key) + ", ";
    codes += code + ".id";
  }
  for (const auto& [value, type] : spec.schema.values) {
    select += "k." + QuoteName(value) + "::" + SqlType(type) + " AS " + QuoteName(value) + ", ";
  }
  std::string files = lake::QuoteList(pack::FilesOf(SourcePath("rules/knowledge"), name));
  return "CREATE TABLE " + name + " AS SELECT " + select +
         "k.\"from\"::DATE AS valid_from, coalesce(k.area, '') AS area FROM (SELECT "
         "NULL::VARCHAR AS area WHERE false UNION ALL BY NAME SELECT * FROM read_csv(" +
         files + ", union_by_name = true, all_varchar = true)) k" + join + " QUALIFY row_number() OVER (PARTITION BY " +
         codes + " ORDER BY " + length + " DESC) = 1";
}

}  // namespace

Result<SqlRules> SqlRules::Open(const lake::Lake& lake, int threads) {
  SqlRules rules(lake, TRY(lake::OpenConnection({.threads = threads})));
  TRY(rules.MakeViews());
  TRY(rules.LoadKnowledge());
  return rules;
}

Status SqlRules::MakeViews() {
  for (const char* table : {"person", "visit", "settlement", "diagnosis", "operation", "fee_line"}) {
    TRY(connection_.Execute(std::string("CREATE VIEW ") + table + " AS SELECT * FROM " + TRY(lake_.TableSql(table))));
  }
  return connection_.Execute("CREATE TABLE code AS SELECT id, code FROM read_parquet(" +
                             Quote(lake_.PathOf("dictionary/*.parquet")) + ")");
}

Status SqlRules::LoadKnowledge() {
  lang::Diagnostics diagnostics;
  pack::Knowledge knowledge = pack::LoadKnowledge(SourcePath("rules/knowledge"), diagnostics);
  for (const auto& [name, spec] : knowledge.specs) {
    TRY(connection_.Execute(SpelledOut(name, spec)).While("loading knowledge table " + name));
  }
  return {};
}

Result<double> SqlRules::Run(const std::string& rule) {
  std::string path = SourcePath("bench/sql/" + rule + ".sql");
  std::string query = TRY(lake::ReadWhole(path));
  double start = Seconds();
  TRY(connection_.Execute("CREATE OR REPLACE TABLE " + QuoteName(rule) + " AS " + query).While("running " + path));
  double seconds = Seconds() - start;
  done_.push_back(rule);
  return seconds;
}

Result<Comparison> SqlRules::Compare(const std::string& rule, const std::string& run) {
  std::string dir = lake_.PathOf("findings/" + run);
  // The same row may be charged several times (overlaps): compare how often, and the money in all.
  std::string compared =
      "WITH e AS (SELECT r.row_id, count(*) AS times, sum(r.amount) AS amount FROM read_parquet(" +
      Quote(dir + "/rows-*.parquet") + ") r JOIN read_parquet(" + Quote(dir + "/findings-*.parquet") +
      ") f USING (finding_id) WHERE r.charged AND f.rule = " + Quote(rule) +
      " GROUP BY r.row_id), s AS (SELECT row_id, count(*) AS times, sum(amount) AS "
      "amount FROM " +
      QuoteName(rule) +
      " GROUP BY row_id) SELECT coalesce(sum(e.times), 0)::BIGINT, coalesce(sum(s.times), 0)::BIGINT,"
      " count(*) FILTER (s.times IS NULL OR e.times > s.times), count(*) FILTER (e.times IS NULL OR "
      "s.times > e.times), count(*) FILTER (abs(e.amount - s.amount) > 0.011 * e.times) FROM e FULL "
      "JOIN s USING (row_id)";
  lake::QueryResult row = TRY(connection_.Query(compared).While("comparing " + rule));
  return Comparison{row.Int(0, 0), row.Int(0, 1), row.Int(0, 2), row.Int(0, 3), row.Int(0, 4)};
}

Result<int64_t> SqlRules::LinesAccused() {
  std::string all;
  for (const std::string& rule : done_) {
    all += (all.empty() ? "" : " UNION ALL ") + ("SELECT row_id FROM " + QuoteName(rule));
  }
  // Lines have the lowest row_ids of the batch, below those of the other tables.
  return connection_.QueryInt("SELECT count(DISTINCT row_id) FROM (" + all + ") WHERE (row_id >> 36) & 15 = 0");
}

}  // namespace yijian::bench
