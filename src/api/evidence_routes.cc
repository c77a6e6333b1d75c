// Evidence files: whoever may work on a thing may add to it, whoever sees the thing sees its files.
#include <charconv>

#include "api/case_route.h"
#include "api/case_routes.h"
#include "api/clue_json.h"
#include "base/words.h"
#include "casework/self_check_steps.h"
#include "trail/evidence.h"
#include "trail/trail.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;

// The letter of the ids a kind's files hang on. Papers of answers and appeals hang on the opinion.
char LetterOf(std::string_view kind) {
  if (kind == "clue") return 'c';
  if (kind == "case") return 'a';
  if (kind == "task") return 't';
  if (kind == "self_check") return 's';
  return 'o';
}

json FileJson(const trail::Evidence& file) {
  json shown{{"id", WireId('e', file.id)},         {"name", file.about.name},
             {"sha256", file.file.sha256},         {"bytes", file.file.bytes},
             {"media_type", file.file.media_type}, {"by_name", file.about.by_name},
             {"at", FormatMoment(file.at)},        {"taken_at", MomentOrNull(file.about.taken_at)},
             {"lat", OrNull(file.about.lat)},      {"lon", OrNull(file.about.lon)},
             {"note", TextOrNull(file.about.note)}};
  return shown;
}

// RFC 3339 of any zone; parts of a second are dropped.
std::optional<EpochMs> ParseMoment(std::string_view text) {
  constexpr size_t kCivil = 19;  // YYYY-MM-DDTHH:MM:SS
  if (text.size() <= kCivil || text[10] != 'T' || text[16] != ':') return std::nullopt;
  std::optional<Time> civil = ParseTime(text.substr(0, kCivil));
  std::string_view rest = text.substr(kCivil);
  if (rest.front() == '.') {
    size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(end);
  }
  if (!civil) return std::nullopt;
  if (rest == "Z" || rest == "z") return *civil * 1000;
  auto digit = [&](size_t at) { return rest[at] - '0'; };
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-') || rest[3] != ':') return std::nullopt;
  for (size_t at : {1, 2, 4, 5}) {
    if (digit(at) < 0 || digit(at) > 9) return std::nullopt;
  }
  int hours = digit(1) * 10 + digit(2);
  int minutes = digit(4) * 10 + digit(5);
  if (hours > 23 || minutes > 59) return std::nullopt;
  Time offset = hours * kSecondsPerHour + minutes * 60;
  return (*civil - (rest[0] == '+' ? offset : -offset)) * 1000;
}

struct Thing {
  std::string kind;
  int64_t id = 0;
};

// The thing as this person sees it; kNotFound when he does not.
Result<json> Seen(Context& context, Casework& casework, const Request& request, const Thing& thing) {
  if (thing.kind == "clue") {
    const account::Actor& actor = *TRY(Need(request, "clue.read"));
    return ToJson(TRY(context.desk.Get(ViewerOf(actor), thing.id)));
  }
  return casework.Read(TRY(Asker(request)), [&](Job& job) -> Result<json> {
    if (thing.kind == "case") return casework::CaseView(job, thing.id);
    if (thing.kind == "task") return casework::TaskView(job, thing.id);
    if (thing.kind == "self_check") return casework::SelfCheckView(job, thing.id);
    return casework::OpinionView(job, thing.id);
  });
}

bool HasAction(const json& seen, const char* action) {
  for (const json& one : seen.at("actions")) {
    if (one == action) return true;
  }
  return false;
}

bool MayAdd(const account::Actor& actor, const std::string& kind, const json& seen) {
  if (kind == "clue" || kind == "case") return HasAction(seen, "evidence");
  if (kind == "task") return seen.at("assignee") == WireId('u', actor.id) && seen.at("state") == "open";
  if (kind == "self_check") return HasAction(seen, "save");
  return HasAction(seen, kind == "answer" ? "answer" : "appeal");
}

// What an institution gathers before it answers is its own; the bureau sees it with the answer. A case's file is the
// bureau's.
bool MayRead(const account::Actor& actor, const Thing& thing, const json& seen) {
  if (thing.kind == "case")
    return actor.institution.empty() && actor.Can("case.see") && !actor.Is(account::Role::kExpert);
  if (thing.kind == "answer" || thing.kind == "appeal")
    return !actor.institution.empty() || seen.at("state") != "issued";
  return true;
}

std::optional<double> Degrees(Request& request, const char* name, double most) {
  std::optional<std::string> text = request.QueryText(name, {.characters_max = 24});
  if (!text) return std::nullopt;
  double value = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error == std::errc() && end == text->data() + text->size() && value >= -most && value <= most) return value;
  request.Fault(name, {"经纬度（度）", "degrees of latitude or longitude"});
  return std::nullopt;
}

Result<Response> Add(Context& context, Casework& casework, Request& request) {
  const account::Actor& actor = ActorOf(request);
  trail::NewEvidence about;
  about.object_kind =
      request.QueryChoice("object_kind", {"clue", "case", "task", "answer", "appeal", "self_check"}).value_or("");
  about.object_id = request.QueryText("object_id", {.characters_max = 40}).value_or("");
  about.name = request.QueryText("name", {.characters_max = 200}).value_or("");
  about.note = request.QueryText("note", {.characters_min = 0, .characters_max = 500}).value_or("");
  if (auto text = request.QueryText("taken_at", {.characters_max = 40})) {
    about.taken_at = ParseMoment(*text);
    if (!about.taken_at) request.Fault("taken_at", {"RFC 3339 时间", "a time as of RFC 3339"});
  }
  about.lat = Degrees(request, "lat", 90);
  about.lon = Degrees(request, "lon", 180);
  for (auto& [name, value] :
       {std::pair{"object_kind", &about.object_kind}, {"object_id", &about.object_id}, {"name", &about.name}}) {
    if (value->empty()) request.Fault(name, {"必填", "required"});
  }
  if (about.name.find_first_of("/\\") != std::string::npos || about.name == ".." || about.name == ".")
    request.Fault("name", {"文件名，不含路径", "a file's name, without a path"});
  TRY(request.Finish());
  Thing thing{about.object_kind, TRY(IdOf(LetterOf(about.object_kind), about.object_id))};
  json seen = TRY(Seen(context, casework, request, thing));
  if (!MayAdd(actor, thing.kind, seen)) {
    return Forbidden("no_evidence_now", "you may not add evidence to this, or not now",
                     "您不能为其添加证据材料，或当前状态不能添加");
  }
  if (request.body().empty()) return InvalidInput("an empty file is no evidence");
  about.by = actor.id;
  about.by_name = actor.name;
  trail::KeptFile kept = TRY(context.evidence.Keep(request.body()));
  trail::Evidence added = TRY(context.database.Write([&](store::Session& session) -> Result<trail::Evidence> {
    int64_t id = TRY(trail::AddEvidence(session, about, kept, context.clock.Now()));
    TRY(trail::Append(session,
                      EntryOf(actor, "evidence.add", about.object_kind, about.object_id,
                              {{"evidence", WireId('e', id)}, {"sha256", kept.sha256}, {"bytes", kept.bytes}}),
                      context.clock.Now()));
    return trail::FindEvidence(session, id);
  }));
  return Response::Json(FileJson(added), 201);
}

Result<Response> Show(Context& context, Casework& casework, Request& request) {
  const account::Actor& actor = ActorOf(request);
  int64_t id = TRY(IdOf('e', request.Param("id")));
  TRY(request.Finish());
  trail::Evidence file =
      TRY(context.database.Read([&](store::Session& session) { return trail::FindEvidence(session, id); }));
  Result<int64_t> object = IdOf(LetterOf(file.about.object_kind), file.about.object_id);
  if (!object) return NotFound("no such evidence", "没有此佐证材料");
  Thing thing{file.about.object_kind, *object};
  Result<json> seen = Seen(context, casework, request, thing);
  // Whoever may see no clues is not told that a clue's file is there.
  bool unseen = !seen && (seen.error().code == ErrorCode::kNotFound ||
                          (seen.error().detail != nullptr && seen.error().detail->word == "forbidden"));
  if (!seen && !unseen) return std::move(seen.error());
  if (!seen || !MayRead(actor, thing, *seen)) return NotFound("no such evidence", "没有此佐证材料");
  trail::Entry entry = EntryOf(actor, "evidence.view", thing.kind, file.about.object_id);
  entry.view = true;
  TRY(context.views.Note(std::move(entry)));
  // Whole in memory: nothing goes out before its hash has been checked. Never shown as what it says it is.
  return Response::Bytes(TRY(context.evidence.ReadAll(file.file.sha256)), "application/octet-stream")
      .SaveAs(file.about.name);
}

Result<Response> OfClue(Context& context, Request& request) {
  const account::Actor& actor = *TRY(Need(request, "clue.read"));
  int64_t id = TRY(IdOf('c', request.Param("id")));
  TRY(request.Finish());
  TRY(context.desk.Get(ViewerOf(actor), id));
  json files = json::array();
  for (const trail::Evidence& file : TRY(context.database.Read(
           [&](store::Session& session) { return trail::EvidenceOf(session, "clue", WireId('c', id)); }))) {
    files.push_back(FileJson(file));
  }
  return Response::Json(files);
}

}  // namespace

void MountEvidence(http::Router& router, Context& context, Casework& casework) {
  router.Post("/api/evidence", [&](Request& request) { return Add(context, casework, request); },
              {.body_bytes_max = static_cast<size_t>(trail::kEvidenceBytesMax)});
  router.Get("/api/evidence/{id}", [&](Request& request) { return Show(context, casework, request); });
  router.Get("/api/clues/{id}/attachments", Bound(context, OfClue));
}

}  // namespace yijian::api
