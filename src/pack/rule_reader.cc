#include "pack/rule_reader.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "pack/keys.h"
#include "pack/lets.h"
#include "pack/rule_header.h"
#include "pack/rule_parts.h"

namespace yijian::pack {
namespace {

using lang::Code;
using lang::Diagnostics;
using lang::Type;
using program::Charge;
using program::Form;
using program::Rule;
using program::Subject;
using program::Within;
using timeline::Kind;

using Names = std::vector<std::string>;

const Names& KindNames() {
  static const Names kNames{"line", "visit", "stay", "diagnosis", "operation", "settlement", "trace", "stock"};
  return kNames;
}

bool IsGrouped(Form form) { return form == Form::kGroup || form == Form::kWindow; }

class RuleReader {
 public:
  RuleReader(const lang::YamlFile& file, const PackContext& context, Diagnostics& diagnostics)
      : file_(file),
        context_(context),
        diagnostics_(diagnostics),
        keys_(file, file.root, "a rule", diagnostics),
        scopes_(context, rule_, lets_) {}

  std::optional<Rule> Read() {
    size_t before = diagnostics_.list().size();
    if (file_.root.kind != lang::Yaml::Kind::kMap) return std::nullopt;
    ReadHeader(file_, keys_, rule_, diagnostics_);
    if (ReadForm()) {
      IsBinary(rule_.form) ? BinaryBody() : UnaryBody();
      Exceptions();
      Facts();
      Amount();
      if (!broken_) CheckSubject(file_, rule_, diagnostics_);
    }
    for (const char* key : {"let", "unless", "facts", "amount"}) keys_.Take(key);
    ReadMessage(file_, keys_, rule_, diagnostics_);
    ForeignKeys();
    keys_.End();
    const lang::Yaml* lets = file_.root.Find("let");
    if (lets && diagnostics_.list().size() == before) TellUnused(file_, *lets, lets_, diagnostics_);
    if (diagnostics_.list().size() > before) return std::nullopt;
    rule_.source_text = file_.text;
    rule_.file = file_.file;
    return std::move(rule_);
  }

 private:
  void Fail(Code code, const lang::Yaml& node, std::string message, std::string suggestion = {}) {
    diagnostics_.Add(code, file_.At(node), std::move(message), std::move(suggestion));
  }
  // Names of lookups that could not be read are not reported again where they are used.
  lang::ExprPtr Check(const lang::Yaml* node, Type want, const lang::Scope& scope) {
    if (!node) return nullptr;
    Diagnostics found;
    lang::ExprPtr expr = CheckAt(file_, *node, want, scope, found);
    for (const lang::Diagnostic& mistake : found.list()) {
      auto is_lost = [&](const std::string& name) { return mistake.message == "no '" + name + "' here"; };
      if (mistake.code == Code::kUnknownName && std::any_of(lost_.begin(), lost_.end(), is_lost)) continue;
      diagnostics_.Add(mistake.code, mistake.place, mistake.message, mistake.suggestion);
    }
    return expr;
  }

  bool ReadForm() {
    static const Names kForms = NamesOfEnum(Form::kAbsence);
    static const Names kSubjects = NamesOfEnum(Subject::kCode);
    if (auto at = keys_.OneOfOr("subject", kSubjects, 0)) rule_.subject = static_cast<Subject>(*at);
    auto at = keys_.OneOf("form", kForms);
    if (at) rule_.form = static_cast<Form>(*at);
    has_form_ = at.has_value();
    return has_form_;
  }

  // --- sides ---

  bool ReadKind(Keys& keys, program::Side& side) {
    auto at = keys.OneOf("of", KindNames());
    if (!at) return false;
    const std::string& name = KindNames()[*at];
    side.stays_only = name == "stay";
    side.of = side.stays_only ? Kind::kVisit : timeline::FindKind(name)->kind;
    return true;
  }

  void Lookups(const lang::Yaml* map, const char* what, const lang::Scope& scope, int owner) {
    if (!map) return;
    if (map->kind != lang::Yaml::Kind::kMap) {
      return Fail(Code::kBadValue, *map, std::string(what) + " must be a map", "such as {k: table[line.item]}");
    }
    for (const lang::YamlEntry& entry : map->entries) {
      std::optional<program::Binding> binding = ReadLookup(file_, entry.value, scope, diagnostics_);
      bool row = timeline::FindKind(entry.key) || entry.key == "stay" || entry.key == "a" || entry.key == "b";
      if (!IsName(entry.key) || row || entry.key == "param" || entry.key == "units") {
        diagnostics_.Add(Code::kBadValue, file_.At(entry), "'" + entry.key + "' cannot name a knowledge row",
                         "take a short name such as k");
        continue;
      }
      auto same = [&](const program::Binding& other) { return other.name == entry.key; };
      if (std::any_of(rule_.bindings.begin(), rule_.bindings.end(), same)) {
        diagnostics_.Add(Code::kDuplicate, file_.At(entry), "the name '" + entry.key + "' is taken already");
        continue;
      }
      if (!binding) {
        lost_.push_back(entry.key);
        continue;
      }
      binding->name = entry.key;
      if (!scopes_.Bind(std::move(*binding), owner)) {
        diagnostics_.Add(Code::kBadValue, file_.At(entry),
                         "a rule can look up " + std::to_string(kBindingsMax) + " knowledge rows at most");
      }
    }
  }

  // When all rows and lookups are known.
  void ReadLet() {
    if (const lang::Yaml* map = keys_.Take("let")) ReadLets(file_, *map, scopes_.Group(), diagnostics_);
  }

  // --- each, group, window ---

  void UnaryBody() {
    if (!ReadKind(keys_, rule_.a)) {
      for (const char* key : {"with", "where", "by", "within", "having", "charge"}) keys_.Take(key);
      broken_ = true;
      return;
    }
    const lang::Yaml* with = keys_.Take("with");
    Lookups(with, "with", scopes_.Keys(0), 0);
    ReadLet();
    const lang::Yaml* where = keys_.Take("where");
    rule_.a.where = Check(where, Type::kBool, scopes_.Side(0));
    if (rule_.form == Form::kEach) {
      if (!where && !with) Fail(Code::kMissingKey, file_.root, "an each rule needs 'where'", "or 'with'");
      return;
    }
    By();
    ReadWithin();
    rule_.having = Check(keys_.Need("having"), Type::kBool, scopes_.Group());
    ReadCharge();
  }

  void By() {
    const lang::Yaml* node = keys_.Take("by");
    if (!node || node->kind == lang::Yaml::Kind::kNull) return;
    std::vector<const lang::Yaml*> items{node};
    if (node->kind == lang::Yaml::Kind::kList) {
      items.clear();
      for (const lang::Yaml& item : node->items) items.push_back(&item);
    }
    for (const lang::Yaml* item : items) {
      lang::ExprPtr key = Check(item, Type::kAny, scopes_.Side(0));
      if (key && key->type == Type::kText) Fail(Code::kTypeMismatch, *item, "a display text cannot group rows");
      if (key) rule_.by.push_back(std::move(key));
    }
  }

  // --- pair, overlap, sequence, absence ---

  void BinaryBody() {
    rule_.b.emplace();
    const lang::Yaml* a = keys_.Need("a");
    const lang::Yaml* b = keys_.Need("b");
    bool has_a = ReadSideKind(a, "a", rule_.a);
    bool has_b = ReadSideKind(b, "b", *rule_.b);
    if (!has_a || !has_b) {
      for (const char* key : {"match", "where", "within", "gap", "charge", "next_only", "direction"}) keys_.Take(key);
      broken_ = true;
      return;
    }
    const lang::Yaml* where_a = ReadSide(*a, "a", 0);
    const lang::Yaml* where_b = ReadSide(*b, "b", 1);
    Lookups(keys_.Take("match"), "match", scopes_.Match(), Scopes::kMatch);
    ReadLet();
    rule_.a.where = Check(where_a, Type::kBool, scopes_.Side(0));
    rule_.b->where = Check(where_b, Type::kBool, scopes_.Side(1));
    rule_.where = Check(keys_.Take("where"), Type::kBool, scopes_.Both());
    if (rule_.form == Form::kPair || rule_.form == Form::kAbsence) ReadWithin();
    if (rule_.form == Form::kSequence) Gap();
    if (rule_.form == Form::kAbsence) {
      static const Names kDirections{"any", "before", "after"};
      if (auto at = keys_.OneOfOr("direction", kDirections, 0)) rule_.direction = static_cast<program::Direction>(*at);
      rule_.charge = Charge::kA;
    } else {
      ReadCharge();
    }
    PointsInTime();
  }

  bool ReadSideKind(const lang::Yaml* node, const char* name, program::Side& side) {
    if (!node) return false;
    Keys keys(file_, *node, std::string("side ") + name, diagnostics_);
    if (ReadKind(keys, side)) return true;
    for (const char* key : {"with", "where"}) keys.Take(key);
    keys.End();
    return false;
  }

  // The lookups of a side. Its `where` is given back, to be read when all is known that it may name.
  const lang::Yaml* ReadSide(const lang::Yaml& node, const char* name, int slot) {
    Keys keys(file_, node, std::string("side ") + name, diagnostics_);
    keys.Take("of");
    Lookups(keys.Take("with"), "with", scopes_.Keys(slot), slot);
    const lang::Yaml* where = keys.Take("where");
    keys.End();
    return where;
  }

  // Diagnoses have no time of their own.
  void PointsInTime() {
    bool diagnosis = rule_.a.of == Kind::kDiagnosis || rule_.b->of == Kind::kDiagnosis;
    if (!diagnosis || (rule_.form != Form::kOverlap && rule_.form != Form::kSequence)) return;
    Fail(Code::kNotAllowedHere, file_.root, "a diagnosis has no time of its own",
         "ask visit.diagnoses.exists(d, ...) of a visit instead");
  }

  void Gap() {
    const lang::Yaml* node = keys_.Need("gap");
    rule_.next_only = keys_.FlagOr("next_only", false);
    if (!node) return;
    Keys gap(file_, *node, "gap", diagnostics_);
    rule_.gap_days_min = DaysOf(gap.Take("min"), 0);
    rule_.gap_days_max = DaysOf(gap.Need("max"), rule_.gap_days_min);
    gap.End();
    if (rule_.gap_days_min > rule_.gap_days_max) Fail(Code::kBadValue, *node, "gap is empty: min lies behind max");
  }

  // Civil days: 15, days(15), "15d", param.gap.
  int64_t DaysOf(const lang::Yaml* node, int64_t otherwise) {
    if (!node) return otherwise;
    std::optional<Constant> constant = ReadConstant(file_, *node, scopes_, context_, diagnostics_);
    if (!constant) return otherwise;
    int64_t day = constant->type == Type::kNumber ? kMicro : kSecondsPerDay;
    if (constant->value % day != 0) Fail(Code::kBadValue, *node, "gap counts whole civil days");
    return constant->value / day;
  }

  // --- within, charge ---

  void ReadWithin() {
    static const Names kUnits{"hour", "day", "isoweek", "month", "year", "all", "visit", "stay"};
    const lang::Yaml* node = keys_.Need("within");
    if (!node) return;
    auto at = std::find(kUnits.begin(), kUnits.end(), node->text);
    if (node->kind == lang::Yaml::Kind::kScalar && at != kUnits.end()) {
      rule_.within.unit = static_cast<Within::Unit>(at - kUnits.begin());
      bool pairs = *at == "hour" || *at == "day" || *at == "visit" || *at == "stay";
      if (rule_.form == Form::kWindow) {
        Fail(Code::kBadValue, *node, "a window rolls: within is days(n) or hours(n)",
             "for calendar units use form group");
      } else if (rule_.form != Form::kGroup && !pairs) {
        Fail(Code::kBadValue, *node, "within cannot be '" + *at + "' here",
             "it is hour, day, visit, stay, hours(n) or days(n)");
      }
      return;
    }
    bool word = node->kind == lang::Yaml::Kind::kScalar && IsName(node->text);
    if (word || rule_.form == Form::kGroup) {
      OneOf(file_, *node, "within", kUnits, diagnostics_);
      return;
    }
    std::optional<Constant> length = ReadConstant(file_, *node, scopes_, context_, diagnostics_);
    if (!length) return;
    rule_.within = {Within::Unit::kRolling, length->value};
    if (length->type != Type::kDuration) {
      Fail(Code::kTypeMismatch, *node, "within is a duration", "write days(3) or hours(6)");
    } else if (length->value <= 0) {
      Fail(Code::kBadValue, *node, "within must be longer than nothing");
    }
  }

  void ReadCharge() {
    static const Names kGroup{"all", "after_first", "but_dearest", "excess"};
    static const Names kPair{"a", "b", "both", "cheaper"};
    const lang::Yaml* node = keys_.Take("charge");
    bool grouped = IsGrouped(rule_.form);
    rule_.charge = grouped ? Charge::kAll : Charge::kB;
    if (!node) return;
    if (grouped && node->kind == lang::Yaml::Kind::kMap) {
      Keys charge(file_, *node, "charge", diagnostics_);
      rule_.charge = Charge::kExcess;
      ReadExcess(charge.Need("excess"));
      charge.End();
      return;
    }
    auto at = OneOf(file_, *node, "charge", grouped ? kGroup : kPair, diagnostics_);
    if (!at) return;
    rule_.charge = static_cast<Charge>(static_cast<size_t>(grouped ? Charge::kAll : Charge::kA) + *at);
    if (rule_.charge == Charge::kExcess) {
      Fail(Code::kMissingKey, *node, "excess needs its units or its money", "charge: {excess: sum(line.qty) - 2}");
    }
  }

  // By its type: units of the quantity, or money.
  void ReadExcess(const lang::Yaml* node) {
    rule_.excess = Check(node, Type::kAny, scopes_.Group());
    if (!rule_.excess || rule_.excess->type == Type::kNumber) return;
    if (rule_.excess->type != Type::kMoney) {
      return Fail(
          Code::kTypeMismatch, *node,
          std::string("an excess is a number of units or money, this is ") + lang::TypeName(rule_.excess->type));
    }
    static const std::set<Kind> kPriced{Kind::kLine, Kind::kVisit, Kind::kSettlement, Kind::kTrace};
    if (kPriced.contains(rule_.a.of) || file_.root.Find("amount")) return;
    Fail(Code::kMissingKey, *node, "these rows have no money of their own to take the excess from", "say their amount");
  }

  // --- exceptions, facts, amount, messages ---

  void Exceptions() {
    const lang::Yaml* list = keys_.Take("unless");
    if (!list || broken_) return;
    if (list->kind != lang::Yaml::Kind::kList)
      return Fail(Code::kBadValue, *list, "unless must be a list of exceptions");
    std::set<std::string> names;
    lang::Scope scope = rule_.form == Form::kAbsence ? scopes_.Side(0) : scopes_.Both();
    for (const lang::Yaml& item : list->items) {
      Keys keys(file_, item, "an exception", diagnostics_);
      program::Exception exception;
      exception.name = keys.Text("name");
      exception.when = Check(keys.Need("when"), Type::kBool, scope);
      exception.why = {keys.Text("zh"), keys.Text("en")};
      keys.End();
      if (!exception.name.empty() && !names.insert(exception.name).second) {
        Fail(Code::kDuplicate, item, "two exceptions are called '" + exception.name + "'");
      }
      rule_.unless.push_back(std::move(exception));
    }
  }

  void Facts() {
    const lang::Yaml* map = keys_.Take("facts");
    if (!map || broken_) return;
    if (map->kind != lang::Yaml::Kind::kMap)
      return Fail(Code::kBadValue, *map, "facts must be a map of names and expressions");
    lang::Scope scope = rule_.form == Form::kAbsence ? scopes_.Side(0) : scopes_.Group();
    const Names& builtins = MessageBuiltins();
    for (const lang::YamlEntry& entry : map->entries) {
      if (!IsName(entry.key)) {
        diagnostics_.Add(Code::kBadValue, file_.At(entry), "'" + entry.key + "' cannot name a fact");
      }
      if (std::find(builtins.begin(), builtins.end(), entry.key) != builtins.end()) {
        diagnostics_.Add(Code::kDuplicate, file_.At(entry), "every message has a {" + entry.key + "} already");
      }
      rule_.facts.push_back({entry.key, Check(&entry.value, Type::kAny, scope)});
    }
  }

  void Amount() {
    const lang::Yaml* node = keys_.Take("amount");
    if (!node || broken_) return;
    rule_.amount = Check(node, Type::kMoney, rule_.form == Form::kAbsence ? scopes_.Side(0) : scopes_.Amount());
  }

  // Keys of other forms deserve a better word than "unknown".
  void ForeignKeys() {
    static const Names kFormKeys{"of", "with", "where", "by",        "within", "having",   "charge",
                                 "a",  "b",    "match", "direction", "gap",    "next_only"};
    if (!has_form_) {
      for (const std::string& key : kFormKeys) keys_.Take(key);
      return;
    }
    for (const lang::YamlEntry& entry : file_.root.entries) {
      bool form_key = std::find(kFormKeys.begin(), kFormKeys.end(), entry.key) != kFormKeys.end();
      if (!form_key || keys_.Knows(entry.key)) continue;
      diagnostics_.Add(Code::kNotAllowedHere, file_.At(entry),
                       std::string("'") + entry.key + "' has no meaning in form " + program::NameOf(rule_.form));
      keys_.Take(entry.key);
    }
  }

  const lang::YamlFile& file_;
  const PackContext& context_;
  Diagnostics& diagnostics_;
  Rule rule_;
  lang::Lets lets_;
  Keys keys_;
  Scopes scopes_;
  bool broken_ = false;  // kinds of rows are not known: expressions cannot be checked
  bool has_form_ = false;
  Names lost_;
};

}  // namespace

std::optional<Rule> ReadRule(const lang::YamlFile& file, const PackContext& context, Diagnostics& diagnostics) {
  Diagnostics found;
  std::optional<Rule> rule = RuleReader(file, context, found).Read();
  std::vector<lang::Diagnostic> mistakes = found.list();
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const lang::Diagnostic& left, const lang::Diagnostic& right) {
    return std::tie(left.place.line, left.place.column) < std::tie(right.place.line, right.place.column);
  });
  for (lang::Diagnostic& mistake : mistakes) {
    diagnostics.Add(mistake.code, std::move(mistake.place), std::move(mistake.message), std::move(mistake.suggestion));
  }
  return rule;
}

}  // namespace yijian::pack
