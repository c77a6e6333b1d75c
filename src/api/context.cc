#include "api/context.h"

#include <charconv>

#include "base/words.h"

namespace yijian::api {

const account::Actor& ActorOf(const http::Request& request) {
  const auto* actor = request.principal<account::Actor>();
  CHECK(actor != nullptr);  // the route is not anonymous
  return *actor;
}

Result<const account::Actor*> Need(const http::Request& request, std::string_view permission) {
  const account::Actor& actor = ActorOf(request);
  if (actor.must_change_password) {
    return Forbidden("must_change_password", "please change your password first", "请先修改初始密码");
  }
  if (!actor.Can(permission)) {
    std::string name(permission);
    return Forbidden("forbidden", "you may not do this (" + name + ")", "您没有此项权限（" + name + "）");
  }
  return &actor;
}

std::string WireId(char letter, int64_t id) { return letter + std::to_string(id); }

Result<int64_t> IdOf(char letter, std::string_view text) {
  int64_t id = 0;
  const char* end = text.data() + text.size();
  if (text.size() >= 2 && text[0] == letter && text[1] != '-') {
    auto [stop, error] = std::from_chars(text.data() + 1, end, id);
    if (error == std::errc() && stop == end && id > 0) return id;
  }
  return NotFound("there is no '" + std::string(text) + "'", "没有“" + std::string(text) + "”");
}

nlohmann::json TextOrNull(const std::string& text) {
  return text.empty() ? nlohmann::json(nullptr) : nlohmann::json(text);
}

nlohmann::json MomentOrNull(const std::optional<EpochMs>& moment) {
  return moment ? nlohmann::json(FormatMoment(*moment)) : nlohmann::json(nullptr);
}

Error Forbidden(std::string word, std::string en, std::string zh) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = std::move(word);
  detail->zh = std::move(zh);
  detail->forbidden = true;
  Error error = InvalidInput(std::move(en));
  error.detail = std::move(detail);
  return error;
}

PageQuery PageOf(http::Request& request) {
  PageQuery page;
  page.page = request.QueryInt("page", {.min = 1, .max = 10'000'000}).value_or(1);
  page.size = request.QueryInt("size", {.min = 1, .max = 200}).value_or(50);
  return page;
}

trail::Entry EntryOf(const account::Actor& actor, std::string action, std::string kind, std::string id,
                     const nlohmann::json& details) {
  trail::Entry entry;
  entry.user = actor.id;
  entry.user_name = actor.name;
  entry.area = actor.area;
  entry.institution = actor.institution;
  entry.action = std::move(action);
  entry.object_kind = std::move(kind);
  entry.object_id = std::move(id);
  if (!details.is_null()) entry.details = details.dump();
  entry.ip = actor.ip;
  return entry;
}

}  // namespace yijian::api
