#include "store/connection.h"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <array>
#include <charconv>
#include <cstring>
#include <deque>

namespace yijian::store {
namespace {

constexpr size_t kPreparedMax = 200;  // a connection

// What a statement's parameter reads while it runs: its address is bound once.
struct Slot {
  long long number = 0;
  double real = 0;
  std::string text;
  soci::indicator indicator = soci::i_ok;
};

// `?` outside of quotes becomes :p1, :p2, ...
std::string Named(std::string_view sql) {
  std::string named;
  named.reserve(sql.size() + 32);
  int count = 0;
  bool quoted = false;
  for (char c : sql) {
    if (c == '\'') quoted = !quoted;
    if (c == '?' && !quoted) {
      named += ":p" + std::to_string(++count);
    } else {
      named += c;
    }
  }
  return named;
}

Value ValueAt(const soci::row& row, size_t at) {
  if (row.get_indicator(at) == soci::i_null) return {};
  switch (row.get_properties(at).get_data_type()) {
    case soci::dt_integer:
      return int64_t{row.get<int>(at)};
    case soci::dt_long_long:
      return int64_t{row.get<long long>(at)};
    case soci::dt_unsigned_long_long:
      return static_cast<int64_t>(row.get<unsigned long long>(at));
    case soci::dt_double:
      return row.get<double>(at);
    default:
      return row.get<std::string>(at);
  }
}

// Past SOCI, which goes by the declared type of a column: the ids of INTEGER PRIMARY KEY would be cut to 32 bits.
Value SqliteValueAt(sqlite_api::sqlite3_stmt* row, int at) {
  using namespace sqlite_api;
  switch (sqlite3_column_type(row, at)) {
    case SQLITE_NULL:
      return {};
    case SQLITE_INTEGER:
      return int64_t{sqlite3_column_int64(row, at)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(row, at);
    default: {
      const char* bytes = reinterpret_cast<const char*>(sqlite3_column_text(row, at));
      return std::string(bytes, static_cast<size_t>(sqlite3_column_bytes(row, at)));
    }
  }
}

Values ValuesOf(Dialect dialect, soci::statement& statement, const soci::row& row) {
  Values values(row.size());
  if (dialect == Dialect::kSqlite) {
    auto* backend = static_cast<soci::sqlite3_statement_backend*>(statement.get_backend());
    for (size_t i = 0; i < values.size(); i++) values[i] = SqliteValueAt(backend->stmt_, static_cast<int>(i));
  } else {
    for (size_t i = 0; i < values.size(); i++) values[i] = ValueAt(row, i);
  }
  return values;
}

}  // namespace

char KindOf(const Value& value) {
  if (std::holds_alternative<int64_t>(value)) return 'i';
  if (std::holds_alternative<double>(value)) return 'd';
  return 's';  // NULL too: untyped, PostgreSQL takes its type from the place
}

Failure FailureOf(const std::exception& exception, Dialect dialect) {
  const auto* known = dynamic_cast<const soci::soci_error*>(&exception);
  std::string message = known != nullptr ? known->get_error_message() : exception.what();
  Failure failure{InternalError(message)};
  if (dialect == Dialect::kSqlite) {
    const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&exception);
    switch (sqlite != nullptr ? sqlite->result() & 0xff : SQLITE_ERROR) {
      case SQLITE_CONSTRAINT:
        failure.error.code = ErrorCode::kConflict;
        break;
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        failure.error.code = ErrorCode::kIo;
        failure.retry = true;
        break;
      case SQLITE_FULL:
      case SQLITE_IOERR:
      case SQLITE_CANTOPEN:
      case SQLITE_READONLY:
      case SQLITE_CORRUPT:
      case SQLITE_NOTADB:
        failure.error.code = ErrorCode::kIo;
        break;
      default:
        break;
    }
    return failure;
  }
  const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&exception);
  std::string state = postgres != nullptr ? postgres->sqlstate() : "";
  std::string group = state.substr(0, 2);
  if (group == "23") {
    failure.error.code = ErrorCode::kConflict;
  } else if (state == "40001" || state == "40P01" || state == "55P03") {
    failure.error.code = ErrorCode::kIo;
    failure.retry = true;
  } else if (group == "22") {
    failure.error.code = ErrorCode::kInvalidInput;
  } else if (group == "53" || group == "58") {
    failure.error.code = ErrorCode::kIo;
  } else if (group == "08" || group == "57" || state.find_first_not_of(std::string(" \0", 2)) == std::string::npos ||
             (known != nullptr && known->get_error_category() == soci::soci_error::connection_error)) {
    // libpq gives no state when the line itself breaks.
    failure.error.code = ErrorCode::kIo;
    failure.lost = true;
  }
  return failure;
}

struct Connection::Prepared {
  std::string key;
  std::deque<Slot> slots;  // a deque: addresses stay
  soci::row row;
  std::shared_ptr<const std::vector<std::string>> names;
  std::unique_ptr<soci::statement> statement;
  bool busy = false;  // its rows are being taken
};

Connection::Connection(Dialect dialect, std::unique_ptr<soci::session> session)
    : dialect_(dialect), session_(std::move(session)) {}
Connection::~Connection() = default;

std::shared_ptr<Connection::Prepared> Connection::Prepare(std::string_view sql, const std::string& kinds, bool rows,
                                                          bool keep) {
  std::string key(sql);
  key += rows ? 'r' : 'n';
  key += kinds;
  if (auto found = by_text_.find(key); found != by_text_.end()) {
    if (!(*found->second)->busy) {
      prepared_.splice(prepared_.begin(), prepared_, found->second);
      return *found->second;
    }
    keep = false;  // whoever takes its rows asks the same again
  }
  auto made = std::make_shared<Prepared>();
  made->key = key;
  made->statement = std::make_unique<soci::statement>(*session_);
  soci::statement& statement = *made->statement;
  statement.alloc();
  statement.prepare(Named(sql));
  for (size_t i = 0; i < kinds.size(); i++) {
    Slot& slot = made->slots.emplace_back();
    std::string name = "p" + std::to_string(i + 1);
    switch (kinds[i]) {
      case 'i':
        statement.exchange(soci::use(slot.number, slot.indicator, name));
        break;
      case 'd':
        statement.exchange(soci::use(slot.real, slot.indicator, name));
        break;
      default:
        statement.exchange(soci::use(slot.text, slot.indicator, name));
    }
  }
  if (rows) statement.exchange(soci::into(made->row));
  statement.define_and_bind();
  if (!keep) return made;
  if (prepared_.size() >= kPreparedMax) {
    by_text_.erase(prepared_.back()->key);
    prepared_.pop_back();
  }
  prepared_.push_front(made);
  by_text_.emplace(std::move(key), prepared_.begin());
  return made;
}

void Connection::Forget(const Prepared& prepared) {
  auto found = by_text_.find(prepared.key);
  if (found == by_text_.end() || found->second->get() != &prepared) return;
  prepared_.erase(found->second);
  by_text_.erase(found);
}

int64_t Connection::Run(std::string_view sql, const Values& values, const std::function<Status(const Row&)>* take,
                        Status* stopped, bool keep, std::string_view null_kinds) {
  std::string kinds(values.size(), 's');
  for (size_t i = 0; i < values.size(); i++) {
    bool null = std::holds_alternative<std::monostate>(values[i]);
    kinds[i] = null && !null_kinds.empty() ? null_kinds[i] : KindOf(values[i]);
  }
  std::shared_ptr<Prepared> held = Prepare(sql, kinds, take != nullptr, keep);
  Prepared& prepared = *held;
  for (size_t i = 0; i < values.size(); i++) {
    Slot& slot = prepared.slots[i];
    slot.indicator = soci::i_ok;
    if (const auto* number = std::get_if<int64_t>(&values[i])) {
      slot.number = *number;
    } else if (const auto* real = std::get_if<double>(&values[i])) {
      slot.real = *real;
    } else if (const auto* text = std::get_if<std::string>(&values[i])) {
      slot.text = *text;
    } else {
      slot.text.clear();
      slot.indicator = soci::i_null;
    }
  }
  soci::statement& statement = *prepared.statement;
  try {
    prepared.busy = true;
    bool more = statement.execute(true);
    if (take == nullptr) prepared.busy = false;
    if (take == nullptr) return statement.get_affected_rows();
    for (; more; more = statement.fetch()) {
      // Rows after the caller has had enough are still fetched: a statement left in the middle would hold its snapshot.
      if (!stopped->has_value()) continue;
      if (!prepared.names) {
        auto names = std::make_shared<std::vector<std::string>>();
        for (size_t i = 0; i < prepared.row.size(); i++) names->push_back(prepared.row.get_properties(i).get_name());
        prepared.names = std::move(names);
      }
      Status taken = (*take)(Row(prepared.names, ValuesOf(dialect_, statement, prepared.row)));
      if (!taken.has_value()) *stopped = std::move(taken);
    }
    prepared.busy = false;
    return 0;
  } catch (...) {
    // A statement that failed once may be in a state SOCI cannot leave: prepare it anew next time.
    Forget(prepared);
    throw;
  }
}

namespace {

constexpr size_t kCopyBytes = 1 << 18;  // handed to libpq at a time

// COPY's text format.
void AddCopyField(std::string& line, const Value& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    line += std::to_string(*number);
  } else if (const auto* real = std::get_if<double>(&value)) {
    std::array<char, 32> digits{};
    auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *real);  // reads back as the same
    line.append(digits.data(), end.ptr);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    for (char c : *text) {
      switch (c) {
        case '\\':
          line += "\\\\";
          break;
        case '\t':
          line += "\\t";
          break;
        case '\n':
          line += "\\n";
          break;
        case '\r':
          line += "\\r";
          break;
        default:
          line += c;
      }
    }
  } else {
    line += "\\N";
  }
}

[[noreturn]] void ThrowFailed(PGconn* wire, const PGresult* result) {
  std::string message = result != nullptr ? PQresultErrorMessage(result) : PQerrorMessage(wire);
  const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  throw soci::postgresql_soci_error(message, state != nullptr && std::strlen(state) == 5 ? state : "     ");
}

using ResultPtr = std::unique_ptr<PGresult, decltype(&PQclear)>;

}  // namespace

void Connection::Copy(const std::string& sql, const std::vector<Values>& rows) {
  PGconn* wire = static_cast<soci::postgresql_session_backend*>(session_->get_backend())->conn_;
  ResultPtr begun(PQexec(wire, sql.c_str()), PQclear);
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) ThrowFailed(wire, begun.get());
  std::string piece;
  bool sent = true;
  auto send = [&] {
    sent = PQputCopyData(wire, piece.data(), static_cast<int>(piece.size())) == 1;
    piece.clear();
  };
  for (const Values& row : rows) {
    for (size_t i = 0; i < row.size(); i++) {
      if (i > 0) piece += '\t';
      AddCopyField(piece, row[i]);
    }
    piece += '\n';
    if (piece.size() >= kCopyBytes) send();
    if (!sent) break;
  }
  if (sent && !piece.empty()) send();
  bool ended = PQputCopyEnd(wire, sent ? nullptr : "cut short") == 1;
  // What the server says of the rows comes after the last of them; all of it has to be taken.
  ResultPtr said(PQgetResult(wire), PQclear);
  while (PGresult* more = PQgetResult(wire)) PQclear(more);
  if (!sent || !ended || PQresultStatus(said.get()) != PGRES_COMMAND_OK) ThrowFailed(wire, said.get());
}

void Connection::Say(const char* sql) { session_->once << sql; }

}  // namespace yijian::store
