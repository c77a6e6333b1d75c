#include "intake/staging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "lake/testing.h"

namespace yijian::intake {
namespace {

using lake::Must;
using testing::ElementsAre;

// Buffers become blocks, blocks become columns again.
class StagingTest : public testing::Test {
 protected:
  StageBuffer Buffer(size_t slots) const {
    StageBuffer buffer;
    buffer.slots.resize(slots);
    return buffer;
  }
  void Write(StageBuffer& buffer) { blocks_.push_back(Must(writer_.Write(buffer))); }
  StagedRows Read() { return StagedRows(blocks_); }

  lake::TempDir dir_;
  StageWriter writer_ = Must(StageWriter::Create(dir_ / "rows"));
  std::vector<StageBlock> blocks_;
};

TEST_F(StagingTest, NumbersOfEveryWidthComeBack) {
  std::mt19937_64 random(5);
  for (int64_t range :
       std::vector<int64_t>{0, 1, 253, 254, 255, 65'533, 65'534, 4'294'967'294, 4'294'967'295, INT64_MAX}) {
    for (int64_t base : {INT64_C(0), INT64_C(-70'000), INT64_C(4'600'000'000'000'000'000), kNullValue + 1}) {
      for (bool nulls : {false, true}) {
        int64_t top = base > 0 && range > INT64_MAX - base ? INT64_MAX : base + range;
        StageBuffer buffer = Buffer(1);
        std::vector<int64_t> values{base, top};
        for (int i = 0; i < 50; i++) {
          auto part = static_cast<int64_t>(random() % (static_cast<uint64_t>(top) - static_cast<uint64_t>(base) + 1));
          values.push_back(base + part);
          if (nulls && i % 3 == 0) values.push_back(kNullValue);
        }
        buffer.Ints(0) = values;
        buffer.rows = values.size();
        blocks_.clear();
        Write(buffer);
        EXPECT_EQ(Must(Read().Ints(0)), values) << range << " from " << base;
      }
    }
  }
}

TEST_F(StagingTest, ANumberOfAllBitsIsStillNoNull) {
  StageBuffer buffer = Buffer(1);
  std::vector<int64_t> values{INT64_MAX, kNullValue + 1, -1, 0, kNullValue};
  buffer.Ints(0) = values;
  buffer.rows = values.size();
  Write(buffer);
  EXPECT_EQ(Must(Read().Ints(0)), values);
}

TEST_F(StagingTest, ASlotMayLagBehindAndCatchUp) {
  StageBuffer buffer = Buffer(4);
  buffer.Ints(0) = {1, 2};
  buffer.rows = 2;
  buffer.Ints(0).push_back(3);
  buffer.Ints(1).push_back(30);  // the first two rows lack it
  buffer.Codes(2).push_back(7);
  StageColumn& texts = buffer.Texts(3);
  texts.sizes.push_back(2);
  texts.bytes += "ab";
  buffer.rows = 3;
  buffer.Ints(0).push_back(4);
  buffer.rows = 4;  // the others lag again
  Write(buffer);

  StagedRows rows = Read();
  std::string bytes;
  EXPECT_THAT(Must(rows.Ints(0)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Must(rows.Ints(1)), ElementsAre(kNullValue, kNullValue, 30, kNullValue));
  EXPECT_THAT(Must(rows.Codes(2)), ElementsAre(kNullCode, kNullCode, 7, kNullCode));
  EXPECT_THAT(Must(rows.Texts(3, {}, bytes)), ElementsAre("", "", "ab", ""));
}

TEST_F(StagingTest, ABlockOfNullsIsAbsent) {
  StageBuffer buffer = Buffer(3);
  buffer.Ints(0) = {kNullValue, kNullValue};
  buffer.Codes(1) = {kNullCode, kNullCode};
  buffer.Texts(2).sizes = {kNullSize, kNullSize};
  buffer.rows = 2;
  Write(buffer);
  for (size_t slot = 0; slot < 3; slot++) EXPECT_FALSE(Read().Has(slot));
  EXPECT_FALSE(Read().HasTexts(2));
  EXPECT_EQ(writer_.bytes(), 0);
}

TEST_F(StagingTest, TextsComeBackFromBlocksOfCodesAndOfTexts) {
  StageBuffer buffer = Buffer(1);
  buffer.Codes(0) = {1, kNullCode, 0};
  buffer.rows = 3;
  Write(buffer);
  StageColumn& texts = buffer.Texts(0);
  texts.sizes = {3, kNullSize, 0};
  texts.bytes = "xyz";
  buffer.rows = 3;
  Write(buffer);
  EXPECT_TRUE(Read().HasTexts(0));
  std::string bytes;
  const std::vector<std::string_view> names{"zero", "one"};
  std::vector<std::string_view> read = Must(Read().Texts(0, names, bytes));
  EXPECT_THAT(read, ElementsAre("one", "", "zero", "xyz", "", ""));
  EXPECT_EQ(read[1].data(), nullptr);
  EXPECT_EQ(read[4].data(), nullptr);
  EXPECT_NE(read[5].data(), nullptr);  // an empty text is not NULL
}

TEST_F(StagingTest, TheFileGoesWithTheLastBlock) {
  lake::TempDir dir;
  std::string path = dir / "rows";
  {
    StageBlock block;
    {
      StageWriter writer = Must(StageWriter::Create(path));
      StageBuffer buffer = Buffer(1);
      buffer.Ints(0) = {1, 2, 3};
      buffer.rows = 3;
      block = Must(writer.Write(buffer));
    }
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace yijian::intake
