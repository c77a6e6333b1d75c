#include "trail/trail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>

#include "store/testing.h"
#include "trail/evidence.h"
#include "trail/verify.h"
#include "trail/view_log.h"

namespace yijian::trail {
namespace {

using testing::HasSubstr;

class TrailTest : public store::BothDatabases {
 protected:
  TrailTest() : database_(Make(Migrations())) {}

  void Do(const std::string& action, const std::string& id) {
    auto seq = database_->Write([&](store::Session& session) {
      return Append(session,
                    {.user = 7,
                     .user_name = "王敏",
                     .area = "500101",
                     .action = action,
                     .object_kind = "clue",
                     .object_id = id,
                     .details = R"({"note":"引号\" 与 | 分隔"})"},
                    clock_.Now());
    });
    ASSERT_TRUE(seq.has_value()) << seq.error().message;
    clock_.Add(1);
  }
  // What somebody with full rights on the database could do.
  void Tamper(const std::string& sqlite, const std::string& postgres) {
    bool on_sqlite = GetParam() == store::Dialect::kSqlite;
    std::string free = on_sqlite ? "DROP TRIGGER trail_no_update; DROP TRIGGER trail_no_delete;"
                                 : "DROP TRIGGER trail_no_change ON trail;";
    Status done = database_->RunScript(free + (on_sqlite ? sqlite : postgres));
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  void Tamper(const std::string& both) { Tamper(both, both); }
  Verdict Check(const std::vector<Anchor>& anchors = {}) { return *Verify(*database_, anchors); }

  FixedClock clock_{1'780'000'000'000};
  std::unique_ptr<store::Database> database_;
};

TEST_P(TrailTest, AWholeChainIsWhole) {
  EXPECT_TRUE(Check().whole);
  for (int i = 0; i < 20; i++) Do("clue.read", std::to_string(i));
  Verdict verdict = Check();
  EXPECT_TRUE(verdict.whole) << verdict.why;
  EXPECT_EQ(verdict.entries, 20);
  EXPECT_EQ(verdict.head.seq, 20);
}

TEST_P(TrailTest, TheTableItselfRefusesChanges) {
  Do("clue.verdict", "1");
  for (const char* sql : {"UPDATE trail SET user_id = 8", "DELETE FROM trail"}) {
    EXPECT_FALSE(database_->Write([&](store::Session& session) { return session.Execute(sql); }).has_value()) << sql;
  }
  EXPECT_TRUE(Check().whole);
}

TEST_P(TrailTest, TheFirstBrokenEntryIsNamed) {
  for (int i = 1; i <= 10; i++) Do("clue.verdict", std::to_string(i));
  Tamper("UPDATE trail SET user_name = '李刚' WHERE seq = 4; UPDATE trail SET details = '' WHERE seq = 8;");
  Verdict verdict = Check();
  EXPECT_FALSE(verdict.whole);
  EXPECT_EQ(verdict.broken, 4);
  EXPECT_EQ(verdict.why, "changed");
}

TEST_P(TrailTest, AMissingEntryIsNamed) {
  for (int i = 1; i <= 10; i++) Do("clue.verdict", std::to_string(i));
  Tamper("DELETE FROM trail WHERE seq = 6;");
  EXPECT_EQ(Check().broken, 6);
}

TEST_P(TrailTest, RenumberingDoesNotHideAMissingOne) {
  for (int i = 1; i <= 10; i++) Do("clue.verdict", std::to_string(i));
  Tamper("DELETE FROM trail WHERE seq = 6; UPDATE trail SET seq = 6 WHERE seq = 7;");
  Verdict verdict = Check();
  EXPECT_EQ(verdict.broken, 6);
  EXPECT_THAT(verdict.why, HasSubstr("does not follow"));
}

TEST_P(TrailTest, ACutEndContradictsItsAnchor) {
  std::string anchors = folder() + "/anchors";
  for (int i = 1; i <= 5; i++) Do("clue.verdict", std::to_string(i));
  ASSERT_TRUE(AddAnchor(*database_, anchors, clock_.Now()).has_value());
  Do("clue.verdict", "6");
  EXPECT_TRUE(Check(*ReadAnchors(anchors)).whole);
  Tamper("DELETE FROM trail WHERE seq >= 4;");
  EXPECT_TRUE(Check().whole);  // the chain alone cannot know
  Verdict verdict = Check(*ReadAnchors(anchors));
  EXPECT_EQ(verdict.broken, 4);
  Do("clue.verdict", "rewritten");
  Do("clue.verdict", "rewritten");
  EXPECT_EQ(Check(*ReadAnchors(anchors)).broken, 5);
  std::ofstream(anchors, std::ios::app) << "rubbish\n";
  EXPECT_EQ(ReadAnchors(anchors).error().code, ErrorCode::kInvalidInput);
}

TEST_P(TrailTest, AnExportIsCheckedOffline) {
  std::string file = folder() + "/trail.jsonl";
  for (int i = 1; i <= 5; i++) Do("clue.verdict", std::to_string(i));
  EXPECT_EQ(*Export(*database_, file), 5);
  EXPECT_TRUE(VerifyFile(file, {})->whole);
  std::ifstream in(file);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  size_t at = text.find("\"object_id\":\"3\"");
  text.replace(at, 15, "\"object_id\":\"9\"");
  std::ofstream(file) << text;
  EXPECT_EQ(VerifyFile(file, {})->broken, 3);
  std::ofstream(file) << "{}\n";
  EXPECT_THAT(VerifyFile(file, {}).error().message, HasSubstr("trail.jsonl:1"));
}

TEST_P(TrailTest, AnActionThatFailsLeavesNoEntry) {
  Status failed = database_->Write([&](store::Session& session) -> Status {
    TRY(Append(session, {.user = 7, .action = "clue.verdict", .object_kind = "clue"}, clock_.Now()));
    return Conflict("somebody was quicker");
  });
  EXPECT_FALSE(failed.has_value());
  EXPECT_EQ(Check().entries, 0);
  auto bad = database_->Write(
      [&](store::Session& session) { return Append(session, {.action = "x", .details = "no json"}, clock_.Now()); });
  EXPECT_EQ(bad.error().code, ErrorCode::kInvalidInput);
}

TEST_P(TrailTest, ManyLookAtOnceAndTheChainHolds) {
  {
    ViewLog views(*database_, clock_);
    std::vector<std::thread> people;
    for (int64_t person = 1; person <= 8; person++) {
      people.emplace_back([&, person] {
        for (int i = 0; i < 50; i++) {
          Status noted = views.Note(
              {.user = person, .action = "clue.read", .object_kind = "clue", .object_id = std::to_string(i)});
          EXPECT_TRUE(noted.has_value());
        }
      });
    }
    for (int i = 0; i < 20; i++) Do("clue.verdict", std::to_string(i));
    for (std::thread& person : people) person.join();
  }
  Verdict verdict = Check();
  EXPECT_TRUE(verdict.whole) << verdict.why;
  EXPECT_EQ(verdict.entries, 8 * 50 + 20);
  auto found =
      database_->Read([](store::Session& session) { return Find(session, {.limit = 500, .user = 3, .view = true}); });
  EXPECT_EQ(found->size(), 50u);
}

TEST_P(TrailTest, PagesGoBackwards) {
  for (int i = 1; i <= 7; i++) Do(i % 2 ? "clue.verdict" : "clue.read", std::to_string(i));
  auto first = *database_->Read([](store::Session& session) { return Find(session, {.limit = 3}); });
  EXPECT_EQ(first.front().seq, 7);
  auto second = *database_->Read(
      [&](store::Session& session) { return Find(session, {.before = first.back().seq, .limit = 3}); });
  EXPECT_EQ(second.front().seq, 4);
  auto one = *database_->Read([](store::Session& session) {
    return Find(session, {.action = "clue.read", .object_kind = "clue", .object_id = "4", .areas = {"500101"}});
  });
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].entry.user_name, "王敏");
  EXPECT_TRUE(database_->Read([](store::Session& session) { return Find(session, {.areas = {"999999"}}); })->empty());
}

TEST_P(TrailTest, EvidenceIsKeptOnceAndVerified) {
  EvidenceFiles files = *EvidenceFiles::Open(folder() + "/evidence");
  std::string png = std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16) + std::string(17, '\1');
  KeptFile kept = *files.Keep(png);
  EXPECT_EQ(kept.media_type, "image/png");
  EXPECT_EQ(files.Keep(png)->sha256, kept.sha256);
  EXPECT_EQ(*files.ReadAll(kept.sha256), png);
  auto add = [&](const std::string& name) {
    return database_->Write([&](store::Session& session) {
      return AddEvidence(session,
                         {.object_kind = "task",
                          .object_id = "3",
                          .name = name,
                          .lat = 30.5,
                          .lon = 104.1,
                          .by = 7,
                          .by_name = "王敏"},
                         kept, clock_.Now());
    });
  };
  EXPECT_TRUE(add("../../etc/passwd").has_value());  // a name is only shown
  EXPECT_EQ(add("a\nb").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(add("").error().code, ErrorCode::kInvalidInput);
  auto found = *database_->Read([](store::Session& session) { return EvidenceOf(session, "task", "3"); });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].about.lat, 30.5);
  EXPECT_EQ(found[0].file.bytes, 33);
  for (const char* trick : {"../../../../etc/passwd", "", "ABC", "0000"}) {
    EXPECT_EQ(files.ReadAll(trick).error().code, ErrorCode::kNotFound) << trick;
  }
  std::string place = folder() + "/evidence/" + kept.sha256.substr(0, 2) + "/" + kept.sha256;
  std::filesystem::permissions(place, std::filesystem::perms::owner_all);
  std::fstream(place, std::ios::in | std::ios::out | std::ios::binary) << "X";
  EXPECT_THAT(files.ReadAll(kept.sha256).error().message, HasSubstr("has been changed"));
}

TEST_P(TrailTest, TooLargeAndUnfinishedFilesLeaveNothing) {
  std::string place = folder() + "/evidence";
  EvidenceFiles files = *EvidenceFiles::Open(place);
  EXPECT_EQ(files.Keep(std::string(1001, 'x'), 1000).error().code, ErrorCode::kLimit);
  {
    auto unfinished = std::move(*files.Begin(1000));
    ASSERT_TRUE(unfinished.Add("half").has_value());
  }
  size_t left = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(place)) left += entry.is_regular_file();
  EXPECT_EQ(left, 0u);
  EXPECT_TRUE(files.Keep("").has_value());  // an empty file is a file
}

TEST_P(TrailTest, NothingTakesThePlaceOfAnEntry) {
  Do("clue.verdict", "1");
  Do("clue.verdict", "2");
  std::string insert = GetParam() == store::Dialect::kSqlite ? "INSERT OR REPLACE" : "INSERT";
  std::string sql = insert +
                    " INTO trail SELECT seq, at, 8, user_name, area, institution, action, is_view, object_kind, "
                    "object_id, details, ip, previous, hash FROM trail WHERE seq = 1";
  EXPECT_FALSE(database_->RunScript(sql).has_value());
  EXPECT_FALSE(database_->RunScript(sql + " ON CONFLICT (seq) DO UPDATE SET user_id = 8").has_value());
  EXPECT_TRUE(Check().whole);
  EXPECT_EQ(Check().entries, 2);
}

TEST_P(TrailTest, OneBadLookDoesNotFailTheOthers) {
  constexpr int kEach = 20;
  std::atomic<int> kept = 0;
  std::atomic<int> refused = 0;
  {
    ViewLog views(*database_, clock_);
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; t++) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; i++) {
          Status noted = views.Note({.user = t, .action = "clue.read", .details = t % 4 == 0 ? "no json" : ""});
          (noted.has_value() ? kept : refused)++;
          EXPECT_EQ(noted.has_value(), t % 4 != 0);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(kept, 6 * kEach);
  EXPECT_EQ(refused, 2 * kEach);
  EXPECT_TRUE(Check().whole);
  EXPECT_EQ(Check().entries, kept);
}

TEST_P(TrailTest, WhatIsNoTrailIsNotWhole) {
  EXPECT_EQ(VerifyFile(folder(), {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(VerifyFile(folder() + "/none", {}).error().code, ErrorCode::kNotFound);
  std::string hash(64, 'a');
  std::vector<std::string> lines{
      "5", "5 " + hash, "5 abc 1", "0 " + hash + " 1", "5 " + hash + " 1 more", "x " + hash + " 1", ""};
  for (const std::string& line : lines) {
    std::ofstream(folder() + "/anchors") << "4 " << hash << " 1\n" << line << "\n";
    EXPECT_THAT(ReadAnchors(folder() + "/anchors").error().message, HasSubstr("line 2")) << line;
  }
}

TEST_P(TrailTest, PlacesAreOnEarth) {
  EvidenceFiles files = *EvidenceFiles::Open(folder() + "/evidence");
  KeptFile kept = *files.Keep("photo");
  auto add = [&](std::optional<double> lat, std::optional<double> lon) {
    return database_->Write([&](store::Session& session) {
      return AddEvidence(session, {.object_kind = "task", .object_id = "3", .name = "a", .lat = lat, .lon = lon}, kept,
                         clock_.Now());
    });
  };
  EXPECT_TRUE(add(-90, 180).has_value());
  EXPECT_TRUE(add({}, {}).has_value());
  EXPECT_EQ(add(90.1, 0).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(add(0, -181).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(add(0, {}).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(add(std::numeric_limits<double>::quiet_NaN(), 0).error().code, ErrorCode::kInvalidInput);
}

TEST_P(TrailTest, AnotherServersUploadIsLeftAlone) {
  EvidenceFiles files = *EvidenceFiles::Open(folder() + "/evidence");
  auto incoming = std::move(*files.Begin(1000));
  ASSERT_TRUE(incoming.Add("half").has_value());
  std::string old = folder() + "/evidence/incoming/old";
  std::ofstream(old) << "left by a crash";
  std::filesystem::last_write_time(old, std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
  ASSERT_TRUE(EvidenceFiles::Open(folder() + "/evidence").has_value());
  EXPECT_FALSE(std::filesystem::exists(old));
  EXPECT_TRUE(incoming.Finish().has_value());
}

YIJIAN_ON_BOTH_DATABASES(TrailTest);

}  // namespace
}  // namespace yijian::trail
