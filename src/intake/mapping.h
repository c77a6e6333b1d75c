// A mapping: how one kind of export becomes canonical rows. docs/formats/mapping.md is its manual.
//
//   Mapping mapping = TRY(LoadMapping("mappings/us-inpatient.yaml"));
//   const SourceSpec& source = TRY(mapping.SourceOf("/in/inpatient.csv"));
//
// Names in it are checked against schema.h, expressions against formula.h; whether a file has the
// columns is checked when one is opened (binding.h). All mistakes are found at once. Errors:
// ParseMapping collects diagnostics; LoadMapping gives kInvalidInput with all of them. Threads:
// immutable; share freely.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "intake/convert.h"
#include "intake/schema.h"
#include "intake/source.h"
#include "lang/diagnostics.h"

namespace yijian::intake {

struct SourceSpec {
  std::string name;
  std::vector<std::string> globs;  // of file names, in any case
  SourceFormat format;
  bool format_by_name = true;  // .parquet, .jsonl, .ndjson, .tsv; else CSV
};

// One way to get a value: a column or an expression.
struct Term {
  std::string text;
  lang::Place place;
  bool may_be_missing = false;  // written with a '?' at the end
};

struct ColumnSpec {
  size_t column = 0;        // position in the table
  std::vector<Term> terms;  // the first that has a value
  std::optional<std::string> constant;
  std::map<std::string, std::string> codes;  // source text -> code
  enum class Else : uint8_t { kKeep, kNull, kValue } otherwise = Else::kKeep;
  std::string otherwise_value;
  size_t pad = 0;  // zeros at the left up to so many characters
  std::string prefix;
  DateFormats dates;
  bool thousands = false;
  bool round = false;
  enum class OnBad : uint8_t { kDefault, kNull, kQuarantine } on_bad = OnBad::kDefault;
  lang::Place place;
};

// One canonical row for each source row that passes. A `repeat` is several feeds with the same
// `group`.
struct Feed {
  const TableInfo* table = nullptr;
  std::string source;
  std::optional<Term> where;
  bool same_names = false;
  std::vector<ColumnSpec> columns;
  std::vector<size_t> needs;  // no row unless all of these have a value
  bool repeated = false;
  lang::Place place;
};

// Checks whose failures a mapping may turn into quarantine.
enum class Strictness : uint8_t { kReferences, kCodeSets, kDateOrder, kIdentities };

struct Mapping {
  std::string name;
  std::string version;
  std::string digest;  // SHA-256 of the text
  std::string file;
  std::vector<std::string> nulls;                           // texts that mean nothing, besides blank
  std::vector<std::string> dummies;                         // ids that name nobody, besides the built-in ones
  std::set<std::string> stay_types;                         // med_type of stays
  bool days_inclusive = false;                              // day of discharge counts
  std::map<std::string, std::set<std::string>> more_codes;  // by code set
  std::set<std::string> code_sets_off;
  std::set<Strictness> strict;
  std::vector<SourceSpec> sources;
  std::vector<Feed> feeds;

  const SourceSpec* FindSource(std::string_view source_name) const;
  // By file name; kInvalidInput when none or several sources want it.
  Result<const SourceSpec*> SourceOf(const std::string& path) const;
};

std::optional<Mapping> ParseMapping(std::string_view text, const std::string& file, lang::Diagnostics& diagnostics);
Result<Mapping> LoadMapping(const std::string& path);

}  // namespace yijian::intake
