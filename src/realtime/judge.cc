#include "realtime/judge.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "base/hash.h"

namespace yijian::realtime {
namespace {

using finding::Finding;
using finding::RowRef;
using program::Within;
using SteadyClock = std::chrono::steady_clock;

size_t Ordinal(Kind kind, std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); }

// Ordinals of what accusations show of a row; -1 when the kind has no such field.
struct Shown {
  int time = -1;
  int item = -1;
  int qty = -1;
};

const Shown& ShownOf(Kind kind) {
  static const std::array<Shown, kKindCount> kShown = [] {
    std::array<Shown, kKindCount> shown;
    for (const timeline::KindInfo& info : timeline::Kinds()) {
      Shown& of = shown[static_cast<size_t>(info.kind)];
      auto find = [&](std::string_view name) {
        const timeline::FieldInfo* field = name.empty() ? nullptr : timeline::FindField(info.kind, name);
        return field ? static_cast<int>(timeline::OrdinalOf(*field)) : -1;
      };
      of.time = find(info.time);
      of.qty = find("qty");
      for (std::string_view name : {"item", "code", "diagnosis"}) {
        const timeline::FieldInfo* field = timeline::FindField(info.kind, name);
        if (of.item < 0 && field && field->type == timeline::FieldType::kCode) of.item = find(name);
      }
    }
    return shown;
  }();
  return kShown[static_cast<size_t>(kind)];
}

// Costs and budget, rule by rule.
class Watch : public eval::RuleWatch {
 public:
  Watch(const PackVersion& version, const JudgeOptions& options) : version_(version), options_(options) {}

  // Rules follow each other without a pause: one look at the clock for each.
  bool Begin(uint32_t rule) override {
    if (options_.deadline && began_ >= *options_.deadline) {
      not_reached.push_back(rule);
      if (options_.count) version_.use(rule).not_reached.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
    return true;
  }
  void End(uint32_t rule) override {
    if (!options_.count && !options_.deadline) return;
    SteadyClock::time_point now = SteadyClock::now();
    auto spent = std::chrono::duration_cast<std::chrono::nanoseconds>(now - began_);
    began_ = now;
    if (!options_.count) return;
    version_.use(rule).runs.fetch_add(1, std::memory_order_relaxed);
    version_.use(rule).nanoseconds.fetch_add(spent.count(), std::memory_order_relaxed);
  }

  std::vector<uint32_t> not_reached;

 private:
  const PackVersion& version_;
  const JudgeOptions& options_;
  SteadyClock::time_point began_ = SteadyClock::now();
};

class Differ {
 public:
  Differ(const PackVersion& version, std::span<const Pair> pairs, const timeline::Bucket& bucket,
         const JudgeOptions& options)
      : version_(version), pairs_(pairs), bucket_(bucket), options_(options), verdicts_(pairs.size()) {}

  std::vector<Verdict> Run(const finding::Collector& found) {
    std::vector<Named> named;
    named.reserve(found.findings.size());
    for (const Finding& finding : found.findings) named.push_back({IdOf(finding), MoneyOf(finding), &finding});
    std::unordered_map<uint64_t, const Named*> before, after;
    for (const Named& one : named) {
      // Ids of different pairs differ only when their rows do: the pair is part of the key.
      uint64_t key = one.id ^ PairOf(one.finding->person) * 0x9e3779b97f4a7c15U;
      (IsAfter(one.finding->person) ? after : before).emplace(key, &one);
    }
    for (const Named& one : named) {
      uint64_t key = one.id ^ PairOf(one.finding->person) * 0x9e3779b97f4a7c15U;
      Verdict& verdict = verdicts_[PairOf(one.finding->person)];
      if (IsAfter(one.finding->person)) {
        auto old = before.find(key);
        if (old == before.end() || old->second->money != one.money) verdict.added.push_back(Tell(one));
      } else if (!after.contains(key)) {
        verdict.lifted.push_back(Tell(one));
      }
    }
    Doubts(found.unknowns);
    if (options_.count) {
      for (const Verdict& verdict : verdicts_) {
        for (const Accusation& added : verdict.added)
          version_.use(added.rule).hits.fetch_add(1, std::memory_order_relaxed);
        for (const Doubt& doubt : verdict.doubts)
          version_.use(doubt.rule).unknowns.fetch_add(1, std::memory_order_relaxed);
      }
    }
    for (Verdict& verdict : verdicts_) {
      for (std::vector<Accusation>* list : {&verdict.added, &verdict.lifted}) {
        std::sort(list->begin(), list->end(), [](const Accusation& left, const Accusation& right) {
          return std::tie(left.rule, left.id) < std::tie(right.rule, right.id);
        });
      }
    }
    return std::move(verdicts_);
  }

 private:
  struct Named {
    uint64_t id;
    uint64_t money;
    const Finding* finding;
  };

  static bool IsAfter(uint32_t person) { return person % 2 == 1; }
  static size_t PairOf(uint32_t person) { return person / 2; }

  int64_t KeyOfRow(RowRef row) const { return bucket_.table(row.kind).row_id[row.row]; }
  const program::Rule& RuleOf(uint32_t rule) const { return version_.rules().rules[rule]; }

  static void Put(std::string& text, int64_t number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  }

  uint64_t IdOf(const Finding& finding) const {
    const program::Rule& rule = RuleOf(finding.rule);
    std::string text = rule.id + "@" + std::to_string(rule.version);
    Put(text, pairs_[PairOf(finding.person)].after->subject);
    auto put = [&](RowRef row, char role) {
      text += role;
      text += static_cast<char>('0' + static_cast<int>(row.kind));
      Put(text, KeyOfRow(row));
    };
    for (const finding::ChargedRow& row : finding.charged) put(row.row, '+');
    for (const RowRef& row : finding.evidence) put(row, '-');
    return KeyOf(text);
  }

  static uint64_t MoneyOf(const Finding& finding) {
    std::string text;
    for (const finding::ChargedRow& row : finding.charged) {
      Put(text, row.amount);
      Put(text, row.units);
    }
    Put(text, finding.amount_unknown ? 1 : 0);
    return KeyOf(text);
  }

  AccusedRow RowOf(RowRef ref) const {
    const timeline::Table& table = bucket_.table(ref.kind);
    const Shown& shown = ShownOf(ref.kind);
    auto at = [&](int field) { return field < 0 ? kNull : table.At(static_cast<size_t>(field), ref.row); };
    AccusedRow row;
    row.kind = ref.kind;
    row.key = KeyOfRow(ref);
    uint32_t visit = VisitOf(ref);
    if (visit != timeline::kNoRow) row.visit = bucket_.table(Kind::kVisit).row_id[visit];
    row.time = at(shown.time);
    static const size_t kBegin = Ordinal(Kind::kVisit, "begin");
    if (row.time == kNull && visit != timeline::kNoRow) row.time = bucket_.table(Kind::kVisit).At(kBegin, visit);
    row.item = at(shown.item);
    row.qty = at(shown.qty);
    return row;
  }

  uint32_t VisitOf(RowRef ref) const {
    if (ref.kind == Kind::kVisit) return ref.row;
    const timeline::Table& table = bucket_.table(ref.kind);
    return table.visit.empty() ? timeline::kNoRow : table.visit[ref.row];
  }

  Accusation Tell(const Named& named) const {
    const Finding& finding = *named.finding;
    const History& history = *pairs_[PairOf(finding.person)].after;
    Accusation accusation;
    accusation.id = named.id;
    accusation.rule = finding.rule;
    accusation.subject = history.subject;
    accusation.subject_no = bucket_.person_no[finding.person];
    for (const finding::ChargedRow& charged : finding.charged) {
      AccusedRow row = RowOf(charged.row);
      row.charged = true;
      row.amount = charged.amount;
      row.units = charged.units;
      accusation.rows.push_back(row);
    }
    for (const RowRef& evidence : finding.evidence) accusation.rows.push_back(RowOf(evidence));
    uint32_t visit = VisitOf(finding.charged.front().row);
    static const size_t kInstitution = Ordinal(Kind::kVisit, "institution");
    if (visit != timeline::kNoRow) {
      accusation.visit_no = bucket_.visit_no[visit];
      accusation.institution = bucket_.table(Kind::kVisit).At(kInstitution, visit);
    } else if (const timeline::FieldInfo* own = timeline::FindField(finding.charged.front().row.kind, "institution")) {
      const RowRef& first = finding.charged.front().row;
      accusation.institution = bucket_.table(first.kind).At(timeline::OrdinalOf(*own), first.row);
    }
    accusation.facts = finding.facts;
    accusation.amount = finding.amount;
    accusation.amount_unknown = finding.amount_unknown;
    accusation.message_zh = finding.message_zh;
    accusation.message_en = finding.message_en;
    Time open = OpenUntil(RuleOf(finding.rule), finding.charged.front().row);
    if (open != kNull && open > pairs_[PairOf(finding.person)].now) accusation.open_until = open;
    return accusation;
  }

  // When nothing that is still to come can end the accusation.
  Time OpenUntil(const program::Rule& rule, RowRef a) const {
    if (rule.form != program::Form::kAbsence || rule.direction == program::Direction::kBefore) return kNull;
    AccusedRow row = RowOf(a);
    if (row.time == kNull) return kNull;
    Date day = DayOf(row.time);
    CivilDay civil = CivilOf(day);
    switch (rule.within.unit) {
      case Within::Unit::kRolling:
        return row.time + rule.within.seconds;
      case Within::Unit::kHour:
        return row.time - (row.time - StartOf(day)) % kSecondsPerHour + kSecondsPerHour;
      case Within::Unit::kDay:
        return StartOf(day + 1);
      case Within::Unit::kIsoWeek:
        return StartOf(day - WeekdayOf(day) + 7);
      case Within::Unit::kMonth:
        return StartOf(civil.month == 12 ? DateOf({civil.year + 1, 1, 1}) : DateOf({civil.year, civil.month + 1, 1}));
      case Within::Unit::kYear:
        return StartOf(DateOf({civil.year + 1, 1, 1}));
      case Within::Unit::kVisit:
      case Within::Unit::kStay: {
        uint32_t visit = VisitOf(a);
        static const size_t kEnd = Ordinal(Kind::kVisit, "end");
        Time end = visit == timeline::kNoRow ? kNull : bucket_.table(Kind::kVisit).At(kEnd, visit);
        return end == kNull ? INT64_MAX : end;
      }
      case Within::Unit::kAll:
        return INT64_MAX;
    }
    return kNull;
  }

  void Doubts(const std::vector<finding::Unknown>& unknowns) {
    auto key_of = [&](const finding::Unknown& unknown) {
      return std::tuple(PairOf(unknown.person), unknown.rule, unknown.row.kind, KeyOfRow(unknown.row), unknown.reason);
    };
    std::vector<decltype(key_of(unknowns.front()))> before;
    for (const finding::Unknown& unknown : unknowns) {
      if (!IsAfter(unknown.person)) before.push_back(key_of(unknown));
    }
    std::sort(before.begin(), before.end());
    for (const finding::Unknown& unknown : unknowns) {
      if (!IsAfter(unknown.person) || std::binary_search(before.begin(), before.end(), key_of(unknown))) continue;
      verdicts_[PairOf(unknown.person)].doubts.push_back(
          {unknown.rule, RowOf(unknown.row), std::string(unknown.reason)});
    }
  }

  const PackVersion& version_;
  std::span<const Pair> pairs_;
  const timeline::Bucket& bucket_;
  const JudgeOptions& options_;
  std::vector<Verdict> verdicts_;
};

// Lines that the two histories of a pair may differ in, or judge differently: those told, and all of the visits told of
// (a condition may look at the visit, its diagnoses and its sums). All lines where more than that may differ.
class Difference {
 public:
  Difference(const PackVersion& version, std::span<const Pair> pairs, const timeline::Bucket& bucket)
      : person_fields_(version.fields(program::Subject::kPerson)[static_cast<size_t>(Kind::kPerson)]), bucket_(bucket) {
    lines_.assign(bucket.table(Kind::kLine).rows, 0);
    for (size_t i = 0; i < pairs.size(); i++) {
      bool known = pairs[i].told && pairs[i].told->acts.empty() && SamePerson(pairs[i]);
      if (known) Name(*pairs[i].told);
      for (size_t person : {2 * i, 2 * i + 1}) Mark(person, known);
    }
  }

  const std::vector<uint8_t>& lines() const { return lines_; }

 private:
  bool SamePerson(const Pair& pair) const {
    const Rows& before = pair.before->of(Kind::kPerson);
    const Rows& after = pair.after->of(Kind::kPerson);
    for (size_t field = 0; field < person_fields_.size(); field++) {
      int64_t was = before.size() > 0 ? before.At(field, 0) : kNull;
      int64_t is = after.size() > 0 ? after.At(field, 0) : kNull;
      if (person_fields_[field] && was != is) return false;
    }
    return true;
  }

  void Name(const History& told) {
    visits_.clear();
    for (const Rows& rows : told.rows) {
      for (int64_t visit : rows.visit) {
        if (visit != kNull && (visits_.empty() || visits_.back() != visit)) visits_.push_back(visit);
      }
    }
    keys_ = told.of(Kind::kLine).key;
    std::sort(visits_.begin(), visits_.end());
    std::sort(keys_.begin(), keys_.end());
  }

  void Mark(size_t person, bool known) {
    const timeline::Table& lines = bucket_.table(Kind::kLine);
    if (lines.person_first.size() < person + 2) return;
    const timeline::Table& visits = bucket_.table(Kind::kVisit);
    uint32_t visit = timeline::kNoRow;
    bool named = false;
    for (uint32_t row = lines.person_first[person]; row < lines.person_first[person + 1]; row++) {
      if (!known) {
        lines_[row] = 1;
        continue;
      }
      if (lines.visit[row] != visit) {
        visit = lines.visit[row];
        named = visit != timeline::kNoRow && std::binary_search(visits_.begin(), visits_.end(), visits.row_id[visit]);
      }
      lines_[row] = named || std::binary_search(keys_.begin(), keys_.end(), lines.row_id[row]) ? 1 : 0;
    }
  }

  const std::vector<bool>& person_fields_;
  const timeline::Bucket& bucket_;
  std::vector<int64_t> visits_;
  std::vector<int64_t> keys_;
  std::vector<uint8_t> lines_;
};

// Columns keep their memory from request to request. A thread has those of the version it used last.
ColumnMaker& MakerFor(const PackVersion& version, program::Subject subject) {
  struct Makers {
    uint64_t version = 0;
    std::array<std::optional<ColumnMaker>, 4> of;
  };
  thread_local Makers makers;
  if (makers.version != version.number()) {
    for (std::optional<ColumnMaker>& maker : makers.of) maker.reset();
    makers.version = version.number();
  }
  std::optional<ColumnMaker>& maker = makers.of[static_cast<size_t>(subject)];
  if (!maker) maker.emplace(version.fields(subject), subject);
  return *maker;
}

}  // namespace

std::vector<Verdict> Judge(const PackVersion& version, std::span<const Pair> pairs, const JudgeOptions& options,
                           std::vector<uint32_t>* not_reached) {
  if (pairs.empty() || !version.Has(options.subject, options.moments)) return std::vector<Verdict>(pairs.size());
  std::vector<const History*> subjects;
  for (const Pair& pair : pairs) {
    subjects.push_back(pair.before);
    subjects.push_back(pair.after);
  }
  const timeline::Bucket& bucket = MakerFor(version, options.subject).Make(subjects);
  finding::Collector found;
  Watch watch(version, options);
  Difference difference(version, pairs, bucket);
  eval::EvaluateColumns(version.bound(), bucket, found,
                        {.subject = options.subject,
                         .moments = options.moments,
                         .watch = &watch,
                         .lines_of_interest = &difference.lines()});
  if (not_reached) not_reached->insert(not_reached->end(), watch.not_reached.begin(), watch.not_reached.end());
  return Differ(version, pairs, bucket, options).Run(found);
}

}  // namespace yijian::realtime
