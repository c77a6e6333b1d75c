// The institutions of the city: hospitals of three levels, township centres, clinics and pharmacies, with departments
// and doctors.
//
//   Town town(20'000);
//   const Institution& hospital = town.At(town.Second(resident_index));
//   town.DoctorOf(hospital, Dept::kCardiology, 0)   // serial; code D + area + 6 digits
//
// The city is no real place: it lies in division 500101 because the example price tables of rules/knowledge do. How
// many institutions there are follows from the number of persons alone. Threads: immutable once built.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace yijian::city {

enum class Tier : uint8_t { kThird, kSecond, kTownship, kClinic, kPharmacy };
inline constexpr size_t kTierCount = 5;

enum class Dept : uint8_t {
  kGeneral,
  kRespiratory,
  kDigestive,
  kNeurology,
  kCardiology,
  kNephrology,
  kEndocrine,
  kSurgery,
  kOrthopaedics,
  kUrology,
  kGynaecology,
  kObstetrics,
  kPaediatrics,
  kNeonatal,
  kEye,
  kEar,
  kSkin,
  kEmergency,
  kOncology,
  kRehab,
  kChinese,
  kLab,
  kImaging,
  kAnaesthesia,
  kCount
};
inline constexpr size_t kDeptCount = static_cast<size_t>(Dept::kCount);

struct DeptInfo {
  std::string_view code;  // national department class
  std::string_view name;
};
const DeptInfo& InfoOf(Dept dept);

struct Institution {
  uint32_t ordinal = 0;
  Tier tier = Tier::kClinic;
  std::string code;  // H/P + division + 5 digits
  std::string name;
  std::string_view level;     // hosp_lv
  std::string_view area;      // division
  uint32_t doctor_first = 0;  // serial of its first doctor
  uint32_t doctors_each = 1;  // per department
  int beds = 0;
};

inline constexpr std::string_view kCityArea = "500101";
inline constexpr uint32_t kCounties = 4;  // made-up parts of the city

class Town {
 public:
  explicit Town(uint64_t persons);

  const std::vector<Institution>& institutions() const { return institutions_; }
  const Institution& At(uint32_t ordinal) const { return institutions_[ordinal]; }
  uint32_t CountOf(Tier tier) const { return count_[static_cast<size_t>(tier)]; }
  uint32_t First(Tier tier) const { return first_[static_cast<size_t>(tier)]; }
  // The n-th institution of a tier, n taken modulo their number.
  uint32_t Nth(Tier tier, uint64_t n) const;

  // Serial of the k-th doctor (modulo their number) of a department.
  static uint32_t DoctorOf(const Institution& at, Dept dept, uint64_t k);
  // Rehabilitation therapists: one per 400 residents, so that no day of one is longer than a working day.
  uint32_t TherapistOf(uint64_t resident) const { return therapist_first_ + static_cast<uint32_t>(resident / 400); }
  uint32_t therapists() const { return therapists_; }
  uint32_t therapist_first() const { return therapist_first_; }
  // The hospital a therapist works at.
  uint32_t HospitalOfTherapist(uint32_t serial) const;
  uint32_t doctors() const { return therapist_first_; }  // serials below are doctors, from 1

 private:
  void Add(Tier tier, uint32_t count);

  std::vector<Institution> institutions_;
  uint32_t first_[kTierCount] = {};
  uint32_t count_[kTierCount] = {};
  uint32_t therapist_first_ = 0;
  uint32_t therapists_ = 0;
};

// "D" + division + 6 digits.
std::string DoctorCode(std::string_view area, uint32_t serial);
// A made-up name, the same for the same number.
std::string NameOf(uint64_t number, bool female);
// Digits with leading zeros.
std::string Padded(uint64_t number, int width);

}  // namespace yijian::city
