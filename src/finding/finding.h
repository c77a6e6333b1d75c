// What every detector reports: a complete accusation, or an honest "unknown, because ...".
//
// Units:   money in fen; units (charged part of a quantity) in millionths.
// Rows:    named by kind and row number in the Bucket they were found in; RowKey names them in the lake.
// Threads: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "timeline/bucket.h"

namespace yijian::finding {

struct RowRef {
  timeline::Kind kind = timeline::Kind::kLine;
  uint32_t row = 0;
  friend bool operator==(const RowRef&, const RowRef&) = default;
  friend auto operator<=>(const RowRef&, const RowRef&) = default;
};

struct ChargedRow {
  RowRef row;
  Fen amount = 0;   // what should not have been paid on this row
  Micro units = 0;  // charged part of the quantity, kExcess only; else 0
  friend bool operator==(const ChargedRow&, const ChargedRow&) = default;
};

struct FactValue {
  std::string name;
  std::string text;  // "14", "男", or "unknown: person.birth"
  friend bool operator==(const FactValue&, const FactValue&) = default;
};

struct Finding {
  uint32_t rule = 0;                // index in the RuleSet
  uint32_t person = 0;              // row of the person (or subject) table
  std::vector<ChargedRow> charged;  // in time order, at least one
  std::vector<RowRef> evidence;     // other rows the accusation rests on, in time order
  std::vector<FactValue> facts;
  Fen amount = 0;               // sum over charged
  bool amount_unknown = false;  // a fact the formula needs is missing on some row; amount sums the others
  std::string message_zh;
  std::string message_en;
  friend bool operator==(const Finding&, const Finding&) = default;
};

// A row (or group) that could be judged only with a fact that is missing.
struct Unknown {
  uint32_t rule = 0;
  uint32_t person = 0;
  RowRef row;               // the row in question, or the first of the group
  std::string_view reason;  // "person.birth"; the text belongs to the rules' Bound, which outlives it
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

// Takes what an evaluator reports. Called from one thread.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void Take(Finding finding) = 0;
  virtual void Take(Unknown unknown) = 0;
};

// Keeps everything: tests and single drafts.
class Collector : public Sink {
 public:
  void Take(Finding finding) override { findings.push_back(std::move(finding)); }
  void Take(Unknown unknown) override { unknowns.push_back(unknown); }
  // Order by rule, person, first charged row: evaluators may report in any order.
  void Sort();

  std::vector<Finding> findings;
  std::vector<Unknown> unknowns;
};

}  // namespace yijian::finding
