// A person's message as doctors and trace codes see it.

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "realtime/service.h"

namespace yijian::realtime {
namespace {

using program::Subject;

struct Numbers {
  size_t doctor = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "exec_doctor"));
  size_t item = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item"));
  size_t code = timeline::OrdinalOf(*timeline::FindField(Kind::kTrace, "code"));
};

const Numbers& FieldNumbers() {
  static const Numbers numbers;
  return numbers;
}

}  // namespace

std::vector<Change> Spread(const History& before, const History& told, const std::function<bool(int64_t)>& wanted,
                           const std::function<std::string(int64_t)>& text) {
  const Numbers& numbers = FieldNumbers();
  std::map<std::pair<Subject, int64_t>, Change> changes;
  auto of = [&](Subject subject, int64_t key) -> History& {
    Change& change = changes[{subject, key}];
    if (change.told.subject != key) {
      change.subject = subject;
      change.told.subject = key;
      change.told.no = subject == Subject::kDoctor ? text(key) : HexOf(static_cast<uint64_t>(key));
      // What the message does to earlier rows it also does to those here; other subjects' rows it does not meet.
      for (const Act& act : told.acts) {
        if (act.deed != Deed::kDropList) change.told.acts.push_back(act);
      }
    }
    return change.told;
  };
  const Rows& lines = told.of(Kind::kLine);
  for (size_t row = 0; row < lines.size(); row++) {
    int64_t doctor = lines.At(numbers.doctor, row);
    int64_t item = lines.At(numbers.item, row);
    if (doctor != kNull && item != kNull && wanted(item))
      CopyRow(lines, row, of(Subject::kDoctor, doctor).of(Kind::kLine));
  }
  const Rows& traces = told.of(Kind::kTrace);
  for (size_t row = 0; row < traces.size(); row++) {
    if (int64_t code = traces.At(numbers.code, row); code != kNull)
      CopyRow(traces, row, of(Subject::kCode, code).of(Kind::kTrace));
  }
  auto all = [&] {
    std::vector<Change> list;
    for (auto& [key, change] : changes) list.push_back(std::move(change));
    return list;
  };
  if (told.acts.empty()) return all();

  // Whose earlier rows an act may touch: those of the visits and settlements it names.
  std::set<int64_t> visits, settlements;
  for (const Act& act : told.acts) {
    if (act.visit != kNull) visits.insert(act.visit);
    if (act.deed == Deed::kUnsettle || act.deed == Deed::kSettle || act.deed == Deed::kDropRow)
      settlements.insert(act.key);
  }
  static const size_t kLineSettlement = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "settlement"));
  static const size_t kTraceSettlement = timeline::OrdinalOf(*timeline::FindField(Kind::kTrace, "settlement"));
  const Rows& old_lines = before.of(Kind::kLine);
  for (size_t row = 0; row < old_lines.size(); row++) {
    int64_t doctor = old_lines.At(numbers.doctor, row);
    int64_t item = old_lines.At(numbers.item, row);
    bool touched = visits.contains(old_lines.visit[row]) || settlements.contains(old_lines.key[row]) ||
                   settlements.contains(old_lines.At(kLineSettlement, row));
    if (touched && doctor != kNull && item != kNull && wanted(item)) of(Subject::kDoctor, doctor);
  }
  const Rows& old_traces = before.of(Kind::kTrace);
  for (size_t row = 0; row < old_traces.size(); row++) {
    int64_t code = old_traces.At(numbers.code, row);
    bool touched = visits.contains(old_traces.visit[row]) || settlements.contains(old_traces.key[row]) ||
                   settlements.contains(old_traces.At(kTraceSettlement, row));
    if (touched && code != kNull) of(Subject::kCode, code);
  }
  return all();
}

}  // namespace yijian::realtime
