// The commands of the `yijian` program. Each adds itself to the command line; what it does it asks the rooms for.
//
// Exit codes: 0 done; 1 the input has mistakes (they are told); 2 the world failed; 3 our fault.
// Output: results to standard output, progress and mistakes to standard error. Chinese unless --english or
// YIJIAN_LANG=en.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lang/diagnostics.h"
#include "program/rule.h"

namespace yijian::app {

// Where a file or folder that ships with the program lies: "rules/packs" below $YIJIAN_HOME, else in the working
// directory, else below the nearest folder above the program that has it. As it was given when it is nowhere: whoever
// opens it says so.
std::string Shipped(const std::string& path);

struct Settings {
  bool english = false;
  std::string lake = "lake";
  std::vector<std::string> packs{Shipped("rules/packs")};

  const char* Say(const char* zh, const char* en) const { return english ? en : zh; }
};

struct Program {
  CLI::App cli{"医鉴 Yijian: 医保基金智能监管平台"};
  Settings settings;
  int exit_code = 0;

  // Runs a command's body when it is the one typed; an error is told and becomes the exit code.
  void On(CLI::App* command, std::function<Status()> body);
};

void AddRulesCommands(Program& program);
void AddKnowledgeCommands(Program& program);
void AddIntakeCommands(Program& program);
void AddAuditCommands(Program& program);
void AddFindingsCommands(Program& program);
void AddCityCommands(Program& program);
void AddStoreCommands(Program& program);
void AddRealtimeCommands(Program& program);
void AddServeCommands(Program& program);
void AddCallerCommands(Program& program);
void AddClueCommands(Program& program);

// Loads the packs; mistakes are told on standard error and make an error.
Result<program::RuleSet> LoadRulesOrTell(const std::vector<std::string>& packs);

// Options many commands share.
void AddLakeOption(Program& program, CLI::App* command);
void AddPacksOption(Program& program, CLI::App* command);

Result<std::optional<Date>> DateOption(const std::string& name, const std::string& text);

}  // namespace yijian::app
