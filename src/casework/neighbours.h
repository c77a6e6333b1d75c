// Everything this room asks of the rooms below, in one place, so that the rest of it reads as what it is about.
//
// Bureau is a port: who is who, who may do what, settings, holidays, messages (`account` stands behind it; tests bring
// their own). The free functions below speak to clue, ledger and trail. All of it runs inside the caller's transaction.
// Threads: as the session; a Bureau is const and shared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/decimal.h"
#include "base/result.h"
#include "casework/clocks.h"
#include "store/database.h"

namespace yijian::casework {

struct Job;

// Who acts. user 0 is the program itself (Tick).
struct Actor {
  int64_t user = 0;
  std::string name;
  std::vector<std::string> roles;
  std::string area;         // admdvs; sees it and what lies below it
  std::string institution;  // of an institution's user, else empty
  std::string ip;

  bool Is(std::string_view role) const;
};

struct Person {
  int64_t user = 0;
  std::string name;
  std::string area;
  std::string institution;
  std::vector<std::string> roles;
  bool active = true;
};

struct Message {
  std::string kind;
  std::string zh;
  std::string en;
  std::string link;  // a path of the screens
};

class Bureau {
 public:
  virtual ~Bureau() = default;
  virtual bool May(const Actor& actor, std::string_view permission) const = 0;
  virtual Result<std::optional<Person>> Find(store::Session& session, int64_t user) const = 0;
  virtual Result<std::vector<Person>> WithRole(store::Session& session, const std::string& role) const = 0;
  virtual Result<std::vector<int64_t>> OfInstitution(store::Session& session, const std::string& institution) const = 0;
  virtual Result<std::string> AreaName(store::Session& session, const std::string& area) const = 0;
  virtual Result<std::optional<int64_t>> Setting(store::Session& session, const std::string& key) const = 0;
  virtual Result<IsWorkingDay> WorkingDays(store::Session& session) const = 0;
  virtual Status Send(store::Session& session, int64_t user, EpochMs now, const Message& message) const = 0;
  virtual Result<int64_t> Unread(store::Session& session, int64_t user) const = 0;
};

// ---- account, by the port
Status RequirePermission(const Job& job, std::string_view permission);
Result<std::string> NameOfUser(Job& job, int64_t user);  // "" for one that is gone; 系统 for 0
// Active people of a role whose area is this one or lies above it.
Result<std::vector<Person>> PeopleWithRole(Job& job, const std::string& role, const std::string& area);
Result<int64_t> NumberSetting(Job& job, const std::string& key, int64_t otherwise);

// ---- what one may see
struct Scope {
  int64_t case_id = 0;
  std::string area;
  std::string institution;
};
// An institution's user its own, an expert the cases of his panels, others their area subtree.
Result<bool> Sees(Job& job, const Scope& scope);
// "(...)" over the columns area, institution and <id_column> of an alias, for lists; pushes its values.
std::string SeesWhere(const Actor& actor, const std::string& alias, const std::string& case_column,
                      store::Values& values);
bool AreaCovers(std::string_view above, std::string_view area);

// ---- trail
struct TrailText {
  std::string action;
  std::string kind;
  std::string id;
  std::string text;
};
Status Record(Job& job, const TrailText& text);

// ---- clue
struct ClueHead {
  int64_t id = 0;
  std::string no;
  std::string title;
  std::string status;
  std::string institution;
  std::string institution_name;
  std::string subject_kind;
  std::string subject;
  std::string subject_name;
  std::string area;
  Fen found_fen = 0;
};
Result<std::optional<ClueHead>> FindClue(Job& job, int64_t clue);
Status ClueEntersCase(Job& job, int64_t clue, int64_t case_id);
// outcome: sanctioned, no_violation, inconclusive.
Status ClueEnds(Job& job, int64_t clue, const std::string& outcome, const std::string& reason);
Result<int64_t> WakeSnoozedClues(Job& job);

struct CaseLine {
  int64_t line = 0;
  int64_t suspect = 0;
  Fen attributed = 0;
  Fen chk = 0;  // reviewed amount of a confirmed line
};
// Confirmed lines of the case's clues with money, by line.
Result<std::vector<CaseLine>> ConfirmedLines(Job& job, int64_t case_id);

struct LineAmount {
  int64_t line = 0;
  Fen amount = 0;
};

// ---- ledger
struct Booking {
  int64_t case_id = 0;
  std::string case_no;
  int64_t decision = 0;
  int64_t measure = 0;
  std::string institution;
  std::string area;
  std::string receipt;
  std::string note;
};
// After answer and appeal: sets cnfm_vola_amt; in the ledger this much is confirmed afterwards, the rest of the line
// refuted.
Status ConfirmLines(Job& job, const Booking& booking, const std::vector<LineAmount>& lines);
// confirmed -> decided, decided -> recovered | written_off; sets vola_det_amt of what is recovered.
Status BookLines(Job& job, const Booking& booking, std::string_view from, std::string_view to,
                 const std::vector<LineAmount>& lines);
// Damages and fines: from "" into damages_due, fine_due; and on.
Status BookMeasure(Job& job, const Booking& booking, std::string_view from, std::string_view to, Fen amount);
// Counter-entries of everything booked for the decision, newest first.
Status CounterDecision(Job& job, int64_t decision, const std::string& reason);

// A refund an institution brings of itself.
struct SelfRefund {
  std::string institution;
  std::string institution_name;
  std::string area;
  std::string no;  // of the self-inspection
  std::string zh;  // of the item
  std::vector<std::string> rules;
  Fen amount = 0;
};
// Whole open lines that these rules found go to recovered; the rest as a suspect of its own (see self_check_steps.h).
Status BookSelfRefund(Job& job, const SelfRefund& refund);

}  // namespace yijian::casework
