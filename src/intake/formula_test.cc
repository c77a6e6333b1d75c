#include "intake/formula.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace yijian::intake {
namespace {

using testing::HasSubstr;

// A piece of one row with the columns a, b, ...
Piece OneRow(const std::vector<std::string>& values) {
  Piece piece;
  piece.Reset(0, values.size());
  for (size_t i = 0; i < values.size(); i++) {
    piece.places[i * Piece::kStride] = {static_cast<uint32_t>(piece.text.size()),
                                        static_cast<uint32_t>(values[i].size())};
    piece.text.insert(piece.text.end(), values[i].begin(), values[i].end());
  }
  piece.rows = 1;
  return piece;
}

std::string Eval(const std::string& text, const std::vector<std::string>& values = {}) {
  lang::Diagnostics diagnostics;
  ColumnFinder find = [&](const std::string& name) -> std::optional<size_t> {
    size_t column = static_cast<size_t>(name[0] - 'a');
    if (name.size() == 1 && column < values.size()) return column;
    return std::nullopt;
  };
  NullTest is_null = [](std::string_view value) { return value == "NULL"; };
  FormulaPtr formula = CompileFormula(text, {"m.yaml", 1, 1}, ValueType::kNull, find, is_null, diagnostics);
  if (!formula) return diagnostics.Render();
  FormulaArena arena;
  Piece piece = OneRow(values);
  Value value = formula->Evaluate(piece, 0, arena);
  return value.is_null() ? "null" : std::string(TextOf(value, arena));
}

TEST(FormulaTest, EveryFunctionDoesWhatItsExampleSays) {
  for (const FunctionInfo& function : Functions()) {
    EXPECT_EQ(Eval(std::string(function.example)), function.gives) << function.name;
  }
}

TEST(FormulaTest, ColumnsAreTexts) {
  EXPECT_EQ(Eval("a", {" x "}), "x");
  EXPECT_EQ(Eval("a", {"NULL"}), "null");
  EXPECT_EQ(Eval("a", {""}), "null");
  EXPECT_EQ(Eval("a + '-' + b", {"x", "y"}), "x-y");
  EXPECT_EQ(Eval("number(a) * 1.5 - number(b) / 4", {"10", "2"}), "14.5");
  EXPECT_EQ(Eval("number(a)", {"12 yuan"}), "null");
}

TEST(FormulaTest, ThreeValued) {
  EXPECT_EQ(Eval("a != '0'", {""}), "null");
  EXPECT_EQ(Eval("a == 'x' && b == 'y'", {"", "z"}), "0");
  EXPECT_EQ(Eval("a == 'x' || b == 'y'", {"", "y"}), "1");
  EXPECT_EQ(Eval("!(a == 'x')", {""}), "null");
  EXPECT_EQ(Eval("number(a) / 0", {"1"}), "null");
  EXPECT_EQ(Eval("a in ['11', '21'] ? 'in' : 'out'", {"21"}), "in");
  EXPECT_EQ(Eval("a in ['11', '21'] ? 'in' : 'out'", {"12"}), "out");
}

TEST(FormulaTest, MistakesAreExplained) {
  EXPECT_THAT(Eval("a > 5", {"1"}), HasSubstr("write number(column)"));
  EXPECT_THAT(Eval("date(a) < b", {"1", "2"}), HasSubstr("write date(column)"));
  EXPECT_THAT(Eval("nosuch", {"1"}), HasSubstr("the file has no column 'nosuch'"));
  EXPECT_THAT(Eval("numbr(a)", {"1"}), HasSubstr("did you mean 'number'?"));
  EXPECT_THAT(Eval("number(a, a)", {"1"}), HasSubstr("takes 1 values, here are 2"));
  EXPECT_THAT(Eval("date(a, 'hello')", {"1"}), HasSubstr("needs a year"));
  EXPECT_THAT(Eval("a +", {"1"}), HasSubstr("E101"));
  EXPECT_THAT(Eval("a in b", {"1", "2"}), HasSubstr("needs a list"));
  EXPECT_THAT(Eval("a ? 1 : 2", {"1"}), HasSubstr("a text where a truth value is needed"));
}

}  // namespace
}  // namespace yijian::intake
