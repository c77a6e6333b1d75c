#include "store/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <fstream>
#include <limits>
#include <thread>

#include "store/backup.h"
#include "store/testing.h"

namespace yijian::store {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<Migration> kNotes{
    {"notes", 1, "notes",
     "CREATE TABLE note (id {{id}}, text TEXT NOT NULL UNIQUE, fen BIGINT, share DOUBLE PRECISION);\n"
     "CREATE TABLE remark (note BIGINT NOT NULL REFERENCES note (id), text TEXT);"},
    {"notes", 2, "counter",
     "CREATE TABLE counter (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);\nINSERT INTO counter VALUES (1, 0);"}};

constexpr const char* kInsert = "INSERT INTO note (text, fen, share) VALUES (?, ?, ?) RETURNING id";

class DatabaseTest : public BothDatabases {
 protected:
  Result<int64_t> Add(Database& database, const std::string& text, Value fen = {}, Value share = {}) {
    return database.Write([&](Session& session) { return session.Insert(kInsert, {text, fen, share}); });
  }
  int64_t Count(Database& database) {
    return database
        .Read([](Session& session) { return session.Query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM note"); })
        ->front()
        .Int("n");
  }
};

TEST_P(DatabaseTest, ValuesComeBackAsTheyWent) {
  auto database = Make(kNotes);
  int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(*Add(*database, "医保？ 'quoted' ; -- %_\\ \xF0\xA0\x80\x80", huge, 0.25), 1);
  EXPECT_EQ(*Add(*database, "empty"), 2);
  EXPECT_EQ(*Add(*database, "", int64_t{0}), 3);
  auto rows = database->Read([](Session& session) { return session.Query("SELECT * FROM note ORDER BY id"); });
  ASSERT_TRUE(rows.has_value()) << rows.error().message;
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[0].Text("text"), "医保？ 'quoted' ; -- %_\\ \xF0\xA0\x80\x80");
  EXPECT_EQ((*rows)[0].Int("fen"), huge);
  EXPECT_EQ((*rows)[0].Real("share"), 0.25);
  EXPECT_TRUE((*rows)[1].IsNull("fen"));
  EXPECT_EQ((*rows)[1].MaybeReal("share"), std::nullopt);
  EXPECT_EQ((*rows)[2].Text("text"), "");
  EXPECT_EQ((*rows)[2].MaybeInt("fen"), 0);
}

TEST_P(DatabaseTest, StatementsRunAgainWithOtherValuesAndTypes) {
  auto database = Make(kNotes);
  for (int i = 0; i < 50; i++) {
    ASSERT_TRUE(Add(*database, "n" + std::to_string(i), i % 3 == 0 ? Value() : Value(int64_t{i})).has_value());
  }
  Status read = database->Read([](Session& session) -> Status {
    for (int64_t low : {10, 40, 10}) {
      Rows rows = TRY(session.Query("SELECT text FROM note WHERE fen >= ? AND text <> ? ORDER BY id", {low, "n44"}));
      EXPECT_EQ(rows.front().Text("text"), low == 10 ? "n10" : "n40");
    }
    return {};
  });
  EXPECT_TRUE(read.has_value()) << read.error().message;
}

TEST_P(DatabaseTest, AnErrorRollsAllBack) {
  auto database = Make(kNotes);
  Status failed = database->Write([&](Session& session) -> Status {
    TRY(session.Insert(kInsert, {"half", Value(), Value()}));
    return InvalidInput("changed my mind");
  });
  EXPECT_THAT(failed.error().message, HasSubstr("changed my mind"));
  EXPECT_EQ(Count(*database), 0);
}

TEST_P(DatabaseTest, KeysThatExistAreConflictsAndWrongSqlIsOurs) {
  auto database = Make(kNotes);
  ASSERT_TRUE(Add(*database, "one").has_value());
  EXPECT_EQ(Add(*database, "one").error().code, ErrorCode::kConflict);
  auto orphan = database->Write([](Session& session) {
    return session.Execute("INSERT INTO remark VALUES (?, ?)", {int64_t{99}, "x"});
  });
  EXPECT_EQ(orphan.error().code, ErrorCode::kConflict);
  auto wrong = database->Read([](Session& session) { return session.Query("SELECT nothing FROM nowhere"); });
  EXPECT_EQ(wrong.error().code, ErrorCode::kInternal);
  EXPECT_EQ(Add(*database, std::string("nul\0l", 5)).error().code, ErrorCode::kInvalidInput);
  // And the connection still works.
  EXPECT_EQ(Count(*database), 1);
}

TEST_P(DatabaseTest, ReadersCannotWriteAndSeeOneMoment) {
  auto database = Make(kNotes);
  EXPECT_FALSE(database->Read([](Session& session) { return session.Execute("DELETE FROM note"); }).has_value());
  Status seen = database->Read([&](Session& session) -> Status {
    Rows before = TRY(session.Query("SELECT id FROM note"));
    EXPECT_TRUE(Add(*database, "meanwhile").has_value());
    Rows after = TRY(session.Query("SELECT id FROM note"));
    EXPECT_EQ(before.size(), after.size());
    return {};
  });
  EXPECT_TRUE(seen.has_value());
  EXPECT_EQ(Count(*database), 1);
}

TEST_P(DatabaseTest, WritersInParallelLoseNoUpdate) {
  auto database = Make(kNotes);
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; t++) {
    threads.emplace_back([&] {
      for (int i = 0; i < 25; i++) {
        Status done = database->Write([](Session& session) -> Status {
          std::string sql = std::string("SELECT value FROM counter WHERE id = 1") + session.ForUpdate();
          Rows rows = TRY(session.Query(sql));
          TRY(session.Execute("UPDATE counter SET value = ? WHERE id = 1", {rows.front().Int("value") + 1}));
          return {};
        });
        if (!done.has_value()) failures++;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  auto value = database->Read([](Session& session) { return session.Query("SELECT value FROM counter"); });
  EXPECT_EQ(value->front().Int("value"), 200);
}

TEST_P(DatabaseTest, ManyRowsAtOnce) {
  auto database = Make(kNotes);
  std::vector<Values> rows;
  for (int64_t i = 0; i < 10'007; i++) rows.push_back({"row " + std::to_string(i), i, i % 2 ? Value(0.5) : Value()});
  Status done = database->Write([&](Session& session) {
    return session.InsertMany("note", {"text", "fen", "share"}, rows);
  });
  ASSERT_TRUE(done.has_value()) << done.error().message;
  int64_t sum = 0;
  Status read = database->Read([&](Session& session) {
    return session.ForEach("SELECT fen FROM note", {}, [&](const Row& row) -> Status {
      sum += row.Int("fen");
      return {};
    });
  });
  EXPECT_TRUE(read.has_value());
  EXPECT_EQ(sum, 10'006 * 10'007 / 2);
  Status again = database->Write([&](Session& session) {
    return session.InsertMany("note", {"text", "fen", "share"}, {rows[0]}, "ON CONFLICT (text) DO NOTHING");
  });
  EXPECT_TRUE(again.has_value());
}

TEST_P(DatabaseTest, ManyRowsKeepEveryTextAndOneThatIsThereRefusesAll) {
  auto database = Make(kNotes);
  const char* kTexts[] = {"tab\there", "line\nend", "return\r", "back\\slash", "\\N",           "\\.",
                          "",          " ",         "'quote'",  "\"",          "中文，🙂", "a,b"};
  std::vector<Values> rows;
  for (size_t i = 0; i < 64; i++)
    rows.push_back({kTexts[i % 12] + std::string(i < 12 ? "" : std::to_string(i)), static_cast<int64_t>(i),
                    i == 5   ? Value(1e-300)
                    : i == 6 ? Value(-0.1)
                             : Value()});
  auto fill = [&](Session& session) { return session.InsertMany("note", {"text", "fen", "share"}, rows); };
  Status done = database->Write(fill);
  ASSERT_TRUE(done.has_value()) << done.error().message;
  auto kept = database->Read([](Session& session) { return session.Query("SELECT * FROM note ORDER BY fen"); });
  ASSERT_EQ(kept->size(), rows.size());
  for (size_t i = 0; i < rows.size(); i++) EXPECT_EQ((*kept)[i].Text("text"), std::get<std::string>(rows[i][0])) << i;
  EXPECT_EQ((*kept)[5].MaybeReal("share"), std::optional(1e-300));
  EXPECT_EQ((*kept)[6].MaybeReal("share"), std::optional(-0.1));
  // Sixty-three new ones and one that is there: none.
  for (size_t i = 0; i < 63; i++) rows[i][0] = "new " + std::to_string(i);
  EXPECT_EQ(database->Write(fill).error().code, ErrorCode::kConflict);
  EXPECT_EQ(Count(*database), 64);
  rows[3][0] = std::string("nul\0l", 5);
  EXPECT_EQ(database->Write(fill).error().code, ErrorCode::kInvalidInput);
  rows[3][0] = std::string("\xff\xfe");
  EXPECT_EQ(database->Write(fill).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(Count(*database), 64);  // and the connection still works
}

TEST_P(DatabaseTest, ManyRowsAreChangedAtOnce) {
  auto database = Make(kNotes);
  std::vector<Values> rows;
  for (int64_t i = 0; i < 1'000; i++) rows.push_back({"row " + std::to_string(i), i, Value(0.5)});
  std::vector<Values> changes;
  for (int64_t i = 0; i < 1'000; i += 3)
    changes.push_back({"row " + std::to_string(i), int64_t{7}, i % 2 ? Value() : Value(0.25)});
  changes.push_back({std::string("nobody"), int64_t{1}, Value()});
  Status done = database->Write([&](Session& session) -> Status {
    TRY(session.InsertMany("note", {"text", "fen", "share"}, rows));
    return session.UpdateMany("note", {"text", "fen", "share"}, changes,
                              "fen = note.fen + d.fen, share = COALESCE(d.share, note.share)");
  });
  ASSERT_TRUE(done.has_value()) << done.error().message;
  auto kept = database->Read([](Session& session) { return session.Query("SELECT * FROM note"); });
  ASSERT_EQ(kept->size(), 1'000u);
  for (const Row& row : *kept) {
    int64_t i = std::stoll(row.Text("text").substr(4));
    EXPECT_EQ(row.Int("fen"), i + (i % 3 == 0 ? 7 : 0));
    EXPECT_EQ(row.MaybeReal("share"), std::optional(i % 3 == 0 && i % 2 == 0 ? 0.25 : 0.5));
  }
}

TEST_P(DatabaseTest, NullsAnywhereStayNullAndMixedKindsStayThemselves) {
  auto database = Make(kNotes);
  std::vector<Values> rows;
  for (int64_t i = 0; i < 1'000; i++) {
    Value share = i % 7 == 0 ? Value() : i % 5 == 0 ? Value(i) : Value(0.5);
    rows.push_back({"row " + std::to_string(i), (i * i) % 11 < 4 ? Value() : Value(i), share});
  }
  auto fill = [&](Session& session) { return session.InsertMany("note", {"text", "fen", "share"}, rows); };
  Status done = database->Write(fill);
  ASSERT_TRUE(done.has_value()) << done.error().message;
  auto kept = database->Read([](Session& session) { return session.Query("SELECT * FROM note ORDER BY id"); });
  ASSERT_EQ(kept->size(), rows.size());
  for (int64_t i = 0; i < 1'000; i++) {
    const Row& row = (*kept)[static_cast<size_t>(i)];
    EXPECT_EQ(row.MaybeInt("fen"), (i * i) % 11 < 4 ? std::nullopt : std::optional<int64_t>(i));
    EXPECT_EQ(row.MaybeReal("share"), i % 7 == 0 ? std::nullopt : std::optional<double>(i % 5 == 0 ? i : 0.5));
  }
}

TEST_P(DatabaseTest, SearchTakesTextsAsTheyAre) {
  auto database = Make(kNotes);
  ASSERT_TRUE(Add(*database, "100% sure_thing").has_value());
  ASSERT_TRUE(Add(*database, "100 percent sure thing").has_value());
  auto found = database->Read([](Session& session) {
    return session.Query("SELECT text FROM note WHERE text LIKE ? ESCAPE '\\'", {Containing("0% sure_")});
  });
  ASSERT_EQ(found->size(), 1u);
}

TEST_P(DatabaseTest, MigrationsAreAppliedOnceAndGuarded) {
  auto database = Make(kNotes);
  ASSERT_TRUE(Add(*database, "kept").has_value());
  EXPECT_TRUE(database->Migrate(kNotes).has_value());
  EXPECT_EQ(Count(*database), 1);
  EXPECT_EQ(database->Applied()->size(), 2u);
  std::vector<Migration> changed = kNotes;
  changed[0].sql += " ";
  Status refused = database->Migrate(changed);
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_THAT(refused.error().message, HasSubstr("another text"));
  Status older = database->Migrate({kNotes[0]});
  EXPECT_THAT(older.error().message, HasSubstr("newer program"));
  std::vector<Migration> broken = kNotes;
  broken.push_back({"notes", 3, "broken", "CREATE TABLE half (id BIGINT);\nCREATE TABLE half (id BIGINT);"});
  EXPECT_FALSE(database->Migrate(broken).has_value());
  EXPECT_EQ(database->Applied()->size(), 2u);
  auto half = database->Read([](Session& session) { return session.Query("SELECT * FROM half"); });
  EXPECT_FALSE(half.has_value());  // nothing of it stayed
}

TEST_P(DatabaseTest, TwoServersMigrateAtOnce) {
  std::string url = NewUrl();
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int i = 0; i < 4; i++) {
    threads.emplace_back([&] {
      auto database = Database::Open(url);
      Status migrated = (*database)->Migrate(kNotes);
      EXPECT_TRUE(migrated.has_value()) << migrated.error().message;
      if (migrated.has_value()) done++;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 4);
}

TEST_P(DatabaseTest, BackupsComeBackWhole) {
  auto database = Make(kNotes);
  for (int i = 0; i < 100; i++) ASSERT_TRUE(Add(*database, "n" + std::to_string(i), int64_t{i}).has_value());
  std::string file = folder() + "/backup";
  Status backed = BackUp(url(), file);
  ASSERT_TRUE(backed.has_value()) << backed.error().message;
  EXPECT_EQ(BackUp(url(), file).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(Add(*database, "after").has_value());
  std::string other = NewUrl();
  Status restored = Restore(file, other, {});
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  auto copy = OpenAt(other, kNotes);
  EXPECT_EQ(Count(*copy), 100);
  EXPECT_EQ(*Add(*copy, "goes on"), 101);
  copy.reset();
  EXPECT_EQ(Restore(file, other, {}).error().code, ErrorCode::kConflict);
  Status overwritten = Restore(file, other, {.overwrite = true});
  EXPECT_TRUE(overwritten.has_value()) << overwritten.error().message;
  EXPECT_EQ(Count(*OpenAt(other, kNotes)), 100);
  std::ofstream(folder() + "/rubbish") << "no database";
  EXPECT_FALSE(Restore(folder() + "/rubbish", NewUrl(), {}).has_value());
}

TEST_P(DatabaseTest, AHiddenErrorIsNotAcknowledged) {
  auto database = Make(kNotes);
  ASSERT_TRUE(Add(*database, "one").has_value());
  Status hidden = database->Write([&](Session& session) -> Status {
    TRY(session.Insert(kInsert, {"two", Value(), Value()}));
    EXPECT_FALSE(session.Insert(kInsert, {"one", Value(), Value()}).has_value());
    return {};
  });
  EXPECT_EQ(hidden.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Count(*database), 1);
}

TEST_P(DatabaseTest, TextsThatAreNoUtf8AreRefused) {
  auto database = Make(kNotes);
  for (const char* bad : {"\xFF", "\xE5\x8C", "\xED\xA0\x80"}) {
    EXPECT_EQ(Add(*database, bad).error().code, ErrorCode::kInvalidInput);
  }
  EXPECT_TRUE(Add(*database, "still works").has_value());
}

TEST_P(DatabaseTest, RowsBeyondAFetchComeOnceAndTheirTakerMayAskOn) {
  auto database = Make(kNotes);
  std::vector<Values> rows;
  for (int64_t i = 1; i <= 2'500; i++) rows.push_back({"row " + std::to_string(i), i, Value()});
  auto fill = [&](Session& session) { return session.InsertMany("note", {"text", "fen", "share"}, rows); };
  ASSERT_TRUE(database->Write(fill).has_value());
  for (int64_t least : {501, 1501, 2501}) {  // 2000, 1000 and no rows
    int64_t next = least;
    const char* sql = "SELECT id, fen, text FROM note WHERE fen >= ? ORDER BY fen";
    Status read = database->Read([&](Session& session) {
      return session.ForEach(sql, {least}, [&](const Row& row) -> Status {
        EXPECT_EQ(row.Int("fen"), next++);
        if (row.Int("fen") % 500 != 0) return {};
        int64_t inner = 0;
        TRY(session.ForEach(sql, {int64_t{2'000}}, [&](const Row&) -> Status {
          inner++;
          return {};
        }));
        EXPECT_EQ(inner, 501);
        return {};
      });
    });
    EXPECT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(next, 2'501);
  }
  int taken = 0;
  Status stopped = database->Read([&](Session& session) {
    return session.ForEach("SELECT id FROM note", {},
                           [&](const Row&) -> Status { return ++taken == 1'200 ? LimitReached("enough") : Status(); });
  });
  EXPECT_EQ(stopped.error().code, ErrorCode::kLimit);
  EXPECT_EQ(taken, 1'200);
}

TEST_P(DatabaseTest, NumbersWiderThanThirtyTwoBitsAreKept) {
  auto database = Make(kNotes);
  int64_t huge = int64_t{5'000'000'000};
  auto made = database->Write([&](Session& session) {
    return session.Insert("INSERT INTO note (id, text) VALUES (?, ?) RETURNING id", {huge, "far"});
  });
  EXPECT_EQ(*made, huge);
  auto row = database->Read([&](Session& session) { return session.QueryOne("SELECT id FROM note", {}); });
  EXPECT_EQ((*row)->Int("id"), huge);
}

TEST_P(DatabaseTest, AStoreInUseIsRestoredUnderItsReaders) {
  if (GetParam() != Dialect::kSqlite) GTEST_SKIP() << "pg_restore --clean waits for the others' locks by itself";
  auto database = Make(kNotes);
  ASSERT_TRUE(Add(*database, "before").has_value());
  ASSERT_TRUE(BackUp(url(), folder() + "/backup").has_value());
  ASSERT_TRUE(Add(*database, "after").has_value());
  ASSERT_TRUE(Restore(folder() + "/backup", url(), {.overwrite = true}).has_value());
  EXPECT_EQ(Count(*database), 1);
  EXPECT_TRUE(Add(*database, "goes on").has_value());  // into the store that is there, not into a removed file
  EXPECT_EQ(Count(*OpenAt(url(), kNotes)), 2);
}

// As when the server is started anew while nobody asks.
TEST_P(DatabaseTest, ConnectionsThatDiedAreMadeAnew) {
  if (GetParam() != Dialect::kPostgres) GTEST_SKIP() << "SQLite has no connections to lose";
  auto database = Make(kNotes);
  auto other = OpenAt(url(), kNotes);
  const char* kill =
      "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
      "datname = current_database()";
  for (int round = 0; round < 3; round++) {
    ASSERT_TRUE(other->Write([&](Session& session) { return session.Query(kill); }).has_value());
    auto added = Add(*database, "n" + std::to_string(round));
    EXPECT_TRUE(added.has_value()) << added.error().message;
    ASSERT_TRUE(other->Write([&](Session& session) { return session.Query(kill); }).has_value());
    EXPECT_EQ(Count(*database), round + 1);
  }
}

TEST_P(DatabaseTest, ALineLostInTheMiddleRunsTheFunctionAgain) {
  if (GetParam() != Dialect::kPostgres) GTEST_SKIP() << "SQLite has no connections to lose";
  auto database = Make(kNotes);
  int runs = 0;
  auto added = database->Write([&](Session& session) -> Result<int64_t> {
    int64_t made = TRY(session.Insert(kInsert, {"once", Value(), Value()}));
    if (++runs == 1) TRY(session.Query("SELECT pg_terminate_backend(pg_backend_pid())"));
    return made;
  });
  EXPECT_TRUE(added.has_value()) << added.error().message;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Count(*database), 1);
}

// A child acknowledges every row it has committed, and is killed at a moment it does not choose.
TEST_P(DatabaseTest, KilledWritersLoseNothingTheyAcknowledged) {
  { auto database = Make(kNotes); }
  for (int round = 0; round < 3; round++) {
    int said[2];
    ASSERT_EQ(pipe(said), 0);
    pid_t child = fork();
    if (child == 0) {
      close(said[0]);
      auto database = Database::Open(url());
      for (int64_t i = 0;; i++) {
        std::string text = std::to_string(round) + "/" + std::to_string(i);
        if (!Add(**database, text).has_value()) _exit(1);
        if (write(said[1], &i, sizeof i) != sizeof i) _exit(1);
      }
    }
    close(said[1]);
    usleep(150'000 + 40'000 * round);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    int64_t last = -1;
    int64_t number;
    while (read(said[0], &number, sizeof number) == sizeof number) last = number;
    close(said[0]);
    auto database = OpenAt(url(), kNotes);
    auto rows = database->Read([&](Session& session) {
      return session.Query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM note WHERE text LIKE ?",
                           {std::to_string(round) + "/%"});
    });
    EXPECT_GE(rows->front().Int("n"), last + 1);
    EXPECT_LE(rows->front().Int("n"), last + 2);  // one may be committed and not yet said
  }
}

YIJIAN_ON_BOTH_DATABASES(DatabaseTest);

TEST(DatabaseUrl, BadOnesAreToldWithoutPasswords) {
  EXPECT_EQ(Database::Open("mysql://x").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(Database::Open("").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(Database::Open("sqlite:/no/such/folder/x.db").error().code, ErrorCode::kIo);
  EXPECT_EQ(Database::Open("sqlite:/no/such/x.db", {.create = false}).error().code, ErrorCode::kNotFound);
  Error error = Database::Open("postgresql://u:s3cret@127.0.0.1:1/x?connect_timeout=1").error();
  EXPECT_EQ(error.code, ErrorCode::kIo);
  EXPECT_THAT(error.message, Not(HasSubstr("s3cret")));
  EXPECT_THAT(error.message, HasSubstr("postgresql://u@127.0.0.1:1/x"));
}

}  // namespace
}  // namespace yijian::store
