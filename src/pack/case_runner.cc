#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "eval/evaluate.h"
#include "pack/cases.h"
#include "pack/keys.h"
#include "pack/uses.h"
#include "timeline/story.h"

namespace yijian::pack {
namespace {

namespace fs = std::filesystem;

using finding::Collector;
using lang::Code;
using lang::Diagnostics;
using program::Rule;
using program::RuleSet;
using program::Subject;
using timeline::Bucket;
using timeline::Kind;
using timeline::Story;

// Whose timeline a story becomes: that of persons, or of the rule's subject.
Bucket BucketFor(const Rule& rule, const Story& story) {
  if (rule.subject == Subject::kPerson) return story.bucket;
  std::string_view field = rule.subject == Subject::kDoctor ? "exec_doctor"
                           : rule.subject == Subject::kCode ? "code"
                                                            : "institution";
  return timeline::Regroup(story.bucket, rule.a.of, timeline::OrdinalOf(*timeline::FindField(rule.a.of, field)));
}

// What was found, in the words of `expect`.
struct Found {
  std::vector<std::string> findings;  // "finding L1 20.00", sorted
  std::vector<std::string> messages;  // beside them
  std::set<std::string> unknowns;     // "unknown person.birth"
};

std::string FindingText(std::vector<std::string> rows, std::optional<Fen> amount) {
  std::sort(rows.begin(), rows.end());
  return "finding " + Join(rows, " ") + " " + (amount ? FormatFen(*amount) : "?");
}

Found Describe(const Collector& collector, const Bucket& bucket, const std::map<int64_t, std::string>& names) {
  Found found;
  std::vector<std::pair<std::string, std::string>> findings;
  for (const finding::Finding& each : collector.findings) {
    std::vector<std::string> rows;
    for (const finding::ChargedRow& charged : each.charged) {
      rows.push_back(names.at(bucket.table(charged.row.kind).row_id[charged.row.row]));
    }
    std::optional<Fen> amount;
    if (!each.amount_unknown) amount = each.amount;
    findings.emplace_back(FindingText(std::move(rows), amount), each.message_zh);
  }
  std::sort(findings.begin(), findings.end());
  for (auto& [text, message] : findings) {
    found.findings.push_back(text);
    found.messages.push_back(message);
  }
  for (const finding::Unknown& each : collector.unknowns) found.unknowns.insert("unknown " + std::string(each.reason));
  return found;
}

std::string Listed(const std::string& label, const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += "    ";
    text += label;
    text += line;
    text += '\n';
  }
  return text.empty() ? "    " + label + "none\n" : text;
}

class RuleRunner {
 public:
  RuleRunner(const Library& library, size_t index, const std::string& file, Diagnostics& diagnostics)
      : library_(library),
        index_(index),
        rule_(library.rules.rules[index]),
        file_(file),
        diagnostics_(diagnostics),
        tables_(TablesOf(rule_)) {}

  std::vector<CaseResult> Run(const std::vector<Case>& cases) {
    std::vector<Prepared> all;
    for (const Case& each : cases) {
      if (std::optional<Prepared> prepared = Prepare(each)) all.push_back(std::move(*prepared));
    }
    // Codes of all cases are in the book before anything is bound to it.
    RuleSet plain = Plain();
    std::shared_ptr<const eval::Bound> shared;
    std::vector<CaseResult> results;
    for (Prepared& prepared : all) {
      if (!prepared.own_set && !shared) shared = Bind(plain);
      std::shared_ptr<const eval::Bound> bound = prepared.own_set ? Bind(*prepared.own_set) : shared;
      if (bound) results.push_back(Judge(prepared, *bound));
    }
    return results;
  }

 private:
  struct Prepared {
    const Case* source;
    Story story;
    std::unique_ptr<RuleSet> own_set;  // when the case has parameters or knowledge of its own
  };

  RuleSet Plain() const {
    RuleSet set;
    set.rules.push_back(rule_);
    set.params = library_.rules.params;
    for (const std::string& name : tables_) set.tables.emplace(name, library_.rules.tables.at(name));
    return set;
  }

  void Fail(int line, int column, std::string message, std::string suggestion = {}) {
    diagnostics_.Add(Code::kCaseSyntax, {file_, line, column}, std::move(message), std::move(suggestion));
  }

  std::optional<Prepared> Prepare(const Case& source) {
    size_t before = diagnostics_.list().size();
    timeline::StoryParser parser(codes_);
    for (const CaseLine& line : source.story) parser.Add(line.text, line.line);
    for (const timeline::StoryError& error : parser.errors()) {
      Fail(error.line, error.column, error.message, DidYouMean(error.word, error.known));
    }
    Prepared prepared{&source, parser.Finish(), nullptr};
    std::vector<std::string> names;
    for (const auto& [name, row] : prepared.story.names) names.push_back(name);
    for (const ExpectedFinding& finding : source.findings) {
      for (const std::string& row : finding.rows) {
        if (prepared.story.names.count(row) > 0 || !parser.errors().empty()) continue;
        Fail(source.line, 1, "the case expects '" + row + "', which it does not tell of", DidYouMean(row, names));
      }
    }
    if (!source.params.empty() || !source.tables.empty()) {
      prepared.own_set = std::make_unique<RuleSet>(Plain());
      Override(source, *prepared.own_set);
    }
    if (diagnostics_.list().size() > before) return std::nullopt;
    return prepared;
  }

  void Override(const Case& source, RuleSet& set) {
    for (const CaseLine& line : source.params) OverrideParam(line, set);
    for (const CaseLine& line : source.tables) OverrideTable(line, set);
    if (source.params.empty()) return;
    // A parameter may have become part of the rule (within: param.gap): read the rule again.
    PackContext context = library_.packs[library_.pack_of[index_]].context;
    for (auto& [name, param] : context.params) param = set.params.at(name);
    Diagnostics again;
    std::optional<lang::YamlFile> yaml = lang::ReadYaml(rule_.file, rule_.source_text, again);
    std::optional<Rule> rule = yaml ? ReadRule(*yaml, context, again) : std::nullopt;
    if (rule) set.rules[0] = std::move(*rule);
    for (const lang::Diagnostic& mistake : again.list())
      Fail(source.line, 1, "with these parameters: " + mistake.message);
  }

  void OverrideParam(const CaseLine& line, RuleSet& set) {
    std::vector<timeline::StoryWord> words = *timeline::SplitWords(line.text);
    for (size_t i = 1; i < words.size(); i++) {
      size_t equals = words[i].text.find('=');
      std::string name = words[i].text.substr(0, equals);
      std::string value = equals == std::string::npos ? std::string() : words[i].text.substr(equals + 1);
      auto param = set.params.find(name);
      if (param == set.params.end()) {
        std::vector<std::string> names;
        for (const auto& [known, unused] : set.params) names.push_back(known);
        Fail(line.line, words[i].column, "no parameter '" + name + "'", DidYouMean(name, names));
        continue;
      }
      ParamText parsed = ParseParam(value, param->second.type == lang::Type::kCode);
      if (value.empty() || parsed.type != param->second.type) {
        std::string message = "'" + value;
        message += "' is no value of parameter '" + name;
        Fail(line.line, words[i].column, message + "'",
             std::string("expected a ") + lang::TypeName(param->second.type));
        continue;
      }
      param->second.values = {{INT32_MIN, parsed.value, parsed.text}};
    }
  }

  // The row stands in place of those with the same keys and area.
  void OverrideTable(const CaseLine& line, RuleSet& set) {
    std::vector<timeline::StoryWord> words = *timeline::SplitWords(line.text);
    const std::string& name = words[1].text;
    auto spec = library_.tables.find(name);
    auto table = set.tables.find(name);
    if (spec == library_.tables.end() || table == set.tables.end()) {
      std::vector<std::string> names(tables_.begin(), tables_.end());
      return Fail(line.line, words[1].column, "the rule reads no table '" + name + "'", DidYouMean(name, names));
    }
    std::vector<std::string> header;
    std::vector<std::string> cells;
    for (size_t i = 2; i < words.size(); i++) {
      size_t equals = words[i].text.find('=');
      if (equals == std::string::npos) return Fail(line.line, words[i].column, "expected key=value");
      header.push_back(words[i].text.substr(0, equals));
      cells.push_back(words[i].text.substr(equals + 1));
    }
    lang::Place place{file_, line.line, words[1].column};
    std::optional<RowLayout> layout = RowLayout::FromHeader(spec->second, header, place, diagnostics_);
    std::optional<program::KnowledgeRow> row = layout ? layout->Read(cells, place, diagnostics_) : std::nullopt;
    if (!row) return;
    auto same = [&](const program::KnowledgeRow& other) { return other.keys == row->keys && other.area == row->area; };
    std::vector<program::KnowledgeRow>& rows = table->second.rows;
    rows.erase(std::remove_if(rows.begin(), rows.end(), same), rows.end());
    rows.push_back(std::move(*row));
  }

  std::shared_ptr<const eval::Bound> Bind(const RuleSet& set) {
    Result<std::shared_ptr<const eval::Bound>> bound = eval::Bind(set, codes_);
    if (bound) return *bound;
    Fail(0, 0, "the rule cannot be run: " + bound.error().message);
    return nullptr;
  }

  CaseResult Judge(const Prepared& prepared, const eval::Bound& bound) const {
    Bucket bucket = BucketFor(rule_, prepared.story);
    std::map<int64_t, std::string> names;
    for (const auto& [name, row] : prepared.story.names) {
      if (row.kind != Kind::kPerson) names[prepared.story.bucket.table(row.kind).row_id[row.row]] = name;
    }
    Collector columns;
    Collector plain;
    eval::EvaluateColumns(bound, bucket, columns, {.subject = rule_.subject});
    eval::EvaluatePlain(bound, bucket, plain, {.subject = rule_.subject});
    columns.Sort();
    plain.Sort();
    Found found = Describe(columns, bucket, names);

    const Case& source = *prepared.source;
    std::vector<std::string> expected;
    for (const ExpectedFinding& finding : source.findings)
      expected.push_back(FindingText(finding.rows, finding.amount));
    std::sort(expected.begin(), expected.end());
    std::set<std::string> unknowns;
    for (const std::string& reason : source.unknowns) unknowns.insert("unknown " + reason);
    bool agree = columns.findings == plain.findings && columns.unknowns == plain.unknowns;
    bool passed = agree && found.findings == expected && found.unknowns == unknowns;

    CaseResult result{rule_.id, source.name, {file_, source.line, 1}, CaseOutcome::kPassed, {}};
    result.outcome = passed ? (source.todo ? CaseOutcome::kMended : CaseOutcome::kPassed)
                            : (source.todo ? CaseOutcome::kMiss : CaseOutcome::kFailed);
    if (passed) return result;
    expected.insert(expected.end(), unknowns.begin(), unknowns.end());
    std::vector<std::string> seen;
    for (size_t i = 0; i < found.findings.size(); i++) seen.push_back(found.findings[i] + "  " + found.messages[i]);
    seen.insert(seen.end(), found.unknowns.begin(), found.unknowns.end());
    result.difference = Listed("expected: ", expected) + Listed("found:    ", seen);
    if (!agree) {
      Found other = Describe(plain, bucket, names);
      other.findings.insert(other.findings.end(), other.unknowns.begin(), other.unknowns.end());
      result.difference += "    the evaluators disagree; the plain one says\n" + Listed("          ", other.findings);
    }
    return result;
  }

  const Library& library_;
  size_t index_;
  const Rule& rule_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  std::set<std::string> tables_;
  timeline::CodeBook codes_;
};

void CheckEnough(const Rule& rule, const std::string& file, const std::vector<Case>& cases, Diagnostics& diagnostics) {
  auto has = [&](auto holds) {
    return std::any_of(cases.begin(), cases.end(), [&](const Case& each) { return !each.todo && holds(each); });
  };
  bool finding = has([](const Case& each) { return !each.findings.empty(); });
  bool none = has([](const Case& each) { return each.expects_none; });
  if (finding && none) return;
  diagnostics.Add(Code::kNoCases, {file, 0, 0},
                  "rule " + rule.id + " has no case " +
                      (finding ? "without a finding"
                       : none  ? "with a finding"
                               : "with a finding and none without"),
                  "a rule travels with its proof");
}

}  // namespace

std::vector<CaseResult> RunRuleCases(const Library& library, size_t rule, const std::string& file,
                                     std::string_view text, Diagnostics& diagnostics) {
  std::vector<Case> cases = ParseCases(file, text, diagnostics);
  CheckEnough(library.rules.rules[rule], file, cases, diagnostics);
  return RuleRunner(library, rule, file, diagnostics).Run(cases);
}

CaseReport RunCases(const Library& library, Diagnostics& diagnostics, const std::vector<std::string>& rules) {
  CaseReport report;
  for (size_t i = 0; i < library.rules.rules.size(); i++) {
    const Rule& rule = library.rules.rules[i];
    if (!rules.empty() && std::find(rules.begin(), rules.end(), rule.id) == rules.end()) continue;
    report.rules++;
    std::string file = fs::path(rule.file).replace_extension(".cases").string();
    std::string text;
    if (fs::exists(file)) text = lang::ReadText(file, lang::kYamlBytesMax, diagnostics).value_or(std::string());
    std::vector<CaseResult> results = RunRuleCases(library, i, file, text, diagnostics);
    report.results.insert(report.results.end(), results.begin(), results.end());
  }
  return report;
}

size_t CaseReport::Count(CaseOutcome outcome) const {
  auto same = [&](const CaseResult& result) { return result.outcome == outcome; };
  return static_cast<size_t>(std::count_if(results.begin(), results.end(), same));
}

std::string CaseReport::Render() const {
  std::string text;
  for (const CaseResult& result : results) {
    if (result.outcome == CaseOutcome::kPassed) continue;
    const char* word = result.outcome == CaseOutcome::kFailed ? "FAILED "
                       : result.outcome == CaseOutcome::kMiss ? "known miss "
                                                              : "passes now, make it a case: ";
    text += word + result.rule + " \"" + result.name + "\" (" + DescribePlace(result.place) + ")\n";
    if (result.outcome == CaseOutcome::kFailed) text += result.difference;
  }
  text += std::to_string(results.size()) + " cases of " + std::to_string(rules) +
          " rules: " + std::to_string(Count(CaseOutcome::kPassed)) + " passed, " + std::to_string(failed()) +
          " failed, " + std::to_string(Count(CaseOutcome::kMiss)) + " known misses, " +
          std::to_string(Count(CaseOutcome::kMended)) + " todo that pass now\n";
  return text;
}

}  // namespace yijian::pack
