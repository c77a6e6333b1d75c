// The tables of casework, in SQLite (one server, nothing to set up) or PostgreSQL (several servers at once).
//
//   auto database = TRY(Database::Open("sqlite:yijian.db"));           // or postgresql://user@host/db
//   TRY(database->Migrate(migrations));
//   int64_t id = TRY(database->Write([&](Session& session) -> Result<int64_t> {
//     int64_t made = TRY(session.Insert("INSERT INTO note (text) VALUES (?) RETURNING id", {"hello"}));
//     TRY(trail::Append(session, entry));
//     return made;                                                      // commits; an error rolls back
//   }));
//
// SQL is what both understand: BIGINT, TEXT, DOUBLE PRECISION; `?` for values; ON CONFLICT; RETURNING; LIMIT ? OFFSET
// ?; window functions; LIKE ? ESCAPE '\'. Money and times are BIGINT, truths BIGINT 0 or 1, bytes are hexadecimal TEXT.
// Sums and counts of BIGINT are read with CAST(... AS BIGINT): PostgreSQL's are numeric. An expression of parameters
// only needs a CAST too. Text is UTF-8 without NUL: other text is kInvalidInput.
//
// Transactions: Read sees one moment (SQLite: WAL snapshot; PostgreSQL: REPEATABLE READ, read only). Write is the only
// writer on SQLite, first come, first served; on PostgreSQL READ COMMITTED, and whoever reads to decide locks the row:
// `SELECT ... ` + session.ForUpdate(). Deadlocks, serialization failures and a busy file run the function again (at
// most 5 times), and so does a lost connection unless it was lost while committing: nobody knows then. So the function
// must have no effect outside its session until it returns, and a statement that failed dooms all of it: hiding the
// error does not help, Write then fails with it. A Write inside a Write is our bug. After an acknowledged Write the
// rows survive kill -9 and power loss (SQLite synchronous=FULL, PostgreSQL's default).
//
// Errors:  kConflict a unique key or foreign key says no; kInvalidInput a text the database cannot hold; kIo the
//          database cannot be reached, is full or is lost; kInternal wrong SQL. Messages name the database without its
//          password.
// Threads: Database is shared by all; a Session belongs to the function it was given to.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "store/value.h"

namespace yijian::store {

enum class Dialect { kSqlite, kPostgres };

class Connection;

class Session {
 public:
  explicit Session(Connection& connection) : connection_(connection) {}

  Result<Rows> Query(std::string_view sql, const Values& values = {});
  // The first row, or nothing.
  Result<std::optional<Row>> QueryOne(std::string_view sql, const Values& values = {});
  // How many rows it touched.
  Result<int64_t> Execute(std::string_view sql, const Values& values = {});
  // An INSERT ... RETURNING <id>: that id. kConflict when ON CONFLICT DO NOTHING did nothing.
  Result<int64_t> Insert(std::string_view sql, const Values& values = {});
  // Row by row, for results that do not fit into memory. Stops at the first error of `take`, which it returns.
  // `take` may use this session.
  Status ForEach(std::string_view sql, const Values& values, const std::function<Status(const Row&)>& take);
  // Many rows into one table, in few statements; without `suffix`, PostgreSQL takes them by COPY. `suffix` may be an
  // ON CONFLICT clause.
  Status InsertMany(std::string_view table, const std::vector<std::string>& columns, const std::vector<Values>& rows,
                    std::string_view suffix = "");
  // Many rows of one table changed in few statements, each key once. The first column is the key; `set` speaks of the
  // others as d.<column> and of what is there as <table>.<column>: "found = clue.found + d.found".
  Status UpdateMany(std::string_view table, const std::vector<std::string>& columns, const std::vector<Values>& rows,
                    std::string_view set);

  Dialect dialect() const;
  // " FOR UPDATE", or "" where there is one writer anyway; " FOR UPDATE SKIP LOCKED" likewise.
  const char* ForUpdate() const;
  const char* ForUpdateSkipLocked() const;
  // Until the transaction ends nobody else holds the lock of this name.
  Status Lock(int64_t name);

 private:
  Status FetchAll(const std::string& cursor, const std::function<Status(const Row&)>& take);

  Connection& connection_;
};

// One change of the tables, for ever: an applied text never changes.
struct Migration {
  std::string room;
  int number = 0;
  std::string name;
  std::string sql;  // several statements; macros in migrate.cc
};

struct AppliedMigration {
  std::string room;
  int number = 0;
  std::string name;
};

struct DatabaseOptions {
  int connections = 8;  // readers on SQLite; all on PostgreSQL
  bool create = true;   // a SQLite file that is not there; else kNotFound
};

class Database {
 public:
  // "sqlite:PATH" or a path, "postgresql://..." (libpq's URL). Does not migrate.
  static Result<std::unique_ptr<Database>> Open(const std::string& url, const DatabaseOptions& options = {});
  virtual ~Database() = default;

  virtual Dialect dialect() const = 0;
  // For people: without password.
  virtual const std::string& name() const = 0;

  // `function(Session&)` returns Status or Result<T>; so does the call.
  template <typename F>
  auto Read(F&& function) {
    return Perform(false, std::forward<F>(function));
  }
  template <typename F>
  auto Write(F&& function) {
    return Perform(true, std::forward<F>(function));
  }

  // Applies what is missing, in order; two servers may call it at once. kConflict: an applied text has changed, or the
  // database is of a newer program.
  Status Migrate(const std::vector<Migration>& migrations);
  Result<std::vector<AppliedMigration>> Applied();

  // Several statements without values, as migrations have them. In a transaction of its own.
  virtual Status RunScript(const std::string& script) = 0;

 protected:
  virtual Status Run(bool write, const std::function<Status(Session&)>& function) = 0;

 private:
  template <typename F>
  auto Perform(bool write, F&& function) {
    using Outcome = std::invoke_result_t<F, Session&>;
    if constexpr (std::is_same_v<Outcome, Status>) {
      return Run(write, std::forward<F>(function));
    } else {
      std::optional<Outcome> outcome;
      Status done = Run(write, [&](Session& session) -> Status {
        outcome.emplace(function(session));
        if (!outcome->has_value()) return outcome->error();
        return {};
      });
      if (!done.has_value()) return Outcome(std::move(done.error()));
      return std::move(*outcome);
    }
  }
};

// For LIKE ? ESCAPE '\': the text anywhere, its own % and _ taken as they are.
std::string Containing(std::string_view text);

}  // namespace yijian::store
