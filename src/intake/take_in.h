// One run of TakeIn, step by step. See intake.h for what it promises.
// Threads: one owner; it starts its own.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "intake/converter.h"
#include "intake/group_pass.h"
#include "intake/intake.h"
#include "intake/piece_feed.h"
#include "intake/unique.h"
#include "lake/lake.h"

namespace yijian::intake {

class TakeInRun {
 public:
  TakeInRun(const Options& options, const ProgressFn& progress);
  Result<Report> Run();

 private:
  using Clock = std::chrono::steady_clock;

  Status FindFiles();
  Status LeaveOutKnownFiles();
  void PlanWork();
  Status ReadAll();
  Status ReadWorker(Converter& converter);
  Status FindAllRepeats();
  Status StageLakeKeys(KeyStage& stage);
  Status CollectRepeats(std::vector<std::vector<Repeat>>& parts);
  Status NumberCodes();
  Status WriteDictionary(const std::vector<std::pair<std::string, std::string>>& codes, int32_t first_id);
  Status RunGroups();
  void MergeGroup(GroupResult& result);
  Status QuarantineLate();
  Status WriteQuarantineFile();
  Status WriteCancels();
  void CountTables();
  Status VerifyWritten();
  Status Reconcile() const;
  Status Commit();
  void FillChecks();
  void FillFiles();

  // Runs work(thread) in threads_ threads; the first error.
  Status InThreads(const std::function<Status(size_t thread)>& work);
  void Tell(std::string_view stage, double done, bool now = false);
  std::string PathInStaging(const std::string& below) const { return staging_ + "/" + below; }

  const Options& options_;
  const ProgressFn& progress_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point stage_start_ = start_;
  Clock::time_point told_ = start_;
  std::string stage_;
  std::mutex tell_mutex_;
  std::atomic<int64_t> rows_read_ = 0;
  int64_t bytes_total_ = 0;

  Mapping mapping_;
  std::optional<lake::Lake> lake_;
  std::optional<lake::WriteLock> lock_;
  std::string staging_;
  std::vector<lake::Batch> lake_batches_;
  int64_t ordinal_ = 0;
  std::string name_;
  size_t threads_ = 1;
  int groups_ = 1;
  size_t buffer_rows_ = 4096;

  std::vector<InputFile> files_;
  std::unique_ptr<Batch> batch_;
  std::unique_ptr<PieceFeed> feed_;
  std::vector<FilePlan> plans_;
  std::vector<std::unique_ptr<Converter>> converters_;
  RowSet repeats_;
  RowSet conflicts_;
  std::vector<LateReject> late_;
  GroupContext context_;
  std::mutex merge_mutex_;
  std::vector<GroupTable> tables_;
  std::vector<GroupResult::Cancel> cancels_;
  RefundCount refunds_;
  lake::Manifest manifest_;
  std::unique_ptr<QuarantineWriter> late_quarantine_;
  Report report_;
};

}  // namespace yijian::intake
