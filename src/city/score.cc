#include "city/score.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

#include "base/hash.h"
#include "city/scene.h"

namespace yijian::city {
namespace {

// The key of an id in the lake: the last eight bytes of its MD5, little-endian, shifted by one (docs/formats/lake.md).
std::string LakeKeyHex(const std::string& id) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(id.data(), id.size(), digest.data(), &size, EVP_md5(), nullptr);
  uint64_t low = 0;
  for (int i = 15; i >= 8; i--) low = low << 8 | digest[static_cast<size_t>(i)];
  return HexOf(low >> 1);
}

// What each row and subject was planted for.
class Map {
 public:
  explicit Map(const std::vector<TruthRow>& truth) {
    for (size_t i = 0; i < truth.size(); i++) {
      const TruthRow& row = truth[i];
      if (row.kind == "noise") {
        noise_.insert(row.lines.begin(), row.lines.end());
        continue;
      }
      for (const std::string& line : row.lines) by_line_[line].push_back(i);
      for (const std::string& visit : row.visits) by_visit_[visit].push_back(i);
      if (row.subject.empty()) continue;
      by_subject_[row.subject].push_back(i);
      bool trace_code = row.subject.size() == 20 && row.subject[0] == '8';
      if (trace_code) by_subject_[LakeKeyHex(row.subject)].push_back(i);
    }
  }

  bool Noisy(const FoundRow& found) const {
    return std::any_of(found.lines.begin(), found.lines.end(),
                       [&](const std::string& line) { return noise_.count(line) > 0; });
  }
  // Rows of the truth that the finding touches, of any rule.
  std::set<size_t> Touched(const FoundRow& found) const {
    std::set<size_t> rows;
    auto add = [&](const std::unordered_map<std::string, std::vector<size_t>>& map, const std::string& key) {
      if (auto at = map.find(key); at != map.end()) rows.insert(at->second.begin(), at->second.end());
    };
    for (const std::string& line : found.lines) add(by_line_, line);
    if (!found.visit.empty()) add(by_visit_, found.visit);
    add(by_subject_, found.subject);
    return rows;
  }
  bool Matches(const FoundRow& found, const TruthRow& row) const {
    auto shares = [&](const std::vector<std::string>& names, const std::string& one) {
      return std::find(names.begin(), names.end(), one) != names.end();
    };
    if (!found.lines.empty() && !row.lines.empty()) {
      return std::any_of(found.lines.begin(), found.lines.end(),
                         [&](const std::string& line) { return shares(row.lines, line); });
    }
    if (!row.visits.empty() && !found.visit.empty()) return shares(row.visits, found.visit);
    return found.subject == row.subject || found.subject == LakeKeyHex(row.subject);
  }

 private:
  std::unordered_map<std::string, std::vector<size_t>> by_line_;
  std::unordered_map<std::string, std::vector<size_t>> by_visit_;
  std::unordered_map<std::string, std::vector<size_t>> by_subject_;
  std::unordered_set<std::string> noise_;
};

}  // namespace

double RuleScore::Recall() const {
  return planted == 0 ? 1 : static_cast<double>(recalled) / static_cast<double>(planted);
}

double RuleScore::Precision() const {
  int64_t judged = matching + lookalike_hits + false_hits;
  return judged == 0 ? 1 : static_cast<double>(matching) / static_cast<double>(judged);
}

void RuleScore::Add(const RuleScore& other) {
  for (int64_t RuleScore::*field :
       {&RuleScore::planted, &RuleScore::recalled, &RuleScore::scenes, &RuleScore::scenes_recalled,
        &RuleScore::lookalikes, &RuleScore::matching, &RuleScore::lookalike_hits, &RuleScore::false_hits,
        &RuleScore::collateral, &RuleScore::noise, &RuleScore::expected, &RuleScore::found}) {
    this->*field += other.*field;
  }
}

ScoreReport Score(const std::vector<FoundRow>& found, const std::vector<TruthRow>& truth) {
  ScoreReport report;
  Map map(truth);
  std::vector<std::string> recalled(truth.size());  // the rule that did
  for (const FoundRow& finding : found) {
    RuleScore& score = report.by_rule[finding.rule];
    std::set<size_t> touched = map.Touched(finding);
    bool matching = false;
    bool lookalike = false;
    for (size_t i : touched) {
      if (!IsVariantOf(finding.rule, truth[i].rule)) continue;
      if (truth[i].kind == "violation" && map.Matches(finding, truth[i])) {
        matching = true;
        recalled[i] = finding.rule;
      }
      lookalike = lookalike || truth[i].kind == "lookalike";
    }
    if (matching) {
      score.matching++;
      score.found += finding.amount;
    } else if (lookalike) {
      score.lookalike_hits++;
    } else if (!touched.empty()) {
      score.collateral++;
    } else if (map.Noisy(finding)) {
      score.noise++;
    } else {
      score.false_hits++;
    }
    bool wrong = !matching && (lookalike || (touched.empty() && !map.Noisy(finding)));
    if (wrong && report.wrong.size() < 1000) report.wrong.push_back(finding);
  }
  for (size_t i = 0; i < truth.size(); i++) {
    const TruthRow& row = truth[i];
    if (row.kind != "violation" && row.kind != "lookalike") continue;
    // A scene names a catalogue id: it counts with the variant that found it.
    RuleScore& score = report.by_rule[recalled[i].empty() ? row.rule : recalled[i]];
    if (row.kind == "lookalike") {
      score.lookalikes++;
      continue;
    }
    score.planted++;
    score.recalled += recalled[i].empty() ? 0 : 1;
    score.scenes += row.source == "scene" ? 1 : 0;
    score.scenes_recalled += row.source == "scene" && !recalled[i].empty() ? 1 : 0;
    score.expected += row.amount.value_or(0);
    if (recalled[i].empty()) report.missed.push_back(row);
  }
  for (const auto& [rule, score] : report.by_rule) report.total.Add(score);
  return report;
}

Result<std::vector<FoundRow>> ReadFindings(std::string_view csv) {
  auto cells = TRY(ParseCsv(csv).While("reading findings"));
  if (cells.empty()) return InvalidInput("the findings have no header");
  static const std::map<std::string, std::string> kEnglish{{"疑点编号", "finding_id"}, {"规则", "rule"},
                                                           {"对象", "subject"},        {"就诊ID", "mdtrt_id"},
                                                           {"涉及金额", "amount"},     {"明细流水号", "bkkp_sn"}};
  std::map<std::string, size_t> columns;
  for (size_t i = 0; i < cells[0].size(); i++) {
    auto english = kEnglish.find(cells[0][i]);
    columns[english == kEnglish.end() ? cells[0][i] : english->second] = i;
  }
  for (const char* name : {"finding_id", "rule", "subject", "mdtrt_id", "amount", "bkkp_sn"}) {
    if (columns.count(name) == 0) return InvalidInput(std::string("the findings lack the column ") + name);
  }
  std::vector<FoundRow> found;
  for (size_t i = 1; i < cells.size(); i++) {
    if (cells[i].size() != cells[0].size())
      return InvalidInput("findings, row " + std::to_string(i + 1) + ": cells are missing");
    auto cell = [&](const char* name) -> const std::string& { return cells[i][columns.at(name)]; };
    FoundRow row{cell("finding_id"), cell("rule"), cell("subject"), cell("mdtrt_id"), 0, {}};
    std::optional<Micro> amount = ParseMicro(cell("amount"));
    if (!amount)
      return InvalidInput("findings, row " + std::to_string(i + 1) + ": '" + cell("amount") + "' is no amount");
    row.amount = FenOf(*amount);
    std::stringstream lines(cell("bkkp_sn"));
    for (std::string line; std::getline(lines, line, ';');) {
      if (!line.empty()) row.lines.push_back(line);
    }
    found.push_back(std::move(row));
  }
  return found;
}

}  // namespace yijian::city
