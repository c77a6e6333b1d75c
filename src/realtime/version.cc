#include "realtime/version.h"

#include <algorithm>

namespace yijian::realtime {
namespace {

using program::Form;
using program::Within;

constexpr int64_t kYearDays = 366;

}  // namespace

std::optional<int64_t> LookBackDays(const program::Rule& rule) {
  // Visits that reach into the window stay whole, so neither a long stay nor an overlap needs days of its own.
  if (rule.form == Form::kEach || rule.form == Form::kOverlap) return 0;
  if (rule.form == Form::kSequence) return rule.gap_days_max + 1;
  switch (rule.within.unit) {
    case Within::Unit::kHour:
    case Within::Unit::kDay:
    case Within::Unit::kVisit:
    case Within::Unit::kStay:
      return 1;
    case Within::Unit::kIsoWeek:
      return 7;
    case Within::Unit::kMonth:
      return 31;
    case Within::Unit::kYear:
      return kYearDays;
    case Within::Unit::kAll:
      return std::nullopt;
    case Within::Unit::kRolling:
      break;
  }
  // Windows that chain are one finding: twice the window, so that what is already in a hit is seen to be. Longer chains
  // are told in pieces.
  int64_t days = (rule.within.seconds + kSecondsPerDay - 1) / kSecondsPerDay;
  return rule.form == Form::kWindow ? 2 * days : days;
}

std::optional<int64_t> LookBackDays(const program::RuleSet& rules, program::Subject subject) {
  int64_t longest = 0;
  for (const program::Rule& rule : rules.rules) {
    if (rule.subject != subject) continue;
    std::optional<int64_t> days = LookBackDays(rule);
    if (!days) return std::nullopt;
    longest = std::max(longest, *days);
  }
  return longest;
}

Result<std::shared_ptr<const PackVersion>> PackVersion::Load(const std::string& name,
                                                             const std::vector<std::string>& pack_dirs, Codes& codes) {
  std::shared_ptr<PackVersion> version(new PackVersion);
  static std::atomic<uint64_t> versions{0};
  version->name_ = name;
  version->number_ = ++versions;
  lang::Diagnostics diagnostics;
  version->library_ = pack::LoadLibrary(pack_dirs, diagnostics);
  if (!diagnostics.ok()) return InvalidInput("rule packs of version " + name + ":\n" + diagnostics.Render());
  version->bound_ = TRY(codes.Bind(version->rules()).While("loading pack version " + name));
  for (program::Subject subject : {program::Subject::kPerson, program::Subject::kDoctor, program::Subject::kCode})
    version->fields_[static_cast<size_t>(subject)] = eval::FieldsOf(*version->bound_, subject);
  for (const program::Rule& rule : version->rules().rules)
    version->moments_[static_cast<size_t>(rule.subject)] |= rule.moments;
  version->uses_ = std::make_unique<RuleUse[]>(version->rules().rules.size());
  return std::shared_ptr<const PackVersion>(version);
}

}  // namespace yijian::realtime
