// Handing out, drawing by lot, saved filters.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <queue>
#include <set>

#include "base/hash.h"
#include "clue/desk.h"
#include "clue/import_book.h"

namespace yijian::clue {
namespace {

using store::Row;
using store::Rows;
using store::Session;
using store::Values;

constexpr int64_t kAssignMax = 100'000;
constexpr size_t kChunk = 400;
constexpr int64_t kFiltersMax = 200;

struct Ticket {
  int64_t id = 0;
  std::string no;
  std::string matter;
  std::string institution;
  std::string area;
  std::string lot;  // SHA-256(seed + number): the order of a draw
};

Ticket TicketOf(const Row& row) {
  return {row.Int("id"),      row.Text("no"),
          row.Text("matter"), row.MaybeText("institution").value_or(""),
          row.Text("area"),   ""};
}

void DrawLots(std::vector<Ticket>& tickets, const std::string& seed) {
  for (Ticket& ticket : tickets) ticket.lot = Sha256Hex(seed + ticket.no);
  std::sort(tickets.begin(), tickets.end(),
            [](const Ticket& a, const Ticket& b) { return std::tie(a.lot, a.no) < std::tie(b.lot, b.no); });
}

Error Bad(const std::string& message, const std::string& zh) {
  return Refused(ErrorCode::kInvalidInput, "fields", message, zh);
}

// Gives each ticket to one of the people, or to nobody.
class Dealer {
 public:
  Dealer(const Assignment& assignment, std::map<int64_t, int64_t> open)
      : assignment_(assignment), open_(std::move(open)) {}

  std::optional<size_t> Deal(const Ticket& ticket) {
    size_t chosen = 0;
    if (assignment_.how == "institution") {
      auto [found, fresh] = by_institution_.try_emplace(ticket.institution, 0);
      if (fresh) found->second = Least([](const Colleague&) { return true; }).value_or(0);
      chosen = found->second;
    } else if (assignment_.how == "field") {
      auto knowing = Least([&](const Colleague& colleague) {
        return std::find(colleague.fields.begin(), colleague.fields.end(), ticket.matter) != colleague.fields.end();
      });
      if (!knowing) return {};
      chosen = *knowing;
    } else if (assignment_.how == "workload") {
      chosen = *Least([](const Colleague&) { return true; });
    } else {
      chosen = turn_++ % assignment_.to.size();
    }
    open_[assignment_.to[chosen].user]++;
    return chosen;
  }

 private:
  template <typename Fits>
  std::optional<size_t> Least(Fits fits) {
    std::optional<size_t> least;
    for (size_t i = 0; i < assignment_.to.size(); i++) {
      if (!fits(assignment_.to[i])) continue;
      if (!least || open_[assignment_.to[i].user] < open_[assignment_.to[*least].user]) least = i;
    }
    return least;
  }

  const Assignment& assignment_;
  std::map<int64_t, int64_t> open_;
  std::map<std::string, size_t> by_institution_;
  size_t turn_ = 0;
};

Result<std::map<int64_t, int64_t>> OpenWork(Session& session, const std::vector<Colleague>& people) {
  std::map<int64_t, int64_t> open;
  for (const Colleague& colleague : people) {
    auto row = TRY(session.QueryOne(
        "SELECT COUNT(*) AS n FROM clue WHERE assignee = ? AND status IN ('assigned', 'working')", {colleague.user}));
    open[colleague.user] = row->Int("n");
  }
  return open;
}

Result<std::vector<Ticket>> TicketsOf(Session& session, const Viewer& viewer, const Assignment& assignment,
                                      EpochMs now) {
  std::vector<Ticket> tickets;
  const std::string open = " AND c.status IN ('new', 'assigned', 'working')";
  if (assignment.clues.empty()) {
    ClueFilter filter = TRY(ParseFilter(assignment.filter));
    std::string where;
    Values values;
    WhereFilter(session.dialect(), filter, viewer, now, where, values);
    values.emplace_back(std::clamp<int64_t>(assignment.limit, 1, kAssignMax));
    std::string unassigned = filter.assignee ? "" : " AND c.assignee IS NULL";
    Rows rows =
        TRY(session.Query("SELECT c.id, c.no, c.matter, c.institution, c.area FROM clue c WHERE c.sampled_out = 0" +
                              open + unassigned + where + " ORDER BY c.rank DESC, c.id LIMIT ?",
                          values));
    for (const Row& row : rows) tickets.push_back(TicketOf(row));
    return tickets;
  }
  for (size_t at = 0; at < assignment.clues.size(); at += kChunk) {
    size_t count = std::min(kChunk, assignment.clues.size() - at);
    Values values(assignment.clues.begin() + static_cast<std::ptrdiff_t>(at),
                  assignment.clues.begin() + static_cast<std::ptrdiff_t>(at + count));
    std::string where;
    WhereVisible(viewer, "c.", where, values);
    Rows rows = TRY(session.Query("SELECT c.id, c.no, c.matter, c.institution, c.area FROM clue c WHERE c.id IN " +
                                      Marks(count) + open + where + " ORDER BY c.rank DESC, c.id",
                                  values));
    for (const Row& row : rows) tickets.push_back(TicketOf(row));
  }
  return tickets;
}

const std::string& StratumOf(const Ticket& ticket, const std::string& strata) {
  static const std::string kNone;
  if (strata == "institution") return ticket.institution;
  if (strata == "matter") return ticket.matter;
  return strata == "area" ? ticket.area : kNone;
}

// Shares of `size` in proportion to the strata, by largest remainder; ties in order of the strata's names.
std::map<std::string, int64_t> Shares(const std::vector<Ticket>& tickets, const std::string& strata, int64_t size) {
  std::map<std::string, int64_t> count;
  for (const Ticket& ticket : tickets) count[StratumOf(ticket, strata)]++;
  auto all = static_cast<int64_t>(tickets.size());
  size = std::min(size, all);
  std::map<std::string, int64_t> shares;
  std::vector<std::pair<int64_t, std::string>> rests;
  int64_t given = 0;
  for (const auto& [name, number] : count) {
    shares[name] = number * size / all;
    given += shares[name];
    rests.emplace_back(-(number * size % all), name);
  }
  std::sort(rests.begin(), rests.end());
  for (size_t i = 0; given < size; i++, given++) shares[rests[i % rests.size()].second]++;
  return shares;
}

Sample SampleOf(const Row& row) {
  return {row.Int("id"),      row.Int("at"),         row.Text("user_name"), row.Text("seed"),
          row.Text("strata"), row.Text("reason"),    row.Int("population"), row.Text("population_sha256"),
          row.Int("drawn"),   row.Text("clues_json")};
}

}  // namespace

Result<AssignmentResult> Desk::Assign(const Viewer& viewer, const Assignment& assignment) {
  TRY(Require(viewer.assigns));
  static const std::set<std::string> kHows{"to", "institution", "field", "workload", "random"};
  if (!kHows.contains(assignment.how))
    return Bad("how: expected to, institution, field, workload or random", "分派方式有误");
  if (assignment.to.empty()) return Bad("to: expected people", "没有可分派的人员");
  if (assignment.how == "random" && assignment.seed.empty()) return Bad("seed: expected a text", "随机分派需要种子");
  return database_.Write([&](Session& session) -> Result<AssignmentResult> {
    EpochMs now = clock_.Now();
    std::vector<Ticket> tickets = TRY(TicketsOf(session, viewer, assignment, now));
    if (assignment.how == "random") DrawLots(tickets, assignment.seed);
    Dealer dealer(assignment, TRY(OpenWork(session, assignment.to)));
    AssignmentResult result;
    std::map<size_t, int64_t> count;
    for (const Ticket& ticket : tickets) {
      auto chosen = dealer.Deal(ticket);
      if (!chosen) {
        result.skipped++;
        continue;
      }
      const Colleague& to = assignment.to[*chosen];
      int64_t done =
          TRY(session.Execute("UPDATE clue SET assignee = ?, assignee_name = ?, status = CASE WHEN status = 'new' THEN "
                              "'assigned' ELSE status END, "
                              "version = version + 1, updated_at = ? WHERE id = ? AND status IN ('new', 'assigned', "
                              "'working') AND (locked_until IS NULL "
                              "OR locked_until <= ? OR locked_by = ?)",
                              {to.user, to.name, now, ticket.id, now, to.user}));
      if (done == 0) {
        result.skipped++;
        continue;
      }
      TRY(AddEvent(session, ticket.id, AuthorOf(viewer), "assign", "分派给" + to.name, "Assigned to " + to.name,
                   assignment.seed));
      result.assigned++;
      count[*chosen]++;
    }
    result.skipped += static_cast<int64_t>(assignment.clues.empty() ? 0 : assignment.clues.size() - tickets.size());
    for (const auto& [index, number] : count) result.by_user.emplace_back(assignment.to[index], number);
    nlohmann::json details{{"how", assignment.how}, {"assigned", result.assigned}, {"seed", assignment.seed}};
    TRY(Record(session, viewer, "clue.assign", "clue", "",
               details.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), now));
    return result;
  });
}

Result<Sample> Desk::Draw(const Viewer& viewer, const SampleInput& input) {
  TRY(Require(viewer.samples));
  static const std::set<std::string> kStrata{"none", "institution", "matter", "area"};
  if (!kStrata.contains(input.strata)) return Bad("strata: expected none, institution, matter or area", "分层方式有误");
  if (input.size < 1) return Bad("size: expected 1 or more", "抽取数量有误");
  if (input.seed.empty()) return Bad("seed: expected a text", "抽样需要种子");
  ClueFilter filter = TRY(ParseFilter(input.filter));
  filter.view = "pool";
  return database_.Write([&](Session& session) -> Result<Sample> {
    EpochMs now = clock_.Now();
    std::string where;
    Values values;
    WhereFilter(session.dialect(), filter, viewer, now, where, values);
    Rows rows = TRY(session.Query("SELECT c.id, c.no, c.matter, c.institution, c.area FROM clue c WHERE 1 = 1" + where +
                                      " ORDER BY c.no" + session.ForUpdate(),
                                  values));
    if (rows.empty()) return Bad("filter: no clue of the pool fits", "没有符合条件的线索");
    std::vector<Ticket> tickets;
    std::string population;
    for (const Row& row : rows) {
      tickets.push_back(TicketOf(row));
      population += tickets.back().no + "\n";
    }
    DrawLots(tickets, input.seed);
    std::map<std::string, int64_t> shares = Shares(tickets, input.strata, input.size);
    nlohmann::json drawn = nlohmann::json::array();
    for (const Ticket& ticket : tickets) {
      if (shares[StratumOf(ticket, input.strata)]-- > 0) {
        drawn.push_back("c" + std::to_string(ticket.id));
        TRY(AddEvent(session, ticket.id, AuthorOf(viewer), "drawn", "抽样抽中", "Drawn by lot", input.seed));
      } else {
        TRY(session.Execute("UPDATE clue SET sampled_out = 1, version = version + 1, updated_at = ? WHERE id = ?",
                            {now, ticket.id}));
      }
    }
    int64_t id =
        TRY(session.Insert("INSERT INTO clue_sample (at, user_id, user_name, area, seed, strata, reason, filter, "
                           "population, population_sha256, drawn, "
                           "clues_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                           {now, viewer.user, viewer.name, viewer.area, input.seed, input.strata, input.reason,
                            input.filter, static_cast<int64_t>(tickets.size()), Sha256Hex(population),
                            static_cast<int64_t>(drawn.size()), drawn.dump()}));
    TRY(Record(session, viewer, "clue.sample", "sample", std::to_string(id),
               "{\"drawn\":" + std::to_string(drawn.size()) + "}", now));
    auto row = TRY(session.QueryOne("SELECT * FROM clue_sample WHERE id = ?", {id}));
    return SampleOf(*row);
  });
}

Result<SamplePage> Desk::Samples(const Viewer& viewer, Paging paging) {
  return database_.Read([&](Session& session) -> Result<SamplePage> {
    std::string where = " WHERE 1 = 1";
    Values values;
    WhereArea(viewer.area, "area", where, values);
    SamplePage page;
    page.total = TRY(session.QueryOne("SELECT COUNT(*) AS n FROM clue_sample" + where, values))->Int("n");
    values.emplace_back(paging.limit);
    values.emplace_back(paging.offset);
    for (const Row& row :
         TRY(session.Query("SELECT * FROM clue_sample" + where + " ORDER BY id DESC LIMIT ? OFFSET ?", values)))
      page.rows.push_back(SampleOf(row));
    return page;
  });
}

Result<std::vector<SavedFilter>> Desk::Filters(const Viewer& viewer) {
  return database_.Read([&](Session& session) -> Result<std::vector<SavedFilter>> {
    std::vector<SavedFilter> filters;
    Rows rows = TRY(session.Query("SELECT * FROM clue_filter WHERE owner = ? OR shared = 1 ORDER BY name, id LIMIT ?",
                                  {viewer.user, kFiltersMax}));
    for (const Row& row : rows) {
      filters.push_back(
          {row.Int("id"), row.Text("name"), row.Text("query"), row.Bool("shared"), row.Int("owner") == viewer.user});
    }
    return filters;
  });
}

Result<SavedFilter> Desk::SaveFilter(const Viewer& viewer, const std::string& name, const std::string& query,
                                     bool shared) {
  TRY(ParseFilter(query));
  return database_.Write([&](Session& session) -> Result<SavedFilter> {
    auto count = TRY(session.QueryOne("SELECT COUNT(*) AS n FROM clue_filter WHERE owner = ?", {viewer.user}));
    if (count->Int("n") >= kFiltersMax)
      return LimitReached("you have " + std::to_string(kFiltersMax) + " filters already");
    int64_t id =
        TRY(session.Insert("INSERT INTO clue_filter (owner, name, query, shared) VALUES (?, ?, ?, ?) RETURNING id",
                           {viewer.user, name, query, int64_t{shared}}));
    TRY(Record(session, viewer, "clue.filter", "filter", std::to_string(id), "", clock_.Now()));
    return SavedFilter{id, name, query, shared, true};
  });
}

Status Desk::DeleteFilter(const Viewer& viewer, int64_t id) {
  return database_.Write([&](Session& session) -> Status {
    int64_t gone = TRY(session.Execute("DELETE FROM clue_filter WHERE id = ? AND owner = ?", {id, viewer.user}));
    if (gone == 0)
      return Refused(ErrorCode::kNotFound, "not_found", "there is no such filter of yours", "没有这个筛选条件");
    return Record(session, viewer, "clue.filter", "filter", std::to_string(id), R"({"deleted":true})", clock_.Now());
  });
}

}  // namespace yijian::clue
