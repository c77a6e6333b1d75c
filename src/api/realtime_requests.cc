// The request explorer: what was asked and answered, masked, and in full for a reason.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/realtime_screens.h"
#include "api/routes.h"
#include "base/hash.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;
using realtime::KeptRequest;

// How many kept requests one question looks at before it says where to go on.
constexpr int64_t kLooksMax = 50'000;

json RequestJson(const RealtimeDesk& desk, const KeptRequest& kept) {
  return {{"id", kept.id},
          {"at", FormatMoment(kept.at_us / 1000)},
          {"infno", kept.infno},
          {"institution", kept.institution},
          {"institution_name", NameJson(desk, kept.institution)},
          {"msgid", kept.msgid},
          {"trace", kept.trace},
          {"status", kept.word.empty() ? "ok" : kept.word},
          {"advice", TextOrNull(kept.advice)},
          {"hits", kept.hits},
          {"unknowns", kept.unknowns},
          {"not_reached", kept.not_reached},
          {"drafts", kept.drafts},
          {"lines", kept.lines},
          {"microseconds", kept.microseconds},
          {"rules", kept.rules},
          {"trial", kept.trial}};
}

// What somebody tried in the name of nobody is his own.
bool SeesRequest(const RealtimeDesk& desk, const account::Actor& actor, const KeptRequest& kept) {
  if (kept.trial && kept.tried_by == actor.login) return true;
  return desk.Sees(actor, kept.institution);
}

struct RequestFilter {
  std::string institution;
  std::string infno;
  std::string moment;  // pre, mid, feedback, upload
  std::string advice;
  std::string rule;
  std::string msgid;
  std::string result;
  std::string person;  // HexOf of IdKeyOf of the number
  std::optional<EpochMs> from, until;
};

Result<RequestFilter> ReadFilter(Request& request, const account::Actor& actor) {
  RequestFilter filter;
  filter.institution = InstitutionQuery(request, actor);
  filter.infno = request.QueryText("infno", {.characters_max = 10}).value_or("");
  filter.moment = request.QueryChoice("moment", {"pre", "mid", "feedback", "upload"}).value_or("");
  filter.advice = request.QueryChoice("advice", {"pass", "warn", "self_pay", "block"}).value_or("");
  filter.rule = request.QueryText("rule", {.characters_max = 40}).value_or("");
  filter.msgid = request.QueryText("msgid", {.characters_max = 64}).value_or("");
  filter.result = request.QueryChoice("result", {"hit", "pass", "refused"}).value_or("");
  auto moment = [](const std::optional<Date>& day) {
    return day ? std::optional<EpochMs>(MomentOf(StartOf(*day))) : std::nullopt;
  };
  filter.from = moment(request.QueryDay("from"));
  filter.until = moment(request.QueryDay("until"));
  if (std::optional<std::string> number = request.QueryText("person", {.characters_max = 50})) {
    // Who asks by a number learns whose the requests are: as unmasking them would.
    if (actor.institution.empty() && !actor.Can("person.unmask"))
      return Forbidden("forbidden", "you may not look for a person by his number", "您无权按人员编号查询");
    filter.person = HexOf(static_cast<uint64_t>(IdKeyOf(*number)));
  }
  return filter;
}

constexpr const char* kWhatNames[] = {"pre", "mid", "feedback", "upload"};

bool Fits(const RequestFilter& filter, const KeptRequest& kept) {
  auto differs = [](const std::string& wanted, const std::string& is) { return !wanted.empty() && wanted != is; };
  auto lacks = [](const std::string& wanted, const std::vector<std::string>& all) {
    return !wanted.empty() && std::find(all.begin(), all.end(), wanted) == all.end();
  };
  if (differs(filter.institution, kept.institution) || differs(filter.infno, kept.infno)) return false;
  if (differs(filter.moment, kWhatNames[realtime::Monitor::WhatOf(kept.infno)])) return false;
  if (differs(filter.msgid, kept.msgid) || differs(filter.advice, kept.advice)) return false;
  if (lacks(filter.rule, kept.rules) || lacks(filter.person, kept.persons)) return false;
  if (filter.result.empty()) return true;
  if (filter.result == "refused") return !kept.word.empty();
  return kept.word.empty() && (kept.hits > 0) == (filter.result == "hit");
}

Result<Response> ListRequests(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.report"));
  RequestFilter filter = TRY(ReadFilter(request, *actor));
  std::string before = request.QueryText("before", {.characters_max = 32}).value_or("");
  size_t size = static_cast<size_t>(request.QueryInt("size", {.min = 1, .max = 200}).value_or(50));
  TRY(request.Finish());
  RealtimeDesk* desk = context.realtime;
  if (!filter.person.empty()) {
    trail::Entry entry = EntryOf(*actor, "realtime.find_person", "realtime_request", filter.person);
    entry.view = true;
    TRY(context.views.Note(std::move(entry)));
  }
  // Ids are the moments, so that a day may be begun with: what is newer is not even read.
  if (before.empty() && filter.until) before = HexOf(static_cast<uint64_t>(*filter.until) * 1000);
  json rows = json::array();
  json next = nullptr;
  int64_t looks = 0;
  TRY(desk->kept().ForEach(before, [&](const KeptRequest& kept) {
    if (filter.from && kept.at_us < *filter.from * 1000) return false;
    if (Fits(filter, kept) && SeesRequest(*desk, *actor, kept)) rows.push_back(RequestJson(*desk, kept));
    bool full = rows.size() >= size || ++looks >= kLooksMax;
    if (full) next = kept.id;
    return !full;
  }));
  return Response::Json({{"rows", std::move(rows)}, {"next", std::move(next)}});
}

Result<Response> InFull(Context& context, const account::Actor& actor, const std::string& id, bool masked) {
  RealtimeDesk* desk = context.realtime;
  KeptRequest kept = TRY(desk->kept().Find(id));
  if (!SeesRequest(*desk, actor, kept)) return NotFound("no request '" + id + "' is kept");
  auto body = [&](const std::string& text) {
    json value = json::parse(masked ? realtime::MaskJson(text) : text, nullptr, false);
    if (!value.is_discarded()) return value;
    // No JSON: shown as a text, with what is no UTF-8 replaced.
    return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace));
  };
  json full = RequestJson(*desk, kept);
  full["masked"] = masked;
  full["request"] = body(kept.request);
  full["answer"] = body(kept.answer);
  return Response::Json(full);
}

Result<Response> ShowRequest(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "realtime.report"));
  TRY(request.Finish());
  return InFull(context, *actor, request.Param("id"), true);
}

Result<Response> UnmaskRequest(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "person.unmask"));
  http::Fields body = TRY(request.Json());
  std::string reason = body.Text("reason", {.characters_min = 4, .characters_max = 500, .lines = true});
  TRY(body.Finish());
  std::string id = request.Param("id");
  Response shown = TRY(InFull(context, *actor, id, false));
  trail::Entry entry = EntryOf(*actor, "person.unmask", "realtime_request", id, {{"reason", reason}});
  entry.view = true;
  TRY(context.views.Note(std::move(entry)));
  return shown;
}

}  // namespace

void MountRealtimeRequests(http::Router& router, Context& context) {
  router.Get("/api/realtime/requests", WithRealtime(context, ListRequests));
  router.Get("/api/realtime/requests/{id}", WithRealtime(context, ShowRequest));
  router.Post("/api/realtime/requests/{id}/unmask", WithRealtime(context, UnmaskRequest));
}

}  // namespace yijian::api
