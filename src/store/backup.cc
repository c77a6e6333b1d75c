#include "store/backup.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/program.h"
#include "store/database.h"
#include "store/url.h"

namespace yijian::store {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kPatience{4 * 3600};
constexpr int kBusyMs = 30'000;

std::string SqlitePath(const std::string& url) { return url.rfind("sqlite:", 0) == 0 ? url.substr(7) : url; }

Result<int64_t> TableCount(Database& database) {
  const char* sql =
      database.dialect() == Dialect::kSqlite
          ? "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
          : "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM information_schema.tables WHERE table_schema = current_schema()";
  Rows rows = TRY(database.Read([&](Session& session) { return session.Query(sql); }));
  return rows.front().Int("n");
}

class Handle {
 public:
  Handle(const std::string& path, int flags) {
    opened_ = sqlite3_open_v2(path.c_str(), &handle_, flags, nullptr) == SQLITE_OK;
    if (opened_) sqlite3_busy_timeout(handle_, kBusyMs);
  }
  ~Handle() { sqlite3_close(handle_); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  bool opened() const { return opened_; }
  sqlite3* get() const { return handle_; }
  std::string said() const { return handle_ != nullptr ? sqlite3_errmsg(handle_) : "no memory"; }

 private:
  sqlite3* handle_ = nullptr;
  bool opened_ = false;
};

// One statement on a handle of its own: VACUUM cannot run inside a transaction.
Status VacuumInto(const std::string& from, const std::string& to) {
  Handle handle(from, SQLITE_OPEN_READWRITE);
  if (!handle.opened()) return IoError("cannot open " + from + ": " + handle.said());
  char* sql = sqlite3_mprintf("VACUUM INTO %Q", to.c_str());
  Status done;
  if (sqlite3_exec(handle.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) done = IoError(handle.said());
  sqlite3_free(sql);
  return done;
}

Status CheckSqliteBackup(const std::string& file) {
  Handle handle(file, SQLITE_OPEN_READONLY);
  sqlite3_stmt* statement = nullptr;
  std::string verdict = "no answer";
  if (handle.opened() &&
      sqlite3_prepare_v2(handle.get(), "PRAGMA integrity_check", -1, &statement, nullptr) == SQLITE_OK &&
      sqlite3_step(statement) == SQLITE_ROW) {
    verdict = reinterpret_cast<const char*>(sqlite3_column_text(statement, 0));
  } else {
    verdict = handle.said();
  }
  sqlite3_finalize(statement);
  if (verdict != "ok") return InvalidInput(file + " is no whole SQLite backup: " + verdict);
  return {};
}

// In one transaction of the target: whoever has it open sees the old store or the new one, and so does a crash.
Status CopyInto(const std::string& file, const std::string& target) {
  Handle from(file, SQLITE_OPEN_READONLY);
  Handle to(target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!from.opened()) return IoError("cannot open " + file + ": " + from.said());
  if (!to.opened()) return IoError("cannot open " + target + ": " + to.said());
  sqlite3_backup* copy = sqlite3_backup_init(to.get(), "main", from.get(), "main");
  if (copy == nullptr) return IoError("cannot write " + target + ": " + to.said());
  int state = SQLITE_BUSY;
  for (int waited = 0; waited < kBusyMs && (state == SQLITE_BUSY || state == SQLITE_LOCKED); waited += 50) {
    state = sqlite3_backup_step(copy, -1);
    if (state == SQLITE_BUSY || state == SQLITE_LOCKED) sqlite3_sleep(50);
  }
  sqlite3_backup_finish(copy);
  if (state != SQLITE_DONE) return IoError("cannot write " + target + ": " + sqlite3_errstr(state));
  return {};
}

Status SyncPath(const std::string& path, int flags) {
  int handle = open(path.c_str(), O_RDONLY | O_CLOEXEC | flags);
  bool synced = handle >= 0 && fsync(handle) == 0;
  int why = errno;
  if (handle >= 0) close(handle);
  if (!synced) return IoError("cannot sync " + path + ": " + std::strerror(why));
  return {};
}

// Whoever made a file of this name meanwhile keeps it.
Status Publish(const std::string& aside, const std::string& file) {
  TRY(SyncPath(aside, 0));
  int failed = renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE);
  if (failed != 0 && errno == EINVAL) failed = rename(aside.c_str(), file.c_str());  // a file system without the word
  if (failed != 0) {
    if (errno == EEXIST) return Conflict(file + " exists");
    return IoError("cannot rename " + aside + ": " + std::strerror(errno));
  }
  fs::path folder = fs::absolute(file).parent_path();
  return SyncPath(folder.string(), O_DIRECTORY);
}

// libpq's words for a place whose password lies in a file only we may read: arguments are seen by everybody on the
// machine.
class PostgresPlace {
 public:
  static Result<std::unique_ptr<PostgresPlace>> Of(const std::string& url) {
    TRY(CheckPostgresUrl(url));
    std::unique_ptr<PostgresPlace> place(new PostgresPlace());
    for (const auto& [key, value] : PostgresParameters(url)) {
      if (key == "password") {
        TRY(place->KeepPassword(value));
      } else {
        place->words_ += key + "=" + Quoted(value) + " ";
      }
    }
    if (!place->file_.empty()) place->words_ += "passfile=" + Quoted(place->file_);
    return place;
  }
  ~PostgresPlace() {
    if (!file_.empty()) unlink(file_.c_str());
  }
  PostgresPlace(const PostgresPlace&) = delete;
  PostgresPlace& operator=(const PostgresPlace&) = delete;

  const std::string& words() const { return words_; }

 private:
  PostgresPlace() = default;

  static std::string Quoted(const std::string& text) {
    std::string quoted = "'";
    for (char c : text) {
      if (c == '\'' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return quoted + "'";
  }

  Status KeepPassword(const std::string& password) {
    file_ = (fs::temp_directory_path() / "yijian-pass-XXXXXX").string();
    int file = mkostemp(file_.data(), O_CLOEXEC);  // readable by us only
    if (file < 0) {
      file_.clear();
      return IoError(std::string("cannot make a temporary file: ") + std::strerror(errno));
    }
    std::string line = "*:*:*:*:";
    for (char c : password) {
      if (c == ':' || c == '\\') line += '\\';
      line += c;
    }
    line += "\n";
    bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    close(file);
    if (!written) return IoError("cannot write a temporary file");
    return {};
  }

  std::string words_;
  std::string file_;
};

Status Dump(const std::string& url, const std::string& to) {
  auto place = TRY(PostgresPlace::Of(url));
  TRY(RunProgram({"pg_dump", "--format=custom", "--no-owner", "--file", to, "--dbname", place->words()}, "",
                 {.time = kPatience}));
  return {};
}

Status RestoreDump(const std::string& file, const std::string& url, bool overwrite) {
  auto place = TRY(PostgresPlace::Of(url));
  std::vector<std::string> arguments{"pg_restore", "--single-transaction", "--no-owner", "--dbname", place->words()};
  if (overwrite) arguments.insert(arguments.end(), {"--clean", "--if-exists"});
  arguments.push_back(file);
  TRY(RunProgram(arguments, "", {.time = kPatience}));
  return {};
}

}  // namespace

Status BackUp(const std::string& url, const std::string& file) {
  if (fs::exists(file)) return Conflict(file + " exists");
  auto database = TRY(Database::Open(url, {.connections = 1, .create = false}));
  std::string aside = file + ".tmp";
  std::error_code ignored;
  fs::remove(aside, ignored);
  // The file is made by us, for us alone: it holds all the personal data there is.
  int made = open(aside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) return IoError("cannot write " + aside + ": " + std::strerror(errno));
  close(made);
  Status done = database->dialect() == Dialect::kSqlite ? VacuumInto(SqlitePath(url), aside) : Dump(url, aside);
  if (done.has_value()) done = Publish(aside, file);
  if (!done.has_value()) {
    fs::remove(aside, ignored);
    return std::move(done).While("backing up " + database->name());
  }
  return {};
}

Status Restore(const std::string& file, const std::string& url, const RestoreOptions& options) {
  if (!fs::is_regular_file(file)) return NotFound("no file " + file);
  if (!IsPostgres(url)) TRY(CheckSqliteBackup(file));
  std::string name;
  {
    auto database = TRY(Database::Open(url, {.connections = 1}));
    name = database->name();
    if (!options.overwrite && TRY(TableCount(*database)) > 0) return Conflict(name + " has tables already");
  }
  Status done = IsPostgres(url) ? RestoreDump(file, url, options.overwrite) : CopyInto(file, SqlitePath(url));
  return std::move(done).While("restoring " + name);
}

}  // namespace yijian::store
