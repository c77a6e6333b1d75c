// What a case found is what its clues found, also after later audits; and a store of an earlier version comes along.
#include "casework/testing.h"
#include "clue/testing.h"

namespace yijian::casework {
namespace {

class CaseGrowth : public CaseworkTest {
 protected:
  void Import(clue::FakeRun& run) {
    auto matters = clue::Matters::Load(std::string(YIJIAN_SOURCE_DIR) + "/rules/matters.csv");
    ASSERT_TRUE(matters.has_value());
    auto report = clue::ImportRun(*database_, run, *matters, {}, clock_, {});
    ASSERT_TRUE(report.has_value()) << report.error().message;
  }
  nlohmann::json View(int64_t id) {
    auto view = See(kAuditor, [&](Job& job) { return CaseView(job, id); });
    CHECK(view.has_value());
    return *view;
  }
  Fen Attributed() {
    auto sum = database_->Read([](store::Session& session) { return clue::AttributedSum(session, {}); });
    CHECK(sum.has_value());
    return *sum;
  }
};
YIJIAN_ON_BOTH_DATABASES(CaseGrowth);

TEST_P(CaseGrowth, LaterAuditsAddToTheCaseAndTakeBackAndItsPeopleAreTold) {
  clue::FakeRun run;
  run.Add(1, "P-025a", "H1", "P1", 100'000);
  Import(run);
  int64_t clue = One("SELECT id FROM clue").Int("id");
  auto opened = Do(kAuditor, [&](Job& job) { return OpenCase(job, {.clues = {clue}, .title = "重复收费"}); });
  ASSERT_TRUE(opened.has_value()) << Word(opened);
  int64_t id = *opened;
  EXPECT_EQ(View(id)["found_fen"], 100'000);
  EXPECT_TRUE(View(id)["transfer_alert_zh"].is_null());
  EXPECT_EQ(casework_->Tick()->grown, 0);

  run.run.run = "later";
  run.Add(2, "P-025a", "H1", "P2", 250'000);
  Import(run);
  // The sum of the case is the sum of its findings at once, before anybody is told.
  EXPECT_EQ(View(id)["found_fen"], 350'000);
  EXPECT_EQ(View(id)["found_fen"], Attributed());
  auto list = See(kAuditor, [&](Job& job) { return CaseList(job, {.sort = "-found", .text = "重复"}, {}); });
  ASSERT_TRUE(list.has_value()) << list.error().message;
  EXPECT_EQ((*list)["found_fen"], 350'000);
  EXPECT_EQ((*list)["rows"][0]["found_fen"], 350'000);

  bureau_.sent.clear();
  auto tick = casework_->Tick();
  ASSERT_TRUE(tick.has_value());
  EXPECT_EQ(tick->failed, 0) << tick->first_error;
  EXPECT_EQ(tick->grown, 1);
  EXPECT_EQ(casework_->Tick()->grown, 0);  // once
  store::Row event = One("SELECT text_zh, text_en FROM case_event WHERE action = 'found_changed'");
  EXPECT_EQ(event.Text("text_zh"), "后续审计使本案疑点金额由1000.00元变为3500.00元");
  EXPECT_EQ(event.Text("text_en"), "a later audit changes what this case's clues found from 1000.00 to 3500.00 yuan");
  EXPECT_EQ(bureau_.sent.at(0).first, kAuditor);
  // 3,000 yuan and more: the line is watched again, in both languages.
  EXPECT_NE(View(id)["transfer_alert_zh"].get<std::string>().find("3500.00"), std::string::npos);
  EXPECT_NE(View(id)["transfer_alert_en"].get<std::string>().find("3500.00"), std::string::npos);

  run.run.run = "withdrawn";
  run.run.rules = {"P-025a"};
  run.findings.erase(run.findings.begin());
  Import(run);
  EXPECT_EQ(View(id)["found_fen"], 250'000);
  EXPECT_EQ(View(id)["found_fen"], Attributed());
}

// Names are masked; the reference stands beside them, for whoever may unmask.
TEST_P(CaseGrowth, LinesOfAnOpinionNameTheirPersonMasked) {
  clue::FakeRun run;
  run.Add(1, "P-025a", "H1", "P1", 100'000);
  Import(run);
  Status judged = database_->Write([](store::Session& session) -> Status {
    TRY(session.Execute("UPDATE finding SET verdict = 'confirmed'"));
    TRY(session.Execute("UPDATE finding_line SET verdict = 'confirmed', chk_fen = 100000"));
    return {};
  });
  ASSERT_TRUE(judged.has_value());
  int64_t clue = One("SELECT id FROM clue").Int("id");
  auto opinion = Do(kAuditor, [&](Job& job) -> Result<int64_t> {
    int64_t id = TRY(OpenCase(job, {.clues = {clue}, .title = "重复收费"}));
    return IssueOpinion(job, id, {.text = "请核对", .version = 1});
  });
  ASSERT_TRUE(opinion.has_value()) << Word(opinion);
  for (int64_t user : {kAuditor, kHospital}) {
    nlohmann::json line = (*See(user, [&](Job& job) { return OpinionView(job, *opinion); }))["lines"][0];
    EXPECT_EQ(line["person"], One("SELECT ref FROM person").Text("ref"));
    EXPECT_EQ(line["person_name"], "张**");
    EXPECT_EQ(line.dump().find("P1\""), std::string::npos);
  }
}

// A store as the first version of this room left it, with a case whose sum had fallen behind its clue.
class CaseUpgrade : public store::BothDatabases {};
YIJIAN_ON_BOTH_DATABASES(CaseUpgrade);

TEST_P(CaseUpgrade, AStoreOfTheFirstVersionComesAlong) {
  std::vector<store::Migration> below = clue::AllMigrations();
  std::vector<store::Migration> first = below;
  first.push_back(Migrations().front());
  auto database = Make(first);
  auto written = database->Write([](store::Session& session) -> Status {
    TRY(session.Execute(
        "INSERT INTO clue (id, no, title, source, matter, subject_kind, subject, subject_name, area, severity, status, "
        "found_fen, findings, created_at, updated_at) VALUES (1, 'XS-1', 't', 'rule', 'charging', 'institution', 'H1', "
        "'h', '330102', 'violation', 'in_case', 700, 1, 0, 0)"));
    TRY(session.Execute(
        "INSERT INTO case_file (no, title, track, state, institution_name, area, found_fen, opened_at, opened_by, "
        "handler, flow, transfer_alert) VALUES ('AJ-1', 't', 'agency', 'filed', 'h', '330102', 400, 0, 1, 1, 1, "
        "'案值')"));
    TRY(session.Execute("INSERT INTO case_clue (case_id, clue_id) VALUES (1, 1)"));
    return {};
  });
  ASSERT_TRUE(written.has_value()) << written.error().message;
  std::vector<store::Migration> all = below;
  for (const store::Migration& migration : Migrations()) all.push_back(migration);
  Status migrated = database->Migrate(all);
  ASSERT_TRUE(migrated.has_value()) << migrated.error().message;
  auto row = database->Read([](store::Session& session) {
    return session.QueryOne("SELECT k.told_fen, c.transfer_alert_en FROM case_clue k JOIN case_file c ON c.id = 1");
  });
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->Int("told_fen"), 700);
  EXPECT_FALSE((*row)->Text("transfer_alert_en").empty());
}

}  // namespace
}  // namespace yijian::casework
