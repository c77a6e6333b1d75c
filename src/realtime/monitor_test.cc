#include "realtime/monitor.h"

#include <gtest/gtest.h>

namespace yijian::realtime {
namespace {

Glance AskedBy(const std::string& institution, std::vector<std::string> hits = {}) {
  Glance glance;
  glance.institution = institution;
  glance.hits = std::move(hits);
  return glance;
}

TEST(MonitorTest, StepsAreInOrderAndHoldWhatTheySay) {
  size_t before = 0;
  for (int64_t us : {0, 1, 7, 8, 9, 15, 16, 17, 100, 1000, 12'345, 1'000'000, 100'000'000}) {
    size_t step = Monitor::StepOf(us);
    EXPECT_GE(step, before);
    EXPECT_GE(Monitor::TopOf(step), us);
    EXPECT_LE(Monitor::TopOf(step), us + us / 8 + 1);
    before = step;
  }
}

TEST(MonitorTest, PercentilesOfAWindowAndNothingOlder) {
  Monitor monitor;
  monitor.Saw(AskedBy("H1"), "", 900'000, 10);  // a minute before
  for (int i = 0; i < 99; i++) monitor.Saw(AskedBy("H1", {"R1"}), "", 500, 100);
  monitor.Saw(AskedBy("H2"), "YJ1002", 40'000, 101);
  monitor.Refused("H2", 101);
  Monitor::Window window = monitor.Last(60, 102);
  EXPECT_EQ(window.requests, 100);
  EXPECT_EQ(window.errors, 1);
  EXPECT_EQ(window.refused, 1);
  EXPECT_EQ(window.hits, 99);
  EXPECT_NEAR(static_cast<double>(window.p50_us), 500, 63);
  EXPECT_EQ(window.max_us, 40'000);
  EXPECT_GT(window.p999_us, 30'000);
  EXPECT_EQ(monitor.Last(60, 102 + Monitor::kSeconds).requests, 0);
  EXPECT_EQ(monitor.Askers(101).at("H2").refused, 1);
  EXPECT_TRUE(monitor.Askers(101 + 3700).empty());
}

TEST(MonitorTest, CountsByWhatWasAskedAndByTheAdvice) {
  Monitor monitor;
  auto saw = [&](const char* infno, bool asked, Advice advice) {
    Glance glance = AskedBy("H1");
    glance.infno = infno;
    glance.asked = asked;
    glance.advice = advice;
    monitor.Saw(glance, "", 100, 50);
  };
  saw("3101", true, Advice::kWarn);
  saw("pre", true, Advice::kPass);
  saw("3102", true, Advice::kBlock);
  saw("feedback", false, Advice::kPass);
  saw("2204", false, Advice::kPass);
  Monitor::Window window = monitor.Last(60, 51);
  EXPECT_EQ(window.by_what, (std::array<int64_t, Monitor::kWhats>{2, 1, 1, 1}));
  EXPECT_EQ(window.advices[static_cast<size_t>(Advice::kPass)], 1);
  EXPECT_EQ(window.advices[static_cast<size_t>(Advice::kWarn)], 1);
  EXPECT_EQ(window.advices[static_cast<size_t>(Advice::kBlock)], 1);
}

TEST(MonitorTest, AWindowOfOneAndOfNone) {
  Monitor monitor;
  EXPECT_EQ(monitor.Last(60, 5).p99_us, 0);
  monitor.Saw(AskedBy("H1"), "", 777, 4);
  EXPECT_EQ(monitor.Last(60, 5).p50_us, 777);
}

TEST(MonitorTest, MadeUpNamesFillNoMemory) {
  Monitor monitor;
  for (int i = 0; i < 5000; i++) monitor.Saw(AskedBy("X" + std::to_string(i)), "", 1, 0);
  EXPECT_EQ(monitor.Askers(0).size(), Monitor::kNamesMax);
}

}  // namespace
}  // namespace yijian::realtime
