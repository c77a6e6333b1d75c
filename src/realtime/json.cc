#include "realtime/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

namespace yijian::realtime {
namespace {

namespace ondemand = simdjson::ondemand;

// Kept by a thread from message to message, unless one was big.
constexpr size_t kParserBytesKept = 1 << 20;
// What a message of some twenty lines needs beside its bytes.
constexpr size_t kFirstBytes = 16 * 1024;

std::string_view WithoutBlanks(std::string_view token) {
  size_t end = token.find_last_not_of(" \t\r\n");
  return token.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

// Enough to know it by, never half of a character.
std::string_view Beginning(std::string_view text) {
  size_t end = std::min<size_t>(text.size(), 64);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end--;
  return text.substr(0, end);
}

// -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?
bool IsNumber(std::string_view text) {
  size_t at = 0;
  auto digits = [&] {
    size_t from = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') at++;
    return at - from;
  };
  if (at < text.size() && text[at] == '-') at++;
  bool zero = at < text.size() && text[at] == '0';
  size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (at < text.size() && text[at] == '.') {
    at++;
    if (digits() == 0) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    at++;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) at++;
    if (digits() == 0) return false;
  }
  return at == text.size();
}

// Walks over every value, so that every value is checked: simdjson checks on demand what is asked for.
class Walker {
 public:
  Walker(std::pmr::memory_resource& memory, const char* end) : memory_(memory), end_(end) {}

  // False: error says why.
  bool Walk(ondemand::document& document, Json& root) {
    ondemand::json_type type;
    if (document.type().get(type)) return Refuse();
    bool fine = false;
    depth_ = 1;
    // By the document's own getters: they look whether its last token closes it.
    if (type == ondemand::json_type::object) {
      fine = Object(document.get_object(), root);
    } else if (type == ondemand::json_type::array) {
      fine = List(document.get_array(), root);
    } else {
      std::string_view token;
      if (document.raw_json_token().get(token)) return Refuse();
      size_t all = WithoutBlanks({token.data(), static_cast<size_t>(end_ - token.data())}).size();
      return all == WithoutBlanks(token).size() ? Scalar(document, type, root) : Refuse("something behind the end");
    }
    return fine &&
           (document.current_location().error() == simdjson::OUT_OF_BOUNDS || Refuse("something behind the end"));
  }

  std::optional<Error> error;

 private:
  bool Refuse(const std::string& why = {}) {
    if (!error) error = InvalidInput(why.empty() ? "not JSON" : why);
    return false;
  }

  bool Value(ondemand::value value, Json& to) {
    if (++values_ > JsonDocument::kValuesMax) {
      error = LimitReached("the message has more than " + std::to_string(JsonDocument::kValuesMax) + " values");
      return false;
    }
    ondemand::json_type type;
    if (value.type().get(type)) return Refuse();
    bool nested = type == ondemand::json_type::object || type == ondemand::json_type::array;
    if (!nested) return Scalar(value, type, to);
    if (depth_ == JsonDocument::kDepthMax)
      return Refuse("more than " + std::to_string(JsonDocument::kDepthMax) + " levels deep");
    depth_++;
    bool fine = type == ondemand::json_type::object ? Object(value.get_object(), to) : List(value.get_array(), to);
    depth_--;
    return fine;
  }

  // `From` is a value, or a document that is one scalar.
  template <typename From>
  bool Scalar(From& from, ondemand::json_type type, Json& to) {
    std::string_view token;
    if (simdjson::simdjson_result<std::string_view>(from.raw_json_token()).get(token)) return Refuse();
    token = WithoutBlanks(token);
    switch (type) {
      case ondemand::json_type::string:
        to.kind = Json::Kind::kText;
        return Text(
            token, [&](std::string_view& text) { return from.get_string().get(text); }, to.text);
      case ondemand::json_type::number:
        if (!IsNumber(token)) return Refuse("not a number");
        to.kind = Json::Kind::kNumber;
        to.text = token;
        return true;
      case ondemand::json_type::boolean:
        if (token != "true" && token != "false") return Refuse();
        to.kind = Json::Kind::kBool;
        to.text = token;
        return true;
      default:
        return token == "null" || Refuse();
    }
  }

  // A text stands in the document as it is, unless something in it is escaped.
  template <typename Unescape>
  bool Text(std::string_view token, Unescape unescape, std::string_view& to) {
    if (token.size() < 2 || token.front() != '"' || token.back() != '"') return Refuse();
    to = token.substr(1, token.size() - 2);
    if (to.find('\\') == std::string_view::npos) return true;
    if (unescape(to)) return Refuse("a text with a wrong escape");
    if (!simdjson::validate_utf8(to.data(), to.size())) return Refuse("a text with half a character");
    auto* copy = static_cast<char*>(memory_.allocate(to.size() + 1, 1));
    std::memcpy(copy, to.data(), to.size());
    to = {copy, to.size()};
    return true;
  }

  bool Key(ondemand::field& field, std::string_view& to) {
    const char* raw = field.key().raw();
    const auto* quote = static_cast<const char*>(std::memchr(raw, '"', static_cast<size_t>(end_ - raw)));
    if (quote == nullptr) return Refuse();
    return Text(
        {raw - 1, static_cast<size_t>(quote - raw) + 2},
        [&](std::string_view& text) { return field.unescaped_key().get(text); }, to);
  }

  // simdjson gives what a result holds as an rvalue only, moved or not.
  // NOLINTBEGIN(performance-move-const-arg)
  bool Object(simdjson::simdjson_result<ondemand::object> begun, Json& to) {
    ondemand::object object;
    if (std::move(begun).get(object)) return Refuse();
    size_t first = members_.size();
    for (simdjson::simdjson_result<ondemand::field> each : object) {
      ondemand::field field;
      if (std::move(each).get(field)) return Refuse();
      Json::Member member;
      if (!Key(field, member.first) || !Value(field.value(), member.second)) return false;
      members_.push_back(member);
    }
    std::span<Json::Member> kept = Keep(members_, first);
    if (!AllDifferent(kept)) return false;
    to = Json::ObjectOf(kept);
    return true;
  }

  bool List(simdjson::simdjson_result<ondemand::array> begun, Json& to) {
    ondemand::array list;
    if (std::move(begun).get(list)) return Refuse();
    size_t first = items_.size();
    for (simdjson::simdjson_result<ondemand::value> each : list) {
      ondemand::value item;
      Json kept;
      if (std::move(each).get(item)) return Refuse();
      if (!Value(item, kept)) return false;
      items_.push_back(kept);
    }
    to = Json::ListOf(Keep(items_, first));
    return true;
  }
  // NOLINTEND(performance-move-const-arg)

  // Children lie together, in the document's memory.
  template <typename Child>
  std::span<Child> Keep(std::vector<Child>& stack, size_t first) {
    size_t count = stack.size() - first;
    auto* kept = static_cast<Child*>(memory_.allocate(std::max<size_t>(count, 1) * sizeof(Child), alignof(Child)));
    std::uninitialized_copy(stack.begin() + static_cast<std::ptrdiff_t>(first), stack.end(), kept);
    stack.resize(first);
    return {kept, count};
  }

  bool AllDifferent(std::span<const Json::Member> members) {
    keys_.clear();
    for (const Json::Member& member : members) keys_.push_back(member.first);
    std::sort(keys_.begin(), keys_.end(), [](std::string_view left, std::string_view right) {
      return left.size() != right.size() ? left.size() < right.size() : left < right;
    });
    auto twice = std::adjacent_find(keys_.begin(), keys_.end());
    return twice == keys_.end() || Refuse("the key '" + std::string(Beginning(*twice)) + "' stands twice");
  }

  std::pmr::memory_resource& memory_;
  const char* end_;
  std::vector<Json::Member> members_;
  std::vector<Json> items_;
  std::vector<std::string_view> keys_;
  size_t depth_ = 0;
  size_t values_ = 0;
};

}  // namespace

Result<JsonDocument> JsonDocument::Parse(std::string_view bytes) {
  if (bytes.size() > kBytesMax)
    return LimitReached("the message has more than " + std::to_string(kBytesMax) + " bytes");
  JsonDocument document;
  document.memory_ = std::make_unique<std::pmr::monotonic_buffer_resource>(bytes.size() + kFirstBytes);
  // simdjson reads in steps, beyond the end; and the document outlives what it was read from.
  auto* padded = static_cast<char*>(document.memory_->allocate(bytes.size() + simdjson::SIMDJSON_PADDING, 1));
  std::memcpy(padded, bytes.data(), bytes.size());
  std::memset(padded + bytes.size(), ' ', simdjson::SIMDJSON_PADDING);

  thread_local std::unique_ptr<ondemand::parser> kept;
  std::unique_ptr<ondemand::parser> parser = kept ? std::move(kept) : std::make_unique<ondemand::parser>();
  ondemand::document read;
  simdjson::padded_string_view view(padded, bytes.size(), bytes.size() + simdjson::SIMDJSON_PADDING);
  simdjson::error_code code = parser->iterate(view).get(read);
  if (code) return InvalidInput(std::string("not JSON: ") + simdjson::error_message(code));
  Walker walker(*document.memory_, padded + bytes.size());
  bool fine = walker.Walk(read, document.root_);
  if (parser->capacity() <= kParserBytesKept) kept = std::move(parser);
  if (!fine) return *walker.error;
  return document;
}

Json Json::ObjectOf(std::span<const Member> members) {
  Json object;
  object.kind = Kind::kObject;
  object.children_ = members.data();
  object.count_ = members.size();
  return object;
}

Json Json::ListOf(std::span<const Json> items) {
  Json list;
  list.kind = Kind::kList;
  list.children_ = items.data();
  list.count_ = items.size();
  return list;
}

std::span<const Json::Member> Json::members() const {
  return {static_cast<const Member*>(children_), is_object() ? count_ : 0};
}

std::span<const Json> Json::items() const { return {static_cast<const Json*>(children_), is_list() ? count_ : 0}; }

const Json* Json::Find(std::string_view key) const {
  for (const Member& member : members()) {
    if (member.first == key) return &member.second;
  }
  return nullptr;
}

std::string_view Json::ScalarOf(std::string_view key) const {
  const Json* member = Find(key);
  return member ? member->Scalar() : std::string_view();
}

std::vector<const Json*> Json::Items() const {
  std::vector<const Json*> list;
  if (is_object()) list.push_back(this);
  for (const Json& item : items()) list.push_back(&item);
  return list;
}

namespace {

void SkipBlanks(std::string_view text, size_t& at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) at++;
}

// Behind the string that begins at `at`.
void SkipText(std::string_view text, size_t& at) {
  for (at++; at < text.size(); at++) {
    // To the next mark at once; what was escaped before it says whether it counts.
    size_t mark = std::min(text.find('"', at), text.size());
    size_t slash = std::min(text.substr(0, mark).find('\\', at), text.size());
    if (slash >= mark) {
      at = mark;
      break;
    }
    at = slash + 1;
  }
  at++;
}

void SkipValue(std::string_view text, size_t& at) {
  int depth = 0;
  while (at < text.size()) {
    char c = text[at];
    if (c == '"') {
      SkipText(text, at);
      if (depth == 0) return;
      continue;
    }
    if (c == '{' || c == '[') depth++;
    if (c == '}' || c == ']') {
      if (depth == 0) return;  // the end of what holds the value
      depth--;
      if (depth == 0) {
        at++;
        return;
      }
    }
    if (c == ',' && depth == 0) return;
    at++;
  }
}

}  // namespace

std::string_view RawMember(std::string_view object, std::string_view key) {
  size_t at = 0;
  SkipBlanks(object, at);
  if (at >= object.size() || object[at] != '{') return {};
  at++;
  while (at < object.size()) {
    SkipBlanks(object, at);
    if (at >= object.size() || object[at] != '"') return {};
    size_t name = at;
    SkipText(object, at);
    if (at > object.size()) return {};
    bool wanted = object.substr(name + 1, at - name - 2) == key;
    SkipBlanks(object, at);
    at++;  // the colon
    SkipBlanks(object, at);
    size_t value = at;
    SkipValue(object, at);
    if (at > object.size()) return {};
    if (wanted) {
      std::string_view raw = object.substr(value, at - value);
      while (!raw.empty() && (raw.back() == ' ' || raw.back() == '\t' || raw.back() == '\n' || raw.back() == '\r'))
        raw.remove_suffix(1);
      return raw;
    }
    SkipBlanks(object, at);
    if (at >= object.size() || object[at] != ',') return {};
    at++;
  }
  return {};
}

}  // namespace yijian::realtime
