// The same rules at three moments: what 3102 says settlement by settlement is what the audit finds afterwards
// (docs/decisions/0010).

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "audit/run.h"
#include "base/hash.h"
#include "lake/bucket_reader.h"
#include "lake/database.h"
#include "lake/testing.h"
#include "realtime/rebuild.h"
#include "realtime/wire.h"
#include "replay.h"

namespace yijian::realtime {
namespace {

using lake::Must;
using lake::TempDir;
using program::Subject;

// Charged rows with their money, then evidence; each by kind and the lake's row id.
using Accused = std::string;

std::string Name(Kind kind, int64_t row_id, bool charged, Fen amount) {
  std::string text = charged ? "+" : "-";
  text += timeline::InfoOf(kind).name;
  text += std::to_string(row_id);
  if (charged) text += "=" + std::to_string(amount);
  return text;
}

// By rule and rows: all findings of the run in force.
std::multiset<std::string> AuditFindings(const std::string& lake_dir, const std::set<std::string>& rules) {
  lake::Lake lake = Must(lake::Lake::Open(lake_dir));
  lake::Connection connection = Must(lake::OpenConnection({}));
  std::string dir;
  {
    std::ifstream current(lake.PathOf("findings/current"));
    std::getline(current, dir);
  }
  std::string base = lake.PathOf("findings/" + dir);
  lake::QueryResult rows =
      Must(connection.Query("SELECT f.finding_id, f.rule, r.kind, r.row_id, r.charged::INTEGER, (r.amount * "
                            "100)::BIGINT FROM read_parquet('" +
                            base + "/rows-*.parquet') r JOIN read_parquet('" + base +
                            "/findings-*.parquet') f USING (finding_id) ORDER BY f.finding_id, r.ordinal"));
  std::map<std::string, std::pair<std::string, std::set<std::string>>> found;
  for (size_t row = 0; row < rows.rows(); row++) {
    auto& [rule, names] = found[rows.Text(row, 0)];
    rule = rows.Text(row, 1);
    Kind kind = timeline::FindKind(rows.Text(row, 2))->kind;
    names.insert(Name(kind, rows.Int(row, 3), rows.Int(row, 4) != 0, rows.Int(row, 5)));
  }
  std::multiset<std::string> findings;
  for (const auto& [id, finding] : found) {
    if (!rules.contains(finding.first)) continue;
    std::string text = finding.first;
    for (const std::string& name : finding.second) text += " " + name;
    findings.insert(text);
  }
  return findings;
}

class Identity : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    dir_ = new TempDir;
    city_ = new AuditedCity(Must(MakeCity(dir_->path(), 300, 2)));
  }
  static void TearDownTestSuite() {
    delete city_;
    delete dir_;
  }
  static TempDir* dir_;
  static AuditedCity* city_;
};
TempDir* Identity::dir_ = nullptr;
AuditedCity* Identity::city_ = nullptr;

TEST_F(Identity, WhatSettlementsWereToldIsWhatTheAuditFinds) {
  TempDir dir;
  auto store = Must(Store::Open(dir / "store", {.create = true, .sync = false}));
  Time now = 0;
  Service service(*store, [&] { return now; });
  Must(service.LoadLive({YIJIAN_SOURCE_DIR "/rules/packs"}));
  Policy no_budget = Must(Policy::Parse(R"({"budget_ms": 0})"));
  service.SetPolicy(no_budget);
  auto snapshot = Must(lake::Snapshot::Take(Must(lake::Lake::Open(city_->lake))));
  std::vector<Event> events = Must(EventsOf(snapshot, store->codes()));
  const program::RuleSet& rules = service.live()->rules();
  ASSERT_GT(events.size(), 1000U);

  // The ledger: what was told and not lifted.
  std::map<uint64_t, std::string> ledger;
  std::map<int64_t, int64_t> row_of_visit;  // key -> the lake's row: accusations name visits by key
  {
    lake::BucketReader reader = Must(lake::BucketReader::Open(snapshot, lake::WantAll()));
    timeline::Bucket all = Must(reader.Read(snapshot->all()));
    const timeline::Table& visits = all.table(Kind::kVisit);
    size_t key = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "key"));
    for (uint32_t row = 0; row < visits.rows; row++) row_of_visit[visits.At(key, row)] = visits.row_id[row];
  }
  auto text_of = [&](const Accusation& accusation) {
    std::set<std::string> names;
    for (const AccusedRow& row : accusation.rows)
      names.insert(
          Name(row.kind, row.kind == Kind::kVisit ? row_of_visit.at(row.key) : row.key, row.charged, row.amount));
    std::string text = rules.rules[accusation.rule].id;
    for (const std::string& name : names) text += " " + name;
    return text;
  };
  int64_t hits = 0, lifted = 0, pre_compared = 0;
  std::map<std::string, int64_t> lifted_by_rule;
  for (const Event& event : events) {
    now = event.at;
    Draft draft;
    draft.now = event.at;
    draft.told = event.told;
    Answer answer = Must(service.Ask(draft));
    ASSERT_TRUE(answer.not_reached.empty());
    // Before the doctor signs, the rules of both moments say the same.
    draft.moment = program::kPre;
    Answer before = Must(service.Ask(draft));
    std::set<std::string> pre, mid;
    for (const Hit& hit : before.hits) {
      if (rules.rules[hit.accusation.rule].moments & program::kMid) pre.insert(text_of(hit.accusation));
    }
    for (const Hit& hit : answer.hits) {
      if (rules.rules[hit.accusation.rule].moments & program::kPre) mid.insert(text_of(hit.accusation));
    }
    ASSERT_EQ(pre, mid);
    pre_compared += static_cast<int64_t>(pre.size());

    for (const Accusation& accusation : answer.lifted) {
      ASSERT_EQ(ledger.erase(accusation.id), 1U) << "lifted what was never told: " << text_of(accusation);
      lifted_by_rule[rules.rules[accusation.rule].id]++;
      lifted++;
    }
    for (const Hit& hit : answer.hits) ledger[hit.accusation.id] = text_of(hit.accusation);
    hits += static_cast<int64_t>(answer.hits.size());
    Must(service.Take(Upload{.told = event.told}));
  }

  std::set<std::string> mid_rules;
  for (const program::Rule& rule : rules.rules) {
    if (rule.moments & program::kMid) mid_rules.insert(rule.id);
  }
  std::multiset<std::string> told, found = AuditFindings(city_->lake, mid_rules);
  for (const auto& [id, text] : ledger) told.insert(text);
  std::string only_told, only_found;
  for (const std::string& text : told) {
    if (told.count(text) != found.count(text)) only_told += text + "\n";
  }
  for (const std::string& text : found) {
    if (told.count(text) != found.count(text)) only_found += text + "\n";
  }
  EXPECT_EQ(only_told, only_found);
  EXPECT_GT(found.size(), 300U);
  EXPECT_GT(pre_compared, 100);
  std::set<std::string> rules_seen;
  for (const std::string& text : found) rules_seen.insert(text.substr(0, text.find(' ')));
  EXPECT_GT(rules_seen.size(), 80U);
  std::printf("%zu events, %lld hits told, %lld lifted, %zu stand; the audit found %zu of %zu rules\n", events.size(),
              static_cast<long long>(hits), static_cast<long long>(lifted), told.size(), found.size(),
              rules_seen.size());
  for (const auto& [rule, count] : lifted_by_rule)
    std::printf("  lifted %s %lld\n", rule.c_str(), static_cast<long long>(count));
}

// A store rebuilt from the lake is the same history: a draft that tells nothing new finds nothing new, and lifts
// nothing; what the audit found of a person stands when the person is asked about as a whole.
TEST_F(Identity, AStoreRebuiltFromTheLakeKnowsWhatTheAuditKnew) {
  TempDir dir;
  RebuildReport report =
      Must(Rebuild({.lake = city_->lake, .store = dir / "store", .pack_dirs = {YIJIAN_SOURCE_DIR "/rules/packs"}}));
  EXPECT_EQ(report.lines, city_->lines);
  EXPECT_GT(report.doctors, 0);
  EXPECT_GT(report.trace_codes, 0);
  auto store = Must(Store::Open(dir / "store"));
  auto version = Must(PackVersion::Load("live", {YIJIAN_SOURCE_DIR "/rules/packs"}, store->codes()));
  EXPECT_EQ(Must(MissingFields(*store, *version)), std::vector<std::string>());
  Must(store->codes().Cover(version->bound()));
  std::map<int64_t, int64_t> row_of_visit;
  auto snapshot = Must(lake::Snapshot::Take(Must(lake::Lake::Open(city_->lake))));
  {
    lake::BucketReader reader = Must(lake::BucketReader::Open(snapshot, lake::WantAll()));
    timeline::Bucket all = Must(reader.Read(snapshot->all()));
    const timeline::Table& visits = all.table(Kind::kVisit);
    size_t key = timeline::OrdinalOf(*timeline::FindField(Kind::kVisit, "key"));
    for (uint32_t row = 0; row < visits.rows; row++) row_of_visit[visits.At(key, row)] = visits.row_id[row];
  }
  std::multiset<std::string> found;
  for (Subject subject : {Subject::kPerson, Subject::kDoctor, Subject::kCode}) {
    Must(store->ForEach(subject, [&](const History& known) -> Status {
      History nothing;
      nothing.subject = known.subject;
      Pair pair{&nothing, &known};
      for (const Verdict& verdict : Judge(*version, {&pair, 1}, {.subject = subject})) {
        for (const Accusation& accusation : verdict.added) {
          std::set<std::string> names;
          for (const AccusedRow& row : accusation.rows)
            names.insert(
                Name(row.kind, row.kind == Kind::kVisit ? row_of_visit.at(row.key) : row.key, row.charged, row.amount));
          std::string text = version->rules().rules[accusation.rule].id;
          for (const std::string& name : names) text += " " + name;
          found.insert(text);
        }
      }
      return {};
    }));
  }
  std::set<std::string> mid_rules;
  for (const program::Rule& rule : version->rules().rules) {
    if (rule.moments & program::kMid) mid_rules.insert(rule.id);
  }
  EXPECT_EQ(found, AuditFindings(city_->lake, mid_rules));
  std::printf("%lld persons, %lld lines, %lld bytes, %lld on disk\n", static_cast<long long>(report.persons),
              static_cast<long long>(report.lines), static_cast<long long>(report.bytes),
              static_cast<long long>(report.disk_bytes));
}

// A row as JSON, every field under its national column name.
nlohmann::json JsonOf(const Rows& rows, size_t row, Kind kind, const Codes& codes) {
  static const std::map<std::string_view, const char*> kIds{{"setl_key", "setl_id"},
                                                            {"rx_drord_no_key", "rx_drord_no"},
                                                            {"invono_key", "invono"},
                                                            {"refl_old_mdtrt_key", "refl_old_mdtrt_id"},
                                                            {"drug_trac_key", "drug_trac_codg"}};
  using timeline::FieldType;
  nlohmann::json object = nlohmann::json::object();
  for (const timeline::FieldInfo& field : timeline::Fields(kind)) {
    int64_t value = rows.At(timeline::OrdinalOf(field), row);
    if (value == kNull) continue;
    std::string name(field.column);
    if (field.type == FieldType::kId) {
      auto id = kIds.find(field.column);
      if (id != kIds.end()) object[id->second] = "K" + std::to_string(value);
    } else if (field.type == FieldType::kCode) {
      object[name] = codes.Text(value);
    } else if (field.type == FieldType::kTime) {
      object[name] = FormatTime(value);
    } else if (field.type == FieldType::kDate) {
      object[name] = FormatDate(static_cast<Date>(value));
    } else if (field.type == FieldType::kBool) {
      object[name] = value ? "1" : "0";
    } else {
      object[name] = FormatMicro(value);
    }
  }
  return object;
}

nlohmann::json ListOf(const History& told, Kind kind, const Codes& codes) {
  nlohmann::json list = nlohmann::json::array();
  const Rows& rows = told.of(kind);
  for (size_t row = 0; row < rows.size(); row++) {
    list.push_back(JsonOf(rows, row, kind, codes));
    if (kind == Kind::kLine) list.back()["bkkp_sn"] = std::to_string(rows.key[row]);
  }
  return list;
}

// What an answer says, without the names of rows.
std::multiset<std::string> SaidOf(const Answer& answer) {
  std::multiset<std::string> said;
  for (const Hit& hit : answer.hits) {
    int charged = 0;
    for (const AccusedRow& row : hit.accusation.rows) charged += row.charged ? 1 : 0;
    said.insert(answer.version->rules().rules[hit.accusation.rule].id + " " + FormatFen(hit.accusation.amount) + " " +
                std::to_string(charged) + "/" + std::to_string(hit.accusation.rows.size()) + " " +
                hit.accusation.message_zh);
  }
  for (const Doubt& doubt : answer.doubts)
    said.insert(answer.version->rules().rules[doubt.rule].id + " without " + doubt.reason);
  return said;
}

// The same settlement in bytes is heard the same.
TEST_F(Identity, ASettlementWrittenAsJsonIsHeardAsItWas) {
  TempDir dir;
  auto store = Must(Store::Open(dir / "store", {.create = true, .sync = false}));
  Service service(*store, [] { return Time{0}; });
  Must(service.LoadLive({YIJIAN_SOURCE_DIR "/rules/packs"}));
  service.SetPolicy(Must(Policy::Parse(R"({"budget_ms": 0})")));
  auto snapshot = Must(lake::Snapshot::Take(Must(lake::Lake::Open(city_->lake))));
  std::vector<Event> events = Must(EventsOf(snapshot, store->codes()));
  int64_t compared = 0, said = 0;
  for (const Event& event : events) {
    if (event.told.of(Kind::kVisit).size() != 1 || event.told.of(Kind::kSettlement).size() != 1) continue;
    nlohmann::json visit = JsonOf(event.told.of(Kind::kVisit), 0, Kind::kVisit, store->codes());
    visit["mdtrt_id"] = event.told.visit_no[0];
    visit["settlement"] = ListOf(event.told, Kind::kSettlement, store->codes())[0];
    visit["lines"] = ListOf(event.told, Kind::kLine, store->codes());
    visit["diagnoses"] = ListOf(event.told, Kind::kDiagnosis, store->codes());
    visit["operations"] = ListOf(event.told, Kind::kOperation, store->codes());
    visit["traces"] = ListOf(event.told, Kind::kTrace, store->codes());
    nlohmann::json person = JsonOf(event.told.of(Kind::kPerson), 0, Kind::kPerson, store->codes());
    person["psn_no"] = event.told.no;
    person["visits"] = nlohmann::json::array({visit});
    JsonDocument body = Must(JsonDocument::Parse(nlohmann::json{{"persons", nlohmann::json::array({person})}}.dump()));
    WireContext context{.codes = &store->codes(), .now = event.at};
    std::vector<Draft> heard = Must(ReadDrafts(body.root(), program::kMid, context));
    Draft told;
    told.now = event.at;
    told.told = event.told;
    std::multiset<std::string> as_told = SaidOf(Must(service.Ask(told)));
    ASSERT_EQ(SaidOf(Must(service.Ask(heard[0]))), as_told) << person.dump(1);
    compared++;
    said += static_cast<int64_t>(as_told.size());
  }
  EXPECT_GT(compared, 3000);
  EXPECT_GT(said, 300);
}

TEST_F(Identity, UploadsThatTheLakeLacksSurviveARebuild) {
  TempDir dir;
  RebuildOptions options{.lake = city_->lake, .store = dir / "store", .pack_dirs = {YIJIAN_SOURCE_DIR "/rules/packs"}};
  Must(Rebuild(options));
  int64_t person = IdKeyOf("a person of uploads");
  {
    auto store = Must(Store::Open(dir / "store"));
    Service service(*store, [] { return Time{0}; });
    History told;
    told.subject = person;
    told.no = "a person of uploads";
    NewRow(Kind::kVisit, 5, 5, 100).Set("begin", 100).PutInto(told, "V5");
    NewRow(Kind::kLine, 6, 5, 100).Set("time", 100).Set("item", store->codes().Intern("NEVER-SEEN")).PutInto(told);
    Must(service.Take(Upload{.msgid = "sent once", .digest = 7, .told = told, .response = "taken"}));
    Must(store->Put({{Notes::kHits, "hit", "{}"},
                     {Notes::kFeedback, "hit/1", "{}"},
                     {Notes::kShadow, "shadow", "{}"},
                     {Notes::kOverrides, "override", "{}"},
                     {Notes::kRequests, "request", "{}"}}));
    EXPECT_EQ(Rebuild(options).error().code, ErrorCode::kConflict);  // in use
  }
  RebuildReport report = Must(Rebuild(options));
  EXPECT_EQ(report.carried_over, 1);
  auto store = Must(Store::Open(dir / "store"));
  History known = Must(store->Get(Subject::kPerson, person));
  ASSERT_EQ(known.of(Kind::kLine).size(), 1U);
  size_t item = timeline::OrdinalOf(*timeline::FindField(Kind::kLine, "item"));
  EXPECT_EQ(store->codes().Text(known.of(Kind::kLine).At(item, 0)), "NEVER-SEEN");
  // What was told and answered, and what a message was answered, is of no lake.
  for (auto [space, key] : {std::pair{Notes::kHits, "hit"},
                            {Notes::kFeedback, "hit/1"},
                            {Notes::kShadow, "shadow"},
                            {Notes::kOverrides, "override"},
                            {Notes::kRequests, "request"}})
    EXPECT_EQ(Must(store->Find(space, key)), "{}") << key;
  Service service(*store, [] { return Time{0}; });
  Taken again = Must(service.Take(Upload{.msgid = "sent once", .digest = 7, .told = known, .response = "new"}));
  EXPECT_TRUE(again.again);
  EXPECT_EQ(again.response, "taken");
}

}  // namespace
}  // namespace yijian::realtime
