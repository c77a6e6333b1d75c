#include "realtime/told.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "base/hash.h"
#include "base/json_writer.h"
#include "realtime/service.h"

namespace yijian::realtime {
namespace {

// Of a hit about more lines the first are kept; its visit and items still tell what it is about.
constexpr size_t kToldLinesMax = 50;

const char* NameOfMoment(program::Moment moment) { return moment == program::kPre ? "pre" : "mid"; }

// Parts a key; no number, code or time has this byte.
constexpr char kPart = '\x1F';

// A hit is one telling to one institution: two that ask about the same visit are told apart, and a trial from both.
std::string KeyOfHit(const std::string& hit, const std::string& institution, bool trial) {
  return hit + kPart + institution + (trial ? std::string(1, kPart) : "");
}
// The hits of a visit stand beside each other.
std::string KeyOfVisit(const std::string& visit, const std::string& key) { return visit + kPart + key; }

std::string KeyOfFeedback(const std::string& key, const Feedback& feedback) {
  return key + "/" + FormatTime(feedback.at);
}

nlohmann::json ReadNote(std::string_view text) {
  nlohmann::json note = nlohmann::json::parse(text, nullptr, false);
  return note.is_object() ? note : nlohmann::json::object();
}

ToldHit HitOf(std::string_view key, const nlohmann::json& note) {
  ToldHit hit;
  hit.id = key.substr(0, key.find(kPart));
  hit.rule = note.value("rule", "");
  hit.institution = note.value("institution", "");
  hit.department = note.value("department", "");
  hit.doctor = note.value("doctor", "");
  hit.visit = note.value("visit", "");
  hit.moment = note.value("moment", "");
  hit.at = note.value("told_at", note.value("at", ""));
  hit.asked = note.value("asked", "");
  for (const nlohmann::json& line : note.value("lines", nlohmann::json::array()))
    hit.lines.push_back({line.value("line", ""), line.value("item", "")});
  hit.message = note.value("message", "");
  hit.amount = FenOf(ParseMicro(note.value("amount", "0")).value_or(0));
  hit.trial = note.value("trial", false);
  return hit;
}

void AddAnswer(const nlohmann::json& note, ToldHit& hit) {
  hit.answered = true;
  hit.carried_on = note.value("carried_on", false);
  hit.reason = note.value("reason", "");
  hit.by = note.value("by", "");
  hit.answered_at = note.value("at", "");
}

// What stands in the note of a hit, as the doctor and department of its first charged line, else of its visit.
struct Prescriber {
  int64_t department = kNull;
  int64_t doctor = kNull;
};
Prescriber PrescriberOf(const History& told, const Accusation& accusation) {
  static const size_t kLineDepartment = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "department"));
  static const size_t kLineDoctor = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "doctor"));
  static const size_t kVisitDepartment = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "department"));
  static const size_t kVisitDoctor = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "doctor"));
  Prescriber prescriber;
  const Rows& lines = told.of(Kind::kLine);
  for (const AccusedRow& row : accusation.rows) {
    if (row.kind != Kind::kLine || prescriber.doctor != kNull) continue;
    auto at = std::find(lines.key.begin(), lines.key.end(), row.key);
    if (at == lines.key.end()) continue;
    auto index = static_cast<size_t>(at - lines.key.begin());
    prescriber = {lines.At(kLineDepartment, index), lines.At(kLineDoctor, index)};
  }
  const Rows& visits = told.of(Kind::kVisit);
  if (visits.size() > 0 && prescriber.doctor == kNull) prescriber.doctor = visits.At(kVisitDoctor, 0);
  if (visits.size() > 0 && prescriber.department == kNull) prescriber.department = visits.At(kVisitDepartment, 0);
  return prescriber;
}

TallyKey KeyOfTally(const ToldHit& hit) {
  return {hit.at.substr(0, 7), hit.institution, hit.department, hit.doctor, hit.rule, hit.moment};
}

Acceptance CountOf(const ToldHit& hit) {
  Acceptance count;
  count.told = 1;
  count.amount = hit.amount;
  count.answered = hit.answered ? 1 : 0;
  count.changed = hit.answered && !hit.carried_on ? 1 : 0;
  count.carried_on = hit.answered && hit.carried_on ? 1 : 0;
  count.with_reason = count.carried_on != 0 && !hit.reason.empty() ? 1 : 0;
  return count;
}

}  // namespace

void Acceptance::Add(const Acceptance& other, int64_t times) {
  told += times * other.told;
  answered += times * other.answered;
  changed += times * other.changed;
  carried_on += times * other.carried_on;
  with_reason += times * other.with_reason;
  amount += times * other.amount;
}

// In the order of addresses, so that nobody waits in a circle.
std::vector<std::unique_lock<std::mutex>> ToldBook::LockAll(const std::vector<std::string>& keys) {
  std::set<std::mutex*> mutexes;
  for (const std::string& key : keys) mutexes.insert(&hit_locks_[KeyOf(key) % hit_locks_.size()]);
  std::vector<std::unique_lock<std::mutex>> locks;
  for (std::mutex* mutex : mutexes) locks.emplace_back(*mutex);
  return locks;
}

Result<std::optional<ToldHit>> ToldBook::Find(const std::string& key) const {
  std::optional<std::string> note = TRY(store_.Find(Notes::kHits, key));
  if (!note) return std::optional<ToldHit>();
  ToldHit told = HitOf(key, ReadNote(*note));
  TRY(AddAnswerTo(key, told));
  return std::optional<ToldHit>(std::move(told));
}

Status ToldBook::AddAnswerTo(const std::string& hit_key, ToldHit& hit) const {
  std::string prefix = hit_key + "/";
  return store_.ForEach(Notes::kFeedback, prefix, [&](std::string_view key, std::string_view text) {
    if (!key.starts_with(prefix)) return false;
    AddAnswer(ReadNote(text), hit);
    return true;
  });
}

void ToldBook::Tally(const std::optional<ToldHit>& hit, int64_t times) {
  if (!hit || hit->trial) return;
  std::lock_guard lock(tallies_mutex_);
  tallies_[KeyOfTally(*hit)].Add(CountOf(*hit), times);
}

Status ToldBook::Tell(const Draft& draft, const Answer& answer) {
  if (answer.hits.empty()) return {};
  std::vector<std::string> keys;
  for (const Hit& hit : answer.hits) keys.push_back(KeyOfHit(HexOf(hit.accusation.id), draft.institution, draft.trial));
  std::shared_lock gate(gate_);
  std::vector<std::unique_lock<std::mutex>> locks = LockAll(keys);
  std::string at = FormatTime(clock_());
  std::vector<Note> notes;
  std::vector<std::pair<std::optional<ToldHit>, ToldHit>> tallies;  // before, after
  for (size_t i = 0; i < keys.size(); i++) {
    const Hit& hit = answer.hits[i];
    const program::Rule& rule = answer.version->rules().rules[hit.accusation.rule];
    std::optional<ToldHit> before;
    if (tallying_) before = TRY(Find(keys[i]));
    Prescriber prescriber = PrescriberOf(draft.told, hit.accusation);
    auto code = [&](int64_t value) { return value == kNull ? std::string() : store_.codes().Text(value); };
    ToldHit now;
    now.id = HexOf(hit.accusation.id);
    now.rule = rule.id;
    now.institution = draft.institution;
    now.department = code(prescriber.department);
    now.doctor = code(prescriber.doctor);
    now.moment = NameOfMoment(draft.moment);
    now.at = at;
    now.amount = hit.accusation.amount;
    now.trial = draft.trial;
    JsonText text;
    text.Object([&] {
      text.Put("rule", rule.id);
      text.PutNumber("version", std::to_string(rule.version));
      text.Put("class", program::NameOf(rule.rule_class));
      text.Put("severity", program::NameOf(rule.severity));
      text.Put("official", rule.official);
      text.Put("institution", draft.institution);
      text.Put("department", now.department);
      text.Put("doctor", now.doctor);
      text.PutBool("trial", draft.trial);
      text.Put("subject", HexOf(static_cast<uint64_t>(hit.accusation.subject)));
      text.Put("visit", hit.accusation.visit_no);
      text.Put("moment", now.moment);
      text.Put("at", at);
      text.Put("asked", FormatTime(draft.now));
      text.List("lines", [&] {
        size_t named = 0;
        for (const AccusedRow& row : hit.accusation.rows) {
          if (!row.charged || row.kind != Kind::kLine || named == kToldLinesMax) continue;
          named++;
          auto name = draft.row_names.find(row.key);
          text.Object([&] {
            text.Put("line", name == draft.row_names.end() ? std::string() : name->second);
            text.Put("item", code(row.item));
          });
        }
      });
      text.Put("amount", FormatFen(hit.accusation.amount));
      text.Put("advice", NameOf(hit.advice));
      text.PutBool("reason_needed", hit.reason_needed);
      text.Put("message", hit.accusation.message_zh);
    });
    notes.push_back({Notes::kHits, keys[i], std::move(text.text())});
    if (const std::string& visit = hit.accusation.visit_no; !visit.empty() && !draft.trial)
      notes.push_back({Notes::kVisits, KeyOfVisit(visit, keys[i]), "{}"});
    if (!tallying_) continue;
    if (before) TRY(AddAnswerTo(keys[i], now));
    tallies.emplace_back(std::move(before), std::move(now));
  }
  TRY(store_.Put(notes));
  for (const auto& [before, now] : tallies) {
    Tally(before, -1);
    Tally(now, 1);
  }
  return {};
}

Result<FeedbackResult> ToldBook::Take(const std::vector<Feedback>& feedback) {
  FeedbackResult result;
  std::vector<Note> notes;
  auto key_of = [](const Feedback& one) { return KeyOfHit(one.hit, one.institution, one.trial); };
  std::vector<std::string> keys;
  for (const Feedback& one : feedback) keys.push_back(key_of(one));
  std::shared_lock gate(gate_);
  std::vector<std::unique_lock<std::mutex>> locks = LockAll(keys);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (const Feedback& one : feedback) {
    const std::string key = key_of(one);
    std::optional<std::string> told = TRY(store_.Find(Notes::kHits, key));
    if (!told && one.trial) told = TRY(store_.Find(Notes::kHits, KeyOfHit(one.hit, one.institution, false)));
    if (!told) {
      result.unknown.push_back(one.hit);
      continue;
    }
    nlohmann::json hit = ReadNote(*told);
    if (one.carried_on && one.reason.empty() && hit.value("reason_needed", false)) {
      result.without_reason.push_back(one.hit);
      continue;
    }
    if (one.trial && !hit.value("trial", false)) continue;  // told in earnest: its institution's system answers
    nlohmann::json text{{"hit", one.hit},
                        {"rule", hit.value("rule", "")},
                        {"institution", one.institution},
                        {"moment", NameOfMoment(one.moment)},
                        {"carried_on", one.carried_on},
                        {"reason", one.reason},
                        {"by", one.by},
                        {"at", FormatTime(one.at)}};
    auto dump = [&] { return text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); };
    notes.push_back({Notes::kFeedback, KeyOfFeedback(key, one), dump()});
    if (!one.carried_on || one.trial) continue;
    for (const char* known : {"department", "doctor", "visit", "message", "amount"}) text[known] = hit.value(known, "");
    text["told_at"] = hit.value("at", "");
    notes.push_back({Notes::kOverrides, FormatTime(clock_()) + "/" + key, dump()});
  }
  // All or nothing: a message with a mistake is sent again whole.
  if (!result.unknown.empty() || !result.without_reason.empty()) return result;
  std::vector<std::optional<ToldHit>> before;
  for (const std::string& key : tallying_ ? keys : std::vector<std::string>()) before.push_back(TRY(Find(key)));
  TRY(store_.Commit({}, std::nullopt, notes));
  for (size_t i = 0; i < before.size(); i++) {
    Tally(before[i], -1);
    Tally(TRY(Find(keys[i])), 1);
  }
  return result;
}

Status ToldBook::ForEachTally(const std::function<void(const TallyKey&, const Acceptance&)>& take) {
  TRY(CountAll());
  std::lock_guard lock(tallies_mutex_);
  for (const auto& [key, count] : tallies_) {
    if (count.told != 0) take(key, count);
  }
  return {};
}

// What is told and answered from the moment of the view on is tallied as it happens; what stood before is read.
Status ToldBook::CountAll() {
  std::lock_guard count_lock(count_mutex_);
  if (counted_) return {};
  std::unique_ptr<NotesView> view;
  {
    std::unique_lock gate(gate_);
    view = store_.ViewNotes();
    std::lock_guard lock(tallies_mutex_);
    tallies_.clear();
    tallying_ = true;
  }
  struct Last {
    bool carried_on = false;
    bool with_reason = false;
  };
  std::unordered_map<std::string, Last> last;
  TRY(view->ForEach(Notes::kFeedback, [&](std::string_view key, std::string_view text) {
    ToldHit hit;
    AddAnswer(ReadNote(text), hit);
    last.insert_or_assign(std::string(key.substr(0, key.rfind('/'))), Last{hit.carried_on, !hit.reason.empty()});
    return true;
  }));
  Tallies stood;
  TRY(view->ForEach(Notes::kHits, [&](std::string_view key, std::string_view text) {
    ToldHit hit = HitOf(key, ReadNote(text));
    if (auto answer = last.find(std::string(key)); answer != last.end()) {
      hit.answered = true;
      hit.carried_on = answer->second.carried_on;
      if (answer->second.with_reason) hit.reason = "given";
    }
    if (!hit.trial) stood[KeyOfTally(hit)].Add(CountOf(hit));
    return true;
  }));
  std::lock_guard lock(tallies_mutex_);
  for (const auto& [key, count] : stood) tallies_[key].Add(count);
  counted_ = true;
  return {};
}

Result<std::vector<ToldHit>> ToldBook::OfVisit(const std::string& visit) const {
  std::vector<std::string> keys;
  const std::string prefix = KeyOfVisit(visit, "");
  TRY(store_.ForEach(Notes::kVisits, prefix, [&](std::string_view key, std::string_view) {
    if (!key.starts_with(prefix)) return false;
    keys.emplace_back(key.substr(prefix.size()));
    return true;
  }));
  std::vector<ToldHit> told;
  for (const std::string& key : keys) {
    std::optional<ToldHit> hit = TRY(Find(key));
    if (hit) told.push_back(std::move(*hit));
  }
  return told;
}

Status ToldBook::ForEachOverride(const std::function<bool(const ToldHit&)>& take) const {
  return store_.ForEachBack(Notes::kOverrides, "", [&](std::string_view, std::string_view text) {
    nlohmann::json note = ReadNote(text);
    ToldHit hit = HitOf(note.value("hit", ""), note);
    AddAnswer(note, hit);
    return take(hit);
  });
}

}  // namespace yijian::realtime
