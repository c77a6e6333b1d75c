// Only for tests: values out of results, and a folder that goes away.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"
#include "lake/lake.h"

namespace yijian::lake {

// The value, or the end of the test program with the error's message.
template <typename T>
T Must(Result<T> result) {
  if (!result) std::fprintf(stderr, "Must: %s\n", result.error().message.c_str());
  CHECK(result.has_value());
  return std::move(*result);
}

inline void Must(const Status& status) {
  if (!status) std::fprintf(stderr, "Must: %s\n", status.error().message.c_str());
  CHECK(status.has_value());
}

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "yijian-lake-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// One table of a batch as a SELECT; written in the order the lake wants unless told otherwise.
struct TableSpec {
  std::string table;
  std::string select;
  std::string order = "bucket, psn_key, row_id";
};

// Commits a batch whose tables are made by SQL.
inline void AddBatch(const Lake& lake, const std::string& name, const std::vector<TableSpec>& tables,
                     std::string_view options = kParquetOptions) {
  WriteLock lock = Must(lake.LockForWriting("test"));
  std::string staging = Must(lake.NewStaging(lock));
  Connection connection = Must(OpenConnection({.threads = 1}));
  Manifest manifest{.batch = name, .ordinal = Must(lake.NextOrdinal()), .created = "2025-03-06 08:15:30"};
  namespace fs = std::filesystem;
  for (const TableSpec& spec : tables) {
    fs::path path = fs::path("data") / spec.table / name;
    path += "-" + std::to_string(manifest.files.size()) + ".parquet";
    fs::path staged = staging / path;
    fs::create_directories(staged.parent_path());
    std::string sql = "COPY (SELECT * FROM (" + spec.select;
    sql += ") ORDER BY " + spec.order;
    sql += ") TO " + Quote(staged.string());
    sql += " (" + std::string(options) + ")";
    Must(connection.Execute(sql));
    manifest.files.push_back(Must(DescribeFile(connection, spec.table, path.string(), staged.string())));
  }
  Must(lake.CommitBatch(lock, manifest, staging));
}

}  // namespace yijian::lake
