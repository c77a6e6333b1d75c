#include <memory>

#include "account/demo.h"
#include "account/settings.h"
#include "api/case_route.h"
#include "api/case_routes.h"
#include "api/routes.h"
#include "casework/documents.h"
#include "casework/notices.h"

namespace yijian::api {
namespace {

// Documents are made in casework and printed by the press.
struct Desk {
  Context& context;
  Casework& casework;
};

using http::Request;
using http::Response;

// Not constexpr: its array must outlive main, which only a plain constant promises.
const std::initializer_list<std::string_view> kKinds{
    "review_opinion", "reminder",           "notice",           "decision",       "penalty_notice", "hearing_notice",
    "monthly_table",  "quarterly_bulletin", "interview_notice", "transfer_letter"};

Result<Response> Documents(Desk& desk, Request& request) {
  auto actor = TRY(Asker(request));
  casework::Paging paging = PagingOf(request);
  casework::DocumentFilter filter;
  filter.kind = request.QueryChoice("kind", kKinds).value_or("");
  if (std::optional<std::string> id = request.QueryText("case", {.characters_max = 40}))
    filter.case_id = TRY(IdOf('a', *id));
  filter.text = request.QueryText("text", {.characters_max = 100}).value_or("");
  TRY(request.Finish());
  return Shown(desk.casework, actor, [&](Job& job) { return casework::DocumentList(job, filter, paging); });
}

std::optional<int64_t> IdIn(http::Fields& body, const char* name, char letter) {
  std::optional<std::string> text = body.TextIf(name, {.characters_max = 40});
  if (!text) return std::nullopt;
  Result<int64_t> id = IdOf(letter, *text);
  if (!id.has_value()) {
    body.Fault(name, {"编号", "an id"});
    return std::nullopt;
  }
  return *id;
}

bool Matches(const std::string& text, std::string_view shape) {
  if (text.size() != shape.size()) return false;
  for (size_t i = 0; i < shape.size(); i++) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !digit : text[i] != shape[i]) return false;
  }
  return true;
}

Result<Response> MakeDocument(Desk& desk, Request& request) {
  auto actor = TRY(Asker(request));
  http::Fields body = TRY(request.Json());
  casework::DocumentInput input;
  input.kind = body.Choice("kind", kKinds);
  input.case_id = IdIn(body, "case", 'a');
  input.opinion = IdIn(body, "opinion", 'o');
  input.decision = IdIn(body, "decision", 'd');
  input.institution = body.TextIf("institution", {.characters_max = 40}).value_or("");
  input.month = body.TextIf("month", {.characters_max = 7}).value_or("");
  if (!input.month.empty() && !Matches(input.month, "0000-00"))
    body.Fault("month", {"月份，如 2026-03", "a month, 2026-03"});
  input.quarter = body.TextIf("quarter", {.characters_max = 7}).value_or("");
  bool quarter = Matches(input.quarter, "0000-Q0") && input.quarter[6] >= '1' && input.quarter[6] <= '4';
  if (!input.quarter.empty() && !quarter) body.Fault("quarter", {"季度，如 2026-Q1", "a quarter, 2026-Q1"});
  input.area = body.TextIf("area", {.characters_max = 12}).value_or("");
  input.text = body.TextIf("text", {.characters_max = 10000, .lines = true}).value_or("");
  TRY(body.Finish());
  TRY(desk.context.database.Read([&](store::Session& session) -> Status {
    input.bureau = TRY(account::TextOf(session, "bureau.name"));
    input.synthetic = TRY(account::IsDemo(session));
    return {};
  }));
  int64_t id = TRY(desk.casework.Write(actor, [&](Job& job) { return casework::MakeDocument(job, input); }));
  return Shown(
      desk.casework, actor, [&](Job& job) { return casework::DocumentView(job, id); }, 201);
}

Result<Response> OneDocument(Desk& desk, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('w', request.Param("id")));
  TRY(request.Finish());
  return Shown(desk.casework, actor, [&](Job& job) { return casework::DocumentView(job, id); });
}

Result<Response> DeliverDocument(Desk& desk, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('w', request.Param("id")));
  http::Fields body = TRY(request.Json());
  casework::DeliverInput input;
  input.way = body.Choice("way", {"on_the_spot", "electronic", "post", "public_notice"});
  input.note = body.TextIf("note", {.characters_max = 500}).value_or("");
  TRY(body.Finish());
  TRY(desk.casework.Write(actor, [&](Job& job) { return casework::DeliverNotice(job, id, input); }));
  return Shown(desk.casework, actor, [&](Job& job) { return casework::DocumentView(job, id); });
}

Result<Response> AnswerDocument(Desk& desk, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('w', request.Param("id")));
  http::Fields body = TRY(request.Json());
  casework::NoticeAnswer answer;
  answer.kind = body.Choice("kind", {"statement", "waived", "hearing_requested", "hearing_held"});
  answer.text = body.TextIf("text", {.characters_max = 5000, .lines = true}).value_or("");
  TRY(body.Finish());
  TRY(desk.casework.Write(actor, [&](Job& job) { return casework::AnswerNotice(job, id, answer); }));
  return Shown(desk.casework, actor, [&](Job& job) { return casework::DocumentView(job, id); });
}

Result<Response> DocumentFile(Desk& desk, Request& request) {
  auto actor = TRY(Asker(request));
  int64_t id = TRY(IdOf('w', request.Param("id")));
  std::optional<std::string> name = request.QueryChoice("format", {"html", "pdf", "docx", "xlsx"});
  if (!name) request.Fault("format", {"html、pdf、docx 或 xlsx", "html, pdf, docx or xlsx"});
  TRY(request.Finish());
  casework::DocumentData data =
      TRY(desk.casework.Read(actor, [&](Job& job) { return casework::DataOfDocument(job, id); }));
  TRY(desk.casework.Look(actor, "document.read", "document", WireId('w', id)));
  document::Format format = TRY(document::FormatOf(*name));
  std::string file = TRY(desk.context.press.Print(data.kind, data.data, format));
  Response response = Response::Bytes(std::move(file), document::MediaTypeOf(format));
  if (format == document::Format::kHtml) return response;
  return std::move(response).SaveAs(data.title + " " + data.no + "." + *name);
}

}  // namespace

void MountDocuments(http::Router& router, Context& context, casework::Casework& casework) {
  auto desk = std::make_shared<Desk>(Desk{context, casework});
  auto bound = [&](auto handler) { return [desk, handler](Request& request) { return handler(*desk, request); }; };
  router.Get("/api/documents", bound(Documents));
  router.Post("/api/documents", bound(MakeDocument));
  router.Get("/api/documents/{id}", bound(OneDocument));
  router.Post("/api/documents/{id}/deliver", bound(DeliverDocument));
  router.Post("/api/documents/{id}/answer", bound(AnswerDocument));
  router.Get("/api/documents/{id}/file", bound(DocumentFile));
}

}  // namespace yijian::api
