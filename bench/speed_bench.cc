// Sixty rules over a city's year: the engine, the same rules as hand-written SQL, and the bare scan; and intake.
//
//   speed_bench [million lines...]         default 1 10, or YIJIAN_BENCH_MILLIONS="1 10 100"
//   speed_bench --sql 10 M-015 P-007       only these queries, and whether the engine agrees
//   speed_bench --engine 10 rules60.txt    only the engine, for a profiler
//   speed_bench --rules 2 rules60.txt      processor time of each rule, on one thread
//   speed_bench --intake                   only intake
//
// Lakes are made once, under build/bench. SQL is left out above 10 million lines: it would take longer than all else.
// Prints its tables and rewrites bench/RESULTS.md.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "lake/durable.h"
#include "lake_maker.h"
#include "report.h"
#include "rule_times.h"

namespace yijian::bench {
namespace {

using nlohmann::json;

constexpr double kSqlMillionsMax = 10;

void TellOnTerminal(const std::string& what) { std::fprintf(stderr, "bench: %s\n", what.c_str()); }

std::string BenchDir() { return std::string(YIJIAN_SOURCE_DIR) + "/build/bench"; }

// Makes the lake when it is not there yet.
Result<std::string> LakeOf(double millions) {
  std::string dir = TRY(LakeDir(BenchDir(), millions));
  TRY(InChild([&]() -> Result<json> {
        TRY(MakeLake(dir, static_cast<int64_t>(millions * 1e6), TellOnTerminal));
        return json();
      }).While("making " + dir));
  return dir;
}

// Every query once, then what it found beside what the engine found.
Result<json> RunSql(const std::string& dir, const std::vector<std::string>& rules, const std::string& run) {
  SqlRules sql = TRY(SqlRules::Open(TRY(lake::Lake::Open(dir)), kThreads));
  json said;
  double cpu = CpuSeconds();
  for (const std::string& rule : rules) said["rules"][rule]["seconds"] = TRY(sql.Run(rule));
  said["cpu"] = CpuSeconds() - cpu;
  for (const std::string& rule : rules) {
    Comparison c = TRY(sql.Compare(rule, run));
    said["rules"][rule]["compared"] = {c.engine, c.sql, c.only_engine, c.only_sql, c.other_amount};
  }
  said["lines_accused"] = TRY(sql.LinesAccused());
  return said;
}

Status MeasureSql(const std::string& dir, const std::vector<std::string>& rules, SizeReport& report) {
  Measured measured = TRY(InChild([&] { return RunSql(dir, rules, report.sixty.run); }));
  report.has_sql = true;
  report.sql_cpu = measured.said["cpu"];
  report.sql_rss_mib = measured.rss_mib;
  report.lines_accused = measured.said["lines_accused"];
  for (const auto& [rule, said] : measured.said["rules"].items()) {
    const json& c = said["compared"];
    report.sql[rule] = {said["seconds"], {c[0], c[1], c[2], c[3], c[4]}};
    report.sql_seconds += report.sql[rule].seconds;
  }
  return {};
}

Result<SizeReport> MeasureSize(double millions) {
  std::vector<std::string> ten = TRY(ReadRuleList("rules10.txt"));
  std::vector<std::string> sixty = TRY(ReadRuleList("rules60.txt"));
  std::string dir = TRY(LakeOf(millions));
  int times = millions > kSqlMillionsMax ? 1 : 3;
  SizeReport report;
  TellOnTerminal("scanning " + dir);
  report.floor = TRY(ScanColumns(dir, sixty, times));
  TellOnTerminal("ten rules");
  report.ten = TRY(RunEngine(dir, ten, times));
  TellOnTerminal("sixty rules");
  report.sixty = TRY(RunEngine(dir, sixty, times));
  if (millions <= kSqlMillionsMax) {
    TellOnTerminal("sixty rules in SQL");
    TRY(MeasureSql(dir, sixty, report));
  }
  return report;
}

Status CompareSome(double millions, std::vector<std::string> rules) {
  if (rules.empty()) rules = TRY(ReadRuleList("rules60.txt"));
  std::string dir = TRY(LakeOf(millions));
  SizeReport report;
  report.sixty = TRY(RunEngine(dir, rules, 1));
  TRY(MeasureSql(dir, rules, report));
  std::printf("%-8s %9s %10s %10s %12s %10s %12s\n", "rule", "seconds", "engine", "sql", "only engine", "only sql",
              "other money");
  for (const auto& [rule, sql] : report.sql) {
    const Comparison& c = sql.compared;
    std::printf("%-8s %9.3f %10lld %10lld %12lld %10lld %12lld %s\n", rule.c_str(), sql.seconds,
                static_cast<long long>(c.engine), static_cast<long long>(c.sql), static_cast<long long>(c.only_engine),
                static_cast<long long>(c.only_sql), static_cast<long long>(c.other_amount), c.same() ? "" : "DIFFERS");
  }
  std::printf("engine %.2f s (cpu %.2f), sql %.2f s (cpu %.2f), %lld lines, %lld accused, %lld unknown\n",
              report.sixty.seconds, report.sixty.cpu, report.sql_seconds, report.sql_cpu,
              static_cast<long long>(report.sixty.lines), static_cast<long long>(report.lines_accused),
              static_cast<long long>(report.sixty.unknowns));
  return {};
}

Status MeasureAll(const std::vector<double>& sizes) {
  std::string machine = DescribeMachine();
  std::vector<SizeReport> reports;
  for (double millions : sizes) reports.push_back(TRY(MeasureSize(millions)));
  TellOnTerminal("intake");
  IntakeRun intake = TRY(RunIntake(BenchDir(), 3));
  std::string text = Markdown(machine, reports, intake);
  std::fputs(text.c_str(), stdout);
  return lake::WriteWhole(std::string(YIJIAN_SOURCE_DIR) + "/bench/RESULTS.md", text);
}

Status Main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "--engine") {
    EngineRun run = TRY(RunEngine(TRY(LakeOf(std::atof(words.at(1).c_str()))), TRY(ReadRuleList(words.at(2))), 1));
    std::printf("%s: %lld lines, %.2f s, cpu %.2f, load %.2f, evaluate %.2f, write %.2f, %.0f MiB, %lld findings\n",
                words[2].c_str(), static_cast<long long>(run.lines), run.seconds, run.cpu, run.load, run.evaluate,
                run.write, run.rss_mib, static_cast<long long>(run.findings));
    return {};
  }
  if (!words.empty() && words[0] == "--rules") {
    std::string dir = TRY(LakeOf(std::atof(words.at(1).c_str())));
    double sum = 0;
    for (const PartTime& part : TRY(TimeRules(dir, TRY(ReadRuleList(words.at(2))), 3))) {
      std::printf("%-20s %7.3f s %9lld findings\n", part.part.c_str(), part.cpu, static_cast<long long>(part.findings));
      sum += part.cpu;
    }
    std::printf("%-20s %7.3f s\n", "all", sum);
    return {};
  }
  if (!words.empty() && words[0] == "--intake") {
    IntakeRun run = TRY(RunIntake(BenchDir(), 1));
    std::printf("%lld lines, %lld rows in %.2f s, cpu %.2f, %.0f MiB; bare read_csv %.2f s\n",
                static_cast<long long>(run.lines), static_cast<long long>(run.rows), run.seconds, run.cpu, run.rss_mib,
                run.csv_seconds);
    return {};
  }
  if (!words.empty() && words[0] == "--sql") {
    return CompareSome(std::atof(words.at(1).c_str()), {words.begin() + 2, words.end()});
  }
  std::string sizes = "1 10";
  if (const char* wanted = std::getenv("YIJIAN_BENCH_MILLIONS")) sizes = wanted;
  std::vector<double> millions;
  for (const std::string& word : words) millions.push_back(std::atof(word.c_str()));
  std::istringstream list(sizes);
  for (double size; words.empty() && list >> size;) millions.push_back(size);
  return MeasureAll(millions);
}

}  // namespace
}  // namespace yijian::bench

int main(int argc, char** argv) {
  yijian::Status status = yijian::bench::Main(argc, argv);
  if (status) return 0;
  std::fprintf(stderr, "bench: %s\n", status.error().message.c_str());
  return 1;
}
