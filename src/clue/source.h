// What `clue` wants from the lake; `app` implements it over audit's archive.
//
// FindingSource: one run of the audit, whole. TimelineSource: one person's rows.
// Times are local civil seconds (base/date.h), money fen. Errors: kIo, kNotFound; passed on as they are.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "base/result.h"

namespace yijian::clue {

struct SourceLine {
  std::string kind;    // line, visit, ...
  int64_t row_id = 0;  // of the lake
  bool charged = false;
  Fen found = 0;
  Fen attributed = 0;
  std::optional<std::string> no;  // what its source calls it: a settlement, a visit, a trace code, a movement of stock
  std::optional<std::string> feedetl_sn;
  std::optional<std::string> item_code;
  std::optional<std::string> item_name;
  std::optional<Time> at;
  std::optional<std::string> cnt;
  std::optional<std::string> pric;
  std::optional<Fen> amount;
  std::optional<std::string> doctor;
  std::optional<std::string> department;
};

struct SourceFinding {
  uint64_t key = 0;  // the audit's id of it
  std::string rule;
  int rule_version = 0;
  std::string severity;
  std::string subject_kind;
  std::string subject;      // psn_no, doctor, institution or trace code
  std::string person_name;  // of person subjects, where the register knows it
  std::string gender;
  std::string birth;
  std::string institution;
  std::string doc;  // mdtrt_id
  std::optional<Time> at;
  Fen found = 0;
  Fen attributed = 0;
  std::optional<Fen> fund;
  std::string message_zh;
  std::string message_en;
  std::string facts;  // JSON object of texts
  std::vector<SourceLine> lines;
};

struct SourceInstitution {
  std::string code;
  std::string name;
  std::string kind;
  std::optional<std::string> level;
  std::string area;
  int64_t visits = 0;
};

struct SourceRule {
  std::string rule;
  int version = 0;
  std::string name_zh;
  std::string name_en;
  std::string rule_class;
  std::string severity;
  std::string official;
  std::vector<std::string> basis;
  std::string why_zh;
  std::string why_en;
  std::string false_alarms_zh;
  std::string false_alarms_en;
  std::string text;
  std::map<std::string, int64_t> unknowns;  // reason, rows
};

struct SourceRun {
  std::string run;
  int64_t findings = 0;
  int64_t lines = 0;
  int64_t visits = 0;
  int64_t persons = 0;
  // What the run looked for; findings outside are not gone because they are not in it.
  std::optional<Date> from;
  std::optional<Date> until;
  std::string institution;
  std::vector<std::string> rules;  // empty: all
};

class FindingSource {
 public:
  virtual ~FindingSource() = default;
  virtual Result<SourceRun> Run() = 0;
  virtual Result<std::vector<SourceRule>> Rules() = 0;
  virtual Result<std::vector<SourceInstitution>> Institutions() = 0;
  // In an order that keeps one institution's findings together, the same every time. Stops at the first error of
  // `take`.
  virtual Status ForEach(const std::function<Status(SourceFinding)>& take) = 0;
};

struct TimelineLine {
  int64_t row_id = 0;
  std::string visit;
  Time at = 0;
  std::string item_code;
  std::string item_name;
  std::string category;  // med_chrgitm_type
  std::string quantity;
  std::string price;
  Fen amount = 0;
  std::string doctor;
  std::string department;
};
struct TimelineVisit {
  int64_t row_id = 0;
  std::string id;
  std::string institution;
  std::string institution_name;
  std::string kind;  // med_type
  bool stay = false;
  Time begin = 0;
  std::optional<Time> end;
  std::string diagnosis;
  std::string diagnosis_name;
  std::string department;
  std::optional<Fen> amount;
};
struct PersonTimeline {
  std::string name;  // in full: the caller masks
  std::string gender;
  std::optional<Date> birth;
  std::string insutype;
  int64_t visits = 0;  // of all times
  int64_t stays = 0;
  Fen amount = 0;
  std::vector<TimelineVisit> visit_rows;
  std::vector<TimelineLine> lines;
  bool truncated = false;
};
struct PersonDetails {
  std::string psn_no;
  std::string name;
  std::string certno;
  std::string tel;
  std::string addr;
};

// Threads: share freely.
class TimelineSource {
 public:
  virtual ~TimelineSource() = default;
  // Rows in [from, until), at most `lines_max` lines. kNotFound when the lake does not know the person.
  virtual Result<PersonTimeline> Read(const std::string& psn_no, std::optional<Date> from, std::optional<Date> until,
                                      size_t lines_max) = 0;
  virtual Result<PersonDetails> Details(const std::string& psn_no) = 0;
};

}  // namespace yijian::clue
