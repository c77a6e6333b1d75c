// Intake of a small city: any number of threads, any number of batches, a kill at any moment.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

#include "base/decimal.h"
#include "intake/intake.h"
#include "intake/testing.h"

namespace yijian::intake {
namespace {

using lake::Must;

// A small city with every table; the same for the same seed.
void WriteCity(City& city, uint32_t seed, int persons) {
  std::mt19937 random(seed);
  std::vector<Record> visits, settlements, lines;
  std::string number = std::to_string(seed);
  for (int p = 0; p < persons; p++) {
    std::string person = "P" + number + "-" + std::to_string(p);
    for (unsigned v = 0; v <= random() % 3; v++) {
      std::string visit = "M" + person + "-" + std::to_string(v);
      std::string settlement = "S" + visit;
      visits.push_back(VisitOf(visit, person, {{"med_type", random() % 3 == 0 ? "21" : "11"}}));
      int64_t total = 0;
      for (unsigned l = 0; l <= random() % 6; l++) {
        auto fen = static_cast<int64_t>(random() % 10000);
        total += 2 * fen;
        lines.push_back(LineOf(visit + "-" + std::to_string(l), visit, settlement, person, "2", FormatFen(fen),
                               FormatFen(2 * fen), {{"hilist_code", "X" + std::to_string(random() % 50)}}));
        if (random() % 40 == 0) lines.back()[4].second = "never";  // a bad time
      }
      settlements.push_back(SettlementOf(settlement, visit, person, FormatFen(total)));
      if (random() % 20 == 0) {
        settlements.push_back(SettlementOf(settlement + "R", visit, person, FormatFen(-total),
                                           {{"refd_setl_flag", "1"}, {"init_setl_id", settlement}}));
      }
    }
  }
  city.Write("MDTRT_D-" + number + ".csv", visits);
  city.Write("SETL_D-" + number + ".csv", settlements);
  city.Write("FEE_LIST_D-" + number + ".csv", lines);
}

// Everything the lake holds, in one text.
std::string Contents(const City& city) {
  std::string text;
  for (const char* table : {"all_visit", "all_settlement", "all_fee_line"}) {
    text += city.Ask(std::string("SELECT count(*), bit_xor(hash(t))::VARCHAR FROM ") + table + " t") + "\n";
  }
  return text;
}

TEST(WholeCityTest, TheOutcomeDoesNotDependOnTheNumberOfThreads) {
  std::string one;
  for (int threads : {1, 2, 5}) {
    City city;
    WriteCity(city, 7, 3000);
    Options options = city.MakeOptions();
    options.threads = threads;
    Report report = Must(TakeIn(options));
    EXPECT_GT(report.tables["fee_line"].quarantined, 0);
    EXPECT_GT(report.refunds.settlement_pairs, 0);
    report.seconds = 0;
    for (FileReport& file : report.files) file.path = std::filesystem::path(file.path).filename();
    std::string outcome = ReportJson(report) + Contents(city) + city.Quarantine(report.batch);
    if (one.empty()) one = outcome;
    EXPECT_EQ(outcome, one) << threads << " threads";
  }
}

TEST(WholeCityTest, SurvivesKillAtAnyMoment) {
  City whole;
  WriteCity(whole, 3, 4000);
  Report expected = whole.TakeIn();
  std::string contents = Contents(whole);

  City city;
  WriteCity(city, 3, 4000);
  std::mt19937 random(11);
  int killed = 0;
  int committed = 0;
  for (int round = 0; round < 30; round++) {
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      Result<Report> report = TakeIn(city.MakeOptions());
      _exit(report ? 0 : 1);
    }
    usleep(static_cast<useconds_t>(random() % static_cast<unsigned>(expected.seconds * 1e6)));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
      killed++;
    } else {
      ASSERT_EQ(WEXITSTATUS(status), 0);
    }
    Result<lake::Lake> opened = lake::Lake::Open(city.lake());
    if (!opened) continue;  // killed before there was one
    size_t batches = Must(opened->ListBatches()).size();
    ASSERT_LE(batches, 1U);
    if (batches == 0) continue;  // the next one goes on with what this one left
    EXPECT_EQ(Contents(city), contents);
    committed++;
    std::filesystem::remove_all(city.lake());
  }
  city.TakeIn();
  EXPECT_EQ(Contents(city), contents);
  EXPECT_GT(killed, 0) << committed << " runs were done before they could be killed";
  EXPECT_TRUE(std::filesystem::is_empty(city.lake() + "/staging"));  // what the killed ones left is gone
}

TEST(WholeCityTest, ManyBatchesReconcileWithTheLake) {
  City city;
  int64_t fen = 0;
  int64_t rows = 0;
  for (uint32_t seed = 1; seed <= 4; seed++) {
    city.Forget();
    WriteCity(city, seed, 500);
    Report report = city.TakeIn();
    fen += report.tables["fee_line"].money["det_item_fee_sumamt"].taken;
    rows += report.tables["fee_line"].taken;
  }
  EXPECT_EQ(city.Ask("SELECT count(*), (sum(det_item_fee_sumamt) * 100)::BIGINT FROM all_fee_line"),
            std::to_string(rows) + "|" + std::to_string(fen));
  EXPECT_EQ(city.Ask("SELECT count(*) FROM (SELECT row_id FROM all_fee_line GROUP BY 1 HAVING count(*) > 1)"), "0");
}

}  // namespace
}  // namespace yijian::intake
