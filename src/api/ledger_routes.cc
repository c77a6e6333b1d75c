#include <map>
#include <memory>
#include <mutex>

#include "api/clue_json.h"
#include "api/routes.h"
#include "base/words.h"
#include "clue/import.h"
#include "ledger/report.h"

namespace yijian::api {
namespace {

using http::Request;
using http::Response;
using nlohmann::json;

json AccountJson(ledger::Account account) {
  return account == ledger::Account::kNone ? json(nullptr) : json(ledger::NameOf(account));
}

using Names = std::map<std::string, std::string>;

Result<Names> NamesOf(store::Session& session, const std::vector<ledger::Entry>& entries) {
  Names names;
  for (const ledger::Entry& entry : entries) {
    if (entry.institution.empty() || names.contains(entry.institution)) continue;
    auto row = TRY(session.QueryOne("SELECT name FROM institution WHERE code = ?", {entry.institution}));
    names[entry.institution] = row ? row->Text("name") : entry.institution;
  }
  return names;
}

json EntryJson(const ledger::Entry& entry, const Names& names) {
  auto wire = [](char letter, const std::optional<int64_t>& id) {
    return id ? json(WireId(letter, *id)) : json(nullptr);
  };
  return {{"id", WireId('e', entry.id)},
          {"at", FormatMoment(entry.at_ms)},
          {"by_name", entry.by_name},
          {"from", AccountJson(entry.way.from)},
          {"to", AccountJson(entry.way.to)},
          {"amount_fen", entry.amount},
          {"kind", entry.kind},
          {"line", wire('l', entry.line)},
          {"case", wire('a', entry.case_id)},
          {"case_no", OrNull(entry.case_no)},
          {"decision", wire('d', entry.decision)},
          {"institution", TextOrNull(entry.institution)},
          {"institution_name", entry.institution.empty() ? json(nullptr) : json(names.at(entry.institution))},
          {"receipt", OrNull(entry.receipt)},
          {"counter_of", wire('e', entry.counter_of)},
          {"note", OrNull(entry.note)}};
}

// My area, and the one asked for inside it.
std::vector<std::string> AreasOf(const account::Actor& actor, Request& request) {
  std::vector<std::string> areas{actor.area};
  if (std::optional<std::string> area = request.QueryText("area", {.characters_max = 12})) areas.push_back(*area);
  return areas;
}

Result<Response> Entries(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "ledger.read"));
  PageQuery page = PageOf(request);
  ledger::EntryFilter filter;
  filter.areas = AreasOf(*actor, request);
  if (std::optional<std::string> id = request.QueryText("case", {.characters_max = 40}))
    filter.case_id = TRY(IdOf('a', *id));
  filter.institution = request.QueryText("institution", {.characters_max = 40}).value_or("");
  if (std::optional<std::string> name = request.QueryText("account", {.characters_max = 20})) {
    filter.account = ledger::AccountOf(*name);
    if (!filter.account) request.Fault("account", {"台账科目", "an account of the ledger"});
  }
  if (std::optional<Date> from = request.QueryDay("from")) filter.from_ms = MomentOf(StartOf(*from));
  if (std::optional<Date> until = request.QueryDay("until")) filter.until_ms = MomentOf(StartOf(*until));
  TRY(request.Finish());
  ledger::EntryPage found;
  Names names;
  TRY(context.database.Read([&](store::Session& session) -> Status {
    found = TRY(ledger::ListEntries(session, filter, page.size, (page.page - 1) * page.size));
    names = TRY(NamesOf(session, found.rows));
    return {};
  }));
  json rows = json::array();
  for (const ledger::Entry& entry : found.rows) rows.push_back(EntryJson(entry, names));
  return Response::Json({{"rows", rows}, {"total", found.total}, {"amount_fen", found.amount}});
}

Result<Response> Balance(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "ledger.read"));
  std::vector<std::string> areas = AreasOf(*actor, request);
  std::string by = request.QueryChoice("by", {"none", "institution", "matter", "month", "area"}).value_or("none");
  TRY(request.Finish());
  static const std::map<std::string, ledger::GroupBy> kGroups{{"none", ledger::GroupBy::kNone},
                                                              {"institution", ledger::GroupBy::kInstitution},
                                                              {"matter", ledger::GroupBy::kMatter},
                                                              {"month", ledger::GroupBy::kMonth},
                                                              {"area", ledger::GroupBy::kArea}};
  ledger::Sheet sheet;
  Fen attributed = 0;
  std::map<std::string, std::string> names;
  TRY(context.database.Read([&](store::Session& session) -> Status {
    sheet = TRY(ledger::ReadSheet(session, areas, kGroups.at(by)));
    attributed = TRY(clue::AttributedSum(session, areas));
    for (const ledger::Group& group : sheet.groups) {
      names[group.id] = group.id;
      if (by == "institution") {
        auto row = TRY(session.QueryOne("SELECT name FROM institution WHERE code = ?", {group.id}));
        if (row) names[group.id] = row->Text("name");
      } else if (by == "area") {
        auto row = TRY(session.QueryOne("SELECT name FROM area WHERE code = ?", {group.id}));
        if (row) names[group.id] = row->Text("name");
      } else if (const clue::Matter* matter = by == "matter" ? context.desk.matters().Find(group.id) : nullptr) {
        names[group.id] = matter->zh;
      }
    }
    return {};
  }));
  Fen difference = sheet.funnel.identified - attributed;
  json groups = json::array();
  for (const ledger::Group& group : sheet.groups)
    groups.push_back({{"id", group.id}, {"name", names[group.id]}, {"funnel", ToJson(group.funnel, difference == 0)}});
  json flows = json::array();
  for (const ledger::Flow& flow : sheet.flows)
    flows.push_back(
        {{"from", ledger::NameOf(flow.way.from)}, {"to", ledger::NameOf(flow.way.to)}, {"amount_fen", flow.amount}});
  return Response::Json({{"funnel", ToJson(sheet.funnel, difference == 0)},
                         {"groups", groups},
                         {"flows", flows},
                         {"findings_attributed_fen", attributed},
                         {"difference_fen", difference},
                         {"reconciled", difference == 0}});
}

Result<Response> LineOf(Context& context, Request& request) {
  const account::Actor* actor = TRY(Need(request, "ledger.read"));
  int64_t line = TRY(IdOf('l', request.Param("id")));
  TRY(request.Finish());
  constexpr int64_t kEntriesMax = 1'000;
  ledger::EntryPage found;
  Names names;
  TRY(context.database.Read([&](store::Session& session) -> Status {
    found = TRY(ledger::ListEntries(session, {.areas = {actor->area}, .line = line}, kEntriesMax, 0));
    names = TRY(NamesOf(session, found.rows));
    return {};
  }));
  if (found.rows.empty()) return NotFound("there is no such line in the ledger", "台账中没有此明细");
  json rows = json::array();
  for (const ledger::Entry& entry : found.rows) rows.push_back(EntryJson(entry, names));
  return Response::Json(rows);
}

// What findings attribute changes with imports only, and adding it up reads a row a rule, place and month: too much for
// the strip on every page. Kept for a few seconds, and believed only while the ledger says the same.
class Attributed {
 public:
  Result<Fen> Of(store::Session& session, const std::vector<std::string>& areas, Fen identified, EpochMs now) {
    {
      std::lock_guard lock(mutex_);
      auto found = kept_.find(areas);
      if (found != kept_.end() && found->second.fen == identified && now - found->second.at < kKeptMs)
        return found->second.fen;
    }
    Fen fen = TRY(clue::AttributedSum(session, areas));
    std::lock_guard lock(mutex_);
    if (kept_.size() >= kMost) kept_.clear();
    kept_[areas] = {fen, now};
    return fen;
  }

 private:
  static constexpr EpochMs kKeptMs = 10'000;
  static constexpr size_t kMost = 1'000;
  struct Sum {
    Fen fen = 0;
    EpochMs at = 0;
  };
  std::mutex mutex_;
  std::map<std::vector<std::string>, Sum> kept_;
};

Result<Response> Funnel(Context& context, Attributed& kept, Request& request) {
  const account::Actor* actor = TRY(Need(request, "overview.read"));
  std::vector<std::string> areas = AreasOf(*actor, request);
  TRY(request.Finish());
  ledger::Funnel funnel;
  Fen attributed = 0;
  TRY(context.database.Read([&](store::Session& session) -> Status {
    funnel = TRY(ledger::ReadFunnel(session, areas));
    attributed = TRY(kept.Of(session, areas, funnel.identified, context.clock.Now()));
    return {};
  }));
  return Response::Json(ToJson(funnel, funnel.identified == attributed));
}

}  // namespace

void MountLedger(http::Router& router, Context& context) {
  router.Get("/api/ledger", Bound(context, Entries));
  router.Get("/api/ledger/balance", Bound(context, Balance));
  router.Get("/api/ledger/lines/{id}", Bound(context, LineOf));
  auto kept = std::make_shared<Attributed>();
  router.Get("/api/funnel", [&context, kept](Request& request) { return Funnel(context, *kept, request); });
}

}  // namespace yijian::api
