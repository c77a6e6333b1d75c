#include "app/timeline_source.h"

#include <algorithm>
#include <chrono>
#include <list>
#include <mutex>
#include <unordered_map>

#include "base/hash.h"
#include "lake/table_view.h"

namespace yijian::app {
namespace {

using lake::QueryResult;
using lake::TableView;
using lake::TrimZeros;
using Steady = std::chrono::steady_clock;

constexpr size_t kPersonsKept = 300;
constexpr size_t kLinesKept = 200'000;  // over all persons kept
constexpr auto kFresh = std::chrono::seconds(60);

class LakeTimelines : public clue::TimelineSource {
 public:
  LakeTimelines(lake::Lake lake, lake::Connection connection)
      : lake_(std::move(lake)), connection_(std::move(connection)) {}

  Result<clue::PersonTimeline> Read(const std::string& psn_no, std::optional<Date> from, std::optional<Date> until,
                                    size_t lines_max) override {
    std::lock_guard lock(mutex_);
    TRY(Look());
    std::shared_ptr<const clue::PersonTimeline> whole = TRY(Whole(psn_no));
    clue::PersonTimeline part = *whole;
    Time begin = from ? StartOf(*from) : INT64_MIN;
    Time end = until ? StartOf(*until) : INT64_MAX;
    std::erase_if(part.visit_rows, [&](const clue::TimelineVisit& visit) {
      return visit.begin >= end || visit.end.value_or(visit.begin) < begin;
    });
    std::erase_if(part.lines, [&](const clue::TimelineLine& line) { return line.at >= end || line.at < begin; });
    part.truncated = part.lines.size() > lines_max;
    if (part.truncated) part.lines.resize(lines_max);
    return part;
  }

  Result<clue::PersonDetails> Details(const std::string& psn_no) override {
    std::lock_guard lock(mutex_);
    TRY(Look());
    if (!persons_.there()) return NotFound("the lake has no register of persons");
    QueryResult rows =
        TRY(connection_.Query("SELECT " + persons_.Column("p", "psn_name") + ", " + persons_.Column("p", "certno") +
                              ", " + persons_.Column("p", "tel") + ", " + persons_.Column("p", "addr") + " FROM " +
                              persons_.sql() + " p WHERE " + Of("p", psn_no) + " ORDER BY p.row_id DESC LIMIT 1"));
    if (rows.rows() == 0) return NotFound("the register does not know this person");
    return clue::PersonDetails{psn_no, rows.Text(0, 0), rows.Text(0, 1), rows.Text(0, 2), rows.Text(0, 3)};
  }

 private:
  // Tables and names as of a minute ago at most.
  Status Look() {
    if (codes_ && Steady::now() - looked_at_ < kFresh) return {};
    std::string batches;
    for (const lake::Batch& batch : TRY(lake_.LiveBatches())) batches += batch.manifest.batch + "\n";
    looked_at_ = Steady::now();
    if (codes_ && batches == batches_) return {};
    persons_ = TRY(TableView::Open(connection_, lake_, "person"));
    visits_ = TRY(TableView::Open(connection_, lake_, "visit"));
    lines_ = TRY(TableView::Open(connection_, lake_, "fee_line"));
    codes_ = TRY(lake_.LoadDictionary());
    batches_ = batches;
    kept_.clear();
    by_person_.clear();
    lines_kept_ = 0;
    return {};
  }

  std::string Of(const std::string& alias, const std::string& psn_no) const {
    int64_t key = IdKeyOf(psn_no);
    return alias + ".bucket = " + std::to_string(key % lake_.buckets()) + " AND " + alias +
           ".psn_key = " + std::to_string(key) + " AND " + alias + ".psn_no = " + lake::Quote(psn_no);
  }
  std::string NameOf(const std::string& code) const {
    std::string name(codes_->Name(codes_->Find(code)));
    return name.empty() ? code : name;
  }

  Result<std::shared_ptr<const clue::PersonTimeline>> Whole(const std::string& psn_no) {
    auto found = by_person_.find(psn_no);
    if (found != by_person_.end()) {
      kept_.splice(kept_.begin(), kept_, found->second);
      return found->second->second;
    }
    auto timeline = std::make_shared<clue::PersonTimeline>();
    bool known = TRY(ReadPerson(psn_no, *timeline));
    TRY(ReadVisits(psn_no, *timeline));
    TRY(ReadLines(psn_no, *timeline));
    if (!known && timeline->visit_rows.empty() && timeline->lines.empty())
      return NotFound("the lake does not know this person");
    kept_.emplace_front(psn_no, timeline);
    by_person_[psn_no] = kept_.begin();
    lines_kept_ += timeline->lines.size();
    while (kept_.size() > 1 && (kept_.size() > kPersonsKept || lines_kept_ > kLinesKept)) {
      lines_kept_ -= kept_.back().second->lines.size();
      by_person_.erase(kept_.back().first);
      kept_.pop_back();
    }
    return std::shared_ptr<const clue::PersonTimeline>(timeline);
  }

  Result<bool> ReadPerson(const std::string& psn_no, clue::PersonTimeline& timeline) {
    if (!persons_.there()) return false;
    QueryResult rows = TRY(
        connection_.Query("SELECT " + persons_.Column("p", "psn_name") + ", " + persons_.Column("p", "gend") + ", " +
                          persons_.Column("p", "brdy", "DATE") + ", " + persons_.Column("p", "insutype") + " FROM " +
                          persons_.sql() + " p WHERE " + Of("p", psn_no) + " ORDER BY p.row_id DESC LIMIT 1"));
    if (rows.rows() == 0) return false;
    timeline.name = rows.Text(0, 0);
    timeline.gender = rows.Text(0, 1);
    timeline.birth = ParseDate(rows.Text(0, 2));
    timeline.insutype = rows.Text(0, 3);
    return true;
  }

  Status ReadVisits(const std::string& psn_no, clue::PersonTimeline& timeline) {
    if (!visits_.there()) return {};
    auto column = [&](const char* name, const char* type = "VARCHAR") { return visits_.Column("v", name, type); };
    QueryResult rows = TRY(connection_.Query(
        "SELECT v.row_id, v.mdtrt_id, " + column("fixmedins_code") + ", " + column("med_type") + ", " +
        column("begntime", "TIMESTAMP") + ", " + column("endtime", "TIMESTAMP") + ", " + column("dscg_maindiag_code") +
        ", " + column("adm_dept_codg") + ", " + column("ipt_flag", "BOOLEAN") + " FROM " + visits_.sql() + " v WHERE " +
        Of("v", psn_no) + " ORDER BY 5, 1"));
    for (size_t i = 0; i < rows.rows(); i++) {
      std::optional<Time> begin = ParseTime(rows.Text(i, 4));
      if (!begin) continue;  // without a day it has no place on a timeline
      clue::TimelineVisit visit;
      visit.row_id = rows.Int(i, 0);
      visit.id = rows.Text(i, 1);
      visit.institution = rows.Text(i, 2);
      visit.institution_name = NameOf(visit.institution);
      visit.kind = rows.Text(i, 3);
      visit.begin = *begin;
      visit.end = ParseTime(rows.Text(i, 5));
      visit.diagnosis = rows.Text(i, 6);
      if (!visit.diagnosis.empty()) visit.diagnosis_name = NameOf(visit.diagnosis);
      visit.department = rows.Text(i, 7);
      visit.stay = rows.Int(i, 8) != 0;
      timeline.visits++;
      timeline.stays += visit.stay ? 1 : 0;
      timeline.visit_rows.push_back(std::move(visit));
    }
    return {};
  }

  Status ReadLines(const std::string& psn_no, clue::PersonTimeline& timeline) {
    if (!lines_.there()) return {};
    auto column = [&](const char* name, const char* type = "VARCHAR") { return lines_.Column("l", name, type); };
    QueryResult rows = TRY(connection_.Query(
        "SELECT l.row_id, l.mdtrt_id, " + column("fee_ocur_time", "TIMESTAMP") + ", " + column("hilist_code") + ", " +
        column("med_chrgitm_type") + ", " + column("cnt", "DECIMAL(18,4)") + ", " + column("pric", "DECIMAL(18,6)") +
        ", " + column("det_item_fee_sumamt", "DECIMAL(18,2)") + ", " + column("bilg_dr_code") + ", " +
        column("bilg_dept_codg") + " FROM " + lines_.sql() + " l WHERE " + Of("l", psn_no) + " ORDER BY 3, 1"));
    std::unordered_map<std::string, Fen> of_visit;
    for (size_t i = 0; i < rows.rows(); i++) {
      Fen amount = rows.Int(i, 7);
      timeline.amount += amount;
      of_visit[rows.Text(i, 1)] += amount;
      std::optional<Time> at = ParseTime(rows.Text(i, 2));
      if (!at) continue;
      clue::TimelineLine line;
      line.row_id = rows.Int(i, 0);
      line.visit = rows.Text(i, 1);
      line.at = *at;
      line.item_code = rows.Text(i, 3);
      line.item_name = NameOf(line.item_code);
      line.category = rows.Text(i, 4);
      line.quantity = TrimZeros(rows.Text(i, 5));
      line.price = TrimZeros(rows.Text(i, 6));
      line.amount = amount;
      line.doctor = rows.Text(i, 8);
      line.department = rows.Text(i, 9);
      timeline.lines.push_back(std::move(line));
    }
    for (clue::TimelineVisit& visit : timeline.visit_rows) {
      auto found = of_visit.find(visit.id);
      if (found != of_visit.end()) visit.amount = found->second;
    }
    return {};
  }

  using Kept = std::list<std::pair<std::string, std::shared_ptr<const clue::PersonTimeline>>>;

  lake::Lake lake_;
  std::mutex mutex_;
  lake::Connection connection_;
  TableView persons_;
  TableView visits_;
  TableView lines_;
  std::shared_ptr<timeline::CodeBook> codes_;
  std::string batches_;
  Steady::time_point looked_at_;
  Kept kept_;  // used last first
  std::unordered_map<std::string, Kept::iterator> by_person_;
  size_t lines_kept_ = 0;
};

}  // namespace

Result<std::unique_ptr<clue::TimelineSource>> OpenLakeTimelines(const std::string& lake_dir) {
  lake::Lake lake = TRY(lake::Lake::Open(lake_dir));
  lake::Connection connection = TRY(lake::OpenConnection({.memory_limit_mb = 512, .threads = 1}));
  return std::unique_ptr<clue::TimelineSource>(std::make_unique<LakeTimelines>(std::move(lake), std::move(connection)));
}

}  // namespace yijian::app
