// The last work on one bucket group of a batch: refer, settle refunds, add up, sort, write.
//
//   GroupPass pass(context, group, blocks);
//   GroupResult result = TRY(pass.Run());
//
// All rows of a person lie in one group, so what belongs together is at hand: a visit, its
// settlements, its lines.
//
// Refunds:    a settlement that names the one it reverses (init_setl_id), or is marked refund and
// has the opposite total of
//             another one of its visit, cancels it when their totals are opposite; the lines of
//             both go with them, and the visit too when it is no stay and nothing else was settled.
//             A line that names an earlier one (init_feedetl_sn) cancels it when quantity and
//             amount of all that name it add up to nothing. Cancelled rows stay, with live = false;
//             those of earlier batches are listed in cancels. A part refund cancels nothing; both
//             rows stay and add up.
// References: rows whose visit, settlement or person is neither in the batch nor in the lake are
// counted; with `quarantine:
//             [references]` they are late rejects.
// Memory:     one column of the group at a time, and the encoded file.
// Threads:    one owner; groups run side by side.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "intake/checks.h"
#include "intake/converter.h"
#include "intake/key_map.h"
#include "intake/lake_lookup.h"
#include "intake/plan.h"
#include "lake/parquet_writer.h"

namespace yijian::intake {

using lake::ChunkEncoder;
using lake::EncodedChunk;
using lake::LocalCodes;
using lake::ParquetColumn;
using lake::ParquetType;

using lake::ParquetWriter;

// A set of ordinals.
class RowSet {
 public:
  void Resize(int64_t ordinals) { bits_.resize(static_cast<size_t>(ordinals + 63) / 64, 0); }
  void Add(int64_t ordinal) { bits_[static_cast<size_t>(ordinal) / 64] |= uint64_t{1} << (ordinal % 64); }
  bool Has(int64_t ordinal) const { return (bits_[static_cast<size_t>(ordinal) / 64] >> (ordinal % 64) & 1) != 0; }

 private:
  std::vector<uint64_t> bits_;
};

struct LateReject {
  int64_t ordinal = 0;
  std::string table;
  std::string field;
  std::string value;
  std::string reason;
};

// What all groups share.
struct GroupContext {
  Batch* batch = nullptr;
  std::string staging;  // folder of the lake's new files
  std::string batch_name;
  int64_t batch_ordinal = 0;
  const RowSet* duplicates = nullptr;
  const RowSet* conflicts = nullptr;
  // By table and column, of code columns: dictionary id -> id in the lake.
  std::vector<std::vector<std::vector<int32_t>>> code_ids;
  std::vector<std::vector<std::vector<std::string_view>>> texts;  // by table and column
  const std::vector<FilePlan>* files = nullptr;
  const lake::Lake* lake = nullptr;
  const std::vector<lake::Batch>* lake_batches = nullptr;
  std::map<std::string, int> checks;  // "fee_line.mdtrt_id" -> reference check, ...
};

struct GroupTable {
  int64_t taken = 0;
  int64_t duplicate = 0;
  int64_t conflict = 0;
  int64_t referring = 0;                 // late rejects for a reference
  int64_t dead = 0;                      // taken, but one half of a refund
  std::map<size_t, Wide> duplicate_fen;  // by money column
  std::map<size_t, Wide> rejected_fen;   // conflicts and references
};

struct RefundCount {
  int64_t settlement_pairs = 0;
  int64_t settlements_in_lake = 0;  // of pairs: the reversed one was in the lake
  int64_t line_groups = 0;
  int64_t lines_in_lake = 0;
  int64_t partial = 0;
  int64_t without_original = 0;
  int64_t lines_dead = 0;  // lines of cancelled settlements and line groups
  int64_t visits_dead = 0;
};

struct GroupResult {
  std::vector<GroupTable> tables;
  std::vector<lake::DataFile> files;
  struct Cancel {
    std::string table;
    int64_t row_id;
    int bucket;
  };
  std::vector<Cancel> cancels;
  std::vector<LateReject> rejects;
  RefundCount refunds;
  CheckCounts checks;
};

class GroupPass {
 public:
  GroupPass(const GroupContext& context, int group, std::vector<std::vector<StageBlock>> blocks);
  Result<GroupResult> Run();

 private:
  enum State : uint8_t { kTaken, kDuplicate, kConflict, kRejected };
  struct Rows {
    std::unique_ptr<StagedRows> staged;
    std::vector<int64_t> ordinal;
    std::vector<uint8_t> state;
    std::vector<uint8_t> live;
    size_t size() const { return ordinal.size(); }
  };
  struct Reference {
    std::string_view table, column, target, target_column;
  };

  Status Load();
  Rows* Of(std::string_view table);
  Result<std::vector<int64_t>> KeysOf(std::string_view table, std::string_view column);
  Result<std::vector<int64_t>> IntsOf(std::string_view table, std::string_view column);
  Result<std::vector<int64_t>> EngineOf(std::string_view table, EngineSlot slot);
  Status CheckReference(const Reference& reference);
  Status FailReference(const Reference& reference, std::vector<uint32_t>& missing, int check);
  Result<LakeLookup*> Lookup();
  bool LakeHas(std::string_view table) const;
  void FailRefund(std::string_view table, uint32_t row);
  Status SettleSettlements();
  Status CancelSettlementsInLake(const std::vector<uint32_t>& refunds, const std::vector<int64_t>& init,
                                 const std::vector<int64_t>& visit_keys, const std::vector<int64_t>& totals,
                                 const std::vector<int64_t>& setl_keys);
  Status SettleLines();
  Status SettleVisits();
  Status AddUpLines();
  Result<std::vector<uint8_t>> RefundFlags();
  Status CountRejected(size_t table);
  Status WriteTable(size_t table);
  std::vector<uint32_t> SortedRows(size_t table, const std::vector<int64_t>& bucket_key,
                                   const std::vector<int64_t>& time) const;
  int BucketOf(int64_t key) const;
  std::pair<int, int64_t> PlaceOf(int64_t ordinal) const;  // file, row

  const GroupContext& context_;
  int group_;
  std::vector<std::vector<StageBlock>> blocks_;  // by table
  BucketSpan buckets_;
  std::vector<Rows> tables_;
  std::optional<LakeLookup> lookup_;
  KeyMap cancelled_;  // keys of settlements whose lines go
  GroupResult result_;
};

// The columns of a table's lake files.
std::vector<ParquetColumn> LakeColumns(const TableInfo& table);

}  // namespace yijian::intake
