#include "pack/knowledge.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>

#include "pack/keys.h"

namespace yijian::pack {
namespace {

namespace fs = std::filesystem;

using lang::Code;
using lang::Diagnostics;
using lang::Type;

constexpr size_t kKeysMax = 2;

// Passes mistakes on until there are too many of them; then says how many there were.
class Capped {
 public:
  Capped(std::string file, Diagnostics& to) : file_(std::move(file)), to_(to) {}
  ~Capped() {
    const auto& list = own.list();
    for (size_t i = 0; i < list.size() && i < kMistakesMax; i++) {
      to_.Add(list[i].code, list[i].place, list[i].message, list[i].suggestion);
    }
    if (list.size() <= kMistakesMax) return;
    to_.Add(Code::kKnowledgeRow, {file_, 0, 0}, "and " + std::to_string(list.size() - kMistakesMax) + " more mistakes");
  }
  Capped(const Capped&) = delete;
  Capped& operator=(const Capped&) = delete;

  Diagnostics own;

 private:
  std::string file_;
  Diagnostics& to_;
};

void ReadValues(const lang::YamlFile& file, const lang::Yaml* map, TableSpec& spec, Diagnostics& diagnostics) {
  static const std::vector<std::string> kTypes{"text", "number", "money", "duration", "bool", "date"};
  constexpr std::array<Type, 6> kTypeOf{Type::kCode,     Type::kNumber, Type::kMoney,
                                        Type::kDuration, Type::kBool,   Type::kDate};
  if (!map || map->kind == lang::Yaml::Kind::kNull) return;
  if (map->kind != lang::Yaml::Kind::kMap) {
    diagnostics.Add(Code::kBadValue, file.At(*map), "values must be a map of names and types", "such as {limit: text}");
    return;
  }
  for (const lang::YamlEntry& entry : map->entries) {
    auto at = OneOf(file, entry.value, entry.key, kTypes, diagnostics);
    if (!IsName(entry.key)) {
      diagnostics.Add(Code::kBadValue, file.At(entry), "'" + entry.key + "' cannot name a value",
                      "letters, digits and _");
    } else if (at) {
      spec.schema.values.emplace_back(entry.key, kTypeOf[*at]);
    }
  }
}

void ReadKinds(const lang::YamlFile& file, const lang::Yaml* map, TableSpec& spec, Diagnostics& diagnostics) {
  if (!map) return;
  std::vector<std::string> names = spec.keys;
  for (const auto& [name, type] : spec.schema.values) names.push_back(name);
  names.insert(names.end(), {"area", "from", "until"});
  for (const lang::YamlEntry& entry : map->entries) {
    Keys keys(file, entry.value, "kind " + entry.key, diagnostics);
    ImportKind kind;
    if (const lang::Yaml* columns = keys.Need("columns")) {
      for (const lang::YamlEntry& column : columns->entries) {
        if (std::find(names.begin(), names.end(), column.key) == names.end()) {
          diagnostics.Add(Code::kUnknownKey, file.At(column), "the table has no column '" + column.key + "'",
                          DidYouMean(column.key, names));
        }
        kind.columns.emplace_back(column.key, column.value.text);
      }
      for (const std::string& key : spec.keys) {
        if (columns->Find(key)) continue;
        diagnostics.Add(Code::kMissingKey, file.At(*columns),
                        "columns must say where the key '" + key + "' comes from");
      }
    }
    kind.name = keys.TextOr("name", "");
    kind.note = keys.TextOr("note", "");
    keys.End();
    spec.kinds[entry.key] = std::move(kind);
  }
}

}  // namespace

std::optional<TableSpec> ReadTableSpec(const lang::YamlFile& file, Diagnostics& diagnostics) {
  static const std::vector<std::string> kMatches{"prefix", "exact"};
  size_t before = diagnostics.list().size();
  Keys keys(file, file.root, "a table", diagnostics);
  TableSpec spec;
  spec.file = file.file;
  spec.schema.name = keys.Text("table");
  spec.keys = keys.Texts("keys");
  spec.schema.keys = static_cast<int>(spec.keys.size());
  if (auto at = keys.OneOf("match", kMatches)) spec.prefix = *at == 0;
  ReadValues(file, keys.Take("values"), spec, diagnostics);
  spec.source = keys.Text("source");
  if (const lang::Yaml* node = keys.Take("expect")) {
    Keys expect(file, *node, "expect", diagnostics);
    int rows = expect.NumberOr("rows", -1);
    if (rows >= 0) spec.expect_rows = static_cast<size_t>(rows);
    expect.End();
  }
  ReadKinds(file, keys.Take("kinds"), spec, diagnostics);
  keys.End();
  if (file.root.kind != lang::Yaml::Kind::kMap) return std::nullopt;
  if (spec.keys.size() > kKeysMax) {
    diagnostics.Add(Code::kBadValue, file.At(*file.root.Find("keys")), "a table has one key or two");
  }
  if (const lang::Yaml* name = file.root.Find("table")) {
    std::string stem = fs::path(file.file).stem().string();
    if (!IsName(spec.schema.name)) {
      diagnostics.Add(Code::kBadValue, file.At(*name), "'" + spec.schema.name + "' cannot name a table");
    } else if (stem != spec.schema.name) {
      diagnostics.Add(Code::kBadValue, file.At(*name), "the table must be called as its file, '" + stem + "'");
    }
  }
  if (diagnostics.list().size() > before) return std::nullopt;
  return spec;
}

std::vector<std::string> FilesOf(const std::string& dir, std::string_view table) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    std::string name = entry.path().filename().string();
    std::string extension = entry.path().extension().string();
    if ((extension == ".csv" || extension == ".xlsx") && std::string_view(name).substr(0, name.find('.')) == table) {
      files.push_back(entry.path().string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool IsImported(const std::string& file) {
  std::string name = fs::path(file).filename().string();
  size_t dot = name.find('.');
  return dot != std::string::npos && name.compare(dot, 6, ".batch") == 0;
}

std::vector<PlacedRow> ReadRows(const TableSpec& spec, const std::vector<std::string>& files,
                                Diagnostics& diagnostics) {
  std::vector<PlacedRow> rows;
  size_t own_rows = 0;
  for (const std::string& file : files) {
    Capped mistakes(file, diagnostics);
    std::optional<Sheet> sheet = ReadSheet(file, mistakes.own);
    if (!sheet || sheet->rows.empty()) continue;
    auto layout = RowLayout::FromHeader(spec, sheet->rows[0], {file, 1, 0}, mistakes.own);
    if (!layout) continue;
    for (size_t i = 1; i < sheet->rows.size(); i++) {
      if (IsBlankRow(sheet->rows[i])) continue;
      if (!IsImported(file)) own_rows++;
      lang::Place place{file, static_cast<int>(i) + 1, 0};
      auto row = layout->Read(sheet->rows[i], place, mistakes.own);
      if (row) rows.push_back({std::move(*row), std::move(place)});
    }
  }
  if (spec.expect_rows && own_rows != *spec.expect_rows) {
    diagnostics.Add(Code::kRowCount, {spec.file, 0, 0},
                    "table " + spec.schema.name + " holds " + std::to_string(own_rows) + " rows, expected are " +
                        std::to_string(*spec.expect_rows));
  }
  return rows;
}

Knowledge LoadKnowledge(const std::string& dir, Diagnostics& diagnostics) {
  Knowledge knowledge;
  std::vector<std::string> described;
  std::set<std::string> loose;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    std::string extension = entry.path().extension().string();
    std::string name = entry.path().filename().string();
    if (name.starts_with(".")) continue;
    if (extension == ".yaml") described.push_back(entry.path().string());
    if (extension == ".csv" || extension == ".xlsx") loose.insert(entry.path().string());
  }
  if (error) diagnostics.Add(Code::kYaml, {dir, 0, 0}, "the knowledge folder cannot be read: " + error.message());
  std::sort(described.begin(), described.end());

  for (const std::string& path : described) {
    knowledge.files.push_back(path);
    std::vector<std::string> files = FilesOf(dir, fs::path(path).stem().string());
    for (const std::string& file : files) loose.erase(file);
    knowledge.files.insert(knowledge.files.end(), files.begin(), files.end());
    std::optional<std::string> text = lang::ReadText(path, lang::kYamlBytesMax, diagnostics);
    std::optional<lang::YamlFile> yaml = text ? lang::ReadYaml(path, std::move(*text), diagnostics) : std::nullopt;
    std::optional<TableSpec> spec = yaml ? ReadTableSpec(*yaml, diagnostics) : std::nullopt;
    if (!spec) continue;
    if (files.empty()) diagnostics.Add(Code::kRowCount, {path, 0, 0}, "no CSV or XLSX file holds rows of this table");
    std::vector<PlacedRow> rows = ReadRows(*spec, files, diagnostics);
    Supersede(rows);
    Capped mistakes(path, diagnostics);
    FindContradictions(*spec, rows, mistakes.own);

    program::KnowledgeTable& table = knowledge.tables[spec->schema.name];
    table.schema = spec->schema;
    table.prefix = spec->prefix;
    table.source = spec->source;
    for (PlacedRow& row : rows) table.rows.push_back(std::move(row.row));
    knowledge.specs.emplace(spec->schema.name, std::move(*spec));
  }
  for (const std::string& file : loose) {
    diagnostics.Add(Code::kUnknownTable, {file, 0, 0}, "no .yaml file beside it describes this table");
  }
  std::sort(knowledge.files.begin(), knowledge.files.end());
  return knowledge;
}

}  // namespace yijian::pack
