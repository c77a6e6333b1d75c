// How fast timelines come out of the lake, beside a bare DuckDB scan of the same columns in the
// same run.
//
//   lake_scan_bench [million lines, default 5]
//
// Two lakes with the same rows: one batch, and twelve monthly ones that every bucket has to be
// merged from. Best of three runs, so readers have their memory, as they have for all but the first
// of an audit's ranges. The readers also load visits and persons and join them; the bare scan does
// not.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>
#include <vector>

#include "lake/bucket_reader.h"
#include "lake/testing.h"

namespace yijian::lake {
namespace {

using timeline::Kind;

constexpr int kBuckets = 64;
constexpr const char* kLineFields[] = {"time",  "item",   "qty",        "price",       "amount",      "self_ratio",
                                       "scope", "doctor", "department", "exec_doctor", "charge_type", "settlement"};

double Seconds(const std::function<void()>& work) {
  auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string N(int64_t n) { return std::to_string(n); }

// About 90 lines and 12 visits per person and year, one month in twelve when `month` is given.
std::vector<TableSpec> City(int64_t lines, int month) {
  int64_t persons = std::max<int64_t>(1, lines / 90);
  std::string person = "(hash(i % " + N(persons) + ") >> 1)::BIGINT AS psn_key";
  std::string in_month = month < 0 ? "" : " WHERE v = " + N(month);
  std::string visit_key = "(hash(psn_key, v) >> 1)::BIGINT AS mdtrt_key";
  std::string row_id = N(month + 2) + "::BIGINT << 40 | i AS row_id";
  std::string time =
      "TIMESTAMP '2025-01-01' + to_days((v * 30)::INTEGER) + to_seconds((hash(i, 5) % "
      "864000)::BIGINT)";
  return {{"person",
           "SELECT (psn_key % 64)::SMALLINT AS bucket, psn_key, i AS row_id, true AS live, 'P' || "
           "psn_key AS psn_no"
           " FROM (SELECT i, " +
               person + " FROM range(" + N(month > 0 ? 0 : persons) + ") t(i))"},
          {"visit",
           "SELECT (psn_key % 64)::SMALLINT AS bucket, psn_key, " + visit_key + ", " + row_id +
               ", true AS live,"
               " 'P' || psn_key AS psn_no, 'V' || hash(psn_key, v) AS mdtrt_id,"
               " TIMESTAMP '2025-01-01' + to_days((v * 30)::INTEGER) AS begntime"
               " FROM (SELECT i, " +
               person + ", (i // " + N(persons) + ")::BIGINT AS v FROM range(" + N(persons * 12) + ") t(i))" + in_month,
           "bucket, psn_key, begntime, row_id"},
          {"fee_line",
           "SELECT (psn_key % 64)::SMALLINT AS bucket, psn_key, " + visit_key + ", " + row_id +
               ", hash(i) % 100 <> 0 AS live, " + time +
               " AS fee_ocur_time, 'ITEM' || lpad(item::VARCHAR, 16, '0') AS hilist_code, item AS "
               "hilist_code_id,"
               " (1 + hash(i, 3) % 10)::DECIMAL(18,4) AS cnt, (item % 997 * 1.25)::DECIMAL(18,6) AS "
               "pric,"
               " (item % 997 * 1.25 * (1 + hash(i, 3) % 10))::DECIMAL(18,2) AS det_item_fee_sumamt,"
               " (CASE WHEN hash(i, 4) % 5 = 0 THEN NULL ELSE 0.1 END)::DECIMAL(18,4) AS selfpay_prop,"
               " (item % 997 * 1.25 * (1 + hash(i, 3) % 10) * 0.9)::DECIMAL(18,2) AS inscp_amt,"
               " (hash(v, psn_key) % 400)::INTEGER + 100000 AS acord_dr_code_id,"
               " (hash(v, psn_key) % 60)::INTEGER + 200000 AS bilg_dept_codg_id,"
               " (hash(i, 7) % 20)::INTEGER + 300000 AS med_chrgitm_type_id, (hash(psn_key, v, 9) >> "
               "1)::BIGINT AS setl_key,"
               " CASE WHEN item % 7 = 0 THEN NULL ELSE (hash(i, 12) % 400)::INTEGER + 100000 END AS "
               "bilg_dr_code_id"
               " FROM (SELECT i, " +
               person +
               ", (hash(i, 1) % 12)::BIGINT AS v,"
               " (pow((hash(i, 2) % 1000000) / 1000000.0, 3) * 20000)::INTEGER + 1 AS item FROM "
               "range(" +
               N(lines) + ") t(i))" + in_month,
           "bucket, psn_key, fee_ocur_time, row_id"}};
}

Wanted Fields12() {
  Wanted wanted;
  std::vector<bool>& line = wanted[static_cast<size_t>(Kind::kLine)];
  line.resize(Fields(Kind::kLine).size());
  for (const char* name : kLineFields) line[OrdinalOf(*timeline::FindField(Kind::kLine, name))] = true;
  return wanted;
}

// Workers as an audit has them: each with its reader and its bucket, whose memory goes from range
// to range.
struct Worker {
  BucketReader reader;
  timeline::Bucket bucket;
};

void ReadLines(const Snapshot& snapshot, std::vector<Worker>* workers) {
  std::vector<BucketRange> ranges = snapshot.PlanWork(1'000'000);
  std::atomic<size_t> next = 0;
  auto work = [&](Worker* worker) {
    for (size_t i; (i = next++) < ranges.size();) Must(worker->reader.Read(ranges[i], &worker->bucket));
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < workers->size(); i++) threads.emplace_back(work, &(*workers)[i]);
  work(workers->data());
  for (std::thread& thread : threads) thread.join();
}

// What any reader must at least decode: keys and the twelve columns.
void BareScan(const Snapshot& snapshot, int threads) {
  Connection connection = Must(OpenConnection({.threads = threads}));
  std::string sums = "max(psn_key), max(mdtrt_key), max(row_id), max(live)";
  for (const char* name : kLineFields) {
    const timeline::FieldInfo& field = *timeline::FindField(Kind::kLine, name);
    bool code = field.storage == timeline::Storage::kCodeId;
    sums += ", max(" + std::string(field.column) + (code ? "_id" : "") + ")";
  }
  std::vector<std::string> files;
  for (const auto& file : snapshot.FilesOf("fee_line", snapshot.all())) files.push_back(file.path);
  Must(connection.Execute("SELECT " + sums + " FROM read_parquet(" + QuoteList(files) + ")"));
}

void Measure(const char* name, const Lake& lake) {
  auto snapshot = Must(Snapshot::Take(lake));
  auto million = static_cast<double>(snapshot->RowsOf("fee_line")) / 1e6;
  std::printf("\n%s: %.2f million fee lines, 12 columns\n", name, million);
  std::printf("%-34s %10s %14s\n", "", "seconds", "M lines/s");
  auto row = [&](const std::string& label, const std::function<void()>& work) {
    double best = 1e9;
    for (int i = 0; i < 3; i++) best = std::min(best, Seconds(work));
    std::printf("%-34s %10.3f %14.2f\n", label.c_str(), best, million / best);
  };
  for (int count : {1, 2}) {
    std::string with = " (" + N(count) + (count == 1 ? " core)" : " cores)");
    row("bare scan, max() of each" + with, [&] { BareScan(*snapshot, count); });
    std::vector<Worker> workers;
    for (int i = 0; i < count; i++) workers.push_back({Must(BucketReader::Open(snapshot, Fields12())), {}});
    row("BucketReader" + with, [&] { ReadLines(*snapshot, &workers); });
  }
}

int Main(int argc, char** argv) {
  int64_t lines = static_cast<int64_t>((argc > 1 ? std::atof(argv[1]) : 5) * 1e6);
  TempDir dir;
  Lake one = Must(Lake::Create(dir / "one", kBuckets));
  AddBatch(one, "year", City(lines, -1));
  Measure("one batch", one);
  Lake twelve = Must(Lake::Create(dir / "twelve", kBuckets));
  for (int month = 0; month < 12; month++) AddBatch(twelve, "m" + N(month + 10), City(lines, month));
  Measure("twelve monthly batches", twelve);
  return 0;
}

}  // namespace
}  // namespace yijian::lake

int main(int argc, char** argv) { return yijian::lake::Main(argc, argv); }
