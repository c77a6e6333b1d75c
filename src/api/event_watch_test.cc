#include "api/event_watch.h"

#include <gtest/gtest.h>

#include <thread>

#include "account/areas.h"
#include "account/people.h"
#include "api/workbench.h"
#include "store/testing.h"

namespace yijian::api {
namespace {

using account::SignedIn;
using std::chrono::milliseconds;

class EventWatchTest : public store::BothDatabases {
 protected:
  EventWatchTest() {
    Do([](store::Session& session) { return account::PutArea(session, "500101", "区"); });
    account::NewPerson person{
        .login = "wangmin", .name = "王敏", .roles = account::Bit(account::Role::kAuditor), .area = "500101"};
    Do([&](store::Session& session) -> Status {
      added_ = TRY(account::AddPerson(session, {}, person, clock_.Now()));
      return {};
    });
  }

  template <typename F>
  void Do(F&& function) {
    Status done = database_->Write(function);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  SignedIn SignIn() { return *here_.SignIn({.login = "wangmin", .password = added_.one_time_password}); }
  void ExpectOpen(size_t streams) {
    for (int i = 0; i < 10'000 && events_.subscribers() != streams; i++) std::this_thread::sleep_for(milliseconds(1));
    EXPECT_EQ(events_.subscribers(), streams);
  }

  FixedClock clock_{1'780'000'000'000};
  std::unique_ptr<store::Database> database_ = Make(AllMigrations());
  account::Sessions here_{*database_, clock_};
  account::Sessions elsewhere_{*database_, clock_};
  http::EventStream events_{http::EventStream::Options{}};
  account::AddedPerson added_;
};

// Nothing here looks by itself: what is gone went with the call.
TEST_P(EventWatchTest, WhatEndsHereEndsAtOnce) {
  EventWatch watch(events_, here_, std::chrono::hours(1));
  SignedIn first = SignIn();
  SignedIn second = SignIn();
  Result<http::Response> of_first = watch.Subscribe(*first.actor);
  Result<http::Response> another = watch.Subscribe(*first.actor);
  Result<http::Response> of_second = watch.Subscribe(*second.actor);
  ASSERT_EQ(events_.subscribers(), 3u);
  ASSERT_TRUE(here_.SignOut(*first.actor).has_value());
  EXPECT_EQ(events_.subscribers(), 1u);
  here_.ForgetPerson(added_.person.id);  // told of a change that ended nothing
  EXPECT_EQ(events_.subscribers(), 1u);
  account::Person person = added_.person;
  Do([&](store::Session& session) -> Status {
    TRY(account::ChangePerson(session, {}, person.id, {.status = "disabled", .version = person.version}, clock_.Now()));
    return {};
  });
  EXPECT_EQ(events_.subscribers(), 1u);
  here_.ForgetPerson(person.id);
  EXPECT_EQ(events_.subscribers(), 0u);
}

// Asked for by who was known a moment ago.
TEST_P(EventWatchTest, AnEndedSessionGetsNoNewOne) {
  EventWatch watch(events_, here_, std::chrono::hours(1));
  SignedIn in = SignIn();
  ASSERT_NE(*here_.Who(in.token, "10.0.0.1"), nullptr);
  ASSERT_TRUE(elsewhere_.SignOut(*in.actor).has_value());
  ASSERT_NE(*here_.Who(in.token, "10.0.0.1"), nullptr);  // still remembered
  Result<http::Response> late = watch.Subscribe(*in.actor);
  EXPECT_EQ(events_.subscribers(), 0u);
}

TEST_P(EventWatchTest, WhatEndsElsewhereOrByTimeIsSeen) {
  EventWatch watch(events_, here_, milliseconds(5));
  SignedIn first = SignIn();
  SignedIn second = SignIn();
  Result<http::Response> of_first = watch.Subscribe(*first.actor);
  Result<http::Response> of_second = watch.Subscribe(*second.actor);
  std::this_thread::sleep_for(milliseconds(50));
  ASSERT_EQ(events_.subscribers(), 2u);
  ASSERT_TRUE(elsewhere_.SignOut(*first.actor).has_value());
  ExpectOpen(1);
  // Listening is no use of a session: it idles.
  clock_.Add(account::kIdleSeconds);
  ExpectOpen(0);
}

// Many of everything at the same time; the sanitizers and the end of the test are the judges.
TEST_P(EventWatchTest, ComingAndGoingAtOnce) {
  EventWatch watch(events_, here_, milliseconds(1));
  SignedIn stays = SignIn();
  Result<http::Response> open = watch.Subscribe(*stays.actor);
  std::vector<std::thread> people;
  for (int i = 0; i < 4; i++) {
    people.emplace_back([&] {
      for (int round = 0; round < 5; round++) {
        SignedIn in = SignIn();
        Result<http::Response> listening = watch.Subscribe(*in.actor);
        events_.Publish("clue", "{}");
        EXPECT_TRUE(here_.SignOut(*in.actor).has_value());
      }
    });
  }
  for (std::thread& person : people) person.join();
  EXPECT_EQ(events_.subscribers(), 1u);
}

YIJIAN_ON_BOTH_DATABASES(EventWatchTest);

}  // namespace
}  // namespace yijian::api
