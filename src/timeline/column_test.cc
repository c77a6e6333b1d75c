#include "timeline/column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace yijian::timeline {
namespace {

using testing::ElementsAre;

// Rows 7, 8, 7 as indexes into 7, 8.
Column Indexed() {
  Column column;
  const std::vector<int64_t> values{7, 8};
  uint16_t base = column.AddValues(values).value();
  uint16_t* index = column.AppendIndexes(3);
  for (uint16_t at : {0, 1, 0}) *index++ = static_cast<uint16_t>(base + at);
  return column;
}

TEST(Column, IndexedRowsReadAsTheirValues) {
  Column column = Indexed();
  EXPECT_THAT(column.ToVector(), ElementsAre(7, 8, 7));
  EXPECT_EQ(column[1], 8);
}

TEST(Column, ASecondListFollowsTheFirst) {
  Column column = Indexed();
  const std::vector<int64_t> more{8, 9};
  uint16_t base = column.AddValues(more).value();
  column.AppendIndexes(1)[0] = static_cast<uint16_t>(base + 1);
  column.Fill(2, 9);
  column.Fill(1, 5);
  EXPECT_THAT(column.ToVector(), ElementsAre(7, 8, 7, 9, 9, 9, 5));
}

TEST(Column, MayBeginWithRowsThatAreAllAlike) {
  Column column;
  column.Fill(2, 6);
  ASSERT_TRUE(column.AddValues(std::vector<int64_t>{7}));
  column.AppendIndexes(1)[0] = 1;
  EXPECT_THAT(column.ToVector(), ElementsAre(6, 6, 7));
}

TEST(Column, PlainRowsMakeItPlain) {
  Column column = Indexed();
  column.push_back(-1);
  EXPECT_THAT(column.ToVector(), ElementsAre(7, 8, 7, -1));
  EXPECT_FALSE(column.AddValues(std::vector<int64_t>{1}));
  column.Fill(1, 4);
  EXPECT_EQ(column[4], 4);
}

TEST(Column, AListOfMoreThan16BitsIsRefused) {
  Column column = Indexed();
  EXPECT_FALSE(column.AddValues(std::vector<int64_t>(65535)));
  ASSERT_TRUE(column.AddValues(std::vector<int64_t>(65534, 3)));
  column.Fill(1, 3);  // the last of the list
  column.Fill(1, 4);  // finds no room in it
  EXPECT_THAT(column.ToVector(), ElementsAre(7, 8, 7, 3, 4));
}

TEST(Column, KeepClosesTheGaps) {
  const std::vector<Column::Span> spans{{0, 1}, {2, 1}};
  Column indexed = Indexed();
  uint16_t* index = indexed.AppendIndexes(3);
  index[0] = 1;
  index[1] = 1;
  index[2] = 0;
  indexed.Keep(3, spans);
  EXPECT_THAT(indexed.ToVector(), ElementsAre(7, 8, 7, 8, 7));
  Column plain;
  plain.Assign(std::vector<int64_t>{1, 2, 3, 4});
  plain.Keep(1, spans);
  EXPECT_THAT(plain.ToVector(), ElementsAre(1, 2, 4));
}

TEST(Column, ReorderMayRepeatAndDrop) {
  Column::Scratch scratch;
  const std::vector<uint32_t> order{1, 1, 0, 2};
  Column indexed = Indexed();
  indexed.Reorder(order, scratch);
  EXPECT_THAT(indexed.ToVector(), ElementsAre(8, 8, 7, 7));
  Column plain;
  plain.Assign(std::vector<int64_t>{1, 2, 3});
  plain.Reorder(order, scratch);
  EXPECT_THAT(plain.ToVector(), ElementsAre(2, 2, 1, 3));
}

TEST(Column, ClearForgetsTheList) {
  Column column = Indexed();
  column.clear();
  EXPECT_TRUE(column.empty());
  column.push_back(1);
  EXPECT_THAT(column.ToVector(), ElementsAre(1));
}

}  // namespace
}  // namespace yijian::timeline
