#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "intake/intake.h"
#include "intake/schema.h"

namespace yijian::intake {
namespace {

using nlohmann::json;

// "12,345,678"
std::string Count(int64_t value) {
  std::string digits = std::to_string(value < 0 ? -value : value);
  for (auto at = static_cast<long>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), ",");
  return value < 0 ? "-" + digits : digits;
}

std::string Yuan(int64_t fen) {
  std::string text = FormatFen(fen < 0 ? -fen : fen);
  std::string whole = text.substr(0, text.size() - 3);
  for (auto at = static_cast<long>(whole.size()) - 3; at > 0; at -= 3) whole.insert(static_cast<size_t>(at), ",");
  return (fen < 0 ? "-" : "") + whole + text.substr(text.size() - 3);
}

// Columns a text takes on a screen: Chinese characters take two.
size_t Width(std::string_view text) {
  size_t width = 0;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;
    width += byte >= 0xE0 ? 2 : 1;
  }
  return width;
}

std::string Right(const std::string& text, size_t width) {
  size_t has = Width(text);
  return (has < width ? std::string(width - has, ' ') : "") + text;
}
std::string Left(const std::string& text, size_t width) {
  size_t has = Width(text);
  return text + (has < width ? std::string(width - has, ' ') : "");
}

class Printer {
 public:
  Printer(const Report& report, const PrintOptions& options) : report_(report), options_(options) {}

  std::string Print() {
    Head();
    if (!report_.tables.empty()) {
      Tables();
      Money();
      Checks();
      Refunds();
    }
    Unused();
    return std::move(out_);
  }

 private:
  std::string Say(const char* zh, const char* en) const { return options_.english ? en : zh; }
  void Line(const std::string& text) { out_ += text + "\n"; }

  void Head() {
    for (const FileReport& file : report_.files) {
      if (file.taken_as.empty()) continue;
      Line(Say("已入库，跳过：", "already taken in, left out: ") + file.path + " (" + file.taken_as + ")");
    }
    if (report_.batch.empty()) {
      Line(Say("数据湖没有变化。", "Nothing changed."));
      return;
    }
    Line(Say("批次 ", "batch ") + report_.batch + Say("，映射 ", ", mapping ") + report_.mapping +
         Say("，读入 ", ", ") + Count(report_.rows) + Say(" 行", " rows read"));
  }

  void Tables() {
    Line("");
    Line(Left(Say("表", "table"), 22) + Right(Say("读入", "read"), 14) + Right(Say("入库", "taken"), 14) +
         Right(Say("隔离", "quarantined"), 13) + Right(Say("重复", "duplicate"), 13) +
         Right(Say("过滤", "filtered"), 13) + Right(Say("退费对冲", "reversed"), 12));
    for (const auto& [name, table] : report_.tables) {
      std::string shown = name;
      if (!options_.english) shown += std::string(" ") + std::string(FindTable(name)->zh);
      Line(Left(shown, 22) + Right(Count(table.read), 14) + Right(Count(table.taken), 14) +
           Right(Count(table.quarantined), 13) + Right(Count(table.duplicate), 13) + Right(Count(table.filtered), 13) +
           Right(Count(table.dead), 12));
    }
  }

  void Money() {
    bool any = false;
    for (const auto& [name, table] : report_.tables) {
      for (const auto& [column, money] : table.money) {
        if (money.read == 0 && money.taken == 0 && money.quarantined == 0) continue;
        if (!any) {
          Line("");
          Line(Left(Say("金额合计（元，逐分核对相符）", "money (yuan; agrees to the fen)"), 38) +
               Right(Say("读入", "read"), 22) + Right(Say("入库", "taken"), 22) +
               Right(Say("隔离", "quarantined"), 18) + Right(Say("重复", "duplicate"), 18));
        }
        any = true;
        Line(Left(name + "." + column, 38) + Right(Yuan(money.read), 22) + Right(Yuan(money.taken), 22) +
             Right(Yuan(money.quarantined), 18) + Right(Yuan(money.duplicate), 18));
      }
    }
  }

  std::string State(CheckState state) const {
    switch (state) {
      case CheckState::kPassed:
        return Say("通过", "passed");
      case CheckState::kFailed:
        return Say("不通过", "failed");
      case CheckState::kNotApplicable:
        return Say("不适用", "not applicable");
      case CheckState::kError:
        return Say("出错", "error");
    }
    return "";
  }

  std::string Kind(CheckKind kind) const {
    if (options_.english) return KindName(kind);
    switch (kind) {
      case CheckKind::kShape:
        return "记录列数";
      case CheckKind::kEncoding:
        return "字符编码";
      case CheckKind::kType:
        return "类型";
      case CheckKind::kRequired:
        return "必填";
      case CheckKind::kNullIdentity:
        return "空标识防护";
      case CheckKind::kCodeSet:
        return "代码集";
      case CheckKind::kDateOrder:
        return "日期先后";
      case CheckKind::kIdentity:
        return "金额勾稽";
      case CheckKind::kKey:
        return "主键唯一";
      case CheckKind::kReference:
        return "引用存在";
      case CheckKind::kRefund:
        return "退费对应";
    }
    return "";
  }

  void Checks() {
    int64_t counts[4] = {};
    for (const CheckResult& check : report_.checks) counts[static_cast<size_t>(check.state)]++;
    Line("");
    Line(Say("检查：", "checks: ") + Count(counts[0]) + " " + State(CheckState::kPassed) + ", " + Count(counts[1]) +
         " " + State(CheckState::kFailed) + ", " + Count(counts[2]) + " " + State(CheckState::kNotApplicable) + ", " +
         Count(counts[3]) + " " + State(CheckState::kError));
    for (const CheckResult& check : report_.checks) {
      bool interesting = check.state == CheckState::kFailed || check.state == CheckState::kError;
      if (!interesting && !options_.all_checks) continue;
      Line("  " + Left(State(check.state), 8) + Left(check.subject.table + "." + check.subject.field, 34) +
           Left(Kind(check.subject.kind), 14) + Right(Count(check.failed), 12) + " / " +
           Left(Count(check.checked), 12) +
           (check.state == CheckState::kFailed
                ? (check.subject.quarantines ? Say("已隔离 ", "quarantined ") : Say("仅计数 ", "counted "))
                : "") +
           check.subject.note);
      for (const Example& example : check.examples) {
        Line("            " + FileOf(example.file) + Say(" 第 ", " row ") + std::to_string(example.row) +
             Say(" 行", "") + (example.value.empty() ? "" : ": " + example.value));
      }
    }
  }

  std::string FileOf(int index) const {
    int at = 0;
    for (const FileReport& file : report_.files) {
      if (file.taken_as.empty() && at++ == index) return file.path;
    }
    return "?";
  }

  void Refunds() {
    const RefundReport& refunds = report_.refunds;
    if (refunds.settlement_pairs + refunds.line_groups + refunds.partial + refunds.without_original == 0) return;
    Line("");
    Line(Say("退费：结算对冲 ", "refunds: ") + Count(refunds.settlement_pairs) +
         Say(" 对，明细对冲 ", " settlement pairs, ") + Count(refunds.line_groups) +
         Say(" 组，部分退费 ", " line groups, ") + Count(refunds.partial) + Say("，找不到原单 ", " in part, ") +
         Count(refunds.without_original) + Say("，冲销以前批次 ", " without original, ") +
         Count(refunds.cancelled_in_lake) + Say(" 行", " rows of earlier batches reversed"));
  }

  void Unused() {
    for (const FileReport& file : report_.files) {
      if (file.unused_columns.empty()) continue;
      std::string names;
      for (const std::string& name : file.unused_columns) names += (names.empty() ? "" : ", ") + name;
      Line(Say("未使用的列 ", "columns not used in ") + file.path + ": " + names);
    }
  }

  const Report& report_;
  const PrintOptions& options_;
  std::string out_;
};

}  // namespace

std::string PrintReport(const Report& report, const PrintOptions& options) { return Printer(report, options).Print(); }

std::string ReportJson(const Report& report) {
  json root;
  root["rows"] = report.rows;
  root["new_codes"] = report.new_codes;
  for (const auto& [name, table] : report.tables) {
    json& to = root["tables"][name];
    to["filtered"] = table.filtered;
    to["dead"] = table.dead;
    to["key"] = table.key;
    for (const auto& [column, money] : table.money) {
      to["money_fen"][column] = {{"read", money.read},
                                 {"taken", money.taken},
                                 {"quarantined", money.quarantined},
                                 {"duplicate", money.duplicate},
                                 {"nulled", money.nulled}};
    }
  }
  for (const CheckResult& check : report.checks) {
    json item = {{"table", check.subject.table},
                 {"field", check.subject.field},
                 {"kind", KindName(check.subject.kind)},
                 {"state", StateName(check.state)},
                 {"checked", check.checked},
                 {"failed", check.failed},
                 {"quarantines", check.subject.quarantines},
                 {"note", check.subject.note}};
    for (const Example& example : check.examples) {
      item["examples"].push_back({{"file", example.file}, {"row", example.row}, {"value", example.value}});
    }
    root["checks"].push_back(std::move(item));
  }
  root["refunds"] = {{"settlement_pairs", report.refunds.settlement_pairs},
                     {"line_groups", report.refunds.line_groups},
                     {"partial", report.refunds.partial},
                     {"without_original", report.refunds.without_original},
                     {"cancelled_in_lake", report.refunds.cancelled_in_lake}};
  for (const FileReport& file : report.files) {
    root["files"].push_back(
        {{"path", file.path}, {"source", file.source}, {"rows", file.rows}, {"unused_columns", file.unused_columns}});
  }
  return root.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace yijian::intake
