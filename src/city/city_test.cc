#include "city/city.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "base/hash.h"
#include "city/crew.h"
#include "city/dice.h"
#include "city/sheet.h"
#include "city/truth.h"

namespace yijian::city {
namespace {

namespace fs = std::filesystem;

class CityTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "city_" + std::to_string(getpid()) + "_" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  Summary Make(const std::string& name, Options options) {
    options.to = root_ + "/" + name;
    auto summary = Build(options, {});
    EXPECT_TRUE(summary.has_value()) << summary.error().message;
    return summary.has_value() ? *summary : Summary{};
  }
  // The table of a file: rows as maps from column to cell, for checks.
  using TableRow = std::map<std::string, std::string>;
  std::vector<TableRow> Read(const std::string& name, const std::string& file) {
    std::ifstream stream(root_ + "/" + name + "/" + file, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    EXPECT_EQ(text.str().find('\0'), std::string::npos) << file;
    auto cells = ParseCsv(text.str());
    EXPECT_TRUE(cells.has_value());
    std::vector<TableRow> rows;
    for (size_t i = 1; i < cells->size(); i++) {
      EXPECT_EQ((*cells)[i].size(), (*cells)[0].size()) << file << " row " << i;
      TableRow& row = rows.emplace_back();
      for (size_t column = 0; column < (*cells)[i].size(); column++) row[(*cells)[0][column]] = (*cells)[i][column];
    }
    return rows;
  }
  std::string root_;
};

Fen FenAt(const std::map<std::string, std::string>& row, const std::string& column) {
  return FenOf(*ParseMicro(row.at(column)));
}

const std::vector<std::string> kFiles{
    "PSN_INFO_B.csv",       "MEDINS_INFO_B.csv", "RTAL_PHAC_B.csv",      "DR_INFO_B.csv", "MDTRT_D.csv",
    "SETL_D.csv",           "FEE_LIST_D.csv",    "SETL_LIST_DIAG_D.csv", "3513.csv",      "STOCK.csv",
    "SETL_LIST_OPRN_D.csv", "truth.csv",         "README.txt",           "3512.csv"};

std::vector<std::string> Packs() { return {std::string(YIJIAN_SOURCE_DIR) + "/rules/packs"}; }

TEST_F(CityTest, TheSameSeedGivesTheSameBytesWithAnyNumberOfThreads) {
  Options options{.persons = 600, .seed = 7, .rules = Packs()};
  options.threads = 1;
  Make("one", options);
  options.threads = 3;
  Make("three", options);
  options.seed = 8;
  Make("other", options);
  for (const std::string& file : kFiles) {
    std::string one = *Sha256HexOfFile(root_ + "/one/" + file);
    EXPECT_EQ(one, *Sha256HexOfFile(root_ + "/three/" + file)) << file;
    bool constant = file == "README.txt" || file == "RTAL_PHAC_B.csv" || file == "DR_INFO_B.csv" ||
                    file == "3512.csv" || file == "MEDINS_INFO_B.csv";
    if (!constant) {
      EXPECT_NE(one, *Sha256HexOfFile(root_ + "/other/" + file)) << file;
    }
  }
}

TEST_F(CityTest, EveryFileHasItsHeaderAndSaysThatItIsSynthetic) {
  Make("city", {.persons = 60, .rules = Packs()});
  EXPECT_EQ(Read("city", "MDTRT_D.csv")[0].size(), static_cast<size_t>(ColumnsIn(kVisitHeader)));
  EXPECT_EQ(Read("city", "SETL_D.csv")[0].size(), static_cast<size_t>(ColumnsIn(kSettlementHeader)));
  EXPECT_EQ(Read("city", "FEE_LIST_D.csv")[0].size(), static_cast<size_t>(ColumnsIn(kFeeHeader)));
  EXPECT_EQ(Read("city", "SETL_LIST_DIAG_D.csv")[0].size(), static_cast<size_t>(ColumnsIn(kDiagnosisHeader)));
  EXPECT_EQ(Read("city", "SETL_LIST_OPRN_D.csv")[0].size(), static_cast<size_t>(ColumnsIn(kOperationHeader)));
  EXPECT_EQ(Read("city", "PSN_INFO_B.csv")[0].size(), static_cast<size_t>(ColumnsIn(kPersonHeader)));
  for (const std::string& file : kFiles) EXPECT_TRUE(fs::exists(root_ + "/city/" + file)) << file;
  std::ifstream stream(root_ + "/city/README.txt");
  std::stringstream text;
  text << stream.rdbuf();
  EXPECT_NE(text.str().find("全部数据均为程序合成"), std::string::npos);
  EXPECT_NE(text.str().find("Everything in this folder is synthetic"), std::string::npos);
}

TEST_F(CityTest, MoneyAgreesToTheFen) {
  Make("city", {.persons = 300, .seed = 3});
  std::map<std::string, Fen> lines;
  for (const TableRow& row : Read("city", "FEE_LIST_D.csv")) {
    Fen amount = FenAt(row, "det_item_fee_sumamt");
    ASSERT_EQ(amount, FenOf(MulMicro(*ParseMicro(row.at("pric")), *ParseMicro(row.at("cnt")))));
    ASSERT_EQ(amount, FenAt(row, "fulamt_ownpay_amt") + FenAt(row, "overlmt_selfpay") + FenAt(row, "preselfpay_amt") +
                          FenAt(row, "inscp_amt"));
    lines[row.at("setl_id")] += amount;
  }
  std::map<std::string, TableRow> by_id;
  size_t refunds = 0;
  for (const TableRow& row : Read("city", "SETL_D.csv")) {
    by_id[row.at("setl_id")] = row;
    Fen total = FenAt(row, "medfee_sumamt");
    ASSERT_EQ(total, lines[row.at("setl_id")]);
    ASSERT_EQ(total, FenAt(row, "fund_pay_sumamt") + FenAt(row, "psn_pay"));
    ASSERT_EQ(FenAt(row, "psn_pay"), FenAt(row, "acct_pay") + FenAt(row, "cash_payamt"));
    ASSERT_EQ(FenAt(row, "fund_pay_sumamt"), FenAt(row, "hifp_pay") + FenAt(row, "hifmi_pay"));
    ASSERT_EQ(total, FenAt(row, "fulamt_ownpay_amt") + FenAt(row, "overlmt_selfpay") + FenAt(row, "preselfpay_amt") +
                         FenAt(row, "inscp_amt"));
    if (row.at("init_setl_id").empty()) continue;
    refunds++;
    ASSERT_EQ(row.at("refd_setl_flag"), "1");
    ASSERT_EQ(total, -FenAt(by_id.at(row.at("init_setl_id")), "medfee_sumamt"));
  }
  EXPECT_GT(refunds, 20u);
}

// national-interface.md 8.1: 1.1 M persons, 5.9 M visits, 7.0 M settlements (5.2 % refunds), 97.7 M lines, mean 874
// yuan.
TEST_F(CityTest, ProportionsAreThoseOfABureau) {
  Summary city = Make("city", {.persons = 3000, .seed = 2});
  double persons = static_cast<double>(city.persons);
  EXPECT_NEAR(static_cast<double>(city.visits) / persons, 5.4, 1.2);
  EXPECT_NEAR(static_cast<double>(city.settlements) / persons, 6.4, 1.4);
  EXPECT_NEAR(static_cast<double>(city.refunds) / static_cast<double>(city.settlements), 0.052, 0.01);
  EXPECT_NEAR(static_cast<double>(city.lines) / persons, 89, 20);
  EXPECT_NEAR(static_cast<double>(city.mean_settlement) / 100, 874, 260);
  EXPECT_NEAR(static_cast<double>(city.stays) / persons, 0.3, 0.08);
}

TEST_F(CityTest, RowsBelongTogether) {
  Make("city", {.persons = 150, .seed = 5, .rules = Packs()});
  std::set<std::string> persons, visits, settlements, institutions;
  for (const TableRow& row : Read("city", "PSN_INFO_B.csv")) EXPECT_TRUE(persons.insert(row.at("psn_no")).second);
  for (const TableRow& row : Read("city", "MEDINS_INFO_B.csv")) institutions.insert(row.at("medins_code"));
  for (const TableRow& row : Read("city", "RTAL_PHAC_B.csv")) institutions.insert(row.at("rtal_phac_code"));
  for (const TableRow& row : Read("city", "MDTRT_D.csv")) {
    EXPECT_TRUE(visits.insert(row.at("mdtrt_id")).second);
    EXPECT_EQ(institutions.count(row.at("fixmedins_code")), 1u) << row.at("fixmedins_code");
  }
  for (const TableRow& row : Read("city", "SETL_D.csv")) {
    EXPECT_TRUE(settlements.insert(row.at("setl_id")).second);
    EXPECT_EQ(visits.count(row.at("mdtrt_id")), 1u);
  }
  std::set<std::string> lines;
  for (const TableRow& row : Read("city", "FEE_LIST_D.csv")) {
    EXPECT_TRUE(lines.insert(row.at("bkkp_sn")).second);
    EXPECT_EQ(visits.count(row.at("mdtrt_id")), 1u);
    if (!row.at("setl_id").empty()) {
      EXPECT_EQ(settlements.count(row.at("setl_id")), 1u) << row.at("setl_id");
    }
  }
  for (const TableRow& row : Read("city", "truth.csv")) {
    std::stringstream named(row.at("bkkp_sn"));
    for (std::string line; std::getline(named, line, ';');) EXPECT_EQ(lines.count(line), 1u) << line;
  }
}

TEST_F(CityTest, AForeignFolderIsLeftAloneAndAnOldCityReplaced) {
  fs::create_directories(root_ + "/mine");
  std::ofstream(root_ + "/mine/letter.txt") << "dear";
  Options options{.persons = 5, .to = root_ + "/mine"};
  auto refused = Build(options, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(fs::exists(root_ + "/mine/letter.txt"));
  Make("city", {.persons = 5, .seed = 1});
  Make("city", {.persons = 6, .seed = 1});
  EXPECT_EQ(Read("city", "PSN_INFO_B.csv").size(), 6u);
}

TEST_F(CityTest, WrongOptionsSaySo) {
  for (Options options :
       {Options{.persons = 0}, Options{.from = "2026-01-15"}, Options{.months = 0}, Options{.rules = {"/none"}}}) {
    options.to = root_ + "/city";
    auto city = Build(options, {});
    ASSERT_FALSE(city.has_value());
    EXPECT_EQ(city.error().code, ErrorCode::kInvalidInput) << city.error().message;
  }
}

TEST(Crew, PartsComeInOrderAndFewAreMadeAhead) {
  std::atomic<int> alive{0};
  std::atomic<int> most{0};
  struct Part {
    uint64_t number;
  };
  Crew<Part> crew(3, 200, [&](uint64_t number) {
    int now = ++alive;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    return Part{number};
  });
  uint64_t next = 0;
  while (auto part = crew.Next()) {
    EXPECT_EQ(part->number, next++);
    --alive;
  }
  EXPECT_EQ(next, 200u);
  EXPECT_LE(most, 3 * 2 + 2 + 1);
}

TEST(Dice, NumbersNeverChange) {
  Dice dice(1, Stream::kLife, 4711);
  EXPECT_EQ(dice.Next(), Dice(1, Stream::kLife, 4711).Next());
  EXPECT_NE(Dice(1, Stream::kLife, 4711).Next(), Dice(1, Stream::kLife, 4712).Next());
  EXPECT_NE(Dice(1, Stream::kLife, 4711).Next(), Dice(1, Stream::kNoise, 4711).Next());
  int64_t sum = 0;
  Dice many(5, Stream::kLife, 0);
  for (int i = 0; i < 20'000; i++) sum += many.Count(250);
  EXPECT_NEAR(static_cast<double>(sum) / 20'000, 2.5, 0.05);
}

}  // namespace
}  // namespace yijian::city
