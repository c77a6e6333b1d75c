// How well an audit found what was planted.
//
//   std::vector<TruthRow> truth = TRY(ReadTruth(city + "/truth.csv"));
//   ScoreReport report = Score(found, truth);
//   std::cout << Render(report);
//
// A finding matches a planted violation when its rule does and they share a charged line, or a visit where one of them
// has no lines, or the subject where the violation has neither. Of the other findings,
//   look-alike   touch what was planted as a look-alike of their own rule: wrong
//   collateral   touch a story planted for another rule: its true consequences, for the most part; counted apart
//   noise        touch rows that were spoilt on purpose; counted apart
//   false        touch the clean background: wrong
// recall = violations found / planted; precision = matching findings / (matching + look-alike + false).
//
// Threads: pure functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "city/truth.h"

namespace yijian::city {

// A finding as exported; the subject unmasked.
struct FoundRow {
  std::string id;
  std::string rule;
  std::string subject;  // psn_no; a trace code may be given as the hex of its key in the lake
  std::string visit;    // mdtrt_id, may be empty
  Fen amount = 0;
  std::vector<std::string> lines;  // bkkp_sn
};

struct RuleScore {
  int64_t planted = 0;  // violations
  int64_t recalled = 0;
  int64_t scenes = 0;  // of the planted, those written by hand
  int64_t scenes_recalled = 0;
  int64_t lookalikes = 0;
  int64_t matching = 0;  // findings
  int64_t lookalike_hits = 0;
  int64_t false_hits = 0;
  int64_t collateral = 0;
  int64_t noise = 0;
  Fen expected = 0;  // money planted
  Fen found = 0;     // money of matching findings

  double Recall() const;     // 1 when nothing was planted
  double Precision() const;  // 1 when nothing was found
  void Add(const RuleScore& other);
};

struct ScoreReport {
  RuleScore total;
  std::map<std::string, RuleScore> by_rule;
  std::vector<TruthRow> missed;
  std::vector<FoundRow> wrong;  // look-alike and false, at most 1000
};

ScoreReport Score(const std::vector<FoundRow>& found, const std::vector<TruthRow>& truth);
std::string Render(const ScoreReport& report, size_t examples = 10);

// A findings export as FoundRows, by the Chinese or English names of its columns. Errors: kInvalidInput naming the
// column.
Result<std::vector<FoundRow>> ReadFindings(std::string_view csv);

}  // namespace yijian::city
