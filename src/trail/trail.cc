#include "trail/trail.h"

#include <nlohmann/json.hpp>

#include "trail/chain.h"

namespace yijian::trail {
namespace {

constexpr int64_t kTrailLock = 0x747261696c;  // "trail"

const std::vector<std::string> kColumns{"seq",         "at",     "user_id",  "user_name",   "area",
                                        "institution", "action", "is_view",  "object_kind", "object_id",
                                        "details",     "ip",     "previous", "hash"};

Status CheckDetails(const std::string& details) {
  if (details.empty()) return {};
  if (!nlohmann::json::parse(details, nullptr, false).is_object()) {
    return InvalidInput("details of a trail entry must be a JSON object");
  }
  return {};
}

}  // namespace

Result<Head> HeadOf(store::Session& session) {
  std::optional<store::Row> row = TRY(session.QueryOne("SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1"));
  if (!row) return Head{0, kBeforeTheFirst};
  return Head{row->Int("seq"), row->Text("hash")};
}

Status AppendAll(store::Session& session, const std::vector<Entry>& entries, EpochMs at) {
  for (const Entry& entry : entries) TRY(CheckDetails(entry.details));
  TRY(session.Lock(kTrailLock));
  Head head = TRY(HeadOf(session));
  std::vector<store::Values> rows;
  for (const Entry& entry : entries) {
    Stored stored{head.seq + 1, at, entry, head.hash, ""};
    stored.hash = HashOf(stored);
    rows.push_back({stored.seq, stored.at, entry.user, entry.user_name, entry.area, entry.institution, entry.action,
                    int64_t{entry.view}, entry.object_kind, entry.object_id, entry.details, entry.ip, stored.previous,
                    stored.hash});
    head = {stored.seq, stored.hash};
  }
  return session.InsertMany("trail", kColumns, rows);
}

Result<int64_t> Append(store::Session& session, const Entry& entry, EpochMs at) {
  TRY(AppendAll(session, {entry}, at));
  return TRY(HeadOf(session)).seq;
}

Stored StoredOf(const store::Row& row) {
  Stored stored;
  stored.seq = row.Int("seq");
  stored.at = row.Int("at");
  stored.entry = {row.Int("user_id"),  row.Text("user_name"), row.Text("area"),        row.Text("institution"),
                  row.Text("action"),  row.Bool("is_view"),   row.Text("object_kind"), row.Text("object_id"),
                  row.Text("details"), row.Text("ip")};
  stored.previous = row.Text("previous");
  stored.hash = row.Text("hash");
  return stored;
}

Result<std::vector<Stored>> Find(store::Session& session, const Filter& filter) {
  std::string sql = "SELECT * FROM trail WHERE 1 = 1";
  store::Values values;
  auto where = [&](const char* condition, store::Value value) {
    sql += std::string(" AND ") + condition;
    values.push_back(std::move(value));
  };
  if (filter.before) where("seq < ?", *filter.before);
  if (filter.user) where("user_id = ?", *filter.user);
  if (!filter.action.empty()) where("action = ?", filter.action);
  if (!filter.object_kind.empty()) where("object_kind = ?", filter.object_kind);
  if (!filter.object_id.empty()) where("object_id = ?", filter.object_id);
  if (filter.view) where("is_view = ?", int64_t{*filter.view});
  if (filter.from) where("at >= ?", *filter.from);
  if (filter.until) where("at < ?", *filter.until);
  if (!filter.areas.empty()) {
    sql += " AND area IN (";
    for (size_t i = 0; i < filter.areas.size(); i++) {
      sql += i > 0 ? ", ?" : "?";
      values.push_back(filter.areas[i]);
    }
    sql += ")";
  }
  sql += " ORDER BY seq DESC LIMIT ?";
  values.push_back(filter.limit);
  store::Rows rows = TRY(session.Query(sql, values));
  std::vector<Stored> found;
  for (const store::Row& row : rows) found.push_back(StoredOf(row));
  return found;
}

}  // namespace yijian::trail
