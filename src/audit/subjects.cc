#include "audit/subjects.h"

#include <set>

#include "base/hash.h"
#include "lake/subject_reader.h"

namespace yijian::audit {
namespace {

using program::Subject;
using timeline::Bucket;
using timeline::Kind;
using timeline::kNull;

using Take = std::function<Status(const Bucket&)>;

size_t Field(Kind kind, std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); }

std::set<Kind> KindsOf(const eval::Bound& bound, Subject subject) {
  std::set<Kind> kinds;
  for (const program::Rule& rule : eval::RulesOf(bound)) {
    if (rule.subject == subject) kinds.insert(rule.a.of);
  }
  return kinds;
}

// The subject's own column in rows of a kind; nullopt when rows of that kind do not name it.
std::optional<size_t> SubjectField(Subject subject, Kind kind) {
  const char* name = subject == Subject::kDoctor        ? "exec_doctor"
                     : subject == Subject::kInstitution ? "institution"
                                                        : "code";
  const timeline::FieldInfo* field = timeline::FindField(kind, name);
  if (!field) return std::nullopt;
  return timeline::OrdinalOf(*field);
}

Status ReadParts(const std::shared_ptr<const lake::Snapshot>& snapshot, const eval::Bound& bound, Subject subject,
                 Kind kind, const Take& take) {
  std::optional<size_t> field = SubjectField(subject, kind);
  if (!field)
    return InvalidInput(std::string("rows of kind ") + std::string(timeline::InfoOf(kind).name) +
                        " do not name the subject " + program::NameOf(subject));
  lake::SubjectRequest request;
  request.kind = kind;
  request.field = *field;
  request.fields = eval::FieldsOf(bound, subject)[static_cast<size_t>(kind)];
  // Whose the row is, as far as it says so itself: a finding names its institution, whether or not a rule asks.
  if (const timeline::FieldInfo* own = timeline::FindField(kind, "institution"))
    request.fields[timeline::OrdinalOf(*own)] = true;
  if (kind == Kind::kLine)
    request.items = eval::ItemsOf(bound, subject, program::kPre | program::kMid | program::kPost);
  lake::SubjectReader reader =
      TRY(lake::SubjectReader::Open(snapshot, request, {.temp_dir = snapshot->lake().PathOf("staging")}));
  Bucket bucket;
  while (TRY(reader.Next(&bucket))) TRY(take(bucket));
  return {};
}

// --- the stock of institutions: movements they report, and what they claimed to the fund for the same items ---
// Exports of stock seldom hold the claims; they are the fee lines of the same institution and item, unless the export
// brought its own.

// Rows of one part of the institutions, ordered by institution, time and row.
Result<std::string> StockSql(const lake::Lake& lake, int64_t claim, int parts, int part) {
  std::string stock = TRY(lake.TableSql("stock"));
  std::string mine = " % " + std::to_string(parts) + " = " + std::to_string(part);
  std::string sql =
      "SELECT fixmedins_code_id AS i, med_list_codg_id AS item, stock_event_id AS kind, inv_chg_type_id AS change, "
      "stock_time AS t, cnt, pric, row_id, fixmedins_code AS code FROM " +
      stock + " WHERE fixmedins_code_id" + mine;
  Result<std::string> lines = lake.TableSql("fee_line");
  Result<std::string> visits = lake.TableSql("visit");
  if (lines && visits) {
    sql += " UNION ALL SELECT v.fixmedins_code_id, f.hilist_code_id, " + std::to_string(claim) +
           ", NULL, f.fee_ocur_time, f.cnt, f.pric, f.row_id, v.fixmedins_code FROM " + *lines + " f JOIN " + *visits +
           " v USING (mdtrt_key) WHERE f.hilist_code_id IN (SELECT med_list_codg_id FROM " + stock +
           ") AND v.fixmedins_code_id IN (SELECT fixmedins_code_id FROM " + stock + ") AND v.fixmedins_code_id" + mine +
           " AND NOT EXISTS (SELECT 1 FROM " + stock +
           " s WHERE s.stock_event = 'claim' AND s.fixmedins_code_id = v.fixmedins_code_id AND s.med_list_codg_id = "
           "f.hilist_code_id)";
  }
  return "SELECT i::BIGINT, item::BIGINT, kind::BIGINT, change::BIGINT, epoch(t)::BIGINT, cnt::DECIMAL(18,4), "
         "pric::DECIMAL(18,6), row_id, code FROM (" +
         sql + ") ORDER BY i, t, row_id";
}

Bucket StockBucket(const lake::QueryResult& rows) {
  Bucket bucket;
  timeline::Table& stock = bucket.table(Kind::kStock);
  stock.columns.resize(timeline::Fields(Kind::kStock).size());
  const std::array<size_t, 7> fields{Field(Kind::kStock, "institution"), Field(Kind::kStock, "item"),
                                     Field(Kind::kStock, "event"),       Field(Kind::kStock, "change_type"),
                                     Field(Kind::kStock, "time"),        Field(Kind::kStock, "qty"),
                                     Field(Kind::kStock, "price")};
  timeline::Table& subjects = bucket.table(Kind::kPerson);
  for (size_t row = 0; row < rows.rows(); row++) {
    if (row == 0 || rows.Int(row, 0) != rows.Int(row - 1, 0)) {
      stock.person_first.push_back(stock.rows);
      bucket.person_no.push_back(rows.Text(row, 8));
      subjects.rows++;
    }
    for (size_t i = 0; i < fields.size(); i++) {
      int64_t value = rows.IsNull(row, i) ? kNull : rows.Int(row, i);
      if (i == 5 && value != kNull) value *= 100;  // quantities have four decimals
      stock.columns[fields[i]].push_back(value);
    }
    stock.person.push_back(subjects.rows - 1);
    stock.visit.push_back(timeline::kNoRow);
    stock.row_id.push_back(rows.Int(row, 7));
    stock.rows++;
  }
  stock.person_first.push_back(stock.rows);
  return bucket;
}

Status ReadStock(const lake::Snapshot& snapshot, const eval::Bound& bound, const Take& take) {
  constexpr int64_t kRowsPerPart = 2'000'000;
  if (snapshot.RowsOf("stock") == 0) return {};
  int64_t all = snapshot.RowsOf("stock") + snapshot.RowsOf("fee_line") / 4;
  int parts = static_cast<int>(1 + all / kRowsPerPart);
  lake::Connection connection =
      TRY(lake::OpenConnection({.memory_limit_mb = 1024, .temp_dir = snapshot.lake().PathOf("staging")}));
  for (int part = 0; part < parts; part++) {
    lake::QueryResult rows =
        TRY(connection.Query(TRY(StockSql(snapshot.lake(), eval::CodesOf(bound).Find("claim"), parts, part))));
    if (rows.rows() > 0) TRY(take(StockBucket(rows)));
  }
  return {};
}

}  // namespace

Status ForEachSubjectBucket(const std::shared_ptr<const lake::Snapshot>& snapshot, const eval::Bound& bound,
                            Subject subject, const Take& take) {
  for (Kind kind : KindsOf(bound, subject)) {
    bool stock = subject == Subject::kInstitution && kind == Kind::kStock;
    TRY((stock ? ReadStock(*snapshot, bound, take) : ReadParts(snapshot, bound, subject, kind, take))
            .While(std::string("reading timelines of ") + program::NameOf(subject)));
  }
  return {};
}

}  // namespace yijian::audit
