// National messages 3701-3704 of an institution's session. The body is the message's input and the answer its output,
// names as the interface has them; envelope and signature are the business of the gateway (realtime).
#include "api/case_route.h"
#include "api/case_routes.h"
#include "base/bytes.h"
#include "casework/national.h"

namespace yijian::api {
namespace {

using http::Fields;
using http::Request;
using http::Response;
using nlohmann::json;

constexpr http::TextRule kKey{.characters_max = 64};
constexpr http::TextRule kName{.characters_min = 0, .characters_max = 200};
constexpr size_t kSuspectsMax = 10'000;      // of one message
constexpr size_t kFilesBodyMax = 136 << 20;  // 100 MB as Base64, with names

// Who is named in the message is who sends it.
Status CheckSender(const casework::Actor& actor, const std::optional<std::string>& code) {
  return casework::RequireInstitution(actor, code.value_or(actor.institution));
}

Result<Response> Query(Casework& casework, Request& request) {
  auto actor = TRY(Asker(request));
  Fields body = TRY(request.Json());
  casework::NationalQuery query;
  auto from = body.MomentIf("startTime");
  auto until = body.MomentIf("endTime");
  auto code = body.TextIf("medinsCodg", kKey);
  body.TextIf("medinsName", kName);
  query.paging.page = body.IntIf("currentPage", {.min = 1, .max = 1'000'000}).value_or(1);
  query.paging.size = body.IntIf("pageSize", {.min = 1, .max = 100}).value_or(20);
  auto stage = body.ChoiceIf("stage", {"1", "2"});
  if (from && until && *until < *from) body.Fault("endTime", {"不早于 startTime", "not before startTime"});
  TRY(body.Finish());
  TRY(CheckSender(actor, code));
  if (from) query.from = MomentOf(*from);
  if (until) query.until = MomentOf(*until) + 999;  // the whole second
  query.stage = stage ? std::stoi(*stage) : 0;
  json shown = TRY(casework.Read(actor, [&](Job& job) { return casework::NationalDocuments(job, query); }));
  TRY(casework.Look(actor, "national.3701", "institution", actor.institution));
  return Response::Json(shown);
}

casework::NationalSuspect SuspectOf(Fields& item) {
  casework::NationalSuspect suspect{.suspect = item.Text("docSusptId", kKey),
                                    .apply = item.Choice("applyFlag", {"0", "1"}) == "1"};
  constexpr http::TextRule kReason{.characters_min = 4, .characters_max = 2000, .lines = true};
  if (suspect.apply) {
    suspect.amount = item.Money("susptAmt");
    suspect.attachments = item.Text("attUploadId", kKey);
    suspect.opinion = item.Text("auditOpinion", kReason);
    return suspect;
  }
  // Without an appeal they may stand there and say nothing.
  item.MoneyIf("susptAmt");
  item.TextIf("attUploadId", {.characters_min = 0, .characters_max = 64});
  item.TextIf("auditOpinion", {.characters_min = 0, .characters_max = 2000, .lines = true});
  return suspect;
}

using National = Result<json> (*)(Casework& casework, const casework::Actor& actor,
                                  const casework::NationalAppeal& appeal);

Result<Response> Appeal(Casework& casework, Request& request, National take) {
  auto actor = TRY(Asker(request));
  Fields body = TRY(request.Json());
  casework::NationalAppeal appeal;
  appeal.remark = body.TextIf("remark", {.characters_min = 0, .characters_max = 2000, .lines = true}).value_or("");
  auto code = body.TextIf("medinsCodg", kKey);
  body.TextIf("medinsName", kName);
  size_t count = 0;
  for (Fields& item : body.List("docs", {.items_min = 1, .items_max = 1000})) {
    casework::NationalDocument document{.doc = item.Text("docId", kKey), .suspects = {}};
    for (Fields& suspect : item.List("docSusptDTOS", {.items_min = 1, .items_max = 1000}))
      document.suspects.push_back(SuspectOf(suspect));
    count += document.suspects.size();
    appeal.docs.push_back(std::move(document));
  }
  if (count > kSuspectsMax) body.Fault("docs", {"一次最多 10000 个疑点", "at most 10000 suspects"});
  TRY(body.Finish());
  TRY(CheckSender(actor, code));
  return Response::Json(TRY(take(casework, actor, appeal)));
}

Result<Response> Attach(Casework& casework, const trail::EvidenceFiles& evidence, Request& request) {
  auto actor = TRY(Asker(request));
  TRY(CheckSender(actor, {}));  // before megabytes are looked at
  Fields body = TRY(request.Json());
  std::string set = body.TextIf("attUploadId", {.characters_min = 0, .characters_max = 64}).value_or("");
  std::vector<std::pair<std::string, std::string>> files;  // name, bytes
  size_t bytes = 0;
  for (Fields& item : body.List("fsiAppealFileDTOList", {.items_min = 1, .items_max = casework::kNationalFilesMax})) {
    std::string name = item.Text("name");
    auto decoded = BytesOfBase64(item.Text("bytes", {.characters_max = kFilesBodyMax}));
    if (!decoded || decoded->empty()) item.Fault("bytes", {"文件内容的 Base64", "the file's bytes as Base64"});
    files.emplace_back(std::move(name), decoded.value_or(""));
    bytes += files.back().second.size();
  }
  if (bytes > static_cast<size_t>(casework::kNationalBytesMax))
    body.Fault("fsiAppealFileDTOList", {"一次最多 100 MB", "at most 100 MB"});
  TRY(body.Finish());
  std::vector<casework::NationalFile> kept;
  for (const auto& [name, content] : files) kept.push_back({name, TRY(evidence.Keep(content))});
  std::string key = TRY(casework.Write(actor, [&](Job& job) { return casework::AddAttachments(job, set, kept); }));
  return Response::Json({{"attUploadId", key}});
}

}  // namespace

void MountNational(http::Router& router, Casework& casework, const trail::EvidenceFiles& evidence) {
  constexpr http::RouteOptions kMany{.body_bytes_max = 16 << 20};
  router.Post("/api/national/3701", BoundTo(casework, Query));
  router.Post(
      "/api/national/3702",
      [&casework](Request& request) { return Appeal(casework, request, casework::NationalAnswer); }, kMany);
  router.Post(
      "/api/national/3703",
      [&casework](Request& request) { return Appeal(casework, request, casework::NationalPanel); }, kMany);
  router.Post("/api/national/3704",
              [&casework, &evidence](Request& request) { return Attach(casework, evidence, request); },
              {.body_bytes_max = kFilesBodyMax});
}

}  // namespace yijian::api
