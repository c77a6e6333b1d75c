#include "pack/keys.h"

#include <algorithm>
#include <charconv>

namespace yijian::pack {

using lang::Code;
using lang::Diagnostics;

std::string DidYouMean(std::string_view word, std::span<const std::string> names) {
  std::string nearest = lang::Nearest(word, names);
  return nearest.empty() ? nearest : "did you mean '" + nearest + "'?";
}

std::string Join(std::span<const std::string> words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

bool IsName(std::string_view text) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !letter(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || digit(c); });
}

std::optional<size_t> OneOf(const lang::YamlFile& file, const lang::Yaml& node, std::string_view key,
                            std::span<const std::string> names, Diagnostics& diagnostics) {
  auto at = std::find(names.begin(), names.end(), node.text);
  if (node.kind == lang::Yaml::Kind::kScalar && at != names.end()) return static_cast<size_t>(at - names.begin());
  std::string found = node.kind == lang::Yaml::Kind::kScalar ? "'" + node.text + "'" : "no text";
  std::string hint = DidYouMean(node.text, names);
  if (hint.empty()) hint = "it is one of " + Join(names, ", ");
  diagnostics.Add(Code::kBadValue, file.At(node), std::string(key) + " cannot be " + found, hint);
  return std::nullopt;
}

bool IsArea(std::string_view text) {
  return text.size() <= 6 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Keys::Keys(const lang::YamlFile& file, const lang::Yaml& map, std::string what, Diagnostics& diagnostics)
    : file_(file), map_(map), what_(std::move(what)), diagnostics_(diagnostics) {
  if (map.kind != lang::Yaml::Kind::kMap) {
    diagnostics_.Add(Code::kBadValue, file_.At(map), what_ + " must be a map of keys and values");
  }
}

const lang::Yaml* Keys::Take(std::string_view key) {
  known_.emplace_back(key);
  return map_.Find(key);
}

const lang::Yaml* Keys::Need(std::string_view key) {
  const lang::Yaml* node = Take(key);
  if (node && node->kind != lang::Yaml::Kind::kNull) return node;
  if (map_.kind != lang::Yaml::Kind::kMap) return nullptr;
  diagnostics_.Add(Code::kMissingKey, file_.At(node ? *node : map_), what_ + " needs '" + std::string(key) + "'");
  return nullptr;
}

const lang::Yaml* Keys::Scalar(const lang::Yaml* node, std::string_view key) {
  if (!node) return nullptr;
  if (node->kind == lang::Yaml::Kind::kScalar && !node->text.empty()) return node;
  diagnostics_.Add(Code::kBadValue, file_.At(*node), std::string(key) + " must be a text");
  return nullptr;
}

std::string Keys::Text(std::string_view key) {
  const lang::Yaml* node = Scalar(Need(key), key);
  return node ? node->text : std::string();
}

std::string Keys::TextOr(std::string_view key, std::string_view otherwise) {
  const lang::Yaml* node = Scalar(Take(key), key);
  return node ? node->text : std::string(otherwise);
}

std::vector<std::string> Keys::Texts(std::string_view key) {
  const lang::Yaml* node = Need(key);
  std::vector<std::string> texts;
  if (!node) return texts;
  if (node->kind != lang::Yaml::Kind::kList) {
    if (const lang::Yaml* one = Scalar(node, key)) texts.push_back(one->text);
    return texts;
  }
  for (const lang::Yaml& item : node->items) {
    if (const lang::Yaml* one = Scalar(&item, key)) texts.push_back(one->text);
  }
  if (node->items.empty()) diagnostics_.Add(Code::kBadValue, file_.At(*node), std::string(key) + " must not be empty");
  return texts;
}

std::optional<size_t> Keys::OneOf(std::string_view key, std::span<const std::string> names) {
  const lang::Yaml* node = Need(key);
  return node ? pack::OneOf(file_, *node, key, names, diagnostics_) : std::nullopt;
}

std::optional<size_t> Keys::OneOfOr(std::string_view key, std::span<const std::string> names, size_t otherwise) {
  const lang::Yaml* node = Take(key);
  return node ? pack::OneOf(file_, *node, key, names, diagnostics_) : otherwise;
}

int Keys::NumberOr(std::string_view key, int otherwise) {
  const lang::Yaml* node = Take(key);
  if (!node) return otherwise;
  int number = 0;
  const char* end = node->text.data() + node->text.size();
  auto [stop, error] = std::from_chars(node->text.data(), end, number);
  if (node->kind == lang::Yaml::Kind::kScalar && error == std::errc() && stop == end && number >= 0) return number;
  diagnostics_.Add(Code::kBadValue, file_.At(*node), std::string(key) + " must be a whole number");
  return otherwise;
}

bool Keys::FlagOr(std::string_view key, bool otherwise) {
  static const std::vector<std::string> kNames{"false", "true"};
  std::optional<size_t> at = OneOfOr(key, kNames, otherwise ? 1 : 0);
  return at ? *at == 1 : otherwise;
}

std::optional<Date> Keys::Day(std::string_view key) {
  const lang::Yaml* node = Take(key);
  if (!node || node->kind == lang::Yaml::Kind::kNull) return std::nullopt;
  std::optional<Date> date = node->kind == lang::Yaml::Kind::kScalar ? ParseDate(node->text) : std::nullopt;
  if (!date) diagnostics_.Add(Code::kBadValue, file_.At(*node), std::string(key) + " must be a date YYYY-MM-DD");
  return date;
}

program::Bilingual Keys::ReadBoth(const lang::Yaml* node, std::string_view key) {
  if (!node) return {};
  Keys both(file_, *node, std::string(key), diagnostics_);
  program::Bilingual text{both.Text("zh"), both.Text("en")};
  both.End();
  return text;
}

program::Bilingual Keys::Both(std::string_view key) { return ReadBoth(Need(key), key); }
program::Bilingual Keys::BothOr(std::string_view key) { return ReadBoth(Take(key), key); }

bool Keys::Knows(std::string_view key) const { return std::find(known_.begin(), known_.end(), key) != known_.end(); }

void Keys::End() {
  for (const lang::YamlEntry& entry : map_.entries) {
    if (Knows(entry.key)) continue;
    diagnostics_.Add(Code::kUnknownKey, file_.At(entry), what_ + " has no key '" + entry.key + "'",
                     DidYouMean(entry.key, known_));
  }
}

}  // namespace yijian::pack
