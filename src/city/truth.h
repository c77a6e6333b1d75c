// truth.csv: what was planted, and what should be found of it.
//
//   kind,source,rule,case,subject,mdtrt_id,bkkp_sn,amount
//   violation,case,P-007,"fourteenth birthday",5001...,5100...,8000...,20.00
//
// kind     violation: must be found. lookalike: resembles one and must not be found by this rule. story: a person and
//          visits that are not of the clean background. noise: spoilt as real rows are; what rules say of both is
//          counted apart.
// source   case: made after the rule's own case. scene: written by hand. noise: the exporter's.
// rule     a rule id; of scenes a catalogue id (P-025), which stands for its variants (P-025a) too.
// subject  psn_no; doctor, institution or trace code where the rule's subject is one.
// mdtrt_id, bkkp_sn   separated by ';': of violations the rows charged, of the others all that was planted.
// amount   yuan, of violations; empty = unknown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"

namespace yijian::city {

struct TruthRow {
  std::string kind;
  std::string source;
  std::string rule;
  std::string name;  // of the case or scene
  std::string subject;
  std::vector<std::string> visits;
  std::vector<std::string> lines;
  std::optional<Fen> amount;
};

inline constexpr std::string_view kTruthHeader = "kind,source,rule,case,subject,mdtrt_id,bkkp_sn,amount\n";
void AppendTo(const TruthRow& row, std::string& out);
// The file of Options::to + "/truth.csv". Errors: kNotFound, kInvalidInput with the line.
Result<std::vector<TruthRow>> ReadTruth(const std::string& path);

// A CSV text, with or without a byte order mark, as rows of cells (RFC 4180). Errors: kInvalidInput when a quote is not
// closed.
Result<std::vector<std::vector<std::string>>> ParseCsv(std::string_view text);

}  // namespace yijian::city
