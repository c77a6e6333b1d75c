// A source nobody designed for: real-shaped US inpatient claims come in by a mapping alone, and rules written in the
// language give the answers that others computed independently (data/README.md there).

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "audit/run.h"
#include "intake/intake.h"
#include "pack/load.h"

namespace yijian {
namespace {

namespace fs = std::filesystem;

TEST(UsInpatient, LoadsByMappingAndGivesTheKnownAnswers) {
  fs::path source = YIJIAN_SOURCE_DIR;
  fs::path data = source / "../shared/data/us-inpatient-claims";
  if (!fs::exists(data / "inpatient.csv"))
    GTEST_SKIP() << "the claims are not here (" << data << "); they may not be shipped";
  fs::path lake = fs::temp_directory_path() / ("yijian-us-" + std::to_string(getpid()));
  fs::remove_all(lake);

  intake::Options options;
  options.mapping = source / "mappings/us-inpatient.yaml";
  options.files = {data / "inpatient.csv", data / "beneficiary.csv"};
  options.lake = lake;
  options.dictionaries = source / "rules/dictionaries";
  auto report = intake::TakeIn(options);
  ASSERT_TRUE(report) << report.error().message;
  const intake::TableReport& claims = report->tables.at("settlement");
  EXPECT_EQ(claims.taken, 29545);
  EXPECT_EQ(claims.quarantined, 0);
  EXPECT_EQ(claims.money.at("fund_pay_sumamt").taken, 29792454000);  // fen
  EXPECT_EQ(report->tables.at("person").taken, 23785);

  lang::Diagnostics diagnostics;
  program::RuleSet rules = pack::LoadRules({source / "tests/us_inpatient/pack"}, diagnostics);
  ASSERT_TRUE(diagnostics.ok()) << diagnostics.Render();
  for (bool plain : {false, true}) {
    audit::AuditOptions audit_options;
    audit_options.lake = lake;
    audit_options.pack_dirs = {source / "tests/us_inpatient/pack"};
    audit_options.plain = plain;
    auto audited = audit::RunAudit(audit_options, rules, {});
    ASSERT_TRUE(audited) << audited.error().message;
    auto findings = [&](const char* rule) { return audited->by_rule[rule].findings; };
    EXPECT_EQ(findings("US-OVERLAP"), 431);
    EXPECT_EQ(findings("US-OVERLAP-TWO"), 227);
    EXPECT_EQ(findings("US-READMIT"), 985);
    EXPECT_EQ(findings("US-READMIT-SAME"), 459);
    EXPECT_EQ(findings("US-DUPLICATE"), 16);
    EXPECT_EQ(findings("US-MANY"), 15);
    EXPECT_EQ(audited->visits, 29545);
    if (plain) {
      EXPECT_EQ(audited->added + audited->gone, 0) << "the plain evaluator and the columnar one tell the same";
    }
  }
  fs::remove_all(lake);
}

}  // namespace
}  // namespace yijian
