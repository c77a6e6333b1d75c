#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "intake/intake.h"
#include "lake/lake.h"

namespace yijian::intake {
namespace {

using nlohmann::json;

std::string Quoted(const std::string& field) {
  std::string out = "\"";
  for (char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

// A row of the quarantine, with all that was found wrong with it.
struct Entry {
  std::string file;
  std::string source;
  int64_t row = 0;
  std::string fields;
  std::string values;
  std::string reasons;
  std::string columns;
  std::string record;
};

// Files of one source may have different columns: one output for each set of them.
class Exporter {
 public:
  explicit Exporter(std::string dir) : dir_(std::move(dir)) {}

  Status Add(const Entry& entry) {
    json record = json::parse(entry.record, nullptr, false);
    json columns = json::parse(entry.columns, nullptr, false);
    if (!record.is_array() || !columns.is_array()) return AddUncut(entry, record);
    Output& out = OutputOf(entry, columns);
    std::string line;
    for (size_t i = 0; i < columns.size(); i++) {
      line += Quoted(i < record.size() && record[i].is_string() ? record[i].get<std::string>() : "") + ",";
    }
    line += Quoted(entry.file) + "," + std::to_string(entry.row) + "," + Quoted(entry.fields) + "," +
            Quoted(entry.values) + "," + Quoted(entry.reasons) + "\n";
    *out.stream << line;
    files_[out.index].rows++;
    return {};
  }

  Result<std::vector<ExportedFile>> Finish() {
    for (auto& [key, out] : outputs_) {
      out.stream->flush();
      if (!*out.stream) return IoError("cannot write " + files_[out.index].path);
    }
    return std::move(files_);
  }

 private:
  struct Output {
    std::unique_ptr<std::ofstream> stream;
    size_t index = 0;
  };
  Output& Open(const std::string& key, const std::string& source, const std::string& name) {
    Output& out = outputs_[key];
    if (!out.stream) {
      out.index = files_.size();
      files_.push_back({dir_ + "/" + name, source, 0});
      out.stream = std::make_unique<std::ofstream>(files_.back().path, std::ios::binary);
    }
    return out;
  }
  Output& OutputOf(const Entry& entry, const json& columns) {
    std::string key = entry.source + "\n" + entry.columns;
    bool is_new = !outputs_.contains(key);
    int number = is_new ? ++of_source_[entry.source] : 0;
    Output& out = Open(key, entry.source, entry.source + (number > 1 ? "-" + std::to_string(number) : "") + ".csv");
    if (is_new) {
      for (const json& column : columns)
        *out.stream << Quoted(column.is_string() ? column.get<std::string>() : "") << ",";
      *out.stream << "_file,_row,_field,_value,_reason\n";
    }
    return out;
  }
  Status AddUncut(const Entry& entry, const json& record) {
    Output& out = Open(entry.source + "\nuncut", entry.source, entry.source + ".uncut.txt");
    *out.stream << entry.file << " row " << entry.row << ": " << entry.reasons << "\n"
                << (record.is_string() ? record.get<std::string>() : entry.record) << "\n";
    files_[out.index].rows++;
    return {};
  }

  std::string dir_;
  std::map<std::string, Output> outputs_;
  std::map<std::string, int> of_source_;
  std::vector<ExportedFile> files_;
};

}  // namespace

Result<std::vector<ExportedFile>> ExportQuarantine(const std::string& lake_dir, const std::string& batch,
                                                   const std::string& dir) {
  lake::Lake lake = TRY(lake::Lake::Open(lake_dir));
  std::vector<lake::Batch> batches = TRY(lake.ListBatches());
  auto found = std::ranges::find(batches, batch, [](const lake::Batch& item) { return item.manifest.batch; });
  if (found == batches.end()) return NotFound("there is no batch " + batch + " in " + lake_dir);
  if (found->manifest.quarantine.empty()) return NotFound("the batch " + batch + " has no rows in quarantine");
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) return IoError("cannot create " + dir + ": " + error.message());

  lake::Connection connection = TRY(lake::OpenConnection({.memory_limit_mb = 512, .threads = 1}));
  lake::RowStream stream = TRY(
      connection.Stream("SELECT * FROM read_parquet(" + lake::Quote(lake.PathOf(found->manifest.quarantine)) + ")"));
  Exporter exporter(dir);
  Entry entry;
  auto text = [](const lake::ColumnView& column, size_t row) {
    return column.Has(row) ? std::string(column.Text(row)) : std::string();
  };
  while (const lake::Chunk* chunk = TRY(stream.Next())) {
    for (size_t row = 0; row < chunk->rows; row++) {
      std::string file = text(chunk->columns[0], row);
      int64_t number = chunk->columns[2].As<int64_t>()[row];
      if (file != entry.file || number != entry.row) {
        if (!entry.record.empty()) TRY(exporter.Add(entry));
        entry = {file,
                 text(chunk->columns[1], row),
                 number,
                 "",
                 "",
                 "",
                 text(chunk->columns[7], row),
                 text(chunk->columns[8], row)};
      }
      auto add = [&](std::string& to, const std::string& more) { to += (to.empty() ? "" : "; ") + more; };
      std::string table = text(chunk->columns[3], row);
      std::string field = text(chunk->columns[4], row);
      add(entry.fields, table.empty() ? field : table + "." + field);
      add(entry.values, text(chunk->columns[5], row));
      add(entry.reasons, (field.empty() ? "" : field + " ") + text(chunk->columns[6], row));
    }
  }
  if (!entry.record.empty()) TRY(exporter.Add(entry));
  return exporter.Finish();
}

}  // namespace yijian::intake
