// Answers as JSON: the interface's result rows with what it has no fields for beside them, and the plain twin.

#include <algorithm>

#include "base/hash.h"
#include "base/json_writer.h"
#include "realtime/wire.h"

namespace yijian::realtime {
namespace {

constexpr size_t kAnswerBytes = 16 * 1024;

// Characters, never half of one.
std::string_view Cut(std::string_view text, size_t characters) {
  if (text.size() <= characters) return text;
  size_t at = 0;
  while (at < text.size() && characters > 0) {
    at++;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) at++;
    characters--;
  }
  return text.substr(0, at);
}

// Dictionary sev_deg.
const char* SeverityCode(program::Severity severity) {
  return severity == program::Severity::kViolation ? "1" : severity == program::Severity::kSuspect ? "2" : "3";
}

std::string Joined(const std::vector<std::string>& texts, const char* between) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : between) + text;
  return joined;
}

std::string OpenUntil(const Accusation& accusation) {
  if (accusation.open_until == kNull) return "";
  return accusation.open_until == INT64_MAX ? "9999-12-31 23:59:59" : FormatTime(accusation.open_until);
}

std::string TimeText(Time time) { return time == kNull ? std::string() : FormatTime(time); }

const std::string& LineName(const Draft& draft, const AccusedRow& row) {
  static const std::string kUnknown;
  auto at = draft.row_names.find(row.key);
  return row.kind != Kind::kLine || at == draft.row_names.end() ? kUnknown : at->second;
}

// Which visit a row belongs to, where the draft or the accusation names it.
std::string_view VisitNo(const Draft& draft, const Accusation& accusation, const AccusedRow& row) {
  if (row.visit == kNull) return "";
  const Rows& visits = draft.told.of(Kind::kVisit);
  for (size_t i = 0; i < visits.size(); i++) {
    if (visits.key[i] == row.visit) return draft.told.visit_no[i];
  }
  return row.visit == accusation.rows[0].visit ? std::string_view(accusation.visit_no) : std::string_view();
}

const program::Rule& RuleOf(const Answer& answer, uint32_t rule) { return answer.version->rules().rules[rule]; }

std::string_view ItemCode(const Answer& answer, const AccusedRow& row) {
  return row.item == kNull ? std::string_view() : eval::TextOf(answer.version->bound(), row.item);
}

void PutBilingual(JsonText& out, std::string_view key, const program::Bilingual& text) {
  out.Object(key, [&] {
    out.Put("zh", text.zh);
    out.Put("en", text.en);
  });
}

// What holds for all drafts of a request.
void PutRest(JsonText& out, const Answer& answer) {
  auto mode = [&](program::RuleClass rule_class) { return answer.policy->FailsClosed(rule_class) ? "closed" : "open"; };
  out.List("not_reached", [&] {
    for (uint32_t index : answer.not_reached) {
      out.Object([&] {
        out.Put("rule_id", RuleOf(answer, index).id);
        out.Put("fail", mode(RuleOf(answer, index).rule_class));
      });
    }
  });
  out.Object("fail", [&] {
    for (int i = 0; i < 4; i++) {
      auto rule_class = static_cast<program::RuleClass>(i);
      out.Put(program::NameOf(rule_class), mode(rule_class));
    }
  });
  out.Put("pack", answer.version->rules().digest);
}

void PutNational(JsonText& out, const Draft& draft, const Answer& answer, const Hit& hit) {
  const Accusation& accusation = hit.accusation;
  const program::Rule& rule = RuleOf(answer, accusation.rule);
  std::string id = HexOf(accusation.id);
  out.Object([&] {
    out.Put("jr_id", id);
    out.Put("rule_id", rule.id);
    out.Put("rule_name", rule.name.zh);
    out.Put("vola_cont", Cut(accusation.message_zh, 500));
    out.Put("patn_id", draft.told.no);
    out.Put("mdtrt_id", accusation.visit_no);
    out.List("judge_result_detail_dtos", [&] {
      int number = 0;
      for (const AccusedRow& row : accusation.rows) {
        out.Object([&] {
          out.Put("jrd_id", id + "-" + std::to_string(++number));
          out.Put("patn_id", draft.told.no);
          out.Put("mdtrt_id", VisitNo(draft, accusation, row));
          out.Put("rx_id", LineName(draft, row));
          out.Put("vola_item_type", row.charged ? "1" : "2");
          out.PutNumber("vola_amt", FormatFen(row.amount));
          out.Put("hilist_code", ItemCode(answer, row));
          out.Put("fee_ocur_time", TimeText(row.time));
        });
      }
    });
    out.PutNumber("vola_amt", FormatFen(accusation.amount));
    out.Put("vola_amt_stas", accusation.amount_unknown ? "0" : "1");
    out.Put("sev_deg", SeverityCode(rule.severity));
    out.Put("vola_evid", Cut(Joined(rule.basis, "；"), 500));
    out.Put("vola_bhvr_type", accusation.rows[0].kind == Kind::kLine ? "2" : "1");
    out.Put("task_id", draft.msgid);
    out.PutNumber("rule_version", std::to_string(rule.version));
    out.Put("official_code", rule.official);
    out.Put("advice", NameOf(hit.advice));
    out.Put("advice_name", ChineseOf(hit.advice));
    out.PutBool("reason_needed", hit.reason_needed);
    out.Put("remedy", hit.remedy_zh);
    out.Put("open_until", OpenUntil(accusation));
  });
}

void PutTwin(JsonText& out, const Draft& draft, const Answer& answer, const Hit& hit) {
  const Accusation& accusation = hit.accusation;
  const program::Rule& rule = RuleOf(answer, accusation.rule);
  out.Object([&] {
    out.Put("id", HexOf(accusation.id));
    out.Put("rule", rule.id);
    out.PutNumber("rule_version", std::to_string(rule.version));
    PutBilingual(out, "name", rule.name);
    out.Put("class", program::NameOf(rule.rule_class));
    out.Put("official", rule.official);
    out.Put("severity", program::NameOf(rule.severity));
    out.Put("visit", accusation.visit_no);
    out.List("lines", [&] {
      for (const AccusedRow& row : accusation.rows) {
        out.Object([&] {
          out.Put("kind", timeline::InfoOf(row.kind).name);
          out.Put("line", LineName(draft, row));
          out.Put("visit", VisitNo(draft, accusation, row));
          out.Put("role", row.charged ? "charged" : "evidence");
          out.Put("item", ItemCode(answer, row));
          out.Put("item_name",
                  row.item == kNull ? std::string_view() : eval::NameOf(answer.version->bound(), row.item));
          out.Put("time", TimeText(row.time));
          out.Put("amount", FormatFen(row.amount));
          if (row.units > 0) out.Put("units", FormatMicro(row.units));
        });
      }
    });
    out.Object("facts", [&] {
      for (const finding::FactValue& fact : accusation.facts) out.Put(fact.name, fact.text);
    });
    out.Put("amount", FormatFen(accusation.amount));
    out.PutBool("amount_unknown", accusation.amount_unknown);
    PutBilingual(out, "message", {accusation.message_zh, accusation.message_en});
    out.List("basis", [&] {
      for (const std::string& basis : rule.basis) out.Item(basis);
    });
    PutBilingual(out, "why", rule.why);
    PutBilingual(out, "remedy", {hit.remedy_zh, hit.remedy_en});
    out.Put("advice", NameOf(hit.advice));
    out.PutBool("reason_needed", hit.reason_needed);
    out.Put("open_until", OpenUntil(accusation));
  });
}

Advice Strongest(const std::vector<Answer>& answers) {
  Advice advice = Advice::kPass;
  for (const Answer& answer : answers) advice = std::max(advice, answer.advice);
  return advice;
}

}  // namespace

std::string NameOfMissing(const std::string& reason) {
  size_t dot = reason.find('.');
  const timeline::KindInfo* kind = dot == std::string::npos ? nullptr : timeline::FindKind(reason.substr(0, dot));
  const timeline::FieldInfo* field = kind ? timeline::FindField(kind->kind, reason.substr(dot + 1)) : nullptr;
  return field ? std::string(kind->zh) + "." + std::string(field->zh) : reason;
}

std::string WriteNational(const std::vector<Draft>& drafts, const std::vector<Answer>& answers) {
  JsonText out;
  out.Reserve(kAnswerBytes);
  out.Object([&] {
    out.List("result", [&] {
      for (size_t i = 0; i < drafts.size(); i++) {
        for (const Hit& hit : answers[i].hits) PutNational(out, drafts[i], answers[i], hit);
      }
    });
    out.List("unknown", [&] {
      for (size_t i = 0; i < drafts.size(); i++) {
        for (const Doubt& doubt : answers[i].doubts) {
          out.Object([&] {
            out.Put("patn_id", drafts[i].told.no);
            out.Put("rule_id", RuleOf(answers[i], doubt.rule).id);
            out.Put("rule_name", RuleOf(answers[i], doubt.rule).name.zh);
            out.Put("rx_id", LineName(drafts[i], doubt.row));
            out.Put("missing", doubt.reason);
            out.Put("missing_name", NameOfMissing(doubt.reason));
          });
        }
      }
    });
    out.List("lifted", [&] {
      for (const Answer& answer : answers) {
        for (const Accusation& gone : answer.lifted) out.Item(HexOf(gone.id));
      }
    });
    out.Put("advice", NameOf(Strongest(answers)));
    out.Put("advice_name", ChineseOf(Strongest(answers)));
    if (!answers.empty()) PutRest(out, answers[0]);
  });
  return std::move(out.text());
}

std::string WriteTwin(const std::vector<Draft>& drafts, const std::vector<Answer>& answers) {
  JsonText out;
  out.Reserve(kAnswerBytes);
  out.Object([&] {
    out.Put("advice", NameOf(Strongest(answers)));
    out.PutBool("held_back", std::any_of(answers.begin(), answers.end(), [](const Answer& a) { return a.held_back; }));
    out.List("answers", [&] {
      for (size_t i = 0; i < drafts.size(); i++) {
        const Answer& answer = answers[i];
        out.Object([&] {
          out.Put("person", drafts[i].told.no);
          out.Put("advice", NameOf(answer.advice));
          out.PutBool("held_back", answer.held_back);
          out.List("hits", [&] {
            for (const Hit& hit : answer.hits) PutTwin(out, drafts[i], answer, hit);
          });
          out.List("lifted", [&] {
            for (const Accusation& gone : answer.lifted) {
              out.Object([&] {
                out.Put("id", HexOf(gone.id));
                out.Put("rule", RuleOf(answer, gone.rule).id);
              });
            }
          });
          out.List("unknowns", [&] {
            for (const Doubt& doubt : answer.doubts) {
              out.Object([&] {
                out.Put("rule", RuleOf(answer, doubt.rule).id);
                PutBilingual(out, "name", RuleOf(answer, doubt.rule).name);
                out.Put("line", LineName(drafts[i], doubt.row));
                out.Put("missing", doubt.reason);
                out.Put("missing_name", NameOfMissing(doubt.reason));
              });
            }
          });
        });
      }
    });
    if (!answers.empty()) {
      PutRest(out, answers[0]);
      out.PutNumber("microseconds", std::to_string(answers[0].microseconds));
    }
  });
  return std::move(out.text());
}

}  // namespace yijian::realtime
