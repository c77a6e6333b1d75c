#include "clue/queue.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include "base/words.h"

namespace yijian::clue {
namespace {

using Names = std::set<std::string, std::less<>>;

const Names kViews{"mine", "pool", "all"};
const Names kStatus{"new", "assigned", "working", "snoozed", "in_case", "closed", "merged", "withdrawn"};
const Names kSources{"rule", "report", "inspection", "superior", "media", "department"};
const Names kSeverities{"violation", "suspect", "lead", "monitor"};
const Names kSubjects{"institution", "doctor", "person", "code", "group"};

constexpr size_t kTextMax = 100;

Error Bad(const std::string& name, const std::string& expected, const std::string& zh) {
  Error error = InvalidInput("query parameter " + name + ": expected " + expected);
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "fields";
  detail->zh = "查询条件有误：" + name;
  detail->fields.push_back({name, InBoth(expected, zh)});
  error.detail = detail;
  return error;
}

Status OneOf(const Names& names, const std::string& name, const std::string& value, std::string& into) {
  if (!names.contains(value)) {
    std::string expected;
    for (const std::string& one : names) expected += (expected.empty() ? "" : "|") + one;
    return Bad(name, expected, expected);
  }
  into = value;
  return {};
}

Status Number(const std::string& name, const std::string& value, std::optional<int64_t>& into) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) return Bad(name, "an integer", "整数");
  into = number;
  return {};
}

Status Day(const std::string& name, const std::string& value, std::optional<Date>& into) {
  into = ParseDate(value);
  if (!into) return Bad(name, "YYYY-MM-DD", "日期，如 2026-03-01");
  return {};
}

Status TextOf(const std::string& name, const std::string& value, std::string& into) {
  if (value.size() > 4 * kTextMax || value.find('\0') != std::string::npos)
    return Bad(name, "at most 100 characters", "不超过 100 个字符");
  into = value;
  return {};
}

Status Take(const std::string& name, const std::string& value, ClueFilter& filter) {
  if (value.empty()) return {};
  if (name == "view") return OneOf(kViews, name, value, filter.view);
  if (name == "status") return OneOf(kStatus, name, value, filter.status.emplace_back());
  if (name == "source") return OneOf(kSources, name, value, filter.source);
  if (name == "severity") return OneOf(kSeverities, name, value, filter.severity);
  if (name == "subject_kind") return OneOf(kSubjects, name, value, filter.subject_kind);
  if (name == "matter") return TextOf(name, value, filter.matter);
  if (name == "rule") return TextOf(name, value, filter.rule);
  if (name == "institution") return TextOf(name, value, filter.institution);
  if (name == "area") return TextOf(name, value, filter.area);
  if (name == "text") return TextOf(name, value, filter.text);
  if (name == "assignee") return Number(name, value.front() == 'u' ? value.substr(1) : value, filter.assignee);
  if (name == "min_fen") return Number(name, value, filter.min_fen);
  if (name == "max_fen") return Number(name, value, filter.max_fen);
  if (name == "from") return Day(name, value, filter.from);
  if (name == "until") return Day(name, value, filter.until);
  if (name == "sampled_out") {
    if (value != "true" && value != "false") return Bad(name, "true|false", "true|false");
    filter.sampled_out = value == "true";
    return {};
  }
  if (name == "page" || name == "size" || name == "sort") return {};
  return Bad(name, "no such parameter", "没有此查询条件");
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0) {
      decoded += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

struct SortColumn {
  const char* name;
  const char* column;
};
constexpr std::array kSorts{SortColumn{"rank", "c.rank"},          SortColumn{"found", "c.found_fen"},
                            SortColumn{"updated", "c.updated_at"}, SortColumn{"created", "c.id"},
                            SortColumn{"due", "c.due_at"},         SortColumn{"findings", "c.findings"}};

}  // namespace

Result<ClueFilter> FilterOf(const std::vector<std::pair<std::string, std::string>>& parameters) {
  ClueFilter filter;
  for (const auto& [name, value] : parameters) TRY(Take(name, value, filter));
  return filter;
}

Result<ClueFilter> ParseFilter(const std::string& query) {
  std::vector<std::pair<std::string, std::string>> parameters;
  size_t begin = query.starts_with('?') ? 1 : 0;
  while (begin < query.size()) {
    size_t end = std::min(query.find('&', begin), query.size());
    std::string_view pair = std::string_view(query).substr(begin, end - begin);
    size_t equals = std::min(pair.find('='), pair.size());
    if (!pair.empty())
      parameters.emplace_back(Decoded(pair.substr(0, equals)),
                              Decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view()));
    begin = end + 1;
  }
  return FilterOf(parameters);
}

void WhereFilter(store::Dialect dialect, const ClueFilter& filter, const Viewer& viewer, EpochMs now,
                 std::string& where, store::Values& values) {
  WhereInOrder(dialect, viewer, where, values);
  auto add = [&](const char* condition, store::Value value) {
    where += std::string(" AND ") + condition;
    values.push_back(std::move(value));
  };
  if (filter.view == "mine") {
    where += " AND (c.assignee = ? OR (c.locked_by = ? AND c.locked_until > ?))";
    values.insert(values.end(), {viewer.user, viewer.user, now});
  } else if (filter.view == "pool") {
    where += " AND c.assignee IS NULL AND c.sampled_out = 0 AND " + InOrder(dialect, "c.status") + " = 'new'";
  }
  if (!filter.status.empty()) {
    where += " AND " + InOrder(dialect, "c.status") + " IN (";
    for (size_t i = 0; i < filter.status.size(); i++) {
      where += i > 0 ? ", ?" : "?";
      values.emplace_back(filter.status[i]);
    }
    where += ")";
  }
  if (!filter.source.empty()) add("c.source = ?", filter.source);
  if (!filter.severity.empty()) add("c.severity = ?", filter.severity);
  if (!filter.matter.empty()) add("c.matter = ?", filter.matter);
  if (!filter.institution.empty()) add("c.institution = ?", filter.institution);
  if (!filter.subject_kind.empty()) add("c.subject_kind = ?", filter.subject_kind);
  if (!filter.rule.empty())
    add("EXISTS (SELECT 1 FROM clue_rule r WHERE r.clue_id = c.id AND r.rule = ? AND r.findings > 0)", filter.rule);
  WhereArea(filter.area, InOrder(dialect, "c.area"), where, values);
  if (filter.assignee) add("c.assignee = ?", *filter.assignee);
  if (filter.min_fen) add("c.found_fen >= ?", *filter.min_fen);
  if (filter.max_fen) add("c.found_fen <= ?", *filter.max_fen);
  if (filter.from) add("c.last_day >= ?", FormatDate(*filter.from));
  if (filter.until) add("c.first_day < ?", FormatDate(*filter.until));
  if (filter.sampled_out) add("c.sampled_out = ?", int64_t{*filter.sampled_out});
  if (!filter.text.empty()) {
    std::string like = store::Containing(filter.text);
    where += " AND (c.title LIKE ? ESCAPE '\\' OR c.no LIKE ? ESCAPE '\\' OR c.institution_name LIKE ? ESCAPE '\\')";
    values.insert(values.end(), {like, like, like});
  }
}

Result<std::string> OrderBy(const std::string& sort) {
  bool down = sort.starts_with('-');
  for (const SortColumn& column : kSorts) {
    if (sort.substr(down ? 1 : 0) != column.name) continue;
    // Days that are not set come last, both ways and in both databases.
    std::string nulls = std::string(column.name) == "due" ? "CASE WHEN c.due_at IS NULL THEN 1 ELSE 0 END, " : "";
    return " ORDER BY " + nulls + column.column + (down ? " DESC, c.id DESC" : ", c.id");
  }
  const char* known = "-rank|rank|-found|found|-updated|updated|-created|created|due|-due|-findings|findings";
  return Bad("sort", known, known);
}

Clue ClueOf(const store::Row& row, const Matters& matters, EpochMs now) {
  Clue clue;
  clue.id = row.Int("id");
  clue.no = row.Text("no");
  clue.title = row.Text("title");
  clue.source = row.Text("source");
  clue.source_note = row.MaybeText("source_note");
  clue.text = row.MaybeText("text");
  clue.matter = row.Text("matter");
  const Matter* matter = matters.Find(clue.matter);
  clue.matter_zh = matter != nullptr ? matter->zh : clue.matter;
  clue.matter_en = matter != nullptr ? matter->en : clue.matter;
  clue.subject_kind = row.Text("subject_kind");
  clue.subject = row.Text("subject");
  clue.subject_name = row.Text("subject_name");
  clue.institution = row.MaybeText("institution");
  clue.institution_name = row.MaybeText("institution_name");
  clue.area = row.Text("area");
  clue.severity = row.Text("severity");
  clue.status = row.Text("status");
  clue.conduct = row.Text("conduct");
  clue.outcome = row.MaybeText("outcome");
  clue.rank = row.Real("rank");
  clue.recoverable = row.Int("recoverable_fen");
  clue.evidence = row.Real("evidence");
  clue.precision = row.Real("precision_mean");
  clue.found = row.Int("found_fen");
  clue.fund = row.Int("fund_fen");
  clue.confirmed = row.Int("confirmed_fen");
  clue.refuted = row.Int("refuted_fen");
  clue.findings = row.Int("findings");
  clue.undecided = row.Int("undecided");
  clue.persons = row.Int("persons");
  clue.first_day = row.MaybeText("first_day");
  clue.last_day = row.MaybeText("last_day");
  clue.assignee = row.MaybeInt("assignee");
  clue.assignee_name = row.MaybeText("assignee_name");
  if (row.MaybeInt("locked_until").value_or(0) > now) {
    clue.locked_by = row.MaybeInt("locked_by");
    clue.locked_by_name = row.MaybeText("locked_by_name");
    clue.locked_until = row.MaybeInt("locked_until");
  }
  clue.snoozed_until = row.MaybeText("snoozed_until");
  clue.snooze_reason = row.MaybeText("snooze_reason");
  clue.sampled_out = row.Bool("sampled_out");
  clue.merged_into = row.MaybeInt("merged_into");
  clue.case_id = row.MaybeInt("case_id");
  clue.due_at = row.MaybeInt("due_at");
  clue.created_at = row.Int("created_at");
  clue.updated_at = row.Int("updated_at");
  clue.version = row.Int("version");
  return clue;
}

std::vector<std::string> ActionsOf(const Clue& clue, const Viewer& viewer) {
  std::vector<std::string> actions;
  bool workable = clue.status == "new" || clue.status == "assigned" || clue.status == "working";
  bool others = clue.locked_by && *clue.locked_by != viewer.user;
  if (viewer.works && workable && !others) {
    for (const char* action : {"lock", "verdict", "snooze", "merge", "close"}) actions.emplace_back(action);
    if (clue.findings > 1) actions.emplace_back("split");
  }
  if (viewer.works && clue.status == "snoozed") actions.emplace_back("wake");
  if (viewer.works && clue.status == "merged") actions.emplace_back("unmerge");
  if (viewer.assigns && (workable || clue.status == "snoozed")) actions.emplace_back("assign");
  if (viewer.opens_case && workable && clue.confirmed > 0) actions.emplace_back("open_case");
  if (viewer.works && (workable || clue.status == "snoozed" || clue.status == "in_case"))
    actions.emplace_back("evidence");
  return actions;
}

}  // namespace yijian::clue
