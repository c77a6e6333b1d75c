#include "audit/unit.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/hash.h"

namespace yijian::audit {
namespace {

using finding::Finding;
using finding::RowRef;
using timeline::Bucket;
using timeline::Kind;
using timeline::kNoRow;
using timeline::kNull;

size_t Field(Kind kind, std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); }

// Looks rows of a bucket up in the terms of the lake.
class Names {
 public:
  Names(const Bucket& bucket, const timeline::CodeBook& codes) : bucket_(bucket), codes_(codes) {
    for (const timeline::KindInfo& info : timeline::Kinds()) {
      time_fields_[static_cast<size_t>(info.kind)] =
          info.time.empty() ? -1 : static_cast<int>(Field(info.kind, info.time));
    }
  }

  uint32_t VisitOf(RowRef row) const {
    if (row.kind == Kind::kVisit) return row.row;
    const timeline::Table& table = bucket_.table(row.kind);
    return table.visit.empty() ? kNoRow : table.visit[row.row];
  }

  int64_t RowId(RowRef row) const {
    const timeline::Table& table = bucket_.table(row.kind);
    return table.row_id.empty() ? row.row : table.row_id[row.row];
  }

  int64_t Time(RowRef row) const {
    int time_field = time_fields_[static_cast<size_t>(row.kind)];
    int64_t time = time_field < 0 ? kNull : bucket_.table(row.kind).At(static_cast<size_t>(time_field), row.row);
    if (time != kNull) return time;
    uint32_t visit = VisitOf(row);
    return visit == kNoRow ? kNull : bucket_.table(Kind::kVisit).At(visit_begin_, visit);
  }

  int64_t InstitutionId(RowRef row) const {
    uint32_t visit = VisitOf(row);
    if (visit != kNoRow) return bucket_.table(Kind::kVisit).At(visit_institution_, visit);
    const timeline::FieldInfo* own = timeline::FindField(row.kind, "institution");
    return own ? bucket_.table(row.kind).At(timeline::OrdinalOf(*own), row.row) : kNull;
  }

  const std::string& Institution(RowRef row) const { return codes_.Text(InstitutionId(row)); }

  std::string VisitNo(RowRef row) const {
    uint32_t visit = VisitOf(row);
    return visit == kNoRow || bucket_.visit_no.empty() ? std::string() : bucket_.visit_no[visit];
  }

  const std::string& Subject(uint32_t person) const {
    static const std::string kEmpty;
    return person < bucket_.person_no.size() ? bucket_.person_no[person] : kEmpty;
  }

 private:
  const Bucket& bucket_;
  const timeline::CodeBook& codes_;
  std::array<int, timeline::kKindCount> time_fields_{};
  size_t visit_begin_ = Field(Kind::kVisit, "begin");
  size_t visit_institution_ = Field(Kind::kVisit, "institution");
};

// Appends "name":"text" escaped as JSON wants it; facts are written a hundred thousand times a second.
void AppendJson(std::string& json, const std::string& text) {
  bool plain = std::all_of(text.begin(), text.end(),
                           [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; });
  if (plain)
    json += '"' + text + '"';
  else
    json += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string FactsJson(const Finding& finding) {
  std::string json = "{";
  for (const finding::FactValue& fact : finding.facts) {
    if (json.size() > 1) json += ',';
    AppendJson(json, fact.name);
    json += ':';
    AppendJson(json, fact.text);
  }
  return json + "}";
}

// The same accusation has the same id in every run: rule, version, and the rows it rests on.
uint64_t IdOf(const program::Rule& rule, const std::vector<RecordRow>& rows) {
  std::string text = rule.id + "@" + std::to_string(rule.version);
  for (const RecordRow& row : rows) {
    text += row.charged ? '+' : '-';
    text += timeline::InfoOf(row.kind).name;
    text += std::to_string(row.row_id);
  }
  return KeyOf(text);
}

std::string BatchesOf(const std::vector<RecordRow>& rows) {
  std::set<int64_t> ordinals;
  for (const RecordRow& row : rows) ordinals.insert(row.row_id >> 40);
  std::string text;
  for (int64_t ordinal : ordinals) text += (text.empty() ? "" : ",") + std::to_string(ordinal);
  return text;
}

bool Passes(const UnitFilter& filter, int64_t time, const std::string& institution) {
  if (!filter.institution.empty() && institution != filter.institution) return false;
  if (filter.from == INT64_MIN && filter.until == INT64_MAX) return true;
  return time != kNull && time >= filter.from && time < filter.until;
}

Record MakeRecord(const Finding& finding, const Attributed& attributed, const program::Rule& rule, const Names& names) {
  Record record{};
  RowRef first = finding.charged.front().row;
  record.rule = finding.rule;
  record.subject = names.Subject(finding.person);
  record.institution = names.Institution(first);
  record.visit = names.VisitNo(first);
  record.time = names.Time(first);
  record.amount = finding.amount;
  record.attributed = attributed.amount;
  record.fund = attributed.fund;
  record.amount_unknown = finding.amount_unknown;
  record.fund_unknown = attributed.fund_unknown;
  record.message_zh = finding.message_zh;
  record.message_en = finding.message_en;
  record.facts = FactsJson(finding);
  for (size_t i = 0; i < finding.charged.size(); i++) {
    const finding::ChargedRow& row = finding.charged[i];
    record.rows.push_back({row.row.kind, names.RowId(row.row), true, row.amount, attributed.rows[i], row.units});
  }
  for (const RowRef& row : finding.evidence) record.rows.push_back({row.kind, names.RowId(row), false, 0, 0, 0});
  record.batches = BatchesOf(record.rows);
  record.id = IdOf(rule, record.rows);
  return record;
}

}  // namespace

void AddTo(Unit& unit, const std::vector<Finding>& findings, const std::vector<finding::Unknown>& unknowns,
           const std::vector<Attributed>& attributed, const Bucket& bucket, const timeline::CodeBook& codes,
           const program::RuleSet& rules, const UnitFilter& filter) {
  Names names(bucket, codes);
  for (size_t i = 0; i < findings.size(); i++) {
    RowRef first = findings[i].charged.front().row;
    if (!Passes(filter, names.Time(first), names.Institution(first))) continue;
    unit.records.push_back(MakeRecord(findings[i], attributed[i], rules.rules[findings[i].rule], names));
  }
  std::map<std::tuple<uint32_t, int64_t, std::string_view>, UnknownRecord> gathered;
  for (const finding::Unknown& unknown : unknowns) {
    int64_t institution = names.InstitutionId(unknown.row);
    if (!Passes(filter, names.Time(unknown.row), codes.Text(institution))) continue;
    UnknownRecord& record = gathered[{unknown.rule, institution, unknown.reason}];
    int64_t row_id = names.RowId(unknown.row);
    if (record.rows++ == 0 || row_id < record.row_id) {
      record.row_id = row_id;
      record.kind = unknown.row.kind;
      record.subject = names.Subject(unknown.person);
    }
  }
  for (auto& [key, record] : gathered) {
    record.rule = std::get<0>(key);
    record.institution = codes.Text(std::get<1>(key));
    record.reason = std::get<2>(key);
    unit.unknowns.push_back(std::move(record));
  }
}

void Arrange(Unit& unit) {
  std::sort(unit.records.begin(), unit.records.end(), [](const Record& left, const Record& right) {
    return std::tie(left.rule, left.subject, left.time, left.id) <
           std::tie(right.rule, right.subject, right.time, right.id);
  });
  std::vector<UnknownRecord>& unknowns = unit.unknowns;
  std::sort(unknowns.begin(), unknowns.end(), [](const UnknownRecord& left, const UnknownRecord& right) {
    return std::tie(left.rule, left.institution, left.reason, left.row_id) <
           std::tie(right.rule, right.institution, right.reason, right.row_id);
  });
  // One record for all buckets; the first row is the one it had anyway.
  size_t kept = 0;
  for (size_t i = 0; i < unknowns.size(); i++) {
    bool again =
        kept > 0 && std::tie(unknowns[i].rule, unknowns[i].institution, unknowns[i].reason) ==
                        std::tie(unknowns[kept - 1].rule, unknowns[kept - 1].institution, unknowns[kept - 1].reason);
    if (again)
      unknowns[kept - 1].rows += unknowns[i].rows;
    else if (kept++ != i)
      unknowns[kept - 1] = std::move(unknowns[i]);
  }
  unknowns.resize(kept);
}

void Money::Add(const Money& other) {
  findings += other.findings;
  amount_unknown += other.amount_unknown;
  flagged += other.flagged;
  attributed += other.attributed;
  fund += other.fund;
  fund_unknown += other.fund_unknown;
}

void Count(const Unit& unit, const program::RuleSet& rules, AuditReport& report) {
  for (const Record& record : unit.records) {
    Money money{1,           record.amount_unknown ? 1 : 0, record.amount, record.attributed,
                record.fund, record.fund_unknown ? 1 : 0};
    report.total.Add(money);
    report.by_rule[rules.rules[record.rule].id].Add(money);
    report.by_institution[record.institution].Add(money);
  }
  for (const UnknownRecord& unknown : unit.unknowns) {
    report.unknown[rules.rules[unknown.rule].id][unknown.reason] += unknown.rows;
    report.unknowns += unknown.rows;
  }
}

}  // namespace yijian::audit
