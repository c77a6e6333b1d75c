#include <argon2.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <liboath/oath.h>

#include <array>
#include <map>
#include <thread>

#include "account/areas.h"
#include "account/holidays.h"
#include "account/messages.h"
#include "account/password.h"
#include "account/sessions.h"
#include "account/settings.h"
#include "account/totp.h"
#include "store/testing.h"
#include "trail/trail.h"
#include "trail/verify.h"

namespace yijian::account {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string WordOf(const Error& error) { return error.detail ? error.detail->word : ""; }

std::vector<store::Migration> AllMigrations() {
  std::vector<store::Migration> all = trail::Migrations();
  for (store::Migration& migration : Migrations()) all.push_back(std::move(migration));
  return all;
}

std::string CodeAt(const std::string& secret, EpochMs now) {
  char* key = nullptr;
  size_t length = 0;
  CHECK(oath_base32_decode(secret.c_str(), secret.size(), &key, &length) == OATH_OK);
  std::array<char, 7> code{};
  CHECK(oath_totp_generate(key, length, now / 1000, 30, 0, 6, code.data()) == OATH_OK);
  free(key);
  return code.data();
}

std::string OldHashOf(const std::string& password) {
  std::array<char, 200> encoded{};
  CHECK(argon2id_hash_encoded(1, 8 * 1024, 1, password.data(), password.size(), "0123456789abcdef", 16, 32,
                              encoded.data(), encoded.size()) == ARGON2_OK);
  return encoded.data();
}

class AccountTest : public store::BothDatabases {
 protected:
  AccountTest() : database_(Make(AllMigrations())), sessions_(*database_, clock_) {
    Do([&](store::Session& session) -> Status {
      for (const auto& [code, name] : std::vector<std::pair<std::string, std::string>>{{"500101", "万州区"},
                                                                                       {"500000", "重庆市"},
                                                                                       {"500100", "市辖区"},
                                                                                       {"500101001", "高笋塘街道"},
                                                                                       {"510900", "遂宁市"}}) {
        TRY(PutArea(session, code, name));
      }
      return {};
    });
    operator_.roles = Bit(Role::kOperator);
    operator_.name = "运维";
  }

  template <typename F>
  void Do(F&& function) {
    Status done = database_->Write(function);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  AddedPerson Add(const std::string& login, Role role = Role::kAuditor, const std::string& institution = "") {
    auto added = database_->Write([&](store::Session& session) {
      return AddPerson(
          session, operator_,
          {.login = login, .name = "王敏", .roles = Bit(role), .area = "500101", .institution = institution},
          clock_.Now());
    });
    EXPECT_TRUE(added.has_value()) << added.error().message;
    return *added;
  }
  Result<SignedIn> SignIn(const std::string& login, const std::string& password, const std::string& code = "") {
    return sessions_.SignIn({.login = login, .password = password, .totp = code, .ip = "10.0.0.1", .agent = "test"});
  }
  std::shared_ptr<const Actor> Who(const std::string& token) { return *sessions_.Who(token, "10.0.0.1"); }

  FixedClock clock_{1'780'000'000'000};
  std::unique_ptr<store::Database> database_;
  Sessions sessions_;
  Actor operator_;
};

TEST_P(AccountTest, AreasFormATreeWhateverTheOrder) {
  auto below = [&](const std::string& code) {
    return *database_->Read([&](store::Session& session) { return AreasBelow(session, code); });
  };
  ASSERT_EQ(below("500000").size(), 4u);
  std::map<std::string, std::string> parents{
      {"500000", ""}, {"500100", "500000"}, {"500101", "500100"}, {"500101001", "500101"}};
  for (const Area& area : below("500000")) EXPECT_EQ(area.parent.value_or(""), parents.at(area.code)) << area.code;
  EXPECT_EQ(below("500101").size(), 2u);
  EXPECT_EQ(below("").size(), 5u);
  EXPECT_TRUE(AreaCovers("500100", "500101001"));
  EXPECT_FALSE(AreaCovers("500101", "500100"));
  EXPECT_FALSE(AreaCovers("500101", "500102"));
  EXPECT_FALSE(LevelOf("5001").has_value());
  EXPECT_FALSE(LevelOf("50010x").has_value());
}

TEST_P(AccountTest, SigningInGivesANewTokenAndOut) {
  AddedPerson added = Add("wangmin");
  SignedIn first = *SignIn("wangmin", added.one_time_password);
  SignedIn second = *SignIn("wangmin", added.one_time_password);
  EXPECT_NE(first.token, second.token);
  EXPECT_TRUE(Who(first.token)->must_change_password);
  EXPECT_TRUE(Who(first.token)->Can("clue.work"));
  EXPECT_FALSE(Who(first.token)->Can("user.manage"));
  EXPECT_EQ(sessions_.Of(*first.actor)->size(), 2u);
  EXPECT_TRUE(sessions_.SignOut(*Who(first.token)).has_value());
  EXPECT_EQ(Who(first.token), nullptr);
  EXPECT_NE(Who(second.token), nullptr);
  EXPECT_EQ(Who("planted by somebody"), nullptr);
  EXPECT_EQ(Who(std::string(64, '0')), nullptr);
  // What the store has is no token.
  auto digests = database_->Read([](store::Session& session) { return session.Query("SELECT digest FROM session"); });
  for (const store::Row& row : *digests) EXPECT_EQ(Who(row.Text("digest")), nullptr);
}

TEST_P(AccountTest, GuessingIsSlowedDownAndTold) {
  AddedPerson added = Add("wangmin");
  for (int i = 0; i < 5; i++) EXPECT_EQ(WordOf(SignIn("wangmin", "guess").error()), "wrong_credentials");
  EXPECT_EQ(WordOf(SignIn("wangmin", added.one_time_password).error()), "locked");
  clock_.Add(61);
  EXPECT_EQ(WordOf(SignIn("wangmin", "guess").error()), "wrong_credentials");
  clock_.Add(61);
  EXPECT_EQ(WordOf(SignIn("wangmin", added.one_time_password).error()), "locked");  // twice as long now
  clock_.Add(61);
  EXPECT_TRUE(SignIn("wangmin", added.one_time_password).has_value());
  EXPECT_EQ(WordOf(SignIn("nobody", "guess").error()), "wrong_credentials");
  auto locks =
      database_->Read([](store::Session& session) { return trail::Find(session, {.action = "session.lock"}); });
  EXPECT_EQ(locks->size(), 2u);
  EXPECT_TRUE(trail::Verify(*database_, {})->whole);
}

TEST_P(AccountTest, SessionsEndWhenIdleOldOrChanged) {
  AddedPerson added = Add("wangmin");
  SignedIn in = *SignIn("wangmin", added.one_time_password);
  for (int i = 0; i < 47; i++) {  // in use, every 15 minutes
    clock_.Add(15 * 60);
    ASSERT_NE(Who(in.token), nullptr) << i;
  }
  clock_.Add(15 * 60);
  EXPECT_EQ(Who(in.token), nullptr);  // 12 hours
  SignedIn idle = *SignIn("wangmin", added.one_time_password);
  clock_.Add(kIdleSeconds + kCacheSeconds);
  EXPECT_EQ(Who(idle.token), nullptr);

  SignedIn here = *SignIn("wangmin", added.one_time_password);
  SignedIn there = *SignIn("wangmin", added.one_time_password);
  EXPECT_FALSE(sessions_.ChangePassword(*Who(here.token), "wrong", "a much better one").has_value());
  EXPECT_FALSE(sessions_.ChangePassword(*Who(here.token), added.one_time_password, "short").has_value());
  EXPECT_FALSE(sessions_.ChangePassword(*Who(here.token), added.one_time_password, "1234567890").has_value());
  ASSERT_TRUE(sessions_.ChangePassword(*Who(here.token), added.one_time_password, "a much better one").has_value());
  EXPECT_EQ(Who(there.token), nullptr);
  ASSERT_NE(Who(here.token), nullptr);
  EXPECT_FALSE(Who(here.token)->must_change_password);
  EXPECT_TRUE(SignIn("wangmin", "a much better one").has_value());

  auto disabled = database_->Write([&](store::Session& session) {
    return ChangePerson(session, operator_, added.person.id, {.status = "disabled", .version = 1}, clock_.Now());
  });
  ASSERT_TRUE(disabled.has_value()) << disabled.error().message;
  EXPECT_NE(Who(here.token), nullptr);  // another server, which nobody told, for kCacheSeconds
  sessions_.ForgetPerson(added.person.id);
  EXPECT_EQ(Who(here.token), nullptr);
  EXPECT_FALSE(SignIn("wangmin", "a much better one").has_value());
}

TEST_P(AccountTest, OneTimeCodesWorkOnce) {
  AddedPerson added = Add("wangmin");
  SignedIn in = *SignIn("wangmin", added.one_time_password);
  Sessions::TotpSetup setup = *sessions_.BeginTotp(*in.actor);
  EXPECT_THAT(setup.uri, HasSubstr("secret=" + setup.secret));
  EXPECT_FALSE(sessions_.ConfirmTotp(*in.actor, "000000").has_value() &&
               sessions_.ConfirmTotp(*in.actor, "000001").has_value());
  ASSERT_TRUE(sessions_.ConfirmTotp(*in.actor, CodeAt(setup.secret, clock_.Now())).has_value());
  EXPECT_EQ(WordOf(SignIn("wangmin", added.one_time_password).error()), "totp_required");
  // The code that confirmed is used.
  EXPECT_EQ(WordOf(SignIn("wangmin", added.one_time_password, CodeAt(setup.secret, clock_.Now())).error()),
            "wrong_credentials");
  clock_.Add(30);
  std::string code = CodeAt(setup.secret, clock_.Now());
  EXPECT_TRUE(SignIn("wangmin", added.one_time_password, code).has_value());
  EXPECT_EQ(WordOf(SignIn("wangmin", added.one_time_password, code).error()), "wrong_credentials");
  clock_.Add(30);
  EXPECT_EQ(WordOf(SignIn("wangmin", "wrong", CodeAt(setup.secret, clock_.Now())).error()), "wrong_credentials");
  EXPECT_FALSE(sessions_.RemoveTotp(*in.actor, "wrong").has_value());
  EXPECT_TRUE(sessions_.RemoveTotp(*in.actor, added.one_time_password).has_value());
  EXPECT_TRUE(SignIn("wangmin", added.one_time_password).has_value());
}

TEST_P(AccountTest, OfTwoWithOneCodeOneIsLate) {
  AddedPerson added = Add("wangmin");
  SignedIn in = *SignIn("wangmin", added.one_time_password);
  Sessions::TotpSetup setup = *sessions_.BeginTotp(*in.actor);
  ASSERT_TRUE(sessions_.ConfirmTotp(*in.actor, CodeAt(setup.secret, clock_.Now())).has_value());
  clock_.Add(60);
  std::string code = CodeAt(setup.secret, clock_.Now());
  std::array<bool, 2> entered{};
  std::thread other([&] { entered[1] = SignIn("wangmin", added.one_time_password, code).has_value(); });
  entered[0] = SignIn("wangmin", added.one_time_password, code).has_value();
  other.join();
  EXPECT_EQ(entered[0] + entered[1], 1);
}

TEST_P(AccountTest, OldHashesAreMadeAnewWhenThePasswordIsAtHand) {
  AddedPerson added = Add("wangmin");
  // Of "an older password", 8 MiB and one pass.
  Do([&](store::Session& session) -> Status {
    TRY(session.Execute("UPDATE person_account SET password_hash = ? WHERE id = ?",
                        {OldHashOf("an older password"), added.person.id}));
    return {};
  });
  auto hash = [&] {
    return database_
        ->Read([&](store::Session& session) {
          return session.QueryOne("SELECT password_hash FROM person_account WHERE id = ?", {added.person.id});
        })
        .value()
        ->Text("password_hash");
  };
  ASSERT_TRUE(IsOldHash(hash()));
  EXPECT_FALSE(SignIn("wangmin", "wrong").has_value());
  EXPECT_TRUE(IsOldHash(hash()));
  ASSERT_TRUE(SignIn("wangmin", "an older password").has_value());
  EXPECT_FALSE(IsOldHash(hash()));
  EXPECT_TRUE(SignIn("wangmin", "an older password").has_value());
}

TEST_P(AccountTest, ProvidersVouchForPeopleWhomAnOperatorEntered) {
  auto added = database_->Write([&](store::Session& session) {
    return AddPerson(session, operator_,
                     {.login = "wangmin",
                      .name = "王敏",
                      .roles = Bit(Role::kAuditor),
                      .area = "500101",
                      .oidc_subject = "wangmin@id"},
                     clock_.Now());
  });
  ASSERT_TRUE(added.has_value()) << added.error().message;
  SignedIn in = *sessions_.SignInAs("wangmin@id", "10.0.0.1", "test");
  EXPECT_FALSE(in.actor->must_change_password);
  EXPECT_FALSE(Who(in.token)->must_change_password);
  EXPECT_TRUE(Who(SignIn("wangmin", added->one_time_password)->token)->must_change_password);
  EXPECT_EQ(WordOf(sessions_.SignInAs("somebody@id", "10.0.0.1", "test").error()), "no_account");
  ASSERT_TRUE(database_
                  ->Write([&](store::Session& session) {
                    return ChangePerson(session, operator_, added->person.id, {.status = "disabled", .version = 1},
                                        clock_.Now());
                  })
                  .has_value());
  EXPECT_EQ(WordOf(sessions_.SignInAs("wangmin@id", "10.0.0.1", "test").error()), "no_account");
  ASSERT_TRUE(sessions_.RecordRefusal("oidc_refused", "10.0.0.2").has_value());
  auto told =
      *database_->Read([](store::Session& session) { return trail::Find(session, {.action = "session.fail"}); });
  ASSERT_EQ(told.size(), 3u);  // the last first
  EXPECT_THAT(told[0].entry.details, HasSubstr("oidc_refused"));
  EXPECT_EQ(told[0].entry.ip, "10.0.0.2");
  EXPECT_EQ(told[1].entry.user, added->person.id);
  EXPECT_THAT(told[1].entry.details, HasSubstr("disabled"));
  EXPECT_EQ(told[2].entry.user, 0);
  EXPECT_THAT(told[2].entry.details, AllOf(HasSubstr("no_account"), Not(HasSubstr("somebody@id"))));
}

TEST_P(AccountTest, PeopleAreCheckedAndVersioned) {
  AddedPerson added = Add("wangmin");
  auto add = [&](const NewPerson& person) {
    return database_->Write(
        [&](store::Session& session) { return AddPerson(session, operator_, person, clock_.Now()); });
  };
  EXPECT_EQ(add({.login = "wangmin", .name = "x", .roles = 1, .area = "500101"}).error().code, ErrorCode::kConflict);
  EXPECT_FALSE(add({.login = "a", .name = "x", .roles = 0, .area = "500101"}).has_value());
  EXPECT_FALSE(add({.login = "b", .name = "x", .roles = 1, .area = "999999"}).has_value());
  EXPECT_FALSE(add({.login = "c", .name = "x", .roles = Bit(Role::kInstitution), .area = "500101"}).has_value());
  EXPECT_FALSE(add({.login = "d",
                    .name = "x",
                    .roles = Bit(Role::kInstitution) | Bit(Role::kAuditor),
                    .area = "500101",
                    .institution = "H1"})
                   .has_value());
  AddedPerson hospital = Add("hospital", Role::kInstitution, "H1");
  EXPECT_THAT(*database_->Read([](store::Session& session) { return PeopleOfInstitution(session, "H1"); }),
              testing::ElementsAre(hospital.person.id));

  auto change = [&](int64_t version) {
    return database_->Write([&](store::Session& session) {
      return ChangePerson(session, operator_, added.person.id, {.name = "王敏敏", .version = version}, clock_.Now());
    });
  };
  EXPECT_EQ(change(1)->name, "王敏敏");
  EXPECT_EQ(WordOf(change(1).error()), "version_conflict");
  auto page = *database_->Read(
      [&](store::Session& session) { return ListPeople(session, "500100", {.text = "min"}, clock_.Now()); });
  EXPECT_EQ(page.total, 1);
  EXPECT_EQ(
      database_->Read([&](store::Session& session) { return ListPeople(session, "510900", {}, clock_.Now()); })->total,
      0);
  auto auditors = *database_->Read(
      [](store::Session& session) { return PeopleAround(session, "500101001", Bit(Role::kAuditor), ""); });
  EXPECT_EQ(auditors.size(), 1u);
  std::string again = *database_->Write(
      [&](store::Session& session) { return ResetPerson(session, operator_, added.person.id, clock_.Now()); });
  EXPECT_FALSE(SignIn("wangmin", added.one_time_password).has_value());
  EXPECT_TRUE(SignIn("wangmin", again).has_value());
}

TEST_P(AccountTest, NobodyChangesHisOwnRoles) {
  AddedPerson added = Add("boss", Role::kOperator);
  SignedIn in = *SignIn("boss", added.one_time_password);
  auto change = database_->Write([&](store::Session& session) {
    return ChangePerson(session, *in.actor, added.person.id,
                        {.roles = Bit(Role::kOperator) | Bit(Role::kApprover4), .version = 1}, clock_.Now());
  });
  EXPECT_FALSE(change.has_value());
}

TEST_P(AccountTest, MessagesWaitUntilRead) {
  AddedPerson added = Add("wangmin");
  int64_t id = added.person.id;
  Do([&](store::Session& session) -> Status {
    for (int i = 0; i < 3; i++)
      TRY(SendMessage(
          session, id,
          {.at = clock_.Now(), .kind = "deadline", .text_zh = "到期", .text_en = "due", .link = "/cases/a1"}));
    return {};
  });
  MessagePage page = *database_->Read([&](store::Session& session) { return MessagesOf(session, id, 1, 2); });
  EXPECT_EQ(page.total, 3);
  EXPECT_EQ(page.unread, 3);
  ASSERT_EQ(page.rows.size(), 2u);
  Do([&](store::Session& session) { return ReadMessage(session, id, page.rows[0].id, clock_.Now()); });
  EXPECT_EQ(*database_->Read([&](store::Session& session) { return UnreadOf(session, id); }), 2);
  Status others = database_->Write(
      [&](store::Session& session) { return ReadMessage(session, id + 1, page.rows[1].id, clock_.Now()); });
  EXPECT_EQ(others.error().code, ErrorCode::kNotFound);
}

TEST_P(AccountTest, SettingsHaveDefaultsKindsAndReasons) {
  auto number = [&] {
    return *database_->Read([](store::Session& session) { return NumberOf(session, "casework.answer_days"); });
  };
  EXPECT_EQ(number(), 10);
  auto change = [&](const std::string& name, const std::string& value) {
    return database_->Write([&](store::Session& session) {
      return ChangeSetting(session, operator_, name, value, "本市协议第三十条", clock_.Now());
    });
  };
  EXPECT_EQ(change("casework.answer_days", "15")->value, "15");
  EXPECT_EQ(number(), 15);
  for (const char* bad : {"", "0", "-1", "1.5", "ten", "99999", "1; DROP TABLE setting"}) {
    EXPECT_EQ(change("casework.answer_days", bad).error().code, ErrorCode::kInvalidInput) << bad;
  }
  EXPECT_EQ(change("no.such", "1").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(database_->Read([](store::Session& session) { return ListSettings(session); })->size(),
            SettingTable().size());
}

TEST_P(AccountTest, WorkingDaysKnowHolidaysAndMakeUpDays) {
  Do([&](store::Session& session) {
    return AddShippedHolidays(session, std::string(YIJIAN_SOURCE_DIR) + "/rules/holidays.csv");
  });
  WorkingDays calendar(*database_->Read([](store::Session& session) { return AllHolidays(session); }));
  auto day = [](const char* text) { return *ParseDate(text); };
  EXPECT_TRUE(calendar.Known(2026));
  EXPECT_FALSE(calendar.Known(2030));
  EXPECT_FALSE(calendar.IsWorkingDay(day("2026-10-01")));
  EXPECT_TRUE(calendar.IsWorkingDay(day("2026-10-10")));  // a Saturday, made up
  EXPECT_FALSE(calendar.IsWorkingDay(day("2026-10-11")));
  EXPECT_EQ(FormatDate(calendar.After(day("2026-09-30"), 1)), "2026-10-08");
  EXPECT_EQ(FormatDate(calendar.After(day("2026-09-30"), 3)), "2026-10-10");
  EXPECT_EQ(FormatDate(calendar.After(day("2026-02-13"), 2)), "2026-02-24");
  EXPECT_EQ(FormatDate(calendar.After(day("2026-11-28"), 0)), "2026-11-30");
  auto set = [&](int year, std::vector<Holiday> days) {
    return database_->Write(
        [&](store::Session& session) { return SetHolidays(session, operator_, year, days, clock_.Now()); });
  };
  EXPECT_FALSE(set(2027, {{day("2026-01-01"), true, "元旦"}}).has_value());
  EXPECT_FALSE(set(2027, {{day("2027-01-01"), true, "元旦"}, {day("2027-01-01"), true, "元旦"}}).has_value());
  EXPECT_FALSE(set(2027, {{day("2027-01-04"), false, "调休"}}).has_value());  // a Monday is worked anyway
  EXPECT_TRUE(set(2027, {{day("2027-01-01"), true, "元旦"}}).has_value());
  EXPECT_EQ(database_->Read([](store::Session& session) { return HolidaysOf(session, 2027); })->size(), 1u);
}

YIJIAN_ON_BOTH_DATABASES(AccountTest);

TEST(Permission, TheTableSaysWhoMayWhat) {
  EXPECT_EQ(*RoleOf("approver_3"), Role::kApprover3);
  EXPECT_FALSE(RoleOf("root").has_value());
  // Who keeps the machine sees no care; who is audited sees no queue; who votes does not handle.
  Roles operators = Bit(Role::kOperator);
  for (const char* secret :
       {"clue.read", "case.see", "person.read", "person.unmask", "ledger.read", "document.read", "realtime.report"}) {
    EXPECT_FALSE(May(operators, secret)) << secret;
  }
  Roles institution = Bit(Role::kInstitution);
  for (const PermissionRule& rule : PermissionTable()) {
    bool theirs =
        std::string_view(
            "case.see opinion.answer opinion.appeal document.read selfcheck.answer realtime.ask realtime.report")
            .find(rule.name) != std::string_view::npos;
    EXPECT_EQ(May(institution, rule.name), theirs) << rule.name;
  }
  for (int i = 0; i < kRoles; i++) {
    Roles role = Bit(static_cast<Role>(i));
    EXPECT_FALSE(May(role, "approval.vote") && May(role, "decision.draft")) << NameOf(static_cast<Role>(i));
    EXPECT_FALSE(May(role, "user.manage") && May(role, "clue.read")) << NameOf(static_cast<Role>(i));
  }
  EXPECT_FALSE(May(~Roles{0}, "no.such.permission"));
  EXPECT_THAT(PermissionsOf(0), IsEmpty());
}

TEST(Password, HashesAreSaltedAndTellNothing) {
  std::string hash = HashPassword("correct horse");
  EXPECT_THAT(hash, HasSubstr("$argon2id$"));
  EXPECT_NE(hash, HashPassword("correct horse"));
  EXPECT_TRUE(PasswordIs(hash, "correct horse"));
  EXPECT_FALSE(PasswordIs(hash, "Correct horse"));
  EXPECT_FALSE(PasswordIs("rubbish", "correct horse"));
  EXPECT_TRUE(CheckPassword("医保基金监管平台密码好", "x").has_value());
  EXPECT_FALSE(CheckPassword("wangmin.wangmin", "wangmin.wangmin").has_value());
  EXPECT_FALSE(CheckPassword("aaaaaaaaaaaa", "x").has_value());
  EXPECT_FALSE(CheckPassword(std::string(1000, 'x') + "y", "x").has_value());
  EXPECT_NE(RandomPassword(), RandomPassword());
  EXPECT_TRUE(CheckPassword(RandomPassword(), "x").has_value());
}

TEST(Totp, StandardVector) {
  // RFC 6238, appendix B, SHA-1, time 59: 94287082; six digits of it.
  EXPECT_EQ(TotpStep("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", 59'000, 0), 1);
  EXPECT_EQ(TotpStep("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287083", 59'000, 0), std::nullopt);
  EXPECT_EQ(TotpStep("not base 32!", "287082", 59'000, 0), std::nullopt);
}

}  // namespace
}  // namespace yijian::account
