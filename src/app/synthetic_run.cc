#include "app/synthetic_run.h"

#include <algorithm>

#include "base/hash.h"

namespace yijian::app {
namespace {

constexpr std::array<const char*, 4> kSeverities{"violation", "suspect", "lead", "monitor"};

uint64_t Dice(int64_t number, const char* what) { return KeyOf(std::string(what) + std::to_string(number)); }

}  // namespace

SyntheticRun::SyntheticRun(const clue::Matters& matters, int64_t findings, int64_t clues)
    : findings_(findings), clues_(std::min(clues, findings)) {
  for (const clue::Matter& matter : matters.all()) {
    if (matter.rules.empty()) continue;
    std::string rule = matter.rules.front();
    severities_[rule] = kSeverities[Dice(static_cast<int64_t>(severities_.size()), "severity") % 3];
    if (matter.subject_kind == "person") person_rules_.push_back(rule);
    if (matter.subject_kind == "institution") institution_rules_.push_back(rule);
  }
  CHECK(!person_rules_.empty() && !institution_rules_.empty());
  institutions_ = std::max<int64_t>(1, clues_ / 2 / static_cast<int64_t>(institution_rules_.size()) + 1);
}

std::string SyntheticRun::Institution(int64_t number) const {
  // Twelve counties of one city that does not exist.
  std::string county = std::to_string(500101 + number % 12);
  std::string digits = std::to_string(number);
  return "H" + county + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

SyntheticRun::Slot SyntheticRun::SlotOf(int64_t clue) const {
  auto person_rules = static_cast<int64_t>(person_rules_.size());
  auto institution_rules = static_cast<int64_t>(institution_rules_.size());
  Slot slot;
  int64_t half = clue / 2;
  if (clue % 2 == 0) {
    slot.rule = person_rules_[static_cast<size_t>(half % person_rules)];
    slot.person = 1 + half / person_rules;
    slot.institution = static_cast<int64_t>(Dice(slot.person, "home") % static_cast<uint64_t>(institutions_));
  } else {
    slot.rule = institution_rules_[static_cast<size_t>(half % institution_rules)];
    slot.institution = half / institution_rules;
  }
  slot.severity = severities_.at(slot.rule);
  return slot;
}

Result<clue::SourceRun> SyntheticRun::Run() {
  clue::SourceRun run;
  run.run = "synthetic" + std::to_string(findings_);
  run.findings = findings_;
  run.lines = findings_ * 20;
  run.visits = findings_ * 2;
  run.persons = clues_;
  return run;
}

Result<std::vector<clue::SourceRule>> SyntheticRun::Rules() {
  std::vector<clue::SourceRule> rules;
  for (const auto& [id, severity] : severities_) {
    clue::SourceRule rule;
    rule.rule = id;
    rule.version = 1;
    rule.name_zh = "合成规则 " + id;
    rule.name_en = "synthetic rule " + id;
    rule.rule_class = "policy";
    rule.severity = severity;
    rules.push_back(std::move(rule));
  }
  return rules;
}

Result<std::vector<clue::SourceInstitution>> SyntheticRun::Institutions() {
  std::vector<clue::SourceInstitution> all;
  for (int64_t i = 0; i <= institutions_; i++) {
    std::string code = Institution(i);
    all.push_back(
        {code, "合成医院" + std::to_string(i), "1", std::to_string(1 + i % 3), code.substr(1, 6), 1000 + i % 5000});
  }
  return all;
}

Status SyntheticRun::ForEach(const std::function<Status(clue::SourceFinding)>& take) {
  // Most clues are small and a few are large, as in life; those of one clue come together.
  int64_t left = findings_ - clues_;
  int64_t number = 0;
  for (int64_t clue = 0; clue < clues_; clue++) {
    Slot slot = SlotOf(clue);
    int64_t share = clue + 1 == clues_
                        ? left
                        : std::min<int64_t>(left, static_cast<int64_t>(Dice(clue, "size") % 19 * (findings_ - clues_) /
                                                                       std::max<int64_t>(1, clues_) / 9));
    left -= share;
    for (int64_t i = 0; i <= share; i++, number++) {
      uint64_t dice = Dice(number, "finding");
      clue::SourceFinding finding;
      finding.key = dice;
      finding.rule = slot.rule;
      finding.rule_version = 1;
      finding.severity = slot.severity;
      finding.subject_kind = "person";
      int64_t person = slot.person != 0 ? slot.person : static_cast<int64_t>(1 + dice % static_cast<uint64_t>(clues_));
      finding.subject = "SYN" + std::to_string(person);
      finding.person_name = "合成人";
      finding.gender = person % 2 == 0 ? "1" : "2";
      finding.institution = Institution(slot.institution);
      finding.doc = "SYN-V" + std::to_string(number);
      finding.at = StartOf(DateOf({2025, 1, 1}) + static_cast<Date>(dice % 365)) + static_cast<Time>(dice % 36'000) +
                   8 * kSecondsPerHour;
      size_t lines = dice % 20 == 0 ? 2 : 1;
      for (size_t l = 0; l < lines; l++) {
        clue::SourceLine line;
        line.kind = "line";
        line.row_id = number * 4 + static_cast<int64_t>(l);
        line.charged = true;
        line.found = line.attributed = 100 + static_cast<Fen>(dice % 90'000);
        line.amount = line.found;
        line.item_code = "001204000060000";
        line.item_name = "合成项目";
        line.at = finding.at;
        line.cnt = "1";
        finding.found += line.found;
        finding.attributed += line.attributed;
        finding.lines.push_back(std::move(line));
      }
      finding.fund = finding.attributed * 7 / 10;
      finding.message_zh = "合成疑点：同日重复收费 " + std::to_string(dice % 9 + 2) + " 次";
      finding.message_en = "synthetic finding: charged " + std::to_string(dice % 9 + 2) + " times in a day";
      finding.facts = "{\"count\":\"" + std::to_string(dice % 9 + 2) + "\"}";
      TRY(take(std::move(finding)));
    }
  }
  return {};
}

}  // namespace yijian::app
