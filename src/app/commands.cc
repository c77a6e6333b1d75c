#include "app/commands.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "pack/load.h"

namespace yijian::app {
namespace {

int ExitCodeOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput:
    case ErrorCode::kNotFound:
      return 1;
    case ErrorCode::kInternal:
      return 3;
    default:
      return 2;
  }
}

}  // namespace

void Program::On(CLI::App* command, std::function<Status()> body) {
  command->callback([this, body = std::move(body)] {
    Status status = body();
    if (status) return;
    std::cout.flush();
    std::cerr << settings.Say("出错：", "error: ") << status.error().message << "\n";
    exit_code = ExitCodeOf(status.error().code);
  });
}

std::string Shipped(const std::string& path) {
  namespace fs = std::filesystem;
  if (const char* home = std::getenv("YIJIAN_HOME"); home && *home) return (fs::path(home) / path).string();
  std::error_code error;
  if (fs::exists(path, error)) return path;
  fs::path program = fs::read_symlink("/proc/self/exe", error);
  for (fs::path dir = program.parent_path(); dir.has_relative_path(); dir = dir.parent_path()) {
    if (fs::exists(dir / path, error)) return (dir / path).string();
  }
  return path;
}

Result<program::RuleSet> LoadRulesOrTell(const std::vector<std::string>& packs) {
  lang::Diagnostics diagnostics;
  program::RuleSet rules = pack::LoadRules(packs, diagnostics);
  if (diagnostics.ok()) return rules;
  std::cerr << diagnostics.Render();
  return InvalidInput(std::to_string(diagnostics.list().size()) + " mistakes in the rule packs");
}

void AddLakeOption(Program& program, CLI::App* command) {
  command->add_option("--lake", program.settings.lake, "数据湖目录 / folder of the lake")->capture_default_str();
}

void AddPacksOption(Program& program, CLI::App* command) {
  command->add_option("--packs", program.settings.packs, "规则包目录 / folders of rule packs")->capture_default_str();
}

Result<std::optional<Date>> DateOption(const std::string& name, const std::string& text) {
  if (text.empty()) return std::optional<Date>();
  std::optional<Date> date = ParseDate(text);
  if (!date) return InvalidInput(name + ": '" + text + "' is not a date like 2025-03-06");
  return date;
}

}  // namespace yijian::app
