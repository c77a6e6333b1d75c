#include <iostream>
#include <memory>

#include "app/commands.h"
#include "base/clock.h"
#include "store/backup.h"
#include "store/database.h"
#include "trail/verify.h"

namespace yijian::app {
namespace {

struct StoreOptions {
  std::string store = "sqlite:yijian.db";
  std::string file;
  std::string anchors;
  bool overwrite = false;
};

void TellOf(const Program& program, const trail::Verdict& verdict) {
  const Settings& settings = program.settings;
  if (verdict.whole) {
    std::cout << settings.Say("完整：", "whole: ") << verdict.entries
              << settings.Say(" 条，末条 ", " entries, the last ") << verdict.head.seq << " " << verdict.head.hash
              << "\n";
  } else {
    std::cout << settings.Say("第 ", "entry ") << *verdict.broken << settings.Say(" 条被破坏：", " is broken: ")
              << verdict.why << "\n";
  }
}

Status VerifyTrail(Program& program, const StoreOptions& options) {
  std::vector<trail::Anchor> anchors;
  if (!options.anchors.empty()) {
    anchors = TRY(trail::ReadAnchors(options.anchors));
    if (anchors.empty()) return NotFound(options.anchors + " holds no anchors");
  }
  trail::Verdict verdict;
  if (!options.file.empty()) {
    verdict = TRY(trail::VerifyFile(options.file, anchors));
  } else {
    auto database = TRY(store::Database::Open(options.store, {.connections = 1, .create = false}));
    verdict = TRY(trail::Verify(*database, anchors));
  }
  TellOf(program, verdict);
  if (!verdict.whole) program.exit_code = 1;
  return {};
}

}  // namespace

void AddStoreCommands(Program& program) {
  auto options = std::make_shared<StoreOptions>();
  auto add_store = [&](CLI::App* command) {
    command->add_option("--store", options->store, "业务库 / sqlite:PATH or postgresql://...")->capture_default_str();
  };

  CLI::App* backup = program.cli.add_subcommand("backup", "备份业务库，不停机 / back up the store while it runs");
  add_store(backup);
  backup->add_option("file", options->file, "备份文件 / file to write")->required();
  program.On(backup, [&program, options]() -> Status {
    TRY(store::BackUp(options->store, options->file));
    std::cout << program.settings.Say("已备份到 ", "backed up to ") << options->file << "\n";
    return {};
  });

  CLI::App* restore = program.cli.add_subcommand("restore", "恢复业务库 / restore the store from a backup");
  add_store(restore);
  restore->add_option("file", options->file, "备份文件 / backup file")->required();
  restore->add_flag("--overwrite", options->overwrite, "覆盖已有数据 / replace what the store holds");
  program.On(restore, [&program, options]() -> Status {
    TRY(store::Restore(options->file, options->store, {.overwrite = options->overwrite}));
    std::cout << program.settings.Say("已恢复：", "restored: ") << options->file << "\n";
    return {};
  });

  CLI::App* trail = program.cli.add_subcommand("trail", "留痕 / the chained log");
  trail->require_subcommand(1);
  CLI::App* verify = trail->add_subcommand(
      "verify", "核验链条，指出第一条被破坏的记录 / check the chain, name the first broken entry");
  add_store(verify);
  verify->add_option("file", options->file, "导出文件；缺省为业务库 / an export; default: the store");
  verify->add_option("--anchors", options->anchors, "锚点文件 / heads kept elsewhere");
  program.On(verify, [&program, options] { return VerifyTrail(program, *options); });
  CLI::App* exported = trail->add_subcommand("export", "导出为 JSON 行 / export as JSON lines");
  add_store(exported);
  exported->add_option("file", options->file, "文件 / file to write")->required();
  program.On(exported, [&program, options]() -> Status {
    auto database = TRY(store::Database::Open(options->store, {.connections = 1, .create = false}));
    std::cout << TRY(trail::Export(*database, options->file)) << program.settings.Say(" 条\n", " entries\n");
    return {};
  });
}

}  // namespace yijian::app
