#include "rule_times.h"

#include <time.h>

#include <algorithm>
#include <numeric>

#include "engine_runs.h"
#include "eval/evaluate.h"
#include "lake/bucket_reader.h"
#include "lake/snapshot.h"

namespace yijian::bench {
namespace {

double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Stopwatch : public eval::RuleWatch {
 public:
  explicit Stopwatch(size_t rules) : seconds(rules) {}
  bool Begin(uint32_t) override {
    start_ = ThreadSeconds();
    return true;
  }
  void End(uint32_t rule) override { seconds[rule] += ThreadSeconds() - start_; }

  std::vector<double> seconds;

 private:
  double start_ = 0;
};

}  // namespace

Result<std::vector<PartTime>> TimeRules(const std::string& dir, const std::vector<std::string>& ids, int times) {
  program::RuleSet rules = TRY(LoadChosen(ids));
  lake::Lake lake = TRY(lake::Lake::Open(dir));
  auto snapshot = TRY(lake::Snapshot::Take(lake));
  double start = ThreadSeconds();
  auto bound = TRY(eval::Bind(rules, *snapshot->codes()));
  PartTime bind{"binding", ThreadSeconds() - start}, load{"load"}, rest{"index and the rest"};
  auto reader = TRY(lake::BucketReader::Open(snapshot, eval::FieldsOf(*bound, program::Subject::kPerson)));
  std::vector<PartTime> parts(rules.rules.size());
  for (size_t i = 0; i < parts.size(); i++) parts[i].part = rules.rules[i].id;
  timeline::Bucket bucket;
  for (int at = 0; at < snapshot->buckets(); at++) {
    start = ThreadSeconds();
    TRY(reader.Read(lake::BucketRange{at, at + 1}, &bucket));
    load.cpu += ThreadSeconds() - start;
    std::vector<double> least(parts.size(), 1e9);
    double rest_least = 1e9;
    for (int turn = 0; turn < times; turn++) {
      Stopwatch watch(parts.size());
      finding::Collector found;
      start = ThreadSeconds();
      eval::EvaluateColumns(*bound, bucket, found, {.watch = &watch});
      double all = ThreadSeconds() - start;
      rest_least = std::min(rest_least, all - std::accumulate(watch.seconds.begin(), watch.seconds.end(), 0.0));
      for (size_t i = 0; i < parts.size(); i++) least[i] = std::min(least[i], watch.seconds[i]);
      for (size_t i = 0; turn == 0 && i < found.findings.size(); i++) parts[found.findings[i].rule].findings++;
    }
    rest.cpu += rest_least;
    for (size_t i = 0; i < parts.size(); i++) parts[i].cpu += least[i];
  }
  parts.insert(parts.end(), {bind, load, rest});
  std::ranges::stable_sort(parts, std::greater<>(), &PartTime::cpu);
  return parts;
}

}  // namespace yijian::bench
