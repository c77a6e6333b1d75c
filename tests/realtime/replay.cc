#include "replay.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "audit/run.h"
#include "base/hash.h"
#include "city/city.h"
#include "intake/intake.h"
#include "lake/bucket_reader.h"
#include "lake/subject_reader.h"
#include "pack/load.h"

namespace yijian::realtime {
namespace {

using timeline::Bucket;
using timeline::FieldType;
using timeline::kNoRow;
using timeline::Table;

size_t Ordinal(Kind kind, std::string_view name) { return timeline::OrdinalOf(*timeline::FindField(kind, name)); }

class Teller {
 public:
  Teller(const Bucket& bucket, const timeline::CodeBook& lake_codes, Codes& codes, std::vector<Event>& events)
      : bucket_(bucket), lake_codes_(lake_codes), codes_(codes), events_(events) {}

  void Tell() {
    for (uint32_t person = 0; person < bucket_.persons(); person++) Person(person);
  }

  // Of another subject's bucket: trace rows that no person's timeline has.
  void TellTraces() {
    const Table& traces = bucket_.table(Kind::kTrace);
    static const size_t kPersonKey = Ordinal(Kind::kTrace, "person_key");
    static const size_t kTime = Ordinal(Kind::kTrace, "time");
    for (uint32_t row = 0; row < traces.rows; row++) {
      if (traces.At(kPersonKey, row) != kNull) continue;
      Event event;
      event.at = std::max<Time>(0, traces.At(kTime, row));
      Put(Kind::kTrace, row, event);
      events_.push_back(std::move(event));
    }
  }

 private:
  // Settlements of a person, and what belongs to none of them, by visit or by time.
  void Person(uint32_t person) {
    const Table& settlements = bucket_.table(Kind::kSettlement);
    static const size_t kKey = Ordinal(Kind::kSettlement, "key");
    static const size_t kTime = Ordinal(Kind::kSettlement, "time");
    static const size_t kBegin = Ordinal(Kind::kVisit, "begin");
    static const size_t kEnd = Ordinal(Kind::kVisit, "end");
    std::map<int64_t, size_t> by_key;           // settlement -> event
    std::map<uint32_t, size_t> first_of_visit;  // visit -> event
    std::map<uint32_t, std::set<size_t>> of_visit;
    size_t first_event = events_.size();
    auto begin_event = [&](Time at) {
      Event& event = events_.emplace_back();
      event.at = at;
      event.told.no = bucket_.person_no[person];
      event.told.subject = IdKeyOf(event.told.no);
      PersonRow(person, event);
      return events_.size() - 1;
    };
    auto tell_visit = [&](uint32_t visit, size_t event) {
      if (!of_visit[visit].insert(event).second) return;
      auto [first, is_new] = first_of_visit.try_emplace(visit, event);
      if (!is_new && events_[event].at < events_[first->second].at) first->second = event;
    };
    ForRows(Kind::kSettlement, person, [&](uint32_t row) {
      size_t event = begin_event(settlements.At(kTime, row));
      Put(Kind::kSettlement, row, events_[event]);
      by_key.emplace(settlements.At(kKey, row), event);
      if (settlements.visit[row] != kNoRow) tell_visit(settlements.visit[row], event);
    });
    ForRows(Kind::kVisit, person, [&](uint32_t row) {
      if (first_of_visit.contains(row)) return;
      Time end = bucket_.table(Kind::kVisit).At(kEnd, row);
      Time begin = bucket_.table(Kind::kVisit).At(kBegin, row);
      tell_visit(row, begin_event(std::max<Time>(0, std::max(begin, end))));
    });
    for (Kind kind : {Kind::kLine, Kind::kTrace}) {
      const Table& rows = bucket_.table(kind);
      size_t settlement = Ordinal(kind, "settlement");
      size_t time = Ordinal(kind, "time");
      ForRows(kind, person, [&](uint32_t row) {
        auto at = by_key.find(rows.At(settlement, row));
        size_t event = events_.size();
        if (at != by_key.end()) {
          event = at->second;
        } else if (rows.visit[row] != kNoRow) {
          event = first_of_visit.at(rows.visit[row]);
        } else {
          event = begin_event(std::max<Time>(0, rows.At(time, row)));
        }
        if (rows.visit[row] != kNoRow) tell_visit(rows.visit[row], event);
        Put(kind, row, events_[event]);
      });
    }
    // Facts of a visit are told with its first settlement, and again with each later one.
    for (const auto& [visit, events] : of_visit) {
      for (size_t event : events) Put(Kind::kVisit, visit, events_[event]);
      for (Kind kind : {Kind::kDiagnosis, Kind::kOperation}) {
        const std::vector<uint32_t>& first =
            kind == Kind::kDiagnosis ? bucket_.visit_diagnosis_first : bucket_.visit_operation_first;
        if (first.empty()) continue;
        for (uint32_t row = first[visit]; row < first[visit + 1]; row++)
          Put(kind, row, events_[first_of_visit.at(visit)]);
      }
    }
    CHECK(events_.size() >= first_event);
  }

  template <typename Do>
  void ForRows(Kind kind, uint32_t person, Do todo) const {
    const Table& table = bucket_.table(kind);
    if (table.person_first.empty()) return;
    for (uint32_t row = table.person_first[person]; row < table.person_first[person + 1]; row++) todo(row);
  }

  int64_t VisitKey(Kind kind, uint32_t row) const {
    static const size_t kKey = Ordinal(Kind::kVisit, "key");
    const Table& table = bucket_.table(kind);
    uint32_t visit = kind == Kind::kVisit ? row : table.visit.empty() ? kNoRow : table.visit[row];
    return visit == kNoRow ? kNull : bucket_.table(Kind::kVisit).At(kKey, visit);
  }

  void Put(Kind kind, uint32_t row, Event& event) const {
    const Table& table = bucket_.table(kind);
    int64_t visit = VisitKey(kind, row);
    // A visit is known by its key, so that whoever tells of it again adds to it; others by the lake's row.
    NewRow put(kind, kind == Kind::kVisit ? visit : table.row_id[row], visit, event.at);
    Coder coder(codes_);
    for (size_t field = 0; field < table.columns.size(); field++) {
      int64_t value = table.At(field, row);
      if (value == kNull) continue;
      if (timeline::Fields(kind)[field].type == FieldType::kCode)
        value = coder.Of(lake_codes_.Text(value), lake_codes_.Name(value));
      put.Set(field, value);
    }
    put.PutInto(event.told, kind == Kind::kVisit ? bucket_.visit_no[row] : "");
  }

  void PersonRow(uint32_t person, Event& event) const {
    const Table& table = bucket_.table(Kind::kPerson);
    NewRow put(Kind::kPerson, event.told.subject, kNull, event.at);
    Coder coder(codes_);
    for (size_t field = 0; field < table.columns.size(); field++) {
      int64_t value = table.At(field, person);
      if (value == kNull) continue;
      if (timeline::Fields(Kind::kPerson)[field].type == FieldType::kCode)
        value = coder.Of(lake_codes_.Text(value), lake_codes_.Name(value));
      put.Set(field, value);
    }
    put.PutInto(event.told);
  }

  const Bucket& bucket_;
  const timeline::CodeBook& lake_codes_;
  Codes& codes_;
  std::vector<Event>& events_;
};

}  // namespace

Result<std::vector<Event>> EventsOf(const std::shared_ptr<const lake::Snapshot>& snapshot, Codes& codes) {
  std::vector<Event> events;
  lake::BucketReader reader = TRY(lake::BucketReader::Open(snapshot, lake::WantAll()));
  for (lake::BucketRange range : snapshot->PlanWork(1'000'000)) {
    Bucket bucket = TRY(reader.Read(range));
    Teller(bucket, *snapshot->codes(), codes, events).Tell();
  }
  lake::SubjectRequest request;
  request.kind = Kind::kTrace;
  request.field = Ordinal(Kind::kTrace, "code");
  request.fields.assign(timeline::Fields(Kind::kTrace).size(), true);
  lake::SubjectReader traces = TRY(lake::SubjectReader::Open(snapshot, request));
  Bucket bucket;
  while (TRY(traces.Next(&bucket))) {
    Teller(bucket, *snapshot->codes(), codes, events).TellTraces();
  }
  std::stable_sort(events.begin(), events.end(),
                   [](const Event& left, const Event& right) { return left.at < right.at; });
  return events;
}

Result<AuditedCity> MakeCity(const std::string& dir, uint64_t persons, uint64_t planted_per_rule) {
  const std::string source = YIJIAN_SOURCE_DIR;
  const std::string city = dir + "/city";
  TRY(city::Build({.persons = persons,
                   .to = city,
                   .rules = {source + "/rules/packs"},
                   .threads = 2,
                   .planted_per_rule = planted_per_rule},
                  [](const city::Progress&) {}));
  AuditedCity made{dir + "/lake", 0};
  for (const auto& [mapping, names] : std::map<std::string, std::vector<std::string>>{
           {"centre-tables",
            {"MDTRT_D", "SETL_D", "FEE_LIST_D", "SETL_LIST_DIAG_D", "SETL_LIST_OPRN_D", "PSN_INFO_B", "MEDINS_INFO_B",
             "RTAL_PHAC_B", "DR_INFO_B"}},
           {"stock-trace", {"3512", "3513", "STOCK"}}}) {
    intake::Options options{.mapping = source + "/mappings/" + mapping + ".yaml",
                            .lake = made.lake,
                            .dictionaries = source + "/rules/dictionaries"};
    for (const std::string& name : names) options.files.push_back(city + "/" + name + ".csv");
    TRY(intake::TakeIn(options, [](const intake::Progress&) {}).While("taking in " + mapping));
  }
  lang::Diagnostics diagnostics;
  program::RuleSet rules = pack::LoadRules({source + "/rules/packs"}, diagnostics);
  if (!diagnostics.ok()) return InvalidInput(diagnostics.Render());
  audit::AuditReport report =
      TRY(audit::RunAudit({.lake = made.lake, .pack_dirs = {source + "/rules/packs"}}, rules, {}));
  made.lines = report.lines;
  return made;
}

}  // namespace yijian::realtime
