#include "casework/documents.h"

#include <map>

#include "base/hash.h"
#include "base/words.h"
#include "casework/notices.h"
#include "casework/report_data.h"
#include "clue/viewer.h"

namespace yijian::casework {
namespace {

using nlohmann::json;

struct Kind {
  const char* title;
  const char* prefix;
};

const std::map<std::string, Kind>& Kinds() {
  static const std::map<std::string, Kind> kinds{{"review_opinion", {"医疗保障基金审核意见书", "SH"}},
                                                 {"reminder", {"工作提醒函", "TX"}},
                                                 {"notice", {"通知书", "TZ"}},
                                                 {"decision", {"处理决定书", "JD"}},
                                                 {"penalty_notice", {"行政处罚事先告知书", "GZ"}},
                                                 {"hearing_notice", {"行政处罚听证告知书", "TG"}},
                                                 {"monthly_table", {"医保基金工作情况统计表", "YB"}},
                                                 {"quarterly_bulletin", {"监督检查情况通报（草稿）", "TB"}},
                                                 {"interview_notice", {"约谈通知书", "YT"}},
                                                 {"transfer_letter", {"案件线索移送函", "YS"}}};
  return kinds;
}

bool OfPeriod(const std::string& kind) { return kind == "monthly_table" || kind == "quarterly_bulletin"; }

Error Missing(const char* field, const char* expected, const char* zh) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "fields";
  detail->zh = "缺少制作此文书所需的内容";
  detail->fields.push_back({field, InBoth(expected, zh)});
  Error error = InvalidInput(std::string(field) + ": " + expected);
  error.detail = std::move(detail);
  return error;
}

int NumberAt(const std::string& text, size_t at, size_t length) { return std::stoi(text.substr(at, length)); }

Result<Period> PeriodOf(const Job& job, const DocumentInput& input) {
  Period period;
  period.area = input.area.empty() ? job.actor.area : input.area;
  if (!AreaCovers(job.actor.area, period.area)) return NotFound("no such area", "没有此区划");
  bool monthly = input.kind == "monthly_table";
  const std::string& text = monthly ? input.month : input.quarter;
  if (text.size() != 7)
    return monthly ? Missing("/month", "a month, 2026-03", "月份，如 2026-03")
                   : Missing("/quarter", "a quarter, 2026-Q1", "季度，如 2026-Q1");
  int year = NumberAt(text, 0, 4);
  int first = monthly ? NumberAt(text, 5, 2) : NumberAt(text, 6, 1) * 3 - 2;
  if (first < 1 || first > 12) return Missing("/month", "a month from 01 to 12", "01 至 12 月");
  int after = first + (monthly ? 1 : 3);
  period.from = DateOf({year, first, 1});
  period.until = after > 12 ? DateOf({year + 1, after - 12, 1}) : DateOf({year, after, 1});
  period.name = std::to_string(year) + "年" +
                (monthly ? std::to_string(first) + "月" : "第" + std::to_string((first + 2) / 3) + "季度");
  return period;
}

// What is sent to whom.
struct Letter {
  std::optional<int64_t> case_id;
  std::string object_kind;
  std::optional<int64_t> object;
  std::string institution;
  std::string institution_name;
  std::string area;
  std::string period;
  json data;
};

Result<Letter> LetterOf(Job& job, const DocumentInput& input) {
  Letter letter;
  letter.area = job.actor.area;
  if (OfPeriod(input.kind)) {
    Period period = TRY(PeriodOf(job, input));
    letter.area = period.area;
    letter.period = period.name;
    letter.data = input.kind == "monthly_table" ? TRY(MonthlyTable(job, period)) : TRY(QuarterlyBulletin(job, period));
    if (!input.text.empty()) letter.data["text"] = input.text;
    return letter;
  }
  if (input.kind == "review_opinion") {
    if (!input.opinion) return Missing("/opinion", "the opinion it prints", "要打印的意见书");
    letter.object_kind = "opinion";
    letter.object = input.opinion;
    letter.data = TRY(OpinionData(job, *input.opinion));
    auto row = TRY(job.session.QueryOne("SELECT case_id FROM opinion WHERE id = ?", {*input.opinion}));
    letter.case_id = row->Int("case_id");
  } else if (input.kind == "decision" || IsNotice(input.kind)) {
    if (!input.decision) return Missing("/decision", "the decision it prints", "要打印的处理决定");
    if (IsNotice(input.kind)) TRY(CheckNotice(job, input.kind, *input.decision));
    letter.object_kind = "decision";
    letter.object = input.decision;
    letter.data = TRY(DecisionData(job, *input.decision));
    if (IsNotice(input.kind) && !input.text.empty()) letter.data["text"] = input.text;
    auto row = TRY(job.session.QueryOne("SELECT case_id FROM decision WHERE id = ?", {*input.decision}));
    letter.case_id = row->Int("case_id");
  } else {
    if (input.text.empty()) return Missing("/text", "what it says", "文书内容");
    letter.case_id = input.case_id;
    letter.data = {{"text", input.text}};
    if (!input.case_id && input.institution.empty())
      return Missing("/institution", "whom it goes to, or a case", "送达对象或案件");
  }
  if (letter.case_id) {
    CaseRow file = TRY(LoadCase(job, *letter.case_id));
    letter.institution = file.institution;
    letter.institution_name = file.institution_name;
    letter.area = file.area;
    letter.data["case_no"] = file.no;
  } else {
    auto row = TRY(job.session.QueryOne("SELECT name, area FROM institution WHERE code = ?", {input.institution}));
    if (!row || !AreaCovers(job.actor.area, row->Text("area"))) return NotFound("no such institution", "没有此机构");
    letter.institution = input.institution;
    letter.institution_name = row->Text("name");
    letter.area = row->Text("area");
  }
  letter.data["institution_name"] = letter.institution_name;
  return letter;
}

constexpr const char* kSelect =
    "SELECT d.*, c.no AS case_no FROM document d LEFT JOIN case_file c ON c.id = d.case_id ";

Result<json> Shown(Job& job, const store::Row& row) {
  json data = ParseJson(row.Text("data_json"));
  json formats = {"html", "pdf", "docx"};
  if (data.contains("tables") && !data["tables"].empty()) formats.push_back("xlsx");
  auto case_id = row.MaybeInt("case_id");
  json shown{{"id", WireId('w', row.Int("id"))},
             {"no", row.Text("no")},
             {"kind", row.Text("kind")},
             {"title", row.Text("title")},
             {"case", case_id ? json(WireId('a', *case_id)) : json()},
             {"case_no", OrNull(row.MaybeText("case_no"))},
             {"institution", OrNull(row.MaybeText("institution"))},
             {"institution_name", OrNull(row.MaybeText("institution_name"))},
             {"made_at", FormatMoment(row.Int("made_at"))},
             {"made_by_name", TRY(NameOfUser(job, row.Int("made_by")))},
             {"formats", std::move(formats)},
             {"sha256", row.Text("sha256")},
             {"period", OrNull(row.MaybeText("period"))}};
  TRY(ShowNotice(job, row, shown));
  return shown;
}

Result<store::Row> Find(Job& job, int64_t id) {
  TRY(RequirePermission(job, "document.read"));
  store::Values visible;
  std::string where = DocumentsVisible(job, "d", visible);
  store::Values values{id};
  values.insert(values.end(), visible.begin(), visible.end());
  auto row = TRY(job.session.QueryOne(std::string(kSelect) + "WHERE d.id = ?" + where, values));
  if (!row) return NotFound("no such document", "没有此文书");
  return *row;
}

}  // namespace

std::string DocumentsVisible(const Job& job, const std::string& alias, store::Values& values) {
  std::string where;
  if (job.actor.institution.empty()) {
    clue::WhereArea(job.actor.area, alias + ".area", where, values);
    return where;
  }
  values.emplace_back(job.actor.institution);
  return " AND " + alias + ".institution = ? AND (" + alias +
         ".kind IN ('review_opinion', 'reminder', 'notice', 'decision', 'interview_notice') OR (" + alias +
         ".kind IN ('penalty_notice', 'hearing_notice') AND " + alias + ".delivered_at IS NOT NULL))";
}

Result<int64_t> MakeDocument(Job& job, const DocumentInput& input) {
  TRY(RequirePermission(job, "document.make"));
  auto kind = Kinds().find(input.kind);
  if (kind == Kinds().end()) return Missing("/kind", "a kind of document", "文书种类");
  Letter letter = TRY(LetterOf(job, input));
  std::string no = TRY(NextNumber(job, kind->second.prefix));
  std::string title = letter.period.empty() ? kind->second.title : letter.period + kind->second.title;
  letter.data["title"] = title;
  letter.data["no"] = no;
  letter.data["bureau"] = input.bureau;
  letter.data["day"] = FormatDate(job.Today());
  letter.data["synthetic"] = input.synthetic;
  std::string data = letter.data.dump(-1, ' ', false, json::error_handler_t::replace);
  int64_t id = TRY(job.session.Insert(
      "INSERT INTO document (no, kind, title, case_id, object_kind, object_id, institution, institution_name, area, "
      "period, "
      "made_at, made_by, data_json, sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {no, input.kind, title, store::Maybe(letter.case_id), store::TextOrNull(letter.object_kind),
       store::Maybe(letter.object), store::TextOrNull(letter.institution), store::TextOrNull(letter.institution_name),
       letter.area, store::TextOrNull(letter.period), job.now, job.actor.user, data, Sha256Hex(data)}));
  if (letter.case_id) {
    TRY(AddEvent(job, *letter.case_id,
                 {"document.make", "制作文书：" + title + " " + no, "document made: " + input.kind + " " + no, "",
                  "/documents/" + WireId('w', id)}));
  } else {
    TRY(Record(job, {"document.make", "document", WireId('w', id), title + " " + no}));
  }
  // A notice comes to its institution by its delivery, which has a clock.
  bool a_letter = !OfPeriod(input.kind) && input.kind != "transfer_letter" && !IsNotice(input.kind);
  if (a_letter && !letter.institution.empty()) {
    TRY(TellInstitution(
        job, letter.institution,
        {"document", "收到文书：" + title + " " + no, "a document came: " + no, "/documents/" + WireId('w', id)}));
  }
  return id;
}

Result<json> DocumentList(Job& job, const DocumentFilter& filter, const Paging& paging) {
  TRY(RequirePermission(job, "document.read"));
  store::Values values;
  std::string where = "WHERE 1 = 1" + DocumentsVisible(job, "d", values);
  if (!filter.kind.empty()) {
    where += " AND d.kind = ?";
    values.emplace_back(filter.kind);
  }
  if (filter.case_id) {
    where += " AND d.case_id = ?";
    values.emplace_back(*filter.case_id);
  }
  if (!filter.text.empty()) {
    where += " AND (d.no LIKE ? ESCAPE '\\' OR d.title LIKE ? ESCAPE '\\' OR d.institution_name LIKE ? ESCAPE '\\')";
    values.insert(values.end(), 3, store::Containing(filter.text));
  }
  auto count = TRY(job.session.QueryOne("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM document d " + where, values));
  values.emplace_back(paging.size);
  values.emplace_back(paging.offset());
  json rows = json::array();
  for (const store::Row& row :
       TRY(job.session.Query(kSelect + where + " ORDER BY d.id DESC LIMIT ? OFFSET ?", values))) {
    rows.push_back(TRY(Shown(job, row)));
  }
  return json{{"rows", std::move(rows)}, {"total", count->Int("n")}};
}

Result<json> DocumentView(Job& job, int64_t id) {
  store::Row row = TRY(Find(job, id));
  return Shown(job, row);
}

Result<DocumentData> DataOfDocument(Job& job, int64_t id) {
  store::Row row = TRY(Find(job, id));
  return DocumentData{row.Text("kind"), row.Text("no"), row.Text("title"), row.Text("data_json")};
}

}  // namespace yijian::casework
