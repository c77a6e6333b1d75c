#include "pack/import.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include "pack/keys.h"
#include "pack/knowledge.h"

namespace yijian::pack {
namespace {

namespace fs = std::filesystem;

using lang::Code;
using lang::Diagnostics;

constexpr size_t kHeaderRowsMax = 10;  // published sheets carry titles above the header

struct Target {
  TableSpec spec;
  ImportKind kind;
};

std::vector<TableSpec> ReadSpecs(const std::string& dir, Diagnostics& diagnostics) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    if (entry.path().extension() == ".yaml") paths.push_back(entry.path().string());
  }
  if (error) diagnostics.Add(Code::kYaml, {dir, 0, 0}, "the knowledge folder cannot be read: " + error.message());
  std::sort(paths.begin(), paths.end());
  std::vector<TableSpec> specs;
  for (const std::string& path : paths) {
    std::optional<std::string> text = lang::ReadText(path, lang::kYamlBytesMax, diagnostics);
    std::optional<lang::YamlFile> yaml = text ? lang::ReadYaml(path, std::move(*text), diagnostics) : std::nullopt;
    std::optional<TableSpec> spec = yaml ? ReadTableSpec(*yaml, diagnostics) : std::nullopt;
    if (spec) specs.push_back(std::move(*spec));
  }
  return specs;
}

std::optional<Target> FindTarget(const ImportOptions& options, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (TableSpec& spec : ReadSpecs(options.dir, diagnostics)) {
    auto kind = spec.kinds.find(options.kind);
    if (kind != spec.kinds.end()) return Target{spec, kind->second};
    for (const auto& [name, unused] : spec.kinds) names.push_back(name);
  }
  diagnostics.Add(Code::kUnknownTable, {options.dir, 0, 0}, "no table takes in the kind '" + options.kind + "'",
                  DidYouMean(options.kind, names));
  return std::nullopt;
}

// Where the columns the kind wants stand in the file.
struct Header {
  size_t row = 0;
  std::vector<size_t> columns;  // beside kind.columns
  std::optional<size_t> name;
  std::optional<size_t> note;
};

std::optional<size_t> PositionOf(const std::vector<std::string>& cells, const std::string& name) {
  if (name.empty()) return std::nullopt;
  for (size_t i = 0; i < cells.size(); i++) {
    if (Trimmed(cells[i]) == name) return i;
  }
  return std::nullopt;
}

std::optional<Header> FindHeader(const Sheet& sheet, const ImportKind& kind, Diagnostics& diagnostics) {
  Header best;
  for (size_t row = 0; row < sheet.rows.size() && row < kHeaderRowsMax; row++) {
    Header header;
    header.row = row;
    for (const auto& [to, from] : kind.columns) {
      if (auto at = PositionOf(sheet.rows[row], from)) header.columns.push_back(*at);
    }
    header.name = PositionOf(sheet.rows[row], kind.name);
    header.note = PositionOf(sheet.rows[row], kind.note);
    if (header.columns.size() == kind.columns.size()) return header;
    if (header.columns.size() > best.columns.size()) best = std::move(header);
  }
  std::vector<std::string> found;
  if (best.row < sheet.rows.size()) found = sheet.rows[best.row];
  for (const auto& [to, from] : kind.columns) {
    if (PositionOf(found, from)) continue;
    std::string hint = DidYouMean(from, found);
    diagnostics.Add(Code::kMissingKey, {sheet.file, static_cast<int>(best.row) + 1, 0},
                    "the file has no column '" + from + "'",
                    hint.empty() ? "its header has: " + Join(found, ", ") : hint);
  }
  return std::nullopt;
}

// The batch as the table's own CSV: header first.
struct Batch {
  std::vector<std::vector<std::string>> rows;
  std::vector<lang::Place> places;  // in the source, beside rows
  size_t duplicates = 0;
};

Batch Convert(const Sheet& sheet, const Header& header, const Target& target, const ImportOptions& options) {
  Batch batch;
  std::vector<std::string> names;
  for (const auto& [to, from] : target.kind.columns) names.push_back(to);
  std::vector<std::string> dates{"from", "until"};
  for (const std::string& date : dates) {
    if (std::find(names.begin(), names.end(), date) == names.end()) names.push_back(date);
  }
  names.insert(names.end(), {"source", "batch", "name", "note"});
  batch.rows.push_back(names);
  batch.places.push_back({sheet.file, static_cast<int>(header.row) + 1, 0});
  std::string source = options.source.empty() ? "batch " + std::to_string(options.batch) + ", " +
                                                    fs::path(options.file).filename().string()
                                              : options.source;
  std::set<std::vector<std::string>> seen;
  for (size_t i = header.row + 1; i < sheet.rows.size(); i++) {
    const std::vector<std::string>& from = sheet.rows[i];
    if (IsBlankRow(from)) continue;
    auto cell = [&](size_t at) { return at < from.size() ? Trimmed(from[at]) : std::string(); };
    std::vector<std::string> cells;
    for (size_t at : header.columns) cells.push_back(cell(at));
    while (cells.size() < names.size() - 4) {
      bool is_from = names[cells.size()] == "from";
      cells.push_back(is_from ? FormatDate(options.from) : options.until ? FormatDate(*options.until) : std::string());
    }
    if (!seen.insert(cells).second) {
      batch.duplicates++;
      continue;
    }
    cells.push_back(source);
    cells.push_back(std::to_string(options.batch));
    cells.push_back(header.name ? cell(*header.name) : std::string());
    cells.push_back(header.note ? cell(*header.note) : std::string());
    batch.rows.push_back(std::move(cells));
    batch.places.push_back({sheet.file, static_cast<int>(i) + 1, 0});
  }
  return batch;
}

// Adds the batch to the rows the table has, and finds what they have against each other.
void Judge(const Target& target, const Batch& batch, std::vector<PlacedRow> rows, ImportReport& report,
           Diagnostics& diagnostics) {
  size_t older = rows.size();
  auto layout = RowLayout::FromHeader(target.spec, batch.rows[0], batch.places[0], diagnostics);
  if (!layout) return;
  for (size_t i = 1; i < batch.rows.size(); i++) {
    auto row = layout->Read(batch.rows[i], batch.places[i], diagnostics);
    if (row) rows.push_back({std::move(*row), batch.places[i]});
  }
  report.rows = rows.size() - older;
  for (const Superseded& ended : Supersede(rows)) {
    if (ended.older >= older || ended.newer < older) continue;
    const PlacedRow& before = rows[ended.older];
    const PlacedRow& after = rows[ended.newer];
    report.ended.push_back({DescribeKeys(target.spec, before.row), DescribeValues(target.spec, before.row),
                            DescribeValues(target.spec, after.row), DescribePlace(before.place), before.row.until,
                            SameValues(before.row, after.row)});
  }
  FindContradictions(target.spec, rows, diagnostics);
}

Status IoFailed(const std::string& doing) { return IoError(doing + ": " + std::strerror(errno)); }

// In whole or not at all, also when the power fails.
Status WriteWhole(const std::string& path, const std::string& text) {
  std::string temporary = (fs::path(path).parent_path() / ("." + fs::path(path).filename().string() + ".tmp")).string();
  int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return IoFailed("creating " + temporary);
  size_t written = 0;
  while (written < text.size()) {
    ssize_t count = ::write(file, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    written += static_cast<size_t>(count);
  }
  bool ok = written == text.size() && ::fsync(file) == 0;
  ok = ::close(file) == 0 && ok;
  ok = ok && ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!ok) {
    Status failed = IoFailed("writing " + path);
    ::unlink(temporary.c_str());
    return failed;
  }
  int dir = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (dir >= 0) {
    ::fsync(dir);
    ::close(dir);
  }
  return {};
}

}  // namespace

Result<ImportReport> ImportKnowledge(const ImportOptions& options, Diagnostics& diagnostics) {
  size_t before = diagnostics.list().size();
  auto refused = [&] {
    return InvalidInput("nothing was imported: " + std::to_string(diagnostics.list().size() - before) + " mistakes");
  };
  std::optional<Target> target = FindTarget(options, diagnostics);
  if (!target) return refused();
  std::optional<Sheet> sheet = ReadSheet(options.file, diagnostics);
  if (!sheet) return refused();
  std::optional<Header> header = FindHeader(*sheet, target->kind, diagnostics);
  if (!header) return refused();
  Batch batch = Convert(*sheet, *header, *target, options);

  const std::string& table = target->spec.schema.name;
  std::string suffix = target->spec.kinds.size() > 1 ? "." + options.kind : std::string();
  ImportReport report{table, {}, 0, batch.duplicates, false, {}};
  report.file = (fs::path(options.dir) / (table + ".batch" + std::to_string(options.batch) + suffix + ".csv")).string();
  std::string text;
  for (const std::vector<std::string>& row : batch.rows) text += CsvRow(row);
  if (fs::exists(report.file)) {
    std::optional<std::string> there = lang::ReadText(report.file, kSheetBytesMax, diagnostics);
    if (!there) return refused();
    if (*there != text) {
      return Conflict(report.file + " is there already with other rows; a batch that was imported stays as it is");
    }
    report.unchanged = true;
    return report;
  }
  if (batch.rows.size() < 2) diagnostics.Add(Code::kRowCount, {options.file, 0, 0}, "the file holds no rows");
  Judge(*target, batch, ReadRows(target->spec, FilesOf(options.dir, table), diagnostics), report, diagnostics);
  if (diagnostics.list().size() > before) return refused();
  TRY(WriteWhole(report.file, text).While("importing " + options.file));
  return report;
}

std::vector<std::string> ImportKinds(const std::string& dir, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const TableSpec& spec : ReadSpecs(dir, diagnostics)) {
    for (const auto& [name, unused] : spec.kinds) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string ImportReport::Render() const {
  if (unchanged) return table + ": this batch was imported before; nothing changed (" + file + ")\n";
  std::string text = table + ": " + std::to_string(rows) + " rows into " + file + "\n";
  if (duplicates > 0)
    text += "  " + std::to_string(duplicates) + " rows of the source repeat others and were left out\n";
  auto same = std::count_if(ended.begin(), ended.end(), [](const EndedRow& row) { return row.same; });
  if (!ended.empty()) {
    text +=
        "  " + std::to_string(ended.size()) + " older rows end; " + std::to_string(same) + " of them are said again\n";
  }
  for (const EndedRow& row : ended) {
    if (row.same) continue;
    text += "    " + row.keys + " " + row.before + " (" + row.where + ") ends " + FormatDate(row.until) + ", then " +
            row.after + "\n";
  }
  return text;
}

}  // namespace yijian::pack
