#include "intake/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

namespace yijian::intake {
namespace {

// Ends the parse; the diagnostic is already made.
struct Refused {};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const std::string& file, lang::Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Put({}, mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "anchors and aliases are not allowed here", "write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = YamlNode::Kind::kScalar;
    node.text = value;
    node.quoted = tag == "!";
    Put(std::move(node), mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kList, mark, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kMap, mark, anchor);
  }
  void OnMapEnd() override { Close(); }

  std::optional<YamlNode> TakeRoot() { return std::move(root_); }

 private:
  struct Level {
    YamlNode node;
    std::string key;
    bool has_key = false;
  };

  lang::Place At(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }
  [[noreturn]] void Refuse(const YAML::Mark& mark, const std::string& message, const std::string& suggestion = {}) {
    diagnostics_.Add(lang::Code::kYaml, At(mark), message, suggestion);
    throw Refused();
  }
  void Admit(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) Refuse(mark, "anchors and aliases are not allowed here", "write the value out");
    if (++nodes_ > kYamlNodesMax) Refuse(mark, "more than " + std::to_string(kYamlNodesMax) + " values");
  }
  void Open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Admit(mark, anchor);
    if (levels_.size() >= kYamlDepthMax) Refuse(mark, "nests deeper than " + std::to_string(kYamlDepthMax));
    if (!levels_.empty() && levels_.back().node.kind == YamlNode::Kind::kMap && !levels_.back().has_key) {
      Refuse(mark, "a key must be a plain text");
    }
    YamlNode node;
    node.kind = kind;
    node.place = At(mark);
    levels_.push_back({std::move(node), {}, false});
  }
  void Put(YamlNode node, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Admit(mark, anchor);
    node.place = At(mark);
    if (!levels_.empty() && levels_.back().node.kind == YamlNode::Kind::kMap && !levels_.back().has_key) {
      Level& level = levels_.back();
      if (node.kind != YamlNode::Kind::kScalar) Refuse(mark, "a key must be a plain text");
      if (level.node.Find(node.text) != nullptr) {
        diagnostics_.Add(lang::Code::kDuplicate, node.place, "the key '" + node.text + "' is here twice");
      }
      level.key = std::move(node.text);
      level.has_key = true;
      return;
    }
    Attach(std::move(node));
  }
  void Close() {
    YamlNode node = std::move(levels_.back().node);
    levels_.pop_back();
    Attach(std::move(node));
  }
  void Attach(YamlNode node) {
    if (levels_.empty()) {
      root_ = std::move(node);
    } else if (levels_.back().node.kind == YamlNode::Kind::kList) {
      levels_.back().node.items.push_back(std::move(node));
    } else {
      levels_.back().node.members.push_back({std::move(levels_.back().key), std::move(node)});
      levels_.back().has_key = false;
    }
  }

  const std::string& file_;
  lang::Diagnostics& diagnostics_;
  std::vector<Level> levels_;
  std::optional<YamlNode> root_;
  size_t nodes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const auto& [name, node] : members) {
    if (name == key) return &node;
  }
  return nullptr;
}

std::optional<YamlNode> ParseYaml(std::string_view text, const std::string& file, lang::Diagnostics& diagnostics) {
  lang::Place whole{file, 0, 0};
  if (text.size() > kYamlBytesMax) {
    diagnostics.Add(lang::Code::kYaml, whole, "larger than " + std::to_string(kYamlBytesMax) + " bytes");
    return std::nullopt;
  }
  size_t before = diagnostics.list().size();
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    TreeBuilder builder(file, diagnostics);
    bool any = parser.HandleNextDocument(builder);
    TreeBuilder second(file, diagnostics);
    if (any && parser.HandleNextDocument(second)) {
      diagnostics.Add(lang::Code::kYaml, whole, "holds more than one document ('---')");
    }
    std::optional<YamlNode> root = builder.TakeRoot();
    if (!any || !root) diagnostics.Add(lang::Code::kYaml, whole, "is empty");
    if (diagnostics.list().size() > before) return std::nullopt;
    return root;
  } catch (const Refused&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    lang::Place place{file, error.mark.line + 1, error.mark.column + 1};
    diagnostics.Add(lang::Code::kYaml, error.mark.is_null() ? whole : place, "is not YAML: " + error.msg);
  } catch (const std::exception& error) {
    diagnostics.Add(lang::Code::kYaml, whole, std::string("is not YAML: ") + error.what());
  }
  return std::nullopt;
}

}  // namespace yijian::intake
