#include "base/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace yijian {
namespace {

using testing::HasSubstr;

class Program : public testing::Test {
 protected:
  Program() { signal(SIGPIPE, SIG_IGN); }  // as the server does
};

TEST_F(Program, TalksBothWaysAtOnce) {
  std::string large(8 << 20, 'x');  // far more than a pipe holds
  Result<std::string> out = RunProgram({"cat"}, large, {});
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_EQ(*out, large);
}

TEST_F(Program, NoInputIsFine) { EXPECT_EQ(*RunProgram({"cat"}, "", {}), ""); }

TEST_F(Program, WhatItSaidOfItsFailureIsTold) {
  Result<std::string> out = RunProgram({"sh", "-c", "echo no paper >&2; exit 3"}, "", {});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().code, ErrorCode::kIo);
  EXPECT_THAT(out.error().message, HasSubstr("no paper"));
}

TEST_F(Program, OneThatDoesNotListenCannotKillUs) {
  Result<std::string> out = RunProgram({"true"}, std::string(1 << 20, 'x'), {});
  EXPECT_TRUE(out);
}

TEST_F(Program, OverrunsAndFloodsAreEndedWithTheirChildren) {
  Result<std::string> slow = RunProgram({"sh", "-c", "sleep 60 & wait"}, "", {.time = std::chrono::seconds(1)});
  ASSERT_FALSE(slow);
  EXPECT_THAT(slow.error().message, HasSubstr("longer than 1 s"));
  Result<std::string> flood = RunProgram({"yes"}, "", {.output_bytes_max = 1000});
  ASSERT_FALSE(flood);
  EXPECT_EQ(flood.error().code, ErrorCode::kLimit);
}

TEST_F(Program, UnknownOnesAreAnError) { EXPECT_FALSE(RunProgram({"no-such-program"}, "", {})); }

}  // namespace
}  // namespace yijian
