// The columnar evaluator against its judge, on timelines made at random, form by form.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "eval/evaluate.h"
#include "timeline/story.h"

namespace yijian::eval {
namespace {

using finding::Collector;
using lang::Diagnostics;
using lang::Scope;
using lang::Type;
using program::Charge;
using program::Form;
using program::Rule;
using program::RuleSet;
using program::Within;
using timeline::Kind;

// Builds rules from expression texts: what the pack room does from YAML.
class RuleMaker {
 public:
  RuleMaker() {
    AddTable("limits", 1, {{"most", Type::kNumber}, {"sex", Type::kCode}},
             {{{"A"}, {"2", "1"}}, {{"B1"}, {"3", "2"}}, {{"C"}, {"", "1"}}});
    AddTable("pairs", 2, {{"window", Type::kCode}},
             {{{"A", "B"}, {"day"}}, {{"B1", "C"}, {"day"}}, {{"C2", "A1"}, {"visit"}}});
    set.params["most"] = {Type::kNumber, {{INT32_MIN, 2 * kMicro, ""}, {*ParseDate("2025-01-20"), 3 * kMicro, ""}}};
  }

  struct Parts {
    Form form = Form::kEach;
    Kind a = Kind::kLine;
    Kind b = Kind::kLine;
    bool stays = false;
    std::string where, b_where, pair_where, having, excess, amount;
    std::vector<std::string> by, unless;
    std::vector<std::pair<std::string, std::string>> facts;
    std::string message_zh, message_en;
    Within within;
    Charge charge = Charge::kAll;
    bool with_limits = false;
    bool match_pairs = false;
    bool next_only = false;
    program::Direction direction = program::Direction::kAny;
  };

  void Add(Parts parts) {
    Rule rule;
    rule.id = "R" + std::to_string(set.rules.size());
    rule.form = parts.form;
    rule.moments = program::kPost;
    bool binary = parts.form >= Form::kPair;
    Scope scope;
    scope.tables = &schemas_;
    scope.params = &set.params;
    scope.rows.push_back({binary ? "a" : "row", parts.a, 0});
    if (binary) scope.rows.push_back({"b", parts.b, 1});
    rule.a.of = parts.a;
    rule.a.stays_only = parts.stays;
    if (parts.with_limits) {
      rule.bindings.push_back({"k", "limits", {Expr(binary ? "a.item" : "row.item", Type::kCode, scope)}});
      rule.a.bindings = {0};
      scope.bindings.push_back({"k", &schemas_.at("limits")});
    }
    rule.a.where = Expr(parts.where, Type::kBool, scope);
    if (binary) {
      rule.b.emplace();
      rule.b->of = parts.b;
      rule.b->stays_only = parts.stays && parts.b == Kind::kVisit;
      rule.b->where = Expr(parts.b_where, Type::kBool, scope);
      if (parts.match_pairs) {
        rule.match = {static_cast<uint16_t>(rule.bindings.size())};
        rule.bindings.push_back(
            {"p", "pairs", {Expr("a.item", Type::kCode, scope), Expr("b.item", Type::kCode, scope)}});
        scope.bindings.push_back({"p", &schemas_.at("pairs")});
      }
      rule.where = Expr(parts.pair_where, Type::kBool, scope);
      if (parts.charge == Charge::kAll) parts.charge = Charge::kB;
    }
    for (const std::string& text : parts.unless) rule.unless.push_back({"e", Expr(text, Type::kBool, scope), {}});
    for (const std::string& text : parts.by) rule.by.push_back(Expr(text, Type::kAny, scope));
    rule.within = parts.within;
    rule.charge = parts.charge;
    rule.next_only = parts.next_only;
    rule.direction = parts.direction;
    rule.gap_days_max = 5;
    scope.aggregates = !binary && parts.form != Form::kEach;
    rule.having = Expr(parts.having, Type::kBool, scope);
    rule.excess = Expr(parts.excess, Type::kAny, scope);
    for (const auto& [name, text] : parts.facts) rule.facts.push_back({name, Expr(text, Type::kAny, scope)});
    rule.message = {parts.message_zh, parts.message_en};
    scope.units = true;
    rule.amount = Expr(parts.amount, Type::kMoney, scope);
    set.rules.push_back(std::move(rule));
  }

  RuleSet set;

 private:
  lang::ExprPtr Expr(const std::string& text, Type want, const Scope& scope) {
    if (text.empty()) return nullptr;
    Diagnostics diagnostics;
    lang::ExprPtr expr = lang::Check(text, {text, 1, 1}, want, scope, diagnostics);
    EXPECT_TRUE(diagnostics.ok()) << diagnostics.Render();
    return expr;
  }

  void AddTable(const std::string& name, int keys, std::vector<std::pair<std::string, Type>> values,
                const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>>& rows) {
    program::KnowledgeTable table;
    table.schema = {name, keys, std::move(values)};
    schemas_[name] = table.schema;
    for (const auto& [row_keys, cells] : rows) {
      program::KnowledgeRow row;
      row.keys = row_keys;
      for (size_t i = 0; i < cells.size(); i++) {
        bool number = table.schema.values[i].second == Type::kNumber;
        row.known.push_back(!cells[i].empty());
        row.values.push_back(number && !cells[i].empty() ? *ParseMicro(cells[i]) : 0);
        row.texts.push_back(number ? "" : cells[i]);
      }
      table.rows.push_back(std::move(row));
    }
    set.tables[name] = std::move(table);
  }

  std::map<std::string, lang::TableSchema> schemas_;
};

RuleMaker AllForms() {
  RuleMaker maker;
  using P = RuleMaker::Parts;
  using U = Within::Unit;
  auto make = [&](auto&& edit) {
    P parts;
    edit(parts);
    maker.Add(std::move(parts));
  };
  make([](P& p) { p.where = "row.item.startsWith('A') && person.sex == '1'"; });
  make([](P& p) {
    p.with_limits = true;
    p.where = "row.qty > k.most || person.sex != k.sex";
  });
  make([](P& p) {
    p.where = "row.amount > 30";
    p.unless = {"visit.type == '13'", "age(person.birth, row.time) < 14"};
  });
  make([](P& p) { p.where = "row.item in ['A1', 'C2'] && row.qty > param.most"; });
  make([](P& p) {
    p.where = "row.item in limits && !(row.price * row.qty == row.amount)";
    p.amount = "row.price * 2";
  });
  make([](P& p) {
    p.a = Kind::kVisit;
    p.stays = true;
    p.where = "stay_days(row) > 3 || row.diagnosis.prefix(1) == 'N'";
  });
  make([](P& p) {
    p.a = Kind::kVisit;
    p.where = "row.diagnoses.exists(d, d.code.startsWith('N18') && d.main)";
  });
  make([](P& p) {
    p.a = Kind::kVisit;
    p.where = "row.diagnoses.countIf(d, d.main) > 1 || row.diagnoses.all(d, d.main)";
  });
  make([](P& p) {
    p.a = Kind::kDiagnosis;
    p.where = "row.code.startsWith('N') && person.sex == '2'";
  });
  for (U unit : {U::kHour, U::kDay, U::kIsoWeek, U::kMonth, U::kYear, U::kAll, U::kVisit, U::kStay}) {
    make([&](P& p) {
      p.form = Form::kGroup;
      p.with_limits = true;
      p.within.unit = unit;
      p.by = {"row.item"};
      p.having = "sum(row.qty) > k.most";
      p.charge = Charge::kExcess;
      p.excess = "sum(row.qty) - k.most";
    });
    make([&](P& p) {
      p.form = Form::kGroup;
      p.within.unit = unit;
      p.by = {"row.item", "row.price"};
      p.having = "count() > 1";
      p.charge = Charge::kAfterFirst;
    });
    make([&](P& p) {
      p.form = Form::kGroup;
      p.where = "row.item.startsWith('B') || person.sex == '2'";
      p.within.unit = unit;
      p.by = {"row.doctor"};
      p.having = "distinct(row.item) >= 2 && max(row.qty) > 1";
      p.charge = Charge::kButDearest;
    });
    make([&](P& p) {
      p.form = Form::kPair;
      p.match_pairs = true;
      p.within.unit = unit;
      p.unless = {"a.doctor == b.doctor"};
    });
    make([&](P& p) {
      p.form = Form::kPair;
      p.where = "a.item == 'A1'";
      p.b_where = "b.item.startsWith('C') && person.sex == '1'";
      p.within.unit = unit;
      p.charge = Charge::kA;
    });
    make([&](P& p) {
      p.form = Form::kAbsence;
      p.where = "a.item.startsWith('A')";
      p.b_where = "b.item == 'B1' && person.sex == '1'";
      p.within.unit = unit;
    });
  }
  for (auto charge : {Charge::kAll, Charge::kExcess}) {
    make([&](P& p) {
      p.form = Form::kWindow;
      p.by = {"row.item"};
      p.within = {U::kRolling, 3 * kSecondsPerDay};
      p.having = "sum(row.qty) > 4";
      p.charge = charge;
      p.excess = charge == Charge::kExcess ? "sum(row.qty) - 4" : "";
    });
  }
  // An excess of money, by the default and by a formula of the rule.
  for (std::string amount : {"", "row.price * 1.5"}) {
    make([&](P& p) {
      p.form = Form::kGroup;
      p.by = {"row.item"};
      p.within = {U::kDay, 0};
      p.having = "sum(row.amount) > 25";
      p.charge = Charge::kExcess;
      p.excess = "sum(row.amount) - 25 - row.price / 7";
      p.amount = amount;
    });
    make([&](P& p) {
      p.form = Form::kWindow;
      p.within = {U::kRolling, 2 * kSecondsPerDay};
      p.having = "sum(row.scope) > 40";
      p.charge = Charge::kExcess;
      p.excess = "sum(row.scope) - 40";
      p.amount = amount;
    });
  }
  make([](P& p) {
    p.form = Form::kWindow;
    p.a = Kind::kVisit;
    p.where = "row.type == '11' || person.sex == '1'";
    p.within = {U::kRolling, 7 * kSecondsPerDay};
    p.having = "count() > 2";
  });
  make([](P& p) {
    p.form = Form::kPair;
    p.pair_where = "a.item == b.item && a.price < b.price";
    p.within = {U::kRolling, 6 * kSecondsPerHour};
    p.charge = Charge::kCheaper;
  });
  make([](P& p) {
    p.form = Form::kPair;
    p.pair_where = "a.item == b.item";
    p.within = {U::kDay, 0};
    p.charge = Charge::kBoth;
  });
  make([](P& p) {
    p.form = Form::kOverlap;
    p.a = p.b = Kind::kVisit;
    p.stays = true;
    p.pair_where = "a.institution != b.institution";
  });
  make([](P& p) {
    p.form = Form::kOverlap;
    p.a = Kind::kVisit;
    p.stays = true;
    p.b = Kind::kLine;
    p.b_where = "b.item == 'C1'";
    p.pair_where = "b.visit.institution != a.institution";
  });
  for (bool next : {false, true}) {
    make([&](P& p) {
      p.form = Form::kSequence;
      p.a = p.b = Kind::kVisit;
      p.stays = true;
      p.pair_where = "a.institution == b.institution && a.diagnosis.prefix(3) == b.diagnosis.prefix(3)";
      p.next_only = next;
      p.unless = {"b.type == '24'"};
    });
  }
  // Aggregates of every kind, some twice: over whole columns they must say what the judge says.
  for (auto within : {Within{U::kVisit, 0}, Within{U::kStay, 0}, Within{U::kMonth, 0}, Within{U::kAll, 0}}) {
    make([&](P& p) {
      p.form = Form::kGroup;
      p.by = {"row.doctor"};
      p.within = within;
      p.having =
          "sum(row.qty) > 5 || (max(row.price) > 11 && min(row.price) < 11 && distinct(row.item) > 1) || "
          "sum(row.qty) == (row.item in limits ? 2 : 3) * count()";
    });
  }
  make([](P& p) {
    p.form = Form::kWindow;
    p.within = {U::kRolling, 2 * kSecondsPerDay};
    p.having = "distinct(row.doctor) > 1 && (row.item == 'A1' || sum(row.qty) > param.most)";
  });
  // The other side is named by no item: only its times narrow it down.
  for (auto within : {Within{U::kRolling, 6 * kSecondsPerHour}, Within{U::kDay, 0}}) {
    make([&](P& p) {
      p.form = Form::kAbsence;
      p.where = "a.item == 'C2'";
      p.b_where = "b.price > 10";
      p.within = within;
    });
    make([&](P& p) {
      p.form = Form::kPair;
      p.where = "a.item == 'C2'";
      p.b_where = "b.qty > 2 && b.doctor == 'D1'";
      p.within = within;
    });
  }
  make([](P& p) {
    p.form = Form::kAbsence;
    p.where = "a.item == 'C2'";
    p.b_where = "b.item == 'A1'";
    p.within = {U::kRolling, kSecondsPerDay};
    p.direction = program::Direction::kBefore;
  });
  return maker;
}

std::string RandomStory(std::mt19937& random) {
  auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  auto sometimes = [&](const std::string& text) { return pick(6) == 0 ? std::string() : text; };
  std::string text;
  int visit = 0;
  int line = 0;
  for (int person = 0; person < 2; person++) {
    text += "person P" + std::to_string(person) + sometimes(" sex=" + std::to_string(1 + pick(2))) +
            sometimes(" birth=" + std::string(pick(2) ? "2012-03-04" : "1960-01-01")) + "\n";
    for (int v = 0, visits = pick(4); v < visits; v++) {
      bool stay = pick(2) == 0;
      int day = 10 + pick(18);
      text += "2025-01-" + std::to_string(day) + " 08:00 " + (stay ? "stay" : "visit") + " V" +
              std::to_string(visit++) +
              sometimes(" until=2025-01-" + std::to_string(day + (stay ? pick(4) : 0)) + "T10:00") +
              sometimes(" type=" + std::string(pick(3)   ? "11"
                                               : pick(2) ? "13"
                                                         : "24")) +
              sometimes(" institution=H" + std::to_string(pick(2))) +
              sometimes(std::string(" diagnosis=") + (pick(2) ? "N18.001" : "I10.x00")) +
              " fund=" + std::to_string(pick(500)) + "\n";
      for (int d = 0, all = pick(3); d < all; d++) {
        text += "2025-01-10 08:00 diagnosis D" + std::to_string(line++) + " code=" + (pick(2) ? "N18.001" : "I10.x00") +
                sometimes(" main=" + std::to_string(pick(2))) + "\n";
      }
      for (int l = 0, all = pick(7); l < all; l++) {
        std::string item{static_cast<char>('A' + pick(3))};
        item += static_cast<char>('1' + pick(2));
        text += "2025-01-" + std::to_string(std::min(31, day + pick(3))) + " " + (pick(2) ? "08" : "15") + ":" +
                (pick(2) ? "10" : "40") + " line L" + std::to_string(line++) + sometimes(" item=" + item) +
                sometimes(" qty=" + std::to_string(1 + pick(3))) + sometimes(" price=" + std::to_string(10 + pick(3))) +
                sometimes(" doctor=D" + std::to_string(pick(2))) + (pick(5) == 0 ? " amount=25" : "") + "\n";
      }
    }
  }
  return text;
}

std::string Show(const Collector& found) {
  std::string text;
  for (const finding::Finding& f : found.findings) {
    text += "R" + std::to_string(f.rule) + " p" + std::to_string(f.person) + " charged";
    for (const finding::ChargedRow& row : f.charged)
      text += " " + std::to_string(row.row.row) + ":" + FormatFen(row.amount) + "/" + FormatMicro(row.units);
    text += " evidence";
    for (const finding::RowRef& row : f.evidence) text += " " + std::to_string(row.row);
    text += "\n";
  }
  for (const finding::Unknown& u : found.unknowns)
    text += "R" + std::to_string(u.rule) + " p" + std::to_string(u.person) + " row " + std::to_string(u.row.row) +
            " unknown " + std::string(u.reason) + "\n";
  return text;
}

// The same bucket as it comes out of files with dictionaries; every other row has the second copy of its value.
timeline::Bucket Indexed(timeline::Bucket bucket) {
  for (timeline::Table& table : bucket.tables) {
    for (timeline::Column& column : table.columns) {
      std::vector<int64_t> rows = column.ToVector();
      std::vector<int64_t> values = rows;
      std::ranges::sort(values);
      values.erase(std::unique(values.begin(), values.end()), values.end());
      if (rows.empty()) continue;
      column.clear();
      column.AddValues(values);
      column.AddValues(values);
      uint16_t* index = column.AppendIndexes(rows.size());
      for (size_t row = 0; row < rows.size(); row++) {
        auto at = std::ranges::lower_bound(values, rows[row]) - values.begin();
        index[row] = static_cast<uint16_t>(at + (row % 2 == 0 ? 0 : std::ssize(values)));
      }
    }
  }
  return bucket;
}

TEST(Evaluate, ColumnsAgreeWithTheJudgeOnRandomTimelines) {
  RuleMaker maker = AllForms();
  int findings = 0;
  int unknowns = 0;
  std::vector<int> hits(maker.set.rules.size());
  int left_out = 0;
  for (unsigned seed = 0; seed < 1500; seed++) {
    std::mt19937 random(seed);
    std::string text = RandomStory(random);
    timeline::CodeBook codes;
    auto story = timeline::ParseStory(text, codes);
    ASSERT_TRUE(story) << story.error().message << "\n" << text;
    auto bound = Bind(maker.set, codes);
    ASSERT_TRUE(bound) << bound.error().message;
    Collector plain;
    Collector columns;
    EvaluatePlain(**bound, story->bucket, plain);
    EvaluateColumns(**bound, story->bucket, columns);
    plain.Sort();
    columns.Sort();
    ASSERT_EQ(Show(plain), Show(columns)) << "seed " << seed << "\n" << text;
    ASSERT_EQ(plain.findings, columns.findings) << "seed " << seed;
    Collector indexed;
    EvaluateColumns(**bound, Indexed(story->bucket), indexed);
    indexed.Sort();
    ASSERT_EQ(Show(plain), Show(indexed)) << "seed " << seed << "\n" << text;
    findings += static_cast<int>(plain.findings.size());
    unknowns += static_cast<int>(plain.unknowns.size());
    for (const finding::Finding& f : plain.findings) hits[f.rule]++;

    // Where some lines are of interest, all that is said of them is said, and nothing else than before.
    std::vector<uint8_t> interest(story->bucket.table(timeline::Kind::kLine).rows);
    for (uint8_t& is : interest) is = random() % 4 == 0 ? 1 : 0;
    Collector some;
    EvaluateColumns(**bound, story->bucket, some, {.lines_of_interest = &interest});
    some.Sort();
    auto is_about = [&](const finding::RowRef& row) {
      return row.kind == timeline::Kind::kLine && interest[row.row] != 0;
    };
    for (const finding::Finding& f : columns.findings) {
      bool wanted = std::ranges::any_of(f.charged, [&](const auto& charged) { return is_about(charged.row); }) ||
                    std::ranges::any_of(f.evidence, is_about);
      bool said = std::ranges::find(some.findings, f) != some.findings.end();
      ASSERT_TRUE(said || !wanted) << "seed " << seed << " rule " << f.rule;
      left_out += said ? 0 : 1;
    }
    for (const finding::Unknown& u : columns.unknowns) {
      bool said = std::ranges::find(some.unknowns, u) != some.unknowns.end();
      ASSERT_TRUE(said || !is_about(u.row)) << "seed " << seed << " rule " << u.rule;
    }
    for (const finding::Finding& f : some.findings)
      ASSERT_NE(std::ranges::find(columns.findings, f), columns.findings.end()) << "seed " << seed;
  }
  EXPECT_GT(left_out, 100);
  EXPECT_GT(findings, 1000);
  EXPECT_GT(unknowns, 1000);
  for (size_t rule = 0; rule < hits.size(); rule++)
    EXPECT_GT(hits[rule], 0) << "rule " << rule << " never hit: the test proves nothing about it\n"
                             << program::Dump(maker.set.rules[rule]);
}

// The order of rows within a second is nobody's doing: each sees all of them, and an excess is charged once.
TEST(Evaluate, RowsOfOneSecondShareTheirWindow) {
  RuleMaker maker;
  for (auto charge : {Charge::kAll, Charge::kExcess}) {
    RuleMaker::Parts parts;
    parts.form = Form::kWindow;
    parts.by = {"row.item"};
    parts.within = {Within::Unit::kRolling, 3 * kSecondsPerDay};
    parts.having = "sum(row.qty) > 4";
    parts.charge = charge;
    parts.excess = charge == Charge::kExcess ? "sum(row.qty) - 4" : "";
    maker.Add(parts);
  }
  timeline::CodeBook codes;
  auto story = timeline::ParseStory(
      "person P\n2025-01-10 08:00 visit V until=2025-01-10T10:00 institution=H fund=100\n"
      "2025-01-10 08:10 line L1 item=A1 qty=3 price=10\n2025-01-10 08:10 line L2 item=A1 qty=2 price=10\n"
      "2025-01-10 08:11 line L3 item=B1 qty=3 price=10\n2025-01-10 08:12 line L4 item=B1 qty=3 price=10\n",
      codes);
  ASSERT_TRUE(story) << story.error().message;
  auto bound = Bind(maker.set, codes);
  ASSERT_TRUE(bound) << bound.error().message;
  Collector found;
  EvaluateColumns(**bound, story->bucket, found);
  found.Sort();
  EXPECT_EQ(Show(found),
            "R0 p0 charged 0:30.00/0 1:20.00/0 evidence\n"
            "R0 p0 charged 3:30.00/0 evidence 2\n"
            "R1 p0 charged 1:10.00/1 evidence 0\n"
            "R1 p0 charged 3:20.00/2 evidence 2\n");
}

// Levels and visit types are said by name, in the language of the message; facts keep the code, which screens and
// machines read.
TEST(Evaluate, MessagesNameLevelsAndVisitTypes) {
  RuleMaker maker;
  RuleMaker::Parts parts;
  parts.where = "row.scope > 0";
  parts.facts = {{"level", "visit.level"}, {"type", "visit.type"}, {"doctor", "row.doctor"}};
  parts.message_zh = "等级 {level}，类别 {type}，{doctor}";
  parts.message_en = "level {level}, type {type}, {doctor}";
  maker.Add(parts);
  timeline::CodeBook codes;
  auto story = timeline::ParseStory(
      "person P\n2025-01-10 08:00 visit V level=02 type=1301\n2025-01-10 08:10 line L1 item=A qty=1 price=10 "
      "doctor=02\n"
      "2025-01-11 08:00 visit W level=77 type=120\n2025-01-11 08:10 line L2 item=A qty=1 price=10 doctor=11\n"
      "2025-01-12 08:00 visit X type=11\n2025-01-12 08:10 line L3 item=A qty=1 price=10 doctor=11\n",
      codes);
  ASSERT_TRUE(story) << story.error().message;
  auto bound = Bind(maker.set, codes);
  ASSERT_TRUE(bound) << bound.error().message;
  Collector found;
  EvaluateColumns(**bound, story->bucket, found);
  found.Sort();
  ASSERT_EQ(found.findings.size(), 3u);
  EXPECT_EQ(found.findings[0].message_zh, "等级 三级甲等，类别 急诊抢救，02");
  EXPECT_EQ(found.findings[0].message_en, "level Grade 3 A, type Emergency rescue (local), 02");
  EXPECT_EQ(found.findings[0].facts[0].text, "02");
  EXPECT_EQ(found.findings[1].message_zh, "等级 77，类别 120急救，11");
  EXPECT_EQ(found.findings[2].message_zh, "等级 未知(visit.level)，类别 普通门诊，11");
}

// A row that may belong to a group which nobody can name is told of, whatever else is not known of it.
TEST(Evaluate, RowsThatNoGroupCanTakeAreUnknown) {
  RuleMaker maker;
  RuleMaker::Parts parts;
  parts.form = Form::kGroup;
  parts.where = "row.scope > 0";
  parts.by = {"row.doctor"};
  parts.within = {Within::Unit::kVisit, 0};
  parts.having = "count() > 1";
  maker.Add(parts);
  timeline::CodeBook codes;
  auto story = timeline::ParseStory(
      "person P\n2025-01-10 08:00 visit V fund=100\n2025-01-10 08:10 line L1 item=A1 qty=1 price=30\n"
      "2025-01-10 08:20 line L2 item=A1 qty=1 price=30 scope=?\n2025-01-10 08:30 line L3 item=A1 qty=1 price=30 "
      "scope=0\n",
      codes);
  ASSERT_TRUE(story) << story.error().message;
  auto bound = Bind(maker.set, codes);
  ASSERT_TRUE(bound) << bound.error().message;
  for (auto evaluate : {EvaluatePlain, EvaluateColumns}) {
    Collector found;
    evaluate(**bound, story->bucket, found, {});
    found.Sort();
    EXPECT_EQ(Show(found), "R0 p0 row 0 unknown line.doctor\nR0 p0 row 1 unknown line.scope\n");
  }
}

// Lines of a doctor are fetched by item only while every rule asks for items.
TEST(Evaluate, OneRuleThatDoesNotLookAtItemsWantsLinesOfAll) {
  RuleMaker maker;
  RuleMaker::Parts by_item;
  by_item.where = "row.item == 'A1'";
  maker.Add(by_item);
  RuleMaker::Parts by_money;
  by_money.where = "row.scope > 0";
  maker.Add(by_money);
  maker.set.rules[0].subject = maker.set.rules[1].subject = program::Subject::kDoctor;
  maker.set.rules[0].moments = program::kMid;
  timeline::CodeBook codes;
  int64_t a = codes.Intern("A1");
  int64_t b = codes.Intern("B1");
  auto bound = Bind(maker.set, codes);
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(ItemsOf(**bound, program::Subject::kDoctor, program::kMid), std::vector<int64_t>{a});
  EXPECT_EQ(ItemsOf(**bound, program::Subject::kDoctor, program::kMid | program::kPost), std::nullopt);
  EXPECT_EQ(ItemsOf(**bound, program::Subject::kPerson, program::kPost), std::vector<int64_t>{});
  EXPECT_FALSE(Concerns(**bound, program::Subject::kDoctor, b, program::kMid));
  EXPECT_TRUE(Concerns(**bound, program::Subject::kDoctor, b, program::kPost));
}

// Taken from the last rows backwards, to the fen, and never more than a row holds.
TEST(Evaluate, AnExcessOfMoneyIsTakenFromTheLastRowsBackwards) {
  auto charged = [](const std::string& excess, const std::string& amount, const std::string& lines) {
    RuleMaker maker;
    RuleMaker::Parts parts;
    parts.form = Form::kGroup;
    parts.within = {Within::Unit::kVisit, 0};
    parts.having = "count() > 0";
    parts.charge = Charge::kExcess;
    parts.excess = excess;
    parts.amount = amount;
    maker.Add(parts);
    timeline::CodeBook codes;
    auto story = timeline::ParseStory("person P\n2025-01-10 08:00 visit V fund=100\n" + lines, codes);
    EXPECT_TRUE(story) << story.error().message;
    auto bound = Bind(maker.set, codes);
    EXPECT_TRUE(bound) << bound.error().message;
    Collector found;
    EvaluateColumns(**bound, story->bucket, found);
    bool unknown = !found.findings.empty() && found.findings[0].amount_unknown;
    return Show(found) + (unknown ? "amount unknown\n" : "");
  };
  const std::string lines =
      "2025-01-10 08:10 line L1 item=A1 qty=1 price=30\n2025-01-10 08:20 line L2 item=A1 qty=2 price=10\n"
      "2025-01-10 08:30 line L3 item=A1 qty=1 price=10.01\n";
  EXPECT_EQ(charged("sum(row.scope) - 50", "", lines), "R0 p0 charged 2:10.01/0 evidence 0 1\n");
  EXPECT_EQ(charged("sum(row.scope) - 45.005", "", lines), "R0 p0 charged 1:5.00/0 2:10.01/0 evidence 0\n");
  EXPECT_EQ(charged("row.scope * 9", "", lines), "R0 p0 charged 0:30.00/0 1:20.00/0 2:10.01/0 evidence\n")
      << "no more than there is";
  EXPECT_EQ(charged("sum(row.scope) - 60.006", "", lines), "") << "less than half a fen is nothing";
  EXPECT_EQ(charged("sum(row.scope) - 40", "row.scope * 0.5", lines),
            "R0 p0 charged 0:5.00/0 1:10.00/0 2:5.01/0 evidence\n")
      << "a formula says what a row holds";
  EXPECT_EQ(charged("row.scope", "", lines + "2025-01-10 08:40 line L4 item=A1 qty=1 price=5 scope=?\n"),
            "R0 p0 charged 3:0.00/0 evidence 0 1 2\namount unknown\n");
}

}  // namespace
}  // namespace yijian::eval
