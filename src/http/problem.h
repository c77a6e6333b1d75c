// What went wrong, told to a client: RFC 9457 problem details, in Chinese or English.
//
//   {"type": "urn:yijian:problem:fields", "title": "提交的内容有误", "status": 422, "code": "fields", "request_id":
//   "...",
//    "errors": [{"field": "/lines/3/amount", "value": "12.345", "expected": "金额（元，最多两位小数）"}]}
//
// Error codes of base become statuses here and nowhere else:
//
//   kInvalidInput 400 (422 with field errors)   kNotFound 404   kConflict 409   kLimit 429   kIo 503   kInternal 500
//
// An ErrorDetail adds its word as the problem's code, its Chinese words, its fields, and turns what is forbidden into
// 403. Messages of kIo and kInternal name machines and files, so they go to the log only. Threads: values and pure
// functions.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "http/fields.h"
#include "http/text.h"

namespace yijian::http {

struct Problem {
  int status = 500;
  std::string code;  // stable, for programs: "locked_by_other"; also the end of the problem's type
  Text title;
  Text detail;  // both empty: left out
  FieldErrors errors;
  std::string current;  // JSON of the object as it now is, when another changed it first
  std::optional<int> retry_after_s;
};

// errors: what the request's getters noted; they make a kInvalidInput a 422.
Problem ProblemOf(const Error& error, FieldErrors errors);
// A problem with the standard title of its status.
Problem ProblemOf(int status, Text detail = {});

std::string ToJson(const Problem& problem, Language language, const std::string& request_id);

}  // namespace yijian::http
