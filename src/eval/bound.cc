#include "eval/bound.h"

#include <algorithm>

namespace yijian::eval {
namespace {

struct FieldNumbers {
  size_t visit_begin, visit_area;
};

const FieldNumbers& Numbers() {
  static const FieldNumbers numbers{timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "begin")),
                                    timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "area"))};
  return numbers;
}

// A rule that does not look at the item of its lines is in no index of items.
bool WantsAnyItem(const Bound& bound, program::Subject subject, uint8_t moments) {
  auto any = [](const BoundSide& side) { return side.of == Kind::kLine && side.interest.empty(); };
  return std::any_of(bound.rules.begin(), bound.rules.end(), [&](const BoundRule& rule) {
    bool asked = rule.rule->subject == subject && (rule.rule->moments & moments) != 0;
    return asked && (any(rule.a) || (rule.binary && any(rule.b)));
  });
}

}  // namespace

int64_t TimeOf(const Bucket& bucket, Kind kind, uint32_t row) {
  const timeline::KindInfo& info = timeline::InfoOf(kind);
  static const std::array<size_t, timeline::kKindCount> kTimeField = [] {
    std::array<size_t, timeline::kKindCount> fields{};
    for (const timeline::KindInfo& each : timeline::Kinds()) {
      if (!each.time.empty())
        fields[static_cast<size_t>(each.kind)] = timeline::OrdinalOf(*timeline::FindField(each.kind, each.time));
    }
    return fields;
  }();
  int64_t time = info.time.empty() ? kNull : bucket.table(kind).At(kTimeField[static_cast<size_t>(kind)], row);
  if (time != kNull || kind == Kind::kVisit) return time;
  uint32_t visit = VisitOf(bucket, kind, row);
  return visit == kNoRow ? kNull : bucket.table(Kind::kVisit).At(Numbers().visit_begin, visit);
}

int64_t EndOf(const Bucket& bucket, Kind kind, uint32_t row) {
  const timeline::KindInfo& info = timeline::InfoOf(kind);
  if (info.end.empty()) return TimeOf(bucket, kind, row);
  return bucket.table(kind).At(timeline::OrdinalOf(*timeline::FindField(kind, info.end)), row);
}

uint32_t VisitOf(const Bucket& bucket, Kind kind, uint32_t row) {
  if (kind == Kind::kVisit) return row;
  const Table& table = bucket.table(kind);
  return table.visit.empty() ? kNoRow : table.visit[row];
}

const std::string& AreaOf(const Bucket& bucket, const Bound& bound, Kind kind, uint32_t row) {
  uint32_t visit = VisitOf(bucket, kind, row);
  return bound.TextOf(visit == kNoRow ? kNull : bucket.table(Kind::kVisit).At(Numbers().visit_area, visit));
}

program::FieldSet FieldsOf(const Bound& bound, program::Subject subject) {
  program::FieldSet fields = program::NoFields();
  for (const BoundRule& rule : bound.rules) {
    if (rule.rule->subject == subject) program::AddFields(*rule.rule, fields);
  }
  return fields;
}

const std::vector<program::Rule>& RulesOf(const Bound& bound) { return bound.set->rules; }

const timeline::CodeBook& CodesOf(const Bound& bound) { return *bound.codes; }

const std::string& TextOf(const Bound& bound, int64_t code) { return bound.TextOf(code); }

const std::string& NameOf(const Bound& bound, int64_t code) { return bound.NameOf(code); }

Status Cover(const Bound& bound, timeline::CodeBook& codes) { return bound.late->Cover(bound, codes); }

int64_t CoveredOf(const Bound& bound) { return bound.late->covered(); }

bool Concerns(const Bound& bound, program::Subject subject, int64_t item, uint8_t moments) {
  if (WantsAnyItem(bound, subject, moments)) return true;
  if (const LateCode* late = bound.late->Find(item)) return !late->sides[static_cast<size_t>(subject)].empty();
  const std::vector<uint16_t>& group = bound.item_index[static_cast<size_t>(subject)].group;
  return static_cast<uint64_t>(item) < group.size() && group[static_cast<size_t>(item)] != 0;
}

std::optional<std::vector<int64_t>> ItemsOf(const Bound& bound, program::Subject subject, uint8_t moments) {
  if (WantsAnyItem(bound, subject, moments)) return std::nullopt;
  std::vector<int64_t> items;
  const ItemIndex& index = bound.item_index[static_cast<size_t>(subject)];
  for (size_t code = 1; code < index.group.size(); code++) {
    if (index.group[code] != 0) items.push_back(static_cast<int64_t>(code));
  }
  return items;
}

}  // namespace yijian::eval
