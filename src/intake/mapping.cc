#include "intake/mapping.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>

#include "base/hash.h"
#include "intake/formula.h"
#include "lang/yaml.h"

namespace yijian::intake {
namespace {

using lang::Code;
using Node = lang::Yaml;

constexpr size_t kRepeatMax = 500;

class Reader {
 public:
  Reader(const lang::YamlFile& file, lang::Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {
    mapping_.file = file.file;
  }

  Mapping Read(const Node& root) {
    if (!Is(root, Node::Kind::kMap, "a mapping is a list of keys")) return mapping_;
    Keys(root,
         {"mapping", "version", "about", "nulls", "dummies", "stays", "code_sets", "quarantine", "sources", "tables"});
    mapping_.name = Required(root, "mapping");
    mapping_.version = Required(root, "version");
    mapping_.nulls = {"NULL", "null", "Null", "\\N", "(null)", "<null>"};
    if (const Node* node = root.Find("nulls")) mapping_.nulls = Texts(*node);
    if (const Node* node = root.Find("dummies")) mapping_.dummies = Texts(*node);
    if (const Node* node = root.Find("stays")) Stays(*node);
    if (const Node* node = root.Find("code_sets")) CodeSets(*node);
    if (const Node* node = root.Find("quarantine")) Quarantine(*node);
    Sources(root);
    Tables(root);
    return std::move(mapping_);
  }

 private:
  void Add(Code code, const lang::Place& place, const std::string& message, const std::string& suggestion = {}) {
    diagnostics_.Add(code, place, message, suggestion);
  }
  static std::string Near(std::string_view word, const std::vector<std::string>& names) {
    std::string near = lang::Nearest(word, names);
    return near.empty() ? "" : "did you mean '" + near + "'?";
  }
  bool Is(const Node& node, Node::Kind kind, const std::string& message) {
    if (node.kind == kind) return true;
    Add(Code::kBadValue, file_.At(node), message);
    return false;
  }
  void Keys(const Node& node, const std::vector<std::string>& allowed) {
    for (const lang::YamlEntry& entry : node.entries) {
      if (std::ranges::find(allowed, entry.key) == allowed.end()) {
        Add(Code::kUnknownKey, file_.At(entry), "there is no key '" + entry.key + "' here", Near(entry.key, allowed));
      }
    }
  }
  std::string Scalar(const Node& node) {
    if (node.kind == Node::Kind::kScalar) return node.text;
    Add(Code::kBadValue, file_.At(node), "one value is needed here");
    return {};
  }
  std::string Required(const Node& node, const std::string& key) {
    const Node* value = node.Find(key);
    if (value == nullptr) {
      Add(Code::kMissingKey, file_.At(node), "the key '" + key + "' is missing");
      return {};
    }
    return Scalar(*value);
  }
  std::vector<std::string> Texts(const Node& node) {
    if (node.kind == Node::Kind::kScalar) return {node.text};
    std::vector<std::string> texts;
    if (Is(node, Node::Kind::kList, "a list is needed here")) {
      for (const Node& item : node.items) texts.push_back(item.kind == Node::Kind::kNull ? "" : Scalar(item));
    }
    return texts;
  }
  bool YesNo(const Node& node) {
    if (node.kind == Node::Kind::kScalar) {
      if (node.text == "yes" || node.text == "true") return true;
      if (node.text == "no" || node.text == "false") return false;
    }
    Add(Code::kBadValue, file_.At(node), "yes or no is needed here");
    return false;
  }
  // The value of `node` looked up among `choices`.
  template <typename T>
  T Choice(const Node& node, const std::vector<std::pair<std::string, T>>& choices) {
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
      if (node.kind == Node::Kind::kScalar && node.text == name) return value;
      names.push_back(name);
    }
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    Add(Code::kBadValue, file_.At(node), "'" + node.text + "' is none of " + list, Near(node.text, names));
    return choices.front().second;
  }

  void Stays(const Node& node) {
    if (!Is(node, Node::Kind::kMap, "`stays` has the keys med_types and days")) return;
    Keys(node, {"med_types", "days"});
    if (const Node* types = node.Find("med_types")) {
      for (std::string& type : Texts(*types)) mapping_.stay_types.insert(std::move(type));
    }
    if (const Node* days = node.Find("days")) {
      mapping_.days_inclusive = Choice<bool>(*days, {{"difference", false}, {"inclusive", true}});
    }
  }

  void CodeSets(const Node& node) {
    if (!Is(node, Node::Kind::kMap, "`code_sets` names code sets")) return;
    for (const lang::YamlEntry& entry : node.entries) {
      if (entry.value.kind == Node::Kind::kScalar && entry.value.text == "off") {
        mapping_.code_sets_off.insert(entry.key);
      } else {
        for (std::string& code : Texts(entry.value)) mapping_.more_codes[entry.key].insert(std::move(code));
      }
    }
  }

  void Quarantine(const Node& node) {
    if (!Is(node, Node::Kind::kList, "`quarantine` is a list of checks")) return;
    for (const Node& item : node.items) {
      mapping_.strict.insert(Choice<Strictness>(item, {{"references", Strictness::kReferences},
                                                       {"code_sets", Strictness::kCodeSets},
                                                       {"date_order", Strictness::kDateOrder},
                                                       {"identities", Strictness::kIdentities}}));
    }
  }

  std::optional<char> OneByte(const Node& node, bool none) {
    std::string text = Scalar(node);
    if (text == "auto") return std::nullopt;
    if (text == "tab") return '\t';
    if (text == "pipe") return '|';
    if (none && text == "none") return '\0';
    if (text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '\n' && text[0] != '\r')
      return text[0];
    Add(Code::kBadValue, file_.At(node),
        "one ASCII character is needed, or auto, tab, pipe" + std::string(none ? ", none" : ""));
    return std::nullopt;
  }

  void Sources(const Node& root) {
    const Node* node = root.Find("sources");
    if (node == nullptr) return Add(Code::kMissingKey, file_.At(root), "the key 'sources' is missing");
    if (!Is(*node, Node::Kind::kMap, "`sources` names the kinds of files")) return;
    for (const lang::YamlEntry& entry : node->entries) {
      SourceSpec source;
      source.name = entry.key;
      if (Is(entry.value, Node::Kind::kMap, "a source has the keys files, format, ...")) Source(entry.value, source);
      mapping_.sources.push_back(std::move(source));
    }
    if (node->entries.empty()) Add(Code::kMissingKey, file_.At(*node), "there is no source");
  }

  void Source(const Node& node, SourceSpec& source) {
    Keys(node, {"files", "format", "encoding", "delimiter", "quote", "header", "row_number"});
    SourceFormat& format = source.format;
    if (const Node* files = node.Find("files")) source.globs = Texts(*files);
    if (const Node* value = node.Find("format")) {
      std::string name = Choice<std::string>(
          *value, {{"auto", "auto"}, {"csv", "csv"}, {"tsv", "tsv"}, {"parquet", "parquet"}, {"jsonl", "jsonl"}});
      source.format_by_name = name == "auto";
      format.format = name == "parquet" ? FileFormat::kParquet
                      : name == "jsonl" ? FileFormat::kJsonLines
                                        : FileFormat::kCsv;
      if (name == "tsv") format.delimiter = '\t';
    }
    if (const Node* value = node.Find("encoding")) {
      format.encoding = Choice<std::optional<Encoding>>(*value, {{"auto", std::nullopt},
                                                                 {"utf-8", Encoding::kUtf8},
                                                                 {"gb18030", Encoding::kGb18030},
                                                                 {"gbk", Encoding::kGb18030},
                                                                 {"gb2312", Encoding::kGb18030}});
    }
    if (const Node* value = node.Find("delimiter")) format.delimiter = OneByte(*value, false);
    if (const Node* value = node.Find("quote")) format.quote = OneByte(*value, true);
    if (const Node* value = node.Find("header")) {
      if (value->kind == Node::Kind::kList) {
        format.header = false;
        format.columns = Texts(*value);
      } else if (!YesNo(*value)) {
        Add(Code::kBadValue, file_.At(*value), "without a header line, `header` lists the names of the columns");
      }
    }
    if (const Node* value = node.Find("row_number")) {
      format.row_number =
          Choice<RowNumber>(*value, {{"auto", RowNumber::kAuto}, {"yes", RowNumber::kYes}, {"no", RowNumber::kNo}});
    }
    if (format.delimiter && format.quote && format.delimiter == format.quote) {
      Add(Code::kBadValue, file_.At(node), "delimiter and quote are the same character");
    }
  }

  void Tables(const Node& root) {
    const Node* node = root.Find("tables");
    if (node == nullptr) return Add(Code::kMissingKey, file_.At(root), "the key 'tables' is missing");
    if (!Is(*node, Node::Kind::kList, "`tables` is a list, each with a `table` and a `from`")) return;
    for (const Node& item : node->items) {
      if (Is(item, Node::Kind::kMap, "a table has the keys table, from, columns, ...")) Table(item);
    }
    if (node->items.empty()) Add(Code::kMissingKey, file_.At(*node), "there is no table");
  }

  void Table(const Node& node) {
    Keys(node, {"table", "from", "where", "same_names", "columns", "repeat", "needs"});
    Feed feed;
    feed.place = file_.At(node);
    std::string name = Required(node, "table");
    feed.table = FindTable(name);
    if (feed.table == nullptr) {
      std::vector<std::string> names;
      for (const TableInfo& table : intake::Tables()) names.emplace_back(table.name);
      return Add(Code::kUnknownTable, file_.At(node), "there is no table '" + name + "'", Near(name, names));
    }
    feed.source = Required(node, "from");
    if (mapping_.FindSource(feed.source) == nullptr) {
      std::vector<std::string> names;
      for (const SourceSpec& source : mapping_.sources) names.push_back(source.name);
      Add(Code::kUnknownName, file_.At(node), "there is no source '" + feed.source + "'", Near(feed.source, names));
    }
    if (const Node* same = node.Find("same_names")) feed.same_names = YesNo(*same);
    if (const Node* needs = node.Find("needs")) {
      for (const std::string& column : Texts(*needs)) {
        if (std::optional<size_t> index = ColumnOf(*feed.table, column, file_.At(*needs))) feed.needs.push_back(*index);
      }
    }
    const Node* repeat = node.Find("repeat");
    if (repeat == nullptr) return Expand(node, feed, {}, {});
    if (!Is(*repeat, Node::Kind::kMap, "`repeat` is a name with its values, as {n: 1-10}")) return;
    if (repeat->entries.size() != 1) return Add(Code::kBadValue, file_.At(*repeat), "`repeat` has exactly one name");
    feed.repeated = true;
    const lang::YamlEntry& word = repeat->entries.front();
    for (const std::string& value : RepeatValues(word.value)) Expand(node, feed, "{" + word.key + "}", value);
  }

  std::vector<std::string> RepeatValues(const Node& node) {
    if (node.kind == Node::Kind::kList) {
      std::vector<std::string> values = Texts(node);
      if (values.size() > kRepeatMax) {
        Add(Code::kBadValue, file_.At(node), "more than " + std::to_string(kRepeatMax) + " repeats");
        values.resize(kRepeatMax);
      }
      return values;
    }
    int first = 0;
    int last = -1;
    std::string text = Scalar(node);
    const char* end = text.data() + text.size();
    auto [at, error] = std::from_chars(text.data(), end, first);
    if (error == std::errc() && at < end && *at == '-') std::from_chars(at + 1, end, last);
    if (last < first || first < 0 || last - first >= static_cast<int>(kRepeatMax)) {
      Add(Code::kBadValue, file_.At(node), "a range like 1-10, or a list, is needed here");
      return {};
    }
    std::vector<std::string> values;
    for (int i = first; i <= last; i++) values.push_back(std::to_string(i));
    return values;
  }

  std::optional<size_t> ColumnOf(const TableInfo& table, const std::string& name, const lang::Place& place) {
    if (const ColumnInfo* column = table.Find(name)) return static_cast<size_t>(column - table.columns.data());
    std::vector<std::string> names;
    for (const ColumnInfo& column : table.columns) names.emplace_back(column.name);
    Add(Code::kUnknownField, place, "the table " + std::string(table.name) + " has no column '" + name + "'",
        Near(name, names));
    return std::nullopt;
  }

  // One feed of the table at `node`, with `word` replaced by `value` in every text.
  void Expand(const Node& node, Feed feed, const std::string& word, const std::string& value) {
    word_ = word;
    value_ = value;
    if (const Node* where = node.Find("where")) {
      feed.where = TermOf(*where);
      Try(*feed.where, ValueType::kBool);
    }
    if (const Node* columns = node.Find("columns")) {
      if (Is(*columns, Node::Kind::kMap, "`columns` gives each national name its source column")) {
        for (const lang::YamlEntry& entry : columns->entries) {
          std::optional<size_t> index = ColumnOf(*feed.table, entry.key, file_.At(entry));
          if (index) feed.columns.push_back(Column(entry.value, *index));
        }
      }
    } else if (!feed.same_names) {
      Add(Code::kMissingKey, file_.At(node), "a table needs `columns`, or `same_names: yes`");
    }
    mapping_.feeds.push_back(std::move(feed));
  }

  Term TermOf(const Node& node) {
    Term term{Scalar(node), file_.At(node), false};
    if (!word_.empty()) {
      for (size_t at = 0; (at = term.text.find(word_, at)) != std::string::npos; at += value_.size()) {
        term.text.replace(at, word_.size(), value_);
      }
    }
    if (term.text.ends_with('?')) {
      term.text.pop_back();
      term.may_be_missing = true;
    }
    if (term.text.empty() && node.kind == Node::Kind::kScalar) {
      Add(Code::kBadValue, file_.At(node), "a column or an expression is needed here", "a constant is {value: ...}");
    }
    return term;
  }

  // A term may be any column's name, so only what cannot be one is looked at as an expression.
  void Try(const Term& term, ValueType want) {
    if (term.text.find_first_of("()<>=!&|+*'\"[]`") == std::string::npos) return;
    CompileFormula(term.text, term.place, want, {}, {}, diagnostics_);
  }

  ColumnSpec Column(const Node& node, size_t index) {
    ColumnSpec spec;
    spec.column = index;
    spec.place = file_.At(node);
    if (node.kind == Node::Kind::kMap) {
      Keys(node, {"from", "value", "map", "else", "pad", "prefix", "dates", "thousands", "round", "on_bad"});
      const Node* from = node.Find("from");
      const Node* value = node.Find("value");
      if ((from == nullptr) == (value == nullptr)) {
        Add(Code::kMissingKey, file_.At(node), "either `from` or `value` is needed here");
      }
      if (from != nullptr) Terms(*from, spec);
      if (value != nullptr) spec.constant = TermOf(*value).text;
      Changes(node, spec);
    } else {
      Terms(node, spec);
    }
    return spec;
  }

  void Terms(const Node& node, ColumnSpec& spec) {
    if (node.kind == Node::Kind::kList) {
      for (const Node& item : node.items) spec.terms.push_back(TermOf(item));
      if (node.items.empty()) Add(Code::kBadValue, file_.At(node), "the list is empty");
    } else {
      spec.terms.push_back(TermOf(node));
    }
    for (const Term& term : spec.terms) Try(term, ValueType::kNull);
  }

  void Changes(const Node& node, ColumnSpec& spec) {
    if (const Node* map = node.Find("map")) {
      if (Is(*map, Node::Kind::kMap, "`map` gives source texts their codes")) {
        for (const lang::YamlEntry& entry : map->entries) spec.codes[entry.key] = Scalar(entry.value);
      }
    }
    if (const Node* value = node.Find("else")) {
      if (value->kind == Node::Kind::kNull ||
          (value->kind == Node::Kind::kScalar && value->text == "null" && !value->quoted)) {
        spec.otherwise = ColumnSpec::Else::kNull;
      } else if (Scalar(*value) != "keep" || value->quoted) {
        spec.otherwise = ColumnSpec::Else::kValue;
        spec.otherwise_value = value->text;
      }
    }
    if (const Node* value = node.Find("pad")) {
      std::string text = Scalar(*value);
      size_t width = 0;
      auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), width);
      if (error != std::errc() || at != text.data() + text.size() || width < 1 || width > 64) {
        Add(Code::kBadValue, file_.At(*value), "`pad` is a number of characters from 1 to 64");
      } else {
        spec.pad = width;
      }
    }
    if (const Node* value = node.Find("prefix")) spec.prefix = Scalar(*value);
    if (const Node* value = node.Find("thousands")) spec.thousands = YesNo(*value);
    if (const Node* value = node.Find("round")) spec.round = YesNo(*value);
    if (const Node* value = node.Find("dates")) {
      std::vector<std::string> formats = Texts(*value);
      Result<DateFormats> dates = DateFormats::Compile(formats);
      if (dates) {
        spec.dates = std::move(*dates);
      } else {
        Add(Code::kBadValue, file_.At(*value), dates.error().message);
      }
    }
    if (const Node* value = node.Find("on_bad")) {
      spec.on_bad = Choice<ColumnSpec::OnBad>(
          *value, {{"quarantine", ColumnSpec::OnBad::kQuarantine}, {"null", ColumnSpec::OnBad::kNull}});
    }
  }

  const lang::YamlFile& file_;
  lang::Diagnostics& diagnostics_;
  Mapping mapping_;
  std::string word_;
  std::string value_;
};

}  // namespace

const SourceSpec* Mapping::FindSource(std::string_view source_name) const {
  for (const SourceSpec& source : sources) {
    if (source.name == source_name) return &source;
  }
  return nullptr;
}

Result<const SourceSpec*> Mapping::SourceOf(const std::string& path) const {
  std::string base = std::filesystem::path(path).filename().string();
  std::vector<const SourceSpec*> found;
  std::string known;
  for (const SourceSpec& source : sources) {
    bool matches = std::ranges::any_of(
        source.globs, [&](const std::string& glob) { return fnmatch(glob.c_str(), base.c_str(), FNM_CASEFOLD) == 0; });
    if (matches) found.push_back(&source);
    known += "\n  " + source.name + ":";
    for (const std::string& glob : source.globs) known += " " + glob;
  }
  if (found.size() == 1) return found.front();
  if (found.empty() && sources.size() == 1 && sources.front().globs.empty()) return &sources.front();
  return InvalidInput(path + (found.empty() ? ": no source of mapping " : ": more than one source of mapping ") + name +
                      " fits this file name; write SOURCE=FILE to choose one of" + known);
}

std::optional<Mapping> ParseMapping(std::string_view text, const std::string& file, lang::Diagnostics& diagnostics) {
  std::optional<lang::YamlFile> yaml = lang::ReadYaml(file, std::string(text), diagnostics);
  if (!yaml || !diagnostics.ok()) return std::nullopt;
  Mapping mapping = Reader(*yaml, diagnostics).Read(yaml->root);
  if (!diagnostics.ok()) return std::nullopt;
  mapping.digest = Sha256Hex(text);
  return mapping;
}

Result<Mapping> LoadMapping(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return NotFound("there is no mapping " + path);
  lang::Diagnostics diagnostics;
  std::optional<std::string> text = lang::ReadText(path, lang::kYamlBytesMax, diagnostics);
  std::optional<Mapping> mapping = text ? ParseMapping(*text, path, diagnostics) : std::nullopt;
  if (!mapping) return InvalidInput("the mapping " + path + " has mistakes:\n" + diagnostics.Render());
  return std::move(*mapping);
}

}  // namespace yijian::intake
