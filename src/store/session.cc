#include <algorithm>

#include "base/utf8.h"
#include "store/connection.h"

namespace yijian::store {
namespace {

// SQLite takes 32,766 parameters a statement, PostgreSQL 65,535.
constexpr size_t kParametersMax = 16'000;
constexpr int kFetchRows = 1000;

// SQLite would keep what PostgreSQL refuses, and cut at NUL: one answer for both, and it names no table.
Status CheckTexts(const Values& values) {
  for (const Value& value : values) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) continue;
    if (text->find('\0') != std::string::npos) return InvalidInput("a text holds a NUL character");
    if (!IsUtf8(*text)) return InvalidInput("a text is not UTF-8");
  }
  return {};
}

Result<int64_t> Guarded(Connection& connection, std::string_view sql, const Values& values,
                        const std::function<Status(const Row&)>* take, bool keep = true,
                        std::string_view null_kinds = "") {
  TRY(CheckTexts(values));
  Status stopped;
  try {
    int64_t touched = connection.Run(sql, values, take, &stopped, keep, null_kinds);
    if (!stopped.has_value()) return std::move(stopped.error());
    return touched;
  } catch (const std::exception& exception) {
    connection.failure = FailureOf(exception, connection.dialect());
    return connection.failure->error;
  }
}

}  // namespace

Result<Rows> Session::Query(std::string_view sql, const Values& values) {
  Rows rows;
  std::function<Status(const Row&)> take = [&](const Row& row) -> Status {
    rows.push_back(row);
    return {};
  };
  TRY(Guarded(connection_, sql, values, &take));
  return rows;
}

Result<std::optional<Row>> Session::QueryOne(std::string_view sql, const Values& values) {
  Rows rows = TRY(Query(sql, values));
  if (rows.empty()) return std::optional<Row>();
  return std::optional<Row>(std::move(rows.front()));
}

Result<int64_t> Session::Execute(std::string_view sql, const Values& values) {
  return Guarded(connection_, sql, values, nullptr);
}

Result<int64_t> Session::Insert(std::string_view sql, const Values& values) {
  Rows rows = TRY(Query(sql, values));
  if (rows.empty()) return Conflict("it is there already");
  return rows.front().Int(rows.front().names().front());
}

Status Session::ForEach(std::string_view sql, const Values& values, const std::function<Status(const Row&)>& take) {
  if (dialect() == Dialect::kSqlite) {
    TRY(Guarded(connection_, sql, values, &take));
    return {};
  }
  // libpq brings the whole result of a plain query into memory; a cursor brings a piece at a time.
  std::string cursor = "each_" + std::to_string(connection_.cursors);
  TRY(Execute("DECLARE " + cursor + " NO SCROLL CURSOR FOR " + std::string(sql), values));
  connection_.cursors++;
  Status outcome = FetchAll(cursor, take);
  connection_.cursors--;
  // After a failed statement the transaction is over, and its cursors with it.
  if (!connection_.failure) TRY(Execute("CLOSE " + cursor));
  return outcome;
}

Status Session::FetchAll(const std::string& cursor, const std::function<Status(const Row&)>& take) {
  std::string fetch = "FETCH " + std::to_string(kFetchRows) + " FROM " + cursor;
  int count = kFetchRows;
  std::function<Status(const Row&)> counted = [&](const Row& row) -> Status {
    count++;
    return take(row);
  };
  // Never kept: the same words have other columns next time.
  while (count == kFetchRows) {
    count = 0;
    TRY(Guarded(connection_, fetch, {}, &counted, false));
  }
  return {};
}

Status Session::InsertMany(std::string_view table, const std::vector<std::string>& columns,
                           const std::vector<Values>& rows, std::string_view suffix) {
  CHECK(!columns.empty());
  // What each column's values are: a NULL here or there must not make another statement to prepare.
  for (const Values& row : rows) CHECK(row.size() == columns.size());
  std::string row_kinds(columns.size(), 's');
  for (size_t i = 0; i < columns.size(); i++) {
    auto given = std::find_if(rows.begin(), rows.end(),
                              [&](const Values& row) { return !std::holds_alternative<std::monostate>(row[i]); });
    if (given != rows.end()) row_kinds[i] = KindOf((*given)[i]);
  }
  // Two statement texts at most, so that both are prepared once: full blocks and the rest row by row in powers of two.
  size_t block = std::max<size_t>(1, std::min<size_t>(256, kParametersMax / columns.size()));
  for (size_t at = 0; at < rows.size();) {
    while (block > rows.size() - at) block /= 2;
    std::string sql = "INSERT INTO " + std::string(table) + " (";
    for (size_t i = 0; i < columns.size(); i++) sql += (i > 0 ? ", " : "") + columns[i];
    sql += ") VALUES ";
    Values values;
    values.reserve(block * columns.size());
    std::string kinds;
    for (size_t r = 0; r < block; r++) {
      const Values& row = rows[at + r];
      sql += r > 0 ? ", (" : "(";
      kinds += row_kinds;
      for (size_t i = 0; i < row.size(); i++) sql += i > 0 ? ", ?" : "?";
      sql += ")";
      values.insert(values.end(), row.begin(), row.end());
    }
    if (!suffix.empty()) sql += " " + std::string(suffix);
    TRY(Guarded(connection_, sql, values, nullptr, true, kinds));
    at += block;
  }
  return {};
}

Dialect Session::dialect() const { return connection_.dialect(); }
const char* Session::ForUpdate() const { return dialect() == Dialect::kPostgres ? " FOR UPDATE" : ""; }
const char* Session::ForUpdateSkipLocked() const {
  return dialect() == Dialect::kPostgres ? " FOR UPDATE SKIP LOCKED" : "";
}

Status Session::Lock(int64_t name) {
  // On SQLite a writer is alone already.
  if (dialect() == Dialect::kPostgres) TRY(Execute("SELECT pg_advisory_xact_lock(CAST(? AS BIGINT))", {name}));
  return {};
}

std::string Containing(std::string_view text) {
  std::string pattern = "%";
  for (char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

}  // namespace yijian::store
