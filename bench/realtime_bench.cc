// Real time without the network: how long an answer takes, how fast a store is built, how big it is, and a hundred
// stateless checks beside those of a rule engine from npm.
//
//   realtime_bench [million lines] [drafts]               default 1 20000, or YIJIAN_BENCH_REALTIME="10 100000"
//
// Everything on one core but the rebuild. The lake is made once, under build/bench. Prints, and rewrites
// bench/RESULTS-realtime.md but for what stands there under "Beside the bench".
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "base/hash.h"
#include "lake/bucket_reader.h"
#include "lake_maker.h"
#include "measure.h"
#include "realtime/gateway.h"
#include "realtime/rebuild.h"
#include "report.h"

namespace yijian::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace realtime;

const std::string kSource = YIJIAN_SOURCE_DIR;
constexpr int kDraftLines = 20;

double Microseconds() {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Of this thread alone: what an answer costs, however busy the machine is.
double CpuMicroseconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

struct Percentiles {
  double p50 = 0, p99 = 0, p999 = 0, most = 0;
  double per_second = 0;
};

Percentiles Of(std::vector<double>& microseconds) {
  Percentiles of;
  double sum = 0;
  for (double each : microseconds) sum += each;
  std::sort(microseconds.begin(), microseconds.end());
  auto at = [&](double share) {
    return microseconds[std::min(microseconds.size() - 1,
                                 static_cast<size_t>(share * static_cast<double>(microseconds.size())))];
  };
  of.p50 = at(0.5), of.p99 = at(0.99), of.p999 = at(0.999), of.most = microseconds.back();
  of.per_second = static_cast<double>(microseconds.size()) * 1e6 / sum;
  return of;
}

std::string Show(const char* what, const Percentiles& of, const Percentiles& cpu, int lines) {
  char text[256];
  std::snprintf(text, sizeof text, "| %s | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f |\n", what, of.p50,
                of.p99, of.p999, of.most, cpu.p50, cpu.p99, cpu.per_second, cpu.per_second * lines);
  return text;
}

// Persons and items of the lake, to make drafts of.
struct Sample {
  std::vector<std::string> persons;
  std::vector<std::string> items;
  Date last_day = 0;
};

Result<Sample> SampleOf(const std::string& dir) {
  auto snapshot = TRY(lake::Snapshot::Take(TRY(lake::Lake::Open(dir))));
  lake::BucketReader reader = TRY(lake::BucketReader::Open(snapshot, lake::WantAll()));
  timeline::Bucket bucket = TRY(reader.Read(snapshot->PlanWork(200'000).front()));
  Sample sample;
  sample.persons = bucket.person_no;
  const timeline::Table& lines = bucket.table(Kind::kLine);
  size_t item = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item"));
  size_t time = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "time"));
  for (uint32_t row = 0; row < lines.rows; row++) {
    sample.last_day = std::max(sample.last_day, DayOf(lines.At(time, row)));
    if (row % 7 == 0) sample.items.push_back(snapshot->codes()->Text(lines.At(item, row)));
  }
  return sample;
}

// An outpatient visit of twenty lines, as 3102 sends it.
std::string DraftInput(const Sample& sample, size_t number, std::mt19937& random) {
  std::string day = FormatDate(sample.last_day + 1);
  json orders = json::array();
  for (int i = 0; i < kDraftLines; i++) {
    int qty = 1 + static_cast<int>(random() % 3);
    orders.push_back({{"rx_id", "L" + std::to_string(i)},
                      {"rxno", "R1"},
                      {"hilist_code", sample.items[random() % sample.items.size()]},
                      {"cnt", qty},
                      {"pric", 12.5},
                      {"sumamt", 12.5 * qty},
                      {"ownpay_amt", 0},
                      {"selfpay_amt", 0},
                      {"hilist_lv", "01"},
                      {"chrg_type", "09"},
                      {"drord_begn_date", day + " 09:0" + std::to_string(i % 10) + ":00"},
                      {"drord_dept_codg", "A03"},
                      {"drord_dr_codg", "D500101000001"},
                      {"curr_drord_flag", "1"}});
  }
  std::string visit = "BENCH" + std::to_string(number);
  json encounter{
      {"mdtrt_id", visit},         {"medins_id", "H50010100001"},
      {"medins_admdvs", "500101"}, {"medins_lv", "05"},
      {"med_mdtrt_type", "1"},     {"med_type", "11"},
      {"insutype", "310"},         {"adm_date", day + " 08:50:00"},
      {"medfee_sumamt", 500},      {"fsi_diagnose_dtos", {{{"dise_codg", "I10.x00"}, {"maindise_flag", "1"}}}},
      {"fsi_order_dtos", orders}};
  json patient{{"patn_id", sample.persons[random() % sample.persons.size()]},
               {"gend", "1"},
               {"brdy", "1966-05-04"},
               {"poolarea", "500101"},
               {"curr_mdtrt_id", visit},
               {"fsi_encounter_dtos", json::array({encounter})}};
  return json{{"data", {{"patient_dtos", json::array({patient})}}}}.dump();
}

// --- the checks that need no history, here and in npm's engine ---

struct Stateless {
  double drafts = 0;   // lines a second, one draft of twenty lines at a time
  double batches = 0;  // the same, fifty drafts at a time
  int64_t found = 0;
  double zen = 0;
  double zen_loop = 0;
  double zen_cpu = 0;  // a second of processor time, all its threads
  double zen_loop_cpu = 0;
  int64_t zen_found = 0;
};

constexpr int kChecks = 100;
constexpr int kItems = 400;

void WriteChecks(const std::string& dir, json& checks) {
  fs::create_directories(dir);
  std::ofstream(dir + "/pack.yaml")
      << "pack: bench\nversion: 1\nowner: bench\nlanguage: 1\nname: {zh: bench, en: bench}\n";
  for (int i = 0; i < kChecks; i++) {
    std::string item = "ITEM" + std::to_string(i), id = "Z-" + std::to_string(100 + i);
    int limit = 1 + i % 5;
    std::ofstream(dir + "/" + id + ".yaml")
        << "rule: " << id
        << "\nname: {zh: a, en: a}\nclass: policy\nbasis: [bench]\nseverity: suspect\nmoments: [pre, mid, post]\n"
        << "why: {zh: a, en: a}\nform: each\nof: line\nwhere: line.item == '" << item << "' && line.qty > " << limit
        << "\nmessage: {zh: \"{item}\", en: \"{item}\"}\n";
    checks.push_back({{"rule", id}, {"item", item}, {"qty", limit}});
  }
}

Result<Stateless> MeasureStateless(const std::string& dir) {
  Stateless measured;
  json input{{"checks", json::array()}, {"lines", json::array()}};
  fs::remove_all(dir);
  WriteChecks(dir + "/pack", input["checks"]);
  Codes codes{timeline::CodeBook()};
  auto version = TRY(PackVersion::Load("bench", {dir + "/pack"}, codes));
  std::mt19937 random(7);
  std::vector<History> drafts(1000);
  for (size_t d = 0; d < drafts.size(); d++) {
    drafts[d].subject = static_cast<int64_t>(d);
    Coder coder(codes);
    for (int i = 0; i < kDraftLines; i++) {
      std::string item = "ITEM" + std::to_string(random() % kItems);
      auto qty = static_cast<int64_t>(1 + random() % 6);
      input["lines"].push_back({{"item", item}, {"qty", qty}});
      NewRow(Kind::kLine, i, kNull, 1)
          .Set("time", 1'700'000'000)
          .Set("item", coder.Of(item))
          .Set("qty", qty * kMicro)
          .Set("scope", qty * kMicro)
          .PutInto(drafts[d]);
    }
  }
  TRY(codes.Cover(version->bound()));
  std::ofstream(dir + "/lines.json") << input.dump();

  std::vector<History> nothing(drafts.size());
  std::vector<Pair> pairs;
  for (size_t d = 0; d < drafts.size(); d++) {
    nothing[d].subject = drafts[d].subject;
    pairs.push_back({&nothing[d], &drafts[d]});
  }
  auto rate = [&](size_t step, bool count) {
    double start = CpuMicroseconds();
    int64_t lines = 0;
    do {
      for (size_t at = 0; at < pairs.size(); at += step) {
        auto verdicts = Judge(*version, std::span(pairs).subspan(at, step), {.moments = program::kMid, .count = false});
        lines += static_cast<int64_t>(step) * kDraftLines;
        if (!count) continue;
        for (const Verdict& verdict : verdicts) measured.found += static_cast<int64_t>(verdict.added.size());
      }
    } while (!count && CpuMicroseconds() - start < 3e6);
    return static_cast<double>(lines) * 1e6 / (CpuMicroseconds() - start);
  };
  rate(1, true);
  measured.drafts = rate(1, false);
  measured.batches = rate(50, false);

  std::string command = "cd '" + kSource + "/bench/zen' && node bench.mjs '" + dir + "/lines.json' 5 2>/dev/null";
  std::string said;
  if (FILE* pipe = popen(command.c_str(), "r")) {
    char buffer[4096];
    while (size_t read = std::fread(buffer, 1, sizeof buffer, pipe)) said.append(buffer, read);
    pclose(pipe);
  }
  json zen = json::parse(said, nullptr, false);
  if (zen.is_object()) {
    measured.zen = zen["linesPerSecond"];
    measured.zen_loop = zen["loopedPerSecond"];
    measured.zen_cpu = zen["linesPerCpuSecond"];
    measured.zen_loop_cpu = zen["loopedPerCpuSecond"];
    measured.zen_found = zen["found"];
    if (zen["found"] != measured.found || zen["foundLooped"] != measured.found)
      return InternalError("the two engines found different numbers of lines");
  }
  return measured;
}

// What stands at the end of the report and no bench measures.
std::string WrittenByHand(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  size_t at = text.str().find("\n# Beside the bench\n");
  return at == std::string::npos ? "" : text.str().substr(at);
}

Status Run(double millions, size_t draft_count) {
  auto tell = [](const std::string& what) { std::fprintf(stderr, "bench: %s\n", what.c_str()); };
  std::string report = "# Real time, in process\n\nWritten by `make bench-realtime`. " + DescribeMachine() + "\n";
  std::string dir = TRY(LakeDir(kSource + "/build/bench", millions));
  TRY(InChild([&]() -> Result<json> {
    TRY(MakeLake(dir, static_cast<int64_t>(millions * 1e6), tell));
    return json();
  }));
  std::string store_dir = kSource + "/build/bench/realtime.store";
  fs::remove_all(store_dir);
  std::vector<std::string> packs{kSource + "/rules/packs"};
  std::clock_t cpu_began = std::clock();
  RebuildReport built = TRY(Rebuild({.lake = dir, .store = store_dir, .pack_dirs = packs}));
  double cpu_seconds = static_cast<double>(std::clock() - cpu_began) / CLOCKS_PER_SEC;
  char text[512];
  std::snprintf(text, sizeof text,
                "\n## The store\n\n%.1f M lines of %lld persons rebuilt at %.2f M lines/s (both cores; %.1f s with "
                "doctors, trace "
                "codes and codes; %.2f M lines a second of processor time with all that). %.0f bytes a person encoded, "
                "%.0f on disk; %.1f bytes a line.\n",
                static_cast<double>(built.lines) / 1e6, static_cast<long long>(built.persons),
                static_cast<double>(built.lines) / 1e6 / built.person_seconds, built.seconds,
                static_cast<double>(built.lines) / 1e6 / cpu_seconds,
                static_cast<double>(built.bytes) / static_cast<double>(built.persons),
                static_cast<double>(built.disk_bytes) / static_cast<double>(built.persons),
                static_cast<double>(built.bytes) / static_cast<double>(built.lines));
  report += text;

  std::unique_ptr<Store> store = TRY(Store::Open(store_dir));
  Sample sample = TRY(SampleOf(dir));
  Time now = StartOf(sample.last_day + 1) + 10 * kSecondsPerHour;
  Service service(*store, [&] { return now; });
  double load = Seconds();
  TRY(service.LoadLive(packs));
  service.SetPolicy(TRY(Policy::Parse(R"({"budget_ms": 0})")));
  std::snprintf(text, sizeof text, "Rule packs loaded and bound in %.2f s.\n", Seconds() - load);
  report += text;

  Gateway gateway(service, Institutions());
  std::mt19937 random(1);
  std::vector<double> bytes_to_bytes, bytes_cpu, drafts_to_answers, drafts_cpu;
  int64_t hits = 0;
  size_t body_bytes = 0, answer_bytes = 0;
  for (size_t i = 0; i < draft_count + 500; i++) {
    std::string input = DraftInput(sample, i, random);
    std::string request =
        TRY(BuildRequest({"3102", "B" + std::to_string(i), "H50010100001", "bench", now, input, "500101"}, {}, {}));
    body_bytes = request.size();
    double before = Microseconds(), cpu_before = CpuMicroseconds();
    WireResponse response = gateway.National("3102", request);
    double after = Microseconds(), cpu_after = CpuMicroseconds();
    if (response.body.find("\"infcode\":0") == std::string::npos) return InternalError(response.body);
    JsonDocument parsed = TRY(JsonDocument::Parse(input));
    WireContext context{.codes = &store->codes(), .institution = "H50010100001", .now = now};
    std::vector<Draft> drafts = TRY(ReadDrafts(*parsed.root().Find("data"), program::kMid, context));
    double ask = Microseconds(), cpu_ask = CpuMicroseconds();
    std::vector<Answer> answers = TRY(service.AskMany(drafts));
    double asked = Microseconds(), cpu_asked = CpuMicroseconds();
    if (i < 500) continue;  // warming up
    bytes_to_bytes.push_back(after - before);
    bytes_cpu.push_back(cpu_after - cpu_before);
    drafts_to_answers.push_back(asked - ask);
    drafts_cpu.push_back(cpu_asked - cpu_ask);
    answer_bytes += response.body.size();
    hits += static_cast<int64_t>(answers[0].hits.size());
  }
  std::snprintf(
      text, sizeof text,
      "\n## Answers\n\n%zu requests of 3102 one after the other on one core, %zu rules loaded, drafts of %d lines "
      "(%.0f kB; answers %.0f "
      "kB), %.1f hits each. Microseconds by the clock, then of processor time, which a busy machine does not "
      "change; rates are per core of processor time.\n\n| what | p50 | p99 | p99.9 | most | cpu p50 | cpu p99 | "
      "requests/s | lines/s |\n|---|---|---|---|---|---|---|---|---|\n",
      draft_count, service.live()->rules().rules.size(), kDraftLines, static_cast<double>(body_bytes) / 1000,
      static_cast<double>(answer_bytes) / static_cast<double>(draft_count) / 1000,
      static_cast<double>(hits) / static_cast<double>(draft_count));
  report += text;
  report += Show("request bytes to answer bytes", Of(bytes_to_bytes), Of(bytes_cpu), kDraftLines);
  report += Show("draft to answer", Of(drafts_to_answers), Of(drafts_cpu), kDraftLines);

  Stateless stateless = TRY(MeasureStateless(kSource + "/build/bench/zen"));
  std::snprintf(text, sizeof text,
                "\n## A hundred stateless checks\n\nThe same 20,000 lines in both; both found %lld. Lines a second on "
                "one core; ours "
                "of processor time, theirs by the clock with the processor time of all its threads beside.\n\n"
                "| engine | one draft of 20 lines at a time | 50 drafts at a time |\n|---|---|---|\n| yijian | %.2f M "
                "| %.2f M |\n",
                static_cast<long long>(stateless.found), stateless.drafts / 1e6, stateless.batches / 1e6);
  report += text;
  if (stateless.zen > 0) {
    std::snprintf(
        text, sizeof text,
        "| @gorules/zen-engine | %.0f (%.0f with its loop over a draft; %.0f and %.0f a second of processor time) | "
        "|\n\n%.0f and %.0f times its best rate of processor time.\n",
        stateless.zen, stateless.zen_loop, stateless.zen_cpu, stateless.zen_loop_cpu,
        stateless.drafts / std::max(stateless.zen_cpu, stateless.zen_loop_cpu),
        stateless.batches / std::max(stateless.zen_cpu, stateless.zen_loop_cpu));
    report += text;
  } else {
    report += "\nThe engine from npm is not installed: `npm install --no-save` in bench/zen.\n";
  }
  std::fputs(report.c_str(), stdout);
  std::string path = kSource + "/bench/RESULTS-realtime.md";
  report += WrittenByHand(path);
  std::ofstream(path) << report;
  return {};
}

}  // namespace
}  // namespace yijian::bench

int main(int argc, char** argv) {
  const char* given = std::getenv("YIJIAN_BENCH_REALTIME");
  std::istringstream words(argc > 1 ? std::string(argv[1]) + " " + (argc > 2 ? argv[2] : "") : given ? given : "");
  double millions = 1;
  size_t drafts = 20'000;
  if (words >> millions) words >> drafts;
  yijian::Status status = yijian::bench::Run(millions, drafts);
  if (!status) std::fprintf(stderr, "realtime_bench: %s\n", status.error().message.c_str());
  return status ? 0 : 1;
}
