#include "pack/load.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/hash.h"
#include "pack/keys.h"

namespace yijian::pack {
namespace {

namespace fs = std::filesystem;

using lang::Code;
using lang::Diagnostics;
using program::Rule;

constexpr int kLanguage = 1;

struct RuleFile {
  Rule rule;
  size_t pack;
  lang::Place place;
};

// Folders that hold a pack.yaml, in or below `dir`, each once.
std::vector<std::string> FindPacks(const std::vector<std::string>& dirs, Diagnostics& diagnostics) {
  std::vector<std::string> packs;
  std::set<std::string> seen;
  for (const std::string& dir : dirs) {
    size_t before = packs.size();
    auto add = [&](const fs::path& folder) {
      std::error_code error;
      if (!fs::exists(folder / "pack.yaml", error)) return;
      if (seen.insert(fs::weakly_canonical(folder, error).string()).second) packs.push_back(folder.string());
    };
    std::error_code error;
    add(dir);
    for (fs::recursive_directory_iterator at(dir, error), end; !error && at != end; at.increment(error)) {
      if (at->is_directory(error)) add(at->path());
    }
    if (packs.size() == before) {
      diagnostics.Add(Code::kYaml, {dir, 0, 0}, "no pack.yaml in or below this folder");
    }
  }
  std::sort(packs.begin(), packs.end());
  return packs;
}

// Rule files of a pack: all .yaml but the pack's own two, also in sub-folders that are neither packs nor its knowledge.
std::vector<std::string> FindRuleFiles(const std::string& dir, const std::string& knowledge_dir) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(dir, error), end; !error && at != end; at.increment(error)) {
    if (at->is_directory(error)) {
      bool other = fs::exists(at->path() / "pack.yaml", error) || at->path().lexically_normal() == knowledge_dir;
      if (other) at.disable_recursion_pending();
      continue;
    }
    std::string name = at->path().filename().string();
    if (at->path().extension() != ".yaml" || name == "pack.yaml" || name == "params.yaml" || name[0] == '.') continue;
    files.push_back(at->path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Loader {
 public:
  explicit Loader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  Library Load(const std::vector<std::string>& dirs) {
    for (const std::string& dir : FindPacks(dirs, diagnostics_)) LoadPack(dir);
    std::sort(rules_.begin(), rules_.end(), [](const RuleFile& left, const RuleFile& right) {
      return std::tie(left.rule.id, left.rule.from, left.rule.version, left.rule.area) <
             std::tie(right.rule.id, right.rule.from, right.rule.version, right.rule.area);
    });
    FindDuplicates();
    for (RuleFile& file : rules_) {
      library_.rules.rules.push_back(std::move(file.rule));
      library_.pack_of.push_back(file.pack);
    }
    library_.rules.digest = Digest();
    return std::move(library_);
  }

 private:
  std::optional<lang::YamlFile> Read(const std::string& path, const std::string& name) {
    std::optional<std::string> text = lang::ReadText(path, lang::kYamlBytesMax, diagnostics_);
    if (!text) return std::nullopt;
    contents_.insert(name + '\0' + Sha256Hex(*text) + '\n');
    return lang::ReadYaml(path, std::move(*text), diagnostics_);
  }

  void LoadPack(const std::string& dir) {
    std::optional<lang::YamlFile> file = Read(dir + "/pack.yaml", fs::path(dir).filename().string() + "/pack.yaml");
    if (!file) return;
    Pack pack;
    pack.dir = dir;
    if (!ReadPack(*file, pack)) return;
    if (fs::exists(dir + "/params.yaml")) {
      std::optional<lang::YamlFile> params = Read(dir + "/params.yaml", pack.id + "/params.yaml");
      if (params) TakeParams(ReadParams(*params, diagnostics_), pack);
    }
    size_t index = library_.packs.size();
    for (const std::string& path : FindRuleFiles(dir, pack.knowledge_dir)) {
      std::optional<lang::YamlFile> rule_file =
          Read(path, pack.id + "/" + fs::path(path).lexically_relative(dir).string());
      if (!rule_file) continue;
      std::optional<Rule> rule = ReadRule(*rule_file, pack.context, diagnostics_);
      if (rule) rules_.push_back({std::move(*rule), index, rule_file->At(*rule_file->root.Find("rule"))});
    }
    library_.packs.push_back(std::move(pack));
  }

  bool ReadPack(const lang::YamlFile& file, Pack& pack) {
    Keys keys(file, file.root, "a pack", diagnostics_);
    pack.id = keys.Text("pack");
    pack.version = keys.NumberOr("version", 1);
    pack.owner = keys.Text("owner");
    pack.name = keys.BothOr("name");
    if (int language = keys.NumberOr("language", kLanguage); language != kLanguage) {
      diagnostics_.Add(Code::kBadValue, file.At(*file.root.Find("language")),
                       "this program speaks rule language " + std::to_string(kLanguage));
    }
    std::string knowledge = keys.TextOr("knowledge", "");
    keys.End();
    auto same = [&](const Pack& other) { return other.id == pack.id; };
    if (std::any_of(library_.packs.begin(), library_.packs.end(), same)) {
      diagnostics_.Add(Code::kDuplicate, file.At(*file.root.Find("pack")), "another pack is called '" + pack.id + "'");
    }
    if (pack.id.empty()) return false;
    pack.context.pack = pack.id;
    if (knowledge.empty()) return true;
    pack.knowledge_dir = (fs::path(pack.dir) / knowledge).lexically_normal().string();
    if (pack.knowledge_dir.ends_with('/')) pack.knowledge_dir.pop_back();
    for (const auto& [name, table] : LoadTables(pack.knowledge_dir)) pack.context.tables[name] = table.schema;
    return true;
  }

  // Each knowledge folder is read once, however many packs share it.
  const std::map<std::string, program::KnowledgeTable>& LoadTables(const std::string& dir) {
    auto [at, is_new] = knowledge_.try_emplace(fs::weakly_canonical(dir).string());
    if (!is_new) return at->second.tables;
    at->second = LoadKnowledge(dir, diagnostics_);
    for (const auto& [name, table] : at->second.tables) {
      const TableSpec& spec = at->second.specs.at(name);
      if (!library_.rules.tables.emplace(name, table).second) {
        diagnostics_.Add(Code::kDuplicate, {spec.file, 0, 0},
                         "table " + name + " is also described by " + library_.tables.at(name).file);
      }
      library_.tables.emplace(name, spec);
    }
    for (const std::string& file : at->second.files) {
      Result<std::string> digest = Sha256HexOfFile(file);
      if (digest) contents_.insert("knowledge/" + fs::path(file).filename().string() + '\0' + *digest + '\n');
    }
    return at->second.tables;
  }

  void TakeParams(Params params, Pack& pack) {
    for (auto& [name, param] : params.values) {
      ParamSource& source = params.sources.at(name);
      auto [other, is_new] = library_.params.try_emplace(name, source);
      if (!is_new && other->second.texts != source.texts) {
        diagnostics_.Add(Code::kDuplicate, source.place,
                         "parameter '" + name + "' has another value in " + DescribePlace(other->second.place),
                         "give one of them another name");
      }
      library_.rules.params.emplace(name, param);
      pack.context.params.emplace(name, std::move(param));
    }
  }

  // Two versions of a rule may not be in force in one place on one day.
  void FindDuplicates() {
    for (size_t i = 0; i < rules_.size(); i++) {
      const Rule& rule = rules_[i].rule;
      for (size_t k = 0; k < i; k++) {
        const Rule& other = rules_[k].rule;
        bool same_days = rule.from < other.until && other.from < rule.until;
        bool same_area = rule.area.starts_with(other.area) || other.area.starts_with(rule.area);
        if (rule.id != other.id || !same_days || !same_area) continue;
        diagnostics_.Add(
            Code::kDuplicate, rules_[i].place,
            "rule " + rule.id + " is in force on the same days as the one in " + DescribePlace(rules_[k].place),
            "end the older version with valid: {until: ...}");
      }
    }
  }

  std::string Digest() const {
    std::string all;
    for (const std::string& content : contents_) all += content;
    return Sha256Hex(all);
  }

  Diagnostics& diagnostics_;
  Library library_;
  std::vector<RuleFile> rules_;
  std::map<std::string, Knowledge> knowledge_;
  std::set<std::string> contents_;  // name and digest of every file read
};

}  // namespace

Library LoadLibrary(const std::vector<std::string>& pack_dirs, Diagnostics& diagnostics) {
  return Loader(diagnostics).Load(pack_dirs);
}

program::RuleSet LoadRules(const std::vector<std::string>& pack_dirs, Diagnostics& diagnostics) {
  return LoadLibrary(pack_dirs, diagnostics).rules;
}

}  // namespace yijian::pack
