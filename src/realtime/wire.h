// The transactions' own nodes: drafts, uploads and feedback out of `input`, answers into `output`.
//
//   std::vector<Draft> drafts = TRY(ReadDrafts(*envelope.input.Find("data"), program::kMid, context));
//   std::string output = WriteResult(drafts, answers);
//
// 3101/3102: docs/realtime.md says which node is heard as what, and which other names (older forms, provinces, the
// plain
//          JSON twin with its English lists) are accepted. Several patients are a batch: each its own draft.
// Uploads: 2201 2203 2401 2402 (visits and diagnoses), 2204 2301 (lines), 2205 2302 (their cancels), 2207 2304
//          (settlements), 2208 2305 (theirs), 2202 2404 (the visit), 2102 (pharmacy: all at once), 3503 3505 3506 with
//          their A forms (trace codes).
// Errors:  WireError with the path of what is wrong. One mistake refuses the whole message.
// Threads: stateless; `codes` is shared.
#pragma once

#include <set>

#include "realtime/envelope.h"
#include "realtime/service.h"

namespace yijian::realtime {

inline constexpr size_t kPersonsMax = 1000;
inline constexpr size_t kRowsMax = 20'000;  // of one request, all persons together

struct WireContext {
  Codes* codes = nullptr;
  std::string msgid;
  std::string institution;
  std::string institution_name;
  bool trial = false;
  std::string insured_area;                           // division of enrolment
  Time now = 0;                                       // the message's time
  const std::set<std::string>* stay_types = nullptr;  // med_type of stays; null = DefaultStayTypes()
};
const std::set<std::string>& DefaultStayTypes();

Result<std::vector<Draft>> ReadDrafts(const Json& data, program::Moment moment, const WireContext& context);

bool IsUpload(std::string_view infno);
// `input` is the whole of the envelope's. One upload for each person it is about.
Result<std::vector<Upload>> ReadUpload(std::string_view infno, const Json& input, const WireContext& context);

Result<std::vector<Feedback>> ReadFeedback(const Json& data, const WireContext& context);

// A missing fact in Chinese: "person.birth" is 参保人.出生日期.
std::string NameOfMissing(const std::string& reason);

// JSON texts. The national one is `output` of 3101 and 3102.
std::string WriteNational(const std::vector<Draft>& drafts, const std::vector<Answer>& answers);
std::string WriteTwin(const std::vector<Draft>& drafts, const std::vector<Answer>& answers);

}  // namespace yijian::realtime
