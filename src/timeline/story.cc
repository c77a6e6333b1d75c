#include "timeline/story.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "base/date.h"
#include "base/decimal.h"
#include "timeline/table_parts.h"

namespace yijian::timeline {
namespace {

constexpr std::array<std::string_view, 8> kEventKinds{"visit", "stay",  "diagnosis", "operation",
                                                      "line",  "trace", "stock",     "settlement"};

struct Draft {
  Kind kind = Kind::kPerson;
  std::string name;
  size_t person = 0;            // in drafts of persons
  std::optional<size_t> visit;  // in drafts of visits
  std::vector<int64_t> values;  // by field ordinal
  std::string no;               // persons and visits
  int64_t row_id = 0;
};

int64_t& Value(Draft& draft, std::string_view field) { return draft.values[OrdinalOf(*FindField(draft.kind, field))]; }

void SetDefault(Draft& draft, std::string_view field, int64_t value) {
  int64_t& old = Value(draft, field);
  if (old == kNull) old = value;
}

bool BelongsToVisit(Kind kind) {
  return kind == Kind::kDiagnosis || kind == Kind::kOperation || kind == Kind::kLine || kind == Kind::kSettlement;
}
bool NeedsVisit(Kind kind) { return kind == Kind::kDiagnosis || kind == Kind::kOperation; }

}  // namespace

struct StoryParser::Impl {
  explicit Impl(CodeBook& book) : codes(book) {}

  void Fail(const StoryWord& word, std::string message, std::vector<std::string> known = {}) {
    std::string unknown = known.empty() ? std::string() : word.text;
    errors.push_back({line, word.column, std::move(message), std::move(unknown), std::move(known)});
  }

  bool Event(const std::vector<StoryWord>& words);
  bool Person(const std::vector<StoryWord>& words);
  bool Name(const std::vector<StoryWord>& words, size_t& at, Draft& draft);
  bool Values(const std::vector<StoryWord>& words, size_t at, Draft& draft);
  bool SetValue(const StoryWord& word, const std::string& key, const std::string& text, Draft& draft);
  bool SetVisit(const StoryWord& word, const std::string& name, Draft& draft);
  void Keep(Draft draft);
  void Defaults(Draft& draft);

  size_t CurrentPerson() {
    if (persons.empty()) {  // events without a person line: somebody of whom nothing is known
      Draft somebody;
      somebody.name = "person#1";
      somebody.values.assign(Fields(Kind::kPerson).size(), kNull);
      Defaults(somebody);
      persons.push_back(std::move(somebody));
    }
    return persons.size() - 1;
  }

  CodeBook& codes;
  int line = 0;
  int64_t events = 0;  // rows kept, persons aside
  std::vector<StoryError> errors;
  std::vector<Draft> persons;
  std::array<std::vector<Draft>, kKindCount> drafts;  // all kinds but persons
  std::optional<size_t> last_visit;                   // of the current person
  std::map<std::string, Kind, std::less<>> used;
};

bool StoryParser::Impl::Person(const std::vector<StoryWord>& words) {
  Draft draft;
  draft.values.assign(Fields(Kind::kPerson).size(), kNull);
  size_t at = 1;
  if (!Name(words, at, draft) || !Values(words, at, draft)) return false;
  draft.person = persons.size();
  Keep(std::move(draft));
  last_visit.reset();
  return true;
}

bool StoryParser::Impl::Event(const std::vector<StoryWord>& words) {
  size_t at = 0;
  std::optional<Time> time;
  if (FindKind(words[0].text) == nullptr && words[0].text != "stay") {
    time = ParseTime(words[0].text);
    if (!time) {
      Fail(words[0], "expected 'person' or a date YYYY-MM-DD, found '" + words[0].text + "'");
      return false;
    }
    at++;
    if (at < words.size() && words[at].text.find(':') != std::string::npos &&
        words[at].text.find('=') == std::string::npos) {
      std::optional<Time> exact = ParseTime(FormatDate(DayOf(*time)) + " " + words[at].text);
      if (!exact) {
        Fail(words[at], "expected a time HH:MM or HH:MM:SS, found '" + words[at].text + "'");
        return false;
      }
      time = exact;
      at++;
    }
  }
  std::vector<std::string> kinds(kEventKinds.begin(), kEventKinds.end());
  if (at >= words.size()) {
    Fail({"", words.back().column},
         "expected a kind of event after the time: visit, stay, diagnosis, operation, line, "
         "settlement, trace or stock");
    return false;
  }
  const StoryWord& kind_word = words[at];
  bool is_stay = kind_word.text == "stay";
  const KindInfo* kind = is_stay ? FindKind("visit") : FindKind(kind_word.text);
  if (!kind || kind->kind == Kind::kPerson) {
    Fail(kind_word, "expected a kind of event, found '" + kind_word.text + "'", kinds);
    return false;
  }
  if (!time && kind->kind != Kind::kDiagnosis) {
    Fail(kind_word, "expected a date before '" + kind_word.text + "'");
    return false;
  }
  at++;
  Draft draft;
  draft.kind = kind->kind;
  draft.values.assign(Fields(kind->kind).size(), kNull);
  draft.person = CurrentPerson();
  if (!kind->time.empty()) Value(draft, kind->time) = *time;
  if (kind->kind == Kind::kVisit) Value(draft, "stay") = is_stay ? 1 : 0;
  if (BelongsToVisit(draft.kind)) draft.visit = last_visit;
  if (draft.kind == Kind::kLine) {
    for (std::string_view zero : {"full_self", "over_limit", "first_self"}) Value(draft, zero) = 0;
  }
  if (draft.kind == Kind::kLine || draft.kind == Kind::kTrace) {
    Value(draft, "person_key") = persons[draft.person].values[OrdinalOf(*FindField(Kind::kPerson, "key"))];
  }
  if (!Name(words, at, draft) || !Values(words, at, draft)) return false;
  if (NeedsVisit(draft.kind) && !draft.visit) {
    Fail(kind_word, "a " + kind_word.text + " belongs to a visit: write the visit before it, or visit=NAME");
    return false;
  }
  Keep(std::move(draft));
  return true;
}

// The name is the next word, unless that is key=value already.
bool StoryParser::Impl::Name(const std::vector<StoryWord>& words, size_t& at, Draft& draft) {
  if (at < words.size() && words[at].text.find('=') == std::string::npos) {
    draft.name = words[at].text;
    auto [earlier, is_new] = used.try_emplace(draft.name, draft.kind);
    if (!is_new) {
      Fail(words[at],
           "the name '" + draft.name + "' is taken by a " + std::string(InfoOf(earlier->second).name) + " above");
      return false;
    }
    at++;
    return true;
  }
  // A name no author can write (# begins a comment), so that it cannot clash.
  size_t number = draft.kind == Kind::kPerson ? persons.size() + 1 : static_cast<size_t>(events) + 1;
  draft.name = std::string(InfoOf(draft.kind).name) + "#" + std::to_string(number);
  return true;
}

bool StoryParser::Impl::Values(const std::vector<StoryWord>& words, size_t at, Draft& draft) {
  bool ok = true;
  std::vector<std::string> seen;
  for (; at < words.size(); at++) {
    const StoryWord& word = words[at];
    size_t equals = word.text.find('=');
    if (equals == std::string::npos || equals == 0) {
      Fail(word, "expected key=value, found '" + word.text + "'");
      ok = false;
      continue;
    }
    std::string key = word.text.substr(0, equals);
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      Fail(word, "'" + key + "' is given twice");
      ok = false;
      continue;
    }
    seen.push_back(key);
    ok = SetValue(word, key, word.text.substr(equals + 1), draft) && ok;
  }
  auto given = [&](std::string_view key) { return std::find(seen.begin(), seen.end(), key) != seen.end(); };
  if (ok && draft.kind == Kind::kLine) {
    int64_t price = Value(draft, "price");
    int64_t qty = Value(draft, "qty");
    if (!given("amount") && price != kNull && qty != kNull) {
      Value(draft, "amount") = FenOf(MulMicro(price, qty)) * kMicroPerFen;
    }
    if (!given("scope")) Value(draft, "scope") = Value(draft, "amount");
  }
  return ok;
}

bool StoryParser::Impl::SetValue(const StoryWord& word, const std::string& key, const std::string& text, Draft& draft) {
  const KindInfo& info = InfoOf(draft.kind);
  if (key == "visit" && draft.kind != Kind::kVisit && draft.kind != Kind::kPerson) return SetVisit(word, text, draft);
  std::string_view name = key == "until" && !info.end.empty() ? info.end : std::string_view(key);
  const FieldInfo* field = FindField(draft.kind, name);
  if (!field) {
    std::vector<std::string> known;
    for (const FieldInfo& each : Fields(draft.kind)) known.emplace_back(each.name);
    if (!info.end.empty()) known.emplace_back("until");
    Fail({key, word.column}, "a " + std::string(info.name) + " has no field '" + key + "'", std::move(known));
    return false;
  }
  int64_t& value = draft.values[OrdinalOf(*field)];
  if (text == "?") {  // unknown, against a default
    value = kNull;
    return true;
  }
  if (field->type == FieldType::kText) {
    draft.no = text;
    return true;
  }
  std::optional<int64_t> parsed = ParseField(field->type, text, codes);
  if (!parsed) {
    Fail(word, key + ": expected " + std::string(Expected(field->type)) + ", found '" + text + "'");
    return false;
  }
  value = *parsed;
  return true;
}

bool StoryParser::Impl::SetVisit(const StoryWord& word, const std::string& name, Draft& draft) {
  draft.visit.reset();
  if (name == "?") return true;
  const std::vector<Draft>& visits = drafts[static_cast<size_t>(Kind::kVisit)];
  std::vector<std::string> known;
  for (size_t i = 0; i < visits.size(); i++) {
    if (visits[i].person != draft.person) continue;
    if (visits[i].name == name) draft.visit = i;
    known.push_back(visits[i].name);
  }
  if (draft.visit) return true;
  Fail({name, word.column}, "no visit '" + name + "' of this person above", std::move(known));
  return false;
}

void StoryParser::Impl::Defaults(Draft& draft) {
  if (draft.kind == Kind::kPerson || draft.kind == Kind::kVisit) {
    if (draft.no.empty()) draft.no = draft.name;
    SetDefault(draft, "key", IdOf(draft.no));
  }
  if (draft.kind == Kind::kSettlement) SetDefault(draft, "key", IdOf(draft.name));
}

void StoryParser::Impl::Keep(Draft draft) {
  Defaults(draft);
  if (draft.kind == Kind::kPerson) {
    persons.push_back(std::move(draft));
    return;
  }
  draft.row_id = ++events;
  std::vector<Draft>& list = drafts[static_cast<size_t>(draft.kind)];
  if (draft.kind == Kind::kVisit) {
    draft.visit = list.size();
    last_visit = list.size();
  }
  list.push_back(std::move(draft));
}

StoryParser::StoryParser(CodeBook& codes) : impl_(std::make_unique<Impl>(codes)) {}
StoryParser::~StoryParser() = default;
StoryParser::StoryParser(StoryParser&&) noexcept = default;
StoryParser& StoryParser::operator=(StoryParser&&) noexcept = default;

void StoryParser::Add(std::string_view line, int line_number) {
  impl_->line = line_number;
  std::optional<std::vector<StoryWord>> words = SplitWords(line);
  if (!words) {
    impl_->Fail({"", static_cast<int>(line.size())}, "a quote in this line is not closed");
    return;
  }
  if (words->empty()) return;
  if (words->front().text == "person") {
    impl_->Person(*words);
  } else {
    impl_->Event(*words);
  }
}

const std::vector<StoryError>& StoryParser::errors() const { return impl_->errors; }

namespace {

// Where each draft's row will lie: grouped by person, then by the order of its kind.
std::vector<size_t> OrderOf(const std::vector<Draft>& drafts, const std::vector<uint32_t>& row_of_visit) {
  std::vector<size_t> order(drafts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  auto place = [&](size_t i) {
    const Draft& draft = drafts[i];
    std::string_view time = InfoOf(draft.kind).time;
    bool by_visit = NeedsVisit(draft.kind);
    int64_t second =
        by_visit ? int64_t{row_of_visit[*draft.visit]} : draft.values[OrdinalOf(*FindField(draft.kind, time))];
    return std::tuple(draft.person, second, draft.row_id);
  };
  std::sort(order.begin(), order.end(), [&](size_t left, size_t right) { return place(left) < place(right); });
  return order;
}

// Columns and owners of a kind from its drafts, in `order`.
Table TableOf(Kind kind, const std::vector<Draft>& drafts, const std::vector<size_t>& order, uint32_t persons,
              const std::vector<uint32_t>& row_of_visit) {
  Table table = EmptyTable(kind, persons);
  table.rows = static_cast<uint32_t>(order.size());
  for (size_t i : order) {
    const Draft& draft = drafts[i];
    for (size_t field = 0; field < draft.values.size(); field++) table.columns[field].push_back(draft.values[field]);
    table.person.push_back(static_cast<uint32_t>(draft.person));
    table.visit.push_back(draft.visit ? row_of_visit[*draft.visit] : kNoRow);
    if (kind != Kind::kPerson) table.row_id.push_back(draft.row_id);
  }
  table.person_first = FirstOf(table.person, persons);
  return table;
}

}  // namespace

Story StoryParser::Finish() {
  Impl& impl = *impl_;
  Story story;
  Bucket& bucket = story.bucket;
  bucket.codes = std::shared_ptr<const CodeBook>(std::shared_ptr<void>(), &impl.codes);
  auto persons = static_cast<uint32_t>(impl.persons.size());
  impl.drafts[static_cast<size_t>(Kind::kPerson)] = impl.persons;

  const std::vector<Draft>& visits = impl.drafts[static_cast<size_t>(Kind::kVisit)];
  std::vector<size_t> visit_order = OrderOf(visits, {});
  std::vector<uint32_t> row_of_visit(visits.size());
  for (size_t row = 0; row < visit_order.size(); row++) row_of_visit[visit_order[row]] = static_cast<uint32_t>(row);

  for (const KindInfo& info : Kinds()) {
    const std::vector<Draft>& drafts = impl.drafts[static_cast<size_t>(info.kind)];
    std::vector<size_t> order(drafts.size());
    std::iota(order.begin(), order.end(), size_t{0});
    if (info.kind != Kind::kPerson) order = OrderOf(drafts, row_of_visit);
    bucket.table(info.kind) = TableOf(info.kind, drafts, order, persons, row_of_visit);
    for (size_t row = 0; row < order.size(); row++) {
      const Draft& draft = drafts[order[row]];
      story.names[draft.name] = {info.kind, static_cast<uint32_t>(row)};
      if (info.kind == Kind::kPerson) bucket.person_no.push_back(draft.no);
      if (info.kind == Kind::kVisit) bucket.visit_no.push_back(draft.no);
    }
  }
  auto visit_count = static_cast<uint32_t>(visits.size());
  bucket.visit_diagnosis_first = FirstOf(bucket.table(Kind::kDiagnosis).visit, visit_count);
  bucket.visit_operation_first = FirstOf(bucket.table(Kind::kOperation).visit, visit_count);
  return story;
}

Result<Story> ParseStory(std::string_view text, CodeBook& codes) {
  StoryParser parser(codes);
  int line = 0;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    parser.Add(text.substr(0, end), ++line);
    if (!parser.errors().empty()) {
      const StoryError& error = parser.errors().front();
      return InvalidInput("line " + std::to_string(error.line) + ": " + error.message);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.Finish();
}

}  // namespace yijian::timeline
