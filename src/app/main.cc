#include <cstdlib>
#include <iostream>
#include <string_view>

#include "app/commands.h"

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
    return program.cli.exit(error) == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 3;
  }
  return program.exit_code;
}
