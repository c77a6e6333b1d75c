#include "api/realtime_desk.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "http/rate_limiter.h"
#include "realtime/example.h"
#include "realtime/rebuild.h"

namespace yijian::api {
namespace {

using http::Response;
using SteadyClock = std::chrono::steady_clock;

constexpr size_t kBatchLinesMax = 10'000;
constexpr int64_t kExamples = 400;
constexpr size_t kBucketsMax = 100'000;
// Of those without settings of their own: people who try it, and who signs instead of showing a key.
constexpr int64_t kPerSecond = 50;
constexpr int64_t kBurst = 100;

int64_t MicrosecondsSince(SteadyClock::time_point start) {
  return std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - start).count();
}

Result<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("cannot open " + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The gateway's problem as the server tells all problems.
Response ProblemOf(const realtime::WireResponse& response) {
  http::Problem problem = http::ProblemOf(response.status);
  problem.code = response.word;
  for (const realtime::WireErrorInfo& info : realtime::WireErrors()) {
    if (info.code == response.word) problem.title = {std::string(info.zh), std::string(info.en)};
  }
  nlohmann::json told = nlohmann::json::parse(response.body, nullptr, false);
  if (told.is_object()) {
    problem.detail = {told.value("detail", ""), told.value("title_en", "")};
    if (std::string place = told.value("place", ""); !place.empty())
      problem.errors.push_back({place, "", problem.title});
  }
  return Response::Of(std::move(problem));
}

}  // namespace

// Made once, so that a question looks up no name.
struct RealtimeDesk::Counters {
  explicit Counters(http::Metrics& metrics) {
    for (const char* what : {"3101", "3102", "3103", "pre", "mid", "feedback", "upload"}) {
      all.emplace(what, One{metrics.CounterOf("yijian_realtime_requests_total", "Real-time requests answered",
                                              {{"what", what}, {"result", "ok"}}),
                            metrics.CounterOf("yijian_realtime_requests_total", "Real-time requests answered",
                                              {{"what", what}, {"result", "error"}}),
                            metrics.HistogramOf("yijian_realtime_seconds", "Time in the handler", {{"what", what}},
                                                {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2})});
    }
    refused.emplace(metrics.CounterOf("yijian_realtime_refused_total", "Requests beyond the rate of their sender"));
  }
  struct One {
    http::Counter ok;
    http::Counter error;
    http::Histogram seconds;
  };
  One& Of(const std::string& infno) {
    auto at = all.find(infno);
    return at == all.end() ? all.at("upload") : at->second;
  }
  std::map<std::string, One> all;
  std::optional<http::Counter> refused;
};

RealtimeDesk::RealtimeDesk(RealtimeOptions options, store::Database& database, const Clock& clock,
                           http::Metrics& metrics)
    : options_(std::move(options)),
      database_(database),
      clock_(clock),
      counters_(std::make_unique<Counters>(metrics)),
      book_(std::make_shared<const Book>()) {}
RealtimeDesk::~RealtimeDesk() = default;

Result<std::unique_ptr<RealtimeDesk>> RealtimeDesk::Open(RealtimeOptions options, store::Database& database,
                                                         const Clock& clock, http::Metrics& metrics) {
  std::unique_ptr<RealtimeDesk> desk(new RealtimeDesk(std::move(options), database, clock, metrics));
  desk->store_ = TRY(realtime::Store::Open(desk->options_.timelines));
  desk->service_ = std::make_unique<realtime::Service>(*desk->store_, [&clock] { return CivilTimeOf(clock.Now()); });
  desk->gateway_ = std::make_unique<realtime::Gateway>(*desk->service_, realtime::Institutions());
  TRY(desk->Load());
  TRY(desk->Refresh());
  desk->kept_ = std::make_unique<realtime::RequestLog>(*desk->store_, desk->options_.kept);
  return desk;
}

Status RealtimeDesk::Load() {
  std::lock_guard lock(load_mutex_);
  realtime::Policy policy;
  if (!options_.policy.empty())
    policy = TRY(realtime::Policy::Parse(TRY(ReadFile(options_.policy))).While("the policy " + options_.policy));
  TRY(service_->LoadLive(options_.packs, [&](const realtime::PackVersion& version) { return CheckFields(version); }));
  live_at_ = clock_.Now();
  if (!options_.shadow_packs.empty()) {
    TRY(service_->LoadShadow(options_.shadow_packs).While("the shadow pack"));
    shadow_at_ = clock_.Now();
  }
  file_policy_ = std::move(policy);
  SetPolicy();
  return {};
}

// Before they are in force: a rule that reads what the store does not keep could only say that it does not know.
Status RealtimeDesk::CheckFields(const realtime::PackVersion& version) const {
  std::vector<std::string> missing = TRY(realtime::MissingFields(*store_, version));
  if (missing.empty()) return {};
  return InvalidInput("the timeline store does not keep " + missing.front() +
                      ", which rules read: yijian timelines rebuild makes it anew");
}

// Grades given here stand over those of the file.
void RealtimeDesk::SetPolicy() {
  realtime::Policy policy = file_policy_;
  for (const auto& [institution, caller] : book()->callers) {
    if (!caller.grade.empty()) policy.SetGrade(institution, caller.grade);
  }
  service_->SetPolicy(std::move(policy));
}

Status RealtimeDesk::Reload() { return Load(); }

Status RealtimeDesk::Refresh() {
  auto next = std::make_shared<Book>();
  TRY(database_.Read([&](store::Session& session) -> Status {
    for (account::Caller& caller : TRY(account::ListCallers(session))) {
      std::string code = caller.institution;
      next->callers.emplace(std::move(code), std::move(caller));
    }
    for (const store::Row& row : TRY(session.Query("SELECT code, name, area FROM institution")))
      next->institutions[row.Text("code")] = {row.Text("name"), row.Text("area")};
    return {};
  }));
  nlohmann::json agreements = nlohmann::json::object();
  for (const auto& [code, caller] : next->callers) {
    auto owner = std::make_shared<const KeyOwner>(KeyOwner{code, caller.name});
    if (caller.enabled && !caller.key_digest.empty()) next->owners[caller.key_digest] = {owner, INT64_MAX};
    if (caller.enabled && !caller.old_key_digest.empty())
      next->owners[caller.old_key_digest] = {owner, caller.old_key_until.value_or(0)};
    nlohmann::json agreement{{"name", caller.name},
                             {"enabled", caller.enabled},
                             {"must_encrypt", caller.must_encrypt},
                             {"sm3_secret", caller.sm3_secret},
                             {"sm4_mode", caller.sm4_mode}};
    if (caller.must_sign != "none") agreement["must_sign"] = caller.must_sign;
    if (!caller.sm2_public.empty()) agreement["sm2_public"] = caller.sm2_public;
    if (!caller.sm4_key.empty()) agreement["sm4_key"] = caller.sm4_key;
    agreements[code] = std::move(agreement);
  }
  nlohmann::json file{{"open", options_.open},
                      {"clock_skew_seconds", options_.clock_skew_seconds},
                      {"division", options_.division},
                      {"institutions", std::move(agreements)}};
  if (!options_.sm2_private.empty()) file["sign"] = {{"type", "SM2"}, {"sm2_private", options_.sm2_private}};
  realtime::Institutions institutions = TRY(realtime::Institutions::Parse(file.dump()));
  std::lock_guard lock(load_mutex_);
  book_.store(std::move(next), std::memory_order_release);
  gateway_->SetInstitutions(std::move(institutions));
  SetPolicy();
  return {};
}

RealtimeDesk::PackInfo RealtimeDesk::live() const {
  std::shared_ptr<const realtime::PackVersion> version = service_->live();
  return {version->name(), version->rules().digest, version->rules().rules.size(), live_at_};
}

std::optional<RealtimeDesk::PackInfo> RealtimeDesk::shadow() const {
  std::shared_ptr<const realtime::PackVersion> version = service_->shadow();
  if (!version) return std::nullopt;
  return PackInfo{version->name(), version->rules().digest, version->rules().rules.size(), shadow_at_};
}

std::shared_ptr<const KeyOwner> RealtimeDesk::OwnerOf(std::string_view authorization) const {
  constexpr std::string_view kBearer = "Bearer ";
  if (!authorization.starts_with(kBearer)) return nullptr;
  std::shared_ptr<const Book> book = this->book();
  auto at = book->owners.find(account::DigestOfKey(authorization.substr(kBearer.size())));
  if (at == book->owners.end() || clock_.Now() >= at->second.second) return nullptr;
  return at->second.first;
}

bool RealtimeDesk::Sees(const account::Actor& actor, const std::string& institution) const {
  if (institution.empty()) return false;
  if (!actor.institution.empty()) return actor.institution == institution;
  std::shared_ptr<const Book> book = this->book();
  auto at = book->institutions.find(institution);
  if (at != book->institutions.end()) return account::AreaCovers(actor.area, at->second.area);
  // The national code of an institution names its division: H, P or so, and six digits.
  return institution.size() > 7 && account::AreaCovers(actor.area, institution.substr(1, 6));
}

std::string RealtimeDesk::NameOf(const std::string& institution) const {
  std::shared_ptr<const Book> book = this->book();
  auto at = book->institutions.find(institution);
  if (at != book->institutions.end()) return at->second.name;
  auto caller = book->callers.find(institution);
  return caller == book->callers.end() ? "" : caller->second.name;
}

int64_t RealtimeDesk::NowSeconds() const {
  return std::chrono::duration_cast<std::chrono::seconds>(SteadyClock::now().time_since_epoch()).count();
}

Status RealtimeDesk::Ping() const {
  TRY(store_->Word("fields"));
  return {};
}

double RealtimeDesk::Take(const std::string& who, const std::string& institution, int64_t count) {
  double per_second = kPerSecond, burst = kBurst;
  std::shared_ptr<const Book> book = this->book();
  if (auto at = book->callers.find(institution); at != book->callers.end() && who == institution) {
    per_second = static_cast<double>(at->second.per_second);
    burst = static_cast<double>(at->second.burst);
  }
  double now = std::chrono::duration<double>(SteadyClock::now().time_since_epoch()).count();
  std::lock_guard lock(buckets_mutex_);
  if (buckets_.size() >= kBucketsMax) buckets_.clear();  // names are ours or addresses; a flood of them gains a burst
  auto [at, is_new] = buckets_.try_emplace(who, Bucket{burst, now});
  Bucket& bucket = at->second;
  bucket.tokens = std::min(burst, bucket.tokens + std::max(0.0, now - bucket.at_s) * per_second);
  bucket.at_s = now;
  // A batch larger than the burst passes when nothing else was asked, and makes its sender wait afterwards.
  double needed = std::min(static_cast<double>(count), burst);
  if (bucket.tokens < needed) return (needed - bucket.tokens) / per_second;
  bucket.tokens -= static_cast<double>(count);
  return 0;
}

std::optional<Response> RealtimeDesk::TooOften(const std::string& who, const std::string& institution, int64_t count) {
  double wait_s = Take(who, institution, count);
  if (wait_s <= 0) return std::nullopt;
  monitor_.Refused(institution, NowSeconds());
  counters_->refused->Add();
  return Response::Of(http::TooOften(wait_s));
}

void RealtimeDesk::Saw(realtime::WireResponse& response, std::string_view body, const Asking& asking,
                       int64_t microseconds) {
  if (response.trace.empty() || response.status != 200) response.trace = asking.trace;
  monitor_.Saw(response.glance, response.word, microseconds, NowSeconds());
  Counters::One& counters = counters_->Of(response.glance.infno);
  (response.word.empty() ? counters.ok : counters.error).Add();
  counters.seconds.Observe(static_cast<double>(microseconds) / 1e6);
  kept_->Keep(response, body, microseconds, clock_.Now() * 1000);
}

Response RealtimeDesk::National(const std::string& infno, const realtime::KeyHolder& key, std::string_view body,
                                const Asking& asking) {
  bool known = !key.institution.empty();
  std::string who = known ? key.institution : "address " + asking.remote;
  if (auto refused = TooOften(who, key.institution, 1)) return std::move(*refused);
  SteadyClock::time_point start = SteadyClock::now();
  realtime::KeyHolder holder = key;
  holder.needed = !options_.open;
  realtime::WireResponse response = gateway_->National(infno, body, holder, asking.arrived);
  Saw(response, body, asking, MicrosecondsSince(start));
  return Response::JsonText(std::move(response.body)).Header("X-Trace-Id", response.trace);
}

Response RealtimeDesk::Twin(const std::string& what, const realtime::Caller& caller, std::string_view body,
                            const Asking& asking) {
  std::string who = caller.trial ? "person " + caller.name : caller.institution;
  if (auto refused = TooOften(who, caller.institution, 1)) return std::move(*refused);
  SteadyClock::time_point start = SteadyClock::now();
  realtime::WireResponse response = gateway_->Twin(what, caller, body, asking.arrived);
  Saw(response, body, asking, MicrosecondsSince(start));
  if (response.status != 200) return ProblemOf(response);
  return Response::JsonText(std::move(response.body)).Header("X-Trace-Id", asking.trace);
}

Response RealtimeDesk::Batch(const std::string& moment, const realtime::Caller& caller, std::string_view lines,
                             const Asking& asking) {
  std::vector<std::string_view> drafts;
  while (!lines.empty()) {
    size_t end = lines.find('\n');
    std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) drafts.push_back(line);
  }
  if (drafts.empty() || drafts.size() > kBatchLinesMax) {
    http::Problem problem = http::ProblemOf(drafts.empty() ? 400 : 413);
    problem.detail = {"每行一份草稿，1 至 10,000 行", "a draft a line, 1 to 10,000 lines"};
    return Response::Of(std::move(problem));
  }
  std::string who = caller.trial ? "person " + caller.name : caller.institution;
  if (auto refused = TooOften(who, caller.institution, static_cast<int64_t>(drafts.size()))) return std::move(*refused);
  std::string answers;
  for (std::string_view draft : drafts) {
    SteadyClock::time_point start = SteadyClock::now();
    realtime::WireResponse response = gateway_->Twin(moment, caller, draft);
    Saw(response, draft, asking, MicrosecondsSince(start));
    if (response.status != 200) response.body.insert(1, "\"status\":" + std::to_string(response.status) + ",");
    answers += response.body;
    answers += '\n';
  }
  return Response::Bytes(std::move(answers), "application/x-ndjson").Header("X-Trace-Id", asking.trace);
}

// Which of the first some hundred persons with enough lines, the number says; the walk ends there.
Result<std::string> RealtimeDesk::Example(const std::string& moment, int64_t number) const {
  program::Moment asked = moment == "pre" ? program::kPre : program::kMid;
  std::optional<std::string> chosen;
  int64_t seen = 0;
  Status looked = store_->ForEach(program::Subject::kPerson, [&](const realtime::History& known) -> Status {
    std::optional<std::string> draft = realtime::ExampleDraft(known, store_->codes(), asked);
    if (!draft) return {};
    chosen = std::move(draft);
    if (seen++ == number % kExamples) return Conflict("found");
    return {};
  });
  if (chosen) return std::move(*chosen);
  TRY(std::move(looked));
  return NotFound("the store knows nobody with enough lines");
}

}  // namespace yijian::api
