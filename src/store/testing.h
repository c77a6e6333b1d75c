// For tests of rooms that keep tables: each test runs on SQLite and on a real PostgreSQL.
//
//   class NotesTest : public store::BothDatabases {};
//   TEST_P(NotesTest, AreKept) { auto database = Make(Migrations()); ... }
//   YIJIAN_ON_BOTH_DATABASES(NotesTest);
//
// The PostgreSQL server is the one YIJIAN_TEST_POSTGRES names (`tools/with-postgres.sh ctest ...`), else one that
// tools/with-postgres.sh starts for this process and stops when it ends or dies. Every test gets a database of its own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "store/database.h"

namespace yijian::store {

inline const std::string& TestServerUrl() {
  static const std::string url = [] {
    if (const char* given = std::getenv("YIJIAN_TEST_POSTGRES")) return std::string(given);
    std::string command = std::string(YIJIAN_SOURCE_DIR) +
                          "/tools/with-postgres.sh sh -c 'echo \"$YIJIAN_TEST_POSTGRES\"; while kill -0 " +
                          std::to_string(getpid()) + " 2>/dev/null; do sleep 0.2; done'";
    FILE* server = popen(command.c_str(), "r");  // never closed: it ends after us
    CHECK(server != nullptr);
    std::array<char, 512> line{};
    CHECK(std::fgets(line.data(), line.size(), server) != nullptr);
    std::string said = line.data();
    return said.substr(0, said.find('\n'));
  }();
  return url;
}

// The URL of a new, empty database of the test server.
inline std::string NewPostgresUrl() {
  static int count = 0;
  std::string name = "test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  std::string server = TestServerUrl();
  std::string quiet = "psql -q \"" + server + "\" -c 'CREATE DATABASE " + name + "' >/dev/null";
  CHECK(std::system(quiet.c_str()) == 0);
  return server.replace(server.find("/postgres?"), 10, "/" + name + "?");
}

inline void DropPostgres(const std::string& url) {
  size_t begin = url.find("@/") + 2;
  std::string name = url.substr(begin, url.find('?') - begin);
  std::string quiet =
      "psql -q \"" + TestServerUrl() + "\" -c 'DROP DATABASE IF EXISTS " + name + " WITH (FORCE)' >/dev/null 2>&1";
  (void)!std::system(quiet.c_str());
}

class BothDatabases : public testing::TestWithParam<Dialect> {
 protected:
  BothDatabases() {
    std::string pattern = (std::filesystem::temp_directory_path() / "yijian-store-XXXXXX").string();
    CHECK(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~BothDatabases() override {
    for (const std::string& url : made_) DropPostgres(url);
    std::filesystem::remove_all(folder_);
  }

  // A new, empty place: two servers of one store open the same URL.
  std::string NewUrl() {
    if (GetParam() == Dialect::kSqlite) return "sqlite:" + folder_ + "/" + std::to_string(++count_) + ".db";
    made_.push_back(NewPostgresUrl());
    return made_.back();
  }
  std::unique_ptr<Database> OpenAt(const std::string& url, const std::vector<Migration>& migrations) {
    auto database = Database::Open(url);
    EXPECT_TRUE(database.has_value()) << database.error().message;
    CHECK(database.has_value());
    Status migrated = (*database)->Migrate(migrations);
    EXPECT_TRUE(migrated.has_value()) << (migrated.has_value() ? "" : migrated.error().message);
    return std::move(*database);
  }
  // A fresh store; url() names it.
  std::unique_ptr<Database> Make(const std::vector<Migration>& migrations) {
    url_ = NewUrl();
    return OpenAt(url_, migrations);
  }
  const std::string& url() const { return url_; }
  // A folder of this test.
  const std::string& folder() const { return folder_; }

 private:
  std::string folder_;
  std::string url_;
  std::vector<std::string> made_;
  int count_ = 0;
};

inline std::string NameOfDialect(const testing::TestParamInfo<Dialect>& info) {
  return info.param == Dialect::kSqlite ? "Sqlite" : "Postgres";
}

}  // namespace yijian::store

#define YIJIAN_ON_BOTH_DATABASES(suite)                                                                         \
  INSTANTIATE_TEST_SUITE_P(Both, suite,                                                                         \
                           testing::Values(yijian::store::Dialect::kSqlite, yijian::store::Dialect::kPostgres), \
                           yijian::store::NameOfDialect)
