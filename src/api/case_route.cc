#include "api/case_route.h"

namespace yijian::api {

Result<casework::Actor> Asker(const http::Request& request) {
  const account::Actor& actor = ActorOf(request);
  if (actor.must_change_password)
    return Forbidden("must_change_password", "please change your password first", "请先修改初始密码");
  return CaseActor(actor);
}

casework::Paging PagingOf(http::Request& request) {
  PageQuery page = PageOf(request);
  return {page.page, page.size};
}

Error BadId(const std::string& field, char letter) {
  return casework::FieldErrors(
      {{field, std::string("an id such as ") + letter + "12", std::string("编号，如 ") + letter + "12"}});
}

Result<std::vector<int64_t>> IdsOf(char letter, const std::string& field, const std::vector<std::string>& texts) {
  std::vector<int64_t> ids;
  for (size_t i = 0; i < texts.size(); i++) {
    auto id = casework::IdOf(letter, texts[i]);
    if (!id) return BadId(field + "/" + std::to_string(i), letter);
    ids.push_back(*id);
  }
  return ids;
}

}  // namespace yijian::api
