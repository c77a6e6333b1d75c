// For tests of this room: a bureau of known people, clues with findings, and a calendar that moves.
//
//   class CaseTest : public CaseworkTest {};
//   TEST_P(CaseTest, ...) { int64_t clue = AddClue({40'000, 60'000}); ... }
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "casework/case_steps.h"
#include "casework/casework.h"
#include "casework/decision_steps.h"
#include "casework/documents.h"
#include "casework/migrations.h"
#include "casework/notices.h"
#include "casework/opinion_steps.h"
#include "casework/self_check_steps.h"
#include "casework/views.h"
#include "clue/migrations.h"
#include "ledger/book.h"
#include "ledger/migrations.h"
#include "ledger/report.h"
#include "store/testing.h"
#include "trail/trail.h"
#include "trail/verify.h"

namespace yijian::casework {

// People of a small bureau. Who may do what is account's to say; here every role may do its part.
class SmallBureau : public Bureau {
 public:
  std::map<int64_t, Person> people;
  std::map<std::string, int64_t> settings;
  mutable std::vector<std::pair<int64_t, Message>> sent;

  bool May(const Actor& actor, std::string_view permission) const override {
    bool bureau = actor.Is("auditor") || actor.Is("inspector") || actor.Is("representative");
    if (permission.starts_with("opinion.answer") || permission.starts_with("opinion.appeal") ||
        permission == "selfcheck.answer")
      return actor.Is("institution");
    if (permission == "approval.vote")
      return actor.Is("approver_1") || actor.Is("approver_2") || actor.Is("approver_3") || actor.Is("approver_4");
    if (permission == "flow.change") return actor.Is("operator");
    if (permission == "case.see" || permission == "document.read") return true;
    if (permission == "case.team") return bureau || actor.Is("approver_1");
    return bureau;
  }
  Result<std::optional<Person>> Find(store::Session&, int64_t user) const override {
    auto found = people.find(user);
    return found == people.end() ? std::optional<Person>() : std::optional(found->second);
  }
  Result<std::vector<Person>> WithRole(store::Session&, const std::string& role) const override {
    std::vector<Person> with;
    for (const auto& [id, person] : people) {
      if (std::find(person.roles.begin(), person.roles.end(), role) != person.roles.end()) with.push_back(person);
    }
    return with;
  }
  Result<std::vector<int64_t>> OfInstitution(store::Session&, const std::string& institution) const override {
    std::vector<int64_t> users;
    for (const auto& [id, person] : people) {
      if (!institution.empty() && person.institution == institution) users.push_back(id);
    }
    return users;
  }
  Result<std::string> AreaName(store::Session&, const std::string& area) const override { return "区划" + area; }
  Result<std::optional<int64_t>> Setting(store::Session&, const std::string& key) const override {
    auto found = settings.find(key);
    return found == settings.end() ? std::optional<int64_t>() : std::optional(found->second);
  }
  Result<IsWorkingDay> WorkingDays(store::Session&) const override {
    return IsWorkingDay([](Date day) {
      static const std::set<std::string> kMakeUp = {"2026-02-14", "2026-02-28"};
      std::string text = FormatDate(day);
      if (kMakeUp.count(text) != 0) return true;
      return WeekdayOf(day) < 5 && !(text >= "2026-02-15" && text <= "2026-02-23");
    });
  }
  Status Send(store::Session&, int64_t user, EpochMs, const Message& message) const override {
    sent.emplace_back(user, message);
    return {};
  }
  Result<int64_t> Unread(store::Session&, int64_t user) const override {
    return std::count_if(sent.begin(), sent.end(), [user](const auto& m) { return m.first == user; });
  }
};

class CaseworkTest : public store::BothDatabases {
 protected:
  static constexpr int64_t kAuditor = 1, kHelper = 2, kRepresentative = 3, kHospital = 4, kOtherHospital = 5,
                           kOperator = 9, kElsewhere = 20;
  static constexpr int64_t kLevel1 = 11, kLevel2 = 12, kLevel3 = 13, kLevel4 = 14, kExpert1 = 31, kExpert2 = 32,
                           kExpert3 = 33;

  CaseworkTest() : rules_(*Rules::Load(std::string(YIJIAN_SOURCE_DIR) + "/rules")) {
    auto add = [&](int64_t id, std::string name, std::vector<std::string> roles, std::string area = "330100",
                   std::string institution = "") {
      bureau_.people[id] = {id, std::move(name), std::move(area), std::move(institution), std::move(roles), true};
    };
    add(kAuditor, "审核员王敏", {"auditor"});
    add(kHelper, "稽核员李强", {"inspector"});
    add(kRepresentative, "驻院代表赵红", {"representative"});
    add(kHospital, "仁和医院医保办", {"institution"}, "330102", "H1");
    add(kOtherHospital, "康宁医院医保办", {"institution"}, "330102", "H2");
    add(kOperator, "运维", {"operator"});
    add(kElsewhere, "外地审核员", {"auditor"}, "330200");
    add(kLevel1, "初审员", {"approver_1"});
    add(kLevel2, "复审科长", {"approver_2"});
    add(kLevel3, "分管局长", {"approver_3"});
    add(kLevel4, "局长", {"approver_4"});
    for (int64_t id : {kExpert1, kExpert2, kExpert3}) add(id, "专家" + std::to_string(id), {"expert"});
  }

  void SetUp() override {
    std::vector<store::Migration> migrations;
    for (const auto& room : {trail::Migrations(), ledger::Migrations(), clue::Migrations(), Migrations()})
      migrations.insert(migrations.end(), room.begin(), room.end());
    database_ = Make(migrations);
    casework_ = std::make_unique<Casework>(*database_, clock_, rules_, bureau_);
    ASSERT_TRUE(casework_->Begin().has_value());
    // Ids of clues made by hand lie below those that the program hands out.
    ASSERT_TRUE(database_
                    ->Write([](store::Session& session) -> Status {
                      TRY(session.Execute("UPDATE clue_number SET next = 1000000"));
                      return {};
                    })
                    .has_value());
    SetNow("2026-03-02 09:00");
  }

  void SetNow(const char* local) { clock_.Set(MomentOf(*ParseTime(local))); }

  Actor As(int64_t user) const {
    const Person& person = bureau_.people.at(user);
    return {.user = user,
            .name = person.name,
            .roles = person.roles,
            .area = person.area,
            .institution = person.institution};
  }
  template <typename Step>
  auto Do(int64_t user, Step&& step) {
    return casework_->Write(As(user), std::forward<Step>(step));
  }
  template <typename View>
  auto See(int64_t user, View&& view) {
    return casework_->Read(As(user), std::forward<View>(view));
  }

  // A clue with one finding of these lines, all confirmed and identified in the ledger.
  int64_t AddClue(const std::vector<Fen>& amounts, const std::string& institution = "H1",
                  const std::string& area = "330102", const char* verdict = "confirmed") {
    auto made = database_->Write([&](store::Session& session) -> Result<int64_t> {
      Fen sum = 0;
      for (Fen fen : amounts) sum += fen;
      int64_t n = ++clues_;
      int64_t clue = n;
      TRY(session.Execute(
          "INSERT INTO clue (id, no, title, source, matter, subject_kind, subject, subject_name, institution, "
          "institution_name, area, severity, status, found_fen, findings, created_at, updated_at) "
          "VALUES (?, ?, '重复收费', 'rule', 'charging', 'institution', ?, '仁和医院', ?, '仁和医院', ?, 'violation', "
          "'working', ?, 1, 0, 0)",
          {n, "XS-2026-" + std::to_string(n), institution, store::TextOrNull(institution), area, sum}));
      int64_t place = TRY(ledger::PlaceOf(session, {area, institution, "charging", "2026-01"}));
      TRY(session.Execute(
          "INSERT INTO finding (id, clue_id, home_clue, rule, rule_version, severity, person, institution, doc, at, "
          "month, place_id, status, verdict, found_fen, attributed_fen, message_zh, message_en, facts) "
          "VALUES (?, ?, ?, 'P-025a', 1, 'violation', NULL, ?, 'M1', 0, '2026-01', ?, 'live', ?, ?, ?, "
          "'同日重复收费', 'charged twice', '{}')",
          {n, clue, clue, store::TextOrNull(institution), place, std::string(verdict), sum, sum}));
      std::vector<ledger::Identified> identified;
      for (size_t i = 0; i < amounts.size(); i++) {
        int64_t line = n * 1000 + static_cast<int64_t>(i);
        TRY(session.Execute(
            "INSERT INTO finding_line (id, finding_id, kind, row_id, charged, item_name, found_fen, attributed_fen, "
            "verdict, chk_fen) VALUES (?, ?, 'fee', ?, 1, '项目', ?, ?, ?, ?)",
            {line, n, line, amounts[i], amounts[i], std::string(verdict),
             std::string(verdict) == "confirmed" ? store::Value(amounts[i]) : store::Value()}));
        identified.push_back({line, place, amounts[i]});
      }
      TRY(ledger::Identify(session, {0, "test", 0}, identified));
      return clue;
    });
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return *made;
  }
  // A notice before a penalty, made and delivered; 0 when that is refused.
  int64_t Notify(int64_t decision, const char* kind = "penalty_notice") {
    auto made = Do(kAuditor, [&](Job& job) -> Result<int64_t> {
      int64_t id = TRY(MakeDocument(job, {.kind = kind, .decision = decision}));
      TRY(DeliverNotice(job, id, {.way = "electronic"}));
      return id;
    });
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return made.has_value() ? *made : 0;
  }
  Status Reply(int64_t user, int64_t notice, const char* kind, const char* text = "") {
    return Do(user, [&](Job& job) { return AnswerNotice(job, notice, {kind, text}); });
  }
  static int64_t LineOf(int64_t clue_number, int64_t index) { return clue_number * 1000 + index; }

  store::Row One(const std::string& sql, const store::Values& values = {}) {
    auto row = database_->Read([&](store::Session& session) { return session.QueryOne(sql, values); });
    CHECK(row.has_value() && row->has_value());
    return **row;
  }
  int64_t Version(const std::string& table, int64_t id) {
    return One("SELECT version FROM " + table + " WHERE id = ?", {id}).Int("version");
  }
  std::string State(const std::string& table, int64_t id) {
    return One("SELECT state FROM " + table + " WHERE id = ?", {id}).Text("state");
  }
  Fen Booked(const char* account) {
    auto sums = database_->Read([&](store::Session& session) { return ledger::Verify(session); });
    CHECK(sums.has_value());
    EXPECT_TRUE(sums->problems.empty()) << sums->problems[0];
    return sums->sums.Of(*ledger::AccountOf(account));
  }

  Rules rules_;
  FixedClock clock_{0};
  SmallBureau bureau_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<Casework> casework_;
  int64_t clues_ = 0;
};

// The word of a refusal, "" when it went well.
template <typename Outcome>
std::string Word(const Outcome& outcome) {
  if (outcome.has_value()) return "";
  const Error& error = outcome.error();
  return error.detail && !error.detail->word.empty() ? error.detail->word : error.message;
}

}  // namespace yijian::casework
