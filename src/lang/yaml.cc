#include "lang/yaml.h"

#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/utf8.h"

namespace yijian::lang {
namespace {

struct Refused {
  int line;
  int byte_column;
  std::string why;
};

// Builds our tree from yaml-cpp's events, and stops it (by throwing Refused) before a hostile text costs anything.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(YamlFile& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) Refuse(mark, "a second document begins here; write one document a file");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Take(Open(mark, "", anchor)); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { Refuse(mark, "aliases (*name) are not allowed"); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override {
    Refuse(mark, "anchors (&name) are not allowed");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Yaml node = Open(mark, tag, anchor);
    node.kind = Yaml::Kind::kScalar;
    node.text = value;
    node.quoted = tag == "!";
    Take(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Push(mark, tag, anchor, Yaml::Kind::kList);
  }
  void OnSequenceEnd() override { Pop(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Push(mark, tag, anchor, Yaml::Kind::kMap);
  }
  void OnMapEnd() override { Pop(); }

 private:
  struct Level {
    Yaml node;
    std::optional<YamlEntry> entry;  // of a map: the key whose value is awaited
  };

  [[noreturn]] static void Refuse(const YAML::Mark& mark, std::string why) {
    throw Refused{mark.line + 1, mark.column + 1, std::move(why)};
  }

  Yaml Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) Refuse(mark, "anchors (&name) are not allowed");
    if (!tag.empty() && tag != "!" && tag != "?") Refuse(mark, "tags (!name) are not allowed");
    if (++nodes_ > kYamlNodesMax) Refuse(mark, "the file holds more than " + std::to_string(kYamlNodesMax) + " values");
    Yaml node;
    node.line = mark.line + 1;
    node.byte_column = mark.column + 1;
    return node;
  }

  void Push(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Yaml::Kind kind) {
    Yaml node = Open(mark, tag, anchor);
    node.kind = kind;
    if (levels_.size() >= static_cast<size_t>(kYamlDepthMax)) {
      Refuse(mark, "the file nests deeper than " + std::to_string(kYamlDepthMax));
    }
    levels_.push_back({std::move(node), {}});
  }

  void Pop() {
    Yaml node = std::move(levels_.back().node);
    levels_.pop_back();
    Take(std::move(node));
  }

  void Take(Yaml node) {
    if (levels_.empty()) {
      file_.root = std::move(node);
      return;
    }
    Level& level = levels_.back();
    if (level.node.kind == Yaml::Kind::kList) {
      level.node.items.push_back(std::move(node));
    } else if (!level.entry) {
      if (node.kind != Yaml::Kind::kScalar) throw Refused{node.line, node.byte_column, "a key must be a plain text"};
      level.entry = YamlEntry{std::move(node.text), node.line, node.byte_column, {}};
    } else {
      level.entry->value = std::move(node);
      Keep(level);
    }
  }

  void Keep(Level& level) {
    YamlEntry entry = std::move(*level.entry);
    level.entry.reset();
    auto same = [&](const YamlEntry& other) { return other.key == entry.key; };
    std::vector<YamlEntry>& entries = level.node.entries;
    // Linear, but a map as long as kMapMax is no map an author writes.
    if (entries.size() >= kMapMax) throw Refused{entry.line, entry.byte_column, "a map holds too many keys"};
    if (auto earlier = std::find_if(entries.begin(), entries.end(), same); earlier != entries.end()) {
      diagnostics_.Add(Code::kDuplicate, file_.At(entry), "the key '" + entry.key + "' is given twice",
                       "the first is in line " + std::to_string(earlier->line));
      return;
    }
    entries.push_back(std::move(entry));
  }

  static constexpr size_t kMapMax = 2000;

  YamlFile& file_;
  Diagnostics& diagnostics_;
  std::vector<Level> levels_;
  size_t nodes_ = 0;
  int documents_ = 0;
};

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

size_t EndOfLine(std::string_view text, size_t from) { return std::min(text.find('\n', from), text.size()); }

}  // namespace

const Yaml* Yaml::Find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

Place YamlFile::PlaceOf(int line, int byte_column) const {
  auto index = static_cast<size_t>(std::max(line, 1) - 1);
  Place place{file, line, 1};
  if (index >= line_starts.size()) return place;
  size_t end = std::min(line_starts[index] + static_cast<size_t>(std::max(byte_column, 1) - 1), text.size());
  for (size_t at = line_starts[index]; at < end; at++) {
    if ((text[at] & 0xC0) != 0x80) place.column++;
  }
  return place;
}

// Walks the source beside the scalar's text: both hold the same characters but for blanks, quotes and escapes.
Place YamlFile::Inside(const Yaml& scalar, size_t offset) const {
  auto index = static_cast<size_t>(scalar.line - 1);
  if (index >= line_starts.size()) return At(scalar);
  size_t at = line_starts[index] + static_cast<size_t>(scalar.byte_column - 1);
  if (at >= text.size()) return At(scalar);
  if (text[at] == '\'' || text[at] == '"') at++;
  if (scalar.quoted && (text[at] == '|' || text[at] == '>')) at = EndOfLine(text, at);
  constexpr size_t kSkipMax = 8;  // an escape such as \u4e2d
  for (size_t i = 0; i <= offset && i < scalar.text.size(); i++) {
    if (IsBlank(scalar.text[i])) continue;
    size_t skipped = 0;
    while (at < text.size() && text[at] != scalar.text[i]) {
      if (!IsBlank(text[at]) && ++skipped > kSkipMax) return At(scalar);
      at++;
    }
    if (at >= text.size()) return At(scalar);
    if (i < offset) at++;
  }
  auto line = std::upper_bound(line_starts.begin(), line_starts.end(), at) - line_starts.begin();
  return PlaceOf(static_cast<int>(line), static_cast<int>(at - line_starts[static_cast<size_t>(line - 1)]) + 1);
}

std::optional<YamlFile> ReadYaml(std::string file, std::string text, Diagnostics& diagnostics) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  Place whole{file, 0, 0};
  auto refuse = [&](const std::string& why) {
    diagnostics.Add(Code::kYaml, whole, why);
    return std::nullopt;
  };
  if (text.size() > kYamlBytesMax) return refuse("the file is larger than " + std::to_string(kYamlBytesMax) + " bytes");
  if (text.find('\0') != std::string::npos || !IsUtf8(text)) return refuse("the file is not UTF-8 text");
  YamlFile result{std::move(file), std::move(text), {0}, {}};
  for (size_t at = 0; at < result.text.size(); at++) {
    if (result.text[at] == '\n') result.line_starts.push_back(at + 1);
  }
  TreeBuilder builder(result, diagnostics);
  auto mistake = [&](int line, int byte_column, const std::string& why) {
    Yaml spot;
    spot.line = line;
    spot.byte_column = byte_column;
    bool flow = why.find("flow") != std::string::npos;
    diagnostics.Add(Code::kYaml, result.At(spot), why,
                    flow ? "inside { } put an expression with [ ] { } or , in quotes" : "");
    return std::nullopt;
  };
  try {
    std::istringstream stream(result.text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Refused& refused) {
    return mistake(refused.line, refused.byte_column, refused.why);
  } catch (const YAML::Exception& error) {
    return mistake(error.mark.line + 1, error.mark.column + 1, "not YAML: " + error.msg);
  } catch (const std::exception& error) {
    return refuse(std::string("not YAML: ") + error.what());
  }
  return result;
}

std::optional<std::string> ReadText(const std::string& path, size_t bytes_max, Diagnostics& diagnostics) {
  std::ifstream stream(path, std::ios::binary);
  std::string text;
  std::string chunk(1 << 16, 0);
  while (stream && text.size() <= bytes_max) {
    stream.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    text.append(chunk, 0, static_cast<size_t>(stream.gcount()));
  }
  if (text.size() > bytes_max) {
    diagnostics.Add(Code::kYaml, {path, 0, 0}, "the file is larger than " + std::to_string(bytes_max) + " bytes");
    return std::nullopt;
  }
  if (stream.bad() || !stream.eof()) {
    diagnostics.Add(Code::kYaml, {path, 0, 0}, "the file cannot be read");
    return std::nullopt;
  }
  return text;
}

}  // namespace yijian::lang
