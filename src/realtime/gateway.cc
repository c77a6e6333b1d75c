#include "realtime/gateway.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "realtime/wire_fields.h"

namespace yijian::realtime {
namespace {

using json = nlohmann::ordered_json;

std::string DumpOf(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

int StatusOf(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidInput:
      return 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kLimit:
      return 413;
    default:
      return 500;
  }
}

// Errors of the rooms below say too much of the machine; the sender learns the code.
Error ToWire(const Error& error) {
  if (error.detail && !error.detail->word.empty()) return error;
  if (error.code == ErrorCode::kConflict) return WireError("YJ3001");
  if (error.code == ErrorCode::kInvalidInput) return WireError("YJ1003");
  return WireError("YJ9002");
}

template <typename T>
Result<T> Wired(Result<T> result) {
  if (!result) return ToWire(result.error());
  return result;
}

struct Path {
  std::string_view service;
  std::string_view method;
  std::string_view infno;
};
// Seen in hospitals' code (docs/realtime.md). How the methods of uploads are called is nowhere written down: their
// envelopes name the transaction.
constexpr Path kPaths[] = {{"riskConService", "beforeAnalyze", "3101"}, {"riskConService", "courseAnalyze", "3102"}};
constexpr std::string_view kUploadServices[] = {"outpatientDocInfoService",
                                                "outpatientSettleService",
                                                "hospFeeDtlService",
                                                "hospSettService",
                                                "hospitalRegisterService",
                                                "dscgService",
                                                "goodsService"};

// By which a kept request is found again.
constexpr size_t kPersonsNamed = 20;

void Look(const std::vector<Draft>& drafts, const std::vector<Answer>& answers, Glance& glance) {
  glance.asked = true;
  glance.drafts = static_cast<int>(drafts.size());
  for (const Draft& draft : drafts) {
    glance.lines += static_cast<int>(draft.told.of(Kind::kLine).size());
    if (glance.persons.size() < kPersonsNamed) glance.persons.push_back(draft.told.subject);
  }
  for (const Answer& answer : answers) {
    auto id = [&](uint32_t rule) { return answer.version->rules().rules[rule].id; };
    glance.advice = std::max(glance.advice, answer.advice);
    for (const Hit& hit : answer.hits) glance.hits.push_back(id(hit.accusation.rule));
    for (const Doubt& doubt : answer.doubts) glance.unknowns.push_back({id(doubt.rule), doubt.reason});
    if (&answer != answers.data()) continue;  // all of a request ran out of time together
    for (uint32_t rule : answer.not_reached) glance.not_reached.push_back(id(rule));
  }
}

}  // namespace

std::optional<std::string_view> InfnoOfPath(std::string_view service, std::string_view method) {
  for (const Path& path : kPaths) {
    if (path.service == service && path.method == method) return path.infno;
  }
  bool uploads =
      std::find(std::begin(kUploadServices), std::end(kUploadServices), service) != std::end(kUploadServices);
  return uploads ? std::optional<std::string_view>("") : std::nullopt;
}

Gateway::Gateway(Service& service, Institutions institutions) : service_(service) {
  SetInstitutions(std::move(institutions));
}

void Gateway::SetInstitutions(Institutions institutions) {
  institutions_.store(std::make_shared<const Institutions>(std::move(institutions)), std::memory_order_release);
}

WireResponse Gateway::National(std::string_view infno, std::string_view body, const KeyHolder& key,
                               Service::Begun begun) {
  std::shared_ptr<const Institutions> institutions = this->institutions();
  Time now = service_.Now();
  uint64_t serial = ++serial_;
  WireResponse response;
  auto fail = [&](const Error& error) {
    Error wire = ToWire(error);
    response.word = wire.detail->word;
    response.body = CloseWithError(wire, *institutions, now, serial);
  };
  response.glance.infno = infno;
  Result<Envelope> envelope = Open(body, infno, *institutions, now);
  if (envelope) {
    bool proved = !key.needed || key.institution == envelope->fixmedins_code;
    bool has_signed = key.institution.empty() && envelope->signed_with != SignType::kNone;
    if (!proved && !has_signed) envelope = WireError("YJ2008");
  }
  if (!envelope) {
    response.glance.institution = key.institution;
    fail(envelope.error());
  } else {
    response.glance.infno = envelope->infno;
    response.glance.institution = envelope->fixmedins_code;
    response.glance.msgid = envelope->msgid;
    Result<std::string> output = Carry(*envelope, body, begun, response.again, response.glance);
    if (output)
      response.body = Close(*envelope, *institutions, *output, now, serial);
    else
      fail(output.error());
  }
  size_t at = response.body.find("\"inf_refmsgid\":\"");
  if (at != std::string::npos) response.trace = response.body.substr(at + 16, 30);
  return response;
}

Result<std::string> Gateway::TakeUploads(Result<std::vector<Upload>> read, const std::string& msgid, uint64_t digest,
                                         const std::string& response, bool& again) {
  std::vector<Upload> uploads = TRY(std::move(read));
  uploads.front().msgid = msgid;
  uploads.front().digest = digest;
  uploads.front().response = response;
  Taken taken = TRY(Wired(service_.TakeAll(std::move(uploads))));
  again = taken.again;
  return taken.response;
}

Result<std::string> Gateway::Carry(const Envelope& envelope, std::string_view body, Service::Begun begun, bool& again,
                                   Glance& glance) {
  uint64_t digest = KeyOf(body);
  // Clocks and signatures differ when a message is sent again; what it says does not.
  if (!envelope.raw_input.empty()) digest = KeyOf(envelope.infno + std::string(envelope.raw_input));
  // Two institutions may choose the same words.
  std::string msgid = envelope.fixmedins_code + "/" + envelope.msgid;
  std::optional<std::string> answered = TRY(Wired(service_.FindAnswer(msgid, digest)));
  if (answered) {
    again = true;
    return std::move(*answered);
  }
  WireContext context;
  context.codes = &service_.store().codes();
  context.msgid = envelope.msgid;
  context.institution = envelope.fixmedins_code;
  context.institution_name = envelope.fixmedins_name;
  context.insured_area = envelope.insuplc_admdvs;
  context.now = envelope.inf_time;
  if (envelope.infno == "3101" || envelope.infno == "3102") {
    const Json* data = envelope.input.Find("data");
    program::Moment moment = envelope.infno == "3101" ? program::kPre : program::kMid;
    std::vector<Draft> drafts = TRY(ReadDrafts(data ? *data : envelope.input, moment, context));
    std::vector<Answer> answers = TRY(Wired(service_.AskMany(drafts, begun)));
    Look(drafts, answers, glance);
    std::string output = WriteNational(drafts, answers);
    service_.KeepAnswer(msgid, digest, output);
    return output;
  }
  if (envelope.infno == "3103") {
    const Json* data = envelope.input.Find("data");
    std::vector<Feedback> feedback = TRY(ReadFeedback(data ? *data : envelope.input, context));
    for (Feedback& one : feedback) one.by = envelope.opter_name;
    FeedbackResult result = TRY(Wired(service_.Take(feedback)));
    if (!result.unknown.empty()) return WireError("YJ3003", result.unknown.front());
    if (!result.without_reason.empty()) return WireError("YJ3004", result.without_reason.front());
    return std::string("{}");
  }
  if (IsUpload(envelope.infno))
    return TakeUploads(ReadUpload(envelope.infno, envelope.input, context), msgid, digest, "{}", again);
  return WireError("YJ1007", envelope.infno);
}

WireResponse Gateway::Twin(std::string_view what, const Caller& caller, std::string_view body, Service::Begun begun) {
  WireResponse response;
  response.glance.infno = what;
  response.glance.institution = caller.institution;
  response.glance.trial = caller.trial;
  if (caller.trial) response.glance.tried_by = caller.name;
  Result<std::string> output = CarryTwin(what, caller, body, begun, response.trace, response.again, response.glance);
  if (output) {
    response.body = std::move(*output);
    return response;
  }
  Error error = ToWire(output.error());
  response.status = StatusOf(error);
  response.word = error.detail->word;
  response.body = DumpOf({{"code", error.detail->word},
                          {"title", error.detail->zh},
                          {"title_en", error.message},
                          {"detail", error.detail->zh},
                          {"place", error.detail->fields.empty() ? "" : error.detail->fields[0].field}});
  return response;
}

Result<std::string> Gateway::CarryTwin(std::string_view what, const Caller& caller, std::string_view body,
                                       Service::Begun begun, std::string& trace, bool& again, Glance& glance) {
  Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document)
    return document.error().code == ErrorCode::kLimit ? WireError("YJ1005")
                                                      : WireError("YJ1001", document.error().message);
  const Json& message = document->root();
  if (!message.is_object()) return WireError("YJ1001");
  WireContext context;
  context.codes = &service_.store().codes();
  context.msgid = TRY(Optional(message, {"msgid"}, 64, ""));
  context.institution = caller.institution;
  context.institution_name = caller.name;
  context.now = service_.Now();
  std::string time = TRY(Optional(message, {"time", "inf_time"}, 40, ""));
  if (!time.empty()) {
    std::optional<Time> at = ParseTime(time);
    if (!at) return WireError("YJ1003", "time");
    context.now = *at;
  }
  context.trial = caller.trial;
  trace = context.msgid;
  glance.msgid = context.msgid;
  // Two callers may choose the same words.
  std::string msgid =
      context.msgid.empty() ? "" : caller.institution + (caller.trial ? "/trial/" : "/") + context.msgid;
  uint64_t digest = KeyOf(std::string(what) + std::string(body));
  std::optional<std::string> answered = TRY(Wired(service_.FindAnswer(msgid, digest)));
  if (answered) {
    again = true;
    return std::move(*answered);
  }
  if (what == "pre" || what == "mid") {
    std::vector<Draft> drafts = TRY(ReadDrafts(message, what == "pre" ? program::kPre : program::kMid, context));
    std::vector<Answer> answers = TRY(Wired(service_.AskMany(drafts, begun)));
    Look(drafts, answers, glance);
    std::string output = WriteTwin(drafts, answers);
    service_.KeepAnswer(msgid, digest, output);
    return output;
  }
  if (what == "feedback") {
    FeedbackResult result = TRY(Wired(service_.Take(TRY(ReadFeedback(message, context)))));
    if (!result.unknown.empty()) return WireError("YJ3003", result.unknown.front());
    if (!result.without_reason.empty()) return WireError("YJ3004", result.without_reason.front());
    return std::string("{}");
  }
  if (what == "upload") {
    std::string infno = TRY(Required(message, "infno", 6, ""));
    if (caller.trial) return WireError("YJ1007", infno);
    const Json* input = message.Find("input");
    if (!input || !input->is_object()) return WireError("YJ1002", "input");
    return TakeUploads(ReadUpload(infno, *input, context), msgid, digest, "{}", again);
  }
  return WireError("YJ1007", std::string(what));
}

std::string Gateway::Metrics() const {
  std::string text;
  std::shared_ptr<const PackVersion> live = service_.live();
  auto family = [&](const char* name, const char* help) {
    text += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " counter\n";
  };
  auto sample = [&](const char* name, const std::string& rule, double value) {
    std::string number = std::to_string(value);
    text += std::string(name) + "{rule=\"" + rule + "\"} " + number + "\n";
  };
  struct Family {
    const char* name;
    const char* help;
    std::atomic<int64_t> RuleUse::*member;
    double scale;
  };
  const Family kFamilies[] = {
      {"yijian_rule_runs_total", "Times a rule was run on a request.", &RuleUse::runs, 1},
      {"yijian_rule_seconds_total", "Time spent in a rule.", &RuleUse::nanoseconds, 1e-9},
      {"yijian_rule_hits_total", "Hits told.", &RuleUse::hits, 1},
      {"yijian_rule_unknowns_total", "Rows that could not be judged for want of a fact.", &RuleUse::unknowns, 1},
      {"yijian_rule_not_reached_total", "Times the budget left the rule out.", &RuleUse::not_reached, 1}};
  for (const Family& each : kFamilies) {
    family(each.name, each.help);
    if (!live) continue;
    for (uint32_t rule = 0; rule < live->rules().rules.size(); rule++)
      sample(each.name, live->rules().rules[rule].id,
             static_cast<double>((live->use(rule).*each.member).load()) * each.scale);
  }
  family("yijian_shadow_difference_total", "Hits of one of the live and the shadow pack alone.");
  for (const auto& [rule, use] : service_.ShadowDifferences())
    sample("yijian_shadow_difference_total", rule, static_cast<double>(use.only_live + use.only_shadow));
  return text;
}

Result<std::string> Gateway::Report(const std::string& institution) {
  std::shared_ptr<const PackVersion> live = service_.live();
  if (!live) return InvalidInput("no rule pack is loaded");
  std::map<std::string, Acceptance> accepted = TRY(service_.AcceptanceByRule(institution));
  std::map<std::string, ShadowUse> shadow = service_.ShadowDifferences();
  json rules = json::array();
  Acceptance total;
  for (uint32_t index = 0; index < live->rules().rules.size(); index++) {
    const program::Rule& rule = live->rules().rules[index];
    const RuleUse& use = live->use(index);
    const Acceptance& acceptance = accepted[rule.id];
    total.told += acceptance.told;
    total.answered += acceptance.answered;
    total.changed += acceptance.changed;
    total.carried_on += acceptance.carried_on;
    json row{{"rule", rule.id},
             {"name", {{"zh", rule.name.zh}, {"en", rule.name.en}}},
             {"runs", use.runs.load()},
             {"hits", use.hits.load()},
             {"unknowns", use.unknowns.load()},
             {"microseconds", use.nanoseconds.load() / 1000},
             {"not_reached", use.not_reached.load()},
             {"told", acceptance.told},
             {"answered", acceptance.answered},
             {"changed", acceptance.changed},
             {"carried_on", acceptance.carried_on}};
    if (auto at = shadow.find(rule.id); at != shadow.end())
      row["shadow"] = {
          {"both", at->second.both}, {"only_live", at->second.only_live}, {"only_shadow", at->second.only_shadow}};
    rules.push_back(std::move(row));
  }
  StoreSize size = TRY(service_.store().Size());
  return DumpOf({{"pack", live->rules().digest},
                 {"institution", institution},
                 {"told", total.told},
                 {"answered", total.answered},
                 {"changed", total.changed},
                 {"carried_on", total.carried_on},
                 {"store",
                  {{"persons", size.persons},
                   {"codes", size.codes},
                   {"disk_bytes", size.disk_bytes},
                   {"memory_bytes", size.memory_bytes}}},
                 {"rules", std::move(rules)}});
}

}  // namespace yijian::realtime
