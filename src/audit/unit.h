// What one unit of work (a range of buckets, or all timelines of another subject) found, ready to be written.
//
// Internal to audit. Owns its findings; row numbers are already row_ids.
#pragma once

#include <string>
#include <vector>

#include "audit/attribute.h"
#include "audit/run.h"
#include "finding/finding.h"

namespace yijian::audit {

struct RecordRow {
  timeline::Kind kind;
  int64_t row_id;
  bool charged;
  Fen amount;
  Fen attributed;
  Micro units;
};

// A finding as it lies in Parquet (docs/formats/lake.md).
struct Record {
  uint64_t id;
  uint32_t rule;
  std::string subject;      // psn_no, doctor, institution or trace code
  std::string institution;  // code; empty when unknown
  std::string visit;        // mdtrt_id; empty when unknown
  int64_t time;             // kNull when unknown
  Fen amount;
  Fen attributed;
  Fen fund;
  bool amount_unknown;
  bool fund_unknown;
  std::string message_zh;
  std::string message_en;
  std::string facts;    // JSON object
  std::string batches;  // ordinals, ascending, comma
  std::vector<RecordRow> rows;
};

// Rows of an institution that a rule could not judge for want of one fact, and the first of them.
struct UnknownRecord {
  uint32_t rule;
  std::string institution;
  std::string reason;
  int64_t rows = 0;
  std::string subject;
  timeline::Kind kind;
  int64_t row_id;
};

struct Unit {
  std::vector<Record> records;
  std::vector<UnknownRecord> unknowns;
};

struct UnitFilter {
  int64_t from = INT64_MIN;  // seconds
  int64_t until = INT64_MAX;
  std::string institution;
};

// Adds what an evaluator collected in `bucket` to the unit. `attributed` belongs to the findings, one each. When all
// is in, Arrange puts it in the order (rule, subject, time, id), whatever order it came in.
void AddTo(Unit& unit, const std::vector<finding::Finding>& findings, const std::vector<finding::Unknown>& unknowns,
           const std::vector<Attributed>& attributed, const timeline::Bucket& bucket, const timeline::CodeBook& codes,
           const program::RuleSet& rules, const UnitFilter& filter);
void Arrange(Unit& unit);

// Adds the unit's sums to the report.
void Count(const Unit& unit, const program::RuleSet& rules, AuditReport& report);

}  // namespace yijian::audit
