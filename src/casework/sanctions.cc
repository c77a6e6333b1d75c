#include "casework/sanctions.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <sstream>

#include "base/csv.h"

namespace yijian::casework {
namespace {

std::optional<int> Number(const std::string& text) {
  int value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// An empty cell is "none"; anything else must be a number.
Status Read(const std::string& text, std::optional<int>& into) {
  if (text.empty()) return {};
  into = Number(text);
  if (!into) return InvalidInput("'" + text + "' is no number");
  return {};
}

Status ReadYuan(const std::string& text, std::optional<Fen>& into) {
  std::optional<int> yuan;
  TRY(Read(text, yuan));
  if (yuan) into = Fen{*yuan} * 100;
  return {};
}

Status ReadMultiple(const std::string& text, std::optional<int>& into) {
  if (text.empty()) return {};
  into = ParseMultiple(text);
  if (!into) return InvalidInput("'" + text + "' is no multiple");
  return {};
}

Result<Sanction> ReadSanction(const CsvTable& table, const std::vector<std::string>& row) {
  auto cell = [&](std::string_view name) -> const std::string& { return row[table.Column(name)]; };
  Sanction sanction{.article = cell("article"), .against_person = cell("who") == "person"};
  auto track = Parse<Track>(cell("track"));
  if (!track) return InvalidInput("track '" + cell("track") + "' is unknown");
  sanction.track = *track;
  sanction.zh = cell("zh");
  sanction.en = cell("en");
  std::istringstream kinds(cell("measures"));
  for (std::string name; kinds >> name;) {
    auto kind = Parse<MeasureKind>(name);
    if (!kind) return InvalidInput("measure '" + name + "' is unknown");
    sanction.measures.push_back(*kind);
  }
  TRY(ReadMultiple(cell("multiple_min"), sanction.multiple_min));
  TRY(ReadMultiple(cell("multiple_max"), sanction.multiple_max));
  TRY(ReadYuan(cell("fine_min_yuan"), sanction.fine_min));
  TRY(ReadYuan(cell("fine_max_yuan"), sanction.fine_max));
  TRY(Read(cell("suspend_months_min"), sanction.suspend_months_min));
  TRY(Read(cell("suspend_months_max"), sanction.suspend_months_max));
  TRY(ReadYuan(cell("hearing_yuan"), sanction.hearing));
  TRY(ReadYuan(cell("criminal_yuan"), sanction.criminal));
  sanction.basis = cell("basis");
  return sanction;
}

bool Contains(const std::vector<MeasureKind>& kinds, MeasureKind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

// Looks at one measure; problems carry its place in the request.
class Checker {
 public:
  Checker(const SanctionTable& table, const CaseSums& sums, Plan& plan) : table_(table), sums_(sums), plan_(plan) {}

  void Check(PlannedMeasure& measure, size_t index) {
    at_ = "/measures/" + std::to_string(index);
    sanction_ = nullptr;
    if (!measure.article.empty()) {
      sanction_ = table_.Find(measure.article);
      if (sanction_ == nullptr)
        return Problem("article", "an article of GET /api/cases/{id}/sanctions", "可选的处罚条款");
      if (sanction_->track != sums_.track) {
        return Problem("article", std::string("an article of the track '") + std::string(Name(sums_.track)) + "'",
                       std::string(Zh(sums_.track)) + "适用的条款");
      }
      if (sanction_->against_person != sums_.against_person) {
        return Problem("article", sums_.against_person ? "an article on persons" : "an article on institutions",
                       sums_.against_person ? "针对个人的条款" : "针对机构的条款");
      }
      if (!Contains(sanction_->measures, measure.kind)) {
        return Problem("kind", "a measure that " + measure.article + " allows", measure.article + " 允许的措施");
      }
    }
    switch (measure.kind) {
      case MeasureKind::kFine:
        return CheckFine(measure);
      case MeasureKind::kLiquidatedDamages:
        return CheckDamages(measure);
      case MeasureKind::kSuspend:
        return CheckSuspension(measure);
      case MeasureKind::kCorrect:
        if (!measure.until) Problem("until", "the day by which it is to be put right", "改正期限");
        return;
      case MeasureKind::kTransfer:
        if (measure.target.empty()) Problem("target", "the body the case goes to", "移送机关");
        return;
      case MeasureKind::kEndAgreement:
        if (sums_.against_person)
          Problem("kind", "a measure against persons: they have no agreement", "针对个人的措施：个人没有服务协议");
        return;
      default:
        return;  // refunds are looked at together
    }
  }

 private:
  void Problem(const char* field, std::string expected, std::string zh) {
    plan_.problems.push_back({at_ + "/" + field, std::move(expected), std::move(zh)});
  }

  void CheckFine(PlannedMeasure& measure) {
    if (sums_.track == Track::kAgency) {
      return Problem("kind", "a measure of the agreement: only administrative enforcement may fine",
                     "协议措施：只有行政执法可以罚款");
    }
    if (sanction_ == nullptr) return Problem("article", "the article the fine rests on", "罚款所依据的条款");
    if (sanction_->multiple_min) {
      if (!measure.multiple || *measure.multiple < *sanction_->multiple_min ||
          *measure.multiple > *sanction_->multiple_max) {
        return Problem(
            "multiple", FormatMultiple(*sanction_->multiple_min) + " to " + FormatMultiple(*sanction_->multiple_max),
            FormatMultiple(*sanction_->multiple_min) + " 至 " + FormatMultiple(*sanction_->multiple_max) + " 倍");
      }
      if (sums_.confirmed_fen == 0)
        return Problem("kind", "no fine by a multiple: nothing is confirmed", "没有确认金额，不能按倍数罚款");
      Fen computed = FineOf(sums_.confirmed_fen, *measure.multiple);
      if (measure.amount_fen && *measure.amount_fen != computed) {
        return Problem("amount_fen", std::to_string(computed) + " (base x multiple), or none",
                       std::to_string(computed) + " 分（基数×倍数），或不填");
      }
      measure.amount_fen = computed;
    } else {
      if (measure.multiple) return Problem("multiple", "none: the article has a fixed range", "不填：该条款为固定幅度");
      if (!measure.amount_fen || *measure.amount_fen < *sanction_->fine_min ||
          *measure.amount_fen > *sanction_->fine_max) {
        return Problem("amount_fen",
                       std::to_string(*sanction_->fine_min) + " to " + std::to_string(*sanction_->fine_max),
                       std::to_string(*sanction_->fine_min) + " 至 " + std::to_string(*sanction_->fine_max) + " 分");
      }
    }
    if (sanction_->hearing && *measure.amount_fen >= *sanction_->hearing) plan_.hearing = true;
  }

  void CheckDamages(PlannedMeasure& measure) {
    if (sums_.track != Track::kAgency)
      return Problem("kind", "no damages: they belong to the agreement's track", "违约金属于协议处理，此处不填");
    if (measure.multiple) {
      Fen computed = FineOf(sums_.confirmed_fen, *measure.multiple);
      if (measure.amount_fen && *measure.amount_fen != computed) {
        return Problem("amount_fen", std::to_string(computed) + " (base x multiple), or none",
                       std::to_string(computed) + " 分（基数×倍数），或不填");
      }
      measure.amount_fen = computed;
    }
    if (!measure.amount_fen || *measure.amount_fen <= 0)
      Problem("amount_fen", "more than 0, as the agreement says", "大于 0，按协议约定");
  }

  void CheckSuspension(PlannedMeasure& measure) {
    if (!measure.from) return Problem("from", "the first day", "起始日");
    if (!measure.until || *measure.until < *measure.from)
      return Problem("until", "the last day, not before the first", "截止日，不早于起始日");
    if (sanction_ == nullptr) return Problem("article", "the article the suspension rests on", "暂停所依据的条款");
    Date end = *measure.until + 1;
    if (sanction_->suspend_months_min && end < AddMonths(*measure.from, *sanction_->suspend_months_min)) {
      return Problem("until", "at least " + std::to_string(*sanction_->suspend_months_min) + " months after from",
                     "自起始日起不少于 " + std::to_string(*sanction_->suspend_months_min) + " 个月");
    }
    // The agreement's six months are 180 days.
    Date last_end = sums_.track == Track::kAgency
                        ? *measure.from + 180
                        : AddMonths(*measure.from, sanction_->suspend_months_max.value_or(12));
    if (end > last_end)
      Problem("until",
              sums_.track == Track::kAgency
                  ? "at most 180 days"
                  : "at most " + std::to_string(sanction_->suspend_months_max.value_or(12)) + " months after from",
              sums_.track == Track::kAgency
                  ? "不超过 180 日"
                  : "自起始日起不超过 " + std::to_string(sanction_->suspend_months_max.value_or(12)) + " 个月");
  }

  const SanctionTable& table_;
  const CaseSums& sums_;
  Plan& plan_;
  const Sanction* sanction_ = nullptr;
  std::string at_;
};

// Refunds take exactly the confirmed money: less would forgive, more would invent.
void CheckRefunds(const CaseSums& sums, Plan& plan) {
  Fen named = 0;
  std::vector<size_t> refunds;
  std::optional<size_t> open;
  for (size_t i = 0; i < plan.measures.size(); i++) {
    if (MoneyOf(plan.measures[i].kind) != Money::kLines) continue;
    refunds.push_back(i);
    if (plan.measures[i].amount_fen) {
      if (*plan.measures[i].amount_fen > sums.confirmed_fen - named) {
        plan.problems.push_back(
            {"/measures/" + std::to_string(i) + "/amount_fen",
             "at most " + std::to_string(sums.confirmed_fen - named) + ", what is left of the confirmed money",
             "不超过 " + std::to_string(sums.confirmed_fen - named) + " 分（尚余的确认金额）"});
        return;
      }
      named += *plan.measures[i].amount_fen;
    } else if (open) {
      plan.problems.push_back({"/measures/" + std::to_string(i) + "/amount_fen",
                               "an amount: only one measure may take the rest", "金额：只能有一项措施承担余额"});
      return;
    } else {
      open = i;
    }
  }
  if (open) {
    plan.measures[*open].amount_fen = sums.confirmed_fen - named;
    named = sums.confirmed_fen;
  }
  if (named == sums.confirmed_fen) {
    for (size_t i : refunds) {
      if (*plan.measures[i].amount_fen == 0) {
        plan.problems.push_back(
            {"/measures/" + std::to_string(i) + "/kind", "no refund: nothing is left for it", "没有可退回的余额"});
      }
    }
    return;
  }
  plan.problems.push_back(
      {refunds.empty() ? "/measures" : "/measures/" + std::to_string(refunds.back()) + "/amount_fen",
       "refusals and refunds of " + std::to_string(sums.confirmed_fen) + " fen together, all that is confirmed",
       "拒付与退回合计 " + std::to_string(sums.confirmed_fen) + " 分，即全部确认金额"});
}

bool EndsWithoutSanction(MeasureKind kind) {
  return kind == MeasureKind::kNoViolation || kind == MeasureKind::kInconclusive;
}

}  // namespace

Result<SanctionTable> SanctionTable::Load(const std::string& path) {
  CsvTable table = TRY(ReadCsvTable(
      path, {"article", "who", "track", "zh", "en", "measures", "multiple_min", "multiple_max", "fine_min_yuan",
             "fine_max_yuan", "suspend_months_min", "suspend_months_max", "hearing_yuan", "criminal_yuan", "basis"}));
  SanctionTable result;
  for (const auto& row : table.rows) {
    auto sanction = ReadSanction(table, row).While(path + ": " + row[table.Column("article")]);
    result.sanctions_.push_back(TRY(std::move(sanction)));
    const Sanction& read = result.sanctions_.back();
    bool halves = read.multiple_min.has_value() != read.multiple_max.has_value() ||
                  read.fine_min.has_value() != read.fine_max.has_value();
    bool may_fine = Contains(read.measures, MeasureKind::kFine);
    if (halves || may_fine != (read.multiple_min.has_value() || read.fine_min.has_value())) {
      return InvalidInput(path + ": " + read.article + ": a fine needs one whole range, and a range needs a fine");
    }
  }
  return result;
}

const Sanction* SanctionTable::Find(std::string_view article) const {
  auto found = std::find_if(sanctions_.begin(), sanctions_.end(), [&](const auto& s) { return s.article == article; });
  return found == sanctions_.end() ? nullptr : &*found;
}

std::vector<const Sanction*> SanctionTable::For(const CaseSums& sums) const {
  std::vector<const Sanction*> fitting;
  for (const auto& sanction : sanctions_) {
    if (sanction.track == sums.track && sanction.against_person == sums.against_person) fitting.push_back(&sanction);
  }
  return fitting;
}

Plan SanctionTable::Check(const CaseSums& sums, const std::vector<PlannedMeasure>& measures) const {
  Plan plan{.measures = measures};
  Checker checker(*this, sums, plan);
  bool without = false;
  for (size_t i = 0; i < plan.measures.size(); i++) {
    checker.Check(plan.measures[i], i);
    without = without || EndsWithoutSanction(plan.measures[i].kind);
  }
  if (without) {
    if (plan.measures.size() > 1)
      plan.problems.push_back(
          {"/measures", "'no violation' or 'inconclusive' alone", "“不构成违规”“无法认定”须单独作出"});
    if (sums.confirmed_fen > 0)
      plan.problems.push_back({"/measures/0/kind", "a measure: money is confirmed", "处理措施：已有确认金额"});
  } else {
    CheckRefunds(sums, plan);
  }
  for (const auto& measure : plan.measures) plan.amount_fen += measure.amount_fen.value_or(0);
  return plan;
}

std::optional<Fen> SanctionTable::CriminalLine(bool against_person) const {
  std::optional<Fen> line;
  for (const auto& sanction : sanctions_) {
    if (sanction.against_person != against_person || !sanction.criminal) continue;
    if (!line || *sanction.criminal < *line) line = sanction.criminal;
  }
  return line;
}

std::optional<int> ParseMultiple(std::string_view text) {
  auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  if (!digit(0)) return std::nullopt;
  int hundredths = (text[0] - '0') * 100;
  if (text.size() == 1) return hundredths;
  if (text[1] != '.' || text.size() > 4 || !digit(2) || (text.size() == 4 && !digit(3))) return std::nullopt;
  hundredths += (text[2] - '0') * 10;
  if (text.size() == 4) hundredths += text[3] - '0';
  return hundredths;
}

std::string FormatMultiple(int hundredths) {
  std::string text = std::to_string(hundredths / 100);
  int rest = hundredths % 100;
  if (rest == 0) return text;
  text += '.';
  text += static_cast<char>('0' + rest / 10);
  if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
  return text;
}

Fen FineOf(Fen base_fen, int multiple_hundredths) {
  __extension__ using Wide = __int128;
  Wide fine = Wide{base_fen} * multiple_hundredths / 100;
  constexpr Fen kMost = std::numeric_limits<Fen>::max();
  return fine > kMost ? kMost : static_cast<Fen>(fine);
}

Date AddMonths(Date day, int months) {
  CivilDay civil = CivilOf(day);
  int index = civil.year * 12 + civil.month - 1 + months;
  CivilDay first{index / 12, index % 12 + 1, 1};
  CivilDay next{(index + 1) / 12, (index + 1) % 12 + 1, 1};
  int length = DateOf(next) - DateOf(first);
  return DateOf(first) + std::min(civil.day, length) - 1;
}

}  // namespace yijian::casework
