#include <algorithm>

#include "city/illness.h"
#include "city/stage_impl.h"

namespace yijian::city {
namespace {

using timeline::kNoRow;
using timeline::kNull;
using timeline::Table;

void Override1(std::vector<Override>& set, int column, std::string_view text) {
  if (column >= 0) set.push_back({column, text});
}

std::string_view NameOfDiagnosis(std::string_view code) {
  for (const Illness& illness : Illnesses()) {
    if (illness.main.code == code) return illness.main.name;
  }
  return code;
}

// What an ordinary stay is for where the story does not say: grave enough that nobody doubts the admission, without an
// operation, and another the next time.
constexpr Disease kAfterStroke{"I69.300", "脑梗死后遗症"};
constexpr Disease kPancreatitis{"K85.900", "急性胰腺炎"};
constexpr Disease kOfAdults[] = {
    {"I20.000", "不稳定性心绞痛"}, {"I50.900", "心力衰竭"}, {"K25.400", "慢性胃溃疡伴有出血"}};

Disease OrdinaryIllness(const Resident& person, Date day, bool rehabilitation, uint64_t nth) {
  if (rehabilitation) return kAfterStroke;
  return AgeYears(person.birth, day) < 40 ? kPancreatitis : kOfAdults[nth % std::size(kOfAdults)];
}

}  // namespace

bool IsRehabilitation(std::string_view code) { return code.substr(0, 6) == "003402"; }

void AddPlace(const Scenery& place, std::string_view header, Life& life, std::vector<Override>& set) {
  if (!place.code.empty()) {
    std::string_view code = life.Keep(place.code);
    Override1(set, ColumnOf(header, "fixmedins_code"), code);
    Override1(set, ColumnOf(header, "fixmedinsCode"), code);
    Override1(set, ColumnOf(header, "fixmedins_name"), life.Keep("合成机构" + place.code));
  }
  if (!place.level.empty()) Override1(set, ColumnOf(header, "hosp_lv"), life.Keep(place.level));
}

void Stagehand::Visits(uint32_t person, Life& life) {
  const Table& visits = story_.bucket.table(Kind::kVisit);
  for (uint32_t row = 0; row < visits.rows; row++) {
    if (visits.person[row] == person) PlaceVisit(row, life);
  }
  // A visit may name another of the story as the one it was referred from.
  for (Visit& visit : life.visits) {
    if (!visit.planted) continue;
    int64_t from = Value(Kind::kVisit, "referred_from", static_cast<uint32_t>(visit.tag));
    if (from != kNull) visit.set.push_back({Mdtrt("refl_old_mdtrt_id"), life.Keep(IdText(from))});
  }
}

void Stagehand::SetPlace(const Scenery& place, std::string_view area, Visit& visit, Life& life) {
  visit.institution = place.ordinal;
  AddPlace(place, kVisitHeader, life, visit.set);
  if (!place.code.empty()) visit.place = life.Keep(place.code);
  if (area != kCityArea) visit.set.push_back({Mdtrt("fix_blng_admdvs"), life.Keep(std::string(area))});
  if (visit.dept == Dept::kCount) return;
  visit.doctor = Town::DoctorOf(world_.town.At(place.ordinal), visit.dept, plant_.ordinal);
}

void Stagehand::PlaceVisit(uint32_t row, Life& life) {
  Visit& visit = life.visits.emplace_back();
  visit.planted = true;
  visit.tag = static_cast<int>(row);
  visit.stay = Value(Kind::kVisit, "stay", row) == 1;
  std::string type = Code(Kind::kVisit, "type", row).value_or(visit.stay ? "21" : "11");
  visit.stay = visit.stay || type == "28";  // day surgery: a stay to who takes the tables in, whatever the case says
  visit.type = life.Keep(type);
  visit.begin = Moved(Value(Kind::kVisit, "begin", row));
  int64_t end = Value(Kind::kVisit, "end", row);
  visit.end = end != kNull ? Moved(end) : visit.begin + (visit.stay ? 3 * kSecondsPerDay : 3600);
  bool pharmacy = type.substr(0, 2) == "41";
  visit.dept = pharmacy ? Dept::kCount : Dept::kGeneral;
  visit.discharge_way = visit.stay ? "1" : "";
  std::string level = Code(Kind::kVisit, "level", row).value_or("");
  std::string code = Code(Kind::kVisit, "institution", row).value_or("");
  const Scenery& place = SceneryOf(code, level, type, visit.stay);
  scenery_of_visit_[row] = place;
  std::string area = Code(Kind::kVisit, "area", row).value_or(areas_ ? "" : std::string(kCityArea));
  SetPlace(place, area, visit, life);
  if (level.empty() && Blank(Kind::kVisit, "level")) visit.set.push_back({Mdtrt("hosp_lv"), {}});
  bool ends_matter = rule_.form == program::Form::kOverlap || rule_.form == program::Form::kSequence || visit.stay;
  if (end == kNull && ends_matter) visit.set.push_back({Mdtrt("endtime"), {}});
  Diagnoses(row, visit, life);
  Operations(row, visit, life);
  SetFields(Kind::kVisit, row, kVisitHeader,
            {"no", "key", "stay", "institution", "level", "type", "begin", "end", "area", "total", "scope", "fund",
             "referred_from"},
            life, visit.set);
}

// Lines of no visit still come from one.
Visit& Stagehand::ImpliedVisit(Time time, std::optional<std::string> item, Life& life) {
  for (Visit& visit : life.visits) {
    if (visit.planted && visit.tag < 0 && DayOf(visit.begin) == DayOf(time)) {
      visit.begin = std::min(visit.begin, time - 60);
      visit.end = std::max(visit.end, time + 600);
      return visit;
    }
  }
  Visit& visit = life.visits.emplace_back();
  visit.planted = true;
  visit.type = "11";
  visit.begin = time - 60;
  visit.end = time + 600;
  visit.dept = Dept::kGeneral;
  if (item && IsRehabilitation(*item)) visit.dept = Dept::kRehab;
  SetPlace(SceneryOf("", "", visit.type, false), areas_ ? "" : kCityArea, visit, life);
  for (const timeline::FieldInfo& field : timeline::Fields(Kind::kVisit)) {
    bool kept = field.name == "begin" || field.name == "type" || field.name == "institution" || field.name == "end" ||
                field.name == "area";
    int column = ColumnOf(kVisitHeader, field.column);
    if (!kept && column >= 0 && Blank(Kind::kVisit, field.name)) visit.set.push_back({column, {}});
  }
  return visit;
}

void Stagehand::Diagnoses(uint32_t row, Visit& visit, Life& life) {
  const Table& table = story_.bucket.table(Kind::kDiagnosis);
  std::optional<std::string> main = Code(Kind::kVisit, "diagnosis", row);
  bool listed = false;
  // A rule that judges each diagnosis, or looks through their list, sees those the case lists and no other.
  bool judged = rule_.a.of == Kind::kDiagnosis || Blank(Kind::kDiagnosis, "code");
  for (uint32_t at = 0; at < table.rows; at++) {
    if (table.visit[at] != row) continue;
    Diagnosis& diagnosis = visit.diagnoses.emplace_back();
    std::string code = Code(Kind::kDiagnosis, "code", at).value_or("");
    diagnosis.code = life.Keep(code);
    diagnosis.name = NameOfDiagnosis(diagnosis.code);
    listed = listed || (main && code == *main);
    SetFields(Kind::kDiagnosis, at, kDiagnosisHeader, {"code"}, life, diagnosis.set);
  }
  if (main && !listed) {
    Diagnosis diagnosis;
    diagnosis.code = life.Keep(*main);
    diagnosis.name = NameOfDiagnosis(diagnosis.code);
    if (!judged) visit.diagnoses.insert(visit.diagnoses.begin(), std::move(diagnosis));
  }
  if (!visit.stay || main) return;
  if (Blank(Kind::kVisit, "diagnosis")) {
    visit.set.push_back({Mdtrt("dscg_maindiag_code"), {}});
    visit.set.push_back({Mdtrt("dscg_maindiag_name"), {}});
  } else if (visit.diagnoses.empty()) {
    Disease illness =
        OrdinaryIllness(life.person, DayOf(visit.begin), ChargesRehabilitation(row), plant_.ordinal + row);
    visit.set.push_back({Mdtrt("dscg_maindiag_code"), illness.code});
    visit.set.push_back({Mdtrt("dscg_maindiag_name"), illness.name});
    if (!judged) visit.diagnoses.push_back({illness.code, illness.name, {}});
  }
}

bool Stagehand::ChargesRehabilitation(uint32_t visit) const {
  const Table& lines = story_.bucket.table(Kind::kLine);
  for (uint32_t row = 0; row < lines.rows; row++) {
    if (lines.visit[row] == visit && IsRehabilitation(Code(Kind::kLine, "item", row).value_or(""))) return true;
  }
  return false;
}

void Stagehand::Operations(uint32_t row, Visit& visit, Life& life) {
  const Table& table = story_.bucket.table(Kind::kOperation);
  for (uint32_t at = 0; at < table.rows; at++) {
    if (table.visit[at] != row) continue;
    Operation& op = visit.operations.emplace_back();
    op.code = life.Keep(Code(Kind::kOperation, "code", at).value_or(""));
    op.name = op.code;
    if (int64_t time = Value(Kind::kOperation, "time", at); time != kNull) {
      op.begin = Moved(time);
      int64_t end = Value(Kind::kOperation, "end", at);
      op.end = end != kNull ? Moved(end) : op.begin + 3600;
      if (end == kNull && Blank(Kind::kOperation, "end")) op.set.push_back({Oprn("oprn_oprt_endtime"), {}});
    }
    SetFields(Kind::kOperation, at, kOperationHeader, {"code", "time", "end"}, life, op.set);
  }
}

}  // namespace yijian::city
