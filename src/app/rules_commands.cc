#include <fstream>
#include <iostream>
#include <map>

#include "app/commands.h"
#include "pack/cases.h"
#include "pack/import.h"
#include "pack/load.h"
#include "pack/manual.h"

namespace yijian::app {
namespace {

// Mistakes are the result of `rules check`: they go to standard output.
Result<pack::Library> Load(const Settings& settings, std::ostream& mistakes) {
  lang::Diagnostics diagnostics;
  pack::Library library = pack::LoadLibrary(settings.packs, diagnostics);
  if (diagnostics.ok()) return library;
  mistakes << diagnostics.Render();
  return InvalidInput(std::to_string(diagnostics.list().size()) +
                      settings.Say(" 处错误", " mistakes in the rule packs"));
}

Status Check(const Settings& settings) {
  pack::Library library = TRY(Load(settings, std::cout));
  const program::RuleSet& rules = library.rules;
  std::map<std::string, int> forms;
  for (const program::Rule& rule : rules.rules) forms[program::NameOf(rule.form)]++;
  size_t rows = 0;
  for (const auto& [name, table] : rules.tables) rows += table.rows.size();
  std::cout << settings.Say("规则 ", "rules ") << rules.rules.size() << settings.Say("，知识表 ", ", knowledge tables ")
            << rules.tables.size() << settings.Say("，知识点 ", ", rows ") << rows
            << settings.Say("，参数 ", ", parameters ") << rules.params.size()
            << settings.Say("；没有错误", "; no mistakes") << "\n ";
  for (const auto& [form, count] : forms) std::cout << " " << form << " " << count;
  std::cout << "\n";
  return {};
}

Status Test(const Settings& settings, const std::vector<std::string>& ids) {
  pack::Library library = TRY(Load(settings, std::cerr));
  for (const std::string& id : ids) {
    if (!pack::FindRule(library, id)) return NotFound("no rule " + id + " in the packs");
  }
  lang::Diagnostics diagnostics;
  pack::CaseReport report = pack::RunCases(library, diagnostics, ids);
  std::cout << diagnostics.Render() << report.Render();
  if (!diagnostics.ok() || report.failed() > 0)
    return InvalidInput(settings.Say("用例未全部通过", "not all cases passed"));
  return {};
}

Status Explain(const Settings& settings, const std::string& id, pack::ExplainOptions options) {
  pack::Library library = TRY(Load(settings, std::cerr));
  std::optional<size_t> rule = pack::FindRule(library, id);
  if (!rule) return NotFound("no rule " + id + " in the packs");
  std::cout << pack::Explain(library, *rule, options);
  return {};
}

Status Manual(const Settings& settings, const std::string& path) {
  pack::Library library = TRY(Load(settings, std::cerr));
  std::string manual = pack::WriteManual(library);
  if (path.empty()) {
    std::cout << manual;
    return {};
  }
  std::ofstream file(path, std::ios::binary);
  file << manual;
  file.flush();
  return file ? Status() : Status(IoError("cannot write " + path));
}

struct ImportArguments {
  pack::ImportOptions options;
  std::string from;
  std::string until;
};

Status Import(const Settings&, ImportArguments arguments) {
  std::optional<Date> from = TRY(DateOption("--from", arguments.from));
  if (!from) return InvalidInput("--from is required: the day from which the batch is in force");
  arguments.options.from = *from;
  arguments.options.until = TRY(DateOption("--until", arguments.until));
  lang::Diagnostics diagnostics;
  Result<pack::ImportReport> report = pack::ImportKnowledge(arguments.options, diagnostics);
  std::cerr << diagnostics.Render();
  if (!report) return report.error();
  std::cout << report->Render();
  return {};
}

}  // namespace

void AddRulesCommands(Program& program) {
  CLI::App* rules = program.cli.add_subcommand("rules", "规则包 / rule packs");
  rules->require_subcommand(1);

  CLI::App* check = rules->add_subcommand("check", "检查全部规则，一次列出所有错误 / find every mistake at once");
  check->add_option("packs", program.settings.packs, "规则包目录 / folders of rule packs")->capture_default_str();
  program.On(check, [&program] { return Check(program.settings); });

  auto ids = std::make_shared<std::vector<std::string>>();
  CLI::App* test = rules->add_subcommand("test", "运行规则自带用例 / run the rules' own cases");
  AddPacksOption(program, test);
  test->add_option("rules", *ids, "只测这些规则 / only these rules");
  program.On(test, [&program, ids] { return Test(program.settings, *ids); });

  auto id = std::make_shared<std::string>();
  auto options = std::make_shared<pack::ExplainOptions>();
  CLI::App* explain = rules->add_subcommand("explain", "解释一条规则 / explain one rule");
  AddPacksOption(program, explain);
  explain->add_option("rule", *id, "规则 / rule id")->required();
  explain->add_flag("--program", options->program, "附编译结果 / with the checked program");
  explain->add_flag("--source", options->source, "附原文 / with the YAML");
  program.On(explain, [&program, id, options] { return Explain(program.settings, *id, *options); });

  auto path = std::make_shared<std::string>();
  CLI::App* doc = rules->add_subcommand("doc", "生成规则手册（Markdown） / write the manual");
  AddPacksOption(program, doc);
  doc->add_option("--to", *path, "输出文件，缺省为标准输出 / file, standard output by default");
  program.On(doc, [&program, path] { return Manual(program.settings, *path); });
}

void AddKnowledgeCommands(Program& program) {
  CLI::App* knowledge = program.cli.add_subcommand("knowledge", "知识点 / knowledge tables");
  knowledge->require_subcommand(1);
  auto arguments = std::make_shared<ImportArguments>();
  arguments->options.dir = Shipped("rules/knowledge");
  CLI::App* import = knowledge->add_subcommand("import", "导入一批知识点（CSV、XLSX） / take in a published batch");
  import->add_option("file", arguments->options.file, "文件 / file")->required();
  import->add_option("--kind", arguments->options.kind, "种类，如 drug-sex / kind")->required();
  import->add_option("--batch", arguments->options.batch, "批次号 / batch number")
      ->required()
      ->check(CLI::PositiveNumber);
  import->add_option("--from", arguments->from, "生效日期 / in force from")->required();
  import->add_option("--until", arguments->until, "失效日期（不含） / until");
  import->add_option("--knowledge", arguments->options.dir, "知识表目录 / folder of the tables")->capture_default_str();
  program.On(import, [&program, arguments] { return Import(program.settings, *arguments); });
}

}  // namespace yijian::app
