#include "realtime/columns.h"

#include <algorithm>
#include <numeric>

#include "base/result.h"

namespace yijian::realtime {
namespace {

using timeline::kNoRow;
using timeline::Table;

size_t Ordinal(Kind kind, std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); }

// visit field = sum over the visit's settlements of this field.
struct Sum {
  size_t visit;
  size_t settlement;
};

const std::array<Sum, 3>& Sums() {
  static const std::array<Sum, 3> sums{Sum{Ordinal(Kind::kVisit, "total"), Ordinal(Kind::kSettlement, "total")},
                                       Sum{Ordinal(Kind::kVisit, "scope"), Ordinal(Kind::kSettlement, "scope")},
                                       Sum{Ordinal(Kind::kVisit, "fund"), Ordinal(Kind::kSettlement, "fund")}};
  return sums;
}

int TimeField(Kind kind) {
  const timeline::KindInfo& info = timeline::InfoOf(kind);
  return info.time.empty() ? -1 : static_cast<int>(Ordinal(kind, info.time));
}

// Kinds whose rows lie under their visits.
bool ByVisit(Kind kind) { return kind == Kind::kDiagnosis || kind == Kind::kOperation; }

}  // namespace

ColumnMaker::ColumnMaker(program::FieldSet wanted, program::Subject subject) : subject_(subject) {
  std::vector<bool>& visit = wanted[static_cast<size_t>(Kind::kVisit)];
  for (const Sum& sum : Sums()) {
    sums_ = sums_ || (sum.visit < visit.size() && visit[sum.visit]);
    if (sum.visit < visit.size()) visit[sum.visit] = false;  // computed, not copied
  }
  for (size_t kind = 0; kind < kKindCount; kind++) {
    int time = TimeField(static_cast<Kind>(kind));
    for (size_t field = 0; field < timeline::Fields(static_cast<Kind>(kind)).size(); field++) {
      bool want = static_cast<int>(field) == time || (field < wanted[kind].size() && wanted[kind][field]);
      if (want) fields_[kind].push_back(static_cast<uint16_t>(field));
    }
    bucket_.tables[kind].columns.resize(timeline::Fields(static_cast<Kind>(kind)).size());
  }
}

void ColumnMaker::StartOver() {
  for (Table& table : bucket_.tables) {
    table.rows = 0;
    for (timeline::Column& column : table.columns) column.clear();
    table.person.clear();
    table.visit.clear();
    table.row_id.clear();
    table.person_first.assign(1, 0);
  }
  bucket_.visit_diagnosis_first.assign(1, 0);
  bucket_.visit_operation_first.assign(1, 0);
  bucket_.person_no.clear();
  bucket_.visit_no.clear();
}

void ColumnMaker::AddRows(const History& history, Kind kind, uint32_t person) {
  const Rows& rows = history.of(kind);
  Table& table = bucket_.table(kind);
  bool of_person = subject_ == program::Subject::kPerson;
  order_.resize(rows.size());
  std::iota(order_.begin(), order_.end(), 0U);
  int time = TimeField(kind);
  if (ByVisit(kind)) {
    // Rows of visits that nobody knows are left out.
    owner_.assign(rows.size(), kNoRow);
    for (size_t row = 0; row < rows.size(); row++) {
      auto at = std::lower_bound(visit_rows_.begin(), visit_rows_.end(), std::pair{rows.visit[row], uint32_t{0}});
      if (at != visit_rows_.end() && at->first == rows.visit[row]) owner_[row] = at->second;
    }
    std::erase_if(order_, [&](uint32_t row) { return owner_[row] == kNoRow; });
    std::stable_sort(order_.begin(), order_.end(),
                     [&](uint32_t left, uint32_t right) { return owner_[left] < owner_[right]; });
  } else if (time >= 0) {
    auto before = [&](uint32_t left, uint32_t right) {
      return rows.At(static_cast<size_t>(time), left) < rows.At(static_cast<size_t>(time), right);
    };
    if (!std::is_sorted(order_.begin(), order_.end(), before)) std::stable_sort(order_.begin(), order_.end(), before);
  }
  uint32_t first = table.rows;
  table.rows += static_cast<uint32_t>(order_.size());
  table.person_first.push_back(table.rows);
  table.person.resize(table.rows, person);
  for (uint16_t field : fields_[static_cast<size_t>(kind)]) {
    int64_t* to = table.columns[field].Append(order_.size());
    if (field >= rows.columns.size() || rows.columns[field].empty()) {
      std::fill_n(to, order_.size(), kNull);
      continue;
    }
    const Column& from = rows.columns[field];
    for (size_t i = 0; i < order_.size(); i++) to[i] = from[order_[i]];
  }
  for (uint32_t row : order_) table.row_id.push_back(rows.key[row]);
  if (kind == Kind::kVisit) {
    visit_rows_.clear();
    for (size_t i = 0; i < order_.size(); i++) {
      visit_rows_.emplace_back(rows.key[order_[i]], first + static_cast<uint32_t>(i));
      bucket_.visit_no.push_back(history.visit_no[order_[i]]);
    }
    std::sort(visit_rows_.begin(), visit_rows_.end());
    return;
  }
  if (kind == Kind::kPerson) return;
  if (!of_person) {
    table.visit.resize(table.rows, kNoRow);
    return;
  }
  int64_t last_key = kNull;
  uint32_t last = kNoRow;
  for (uint32_t row : order_) {
    int64_t key = rows.visit[row];
    if (key != last_key) {
      last_key = key;
      auto at = std::lower_bound(visit_rows_.begin(), visit_rows_.end(), std::pair{key, uint32_t{0}});
      last = key != kNull && at != visit_rows_.end() && at->first == key ? at->second : kNoRow;
    }
    table.visit.push_back(last);
  }
  if (!ByVisit(kind)) return;
  std::vector<uint32_t>& list =
      kind == Kind::kDiagnosis ? bucket_.visit_diagnosis_first : bucket_.visit_operation_first;
  uint32_t row = first;
  for (uint32_t visit = static_cast<uint32_t>(list.size()) - 1; visit < bucket_.table(Kind::kVisit).rows; visit++) {
    while (row < table.rows && table.visit[row] == visit) row++;
    list.push_back(row);
  }
}

void ColumnMaker::SumSettlements(const History& history, uint32_t first_visit) {
  Table& visits = bucket_.table(Kind::kVisit);
  const Rows& settlements = history.of(Kind::kSettlement);
  for (const Sum& sum : Sums()) {
    std::vector<uint8_t> unknown(visits.rows - first_visit, 0);
    int64_t* totals = visits.columns[sum.visit].Append(unknown.size());
    std::fill_n(totals, unknown.size(), kNull);
    for (size_t row = 0; row < settlements.size(); row++) {
      auto at =
          std::lower_bound(visit_rows_.begin(), visit_rows_.end(), std::pair{settlements.visit[row], uint32_t{0}});
      if (at == visit_rows_.end() || at->first != settlements.visit[row]) continue;
      int64_t value = settlements.At(sum.settlement, row);
      int64_t& total = totals[at->second - first_visit];
      if (value == kNull)
        unknown[at->second - first_visit] = 1;
      else
        total = total == kNull ? value : AddMicro(total, value);
    }
    for (size_t i = 0; i < unknown.size(); i++) {
      if (unknown[i]) totals[i] = kNull;
    }
  }
}

void ColumnMaker::Add(const History& history) {
  auto person = static_cast<uint32_t>(bucket_.person_no.size());
  uint32_t first_visit = bucket_.table(Kind::kVisit).rows;
  bucket_.person_no.push_back(history.no);
  Table& persons = bucket_.table(Kind::kPerson);
  const Rows& known = history.of(Kind::kPerson);
  for (uint16_t field : fields_[static_cast<size_t>(Kind::kPerson)])
    persons.columns[field].push_back(known.size() > 0 ? known.At(field, 0) : kNull);
  persons.rows++;
  AddRows(history, Kind::kVisit, person);
  for (Kind kind : {Kind::kSettlement, Kind::kDiagnosis, Kind::kOperation, Kind::kLine, Kind::kTrace, Kind::kStock})
    AddRows(history, kind, person);
  if (sums_) SumSettlements(history, first_visit);
}

const timeline::Bucket& ColumnMaker::Make(std::span<const History* const> subjects) {
  StartOver();
  for (const History* history : subjects) Add(*history);
  return bucket_;
}

}  // namespace yijian::realtime
