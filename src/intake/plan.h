// What a batch is going to do, worked out once before the threads run: tables, feeds, checks.
//
// Batch     the whole: mapping, buckets, groups, checks, tables.
// TablePlan a canonical table and the dictionaries of its columns.
// FeedPlan  a bound feed and the numbers of its checks.
// FilePlan  a file: its feeds, and the ordinals of its rows.
//
// Ordinals: the feeds of a file give source row r the ordinals base + r * stride + feed. They name
// rows in the lake (row_id), do
//           not depend on threads, and lead back to file and row.
// Threads:  Batch is shared; what changes in it (dictionaries, checks) is safe.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "intake/binding.h"
#include "intake/checks.h"
#include "intake/code_sets.h"
#include "intake/dictionary.h"
#include "intake/mapping.h"
#include "intake/staging.h"

namespace yijian::intake {

struct TablePlan {
  explicit TablePlan(const TableInfo& of) : table(&of), slots(of), dictionaries(of.columns.size()) {}
  const TableInfo* table;
  SlotMap slots;
  std::vector<SharedDictionary> dictionaries;  // by column; used by text and code columns
  std::string key_name;
  int key_check = 0;
  bool fed = false;
};

// Rules over several columns of one row.
enum class RowRule : uint8_t {
  kOrder,            // a <= b
  kPriceTimesCount,  // |pric * cnt - amount| <= 1 fen, rounded
  kSum,              // first = sum of the rest, within 1 fen
  kSumMaybe,         // first = sum of the rest, with or without the last
};

struct RowCheck {
  RowRule rule = RowRule::kOrder;
  std::vector<size_t> positions;  // in the feed's columns
  int check = 0;
  bool quarantines = false;
};

struct ColumnPlan {
  const BoundColumn* bound = nullptr;
  size_t position = 0;
  int type_check = -1;
  int encoding_check = -1;
  int required_check = -1;
  int guard_check = -1;
  int code_check = -1;
  const CodeSet* code_set = nullptr;  // null when not checked
  bool code_quarantines = false;
  bool lenient = false;
  size_t name_position = SIZE_MAX;  // the column with the names of this one's codes
};

struct FeedPlan {
  BoundFeed bound;
  TablePlan* table = nullptr;
  std::vector<ColumnPlan> columns;  // as bound.columns
  std::vector<size_t> order;        // in which columns are converted: needs first, derived last
  std::vector<RowCheck> row_checks;
  size_t init_key_position = SIZE_MAX;  // init_setl_id or init_feedetl_sn, when it can name a row's key
};

struct SourcePlan {
  const SourceSpec* spec = nullptr;
  std::vector<std::string> columns;
  std::string columns_json;
  std::vector<FeedPlan> feeds;
  std::vector<std::string> unused;
  int shape_check = 0;
  size_t id = 0;
  int64_t stride() const { return static_cast<int64_t>(feeds.size()); }
};

struct FilePlan {
  int index = 0;
  std::string path;
  const SourcePlan* source = nullptr;
  int64_t base = 0;  // ordinals of its rows begin here
  int64_t OrdinalOf(int64_t row, size_t feed) const {
    return base + row * source->stride() + static_cast<int64_t>(feed);
  }
  int64_t RowOf(int64_t ordinal) const { return (ordinal - base) / source->stride(); }
  size_t FeedOf(int64_t ordinal) const { return static_cast<size_t>((ordinal - base) % source->stride()); }
};

class Batch {
 public:
  Batch(const Mapping& mapping, const std::string& dictionaries_dir, int buckets, int groups);

  const Mapping& mapping() const { return mapping_; }
  int buckets() const { return buckets_; }
  int groups() const { return groups_; }
  int GroupOf(int bucket) const { return bucket * groups_ / buckets_; }
  CheckBook& checks() { return checks_; }

  // The plan for files of one source with these columns; the same one for the same columns.
  Result<const SourcePlan*> PlanSource(const SourceSpec& spec, const std::vector<std::string>& columns,
                                       const std::string& path);
  size_t sources() const { return sources_.size(); }

  TablePlan& table(size_t index) { return *tables_[index]; }
  const TablePlan& table(size_t index) const { return *tables_[index]; }
  static size_t IndexOf(const TableInfo& table);
  TablePlan* Find(std::string_view name);

 private:
  FeedPlan Plan(BoundFeed bound);
  ColumnPlan PlanColumn(const BoundFeed& feed, size_t position);
  void PlanRowChecks(FeedPlan& feed);
  void AddRowCheck(FeedPlan& feed, RowRule rule, CheckKind kind, std::initializer_list<std::string_view> names,
                   size_t optional, const std::string& note);

  const Mapping& mapping_;
  int buckets_;
  int groups_;
  CodeSets code_sets_;
  CheckBook checks_;
  std::vector<std::unique_ptr<TablePlan>> tables_;  // one for every canonical table
  std::vector<std::unique_ptr<SourcePlan>> sources_;
};

}  // namespace yijian::intake
