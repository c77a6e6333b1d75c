#include "lake/bucket_reader.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/decimal.h"
#include "lake/arrange.h"
#include "lake/table_scan.h"

namespace yijian::lake {
namespace {

using timeline::Bucket;
using timeline::Column;
using timeline::FieldInfo;
using timeline::Fields;
using timeline::Kind;
using timeline::kKindCount;
using timeline::kNoRow;
using timeline::kNull;
using timeline::Storage;
using timeline::Table;

size_t Index(Kind kind) { return static_cast<size_t>(kind); }

// Kinds whose rows are read below persons; stock belongs to institutions.
constexpr Kind kPersonKinds[] = {Kind::kPerson,    Kind::kVisit, Kind::kSettlement, Kind::kDiagnosis,
                                 Kind::kOperation, Kind::kLine,  Kind::kTrace};

// What a visit adds up from its settlements; both kinds call it the same.
constexpr std::string_view kSummed[] = {"total", "scope", "fund"};

size_t OrdinalNamed(Kind kind, std::string_view name) { return OrdinalOf(*FindField(kind, name)); }

bool Any(const std::vector<bool>& fields) { return std::ranges::find(fields, true) != fields.end(); }

void FillPersons(const std::vector<uint32_t>& first, uint32_t rows, std::vector<uint32_t>* person) {
  person->resize(rows);
  for (uint32_t p = 0; p + 1 < first.size(); p++)
    std::fill(person->begin() + first[p], person->begin() + first[p + 1], p);
}

}  // namespace

Wanted WantAll() {
  Wanted wanted;
  for (Kind kind : kPersonKinds) wanted[Index(kind)].assign(Fields(kind).size(), true);
  return wanted;
}

struct BucketReader::Impl {
  Impl(std::shared_ptr<const Snapshot> from, DatabaseOptions options)
      : snapshot(std::move(from)), scanner(snapshot.get(), std::move(options)), persons(snapshot->buckets()) {}

  void MakeRequests(const Wanted& wanted);
  Status Read(const Slice& slice, Bucket* bucket);
  void PutInOrder(Kind kind);
  void DropOldVisits();
  Status PutPersons(BucketRange range, Bucket* bucket);
  void PutVisits(Bucket* bucket);
  void PutRows(Kind kind, Bucket* bucket);
  void PutUnderVisits(Kind kind, std::vector<uint32_t>* visit_first, Bucket* bucket);
  void AddUp(Bucket* bucket);
  Status FindMissingTexts(BucketRange range, Bucket* bucket);

  ScanRows& scanned(Kind kind) { return scans[Index(kind)]; }
  bool loads(Kind kind) const { return !requests[Index(kind)].fields.empty(); }

  std::shared_ptr<const Snapshot> snapshot;
  TableScanner scanner;

  std::array<ScanRequest, kKindCount> requests;  // fields empty: the table is not read
  std::vector<size_t> summed;                    // indexes into kSummed

  // Memory that is used again from range to range.
  std::array<ScanRows, kKindCount> scans;
  PersonOrder persons;
  std::vector<uint32_t> person_of_group;
  std::array<Arrangement, kKindCount> arrangements;
  Column::Scratch scratch;
};

void BucketReader::Impl::MakeRequests(const Wanted& wanted) {
  for (Kind kind : kPersonKinds) {
    const std::vector<bool>& fields = wanted[Index(kind)];
    bool always = kind == Kind::kPerson || kind == Kind::kVisit;
    if (!always && !Any(fields)) continue;
    ScanRequest& request = requests[Index(kind)];
    request.kind = kind;
    request.fields = fields;
    request.fields.resize(Fields(kind).size());
    request.visit_key = kind != Kind::kPerson;
    std::string_view time = timeline::InfoOf(kind).time;
    if (!time.empty()) request.fields[OrdinalNamed(kind, time)] = true;
  }

  std::vector<bool>& visit = requests[Index(Kind::kVisit)].fields;
  for (size_t i = 0; i < std::size(kSummed); i++) {
    size_t ordinal = OrdinalNamed(Kind::kVisit, kSummed[i]);
    if (!visit[ordinal]) continue;
    visit[ordinal] = false;
    summed.push_back(i);
    ScanRequest& settlement = requests[Index(Kind::kSettlement)];
    settlement.kind = Kind::kSettlement;
    settlement.visit_key = true;
    settlement.fields.resize(Fields(Kind::kSettlement).size());
    settlement.fields[OrdinalNamed(Kind::kSettlement, kSummed[i])] = true;
    settlement.fields[OrdinalNamed(Kind::kSettlement, "time")] = true;
  }
  // Texts go their own way.
  for (Kind kind : {Kind::kPerson, Kind::kVisit}) {
    ScanRequest& request = requests[Index(kind)];
    const FieldInfo& no = Fields(kind)[OrdinalNamed(kind, "no")];
    request.fields[OrdinalOf(no)] = false;
    request.text = no.column;
  }
}

Status BucketReader::Impl::Read(const Slice& slice, Bucket* bucket) {
  const BucketRange range = slice.range;
  CHECK(range.from >= 0 && range.from <= range.until && range.until <= snapshot->buckets());
  persons.Clear();
  for (Kind kind : kPersonKinds) {
    if (!loads(kind)) continue;
    // Columns are filled where they will stay: the bucket's memory is used again.
    scanned(kind).columns.swap(bucket->table(kind).columns);
    scanned(kind).row_id.swap(bucket->table(kind).row_id);
    TRY(scanner.Scan(requests[Index(kind)], slice, &scanned(kind)));
    persons.Add(scanned(kind).groups);
  }
  for (Kind kind : kPersonKinds) {
    if (loads(kind)) PutInOrder(kind);
  }
  DropOldVisits();

  bucket->codes = snapshot->codes();
  TRY(PutPersons(range, bucket));
  PutVisits(bucket);
  for (Kind kind : {Kind::kSettlement, Kind::kLine}) PutRows(kind, bucket);
  PutUnderVisits(Kind::kDiagnosis, &bucket->visit_diagnosis_first, bucket);
  PutUnderVisits(Kind::kOperation, &bucket->visit_operation_first, bucket);
  for (Kind kind : {Kind::kTrace, Kind::kStock}) PutRows(kind, bucket);
  AddUp(bucket);
  return FindMissingTexts(range, bucket);
}

// Rows by person, and of one person by (time, row_id).
void BucketReader::Impl::PutInOrder(Kind kind) {
  ScanRows& rows = scanned(kind);
  Arrangement& arrangement = arrangements[Index(kind)];
  persons.Place(rows.groups, &person_of_group);
  std::string_view time = timeline::InfoOf(kind).time;
  const Column* times = time.empty() ? nullptr : &rows.columns[OrdinalNamed(kind, time)];
  ArrangeByPerson(rows, person_of_group, static_cast<uint32_t>(persons.keys().size()), times, &arrangement);
  if (!arrangement.order.empty()) Reorder(arrangement.order, &rows, &scratch);
}

void BucketReader::Impl::DropOldVisits() {
  ScanRows& visits = scanned(Kind::kVisit);
  Arrangement& arrangement = arrangements[Index(Kind::kVisit)];
  if (!KeepLatest(visits.visit_key, visits.row_id, arrangement.person_first, &arrangement.order)) return;
  Reorder(arrangement.order, &visits, &scratch);
  std::vector<uint32_t>& first = arrangement.person_first;
  for (uint32_t& row : first) {
    row = static_cast<uint32_t>(std::ranges::lower_bound(arrangement.order, row) - arrangement.order.begin());
  }
}

// One row per person: the latest of the register, or nulls.
Status BucketReader::Impl::PutPersons(BucketRange range, Bucket* bucket) {
  ScanRows& rows = scanned(Kind::kPerson);
  const std::vector<uint32_t>& first = arrangements[Index(Kind::kPerson)].person_first;
  const auto count = static_cast<uint32_t>(persons.keys().size());
  for (int64_t key : persons.keys()) {
    int64_t home = key % snapshot->buckets();
    if (home >= range.from && home < range.until) continue;
    return IoError("a row of psn_key " + std::to_string(key) + " lies in a bucket of " + std::to_string(range.from) +
                   ".." + std::to_string(range.until - 1) + ", but belongs to bucket " + std::to_string(home));
  }
  std::vector<uint32_t> latest(count, kNoRow);  // within one person rows ascend by row_id, which ascends with the batch
  for (uint32_t p = 0; p < count; p++) {
    if (first[p + 1] > first[p]) latest[p] = first[p + 1] - 1;
  }
  Table& table = bucket->table(Kind::kPerson);
  table.rows = count;
  table.columns.swap(rows.columns);
  for (size_t field = 0; field < table.columns.size(); field++) {
    if (!requests[Index(Kind::kPerson)].fields[field]) continue;
    Column& column = table.columns[field];
    scratch.values.resize(count);
    for (uint32_t p = 0; p < count; p++) scratch.values[p] = latest[p] == kNoRow ? kNull : column[latest[p]];
    column.Assign(scratch.values);
  }
  // The key is known of everybody.
  Column& keys = table.columns[OrdinalNamed(Kind::kPerson, "key")];
  if (requests[Index(Kind::kPerson)].fields[OrdinalNamed(Kind::kPerson, "key")]) keys.Assign(persons.keys());
  bucket->person_no.resize(count);
  for (uint32_t p = 0; p < count; p++) {
    if (latest[p] == kNoRow)
      bucket->person_no[p].clear();
    else
      bucket->person_no[p].swap(rows.text[latest[p]]);  // both keep memory for the next slice
  }
  rows.row_id.swap(table.row_id);
  table.row_id.clear();
  table.visit.assign(count, kNoRow);
  table.person.resize(count);
  std::iota(table.person.begin(), table.person.end(), 0u);
  table.person_first.resize(count + 1);
  std::iota(table.person_first.begin(), table.person_first.end(), 0u);
  return {};
}

void BucketReader::Impl::PutVisits(Bucket* bucket) {
  PutRows(Kind::kVisit, bucket);
  bucket->visit_no.swap(scanned(Kind::kVisit).text);
}

// Hands the rows over, with their persons and visits.
void BucketReader::Impl::PutRows(Kind kind, Bucket* bucket) {
  Table& table = bucket->table(kind);
  if (!loads(kind)) {
    table.rows = 0;
    table.columns.resize(Fields(kind).size());
    for (Column& column : table.columns) column.clear();
    table.row_id.clear();
    table.person.clear();
    table.visit.clear();
    table.person_first.assign(persons.keys().size() + 1, 0);
    return;
  }
  ScanRows& rows = scanned(kind);
  table.rows = rows.rows;
  table.columns.swap(rows.columns);
  table.row_id.swap(rows.row_id);
  table.person_first = arrangements[Index(kind)].person_first;
  FillPersons(table.person_first, table.rows, &table.person);
  if (kind == Kind::kVisit) {
    table.visit.resize(table.rows);
    std::iota(table.visit.begin(), table.visit.end(), 0u);
  } else {
    LinkVisits(rows.visit_key, table.person_first, scanned(Kind::kVisit).visit_key,
               arrangements[Index(Kind::kVisit)].person_first, &table.visit);
  }
}

void BucketReader::Impl::PutUnderVisits(Kind kind, std::vector<uint32_t>* visit_first, Bucket* bucket) {
  PutRows(kind, bucket);
  Table& table = bucket->table(kind);
  std::vector<uint32_t>& order = arrangements[Index(kind)].order;
  ArrangeByVisit(table.visit, table.row_id, bucket->table(Kind::kVisit).rows, &order, visit_first);
  for (Column& column : table.columns) column.Reorder(order, scratch);
  Reorder(order, &table.row_id, &scratch.values);
  table.rows = static_cast<uint32_t>(order.size());
  const Table& visits = bucket->table(Kind::kVisit);
  for (size_t p = 0; p < table.person_first.size(); p++) table.person_first[p] = (*visit_first)[visits.person_first[p]];
  FillPersons(table.person_first, table.rows, &table.person);
  table.visit.resize(table.rows);
  for (uint32_t v = 0; v < visits.rows; v++) {
    std::fill(table.visit.begin() + (*visit_first)[v], table.visit.begin() + (*visit_first)[v + 1], v);
  }
}

void BucketReader::Impl::AddUp(Bucket* bucket) {
  Table& visits = bucket->table(Kind::kVisit);
  Table& settlements = bucket->table(Kind::kSettlement);
  for (size_t i : summed) {
    const Column& amounts = settlements.columns[OrdinalNamed(Kind::kSettlement, kSummed[i])];
    std::vector<int64_t>& sums = scratch.values;
    sums.assign(visits.rows, kNull);
    std::vector<bool> unknown(visits.rows);
    for (uint32_t row = 0; row < settlements.rows; row++) {
      uint32_t visit = settlements.visit[row];
      if (visit == kNoRow) continue;
      if (amounts[row] == kNull) {
        unknown[visit] = true;
      } else {
        sums[visit] = sums[visit] == kNull ? amounts[row] : AddMicro(sums[visit], amounts[row]);
      }
    }
    for (uint32_t visit = 0; visit < visits.rows; visit++) {
      if (unknown[visit]) sums[visit] = kNull;
    }
    visits.columns[OrdinalNamed(Kind::kVisit, kSummed[i])].Assign(sums);
  }
}

// Persons who are in no register are named by their visits or, failing that, by whatever else they
// have.
Status BucketReader::Impl::FindMissingTexts(BucketRange range, Bucket* bucket) {
  std::map<int64_t, std::string> missing;
  for (uint32_t p = 0; p < bucket->persons(); p++) {
    if (bucket->person_no[p].empty()) missing.emplace(persons.keys()[p], std::string());
  }
  auto any_left = [&] { return std::ranges::any_of(missing, [](const auto& entry) { return entry.second.empty(); }); };
  for (std::string_view table : {"visit", "settlement", "fee_line", "diagnosis", "operation", "trace"}) {
    if (!any_left()) break;
    TRY(scanner.FindTexts(table, range, &missing));
  }
  for (uint32_t p = 0; p < bucket->persons(); p++) {
    if (bucket->person_no[p].empty()) bucket->person_no[p] = missing[persons.keys()[p]];
  }
  return {};
}

// ---- BucketReader

BucketReader::BucketReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BucketReader::BucketReader(BucketReader&&) noexcept = default;
BucketReader& BucketReader::operator=(BucketReader&&) noexcept = default;
BucketReader::~BucketReader() = default;

Result<BucketReader> BucketReader::Open(std::shared_ptr<const Snapshot> snapshot, const Wanted& wanted,
                                        const ReaderOptions& options) {
  DatabaseOptions database{.memory_limit_mb = options.memory_limit_mb, .threads = 1};
  auto impl = std::make_unique<Impl>(std::move(snapshot), std::move(database));
  impl->MakeRequests(wanted);
  return BucketReader(std::move(impl));
}

Status BucketReader::Read(const Slice& slice, Bucket* bucket) { return impl_->Read(slice, bucket); }

Result<Bucket> BucketReader::Read(BucketRange range) {
  Bucket bucket;
  TRY(impl_->Read(Slice{range}, &bucket));
  return bucket;
}

}  // namespace yijian::lake
