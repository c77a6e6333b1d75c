#include "city/testing.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.h"
#include "base/result.h"
#include "city/sheet.h"
#include "eval/evaluate.h"
#include "timeline/story.h"

namespace yijian::city {
namespace {

using timeline::FieldInfo;
using timeline::FieldType;
using timeline::Kind;

const std::map<std::string_view, std::string_view> kTraceColumns{
    {"code", "drugTracCodg"}, {"item", "medListCodg"},  {"institution", "fixmedinsCode"},
    {"event", "tracEvent"},   {"settlement", "setlId"}, {"person_key", "psnNo"},
    {"split", "trdnFlag"},    {"qty", "cnt"},           {"amount", "detItemFeeSumamt"}};

bool IsStay(const std::string& type) {
  static const std::set<std::string> kStays{"21",   "22",   "23",     "24",   "25",   "26",   "28",
                                            "52",   "2101", "210104", "2102", "2105", "2106", "2107",
                                            "2109", "2114", "21303",  "3101", "5212"};
  return kStays.count(type) > 0;
}

std::string Padded2(const std::string& code) { return code.size() == 1 ? "0" + code : code; }

class StoryWriter {
 public:
  explicit StoryWriter(const Pages& pages) {
    for (size_t i = 0; i < kFileCount; i++) tables_.push_back(TableOf(pages, static_cast<File>(i)));
    Cancel();
  }

  void Tell(timeline::StoryParser& parser) {
    Group();
    const PageTable& persons = Of(File::kPerson);
    for (size_t row = 0; row < persons.rows.size(); row++) {
      const std::string& no = persons.Cell(row, "psn_no");
      parser.Add("person " + no + Keys(Kind::kPerson, persons, row, {"no", "key"}), ++line_);
      for (const auto& [file, at] : rows_of_[no]) TellRow(file, at, parser);
    }
    for (const auto& [file, at] : rows_of_[""]) TellRow(file, at, parser);  // packs taken into stock, by nobody
    const PageTable& stock = Of(File::kStock);
    for (size_t row = 0; row < stock.rows.size(); row++) {
      Event(parser, stock.Cell(row, "stock_time"), "stock", stock.Cell(row, "stock_sn"),
            Keys(Kind::kStock, stock, row, {"time"}));
    }
  }

  std::map<std::string, std::string> visit_of_setl;  // setl_id -> mdtrt_id
  // Trace codes by the hex that a story's subject is called.
  std::map<std::string, std::string> CodesByHex() const {
    std::map<std::string, std::string> codes;
    for (File file : {File::kSold, File::kTakenIn}) {
      for (const auto& row : Of(file).rows) {
        const std::string& code = row[static_cast<size_t>(Sold("drugTracCodg"))];
        codes[HexOf(static_cast<uint64_t>(timeline::IdOf(code)))] = code;
      }
    }
    return codes;
  }

 private:
  const PageTable& Of(File file) const { return tables_[static_cast<size_t>(file)]; }

  void Cancel() {
    const PageTable& paid = Of(File::kSettlement);
    for (size_t row = 0; row < paid.rows.size(); row++) {
      visit_of_setl[paid.Cell(row, "setl_id")] = paid.Cell(row, "mdtrt_id");
      const std::string& init = paid.Cell(row, "init_setl_id");
      if (!init.empty()) dead_.insert({init, paid.Cell(row, "setl_id")});
    }
    const PageTable& fee = Of(File::kFee);
    for (size_t row = 0; row < fee.rows.size(); row++) {
      const std::string& init = fee.Cell(row, "init_feedetl_sn");
      if (!init.empty()) dead_.insert({init, fee.Cell(row, "bkkp_sn")});
    }
  }

  // Rows by person: visits first, as others name them.
  void Group() {
    for (File file : {File::kVisit, File::kDiagnosis, File::kOperation, File::kSettlement, File::kFee}) {
      const PageTable& table = Of(file);
      for (size_t row = 0; row < table.rows.size(); row++) rows_of_[table.Cell(row, "psn_no")].emplace_back(file, row);
    }
    for (File file : {File::kSold, File::kTakenIn}) {
      const PageTable& codes = Of(file);
      for (size_t row = 0; row < codes.rows.size(); row++) rows_of_[codes.Cell(row, "psnNo")].emplace_back(file, row);
    }
    const PageTable& paid = Of(File::kSettlement);
    for (size_t row = 0; row < paid.rows.size(); row++) {
      if (dead_.count(paid.Cell(row, "setl_id")) > 0) continue;
      for (const char* column : {"medfee_sumamt", "inscp_amt", "fund_pay_sumamt"}) {
        sums_[paid.Cell(row, "mdtrt_id")][column] += ParseMicro(paid.Cell(row, column)).value_or(0);
      }
    }
  }

  std::string Keys(Kind kind, const PageTable& table, size_t row, const std::set<std::string_view>& skip) const {
    std::string keys;
    for (const FieldInfo& field : timeline::Fields(kind)) {
      if (skip.count(field.name) > 0) continue;
      std::string column(field.column);
      if (column.ends_with("_key")) column.resize(column.size() - 4);
      if (field.name == "referred_from") column = "refl_old_mdtrt_id";
      if (kind == Kind::kTrace) {
        auto at = kTraceColumns.find(field.name);
        column = at == kTraceColumns.end() ? "" : std::string(at->second);
      }
      if (std::find(table.columns.begin(), table.columns.end(), column) == table.columns.end()) continue;
      std::string value = table.Cell(row, column);
      if (value.empty()) continue;
      bool doctor = column.find("dr_code") != std::string::npos;
      if (doctor && value == "0000") continue;
      if (column == "hosp_lv" || column == "chrgitm_lv" || column == "med_chrgitm_type") value = Padded2(value);
      if (field.type == FieldType::kTime) std::replace(value.begin(), value.end(), ' ', 'T');
      keys += " " + std::string(field.name) + "=" + value;
    }
    return keys;
  }

  void Event(timeline::StoryParser& parser, const std::string& time, const std::string& kind, const std::string& name,
             const std::string& keys) {
    parser.Add(time + " " + kind + " " + name + keys, ++line_);
  }

  void TellRow(File file, size_t row, timeline::StoryParser& parser) {
    const PageTable& table = Of(file);
    switch (file) {
      case File::kVisit:
        return TellVisit(table, row, parser);
      case File::kDiagnosis:
        return Event(parser, "", "diagnosis", "d" + table.Cell(row, "setl_list_diag_id"),
                     " visit=" + table.Cell(row, "mdtrt_id") + Keys(Kind::kDiagnosis, table, row, {}));
      case File::kOperation: {
        std::string time = table.Cell(row, "oprn_oprt_begntime");
        return Event(parser, time, "operation", "o" + table.Cell(row, "setl_list_oprn_id"),
                     " visit=" + table.Cell(row, "mdtrt_id") + Keys(Kind::kOperation, table, row, {"time"}));
      }
      case File::kSettlement:
        if (dead_.count(table.Cell(row, "setl_id")) > 0) return;
        return Event(parser, table.Cell(row, "setl_time"), "settlement", "s" + table.Cell(row, "setl_id"),
                     " visit=" + table.Cell(row, "mdtrt_id") + Keys(Kind::kSettlement, table, row, {"key", "time"}));
      case File::kFee:
        if (dead_.count(table.Cell(row, "bkkp_sn")) > 0) return;
        return Event(parser, table.Cell(row, "fee_ocur_time"), "line", table.Cell(row, "bkkp_sn"),
                     " visit=" + table.Cell(row, "mdtrt_id") +
                         Keys(Kind::kLine, table, row, {"time", "settlement", "person_key"}));
      default: {
        std::string product = table.Cell(row, "drugTracCodg").substr(0, 7);
        return Event(parser, table.Cell(row, "optTime"), "trace",
                     (file == File::kTakenIn ? "i" : "t") + table.Cell(row, "rid"),
                     Keys(Kind::kTrace, table, row, {"product", "time"}) + " product=" + product);
      }
    }
  }

  void TellVisit(const PageTable& table, size_t row, timeline::StoryParser& parser) {
    const std::string& id = table.Cell(row, "mdtrt_id");
    std::string keys = Keys(Kind::kVisit, table, row, {"no", "key", "stay", "begin", "total", "scope", "fund"});
    if (auto sums = sums_.find(id); sums != sums_.end()) {
      keys += " total=" + FormatMicro(sums->second["medfee_sumamt"]) +
              " scope=" + FormatMicro(sums->second["inscp_amt"]) +
              " fund=" + FormatMicro(sums->second["fund_pay_sumamt"]);
    }
    Event(parser, table.Cell(row, "begntime"), IsStay(table.Cell(row, "med_type")) ? "stay" : "visit", id, keys);
  }

  std::vector<PageTable> tables_;
  std::set<std::string> dead_;
  std::map<std::string, std::vector<std::pair<File, size_t>>> rows_of_;
  std::map<std::string, std::map<std::string, Micro>> sums_;
  int line_ = 0;
};

void Collect(const finding::Collector& collector, const program::RuleSet& rules, const timeline::Bucket& bucket,
             const std::map<int64_t, std::string>& names, const StoryWriter& writer, std::vector<FoundRow>& found) {
  std::map<std::string, std::string> codes = writer.CodesByHex();
  for (const finding::Finding& finding : collector.findings) {
    FoundRow row;
    row.id = std::to_string(found.size());
    row.rule = rules.rules[finding.rule].id;
    row.subject = bucket.person_no[finding.person];
    if (auto code = codes.find(row.subject); code != codes.end()) row.subject = code->second;
    row.amount = finding.amount;
    for (const finding::ChargedRow& charged : finding.charged) {
      const timeline::Table& table = bucket.table(charged.row.kind);
      const std::string& name = names.at(table.row_id[charged.row.row]);
      if (charged.row.kind == Kind::kLine) row.lines.push_back(name);
      if (charged.row.kind == Kind::kVisit) row.visit = name;
      if (charged.row.kind == Kind::kSettlement) row.visit = writer.visit_of_setl.at(name.substr(1));
      if (row.visit.empty() && !table.visit.empty() && table.visit[charged.row.row] != timeline::kNoRow &&
          charged.row.kind != Kind::kVisit) {
        row.visit = bucket.visit_no[table.visit[charged.row.row]];
      }
    }
    found.push_back(std::move(row));
  }
}

}  // namespace

const std::string& PageTable::Cell(size_t row, std::string_view column) const {
  auto at = std::find(columns.begin(), columns.end(), column);
  CHECK(at != columns.end());
  return rows[row][static_cast<size_t>(at - columns.begin())];
}

PageTable TableOf(const Pages& pages, File file) {
  std::string text = std::string(HeaderOf(file)) + "\n" + pages.text[static_cast<size_t>(file)];
  auto cells = ParseCsv(text);
  CHECK(cells.has_value());
  PageTable table;
  table.columns = (*cells)[0];
  table.rows.assign(cells->begin() + 1, cells->end());
  for (const auto& row : table.rows) CHECK(row.size() == table.columns.size());
  return table;
}

std::vector<FoundRow> Audit(const Pages& pages, const program::RuleSet& rules) {
  auto codes = std::make_shared<timeline::CodeBook>();
  timeline::StoryParser parser(*codes);
  StoryWriter writer(pages);
  writer.Tell(parser);
  for (const timeline::StoryError& error : parser.errors()) {
    std::fprintf(stderr, "story line %d: %s\n", error.line, error.message.c_str());
  }
  timeline::Story story = parser.Finish();
  std::map<int64_t, std::string> names;
  for (const auto& [name, row] : story.names) {
    const timeline::Table& table = story.bucket.table(row.kind);
    if (row.kind != Kind::kPerson) names[table.row_id[row.row]] = name;
  }
  auto bound = eval::Bind(rules, *codes);
  CHECK(bound.has_value());
  std::vector<FoundRow> found;
  auto run = [&](const timeline::Bucket& bucket, program::Subject subject) {
    finding::Collector collector;
    eval::EvaluateColumns(**bound, bucket, collector, {subject});
    Collect(collector, rules, bucket, names, writer, found);
  };
  run(story.bucket, program::Subject::kPerson);
  auto ordinal = [](Kind kind, std::string_view field) {
    return timeline::OrdinalOf(*timeline::FindField(kind, field));
  };
  run(timeline::Regroup(story.bucket, Kind::kLine, ordinal(Kind::kLine, "exec_doctor")), program::Subject::kDoctor);
  for (Kind kind : {Kind::kStock, Kind::kVisit})
    run(timeline::Regroup(story.bucket, kind, ordinal(kind, "institution")), program::Subject::kInstitution);
  run(timeline::Regroup(story.bucket, Kind::kTrace, ordinal(Kind::kTrace, "code")), program::Subject::kCode);
  return found;
}

}  // namespace yijian::city
