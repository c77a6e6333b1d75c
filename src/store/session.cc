#include <algorithm>

#include "base/utf8.h"
#include "store/connection.h"

namespace yijian::store {
namespace {

// SQLite takes 32,766 parameters a statement, PostgreSQL 65,535.
constexpr size_t kParametersMax = 16'000;
constexpr size_t kBlockMax = 256;  // rows a statement
// Below, a statement that is prepared already is as fast as a COPY, which is not.
constexpr size_t kCopyFrom = 32;
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

// What each column's values are: a NULL here or there must not make another statement to prepare.
std::string KindsOf(const std::vector<Values>& rows, size_t columns) {
  for (const Values& row : rows) CHECK(row.size() == columns);
  std::string kinds(columns, 's');
  for (size_t i = 0; i < columns; i++) {
    auto given = std::find_if(rows.begin(), rows.end(),
                              [&](const Values& row) { return !std::holds_alternative<std::monostate>(row[i]); });
    if (given != rows.end()) kinds[i] = KindOf((*given)[i]);
  }
  return kinds;
}

const char* TypeOf(char kind) {
  if (kind == 'i') return "BIGINT";
  return kind == 'd' ? "DOUBLE PRECISION" : "TEXT";
}

std::string Listed(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + column;
  return list;
}

// Blocks of rows whose sizes are powers of two, so that few statement texts are prepared, each once.
template <typename Statement>
Status InBlocks(const std::vector<Values>& rows, size_t columns, Statement&& run) {
  size_t block = std::max<size_t>(1, std::min<size_t>(kBlockMax, kParametersMax / columns));
  for (size_t at = 0; at < rows.size(); at += block) {
    while (block > rows.size() - at) block /= 2;
    Values values;
    values.reserve(block * columns);
    for (size_t r = at; r < at + block; r++) values.insert(values.end(), rows[r].begin(), rows[r].end());
    TRY(run(block, values));
  }
  return {};
}

std::string Repeated(const std::string& text, size_t times, const char* between = "") {
  std::string all;
  for (size_t i = 0; i < times; i++) all += (i > 0 ? between : "") + text;
  return all;
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
  std::string row_kinds = KindsOf(rows, columns.size());
  std::string begin = "INSERT INTO " + std::string(table) + " (" + Listed(columns) + ") VALUES ";
  if (dialect() == Dialect::kPostgres && suffix.empty() && rows.size() >= kCopyFrom) {
    for (const Values& row : rows) TRY(CheckTexts(row));
    try {
      connection_.Copy("COPY " + std::string(table) + " (" + Listed(columns) + ") FROM STDIN", rows);
      return {};
    } catch (const std::exception& exception) {
      connection_.failure = FailureOf(exception, dialect());
      return connection_.failure->error;
    }
  }
  std::string marks = "(" + Repeated("?", columns.size(), ", ") + ")";
  return InBlocks(rows, columns.size(), [&](size_t block, const Values& values) -> Status {
    std::string sql = begin + Repeated(marks, block, ", ");
    if (!suffix.empty()) sql += " " + std::string(suffix);
    TRY(Guarded(connection_, sql, values, nullptr, true, Repeated(row_kinds, block)));
    return {};
  });
}

Status Session::UpdateMany(std::string_view table, const std::vector<std::string>& columns,
                           const std::vector<Values>& rows, std::string_view set) {
  CHECK(columns.size() > 1);
  std::string row_kinds = KindsOf(rows, columns.size());
  std::string marks;
  for (char kind : row_kinds) marks += (marks.empty() ? "(" : ", ") + std::string("CAST(? AS ") + TypeOf(kind) + ")";
  marks += ")";
  std::string name(table);
  std::string end = ") UPDATE " + name + " SET " + std::string(set) + " FROM d WHERE " + name + "." + columns[0] +
                    " = d." + columns[0];
  return InBlocks(rows, columns.size(), [&](size_t block, const Values& values) -> Status {
    std::string sql = "WITH d (" + Listed(columns) + ") AS (VALUES " + Repeated(marks, block, ", ") + end;
    TRY(Guarded(connection_, sql, values, nullptr, true, Repeated(row_kinds, block)));
    return {};
  });
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
