#include "city/stage.h"

#include <algorithm>

#include "base/result.h"
#include "city/stage_impl.h"
#include "city/substitute.h"

namespace yijian::city {

using program::Subject;
using timeline::FieldInfo;
using timeline::FieldType;
using timeline::kNull;
using timeline::Table;

void AddStories(const std::string& rule, const std::string& name, Staged& staged) {
  for (const Life& life : staged.lives) {
    TruthRow row{"story", "", rule, name, life.person.no, {}, {}, std::nullopt};
    for (const Visit& visit : life.visits) {
      if (visit.planted) row.visits.push_back(MdtrtId(life, visit));
    }
    staged.truth.push_back(std::move(row));
  }
}

uint64_t Plant::persons() const {
  return std::max<uint64_t>(1, pattern->story.bucket.table(timeline::Kind::kPerson).rows);
}

Staged StagePlant(const World& world, const Lookup& lookup, const Plant& plant) {
  return Stagehand(world, lookup, plant).Run();
}

Stagehand::Stagehand(const World& world, const Lookup& lookup, const Plant& plant)
    : world_(world),
      lookup_(lookup),
      plant_(plant),
      pattern_(*plant.pattern),
      story_(plant.pattern->story),
      rule_(plant.pattern->Of(lookup.rules())),
      reads_(ReadsOf(rule_)),
      dice_(world.era.seed, Stream::kPlant, plant.ordinal) {
  CHECK(!pattern_.weeks.empty());
  move_ = pattern_.weeks[dice_.Below(static_cast<uint32_t>(pattern_.weeks.size()))] * 7;
  areas_ = !rule_.area.empty();
  for (const std::string& table : reads_.tables) areas_ = areas_ || lookup_.HasAreas(table);
}

Staged Stagehand::Run() {
  Recast();
  Staged staged;
  for (uint32_t person = 0; person < plant_.persons(); person++) Cast(person, staged);
  Truth(staged);
  AddStories(rule_.id, pattern_.name, staged);
  staged.extras = extras_;
  return staged;
}

int64_t Stagehand::Value(Kind kind, std::string_view field, uint32_t row) const {
  return story_.bucket.table(kind).At(timeline::OrdinalOf(*timeline::FindField(kind, field)), row);
}

std::optional<std::string> Stagehand::Code(Kind kind, std::string_view field, uint32_t row) const {
  int64_t value = Value(kind, field, row);
  if (value == kNull) return std::nullopt;
  return pattern_.codes->Text(value);
}

std::optional<Fen> Stagehand::Money(Kind kind, std::string_view field, uint32_t row) const {
  int64_t value = Value(kind, field, row);
  if (value == kNull) return std::nullopt;
  return FenOf(value);
}

void Stagehand::Recast() {
  std::set<std::string> items;
  for (Kind kind : {Kind::kLine, Kind::kTrace}) {
    for (uint32_t row = 0; row < story_.bucket.table(kind).rows; row++) {
      if (auto item = Code(kind, "item", row)) items.insert(*item);
    }
  }
  std::vector<Date> days;
  for (Time time : TimesOf(story_)) days.push_back(DayOf(Moved(time)));
  recast_ = Substitute(lookup_, rule_, {items.begin(), items.end()}, days, dice_);
  // Stock of an item the city trades in would be counted with the story's: a pack size of its own.
  for (uint32_t row = 0; row < story_.bucket.table(Kind::kStock).rows; row++) {
    auto item = Code(Kind::kStock, "item", row);
    if (item && item->size() > 12)
      recast_[*item] = item->substr(0, item->size() - 5) + Padded(plant_.ordinal % 100'000, 5);
  }
}

// An id of the story, the same for the same value.
std::string Stagehand::IdText(int64_t id) {
  auto [at, is_new] = ids_.try_emplace(id);
  if (is_new) at->second = "Z" + Padded(plant_.first_person, 10) + Padded(ids_.size(), 4);
  return at->second;
}

std::string Stagehand::TextOf(const FieldInfo& field, int64_t value) {
  switch (field.type) {
    case FieldType::kBool:
      return value != 0 ? "1" : "0";
    case FieldType::kNumber:
    case FieldType::kMoney:
      return FormatMicro(value);
    case FieldType::kTime:
      return FormatTime(Moved(value));
    case FieldType::kDate:
      return FormatDate(static_cast<Date>(value) + move_);
    case FieldType::kCode: {
      std::string text = pattern_.codes->Text(value);
      if (field.column.find("_dr_code") != std::string_view::npos || field.column == "chfpdr_code")
        return DoctorFor(text);
      return text;
    }
    case FieldType::kId:
      return IdText(value);
    case FieldType::kText:
      return {};
  }
  return {};
}

void Stagehand::SetFields(Kind kind, uint32_t row, std::string_view header, const std::set<std::string_view>& skip,
                          Life& life, std::vector<Override>& set) {
  for (const FieldInfo& field : timeline::Fields(kind)) {
    if (skip.count(field.name) > 0) continue;
    std::string column(field.column);
    if (column.ends_with("_key")) column.resize(column.size() - 4);
    int at = ColumnOf(header, column);
    if (at < 0) continue;
    int64_t value = story_.bucket.table(kind).At(timeline::OrdinalOf(field), row);
    if (value != kNull) {
      set.push_back({at, life.Keep(TextOf(field, value))});
    } else if (Blank(kind, field.name)) {
      set.push_back({at, {}});
    }
  }
}

std::vector<Quiet> Stagehand::QuietOf() const {
  const Era& era = world_.era;
  if (reads_.whole_year || rule_.subject != Subject::kPerson) return {{era.from, era.until}};
  std::vector<Quiet> quiet;
  int apart = std::max(40, reads_.reach_days + 2);
  for (Time time : TimesOf(story_)) {
    Date day = DayOf(Moved(time));
    CivilDay civil = CivilOf(day);
    Date month = DateOf({civil.year, civil.month, 1});
    quiet.push_back({std::min(month, day - apart), std::max(month + 31, day + apart)});
  }
  return quiet;
}

void Stagehand::Cast(uint32_t person, Staged& staged) {
  const Table& persons = story_.bucket.table(Kind::kPerson);
  Traits traits;
  traits.female = dice_.Chance(500);
  traits.birth = DateOf({1950 + dice_.Between(0, 45), dice_.Between(1, 12), dice_.Between(1, 28)});
  bool told = person < persons.rows;
  if (told) {
    if (auto sex = Code(Kind::kPerson, "sex", person)) traits.female = *sex == "2";
    if (int64_t birth = Value(Kind::kPerson, "birth", person); birth != kNull)
      traits.birth = static_cast<Date>(birth) + move_;
  }
  Resident resident = MakeResident(world_.town, world_.era, plant_.first_person + person, traits);
  if (told) {  // the ordinary life around the story keeps to what it says of the person
    auto date = [&](std::string_view field) {
      int64_t value = Value(Kind::kPerson, field, person);
      return value == kNull ? std::nullopt : std::optional<Date>(static_cast<Date>(value) + move_);
    };
    resident.enrolled = date("enrolled").value_or(resident.enrolled);
    resident.paused = date("paused");
    resident.death = date("death");
  }
  Life& life = staged.lives.emplace_back(Live(world_, std::move(resident), QuietOf()));
  life.planted = true;
  if (told) {
    SetFields(Kind::kPerson, person, kPersonHeader, {"no", "key"}, life, life.person_set);
    Visits(person, life);
    Lines(person, life);
    Traces(person, life);
    Settle(life);
    Packs(life);
  }
  if (person == 0) Stocks(life);
  Seal(life);
}

// The level that the story gives an institution on any of its visits.
std::string Stagehand::LevelOf(const std::string& code) const {
  for (uint32_t row = 0; row < story_.bucket.table(Kind::kVisit).rows; row++) {
    std::optional<std::string> level = Code(Kind::kVisit, "level", row);
    if (level && Code(Kind::kVisit, "institution", row) == code) return *level;
  }
  return {};
}

const Scenery& Stagehand::SceneryOf(const std::string& code, std::string level, std::string_view type, bool stay) {
  if (!code.empty() && level.empty()) level = LevelOf(code);
  auto [at, is_new] = sceneries_.try_emplace(code.empty() ? "|" + level : code);
  if (!is_new) return at->second;
  Scenery& place = at->second;
  bool pharmacy = code.substr(0, 1) == "P" || type.substr(0, 2) == "41";
  Tier tier = pharmacy ? Tier::kPharmacy : Tier::kSecond;
  if (level == "01" || level == "02" || level == "03" || level == "04" || level == "12") tier = Tier::kThird;
  if (level == "08" || level == "09" || level == "10" || level == "14") tier = Tier::kTownship;
  if (level == "11" && !pharmacy && !stay) tier = Tier::kClinic;
  // Institutions that the story tells apart stay apart: neighbours in the town's list, by how many there are already.
  place.ordinal = world_.town.Nth(tier, plant_.ordinal * 7 + sceneries_.size());
  if (!level.empty()) {
    for (uint32_t n = 0; n < world_.town.CountOf(tier); n++) {
      uint32_t other = world_.town.Nth(tier, plant_.ordinal + n);
      bool taken = std::any_of(sceneries_.begin(), sceneries_.end(), [&](const auto& scenery) {
        return &scenery.second != &place && scenery.second.ordinal == other;
      });
      if (world_.town.At(other).level == level && !taken) place.ordinal = other;
    }
    if (world_.town.At(place.ordinal).level != level) place.level = level;
  }
  bool known = std::any_of(reads_.tables.begin(), reads_.tables.end(), [&](const std::string& table) {
    return !code.empty() && lookup_.Holds(table, code) && code.size() == 12;
  });
  bool crowded = sceneries_.size() > world_.town.CountOf(tier);
  if (known) {
    place.code = code;
  } else if (rule_.subject == Subject::kInstitution || crowded) {
    place.code = (pharmacy ? "P" : "H") + std::string(kCityArea) +
                 Padded(50'000 + (plant_.ordinal * 3 + sceneries_.size()) % 50'000, 5);
  }
  if (!place.code.empty()) extras_.institutions.insert(place.code);
  return place;
}

std::string Stagehand::DoctorFor(const std::string& code) {
  auto [at, is_new] = doctors_.try_emplace(code);
  if (!is_new) return at->second;
  bool known = std::any_of(reads_.tables.begin(), reads_.tables.end(),
                           [&](const std::string& table) { return lookup_.Holds(table, code); });
  at->second =
      known ? code
            : DoctorCode(kCityArea, static_cast<uint32_t>(800'000 + (plant_.ordinal * 5 + doctors_.size()) % 200'000));
  extras_.doctors.insert(at->second);
  return at->second;
}

void Stagehand::Truth(Staged& staged) {
  if (pattern_.violation) {
    for (const pack::ExpectedFinding& expected : pattern_.expected) TruthOfFinding(expected, staged);
    return;
  }
  for (uint32_t person = 0; person < staged.lives.size(); person++) {
    const Life& life = staged.lives[person];
    TruthRow row{"lookalike", "case", rule_.id, pattern_.name, SubjectOf(person, {}, staged), {}, {}, std::nullopt};
    for (const Visit& visit : life.visits) {
      if (!visit.planted) continue;
      row.visits.push_back(MdtrtId(life, visit));
      for (size_t i = 0; i < visit.lines.size(); i++) row.lines.push_back(BkkpSn(life, visit, i));
    }
    staged.truth.push_back(std::move(row));
  }
}

void Stagehand::TruthOfFinding(const pack::ExpectedFinding& expected, Staged& staged) {
  TruthRow row{"violation", "case", rule_.id, pattern_.name, {}, {}, {}, expected.amount};
  std::set<std::string> visits;
  for (const std::string& name : expected.rows) {
    auto at = story_.names.find(name);
    if (at == story_.names.end()) continue;
    auto tag = static_cast<int>(at->second.row);
    Kind kind = at->second.kind;
    uint32_t person = kind == Kind::kStock ? 0 : story_.bucket.table(kind).person[at->second.row];
    if (row.subject.empty()) row.subject = SubjectOf(person, name, staged);
    const Life& life = staged.lives[std::min<size_t>(person, staged.lives.size() - 1)];
    uint32_t its_visit = kind == Kind::kVisit ? at->second.row : timeline::kNoRow;
    if (kind != Kind::kVisit && kind != Kind::kStock && kind != Kind::kTrace)
      its_visit = story_.bucket.table(kind).visit[at->second.row];
    for (const Visit& visit : life.visits) {
      if (!visit.planted) continue;
      if (its_visit != timeline::kNoRow && visit.tag == static_cast<int>(its_visit))
        visits.insert(MdtrtId(life, visit));
      for (size_t i = 0; kind == Kind::kLine && i < visit.lines.size(); i++) {
        if (visit.lines[i].tag != tag) continue;
        row.lines.push_back(BkkpSn(life, visit, i));
        visits.insert(MdtrtId(life, visit));
      }
    }
  }
  row.visits.assign(visits.begin(), visits.end());
  staged.truth.push_back(std::move(row));
}

std::string Stagehand::SubjectOf(uint32_t person, const std::string& first_row, const Staged& staged) {
  auto at = story_.names.find(first_row);
  bool row = at != story_.names.end();
  if (rule_.subject == Subject::kDoctor) return doctors_.empty() ? "" : doctors_.begin()->second;
  if (rule_.subject == Subject::kInstitution) {
    if (row && at->second.kind == Kind::kStock) {
      auto code = Code(Kind::kStock, "institution", at->second.row);
      if (code) return SceneryOf(*code, "", "", false).code;
    }
    return sceneries_.empty() ? "" : sceneries_.begin()->second.code;
  }
  if (rule_.subject == Subject::kCode) {
    for (const Life& life : staged.lives) {
      for (const Trace& trace : life.traces) {
        if (trace.visit < 0) return trace.code;
      }
    }
  }
  return staged.lives[std::min<size_t>(person, staged.lives.size() - 1)].person.no;
}

}  // namespace yijian::city
