// A checked rule: what the pack's YAML became, ready to be bound to a lake's codes and run.
//
// Forms are described in docs/rule-language.md. All expressions are typed; row slots are 0 (the row, or a) and 1 (b).
// Owns:    its expressions (shared, immutable).
// Threads: immutable once built.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "lang/check.h"
#include "timeline/bucket.h"

namespace yijian::program {

// Stored in findings as text; order is strength, strongest first.
enum class Severity : uint8_t { kViolation, kSuspect, kLead, kMonitor };
enum class RuleClass : uint8_t { kPolicy, kManagement, kMedical, kBehaviour };
enum class Form : uint8_t { kEach, kGroup, kWindow, kPair, kOverlap, kSequence, kAbsence };
enum class Subject : uint8_t { kPerson, kDoctor, kInstitution, kCode };
enum Moment : uint8_t { kPre = 1, kMid = 2, kPost = 4 };

const char* NameOf(Severity severity);
const char* NameOf(RuleClass rule_class);
const char* NameOf(Form form);
const char* NameOf(Subject subject);

// A text in both languages of the screens.
struct Bilingual {
  std::string zh;
  std::string en;
};

// k: table[key, key2]; the keys are code expressions.
struct Binding {
  std::string name;
  std::string table;
  std::vector<lang::ExprPtr> keys;
};

// Which rows a side takes. A stay is a visit with stays_only.
struct Side {
  timeline::Kind of = timeline::Kind::kLine;
  bool stays_only = false;
  std::vector<uint16_t> bindings;  // indexes into Rule::bindings, looked up on this side alone
  lang::ExprPtr where;             // null = every row
};

struct Exception {
  std::string name;
  lang::ExprPtr when;
  Bilingual why;
};

// Within which two or more rows belong together.
struct Within {
  enum class Unit : uint8_t { kHour, kDay, kIsoWeek, kMonth, kYear, kAll, kVisit, kStay, kRolling };
  Unit unit = Unit::kAll;
  int64_t seconds = 0;  // kRolling: less than this apart
};

enum class Charge : uint8_t { kAll, kAfterFirst, kButDearest, kExcess, kA, kB, kBoth, kCheaper };
enum class Direction : uint8_t { kAny, kBefore, kAfter };

struct Fact {
  std::string name;
  lang::ExprPtr value;
};

struct Rule {
  std::string id;
  int version = 1;
  Bilingual name;
  RuleClass rule_class = RuleClass::kPolicy;
  std::string official;
  std::vector<std::string> basis;
  Severity severity = Severity::kSuspect;
  uint8_t moments = kPost;
  Date from = INT32_MIN;  // [from, until)
  Date until = INT32_MAX;
  std::string area;  // prefix of the institution's division; empty = everywhere
  Bilingual why;
  Bilingual false_alarms;
  Form form = Form::kEach;
  Subject subject = Subject::kPerson;

  Side a;
  std::optional<Side> b;
  std::vector<Binding> bindings;
  std::vector<uint16_t> match;  // bindings over a and b
  lang::ExprPtr where;          // over a and b (pair, overlap, sequence)
  std::vector<Exception> unless;

  std::vector<lang::ExprPtr> by;  // group, window
  Within within;
  lang::ExprPtr having;
  Charge charge = Charge::kAll;
  lang::ExprPtr excess;      // units or money, by its type
  int64_t gap_days_min = 0;  // sequence
  int64_t gap_days_max = 0;
  bool next_only = false;
  Direction direction = Direction::kAny;

  lang::ExprPtr amount;     // money per charged row, whose row is slot 0; null = the default
  std::vector<Fact> facts;  // slots as in where; group: first row, aggregates allowed
  Bilingual message;
  std::string source_text;  // the YAML as written, for explanations
  std::string file;
};

// A knowledge table with its rows as texts; eval resolves codes when it binds.
struct KnowledgeRow {
  std::vector<std::string> keys;
  std::vector<int64_t> values;     // by schema; codes stand in texts, dates in days, others as in lang::Param
  std::vector<std::string> texts;  // for values of type text
  std::vector<bool> known;         // false: the cell was empty
  Date from = INT32_MIN;           // [from, until)
  Date until = INT32_MAX;
  std::string area;
  std::string source;
  std::string name;
  int batch = 0;
};

struct KnowledgeTable {
  lang::TableSchema schema;
  bool prefix = true;  // keys match the beginning of a code, the longest wins; else they must be equal
  std::string source;
  std::vector<KnowledgeRow> rows;
};

// Everything an audit runs with.
struct RuleSet {
  std::vector<Rule> rules;
  std::map<std::string, KnowledgeTable> tables;
  std::map<std::string, lang::Param> params;
  std::string digest;  // SHA-256 of all files read, hex
};

// Fields a rule reads, so that only they are loaded: by kind and field ordinal.
using FieldSet = std::array<std::vector<bool>, timeline::kKindCount>;
FieldSet NoFields();
void AddFields(const Rule& rule, FieldSet& fields);

// A readable dump of the checked rule, for golden files and `rules explain --program`.
std::string Dump(const Rule& rule);

}  // namespace yijian::program
