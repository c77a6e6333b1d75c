#include "intake/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace yijian::intake {

Batch::Batch(const Mapping& mapping, const std::string& dictionaries_dir, int buckets, int groups)
    : mapping_(mapping), buckets_(buckets), groups_(groups), code_sets_(dictionaries_dir, mapping) {
  for (const TableInfo& table : Tables()) tables_.push_back(std::make_unique<TablePlan>(table));
}

size_t Batch::IndexOf(const TableInfo& table) { return static_cast<size_t>(&table - Tables().data()); }

TablePlan* Batch::Find(std::string_view name) {
  const TableInfo* table = FindTable(name);
  return table == nullptr ? nullptr : tables_[IndexOf(*table)].get();
}

Result<const SourcePlan*> Batch::PlanSource(const SourceSpec& spec, const std::vector<std::string>& columns,
                                            const std::string& path) {
  for (const auto& source : sources_) {
    if (source->spec == &spec && source->columns == columns) return source.get();
  }
  auto plan = std::make_unique<SourcePlan>();
  plan->spec = &spec;
  plan->columns = columns;
  plan->columns_json = nlohmann::json(columns).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  plan->id = sources_.size();
  std::vector<BoundFeed> feeds = TRY(Bind(mapping_, spec, columns, path));
  if (feeds.empty())
    return InvalidInput(path + ": the mapping has no table from " + spec.name + " that these columns could fill");
  plan->unused = UnusedColumns(feeds, columns);
  plan->shape_check = checks_.Register({spec.name, "", CheckKind::kShape, true, false, "fields of a record"});
  plan->feeds.reserve(feeds.size());
  for (BoundFeed& feed : feeds) {
    plan->feeds.push_back(Plan(std::move(feed)));  // its columns stay where they are in memory
  }
  return sources_.emplace_back(std::move(plan)).get();
}

FeedPlan Batch::Plan(BoundFeed bound) {
  FeedPlan plan;
  plan.bound = std::move(bound);
  plan.table = tables_[IndexOf(*plan.bound.table)].get();
  plan.table->fed = true;
  plan.table->key_name = plan.bound.key_name;
  std::string table(plan.bound.table->name);
  plan.table->key_check = checks_.Register({table, plan.bound.key_name, CheckKind::kKey, true, false, ""});
  for (size_t i = 0; i < plan.bound.columns.size(); i++) plan.columns.push_back(PlanColumn(plan.bound, i));
  plan.order = plan.bound.needs;
  for (bool derived : {false, true}) {
    for (size_t i = 0; i < plan.columns.size(); i++) {
      bool is_derived = plan.bound.columns[i].derived != Derived::kNone;
      if (is_derived == derived && std::ranges::find(plan.order, i) == plan.order.end()) plan.order.push_back(i);
    }
  }
  PlanRowChecks(plan);
  std::string_view init = table == "settlement" ? "init_setl_id" : "init_feedetl_sn";
  bool names_key = plan.bound.key_name == (table == "settlement" ? "setl_id" : "mdtrt_id+bkkp_sn");
  if (names_key) plan.init_key_position = plan.bound.PositionOf(init);
  return plan;
}

ColumnPlan Batch::PlanColumn(const BoundFeed& feed, size_t position) {
  const BoundColumn& bound = feed.columns[position];
  const ColumnInfo& info = *bound.info;
  ColumnPlan plan;
  plan.bound = &bound;
  plan.position = position;
  if (bound.derived != Derived::kNone) return plan;
  std::string table(feed.table->name);
  std::string field(info.name);
  plan.lenient = info.lenient;
  if (bound.spec.on_bad != ColumnSpec::OnBad::kDefault) plan.lenient = bound.spec.on_bad == ColumnSpec::OnBad::kNull;
  if (info.required) plan.lenient = false;
  auto check = [&](CheckKind kind, bool quarantines, const std::string& note) {
    return checks_.Register({table, field, kind, quarantines, info.personal, note});
  };
  if (IsText(info.type)) {
    plan.encoding_check = check(CheckKind::kEncoding, true, "");
  } else {
    plan.type_check = check(CheckKind::kType, !plan.lenient, TypeName(info.type));
  }
  if (info.required) plan.required_check = check(CheckKind::kRequired, true, "");
  if (info.guard != Guard::kNone) {
    plan.guard_check = check(CheckKind::kNullIdentity, info.required,
                             info.guard == Guard::kPerson   ? "person"
                             : info.guard == Guard::kDoctor ? "doctor"
                                                            : "institution");
  }
  if (!info.code_set.empty()) {
    const CodeSet& set = code_sets_.Get(info.code_set);
    plan.code_quarantines = mapping_.strict.contains(Strictness::kCodeSets);
    plan.code_check = check(CheckKind::kCodeSet, plan.code_quarantines, std::string(info.code_set));
    if (!set.error.empty() && !set.off) {
      checks_.NotPossible(plan.code_check, set.error);
    } else if (!set.off) {
      plan.code_set = &set;
    }
  }
  if (info.type == ColumnType::kCode) {
    for (size_t i = 0; i < feed.columns.size(); i++) {
      if (feed.columns[i].info->name_of == info.name) plan.name_position = i;
    }
  }
  return plan;
}

void Batch::AddRowCheck(FeedPlan& feed, RowRule rule, CheckKind kind, std::initializer_list<std::string_view> names,
                        size_t optional, const std::string& note) {
  RowCheck check;
  check.rule = rule;
  std::string field;
  size_t seen = 0;
  for (std::string_view name : names) {
    size_t position = feed.bound.PositionOf(name);
    bool needed = seen++ < names.size() - optional;
    if (position == SIZE_MAX && needed) return;
    check.positions.push_back(position);
    if (needed) field += (field.empty() ? "" : " ") + std::string(name);
  }
  check.quarantines =
      mapping_.strict.contains(kind == CheckKind::kDateOrder ? Strictness::kDateOrder : Strictness::kIdentities);
  check.check = checks_.Register({std::string(feed.bound.table->name), field, kind, check.quarantines, false, note});
  feed.row_checks.push_back(std::move(check));
}

void Batch::PlanRowChecks(FeedPlan& feed) {
  auto order = [&](std::string_view first, std::string_view second) {
    AddRowCheck(feed, RowRule::kOrder, CheckKind::kDateOrder, {first, second}, 0,
                std::string(first) + " <= " + std::string(second));
  };
  std::string_view table = feed.bound.table->name;
  if (table == "person") order("brdy", "die_date");
  if (table == "person") order("psn_insu_date", "paus_insu_date");
  if (table == "visit" || table == "institution" || table == "staff") order("begntime", "endtime");
  if (table == "staff") order("cntr_begntime", "cntr_endtime");
  if (table == "stock") order("manu_date", "expy_end");
  if (table == "operation") {
    order("oprn_oprt_begntime", "oprn_oprt_endtime");
    order("anst_begntime", "anst_endtime");
  }
  if (table == "settlement") {
    order("begndate", "enddate");
    AddRowCheck(feed, RowRule::kSum, CheckKind::kIdentity,
                {"medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt"}, 0,
                "medfee_sumamt = fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_amt");
    AddRowCheck(feed, RowRule::kSumMaybe, CheckKind::kIdentity,
                {"medfee_sumamt", "fund_pay_sumamt", "psn_pay", "ownpay_hosp_part"}, 1,
                "medfee_sumamt = fund_pay_sumamt + psn_pay (+ ownpay_hosp_part)");
    AddRowCheck(feed, RowRule::kSumMaybe, CheckKind::kIdentity,
                {"psn_pay", "acct_pay", "cash_payamt", "acct_mulaid_pay"}, 1,
                "psn_pay = acct_pay + cash_payamt (+ acct_mulaid_pay)");
  }
  if (table == "fee_line") {
    AddRowCheck(feed, RowRule::kPriceTimesCount, CheckKind::kIdentity, {"pric", "cnt", "det_item_fee_sumamt"}, 0,
                "det_item_fee_sumamt = pric * cnt, within 1 fen");
    AddRowCheck(feed, RowRule::kSum, CheckKind::kIdentity,
                {"det_item_fee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_amt"}, 0,
                "det_item_fee_sumamt = fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_amt");
  }
}

}  // namespace yijian::intake
