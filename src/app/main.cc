#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "app/commands.h"

namespace {

// Which word is no command, when one was due; the parser itself only says that one is missing.
std::string UnknownCommand(const CLI::App& program, int argc, char** argv, bool english) {
  const CLI::App* due = &program;
  for (int i = 1; i < argc; i++) {
    std::string word = argv[i];
    if (word.starts_with('-')) continue;
    if (due->get_require_subcommand_min() == 0) return "";
    const CLI::App* next = nullptr;
    std::vector<std::string> names;
    for (const CLI::App* command : due->get_subcommands([](const CLI::App*) { return true; })) {
      if (command->get_name() == word) next = command;
      names.push_back(command->get_name());
    }
    if (next) {
      due = next;
      continue;
    }
    std::string nearest = yijian::lang::Nearest(word, names);
    std::string said = english ? "error: there is no command '" + word + "'" : "出错：没有命令“" + word + "”";
    if (!nearest.empty()) said += english ? "; did you mean '" + nearest + "'?" : "，是否想用“" + nearest + "”？";
    return said;
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  using namespace yijian::app;
  Program program;
  const char* language = std::getenv("YIJIAN_LANG");
  program.settings.english = language && std::string_view(language) == "en";
  program.cli.add_flag("--english", program.settings.english, "英文输出 / output in English");
  program.cli.set_version_flag("--version", "yijian 0.1.0");
  program.cli.require_subcommand(1);
  program.cli.fallthrough();
  AddIntakeCommands(program);
  AddRulesCommands(program);
  AddKnowledgeCommands(program);
  AddAuditCommands(program);
  AddFindingsCommands(program);
  AddCityCommands(program);
  AddStoreCommands(program);
  AddRealtimeCommands(program);
  AddServeCommands(program);
  AddCallerCommands(program);
  AddClueCommands(program);
  try {
    program.cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::string unknown = UnknownCommand(program.cli, argc, argv, program.settings.english);
    if (!unknown.empty()) {
      std::cerr << unknown << "\n";
      return 1;
    }
    return program.cli.exit(error) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 3;
  }
  return program.exit_code;
}
