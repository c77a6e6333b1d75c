#include "clue/matters.h"

#include <algorithm>
#include <array>

#include "base/csv.h"

namespace yijian::clue {
namespace {

constexpr std::array<std::string_view, 5> kKinds{"institution", "doctor", "person", "code", "group"};

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin <= text.size();) {
    size_t end = std::min(text.find(at, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace

Matters::Matters() {
  all_.push_back({"other", "其他", "Other", "institution", {}, {}});
  by_code_["other"] = 0;
}

Result<Matters> Matters::Load(const std::string& path) {
  CsvTable table = TRY(ReadCsvTable(path, {"code", "zh", "en", "subject_kind", "articles", "rules"}));
  Matters matters;
  Matter other = matters.all_.back();
  matters.all_.clear();
  matters.by_code_.clear();
  for (const auto& row : table.rows) {
    Matter matter{row[table.Column("code")],
                  row[table.Column("zh")],
                  row[table.Column("en")],
                  row[table.Column("subject_kind")],
                  Split(row[table.Column("articles")], ';'),
                  Split(row[table.Column("rules")], ' ')};
    if (std::find(kKinds.begin(), kKinds.end(), matter.subject_kind) == kKinds.end())
      return InvalidInput(path + ": matter " + matter.code + " has subject_kind '" + matter.subject_kind + "'");
    size_t at = matters.all_.size();
    if (matter.code == other.code || !matters.by_code_.try_emplace(matter.code, at).second)
      return InvalidInput(path + ": matter " + matter.code + " is there twice");
    for (const std::string& rule : matter.rules) {
      if (!matters.by_rule_.try_emplace(rule, at).second)
        return InvalidInput(path + ": rule " + rule + " is of two matters");
    }
    matters.all_.push_back(std::move(matter));
  }
  matters.by_code_[other.code] = matters.all_.size();
  matters.all_.push_back(other);
  return matters;
}

const Matter& Matters::OfRule(std::string_view rule) const {
  auto found = by_rule_.find(rule);
  return found == by_rule_.end() ? all_.back() : all_[found->second];
}

const Matter* Matters::Find(std::string_view code) const {
  auto found = by_code_.find(code);
  return found == by_code_.end() ? nullptr : &all_[found->second];
}

Subject GroupOf(const Matter& matter, const Subject& finding, const std::string& institution) {
  if (matter.subject_kind == finding.kind) return finding;
  if (!institution.empty()) return {"institution", institution};
  return finding;
}

}  // namespace yijian::clue
