// Groups and rolling windows: who is asked, what is charged.

#include <algorithm>

#include "eval/judge.h"
#include "eval/report.h"

namespace yijian::eval {

using program::Charge;

namespace {

// The group as the aggregates see it.
struct GroupView {
  std::vector<uint32_t> rows;
  std::vector<uint32_t> at;
  std::vector<const Lookups*> lookups;

  void Clear() {
    rows.clear();
    at.clear();
    lookups.clear();
  }

  void Add(const Member& member) {
    rows.push_back(member.row);
    at.push_back(member.at);
    lookups.push_back(member.lookups);
  }

  // Non-aggregates read row `speaker`.
  void Enter(Context& context, size_t speaker) const {
    context.group = rows;
    context.group_at = at;
    context.group_lookups = lookups;
    context.rows[0] = rows[speaker];
    context.lookups = *lookups[speaker];
    SetAnchor(context, 0);
  }
};

int64_t Having(const GroupView& view, size_t speaker, Context& context) {
  view.Enter(context, speaker);
  return context.rule->having ? Evaluate(context.rule->having, context) : kTrue;
}

Micro QtyOf(const Context& context, uint32_t row) {
  Kind kind = context.rule->a.of;
  const timeline::FieldInfo* field = timeline::FindField(kind, "qty");
  if (!field) return kMicro;
  int64_t qty = context.bucket->table(kind).At(timeline::OrdinalOf(*field), row);
  return qty == kNull ? 0 : qty;
}

// Position of the dearest row by price (lines) or fund (others); the earliest of equals.
size_t Dearest(const GroupView& view, const Context& context) {
  Kind kind = context.rule->a.of;
  const timeline::FieldInfo* field = kind == Kind::kLine    ? timeline::FindField(kind, "price")
                                     : kind == Kind::kVisit ? timeline::FindField(kind, "fund")
                                                            : nullptr;
  size_t best = 0;
  int64_t best_value = kNull;
  for (size_t i = 0; i < view.rows.size(); i++) {
    int64_t value = field ? context.bucket->table(kind).At(timeline::OrdinalOf(*field), view.rows[i]) : kNull;
    if (value != kNull && (best_value == kNull || value > best_value)) {
      best_value = value;
      best = i;
    }
  }
  return best;
}

bool IsInMoney(const BoundRule& rule) {
  return rule.rule->charge == Charge::kExcess && rule.excess->type == lang::Type::kMoney;
}

// Excess of the rule on the group at hand, money to the fen; kNull when the rule has none.
int64_t ExcessOf(Context& context) {
  if (context.rule->rule->charge != Charge::kExcess) return kNull;
  int64_t excess = Evaluate(context.rule->excess, context);
  return IsUnknown(excess) || !IsInMoney(*context.rule) ? excess : FenOf(excess) * kMicroPerFen;
}

constexpr Micro kNotCharged = -1;
constexpr Micro kWhole = 0;

// What the row at `at` takes of the excess that is left: units of its quantity, or its money to the fen. A row whose
// money is unknown takes all there is: how much it holds cannot be told, nor what earlier rows would hold.
Micro TakePart(const GroupView& view, size_t at, Micro& left, Context& context) {
  Kind kind = context.rule->a.of;
  Micro own = 0;
  if (IsInMoney(*context.rule)) {
    view.Enter(context, at);
    int64_t money = Reporter(context).MoneyOf(kind, view.rows[at], 0);
    if (money == kNull) {
      left = 0;
      return kWhole;
    }
    own = FenOf(money) * kMicroPerFen;
  } else {
    own = QtyOf(context, view.rows[at]);
  }
  Micro part = std::min(own, left);
  if (part <= 0) return kNotCharged;
  left -= part;
  return part;
}

// What is charged of each row, by position: kNotCharged, kWhole, or a part as TakePart counts it.
std::vector<Micro> Charges(const GroupView& view, Micro excess, Context& context) {
  std::vector<Micro> parts(view.rows.size(), kNotCharged);
  switch (context.rule->rule->charge) {
    case Charge::kAfterFirst:
      std::fill(parts.begin() + 1, parts.end(), kWhole);
      break;
    case Charge::kButDearest:
      std::fill(parts.begin(), parts.end(), kWhole);
      parts[Dearest(view, context)] = kNotCharged;
      break;
    case Charge::kExcess:
      for (size_t i = parts.size(); i-- > 0 && excess > 0;) parts[i] = TakePart(view, i, excess, context);
      break;
    default:
      std::fill(parts.begin(), parts.end(), kWhole);
  }
  return parts;
}

void ReportGroup(const GroupView& view, const std::vector<Micro>& parts, size_t speaker, Context& context,
                 finding::Sink& sink) {
  Kind kind = context.rule->a.of;
  Reporter reporter(context);
  for (size_t i = 0; i < view.rows.size(); i++) {
    if (parts[i] == kNotCharged) {
      reporter.AddEvidence({kind, view.rows[i]});
      continue;
    }
    view.Enter(context, i);
    if (IsInMoney(*context.rule) && parts[i] != kWhole) {
      reporter.ChargeRow(kind, view.rows[i], 0, FenOf(parts[i]));
    } else {
      reporter.ChargeRow(kind, view.rows[i], parts[i]);
    }
  }
  if (!reporter.HasCharged()) return;
  view.Enter(context, speaker);
  reporter.Finish(sink);
}

}  // namespace

void JudgeGroup(const std::vector<Member>& members, Context& context, finding::Sink& sink) {
  GroupView sure;
  const Member* first_unknown = nullptr;
  for (const Member& member : members) {
    if (member.state == kTrue) sure.Add(member);
    if (member.state != kTrue && !first_unknown) first_unknown = &member;
  }
  // Too few rows cannot have it, whatever facts are missing.
  if (static_cast<int64_t>(members.size()) < context.rule->count_min) return;
  Kind kind = context.rule->a.of;
  if (!sure.rows.empty() && static_cast<int64_t>(sure.rows.size()) >= context.rule->count_min) {
    int64_t having = Having(sure, 0, context);
    if (IsUnknown(having)) return ReportUnknown(context, kind, sure.rows[0], having, sink);
    if (having == kTrue) {
      int64_t excess = ExcessOf(context);
      if (context.rule->rule->charge == Charge::kExcess) {
        if (IsUnknown(excess)) return ReportUnknown(context, kind, sure.rows[0], excess, sink);
        if (excess <= 0) return;
      }
      return ReportGroup(sure, Charges(sure, excess, context), 0, context, sink);
    }
  }
  if (!first_unknown) return;
  GroupView all;
  for (const Member& member : members) all.Add(member);
  int64_t having = Having(all, 0, context);
  if (having == kFalse) return;
  ReportUnknown(context, kind, all.rows[0], IsUnknown(having) ? having : first_unknown->state, sink);
}

namespace {

struct WindowHits {
  struct Hit {
    size_t from;  // first position of its window
    size_t at;
    Micro part;  // of the excess
  };
  std::vector<Hit> hits;
  int64_t unknown = kFalse;  // first unknown answer
  size_t unknown_at = 0;
};

struct Moment {
  size_t from;   // where the window begins
  size_t first;  // rows of the moment: [first, last)
  size_t last;
};

// Asks every row of the moment; an excess is taken from the last backwards, each part once.
void JudgeMoment(const GroupView& view, Moment moment, WindowHits& found, Context& context) {
  bool in_part = context.rule->rule->charge == Charge::kExcess;
  std::vector<WindowHits::Hit> hits;
  Micro taken = 0;
  for (size_t at = moment.last; at-- > moment.first;) {
    int64_t having = Having(view, at - moment.from, context);
    Micro part = kWhole;
    if (having == kTrue && in_part) {
      int64_t excess = ExcessOf(context);
      if (IsUnknown(excess)) {
        having = excess;
      } else {
        Micro left = excess - taken;
        part = left > 0 ? TakePart(view, at - moment.from, left, context) : kNotCharged;
        if (part == kNotCharged) continue;
        taken = excess - left;
      }
    }
    if (having == kTrue) hits.push_back({moment.from, at, part});
    if (IsUnknown(having) && !IsUnknown(found.unknown)) {
      found.unknown = having;
      found.unknown_at = at;
    }
  }
  found.hits.insert(found.hits.end(), hits.rbegin(), hits.rend());
}

// Rows of one moment share their window: none of them came first.
WindowHits FindHits(const std::vector<const Member*>& members, Context& context) {
  const BoundRule& rule = *context.rule;
  std::vector<int64_t> times;
  times.reserve(members.size());
  for (const Member* member : members) times.push_back(TimeOf(*context.bucket, rule.a.of, member->row));
  WindowHits found;
  GroupView view;
  size_t from = 0;
  for (size_t first = 0, last = 0; first < members.size(); first = last) {
    while (last < members.size() && times[last] == times[first]) last++;
    while (times[from] <= times[first] - rule.rule->within.seconds) from++;
    if (static_cast<int64_t>(last - from) < rule.count_min) continue;
    view.Clear();
    for (size_t i = from; i < last; i++) view.Add(*members[i]);
    JudgeMoment(view, {from, first, last}, found, context);
  }
  return found;
}

}  // namespace

void JudgeWindows(const std::vector<Member>& members, Context& context, finding::Sink& sink) {
  Kind kind = context.rule->a.of;
  std::vector<const Member*> sure;
  std::vector<const Member*> all;
  const Member* first_unknown = nullptr;
  const Member* timeless = nullptr;
  for (const Member& member : members) {
    if (TimeOf(*context.bucket, kind, member.row) == kNull) {
      if (!timeless) timeless = &member;
      continue;
    }
    all.push_back(&member);
    if (member.state == kTrue) sure.push_back(&member);
    if (member.state != kTrue && !first_unknown) first_unknown = &member;
  }
  WindowHits found = FindHits(sure, context);
  for (size_t i = 0; i < found.hits.size();) {
    size_t last = i;
    while (last + 1 < found.hits.size() && found.hits[last + 1].from <= found.hits[last].at) last++;
    GroupView chain;
    std::vector<Micro> parts;
    for (size_t at = found.hits[i].from; at <= found.hits[last].at; at++) {
      chain.Add(*sure[at]);
      parts.push_back(kNotCharged);
    }
    for (size_t hit = i; hit <= last; hit++) parts[found.hits[hit].at - found.hits[i].from] = found.hits[hit].part;
    ReportGroup(chain, parts, chain.rows.size() - 1, context, sink);
    i = last + 1;
  }
  if (!found.hits.empty()) return;
  if (IsUnknown(found.unknown)) return ReportUnknown(context, kind, sure[found.unknown_at]->row, found.unknown, sink);
  // It may belong to any window.
  if (timeless && static_cast<int64_t>(members.size()) >= context.rule->count_min)
    return ReportUnknown(context, kind, timeless->row, timeless->state, sink);
  if (!first_unknown) return;
  WindowHits possible = FindHits(all, context);
  if (!possible.hits.empty())
    ReportUnknown(context, kind, all[possible.hits[0].at]->row, first_unknown->state, sink);
  else if (IsUnknown(possible.unknown))
    ReportUnknown(context, kind, all[possible.unknown_at]->row, possible.unknown, sink);
}

}  // namespace yijian::eval
