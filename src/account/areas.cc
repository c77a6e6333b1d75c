#include "account/areas.h"

#include "account/actor.h"

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
