#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "pack/keys.h"
#include "pack/knowledge.h"
#include "pack/rule_parts.h"

namespace yijian::pack {
namespace {

using lang::Code;
using lang::Diagnostics;
using lang::Place;
using lang::Type;
using program::KnowledgeRow;

std::optional<int64_t> ParseValue(Type type, const std::string& cell) {
  switch (type) {
    case Type::kNumber:
    case Type::kMoney:
      return ParseMicro(cell);
    case Type::kDuration:
      return ParseDuration(cell);
    case Type::kDate:
      return ParseDate(cell);
    case Type::kBool:
      if (cell == "true" || cell == "1") return 1;
      if (cell == "false" || cell == "0") return 0;
      return std::nullopt;
    default:
      return 0;  // a text stands in texts
  }
}

std::string_view ExpectedOf(Type type) {
  switch (type) {
    case Type::kNumber:
      return "a number";
    case Type::kMoney:
      return "yuan such as 12.50";
    case Type::kDuration:
      return "a duration such as 15d or 6h";
    case Type::kDate:
      return "a date YYYY-MM-DD";
    case Type::kBool:
      return "true or false";
    default:
      return "a text";
  }
}

std::string ValueText(Type type, int64_t value) {
  switch (type) {
    case Type::kDuration:
      return FormatMicro(DivMicro(value, kSecondsPerHour)) + "h";
    case Type::kDate:
      return FormatDate(static_cast<Date>(value));
    case Type::kBool:
      return value != 0 ? "true" : "false";
    default:
      return FormatMicro(value);
  }
}

bool Overlap(const KnowledgeRow& left, const KnowledgeRow& right) {
  return left.from < right.until && right.from < left.until;
}

bool SameSubject(const KnowledgeRow& left, const KnowledgeRow& right) {
  return left.keys == right.keys && left.area == right.area;
}

// Positions of the rows: those of one key and area together, by their beginning.
std::vector<size_t> Grouped(const std::vector<PlacedRow>& rows) {
  std::vector<size_t> order(rows.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t left, size_t right) {
    const KnowledgeRow& l = rows[left].row;
    const KnowledgeRow& r = rows[right].row;
    return std::tie(l.keys, l.area, l.from, l.batch, left) < std::tie(r.keys, r.area, r.from, r.batch, right);
  });
  return order;
}

}  // namespace

std::string Trimmed(std::string_view text) {
  size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

bool IsBlankRow(const std::vector<std::string>& cells) {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return Trimmed(cell).empty(); });
}

std::optional<RowLayout> RowLayout::FromHeader(const TableSpec& spec, const std::vector<std::string>& header,
                                               const Place& place, Diagnostics& diagnostics) {
  std::vector<Slot> known;
  for (size_t i = 0; i < spec.keys.size(); i++) known.push_back({spec.keys[i], Part::kKey, i});
  for (size_t i = 0; i < spec.schema.values.size(); i++)
    known.push_back({spec.schema.values[i].first, Part::kValue, i});
  constexpr std::array<std::pair<const char*, Part>, 7> kMeta{{{"from", Part::kFrom},
                                                               {"until", Part::kUntil},
                                                               {"area", Part::kArea},
                                                               {"source", Part::kSource},
                                                               {"batch", Part::kBatch},
                                                               {"name", Part::kName},
                                                               {"note", Part::kNote}}};
  for (const auto& [name, part] : kMeta) known.push_back({name, part, 0});
  std::vector<std::string> names;
  names.reserve(known.size());
  for (const Slot& slot : known) names.push_back(slot.name);

  RowLayout layout(spec);
  std::vector<std::string> seen;
  size_t before = diagnostics.list().size();
  for (const std::string& cell : header) {
    std::string name = Trimmed(cell);
    auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
      diagnostics.Add(Code::kUnknownKey, place, "table " + spec.schema.name + " has no column '" + name + "'",
                      DidYouMean(name, names));
    } else if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
      diagnostics.Add(Code::kDuplicate, place, "the column '" + name + "' stands twice");
    } else {
      layout.slots_.push_back(known[static_cast<size_t>(at - names.begin())]);
    }
    seen.push_back(name);
  }
  for (const std::string& key : spec.keys) {
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) continue;
    diagnostics.Add(Code::kMissingKey, place,
                    "the key column '" + key + "' of table " + spec.schema.name + " is missing");
  }
  if (diagnostics.list().size() > before) return std::nullopt;
  return layout;
}

bool RowLayout::Fill(const Slot& slot, const std::string& cell, KnowledgeRow& row, std::string& expected) const {
  switch (slot.part) {
    case Part::kKey:
      row.keys[slot.index] = cell;
      expected = "a code";
      return !cell.empty();
    case Part::kValue: {
      if (cell.empty()) return true;
      Type type = spec_->schema.values[slot.index].second;
      std::optional<int64_t> value = ParseValue(type, cell);
      expected = ExpectedOf(type);
      if (!value) return false;
      row.values[slot.index] = *value;
      row.known[slot.index] = true;
      if (type == Type::kCode) row.texts[slot.index] = cell;
      return true;
    }
    case Part::kFrom:
    case Part::kUntil: {
      if (cell.empty()) return true;
      std::optional<Date> date = ParseDate(cell);
      expected = "a date YYYY-MM-DD";
      if (date) (slot.part == Part::kFrom ? row.from : row.until) = *date;
      return date.has_value();
    }
    case Part::kArea:
      if (cell != "*") row.area = cell;
      expected = "the beginning of a division code";
      return IsArea(row.area);
    case Part::kBatch: {
      std::optional<Micro> number = cell.empty() ? Micro{0} : ParseMicro(cell);
      expected = "a whole number";
      if (!number || *number < 0 || *number % kMicro != 0 || *number / kMicro > 1'000'000) return false;
      row.batch = static_cast<int>(*number / kMicro);
      return true;
    }
    case Part::kSource:
      row.source = cell;
      return true;
    case Part::kName:
      row.name = cell;
      return true;
    case Part::kNote:
      return true;
  }
  return true;
}

std::optional<KnowledgeRow> RowLayout::Read(const std::vector<std::string>& cells, const Place& place,
                                            Diagnostics& diagnostics) const {
  KnowledgeRow row;
  row.keys.resize(spec_->keys.size());
  row.values.resize(spec_->schema.values.size());
  row.texts.resize(spec_->schema.values.size());
  row.known.resize(spec_->schema.values.size());
  bool ok = true;
  auto mistake = [&](const std::string& message, const std::string& suggestion) {
    diagnostics.Add(Code::kKnowledgeRow, place, message, suggestion);
    ok = false;
  };
  for (size_t i = slots_.size(); i < cells.size(); i++) {
    if (Trimmed(cells[i]).empty()) continue;
    mistake("the row has more cells than the header", "a text that holds a comma needs quotes");
    break;
  }
  for (size_t i = 0; i < slots_.size(); i++) {
    std::string cell = i < cells.size() ? Trimmed(cells[i]) : std::string();
    std::string expected;
    if (!Fill(slots_[i], cell, row, expected)) {
      mistake("column " + slots_[i].name + ": '" + cell.substr(0, 60) + "' cannot be read", "expected " + expected);
    }
  }
  if (ok && row.from >= row.until) mistake("the row is never in force: until must lie behind from", "");
  if (!ok) return std::nullopt;
  return row;
}

std::vector<Superseded> Supersede(std::vector<PlacedRow>& rows) {
  std::vector<Superseded> ended;
  std::vector<size_t> order = Grouped(rows);
  for (size_t i = 0; i < order.size(); i++) {
    KnowledgeRow& older = rows[order[i]].row;
    // Rows behind it begin later or on the same day; the first of a higher batch that begins later ends it.
    for (size_t k = i + 1; k < order.size() && SameSubject(older, rows[order[k]].row); k++) {
      const KnowledgeRow& newer = rows[order[k]].row;
      if (newer.from >= older.until) break;
      if (newer.batch <= older.batch || newer.from <= older.from) continue;
      ended.push_back({order[i], order[k], older.until});
      older.until = newer.from;
      break;
    }
  }
  return ended;
}

void FindContradictions(const TableSpec& spec, const std::vector<PlacedRow>& rows, Diagnostics& diagnostics) {
  std::vector<size_t> order = Grouped(rows);
  for (size_t i = 1, longest = 0; i < order.size(); i++) {
    const PlacedRow& earlier = rows[order[longest]];
    const PlacedRow& later = rows[order[i]];
    bool same = SameSubject(earlier.row, later.row);
    if (same && Overlap(earlier.row, later.row) && !SameValues(earlier.row, later.row)) {
      diagnostics.Add(Code::kContradiction, later.place,
                      "table " + spec.schema.name + ": " + DescribeKeys(spec, later.row) + " has " +
                          DescribeValues(spec, later.row) + " here and " + DescribeValues(spec, earlier.row) + " in " +
                          DescribePlace(earlier.place),
                      "give one of them another area, or an end");
    }
    if (!same || later.row.until > earlier.row.until) longest = i;
  }
}

bool SameValues(const KnowledgeRow& left, const KnowledgeRow& right) {
  return left.values == right.values && left.texts == right.texts && left.known == right.known;
}

std::string DescribeKeys(const TableSpec& spec, const KnowledgeRow& row) {
  std::string text;
  for (size_t i = 0; i < spec.keys.size(); i++) text += (i > 0 ? " " : "") + spec.keys[i] + "=" + row.keys[i];
  if (!row.area.empty()) text += " area=" + row.area;
  return text;
}

std::string DescribeValues(const TableSpec& spec, const KnowledgeRow& row) {
  std::string text;
  for (size_t i = 0; i < spec.schema.values.size(); i++) {
    const auto& [name, type] = spec.schema.values[i];
    std::string value = !row.known[i] ? "?" : type == Type::kCode ? row.texts[i] : ValueText(type, row.values[i]);
    if (i > 0) text += ' ';
    text += name;
    text += '=';
    text += value;
  }
  return text.empty() ? "no values" : text;
}

std::string DescribePlace(const Place& place) {
  return place.line > 0 ? place.file + ":" + std::to_string(place.line) : place.file;
}

}  // namespace yijian::pack
