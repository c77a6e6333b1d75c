#include "city/illness.h"

namespace yijian::city {
namespace {

// clang-format off
constexpr Complaint kComplaints[] = {
    {{"J06.900", "急性上呼吸道感染"}, Dept::kGeneral, 14, 200, 0, 170, {5, 15, 40, 40},
     kKit<G::kLianhua, G::kAcetaminophen, G::kAmoxicillin, G::kAmbroxol, G::kBanlangen>, kKit<G::kBloodCount, G::kCrp>, 220},
    {{"J06.900", "急性上呼吸道感染"}, Dept::kPaediatrics, 1, 12, 0, 620, {10, 30, 40, 20},
     kKit<G::kChildCold, G::kChildCough, G::kChildFever>, kKit<G::kBloodCount, G::kCrp>, 220},
    {{"J20.900", "急性支气管炎"}, Dept::kRespiratory, 14, 200, 0, 110, {10, 30, 40, 20},
     kKit<G::kCefuroxime, G::kAmbroxol, G::kAzithromycin, G::kMontelukast>, kKit<G::kBloodCount, G::kXray>, 200},
    {{"K52.900", "非感染性胃肠炎"}, Dept::kPaediatrics, 1, 12, 0, 150, {10, 30, 40, 20},
     kKit<G::kChildDiarrhoea, G::kSmectite, G::kChildDigest>, kKit<G::kBloodCount, G::kStool>, 70},
    {{"K52.900", "非感染性胃肠炎"}, Dept::kDigestive, 14, 200, 0, 60, {5, 25, 40, 30},
     kKit<G::kSmectite, G::kBifid, G::kHuoxiang>, kKit<G::kBloodCount, G::kStool>, 70},
    {{"K29.500", "慢性胃炎"}, Dept::kDigestive, 20, 200, 0, 120, {20, 40, 30, 10},
     kKit<G::kOmeprazole, G::kMosapride, G::kWeisu>, kKit<G::kGastroscopy, G::kUltrasound, G::kBloodCount, G::kBiopsy>, 110},
    {{"M54.500", "下背痛"}, Dept::kOrthopaedics, 25, 200, 0, 110, {15, 40, 35, 10},
     kKit<G::kCelecoxib, G::kPlaster, G::kMecobalamin>, kKit<G::kXray, G::kCt, G::kMediumFrequency>, 100},
    {{"M47.800", "颈椎病"}, Dept::kChinese, 30, 200, 0, 90, {10, 40, 35, 15}, kKit<G::kJingfu, G::kMecobalamin, G::kPlaster>,
     kKit<G::kTuinaNeck, G::kNeedles, G::kInfrared, G::kXray>, 110},
    {{"L30.900", "皮炎"}, Dept::kSkin, 2, 200, 0, 70, {30, 40, 20, 10}, kKit<G::kMometasone, G::kCetirizine>, {}, 80},
    {{"B35.300", "足癣"}, Dept::kSkin, 16, 200, 0, 25, {25, 45, 20, 10}, kKit<G::kTerbinafine>, {}, 50},
    {{"H10.900", "结膜炎"}, Dept::kEye, 3, 200, 0, 50, {30, 50, 20, 0}, kKit<G::kEyeDrops>,
     kKit<G::kVisionTest, G::kEyePressure>, 100},
    {{"N39.000", "泌尿道感染"}, Dept::kUrology, 18, 200, 0, 45, {25, 50, 25, 0}, kKit<G::kLevofloxacin>,
     kKit<G::kUrine, G::kUltrasound>, 100},
    {{"R51.x00", "头痛"}, Dept::kNeurology, 18, 200, 0, 60, {30, 45, 25, 0}, kKit<G::kXuesaitong, G::kIbuprofen>,
     kKit<G::kMri, G::kUltrasoundNeck>, 110},
    {{"J30.400", "变应性鼻炎"}, Dept::kEar, 6, 200, 0, 60, {30, 45, 20, 5}, kKit<G::kCetirizine, G::kMontelukast>,
     kKit<G::kBloodCount>, 120},
    {{"N76.000", "急性阴道炎"}, Dept::kGynaecology, 20, 60, 'f', 70, {25, 50, 25, 0},
     kKit<G::kMiconazole, G::kWomenInflammation>, kKit<G::kVaginal, G::kUltrasound>, 90},
    {{"E04.100", "甲状腺结节"}, Dept::kEndocrine, 25, 200, 0, 40, {50, 50, 0, 0}, {}, kKit<G::kTsh, G::kUltrasound>, 100},
    {{"M81.900", "骨质疏松"}, Dept::kOrthopaedics, 55, 200, 'f', 40, {30, 50, 20, 0}, kKit<G::kPlaster>,
     kKit<G::kBoneDensity, G::kXray>, 100},
    {{"R10.400", "腹痛"}, Dept::kDigestive, 14, 200, 0, 60, {25, 50, 25, 0}, kKit<G::kOmeprazole>,
     kKit<G::kUltrasound, G::kBloodCount, G::kCt>, 100},
    {{"R42.x00", "眩晕"}, Dept::kNeurology, 40, 200, 0, 60, {25, 50, 25, 0}, kKit<G::kXuesaitong, G::kMecobalamin>,
     kKit<G::kCt, G::kUltrasoundNeck, G::kBloodCount>, 110},
    {{"R53.x00", "疲劳"}, Dept::kChinese, 25, 200, 0, 70, {10, 35, 35, 20}, {}, {}, 100, true},
    {{"R07.400", "胸痛"}, Dept::kCardiology, 35, 200, 0, 60, {35, 50, 15, 0}, kKit<G::kDanshen>,
     kKit<G::kEcg, G::kUltrasoundHeart, G::kXray>, 120},
};

constexpr Chronic kChronics[] = {
    {kHypertension, "M03900", {"I10.x05", "高血压3级"}, Dept::kCardiology,
     kKit<G::kAmlodipine, G::kBenidipine, G::kValsartan, G::kMetoprolol, G::kHydrochlorothiazide>,
     kKit<G::kPotassium, G::kCreatinine, G::kUricAcid, G::kEcg>},
    {kDiabetes, "M01600", {"E11.900", "2型糖尿病"}, Dept::kEndocrine,
     kKit<G::kMetformin, G::kGlimepiride, G::kAcarbose, G::kInsulin>,
     kKit<G::kHbA1c, G::kCreatinine, G::kCholesterol, G::kTriglyceride>},
    {kHeart, "M04600", {"I25.103", "冠状动脉粥样硬化性心脏病"}, Dept::kCardiology,
     kKit<G::kAspirin, G::kClopidogrel, G::kAtorvastatin, G::kRosuvastatin, G::kIsosorbide>,
     kKit<G::kLdl, G::kAlt, G::kEcg>},
    {kLung, "M05300", {"J44.900", "慢性阻塞性肺病"}, Dept::kRespiratory, kKit<G::kTiotropium, G::kTheophylline>,
     kKit<G::kLungFunction>},
    {kProstate, "M07600", {"N40.x00", "前列腺增生"}, Dept::kUrology, kKit<G::kDutasteride>, kKit<G::kUltrasound>},
    {kThyroid, "M01700", {"E03.900", "甲状腺功能减退症"}, Dept::kEndocrine, kKit<G::kLevothyroxine>, kKit<G::kTsh>},
    {kOsteoporosis, "M06900", {"M81.900", "骨质疏松"}, Dept::kOrthopaedics, kKit<G::kAlfacalcidol>, kKit<G::kBoneDensity>},
};

constexpr Disease kCompanions[] = {
    {"I10.x05", "高血压3级"},   {"E78.500", "高脂血症"}, {"K29.500", "慢性胃炎"}, {"M81.900", "骨质疏松"},
    {"K76.000", "脂肪肝"}, {"I70.900", "动脉硬化"}, {"D64.900", "贫血"},
};
// clang-format on

}  // namespace

std::span<const Complaint> Complaints() { return kComplaints; }
std::span<const Chronic> Chronics() { return kChronics; }
std::span<const Disease> Companions() { return kCompanions; }

std::span<const G> OverTheCounter(bool child, bool female) {
  if (child) return kKit<G::kChildCold, G::kChildCough, G::kChildDigest, G::kChildFever>;
  if (female) {
    return kKit<G::kGanmaoling, G::kBanlangen, G::kIbuprofen, G::kLianhua, G::kHuoxiang, G::kPlaster, G::kLiuwei,
                G::kOmeprazole, G::kDanshen, G::kXuesaitong, G::kMecobalamin, G::kCetirizine, G::kSmectite,
                G::kMotherwort>;
  }
  return kKit<G::kGanmaoling, G::kBanlangen, G::kIbuprofen, G::kLianhua, G::kHuoxiang, G::kPlaster, G::kLiuwei,
              G::kOmeprazole, G::kDanshen, G::kXuesaitong, G::kMecobalamin, G::kCetirizine, G::kSmectite>;
}

}  // namespace yijian::city
