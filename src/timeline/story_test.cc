#include "timeline/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/date.h"
#include "base/decimal.h"

namespace yijian::timeline {
namespace {

int64_t Get(const Story& story, std::string_view name, std::string_view field) {
  StoryRow row = story.names.find(name)->second;
  return story.bucket.table(row.kind).At(OrdinalOf(*FindField(row.kind, field)), row.row);
}

Story Read(std::string_view text, CodeBook& codes) {
  Result<Story> story = ParseStory(text, codes);
  EXPECT_TRUE(story.has_value()) << (story ? "" : story.error().message);
  return story ? std::move(*story) : Story();
}

std::string ErrorOf(std::string_view text) {
  CodeBook codes;
  Result<Story> story = ParseStory(text, codes);
  return story ? "no error" : story.error().message;
}

TEST(Story, ReadsValuesOfEveryType) {
  CodeBook codes;
  Story story = Read(R"(
    # a comment
    person P1 birth=2011-03-06 sex=1
    2025-03-05 08:00 stay V1 institution='H 1' until=2025-03-09T10:00 total=100 referred_from=V0
    2025-03-05 diagnosis D1 code=N18 main=true
    2025-03-05 09:10:30 line L1 item=A qty=3 price=1.333333 uploaded=2025-03-06   # the rest is comment
    2025-03-05 09:10 operation O1 code=39.95 until=2025-03-05T10:00
    2025-03-09 10:00 settlement S1 fund=80)",
                     codes);
  EXPECT_EQ(Get(story, "P1", "birth"), *ParseDate("2011-03-06"));
  EXPECT_EQ(codes.Text(Get(story, "P1", "sex")), "1");
  EXPECT_EQ(Get(story, "P1", "key"), IdOf("P1"));
  EXPECT_EQ(Get(story, "P1", "death"), kNull);
  EXPECT_EQ(Get(story, "V1", "stay"), 1);
  EXPECT_EQ(codes.Text(Get(story, "V1", "institution")), "H 1");
  EXPECT_EQ(Get(story, "V1", "begin"), *ParseTime("2025-03-05 08:00"));
  EXPECT_EQ(Get(story, "V1", "end"), *ParseTime("2025-03-09 10:00"));
  EXPECT_EQ(Get(story, "V1", "total"), 100 * kMicro);
  EXPECT_EQ(Get(story, "V1", "key"), IdOf("V1"));
  EXPECT_EQ(Get(story, "V1", "referred_from"), IdOf("V0"));
  EXPECT_EQ(Get(story, "D1", "main"), 1);
  EXPECT_EQ(Get(story, "L1", "time"), *ParseTime("2025-03-05 09:10:30"));
  EXPECT_EQ(Get(story, "L1", "uploaded"), *ParseTime("2025-03-06"));
  EXPECT_EQ(Get(story, "L1", "person_key"), IdOf("P1"));
  EXPECT_EQ(Get(story, "O1", "end"), *ParseTime("2025-03-05 10:00"));
  EXPECT_EQ(Get(story, "S1", "key"), IdOf("S1"));
  EXPECT_EQ(story.bucket.person_no, std::vector<std::string>{"P1"});
  EXPECT_EQ(story.bucket.visit_no, std::vector<std::string>{"V1"});
}

TEST(Story, AmountAndScopeHaveDefaultsThatAQuestionMarkTakesAway) {
  CodeBook codes;
  Story story = Read(R"(
    2025-03-05 line L1 qty=3 price=1.335
    2025-03-05 line L2 qty=3 price=2 scope=4
    2025-03-05 line L3 qty=3 amount=5
    2025-03-05 line L4 qty=3
    2025-03-05 line L5 qty=3 price=2 amount=? full_self=?)",
                     codes);
  EXPECT_EQ(Get(story, "L1", "amount"), *ParseMicro("4.01"));  // to the fen
  EXPECT_EQ(Get(story, "L1", "scope"), *ParseMicro("4.01"));
  EXPECT_EQ(Get(story, "L1", "full_self"), 0);
  EXPECT_EQ(Get(story, "L2", "amount"), 6 * kMicro);
  EXPECT_EQ(Get(story, "L2", "scope"), 4 * kMicro);
  EXPECT_EQ(Get(story, "L3", "scope"), 5 * kMicro);
  EXPECT_EQ(Get(story, "L4", "amount"), kNull);
  EXPECT_EQ(Get(story, "L4", "scope"), kNull);
  EXPECT_EQ(Get(story, "L5", "amount"), kNull);
  EXPECT_EQ(Get(story, "L5", "full_self"), kNull);
}

TEST(Story, RowsAreSortedAndLinkedAsABucketDemands) {
  CodeBook codes;
  Story story = Read(R"(
    person P1
    2025-03-07 visit V2
    2025-03-07 diagnosis D3 code=A
    2025-03-07 09:00 line L3
    2025-03-05 visit V1
    diagnosis D1 code=B
    diagnosis D2 code=C visit=V2
    2025-03-05 09:00 line L2
    2025-03-05 08:00 line L1 visit=?
    person P2
    2025-03-01 line L4
    2025-03-02 visit V3
    2025-03-02 operation O1 code=X)",
                     codes);
  const Bucket& bucket = story.bucket;
  auto row = [&](std::string_view name) { return story.names.find(name)->second.row; };
  EXPECT_EQ(row("V1"), 0u);
  EXPECT_EQ(row("V2"), 1u);
  EXPECT_EQ(row("V3"), 2u);
  EXPECT_EQ(row("L1"), 0u);
  EXPECT_EQ(row("L2"), 1u);
  EXPECT_EQ(row("L3"), 2u);
  EXPECT_EQ(row("L4"), 3u);
  const Table& lines = bucket.table(Kind::kLine);
  EXPECT_EQ(lines.visit, (std::vector<uint32_t>{kNoRow, 0, 1, kNoRow}));
  EXPECT_EQ(lines.person, (std::vector<uint32_t>{0, 0, 0, 1}));
  EXPECT_EQ(lines.person_first, (std::vector<uint32_t>{0, 3, 4}));
  EXPECT_EQ(lines.row_id, (std::vector<int64_t>{8, 7, 3, 9}));  // as written, persons not counted
  EXPECT_EQ(bucket.visit_no, (std::vector<std::string>{"V1", "V2", "V3"}));
  EXPECT_EQ(bucket.visit_diagnosis_first, (std::vector<uint32_t>{0, 1, 3, 3}));
  EXPECT_EQ(bucket.visit_operation_first, (std::vector<uint32_t>{0, 0, 0, 1}));
  EXPECT_EQ(row("D3"), 1u);
  EXPECT_EQ(row("D2"), 2u);
  for (const KindInfo& info : Kinds()) {
    const Table& table = bucket.table(info.kind);
    EXPECT_EQ(table.columns.size(), Fields(info.kind).size());
    for (const Column& column : table.columns) EXPECT_EQ(column.size(), table.rows);
    EXPECT_EQ(table.person_first.size(), bucket.persons() + 1);
  }
}

TEST(Story, SubjectsOtherThanPersons) {
  CodeBook codes;
  Story story = Read(R"(
    person P1
    2025-03-05 08:00 trace T1 code=81x item=A event=sale
    2025-03-05 09:00 trace T2 code=82x
    2025-03-09 10:00 line L1 exec_doctor=D2
    person P2
    2025-03-04 08:00 trace T3 code=81x
    2025-03-09 09:00 line L2 exec_doctor=D1
    2025-03-09 08:00 line L3 exec_doctor=D2
    2025-03-09 11:00 line L4)",
                     codes);
  Bucket by_doctor = Regroup(story.bucket, Kind::kLine, OrdinalOf(*FindField(Kind::kLine, "exec_doctor")));
  EXPECT_EQ(by_doctor.person_no, (std::vector<std::string>{"D1", "D2"}));
  EXPECT_EQ(by_doctor.table(Kind::kLine).row_id, (std::vector<int64_t>{5, 6, 3}));
  EXPECT_EQ(by_doctor.table(Kind::kLine).person_first, (std::vector<uint32_t>{0, 1, 3}));
  EXPECT_EQ(by_doctor.table(Kind::kLine).visit, (std::vector<uint32_t>{kNoRow, kNoRow, kNoRow}));
  EXPECT_EQ(by_doctor.table(Kind::kTrace).rows, 0u);
  Bucket by_code = Regroup(story.bucket, Kind::kTrace, OrdinalOf(*FindField(Kind::kTrace, "code")));
  EXPECT_EQ(by_code.persons(), 2u);
  EXPECT_EQ(by_code.table(Kind::kTrace).rows, 3u);
}

TEST(Story, SaysWhereAndWhatWasExpected) {
  EXPECT_EQ(ErrorOf("hello"), "line 1: expected 'person' or a date YYYY-MM-DD, found 'hello'");
  EXPECT_EQ(ErrorOf("\n2025-02-30 line L1"), "line 2: expected 'person' or a date YYYY-MM-DD, found '2025-02-30'");
  EXPECT_EQ(ErrorOf("2025-02-03 25:00 line L1"), "line 1: expected a time HH:MM or HH:MM:SS, found '25:00'");
  EXPECT_EQ(ErrorOf("2025-02-03 lime L1"), "line 1: expected a kind of event, found 'lime'");
  EXPECT_THAT(ErrorOf("2025-02-03"), testing::HasSubstr("expected a kind of event after the time"));
  EXPECT_EQ(ErrorOf("line L1"), "line 1: expected a date before 'line'");
  EXPECT_EQ(ErrorOf("2025-02-03 line L1 colour=red"), "line 1: a line has no field 'colour'");
  EXPECT_EQ(ErrorOf("2025-02-03 line L1 qty=many"), "line 1: qty: expected a number such as 2.5, found 'many'");
  EXPECT_EQ(ErrorOf("2025-02-03 line L1 qty"), "line 1: expected key=value, found 'qty'");
  EXPECT_EQ(ErrorOf("2025-02-03 line L1 qty=1 qty=2"), "line 1: 'qty' is given twice");
  EXPECT_EQ(ErrorOf("2025-02-03 line L1 item='a"), "line 1: a quote in this line is not closed");
  EXPECT_EQ(ErrorOf("2025-02-03 line L1 item="), "line 1: item: expected a code, found ''");
  EXPECT_EQ(ErrorOf("2025-02-03 line L1\n2025-02-03 visit L1"), "line 2: the name 'L1' is taken by a line above");
  EXPECT_EQ(ErrorOf("2025-02-03 line L1 visit=V9"), "line 1: no visit 'V9' of this person above");
  EXPECT_EQ(ErrorOf("2025-02-03 diagnosis D1 code=A"),
            "line 1: a diagnosis belongs to a visit: write the visit before it, or visit=NAME");
  EXPECT_EQ(ErrorOf("person birth=yesterday"), "line 1: birth: expected a date YYYY-MM-DD, found 'yesterday'");
}

TEST(Story, TellsAllMistakesWithTheWordsItKnows) {
  CodeBook codes;
  StoryParser parser(codes);
  parser.Add("2025-02-03 lime L1", 7);
  parser.Add("2025-02-03 line L2 qtty=1 prise=2", 8);
  ASSERT_EQ(parser.errors().size(), 3u);
  EXPECT_EQ(parser.errors()[0].line, 7);
  EXPECT_EQ(parser.errors()[0].column, 12);
  EXPECT_EQ(parser.errors()[0].word, "lime");
  EXPECT_EQ(parser.errors()[1].word, "qtty");
  EXPECT_EQ(parser.errors()[2].word, "prise");
  EXPECT_THAT(parser.errors()[2].known, testing::Contains("price"));
  EXPECT_EQ(parser.Finish().bucket.table(Kind::kLine).rows, 0u);
}

}  // namespace
}  // namespace yijian::timeline
