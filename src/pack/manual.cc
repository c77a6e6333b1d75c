#include "pack/manual.h"

#include <algorithm>

#include "pack/rule_parts.h"
#include "pack/uses.h"

namespace yijian::pack {
namespace {

using program::Bilingual;
using program::Rule;

std::string Both(const Bilingual& text) { return text.en.empty() ? text.zh : text.zh + "\n  " + text.en; }

std::string Validity(const Rule& rule) {
  std::string from = rule.from == INT32_MIN ? "自始" : FormatDate(rule.from) + " 起";
  return rule.until == INT32_MAX ? from : from + "，至 " + FormatDate(rule.until) + " 前";
}

// The top-level keys of the YAML that say what the rule looks for, as written.
std::string LogicText(const Rule& rule) {
  static const std::vector<std::string> kKeys{"subject", "form",   "of",     "with",   "a",    "b",         "match",
                                              "let",     "where",  "by",     "within", "gap",  "next_only", "direction",
                                              "having",  "unless", "charge", "amount", "facts"};
  std::string logic;
  bool wanted = false;
  std::string_view text = rule.source_text;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (!line.empty() && line[0] != ' ' && line[0] != '-' && line[0] != '#') {
      wanted = std::find(kKeys.begin(), kKeys.end(), line.substr(0, line.find(':'))) != kKeys.end();
    }
    if (wanted && !line.empty() && line[0] != '#') logic += std::string(line) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return logic;
}

// Parameters that stand in the rule's text, also those that were folded when it was read.
std::set<std::string> ParamsIn(const Library& library, const Rule& rule) {
  std::set<std::string> names = ParamsOf(rule);
  for (const auto& [name, unused] : library.params) {
    size_t at = rule.source_text.find("param." + name);
    size_t end = at + 6 + name.size();
    auto part_of_name = [](char c) { return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0; };
    if (at == std::string::npos || (end < rule.source_text.size() && part_of_name(rule.source_text[end]))) continue;
    names.insert(name);
  }
  return names;
}

std::string ValuesText(const Library& library, const std::string& name) {
  const lang::Param& param = library.rules.params.at(name);
  const ParamSource& source = library.params.at(name);
  std::string text;
  for (size_t i = 0; i < param.values.size(); i++) {
    if (!text.empty()) text += "; ";
    text += source.texts[i] + "（" + FormatDate(param.values[i].from) + " 起，" + source.sources[i] + "）";
  }
  return text;
}

std::string TableText(const Library& library, const std::string& name) {
  const program::KnowledgeTable& table = library.rules.tables.at(name);
  return std::to_string(table.rows.size()) + " 行，" + table.source;
}

std::string Indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    out += "    " + std::string(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

std::optional<size_t> FindRule(const Library& library, std::string_view id) {
  std::optional<size_t> found;  // rules are sorted by id and first day
  for (size_t i = 0; i < library.rules.rules.size(); i++) {
    if (library.rules.rules[i].id == id) found = i;
  }
  return found;
}

std::string Explain(const Library& library, size_t index, ExplainOptions options) {
  const Rule& rule = library.rules.rules[index];
  std::string text = rule.id + " " + rule.name.zh + "\n  " + rule.name.en + "\n\n";
  auto line = [&](const std::string& label, const std::string& value) {
    if (!value.empty()) text += label + "：" + value + "\n";
  };
  line("版本 version", std::to_string(rule.version));
  line("国家规则编码 official code", rule.official);
  line("类别 class", std::string(ZhOf(rule.rule_class)) + " " + program::NameOf(rule.rule_class));
  line("性质 severity", std::string(ZhOf(rule.severity)) + " " + program::NameOf(rule.severity));
  line("环节 moments", MomentsText(rule.moments));
  line("生效 in force", Validity(rule));
  line("地区 area", rule.area.empty() ? "全国 everywhere" : rule.area);
  line("形式 form", std::string(ZhOf(rule.form)) + " " + program::NameOf(rule.form) + "，时间线 timeline of: " +
                        std::string(ZhOf(rule.subject)) + " " + program::NameOf(rule.subject));
  line("规则包 pack", library.packs[library.pack_of[index]].id + "  " + rule.file);
  line("\n为什么 why", Both(rule.why));
  text += "\n依据 legal basis：\n";
  for (const std::string& basis : rule.basis) text += "  - " + basis + "\n";
  text += "\n逻辑 logic：\n" + Indented(LogicText(rule));
  if (!rule.unless.empty()) text += "\n例外 exceptions：\n";
  for (const program::Exception& exception : rule.unless) {
    text += "  - " + exception.name + "：" + exception.why.zh + "\n    " + exception.why.en + "\n";
  }
  line("\n已知误报 known false alarms", rule.false_alarms.zh.empty() ? "" : Both(rule.false_alarms));
  std::set<std::string> params = ParamsIn(library, rule);
  if (!params.empty()) text += "\n参数 parameters：\n";
  for (const std::string& name : params) text += "  - " + name + " = " + ValuesText(library, name) + "\n";
  std::set<std::string> tables = TablesOf(rule);
  if (!tables.empty()) text += "\n知识点 knowledge tables：\n";
  for (const std::string& name : tables) text += "  - " + name + "：" + TableText(library, name) + "\n";
  line("\n提示 message", rule.message.zh + "\n  " + rule.message.en);
  if (options.source) text += "\n原文 source：\n" + Indented(rule.source_text);
  if (options.program) text += "\n程序 program：\n" + Indented(program::Dump(rule));
  return text;
}

// --- the manual ---

namespace {

// A cell of a Markdown table.
std::string Cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|')
      out += "\\|";
    else if (c == '\n')
      out += "<br>";
    else
      out += c;
  }
  return out;
}

std::string Code(std::string_view text) { return "`" + Cell(text) + "`"; }

std::string Row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += " " + cell + " |";
  return text + "\n";
}

std::string Header(const std::vector<std::string>& cells) {
  std::string text = Row(cells) + "|";
  for (size_t i = 0; i < cells.size(); i++) text += "---|";
  return text + "\n";
}

std::string Anchor(const Rule& rule) { return rule.id + "-v" + std::to_string(rule.version); }

std::string IndexText(const Library& library) {
  std::string text = "## 规则目录 Rule index\n\n";
  for (auto rule_class : {program::RuleClass::kPolicy, program::RuleClass::kManagement, program::RuleClass::kMedical,
                          program::RuleClass::kBehaviour}) {
    std::string rows;
    size_t count = 0;
    for (const Rule& rule : library.rules.rules) {
      if (rule.rule_class != rule_class) continue;
      count++;
      rows += Row({"[" + rule.id + "](#" + Anchor(rule) + ")", rule.official.empty() ? "" : Code(rule.official),
                   Cell(rule.name.zh), Cell(rule.name.en), std::string(ZhOf(rule.severity)),
                   std::string(ZhOf(rule.form)), MomentsText(rule.moments)});
    }
    if (count == 0) continue;
    text += "### " + std::string(ZhOf(rule_class)) + " " + program::NameOf(rule_class) + "（" + std::to_string(count) +
            "）\n\n";
    text += Header({"规则", "国家编码", "名称", "Name", "性质", "形式", "环节"}) + rows + "\n";
  }
  return text;
}

std::string RuleText(const Library& library, const Rule& rule) {
  std::string text =
      "<a id=\"" + Anchor(rule) + "\"></a>\n\n### " + rule.id + " " + rule.name.zh + "\n\n*" + rule.name.en + "*\n\n";
  text += rule.why.zh + "\n\n" + (rule.why.en.empty() ? "" : "*" + rule.why.en + "*\n\n");
  auto item = [&](const std::string& label, const std::string& value) {
    if (!value.empty()) text += "- **" + label + "**：" + value + "\n";
  };
  item("国家规则编码", rule.official.empty() ? "" : Code(rule.official));
  item("性质", std::string(ZhOf(rule.severity)) + " " + program::NameOf(rule.severity));
  item("环节", MomentsText(rule.moments));
  item("生效", Validity(rule) + (rule.area.empty() ? "" : "，地区 " + rule.area));
  for (const std::string& basis : rule.basis) item("依据", basis);
  for (const program::Exception& exception : rule.unless)
    item("例外", exception.why.zh + " *" + exception.why.en + "*");
  item("已知误报", rule.false_alarms.zh);
  for (const std::string& name : ParamsIn(library, rule)) item("参数", Code(name) + " = " + ValuesText(library, name));
  for (const std::string& name : TablesOf(rule)) item("知识点", Code(name) + " " + TableText(library, name));
  item("提示", rule.message.zh + " *" + rule.message.en + "*");
  return text + "\n```yaml\n" + LogicText(rule) + "```\n\n";
}

std::string TablesText(const Library& library) {
  std::string text = "## 知识点表 Knowledge tables\n\n" + Header({"表", "键", "值", "匹配", "行数", "来源"});
  for (const auto& [name, spec] : library.tables) {
    std::string keys;
    for (const std::string& key : spec.keys) keys += (keys.empty() ? "" : ", ") + key;
    std::string values;
    for (const auto& [value, type] : spec.schema.values) {
      values += (values.empty() ? "" : ", ") + value + ": " + lang::TypeName(type);
    }
    text += Row({Code(name), Cell(keys), Cell(values), spec.prefix ? "前缀" : "相等",
                 std::to_string(library.rules.tables.at(name).rows.size()), Cell(spec.source)});
  }
  return text + "\n";
}

std::string ParamsText(const Library& library) {
  std::string text = "## 参数 Parameters\n\n" + Header({"参数", "值（生效日，来源）"});
  for (const auto& [name, unused] : library.params) text += Row({Code(name), Cell(ValuesText(library, name))});
  return text + "\n";
}

std::string FieldsText() {
  std::string text = "## 字段 Fields\n\n国家字段名见右栏 The right column holds the national name.\n\n";
  for (const timeline::KindInfo& kind : timeline::Kinds()) {
    text += "### " + std::string(kind.name) + " " + std::string(kind.zh) + "\n\n" +
            Header({"字段", "类型", "说明", "国家字段"});
    for (const timeline::FieldInfo& field : timeline::Fields(kind.kind)) {
      text += Row({Code(std::string(kind.name) + "." + std::string(field.name)),
                   lang::TypeName(lang::TypeOf(field.type)), Cell(field.zh), Code(field.column)});
    }
    text += "\n";
  }
  return text;
}

std::string LanguageText() {
  std::string text = "## 函数 Functions\n\n" + Header({"函数", "说明", "例"});
  for (const lang::FunctionInfo& function : lang::Functions()) {
    text += Row({Code(function.signature), Cell(function.zh), Code(function.example)});
  }
  text += "\n## 诊断 Diagnostics\n\n" + Header({"编号", "含义", "例"});
  for (const lang::CodeInfo& code : lang::Codes()) {
    text += Row({"E" + std::to_string(static_cast<int>(code.code)), Cell(code.title), Code(code.example)});
  }
  return text;
}

}  // namespace

std::string WriteManual(const Library& library) {
  std::string text =
      "# 规则手册 Rule manual\n\n由 `yijian rules doc` 从规则包生成，请勿手改。\n"
      "Made from the rule packs by `yijian rules doc`; do not edit.\n\n";
  text += Header({"规则包", "版本", "负责人", "规则数"});
  for (size_t i = 0; i < library.packs.size(); i++) {
    const Pack& pack = library.packs[i];
    auto count = std::count(library.pack_of.begin(), library.pack_of.end(), i);
    text += Row({Code(pack.id), std::to_string(pack.version), Cell(pack.owner), std::to_string(count)});
  }
  text += "\n" + IndexText(library) + "## 规则 Rules\n\n";
  for (const Rule& rule : library.rules.rules) text += RuleText(library, rule);
  return text + ParamsText(library) + TablesText(library) + FieldsText() + LanguageText();
}

}  // namespace yijian::pack
