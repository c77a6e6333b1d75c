#include "pack/lets.h"

#include <algorithm>
#include <bitset>

#include "lang/expression.h"
#include "pack/keys.h"
#include "pack/rule_parts.h"

namespace yijian::pack {
namespace {

using lang::Code;
using lang::Diagnostics;

// What the name means already where it stands alone; empty when nothing.
std::string MeaningAlone(const std::string& name, const lang::Scope& scope) {
  if (name == "a" || name == "b" || name == "stay" || timeline::FindKind(name)) return "a row";
  if (name == "param" || name == "units") return "a word of the language";
  auto same = [&](const lang::BindingName& binding) { return binding.name == name; };
  return std::any_of(scope.bindings.begin(), scope.bindings.end(), same) ? "a knowledge row" : "";
}

// What it means behind a point, before a bracket, on the right of 'in'.
std::string MeaningElsewhere(const std::string& name, const lang::Scope& scope) {
  if (scope.tables->contains(name)) return "a knowledge table";
  if (scope.params->contains(name)) return "a parameter";
  for (const lang::FunctionInfo& function : lang::Functions()) {
    if (function.name == name) return "a function";
  }
  for (const timeline::KindInfo& kind : timeline::Kinds()) {
    if (timeline::FindField(kind.kind, name)) return "a field of a " + std::string(kind.name);
  }
  return {};
}

using Entries = std::vector<const lang::YamlEntry*>;

// A use of one let in the text of another.
struct Use {
  size_t let;
  int offset;
};

void FindUses(const lang::Node& node, const Entries& lets, std::vector<Use>& uses) {
  if (node.kind == lang::NodeKind::kName) {
    for (size_t i = 0; i < lets.size(); i++) {
      if (lets[i]->key == node.text) uses.push_back({i, node.offset});
    }
  }
  for (const lang::NodePtr& child : node.children) FindUses(*child, lets, uses);
}

// Which lets are used in the text of which, and so on from text to text.
class Order {
 public:
  explicit Order(const Entries& lets) : uses_(lets.size()), reach_(lets.size()) {
    for (size_t i = 0; i < lets.size(); i++) {
      Diagnostics told_when_checked;
      lang::NodePtr tree = lang::Parse(lets[i]->value.text, {}, told_when_checked);
      if (tree) FindUses(*tree, lets, uses_[i]);
      for (const Use& use : uses_[i]) reach_[i].set(use.let);
    }
    for (size_t via = 0; via < lets.size(); via++) {
      for (size_t from = 0; from < lets.size(); from++) {
        if (reach_[from][via]) reach_[from] |= reach_[via];
      }
    }
  }

  // The first use of one that does not stand above.
  const Use* Wrong(size_t let) const {
    auto wrong = [&](const Use& use) { return use.let >= let; };
    auto at = std::find_if(uses_[let].begin(), uses_[let].end(), wrong);
    return at == uses_[let].end() ? nullptr : &*at;
  }
  bool Reaches(size_t from, size_t to) const { return reach_[from][to]; }

 private:
  std::vector<std::vector<Use>> uses_;
  std::vector<std::bitset<kLetsMax>> reach_;
};

void TellOrder(const lang::YamlFile& file, const Entries& lets, size_t let, const Use& use, bool is_circle,
               Diagnostics& diagnostics) {
  const std::string name = "'" + lets[let]->key + "'";
  const std::string other = "'" + lets[use.let]->key + "'";
  std::string message = other + " stands below " + name + "; a let uses those above it";
  if (is_circle) message = name + " and " + other + " are made of each other";
  if (use.let == let) message = name + " is made of itself";
  diagnostics.Add(Code::kLetOrder, file.Inside(lets[let]->value, static_cast<size_t>(use.offset)), message,
                  is_circle ? "write out what is meant" : "put " + other + " above it");
}

}  // namespace

void ReadLets(const lang::YamlFile& file, const lang::Yaml& node, const lang::Scope& scope, Diagnostics& diagnostics) {
  if (node.kind != lang::Yaml::Kind::kMap) {
    diagnostics.Add(Code::kBadValue, file.At(node), "let must be a map of names and expressions",
                    "such as {over: sum(line.qty) - k.limit}");
    return;
  }
  if (node.entries.size() > kLetsMax) {
    diagnostics.Add(Code::kBadValue, file.At(node.entries[kLetsMax]),
                    "a rule can name " + std::to_string(kLetsMax) + " expressions at most");
    return;
  }
  Entries lets;
  std::vector<bool> is_free;
  for (const lang::YamlEntry& entry : node.entries) {
    std::string alone = MeaningAlone(entry.key, scope);
    std::string meaning = alone.empty() ? MeaningElsewhere(entry.key, scope) : alone;
    if (!IsName(entry.key)) {
      diagnostics.Add(Code::kBadValue, file.At(entry), "'" + entry.key + "' cannot name an expression",
                      "take letters, digits and _");
    } else if (!meaning.empty()) {
      diagnostics.Add(Code::kDuplicate, file.At(entry), "'" + entry.key + "' is " + meaning + " already",
                      "call it something else");
    }
    if (!alone.empty()) continue;  // keeps its meaning
    lets.push_back(&entry);
    is_free.push_back(meaning.empty());
  }
  const Order order(lets);
  for (size_t i = 0; i < lets.size(); i++) {
    const Use* wrong = order.Wrong(i);
    if (wrong) TellOrder(file, lets, i, *wrong, order.Reaches(wrong->let, i), diagnostics);
    lang::ExprPtr value = wrong ? nullptr : CheckAt(file, lets[i]->value, lang::Type::kAny, scope, diagnostics);
    scope.lets->names.push_back({lets[i]->key, is_free[i] ? std::move(value) : nullptr});
  }
}

void TellUnused(const lang::YamlFile& file, const lang::Yaml& node, const lang::Lets& lets, Diagnostics& diagnostics) {
  for (size_t i = 0; i < lets.names.size(); i++) {
    if (lets.names[i].used) continue;
    diagnostics.Add(Code::kUnused, file.At(node.entries[i]), "nothing uses '" + lets.names[i].name + "'",
                    "take it out, or check how the name is spelt where it is meant");
  }
}

}  // namespace yijian::pack
