// What is planted after the shipped rules is found by them, and nothing else is.
#include "city/planting.h"

#include <gtest/gtest.h>

#include <set>

#include "city/export.h"
#include "city/score.h"
#include "city/testing.h"
#include "pack/load.h"

namespace yijian::city {
namespace {

struct SmallCity {
  program::RuleSet rules;
  Pages pages;
  std::vector<TruthRow> truth;
  std::vector<std::string> unplanted;
};

// A year of some persons, with each case of the shipped rules planted at least once.
SmallCity MakeCity(uint64_t persons) {
  SmallCity city;
  lang::Diagnostics diagnostics;
  city.rules = pack::LoadRules({std::string(YIJIAN_SOURCE_DIR) + "/rules/packs"}, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << diagnostics.Render();
  Era era{1, *ParseDate("2026-01-01"), *ParseDate("2027-01-01")};
  Lookup lookup(city.rules);
  Town town(persons);
  Cashier cashier(town, [&](std::string_view code, std::string_view level) {
    return lookup.Ceiling(code, level, era.from, era.until);
  });
  World world{town, cashier, era};
  Exporter exporter(world, NoiseRates{});
  for (uint64_t i = 0; i < persons; i++) exporter.Write(Live(world, MakeResident(town, era, i), {}), city.pages);
  auto planting = PlanPlanting(lookup, era, 1, persons);
  EXPECT_TRUE(planting.has_value());
  for (size_t n = 0; n < planting->size(); n++) {
    Staged staged = planting->Stage(world, lookup, n);
    for (const Life& life : staged.lives) exporter.Write(life, city.pages);
    city.truth.insert(city.truth.end(), staged.truth.begin(), staged.truth.end());
  }
  exporter.WriteStockBook(city.pages.book, city.pages);
  for (const std::string& spoilt : city.pages.spoilt) {
    size_t comma = spoilt.find(',');
    city.truth.push_back({"noise", "noise", "", "", "", {spoilt.substr(0, comma)}, {spoilt.substr(comma + 1)}, {}});
  }
  city.unplanted = planting->unplanted();
  return city;
}

TEST(Planting, WhatIsPlantedIsFoundAndNothingElseIs) {
  SmallCity city = MakeCity(120);
  ScoreReport report = Score(Audit(city.pages, city.rules), city.truth);
  EXPECT_GT(report.total.planted, 200);
  EXPECT_EQ(report.total.recalled, report.total.planted) << Render(report, 40);
  EXPECT_EQ(report.total.lookalike_hits, 0) << Render(report, 40);
  EXPECT_EQ(report.total.false_hits, 0) << Render(report, 40);
  EXPECT_EQ(report.total.scenes_recalled, report.total.scenes);
  EXPECT_GE(report.total.scenes, 10);
  EXPECT_EQ(report.by_rule.at("M-001").collateral, 0) << "a stay planted for another rule has a whole settlement list";
}

TEST(Planting, EveryRuleIsPlanted) {
  SmallCity city = MakeCity(1);
  std::set<std::string> planted;
  for (const TruthRow& row : city.truth) {
    if (row.kind != "violation") continue;
    for (const program::Rule& rule : city.rules.rules) {
      if (IsVariantOf(rule.id, row.rule)) planted.insert(rule.id);
    }
  }
  EXPECT_EQ(planted.size(), city.rules.rules.size());
  EXPECT_EQ(city.unplanted, std::vector<std::string>());
}

TEST(Planting, ItemsAreRecastWhereTheRuleLooksThemUp) {
  SmallCity city = MakeCity(1);
  PageTable lines = TableOf(city.pages, File::kFee);
  std::set<std::string> items;
  for (size_t row = 0; row < lines.rows.size(); row++) items.insert(lines.Cell(row, "hilist_code"));
  EXPECT_GT(items.size(), 250u) << "substitutes come from the knowledge tables";
}

}  // namespace
}  // namespace yijian::city
