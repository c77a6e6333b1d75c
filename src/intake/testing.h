// Only for tests: small exports written by hand, and what a lake holds of them.
//
//   City city;
//   city.Write("MDTRT_D.csv", {{"mdtrt_id", "M1"}, {"psn_no", "P1"}, {"begntime", "2025-03-01"}});
//   Report report = city.TakeIn();
//   EXPECT_EQ(city.Ask("SELECT count(*) FROM visit"), "1");
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "intake/intake.h"
#include "intake/schema.h"
#include "lake/lake.h"
#include "lake/testing.h"

namespace yijian::intake {

using Record = std::vector<std::pair<std::string, std::string>>;

class City {
 public:
  explicit City(std::string mapping = "centre-tables")
      : mapping_(std::string(YIJIAN_SOURCE_DIR) + "/mappings/" + mapping + ".yaml") {}

  std::string PathOf(const std::string& name) const { return dir_ / name; }
  void UseMapping(const std::string& text) {
    mapping_ = PathOf("mapping.yaml");
    WriteText("mapping.yaml", text);
    forget_.push_back("mapping.yaml");
  }
  void WriteText(const std::string& name, const std::string& text) {
    std::ofstream(PathOf(name), std::ios::binary) << text;
    if (std::ranges::find(files_, name) == files_.end()) files_.push_back(name);
  }
  // The columns of all records, quoted as the centre does.
  void Write(const std::string& name, const std::vector<Record>& records) {
    std::vector<std::string> columns;
    for (const Record& record : records) {
      for (const auto& [column, value] : record) {
        if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
      }
    }
    std::string text;
    for (const std::string& column : columns) text += (text.empty() ? "'" : ",'") + column + "'";
    text += "\n";
    for (const Record& record : records) {
      std::string line;
      for (const std::string& column : columns) {
        auto found = std::ranges::find(record, column, &std::pair<std::string, std::string>::first);
        line += std::string(line.empty() ? "" : ",") + "'" + (found == record.end() ? "" : found->second) + "'";
      }
      text += line + "\n";
    }
    WriteText(name, text);
  }
  void Write(const std::string& name, const Record& record) { Write(name, std::vector<Record>{record}); }
  void Forget() { files_.clear(); }

  Options MakeOptions() const {
    Options options;
    options.mapping = mapping_;
    options.lake = lake();
    options.dictionaries = YIJIAN_SOURCE_DIR "/rules/dictionaries";
    options.created = "2025-04-01 09:00:00";
    options.threads = 2;
    for (const std::string& file : files_) {
      if (std::ranges::find(forget_, file) == forget_.end()) options.files.push_back(PathOf(file));
    }
    return options;
  }
  Report TakeIn() { return lake::Must(intake::TakeIn(MakeOptions())); }
  std::string Mistake() {
    Result<Report> report = intake::TakeIn(MakeOptions());
    return report ? "(none)" : report.error().message;
  }

  std::string lake() const { return dir_ / "lake"; }
  lake::Lake OpenLake() const { return lake::Must(lake::Lake::Open(lake())); }
  // One line a row, cells apart by '|'. The tables of the lake go by their names, `all_<table>` with dead rows.
  std::string Ask(std::string sql) const {
    lake::Lake opened = OpenLake();
    lake::Connection connection = lake::Must(lake::OpenConnection());
    for (const TableInfo& table : Tables()) {
      Result<std::string> relation = opened.TableSql(table.name);
      if (!relation) continue;
      lake::Must(connection.Execute("CREATE VIEW " + std::string(table.name) + " AS SELECT * FROM " + *relation));
      std::vector<std::string> paths;
      for (const lake::Batch& batch : lake::Must(opened.LiveBatches())) {
        for (const lake::DataFile& file : batch.manifest.files) {
          if (file.table == table.name) paths.push_back(opened.PathOf(file.path));
        }
      }
      lake::Must(connection.Execute("CREATE VIEW all_" + std::string(table.name) + " AS SELECT * FROM read_parquet(" +
                                    lake::QuoteList(paths) + ", union_by_name = true)"));
    }
    lake::QueryResult result = lake::Must(connection.Query(sql));
    std::string text;
    for (size_t row = 0; row < result.rows(); row++) {
      if (row > 0) text += "\n";
      for (size_t column = 0; column < result.columns().size(); column++) {
        text += (column > 0 ? "|" : "") + result.Text(row, column);
      }
    }
    return text;
  }
  std::string Quarantine(const std::string& batch) const {
    lake::Connection connection = lake::Must(lake::OpenConnection());
    lake::QueryResult result = lake::Must(connection.Query(
        "SELECT \"row\", coalesce(\"table\", ''), coalesce(field, ''), coalesce(value, ''), reason FROM read_parquet(" +
        lake::Quote(lake() + "/quarantine/" + batch + ".parquet") + ")"));
    std::string text;
    for (size_t row = 0; row < result.rows(); row++) {
      text += (row > 0 ? "\n" : "") + result.Text(row, 0) + " " + result.Text(row, 1) + "." + result.Text(row, 2) +
              " '" + result.Text(row, 3) + "' " + result.Text(row, 4);
    }
    return text;
  }
  size_t FilesInLake() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(lake()))
      count += entry.is_regular_file() ? 1 : 0;
    return count;
  }

 private:
  lake::TempDir dir_;
  std::string mapping_;
  std::vector<std::string> files_;
  std::vector<std::string> forget_;
};

inline const CheckResult* FindCheck(const Report& report, std::string_view table, std::string_view field,
                                    CheckKind kind) {
  for (const CheckResult& check : report.checks) {
    if (check.subject.table == table && check.subject.field == field && check.subject.kind == kind) return &check;
  }
  return nullptr;
}

// "failed 2/7", "passed 0/7", "not applicable 0/0"
inline std::string CheckOf(const Report& report, std::string_view table, std::string_view field, CheckKind kind) {
  const CheckResult* check = FindCheck(report, table, field, kind);
  if (check == nullptr) return "(no such check)";
  return std::string(StateName(check->state)) + " " + std::to_string(check->failed) + "/" +
         std::to_string(check->checked);
}

// Believable rows of the centre's tables; `more` changes or adds fields.
inline Record With(Record record, const Record& more) {
  for (const auto& [column, value] : more) {
    auto found = std::ranges::find(record, column, &std::pair<std::string, std::string>::first);
    if (found == record.end()) {
      record.emplace_back(column, value);
    } else {
      found->second = value;
    }
  }
  return record;
}
inline Record VisitOf(const std::string& id, const std::string& person, const Record& more = {}) {
  return With({{"mdtrt_id", id},
               {"psn_no", person},
               {"fixmedins_code", "H50010100001"},
               {"begntime", "2025-03-01 08:00:00"},
               {"endtime", "2025-03-05 10:00:00"},
               {"med_type", "21"},
               {"insutype", "310"},
               {"vali_flag", "1"}},
              more);
}
inline Record SettlementOf(const std::string& id, const std::string& visit, const std::string& person,
                           const std::string& total, const Record& more = {}) {
  return With({{"setl_id", id},
               {"mdtrt_id", visit},
               {"psn_no", person},
               {"fixmedins_code", "H50010100001"},
               {"setl_time", "2025-03-05 11:00:00"},
               {"medfee_sumamt", total},
               {"refd_setl_flag", "0"},
               {"init_setl_id", ""}},
              more);
}
inline Record LineOf(const std::string& serial, const std::string& visit, const std::string& settlement,
                     const std::string& person, const std::string& cnt, const std::string& price,
                     const std::string& amount, const Record& more = {}) {
  return With({{"bkkp_sn", serial},
               {"mdtrt_id", visit},
               {"setl_id", settlement},
               {"psn_no", person},
               {"fee_ocur_time", "2025-03-02 09:00:00"},
               {"hilist_code", "XN02BEA002A001010100001"},
               {"hilist_name", "对乙酰氨基酚片"},
               {"cnt", cnt},
               {"pric", price},
               {"det_item_fee_sumamt", amount},
               {"inscp_amt", amount},
               {"bilg_dr_code", "D500101000001"},
               {"bilg_dr_name", "张医生"},
               {"init_feedetl_sn", ""}},
              more);
}

}  // namespace yijian::intake
