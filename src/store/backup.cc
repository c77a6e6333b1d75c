#include "store/backup.h"

#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/program.h"
#include "store/database.h"

namespace yijian::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{4 * 3600};

bool IsPostgres(const std::string& url) {
  return url.rfind("postgres", 0) == 0 && url.find("://") != std::string::npos;
}

std::string SqlitePath(const std::string& url) { return url.rfind("sqlite:", 0) == 0 ? url.substr(7) : url; }

Result<int64_t> TableCount(Database& database) {
  const char* sql =
      database.dialect() == Dialect::kSqlite
          ? "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
          : "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM information_schema.tables WHERE table_schema = current_schema()";
  Rows rows = TRY(database.Read([&](Session& session) { return session.Query(sql); }));
  return rows.front().Int("n");
}

// One statement on a handle of its own: VACUUM cannot run inside a transaction.
Status VacuumInto(const std::string& from, const std::string& to) {
  sqlite3* handle = nullptr;
  Status done;
  if (sqlite3_open_v2(from.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
    done = IoError("cannot open " + from + ": " + (handle != nullptr ? sqlite3_errmsg(handle) : "no memory"));
  } else {
    sqlite3_busy_timeout(handle, 30'000);
    char* sql = sqlite3_mprintf("VACUUM INTO %Q", to.c_str());
    if (sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) != SQLITE_OK) done = IoError(sqlite3_errmsg(handle));
    sqlite3_free(sql);
  }
  sqlite3_close(handle);
  return done;
}

Status CheckSqliteBackup(const std::string& file) {
  sqlite3* handle = nullptr;
  sqlite3_stmt* statement = nullptr;
  std::string verdict;
  if (sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK &&
      sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    verdict = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  } else {
    verdict = handle != nullptr ? sqlite3_errmsg(handle) : "no memory";
  }
  sqlite3_finalize(statement);
  sqlite3_close(handle);
  if (verdict != "ok") return InvalidInput(file + " is no whole SQLite backup: " + verdict);
  return {};
}

}  // namespace

Status BackUp(const std::string& url, const std::string& file) {
  if (fs::exists(file)) return Conflict(file + " exists");
  std::string aside = file + ".tmp";
  std::error_code ignored;
  fs::remove(aside, ignored);
  auto database = TRY(Database::Open(url, {.connections = 1, .create = false}));
  Status done;
  if (database->dialect() == Dialect::kSqlite) {
    done = VacuumInto(SqlitePath(url), aside);
  } else {
    Result<std::string> said = RunProgram(
        {"pg_dump", "--format=custom", "--no-owner", "--file", aside, "--dbname", url}, "", {.time = kPatience});
    if (!said.has_value()) done = said.error();
  }
  if (!done.has_value()) {
    fs::remove(aside, ignored);
    return std::move(done).While("backing up " + database->name());
  }
  std::error_code error;
  fs::rename(aside, file, error);
  if (error) return IoError("cannot rename " + aside + ": " + error.message());
  return {};
}

Status Restore(const std::string& file, const std::string& url, const RestoreOptions& options) {
  if (!fs::exists(file)) return NotFound("no file " + file);
  if (IsPostgres(url)) {
    auto database = TRY(Database::Open(url, {.connections = 1}));
    if (!options.overwrite && TRY(TableCount(*database)) > 0) return Conflict(database->name() + " has tables already");
    std::string name = database->name();
    database.reset();
    std::vector<std::string> arguments{"pg_restore", "--single-transaction", "--no-owner", "--dbname", url};
    if (options.overwrite) arguments.insert(arguments.end(), {"--clean", "--if-exists"});
    arguments.push_back(file);
    Result<std::string> said = RunProgram(arguments, "", {.time = kPatience});
    if (!said.has_value()) return std::move(Status(said.error())).While("restoring " + name);
    return {};
  }
  TRY(CheckSqliteBackup(file));
  std::string target = SqlitePath(url);
  if (fs::exists(target)) {
    auto database = TRY(Database::Open(url, {.connections = 1}));
    if (!options.overwrite && TRY(TableCount(*database)) > 0) return Conflict(target + " has tables already");
  }
  std::error_code error;
  std::string aside = target + ".tmp";
  fs::copy_file(file, aside, fs::copy_options::overwrite_existing, error);
  if (!error) {
    // Leftovers of the file that goes must not be replayed over the one that comes.
    fs::remove(target + "-wal", error);
    fs::remove(target + "-shm", error);
    fs::rename(aside, target, error);
  }
  if (error) return IoError("cannot write " + target + ": " + error.message());
  return {};
}

}  // namespace yijian::store
