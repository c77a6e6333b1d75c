#include "realtime/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace yijian::realtime {
namespace {

// Builds the document as nlohmann's parser walks over the text.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(Json& root) : root_(root) {}

  bool null() override { return Add(Json::Kind::kNull, {}); }
  bool boolean(bool value) override { return Add(Json::Kind::kBool, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return Add(Json::Kind::kNumber, std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Add(Json::Kind::kNumber, std::to_string(value)); }
  bool number_float(number_float_t, const string_t& written) override { return Add(Json::Kind::kNumber, written); }
  bool string(string_t& value) override { return Add(Json::Kind::kText, std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(Json::Kind::kObject); }
  bool start_array(std::size_t) override { return Open(Json::Kind::kList); }
  bool key(string_t& name) override {
    open_.back()->members.emplace_back(std::move(name), Json());
    return true;
  }
  bool end_object() override {
    const auto& members = open_.back()->members;
    std::vector<std::string_view> keys;
    keys.reserve(members.size());
    for (const auto& [key, value] : members) keys.push_back(key);
    std::sort(keys.begin(), keys.end());
    auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice != keys.end()) return Refuse("the key '" + std::string(twice->substr(0, 64)) + "' stands twice");
    open_.pop_back();
    return true;
  }
  bool end_array() override {
    open_.pop_back();
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return Refuse("not JSON at byte " + std::to_string(position));
  }

  std::optional<Error> error;

 private:
  bool Refuse(const std::string& why) {
    if (!error) error = InvalidInput(why);
    return false;
  }

  // Where the next value goes.
  Json* Place() {
    if (++values_ > Json::kValuesMax) {
      error = LimitReached("the message has more than " + std::to_string(Json::kValuesMax) + " values");
      return nullptr;
    }
    if (open_.empty()) return &root_;
    Json& parent = *open_.back();
    return parent.kind == Json::Kind::kObject ? &parent.members.back().second : &parent.items.emplace_back();
  }

  bool Add(Json::Kind kind, std::string text) {
    Json* place = Place();
    if (!place) return false;
    place->kind = kind;
    place->text = std::move(text);
    return true;
  }

  bool Open(Json::Kind kind) {
    if (open_.size() >= Json::kDepthMax) return Refuse("more than " + std::to_string(Json::kDepthMax) + " levels deep");
    Json* place = Place();
    if (!place) return false;
    place->kind = kind;
    open_.push_back(place);
    return true;
  }

  Json& root_;
  std::vector<Json*> open_;  // stays valid: a parent gets no sibling while a child is open
  size_t values_ = 0;
};

}  // namespace

Json::Json() = default;
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) = default;
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

Result<Json> Json::Parse(std::string_view bytes) {
  if (bytes.size() > kBytesMax)
    return LimitReached("the message has more than " + std::to_string(kBytesMax) + " bytes");
  Json root;
  Builder builder(root);
  bool done = nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &builder);
  if (builder.error) return *builder.error;
  if (!done) return InvalidInput("not JSON");
  return root;
}

const Json* Json::Find(std::string_view key) const {
  for (const auto& [name, value] : members) {
    if (name == key) return &value;
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
  for (const Json& item : items) list.push_back(&item);
  return list;
}

namespace {

void SkipBlanks(std::string_view text, size_t& at) {
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) at++;
}

// Behind the string that begins at `at`.
void SkipText(std::string_view text, size_t& at) {
  for (at++; at < text.size() && text[at] != '"'; at++) {
    if (text[at] == '\\') at++;
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
