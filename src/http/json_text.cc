#include "http/json_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace yijian::http {
namespace {

constexpr size_t kDoubledMax = 100;
constexpr size_t kShownMax = 64;

// Builds the tree from the library's events. Open containers live in a stack and move into their parent when closed.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(std::vector<std::string>& doubled) : doubled_(doubled) {}

  bool null() override { return Add({JsonValue::Kind::kNull, "null", {}, {}}); }
  bool boolean(bool value) override { return Add({JsonValue::Kind::kBool, value ? "true" : "false", {}, {}}); }
  bool number_integer(number_integer_t value) override {
    return Add({JsonValue::Kind::kNumber, std::to_string(value), {}, {}});
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Add({JsonValue::Kind::kNumber, std::to_string(value), {}, {}});
  }
  bool number_float(number_float_t, const string_t& written) override {
    return Add({JsonValue::Kind::kNumber, written, {}, {}});
  }
  bool string(string_t& value) override { return Add({JsonValue::Kind::kText, std::move(value), {}, {}}); }
  bool binary(binary_t&) override { return false; }  // not in JSON texts

  bool start_object(size_t) override { return Open(JsonValue::Kind::kObject); }
  bool start_array(size_t) override { return Open(JsonValue::Kind::kList); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& name) override {
    Level& level = levels_.back();
    if (!level.seen.insert(name).second && doubled_.size() < kDoubledMax) doubled_.push_back(PointerTo(Here(), name));
    level.value.names.push_back(std::move(name));
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) override {
    error_position_ = position;
    return false;
  }

  size_t error_position() const { return error_position_; }
  const char* limit() const { return limit_; }
  JsonValue& root() { return root_; }

 private:
  struct Level {
    JsonValue value;
    std::unordered_set<std::string> seen;
  };

  bool Open(JsonValue::Kind kind) {
    if (levels_.size() == kJsonDepthMax) return Stop("is nested too deep");
    if (++count_ > kJsonValuesMax) return Stop("has too many values");
    levels_.push_back({{kind, "", {}, {}}, {}});
    return true;
  }

  bool Close() {
    JsonValue value = std::move(levels_.back().value);
    levels_.pop_back();
    Put(std::move(value));
    return true;
  }

  bool Add(JsonValue value) {
    if (++count_ > kJsonValuesMax) return Stop("has too many values");
    Put(std::move(value));
    return true;
  }

  void Put(JsonValue value) {
    if (levels_.empty()) {
      root_ = std::move(value);
    } else {
      levels_.back().value.items.push_back(std::move(value));
    }
  }

  bool Stop(const char* limit) {
    limit_ = limit;
    return false;
  }

  // The pointer of the innermost open container.
  std::string Here() const {
    std::string pointer;
    for (size_t i = 0; i + 1 < levels_.size(); i++) {
      const JsonValue& value = levels_[i].value;
      bool object = value.kind == JsonValue::Kind::kObject;
      pointer = PointerTo(pointer, object ? value.names.back() : std::to_string(value.items.size()));
    }
    return pointer;
  }

  std::vector<std::string>& doubled_;
  std::vector<Level> levels_;
  JsonValue root_;
  size_t count_ = 0;
  size_t error_position_ = 0;
  const char* limit_ = nullptr;
};

std::string PlaceOf(std::string_view text, size_t position) {
  std::string_view before = text.substr(0, position == 0 ? 0 : position - 1);
  auto line = std::count(before.begin(), before.end(), '\n') + 1;
  size_t start = before.rfind('\n');
  size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

const JsonValue* JsonValue::Find(std::string_view name) const {
  for (size_t i = 0; i < names.size(); i++) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

std::string JsonValue::Show() const {
  if (kind == Kind::kList) return "[...]";
  if (kind == Kind::kObject) return "{...}";
  if (text.size() <= kShownMax) return text;
  size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) end--;  // not inside a character
  return text.substr(0, end) + "...";
}

Result<JsonValue> ParseJson(std::string_view text, std::vector<std::string>& doubled) {
  Builder builder(doubled);
  bool whole = false;
  try {
    whole = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  } catch (const nlohmann::json::exception& error) {
    return InvalidInput(std::string("the body cannot be read: ") + error.what());
  }
  if (builder.limit() != nullptr) return LimitReached(std::string("the JSON body ") + builder.limit());
  if (!whole) return InvalidInput("the body is not JSON: " + PlaceOf(text, builder.error_position()));
  return std::move(builder.root());
}

std::string PointerTo(const std::string& parent, std::string_view name) {
  std::string pointer = parent + "/";
  for (char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer.push_back(c);
    }
  }
  return pointer;
}

}  // namespace yijian::http
