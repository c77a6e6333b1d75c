#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "city/city.h"
#include "city/crew.h"
#include "city/folder.h"
#include "city/planting.h"
#include "lang/diagnostics.h"
#include "pack/load.h"

namespace yijian::city {
namespace {

constexpr uint64_t kPart = 256;   // persons made together
constexpr uint64_t kPlants = 32;  // plants made together

Result<Era> EraOf(const Options& options) {
  std::optional<Date> from = ParseDate(options.from);
  if (!from || CivilOf(*from).day != 1) {
    return InvalidInput("the city begins on the first day of a month, such as 2026-01-01, not '" + options.from + "'");
  }
  if (options.months < 1 || options.months > 36) return InvalidInput("a city lives for 1 to 36 months");
  CivilDay first = CivilOf(*from);
  int month = first.year * 12 + first.month - 1 + options.months;
  return Era{options.seed, *from, DateOf({month / 12, month % 12 + 1, 1})};
}

// Everything made by one part.
struct Made {
  Pages pages;
  std::vector<TruthRow> truth;
  Extras extras;
  uint64_t persons = 0;
};

// Takes parts in their order.
class Collector {
 public:
  Collector(Folder& folder, Summary& summary) : folder_(folder), summary_(summary) { summary.files.resize(kFileCount); }

  Status Take(const Made& made) {
    const Pages& pages = made.pages;
    for (size_t i = 0; i < kFileCount; i++) {
      TRY(folder_.Append(static_cast<File>(i), pages.text[i]));
      summary_.files[i].rows += pages.rows[i];
    }
    summary_.visits += pages.visits;
    summary_.stays += pages.stays;
    summary_.refunds += pages.refunds;
    summary_.total += pages.total;
    summary_.fund += pages.fund;
    positive_total_ += pages.positive_total;
    positive_ += pages.positive;
    Merge(book_, pages.book);
    for (const TruthRow& row : made.truth) {
      AppendTo(row, truth_);
      summary_.violations += row.kind == "violation" ? 1 : 0;
      summary_.lookalikes += row.kind == "lookalike" ? 1 : 0;
    }
    for (const std::string& spoilt : pages.spoilt) {
      size_t comma = spoilt.find(',');
      AppendTo(
          {"noise", "noise", "", "doctor", "", {spoilt.substr(0, comma)}, {spoilt.substr(comma + 1)}, std::nullopt},
          truth_);
      summary_.noise++;
    }
    extras_.institutions.insert(made.extras.institutions.begin(), made.extras.institutions.end());
    extras_.doctors.insert(made.extras.doctors.begin(), made.extras.doctors.end());
    return {};
  }

  // Registers, stock book and truth, when all parts were taken.
  Status Finish(const World& world, const NoiseRates& noise) {
    Made last;
    Exporter exporter(world, noise);
    exporter.WriteRegisters(last.pages);
    exporter.WriteExtras(extras_.institutions, extras_.doctors, last.pages);
    exporter.WriteStockBook(book_, last.pages);
    TRY(Take(last));
    TRY(folder_.WriteWhole("truth.csv", std::string(kTruthHeader) + truth_));
    for (size_t i = 0; i < kFileCount; i++) {
      summary_.files[i].name = FileNameOf(static_cast<File>(i));
      summary_.files[i].bytes = folder_.BytesOf(static_cast<File>(i));
    }
    summary_.persons = summary_.files[static_cast<size_t>(File::kPerson)].rows;
    summary_.settlements = summary_.files[static_cast<size_t>(File::kSettlement)].rows;
    summary_.lines = summary_.files[static_cast<size_t>(File::kFee)].rows;
    summary_.mean_settlement = positive_ > 0 ? positive_total_ / static_cast<Fen>(positive_) : 0;
    return {};
  }

 private:
  Folder& folder_;
  Summary& summary_;
  StockBook book_;
  std::string truth_;
  Extras extras_;
  Fen positive_total_ = 0;
  uint64_t positive_ = 0;
};

Result<program::RuleSet> RulesOf(const Options& options) {
  if (options.rules.empty()) return program::RuleSet{};
  lang::Diagnostics diagnostics;
  program::RuleSet rules = pack::LoadRules(options.rules, diagnostics);
  if (!diagnostics.ok()) return InvalidInput("the rules to plant have mistakes:\n" + diagnostics.Render());
  return rules;
}

}  // namespace

Result<Summary> Build(const Options& options, const std::function<void(const Progress&)>& progress) {
  auto began = std::chrono::steady_clock::now();
  if (options.persons < 1 || options.persons > 100'000'000) return InvalidInput("a city has 1 to 100,000,000 persons");
  Era era = TRY(EraOf(options));
  program::RuleSet rules = TRY(RulesOf(options));
  Lookup lookup(rules);
  Town town(options.persons);
  Cashier cashier(town, [&](std::string_view code, std::string_view level) {
    return lookup.Ceiling(code, level, era.from, era.until);
  });
  World world{town, cashier, era};
  uint64_t per_rule =
      options.planted_per_rule > 0 ? options.planted_per_rule : std::max<uint64_t>(3, options.persons / 2000);
  Planting planting = TRY(PlanPlanting(lookup, era, per_rule, options.persons));
  NoiseRates noise;
  Folder folder = TRY(Folder::Open(options.to));
  TRY(folder.WriteWhole("README.txt", ReadmeText(noise)));

  int threads =
      options.threads > 0 ? options.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  uint64_t parts = (options.persons + kPart - 1) / kPart;
  uint64_t plant_parts = (planting.size() + kPlants - 1) / kPlants;
  auto make = [&](uint64_t part) {
    Made made;
    Exporter exporter(world, noise);
    if (part < parts) {
      uint64_t last = std::min(options.persons, (part + 1) * kPart);
      for (uint64_t i = part * kPart; i < last; i++, made.persons++) {
        exporter.Write(Live(world, MakeResident(town, era, i), {}), made.pages);
      }
      return made;
    }
    uint64_t first = (part - parts) * kPlants;
    for (uint64_t n = first; n < std::min<uint64_t>(first + kPlants, planting.size()); n++) {
      Staged staged = planting.Stage(world, lookup, n);
      for (const Life& life : staged.lives) exporter.Write(life, made.pages);
      made.persons += staged.lives.size();
      std::move(staged.truth.begin(), staged.truth.end(), std::back_inserter(made.truth));
      made.extras.institutions.merge(staged.extras.institutions);
      made.extras.doctors.merge(staged.extras.doctors);
    }
    return made;
  };

  Summary summary;
  Collector collector(folder, summary);
  {
    Crew<Made> crew(threads, parts + plant_parts, make);
    uint64_t done = 0;
    while (std::optional<Made> made = crew.Next()) {
      TRY(collector.Take(*made));
      done += made->persons;
      uint64_t lines = summary.files[static_cast<size_t>(File::kFee)].rows;
      if (progress) progress({done, options.persons + planting.persons(), lines});
    }
  }
  TRY(collector.Finish(world, noise));
  TRY(folder.Keep());
  summary.planted_persons = planting.persons();
  summary.rules = rules.rules.size();
  summary.rules_planted = planting.rules_planted();
  summary.unplanted = planting.unplanted();
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return summary;
}

}  // namespace yijian::city
