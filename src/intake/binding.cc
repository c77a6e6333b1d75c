#include "intake/binding.h"

#include <algorithm>
#include <map>

namespace yijian::intake {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

class Binder {
 public:
  Binder(const Mapping& mapping, const std::vector<std::string>& file_columns)
      : mapping_(mapping), file_columns_(file_columns) {
    for (size_t i = 0; i < file_columns.size(); i++) {
      exact_.emplace(file_columns[i], i);
      lower_.emplace(Lower(file_columns[i]), i);
    }
    is_null_ = [nulls = mapping.nulls](std::string_view text) { return std::ranges::find(nulls, text) != nulls.end(); };
  }

  // Nothing when the file has none of the columns that the feed needs.
  std::optional<BoundFeed> Bind(const Feed& feed) {
    BoundFeed bound;
    bound.feed = &feed;
    bound.table = feed.table;
    if (feed.where) bound.where = Compile(*feed.where, ValueType::kBool);
    for (size_t i = 0; i < feed.table->columns.size(); i++) {
      if (std::optional<BoundColumn> column = Column(feed, i)) bound.columns.push_back(std::move(*column));
    }
    Derive(bound);
    for (size_t column : feed.needs) {
      size_t at = bound.PositionOf(feed.table->columns[column].name);
      if (at == SIZE_MAX) return std::nullopt;
      bound.needs.push_back(at);
    }
    Require(feed, bound);
    FindKey(bound);
    return bound;
  }

  Status Verdict(const std::string& path) const {
    if (missing_.empty() && diagnostics_.ok()) return {};
    std::string message = path + " does not fit the mapping " + mapping_.name + ":";
    for (const auto& [name, note] : missing_) message += "\n  " + note;
    if (!diagnostics_.ok()) message += "\n" + diagnostics_.Render();
    if (!missing_.empty()) {
      message += "\n  the file has: ";
      for (size_t i = 0; i < file_columns_.size(); i++) message += (i > 0 ? ", " : "") + file_columns_[i];
    }
    return InvalidInput(message);
  }

 private:
  std::optional<size_t> Find(const std::string& name) const {
    if (auto found = exact_.find(name); found != exact_.end()) return found->second;
    if (auto found = lower_.find(Lower(name)); found != lower_.end()) return found->second;
    return std::nullopt;
  }

  void Miss(const std::string& name, const std::string& what) {
    std::string near = lang::Nearest(Lower(name), Lowers());
    std::string hint;
    if (!near.empty()) hint = " (did you mean '" + file_columns_[*Find(near)] + "'?)";
    missing_.emplace(name, what + hint);
  }
  std::vector<std::string> Lowers() const {
    std::vector<std::string> names;
    for (const auto& [name, index] : lower_) names.push_back(name);
    return names;
  }

  FormulaPtr Compile(const Term& term, ValueType want) {
    ColumnFinder find = [this](const std::string& name) { return Find(name); };
    lang::Diagnostics diagnostics;
    FormulaPtr formula = CompileFormula(term.text, term.place, want, find, is_null_, diagnostics);
    if (formula) return formula;
    bool only_names = true;
    for (const lang::Diagnostic& item : diagnostics.list())
      only_names = only_names && item.code == lang::Code::kUnknownName;
    if (only_names && term.may_be_missing) return nullptr;
    for (const lang::Diagnostic& item : diagnostics.list()) {
      if (item.code == lang::Code::kUnknownName) {
        Miss(item.message, item.message);
      } else {
        diagnostics_.Add(item.code, item.place, item.message, item.suggestion);
      }
    }
    return nullptr;
  }
  std::optional<BoundColumn> Column(const Feed& feed, size_t index) {
    const ColumnInfo& info = feed.table->columns[index];
    auto spec = std::ranges::find(feed.columns, index, &ColumnSpec::column);
    BoundColumn bound;
    bound.info = &info;
    bound.column = index;
    if (spec == feed.columns.end()) {
      std::optional<size_t> same = feed.same_names ? Find(std::string(info.name)) : std::nullopt;
      if (!same) return std::nullopt;
      bound.spec.column = index;
      bound.inputs.push_back({*same, nullptr});
      return bound;
    }
    bound.spec = *spec;
    if (spec->constant) return bound;
    std::vector<const Term*> absent;
    for (const Term& term : spec->terms) {
      if (std::optional<size_t> column = Find(term.text)) {
        bound.inputs.push_back({*column, nullptr});
      } else if (IsName(term.text)) {
        absent.push_back(&term);
      } else if (FormulaPtr formula = Compile(term, ValueType::kNull)) {
        bound.inputs.push_back({SIZE_MAX, std::move(formula)});
      }
    }
    for (const Term* term : absent) {
      if (!term->may_be_missing)
        Miss(term->text, "the column '" + term->text + "' for " + std::string(info.name) + " is missing");
    }
    if (bound.inputs.empty()) return std::nullopt;
    return bound;
  }
  static bool IsName(std::string_view text) {
    return text.find_first_of("()<>=!&|+*'\"[]`?:") == std::string_view::npos;
  }

  static void Derive(BoundFeed& bound) {
    auto add = [&](std::string_view name, Derived derived) {
      const ColumnInfo* info = bound.table->Find(name);
      BoundColumn column;
      column.info = info;
      column.column = static_cast<size_t>(info - bound.table->columns.data());
      column.derived = derived;
      size_t mapped = bound.PositionOf(name);
      if (mapped != SIZE_MAX) bound.columns.erase(bound.columns.begin() + static_cast<long>(mapped));
      bound.columns.push_back(std::move(column));
    };
    if (bound.table->name == "visit") {
      if (bound.PositionOf("ipt_flag") == SIZE_MAX && bound.PositionOf("med_type") != SIZE_MAX)
        add("ipt_flag", Derived::kStayFlag);
      if (bound.PositionOf("ipt_flag") != SIZE_MAX && bound.PositionOf("endtime") != SIZE_MAX)
        add("ipt_days", Derived::kStayDays);
    }
    if (bound.table->name == "trace" && bound.PositionOf("trac_prod") == SIZE_MAX)
      add("trac_prod", Derived::kTraceProduct);
  }

  void Require(const Feed& feed, const BoundFeed& bound) {
    for (const ColumnInfo& info : feed.table->columns) {
      if (!info.required || bound.PositionOf(info.name) != SIZE_MAX) continue;
      std::string name(info.name);
      if (missing_.contains(name)) continue;
      auto spec =
          std::ranges::find(feed.columns, static_cast<size_t>(&info - feed.table->columns.data()), &ColumnSpec::column);
      std::string tried;
      if (spec != feed.columns.end()) {
        for (const Term& term : spec->terms) tried += (tried.empty() ? " (looked for " : ", ") + term.text;
        tried += tried.empty() ? "" : ")";
      }
      Miss(name, std::string(feed.table->name) + " cannot do without " + name + tried);
    }
  }

  static void FindKey(BoundFeed& bound) {
    for (std::string_view alternative : bound.table->keys) {
      std::vector<size_t> positions;
      bool all = true;
      for (size_t at = 0; at <= alternative.size();) {
        size_t plus = std::min(alternative.find('+', at), alternative.size());
        size_t position = bound.PositionOf(alternative.substr(at, plus - at));
        all = all && position != SIZE_MAX;
        positions.push_back(position);
        at = plus + 1;
      }
      if (!all) continue;
      bound.key = std::move(positions);
      bound.key_name = alternative;
      return;
    }
    bound.own_key = false;
    bound.key_name = "the whole row";
    for (size_t i = 0; i < bound.columns.size(); i++) bound.key.push_back(i);
  }

  const Mapping& mapping_;
  const std::vector<std::string>& file_columns_;
  std::map<std::string, size_t> exact_;
  std::map<std::string, size_t> lower_;
  NullTest is_null_;
  std::map<std::string, std::string> missing_;
  lang::Diagnostics diagnostics_;
};

}  // namespace

size_t BoundFeed::PositionOf(std::string_view name) const {
  for (size_t i = 0; i < columns.size(); i++) {
    if (columns[i].info->name == name) return i;
  }
  return SIZE_MAX;
}

Result<std::vector<BoundFeed>> Bind(const Mapping& mapping, const SourceSpec& source,
                                    const std::vector<std::string>& file_columns, const std::string& path) {
  Binder binder(mapping, file_columns);
  std::vector<BoundFeed> feeds;
  for (const Feed& feed : mapping.feeds) {
    if (feed.source != source.name) continue;
    if (std::optional<BoundFeed> bound = binder.Bind(feed)) feeds.push_back(std::move(*bound));
  }
  TRY(binder.Verdict(path));
  return feeds;
}

std::vector<std::string> UnusedColumns(const std::vector<BoundFeed>& feeds,
                                       const std::vector<std::string>& file_columns) {
  std::vector<bool> used(file_columns.size(), false);
  std::map<std::string, size_t> index;
  for (size_t i = 0; i < file_columns.size(); i++) index.emplace(Lower(file_columns[i]), i);
  auto use = [&](const Formula& formula) {
    for (const std::string& name : formula.names()) {
      if (auto found = index.find(Lower(name)); found != index.end()) used[found->second] = true;
    }
  };
  for (const BoundFeed& feed : feeds) {
    if (feed.where) use(*feed.where);
    for (const BoundColumn& column : feed.columns) {
      for (const Input& input : column.inputs) {
        if (input.formula) {
          use(*input.formula);
        } else {
          used[input.column] = true;
        }
      }
    }
  }
  std::vector<std::string> unused;
  for (size_t i = 0; i < file_columns.size(); i++) {
    if (!used[i]) unused.push_back(file_columns[i]);
  }
  return unused;
}

}  // namespace yijian::intake
