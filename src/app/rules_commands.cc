#include <iostream>
#include <map>

#include "app/commands.h"
#include "pack/load.h"

namespace yijian::app {
namespace {

Status Check(const Settings& settings) {
  lang::Diagnostics diagnostics;
  program::RuleSet rules = pack::LoadRules(settings.packs, diagnostics);
  if (!diagnostics.ok()) {
    std::cout << diagnostics.Render();
    return InvalidInput(std::to_string(diagnostics.list().size()) + settings.Say(" 处错误", " mistakes"));
  }
  std::map<std::string, int> forms;
  for (const program::Rule& rule : rules.rules) forms[program::NameOf(rule.form)]++;
  size_t rows = 0;
  for (const auto& [name, table] : rules.tables) rows += table.rows.size();
  std::cout << settings.Say("规则 ", "rules ") << rules.rules.size() << settings.Say("，知识表 ", ", knowledge tables ") << rules.tables.size() << settings.Say("，知识点 ", ", rows ") << rows
            << settings.Say("，参数 ", ", parameters ") << rules.params.size() << "\n";
  for (const auto& [form, count] : forms) std::cout << "  " << form << " " << count << "\n";
  return {};
}

}  // namespace

void AddRulesCommands(Program& program) {
  CLI::App* rules = program.cli.add_subcommand("rules", "规则包 / rule packs");
  rules->require_subcommand(1);
  CLI::App* check = rules->add_subcommand("check", "检查全部规则，一次列出所有错误 / find every mistake at once");
  check->add_option("packs", program.settings.packs, "规则包目录 / folders of rule packs")->capture_default_str();
  program.On(check, [&program] { return Check(program.settings); });
}

}  // namespace yijian::app
