#include "document/press.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/program.h"

namespace yijian::document {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

constexpr const char* kNotice = R"({"title": "整改通知书", "no": "医保通〔2026〕7号", "bureau": "某市医疗保障局",
  "institution_name": "第一医院", "text": "请于期限内整改。", "day": "2026-11-25",
  "tables": [{"name": "明细", "head": [{"zh": "项目", "kind": "text"}, {"zh": "金额（元）", "kind": "money"}],
              "rows": [["血常规", 2450], ["=1+1", null]]}]})";

class PressTest : public testing::Test {
 protected:
  PressTest() { signal(SIGPIPE, SIG_IGN); }
  const Press press_ = std::move(*Press::Open(std::string(YIJIAN_SOURCE_DIR) + "/documents"));
};

// What a printed file says, by a program that did not write it.
std::string TextOfPdf(const std::string& pdf) { return *RunProgram({"pdftotext", "-layout", "-", "-"}, pdf, {}); }

TEST_F(PressTest, PdfHasChineseTypeAndPageNumbers) {
  Result<std::string> pdf = press_.Print("notice", kNotice, Format::kPdf);
  ASSERT_TRUE(pdf) << pdf.error().message;
  EXPECT_THAT(*pdf, StartsWith("%PDF-"));
  std::string text = TextOfPdf(*pdf);
  EXPECT_THAT(text, HasSubstr("整改通知书"));
  EXPECT_THAT(text, HasSubstr("2026年11月25日"));
  EXPECT_THAT(text, MatchesRegex("(.|\n)*共 *1 *页(.|\n)*"));
}

TEST_F(PressTest, DocxSaysTheSame) {
  Result<std::string> docx = press_.Print("notice", kNotice, Format::kDocx);
  ASSERT_TRUE(docx) << docx.error().message;
  std::string text = *RunProgram({"pandoc", "--from", "docx", "--to", "plain"}, *docx, {});
  EXPECT_THAT(text, HasSubstr("第一医院："));
  EXPECT_THAT(text, HasSubstr("24.50"));
  EXPECT_THAT(text, HasSubstr("请于期限内整改。"));
  EXPECT_THAT(text, Not(HasSubstr("font:")));  // style sheets are for pages
}

TEST_F(PressTest, XlsxHoldsTheTables) {
  Result<std::string> book = press_.Print("notice", kNotice, Format::kXlsx);
  ASSERT_TRUE(book) << book.error().message;
  EXPECT_THAT(*book, StartsWith("PK"));
  std::string sheet = *RunProgram(
      {"sh", "-c", "f=$(mktemp); cat >$f; unzip -p $f xl/worksheets/sheet1.xml xl/sharedStrings.xml; rm $f"}, *book,
      {});
  EXPECT_THAT(sheet, HasSubstr("<v>24.5</v>"));
  EXPECT_THAT(sheet, HasSubstr("=1+1"));      // as a text
  EXPECT_THAT(sheet, Not(HasSubstr("<f>")));  // never as a formula
  Result<std::string> none = press_.Print("notice", R"({"title": "无表"})", Format::kXlsx);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
}

TEST_F(PressTest, HostileTextsStayTexts) {
  std::string html = *press_.Print(
      "notice",
      R"({"title": "<script>alert(1)</script>", "text": "<img src=x onerror=alert(1)>", "institution_name": "{{title}}"})",
      Format::kHtml);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, HasSubstr("{{title}}"));  // data are not templates
}

TEST_F(PressTest, BadDataAndUnknownKindsAreTold) {
  EXPECT_EQ(press_.Print("notice", "[1]", Format::kHtml).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(press_.Print("notice", "{", Format::kHtml).error().code, ErrorCode::kInvalidInput);
  std::string deep = R"({"a":)" + std::string(100, '[') + std::string(100, ']') + "}";
  EXPECT_EQ(press_.Print("notice", deep, Format::kHtml).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(press_.Print("ransom", "{}", Format::kHtml).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(FormatOf("exe").error().code, ErrorCode::kInvalidInput);
  EXPECT_FALSE(Press::Open("/nowhere"));
}

TEST_F(PressTest, EveryKindOfTheInterfaceHasItsTemplate) {
  for (const char* kind : {"review_opinion", "reminder", "notice", "decision", "monthly_table", "quarterly_bulletin",
                           "interview_notice", "transfer_letter"}) {
    EXPECT_TRUE(press_.Knows(kind)) << kind;
  }
}

TEST_F(PressTest, ThousandsOfLinesFlowOverPagesWithTheirHead) {
  std::string rows;
  for (int i = 0; i < 400; i++) rows += std::string(i ? "," : "") + R"(["第)" + std::to_string(i) + R"(行", 100])";
  std::string data =
      R"({"title": "明细", "tables": [{"name": "明细", "head": [{"zh": "项目"}, {"zh": "金额", "kind": "money"}], "rows": [)" +
      rows + "]}]}";
  std::string text = TextOfPdf(*press_.Print("review_opinion", data, Format::kPdf));
  EXPECT_THAT(text, HasSubstr("第399行"));
}

}  // namespace
}  // namespace yijian::document
