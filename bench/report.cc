#include "report.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace yijian::bench {
namespace {

std::string Number(double value, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

// 1234567 as 1,234,567.
std::string Count(int64_t value) {
  std::string digits = std::to_string(value);
  for (auto at = static_cast<int64_t>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<size_t>(at), ",");
  }
  return digits;
}

std::string FirstLine(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    size_t begin = line.find_first_not_of(" \t:", key.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

// A Markdown table, its columns padded so that it reads well on a terminal too.
class Table {
 public:
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  std::string Render() const {
    std::vector<size_t> widths(rows_[0].size());
    for (const auto& row : rows_) {
      for (size_t i = 0; i < row.size(); i++) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (size_t at = 0; at < rows_.size(); at++) {
      for (size_t i = 0; i < widths.size(); i++) {
        std::string pad(widths[i] - rows_[at][i].size(), ' ');
        text += i == 0 ? "| " + rows_[at][i] + pad : " | " + pad + rows_[at][i];
      }
      text += " |\n";
      if (at > 0) continue;
      for (size_t i = 0; i < widths.size(); i++) {
        text += "|" + std::string(widths[i] + 1, '-') + (i == 0 ? "-" : ":");
      }
      text += "|\n";
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

double Millions(int64_t count) { return static_cast<double>(count) / 1e6; }

double LinesPerSecond(const EngineRun& run) { return Millions(run.lines) / run.seconds; }

std::string Sizes(const std::vector<SizeReport>& sizes) {
  Table table;
  table.Add({"the lakes", "fee lines", "visits", "persons", "findings", "unknown", "lines accused"});
  for (const SizeReport& size : sizes) {
    std::string accused =
        size.has_sql
            ? Number(100.0 * static_cast<double>(size.lines_accused) / static_cast<double>(size.sixty.lines), 2) + "%"
            : "";
    table.Add({Number(Millions(size.sixty.lines), 1) + " M", Count(size.sixty.lines), Count(size.sixty.visits),
               Count(size.sixty.persons), Count(size.sixty.findings), Count(size.sixty.unknowns), accused});
  }
  return table.Render();
}

std::string Engine(const std::vector<SizeReport>& sizes) {
  Table table;
  table.Add({"the engine", "seconds", "M lines/s", "cpu s", "load s", "evaluate s", "write s", "peak MiB"});
  for (const SizeReport& size : sizes) {
    std::string millions = Number(Millions(size.sixty.lines), 1) + " M lines";
    table.Add({millions + ", bare scan of " + std::to_string(size.floor.columns) + " columns",
               Number(size.floor.seconds, 2), Number(Millions(size.sixty.lines) / size.floor.seconds, 1), "", "", "",
               "", ""});
    for (const auto& [name, run] : {std::pair{"10 rules", &size.ten}, {"60 rules", &size.sixty}}) {
      table.Add({millions + ", " + name, Number(run->seconds, 2), Number(LinesPerSecond(*run), 1), Number(run->cpu, 2),
                 Number(run->load, 2), Number(run->evaluate, 2), Number(run->write, 2), Number(run->rss_mib, 0)});
    }
  }
  return table.Render();
}

std::string Ratios(const std::vector<SizeReport>& sizes, const IntakeRun& intake) {
  Table table;
  table.Add({"asked for", "lake", "wanted", "is"});
  for (const SizeReport& size : sizes) {
    std::string millions = Number(Millions(size.sixty.lines), 1) + " M";
    if (size.has_sql) {
      table.Add(
          {"times as fast as SQL, 60 rules", millions, ">= 15", Number(size.sql_seconds / size.sixty.seconds, 1)});
      table.Add({"the same in processor time", millions, "", Number(size.sql_cpu / size.sixty.cpu, 1)});
    }
    table.Add({"M fee lines/s, 60 rules", millions, ">= 10", Number(LinesPerSecond(size.sixty), 1)});
    table.Add({"cost of 60 rules over that of 10", millions, "<= 3", Number(size.sixty.seconds / size.ten.seconds, 2)});
    table.Add(
        {"cost of 60 rules over the bare scan", millions, "", Number(size.sixty.seconds / size.floor.seconds, 1)});
    table.Add({"peak memory, GiB", millions, "< 2", Number(size.sixty.rss_mib / 1024, 2)});
  }
  for (size_t i = 1; i < sizes.size(); i++) {
    double lines = static_cast<double>(sizes[i].sixty.lines) / static_cast<double>(sizes[i - 1].sixty.lines);
    table.Add({"seconds for " + Number(lines, 1) + " times the lines", "", "linear",
               Number(sizes[i].sixty.seconds / sizes[i - 1].sixty.seconds, 1) + " times"});
  }
  table.Add({"M fee lines/s of intake, all checks", Number(Millions(intake.lines), 1) + " M", ">= 0.5",
             Number(Millions(intake.lines) / intake.seconds, 2)});
  return table.Render();
}

std::string Intake(const IntakeRun& intake) {
  Table table;
  table.Add({"intake", "seconds", "M fee lines/s", "M rows/s", "cpu s", "peak MiB"});
  table.Add({"bare read_csv, count of FEE_LIST_D alone", Number(intake.csv_seconds, 2),
             Number(Millions(intake.lines) / intake.csv_seconds, 2), "", "", ""});
  table.Add({"all nine files, with all checks", Number(intake.seconds, 2),
             Number(Millions(intake.lines) / intake.seconds, 2), Number(Millions(intake.rows) / intake.seconds, 2),
             Number(intake.cpu, 2), Number(intake.rss_mib, 0)});
  return table.Render() + "\n" + Count(intake.lines) + " fee lines, " + Count(intake.rows) + " rows in all, " +
         Count(intake.quarantined) + " quarantined.\n";
}

std::string Rules(const SizeReport& size) {
  Table table;
  table.Add({"rule", "SQL s", "charged rows", "in SQL", "agree"});
  for (const auto& [rule, sql] : size.sql) {
    const Comparison& c = sql.compared;
    std::string differ = "only engine " + Count(c.only_engine) + ", only SQL " + Count(c.only_sql) + ", other money " +
                         Count(c.other_amount);
    table.Add({rule, Number(sql.seconds, 3), Count(c.engine), Count(c.sql), c.same() ? "yes" : differ});
  }
  return table.Render();
}

}  // namespace

std::string DescribeMachine() {
  std::string model = FirstLine("/proc/cpuinfo", "model name");
  std::string memory = FirstLine("/proc/meminfo", "MemTotal");
  std::string load = FirstLine("/proc/loadavg", "");
  std::ostringstream text;
  text << model << ", " << sysconf(_SC_NPROCESSORS_ONLN) << " cores, "
       << Number(std::atof(memory.c_str()) / 1024 / 1024, 0)
       << " GiB; load average before: " << load.substr(0, load.find(' '));
  return text.str();
}

std::string Markdown(const std::string& machine, const std::vector<SizeReport>& sizes, const IntakeRun& intake) {
  std::string text = "# What `make bench` measured\n\nMachine: " + machine +
                     ".\nTwo threads everywhere; engine and scan: the fastest of three; SQL: each "
                     "query once, after the scan had warmed the files.\nSQL is given its knowledge "
                     "tables ready in memory and need not attribute, explain or store what it "
                     "finds: bench/sql_rules.h. It compares the national codes as texts, as "
                     "an analyst types them.\n\n";
  text += Ratios(sizes, intake) + "\n" + Engine(sizes) + "\n" + Sizes(sizes) + "\n" + Intake(intake) + "\n";
  for (const SizeReport& size : sizes) {
    if (!size.has_sql) continue;
    text += "## " + Number(Millions(size.sixty.lines), 1) + " M lines: the same rules in SQL, " +
            Number(size.sql_seconds, 1) + " s in all, " + Number(size.sql_cpu, 1) + " s of processor time\n\n" +
            Rules(size) + "\n";
  }
  return text;
}

}  // namespace yijian::bench
