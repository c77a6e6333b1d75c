#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <iostream>

#include "app/commands.h"
#include "app/progress_bar.h"
#include "intake/intake.h"
#include "lake/lake.h"

namespace yijian::app {
namespace {

namespace fs = std::filesystem;

struct IntakeArguments {
  intake::Options options;
  intake::PrintOptions print;
  bool json = false;
};

const char* StageName(const Settings& settings, std::string_view stage) {
  if (stage == "reading") return settings.Say("读入", "reading");
  if (stage == "keys") return settings.Say("查重", "keys");
  if (stage == "writing") return settings.Say("写入", "writing");
  return settings.Say("核对", "checking");
}

// `mapping` may be a path, or the name of one that ships.
std::string MappingPath(const std::string& mapping) {
  std::string shipped = Shipped("mappings/" + mapping + ".yaml");
  return !fs::exists(mapping) && fs::exists(shipped) ? shipped : mapping;
}

// A folder stands for the files in it.
Result<std::vector<std::string>> Files(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : fs::directory_iterator(path, error)) {
      if (entry.is_regular_file()) inside.push_back(entry.path().string());
    }
    if (error) return IoError("cannot read the folder " + path + ": " + error.message());
    std::sort(inside.begin(), inside.end());
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

Status TakeIn(const Settings& settings, IntakeArguments arguments) {
  intake::Options& options = arguments.options;
  options.lake = settings.lake;
  options.mapping = MappingPath(options.mapping);
  options.files = TRY(Files(options.files));
  std::unique_ptr<ProgressBar> bar;
  std::string stage;
  intake::Report report = TRY(intake::TakeIn(options, [&](const intake::Progress& progress) {
    if (!bar || stage != progress.stage) {
      if (bar) bar->Finish();
      stage = progress.stage;
      bar = std::make_unique<ProgressBar>(StageName(settings, stage));
    }
    constexpr double kSteps = 1000;
    bar->Show(static_cast<int64_t>(progress.done * kSteps), static_cast<int64_t>(kSteps), progress.rows,
              settings.Say("行", "rows"));
  }));
  if (bar) bar->Finish();
  if (arguments.json) {
    std::cout << intake::ReportJson(report) << "\n";
    return {};
  }
  arguments.print.english = settings.english;
  std::cout << intake::PrintReport(report, arguments.print);
  return {};
}

Status ListBatches(const Settings& settings) {
  lake::Lake lake = TRY(lake::Lake::Open(settings.lake));
  for (const lake::Batch& batch : TRY(lake.ListBatches())) {
    std::cout << batch.manifest.batch << "  " << batch.manifest.created << "  " << batch.manifest.mapping;
    for (const auto& [table, counts] : batch.manifest.tables) {
      std::cout << "  " << table << " " << counts.taken;
      if (counts.quarantined > 0)
        std::cout << settings.Say("（隔离 ", " (quarantined ") << counts.quarantined << settings.Say("）", ")");
    }
    if (batch.withdrawn)
      std::cout << settings.Say("  已撤回：", "  withdrawn: ") << batch.withdrawn->when << " " << batch.withdrawn->who
                << " " << batch.withdrawn->why;
    std::cout << "\n";
  }
  return {};
}

struct WithdrawArguments {
  std::string batch;
  std::string why;
};

Status Withdraw(const Settings& settings, const WithdrawArguments& arguments) {
  lake::Lake lake = TRY(lake::Lake::Open(settings.lake));
  lake::WriteLock lock = TRY(lake.LockForWriting("withdraw"));
  const char* user = std::getenv("USER");
  std::time_t now = std::time(nullptr);
  TRY(lake.Withdraw(lock, arguments.batch,
                    {user ? user : std::to_string(getuid()), arguments.why,
                     FormatTime(static_cast<Time>(now) + 8 * kSecondsPerHour)}));
  std::cout << settings.Say("已撤回批次 ", "withdrew batch ") << arguments.batch
            << settings.Say("；依据它的疑点随之撤回", "; findings that rest on it are withdrawn with it") << "\n";
  return {};
}

struct QuarantineArguments {
  std::string batch;
  std::string to;
};

Status Export(const Settings& settings, const QuarantineArguments& arguments) {
  for (const intake::ExportedFile& file : TRY(intake::ExportQuarantine(settings.lake, arguments.batch, arguments.to))) {
    std::cout << file.path << "  " << file.rows << settings.Say(" 行；改正后可用 ", " rows; mended, take it in as ")
              << file.source << "=" << file.path << "\n";
  }
  return {};
}

}  // namespace

void AddIntakeCommands(Program& program) {
  auto arguments = std::make_shared<IntakeArguments>();
  arguments->options.dictionaries = Shipped(arguments->options.dictionaries);
  CLI::App* intake =
      program.cli.add_subcommand("intake", "按映射把文件接入数据湖 / take files into the lake by a mapping");
  intake
      ->add_option("mapping", arguments->options.mapping,
                   "映射文件，或随附映射名 / mapping file, or the name of one that ships")
      ->required();
  intake->add_option("files", arguments->options.files, "文件、目录，或 来源=文件 / files, folders, or SOURCE=FILE")
      ->required();
  AddLakeOption(program, intake);
  intake->add_option("--dictionaries", arguments->options.dictionaries, "代码集目录 / folder of code sets")
      ->capture_default_str();
  intake->add_option("--buckets", arguments->options.buckets, "新建湖的分桶数 / buckets of a new lake")
      ->capture_default_str();
  intake->add_option("--threads", arguments->options.threads, "线程数 / threads (0 = all cores)")
      ->check(CLI::NonNegativeNumber);
  intake->add_flag("--all-checks", arguments->print.all_checks, "列出全部校验 / list checks that passed, too");
  intake->add_flag("--json", arguments->json, "JSON 输出 / print JSON");
  program.On(intake, [&program, arguments] { return TakeIn(program.settings, *arguments); });

  CLI::App* batches = program.cli.add_subcommand("batches", "列出批次 / list batches");
  AddLakeOption(program, batches);
  program.On(batches, [&program] { return ListBatches(program.settings); });

  auto withdraw_arguments = std::make_shared<WithdrawArguments>();
  CLI::App* withdraw = program.cli.add_subcommand("withdraw", "撤回批次 / withdraw a batch");
  withdraw->add_option("batch", withdraw_arguments->batch, "批次 / batch")->required();
  withdraw->add_option("--why", withdraw_arguments->why, "原因 / reason")->required();
  AddLakeOption(program, withdraw);
  program.On(withdraw, [&program, withdraw_arguments] { return Withdraw(program.settings, *withdraw_arguments); });

  auto quarantine_arguments = std::make_shared<QuarantineArguments>();
  CLI::App* quarantine =
      program.cli.add_subcommand("quarantine", "导出隔离行（原样加原因） / export the rows that were not taken in");
  quarantine->add_option("batch", quarantine_arguments->batch, "批次 / batch")->required();
  quarantine->add_option("--to", quarantine_arguments->to, "输出目录 / folder")->required();
  AddLakeOption(program, quarantine);
  program.On(quarantine, [&program, quarantine_arguments] { return Export(program.settings, *quarantine_arguments); });
}

}  // namespace yijian::app
