#include "realtime/history.h"

#include <gtest/gtest.h>

#include <random>

#include "realtime/record.h"

namespace yijian::realtime {
namespace {

constexpr Time kNoon = 1'700'000'000;

void AddLine(History& history, int64_t key, int64_t visit, int64_t stamp, Micro qty, int64_t batch = kNull) {
  NewRow(Kind::kLine, key, visit, stamp)
      .Set("time", kNoon + key)
      .Set("item", 7)
      .Set("qty", qty)
      .Batch(batch)
      .PutInto(history);
}

History Told(int64_t stamp, Deed deed, int64_t visit, int64_t key = kNull, int64_t batch = kNull) {
  History told;
  told.acts.push_back({deed, Kind::kLine, visit, key, batch, stamp});
  return told;
}

std::string Show(const History& history) {
  std::string text = history.no + "/" + std::to_string(history.subject);
  for (size_t kind = 0; kind < kKindCount; kind++) {
    const Rows& rows = history.rows[kind];
    for (size_t row = 0; row < rows.size(); row++) {
      text += "\n" + std::to_string(kind) + " " + std::to_string(rows.key[row]) + " v" +
              std::to_string(rows.visit[row]) + " b" + std::to_string(rows.batch[row]) + " @" +
              std::to_string(rows.stamp[row]);
      for (size_t field = 0; field < rows.columns.size(); field++) {
        if (rows.At(field, row) != kNull)
          text += " " + std::to_string(field) + "=" + std::to_string(rows.At(field, row));
      }
    }
  }
  for (const std::string& no : history.visit_no) text += "\n" + no;
  for (const Act& act : history.acts)
    text += "\nact " + std::to_string(static_cast<int>(act.deed)) + " " + std::to_string(act.visit) + " " +
            std::to_string(act.key) + " @" + std::to_string(act.stamp);
  return text;
}

size_t Settlement() { return timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "settlement")); }

TEST(History, ALaterMessageReplacesALineAndAnEarlierOneThatArrivesLateDoesNot) {
  History known, later, earlier;
  AddLine(known, 1, 9, 100, 1 * kMicro);
  AddLine(later, 1, 9, 200, 2 * kMicro);
  AddLine(earlier, 1, 9, 50, 5 * kMicro);
  Absorb(known, later);
  Absorb(known, earlier);
  ASSERT_EQ(known.of(Kind::kLine).size(), 1U);
  size_t qty = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "qty"));
  EXPECT_EQ(known.of(Kind::kLine).At(qty, 0), 2 * kMicro);
}

TEST(History, VisitsAddUpWhatIsToldOfThem) {
  History known, discharge, late;
  NewRow(Kind::kVisit, 9, 9, 100).Set("begin", kNoon).Set("type", 21).PutInto(known, "V9");
  NewRow(Kind::kVisit, 9, 9, 200).Set("end", kNoon + 86400).PutInto(discharge, "V9");
  NewRow(Kind::kVisit, 9, 9, 50).Set("begin", 1).Set("bed", 3).PutInto(late, "V9");
  Absorb(known, discharge);
  Absorb(known, late);
  const Rows& visits = known.of(Kind::kVisit);
  ASSERT_EQ(visits.size(), 1U);
  auto at = [&](std::string_view name) {
    return visits.At(timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, name)), 0);
  };
  EXPECT_EQ(at("begin"), kNoon);  // the late message is older
  EXPECT_EQ(at("end"), kNoon + 86400);
  EXPECT_EQ(at("type"), 21);
  EXPECT_EQ(at("bed"), 3);  // nobody else knew
}

TEST(History, SettlingCancellingAndVoidingFollowTheInterface) {
  History known;
  AddLine(known, 1, 9, 100, kMicro, 11);
  AddLine(known, 2, 9, 100, kMicro, 12);
  AddLine(known, 3, 8, 100, kMicro, 11);
  Absorb(known, Told(200, Deed::kSettle, 9, 77, 11));
  const Rows& lines = known.of(Kind::kLine);
  EXPECT_EQ(lines.At(Settlement(), 0), 77);
  EXPECT_EQ(lines.At(Settlement(), 1), kNull);  // another batch
  EXPECT_EQ(lines.At(Settlement(), 2), kNull);  // another visit
  Absorb(known, Told(300, Deed::kDropUnsettled, 9));
  ASSERT_EQ(lines.size(), 2U);  // the settled line stays
  Absorb(known, Told(400, Deed::kUnsettle, 9, 77));
  EXPECT_EQ(lines.At(Settlement(), 0), kNull);
  Absorb(known, Told(500, Deed::kDropBatch, 9, 11));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines.key[0], 3);
  Absorb(known, Told(600, Deed::kDropVisit, 8));
  EXPECT_EQ(lines.size(), 0U);
}

TEST(History, ACancelThatOvertakesItsLineStillCancelsIt) {
  History known = Told(200, Deed::kDropBatch, 9, 11);
  History late, anew;
  AddLine(late, 1, 9, 100, kMicro, 11);
  AddLine(anew, 2, 9, 300, kMicro, 11);
  Absorb(known, late);
  EXPECT_EQ(known.of(Kind::kLine).size(), 0U);
  Absorb(known, anew);  // sent again after the cancel
  EXPECT_EQ(known.of(Kind::kLine).size(), 1U);
}

int64_t Below(int64_t limit, std::mt19937& random) {
  return static_cast<int64_t>(random() % static_cast<uint64_t>(limit));
}

History RandomMessage(std::mt19937& random, int64_t stamp) {
  History told;
  told.subject = 5;
  told.no = "P5";
  for (int i = static_cast<int>(random() % 4); i > 0; i--)
    AddLine(told, Below(6, random), Below(3, random), stamp, Below(3, random) * kMicro, Below(2, random));
  if (random() % 3 == 0)
    NewRow(Kind::kVisit, random() % 3, 0, stamp).Set("begin", kNoon).PutInto(told, "V" + std::to_string(random() % 3));
  if (random() % 3 == 0) {
    auto deed = static_cast<Deed>(1 + random() % 7);
    told.acts.push_back({deed, Kind::kLine, Below(3, random), Below(6, random), Below(2, random) ? kNull : 1, stamp});
  }
  for (size_t row = 0; row < told.of(Kind::kVisit).size(); row++)
    told.of(Kind::kVisit).visit[row] = told.of(Kind::kVisit).key[row];
  Settle(told);
  return told;
}

TEST(Record, WhatIsAppendedIsReadAsIfAbsorbedOneByOne) {
  for (unsigned seed = 0; seed < 400; seed++) {
    std::mt19937 random(seed);
    History known;
    std::string value;
    for (int64_t stamp = 1; stamp < 12; stamp++) {
      History told = RandomMessage(random, stamp);
      Absorb(known, told);
      value += Encode(told);
      ASSERT_EQ(Show(*Decode(value)), Show(known)) << "seed " << seed;
      // Folding in between changes nothing.
      if (random() % 4 == 0) value = Encode(*Decode(value));
      ASSERT_EQ(Show(*Decode(value)), Show(known)) << "seed " << seed;
    }
  }
}

TEST(Record, EveryFieldOfEveryKindComesBack) {
  std::mt19937_64 random(1);
  History history;
  history.subject = 123;
  history.no = "330000000000012345";
  for (const timeline::KindInfo& kind : timeline::Kinds()) {
    for (int64_t key = 0; key < 40; key++) {
      NewRow row(kind.kind, static_cast<int64_t>(random() >> 1), key % 5 == 0 ? kNull : key % 7, key);
      for (size_t field = 0; field < timeline::Fields(kind.kind).size(); field++) {
        if (random() % 3 > 0)
          row.Set(field, field % 3 == 0   ? static_cast<int64_t>(random())
                         : field % 3 == 1 ? static_cast<int64_t>(random() % 1000) * 10'000
                                          : 42);
      }
      row.PutInto(history, "V" + std::to_string(key));
    }
  }
  history.of(Kind::kVisit).visit = history.of(Kind::kVisit).key;
  EXPECT_EQ(Show(*Decode(Encode(history))), Show(history));
}

TEST(Record, DamageIsAnErrorAndNeverMore) {
  std::mt19937 random(3);
  History history;
  for (int64_t stamp = 1; stamp < 9; stamp++) Absorb(history, RandomMessage(random, stamp));
  std::string good = Encode(history);
  EXPECT_EQ(CountRecords(good + good), 2U);
  for (size_t cut = 1; cut < good.size(); cut++) EXPECT_FALSE(Decode(good.substr(0, cut))) << cut;
  for (int i = 0; i < 20000; i++) {
    std::string bent = good;
    bent[random() % bent.size()] = static_cast<char>(random());
    Result<History> read = Decode(bent);  // may be another history; must not crash
    ASSERT_TRUE(read || read.error().code == ErrorCode::kIo);
  }
  EXPECT_TRUE(Decode("")->empty());
}

TEST(History, TrimmingKeepsVisitsThatReachIntoTheWindow) {
  History history;
  NewRow(Kind::kVisit, 1, 1, 0).Set("begin", 100).Set("end", 200).PutInto(history, "V1");
  NewRow(Kind::kVisit, 2, 2, 0).Set("begin", 100).Set("end", 900).PutInto(history, "V2");
  NewRow(Kind::kDiagnosis, 1, 1, 0).Set("code", 4).PutInto(history);
  NewRow(Kind::kLine, 1, 1, 0).Set("time", 150).PutInto(history);
  NewRow(Kind::kLine, 2, 2, 0).Set("time", 150).PutInto(history);
  NewRow(Kind::kLine, 3, kNull, 0).Set("time", 499).PutInto(history);
  NewRow(Kind::kLine, 4, kNull, 0).Set("time", 500).PutInto(history);
  TrimBefore(history, 500);
  EXPECT_EQ(history.visit_no, std::vector<std::string>{"V2"});
  EXPECT_EQ(history.of(Kind::kLine).key, (std::vector<int64_t>{2, 4}));
  EXPECT_EQ(history.of(Kind::kDiagnosis).size(), 0U);
  EXPECT_EQ(LatestTime(history), 500);
}

}  // namespace
}  // namespace yijian::realtime
