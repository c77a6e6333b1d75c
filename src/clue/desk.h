// What auditors do with clues: see the queue, take, lock, judge, put off, merge, split, end, hand out, draw.
//
//   Desk desk(database, clock, matters, {});
//   Clue clue = TRY(desk.TakeNext(viewer, {}));
//   clue = TRY(desk.GiveVerdicts(viewer, clue.id, {.version = clue.version, .items = {{.all = true, .verdict =
//   "confirmed"}}}));
//
// Two at once: whoever changes a clue sends the version he saw; of two, one wins and the other is told
// (version_conflict). A lock keeps others from judging for `lock_minutes`, renewed by work. Scope:   what lies outside
// the viewer's area or institution is kNotFound; what his role may not do is forbidden. Trail:   every change is one
// trail entry in the same transaction. Looks are logged by whoever answers them. Errors:  kConflict version_conflict,
// locked_by_other, wrong_status, decided; kInvalidInput with fields; kNotFound. Threads: share freely.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "clue/queue.h"
#include "clue/rank.h"
#include "ledger/book.h"

namespace yijian::clue {

// What an office may set of it.
struct DeskSettings {
  RankWeights weights;
  int64_t lock_minutes = 20;
};
// Asked in the transaction that uses them, so that a change counts at once and on every server.
using DeskSettingsOf = std::function<Result<DeskSettings>(store::Session&)>;

struct SuspectLine {
  int64_t id = 0;
  std::string kind;
  int64_t row_id = 0;
  bool charged = false;
  std::optional<std::string> no;  // what its source calls it: a settlement, a visit, a trace code, a movement of stock
  std::optional<std::string> feedetl_sn;
  std::optional<std::string> item_code;
  std::optional<std::string> item_name;
  std::optional<EpochMs> at;
  std::optional<std::string> cnt;
  std::optional<std::string> pric;
  std::optional<Fen> amount;
  std::optional<std::string> doctor;
  std::optional<std::string> department;
  std::string verdict;
  std::optional<std::string> account;  // where most of its money is
  Fen found = 0;
  Fen attributed = 0;
  std::optional<Fen> chk;
  std::optional<Fen> cnfm;
  std::optional<Fen> det;
};
struct Suspect {
  int64_t id = 0;
  std::optional<std::string> doc;
  std::string rule;
  std::string rule_name_zh;
  std::string rule_name_en;
  int64_t rule_version = 0;
  std::optional<std::string> official;
  std::string severity;
  std::string message_zh;
  std::string message_en;
  std::string facts_json;
  std::optional<std::string> person;
  std::string person_name;  // masked
  std::optional<std::string> institution;
  std::optional<EpochMs> at;
  std::string verdict;
  std::optional<std::string> verdict_by;
  std::optional<std::string> verdict_note;
  std::string status;  // live, withdrawn
  Fen found = 0;
  Fen attributed = 0;
  std::optional<Fen> fund;
  std::optional<Fen> chk;
  std::optional<Fen> cnfm;
  std::optional<Fen> det;
  std::vector<SuspectLine> lines;
};
struct SuspectFilter {
  std::string rule;
  std::string verdict;
  std::string text;
  std::string person;  // ref
};
struct SuspectPage {
  std::vector<Suspect> rows;
  int64_t total = 0;
};

struct RelatedClue {
  int64_t id = 0;
  std::string no;
  std::string title;
  std::string status;
  std::string why;  // earlier, same_subject, same_persons, same_institution, split, merged
  Fen found = 0;
  std::optional<std::string> outcome;
};
struct HistoryEntry {
  EpochMs at = 0;
  int64_t by = 0;
  std::string by_name;
  std::string action;
  std::string text_zh;
  std::string text_en;
  std::optional<std::string> note;
};

struct VerdictItem {
  int64_t suspect = 0;  // one of these three
  int64_t line = 0;
  bool all = false;  // undecided suspects of the clue
  std::string rule;  // with all
  std::string verdict;
  std::optional<Fen> chk;  // confirmed: how much; default all that was attributed
  std::string note;
};
struct VerdictInput {
  int64_t version = 0;
  std::string conduct;  // empty: as it was
  std::vector<VerdictItem> items;
};

struct NewClue {
  std::string source;
  std::string source_note;
  std::string title;
  std::string text;
  std::string matter = "other";
  std::string subject_kind;
  std::string subject;
  std::string institution;
  std::string area;
  Fen amount = 0;
  std::string first_day;
  std::string last_day;
};

struct Colleague {
  int64_t user = 0;
  std::string name;
  std::vector<std::string> fields;  // matters he knows
};
struct Assignment {
  std::string how;  // to, institution, field, workload, random
  std::vector<int64_t> clues;
  std::string filter;
  std::vector<Colleague> to;
  std::string seed;
  int64_t limit = 1000;
};
struct AssignmentResult {
  int64_t assigned = 0;
  int64_t skipped = 0;
  std::vector<std::pair<Colleague, int64_t>> by_user;
};

struct SampleInput {
  std::string filter;
  int64_t size = 0;
  std::string seed;
  std::string strata = "none";  // none, institution, matter, area
  std::string reason;
};
struct Sample {
  int64_t id = 0;
  EpochMs at = 0;
  std::string by_name;
  std::string seed;
  std::string strata;
  std::string reason;
  int64_t population = 0;
  std::string population_sha256;  // of the numbers drawn from, sorted, each with a line feed
  int64_t drawn = 0;
  std::string clues_json;  // wire ids
};
struct SamplePage {
  std::vector<Sample> rows;
  int64_t total = 0;
};

struct SavedFilter {
  int64_t id = 0;
  std::string name;
  std::string query;
  bool shared = false;
  bool mine = false;
};

struct Paging {
  int64_t limit = 50;
  int64_t offset = 0;
};

class Desk {
 public:
  Desk(store::Database& database, const Clock& clock, const Matters& matters, DeskSettingsOf settings)
      : database_(database), clock_(clock), matters_(matters), settings_(std::move(settings)) {}

  // ---- look
  Result<CluePage> List(const Viewer& viewer, const ClueFilter& filter, const std::string& sort, Paging paging);
  Result<Clue> Get(const Viewer& viewer, int64_t id);
  Result<SuspectPage> Suspects(const Viewer& viewer, int64_t id, const SuspectFilter& filter, const std::string& sort,
                               Paging paging);
  // Of the clues of a case; the caller has looked whether the case may be seen.
  Result<SuspectPage> SuspectsOfCase(int64_t case_id, const SuspectFilter& filter, Paging paging);
  Result<std::vector<RelatedClue>> Related(const Viewer& viewer, int64_t id);
  Result<std::vector<RelatedClue>> Before(const Viewer& viewer, const std::string& institution,
                                          const std::string& subject_kind, const std::string& subject,
                                          const std::string& matter);
  Result<std::vector<HistoryEntry>> History(const Viewer& viewer, int64_t id);

  // ---- work
  Result<Clue> TakeNext(const Viewer& viewer, const std::string& matter, const std::string& institution, int64_t after);
  Result<Clue> Lock(const Viewer& viewer, int64_t id);
  Status Unlock(const Viewer& viewer, int64_t id);
  Result<Clue> GiveVerdicts(const Viewer& viewer, int64_t id, const VerdictInput& input);
  Result<Clue> Snooze(const Viewer& viewer, int64_t id, int64_t version, Date until, const std::string& reason);
  Result<Clue> Wake(const Viewer& viewer, int64_t id);
  // no_violation, coding_error, inconclusive, duplicate: undecided suspects get the verdict that goes with it.
  Result<Clue> Close(const Viewer& viewer, int64_t id, int64_t version, const std::string& outcome,
                     const std::string& reason);
  Result<Clue> Merge(const Viewer& viewer, int64_t into, const std::vector<int64_t>& clues, const std::string& reason);
  Result<Clue> Unmerge(const Viewer& viewer, int64_t id, const std::string& reason);
  Result<Clue> Split(const Viewer& viewer, int64_t id, int64_t version, const std::vector<int64_t>& suspects,
                     const std::string& title, const std::string& reason);
  // With an amount it has a suspect of that much, whose money enters the ledger.
  Result<Clue> Add(const Viewer& viewer, const NewClue& input);

  // ---- share out
  Result<AssignmentResult> Assign(const Viewer& viewer, const Assignment& assignment);
  Result<Sample> Draw(const Viewer& viewer, const SampleInput& input);
  Result<SamplePage> Samples(const Viewer& viewer, Paging paging);
  Result<std::vector<SavedFilter>> Filters(const Viewer& viewer);
  Result<SavedFilter> SaveFilter(const Viewer& viewer, const std::string& name, const std::string& query, bool shared);
  Status DeleteFilter(const Viewer& viewer, int64_t id);

  // Ranks of clues whose rules' precision has changed since, in short transactions. Call it every half minute; true:
  // there were some.
  Result<bool> RefreshRanks();
  // The weights have changed: RefreshRanks has every clue to do.
  Status RankAnew(store::Session& session);

  const Matters& matters() const { return matters_; }
  Result<RankWeights> Weights(store::Session& session) const { return TRY(settings_(session)).weights; }

 private:
  struct Totals {
    EpochMs at = 0;
    CluePage page;  // without rows
    bool counting = false;
  };
  Result<CluePage> TotalsOf(store::Session& session, const std::string& where, const store::Values& values);
  Status FillRules(store::Session& session, std::vector<Clue>& clues);
  Result<Clue> Load(store::Session& session, const Viewer& viewer, int64_t id);        // whole
  Result<Clue> LoadLocked(store::Session& session, const Viewer& viewer, int64_t id);  // bare, row locked
  // Locked, open for work, of this version, nobody else's lock. version -1: any.
  Result<Clue> LoadToWork(store::Session& session, const Viewer& viewer, int64_t id, int64_t version);
  Status TakeLock(store::Session& session, const Viewer& viewer, const Clue& clue);
  Status Judge(store::Session& session, const Viewer& viewer, const Clue& clue, const VerdictInput& input);
  Status Told(store::Session& session, const Viewer& viewer, int64_t clue, const std::string& action,
              const std::string& zh, const std::string& en, const std::string& note);
  Result<SuspectPage> SuspectsWhere(store::Session& session, std::string where, store::Values values,
                                    const SuspectFilter& filter, const std::string& sort, Paging paging);
  ledger::Author AuthorOf(const Viewer& viewer) const { return {viewer.user, viewer.name, clock_.Now()}; }

  store::Database& database_;
  const Clock& clock_;
  const Matters& matters_;
  DeskSettingsOf settings_;
  std::mutex mutex_;
  std::map<std::string, Totals> totals_;  // of large queues, a few seconds old
};

}  // namespace yijian::clue
