#include "http/problem.h"

#include <nlohmann/json.hpp>

#include "base/words.h"

namespace yijian::http {
namespace {

struct Standard {
  int status;
  const char* code;
  const char* zh;
  const char* en;
};

constexpr Standard kStandards[] = {
    {400, "bad_request", "请求有误", "Bad request"},
    {401, "sign_in", "请先登录", "Please sign in"},
    {403, "forbidden", "无权操作", "Not allowed"},
    {404, "not_found", "没有找到", "Not found"},
    {405, "method", "不支持的操作", "Method not allowed"},
    {409, "conflict", "与当前状态冲突", "In conflict with what is there"},
    {412, "precondition", "内容已被修改", "Changed meanwhile"},
    {413, "too_large", "提交的内容过大", "Too large"},
    {414, "target_too_long", "网址过长", "Address too long"},
    {415, "media_type", "不支持的内容类型", "Unsupported media type"},
    {421, "host", "主机名不符", "Wrong host"},
    {422, "fields", "提交的内容有误", "Some fields are wrong"},
    {429, "too_many", "请求过于频繁", "Too many requests"},
    {431, "head_too_large", "请求头过大", "Request head too large"},
    {500, "internal", "系统内部错误", "Internal error"},
    {501, "not_implemented", "不支持的操作", "Not implemented"},
    {503, "busy", "系统繁忙，请稍后再试", "Busy, please try again"},
    {505, "http_version", "不支持的 HTTP 版本", "HTTP version not supported"},
};

int StatusOf(ErrorCode code, bool fields) {
  switch (code) {
    case ErrorCode::kInvalidInput:
      return fields ? 422 : 400;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kConflict:
      return 409;
    case ErrorCode::kLimit:
      return 429;
    case ErrorCode::kIo:
      return 503;
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

}  // namespace

Problem ProblemOf(int status, Text detail) {
  Problem problem{.status = status, .detail = std::move(detail)};
  const Standard* found = &kStandards[0];
  for (const Standard& standard : kStandards) {
    if (standard.status == status) found = &standard;
  }
  problem.code = found->code;
  problem.title = {found->zh, found->en};
  return problem;
}

Problem ProblemOf(const Error& error, FieldErrors errors) {
  const ErrorDetail* detail = error.detail.get();
  // What a room found wrong with fields stands beside what the getters found.
  if (detail != nullptr) {
    for (const ErrorDetail::Field& field : detail->fields) {
      auto [en, zh] = HalvesOf(field.expected);
      Note(errors, {field.field, "", {zh, en}});
    }
  }
  bool fields = !errors.empty();
  int status = detail != nullptr && detail->forbidden ? 403 : StatusOf(error.code, fields);
  Problem problem = ProblemOf(status);
  if (problem.status < 500) problem.detail = {error.message, error.message};
  if (detail != nullptr && problem.status < 500) {
    if (!detail->word.empty()) problem.code = detail->word;
    if (!detail->zh.empty()) problem.detail.zh = detail->zh;
  }
  if (problem.status == 422 || problem.status == 409) problem.errors = std::move(errors);
  if (problem.status == 429 || problem.status == 503) problem.retry_after_s = 1;
  return problem;
}

std::string ToJson(const Problem& problem, Language language, const std::string& request_id) {
  nlohmann::ordered_json json = {{"type", "urn:yijian:problem:" + problem.code},
                                 {"title", problem.title.In(language)},
                                 {"status", problem.status}};
  if (!problem.detail.In(language).empty()) json["detail"] = problem.detail.In(language);
  json["code"] = problem.code;
  json["request_id"] = request_id;
  if (!problem.current.empty()) json["current"] = nlohmann::ordered_json::parse(problem.current, nullptr, false);
  if (!problem.errors.empty()) {
    nlohmann::ordered_json errors = nlohmann::ordered_json::array();
    for (const FieldError& error : problem.errors)
      errors.push_back({{"field", error.field}, {"value", error.value}, {"expected", error.expected.In(language)}});
    json["errors"] = std::move(errors);
  }
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace yijian::http
