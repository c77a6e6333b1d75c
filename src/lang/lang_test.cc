#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "lang/check.h"
#include "lang/diagnostics.h"
#include "lang/expression.h"

namespace yijian::lang {
namespace {

using testing::HasSubstr;
using timeline::Kind;

// --- parsing ---

std::string Printed(const std::string& text) {
  Diagnostics diagnostics;
  NodePtr tree = Parse(text, {"x", 1, 1}, diagnostics);
  return tree ? Print(*tree) : diagnostics.Render();
}

TEST(Parse, OperatorsBindAsInCel) {
  EXPECT_EQ(Printed("a || b && c"), "(a || (b && c))");
  EXPECT_EQ(Printed("a && b == c + d * e"), "(a && (b == (c + (d * e))))");
  EXPECT_EQ(Printed("a - b - c"), "((a - b) - c)");
  EXPECT_EQ(Printed("a / b / c"), "((a / b) / c)");
  EXPECT_EQ(Printed("!a && !(b || c)"), "((!a) && (!(b || c)))");
  EXPECT_EQ(Printed("-a.b * 2"), "((-a.b) * 2)");
  EXPECT_EQ(Printed("a ? b : c ? d : e"), "(a ? b : (c ? d : e))");
  EXPECT_EQ(Printed("a in [b, 'c'] && d"), "((a in [b, 'c']) && d)");
}

TEST(Parse, CallsMembersAndLookups) {
  EXPECT_EQ(Printed("visit.diagnoses.exists(d, d.code.startsWith('N18'))"),
            "visit.diagnoses.exists(d, d.code.startsWith('N18'))");
  EXPECT_EQ(Printed("count()"), "count()");
  EXPECT_EQ(Printed("table[a.item, b.item]"), "table[a.item, b.item]");
  EXPECT_EQ(Printed("`any name`.x"), "`any name`.x");
  EXPECT_EQ(Printed("[]"), "[]");
}

TEST(Parse, Literals) {
  EXPECT_EQ(Printed("12.50"), "12.5");
  EXPECT_EQ(Printed("\"it's\""), "'it\\'s'");
  EXPECT_EQ(Printed("'a\\n\\t\\\\b'"), "'a\\n\\t\\\\b'");
  EXPECT_EQ(Printed("true"), "true");
  EXPECT_EQ(Printed("null"), "null");
  EXPECT_EQ(Printed("'男'"), "'男'");
}

TEST(Parse, PrintedTextReadsAsTheSameTree) {
  for (const char* text : {"a || b && c == -d.e(f, 'g') ? [h] : i[j]", "!(!a)", "((a))", "- - 3", "a.b.c(1).d",
                           "x in y", "'\\'' == \"\\\"\"", "`in` + `a b`", "`true`.`a b`.`null`(1) in `x y`(2)"}) {
    std::string once = Printed(text);
    EXPECT_EQ(Printed(once), once) << text;
  }
  for (const FunctionInfo& function : Functions()) {
    std::string once = Printed(std::string(function.example));
    EXPECT_EQ(Printed(once), once);
  }
}

TEST(Parse, MistakesSayWhereAndWhat) {
  EXPECT_EQ(Printed("a &&"), "x:1:5: E101 the expression ends where a value is expected\n");
  EXPECT_EQ(Printed("(a"), "x:1:3: E101 expected ')' before the end\n");
  EXPECT_EQ(Printed("a b"), "x:1:3: E101 'b' is left over after the expression\n");
  EXPECT_EQ(Printed("a . 1"), "x:1:5: E101 expected a name after '.'\n");
  EXPECT_EQ(Printed("a[]"), "x:1:4: E101 expected a key between '[' and ']'\n");
  EXPECT_EQ(Printed("'男' == 'b"), "x:1:8: E111 the text that begins here has no closing quote\n");
  EXPECT_EQ(Printed("`b"), "x:1:1: E111 the name that begins here has no closing back-quote\n");
  EXPECT_EQ(Printed("a\n  & b"), "x:2:3: E111 '&' has no meaning here\n");
  EXPECT_EQ(Printed("1.23456789"), "x:1:1: E111 the number 1.23456789 has more than six decimals or is too large\n");
  EXPECT_EQ(Printed("in [a]"), "x:1:4: E101 'in' needs a value on its left\n");
  EXPECT_EQ(Printed(""), "x:1:1: E101 the expression ends where a value is expected\n");
}

TEST(Parse, DepthAndLengthHaveLimits) {
  EXPECT_THAT(Printed(std::string(1000, '(') + "a"), HasSubstr("E102"));
  EXPECT_THAT(Printed(std::string(1000, '!') + "a"), HasSubstr("E102"));
  EXPECT_THAT(Printed(std::string(1000, '[') + "a"), HasSubstr("E102"));
  EXPECT_THAT(Printed(std::string(kTextMax + 1, 'a')), HasSubstr("E102"));
  std::string chain = "a";
  for (int i = 0; i < 500; i++) chain += " && a";
  EXPECT_THAT(Printed(chain), HasSubstr("E102"));
  std::string members = "a";
  for (int i = 0; i < 500; i++) members += ".b";
  EXPECT_THAT(Printed(members), HasSubstr("E102"));
  std::string ternaries;
  for (int i = 0; i < 500; i++) ternaries += "a ? b : ";
  EXPECT_THAT(Printed(ternaries + "c"), HasSubstr("E102"));
}

TEST(Parse, PlacesCountCharactersFromTheStartOfTheText) {
  Place start{"f", 7, 3};
  EXPECT_EQ(PlaceOf(start, "abc", 2).column, 5);
  EXPECT_EQ(PlaceOf(start, "男a", 3).column, 4);
  EXPECT_EQ(PlaceOf(start, "a\nb", 2).line, 8);
  EXPECT_EQ(PlaceOf(start, "a\nb", 2).column, 1);
}

// --- checking ---

// A line rule with a knowledge row k, all aggregates, parameters of every type.
struct Sample {
  std::map<std::string, TableSchema> tables;
  std::map<std::string, Param> params;
  Scope scope;

  Sample() {
    tables["drug_age"] = {"drug_age",
                          1,
                          {{"limit", Type::kCode},
                           {"age", Type::kNumber},
                           {"price", Type::kMoney},
                           {"gap", Type::kDuration},
                           {"on", Type::kBool},
                           {"since", Type::kDate}}};
    tables["service_pair"] = {"service_pair", 2, {{"window", Type::kCode}}};
    params["age"] = {Type::kNumber, {{0, 14 * kMicro, {}}}};
    params["gap"] = {Type::kDuration, {{0, 15 * kSecondsPerDay, {}}}};
    params["sex"] = {Type::kCode, {{0, 0, "1"}}};
    scope.rows = {{"line", Kind::kLine, 0}};
    scope.bindings = {{"k", &tables.at("drug_age")}};
    scope.tables = &tables;
    scope.params = &params;
  }
};

ExprPtr CheckIn(const Scope& scope, const std::string& text, Type want, std::string& mistakes) {
  Diagnostics diagnostics;
  ExprPtr expr = Check(text, {"x", 1, 1}, want, scope, diagnostics);
  EXPECT_EQ(expr == nullptr, !diagnostics.ok()) << text;
  mistakes = diagnostics.Render();
  return expr;
}

// The type of an expression, or its mistakes.
std::string TypeIn(const Scope& scope, const std::string& text, Type want = Type::kAny) {
  std::string mistakes;
  ExprPtr expr = CheckIn(scope, text, want, mistakes);
  return expr ? TypeName(expr->type) : mistakes;
}

std::string TypeOfText(const std::string& text, Type want = Type::kAny) {
  Sample sample;
  sample.scope.aggregates = true;
  return TypeIn(sample.scope, text, want);
}

std::string DumpOf(const std::string& text) {
  Sample sample;
  std::string mistakes;
  ExprPtr expr = CheckIn(sample.scope, text, Type::kAny, mistakes);
  return expr ? Dump(*expr) : mistakes;
}

TEST(Check, TypesOfValues) {
  constexpr std::array<std::pair<const char*, const char*>, 18> kTypes{{{"true", "bool"},
                                                                        {"12.5", "number"},
                                                                        {"'a'", "text"},
                                                                        {"line.qty", "number"},
                                                                        {"line.scope", "money"},
                                                                        {"line.time", "time"},
                                                                        {"line.item", "text"},
                                                                        {"line.settlement", "id"},
                                                                        {"person.birth", "date"},
                                                                        {"line.visit.person.sex", "text"},
                                                                        {"visit.stay", "bool"},
                                                                        {"visit.no", "display text"},
                                                                        {"k.limit", "text"},
                                                                        {"k.gap", "duration"},
                                                                        {"k.since", "date"},
                                                                        {"param.age", "number"},
                                                                        {"param.gap", "duration"},
                                                                        {"param.sex", "text"}}};
  for (const auto& [text, type] : kTypes) EXPECT_EQ(TypeOfText(text), type) << text;
}

TEST(Check, ArithmeticKeepsUnits) {
  constexpr std::array<std::pair<const char*, const char*>, 17> kTypes{
      {{"line.scope + line.amount", "money"},
       {"(visit.end - visit.begin) / days(1)", "number"},
       {"line.scope + 1.5", "money"},
       {"1.5 + line.scope", "money"},
       {"line.scope + param.age", "money"},
       {"line.scope * line.qty", "money"},
       {"line.qty * line.scope", "money"},
       {"line.scope / line.amount", "number"},
       {"line.scope / line.qty", "money"},
       {"line.time - visit.begin", "duration"},
       {"line.time + days(1)", "time"},
       {"days(1) + line.time", "time"},
       {"line.time - person.birth", "duration"},
       {"person.birth + days(1)", "time"},
       {"days(1) + hours(2)", "duration"},
       {"days(2) * line.qty", "duration"},
       {"-line.scope", "money"}}};
  for (const auto& [text, type] : kTypes) EXPECT_EQ(TypeOfText(text), type) << text;
  for (const char* text : {"line.scope + line.qty", "line.scope * line.amount", "line.time + line.time",
                           "line.time + 3", "line.qty / line.scope", "'a' + 'b'", "line.time * 2", "days(1) / 2",
                           "-line.item", "true + 1", "days(1) - line.time"}) {
    EXPECT_THAT(TypeOfText(text), HasSubstr("E106")) << text;
  }
}

TEST(Check, ComparisonsNeedOneTypeAndAnOrder) {
  for (const char* text :
       {"line.scope > 100", "100 < line.scope", "line.qty == 2", "line.time < visit.end", "line.item == 'A'",
        "line.settlement == line.prescription", "person.birth < '2020-01-01'", "line.time >= '2020-01-01 08:00'",
        "person.birth < line.time", "k.gap < days(3)", "k.on == true", "line.scope > param.age", "visit.stay != false",
        "line.item in ['A', 'B']", "line.item in drug_age", "!(line.qty > 1)"}) {
    EXPECT_EQ(TypeOfText(text), "bool") << text;
  }
  for (const char* text : {"line.scope > line.qty", "line.item < 'B'", "line.item == 3", "visit.no == 'V1'",
                           "line.time > 'noon'", "k.gap < 3", "visit.stay > false",
                           "line.settlement < line.prescription", "line.qty in ['A']", "line.item in [1]",
                           "line.item in 'A'", "line.qty && true", "!line.qty", "line.qty ? 1 : 2", "true ? 1 : 'a'"}) {
    EXPECT_THAT(TypeOfText(text), HasSubstr("E106")) << text;
  }
}

TEST(Check, FunctionsOfTheTable) {
  // Every function's own example has its meaning in a scope that fits it.
  Sample sample;
  sample.scope.aggregates = true;
  Scope pair = sample.scope;
  pair.rows = {{"a", Kind::kVisit, 0}, {"b", Kind::kVisit, 1}};
  Scope lines = sample.scope;
  lines.rows = {{"a", Kind::kLine, 0}, {"b", Kind::kLine, 1}};
  for (const FunctionInfo& function : Functions()) {
    std::string text(function.example);
    bool fits = false;
    for (const Scope* scope : {&sample.scope, &pair, &lines}) {
      Diagnostics diagnostics;
      fits = fits || Check(text, {"x", 1, 1}, Type::kAny, *scope, diagnostics) != nullptr;
    }
    EXPECT_TRUE(fits) << function.name << ": " << text;
    EXPECT_FALSE(function.zh.empty()) << function.name;
  }
}

TEST(Check, FunctionsGiveTheirTypes) {
  constexpr std::array<std::pair<const char*, const char*>, 19> kTypes{
      {{"age(person.birth, line.time)", "number"},
       {"day(line.time)", "date"},
       {"hour_of(line.time)", "number"},
       {"days(line.qty)", "duration"},
       {"days_between(visit.begin, visit.end)", "number"},
       {"stay_days(visit)", "number"},
       {"min(line.scope, 3)", "money"},
       {"max(line.time, visit.begin)", "time"},
       {"abs(days(-1))", "duration"},
       {"round(line.scope)", "money"},
       {"known(line.doctor)", "bool"},
       {"visit.end.or('2020-01-01')", "time"},
       {"line.scope.or(0)", "money"},
       {"line.item.prefix(3)", "text"},
       {"doses_per_day(line.frequency)", "number"},
       {"count()", "number"},
       {"sum(line.scope)", "money"},
       {"distinct(line.item)", "number"},
       {"visit.diagnoses.countIf(d, d.main)", "number"}}};
  for (const auto& [text, type] : kTypes) EXPECT_EQ(TypeOfText(text), type) << text;
  for (const char* text : {"age(person.birth)", "day(line.qty)", "days('a')", "stay_days(line)", "min(line.qty, 'a')",
                           "known()", "abs(line.item)", "line.item.startsWith(line.item)", "line.item.prefix('a')",
                           "sum(line.item)", "sum(line.qty, 1)", "count(line.qty)", "visit.diagnoses.exists(d)",
                           "hour_of(person.birth)", "doses_per_day(3)"}) {
    EXPECT_THAT(TypeOfText(text), HasSubstr("E107")) << text;
  }
}

TEST(Check, ConstantsAreFoldedAndPathsResolved) {
  EXPECT_EQ(DumpOf("days(1.5)"), "const:duration 129600");
  EXPECT_EQ(DumpOf("-3"), "const:number -3000000");
  EXPECT_EQ(DumpOf("line.scope > 100"), "gt:bool(field:money $0.scope, const:money 100000000)");
  EXPECT_EQ(DumpOf("visit.begin"), "field:time $0.visit.begin");
  EXPECT_EQ(DumpOf("line.visit.person.sex"), "field:text $0.person.sex");
  EXPECT_EQ(DumpOf("person.birth < line.time"),
            "lt:bool(date_to_time:time(field:date $0.person.birth), field:time $0.time)");
  EXPECT_EQ(DumpOf("line.item in drug_age"), "in_table:bool drug_age(field:text $0.item)");
  EXPECT_EQ(DumpOf("visit.diagnoses.exists(d, d.code == line.item)"),
            "exists:bool(eq:bool(field:text $2.code, field:text $0.item))");
  EXPECT_EQ(DumpOf("k.age + param.age"), "add:number(knowledge:number k0.1, param:number age)");
}

TEST(Check, WantedTypes) {
  EXPECT_EQ(TypeOfText("line.scope", Type::kMoney), "money");
  EXPECT_EQ(TypeOfText("12", Type::kMoney), "money");
  EXPECT_THAT(TypeOfText("line.qty > 1", Type::kMoney), HasSubstr("E106 expected money, this is bool"));
  EXPECT_THAT(TypeOfText("line.qty", Type::kBool), HasSubstr("E106 expected bool, this is number"));
}

TEST(Check, NamesDependOnTheScope) {
  Sample sample;
  EXPECT_THAT(TypeIn(sample.scope, "sum(line.qty) > 1"), HasSubstr("E108"));
  EXPECT_THAT(TypeIn(sample.scope, "units"), HasSubstr("E108"));
  sample.scope.units = true;
  EXPECT_EQ(TypeIn(sample.scope, "units"), "number");
  sample.scope.aggregates = true;
  EXPECT_THAT(TypeIn(sample.scope, "sum(sum(line.qty))"), HasSubstr("E108"));

  Scope nobody = sample.scope;
  nobody.person = false;
  EXPECT_THAT(TypeIn(nobody, "person.birth"), HasSubstr("E108 'person' is not known here"));
  EXPECT_THAT(TypeIn(nobody, "visit.begin"), HasSubstr("E108 'visit' is not known here"));

  Scope pair = sample.scope;
  pair.rows = {{"a", Kind::kLine, 0}, {"b", Kind::kVisit, 1}};
  EXPECT_EQ(TypeIn(pair, "a.visit.begin < b.begin"), "bool");
  EXPECT_EQ(TypeIn(pair, "person.sex == a.person.sex"), "bool");
  EXPECT_THAT(TypeIn(pair, "visit.begin"), HasSubstr("E103 there are two visits here; write a.visit or b.visit"));
  EXPECT_THAT(TypeIn(pair, "line.qty"), HasSubstr("E103 no 'line' here"));

  Scope side = sample.scope;  // a side of a pair goes by two names
  side.rows = {{"a", Kind::kLine, 0}, {"line", Kind::kLine, 0}};
  EXPECT_EQ(TypeIn(side, "visit.begin < a.time && line.qty > 1 && person.sex == '1'"), "bool");
}

TEST(Check, ListsNestOnlySoDeep) {
  std::string text = "d0.main";
  for (int i = 0; i < 5; i++) text.insert(0, "visit.diagnoses.exists(d" + std::to_string(i) + ", ").append(")");
  EXPECT_THAT(TypeOfText(text), HasSubstr("E102"));
  EXPECT_THAT(TypeOfText("line.item.exists(d, true)"), HasSubstr("E106"));
  EXPECT_THAT(TypeOfText("visit.diagnoses.exists(d, d.code)"), HasSubstr("E106"));
}

TEST(Check, NearWordsAreSuggested) {
  EXPECT_THAT(TypeOfText("lien.qty"), HasSubstr("E103 no 'lien' here; did you mean 'line'?"));
  EXPECT_THAT(TypeOfText("line.qyt"), HasSubstr("E104 a line has no field 'qyt'; did you mean 'qty'?"));
  EXPECT_THAT(TypeOfText("k.limt"), HasSubstr("E104 table drug_age has no value 'limt'; did you mean 'limit'?"));
  EXPECT_THAT(TypeOfText("dai(line.time)"), HasSubstr("E105 no function 'dai'; did you mean 'day'?"));
  EXPECT_THAT(TypeOfText("param.agee"), HasSubstr("E110 params.yaml has no 'agee'; did you mean 'age'?"));
  EXPECT_THAT(TypeOfText("line.item in drug_agee"),
              HasSubstr("E109 no knowledge table 'drug_agee'; did you mean 'drug_age'?"));
}

// --- diagnostics ---

TEST(Diagnostics, EveryCodeOfTheLanguageHasAnExampleThatEarnsIt) {
  struct Example {
    Code code;
    std::string text;
  };
  std::string deep = std::string(500, '(') + "1" + std::string(500, ')');
  const std::array kExamples{
      Example{Code::kSyntax, "line.qty >"},
      Example{Code::kTooDeep, deep},
      Example{Code::kUnknownName, "lien.qty > 1"},
      Example{Code::kUnknownField, "line.dept == 'A01'"},
      Example{Code::kUnknownFunction, "len(line.item) > 3"},
      Example{Code::kTypeMismatch, "line.amount + line.qty"},
      Example{Code::kWrongArguments, "age(person.birth)"},
      Example{Code::kNotAllowedHere, "line.item == null"},
      Example{Code::kUnknownTable, "line.item in dialisys_items"},
      Example{Code::kUnknownParameter, "param.child_age"},
      Example{Code::kBadLiteral, "1.23456789"},
  };
  std::set<int> earned;
  for (const Example& example : kExamples) {
    std::string code = "E" + std::to_string(static_cast<int>(example.code));
    EXPECT_THAT(TypeOfText(example.text), HasSubstr(code)) << example.text;
    earned.insert(static_cast<int>(example.code));
  }
  // Those above 200 are earned by files: src/pack tests them.
  for (const CodeInfo& info : Codes()) {
    EXPECT_FALSE(info.title.empty());
    EXPECT_FALSE(info.example.empty());
    bool ours = static_cast<int>(info.code) < 200;
    EXPECT_EQ(earned.count(static_cast<int>(info.code)), ours ? 1u : 0u) << info.title;
  }
}

TEST(Diagnostics, RenderLeavesOutWhatIsNotKnown) {
  Diagnostics diagnostics;
  diagnostics.Add(Code::kYaml, {"f.yaml", 0, 0}, "too big");
  diagnostics.Add(Code::kSyntax, {"f.yaml", 3, 0}, "x", "y");
  diagnostics.Add(Code::kSyntax, {"f.yaml", 3, 4}, "x");
  EXPECT_EQ(diagnostics.Render(), "f.yaml: E201 too big\nf.yaml:3: E101 x; y\nf.yaml:3:4: E101 x\n");
  EXPECT_FALSE(diagnostics.ok());
}

TEST(Diagnostics, NearestIsASlipOfThePenOrNothing) {
  std::vector<std::string> names{"department", "doctor", "qty", "severity"};
  EXPECT_EQ(Nearest("departmnet", names), "department");
  EXPECT_EQ(Nearest("docter", names), "doctor");
  EXPECT_EQ(Nearest("qyt", names), "qty");
  EXPECT_EQ(Nearest("colour", names), "");
  EXPECT_EQ(Nearest("", names), "");
  EXPECT_EQ(Nearest(std::string(100, 'a'), names), "");
  EXPECT_EQ(Nearest("x", {}), "");
}

}  // namespace
}  // namespace yijian::lang
