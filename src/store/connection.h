// One connection and the statements prepared on it. Internal to store: the only header that sees SOCI.
#pragma once

#include <soci/soci.h>

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "store/database.h"

namespace yijian::store {

// What a library's exception means to our callers. `retry`: the same transaction may succeed when run again; `lost`:
// the connection is gone.
struct Failure {
  Error error;
  bool retry = false;
  bool lost = false;
};

char KindOf(const Value& value);  // 'i' whole number, 'd' real, 's' text; NULL is taken for a text

Failure FailureOf(const std::exception& exception, Dialect dialect);

class Connection {
 public:
  Connection(Dialect dialect, std::unique_ptr<soci::session> session);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Dialect dialect() const { return dialect_; }
  soci::session& session() { return *session_; }

  // Runs one statement. With `take`, its rows go there until it fails, which is kept in `stopped`; without, the number
  // of touched rows comes back. `keep`: the statement stays prepared. `take` may use this connection. Throws what SOCI
  // throws. `null_kinds` may say of each value what it would be if it were not NULL (KindOf), so that NULLs in other
  // places do not make another statement.
  int64_t Run(std::string_view sql, const Values& values, const std::function<Status(const Row&)>* take,
              Status* stopped, bool keep, std::string_view null_kinds);
  // PostgreSQL only: rows by COPY ... FROM STDIN, as `sql` says. Throws what SOCI throws.
  void Copy(const std::string& sql, const std::vector<Values>& rows);
  // Statements without values and results: BEGIN, COMMIT.
  void Say(const char* sql);

  // The failure behind the last error that a Session returned, for whoever decides whether to run again.
  std::optional<Failure> failure;
  int cursors = 0;  // open ones, on PostgreSQL

 private:
  struct Prepared;
  std::shared_ptr<Prepared> Prepare(std::string_view sql, const std::string& kinds, bool rows, bool keep);
  void Forget(const Prepared& prepared);

  Dialect dialect_;
  std::unique_ptr<soci::session> session_;
  std::unordered_map<std::string, std::list<std::shared_ptr<Prepared>>::iterator> by_text_;
  std::list<std::shared_ptr<Prepared>> prepared_;  // used last first
};

}  // namespace yijian::store
