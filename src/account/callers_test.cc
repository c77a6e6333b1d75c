#include "account/callers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "account/sessions.h"
#include "store/testing.h"
#include "trail/trail.h"

namespace yijian::account {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<store::Migration> AllMigrations() {
  std::vector<store::Migration> all = trail::Migrations();
  for (store::Migration& migration : Migrations()) all.push_back(std::move(migration));
  return all;
}

class CallersTest : public store::BothDatabases {
 protected:
  CallersTest() : database_(Make(AllMigrations())) {
    operator_.roles = Bit(Role::kOperator);
    operator_.name = "运维";
  }

  template <typename F>
  auto Write(F&& function) {
    return database_->Write(function);
  }
  AddedCaller Add(Caller caller) {
    auto added = Write([&](store::Session& session) { return AddCaller(session, operator_, caller, kNow); });
    EXPECT_TRUE(added.has_value()) << added.error().message;
    return *added;
  }
  Caller Find(const std::string& institution) {
    return *database_->Read([&](store::Session& session) { return FindCaller(session, institution); });
  }

  static constexpr EpochMs kNow = 1'780'000'000'000;
  std::unique_ptr<store::Database> database_;
  Actor operator_;
};

TEST_P(CallersTest, AKeyIsShownOnceAndKeptAsADigest) {
  AddedCaller added = Add({.institution = "H1", .name = "一院", .per_second = 7, .burst = 9});
  EXPECT_TRUE(added.key.starts_with("yj_"));
  EXPECT_EQ(added.key.size(), 3U + 64U);
  Caller kept = Find("H1");
  EXPECT_EQ(kept.key_digest, DigestOfKey(added.key));
  EXPECT_THAT(added.key, HasSubstr(kept.key_hint));
  EXPECT_EQ(kept.per_second, 7);
  EXPECT_EQ(kept.burst, 9);
  EXPECT_NE(Add({.institution = "H2"}).key, added.key);
  auto again =
      Write([&](store::Session& session) { return AddCaller(session, operator_, {.institution = "H1"}, kNow); });
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(Find("H1").key_digest, kept.key_digest);
}

TEST_P(CallersTest, ANewKeyLeavesTheOldOneInForceForADayAndRevokingEndsBoth) {
  std::string first = Add({.institution = "H1"}).key;
  auto rotate = [&](EpochMs now) {
    return Write([&](store::Session& session) { return RotateCallerKey(session, operator_, "H1", now); });
  };
  std::string second = rotate(kNow + 5)->key;
  Caller kept = Find("H1");
  EXPECT_EQ(kept.key_digest, DigestOfKey(second));
  EXPECT_EQ(kept.old_key_digest, DigestOfKey(first));
  EXPECT_EQ(kept.old_key_until, kNow + 5 + kOldKeyMs);
  // Only one old key: the first is over when a third is made.
  EXPECT_TRUE(rotate(kNow + 10).has_value());
  EXPECT_EQ(Find("H1").old_key_digest, DigestOfKey(second));
  EXPECT_TRUE(Write([&](store::Session& session) { return RevokeCallerKeys(session, operator_, "H1", kNow); }));
  kept = Find("H1");
  EXPECT_EQ(kept.key_digest, "");
  EXPECT_EQ(kept.old_key_digest, "");
  EXPECT_FALSE(kept.key_made_at);
  EXPECT_FALSE(kept.old_key_until);
  // It may have one again.
  std::string fourth = rotate(kNow + 20)->key;
  EXPECT_EQ(Find("H1").key_digest, DigestOfKey(fourth));
  EXPECT_EQ(Find("H1").old_key_digest, "");
  auto nobody = Write([&](store::Session& session) { return RevokeCallerKeys(session, operator_, "H9", kNow); });
  EXPECT_EQ(nobody.error().code, ErrorCode::kNotFound);
}

TEST_P(CallersTest, OfTwoWhoChangeItOneIsLate) {
  Caller caller = Add({.institution = "H1", .name = "一院"}).caller;
  auto change = [&](const Caller& to) {
    return Write([&](store::Session& session) { return ChangeCaller(session, operator_, to, kNow); });
  };
  Caller one = caller, other = caller;
  one.grade = "D";
  one.enabled = false;
  other.name = "二院";
  Caller changed = *change(one);
  EXPECT_EQ(changed.grade, "D");
  EXPECT_FALSE(changed.enabled);
  EXPECT_EQ(changed.version, caller.version + 1);
  EXPECT_EQ(changed.key_digest, caller.key_digest);  // changed apart
  EXPECT_EQ(change(other).error().code, ErrorCode::kConflict);
  EXPECT_EQ(Find("H1").name, "一院");
  other.institution = "H9";
  EXPECT_EQ(change(other).error().code, ErrorCode::kNotFound);
}

TEST_P(CallersTest, TheTrailTellsOfChangesAndOfNoSecret) {
  AddedCaller added = Add({.institution = "H1",
                           .must_sign = "SM3",
                           .sm3_secret = "between us",
                           .sm4_key = "0123456789abcdeffedcba9876543210"});
  std::string rotated =
      Write([&](store::Session& session) { return RotateCallerKey(session, operator_, "H1", kNow); })->key;
  auto rows =
      database_->Read([](store::Session& session) { return session.Query("SELECT * FROM trail ORDER BY seq"); });
  std::string told;
  for (const store::Row& row : *rows) told += row.Text("action") + " " + row.Text("details") + "\n";
  EXPECT_THAT(told, HasSubstr("caller.add"));
  EXPECT_THAT(told, HasSubstr("caller.key"));
  for (const std::string& secret :
       {std::string("between us"), std::string("0123456789abcdef"), added.key, rotated, DigestOfKey(rotated)})
    EXPECT_THAT(told, Not(HasSubstr(secret)));
}

YIJIAN_ON_BOTH_DATABASES(CallersTest);

}  // namespace
}  // namespace yijian::account
