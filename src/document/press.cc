#include "document/press.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/program.h"
#include "base/words.h"
#include "document/sheet.h"
#include "document/view.h"

namespace yijian::document {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

struct FormatInfo {
  Format format;
  const char* name;
  const char* media_type;
};

constexpr std::array<FormatInfo, 4> kFormats{{
    {Format::kHtml, "html", "text/html; charset=utf-8"},
    {Format::kPdf, "pdf", "application/pdf"},
    {Format::kDocx, "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {Format::kXlsx, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}};

Result<std::string> ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return IoError("cannot read " + path.string());
  return std::string(std::istreambuf_iterator<char>(in), {});
}

bool HasTables(const json& data) {
  auto tables = data.find("tables");
  return tables != data.end() && tables->is_array() && !tables->empty();
}

}  // namespace

const char* NameOf(Format format) { return kFormats[static_cast<size_t>(format)].name; }
const char* MediaTypeOf(Format format) { return kFormats[static_cast<size_t>(format)].media_type; }

Result<Format> FormatOf(std::string_view name) {
  auto found = std::ranges::find_if(kFormats, [&](const FormatInfo& info) { return info.name == name; });
  if (found == kFormats.end()) return InvalidInput("no format '" + std::string(name) + "': html, pdf, docx or xlsx");
  return found->format;
}

Result<Press> Press::Open(const std::string& folder) {
  Press press;
  press.folder_ = folder;
  press.style_ = TRY(ReadFile(fs::path(folder) / "style.css"));
  press.tables_ = TRY(ReadFile(fs::path(folder) / "tables.part"));
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() != ".html") continue;
    std::string text = TRY(ReadFile(entry.path()));
    TRY(Fill(text, json::object()).While(entry.path().string()));
    if (entry.path().stem() == "frame") {
      press.frame_ = std::move(text);
    } else {
      press.templates_.emplace(entry.path().stem().string(), std::move(text));
    }
  }
  if (error) return IoError("cannot list " + folder + ": " + error.message());
  if (press.frame_.empty()) return IoError(folder + " has no frame.html");
  return press;
}

Result<std::vector<Format>> Press::Formats(const std::string& kind, std::string_view data) const {
  if (!Knows(kind)) return NotFound("no template for '" + kind + "'", "没有文书模板 " + kind);
  json value = TRY(Enriched(data));
  std::vector<Format> formats{Format::kHtml, Format::kPdf, Format::kDocx};
  if (HasTables(value)) formats.push_back(Format::kXlsx);
  return formats;
}

Result<std::string> Press::Html(const std::string& kind, std::string_view data, Format format) const {
  auto found = templates_.find(kind);
  if (found == templates_.end()) return NotFound("no template for '" + kind + "'", "没有文书模板 " + kind);
  json value = TRY(Enriched(data));
  // Pandoc knows styles by name, a browser by class; the frame gives each its own.
  value["docx"] = format == Format::kDocx;
  value["tables_html"] = TRY(Fill(tables_, value));
  json frame = value;
  frame["body"] = TRY(Fill(found->second, value).While(kind));
  frame["style"] = style_;
  return Fill(frame_, frame);
}

Result<std::string> Press::Print(const std::string& kind, std::string_view data, Format format) const {
  if (format == Format::kXlsx) {
    if (!Knows(kind)) return NotFound("no template for '" + kind + "'", "没有文书模板 " + kind);
    json value = TRY(Enriched(data));
    if (!HasTables(value))
      return NotFound("this document has no tables to put into a workbook", "此文书没有可导出的表格");
    return Workbook(value["tables"], value.value("title", ""));
  }
  std::string html = TRY(Html(kind, data, format));
  switch (format) {
    case Format::kPdf:
      return RunProgram({"weasyprint", "--quiet", "--encoding", "utf-8", "-", "-"}, html, {});
    case Format::kDocx:
      return RunProgram({"pandoc", "--from", "html", "--to", "docx", "--reference-doc",
                         (fs::path(folder_) / "reference.docx").string(), "--output", "-"},
                        html, {});
    default:
      return html;
  }
}

}  // namespace yijian::document
