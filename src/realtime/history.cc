#include "realtime/history.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/result.h"

namespace yijian::realtime {
namespace {

size_t Ordinal(Kind kind, std::string_view name) {
  const timeline::FieldInfo* field = timeline::FindField(kind, name);
  CHECK(field != nullptr);
  return timeline::OrdinalOf(*field);
}

struct Numbers {
  size_t line_settlement = Ordinal(Kind::kLine, "settlement");
  size_t trace_settlement = Ordinal(Kind::kTrace, "settlement");
  size_t visit_begin = Ordinal(Kind::kVisit, "begin");
  size_t visit_end = Ordinal(Kind::kVisit, "end");
  std::array<int, kKindCount> time{};

  Numbers() {
    for (const timeline::KindInfo& info : timeline::Kinds())
      time[static_cast<size_t>(info.kind)] = info.time.empty() ? -1 : static_cast<int>(Ordinal(info.kind, info.time));
  }
};

const Numbers& FieldNumbers() {
  static const Numbers numbers;
  return numbers;
}

constexpr Kind kAllKinds[] = {Kind::kPerson,    Kind::kVisit, Kind::kSettlement, Kind::kDiagnosis,
                              Kind::kOperation, Kind::kLine,  Kind::kTrace,      Kind::kStock};

// Later messages about these add to what is known; about others they replace it.
bool AddsUp(Kind kind) { return kind == Kind::kPerson || kind == Kind::kVisit || kind == Kind::kSettlement; }

Column& WholeColumn(Rows& rows, Kind kind, size_t field) {
  if (rows.columns.empty()) rows.columns.resize(timeline::Fields(kind).size());
  Column& column = rows.columns[field];
  if (column.empty()) column.assign(rows.size(), kNull);
  return column;
}

// Columns of both have the same shape afterwards as far as appending needs.
void Append(const Rows& from, size_t row, Rows& to) {
  if (to.columns.size() < from.columns.size()) to.columns.resize(from.columns.size());
  for (size_t field = 0; field < to.columns.size(); field++) {
    int64_t value = from.At(field, row);
    Column& column = to.columns[field];
    if (column.empty()) {
      if (value == kNull) continue;
      column.assign(to.size(), kNull);
    }
    column.push_back(value);
  }
  to.key.push_back(from.key[row]);
  to.visit.push_back(from.visit[row]);
  to.batch.push_back(from.batch[row]);
  to.stamp.push_back(from.stamp[row]);
}

// Row `from_row` is about the same as `row`.
void Replace(const Rows& from, size_t from_row, Kind kind, Rows& to, size_t row) {
  bool later = from.stamp[from_row] >= to.stamp[row];
  if (!later && !AddsUp(kind)) return;
  size_t fields = std::max(from.columns.size(), to.columns.size());
  for (size_t field = 0; field < fields; field++) {
    int64_t value = from.At(field, from_row);
    int64_t old = to.At(field, row);
    if (AddsUp(kind) && (value == kNull || (!later && old != kNull))) continue;
    if (value != old) WholeColumn(to, kind, field)[row] = value;
  }
  if (!later) return;
  to.visit[row] = from.visit[from_row];
  if (from.batch[from_row] != kNull || !AddsUp(kind)) to.batch[row] = from.batch[from_row];
  to.stamp[row] = from.stamp[from_row];
}

// Does the acts to rows said before them. `strictly`: the rows arrive after the acts, so an equal stamp is later.
class Doer {
 public:
  Doer(const std::vector<Act>& acts, bool strictly, History& history)
      : acts_(acts), strictly_(strictly), history_(history) {}

  void Run() {
    for (const Act& act : acts_) Do(act);
    for (Kind kind : kAllKinds) {
      std::vector<uint8_t>& keep = keep_[static_cast<size_t>(kind)];
      if (!keep.empty()) KeepRows(keep, kind, history_);
    }
  }

 private:
  bool Before(const Rows& rows, size_t row, const Act& act) const {
    return strictly_ ? rows.stamp[row] < act.stamp : rows.stamp[row] <= act.stamp;
  }

  void Drop(Kind kind, size_t row) {
    std::vector<uint8_t>& keep = keep_[static_cast<size_t>(kind)];
    if (keep.empty()) keep.assign(history_.of(kind).size(), 1);
    keep[row] = 0;
  }

  template <typename Condition>
  void DropIf(Kind kind, const Act& act, Condition condition) {
    const Rows& rows = history_.of(kind);
    for (size_t row = 0; row < rows.size(); row++) {
      if (Before(rows, row, act) && condition(rows, row)) Drop(kind, row);
    }
  }

  void Do(const Act& act) {
    const Numbers& numbers = FieldNumbers();
    auto unsettled = [&](const Rows& rows, size_t row) {
      return rows.visit[row] == act.visit && rows.At(numbers.line_settlement, row) == kNull;
    };
    switch (act.deed) {
      case Deed::kDropRow:
        return DropIf(act.kind, act, [&](const Rows& rows, size_t row) {
          return rows.key[row] == act.key && (act.visit == kNull || rows.visit[row] == act.visit);
        });
      case Deed::kDropBatch:
        return DropIf(Kind::kLine, act,
                      [&](const Rows& rows, size_t row) { return unsettled(rows, row) && rows.batch[row] == act.key; });
      case Deed::kDropUnsettled:
        return DropIf(Kind::kLine, act, unsettled);
      case Deed::kDropVisit:
        for (Kind kind : kAllKinds) {
          if (kind == Kind::kPerson) continue;
          DropIf(kind, act, [&](const Rows& rows, size_t row) {
            return (kind == Kind::kVisit ? rows.key[row] : rows.visit[row]) == act.visit;
          });
        }
        return;
      case Deed::kDropList:
        return DropIf(act.kind, act, [&](const Rows& rows, size_t row) { return rows.visit[row] == act.visit; });
      case Deed::kSettle:
        return Settle(act);
      case Deed::kUnsettle:
        return Unsettle(act);
    }
  }

  void Settle(const Act& act) {
    Rows& lines = history_.of(Kind::kLine);
    for (size_t row = 0; row < lines.size(); row++) {
      bool mine = Before(lines, row, act) && lines.visit[row] == act.visit &&
                  (act.batch == kNull || lines.batch[row] == act.batch);
      if (mine && lines.At(FieldNumbers().line_settlement, row) == kNull)
        WholeColumn(lines, Kind::kLine, FieldNumbers().line_settlement)[row] = act.key;
    }
  }

  void Unsettle(const Act& act) {
    DropIf(Kind::kSettlement, act, [&](const Rows& rows, size_t row) { return rows.key[row] == act.key; });
    DropIf(Kind::kTrace, act,
           [&](const Rows& rows, size_t row) { return rows.At(FieldNumbers().trace_settlement, row) == act.key; });
    Rows& lines = history_.of(Kind::kLine);
    for (size_t row = 0; row < lines.size(); row++) {
      if (Before(lines, row, act) && lines.At(FieldNumbers().line_settlement, row) == act.key)
        lines.columns[FieldNumbers().line_settlement][row] = kNull;
    }
  }

  const std::vector<Act>& acts_;
  bool strictly_;
  History& history_;
  std::array<std::vector<uint8_t>, kKindCount> keep_;
};

void AbsorbRows(const Rows& told, Kind kind, const std::vector<std::string>& told_no, History& known) {
  Rows& rows = known.of(kind);
  if (told.size() == 0) return;
  // Where each told key stands. A message is short and a history long: what is told is sorted, what is known looked up.
  constexpr size_t kNowhere = SIZE_MAX;
  std::vector<std::pair<int64_t, size_t>> at;
  at.reserve(told.size());
  for (int64_t key : told.key) at.emplace_back(key, kNowhere);
  std::sort(at.begin(), at.end());
  at.erase(std::unique(at.begin(), at.end()), at.end());
  auto find = [&](int64_t key) {
    auto found =
        std::lower_bound(at.begin(), at.end(), key, [](const auto& entry, int64_t k) { return entry.first < k; });
    return found == at.end() || found->first != key ? nullptr : &found->second;
  };
  for (size_t row = 0; row < rows.size(); row++) {
    size_t* place = find(rows.key[row]);
    if (place != nullptr && *place == kNowhere) *place = row;
  }
  for (size_t row = 0; row < told.size(); row++) {
    size_t& place = *find(told.key[row]);
    if (place == kNowhere) {
      place = rows.size();
      Append(told, row, rows);
      if (kind == Kind::kVisit) known.visit_no.push_back(told_no[row]);
    } else {
      Replace(told, row, kind, rows, place);
    }
  }
}

}  // namespace

size_t History::size() const {
  return std::accumulate(rows.begin(), rows.end(), size_t{0}, [](size_t sum, const Rows& r) { return sum + r.size(); });
}

NewRow::NewRow(Kind kind, int64_t key, int64_t visit, int64_t stamp)
    : kind_(kind), key_(key), visit_(visit), stamp_(stamp), values_(timeline::Fields(kind).size(), kNull) {}

NewRow& NewRow::Set(std::string_view field, int64_t value) {
  values_[Ordinal(kind_, field)] = value;
  return *this;
}

int64_t NewRow::Get(std::string_view field) const { return values_[Ordinal(kind_, field)]; }

void NewRow::PutInto(History& history, const std::string& visit_no) const {
  Rows& rows = history.of(kind_);
  for (size_t field = 0; field < values_.size(); field++) {
    if (values_[field] != kNull) WholeColumn(rows, kind_, field);
  }
  for (size_t field = 0; field < rows.columns.size(); field++) {
    if (values_[field] != kNull || !rows.columns[field].empty()) rows.columns[field].push_back(values_[field]);
  }
  rows.key.push_back(key_);
  rows.visit.push_back(visit_);
  rows.batch.push_back(batch_);
  rows.stamp.push_back(stamp_);
  if (kind_ == Kind::kVisit) history.visit_no.push_back(visit_no);
}

void CopyRow(const Rows& from, size_t row, Rows& to) { Append(from, row, to); }

void KeepRows(const std::vector<uint8_t>& keep, Kind kind, History& history) {
  Rows& rows = history.of(kind);
  auto squeeze = [&](auto& list) {
    size_t kept = 0;
    for (size_t row = 0; row < keep.size(); row++) {
      if (!keep[row]) continue;
      if (kept != row) list[kept] = std::move(list[row]);
      kept++;
    }
    list.resize(kept);
  };
  for (Column& column : rows.columns) {
    if (!column.empty()) squeeze(column);
  }
  if (kind == Kind::kVisit) squeeze(history.visit_no);
  for (std::vector<int64_t>* list : {&rows.key, &rows.visit, &rows.batch, &rows.stamp}) squeeze(*list);
}

void Absorb(History& known, const History& told) {
  if (!told.acts.empty()) Doer(told.acts, false, known).Run();
  if (known.subject == kNull) known.subject = told.subject;
  if (known.no.empty()) known.no = told.no;
  if (known.acts.empty()) {
    for (Kind kind : kAllKinds) AbsorbRows(told.of(kind), kind, told.visit_no, known);
  } else {
    // What was cancelled before it arrived. A copy: `told` may be in use elsewhere.
    History late = told;
    Doer(known.acts, true, late).Run();
    for (Kind kind : kAllKinds) AbsorbRows(late.of(kind), kind, late.visit_no, known);
  }
  for (const Act& act : told.acts) {
    if (std::find(known.acts.begin(), known.acts.end(), act) == known.acts.end()) known.acts.push_back(act);
  }
}

void Settle(History& told) {
  History once;
  once.subject = told.subject;
  once.no = told.no;
  once.acts = std::move(told.acts);
  for (Kind kind : kAllKinds) AbsorbRows(told.of(kind), kind, told.visit_no, once);
  told = std::move(once);
}

void SortByTime(History& history) {
  for (Kind kind : kAllKinds) {
    int time = FieldNumbers().time[static_cast<size_t>(kind)];
    Rows& rows = history.of(kind);
    if (time < 0 || rows.size() < 2) continue;
    auto before = [&](size_t left, size_t right) {
      return rows.At(static_cast<size_t>(time), left) < rows.At(static_cast<size_t>(time), right);
    };
    std::vector<size_t> order(rows.size());
    std::iota(order.begin(), order.end(), size_t{0});
    if (std::is_sorted(order.begin(), order.end(), before)) continue;
    std::stable_sort(order.begin(), order.end(), before);
    auto arrange = [&](auto& list) {
      std::remove_reference_t<decltype(list)> moved(list.size());
      for (size_t row = 0; row < order.size(); row++) moved[row] = std::move(list[order[row]]);
      list = std::move(moved);
    };
    for (Column& column : rows.columns) {
      if (!column.empty()) arrange(column);
    }
    if (kind == Kind::kVisit) arrange(history.visit_no);
    for (std::vector<int64_t>* list : {&rows.key, &rows.visit, &rows.batch, &rows.stamp}) arrange(*list);
  }
}

void TrimBefore(History& history, Time from) {
  const Numbers& numbers = FieldNumbers();
  // Visits that go; their rows go with them, and no others do.
  std::unordered_map<int64_t, Time> reach;
  const Rows& visits = history.of(Kind::kVisit);
  for (size_t row = 0; row < visits.size(); row++) {
    Time begin = visits.At(numbers.visit_begin, row);
    Time end = visits.At(numbers.visit_end, row);
    reach[visits.key[row]] = begin == kNull ? INT64_MAX : std::max(begin, end);
  }
  for (Kind kind : {Kind::kSettlement, Kind::kLine, Kind::kOperation, Kind::kTrace}) {
    const Rows& rows = history.of(kind);
    auto time = static_cast<size_t>(numbers.time[static_cast<size_t>(kind)]);
    for (size_t row = 0; row < rows.size(); row++) {
      Time at = rows.At(time, row);
      auto visit = reach.find(rows.visit[row]);
      if (visit != reach.end() && at != kNull) visit->second = std::max(visit->second, at);
    }
  }
  for (Kind kind : kAllKinds) {
    if (kind == Kind::kPerson) continue;
    Rows& rows = history.of(kind);
    std::vector<uint8_t> keep(rows.size(), 1);
    bool any = false;
    for (size_t row = 0; row < rows.size(); row++) {
      auto visit = reach.find(kind == Kind::kVisit ? rows.key[row] : rows.visit[row]);
      int time = numbers.time[static_cast<size_t>(kind)];
      Time at = visit != reach.end() ? visit->second : time < 0 ? INT64_MAX : rows.At(static_cast<size_t>(time), row);
      keep[row] = at == kNull || at >= from ? 1 : 0;
      any = any || keep[row] == 0;
    }
    if (any) KeepRows(keep, kind, history);
  }
  std::erase_if(history.acts, [&](const Act& act) { return act.stamp < from; });
}

int64_t LatestTime(const History& history) {
  int64_t latest = kNull;
  for (Kind kind : {Kind::kVisit, Kind::kSettlement, Kind::kLine, Kind::kTrace, Kind::kOperation}) {
    auto time = static_cast<size_t>(FieldNumbers().time[static_cast<size_t>(kind)]);
    const Rows& rows = history.of(kind);
    for (size_t row = 0; row < rows.size(); row++) latest = std::max(latest, rows.At(time, row));
  }
  return latest;
}

}  // namespace yijian::realtime
