// Documents (文书): numbered, made of real data, and kept as those data, so that they print the same later.
//
//   int64_t id = TRY(casework.Write(actor, [&](Job& job) { return MakeDocument(job, {.kind = "decision", .decision =
//   7}); })); DocumentData data = TRY(casework.Read(actor, [&](Job& job) { return DataOfDocument(job, id); }));   //
//   for document::Press
//
// Letters (opinion, decision, notices; those before a penalty: notices.h) belong to a case and an institution; an
// institution sees those sent to it once they are out. Tables and bulletins are of an area and a period: the monthly
// table of S3 (医保基金工作情况统计表) and the quarterly bulletin of S0, computed from ledger, cases and measures of
// that period. Personal data stand in them masked. Errors:  kInvalidInput with fields: what a kind needs is missing;
// kNotFound what lies outside of the actor's scope. Threads: as Job.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "casework/views.h"

namespace yijian::casework {

struct DocumentInput {
  std::string kind;  // api/openapi.yaml, DocumentKind
  std::optional<int64_t> case_id;
  std::optional<int64_t> opinion;
  std::optional<int64_t> decision;
  std::string institution;
  std::string month;    // 2026-03
  std::string quarter;  // 2026-Q1
  std::string area;     // of tables; the actor's own when empty
  std::string text;
  std::string bureau;      // whose letter it is
  bool synthetic = false;  // the city is: the document says so
};

Result<int64_t> MakeDocument(Job& job, const DocumentInput& input);

// " AND ..." over columns of `alias`: an institution sees letters to it that are out, the bureau those of its area.
std::string DocumentsVisible(const Job& job, const std::string& alias, store::Values& values);

struct DocumentFilter {
  std::string kind;
  std::optional<int64_t> case_id;
  std::string text;
};
Result<nlohmann::json> DocumentList(Job& job, const DocumentFilter& filter, const Paging& paging);
Result<nlohmann::json> DocumentView(Job& job, int64_t id);

struct DocumentData {
  std::string kind;
  std::string no;
  std::string title;
  std::string data;  // JSON for the press
};
Result<DocumentData> DataOfDocument(Job& job, int64_t id);

}  // namespace yijian::casework
