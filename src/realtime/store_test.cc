#include "realtime/store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "lake/testing.h"
#include "realtime/columns.h"

namespace yijian::realtime {
namespace {

using lake::Must;
using lake::TempDir;
using program::Subject;

History Sale(Store& store, int64_t person, int64_t line, int64_t stamp) {
  History told;
  told.subject = person;
  told.no = "P" + std::to_string(person);
  Coder coder(store.codes());
  NewRow(Kind::kVisit, line, line, stamp).Set("begin", stamp).PutInto(told, "V" + std::to_string(line));
  NewRow(Kind::kLine, line, line, stamp)
      .Set("time", stamp)
      .Set("item", coder.Of("ITEM" + std::to_string(line % 5), "药"))
      .PutInto(told);
  return told;
}

TEST(Store, WhatIsCommittedIsReadBackAlsoAfterOpeningAnew) {
  TempDir dir;
  {
    auto store = Must(Store::Open(dir.path(), {.create = true}));
    EXPECT_TRUE(Must(store->Get(Subject::kPerson, 1)).empty());
    for (int64_t line = 1; line <= 40; line++)
      Must(store->Commit({{Subject::kPerson, Sale(*store, 1, line, line)}}, {}));
    EXPECT_EQ(Must(store->Get(Subject::kPerson, 1)).of(Kind::kLine).size(), 40U);
  }
  auto store = Must(Store::Open(dir.path()));
  Must(store->Compact());
  History known = Must(store->Get(Subject::kPerson, 1));
  EXPECT_EQ(known.of(Kind::kLine).size(), 40U);
  EXPECT_EQ(known.no, "P1");
  EXPECT_EQ(store->codes().size(), 6);
  EXPECT_EQ(store->codes().Text(1), "ITEM1");
  EXPECT_TRUE(Must(store->Get(Subject::kPerson, 2)).empty());
}

TEST(Store, OnlyOneProcessHasIt) {
  TempDir dir;
  auto store = Must(Store::Open(dir.path(), {.create = true}));
  EXPECT_EQ(Store::Open(dir.path()).error().code, ErrorCode::kConflict);
  EXPECT_EQ(Store::Open(dir.path() + "/none").error().code, ErrorCode::kNotFound);
}

TEST(Store, FoldingDropsWhatLiesBeforeTheWindow) {
  TempDir dir;
  auto store = Must(Store::Open(dir.path(), {.create = true, .window_days = 10}));
  for (int64_t day = 1; day <= 40; day++)
    Must(store->Commit({{Subject::kPerson, Sale(*store, 1, day, day * kSecondsPerDay)}}, {}));
  Must(store->Compact());
  History known = Must(store->Get(Subject::kPerson, 1));
  EXPECT_EQ(known.of(Kind::kLine).size(), 11U);  // days 30 to 40
  EXPECT_EQ(known.visit_no.size(), 11U);
}

TEST(Store, ReceiptsAndNotesAreKeptWithTheCommit) {
  TempDir dir;
  auto store = Must(Store::Open(dir.path(), {.create = true}));
  Receipt receipt{"H11202511251", 77, 1000, "{\"infcode\":0}"};
  Must(store->Commit({{Subject::kPerson, Sale(*store, 1, 1, 1)}}, receipt, {{Notes::kHits, "a", "1"}}));
  Must(store->Put({{Notes::kHits, "b", "2"}, {Notes::kFeedback, "a", "3"}}));
  std::optional<Receipt> found = Must(store->FindReceipt("H11202511251"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->digest, 77U);
  EXPECT_EQ(found->response, "{\"infcode\":0}");
  EXPECT_FALSE(Must(store->FindReceipt("H1120251125")));
  std::string seen;
  Must(store->ForEach(Notes::kHits, "", [&](std::string_view key, std::string_view text) {
    seen += std::string(key) + "=" + std::string(text) + " ";
    return true;
  }));
  EXPECT_EQ(seen, "a=1 b=2 ");
  EXPECT_EQ(*Must(store->Find(Notes::kFeedback, "a")), "3");
}

TEST(Store, AViewOfNotesStandsStill) {
  TempDir dir;
  auto store = Must(Store::Open(dir.path(), {.create = true}));
  Must(store->Put({{Notes::kHits, "a", "1"}}));
  std::unique_ptr<NotesView> view = store->ViewNotes();
  Must(store->Put({{Notes::kHits, "a", "2"}, {Notes::kHits, "b", "3"}}));
  std::string seen;
  Must(view->ForEach(Notes::kHits, [&](std::string_view key, std::string_view text) {
    seen += std::string(key) + "=" + std::string(text) + " ";
    return true;
  }));
  EXPECT_EQ(seen, "a=1 ");
}

TEST(Store, KnowsItsWindowWhenItIsOpenedAgain) {
  TempDir dir;
  {
    auto store = Must(Store::Open(dir.path(), {.create = true}));
    Must(store->SetWord(kWindowWord, "10"));
  }
  auto store = Must(Store::Open(dir.path()));
  for (int64_t day = 1; day <= 40; day++)
    Must(store->Commit({{Subject::kPerson, Sale(*store, 1, day, day * kSecondsPerDay)}}, {}));
  Must(store->Compact());
  EXPECT_EQ(Must(store->Get(Subject::kPerson, 1)).of(Kind::kLine).size(), 11U);
}

TEST(Store, ReceiptsOlderThanTheirDaysGo) {
  TempDir dir;
  auto store = Must(Store::Open(dir.path(), {.create = true, .message_days = 30}));
  Must(store->Commit({}, Receipt{"old", 1, 0, "x"}));
  Must(store->Commit({}, Receipt{"new", 1, 40 * kSecondsPerDay, "x"}));
  Must(store->Compact());
  EXPECT_FALSE(Must(store->FindReceipt("old")));
  EXPECT_TRUE(Must(store->FindReceipt("new")));
}

TEST(Store, RunsBuiltElsewhereAreTakenInBelowWhatWasCommitted) {
  TempDir dir;
  auto store = Must(Store::Open(dir / "store", {.create = true}));
  auto run = Must(RunWriter::Create(dir / "run.sst"));
  std::vector<std::string> keys;
  for (int64_t person : {1, 2, 65}) keys.push_back(StoreKey(person, store->buckets()));
  EXPECT_LT(keys[0], keys[2]);  // one bucket
  EXPECT_LT(keys[2], keys[1]);
  Must(run->Add(keys[0], ""));
  EXPECT_TRUE(Must(run->Finish()));
  Must(store->TakeIn(Subject::kPerson, {dir / "run.sst"}));
  EXPECT_TRUE(Must(store->Get(Subject::kPerson, 1)).empty());
}

// The child says which messages it was told are safe; then it is killed at a random moment.
TEST(Store, NoAcknowledgedCommitIsLostByKillNine) {
  for (unsigned round = 0; round < 6; round++) {
    TempDir dir;
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      auto store = Must(Store::Open(dir.path(), {.create = true}));
      for (int64_t line = 1;; line++) {
        Must(store->Commit({{Subject::kPerson, Sale(*store, 1 + line % 3, line, line)}},
                           Receipt{"M" + std::to_string(line), 1, line, "ok"}));
        if (write(pipe_ends[1], &line, sizeof line) != sizeof line) _exit(1);
      }
    }
    close(pipe_ends[1]);
    int64_t acknowledged = 0, last = 0;
    while (last < 20 + 37 * static_cast<int64_t>(round) && read(pipe_ends[0], &last, sizeof last) == sizeof last)
      acknowledged = last;
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &last, sizeof last) == sizeof last) acknowledged = last;
    close(pipe_ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));

    auto store = Must(Store::Open(dir.path()));
    std::vector<bool> there(static_cast<size_t>(acknowledged) + 1, false);
    for (int64_t person : {1, 2, 3}) {
      History known = Must(store->Get(Subject::kPerson, person));
      ASSERT_EQ(known.of(Kind::kLine).size(), known.of(Kind::kVisit).size()) << "half a message";
      for (int64_t line : known.of(Kind::kLine).key) {
        if (line <= acknowledged) there[static_cast<size_t>(line)] = true;
        EXPECT_TRUE(Must(store->FindReceipt("M" + std::to_string(line))));
      }
      // Codes that rows use are there too.
      for (int64_t item : known.of(Kind::kLine).columns[timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item"))])
        EXPECT_NE(store->codes().Text(item), "");
    }
    for (int64_t line = 1; line <= acknowledged; line++)
      EXPECT_TRUE(there[static_cast<size_t>(line)]) << "message " << line << " of " << acknowledged;
  }
}

TEST(Store, ManyThreadsWriteAndReadAtOnce) {
  TempDir dir;
  auto store = Must(Store::Open(dir.path(), {.create = true, .sync = false}));
  std::vector<std::thread> threads;
  for (int64_t thread = 0; thread < 4; thread++) {
    threads.emplace_back([&, thread] {
      for (int64_t i = 0; i < 200; i++) {
        Must(store->Commit({{Subject::kPerson, Sale(*store, i % 7, thread * 1000 + i, i)}}, {}));
        History known = Must(store->Get(Subject::kPerson, i % 7));
        EXPECT_GT(known.of(Kind::kLine).size(), 0U);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  size_t lines = 0;
  for (int64_t person = 0; person < 7; person++)
    lines += Must(store->Get(Subject::kPerson, person)).of(Kind::kLine).size();
  EXPECT_EQ(lines, 800U);
}

}  // namespace
}  // namespace yijian::realtime
