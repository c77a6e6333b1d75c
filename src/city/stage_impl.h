// The work of staging one case. Used by stage*.cc alone.
#pragma once

#include <map>
#include <optional>

#include "city/dice.h"
#include "city/sheet.h"
#include "city/stage.h"

namespace yijian::city {

// Where an institution of the story is played.
struct Scenery {
  uint32_t ordinal = 0;  // of the town
  std::string code;      // when it must be another than the town's
  std::string level;     // the same of hosp_lv
};

class Stagehand {
 public:
  Stagehand(const World& world, const Lookup& lookup, const Plant& plant);
  Staged Run();

 private:
  using Kind = timeline::Kind;

  // The story's values.
  int64_t Value(Kind kind, std::string_view field, uint32_t row) const;
  std::optional<std::string> Code(Kind kind, std::string_view field, uint32_t row) const;
  std::optional<Fen> Money(Kind kind, std::string_view field, uint32_t row) const;
  Time Moved(int64_t time) const { return time + static_cast<Time>(move_) * kSecondsPerDay; }
  std::string TextOf(const timeline::FieldInfo& field, int64_t value);
  std::string IdText(int64_t id);
  // Sets what the story gives; blanks what the rule reads and the story leaves out. `skip` are set by hand.
  void SetFields(Kind kind, uint32_t row, std::string_view header, const std::set<std::string_view>& skip, Life& life,
                 std::vector<Override>& set);
  bool Blank(Kind kind, std::string_view field) const { return reads_.Field(kind, field); }

  // stage.cc
  void Recast();
  void Cast(uint32_t person, Staged& staged);
  std::vector<Quiet> QuietOf() const;
  std::string LevelOf(const std::string& code) const;
  const Scenery& SceneryOf(const std::string& code, std::string level, std::string_view type, bool stay);
  std::string DoctorFor(const std::string& code);
  void Truth(Staged& staged);
  void TruthOfFinding(const pack::ExpectedFinding& expected, Staged& staged);
  std::string SubjectOf(uint32_t person, const std::string& first_row, const Staged& staged);

  // stage_visit.cc
  void Visits(uint32_t person, Life& life);
  void PlaceVisit(uint32_t row, Life& life);
  Visit& ImpliedVisit(Time time, std::optional<std::string> item, Life& life);
  void Diagnoses(uint32_t row, Visit& visit, Life& life);
  bool ChargesRehabilitation(uint32_t visit) const;
  void Operations(uint32_t row, Visit& visit, Life& life);
  void SetPlace(const Scenery& place, std::string_view area, Visit& visit, Life& life);

  // stage_line.cc
  void Lines(uint32_t person, Life& life);
  void PlaceLine(uint32_t row, Visit& visit, Life& life);
  void LineMoney(uint32_t row, Line& line);
  void LineDefaults(uint32_t row, Line& line);
  void Settle(Life& life);
  void SettleVisit(Visit& visit, Life& life);
  void StorySettlement(uint32_t row, Visit& visit, Life& life);
  void Traces(uint32_t person, Life& life);
  void Packs(Life& life);
  void Stocks(Life& life);

  const World& world_;
  const Lookup& lookup_;
  const Plant& plant_;
  const Template& pattern_;
  const timeline::Story& story_;
  const program::Rule& rule_;
  Reads reads_;
  Dice dice_;
  Date move_ = 0;
  bool areas_ = false;  // the rule asks where
  std::map<std::string, std::string> recast_;
  std::map<std::string, Scenery> sceneries_;
  std::map<std::string, std::string> doctors_;
  std::map<int64_t, std::string> ids_;
  std::map<uint32_t, Scenery> scenery_of_visit_;
  Extras extras_;
};

// Overrides for the columns that name the institution.
void AddPlace(const Scenery& place, std::string_view header, Life& life, std::vector<Override>& set);
// med_chrgitm_type and list_type of a code, by its shape.
std::string_view ChargeOf(std::string_view code);
std::string_view ListOf(std::string_view code);
bool IsRehabilitation(std::string_view code);

}  // namespace yijian::city
