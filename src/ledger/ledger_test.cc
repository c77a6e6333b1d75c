// The ledger's promise, tried with random moves on both databases: money is never made, lost or counted twice.
#include <gtest/gtest.h>

#include <random>

#include "ledger/book.h"
#include "ledger/migrations.h"
#include "ledger/report.h"
#include "store/testing.h"

namespace yijian::ledger {
namespace {

using store::Session;

TEST(Account, NamesGoThereAndBack) {
  for (size_t i = 0; i < kAccounts; i++) {
    auto account = static_cast<Account>(i);
    EXPECT_EQ(AccountOf(NameOf(account)), account);
  }
  EXPECT_FALSE(AccountOf("stolen"));
}

TEST(Account, FinesNeverMeetRefunds) {
  for (size_t from = 0; from < kAccounts; from++) {
    for (size_t to = 0; to < kAccounts; to++) {
      Way way{static_cast<Account>(from), static_cast<Account>(to)};
      if (from == 0 || to == 0 || !Allowed(way)) continue;
      EXPECT_EQ(OfMeasure(way.from), OfMeasure(way.to)) << NameOf(way.from) << " -> " << NameOf(way.to);
    }
  }
}

TEST(Account, NothingFallsBelowZero) {
  Balances line;
  ASSERT_TRUE(Apply(line, {Account::kNone, Account::kIdentified}, 100));
  Status more = Apply(line, {Account::kIdentified, Account::kConfirmed}, 101);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().detail->word, "ledger_balance");
  EXPECT_EQ(line.Of(Account::kIdentified), 100);
  EXPECT_FALSE(Apply(line, {Account::kIdentified, Account::kConfirmed}, 0));
  EXPECT_FALSE(Apply(line, {Account::kIdentified, Account::kConfirmed}, -5));
}

TEST(Account, WhatWasRecoveredComesBackByCounterEntryOnly) {
  Balances line;
  line.Set(Account::kRecovered, 50);
  EXPECT_FALSE(Apply(line, {Account::kRecovered, Account::kDecided}, 50));
  EXPECT_TRUE(Apply(line, {Account::kRecovered, Account::kDecided}, 50, true));
  EXPECT_EQ(line.Of(Account::kDecided), 50);
}

TEST(Account, TheFunnelCountsWhatHasPassed) {
  Balances sums;
  sums.Set(Account::kIdentified, 10);
  sums.Set(Account::kRefuted, 5);
  sums.Set(Account::kConfirmed, 4);
  sums.Set(Account::kDecided, 3);
  sums.Set(Account::kRecovered, 2);
  sums.Set(Account::kWrittenOff, 1);
  Funnel funnel = FunnelOf(sums);
  EXPECT_EQ(funnel.decided, 6);
  EXPECT_EQ(funnel.confirmed, 10);
  EXPECT_EQ(funnel.identified, 25);
}

TEST(Area, PrefixesAreCutAtTheirZeros) {
  EXPECT_EQ(AreaPrefix("330000"), "33");
  EXPECT_EQ(AreaPrefix("330100"), "3301");
  EXPECT_EQ(AreaPrefix("330102"), "330102");
  EXPECT_EQ(AreaPrefix(""), "");
}

class LedgerTest : public store::BothDatabases {
 protected:
  LedgerTest() : database_(Make(Migrations())) {}

  int64_t Place(const std::string& area, const std::string& institution = "H1") {
    auto place = database_->Write([&](Session& session) {
      return PlaceOf(session, {area, institution, "m", "2025-03"});
    });
    CHECK(place.has_value());
    return *place;
  }
  std::string Problems() {
    auto verified = database_->Read([](Session& session) { return Verify(session); });
    if (!verified) return verified.error().message;
    std::string text;
    for (const std::string& problem : verified->problems) text += problem + "\n";
    return text;
  }
  Status Do(const Move& move) {
    return database_->Write([&](Session& session) -> Status {
      TRY(Post(session, author_, {move}));
      return {};
    });
  }
  std::vector<Entry> EntriesOf(int64_t line) {
    auto page = database_->Read([&](Session& session) { return ListEntries(session, {.line = line}, 1000, 0); });
    CHECK(page.has_value());
    return page->rows;
  }

  std::unique_ptr<store::Database> database_;
  Author author_{1, "王审核", 1'000};
};

TEST_P(LedgerTest, MoneyGoesItsWayAndComesBack) {
  int64_t place = Place("330102");
  ASSERT_TRUE(database_->Write([&](Session& session) {
    return Identify(session, author_, {{1, place, 400}, {2, place, 0}});
  }));
  ASSERT_TRUE(Do({.line = 1, .way = {Account::kIdentified, Account::kConfirmed}, .amount = 300, .kind = "verdict"}));
  ASSERT_TRUE(Do({.line = 1,
                  .way = {Account::kConfirmed, Account::kDecided},
                  .amount = 300,
                  .kind = "decision",
                  .case_id = 5,
                  .decision = 9}));
  ASSERT_TRUE(Do(
      {.line = 1, .way = {Account::kDecided, Account::kRecovered}, .amount = 100, .kind = "execution", .case_id = 5}));
  ASSERT_TRUE(Do(
      {.measure = 3, .place = place, .way = {Account::kNone, Account::kFineDue}, .amount = 700, .kind = "decision"}));
  auto funnel = database_->Read([](Session& session) { return ReadFunnel(session, {"330100"}); });
  ASSERT_TRUE(funnel);
  EXPECT_EQ(funnel->identified, 400);
  EXPECT_EQ(funnel->decided, 300);
  EXPECT_EQ(funnel->recovered, 100);
  EXPECT_EQ(funnel->fine_due, 700);
  auto elsewhere = database_->Read([](Session& session) { return ReadFunnel(session, {"330200"}); });
  EXPECT_EQ(elsewhere->identified, 0);
  auto of = [&](const Months& months) {
    return *database_->Read([&](Session& session) { return ReadFunnel(session, {"330100"}, months); });
  };
  EXPECT_EQ(of({"2025-03", "2025-04"}), *funnel);
  EXPECT_EQ(of({"2025-03", ""}), *funnel);
  EXPECT_EQ(of({"", "2025-03"}).identified, 0);
  EXPECT_EQ(of({"2025-04", ""}).fine_due, 0);

  std::vector<Entry> way = EntriesOf(1);
  ASSERT_EQ(way.size(), 4U);
  auto undo = [&](std::vector<int64_t> ids) {
    return database_->Write([&](Session& session) { return Counter(session, author_, ids, "撤销决定"); });
  };
  ASSERT_TRUE(undo({way[0].id, way[1].id}));
  auto line = database_->Read([](Session& session) { return BalancesOfLine(session, 1); });
  EXPECT_EQ(line->Of(Account::kConfirmed), 300);
  EXPECT_EQ(line->Sum(), 400);
  Status again = undo({way[0].id});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().detail->word, "ledger_countered");
  EXPECT_EQ(Problems(), "");
}

TEST_P(LedgerTest, AFailedMoveLeavesNoTrace) {
  int64_t place = Place("330102");
  ASSERT_TRUE(database_->Write([&](Session& session) { return Identify(session, author_, {{1, place, 400}}); }));
  Status both = database_->Write([&](Session& session) -> Status {
    TRY(Post(session, author_,
             {{.line = 1, .way = {Account::kIdentified, Account::kConfirmed}, .amount = 300, .kind = "verdict"},
              {.line = 1, .way = {Account::kIdentified, Account::kConfirmed}, .amount = 300, .kind = "verdict"}}));
    return {};
  });
  EXPECT_FALSE(both);
  EXPECT_EQ(EntriesOf(1).size(), 1U);
  EXPECT_EQ(Problems(), "");
}

TEST_P(LedgerTest, ALineThatIsNotThereIsSaidSo) {
  Status status = Do({.line = 77, .way = {Account::kIdentified, Account::kConfirmed}, .amount = 1, .kind = "verdict"});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
}

TEST_P(LedgerTest, ListsAndSumsAgree) {
  int64_t here = Place("330102", "H1");
  int64_t there = Place("330203", "H2");
  ASSERT_TRUE(database_->Write([&](Session& session) {
    return Identify(session, author_, {{1, here, 400}, {2, there, 50}, {3, here, 1}});
  }));
  ASSERT_TRUE(Do({.line = 1, .way = {Account::kIdentified, Account::kRefuted}, .amount = 400, .kind = "verdict"}));
  auto list = [&](const EntryFilter& filter) {
    auto page = database_->Read([&](Session& session) { return ListEntries(session, filter, 2, 0); });
    CHECK(page.has_value());
    return std::pair(page->total, page->amount);
  };
  EXPECT_EQ(list({}), std::pair(int64_t{4}, Fen{851}));
  EXPECT_EQ(list({.institution = "H2"}), std::pair(int64_t{1}, Fen{50}));
  EXPECT_EQ(list({.account = Account::kRefuted}), std::pair(int64_t{1}, Fen{400}));
  EXPECT_EQ(list({.areas = {"330100"}}), std::pair(int64_t{3}, Fen{801}));
  EXPECT_EQ(list({.areas = {"330100", "330203"}}), std::pair(int64_t{0}, Fen{0}));
  EXPECT_EQ(list({.from_ms = 1'000}), std::pair(int64_t{4}, Fen{851}));
  EXPECT_EQ(list({.until_ms = 1'000}), std::pair(int64_t{0}, Fen{0}));
  auto sheet = database_->Read([](Session& session) { return ReadSheet(session, {}, GroupBy::kInstitution); });
  ASSERT_TRUE(sheet);
  ASSERT_EQ(sheet->groups.size(), 2U);
  EXPECT_EQ(sheet->groups[0].id, "H1");
  EXPECT_EQ(sheet->groups[0].funnel.identified, 401);
  EXPECT_EQ(sheet->groups[0].funnel.refuted, 400);
}

TEST_P(LedgerTest, HostileTextIsText) {
  auto place = database_->Write([&](Session& session) {
    return PlaceOf(session, {"'; DROP TABLE ledger_entry; --", "\"><script>", "%", "_"});
  });
  ASSERT_TRUE(place);
  ASSERT_TRUE(database_->Write([&](Session& session) {
    return Identify(session, {1, "x'); --", 1}, {{1, *place, 5}});
  }));
  auto page =
      database_->Read([](Session& session) { return ListEntries(session, {.institution = "' OR '1'='1"}, 10, 0); });
  ASSERT_TRUE(page);
  EXPECT_EQ(page->total, 0);
  EXPECT_EQ(Problems(), "");
}

TEST_P(LedgerTest, VerifyNamesWhatWasTamperedWith) {
  int64_t place = Place("330102");
  ASSERT_TRUE(database_->Write([&](Session& session) { return Identify(session, author_, {{1, place, 400}}); }));
  ASSERT_EQ(Problems(), "");
  auto tamper = [&](const char* sql) {
    ASSERT_TRUE(database_->Write([&](Session& session) { return session.Execute(sql); }));
  };
  tamper("UPDATE ledger_line SET identified = 399 WHERE line_id = 1");
  EXPECT_NE(Problems().find("ledger_line 1"), std::string::npos);
  tamper("UPDATE ledger_line SET identified = 400 WHERE line_id = 1");
  tamper("UPDATE ledger_area_flow SET amount_fen = amount_fen + 1");
  EXPECT_NE(Problems().find("by area"), std::string::npos);
  tamper("UPDATE ledger_area_flow SET amount_fen = amount_fen - 1");
  tamper("UPDATE ledger_entry SET amount_fen = 500");
  EXPECT_NE(Problems().find("by place"), std::string::npos);
}

// Moves at random, allowed and not, some reversed later: after each, the sum of every line is what was identified.
TEST_P(LedgerTest, RandomMovesKeepTheInvariant) {
  constexpr uint32_t kSeed = 20260101;
  std::mt19937 random(kSeed);
  auto pick = [&](int64_t below) { return static_cast<int64_t>(random() % static_cast<uint64_t>(below)); };
  std::vector<Identified> lines;
  std::map<int64_t, Fen> attributed;
  for (int64_t line = 1; line <= 12; line++) {
    lines.push_back({line, Place(line % 2 ? "330102" : "330203", line % 3 ? "H1" : "H2"), 100 + pick(10'000)});
    attributed[line] = lines.back().amount;
  }
  ASSERT_TRUE(database_->Write([&](Session& session) { return Identify(session, author_, lines); }));
  int made = 0;
  int refused = 0;
  for (int step = 0; step < 400; step++) {
    int64_t line = 1 + pick(12);
    if (pick(6) == 0) {
      std::vector<Entry> entries = EntriesOf(line);
      const Entry& entry = entries[static_cast<size_t>(pick(static_cast<int64_t>(entries.size())))];
      Status undone =
          database_->Write([&](Session& session) { return Counter(session, author_, {entry.id}, "counter"); });
      bool outside = entry.way.from == Account::kNone || entry.way.to == Account::kNone;
      if (undone && outside) attributed[line] += entry.way.from == Account::kNone ? -entry.amount : entry.amount;
      (undone ? made : refused)++;
    } else {
      // Half of them along the chain, where most are allowed.
      size_t from = static_cast<size_t>(pick(6));
      size_t to =
          pick(2) == 0 ? std::min<size_t>(from + 1 + static_cast<size_t>(pick(2)), 5) : static_cast<size_t>(pick(6));
      Status done = Do(
          {.line = line, .way = {kLineAccounts[from], kLineAccounts[to]}, .amount = 1 + pick(800), .kind = "verdict"});
      (done ? made : refused)++;
    }
  }
  EXPECT_GT(made, 20);
  EXPECT_GT(refused, 20);
  for (const auto& [line, fen] : attributed) {
    auto balances = database_->Read([line = line](Session& session) { return BalancesOfLine(session, line); });
    ASSERT_TRUE(balances);
    EXPECT_EQ(balances->Sum(), fen) << "line " << line << ", seed " << kSeed;
  }
  EXPECT_EQ(Problems(), "");
}

YIJIAN_ON_BOTH_DATABASES(LedgerTest);

}  // namespace
}  // namespace yijian::ledger
