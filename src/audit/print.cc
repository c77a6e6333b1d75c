#include <algorithm>
#include <sstream>

#include "audit/run.h"

namespace yijian::audit {
namespace {

// Columns a terminal shows for a text: wide for Chinese.
size_t WidthOf(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); i++) {
    auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) == 0x80) continue;
    width += byte >= 0xE2 ? 2 : 1;
  }
  return width;
}

std::string Pad(std::string_view text, size_t width, bool right) {
  size_t own = WidthOf(text);
  std::string blanks(own < width ? width - own : 0, ' ');
  return right ? blanks + std::string(text) : std::string(text) + blanks;
}

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }

  // The first `left` columns are aligned left, the numbers right.
  std::string Print(size_t left) const {
    std::vector<size_t> width(rows_[0].size());
    for (const auto& row : rows_) {
      for (size_t i = 0; i < row.size(); i++) width[i] = std::max(width[i], WidthOf(row[i]));
    }
    std::string text;
    for (const auto& row : rows_) {
      text += "  ";
      for (size_t i = 0; i < row.size(); i++)
        text += Pad(row[i], width[i], i >= left) + (i + 1 < row.size() ? "  " : "");
      while (text.back() == ' ') text.pop_back();
      text += '\n';
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::vector<std::string> MoneyCells(const Money& money) {
  return {std::to_string(money.findings), FormatFen(money.flagged), FormatFen(money.attributed), FormatFen(money.fund)};
}

std::vector<std::string> Joined(std::vector<std::string> left, const std::vector<std::string>& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

template <typename Map>
std::vector<typename Map::const_iterator> ByMoney(const Map& map) {
  std::vector<typename Map::const_iterator> order;
  for (auto at = map.begin(); at != map.end(); ++at) order.push_back(at);
  std::stable_sort(order.begin(), order.end(),
                   [](auto left, auto right) { return left->second.attributed > right->second.attributed; });
  return order;
}

}  // namespace

std::string Print(const AuditReport& report, const program::RuleSet& rules,
                  const std::map<std::string, std::string>& institution_names, bool english) {
  constexpr size_t kInstitutionsShown = 15;
  constexpr size_t kReasonsShown = 15;
  std::ostringstream out;
  auto say = [&](const char* zh, const char* en) { return std::string(english ? en : zh); };
  std::vector<std::string> money_head{say("疑点数", "findings"), say("涉及金额", "flagged"),
                                      say("去重金额", "counted once"), say("基金份额", "fund share")};

  out << say("审核批次 ", "run ") << report.run << "\n\n" << say("按规则", "By rule") << "\n";
  TextTable by_rule(Joined({say("规则", "rule"), say("名称", "name")}, money_head));
  std::map<std::string, const program::Rule*> named;
  for (const program::Rule& rule : rules.rules) named[rule.id] = &rule;
  for (auto at : ByMoney(report.by_rule)) {
    const program::Rule* rule = named[at->first];
    by_rule.Add(Joined({at->first, rule ? (english ? rule->name.en : rule->name.zh) : ""}, MoneyCells(at->second)));
  }
  by_rule.Add(Joined({say("合计", "total"), ""}, MoneyCells(report.total)));
  out << by_rule.Print(2);

  out << "\n" << say("按机构", "By institution") << "\n";
  TextTable by_institution(Joined({say("机构", "institution"), say("名称", "name")}, money_head));
  std::vector order = ByMoney(report.by_institution);
  for (size_t i = 0; i < order.size() && i < kInstitutionsShown; i++) {
    auto name = institution_names.find(order[i]->first);
    by_institution.Add(Joined({order[i]->first.empty() ? say("(不明)", "(unknown)") : order[i]->first,
                               name == institution_names.end() ? "" : name->second},
                              MoneyCells(order[i]->second)));
  }
  out << by_institution.Print(2);
  if (order.size() > kInstitutionsShown)
    out << "  " << say("其余机构 ", "further institutions: ") << order.size() - kInstitutionsShown << "\n";

  out << "\n" << say("无法判断（缺少事实）", "Unknown, for want of a fact") << "\n";
  std::vector<std::tuple<int64_t, std::string, std::string>> reasons;
  for (const auto& [rule, by_reason] : report.unknown) {
    for (const auto& [reason, rows] : by_reason) reasons.emplace_back(-rows, rule, reason);
  }
  std::sort(reasons.begin(), reasons.end());
  TextTable unknown({say("规则", "rule"), say("缺少", "missing"), say("行数", "rows")});
  for (size_t i = 0; i < reasons.size() && i < kReasonsShown; i++) {
    unknown.Add({std::get<1>(reasons[i]), std::get<2>(reasons[i]), std::to_string(-std::get<0>(reasons[i]))});
  }
  unknown.Add({say("合计", "total"), "", std::to_string(report.unknowns)});
  out << unknown.Print(2);

  if (report.total.amount_unknown > 0 || report.total.fund_unknown > 0) {
    out << "\n  " << say("金额公式缺事实的疑点 ", "findings whose amount lacks a fact: ") << report.total.amount_unknown
        << say("；基金份额不明 ", "; fund share unknown: ") << report.total.fund_unknown << "\n";
  }
  out << "\n";
  if (report.first) {
    out << say("本湖首次审核。", "First audit of this lake.");
  } else {
    out << say("与上次相比：新增 ", "Against the run before: new ") << report.added << say("，消失 ", ", gone ")
        << report.gone << say("，不变 ", ", same ") << report.same
        << (report.added + report.gone == 0 ? say("。结果没有变化。", ". Nothing changed.") : "");
  }
  out << "\n";
  return out.str();
}

}  // namespace yijian::audit
