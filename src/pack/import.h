// Takes the next published batch of knowledge points into a table, without code.
//
//   ImportReport report = TRY(ImportKnowledge({.dir = "rules/knowledge", .file = "batch18.xlsx", .kind = "drug-sex",
//                                              .batch = 18, .from = sep_1}, diagnostics));
//   std::cout << report.Render();
//
// The table's yaml says which column of the file is which (kinds). The rows become <table>.batch<N>.csv beside the
// table's own file (with the kind's name when the table has several kinds). Older rows of the same key and area end
// where a new one begins; the files that hold them are not touched: see LoadKnowledge.
//
// All or nothing: a file is written whole and renamed, or not at all. The same batch from the same file again changes
// nothing.
// Errors:  kInvalidInput when the file, the table, or both together have a mistake (all are in diagnostics); kConflict
//          when the batch is there already with other rows; kIo.
// Threads: one import into a folder at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/result.h"
#include "lang/diagnostics.h"

namespace yijian::pack {

struct ImportOptions {
  std::string dir;
  std::string file;
  std::string kind;
  int batch = 0;
  Date from = 0;
  std::optional<Date> until;
  std::string source;  // left empty: batch and file name
};

struct EndedRow {
  std::string keys;    // "item_code=Z1"
  std::string before;  // "limit=男"
  std::string after;   // of the row that takes its place
  std::string where;   // file:row
  Date until = 0;
  bool same = false;  // the new row says the same again
};

struct ImportReport {
  std::string table;
  std::string file;        // written
  size_t rows = 0;         // new
  size_t duplicates = 0;   // rows of the source that said the same as one before
  bool unchanged = false;  // the batch was there already
  std::vector<EndedRow> ended;

  std::string Render() const;
};

Result<ImportReport> ImportKnowledge(const ImportOptions& options, lang::Diagnostics& diagnostics);

// Names of all kinds that tables of the folder can take in.
std::vector<std::string> ImportKinds(const std::string& dir, lang::Diagnostics& diagnostics);

}  // namespace yijian::pack
