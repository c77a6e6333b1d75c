#include "lake/subject_reader.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "base/hash.h"
#include "lake/convert.h"
#include "lake/table_scan.h"

namespace yijian::lake {
namespace {

using timeline::Bucket;
using timeline::Column;
using timeline::FieldInfo;
using timeline::Fields;
using timeline::FieldType;
using timeline::FindField;
using timeline::kNoRow;
using timeline::kNull;
using timeline::Table;

std::string ListOf(const std::vector<int64_t>& values) {
  std::string list = "(";
  for (int64_t value : values) list += (list.size() > 1 ? ", " : "") + std::to_string(value);
  return list + ")";
}

// Empties a bucket but keeps its memory.
void Clear(Bucket* bucket) {
  for (const timeline::KindInfo& info : timeline::Kinds()) {
    Table& table = bucket->table(info.kind);
    table.rows = 0;
    table.columns.resize(Fields(info.kind).size());
    for (Column& column : table.columns) column.clear();
    for (auto* list : {&table.person, &table.visit, &table.person_first}) list->clear();
    table.row_id.clear();
  }
  bucket->person_no.clear();
  bucket->visit_no.clear();
  bucket->visit_diagnosis_first.assign(1, 0);
  bucket->visit_operation_first.assign(1, 0);
}

}  // namespace

struct SubjectReader::Impl {
  Impl(std::shared_ptr<const Snapshot> from, Connection own, SubjectRequest what, int64_t rows)
      : snapshot(std::move(from)), connection(std::move(own)), request(std::move(what)), rows_target(rows) {}

  Status Prepare();
  Status Begin();
  Result<bool> Fetch();
  Status Load(std::vector<int64_t>* subjects, Table* table);
  void PutSubjects(const std::vector<int64_t>& subjects, Bucket* bucket) const;
  const FieldInfo& info(size_t field) const { return Fields(request.kind)[field]; }

  std::shared_ptr<const Snapshot> snapshot;
  Connection connection;
  SubjectRequest request;
  int64_t rows_target;
  std::string relation;        // FROM and WHERE; empty when there is nothing to read
  std::string subject;         // its column
  std::string time;            // its column; "NULL" when the files have none
  std::vector<size_t> loaded;  // ordinals of the fields behind subject and row_id

  std::optional<RowStream> stream;  // gone behind the last row
  std::vector<Converter> converters;
  // Rows of the chunk at hand, and how many of them earlier buckets took.
  std::vector<int64_t> subject_of, row_id;
  std::vector<std::vector<int64_t>> values;  // of the loaded fields
  size_t taken = 0;
};

Status SubjectReader::Impl::Prepare() {
  std::string_view table = timeline::InfoOf(request.kind).table;
  Result<std::string> sql = TableSqlOf(snapshot->lake(), snapshot->batches(), table);
  if (!sql && sql.error().code == ErrorCode::kNotFound) return {};
  if (!sql) return sql.error();
  QueryResult names = TRY(connection.Query("SELECT column_name FROM (DESCRIBE SELECT * FROM " + *sql + ")"));
  std::set<std::string> columns;
  for (size_t row = 0; row < names.rows(); row++) columns.insert(names.Text(row, 0));

  subject = QuoteName(StoredName(info(request.field)));
  if (!columns.contains(StoredName(info(request.field)))) return {};  // nobody is a subject
  std::string items;
  if (request.items) {
    const FieldInfo* item = FindField(request.kind, "item");
    CHECK(item != nullptr);
    if (request.items->empty() || !columns.contains(StoredName(*item))) return {};
    items = " AND " + QuoteName(StoredName(*item)) + " IN " + ListOf(*request.items);
  }
  relation = " FROM " + *sql + " WHERE " + subject + " IS NOT NULL AND row_id IS NOT NULL" + items;
  request.fields.resize(Fields(request.kind).size());
  request.fields[request.field] = true;
  std::string_view time_name = timeline::InfoOf(request.kind).time;
  time = "NULL";
  if (!time_name.empty()) {
    const FieldInfo& field = *FindField(request.kind, time_name);
    request.fields[OrdinalOf(field)] = true;
    if (columns.contains(StoredName(field))) time = QuoteName(StoredName(field));
  }
  for (size_t field = 0; field < request.fields.size(); field++) {
    bool in_files = columns.contains(StoredName(info(field))) && info(field).type != FieldType::kText;
    if (request.fields[field] && in_files) loaded.push_back(field);
  }
  return {};
}

Status SubjectReader::Impl::Begin() {
  std::string list = "SELECT " + subject + "::BIGINT, row_id::BIGINT";
  for (size_t field : loaded) list += ", " + QuoteName(StoredName(info(field)));
  stream = TRY(connection.Stream(list + relation + " ORDER BY " + subject + ", " + time + " NULLS FIRST, row_id"));
  for (size_t i = 0; i < loaded.size(); i++) {
    converters.push_back(TRY(Converter::For(stream->columns()[i + 2], info(loaded[i]).type)));
  }
  values.resize(loaded.size());
  return {};
}

// The next chunk, when there is one.
Result<bool> SubjectReader::Impl::Fetch() {
  const Chunk* chunk = stream ? TRY(stream->Next()) : nullptr;
  taken = 0;
  size_t rows = chunk ? chunk->rows : 0;
  for (auto* list : {&subject_of, &row_id}) list->resize(rows);
  if (!chunk) {
    stream.reset();
    return false;
  }
  std::copy_n(chunk->columns[0].As<int64_t>(), rows, subject_of.begin());
  std::copy_n(chunk->columns[1].As<int64_t>(), rows, row_id.begin());
  for (size_t i = 0; i < loaded.size(); i++) {
    values[i].resize(rows);
    converters[i](chunk->columns[i + 2], rows, values[i].data());
  }
  return true;
}

Status SubjectReader::Impl::Load(std::vector<int64_t>* subjects, Table* table) {
  for (bool full = false; !full;) {
    if (taken == subject_of.size() && !TRY(Fetch())) break;
    size_t end = taken;
    for (; end < subject_of.size(); end++) {
      auto row = table->rows + static_cast<uint32_t>(end - taken);
      if (subjects->empty() || subjects->back() != subject_of[end]) {
        full = row >= rows_target && !subjects->empty();
        if (full) break;
        subjects->push_back(subject_of[end]);
        table->person_first.push_back(row);
      }
      table->person.push_back(static_cast<uint32_t>(subjects->size() - 1));
    }
    auto rows = static_cast<std::ptrdiff_t>(end - taken);
    auto slice = [&](const std::vector<int64_t>& of) { return of.begin() + static_cast<std::ptrdiff_t>(taken); };
    table->row_id.insert(table->row_id.end(), slice(row_id), slice(row_id) + rows);
    for (size_t i = 0; i < loaded.size(); i++) {
      std::copy_n(slice(values[i]), rows, table->columns[loaded[i]].Append(static_cast<size_t>(rows)));
    }
    table->rows += static_cast<uint32_t>(rows);
    taken = end;
  }
  for (size_t field = 0; field < request.fields.size(); field++) {
    Column& column = table->columns[field];
    if (request.fields[field] && column.empty()) column.Fill(table->rows, kNull);  // in no file
  }
  table->visit.assign(table->rows, kNoRow);
  table->person_first.push_back(table->rows);
  return {};
}

void SubjectReader::Impl::PutSubjects(const std::vector<int64_t>& subjects, Bucket* bucket) const {
  bool code = info(request.field).type == FieldType::kCode;
  for (int64_t value : subjects) {
    bucket->person_no.push_back(code ? snapshot->codes()->Text(value) : HexOf(static_cast<uint64_t>(value)));
  }
  auto count = static_cast<uint32_t>(subjects.size());
  Table& persons = bucket->table(timeline::Kind::kPerson);
  persons.rows = count;
  persons.visit.assign(count, kNoRow);
  persons.person.resize(count);
  std::iota(persons.person.begin(), persons.person.end(), 0u);
  persons.person_first.resize(count + 1);
  std::iota(persons.person_first.begin(), persons.person_first.end(), 0u);
  for (const timeline::KindInfo& kind : timeline::Kinds()) {
    Table& table = bucket->table(kind.kind);
    if (table.person_first.empty()) table.person_first.assign(count + 1, 0);
  }
}

// ---- SubjectReader

SubjectReader::SubjectReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SubjectReader::SubjectReader(SubjectReader&&) noexcept = default;
SubjectReader& SubjectReader::operator=(SubjectReader&&) noexcept = default;
SubjectReader::~SubjectReader() = default;

Result<SubjectReader> SubjectReader::Open(std::shared_ptr<const Snapshot> snapshot, const SubjectRequest& request,
                                          const SubjectOptions& options) {
  FieldType type = Fields(request.kind)[request.field].type;
  CHECK(type == FieldType::kCode || type == FieldType::kId);
  Connection connection =
      TRY(OpenConnection({.memory_limit_mb = options.memory_limit_mb, .threads = 1, .temp_dir = options.temp_dir}));
  auto impl = std::make_unique<Impl>(std::move(snapshot), std::move(connection), request, options.rows_target);
  std::string doing = "reading " + std::string(timeline::InfoOf(request.kind).table) + " of the lake";
  TRY(impl->Prepare().While(doing));
  if (!impl->relation.empty()) TRY(impl->Begin().While(doing));
  return SubjectReader(std::move(impl));
}

Result<bool> SubjectReader::Next(Bucket* bucket) {
  Clear(bucket);
  bucket->codes = impl_->snapshot->codes();
  std::string doing = "reading " + std::string(timeline::InfoOf(impl_->request.kind).table) + " of the lake";
  std::vector<int64_t> subjects;
  TRY(impl_->Load(&subjects, &bucket->table(impl_->request.kind)).While(doing));
  impl_->PutSubjects(subjects, bucket);
  return !subjects.empty();
}

}  // namespace yijian::lake
