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
  Impl(std::shared_ptr<const Snapshot> from, Connection own, SubjectRequest what)
      : snapshot(std::move(from)), connection(std::move(own)), request(std::move(what)) {}

  Status Prepare();
  Status CountParts(int64_t rows_target);
  std::string PartSql(int part) const;
  Status Load(RowStream* stream, std::vector<int64_t>* subjects, Table* table) const;
  void PutSubjects(const std::vector<int64_t>& subjects, Bucket* bucket) const;
  const FieldInfo& info(size_t field) const { return Fields(request.kind)[field]; }

  std::shared_ptr<const Snapshot> snapshot;
  Connection connection;
  SubjectRequest request;
  std::string relation;        // FROM and WHERE of all parts
  std::string subject;         // its column
  std::string time;            // its column; "NULL" when the files have none
  std::vector<size_t> loaded;  // ordinals of the fields behind subject and row_id
  int parts = 0;
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
  relation = " FROM " + *sql + " WHERE " + subject + " IS NOT NULL AND row_id IS NOT NULL";
  if (request.items) {
    const FieldInfo* item = FindField(request.kind, "item");
    CHECK(item != nullptr);
    if (request.items->empty() || !columns.contains(StoredName(*item))) return {};
    relation += " AND " + QuoteName(StoredName(*item)) + " IN " + ListOf(*request.items);
  }
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
  parts = 1;
  return {};
}

Status SubjectReader::Impl::CountParts(int64_t rows_target) {
  if (parts == 0) return {};
  int64_t rows = TRY(connection.QueryInt("SELECT count(*)" + relation));
  parts = static_cast<int>(std::clamp<int64_t>((rows + rows_target - 1) / rows_target, 1, snapshot->buckets()));
  return {};
}

std::string SubjectReader::Impl::PartSql(int part) const {
  std::string list = "SELECT " + subject + "::BIGINT, row_id::BIGINT";
  for (size_t field : loaded) list += ", " + QuoteName(StoredName(info(field)));
  std::string where = " AND " + subject + " % " + std::to_string(parts) + " = " + std::to_string(part);
  return list + relation + where + " ORDER BY " + subject + ", " + time + " NULLS FIRST, row_id";
}

Status SubjectReader::Impl::Load(RowStream* stream, std::vector<int64_t>* subjects, Table* table) const {
  std::vector<Converter> converters;
  for (size_t i = 0; i < loaded.size(); i++) {
    converters.push_back(TRY(Converter::For(stream->columns()[i + 2], info(loaded[i]).type)));
  }
  while (const Chunk* chunk = TRY(stream->Next())) {
    const int64_t* values = chunk->columns[0].As<int64_t>();
    const int64_t* row_ids = chunk->columns[1].As<int64_t>();
    for (size_t row = 0; row < chunk->rows; row++) {
      if (subjects->empty() || subjects->back() != values[row]) {
        subjects->push_back(values[row]);
        table->person_first.push_back(table->rows + static_cast<uint32_t>(row));
      }
      table->person.push_back(static_cast<uint32_t>(subjects->size() - 1));
    }
    table->row_id.insert(table->row_id.end(), row_ids, row_ids + chunk->rows);
    for (size_t i = 0; i < loaded.size(); i++) {
      converters[i](chunk->columns[i + 2], chunk->rows, table->columns[loaded[i]].Append(chunk->rows));
    }
    table->rows += static_cast<uint32_t>(chunk->rows);
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

int SubjectReader::parts() const { return impl_->parts; }

Result<SubjectReader> SubjectReader::Open(std::shared_ptr<const Snapshot> snapshot, const SubjectRequest& request,
                                          const SubjectOptions& options) {
  FieldType type = Fields(request.kind)[request.field].type;
  CHECK(type == FieldType::kCode || type == FieldType::kId);
  Connection connection =
      TRY(OpenConnection({.memory_limit_mb = options.memory_limit_mb, .threads = 1, .temp_dir = options.temp_dir}));
  auto impl = std::make_unique<Impl>(std::move(snapshot), std::move(connection), request);
  std::string doing = "reading " + std::string(timeline::InfoOf(request.kind).table) + " of the lake";
  TRY(impl->Prepare().While(doing));
  if (options.parts > 0 && impl->parts > 0) {
    impl->parts = options.parts;
  } else {
    TRY(impl->CountParts(options.rows_target).While(doing));
  }
  return SubjectReader(std::move(impl));
}

Status SubjectReader::Read(int part, Bucket* bucket) {
  CHECK(part >= 0 && part < impl_->parts);
  Clear(bucket);
  bucket->codes = impl_->snapshot->codes();
  std::string doing = "reading " + std::string(timeline::InfoOf(impl_->request.kind).table) + " of the lake";
  RowStream stream = TRY(impl_->connection.Stream(impl_->PartSql(part)).While(doing));
  std::vector<int64_t> subjects;
  TRY(impl_->Load(&stream, &subjects, &bucket->table(impl_->request.kind)).While(doing));
  impl_->PutSubjects(subjects, bucket);
  return {};
}

}  // namespace yijian::lake
