#include "city/illness.h"

namespace yijian::city {
namespace {

constexpr Surgery kGallbladder{
    "51.2300", "腹腔镜下胆囊切除术", G::kOpGallbladder, G::kAnaesthesiaGeneral, 80, kKit<G::kSuture>, false, true};
constexpr Surgery kAppendix{"47.0100", "腹腔镜下阑尾切除术", G::kOpAppendix, G::kAnaesthesiaGeneral,
                            60,        kKit<G::kSuture>,     false,          true};
constexpr Surgery kHernia{"53.0000", "单侧腹股沟疝修补术", G::kOpHernia, G::kAnaesthesiaSpinal,
                          55,        kKit<G::kMesh>,       true,         false};
constexpr Surgery kPiles{"49.4600", "痔切除术", G::kOpPiles, G::kAnaesthesiaSpinal, 40, kKit<G::kSuture>, false, true};
constexpr Surgery kMyoma{"68.2900", "子宫病损切除术", G::kOpMyoma, G::kAnaesthesiaGeneral,
                         90,        kKit<G::kSuture>, false,       true};
constexpr Surgery kProstateOp{"60.2100", "经尿道前列腺切除术", G::kOpProstate, G::kAnaesthesiaSpinal, 75, {}, false,
                              true};
constexpr Surgery kThyroidOp{"06.3900", "甲状腺部分切除术", G::kOpThyroid, G::kAnaesthesiaGeneral,
                             95,        kKit<G::kSuture>,   true,          true};
constexpr Surgery kTonsil{"28.2x00", "扁桃体切除术", G::kOpTonsil, G::kAnaesthesiaGeneral, 40, {}, false, true};
constexpr Surgery kHip{"81.5100", "全髋关节置换", G::kOpHip, G::kAnaesthesiaGeneral, 100, kKit<G::kHipSet, G::kSuture>,
                       true,      false};
constexpr Surgery kKnee{
    "81.5400", "全膝关节置换", G::kOpKnee, G::kAnaesthesiaGeneral, 110, kKit<G::kKneeSet, G::kSuture>, true, false};
constexpr Surgery kColon{
    "45.7600", "乙状结肠切除术", G::kOpColon, G::kAnaesthesiaGeneral, 170, kKit<G::kStapler, G::kSuture>, false, true};
constexpr Surgery kStentOp{"36.0700", "药物洗脱冠状动脉支架置入术",   G::kOpStent, G::kCount,
                           70,        kKit<G::kStent, G::kGuideWire>, false,       false};

// clang-format off
constexpr Illness kIllnesses[] = {
    {{"I63.900", "脑梗死"}, Dept::kNeurology, 50, 200, 0, 0, 90, {30, 55, 15}, 8, 14,
     kKit<G::kButylphthalide, G::kNimodipine, G::kVitaminC>, kKit<G::kMri, G::kUltrasoundNeck, G::kUltrasoundHeart>, 130,
     nullptr, true, false},
    {{"I20.000", "不稳定性心绞痛"}, Dept::kCardiology, 45, 200, 0, 0, 60, {30, 60, 10}, 6, 10,
     kKit<G::kMonomax, G::kHeparin, G::kVitaminC>, kKit<G::kUltrasoundHeart, G::kXray>, 140, nullptr, true, true},
    {{"I25.103", "冠状动脉粥样硬化性心脏病"}, Dept::kCardiology, 50, 200, 0, kHeart, 160, {80, 20, 0}, 5, 8,
     kKit<G::kHeparin, G::kMonomax>, kKit<G::kUltrasoundHeart, G::kXray>, 110, &kStentOp, true, false},
    {{"I50.900", "心力衰竭"}, Dept::kCardiology, 60, 200, 0, 0, 45, {30, 60, 10}, 7, 12,
     kKit<G::kFurosemide, G::kMonomax, G::kPotassiumInjection>, kKit<G::kUltrasoundHeart, G::kXray>, 150, nullptr, true,
     true},
    {{"J44.100", "慢性阻塞性肺病伴有急性加重"}, Dept::kRespiratory, 50, 200, 0, 0, 80, {20, 55, 25}, 8, 13,
     kKit<G::kCeftriaxone, G::kAmbroxolInjection, G::kDoxofylline, G::kBudesonide, G::kMethylprednisolone>,
     kKit<G::kCt, G::kLungFunction>, 190, nullptr, false, true},
    {{"J18.900", "肺炎"}, Dept::kRespiratory, 18, 200, 0, 0, 70, {0, 65, 35}, 7, 11,
     kKit<G::kCeftriaxone, G::kAmbroxolInjection, G::kVitaminC>, kKit<G::kCt>, 180, nullptr, false, false},
    {{"J20.900", "急性支气管炎"}, Dept::kPaediatrics, 1, 10, 0, 0, 260, {20, 55, 25}, 5, 8,
     kKit<G::kCeftriaxone, G::kAmbroxolInjection, G::kBudesonide>, kKit<G::kXray>, 200, nullptr, false, false},
    {{"A09.901", "感染性腹泻"}, Dept::kPaediatrics, 1, 10, 0, 0, 70, {0, 50, 50}, 4, 6,
     kKit<G::kSalineBig, G::kPotassiumInjection, G::kVitaminB6>, {}, 90, nullptr, false, false},
    {{"E11.900", "2型糖尿病"}, Dept::kEndocrine, 35, 200, 0, kDiabetes, 180, {30, 60, 10}, 7, 10,
     kKit<G::kInsulinShort, G::kVitaminB6>, kKit<G::kUltrasound, G::kUltrasoundNeck>, 100, nullptr, false, false},
    {{"I10.x05", "高血压3级"}, Dept::kCardiology, 45, 200, 0, kHypertension, 25, {0, 0, 100}, 5, 8,
     kKit<G::kNimodipine, G::kVitaminC>, kKit<G::kUltrasoundHeart, G::kUltrasoundNeck>, 120, nullptr, false, false},
    {{"K80.100", "胆囊结石伴慢性胆囊炎"}, Dept::kSurgery, 25, 85, 0, 0, 50, {40, 60, 0}, 5, 8,
     kKit<G::kCeftriaxone, G::kPantoprazole, G::kFlurbiprofen>, kKit<G::kUltrasound, G::kCt, G::kXray>, 100, &kGallbladder,
     false, false},
    {{"K35.800", "急性阑尾炎"}, Dept::kSurgery, 15, 70, 0, 0, 32, {25, 75, 0}, 5, 7,
     kKit<G::kCeftriaxone, G::kFlurbiprofen>, kKit<G::kUltrasound, G::kXray>, 100, &kAppendix, false, false},
    {{"K40.900", "单侧腹股沟疝"}, Dept::kSurgery, 20, 85, 'm', 0, 34, {30, 70, 0}, 4, 6, kKit<G::kFlurbiprofen>,
     kKit<G::kUltrasound, G::kXray>, 100, &kHernia, false, false},
    {{"K64.811", "混合痔"}, Dept::kSurgery, 22, 75, 0, 0, 40, {20, 80, 0}, 5, 8, kKit<G::kCefazolin, G::kFlurbiprofen>,
     kKit<G::kXray>, 90, &kPiles, false, false},
    {{"D25.900", "子宫平滑肌瘤"}, Dept::kGynaecology, 30, 55, 'f', 0, 40, {50, 50, 0}, 6, 8,
     kKit<G::kCefazolin, G::kFlurbiprofen>, kKit<G::kUltrasound, G::kXray>, 100, &kMyoma, false, false},
    {{"N40.x00", "前列腺增生"}, Dept::kUrology, 60, 88, 'm', kProstate, 300, {50, 50, 0}, 6, 9,
     kKit<G::kCefazolin, G::kFlurbiprofen>, kKit<G::kUltrasound, G::kXray>, 110, &kProstateOp, false, false},
    {{"D34.x00", "甲状腺良性肿瘤"}, Dept::kSurgery, 25, 70, 0, 0, 24, {60, 40, 0}, 4, 6, kKit<G::kFlurbiprofen>,
     kKit<G::kUltrasound, G::kXray>, 100, &kThyroidOp, false, false},
    {{"J35.000", "慢性扁桃体炎"}, Dept::kEar, 5, 30, 0, 0, 36, {40, 60, 0}, 4, 5, kKit<G::kCefazolin>, kKit<G::kXray>, 80,
     &kTonsil, false, false},
    {{"S72.000", "股骨颈骨折"}, Dept::kOrthopaedics, 65, 200, 0, 0, 26, {60, 40, 0}, 10, 14,
     kKit<G::kFlurbiprofen, G::kHeparin>, kKit<G::kXray, G::kCt, G::kUltrasoundHeart>, 120, &kHip, false, false},
    {{"M17.900", "膝关节病"}, Dept::kOrthopaedics, 58, 85, 0, 0, 30, {70, 30, 0}, 9, 12,
     kKit<G::kFlurbiprofen, G::kHeparin>, kKit<G::kXray, G::kUltrasoundHeart>, 100, &kKnee, false, false},
    {{"C18.700", "乙状结肠恶性肿瘤"}, Dept::kSurgery, 45, 85, 0, 0, 14, {80, 20, 0}, 12, 16,
     kKit<G::kCeftriaxone, G::kPantoprazole, G::kFlurbiprofen>, kKit<G::kCt, G::kColonoscopy, G::kUltrasoundHeart>, 100,
     &kColon, false, false},
    {{"K25.400", "慢性胃溃疡伴有出血"}, Dept::kDigestive, 30, 200, 0, 0, 30, {30, 60, 10}, 6, 9,
     kKit<G::kPantoprazole, G::kVitaminC, G::kPotassiumInjection>, kKit<G::kGastroscopy, G::kUltrasound>, 120, nullptr, true,
     false},
    {{"K29.500", "慢性胃炎"}, Dept::kDigestive, 30, 200, 0, 0, 45, {0, 40, 60}, 5, 7,
     kKit<G::kPantoprazole, G::kMetoclopramide, G::kVitaminB6>, kKit<G::kUltrasound>, 100, nullptr, false, false},
    {{"M51.202", "腰椎间盘突出"}, Dept::kOrthopaedics, 30, 200, 0, 0, 60, {10, 50, 40}, 7, 10,
     kKit<G::kFlurbiprofen, G::kVitaminB6, G::kMediumFrequency, G::kTuinaBack>, kKit<G::kCt>, 100, nullptr, false, false},
    {{"M47.800", "颈椎病"}, Dept::kChinese, 35, 200, 0, 0, 45, {0, 50, 50}, 7, 10,
     kKit<G::kVitaminB6, G::kInfrared, G::kTuinaNeck, G::kNeedles>, kKit<G::kXray>, 100, nullptr, false, false},
    {{"N20.100", "输尿管结石"}, Dept::kUrology, 22, 75, 0, 0, 26, {30, 70, 0}, 4, 6,
     kKit<G::kLevofloxacinInjection, G::kFlurbiprofen>, kKit<G::kCt, G::kUltrasound>, 80, nullptr, false, false},
};
// clang-format on

}  // namespace

std::span<const Illness> Illnesses() { return kIllnesses; }

std::span<const G> AdmissionLab() {
  return kKit<G::kBloodCount, G::kUrine, G::kStool, G::kProthrombin, G::kAptt, G::kFibrinogen, G::kProtein, G::kAlbumin,
              G::kGlucose, G::kCholesterol, G::kTriglyceride, G::kHdl, G::kLdl, G::kPotassium, G::kSodium, G::kChloride,
              G::kBilirubin, G::kBilirubinDirect, G::kAlt, G::kAst, G::kGgt, G::kUrea, G::kCreatinine, G::kUricAcid,
              G::kCrp, G::kThrombin, G::kCalcium, G::kPhosphorus, G::kAlp, G::kCk, G::kCkMb, G::kLdh>;
}

std::span<const G> RecheckLab() {
  return kKit<G::kBloodCount, G::kPotassium, G::kSodium, G::kChloride, G::kAlt, G::kAst, G::kUrea, G::kCreatinine,
              G::kCrp>;
}

}  // namespace yijian::city
