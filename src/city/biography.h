// How a Life is written: the days still free, what was charged lately, and the kinds of events. Used by life*.cc alone.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include "city/dice.h"
#include "city/illness.h"
#include "city/life.h"

namespace yijian::city {

class Biography {
 public:
  Biography(const World& world, Life& life, const std::vector<Quiet>& quiet);

  void Write();

 private:
  // Days.
  bool Free(Date first, Date last) const;  // both included
  void Take(Date first, Date last);
  bool InEra(Date day) const { return day >= world_.era.from && day < world_.era.until; }
  // A free day, likelier on workdays and, when winter > 100, in winter; 0 when none was found.
  Date FreeDay(int winter_percent, int span_days);
  // True, and noted, when the good was not charged within `gap` days of this one.
  bool Spaced(G good, Date day, int gap);
  Time At(Date day, int hour, int minute) { return StartOf(day) + hour * 3600 + minute * 60 + dice_.Between(0, 59); }

  // Charging, on the visit at work.
  Visit& Open(uint32_t institution, std::string_view type, Dept dept, Time begin);
  Line& Charge(Visit& visit, G good, Time time, int qty = 1);
  void Diagnose(Visit& visit, const Disease& disease);
  void AddCompanions(Visit& visit, int most);
  // Settles, and now and then refunds.
  void Close(Visit& visit, Time time, bool may_refund);
  void SellPacks(Visit& visit);  // once all is settled

  // life_stay.cc
  void Stays();
  void StayFor(const Illness& illness);
  Visit& Admit(uint32_t institution, std::string_view type, Dept dept, Date first, Date last);
  void Wards(Visit& visit, Date first, Date last, bool two_beds);
  Time Drip(Visit& visit, G drug, Time time, int packs, bool child);
  void Daily(Visit& visit, const Illness& illness, Date first, Date last);
  void Operate(Visit& visit, const Surgery& surgery, Date day);
  void Labs(Visit& visit, Date day, bool all);
  void Discharge(Visit& visit, Date last);
  uint32_t HospitalFor(const std::array<int, 3>& tiers);

  // life_course.cc
  void Newborn();
  void Delivery();
  void Chemotherapy();
  void Dialysis();
  void Rehabilitation();

  // life_visit.cc
  void TumourCare();
  void ChronicCare();
  void ChronicVisit(const Chronic& chronic, const std::vector<G>& drugs, Date day);
  void Outpatient();
  void ComplaintVisit(const Complaint& complaint, Date day);
  void Herbs(Visit& visit, Time time);
  void Purchases();

  const World& world_;
  Life& life_;
  Resident& person_;
  Dice dice_;
  YearPaid paid_;
  std::vector<bool> taken_;
  std::vector<std::pair<G, Date>> charged_;
  std::vector<int> month_visits_;
  Date last_refund_ = -10000;
  uint32_t packs_ = 0;
};

}  // namespace yijian::city
