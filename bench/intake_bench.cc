// How fast fee lines get into the lake with all checks, beside what DuckDB takes to read the same file.
//
//   intake_bench [million lines, default 2]
//
// The file is what the centre exports: 42 columns, quoted, names in Chinese, about 540 bytes a line. It is read once
// before anything is measured. Every measurement is a process of its own; rows per second go by the clock, so other
// work on the machine counts against all of them alike; processor seconds do not mind.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "intake/intake.h"
#include "lake/database.h"
#include "lake/testing.h"
#include "measure.h"

namespace yijian::bench {
namespace {

constexpr const char* kHeader =
    "row,bkkp_sn,mdtrt_id,fee_ocur_time,setl_id,rx_drord_no,fixmedins_code,fixmedins_name,psn_no,insu_admdvs,med_type,"
    "cnt,pric,"
    "det_item_fee_sumamt,pric_uplmt_amt,selfpay_prop,fulamt_ownpay_amt,overlmt_selfpay,preselfpay_amt,inscp_amt,"
    "chrgitm_lv,"
    "hilist_code,hilist_name,list_type,med_list_codg,medins_list_codg,medins_list_name,med_chrgitm_type,prodname,spec,"
    "dosform_name,bilg_dept_codg,bilg_dept_name,bilg_dr_code,bilg_dr_name,acord_dept_codg,acord_dr_code,lmt_used_flag,"
    "hosp_appr_flag,used_frqu_dscr,vali_flag,crte_time,init_feedetl_sn\n";

std::string Padded(int64_t number, int width) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%0*lld", width, static_cast<long long>(number));
  return digits;
}

std::string Yuan(int64_t fen) { return std::to_string(fen / 100) + "." + Padded(fen % 100, 2); }

// Twelve lines a visit, six visits a person, 5,000 items, 300 institutions, 3,000 doctors.
std::string Line(int64_t i, std::mt19937_64& random) {
  int64_t visit = i / 12;
  auto item = static_cast<int64_t>(random() % 5000);
  auto cnt = static_cast<int64_t>(1 + random() % 19);
  auto price = static_cast<int64_t>(100 + random() % 99900);
  int64_t amount = cnt * price;
  int64_t first_self = amount / 10;
  std::string day = "2024-" + Padded(1 + visit % 12, 2) + "-" + Padded(1 + visit % 28, 2);
  std::string code = "X" + Padded(item, 22);
  std::string name = "盐酸左氧氟沙星片" + std::to_string(item);
  const std::string fields[] = {
      Padded(440000000000000000 + i, 18),
      Padded(330000000000000000 + visit, 18),
      day + " " + Padded(static_cast<int64_t>(random() % 24), 2) + ":" + Padded(i % 60, 2) + ":00",
      Padded(550000000000000000 + visit, 18),
      "RX" + Padded(i / 3, 10),
      "H5001010" + Padded(visit % 300, 4),
      "某某市第" + std::to_string(visit % 300) + "人民医院",
      "5000" + Padded(visit / 6, 18),
      "500101",
      "21",
      std::to_string(cnt) + ".0000",
      Yuan(price) + "0000",
      Yuan(amount),
      "0.000000",
      "0.1000",
      "0.00",
      "0.00",
      Yuan(first_self),
      Yuan(amount - first_self),
      "02",
      code,
      name,
      "101",
      code,
      "L" + Padded(item, 6),
      name,
      "09",
      name,
      "0.25g*24片",
      "片剂",
      "A03.01",
      "内科",
      "D500101" + Padded(visit % 3000, 6),
      "张三",
      "A03.01",
      "D500101" + Padded(i % 3000, 6),
      "0",
      "1",
      "12",
      "1",
      day + " 23:00:00",
      ""};
  std::string line = std::to_string(i + 1);
  for (const std::string& field : fields) {
    line += ",'";
    line += field;
    line += '\'';
  }
  return line + "\n";
}

void WriteExport(const std::string& path, int64_t lines) {
  std::mt19937_64 random(1);
  std::ofstream out(path, std::ios::binary);
  out << kHeader;
  for (int64_t i = 0; i < lines; i++) out << Line(i, random);
}

struct Row {
  std::string what;
  double seconds = 0;
  double cpu = 0;
  double rss_mib = 0;
};

Row Measure(const std::string& what, const std::function<Status()>& work) {
  Measured measured = lake::Must(InChild([&]() -> Result<nlohmann::json> {
    double start = Seconds();
    double cpu = CpuSeconds();
    TRY(work());
    return nlohmann::json{{"seconds", Seconds() - start}, {"cpu", CpuSeconds() - cpu}};
  }));
  return {what, measured.said["seconds"], measured.said["cpu"], measured.rss_mib};
}

Status Sql(const std::string& sql) {
  lake::Connection connection = TRY(lake::OpenConnection({.memory_limit_mb = 8192}));
  return connection.Execute(sql);
}

int Run(double million) {
  lake::TempDir dir;
  auto lines = static_cast<int64_t>(million * 1e6);
  std::string path = dir / "FEE_LIST_D.csv";
  WriteExport(path, lines);
  auto bytes = static_cast<int64_t>(std::filesystem::file_size(path));
  std::string csv = "read_csv(" + lake::Quote(path) + ", all_varchar = true, header = true, delim = ',', quote = '''')";

  std::vector<Row> rows;
  rows.push_back(Measure("DuckDB: count the rows", [&] { return Sql("SELECT count(*) FROM " + csv); }));
  rows.push_back(Measure("DuckDB: all columns as text into Parquet",
                         [&] { return Sql("COPY (FROM " + csv + ") TO " + lake::Quote(dir / "texts.parquet")); }));
  rows.push_back(Measure("intake: types, checks, keys, sort, Parquet, sums", [&]() -> Status {
    intake::Report report = TRY(intake::TakeIn({.mapping = YIJIAN_SOURCE_DIR "/mappings/centre-tables.yaml",
                                                .files = {path},
                                                .lake = dir / "lake",
                                                .dictionaries = YIJIAN_SOURCE_DIR "/rules/dictionaries"}));
    CHECK(report.tables["fee_line"].taken == lines);
    return {};
  }));

  std::printf("%.1f M fee lines of 42 columns, %.0f MB, %u cores\n\n", million, static_cast<double>(bytes) / 1e6,
              std::thread::hardware_concurrency());
  std::printf("%-52s %9s %12s %12s %9s %9s\n", "", "seconds", "M lines/s", "cpu s / M", "MiB", "of count");
  for (const Row& row : rows) {
    std::printf("%-52s %9.2f %12.2f %12.2f %9.0f %8.1fx\n", row.what.c_str(), row.seconds, million / row.seconds,
                row.cpu / million, row.rss_mib, row.seconds / rows.front().seconds);
  }
  return 0;
}

}  // namespace
}  // namespace yijian::bench

int main(int argc, char** argv) { return yijian::bench::Run(argc > 1 ? std::atof(argv[1]) : 2); }
