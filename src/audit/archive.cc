#include "audit/archive.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "audit/run_reader.h"
#include "base/hash.h"
#include "lake/durable.h"
#include "lake/table_writer.h"

namespace yijian::audit {
namespace {

namespace fs = std::filesystem;
using lake::TableWriter;
using lake::WriterCells;
using lake::WriterColumn;
using lake::WriterType;
using nlohmann::json;

// Cells gathered by column, handed to the writer in one go.
class Sheet {
 public:
  explicit Sheet(std::vector<WriterColumn> columns)
      : columns_(std::move(columns)), numbers_(columns_.size()), texts_(columns_.size()) {}

  template <typename... Cells>
  void Add(Cells&&... cells) {
    size_t at = 0;
    (Put(at++, std::forward<Cells>(cells)), ...);
    CHECK(at == columns_.size());
    rows_++;
  }

  Status Write(const std::string& path) const {
    if (rows_ == 0) return {};
    TableWriter writer = TRY(TableWriter::Create(path, columns_));
    std::vector<WriterCells> cells;
    for (size_t i = 0; i < columns_.size(); i++) {
      if (columns_[i].type == WriterType::kText)
        cells.emplace_back(std::span<const std::string>(texts_[i]));
      else
        cells.emplace_back(std::span<const int64_t>(numbers_[i]));
    }
    TRY(writer.Append(rows_, cells));
    [[maybe_unused]] int64_t written = TRY(writer.Finish());
    return {};
  }

 private:
  void Put(size_t column, int64_t number) { numbers_[column].push_back(number); }
  void Put(size_t column, std::string text) { texts_[column].push_back(std::move(text)); }

  std::vector<WriterColumn> columns_;
  std::vector<std::vector<int64_t>> numbers_;
  std::vector<std::vector<std::string>> texts_;
  size_t rows_ = 0;
};

std::string FileName(const std::string& dir, const char* table, size_t unit) {
  std::string number = std::to_string(unit);
  return dir + "/" + table + "-" + std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number + ".parquet";
}

Status WriteFindings(const std::string& path, const Unit& unit, const program::RuleSet& rules) {
  Sheet sheet({{"finding_id", WriterType::kText},
               {"rule", WriterType::kText},
               {"rule_version", WriterType::kInt32},
               {"class", WriterType::kText},
               {"severity", WriterType::kText},
               {"subject_kind", WriterType::kText},
               {"subject", WriterType::kText},
               {"fixmedins_code", WriterType::kText},
               {"mdtrt_id", WriterType::kText},
               {"event_time", WriterType::kTime},
               {"amount", WriterType::kFen},
               {"attributed", WriterType::kFen},
               {"fund", WriterType::kFen},
               {"amount_unknown", WriterType::kBool},
               {"message_zh", WriterType::kText},
               {"message_en", WriterType::kText},
               {"facts", WriterType::kText},
               {"batches", WriterType::kText}});
  for (const Record& record : unit.records) {
    const program::Rule& rule = rules.rules[record.rule];
    sheet.Add(HexOf(record.id), rule.id, int64_t{rule.version}, std::string(program::NameOf(rule.rule_class)),
              std::string(program::NameOf(rule.severity)), std::string(program::NameOf(rule.subject)), record.subject,
              record.institution, record.visit, record.time, record.amount, record.attributed,
              record.fund_unknown ? timeline::kNull : record.fund, int64_t{record.amount_unknown}, record.message_zh,
              record.message_en, record.facts, record.batches);
  }
  return sheet.Write(path);
}

Status WriteRows(const std::string& path, const Unit& unit) {
  Sheet sheet({{"finding_id", WriterType::kText},
               {"ordinal", WriterType::kInt32},
               {"kind", WriterType::kText},
               {"row_id", WriterType::kInt64},
               {"charged", WriterType::kBool},
               {"amount", WriterType::kFen},
               {"attributed", WriterType::kFen},
               {"units", WriterType::kMicro}});
  for (const Record& record : unit.records) {
    std::string id = HexOf(record.id);
    for (size_t i = 0; i < record.rows.size(); i++) {
      const RecordRow& row = record.rows[i];
      sheet.Add(id, static_cast<int64_t>(i), std::string(timeline::InfoOf(row.kind).name), row.row_id,
                int64_t{row.charged}, row.amount, row.attributed, row.units);
    }
  }
  return sheet.Write(path);
}

Status WriteUnknowns(const std::string& path, const Unit& unit, const program::RuleSet& rules) {
  Sheet sheet({{"rule", WriterType::kText},
               {"fixmedins_code", WriterType::kText},
               {"reason", WriterType::kText},
               {"rows", WriterType::kInt64},
               {"subject", WriterType::kText},
               {"kind", WriterType::kText},
               {"row_id", WriterType::kInt64}});
  for (const UnknownRecord& unknown : unit.unknowns) {
    sheet.Add(rules.rules[unknown.rule].id, unknown.institution, unknown.reason, unknown.rows, unknown.subject,
              std::string(timeline::InfoOf(unknown.kind).name), unknown.row_id);
  }
  return sheet.Write(path);
}

json ToJson(const Money& money) {
  return {{"findings", money.findings}, {"flagged_fen", money.flagged},           {"attributed_fen", money.attributed},
          {"fund_fen", money.fund},     {"amount_unknown", money.amount_unknown}, {"fund_unknown", money.fund_unknown}};
}

// Everything an explanation needs of a rule, long after the packs have changed.
json ToJson(const program::Rule& rule) {
  return {{"id", rule.id},
          {"version", rule.version},
          {"name_zh", rule.name.zh},
          {"name_en", rule.name.en},
          {"official", rule.official},
          {"basis", rule.basis},
          {"severity", program::NameOf(rule.severity)},
          {"why_zh", rule.why.zh},
          {"why_en", rule.why.en},
          {"false_alarms_zh", rule.false_alarms.zh},
          {"false_alarms_en", rule.false_alarms.en},
          {"text", rule.source_text}};
}

}  // namespace

Result<Archive> Archive::Begin(const lake::Lake& lake, const std::string& run) {
  std::string staging = lake.PathOf("staging/audit-" + run + "-" + std::to_string(getpid()));
  std::error_code error;
  fs::remove_all(staging, error);
  fs::create_directories(staging, error);
  if (error) return IoError("cannot create " + staging + ": " + error.message());
  return Archive(lake, run, staging);
}

Status Archive::Write(size_t unit, const Unit& content, const program::RuleSet& rules) {
  TRY(WriteFindings(FileName(staging_, "findings", unit), content, rules));
  TRY(WriteRows(FileName(staging_, "rows", unit), content));
  return WriteUnknowns(FileName(staging_, "unknowns", unit), content, rules);
}

Status Archive::Compare(AuditReport& report) const {
  Result<RunPlace> before = FindRun(lake_, "");
  report.first = !before;
  if (!before) {
    report.added = report.total.findings;
    return {};
  }
  RunPlace now{run_, staging_, {}};
  lake::Connection connection = TRY(lake::OpenConnection({}));
  auto count = [&](const RunPlace& left, const char* join, const RunPlace& right) {
    return connection.QueryInt("SELECT count(*) FROM " + RunTable(left, "findings") + " l " + join + " JOIN " +
                               RunTable(right, "findings") + " r USING (finding_id)");
  };
  report.added = TRY(count(now, "ANTI", *before));
  report.gone = TRY(count(*before, "ANTI", now));
  report.same = TRY(count(now, "SEMI", *before));
  return {};
}

Status Archive::KeepPacks(const program::RuleSet& rules, const AuditOptions& options) const {
  std::string target = lake_.PathOf("packs/" + rules.digest);
  std::error_code error;
  if (fs::exists(target, error)) return {};
  std::string aside = staging_ + "-packs";
  for (size_t i = 0; i < options.pack_dirs.size(); i++) {
    fs::create_directories(aside + "/" + std::to_string(i), error);
    fs::copy(options.pack_dirs[i], aside + "/" + std::to_string(i), fs::copy_options::recursive, error);
    if (error) return IoError("cannot keep the rule packs of " + options.pack_dirs[i] + ": " + error.message());
  }
  fs::create_directories(lake_.PathOf("packs"), error);
  if (fs::exists(aside, error)) fs::rename(aside, target, error);
  return error ? Status(IoError("cannot keep the rule packs: " + error.message())) : Status();
}

Status Archive::Finish(AuditReport& report, const program::RuleSet& rules, const AuditOptions& options) {
  TRY(Compare(report));
  TRY(KeepPacks(rules, options));
  json info{{"run", run_},
            {"rules_digest", rules.digest},
            {"lines", report.lines},
            {"visits", report.visits},
            {"persons", report.persons},
            {"total", ToJson(report.total)},
            {"unknowns", report.unknowns}};
  info["filter"] = {{"from", options.from ? FormatDate(*options.from) : ""},
                    {"until", options.until ? FormatDate(*options.until) : ""},
                    {"institution", options.institution},
                    {"rules", options.rules}};
  info["batches"] = json::array();
  for (const lake::Batch& batch : TRY(lake_.LiveBatches())) info["batches"].push_back(batch.manifest.batch);
  for (const auto& [rule, money] : report.by_rule) info["by_rule"][rule] = ToJson(money);
  for (const auto& [code, money] : report.by_institution) info["by_institution"][code] = ToJson(money);
  for (const auto& [rule, reasons] : report.unknown) info["unknown"][rule] = reasons;
  for (const program::Rule& rule : rules.rules) info["rules"][rule.id] = ToJson(rule);
  TRY(lake::WriteWhole(staging_ + "/run.json", info.dump(1, ' ', false, json::error_handler_t::replace) + "\n"));

  std::string target = lake_.PathOf("findings/" + run_);
  std::error_code error;
  fs::create_directories(lake_.PathOf("findings"), error);
  std::string old = staging_ + "-old";
  if (fs::exists(target)) fs::rename(target, old, error);
  if (!error) fs::rename(staging_, target, error);
  if (error) return IoError("cannot put the run in place at " + target + ": " + error.message());
  fs::remove_all(old, error);
  return lake::WriteWhole(lake_.PathOf("findings/current"), run_ + "\n");
}

}  // namespace yijian::audit
