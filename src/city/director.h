// Tools to write a scene: residents, visits, charges, and what is to be found. Used by scene*.cc alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "city/dice.h"
#include "city/illness.h"
#include "city/scene.h"

namespace yijian::city {

class Director {
 public:
  Director(const World& world, const Lookup& lookup, const SceneInfo& info, uint64_t ordinal, uint64_t first_person);

  const World& world() const { return world_; }
  const Lookup& lookup() const { return lookup_; }
  Dice& dice() { return dice_; }
  uint64_t ordinal() const { return ordinal_; }
  // A day of the era that leaves `span` days behind it, on this weekday (0 = Monday).
  Date Day(int weekday, int span);

  // A plain adult; the background keeps `quiet` days around the day.
  size_t Resident(bool female, int age, Date day, int quiet);
  Life& life(size_t person) { return staged_.lives[person]; }
  // A visit of the person; its number names it in Violation and Lookalike.
  int Outpatient(size_t person, Tier tier, uint64_t nth, std::string_view type, Dept dept, Date day, int hour);
  int Stay(size_t person, uint64_t nth, Dept dept, const Disease& main, Date first, Date last,
           std::string_view type = "21");
  Visit& visit(size_t person, int number);
  // A new doctor, who treats nobody else: what Visit::doctor names.
  uint32_t Doctor();
  // Charges; the number names the line.
  int Charge(size_t person, int visit_number, G good, Time time, int qty = 1);
  // An item of the knowledge tables that is none of ours.
  int ChargeCode(size_t person, int visit_number, std::string_view code, Time time, Fen price);
  Line& line(size_t person, int visit_number, int number);
  void Wards(size_t person, int visit_number, Date first, Date last);
  void Settle();  // all visits that are not settled yet
  void Sell(size_t person, int visit_number, std::string code, std::string_view event, Time time);

  // What is to be found, or not. Lines and visits of one person; amount = scope of the lines unless given.
  void Violation(size_t person, std::vector<int> visits, std::vector<int> lines,
                 std::optional<Fen> amount = std::nullopt, std::string subject = {});
  void Lookalike(size_t person);
  Staged Finish();

 private:
  struct Expectation {
    bool violation;
    size_t person;
    std::vector<int> visits;
    std::vector<int> lines;
    std::optional<Fen> amount;
    std::string subject;
  };
  TruthRow Resolve(const Expectation& expectation);
  void SellPacks(Life& life);  // every pack of a pharmacy carries a code

  const World& world_;
  const Lookup& lookup_;
  const SceneInfo& info_;
  uint64_t ordinal_;
  uint64_t first_person_;
  Dice dice_;
  Staged staged_;
  std::vector<Expectation> expectations_;
  int tags_ = 0;
  uint32_t doctors_ = 0;
  uint32_t packs_ = 0;
};

}  // namespace yijian::city
