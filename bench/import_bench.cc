// How fast findings become suspects, clues and ledger entries, on both databases; and rows by COPY beside rows by
// prepared statements.
//
//   tools/with-postgres.sh build/release/bench/import_bench [thousand findings, default 200]
//
// Ten findings a clue, as in a city. PostgreSQL is the server that YIJIAN_TEST_POSTGRES names (with-postgres.sh starts
// one, without fsync); without it SQLite alone is measured. The two ways of rows are measured in turns, on one table.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "api/workbench.h"
#include "app/synthetic_run.h"
#include "base/clock.h"
#include "clue/import.h"
#include "ledger/report.h"
#include "measure.h"
#include "store/database.h"
#include "store/testing.h"

namespace yijian::bench {
namespace {

struct Import {
  double seconds = 0;
  int64_t clues = 0;
};

Result<Import> ImportInto(const std::string& url, int64_t findings) {
  auto database = TRY(store::Database::Open(url));
  TRY(database->Migrate(api::AllMigrations()));
  clue::Matters matters = TRY(clue::Matters::Load(std::string(YIJIAN_SOURCE_DIR) + "/rules/matters.csv"));
  app::SyntheticRun source(matters, findings, findings / 10);
  SystemClock clock;
  double began = Seconds();
  clue::ImportReport report = TRY(clue::ImportRun(*database, source, matters, {}, clock, {}));
  Import import{Seconds() - began, report.clues_opened};
  std::vector<std::string> problems =
      TRY(database->Read([](store::Session& session) { return clue::VerifyFindings(session); }));
  if (!problems.empty()) return InternalError("not reconciled: " + problems.front());
  return import;
}

// Rows like a charged line's: ids, a few texts, amounts, NULLs.
std::vector<store::Values> Rows(int64_t first, int64_t count) {
  std::vector<store::Values> rows;
  for (int64_t i = first; i < first + count; i++) {
    rows.push_back({i, i / 2, std::string("line"), i * 10, std::string("001204000060000"), std::string("静脉输液"),
                    i * 1000, std::string("2"), i % 3 == 0 ? store::Value() : store::Value(int64_t{1250}), i % 9973});
  }
  return rows;
}

struct Ways {
  double statements = 0;
  double copy = 0;
};

Result<Ways> CompareWays(const std::string& url, int64_t rows) {
  constexpr int64_t kBatch = 4000;
  auto database = TRY(store::Database::Open(url));
  TRY(database->RunScript(
      "CREATE TABLE bench_line (id BIGINT PRIMARY KEY, finding BIGINT, kind TEXT, row_id BIGINT, code TEXT, name TEXT, "
      "at BIGINT, cnt TEXT, pric BIGINT, fen BIGINT)"));
  const std::vector<std::string> columns{"id", "finding", "kind", "row_id", "code", "name", "at", "cnt", "pric", "fen"};
  Ways ways;
  for (int64_t at = 0; at < rows; at += kBatch) {
    bool copy = at / kBatch % 2 == 0;
    std::vector<store::Values> batch = Rows(at, kBatch);
    double began = Seconds();
    TRY(database->Write([&](store::Session& session) {
      return session.InsertMany("bench_line", columns, batch, copy ? "" : "ON CONFLICT DO NOTHING");
    }));
    (copy ? ways.copy : ways.statements) += Seconds() - began;
  }
  return ways;
}

void Say(const char* what, const Result<Import>& import, int64_t findings) {
  if (!import) {
    std::printf("%s: %s\n", what, import.error().message.c_str());
    return;
  }
  std::printf("%-12s %lld findings, %lld clues: %.1f s, %.0f findings/s\n", what, static_cast<long long>(findings),
              static_cast<long long>(import->clues), import->seconds, static_cast<double>(findings) / import->seconds);
}

int Main(int argc, char** argv) {
  int64_t findings = (argc > 1 ? std::atoll(argv[1]) : 200) * 1000;
  std::string folder = (std::filesystem::temp_directory_path() / "yijian-import-bench").string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  Result<Import> sqlite = ImportInto("sqlite:" + folder + "/store.db", findings);
  std::filesystem::remove_all(folder);
  Say("sqlite", sqlite, findings);
  if (std::getenv("YIJIAN_TEST_POSTGRES") == nullptr) {
    std::puts("postgresql: not measured, YIJIAN_TEST_POSTGRES names no server");
    return sqlite ? 0 : 1;
  }
  std::string url = store::NewPostgresUrl();
  Result<Import> postgres = ImportInto(url, findings);
  store::DropPostgres(url);
  Say("postgresql", postgres, findings);
  if (sqlite && postgres) std::printf("postgresql / sqlite: %.2f\n", postgres->seconds / sqlite->seconds);
  url = store::NewPostgresUrl();
  Result<Ways> ways = CompareWays(url, 400'000);
  store::DropPostgres(url);
  if (ways) {
    std::printf("postgresql, 200,000 rows each way: statements %.2f s, copy %.2f s: %.1f times\n", ways->statements,
                ways->copy, ways->statements / ways->copy);
  } else {
    std::printf("postgresql: %s\n", ways.error().message.c_str());
  }
  return sqlite && postgres && ways ? 0 : 1;
}

}  // namespace
}  // namespace yijian::bench

int main(int argc, char** argv) { return yijian::bench::Main(argc, argv); }
