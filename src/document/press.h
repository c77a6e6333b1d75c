// Prints documents: a template with data becomes HTML, PDF, DOCX or XLSX.
//
//   Press press = TRY(Press::Open("documents"));
//   std::string pdf = TRY(press.Print("decision", data_json, Format::kPdf));
//
// The folder holds one <kind>.html a kind (mustache, every value escaped), `frame.html` around it, `style.css`, and
// `reference.docx` for type and page numbers of DOCX. PDF is made by weasyprint, DOCX by pandoc, XLSX by libxlsxwriter.
// HTML is whole in itself: no script, nothing fetched.
//
// Data:    a JSON object as kept with the document, so that it prints the same later. Everywhere in it, a whole number
//          `x_fen` is joined by `x_yuan` ("12,345.67") and `x_words` (大写), a day `x` by `x_zh` ("2026年11月25日"),
//          and members of lists by `index` from 1. `tables` (a list of {name, head: [{zh, kind: text|money|number}],
//          rows:
//          [[cell]]}; money cells in fen) stands where a template says `tables_html` and is what XLSX holds.
// Errors:  kNotFound an unknown kind, or XLSX of data without tables; kInvalidInput data that are no such JSON; kIo and
//          kLimit of the programs.
// Threads: const; share freely.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace yijian::document {

enum class Format { kHtml, kPdf, kDocx, kXlsx };

const char* NameOf(Format format);
const char* MediaTypeOf(Format format);
Result<Format> FormatOf(std::string_view name);

class Press {
 public:
  // Reads all templates at once: a broken one is told now, not when the first letter is due.
  static Result<Press> Open(const std::string& folder);

  bool Knows(const std::string& kind) const { return templates_.contains(kind); }
  // What `Print` can make of these data.
  Result<std::vector<Format>> Formats(const std::string& kind, std::string_view data) const;
  Result<std::string> Print(const std::string& kind, std::string_view data, Format format) const;

 private:
  Result<std::string> Html(const std::string& kind, std::string_view data, Format format) const;

  std::string folder_;
  std::string frame_;
  std::string style_;
  std::string tables_;
  std::map<std::string, std::string> templates_;
};

}  // namespace yijian::document
