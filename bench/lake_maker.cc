#include "lake_maker.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "base/hash.h"
#include "lake/durable.h"
#include "table_copy.h"
#include "timeline/catalogue.h"

namespace yijian::bench {
namespace {

namespace fs = std::filesystem;
using lake::Connection;
using lake::Quote;
using timeline::FieldInfo;
using timeline::Kind;
using timeline::Storage;

constexpr int kBuckets = 64;
constexpr int kSeed = 1;
constexpr int64_t kLinesPerFile = 2'000'000;
constexpr double kLinesPerPerson = 88.6;
constexpr const char* kWrittenBy = "own writer";  // another writer's lake is another lake
constexpr const char* kRecipe[] = {"codes.sql", "persons.sql", "visits.sql", "lines.sql", "rest.sql", "menu.csv"};
constexpr Kind kKinds[] = {Kind::kPerson,    Kind::kVisit,     Kind::kSettlement,
                           Kind::kDiagnosis, Kind::kOperation, Kind::kLine};

std::string N(int64_t n) { return std::to_string(n); }

std::string SourcePath(const std::string& below) { return std::string(YIJIAN_SOURCE_DIR) + "/" + below; }

class Maker {
 public:
  Maker(lake::Lake lake, Connection connection, std::string staging, int64_t lines)
      : lake_(std::move(lake)), connection_(std::move(connection)), staging_(std::move(staging)), lines_(lines) {}

  Result<lake::Manifest> Run(const Tell& tell) {
    TRY(Start());
    int files = static_cast<int>(std::clamp<int64_t>(lines_ / kLinesPerFile, 1, kBuckets));
    for (int file = 0; file < files; file++) {
      int from = kBuckets * file / files, until = kBuckets * (file + 1) / files;
      tell("making the lake: buckets " + N(from) + " to " + N(until - 1) + " of " + N(kBuckets));
      TRY(Set("bucket_from", N(from)));
      TRY(Set("bucket_until", N(until)));
      TRY(Set("line_base", N(line_base_)));
      for (const char* part : {"visits.sql", "lines.sql", "rest.sql"}) TRY(RunFile(part));
      line_base_ += TRY(connection_.QueryInt("SELECT count(*) FROM fee_line"));
      for (Kind kind : kKinds) TRY(WriteTable(kind, file));
    }
    TRY(WriteDictionary());
    return manifest_;
  }

 private:
  Status Set(const std::string& variable, const std::string& value) {
    return connection_.Execute("SET VARIABLE " + variable + " = " + value);
  }

  Status RunFile(const std::string& file) {
    std::string path = SourcePath("bench/lake/" + file);
    return connection_.Execute(TRY(lake::ReadWhole(path))).While("running " + path);
  }

  Status Start() {
    TRY(Set("knowledge", Quote(SourcePath("rules/knowledge"))));
    TRY(Set("menu", Quote(SourcePath("bench/lake/menu.csv"))));
    TRY(Set("seed", N(kSeed)));
    TRY(Set("buckets", N(kBuckets)));
    TRY(Set("persons", N(std::max<int64_t>(1, static_cast<int64_t>(lines_ / kLinesPerPerson)))));
    TRY(RunFile("codes.sql"));
    TRY(RunFile("persons.sql"));
    TRY(connection_.Execute("CREATE TABLE code (id INTEGER, code VARCHAR PRIMARY KEY)"));
    manifest_.batch = "city";
    manifest_.ordinal = 1;
    manifest_.mapping = "bench";
    manifest_.created = "2027-01-01 00:00:00";
    return {};
  }

  Result<std::set<std::string>> ColumnsOf(const std::string& table) {
    lake::QueryResult rows = TRY(connection_.Query("SELECT column_name FROM (DESCRIBE " + table + ")"));
    std::set<std::string> columns;
    for (size_t row = 0; row < rows.rows(); row++) columns.insert(rows.Text(row, 0));
    return columns;
  }

  // Numbers the codes of a column that no earlier row brought.
  Status AddCodes(const std::string& table, const std::string& column) {
    return connection_.Execute(
        "INSERT INTO code SELECT (SELECT count(*) FROM code) + row_number() OVER (ORDER BY c), c"
        " FROM (SELECT DISTINCT " +
        column + " AS c FROM " + table + ") WHERE c IS NOT NULL AND c NOT IN (SELECT code FROM code)");
  }

  Status WriteTable(Kind kind, int file) {
    std::string table(timeline::InfoOf(kind).table);
    std::set<std::string> columns = TRY(ColumnsOf(table));
    std::string select = "bucket, psn_key, row_id, live";
    std::string joins;
    auto take = [&](const std::string& column) {
      if (columns.contains(column)) select += ", t." + column;
    };
    if (kind != Kind::kVisit) take("mdtrt_key");
    for (const FieldInfo& field : timeline::Fields(kind)) {
      std::string column(field.column);
      if (column == "psn_key" || !columns.contains(column)) continue;
      take(column);
      if (field.storage != Storage::kCodeId) continue;
      TRY(AddCodes(table, column));
      std::string code = "code_of_" + column;
      select += ", " + code + ".id AS " + column + "_id";
      joins += " LEFT JOIN code " + code + " ON " + code + ".code = t." + column;
    }
    if (kind == Kind::kVisit) take("psn_no");
    std::string_view time = timeline::InfoOf(kind).time;
    std::string order = "bucket, psn_key, ";
    if (!time.empty()) order += std::string(timeline::FindField(kind, time)->column) + ", ";
    std::string where;
    if (kind == Kind::kPerson) {
      where = " WHERE bucket >= getvariable('bucket_from') AND bucket < getvariable('bucket_until')";
    }
    std::string path = "data/" + table + "/city-" + N(file) + ".parquet";
    std::string real_path = staging_ + "/" + path;
    TRY(lake::MakeDirs(fs::path(real_path).parent_path()));
    TRY(CopyTo(real_path,
               "SELECT " + select + " FROM " + table + " t" + joins + where + " ORDER BY " + order + "row_id",
               connection_));
    manifest_.files.push_back(TRY(lake::DescribeFile(connection_, table, path, real_path)));
    manifest_.tables[table].read += manifest_.files.back().rows;
    manifest_.tables[table].taken += manifest_.files.back().rows;
    return {};
  }

  Status WriteDictionary() {
    manifest_.dictionary = "dictionary/city.parquet";
    TRY(lake::MakeDirs(staging_ + "/dictionary"));
    return CopyTo(staging_ + "/" + manifest_.dictionary,
                  "SELECT id, code, i.name FROM code LEFT JOIN item i ON hilist_code = code ORDER BY id", connection_);
  }

  lake::Lake lake_;
  Connection connection_;
  std::string staging_;
  int64_t lines_;
  int64_t line_base_ = 0;
  lake::Manifest manifest_;
};

}  // namespace

Result<std::string> LakeDir(const std::string& parent, double millions) {
  std::string recipe = kWrittenBy;
  for (const char* file : kRecipe) {
    recipe += TRY(lake::ReadWhole(SourcePath(std::string("bench/lake/") + file)));
  }
  std::ostringstream name;
  name << parent << "/lake-" << millions << "M-" << HexOf(KeyOf(recipe)).substr(0, 6);
  return name.str();
}

Result<lake::Lake> MakeLake(const std::string& dir, int64_t lines, const Tell& tell) {
  if (Result<lake::Lake> made = lake::Lake::Open(dir)) {
    if (!TRY(made->LiveBatches()).empty()) return made;
  }
  TRY(lake::RemoveTree(dir));
  TRY(lake::MakeDirs(dir));
  lake::Lake lake = TRY(lake::Lake::Create(dir, kBuckets));
  lake::WriteLock lock = TRY(lake.LockForWriting("bench"));
  std::string staging = TRY(lake.NewStaging(lock));
  Connection connection =
      TRY(lake::OpenConnection({.memory_limit_mb = 6000, .temp_dir = (fs::path(dir) / "spill").string()}));
  lake::Manifest manifest = TRY(Maker(lake, std::move(connection), staging, lines).Run(tell));
  TRY(lake.CommitBatch(lock, std::move(manifest), staging));
  return lake;
}

}  // namespace yijian::bench
