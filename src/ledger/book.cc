#include "ledger/book.h"

#include <algorithm>
#include <map>
#include <set>

namespace yijian::ledger {
namespace {

using store::Row;
using store::Rows;
using store::Session;
using store::Values;

constexpr size_t kChunk = 400;

const std::vector<std::string> kEntryColumns{
    "at",         "user_id",  "user_name", "from_account", "to_account",  "amount_fen", "kind",       "line_id",
    "measure_id", "place_id", "case_id",   "case_no",      "decision_id", "receipt",    "counter_of", "note"};

store::Value IdOrNull(int64_t id) { return id == 0 ? store::Value() : store::Value(id); }

Values EntryOf(const Author& author, const Move& move, int64_t place, int64_t counter_of) {
  return {author.at_ms,
          author.user,
          author.name,
          std::string(NameOf(move.way.from)),
          std::string(NameOf(move.way.to)),
          move.amount,
          move.kind,
          IdOrNull(move.line),
          IdOrNull(move.measure),
          place,
          IdOrNull(move.case_id),
          store::TextOrNull(move.case_no),
          IdOrNull(move.decision),
          store::TextOrNull(move.receipt),
          IdOrNull(counter_of),
          store::TextOrNull(move.note)};
}

// What a call adds to the running sums.
class Flows {
 public:
  void Add(int64_t place, Way way, Fen amount) {
    Sum& sum = sums_[{place, way}];
    sum.entries++;
    sum.amount += amount;
  }

  Status Write(Session& session) const {
    std::map<int64_t, std::string> areas = TRY(Areas(session));
    std::map<std::pair<std::string, Way>, Sum> by_area;
    std::vector<Values> rows;
    for (const auto& [key, sum] : sums_) {
      auto area = areas.find(key.first);
      if (area == areas.end()) return NotFound("no ledger place " + std::to_string(key.first));
      Sum& of_area = by_area[{area->second, key.second}];
      of_area.entries += sum.entries;
      of_area.amount += sum.amount;
      rows.push_back(RowOf(key.first, key.second, sum));
    }
    TRY(session.InsertMany("ledger_flow", {"place_id", "from_account", "to_account", "entries", "amount_fen"}, rows,
                           "ON CONFLICT (place_id, from_account, to_account) DO UPDATE SET entries = "
                           "ledger_flow.entries + excluded.entries, amount_fen = ledger_flow.amount_fen + "
                           "excluded.amount_fen"));
    rows.clear();
    for (const auto& [key, sum] : by_area) rows.push_back(RowOf(key.first, key.second, sum));
    return session.InsertMany("ledger_area_flow", {"area", "from_account", "to_account", "entries", "amount_fen"}, rows,
                              "ON CONFLICT (area, from_account, to_account) DO UPDATE SET entries = "
                              "ledger_area_flow.entries + excluded.entries, amount_fen = ledger_area_flow.amount_fen "
                              "+ excluded.amount_fen");
  }

 private:
  struct Sum {
    int64_t entries = 0;
    Fen amount = 0;
  };

  template <typename Key>
  static Values RowOf(const Key& key, Way way, const Sum& sum) {
    return {key, std::string(NameOf(way.from)), std::string(NameOf(way.to)), sum.entries, sum.amount};
  }

  Result<std::map<int64_t, std::string>> Areas(Session& session) const {
    std::vector<int64_t> places;
    for (const auto& [key, sum] : sums_) {
      if (places.empty() || places.back() != key.first) places.push_back(key.first);
    }
    std::map<int64_t, std::string> areas;
    for (size_t at = 0; at < places.size(); at += kChunk) {
      size_t count = std::min(kChunk, places.size() - at);
      auto first = places.begin() + static_cast<std::ptrdiff_t>(at);
      std::string marks;
      for (size_t i = 0; i < count; i++) marks += i > 0 ? ", ?" : "?";
      for (const store::Row& row : TRY(session.Query("SELECT id, area FROM ledger_place WHERE id IN (" + marks + ")",
                                                     Values(first, first + static_cast<std::ptrdiff_t>(count)))))
        areas[row.Int("id")] = row.Text("area");
    }
    return areas;
  }
  std::map<std::pair<int64_t, Way>, Sum> sums_;
};

struct Holder {
  int64_t place = 0;  // 0: not there yet
  Balances balances;
};
using Holders = std::map<int64_t, Holder>;

struct Kind {
  const char* table;
  const char* id;
  std::vector<Account> accounts;
};
const Kind kLine{"ledger_line", "line_id", {kLineAccounts.begin(), kLineAccounts.end()}};
const Kind kMeasure{"ledger_measure", "measure_id", {kMeasureAccounts.begin(), kMeasureAccounts.end()}};

// In order of ids, so that two writers never hold what the other waits for.
Status Load(Session& session, const Kind& kind, Holders& holders, bool to_write) {
  std::vector<int64_t> ids;
  for (const auto& [id, holder] : holders) ids.push_back(id);
  for (size_t at = 0; at < ids.size(); at += kChunk) {
    size_t count = std::min(kChunk, ids.size() - at);
    std::string marks;
    Values values;
    for (size_t i = 0; i < count; i++) {
      marks += i > 0 ? ", ?" : "?";
      values.emplace_back(ids[at + i]);
    }
    Rows rows = TRY(session.Query(std::string("SELECT * FROM ") + kind.table + " WHERE " + kind.id + " IN (" + marks +
                                      ") ORDER BY " + kind.id + (to_write ? session.ForUpdate() : ""),
                                  values));
    for (const Row& row : rows) {
      Holder& holder = holders[row.Int(kind.id)];
      holder.place = row.Int("place_id");
      for (Account account : kind.accounts) holder.balances.Set(account, row.Int(NameOf(account)));
    }
  }
  return {};
}

Status Save(Session& session, const Kind& kind, const Holders& holders) {
  std::string sql = std::string("UPDATE ") + kind.table + " SET ";
  for (Account account : kind.accounts)
    sql += std::string(account == kind.accounts.front() ? "" : ", ") + NameOf(account) + " = ?";
  sql += std::string(" WHERE ") + kind.id + " = ?";
  for (const auto& [id, holder] : holders) {
    Values values;
    for (Account account : kind.accounts) values.emplace_back(holder.balances.Of(account));
    values.emplace_back(id);
    TRY(session.Execute(sql, values));
  }
  return {};
}

struct Numbered {
  Move move;
  int64_t counter_of = 0;
};

Result<std::vector<int64_t>> PostAll(Session& session, const Author& author, const std::vector<Numbered>& moves) {
  Holders lines;
  Holders measures;
  for (const Numbered& numbered : moves) {
    const Move& move = numbered.move;
    CHECK((move.line == 0) != (move.measure == 0));
    (move.line != 0 ? lines[move.line] : measures[move.measure]);
  }
  TRY(Load(session, kLine, lines, true));
  TRY(Load(session, kMeasure, measures, true));

  Flows flows;
  std::vector<int64_t> ids;
  for (const Numbered& numbered : moves) {
    const Move& move = numbered.move;
    Holder& holder = move.line != 0 ? lines[move.line] : measures[move.measure];
    if (holder.place == 0 && move.measure != 0 && move.place != 0) {
      TRY(session.Execute("INSERT INTO ledger_measure (measure_id, place_id) VALUES (?, ?)",
                          {move.measure, move.place}));
      holder.place = move.place;
    }
    if (holder.place == 0) {
      return NotFound(move.line != 0 ? "line " + std::to_string(move.line) + " is not in the ledger"
                                     : "measure " + std::to_string(move.measure) + " is not in the ledger");
    }
    Account named = move.way.to == Account::kNone ? move.way.from : move.way.to;
    CHECK(OfMeasure(named) == (move.measure != 0));
    TRY(Apply(holder.balances, move.way, move.amount, numbered.counter_of != 0));
    flows.Add(holder.place, move.way, move.amount);
    std::string columns;
    std::string marks;
    for (const std::string& column : kEntryColumns) {
      columns += (columns.empty() ? "" : ", ") + column;
      marks += marks.empty() ? "?" : ", ?";
    }
    ids.push_back(TRY(session.Insert("INSERT INTO ledger_entry (" + columns + ") VALUES (" + marks + ") RETURNING id",
                                     EntryOf(author, move, holder.place, numbered.counter_of))));
  }
  TRY(Save(session, kLine, lines));
  TRY(Save(session, kMeasure, measures));
  TRY(flows.Write(session));
  return ids;
}

}  // namespace

Result<int64_t> PlaceOf(Session& session, const Place& place) {
  Values key{place.area, place.institution, place.matter, place.month};
  const char* find = "SELECT id FROM ledger_place WHERE area = ? AND institution = ? AND matter = ? AND month = ?";
  if (auto row = TRY(session.QueryOne(find, key))) return row->Int("id");
  TRY(session.Execute(
      "INSERT INTO ledger_place (area, institution, matter, month) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", key));
  auto row = TRY(session.QueryOne(find, key));
  if (!row) return InternalError("a ledger place vanished");
  return row->Int("id");
}

Status Identify(Session& session, const Author& author, const std::vector<Identified>& lines) {
  std::vector<Values> balances;
  std::vector<Values> entries;
  Flows flows;
  balances.reserve(lines.size());
  entries.reserve(lines.size());
  const Way way{Account::kNone, Account::kIdentified};
  for (const Identified& line : lines) {
    CHECK(line.amount >= 0);
    balances.push_back({line.line, line.place, line.amount});
    if (line.amount == 0) continue;
    Move move{.line = line.line, .way = way, .amount = line.amount, .kind = "identify"};
    entries.push_back(EntryOf(author, move, line.place, 0));
    flows.Add(line.place, way, line.amount);
  }
  TRY(session.InsertMany("ledger_line", {"line_id", "place_id", "identified"}, balances));
  TRY(session.InsertMany("ledger_entry", kEntryColumns, entries));
  return flows.Write(session);
}

Result<std::vector<int64_t>> Post(Session& session, const Author& author, const std::vector<Move>& moves) {
  std::vector<Numbered> numbered;
  for (const Move& move : moves) numbered.push_back({move, 0});
  return PostAll(session, author, numbered);
}

Status Counter(Session& session, const Author& author, const std::vector<int64_t>& entries, const std::string& note) {
  std::set<int64_t, std::greater<>> newest_first(entries.begin(), entries.end());
  std::vector<Numbered> counters;
  for (int64_t id : newest_first) {
    auto row =
        TRY(session.QueryOne("SELECT e.*, (SELECT COUNT(*) FROM ledger_entry c WHERE c.counter_of = e.id) AS countered "
                             "FROM ledger_entry e WHERE e.id = ?",
                             {id}));
    if (!row) return NotFound("no ledger entry " + std::to_string(id));
    if (row->Int("countered") > 0 || !row->IsNull("counter_of")) {
      Error error = Conflict("ledger entry " + std::to_string(id) + " is reversed, or a reversal itself");
      error.detail = std::make_shared<ErrorDetail>(ErrorDetail{.word = "ledger_countered", .zh = "该笔已冲销"});
      return error;
    }
    Numbered numbered;
    numbered.counter_of = id;
    Move& move = numbered.move;
    move.line = row->MaybeInt("line_id").value_or(0);
    move.measure = row->MaybeInt("measure_id").value_or(0);
    move.way = {*AccountOf(row->Text("to_account")), *AccountOf(row->Text("from_account"))};
    move.amount = row->Int("amount_fen");
    move.kind = "counter";
    move.case_id = row->MaybeInt("case_id").value_or(0);
    move.case_no = row->MaybeText("case_no").value_or("");
    move.decision = row->MaybeInt("decision_id").value_or(0);
    move.note = note;
    counters.push_back(std::move(numbered));
  }
  TRY(PostAll(session, author, counters));
  return {};
}

Result<Balances> BalancesOfLine(Session& session, int64_t line) {
  Holders holders{{line, {}}};
  TRY(Load(session, kLine, holders, false));
  if (holders[line].place == 0) return NotFound("line " + std::to_string(line) + " is not in the ledger");
  return holders[line].balances;
}

Result<std::vector<Balances>> BalancesOfLines(Session& session, const std::vector<int64_t>& lines) {
  Holders holders;
  for (int64_t line : lines) holders[line];
  TRY(Load(session, kLine, holders, false));
  std::vector<Balances> balances;
  for (int64_t line : lines) balances.push_back(holders[line].balances);
  return balances;
}

Result<Balances> BalancesOfMeasure(Session& session, int64_t measure) {
  Holders holders{{measure, {}}};
  TRY(Load(session, kMeasure, holders, false));
  return holders[measure].balances;
}

}  // namespace yijian::ledger
