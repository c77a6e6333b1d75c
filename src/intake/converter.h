// Source rows into canonical rows: one thread's share of reading a batch.
//
//   Converter converter = ...Create(batch, thread, staging_dir);
//   TRY(converter.Convert(piece, file_plan));       // again and again
//   TRY(converter.Finish());
//   converter.output()
//
// A source row is taken whole or not at all: a fault in one of its tables keeps it out of all of
// them. Rows go to staging by table and bucket group; keys of rows to KeyStage (unique.h); rejected
// rows to a QuarantineWriter; what was seen is counted. Threads: one Converter per thread; the
// Batch is shared.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "intake/cells.h"
#include "intake/checks.h"
#include "intake/dummy_id.h"
#include "intake/piece.h"
#include "intake/plan.h"
#include "intake/quarantine.h"
#include "intake/staging.h"
#include "intake/unique.h"

namespace yijian::intake {

__extension__ using Wide = __int128;

// Fen of one money column, added up from the texts of the source.
struct MoneyCount {
  Wide read = 0;         // all rows that were to be taken
  Wide quarantined = 0;  // of rows that went to quarantine
  Wide nulled = 0;       // of values that became NULL
  int64_t unreadable = 0;
};
struct TableCount {
  int64_t read = 0;
  int64_t filtered = 0;
  int64_t quarantined = 0;
  std::unordered_map<size_t, MoneyCount> money;  // by column
};

struct ConverterOutput {
  std::vector<std::vector<std::vector<StageBlock>>> blocks;  // [table][group]
  std::vector<TableCount> tables;
  CheckCounts checks;
  std::unique_ptr<QuarantineWriter> quarantine;
  std::unique_ptr<KeyStage> keys;
  int64_t staged_bytes = 0;
};

class Converter {
 public:
  static Result<std::unique_ptr<Converter>> Create(Batch& batch, const std::string& staging_prefix, size_t buffer_rows);

  Status Convert(const Piece& piece, const FilePlan& file);
  Status Finish();
  ConverterOutput& output() { return output_; }

 private:
  // One converted column of a feed. Its kind says which vector holds it; the others hold what some piece before left.
  struct Column {
    SlotKind kind = SlotKind::kAbsent;  // kAbsent: NULL in all rows
    std::vector<int64_t> ints;
    std::vector<int32_t> codes;
    std::vector<std::string_view> texts;
    std::vector<uint64_t> hashes;  // of values, where keys need them

    bool Has(size_t row) const {
      switch (kind) {
        case SlotKind::kAbsent:
          return false;
        case SlotKind::kInt:
          return ints[row] != kNullValue;
        case SlotKind::kCode:
          return codes[row] != kNullCode;
        case SlotKind::kText:
          return texts[row].data() != nullptr;
      }
      return false;
    }
  };
  struct FeedRows {
    std::vector<uint8_t> absent;  // no row: filtered, or a need is missing
    std::vector<Column> columns;
    std::vector<uint64_t> row_hash;
    std::vector<int64_t> row_key;
    std::vector<int64_t> bucket_key;
  };
  // What the thread remembers about a column of a source, and works with.
  struct ColumnMemory {
    Memo memo;
    std::vector<uint64_t> hash_of;        // by id
    std::vector<uint64_t> field_hash_of;  // by id
    std::vector<int64_t> key_of;          // by id, for buckets
    std::vector<uint8_t> has_name;        // by id
    std::vector<uint8_t> is_stay;         // by id of a med_type
    uint64_t salt = 0;
    bool as_texts = false;  // too many distinct texts to number
  };
  enum class Why : uint8_t { kType, kTooFine, kTooLarge, kRequired, kDummy, kEncoding, kCodeSet, kOrder, kIdentity };
  struct Issue {
    uint32_t row;
    uint16_t feed;
    uint16_t position;
    Why why;
    int check;  // of a row check
  };
  template <typename T>
  static T& AtId(std::vector<T>& values, int32_t id, T fill) {
    auto index = static_cast<size_t>(id);
    if (values.size() <= index) values.resize(index + index / 2 + 16, fill);
    return values[index];
  }

  Converter(Batch& batch, std::unique_ptr<QuarantineWriter> quarantine, std::unique_ptr<KeyStage> keys,
            StageWriter stage, size_t buffer_rows);

  Status ConvertFeed(const SourcePlan& source, size_t feed);
  void Filter(const FeedPlan& feed, FeedRows& rows);
  Status ConvertColumn(const FeedPlan& feed, size_t position, FeedRows& rows, ColumnMemory& memory);
  Status ConvertTexts(const ColumnPlan& plan, const Cells& cells, FeedRows& rows, ColumnMemory& memory);
  void ConvertLongTexts(const ColumnPlan& plan, const Cells& cells, FeedRows& rows);
  template <typename TextOf, typename Read>
  void ConvertInts(const ColumnPlan& plan, FeedRows& rows, TextOf text_of, Read read);
  void ConvertNumbers(const ColumnPlan& plan, const Cells& cells, FeedRows& rows);
  void ConvertTimes(const ColumnPlan& plan, const Cells& cells, FeedRows& rows);
  void ConvertFlags(const ColumnPlan& plan, const Cells& cells, FeedRows& rows);
  void Derive(const FeedPlan& feed, size_t position, FeedRows& rows, ColumnMemory& memory);
  Meaning Learn(const ColumnPlan& plan, std::string_view text, ColumnMemory& memory);
  std::string_view Transform(const ColumnSpec& spec, std::string_view text);
  void CountMoney(const ColumnPlan& plan, const Cells& cells, const FeedRows& rows, MoneyCount& count);
  void HashColumn(const ColumnPlan& plan, FeedRows& rows, ColumnMemory& memory);
  void CheckRequired(const ColumnPlan& plan, FeedRows& rows);
  void LearnNames(const FeedPlan& feed, FeedRows& rows, std::vector<ColumnMemory>& memories);
  void CheckRows(const FeedPlan& feed, FeedRows& rows);
  void MakeKeys(const FeedPlan& feed, FeedRows& rows, std::vector<ColumnMemory>& memories);
  Status StageFeed(const FeedPlan& feed, size_t feed_index, FeedRows& rows);
  static bool FitsBuffer(const FeedPlan& feed, const FeedRows& rows, const StageBuffer& buffer);
  void AppendRows(const FeedPlan& feed, FeedRows& rows, const std::vector<uint32_t>& chosen, StageBuffer& buffer);
  Status FlushBuffer(size_t table, size_t group);
  Status QuarantineRows(const SourcePlan& source);
  Status QuarantineRecords(const SourcePlan& source);
  void Reject(size_t position, size_t row, Why why, int check);
  bool HasIssue(size_t position, size_t row) const;
  std::string Example(const ColumnPlan& plan, std::string_view text) const;
  std::string Reason(const FeedPlan& feed, const Issue& issue);

  Batch& batch_;
  DummyIds dummies_;
  NullTexts nulls_;
  size_t buffer_rows_;
  StageWriter stage_;
  ConverterOutput output_;

  // By source plan, feed and position.
  std::vector<std::vector<std::vector<ColumnMemory>>> memories_;
  std::vector<std::vector<StageBuffer>> buffers_;  // [table][group]

  // Of the piece at hand.
  const Piece* piece_ = nullptr;
  const FilePlan* file_ = nullptr;
  uint16_t feed_index_ = 0;
  const FeedPlan* feed_ = nullptr;
  std::vector<FeedRows> feeds_;
  std::vector<uint8_t> bad_;
  std::vector<Issue> issues_;
  FormulaArena arena_;
  std::vector<std::vector<uint32_t>> chosen_;  // rows by group
  std::vector<std::vector<int64_t>> id_keys_;  // by position
};

}  // namespace yijian::intake
