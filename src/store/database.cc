#include "store/database.h"

#include <libpq-fe.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "store/connection.h"
#include "store/url.h"

namespace yijian::store {
namespace {

using namespace sqlite_api;  // SOCI includes sqlite3.h in there

constexpr int kAttemptsMax = 5;

// First come, first served: std::mutex may let one thread starve.
class Queue {
 public:
  void Enter() {
    std::unique_lock lock(mutex_);
    uint64_t mine = next_++;
    turn_.wait(lock, [&] { return mine == serving_; });
  }
  void Leave() {
    {
      std::lock_guard lock(mutex_);
      serving_++;
    }
    turn_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable turn_;
  uint64_t next_ = 0;
  uint64_t serving_ = 0;
};

class Place {
 public:
  explicit Place(Queue* queue) : queue_(queue) {
    if (queue_ != nullptr) queue_->Enter();
  }
  ~Place() {
    if (queue_ != nullptr) queue_->Leave();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  Queue* queue_;
};

// Connections that wait for work; made when first wanted.
class Pool {
 public:
  Pool(int size, std::function<std::unique_ptr<Connection>()> make) : free_(size), make_(std::move(make)) {}

  std::unique_ptr<Connection> Take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return free_ > 0; });
    free_--;
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
    lock.unlock();
    try {
      return make_();
    } catch (...) {
      Give(nullptr);
      throw;
    }
  }

  // Null: it broke; the next one is made anew.
  void Give(std::unique_ptr<Connection> connection) {
    {
      std::lock_guard lock(mutex_);
      free_++;
      if (connection) idle_.push_back(std::move(connection));
    }
    returned_.notify_one();
  }

  void Forget() {
    std::lock_guard lock(mutex_);
    idle_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable returned_;
  int free_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::function<std::unique_ptr<Connection>()> make_;
};

class SociDatabase : public Database {
 public:
  SociDatabase(Dialect dialect, std::string target, std::string name, const DatabaseOptions& options)
      : dialect_(dialect),
        target_(std::move(target)),
        name_(std::move(name)),
        readers_(options.connections, [this] { return Connect(true); }),
        writers_(dialect == Dialect::kSqlite ? 1 : options.connections, [this] { return Connect(false); }) {}

  Dialect dialect() const override { return dialect_; }
  const std::string& name() const override { return name_; }

  Status RunScript(const std::string& script) override {
    return Run(
        true,
        [&](Session& session) -> Status {
          (void)session;
          return {};
        },
        &script);
  }

  Status Probe() {
    return Run(false, [](Session& session) -> Status {
      TRY(session.Query("SELECT 1 AS one"));
      return {};
    });
  }

 protected:
  Status Run(bool write, const std::function<Status(Session&)>& function) override {
    return Run(write, function, nullptr);
  }

 private:
  Status Run(bool write, const std::function<Status(Session&)>& function, const std::string* script) {
    static thread_local const SociDatabase* writing = nullptr;
    CHECK(!write || writing != this);  // it would wait for itself
    const SociDatabase* before = writing;
    if (write) writing = this;
    Status outcome = RunAgain(write, function, script);
    writing = before;
    return outcome;
  }

  Status RunAgain(bool write, const std::function<Status(Session&)>& function, const std::string* script) {
    Place place(write && dialect_ == Dialect::kSqlite ? &queue_ : nullptr);
    Pool& pool = write || dialect_ == Dialect::kPostgres ? writers_ : readers_;
    for (int attempt = 1;; attempt++) {
      std::unique_ptr<Connection> connection;
      Failure failure;
      Status outcome;
      bool committing = false;
      try {
        connection = pool.Take();
        outcome = Attempt(*connection, write, function, script, &committing);
        if (outcome.has_value() || !connection->failure) {
          pool.Give(std::move(connection));
          return outcome;  // what the function itself said, in its own words
        }
        failure = *connection->failure;
      } catch (const std::exception& exception) {
        failure = FailureOf(exception, dialect_);
        // What fails at COMMIT or BEGIN leaves a connection whose state nobody knows.
        failure.lost = true;
        outcome = failure.error;
      }
      bool had_connection = connection != nullptr;
      if (had_connection) pool.Give(failure.lost ? nullptr : std::move(connection));
      // The server was started anew: its other idle connections are dead as well.
      if (failure.lost) pool.Forget();
      // Lost while committing it may have committed, and only the caller knows whether to repeat. Lost before, it has
      // not: idle connections die when the server is started anew.
      bool again = failure.retry || (failure.lost && had_connection && !committing);
      if (!again || attempt >= kAttemptsMax) return std::move(outcome).While(name_);
      std::this_thread::sleep_for(std::chrono::milliseconds(5 * attempt * attempt));
    }
  }

  Status Attempt(Connection& connection, bool write, const std::function<Status(Session&)>& function,
                 const std::string* script, bool* committing) {
    connection.failure.reset();
    connection.cursors = 0;
    if (dialect_ == Dialect::kSqlite) {
      connection.Say(write ? "BEGIN IMMEDIATE" : "BEGIN");
    } else {
      connection.Say(write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }
    Session session(connection);
    Status outcome = script != nullptr ? SayScript(connection, *script) : function(session);
    // PostgreSQL answers COMMIT after a failed statement with a rollback and no error: the rows would be lost and
    // acknowledged.
    if (outcome.has_value() && connection.failure) outcome = connection.failure->error;
    if (outcome.has_value()) {
      *committing = write;
      connection.Say("COMMIT");
      return outcome;
    }
    try {
      connection.Say("ROLLBACK");
    } catch (const std::exception& exception) {
      Failure failure = FailureOf(exception, dialect_);
      failure.lost = true;
      if (!connection.failure) connection.failure = failure;
      connection.failure->lost = true;
    }
    return outcome;
  }

  // SOCI prepares one statement at a time; scripts go to the libraries below it.
  Status SayScript(Connection& connection, const std::string& script) {
    if (dialect_ == Dialect::kSqlite) {
      auto* backend = static_cast<soci::sqlite3_session_backend*>(connection.session().get_backend());
      char* said = nullptr;
      if (sqlite3_exec(backend->conn_, script.c_str(), nullptr, nullptr, &said) != SQLITE_OK) {
        Error error = InternalError(said != nullptr ? said : "unknown");
        sqlite3_free(said);
        return error;
      }
      return {};
    }
    auto* backend = static_cast<soci::postgresql_session_backend*>(connection.session().get_backend());
    PGresult* result = PQexec(backend->conn_, script.c_str());
    ExecStatusType state = PQresultStatus(result);
    std::string said = PQresultErrorMessage(result);
    PQclear(result);
    if (state != PGRES_COMMAND_OK && state != PGRES_TUPLES_OK) return InternalError(said);
    return {};
  }

  std::unique_ptr<Connection> Connect(bool reader) {
    if (dialect_ == Dialect::kSqlite) {
      auto session =
          std::make_unique<soci::session>(soci::sqlite3, "dbname=\"" + target_ + "\" timeout=30 synchronous=full");
      *session << "PRAGMA foreign_keys = ON";
      if (reader) *session << "PRAGMA query_only = ON";
      *session << "PRAGMA cache_size = -32768";  // 32 MiB a connection
      *session << "PRAGMA mmap_size = 1073741824";
      return std::make_unique<Connection>(dialect_, std::move(session));
    }
    auto session = std::make_unique<soci::session>(soci::postgresql, target_);
    *session << "SET TIME ZONE 'UTC'";
    *session << "SET client_min_messages = warning";
    // A plan for any value guesses that an area holds few clues, and sorts a hundred thousand of them for fifty.
    *session << "SET plan_cache_mode = force_custom_plan";
    return std::make_unique<Connection>(dialect_, std::move(session));
  }

  Dialect dialect_;
  std::string target_;
  std::string name_;
  Queue queue_;
  Pool readers_;
  Pool writers_;
};

// WAL is a property of the file: set once, before readers that may only query. Returns what SQLite says.
Status PrepareSqlite(const std::string& path, bool create) {
  if (!create && !std::filesystem::exists(path)) return NotFound("there is no store " + path);
  sqlite3* handle = nullptr;
  int opened = sqlite3_open(path.c_str(), &handle);
  std::string said = handle != nullptr ? sqlite3_errmsg(handle) : "no memory";
  char* why = nullptr;
  if (opened == SQLITE_OK) {
    sqlite3_busy_timeout(handle, 30'000);
    opened = sqlite3_exec(handle, "PRAGMA journal_mode = WAL; PRAGMA auto_vacuum", nullptr, nullptr, &why);
    if (why != nullptr) said = why;
    sqlite3_free(why);
  }
  sqlite3_close(handle);
  if (opened != SQLITE_OK) return IoError("cannot open " + path + ": " + said);
  return {};
}

}  // namespace

Result<std::unique_ptr<Database>> Database::Open(const std::string& url, const DatabaseOptions& options) {
  if (options.connections < 1) return InvalidInput("a database needs at least one connection");
  bool postgres = IsPostgres(url);
  std::string name = postgres ? WithoutPassword(url) : url;
  if (postgres) TRY(CheckPostgresUrl(url));
  std::string target = url;
  if (!postgres) {
    if (url.rfind("sqlite:", 0) == 0) target = url.substr(7);
    if (target.empty() || target.find("://") != std::string::npos || target.find('"') != std::string::npos) {
      return InvalidInput("'" + name + "' is no store: sqlite:PATH or postgresql://user@host/database");
    }
    TRY(PrepareSqlite(target, options.create));
  }
  auto database =
      std::make_unique<SociDatabase>(postgres ? Dialect::kPostgres : Dialect::kSqlite, target, name, options);
  Status there = database->Probe();
  if (!there.has_value()) return std::move(there.error());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace yijian::store
