#include "city/template.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "pack/uses.h"

namespace yijian::city {
namespace {

using lang::Expr;
using lang::ExprPtr;
using lang::Op;
using program::Rule;
using program::Within;
using timeline::FieldInfo;
using timeline::Fields;
using timeline::FieldType;
using timeline::Kind;
using timeline::kNull;
using timeline::Table;

bool Mentions(const ExprPtr& expr, Op one, Op other) {
  if (!expr) return false;
  if (expr->op == one || expr->op == other) return true;
  return std::any_of(expr->args.begin(), expr->args.end(),
                     [&](const ExprPtr& arg) { return Mentions(arg, one, other); });
}

std::vector<ExprPtr> ExpressionsOf(const Rule& rule) {
  std::vector<ExprPtr> all{rule.a.where, rule.where, rule.having, rule.excess, rule.amount};
  if (rule.b) all.push_back(rule.b->where);
  for (const program::Exception& exception : rule.unless) all.push_back(exception.when);
  all.insert(all.end(), rule.by.begin(), rule.by.end());
  return all;
}

// Everything that a move must keep.
class MoveJudge {
 public:
  MoveJudge(const Template& pattern, const program::RuleSet& rules, const Lookup& lookup, const Era& era)
      : rule_(pattern.Of(rules)), rules_(rules), lookup_(lookup), era_(era), reads_(ReadsOf(rule_)) {
    times_ = TimesOf(pattern.story);
    for (const Table& table : pattern.story.bucket.tables) Collect(table, pattern);
    const Table& persons = pattern.story.bucket.table(Kind::kPerson);
    size_t birth = timeline::OrdinalOf(*timeline::FindField(Kind::kPerson, "birth"));
    for (uint32_t row = 0; row < persons.rows; row++) {
      if (persons.At(birth, row) != kNull) births_.push_back(static_cast<Date>(persons.At(birth, row)));
    }
  }

  bool Allows(int weeks) const {
    Date move = weeks * 7;
    if (move != 0 && reads_.calendar_month) return false;
    for (Time time : times_) {
      Date day = DayOf(time);
      if (day + move < era_.from || day + move >= era_.until) return false;
      if ((day >= rule_.from && day < rule_.until) != (day + move >= rule_.from && day + move < rule_.until))
        return false;
      if (!SameAges(day, move) || !SameParams(day, move) || !SameKnowledge(day, move)) return false;
    }
    return SameCalendar(move);
  }

 private:
  void Collect(const Table& table, const Template& pattern) {
    for (size_t column = 0; column < table.columns.size(); column++) {
      const FieldInfo* field = FieldOf(pattern, table, column);
      if (field == nullptr || field->type != FieldType::kCode) continue;
      for (int64_t value : table.columns[column].ToVector()) {
        if (value != kNull) codes_.insert(pattern.codes->Text(value));
      }
    }
  }
  static const FieldInfo* FieldOf(const Template& pattern, const Table& table, size_t column) {
    auto kind = static_cast<Kind>(&table - pattern.story.bucket.tables.data());
    return column < Fields(kind).size() ? &Fields(kind)[column] : nullptr;
  }

  bool SameAges(Date day, Date move) const {
    return std::all_of(births_.begin(), births_.end(),
                       [&](Date birth) { return AgeYears(birth + move, day + move) == AgeYears(birth, day); });
  }
  bool SameParams(Date day, Date move) const {
    auto in_force = [](const lang::Param& param, Date when) {
      size_t at = 0;
      for (size_t i = 0; i < param.values.size(); i++) at = param.values[i].from <= when ? i + 1 : at;
      return at;
    };
    for (const std::string& name : pack::ParamsOf(rule_)) {
      const lang::Param& param = rules_.params.at(name);
      if (in_force(param, day) != in_force(param, day + move)) return false;
    }
    return true;
  }
  bool SameKnowledge(Date day, Date move) const {
    auto same = [&](const std::string& table, const std::vector<std::string_view>& codes) {
      return lookup_.Find(table, codes, day, kCityArea) == lookup_.Find(table, codes, day + move, kCityArea);
    };
    for (const std::string& table : reads_.tables) {
      bool pairs = rules_.tables.at(table).schema.keys == 2;
      for (const std::string& code : codes_) {
        if (!pairs && !same(table, {code})) return false;
        for (const std::string& other : codes_) {
          if (pairs && !same(table, {code, other})) return false;
        }
      }
    }
    return true;
  }
  bool SameCalendar(Date move) const {
    bool months = rule_.within.unit == Within::Unit::kMonth && rule_.form == program::Form::kGroup;
    bool years = rule_.within.unit == Within::Unit::kYear && rule_.form == program::Form::kGroup;
    for (Time left : times_) {
      for (Time right : times_) {
        Date a = DayOf(left);
        Date b = DayOf(right);
        if (months && (MonthIndexOf(a) == MonthIndexOf(b)) != (MonthIndexOf(a + move) == MonthIndexOf(b + move)))
          return false;
        if (years && (CivilOf(a).year == CivilOf(b).year) != (CivilOf(a + move).year == CivilOf(b + move).year))
          return false;
      }
    }
    return true;
  }

  const Rule& rule_;
  const program::RuleSet& rules_;
  const Lookup& lookup_;
  const Era& era_;
  Reads reads_;
  std::vector<Time> times_;
  std::vector<Date> births_;
  std::set<std::string> codes_;
};

Template PatternOf(const pack::Case& from, size_t rule, const program::RuleSet& rules, const Lookup& lookup,
                   const Era& era) {
  Template pattern;
  pattern.rule = rule;
  pattern.name = from.name;
  pattern.violation = !from.findings.empty();
  pattern.expected = from.findings;
  pattern.codes = std::make_shared<timeline::CodeBook>();
  timeline::StoryParser parser(*pattern.codes);
  for (const pack::CaseLine& line : from.story) parser.Add(line.text, line.line);
  if (!parser.errors().empty()) {
    pattern.obstacle = "its story cannot be read";
    return pattern;
  }
  pattern.story = parser.Finish();
  if (!from.params.empty() || !from.tables.empty()) {
    pattern.obstacle = "it sets parameters or knowledge of its own";
    return pattern;
  }
  MoveJudge judge(pattern, rules, lookup, era);
  for (int weeks = -160; weeks <= 160; weeks++) {
    if (judge.Allows(weeks)) pattern.weeks.push_back(weeks);
  }
  if (pattern.weeks.empty()) pattern.obstacle = "no day of the city fits it";
  return pattern;
}

}  // namespace

bool Reads::Field(Kind kind, std::string_view name) const {
  const FieldInfo* field = timeline::FindField(kind, name);
  return field != nullptr && fields[static_cast<size_t>(kind)][timeline::OrdinalOf(*field)];
}

Reads ReadsOf(const Rule& rule) {
  Reads reads;
  reads.fields = program::NoFields();
  program::AddFields(rule, reads.fields);
  reads.tables = pack::TablesOf(rule);
  for (const ExprPtr& expr : ExpressionsOf(rule)) {
    reads.calendar_month = reads.calendar_month || Mentions(expr, Op::kMonthOf, Op::kYearOf);
  }
  bool grouped = rule.form == program::Form::kGroup;
  reads.whole_year = grouped && (rule.within.unit == Within::Unit::kYear || rule.within.unit == Within::Unit::kAll);
  int64_t days = std::max(rule.gap_days_max, rule.within.seconds / kSecondsPerDay);
  reads.reach_days = static_cast<int>(std::min<int64_t>(days, 3650));
  if (reads.reach_days > 120) reads.whole_year = true;
  return reads;
}

std::vector<Time> TimesOf(const timeline::Story& story) {
  std::vector<Time> times;
  for (size_t kind = 0; kind < timeline::kKindCount; kind++) {
    if (static_cast<Kind>(kind) == Kind::kPerson) continue;
    const Table& table = story.bucket.tables[kind];
    for (const FieldInfo& field : Fields(static_cast<Kind>(kind))) {
      for (int64_t value : table.columns[timeline::OrdinalOf(field)].ToVector()) {
        if (value == kNull) continue;
        if (field.type == FieldType::kTime) times.push_back(value);
        if (field.type == FieldType::kDate) times.push_back(StartOf(static_cast<Date>(value)));
      }
    }
  }
  return times;
}

Result<std::vector<Template>> LoadTemplates(const program::RuleSet& rules, const Lookup& lookup, const Era& era) {
  std::vector<Template> patterns;
  for (size_t rule = 0; rule < rules.rules.size(); rule++) {
    std::string path = rules.rules[rule].file;
    path = path.substr(0, path.rfind('.')) + ".cases";
    std::ifstream file(path, std::ios::binary);
    if (!file) continue;
    std::stringstream text;
    text << file.rdbuf();
    lang::Diagnostics diagnostics;
    for (const pack::Case& from : pack::ParseCases(path, text.str(), diagnostics)) {
      if (from.todo || (from.findings.empty() && !from.expects_none)) continue;
      patterns.push_back(PatternOf(from, rule, rules, lookup, era));
    }
    if (!diagnostics.ok())
      return InvalidInput("reading the cases of " + rules.rules[rule].id + ":\n" + diagnostics.Render());
  }
  return patterns;
}

}  // namespace yijian::city
