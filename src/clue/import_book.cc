#include "clue/import_book.h"

#include <algorithm>

#include "base/words.h"
#include "clue/viewer.h"

namespace yijian::clue {
namespace {

using ledger::Account;
using store::Row;
using store::Rows;
using store::Session;
using store::Values;

const char* const kImporter = "审计导入";
constexpr size_t kChunk = 400;

struct Prepared {
  const SourceFinding* from = nullptr;
  const Matter* matter = nullptr;
  Subject subject;  // of the clue; persons by their ref
  std::string open_key;
  std::string person;  // ref or empty
  std::string area;
  std::string day;
  std::string month;
  int64_t clue = 0;
  int64_t home = 0;  // the clue of its own subject and matter, when that one is merged into `clue`
};

std::string InstitutionName(const ImportMemory& memory, const std::string& code) {
  auto found = memory.institutions.find(code);
  return found == memory.institutions.end() || found->second.name.empty() ? code : found->second.name;
}

Prepared Prepare(const ImportMemory& memory, const SourceFinding& finding) {
  Prepared prepared;
  prepared.from = &finding;
  prepared.matter = &memory.matters.OfRule(finding.rule);
  bool person = finding.subject_kind == "person" && !finding.subject.empty();
  if (person) prepared.person = memory.key.RefOf(finding.subject);
  Subject own{finding.subject_kind, person ? prepared.person : finding.subject};
  prepared.subject = GroupOf(*prepared.matter, own, finding.institution);
  prepared.open_key = prepared.subject.kind + "|" + prepared.subject.code + "|" + prepared.matter->code;
  auto institution = memory.institutions.find(finding.institution);
  if (institution != memory.institutions.end()) prepared.area = institution->second.area;
  if (finding.at) {
    prepared.day = FormatDate(DayOf(*finding.at));
    prepared.month = prepared.day.substr(0, 7);
  }
  return prepared;
}

Counted CountedOf(const Prepared& prepared) {
  return {.clue = prepared.clue,
          .rule = prepared.from->rule,
          .severity = prepared.from->severity,
          .area = prepared.area,
          .institution = prepared.from->institution,
          .month = prepared.month,
          .day = prepared.day,
          .attributed = prepared.from->attributed,
          .fund = prepared.from->fund};
}

std::string SubjectName(const ImportMemory& memory, const Prepared& prepared) {
  if (prepared.subject.kind == "institution") return InstitutionName(memory, prepared.subject.code);
  if (prepared.subject.kind == "person") return MaskedName(prepared.from->person_name);
  // A trace code is known to findings by its key; its rows have it as it is printed on the pack.
  if (prepared.subject.kind == "code") {
    for (const SourceLine& line : prepared.from->lines) {
      if (line.kind == "trace" && line.no) return *line.no;
    }
  }
  return prepared.subject.code;
}

class Clues {
 public:
  Clues(Session& session, const ImportMemory& memory, EpochMs now) : session_(session), memory_(memory), now_(now) {}

  Status Resolve(std::vector<Prepared>& prepared) {
    std::map<std::string, const Prepared*> wanted;  // sorted: rows are locked in one order by all
    for (const Prepared& one : prepared) wanted.try_emplace(one.open_key, &one);
    TRY(Find(wanted));
    std::vector<const Prepared*> fresh;
    for (const auto& [key, one] : wanted) {
      if (!found_.contains(key)) fresh.push_back(one);
    }
    TRY(Open(fresh));
    for (Prepared& one : prepared) {
      auto [clue, home] = found_[one.open_key];
      one.clue = clue;
      one.home = home == 0 ? clue : home;
    }
    return {};
  }
  int64_t opened() const { return opened_; }

 private:
  Status Find(const std::map<std::string, const Prepared*>& wanted) {
    std::vector<std::string> keys;
    for (const auto& [key, one] : wanted) keys.push_back(key);
    for (size_t at = 0; at < keys.size(); at += kChunk) {
      size_t count = std::min(kChunk, keys.size() - at);
      Values values(keys.begin() + static_cast<std::ptrdiff_t>(at),
                    keys.begin() + static_cast<std::ptrdiff_t>(at + count));
      Rows rows = TRY(session_.Query("SELECT id, open_key, merged_into FROM clue WHERE open_key IN " + Marks(count) +
                                         " ORDER BY id" + session_.ForUpdate(),
                                     values));
      for (const Row& row : rows) TRY(Take(row));
    }
    return {};
  }

  // Findings of a merged clue go where it went, as long as that is open.
  Status Take(const Row& row) {
    int64_t home = row.Int("id");
    std::string key = row.Text("open_key");
    auto into = row.MaybeInt("merged_into");
    if (!into) {
      found_[key] = {home, 0};
      return {};
    }
    int64_t at = *into;
    for (;;) {
      auto target = TRY(session_.QueryOne(
          std::string("SELECT status, merged_into FROM clue WHERE id = ?") + session_.ForUpdate(), {at}));
      if (!target) return InternalError("a merged clue points nowhere");
      if (auto next = target->MaybeInt("merged_into")) {
        at = *next;
        continue;
      }
      std::string status = target->Text("status");
      if (status != "closed" && status != "withdrawn") {
        found_[key] = {at, home};
      } else {
        TRY(session_.Execute("UPDATE clue SET open_key = NULL WHERE id = ?", {home}));
      }
      return {};
    }
  }

  // The last clue of each subject and matter before, by "subject|kind|matter".
  Result<std::map<std::string, int64_t>> Earlier(const std::vector<const Prepared*>& fresh) {
    std::set<std::string> subjects;
    for (const Prepared* one : fresh) subjects.insert(one->subject.code);
    std::vector<std::string> all(subjects.begin(), subjects.end());
    std::map<std::string, int64_t> earlier;
    for (size_t at = 0; at < all.size(); at += kChunk) {
      size_t count = std::min(kChunk, all.size() - at);
      auto first = all.begin() + static_cast<std::ptrdiff_t>(at);
      for (const Row& row :
           TRY(session_.Query("SELECT subject, subject_kind, matter, MAX(id) AS id FROM clue WHERE subject IN " +
                                  Marks(count) + " GROUP BY subject, subject_kind, matter",
                              Values(first, first + static_cast<std::ptrdiff_t>(count)))))
        earlier[row.Text("subject") + "|" + row.Text("subject_kind") + "|" + row.Text("matter")] = row.Int("id");
    }
    return earlier;
  }

  Status Open(const std::vector<const Prepared*>& fresh) {
    if (fresh.empty()) return {};
    std::map<std::string, int64_t> earlier = TRY(Earlier(fresh));
    int64_t id = TRY(TakeIds(session_, "clue", static_cast<int64_t>(fresh.size())));
    std::vector<Values> clues;
    std::vector<Values> events;
    std::map<std::string, int64_t> by_institution;
    for (const Prepared* one : fresh) {
      std::string name = SubjectName(memory_, *one);
      const std::string& institution = one->from->institution;
      auto before = earlier.find(one->subject.code + "|" + one->subject.kind + "|" + one->matter->code);
      clues.push_back({id, ClueNumber(id, now_), name + "：" + one->matter->zh, std::string("rule"), one->matter->code,
                       one->subject.kind, one->subject.code, name, store::TextOrNull(institution),
                       institution.empty() ? store::Value() : store::Value(InstitutionName(memory_, institution)),
                       one->area, one->from->severity, std::string("new"),
                       before == earlier.end() ? store::Value() : store::Value(before->second), one->open_key, now_,
                       now_, int64_t{0}});
      events.push_back({id, now_, int64_t{0}, std::string(kImporter), std::string("opened"),
                        std::string("由规则疑点生成"), std::string("Opened from findings of rules")});
      if (!institution.empty()) by_institution[institution]++;
      found_[one->open_key] = {id++, 0};
      opened_++;
    }
    TRY(session_.InsertMany("clue",
                            {"id", "no", "title", "source", "matter", "subject_kind", "subject", "subject_name",
                             "institution", "institution_name", "area", "severity", "status", "earlier", "open_key",
                             "created_at", "updated_at", "version"},
                            clues));
    TRY(session_.InsertMany("clue_event", {"clue_id", "at", "user_id", "user_name", "action", "text_zh", "text_en"},
                            events));
    std::vector<Values> counted;
    for (const auto& [institution, count] : by_institution) counted.push_back({institution, count});
    return session_.UpdateMany("institution", {"code", "clues"}, counted, "clues = institution.clues + d.clues");
  }

  struct Place {
    int64_t clue = 0;
    int64_t home = 0;
  };
  Session& session_;
  const ImportMemory& memory_;
  EpochMs now_;
  std::map<std::string, Place> found_;
  int64_t opened_ = 0;
};

Status WritePersons(Session& session, const ImportMemory& memory, const std::vector<Prepared>& prepared,
                    BatchOutcome& outcome) {
  std::map<std::string, const SourceFinding*> fresh;
  for (const Prepared& one : prepared) {
    if (!one.person.empty() && !memory.persons.contains(one.person)) fresh.try_emplace(one.person, one.from);
  }
  std::vector<Values> rows;
  for (const auto& [ref, finding] : fresh) {
    rows.push_back({ref, finding->subject, MaskedName(finding->person_name), store::TextOrNull(finding->gender),
                    store::TextOrNull(finding->birth)});
    outcome.persons.insert(ref);
  }
  return session.InsertMany("person", {"ref", "psn_no", "masked_name", "gender", "birth"}, rows,
                            " ON CONFLICT (ref) DO UPDATE SET masked_name = excluded.masked_name, gender = "
                            "excluded.gender, birth = excluded.birth");
}

Result<int64_t> PlaceFor(Session& session, const ImportMemory& memory, const Prepared& one, BatchOutcome& outcome) {
  std::string key = one.area + "|" + one.from->institution + "|" + one.matter->code + "|" + one.month;
  if (auto found = memory.places.find(key); found != memory.places.end()) return found->second;
  if (auto found = outcome.places.find(key); found != outcome.places.end()) return found->second;
  int64_t id = TRY(ledger::PlaceOf(session, {one.area, one.from->institution, one.matter->code, one.month}));
  outcome.places[key] = id;
  return id;
}

store::Value MomentOrNull(const std::optional<Time>& time) {
  return time ? store::Value(MomentOf(*time)) : store::Value();
}

Values LineValues(int64_t id, int64_t finding, const SourceLine& line) {
  return {id,
          finding,
          line.kind,
          line.row_id,
          int64_t{line.charged},
          store::Maybe(line.no),
          store::Maybe(line.feedetl_sn),
          store::Maybe(line.item_code),
          store::Maybe(line.item_name),
          MomentOrNull(line.at),
          store::Maybe(line.cnt),
          store::Maybe(line.pric),
          store::Maybe(line.amount),
          store::Maybe(line.doctor),
          store::Maybe(line.department),
          line.found,
          line.charged ? line.attributed : Fen{0},
          std::string("undecided")};
}

// Money of lines a finding has; what its source says is what the lines sum up to.
Fen AttributedOfLines(const SourceFinding& finding) {
  Fen sum = 0;
  for (const SourceLine& line : finding.lines) sum += line.charged ? line.attributed : 0;
  return sum;
}

Status InsertFindings(Session& session, const ImportMemory& memory, const std::vector<Prepared>& prepared, EpochMs now,
                      BatchOutcome& outcome) {
  int64_t lines_count = 0;
  for (const Prepared& one : prepared) lines_count += static_cast<int64_t>(one.from->lines.size());
  if (prepared.empty()) return {};
  int64_t id = TRY(TakeIds(session, "finding", static_cast<int64_t>(prepared.size())));
  int64_t line_id = TRY(TakeIds(session, "finding_line", lines_count));
  std::vector<Values> findings;
  std::vector<Values> lines;
  std::vector<ledger::Identified> identified;
  findings.reserve(prepared.size());
  lines.reserve(static_cast<size_t>(lines_count));
  for (const Prepared& one : prepared) {
    const SourceFinding& from = *one.from;
    int64_t place = TRY(PlaceFor(session, memory, one, outcome));
    findings.push_back({id,
                        static_cast<int64_t>(from.key),
                        one.clue,
                        one.home,
                        from.rule,
                        int64_t{from.rule_version},
                        from.severity,
                        store::TextOrNull(one.person),
                        store::TextOrNull(from.institution),
                        store::TextOrNull(from.doc),
                        MomentOrNull(from.at),
                        one.month,
                        place,
                        std::string("live"),
                        std::string("undecided"),
                        from.found,
                        from.attributed,
                        store::Maybe(from.fund),
                        from.message_zh,
                        from.message_en,
                        from.facts});
    for (const SourceLine& line : from.lines) {
      if (line.charged) identified.push_back({line_id, place, line.attributed});
      lines.push_back(LineValues(line_id++, id, line));
    }
    outcome.ids[from.key] = id++;
  }
  TRY(session.InsertMany("finding", {"id",           "finding_key",    "clue_id",  "home_clue",   "rule",
                                     "rule_version", "severity",       "person",   "institution", "doc",
                                     "at",           "month",          "place_id", "status",      "verdict",
                                     "found_fen",    "attributed_fen", "fund_fen", "message_zh",  "message_en",
                                     "facts"},
                         findings));
  TRY(session.InsertMany(
      "finding_line",
      {"id", "finding_id", "kind", "row_id", "charged", "no", "feedetl_sn", "item_code", "item_name", "at", "cnt",
       "pric", "amount_fen", "doctor", "department", "found_fen", "attributed_fen", "verdict"},
      lines));
  return ledger::Identify(session, {0, kImporter, now}, identified);
}

// The lines of a finding that is there, with what the source says of each now; both by (kind, row_id).
struct LinePair {
  int64_t id = 0;
  Fen before = 0;
  Fen after = 0;
};
Result<std::vector<LinePair>> PairLines(Session& session, int64_t finding, const SourceFinding* source) {
  std::map<std::pair<std::string, int64_t>, Fen> now;
  if (source != nullptr) {
    for (const SourceLine& line : source->lines) {
      if (line.charged) now[{line.kind, line.row_id}] = line.attributed;
    }
  }
  std::vector<LinePair> pairs;
  Rows rows = TRY(session.Query(
      "SELECT id, kind, row_id, attributed_fen FROM finding_line WHERE finding_id = ? AND charged = 1 ORDER BY id",
      {finding}));
  for (const Row& row : rows) {
    auto found = now.find({row.Text("kind"), row.Int("row_id")});
    pairs.push_back({row.Int("id"), row.Int("attributed_fen"), found == now.end() ? 0 : found->second});
  }
  return pairs;
}

// Moves that bring the ledger from what a line holds to `after`; nothing when money that has moved on stands in the
// way.
std::optional<std::vector<ledger::Move>> Adjustments(const std::vector<LinePair>& pairs,
                                                     const std::vector<ledger::Balances>& balances, const char* kind) {
  std::vector<ledger::Move> moves;
  for (size_t i = 0; i < pairs.size(); i++) {
    Fen difference = pairs[i].after - balances[i].Sum();
    if (difference > 0) {
      moves.push_back(
          {.line = pairs[i].id, .way = {Account::kNone, Account::kIdentified}, .amount = difference, .kind = kind});
      continue;
    }
    Fen left = -difference;
    for (Account account : {Account::kIdentified, Account::kRefuted}) {
      Fen take = std::min(left, balances[i].Of(account));
      if (take > 0)
        moves.push_back({.line = pairs[i].id, .way = {account, Account::kNone}, .amount = take, .kind = kind});
      left -= take;
    }
    if (left > 0) return {};
  }
  return moves;
}

struct Stored {
  int64_t id = 0;
  Counted counted;
  std::string status;
  int64_t clue = 0;
};
Result<Stored> LoadFinding(Session& session, int64_t id) {
  auto row = TRY(session.QueryOne(
      std::string("SELECT f.*, p.area FROM finding f JOIN ledger_place p ON p.id = f.place_id WHERE f.id = ?"), {id}));
  if (!row) return NotFound("no finding " + std::to_string(id), "没有疑点 " + std::to_string(id));
  Stored stored;
  stored.id = id;
  stored.status = row->Text("status");
  stored.clue = row->Int("clue_id");
  stored.counted = {.clue = stored.clue,
                    .rule = row->Text("rule"),
                    .severity = row->Text("severity"),
                    .area = row->Text("area"),
                    .institution = row->MaybeText("institution").value_or(""),
                    .month = row->Text("month"),
                    .day = "",
                    .attributed = row->Int("attributed_fen"),
                    .fund = row->MaybeInt("fund_fen"),
                    .verdict = row->Text("verdict")};
  return stored;
}

Result<std::vector<ledger::Balances>> BalancesOf(Session& session, const std::vector<LinePair>& pairs) {
  std::vector<int64_t> ids;
  for (const LinePair& pair : pairs) ids.push_back(pair.id);
  return ledger::BalancesOfLines(session, ids);
}

Fen RefutedOf(const std::vector<ledger::Move>& moves) {
  Fen sum = 0;
  for (const ledger::Move& move : moves) sum += move.way.from == Account::kRefuted ? move.amount : 0;
  return sum;
}

// True: done; false: kept as it is, since its money has moved on.
Result<bool> Change(Session& session, int64_t id, const SourceFinding& source, EpochMs now, Tally& tally) {
  Stored stored = TRY(LoadFinding(session, id));
  std::vector<LinePair> pairs = TRY(PairLines(session, id, &source));
  auto moves = Adjustments(pairs, TRY(BalancesOf(session, pairs)), "adjust");
  if (!moves) return false;
  TRY(ledger::Post(session, {0, kImporter, now}, *moves));
  for (const LinePair& pair : pairs) {
    if (pair.before == pair.after) continue;
    TRY(
        session.Execute("UPDATE finding_line SET attributed_fen = ?, chk_fen = CASE WHEN chk_fen > ? THEN ? ELSE "
                        "chk_fen END WHERE id = ?",
                        {pair.after, pair.after, pair.after, pair.id}));
  }
  Counted after = stored.counted;
  after.attributed = source.attributed;
  after.fund = source.fund;
  TRY(session.Execute("UPDATE finding SET attributed_fen = ?, fund_fen = ?, status = 'live' WHERE id = ?",
                      {after.attributed, store::Maybe(after.fund), id}));
  tally.Found(stored.counted, -1);
  tally.Found(after, +1);
  tally.Money(stored.clue, 0, -RefutedOf(*moves));
  return true;
}

Status Return(Session& session, int64_t id, const Prepared& one, EpochMs now, Tally& tally) {
  std::vector<LinePair> pairs = TRY(PairLines(session, id, one.from));
  auto moves = Adjustments(pairs, TRY(BalancesOf(session, pairs)), "identify");
  if (!moves) return InternalError("a withdrawn finding still has money in the ledger");
  TRY(ledger::Post(session, {0, kImporter, now}, *moves));
  for (const LinePair& pair : pairs) {
    TRY(session.Execute(
        "UPDATE finding_line SET attributed_fen = ?, verdict = 'undecided', chk_fen = NULL WHERE id = ?",
        {pair.after, pair.id}));
  }
  TRY(
      session.Execute("UPDATE finding SET status = 'live', verdict = 'undecided', verdict_by = NULL, verdict_note = "
                      "NULL, chk_fen = NULL, clue_id = ?, "
                      "home_clue = ?, attributed_fen = ?, fund_fen = ? WHERE id = ?",
                      {one.clue, one.home, one.from->attributed, store::Maybe(one.from->fund), id}));
  // Place and month are those it was first written with: the rows are the same.
  Stored stored = TRY(LoadFinding(session, id));
  stored.counted.day = one.day;
  tally.Found(stored.counted, +1);
  return {};
}

}  // namespace

Result<int64_t> TakeIds(Session& session, const char* name, int64_t count) {
  auto row = TRY(session.QueryOne("UPDATE clue_number SET next = next + ? WHERE name = ? RETURNING next",
                                  {count, std::string(name)}));
  if (!row) return InternalError(std::string("no numbers for ") + name);
  return row->Int("next") - count;
}

std::string ClueNumber(int64_t id, EpochMs now) {
  std::string digits = std::to_string(id);
  return "XS-" + FormatMoment(now).substr(0, 4) + "-" + std::string(digits.size() < 6 ? 6 - digits.size() : 0, '0') +
         digits;
}

std::string Marks(size_t count) {
  std::string marks = "(";
  for (size_t i = 0; i < count; i++) marks += i > 0 ? ", ?" : "?";
  return marks + ")";
}

Status AddEvent(Session& session, int64_t clue, const ledger::Author& who, const std::string& action,
                const std::string& zh, const std::string& en, const std::string& note) {
  TRY(
      session.Execute("INSERT INTO clue_event (clue_id, at, user_id, user_name, action, text_zh, text_en, note) VALUES "
                      "(?, ?, ?, ?, ?, ?, ?, ?)",
                      {clue, who.at_ms, who.user, who.name, action, zh, en, store::TextOrNull(note)}));
  return {};
}

Result<BatchOutcome> WriteBatch(Session& session, const ImportMemory& memory, const Batch& batch, EpochMs now) {
  BatchOutcome outcome;
  std::vector<Prepared> fresh;
  std::vector<Prepared> all;
  for (const SourceFinding& finding : batch.added) {
    // Money per finding is that of its lines: the ledger knows lines only.
    if (AttributedOfLines(finding) != finding.attributed)
      return InvalidInput("finding of rule " + finding.rule + ": its lines do not sum up to what was attributed");
    all.push_back(Prepare(memory, finding));
  }
  TRY(WritePersons(session, memory, all, outcome));
  Clues clues(session, memory, now);
  TRY(clues.Resolve(all));
  outcome.clues_opened = clues.opened();
  Tally tally;
  for (const Prepared& one : all) {
    auto known = memory.known.find(one.from->key);
    if (known != memory.known.end()) {
      TRY(Return(session, known->second.id, one, now, tally));
      outcome.returned++;
    } else {
      tally.Found(CountedOf(one), +1);
      fresh.push_back(one);
    }
  }
  TRY(InsertFindings(session, memory, fresh, now, outcome));
  for (const SourceFinding& finding : batch.changed) {
    bool done = TRY(Change(session, memory.known.at(finding.key).id, finding, now, tally));
    if (done) outcome.attributed[finding.key] = finding.attributed;
    (done ? outcome.changed : outcome.kept)++;
  }
  outcome.added = static_cast<int64_t>(all.size());
  TRY(tally.Write(session, memory.weights, now));
  return outcome;
}

Result<BatchOutcome> WithdrawBatch(Session& session, const ImportMemory& memory, const std::vector<int64_t>& ids,
                                   EpochMs now) {
  BatchOutcome outcome;
  Tally tally;
  ledger::Author importer{0, kImporter, now};
  std::set<int64_t> touched;
  for (int64_t id : ids) {
    Stored stored = TRY(LoadFinding(session, id));
    if (stored.status != "live") continue;
    std::vector<LinePair> pairs = TRY(PairLines(session, id, nullptr));
    auto moves = Adjustments(pairs, TRY(BalancesOf(session, pairs)), "withdraw");
    if (!moves) {
      TRY(session.Execute("UPDATE finding SET status = 'kept' WHERE id = ?", {id}));
      TRY(AddEvent(session, stored.clue, importer, "gone",
                   "最新审计不再发现疑点 " + std::to_string(id) + "，但其金额已认定或决定，请复核",
                   "The latest audit no longer finds suspect " + std::to_string(id) +
                       ", but its money is confirmed or decided: please look"));
      outcome.kept++;
      continue;
    }
    TRY(ledger::Post(session, importer, *moves));
    TRY(session.Execute("UPDATE finding SET status = 'withdrawn' WHERE id = ?", {id}));
    tally.Found(stored.counted, -1);
    tally.Money(stored.clue, 0, -RefutedOf(*moves));
    touched.insert(stored.clue);
    outcome.withdrawn++;
  }
  TRY(tally.Write(session, memory.weights, now));
  for (int64_t clue : touched) {
    int64_t empty = TRY(session.Execute(
        "UPDATE clue SET status = 'withdrawn', open_key = NULL WHERE id = ? AND findings = 0 AND source = 'rule' AND "
        "status IN ('new', 'assigned', 'working', 'snoozed')",
        {clue}));
    if (empty > 0)
      TRY(AddEvent(session, clue, importer, "withdrawn", "疑点已全部撤回", "All its findings are withdrawn"));
  }
  return outcome;
}

}  // namespace yijian::clue
