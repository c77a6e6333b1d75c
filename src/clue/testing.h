// For tests: a run of findings written down in a few words, and a store to import it into.
#pragma once

#include <gtest/gtest.h>

#include "clue/import.h"
#include "clue/migrations.h"
#include "ledger/migrations.h"
#include "ledger/report.h"
#include "store/testing.h"
#include "trail/trail.h"

namespace yijian::clue {

inline std::vector<store::Migration> AllMigrations() {
  std::vector<store::Migration> all = trail::Migrations();
  for (auto& migrations : {ledger::Migrations(), Migrations()})
    all.insert(all.end(), migrations.begin(), migrations.end());
  return all;
}

class FakeRun : public FindingSource {
 public:
  // A finding of one line worth `fen`, half of it the fund's when `fund` is not said.
  SourceFinding& Add(uint64_t key, const std::string& rule, const std::string& institution, const std::string& person,
                     Fen fen, const std::string& severity = "violation") {
    SourceFinding finding;
    finding.key = key;
    finding.rule = rule;
    finding.rule_version = 1;
    finding.severity = severity;
    finding.subject_kind = "person";
    finding.subject = person;
    finding.person_name = "张三丰";
    finding.gender = "1";
    finding.birth = "1950-02-03";
    finding.institution = institution;
    finding.doc = "V" + std::to_string(key);
    finding.at = *ParseTime("2025-03-06 08:15:00");
    finding.found = fen;
    finding.attributed = fen;
    finding.message_zh = "重复收费";
    finding.message_en = "charged twice";
    finding.facts = R"({"count":"2"})";
    SourceLine line;
    line.kind = "line";
    line.row_id = static_cast<int64_t>(key * 10);
    line.charged = true;
    line.found = line.attributed = fen;
    line.item_code = "001204000060000";
    line.item_name = "静脉输液";
    line.at = finding.at;
    line.cnt = "2";
    line.pric = "12.5";
    line.amount = fen;
    finding.lines.push_back(line);
    findings.push_back(std::move(finding));
    return findings.back();
  }

  Result<SourceRun> Run() override {
    run.findings = static_cast<int64_t>(findings.size());
    return run;
  }
  Result<std::vector<SourceRule>> Rules() override {
    std::vector<SourceRule> rules;
    for (const char* id : {"P-025a", "D-101", "B-030", "M-015"}) {
      SourceRule rule;
      rule.rule = id;
      rule.version = 1;
      rule.name_zh = std::string("规则") + id;
      rule.name_en = std::string("rule ") + id;
      rule.rule_class = "policy";
      rule.severity = "violation";
      rule.basis = {"条例第三十八条"};
      rule.unknowns = {{"person.birth", 3}};
      rules.push_back(rule);
    }
    return rules;
  }
  Result<std::vector<SourceInstitution>> Institutions() override {
    return std::vector<SourceInstitution>{{"H1", "城东医院", "1", "2", "330102", 100},
                                          {"H2", "城西医院", "1", "2", "330203", 50}};
  }
  Status ForEach(const std::function<Status(SourceFinding)>& take) override {
    size_t count = 0;
    for (const SourceFinding& finding : findings) {
      if (stop_after && count++ == *stop_after) return IoError("the disk failed");
      TRY(take(finding));
    }
    return {};
  }

  SourceRun run{.run = "abc123"};
  std::vector<SourceFinding> findings;
  std::optional<size_t> stop_after;
};

class ClueTest : public store::BothDatabases {
 protected:
  ClueTest() : database_(Make(AllMigrations())) {
    auto matters = Matters::Load("rules/matters.csv");
    CHECK(matters.has_value());
    matters_ = std::move(*matters);
  }

  Result<ImportReport> Import(FakeRun& run, size_t batch = 3) {
    return ImportRun(*database_, run, matters_, weights_, clock_, {.batch = batch, .progress = {}});
  }
  // Ledger against itself, and findings against ledger.
  std::string Problems() {
    auto all = database_->Read([](store::Session& session) -> Result<std::string> {
      std::string text;
      for (const std::string& problem : TRY(ledger::Verify(session)).problems) text += problem + "\n";
      for (const std::string& problem : TRY(VerifyFindings(session))) text += problem + "\n";
      ledger::Funnel funnel = TRY(ledger::ReadFunnel(session, {}));
      if (funnel.identified != TRY(AttributedSum(session, {}))) text += "the funnel is not what was attributed\n";
      return text;
    });
    return all ? *all : all.error().message;
  }
  ledger::Funnel Funnel() {
    auto funnel = database_->Read([](store::Session& session) { return ledger::ReadFunnel(session, {}); });
    CHECK(funnel.has_value());
    return *funnel;
  }
  int64_t Count(const std::string& sql) {
    auto rows =
        database_->Read([&](store::Session& session) { return session.QueryOne("SELECT COUNT(*) AS n FROM " + sql); });
    CHECK(rows.has_value());
    return (*rows)->Int("n");
  }

  std::unique_ptr<store::Database> database_;
  Matters matters_;
  RankWeights weights_;
  FixedClock clock_{1'764'000'000'000};
};

}  // namespace yijian::clue
