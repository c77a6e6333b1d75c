#include "audit/run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "audit/archive.h"
#include "audit/subjects.h"
#include "audit/unit.h"
#include "base/hash.h"
#include "eval/evaluate.h"
#include "lake/bucket_reader.h"
#include "lake/lake.h"

namespace yijian::audit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int64_t kLinesPerStep = 60'000;
constexpr size_t kFilesToSlice = 16;  // of more files the reader does not remember where it stood

double Since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

Result<program::RuleSet> Chosen(const program::RuleSet& rules, const std::vector<std::string>& ids) {
  if (ids.empty()) return rules;
  program::RuleSet chosen = rules;
  std::erase_if(chosen.rules,
                [&](const program::Rule& rule) { return std::find(ids.begin(), ids.end(), rule.id) == ids.end(); });
  for (const std::string& id : ids) {
    bool known =
        std::any_of(rules.rules.begin(), rules.rules.end(), [&](const program::Rule& rule) { return rule.id == id; });
    if (!known) return InvalidInput("no rule " + id + " in the packs");
  }
  return chosen;
}

std::string RunId(const AuditOptions& options, const program::RuleSet& rules, const lake::Snapshot& snapshot) {
  std::string text = rules.digest;
  for (const lake::Batch& batch : snapshot.batches()) text += "|" + batch.manifest.batch;
  text +=
      "|" + (options.from ? FormatDate(*options.from) : "") + "|" + (options.until ? FormatDate(*options.until) : "");
  text += "|" + options.institution;
  std::vector<std::string> ids = options.rules;
  std::sort(ids.begin(), ids.end());
  for (const std::string& id : ids) text += "|" + id;
  return "r" + HexOf(KeyOf(text)).substr(0, 12);
}

// Hands out units to workers and gathers what they bring back.
class Audit {
 public:
  Audit(const AuditOptions& options, const program::RuleSet& rules, std::shared_ptr<const lake::Snapshot> snapshot,
        const Progress& progress)
      : options_(options), rules_(rules), snapshot_(std::move(snapshot)), progress_(progress) {
    if (options.from) filter_.from = StartOf(*options.from);
    if (options.until) filter_.until = StartOf(*options.until);
    filter_.institution = options.institution;
  }

  Result<AuditReport> Run() {
    Clock::time_point start = Clock::now();
    timeline::CodeBook codes = *snapshot_->codes();
    bound_ = TRY(eval::Bind(rules_, codes));
    codes_ = std::make_shared<timeline::CodeBook>(std::move(codes));
    report_.run = RunId(options_, rules_, *snapshot_);
    archive_.emplace(TRY(Archive::Begin(snapshot_->lake(), report_.run)));
    TRY(RunSubjects());
    units_ = snapshot_->PlanWork(options_.lines_per_unit);
    TRY(RunPersons());
    TRY(FinishSubjects());
    report_.seconds = Since(start);
    TRY(archive_->Finish(report_, rules_, options_));
    return report_;
  }

 private:
  // Doctors, institutions and trace codes first: their claims on lines compete with those of the persons' timelines.
  Status RunSubjects() {
    for (program::Subject subject :
         {program::Subject::kDoctor, program::Subject::kInstitution, program::Subject::kCode}) {
      bool any = std::any_of(rules_.rules.begin(), rules_.rules.end(),
                             [&](const program::Rule& rule) { return rule.subject == subject; });
      if (!any) continue;
      TRY(ForEachSubjectBucket(snapshot_, *bound_, subject, [&](const timeline::Bucket& bucket) -> Status {
        finding::Collector found;
        eval::EvaluateColumns(*bound_, bucket, found, {subject});
        KeepSubjectFindings(bucket, std::move(found));
        return {};
      }));
    }
    return {};
  }

  void KeepSubjectFindings(const timeline::Bucket& bucket, finding::Collector found) {
    std::vector<Attributed> none(found.findings.size());
    for (size_t i = 0; i < none.size(); i++) none[i].rows.resize(found.findings[i].charged.size());
    Unit unit;
    AddTo(unit, found.findings, found.unknowns, none, bucket, *codes_, rules_, filter_);
    Arrange(unit);
    for (Record& record : unit.records) {
      for (size_t i = 0; i < record.rows.size(); i++) {
        const RecordRow& row = record.rows[i];
        if (!row.charged || row.kind != timeline::Kind::kLine) continue;
        OutsideClaim claim{row.amount, rules_.rules[record.rule].severity, record.rule, subject_unit_.records.size(),
                           i};
        auto [at, is_new] = outside_.try_emplace(row.row_id, claim);
        if (!is_new && claim.amount > at->second.amount) at->second = claim;
      }
      subject_unit_.records.push_back(std::move(record));
    }
    std::move(unit.unknowns.begin(), unit.unknowns.end(), std::back_inserter(subject_unit_.unknowns));
  }

  Status RunPersons() {
    int threads =
        options_.threads > 0 ? options_.threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    threads = std::min(threads, std::max(1, static_cast<int>(units_.size())));
    std::vector<std::thread> workers;
    for (int i = 0; i < threads; i++) workers.emplace_back([this] { Work(); });
    for (std::thread& worker : workers) worker.join();
    if (error_) return *error_;
    return {};
  }

  void Work() {
    Status status = WorkOn();
    std::lock_guard lock(mutex_);
    if (!status && !error_) error_ = status.error();
  }

  Status WorkOn() {
    lake::BucketReader reader =
        TRY(lake::BucketReader::Open(snapshot_, eval::FieldsOf(*bound_, program::Subject::kPerson)));
    Walk walk;
    for (size_t unit = next_unit_++; unit < units_.size() && !failed(); unit = next_unit_++) {
      Unit made;
      for (const lake::Slice& step : Steps(units_[unit])) TRY(WorkOn(step, reader, walk, made));
      Clock::time_point start = Clock::now();
      Arrange(made);
      TRY(archive_->Write(unit, made, rules_));
      std::lock_guard lock(mutex_);
      report_.write_seconds += Since(start);
      Count(made, rules_, report_);
      done_++;
      if (progress_) progress_(done_, static_cast<int64_t>(units_.size()), report_.lines);
    }
    return {};
  }

  // Memory that a worker uses again from step to step.
  struct Walk {
    timeline::Bucket bucket;
    finding::Collector found;
  };

  // A unit is what goes into one file; what is looked at together shall fit into the processor's caches: some buckets,
  // or some of the persons of one.
  std::vector<lake::Slice> Steps(lake::BucketRange unit) const {
    std::vector<lake::Slice> steps;
    for (int bucket = unit.from; bucket < unit.until; bucket++) {
      lake::BucketRange one{bucket, bucket + 1};
      lake::BucketRange joined{steps.empty() ? bucket : steps.back().range.from, bucket + 1};
      int64_t lines = snapshot_->RowsAbout("fee_line", one);
      if (!steps.empty() && snapshot_->RowsAbout("fee_line", joined) <= kLinesPerStep) {
        steps.back().range = joined;
      } else if (lines <= kLinesPerStep || snapshot_->FilesOf("fee_line", one).size() > kFilesToSlice) {
        steps.push_back({one});
      } else {
        SliceBucket(one, (lines + kLinesPerStep - 1) / kLinesPerStep, steps);
      }
    }
    return steps;
  }

  // Equal parts of all keys: they are digests.
  static void SliceBucket(lake::BucketRange bucket, int64_t parts, std::vector<lake::Slice>& steps) {
    int64_t width = INT64_MAX / parts;
    for (int64_t part = 0; part < parts; part++) {
      int64_t first = part == 0 ? INT64_MIN : part * width;
      int64_t last = part + 1 == parts ? INT64_MAX : (part + 1) * width - 1;
      steps.push_back({bucket, first, last});
    }
  }

  Status WorkOn(const lake::Slice& step, lake::BucketReader& reader, Walk& walk, Unit& made) {
    Clock::time_point start = Clock::now();
    timeline::Bucket& bucket = walk.bucket;
    TRY(reader.Read(step, &bucket));
    double load = Since(start);
    start = Clock::now();
    finding::Collector& found = walk.found;
    found.findings.clear();
    found.unknowns.clear();
    if (options_.plain)
      eval::EvaluatePlain(*bound_, bucket, found);
    else
      eval::EvaluateColumns(*bound_, bucket, found);
    found.Sort();
    std::vector<OutsideWin> wins;
    std::vector<Attributed> attributed = Attribute(found.findings, rules_, bucket, outside_, wins);
    double evaluate = Since(start);
    start = Clock::now();
    AddTo(made, found.findings, found.unknowns, attributed, bucket, *codes_, rules_, filter_);
    std::lock_guard lock(mutex_);
    report_.load_seconds += load;
    report_.evaluate_seconds += evaluate;
    report_.write_seconds += Since(start);
    report_.lines += bucket.table(timeline::Kind::kLine).rows;
    report_.visits += bucket.table(timeline::Kind::kVisit).rows;
    report_.persons += bucket.persons();
    wins_.insert(wins_.end(), wins.begin(), wins.end());
    return {};
  }

  bool failed() {
    std::lock_guard lock(mutex_);
    return error_.has_value();
  }

  // The subjects' findings get what no person's finding took from them.
  Status FinishSubjects() {
    for (const OutsideWin& win : wins_) {
      Record& record = subject_unit_.records[win.finding];
      record.rows[win.charged].attributed = win.amount;
      record.attributed += win.amount;
      if (win.fund)
        record.fund += *win.fund;
      else
        record.fund_unknown = true;
    }
    // Trace and stock rows have no rivals: their own claim stands.
    for (Record& record : subject_unit_.records) {
      for (RecordRow& row : record.rows) {
        if (!row.charged || row.kind == timeline::Kind::kLine) continue;
        row.attributed = row.amount;
        record.attributed += row.amount;
        record.fund_unknown = record.fund_unknown || row.amount > 0;
      }
    }
    Count(subject_unit_, rules_, report_);
    return archive_->Write(units_.size(), subject_unit_, rules_);
  }

  const AuditOptions& options_;
  const program::RuleSet& rules_;
  std::shared_ptr<const lake::Snapshot> snapshot_;
  const Progress& progress_;
  UnitFilter filter_;
  std::shared_ptr<const eval::Bound> bound_;
  std::shared_ptr<const timeline::CodeBook> codes_;
  std::optional<Archive> archive_;
  Unit subject_unit_;
  OutsideClaims outside_;

  std::vector<lake::BucketRange> units_;
  std::atomic<size_t> next_unit_{0};
  std::mutex mutex_;
  std::optional<Error> error_;  // guarded by mutex_, as all below
  AuditReport report_;
  std::vector<OutsideWin> wins_;
  int64_t done_ = 0;
};

}  // namespace

Result<AuditReport> RunAudit(const AuditOptions& options, const program::RuleSet& rules, const Progress& progress) {
  program::RuleSet chosen = TRY(Chosen(rules, options.rules));
  lake::Lake lake = TRY(lake::Lake::Open(options.lake));
  lake::WriteLock lock = TRY(lake.LockForWriting("audit"));
  std::shared_ptr<const lake::Snapshot> snapshot = TRY(lake::Snapshot::Take(lake));
  return Audit(options, chosen, std::move(snapshot), progress).Run();
}

}  // namespace yijian::audit
