// Verdicts: rows that are only added, money that follows them.
#include <algorithm>
#include <array>
#include <set>

#include "base/words.h"
#include "clue/desk.h"
#include "clue/import_book.h"
#include "clue/tally.h"

namespace yijian::clue {
namespace {

using ledger::Account;
using store::Row;
using store::Rows;
using store::Session;
using store::Values;

constexpr size_t kChunk = 400;
const std::set<std::string, std::less<>> kVerdicts{"confirmed", "refuted", "coding_error", "inconclusive", "undecided"};
const std::set<std::string, std::less<>> kConducts{"unclear", "conduct", "coding_error"};

Error BadItem(size_t item, const std::string& field, const std::string& expected, const std::string& zh) {
  Error error = Refused(ErrorCode::kInvalidInput, "fields",
                        "verdict " + std::to_string(item) + ": expected " + expected, "裁定内容有误");
  auto detail = std::make_shared<ErrorDetail>(*error.detail);
  detail->fields.push_back({"/verdicts/" + std::to_string(item) + "/" + field, InBoth(expected, zh)});
  error.detail = detail;
  return error;
}

struct Line {
  int64_t id = 0;
  Fen attributed = 0;
  std::string verdict;
  std::optional<Fen> chk;
  bool judged = false;
  std::string note;
};
struct Judged {
  Counted counted;
  std::vector<Line> lines;
  std::string note;
};
using Suspects = std::map<int64_t, Judged>;

Status LoadSuspects(Session& session, int64_t clue, const std::vector<int64_t>& ids, Suspects& suspects) {
  for (size_t at = 0; at < ids.size(); at += kChunk) {
    size_t count = std::min(kChunk, ids.size() - at);
    Values values(ids.begin() + static_cast<std::ptrdiff_t>(at), ids.begin() + static_cast<std::ptrdiff_t>(at + count));
    values.insert(values.begin(), clue);
    Rows rows =
        TRY(session.Query("SELECT f.id AS finding_id, f.rule, f.severity, f.institution, f.month, f.attributed_fen AS "
                          "finding_fen, f.fund_fen, "
                          "f.verdict AS finding_verdict, p.area, l.id AS line_id, l.attributed_fen, l.verdict, "
                          "l.chk_fen FROM finding f JOIN "
                          "ledger_place p ON p.id = f.place_id JOIN finding_line l ON l.finding_id = f.id AND "
                          "l.charged = 1 WHERE f.clue_id = ? AND "
                          "f.status <> 'withdrawn' AND f.id IN " +
                              Marks(count) + " ORDER BY l.id",
                          values));
    for (const Row& row : rows) {
      Judged& judged = suspects[row.Int("finding_id")];
      if (judged.lines.empty()) {
        judged.counted = {.clue = clue,
                          .rule = row.Text("rule"),
                          .severity = row.Text("severity"),
                          .area = row.Text("area"),
                          .institution = row.MaybeText("institution").value_or(""),
                          .month = row.Text("month"),
                          .day = "",
                          .attributed = row.Int("finding_fen"),
                          .fund = row.MaybeInt("fund_fen"),
                          .verdict = row.Text("finding_verdict")};
      }
      judged.lines.push_back(
          {row.Int("line_id"), row.Int("attributed_fen"), row.Text("verdict"), row.MaybeInt("chk_fen"), false, ""});
    }
  }
  return {};
}

void Set(Line& line, const VerdictItem& item, std::optional<Fen>& left) {
  line.judged = true;
  line.verdict = item.verdict;
  line.note = item.note;
  line.chk.reset();
  if (item.verdict != "confirmed") return;
  Fen chk = left ? std::min(*left, line.attributed) : line.attributed;
  if (left) *left -= chk;
  line.chk = chk;
}

// One verdict for a suspect out of its lines: what all say, else undecided while one is, else confirmed when one is.
std::string VerdictOf(const std::vector<Line>& lines) {
  std::set<std::string> said;
  for (const Line& line : lines) said.insert(line.verdict);
  if (said.size() == 1) return *said.begin();
  for (const char* verdict : {"undecided", "confirmed", "inconclusive", "coding_error"}) {
    if (said.contains(verdict)) return verdict;
  }
  return "refuted";
}

// Moves from what a line holds to what its verdict says. Nothing: money has been decided.
std::optional<std::vector<ledger::Move>> MovesOf(const Line& line, const ledger::Balances& balances) {
  constexpr std::array kOpen{Account::kIdentified, Account::kRefuted, Account::kConfirmed};
  Fen open = 0;
  for (Account account : kOpen) open += balances.Of(account);
  if (open != balances.Sum()) return {};
  std::array<Fen, 3> want{};
  if (line.verdict == "confirmed") {
    want[2] = std::min(line.chk.value_or(0), open);
    want[1] = open - want[2];
  } else {
    want[line.verdict == "refuted" || line.verdict == "coding_error" ? 1 : 0] = open;
  }
  std::array<Fen, 3> have{balances.Of(kOpen[0]), balances.Of(kOpen[1]), balances.Of(kOpen[2])};
  std::vector<ledger::Move> moves;
  for (size_t from = 0; from < 3; from++) {
    for (size_t to = 0; to < 3; to++) {
      Fen amount = std::min(std::max<Fen>(0, have[from] - want[from]), std::max<Fen>(0, want[to] - have[to]));
      if (amount <= 0) continue;
      have[from] -= amount;
      have[to] += amount;
      moves.push_back({.line = line.id, .way = {kOpen[from], kOpen[to]}, .amount = amount, .kind = "verdict"});
    }
  }
  return moves;
}

class Judgement {
 public:
  Judgement(Session& session, const Viewer& viewer, const Clue& clue, EpochMs now)
      : session_(session), viewer_(viewer), clue_(clue), now_(now) {}

  Status Collect(const VerdictInput& input) {
    std::set<int64_t> wanted;
    std::vector<std::vector<int64_t>> of_item(input.items.size());
    for (size_t i = 0; i < input.items.size(); i++) {
      TRY(Check(input.items[i], i));
      of_item[i] = TRY(SuspectsOf(input.items[i], i));
      wanted.insert(of_item[i].begin(), of_item[i].end());
    }
    TRY(LoadSuspects(session_, clue_.id, {wanted.begin(), wanted.end()}, suspects_));
    for (size_t i = 0; i < input.items.size(); i++) {
      for (int64_t id : of_item[i]) TRY(Apply(input.items[i], i, id));
    }
    return {};
  }

  Result<int64_t> Write(const RankWeights& weights) {
    TRY(MoveMoney());
    TRY(WriteRows());
    TRY(tally_.Write(session_, weights, now_));
    return static_cast<int64_t>(suspects_.size());
  }

 private:
  Status Check(const VerdictItem& item, size_t i) const {
    if (!kVerdicts.contains(item.verdict))
      return BadItem(i, "verdict", "confirmed, refuted, coding_error, inconclusive or undecided",
                     "confirmed、refuted、coding_error、inconclusive 或 undecided");
    int named = (item.suspect != 0) + (item.line != 0) + item.all;
    if (named != 1) return BadItem(i, "suspect", "one of suspect, line and all", "疑点、明细、全部三者之一");
    if (!item.rule.empty() && !item.all) return BadItem(i, "rule", "nothing without all", "仅与“全部”同用");
    if (item.chk && (*item.chk < 0 || item.verdict != "confirmed"))
      return BadItem(i, "chk_vola_amt_fen", "an amount, of confirmed only", "仅认定违规时填写的金额");
    if (item.chk && item.all) return BadItem(i, "chk_vola_amt_fen", "nothing together with all", "与“全部”同用时不填");
    return {};
  }

  Result<std::vector<int64_t>> SuspectsOf(const VerdictItem& item, size_t i) {
    if (item.suspect != 0) return std::vector<int64_t>{item.suspect};
    if (item.line != 0) {
      auto row = TRY(session_.QueryOne("SELECT finding_id FROM finding_line WHERE id = ?", {item.line}));
      if (!row) return BadItem(i, "line", "a line of this clue", "本线索的明细");
      return std::vector<int64_t>{row->Int("finding_id")};
    }
    std::string sql = "SELECT id FROM finding WHERE clue_id = ? AND verdict = 'undecided' AND status <> 'withdrawn'";
    Values values{clue_.id};
    if (!item.rule.empty()) {
      sql += " AND rule = ?";
      values.emplace_back(item.rule);
    }
    std::vector<int64_t> ids;
    for (const Row& row : TRY(session_.Query(sql + " ORDER BY id", values))) ids.push_back(row.Int("id"));
    return ids;
  }

  Status Apply(const VerdictItem& item, size_t i, int64_t id) {
    auto found = suspects_.find(id);
    if (found == suspects_.end())
      return BadItem(i, item.line != 0 ? "line" : "suspect", "a live one of this clue", "本线索的有效疑点或明细");
    Judged& suspect = found->second;
    std::optional<Fen> left = item.chk;
    bool hit = false;
    for (Line& line : suspect.lines) {
      if (item.line != 0 && line.id != item.line) continue;
      Set(line, item, left);
      hit = true;
    }
    if (!hit) return BadItem(i, "line", "a charged line of this clue", "本线索的涉费明细");
    if (left && *left > 0) return BadItem(i, "chk_vola_amt_fen", "at most what was attributed", "不超过归集金额");
    suspect.note = item.note;
    return {};
  }

  Status MoveMoney() {
    std::vector<int64_t> ids;
    std::vector<std::pair<const Line*, int64_t>> lines;
    for (const auto& [id, suspect] : suspects_) {
      for (const Line& line : suspect.lines) {
        if (!line.judged) continue;
        ids.push_back(line.id);
        lines.emplace_back(&line, suspect.counted.clue);
      }
    }
    auto balances = TRY(ledger::BalancesOfLines(session_, ids));
    std::vector<ledger::Move> moves;
    for (size_t i = 0; i < lines.size(); i++) {
      auto more = MovesOf(*lines[i].first, balances[i]);
      if (!more)
        return Refused(ErrorCode::kConflict, "decided", "money of these lines has been decided",
                       "相关明细的金额已作出决定，不能再改裁定");
      for (ledger::Move& move : *more) {
        Fen amount = move.amount;
        auto change = [&](Account account) {
          return (move.way.to == account ? amount : 0) - (move.way.from == account ? amount : 0);
        };
        tally_.Money(lines[i].second, change(Account::kConfirmed), change(Account::kRefuted));
        moves.push_back(std::move(move));
      }
    }
    TRY(ledger::Post(session_, {viewer_.user, viewer_.name, now_}, moves));
    return {};
  }

  Status WriteRows() {
    std::vector<Values> rows;
    for (const auto& [id, suspect] : suspects_) {
      std::optional<Fen> chk;
      for (const Line& line : suspect.lines) {
        if (line.chk) chk = chk.value_or(0) + *line.chk;
        if (!line.judged) continue;
        rows.push_back({clue_.id, clue_.version, id, line.id, line.verdict, store::Maybe(line.chk),
                        store::TextOrNull(line.note), viewer_.user, viewer_.name, now_});
        TRY(session_.Execute("UPDATE finding_line SET verdict = ?, chk_fen = ? WHERE id = ?",
                             {line.verdict, store::Maybe(line.chk), line.id}));
      }
      std::string verdict = VerdictOf(suspect.lines);
      TRY(session_.Execute("UPDATE finding SET verdict = ?, verdict_by = ?, verdict_note = ?, chk_fen = ? WHERE id = ?",
                           {verdict, viewer_.name, store::TextOrNull(suspect.note), store::Maybe(chk), id}));
      tally_.Judged(suspect.counted, suspect.counted.verdict, verdict);
    }
    tally_.Touch(clue_.id);
    return session_.InsertMany("verdict",
                               {"clue_id", "clue_version", "finding_id", "line_id", "verdict", "chk_fen", "note",
                                "user_id", "user_name", "at"},
                               rows);
  }

  Session& session_;
  const Viewer& viewer_;
  const Clue& clue_;
  EpochMs now_;
  Suspects suspects_;
  Tally tally_;
};

std::string Summary(const VerdictInput& input) {
  std::map<std::string, int> count;
  for (const VerdictItem& item : input.items) count[item.verdict]++;
  std::string text;
  for (const auto& [verdict, times] : count)
    text += (text.empty() ? "" : ", ") + verdict + " x" + std::to_string(times);
  return text;
}

}  // namespace

Status Desk::Judge(Session& session, const Viewer& viewer, const Clue& clue, const VerdictInput& input) {
  Judgement judgement(session, viewer, clue, clock_.Now());
  TRY(judgement.Collect(input));
  RankWeights weights = TRY(Weights(session));
  int64_t suspects = TRY(judgement.Write(weights));
  if (!input.conduct.empty())
    TRY(session.Execute("UPDATE clue SET conduct = ? WHERE id = ?", {input.conduct, clue.id}));
  return AddEvent(session, clue.id, AuthorOf(viewer), "verdict", "裁定疑点 " + std::to_string(suspects) + " 条",
                  "Judged " + std::to_string(suspects) + " suspects", Summary(input));
}

Result<Clue> Desk::GiveVerdicts(const Viewer& viewer, int64_t id, const VerdictInput& input) {
  TRY(Require(viewer.works));
  if (!input.conduct.empty() && !kConducts.contains(input.conduct))
    return Refused(ErrorCode::kInvalidInput, "fields", "conduct: expected unclear, conduct or coding_error",
                   "行为性质有误");
  if (input.items.empty())
    return Refused(ErrorCode::kInvalidInput, "fields", "verdicts: expected at least one", "没有裁定内容");
  return database_.Write([&](Session& session) -> Result<Clue> {
    Clue clue = TRY(LoadToWork(session, viewer, id, input.version));
    TRY(TakeLock(session, viewer, clue));
    TRY(Judge(session, viewer, clue, input));
    TRY(Record(session, viewer, "clue.verdict", "clue", "c" + std::to_string(id),
               "{\"verdicts\":" + std::to_string(input.items.size()) + "}", clock_.Now()));
    return Load(session, viewer, id);
  });
}

Status JudgeUndecided(Session& session, const ledger::Author& author, int64_t clue, const std::string& verdict,
                      const std::string& note, const RankWeights& weights) {
  auto row = TRY(session.QueryOne("SELECT version FROM clue WHERE id = ?", {clue}));
  CHECK(row);
  VerdictInput input;
  // Only suspects with charged lines: of the others there is nothing to judge.
  for (const Row& left : TRY(session.Query(
           "SELECT f.id FROM finding f WHERE f.clue_id = ? AND f.verdict = 'undecided' AND f.status <> 'withdrawn' AND "
           "EXISTS (SELECT 1 FROM finding_line l WHERE l.finding_id = f.id AND l.charged = 1) ORDER BY f.id",
           {clue}))) {
    VerdictItem item;
    item.suspect = left.Int("id");
    item.verdict = verdict;
    item.note = note;
    input.items.push_back(std::move(item));
  }
  if (input.items.empty()) return {};
  Viewer viewer;
  viewer.user = author.user;
  viewer.name = author.name;
  Clue judged;
  judged.id = clue;
  judged.version = row->Int("version");
  Judgement judgement(session, viewer, judged, author.at_ms);
  TRY(judgement.Collect(input));
  int64_t suspects = TRY(judgement.Write(weights));
  return AddEvent(session, clue, author, "verdict", "裁定疑点 " + std::to_string(suspects) + " 条",
                  "Judged " + std::to_string(suspects) + " suspects", note);
}

}  // namespace yijian::clue
