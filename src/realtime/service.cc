#include "realtime/service.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/hash.h"
#include "base/json_writer.h"

namespace yijian::realtime {
namespace {

using program::Subject;
using SteadyClock = std::chrono::steady_clock;

constexpr Subject kSubjects[] = {Subject::kPerson, Subject::kDoctor, Subject::kCode};
constexpr uint8_t kAsked = program::kPre | program::kMid;  // moments in which drafts are judged

}  // namespace

// One draft on its way: what was known, and what would be, of all it names.
struct Service::Case {
  const Draft* draft = nullptr;
  struct Known {
    Subject subject = Subject::kPerson;
    History before;
    History after;
  };
  std::vector<Known> known;
  Verdict verdict;
  std::vector<uint32_t> not_reached;
};

namespace {

// What the draft tells anew is no history.
void Clear(const std::vector<Act>& clears, History& known) {
  if (clears.empty()) return;
  History clearing;
  clearing.acts = clears;
  std::vector<Act> before = known.acts;
  Absorb(known, clearing);
  known.acts = std::move(before);
}

// The asker's word counts for visits of which the store knows no line.
void HearOfVisitsElsewhere(const History& elsewhere, History& known) {
  std::set<int64_t> ours;
  for (int64_t visit : known.of(Kind::kLine).visit) ours.insert(visit);
  History news = elsewhere;
  for (size_t kind = 0; kind < kKindCount; kind++) {
    Rows& rows = news.rows[kind];
    std::vector<uint8_t> keep;
    for (int64_t visit : rows.visit) keep.push_back(visit == kNull || !ours.contains(visit) ? 1 : 0);
    if (!keep.empty()) KeepRows(keep, static_cast<Kind>(kind), news);
  }
  Absorb(known, news);
}

bool Wanted(const Draft& draft, const program::Rule& rule) {
  return draft.rules.empty() || std::find(draft.rules.begin(), draft.rules.end(), rule.id) != draft.rules.end();
}

void Join(Verdict from, Verdict& to) {
  std::move(from.added.begin(), from.added.end(), std::back_inserter(to.added));
  std::move(from.lifted.begin(), from.lifted.end(), std::back_inserter(to.lifted));
  std::move(from.doubts.begin(), from.doubts.end(), std::back_inserter(to.doubts));
}

// All cases of one moment in one evaluation for each kind of subject. Cases is a vector of Service::Case.
template <typename Cases>
void JudgeCases(const PackVersion& version, program::Moment moment, Cases& cases, bool count,
                std::optional<SteadyClock::time_point> deadline) {
  for (Subject subject : kSubjects) {
    std::vector<Pair> pairs;
    std::vector<size_t> owner;
    for (size_t i = 0; i < cases.size(); i++) {
      if (cases[i].draft->moment != moment) continue;
      for (const auto& known : cases[i].known) {
        if (known.subject != subject) continue;
        pairs.push_back({&known.before, &known.after, cases[i].draft->now,
                         subject == Subject::kPerson ? &cases[i].draft->told : nullptr});
        owner.push_back(i);
      }
    }
    if (pairs.empty()) continue;
    std::vector<uint32_t> not_reached;
    std::vector<Verdict> verdicts = Judge(
        version, pairs, {.subject = subject, .moments = moment, .deadline = deadline, .count = count}, &not_reached);
    for (size_t i = 0; i < pairs.size(); i++) {
      Join(std::move(verdicts[i]), cases[owner[i]].verdict);
      std::vector<uint32_t>& left = cases[owner[i]].not_reached;
      for (uint32_t rule : not_reached) {
        if (std::find(left.begin(), left.end(), rule) == left.end()) left.push_back(rule);
      }
    }
  }
}

}  // namespace

Service::Service(Store& store, Clock clock) : store_(store), clock_(clock), told_(store, std::move(clock)) {
  auto first = std::make_shared<State>();
  first->policy = std::make_shared<const Policy>();
  state_.store(std::move(first));
}

void Service::Change(const std::function<void(State&)>& change) {
  std::lock_guard lock(change_mutex_);
  auto next = std::make_shared<State>(*state());
  change(*next);
  state_.store(std::move(next), std::memory_order_release);
}

Status Service::LoadLive(const std::vector<std::string>& pack_dirs,
                         const std::function<Status(const PackVersion&)>& check) {
  std::shared_ptr<const PackVersion> version = TRY(PackVersion::Load("live", pack_dirs, store_.codes()));
  if (check) TRY(check(*version));
  TRY(store_.KeepCodes());
  Change([&](State& state) { state.live = version; });
  return {};
}

Status Service::LoadShadow(const std::vector<std::string>& pack_dirs) {
  std::shared_ptr<const PackVersion> version = TRY(PackVersion::Load("shadow", pack_dirs, store_.codes()));
  TRY(store_.KeepCodes());
  Change([&](State& state) { state.shadow = version; });
  std::lock_guard lock(shadow_mutex_);
  shadow_use_.clear();
  return {};
}

void Service::DropShadow() {
  Change([](State& state) { state.shadow = nullptr; });
}

void Service::SetPolicy(Policy policy) {
  auto next = std::make_shared<const Policy>(std::move(policy));
  Change([&](State& state) { state.policy = next; });
}

std::shared_ptr<const PackVersion> Service::live() const { return state()->live; }
std::shared_ptr<const PackVersion> Service::shadow() const { return state()->shadow; }
std::shared_ptr<const Policy> Service::policy() const { return state()->policy; }

Status Service::Gather(const State& state, std::vector<Case>& cases) const {
  for (const std::shared_ptr<const PackVersion>& version : {state.live, state.shadow}) {
    if (version) TRY(store_.codes().Cover(version->bound()));
  }
  auto wanted = [&](int64_t item) {
    return eval::Concerns(state.live->bound(), Subject::kDoctor, item, kAsked) ||
           (state.shadow && eval::Concerns(state.shadow->bound(), Subject::kDoctor, item, kAsked));
  };
  auto text = [&](int64_t code) { return eval::TextOf(state.live->bound(), code); };

  std::vector<int64_t> persons;
  std::vector<size_t> owner;
  for (size_t i = 0; i < cases.size(); i++) {
    if (cases[i].draft->told.subject == kNull) continue;
    persons.push_back(cases[i].draft->told.subject);
    owner.push_back(i);
  }
  std::vector<History> known;
  if (persons.size() == 1)
    known.push_back(TRY(store_.Get(Subject::kPerson, persons[0])));
  else if (!persons.empty())
    known = TRY(store_.Get(Subject::kPerson, persons));
  for (size_t i = 0; i < owner.size(); i++) {
    Case& one = cases[owner[i]];
    Case::Known& person = one.known.emplace_back();
    person.before = std::move(known[i]);
    if (person.before.no.empty()) person.before.no = one.draft->told.no;
    if (!one.draft->elsewhere.empty()) HearOfVisitsElsewhere(one.draft->elsewhere, person.before);
    Clear(one.draft->clears, person.before);
    person.after = person.before;
    Absorb(person.after, one.draft->told);
  }
  for (Case& one : cases) {
    static const History kNobody;
    for (realtime::Change& change : Spread(kNobody, one.draft->told, wanted, text)) {
      if (!state.live->Has(change.subject, one.draft->moment) &&
          !(state.shadow && state.shadow->Has(change.subject, one.draft->moment)))
        continue;
      Case::Known of{change.subject, TRY(store_.Get(change.subject, change.told.subject)), {}};
      of.before.no = change.told.no;
      Clear(one.draft->clears, of.before);
      of.after = of.before;
      Absorb(of.after, change.told);
      one.known.push_back(std::move(of));
    }
  }
  return {};
}

Answer Service::Finish(const State& state, Case& one) const {
  const PackVersion& version = *state.live;
  const Draft& draft = *one.draft;
  Answer answer;
  answer.version = state.live;
  answer.policy = state.policy;
  for (Accusation& added : one.verdict.added) {
    const program::Rule& rule = version.rules().rules[added.rule];
    if (!Wanted(draft, rule)) continue;
    const AdviceRow& row = state.policy->RowFor(rule, draft.moment, draft.institution);
    Hit hit;
    hit.remedy_zh = RemedyFor(version, added).zh;
    hit.remedy_en = RemedyFor(version, added).en;
    // What may still come is no reason to stop anybody.
    hit.advice = added.open_until == kNull ? row.advice : std::min(row.advice, Advice::kWarn);
    hit.reason_needed = row.reason && added.open_until == kNull;
    hit.accusation = std::move(added);
    answer.advice = std::max(answer.advice, hit.advice);
    answer.hits.push_back(std::move(hit));
  }
  for (Accusation& lifted : one.verdict.lifted) {
    if (Wanted(draft, version.rules().rules[lifted.rule])) answer.lifted.push_back(std::move(lifted));
  }
  for (Doubt& doubt : one.verdict.doubts) {
    if (Wanted(draft, version.rules().rules[doubt.rule])) answer.doubts.push_back(std::move(doubt));
  }
  for (uint32_t index : one.not_reached) {
    const program::Rule& rule = version.rules().rules[index];
    if (!Wanted(draft, rule)) continue;
    answer.not_reached.push_back(index);
    if (!state.policy->FailsClosed(rule.rule_class)) continue;
    answer.held_back = true;
    answer.advice = Advice::kBlock;
  }
  return answer;
}

Result<Answer> Service::Ask(const Draft& draft) {
  std::vector<Answer> answers = TRY(AskMany({&draft, 1}));
  return std::move(answers[0]);
}

Result<std::vector<Answer>> Service::AskMany(std::span<const Draft> drafts, Begun begun) {
  SteadyClock::time_point start = SteadyClock::now();
  std::shared_ptr<const State> state = this->state();
  if (!state->live) return InvalidInput("no rule pack is loaded");
  for (const Draft& draft : drafts) {
    if (draft.told.empty()) return InvalidInput("a draft without rows");
  }
  std::vector<Case> cases(drafts.size());
  for (size_t i = 0; i < drafts.size(); i++) cases[i].draft = &drafts[i];
  TRY(Gather(*state, cases));
  std::optional<SteadyClock::time_point> deadline;
  if (state->policy->budget_ms() > 0) deadline = begun + std::chrono::milliseconds(state->policy->budget_ms());
  for (program::Moment moment : {program::kPre, program::kMid}) JudgeCases(*state->live, moment, cases, true, deadline);
  bool shadow = state->shadow && static_cast<int>(asked_++ % 100) < state->policy->shadow_percent();
  std::vector<Answer> answers;
  if (shadow) CompareShadow(*state, cases);
  for (Case& one : cases) answers.push_back(Finish(*state, one));
  auto spent = std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start);
  for (size_t i = 0; i < answers.size(); i++) {
    answers[i].microseconds = spent.count();
    TRY(told_.Tell(drafts[i], answers[i]));
  }
  return answers;
}

// Accusations of one version and not of the other, by rule id, rows and money.
void Service::CompareShadow(const State& state, std::vector<Case>& cases) {
  std::vector<Case> again;
  for (const Case& one : cases) again.push_back({one.draft, one.known, {}, {}});
  for (program::Moment moment : {program::kPre, program::kMid})
    JudgeCases(*state.shadow, moment, again, true, std::nullopt);
  std::vector<Note> notes;
  std::lock_guard lock(shadow_mutex_);
  for (size_t i = 0; i < cases.size(); i++) {
    auto names = [](const PackVersion& version, const Verdict& verdict) {
      std::map<std::string, const Accusation*> named;
      for (const Accusation& added : verdict.added) {
        std::string name = version.rules().rules[added.rule].id;
        for (const AccusedRow& row : added.rows)
          name += (row.charged ? "+" : "-") + std::to_string(row.key) + "=" + std::to_string(row.amount);
        named[name] = &added;
      }
      return named;
    };
    auto live = names(*state.live, cases[i].verdict);
    auto shadow = names(*state.shadow, again[i].verdict);
    auto note = [&](const char* side, const PackVersion& version, const Accusation& accusation) {
      nlohmann::json text{{"side", side},
                          {"rule", version.rules().rules[accusation.rule].id},
                          {"hit", HexOf(accusation.id)},
                          {"msgid", cases[i].draft->msgid},
                          {"visit", accusation.visit_no},
                          {"amount", FormatFen(accusation.amount)},
                          {"message", accusation.message_zh}};
      std::string key = FormatTime(clock_()) + "/" + side + "/" + HexOf(accusation.id);
      notes.push_back({Notes::kShadow, key, text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)});
    };
    for (const auto& [name, accusation] : live) {
      ShadowUse& use = shadow_use_[state.live->rules().rules[accusation->rule].id];
      (shadow.contains(name) ? use.both : use.only_live)++;
      if (!shadow.contains(name)) note("live", *state.live, *accusation);
    }
    for (const auto& [name, accusation] : shadow) {
      if (live.contains(name)) continue;
      shadow_use_[state.shadow->rules().rules[accusation->rule].id].only_shadow++;
      note("shadow", *state.shadow, *accusation);
    }
  }
  // A difference that cannot be kept is still counted; the live answer must not suffer.
  Status ignored = notes.empty() ? Status() : store_.Put(notes);
  static_cast<void>(ignored);
}

Result<std::optional<std::string>> Service::FindAnswer(const std::string& msgid, uint64_t digest) const {
  if (msgid.empty()) return std::optional<std::string>();
  auto conflict = [&] { return Conflict("msgid " + msgid + " was used for another message"); };
  {
    std::lock_guard lock(kept_mutex_);
    if (auto at = kept_.find(msgid); at != kept_.end()) {
      if (at->second.digest != digest) return conflict();
      return std::optional<std::string>(at->second.response);
    }
  }
  std::optional<Receipt> receipt = TRY(store_.FindReceipt(msgid));
  if (!receipt) return std::optional<std::string>();
  if (receipt->digest != digest) return conflict();
  return std::optional<std::string>(std::move(receipt->response));
}

void Service::KeepAnswer(const std::string& msgid, uint64_t digest, const std::string& response) {
  if (msgid.empty()) return;
  std::lock_guard lock(kept_mutex_);
  if (!kept_.try_emplace(msgid, Kept{digest, response}).second) return;
  kept_order_.push_back(msgid);
  kept_bytes_ += msgid.size() + response.size();
  while (kept_bytes_ > kAnswerBytesMax) {
    auto oldest = kept_.find(kept_order_.front());
    kept_bytes_ -= oldest->first.size() + oldest->second.response.size();
    kept_.erase(oldest);
    kept_order_.pop_front();
  }
}

namespace {

// Pairs that cancel each other out go, as they do when a lake takes them in.
void ResolveRefunds(const std::vector<Refund>& refunds, const History& before, History& told) {
  static const size_t kQty = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "qty"));
  Rows& lines = told.of(Kind::kLine);
  std::vector<uint8_t> keep(lines.size(), 1);
  bool any = false;
  auto qty_of = [&](const Rows& rows, int64_t key) -> int64_t {
    auto at = std::find(rows.key.begin(), rows.key.end(), key);
    return at == rows.key.end() ? kNull : rows.At(kQty, static_cast<size_t>(at - rows.key.begin()));
  };
  for (const Refund& refund : refunds) {
    auto line = std::find(lines.key.begin(), lines.key.end(), refund.line);
    if (line == lines.key.end()) continue;
    auto row = static_cast<size_t>(line - lines.key.begin());
    int64_t own = qty_of(told.of(Kind::kLine), refund.of);
    int64_t old = own != kNull ? own : qty_of(before.of(Kind::kLine), refund.of);
    if (old == kNull || lines.At(kQty, row) != -old) continue;
    told.acts.push_back({Deed::kDropRow, Kind::kLine, lines.visit[row], refund.of, kNull, lines.stamp[row]});
    keep[row] = 0;
    for (size_t i = 0; i < lines.size(); i++) {
      if (lines.key[i] == refund.of) keep[i] = 0;  // both in one message
    }
    any = true;
  }
  if (any) KeepRows(keep, Kind::kLine, told);
}

}  // namespace

Result<Taken> Service::Take(const Upload& upload) {
  std::vector<Upload> one{upload};
  return TakeAll(std::move(one));
}

Result<Taken> Service::TakeAll(std::vector<Upload> uploads) {
  if (uploads.empty()) return Taken{};
  const Upload& first = uploads.front();
  // The same message twice at once: the second waits, and finds the first one's receipt. In the order of addresses, so
  // that nobody waits in a circle.
  std::set<std::mutex*> mutexes{&store_.LockOf(static_cast<int64_t>(KeyOf(first.msgid) >> 1))};
  for (const Upload& upload : uploads) mutexes.insert(&store_.LockOf(upload.told.subject));
  std::vector<std::unique_lock<std::mutex>> locks;
  for (std::mutex* mutex : mutexes) locks.emplace_back(*mutex);
  if (std::optional<std::string> answered = TRY(FindAnswer(first.msgid, first.digest)))
    return Taken{true, std::move(*answered)};

  std::shared_ptr<const State> state = this->state();
  for (const std::shared_ptr<const PackVersion>& version : {state->live, state->shadow}) {
    if (version) TRY(store_.codes().Cover(version->bound()));
  }
  auto wanted = [&](int64_t item) {
    bool by_live = state->live && eval::Concerns(state->live->bound(), Subject::kDoctor, item, kAsked);
    return by_live || (state->shadow && eval::Concerns(state->shadow->bound(), Subject::kDoctor, item, kAsked));
  };
  auto text = [&](int64_t code) { return store_.codes().Text(code); };
  std::vector<realtime::Change> changes;
  for (Upload& upload : uploads) {
    History before;
    if (upload.told.subject != kNull && (!upload.told.acts.empty() || !upload.refunds.empty()))
      before = TRY(store_.Get(Subject::kPerson, upload.told.subject));
    ResolveRefunds(upload.refunds, before, upload.told);
    for (realtime::Change& change : Spread(before, upload.told, wanted, text)) changes.push_back(std::move(change));
    if (upload.told.subject != kNull) changes.push_back({Subject::kPerson, std::move(upload.told)});
  }
  std::optional<Receipt> receipt;
  if (!first.msgid.empty()) receipt = Receipt{first.msgid, first.digest, clock_(), first.response};
  TRY(store_.Commit(changes, receipt));
  return Taken{false, first.response};
}

Result<std::map<std::string, Acceptance>> Service::AcceptanceByRule(const std::string& institution) {
  std::map<std::string, Acceptance> by_rule;
  TRY(told_.ForEachTally([&](const TallyKey& key, const Acceptance& count) {
    if (institution.empty() || key.institution == institution) by_rule[key.rule].Add(count);
  }));
  return by_rule;
}

std::map<std::string, ShadowUse> Service::ShadowDifferences() const {
  std::lock_guard lock(shadow_mutex_);
  return shadow_use_;
}

}  // namespace yijian::realtime
