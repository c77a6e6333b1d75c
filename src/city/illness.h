// What people in the city fall ill with, and what is then done and charged.
//
// The bundles are made not to break the rules: nothing is charged beside what already includes it, drugs fit age and
// sex, minor illness is not admitted at the top level, operations carry their codes, panels are not charged beside
// their parts. Codes: ICD-10 and ICD-9-CM-3, NHSA editions. Threads: constant data.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "city/goods.h"
#include "city/resident.h"
#include "city/town.h"

namespace yijian::city {

template <G... kItems>
inline constexpr std::array<G, sizeof...(kItems)> kKit{kItems...};

struct Disease {
  std::string_view code;
  std::string_view name;
};

struct Surgery {
  std::string_view code;  // ICD-9-CM-3
  std::string_view name;
  G fee = G::kCount;
  G anaesthesia = G::kAnaesthesiaGeneral;
  int minutes = 60;
  std::span<const G> implants;
  bool clean = false;  // a clean operation: one prophylactic dose before the cut
  bool pathology = false;
};

// A stay.
struct Illness {
  Disease main;
  Dept dept = Dept::kGeneral;
  int age_low = 0;
  int age_high = 200;
  char sex = 0;            // 'm', 'f' or 0
  uint32_t condition = 0;  // asks for this condition, 0 = anybody
  int weight = 0;
  std::array<int, 3> tiers{};  // third, second, township
  int nights_low = 5;
  int nights_high = 10;
  std::span<const G> daily;   // drugs of every day
  std::span<const G> images;  // once
  int winter = 100;           // percent of the usual weight in winter
  const Surgery* surgery = nullptr;
  bool monitored = false;  // ECG monitoring on full days
  bool oxygen = false;
};
std::span<const Illness> Illnesses();

// An outpatient visit.
struct Complaint {
  Disease main;
  Dept dept = Dept::kGeneral;
  int age_low = 0;
  int age_high = 200;
  char sex = 0;
  int weight = 0;
  std::array<int, 4> tiers{};  // third, second, township, clinic
  std::span<const G> drugs;    // 2 or 3 of these
  std::span<const G> tests;    // each with 3 in 10
  int winter = 100;
  bool herbs = false;
};
std::span<const Complaint> Complaints();

// Chronic outpatient care: what is prescribed every four weeks.
struct Chronic {
  uint32_t condition = 0;
  std::string_view disease_no;  // dise_no, M + 5 digits
  Disease main;
  Dept dept = Dept::kGeneral;
  std::span<const G> drugs;   // one or two of these, for good
  std::span<const G> yearly;  // checked now and then
};
std::span<const Chronic> Chronics();

std::span<const Disease> Companions();  // further diagnoses of the elderly
std::span<const G> AdmissionLab();
std::span<const G> RecheckLab();
std::span<const G> OverTheCounter(bool child, bool female);

}  // namespace yijian::city
