// What is planted after the shipped rules is found by them, and nothing else is.
#include "city/planting.h"

#include <gtest/gtest.h>

#include <iostream>

#include "city/export.h"
#include "city/score.h"
#include "city/testing.h"
#include "pack/load.h"

namespace yijian::city {
namespace {

struct SmallCity {
  program::RuleSet rules;
  Era era;
  Pages pages;
  std::vector<TruthRow> truth;
  std::vector<std::string> unplanted;
};

SmallCity Make(uint64_t persons, uint64_t per_rule) {
  SmallCity city;
  lang::Diagnostics diagnostics;
  city.rules = pack::LoadRules({std::string(YIJIAN_SOURCE_DIR) + "/rules/packs"}, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.Render();
  city.era = {1, *ParseDate("2026-01-01"), *ParseDate("2027-01-01")};
  Lookup lookup(city.rules);
  Town town(1, persons);
  Cashier cashier(town, [&](std::string_view code, std::string_view level) {
    return lookup.Ceiling(code, level, city.era.from, city.era.until);
  });
  World world{town, cashier, city.era};
  NoiseRates noise;
  Exporter exporter(world, noise);
  for (uint64_t i = 0; i < persons; i++) exporter.Write(Live(world, MakeResident(town, city.era, i), {}), city.pages);
  auto planting = PlanPlanting(lookup, city.era, per_rule, persons);
  EXPECT_TRUE(planting.has_value());
  for (size_t n = 0; n < planting->size(); n++) {
    Staged staged = planting->Stage(world, lookup, n);
    for (const Life& life : staged.lives) exporter.Write(life, city.pages);
    city.truth.insert(city.truth.end(), staged.truth.begin(), staged.truth.end());
  }
  exporter.WriteStockBook(city.pages.book, city.pages);
  for (const std::string& spoilt : city.pages.spoilt) {
    size_t comma = spoilt.find(',');
    city.truth.push_back({"noise", "noise", "", "doctor", "", {spoilt.substr(0, comma)}, {spoilt.substr(comma + 1)}, std::nullopt});
  }
  city.unplanted = planting->unplanted();
  return city;
}

TEST(Planting, WhatIsPlantedAfterTheShippedRulesIsFoundByThem) {
  uint64_t persons = std::getenv("CITY_PERSONS") != nullptr ? std::strtoull(std::getenv("CITY_PERSONS"), nullptr, 10) : 200;
  SmallCity city = Make(persons, 2);
  ScoreReport report = Score(Audit(city.pages, city.rules), city.truth);
  std::cout << Render(report, 60);
  PageTable visits = TableOf(city.pages, File::kVisit);
  for (const FoundRow& row : report.wrong) {
    for (size_t i = 0; i < visits.rows.size(); i++) if (visits.Cell(i, "mdtrt_id") == row.visit || (row.visit.empty() && visits.Cell(i,"psn_no")==row.subject)) std::cout << row.rule << " " << visits.Cell(i, "med_type") << " " << visits.Cell(i, "begntime") << " " << visits.Cell(i, "endtime") << " " << visits.Cell(i, "fixmedins_code") << " " << visits.Cell(i, "hosp_lv") << " " << visits.Cell(i, "dscg_maindiag_code") << " amount " << row.amount << "\n";
  }
}

}  // namespace
}  // namespace yijian::city
