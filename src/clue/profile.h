// What is known of an institution, a person, a rule, and of everything together: sums kept as findings and verdicts
// come in, so that no page reads the findings.
//
// Profiles of an institution and a person are cut to what the viewer may see; what lies outside is kNotFound. All run
// inside the caller's transaction. Threads: as the session.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "clue/desk.h"
#include "ledger/report.h"

namespace yijian::clue {

struct Named {
  std::string id;
  std::string name;
  int64_t count = 0;
  Fen fen = 0;
};

struct MonthSum {
  std::string month;
  int64_t findings = 0;
  Fen found = 0;
  int64_t confirmed = 0;
  int64_t refuted = 0;
};

struct InstitutionRow {
  std::string code;
  std::string name;
  std::string kind;
  std::optional<std::string> level;
  std::string area;
  int64_t clues = 0;
  int64_t findings = 0;
  Fen found = 0;
  int64_t visits = 0;
};
struct InstitutionFilter {
  std::string area;
  std::string kind;
  std::string text;
  std::string sort = "-found";  // -found, found, name, -clues
};
struct InstitutionPage {
  std::vector<InstitutionRow> rows;
  int64_t total = 0;
};
Result<InstitutionPage> ListInstitutions(store::Session& session, const Viewer& viewer, const InstitutionFilter& filter,
                                         Paging paging);

// Found money per visit among institutions of its kind and level that have visits.
struct Peers {
  std::optional<double> value;
  std::optional<double> median;
  std::optional<double> percentile;  // share of the others that have less
  int64_t peers = 0;
};
struct InstitutionProfile {
  InstitutionRow row;
  std::vector<MonthSum> trend;
  std::vector<Named> rules;
  std::vector<Named> doctors;
  std::vector<Named> departments;
  Peers peers;
  std::vector<RelatedClue> clues;
};
Result<InstitutionProfile> ProfileOfInstitution(store::Session& session, const Viewer& viewer, const std::string& code);

struct PersonProfile {
  std::string ref;
  std::string psn_no;  // for TimelineSource; never on the wire
  std::string masked_name;
  std::optional<std::string> gender;
  std::optional<std::string> birth;
  int64_t findings = 0;
  Fen found = 0;
  std::vector<Named> rules;
  std::vector<Named> institutions;
  std::vector<RelatedClue> clues;
};
// A person is seen by whoever sees a finding of his.
Result<PersonProfile> ProfileOfPerson(store::Session& session, const Viewer& viewer, const std::string& ref);

struct RuleRow {
  std::string rule;
  int64_t version = 0;
  std::string name_zh;
  std::string name_en;
  std::string rule_class;
  std::string severity;
  std::string matter;
  std::optional<std::string> official;
  int64_t findings = 0;
  Fen found = 0;
  int64_t confirmed = 0;
  int64_t refuted = 0;
  int64_t coding = 0;
  double precision = 0;
  bool measured = false;
  int64_t unknowns = 0;
};
Result<std::vector<RuleRow>> ListRules(store::Session& session, const Viewer& viewer, const RankWeights& weights,
                                       const std::string& rule_class, const std::string& text);
struct RuleProfile {
  RuleRow row;
  std::string basis_json;
  std::string why_zh;
  std::string why_en;
  std::string false_alarms_zh;
  std::string false_alarms_en;
  std::string text;
  std::vector<MonthSum> months;
  std::vector<Named> institutions;
  std::vector<std::pair<std::string, int64_t>> unknowns;
};
Result<RuleProfile> ProfileOfRule(store::Session& session, const Viewer& viewer, const RankWeights& weights,
                                  const std::string& rule);

struct Overview {
  std::vector<std::pair<std::string, int64_t>> clues;  // by status
  std::vector<Named> areas;                            // code; names are account's
  std::vector<MonthSum> trend;
  std::vector<Named> top_rules;
  std::vector<Named> top_institutions;
  std::vector<Named> severity;
  struct Unknown {
    std::string rule;
    std::string rule_name;
    std::string reason;
    int64_t rows = 0;
  };
  std::vector<Unknown> unknowns;
};
// area: within the viewer's. months: of the findings' care; a clue counts when its findings' days touch them, one
// without findings when it was reported in them. What could not be judged is of the last run as a whole.
Result<Overview> ReadOverview(store::Session& session, const Viewer& viewer, const std::string& area,
                              const ledger::Months& months);

struct Hit {
  std::string kind;  // clue, institution, rule
  std::string id;
  std::string title;
  std::string subtitle;
};
Result<std::vector<Hit>> Search(store::Session& session, const Viewer& viewer, const std::string& text);

// The marks of a person's timeline: rows of the lake that findings rest on.
struct Mark {
  std::string kind;
  int64_t row_id = 0;
  bool charged = false;
  int64_t finding = 0;
};
struct MarkedFinding {
  int64_t id = 0;
  std::string rule;
  std::string rule_name_zh;
  std::string rule_name_en;
  std::string message_zh;
  std::string message_en;
  Fen found = 0;
};
struct Marks360 {
  std::vector<Mark> marks;
  std::vector<MarkedFinding> findings;  // at most 500, dearest first
};
// clue 0: of all clues.
Result<Marks360> MarksOf(store::Session& session, const std::string& person, int64_t clue);
struct CluePerson {
  std::string ref;
  std::string masked_name;
  Fen found = 0;
};
Result<std::vector<CluePerson>> PersonsOfClue(store::Session& session, int64_t clue, int64_t limit);

}  // namespace yijian::clue
