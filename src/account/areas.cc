#include "account/areas.h"

#include <nlohmann/json.hpp>

#include "account/field_error.h"
#include "base/words.h"
#include "trail/trail.h"

namespace yijian::account {
namespace {

// Two digits at a time; trailing pairs of zeros of a six-digit code say nothing.
std::string Stem(std::string_view code) {
  std::string stem(code);
  if (stem.size() == 6) {
    while (stem.size() > 2 && stem.ends_with("00")) stem.resize(stem.size() - 2);
  }
  return stem;
}

Area AreaOf(const store::Row& row) {
  return {row.Text("code"), row.Text("name"), row.MaybeText("parent"), row.Text("level")};
}

Status Record(store::Session& session, const Actor& actor, const char* action, const std::string& code,
              const nlohmann::json& details, EpochMs now) {
  TRY(trail::Append(session,
                    {.user = actor.id,
                     .user_name = actor.name,
                     .area = actor.area,
                     .institution = actor.institution,
                     .action = action,
                     .object_kind = "area",
                     .object_id = code,
                     .details = details.dump(),
                     .ip = actor.ip},
                    now));
  return {};
}

Status CheckCode(const std::string& code) {
  if (LevelOf(code).has_value()) return {};
  return FieldError("/code", "6 digits, of townships up to 12", "6 位数字，乡镇可至 12 位");
}

Result<Area> LoadArea(store::Session& session, const std::string& code) {
  std::optional<Area> area = TRY(FindArea(session, code));
  if (!area) return NotFound("no such area", "没有此区划");
  return *area;
}

Error TakenCode() {
  Error error = FieldError("/code", "a code that is not there yet", "尚未登记的代码");
  error.code = ErrorCode::kConflict;
  return error;
}

}  // namespace

bool AreaCovers(std::string_view above, std::string_view area) { return area.starts_with(Stem(above)); }

Result<std::string> LevelOf(const std::string& code) {
  bool digits = !code.empty() && code.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || code.size() < 6 || code.size() > 12) return InvalidInput("'" + code + "' is no area: 6 to 12 digits");
  if (code.size() > 6) return std::string("township");
  switch (Stem(code).size()) {
    case 2:
      return std::string("province");
    case 4:
      return std::string("city");
    default:
      return std::string("county");
  }
}

Status PutArea(store::Session& session, const std::string& code, const std::string& name) {
  std::string level = TRY(LevelOf(code));
  // The longest code above it that we know.
  std::optional<std::string> parent;
  store::Rows rows = TRY(session.Query("SELECT code FROM area WHERE code <> ?", {code}));
  for (const store::Row& row : rows) {
    std::string other = row.Text("code");
    if (AreaCovers(other, code) && (!parent || Stem(other).size() > Stem(*parent).size())) parent = other;
  }
  TRY(
      session.Execute("INSERT INTO area (code, name, parent, level) VALUES (?, ?, ?, ?) "
                      "ON CONFLICT (code) DO UPDATE SET name = excluded.name, parent = excluded.parent",
                      {code, name, store::Maybe(parent), level}));
  // Areas that were there before their parent.
  for (const store::Row& row : rows) {
    std::string other = row.Text("code");
    if (!AreaCovers(code, other)) continue;
    TRY(session.Execute("UPDATE area SET parent = ? WHERE code = ? AND (parent IS NULL OR parent = ?)",
                        {code, other, store::Maybe(parent)}));
  }
  return {};
}

Status AddArea(store::Session& session, const Actor& actor, const Area& area, const std::string& reason, EpochMs now) {
  TRY(CheckCode(area.code));
  if (TRY(FindArea(session, area.code))) return TakenCode();
  TRY(PutArea(session, area.code, area.name));
  return Record(session, actor, "area.add", area.code, {{"name", area.name}, {"reason", reason}}, now);
}

Status RenameArea(store::Session& session, const Actor& actor, const std::string& code, const std::string& name,
                  const std::string& reason, EpochMs now) {
  Area area = TRY(LoadArea(session, code));
  TRY(session.Execute("UPDATE area SET name = ? WHERE code = ?", {name, code}));
  return Record(session, actor, "area.rename", code, {{"before", area.name}, {"after", name}, {"reason", reason}}, now);
}

Result<std::vector<int64_t>> MoveArea(store::Session& session, const Actor& actor, const std::string& code,
                                      const std::string& to, const std::string& reason, EpochMs now) {
  Area area = TRY(LoadArea(session, code));
  TRY(CheckCode(to));
  if (to == code) return TakenCode();
  if (!TRY(FindArea(session, to))) TRY(PutArea(session, to, area.name));
  std::vector<int64_t> moved;
  for (const store::Row& row : TRY(session.Query("SELECT id FROM person_account WHERE area = ? ORDER BY id", {code})))
    moved.push_back(row.Int("id"));
  TRY(session.Execute(
      "UPDATE session SET revoked = 1 WHERE revoked = 0 AND person IN (SELECT id FROM person_account WHERE area = ?)",
      {code}));
  TRY(session.Execute("UPDATE person_account SET area = ?, version = version + 1 WHERE area = ?", {to, code}));
  TRY(Record(session, actor, "area.move", code,
             {{"to", to}, {"name", area.name}, {"people", static_cast<int64_t>(moved.size())}, {"reason", reason}},
             now));
  return moved;
}

Error AreaUsed(const std::string& by_zh, const std::string& by_en) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "area_used";
  detail->zh = "该区划下还有" + by_zh + "，不能删除";
  Error error = Conflict("the area cannot be removed: it has " + by_en);
  error.detail = std::move(detail);
  return error;
}

Status RemoveArea(store::Session& session, const Actor& actor, const std::string& code, const std::string& reason,
                  EpochMs now) {
  Area area = TRY(LoadArea(session, code));
  if (TRY(session.QueryOne("SELECT id FROM person_account WHERE area = ? LIMIT 1", {code})))
    return AreaUsed("用户", "people");
  if (TRY(session.QueryOne("SELECT code FROM area WHERE parent = ? LIMIT 1", {code})))
    return AreaUsed("下级区划", "areas below it");
  TRY(session.Execute("DELETE FROM area WHERE code = ?", {code}));
  return Record(session, actor, "area.remove", code, {{"name", area.name}, {"reason", reason}}, now);
}

Result<std::vector<Area>> AreasBelow(store::Session& session, const std::string& code) {
  store::Rows rows = TRY(session.Query("SELECT code, name, parent, level FROM area ORDER BY LENGTH(code), code"));
  std::vector<Area> areas;
  for (const store::Row& row : rows) {
    if (code.empty() || AreaCovers(code, row.Text("code"))) areas.push_back(AreaOf(row));
  }
  return areas;
}

Result<std::optional<Area>> FindArea(store::Session& session, const std::string& code) {
  std::optional<store::Row> row =
      TRY(session.QueryOne("SELECT code, name, parent, level FROM area WHERE code = ?", {code}));
  if (!row) return std::optional<Area>();
  return std::optional<Area>(AreaOf(*row));
}

}  // namespace yijian::account
