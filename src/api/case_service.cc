#include "api/case_service.h"

#include <charconv>

#include "account/areas.h"
#include "account/holidays.h"
#include "account/messages.h"
#include "account/people.h"
#include "account/settings.h"

namespace yijian::api {
namespace {

std::vector<std::string> NamesOf(account::Roles roles) {
  std::vector<std::string> names;
  for (int i = 0; i < account::kRoles; i++) {
    auto role = static_cast<account::Role>(i);
    if ((roles & account::Bit(role)) != 0) names.emplace_back(account::NameOf(role));
  }
  return names;
}

casework::Person PersonOf(const account::Person& person) {
  return {person.id, person.name, person.area, person.institution, NamesOf(person.roles), person.status != "disabled"};
}

}  // namespace

bool AccountBureau::May(const casework::Actor& actor, std::string_view permission) const {
  account::Roles roles = 0;
  for (const auto& name : actor.roles) {
    if (auto role = account::RoleOf(name)) roles |= account::Bit(*role);
  }
  return account::May(roles, permission);
}

Result<std::optional<casework::Person>> AccountBureau::Find(store::Session& session, int64_t user) const {
  auto person = account::FindPerson(session, user);
  if (person) return std::optional(PersonOf(*person));
  if (person.error().code == ErrorCode::kNotFound) return std::optional<casework::Person>();
  return person.error();
}

Result<std::vector<casework::Person>> AccountBureau::WithRole(store::Session& session, const std::string& role) const {
  std::vector<casework::Person> people;
  auto known = account::RoleOf(role);
  if (!known) return people;
  // Everywhere: casework asks for the area itself.
  for (const auto& person : TRY(account::PeopleAround(session, "", account::Bit(*known), "")))
    people.push_back(PersonOf(person));
  return people;
}

Result<std::vector<int64_t>> AccountBureau::OfInstitution(store::Session& session,
                                                          const std::string& institution) const {
  if (institution.empty()) return std::vector<int64_t>();
  return account::PeopleOfInstitution(session, institution);
}

Result<std::string> AccountBureau::AreaName(store::Session& session, const std::string& area) const {
  auto found = TRY(account::FindArea(session, area));
  return found ? found->name : area;
}

Result<std::optional<int64_t>> AccountBureau::Setting(store::Session& session, const std::string& key) const {
  auto text = TRY(account::ChangedSetting(session, key));
  if (!text) return std::optional<int64_t>();
  int64_t number = 0;
  auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size())
    return InternalError("setting " + key + " is no number");
  return std::optional(number);
}

Result<casework::IsWorkingDay> AccountBureau::WorkingDays(store::Session& session) const {
  auto calendar = std::make_shared<const account::WorkingDays>(TRY(account::AllHolidays(session)));
  return casework::IsWorkingDay([calendar](Date day) { return calendar->IsWorkingDay(day); });
}

Status AccountBureau::Send(store::Session& session, int64_t user, EpochMs now, const casework::Message& message) const {
  account::Message sent{.at = now, .kind = message.kind, .text_zh = message.zh, .text_en = message.en};
  if (!message.link.empty()) sent.link = message.link;
  return account::SendMessage(session, user, sent);
}

Result<int64_t> AccountBureau::Unread(store::Session& session, int64_t user) const {
  return account::UnreadOf(session, user);
}

Result<std::unique_ptr<CaseService>> CaseService::Open(store::Database& database, const Clock& clock,
                                                       const std::string& folder) {
  auto rules = TRY(casework::Rules::Load(folder));
  std::unique_ptr<CaseService> service(new CaseService(database, clock, std::move(rules)));
  TRY(service->casework_.Begin());
  return service;
}

casework::Actor CaseActor(const account::Actor& actor) {
  return {.user = actor.id,
          .name = actor.name,
          .roles = NamesOf(actor.roles),
          .area = actor.area,
          .institution = actor.institution,
          .ip = actor.ip};
}

}  // namespace yijian::api
