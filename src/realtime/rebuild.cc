#include "realtime/rebuild.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

#include "base/hash.h"
#include "lake/bucket_reader.h"
#include "lake/subject_reader.h"
#include "realtime/record.h"

namespace yijian::realtime {
namespace {

namespace fs = std::filesystem;
using program::Subject;
using timeline::Bucket;
using timeline::FieldType;
using timeline::kNoRow;
using timeline::Table;
using SteadyClock = std::chrono::steady_clock;

constexpr char kFieldsWord[] = "fields";
constexpr char kLakeWord[] = "batches";

double Since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

size_t Ordinal(Kind kind, std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); }

void Want(program::FieldSet& fields, Kind kind, std::initializer_list<std::string_view> names) {
  std::vector<bool>& of = fields[static_cast<size_t>(kind)];
  of.resize(timeline::Fields(kind).size());
  for (std::string_view name : names) of[Ordinal(kind, name)] = true;
}

// What timelines of persons need besides what rules read: keys, and what sums and cancels rest on.
program::FieldSet FieldsToKeep(const PackVersion& version, bool all) {
  if (all) return lake::WantAll();
  program::FieldSet fields = version.fields(Subject::kPerson);
  Want(fields, Kind::kPerson, {"sex", "birth"});
  Want(fields, Kind::kVisit, {"key", "begin", "end", "stay", "institution", "area"});
  Want(fields, Kind::kSettlement, {"key", "time", "total", "scope", "fund"});
  Want(fields, Kind::kLine, {"time", "item", "qty", "settlement"});
  Want(fields, Kind::kTrace, {"code", "time", "settlement"});
  // Sums of a visit are made anew from its settlements.
  for (std::string_view name : {"total", "scope", "fund"})
    fields[static_cast<size_t>(Kind::kVisit)][Ordinal(Kind::kVisit, name)] = false;
  for (const timeline::FieldInfo& field : timeline::Fields(Kind::kPerson)) {
    if (field.type == FieldType::kText) fields[0][timeline::OrdinalOf(field)] = false;
  }
  return fields;
}

// The lake's code ids as the store's; empty when they are the same.
std::vector<int64_t> Translate(const timeline::CodeBook& lake_codes, Codes& codes) {
  std::vector<int64_t> ids{0};
  bool same = true;
  for (int64_t id = 1; id < lake_codes.size(); id++) {
    const std::string& text = lake_codes.Text(id);
    ids.push_back(text.empty() ? kNull : codes.Intern(text, lake_codes.Name(id)));
    same = same && ids.back() == id;
  }
  return same ? std::vector<int64_t>() : ids;
}

class Builder {
 public:
  Builder(const RebuildOptions& options, const RebuildProgress& progress) : options_(options), progress_(progress) {}

  Result<RebuildReport> Run() {
    SteadyClock::time_point start = SteadyClock::now();
    lake::Lake lake = TRY(lake::Lake::Open(options_.lake));
    snapshot_ = TRY(lake::Snapshot::Take(lake));
    // Whoever has the old store open must let go first.
    std::unique_ptr<Store> old;
    if (fs::exists(fs::path(options_.store) / "CURRENT")) old = TRY(Store::Open(options_.store));
    std::error_code error;
    building_ = options_.store + ".rebuild-" + std::to_string(getpid());
    fs::remove_all(building_, error);
    store_ = TRY(Store::Open(building_, {.create = true, .sync = false, .buckets = snapshot_->buckets()}));
    Result<RebuildReport> built = Build(old.get());
    store_.reset();
    old.reset();
    if (!built) {
      fs::remove_all(building_, error);
      return built;
    }
    TRY(PutInPlace());
    built->seconds = Since(start);
    return built;
  }

 private:
  Result<RebuildReport> Build(Store* old) {
    ids_ = Translate(*snapshot_->codes(), store_->codes());
    version_ = TRY(PackVersion::Load("rebuild", options_.pack_dirs, store_->codes()));
    fields_ = FieldsToKeep(*version_, options_.all_fields);
    std::optional<int64_t> need = LookBackDays(version_->rules(), Subject::kPerson);
    report_.window_days = options_.window_days ? *options_.window_days : need ? static_cast<int>(*need) : 0;
    SteadyClock::time_point start = SteadyClock::now();
    TRY(Persons());
    report_.person_seconds = Since(start);
    TRY(Others(Subject::kDoctor, Kind::kLine, "exec_doctor", &report_.doctors));
    TRY(Others(Subject::kCode, Kind::kTrace, "code", &report_.trace_codes));
    TRY(store_->KeepCodes());
    TRY(store_->SetWord(kFieldsWord, FieldsText()));
    TRY(store_->SetWord(kWindowWord, std::to_string(report_.window_days)));
    std::string batches;
    for (const lake::Batch& batch : snapshot_->batches()) batches += batch.manifest.batch + "\n";
    TRY(store_->SetWord(kLakeWord, batches));
    if (old) TRY(CarryOver(*old));
    report_.disk_bytes = TRY(store_->Size()).disk_bytes;
    return report_;
  }

  std::string FieldsText() const {
    std::string text;
    for (const timeline::KindInfo& info : timeline::Kinds()) {
      const std::vector<bool>& of = fields_[static_cast<size_t>(info.kind)];
      for (size_t field = 0; field < of.size(); field++) {
        if (of[field])
          text += std::string(info.name) + "." + std::string(timeline::Fields(info.kind)[field].name) + "\n";
      }
    }
    return text;
  }

  // --- persons: ranges of buckets in parallel, a sorted run each ---

  Status Persons() {
    units_ = snapshot_->PlanWork(options_.lines_per_unit);
    runs_.resize(units_.size());
    size_t threads = options_.threads > 0 ? static_cast<size_t>(options_.threads)
                                          : std::max(1U, std::thread::hardware_concurrency());
    threads = std::max<size_t>(1, std::min(threads, units_.size()));
    std::vector<std::thread> workers;
    for (size_t i = 0; i < threads; i++) {
      workers.emplace_back([this] {
        Status status = Work();
        std::lock_guard lock(mutex_);
        if (!status && !error_) error_ = status.error();
      });
    }
    for (std::thread& worker : workers) worker.join();
    if (error_) return *error_;
    std::vector<std::string> files;
    for (const std::string& run : runs_) {
      if (!run.empty()) files.push_back(run);
    }
    return store_->TakeIn(Subject::kPerson, files);
  }

  Status Work() {
    lake::BucketReader reader = TRY(lake::BucketReader::Open(snapshot_, fields_));
    Bucket bucket;
    for (size_t unit = next_unit_++; unit < units_.size(); unit = next_unit_++) {
      {
        std::lock_guard lock(mutex_);
        if (error_) return {};
      }
      TRY(reader.Read(units_[unit], &bucket));
      std::string path = building_ + "/persons-" + std::to_string(unit) + ".run";
      std::unique_ptr<RunWriter> run = TRY(RunWriter::Create(path));
      int64_t bytes = 0;
      for (uint32_t person = 0; person < bucket.persons(); person++) {
        std::string value = Encode(PersonOf(bucket, person));
        bytes += static_cast<int64_t>(value.size());
        TRY(run->Add(StoreKey(IdKeyOf(bucket.person_no[person]), store_->buckets()), value));
      }
      bool any = TRY(run->Finish());
      std::lock_guard lock(mutex_);
      if (any) runs_[unit] = path;
      report_.bytes += bytes;
      report_.persons += bucket.persons();
      report_.lines += bucket.table(Kind::kLine).rows;
      done_++;
      if (progress_) progress_(done_, static_cast<int64_t>(units_.size()), report_.lines);
    }
    return {};
  }

  History PersonOf(const Bucket& bucket, uint32_t person) const {
    History history;
    history.no = bucket.person_no[person];
    history.subject = IdKeyOf(history.no);
    const Table& persons = bucket.table(Kind::kPerson);
    NewRow row(Kind::kPerson, history.subject, kNull, 0);
    for (size_t field = 0; field < persons.columns.size(); field++) {
      int64_t value = persons.At(field, person);
      if (value != kNull) row.Set(field, CodeOf(Kind::kPerson, field, value));
    }
    row.PutInto(history);
    for (Kind kind : {Kind::kVisit, Kind::kSettlement, Kind::kDiagnosis, Kind::kOperation, Kind::kLine, Kind::kTrace})
      Slice(bucket, kind, person, history);
    return history;
  }

  int64_t CodeOf(Kind kind, size_t field, int64_t value) const {
    bool code = !ids_.empty() && timeline::Fields(kind)[field].type == FieldType::kCode;
    return code && value >= 0 && static_cast<size_t>(value) < ids_.size() ? ids_[static_cast<size_t>(value)] : value;
  }

  // The rows of one person lie together: columns are cut, not gathered.
  void Slice(const Bucket& bucket, Kind kind, uint32_t person, History& history) const {
    const Table& table = bucket.table(kind);
    if (table.person_first.empty()) return;
    uint32_t first = table.person_first[person];
    uint32_t last = table.person_first[person + 1];
    if (first == last) return;
    static const size_t kVisitKey = Ordinal(Kind::kVisit, "key");
    const Table& visits = bucket.table(Kind::kVisit);
    Rows& rows = history.of(kind);
    size_t size = last - first;
    rows.batch.assign(size, kNull);
    rows.stamp.assign(size, 0);
    rows.columns.resize(table.columns.size());
    for (size_t field = 0; field < table.columns.size(); field++) {
      const std::vector<bool>& keep = fields_[static_cast<size_t>(kind)];
      if (field >= keep.size() || !keep[field] || table.columns[field].empty()) continue;
      Column& column = rows.columns[field];
      for (uint32_t row = first; row < last; row++) column.push_back(table.columns[field][row]);
      if (!ids_.empty() && timeline::Fields(kind)[field].type == FieldType::kCode) {
        for (int64_t& value : column) value = CodeOf(kind, field, value);
      }
    }
    for (uint32_t row = first; row < last; row++) {
      uint32_t visit = kind == Kind::kVisit ? row : table.visit.empty() ? kNoRow : table.visit[row];
      rows.visit.push_back(visit == kNoRow ? kNull : visits.At(kVisitKey, visit));
    }
    if (kind == Kind::kVisit) {
      rows.key = rows.visit;  // whoever tells of the visit again adds to it
      history.visit_no.assign(bucket.visit_no.begin() + first, bucket.visit_no.begin() + last);
    } else {
      rows.key.assign(table.row_id.begin() + first, table.row_id.begin() + last);
    }
  }

  // --- doctors and trace codes ---

  Status Others(Subject subject, Kind kind, std::string_view field, int64_t* count) {
    if (!version_->Has(subject, program::kPre | program::kMid)) return {};
    lake::SubjectRequest request;
    request.kind = kind;
    request.field = Ordinal(kind, field);
    request.fields = version_->fields(subject)[static_cast<size_t>(kind)];
    request.fields.resize(timeline::Fields(kind).size());
    for (std::string_view name : {"settlement", "time"}) request.fields[Ordinal(kind, name)] = true;
    if (kind == Kind::kTrace) {
      for (std::string_view name : {"code", "event"}) request.fields[Ordinal(kind, name)] = true;
    } else {
      request.items = LakeItems(subject);
    }
    lake::SubjectReader reader =
        TRY(lake::SubjectReader::Open(snapshot_, request, {.temp_dir = snapshot_->lake().PathOf("staging")}));
    Bucket bucket;
    for (int part = 0; TRY(reader.Next(&bucket)); part++) {
      std::vector<std::pair<std::string, std::string>> values;
      for (uint32_t row = 0; row < bucket.persons(); row++) {
        History history = SubjectOf(bucket, subject, kind, request, row);
        values.emplace_back(StoreKey(history.subject, store_->buckets()), Encode(history));
        report_.bytes += static_cast<int64_t>(values.back().second.size());
      }
      *count += static_cast<int64_t>(values.size());
      std::sort(values.begin(), values.end());
      std::string path = building_ + "/" + program::NameOf(subject) + "-" + std::to_string(part) + ".run";
      std::unique_ptr<RunWriter> run = TRY(RunWriter::Create(path));
      for (const auto& [key, value] : values) TRY(run->Add(key, value));
      if (TRY(run->Finish())) TRY(store_->TakeIn(subject, {path}));
    }
    return {};
  }

  // Items the rules look at, by the lake's numbers; nullopt = all.
  std::optional<std::vector<int64_t>> LakeItems(Subject subject) const {
    std::optional<std::vector<int64_t>> wanted =
        eval::ItemsOf(version_->bound(), subject, program::kPre | program::kMid);
    if (!wanted) return std::nullopt;
    std::vector<int64_t> items;
    for (int64_t item : *wanted) {
      int64_t id = snapshot_->codes()->Find(eval::TextOf(version_->bound(), item));
      if (id != timeline::CodeBook::kNoCode) items.push_back(id);
    }
    std::sort(items.begin(), items.end());
    return items;
  }

  History SubjectOf(const Bucket& bucket, Subject subject, Kind kind, const lake::SubjectRequest& request,
                    uint32_t number) const {
    History history;
    history.no = bucket.person_no[number];
    const Table& table = bucket.table(kind);
    uint32_t first = table.person_first[number];
    uint32_t last = table.person_first[number + 1];
    Rows& rows = history.of(kind);
    rows.columns.resize(table.columns.size());
    for (size_t field = 0; field < table.columns.size(); field++) {
      if ((!request.fields[field] && field != request.field) || table.columns[field].empty()) continue;
      Column& column = rows.columns[field];
      for (uint32_t row = first; row < last; row++) column.push_back(table.columns[field][row]);
      for (int64_t& value : column) {
        if (value != kNull) value = CodeOf(kind, field, value);
      }
    }
    size_t size = last - first;
    rows.key.assign(table.row_id.begin() + first, table.row_id.begin() + last);
    for (std::vector<int64_t>* list : {&rows.visit, &rows.batch}) list->assign(size, kNull);
    rows.stamp.assign(size, 0);
    history.subject = rows.columns[request.field][0];
    CHECK(subject != Subject::kPerson && history.subject != kNull);
    return history;
  }

  // --- what only uploads told ---

  Status CarryOver(const Store& old) {
    std::vector<Change> changes;
    auto flush = [&]() -> Status {
      TRY(store_->Commit(changes, std::nullopt));
      changes.clear();
      return {};
    };
    for (Subject subject : {Subject::kPerson, Subject::kDoctor, Subject::kCode}) {
      TRY(old.ForEach(subject, [&](const History& known) -> Status {
        History uploads = UploadsOf(known, subject);
        if (uploads.empty()) return {};
        TRY(LeaveOutWhatTheLakeHas(subject, uploads));
        if (uploads.empty()) return {};
        TRY(Recode(old, uploads));
        if (subject == Subject::kPerson) report_.carried_over++;
        changes.push_back({subject, std::move(uploads)});
        return changes.size() < 1000 ? Status() : flush();
      }));
    }
    TRY(flush());
    for (Notes space :
         {Notes::kHits, Notes::kFeedback, Notes::kShadow, Notes::kOverrides, Notes::kRequests, Notes::kVisits})
      TRY(CarryNotes(old, space));
    return CarryReceipts(old);
  }

  // A message that was carried out stays so: sent again, it is answered as it was.
  Status CarryReceipts(const Store& old) {
    std::vector<Receipt> receipts;
    TRY(old.ForEachReceipt([&](Receipt receipt) -> Status {
      receipts.push_back(std::move(receipt));
      if (receipts.size() < 1000) return {};
      TRY(store_->Put(receipts));
      receipts.clear();
      return {};
    }));
    return store_->Put(receipts);
  }

  // What was told, and what was answered to it, is of no lake.
  Status CarryNotes(const Store& old, Notes space) {
    std::vector<Note> notes;
    Status put;
    TRY(old.ForEach(space, "", [&](std::string_view key, std::string_view text) {
      notes.push_back({space, std::string(key), std::string(text)});
      if (notes.size() < 1000) return true;
      put = store_->Put(notes);
      notes.clear();
      return put.has_value();
    }));
    TRY(std::move(put));
    return notes.empty() ? Status() : store_->Put(notes);
  }

  static History UploadsOf(const History& known, Subject subject) {
    History uploads;
    uploads.subject = known.subject;
    uploads.no = known.no;
    uploads.acts = known.acts;
    for (size_t kind = 0; kind < kKindCount; kind++) {
      const Rows& rows = known.rows[kind];
      bool any_upload = std::any_of(rows.stamp.begin(), rows.stamp.end(), [](int64_t stamp) { return stamp > 0; });
      if (!any_upload || (static_cast<Kind>(kind) == Kind::kPerson && subject == Subject::kPerson)) continue;
      for (size_t row = 0; row < rows.size(); row++) {
        if (rows.stamp[row] <= 0) continue;
        CopyRow(rows, row, uploads.rows[kind]);
        if (static_cast<Kind>(kind) == Kind::kVisit) uploads.visit_no.push_back(known.visit_no[row]);
      }
    }
    return uploads;
  }

  Status LeaveOutWhatTheLakeHas(Subject subject, History& uploads) const {
    History now = TRY(store_->Get(subject, uploads.subject));
    std::set<int64_t> visits(now.of(Kind::kVisit).key.begin(), now.of(Kind::kVisit).key.end());
    std::set<int64_t> settlements;
    for (Kind kind : {Kind::kLine, Kind::kTrace}) {
      size_t field = Ordinal(kind, "settlement");
      for (size_t row = 0; row < now.of(kind).size(); row++) settlements.insert(now.of(kind).At(field, row));
    }
    settlements.erase(kNull);
    for (size_t kind = 0; kind < kKindCount; kind++) {
      Rows& rows = uploads.rows[kind];
      std::vector<uint8_t> keep;
      bool settled = static_cast<Kind>(kind) == Kind::kLine || static_cast<Kind>(kind) == Kind::kTrace;
      size_t field = settled ? Ordinal(static_cast<Kind>(kind), "settlement") : 0;
      for (size_t row = 0; row < rows.size(); row++) {
        bool known = visits.contains(rows.visit[row]) || (settled && settlements.contains(rows.At(field, row)));
        keep.push_back(known ? 0 : 1);
      }
      if (!keep.empty()) KeepRows(keep, static_cast<Kind>(kind), uploads);
    }
    return {};
  }

  // Codes have other numbers in the new book.
  Status Recode(const Store& old, History& history) {
    Codes& from = const_cast<Store&>(old).codes();
    for (size_t kind = 0; kind < kKindCount; kind++) {
      Rows& rows = history.rows[kind];
      for (size_t field = 0; field < rows.columns.size(); field++) {
        if (timeline::Fields(static_cast<Kind>(kind))[field].type != FieldType::kCode) continue;
        for (int64_t& value : rows.columns[field]) {
          if (value != kNull) value = store_->codes().Intern(from.Text(value));
        }
      }
    }
    return {};
  }

  Status PutInPlace() const {
    std::error_code error;
    std::string aside = options_.store + ".old-" + std::to_string(getpid());
    bool had = fs::exists(options_.store, error);
    if (had) fs::rename(options_.store, aside, error);
    if (error) return IoError("cannot move the old store aside: " + error.message());
    fs::rename(building_, options_.store, error);
    if (error) return IoError("cannot put the store in place: " + error.message());
    if (had) fs::remove_all(aside, error);
    return {};
  }

  const RebuildOptions& options_;
  const RebuildProgress& progress_;
  std::shared_ptr<const lake::Snapshot> snapshot_;
  std::string building_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<const PackVersion> version_;
  program::FieldSet fields_;
  std::vector<int64_t> ids_;
  std::vector<lake::BucketRange> units_;
  std::vector<std::string> runs_;
  std::atomic<size_t> next_unit_{0};
  std::mutex mutex_;
  std::optional<Error> error_;  // guarded by mutex_, as the report is while workers run
  RebuildReport report_;
  int64_t done_ = 0;
};

}  // namespace

Result<RebuildReport> Rebuild(const RebuildOptions& options, const RebuildProgress& progress) {
  return Builder(options, progress).Run();
}

Result<std::vector<std::string>> MissingFields(const Store& store, const PackVersion& version) {
  std::string kept = TRY(store.Word(kFieldsWord));
  std::vector<std::string> missing;
  if (kept.empty()) return missing;  // nothing came from a lake
  for (const timeline::KindInfo& info : timeline::Kinds()) {
    const std::vector<bool>& wanted = version.fields(Subject::kPerson)[static_cast<size_t>(info.kind)];
    for (size_t field = 0; field < wanted.size(); field++) {
      const timeline::FieldInfo& of = timeline::Fields(info.kind)[field];
      bool summed = info.kind == Kind::kVisit && of.type == FieldType::kMoney;
      std::string name = std::string(info.name) + "." + std::string(of.name);
      if (wanted[field] && !summed && of.type != FieldType::kText &&
          ("\n" + kept).find("\n" + name + "\n") == std::string::npos)
        missing.push_back(name);
    }
  }
  return missing;
}

}  // namespace yijian::realtime
