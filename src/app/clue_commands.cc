#include <iostream>

#include "api/desk_settings.h"
#include "api/workbench.h"
#include "app/commands.h"
#include "app/finding_source.h"
#include "app/progress_bar.h"
#include "app/synthetic_run.h"
#include "base/clock.h"
#include "clue/import.h"
#include "ledger/report.h"
#include "store/database.h"

namespace yijian::app {
namespace {

struct ClueOptions {
  std::string store = "sqlite:yijian.db";
  std::string matters = Shipped("rules/matters.csv");
  int64_t findings = 1'000'000;
  int64_t clues = 100'000;
};

Result<std::unique_ptr<store::Database>> OpenStore(const std::string& url) {
  auto database = TRY(store::Database::Open(url));
  TRY(database->Migrate(api::AllMigrations()));
  return database;
}

void Tell(const Settings& settings, const clue::ImportReport& report) {
  auto line = [&](const char* zh, const char* en, int64_t number) {
    if (number > 0) std::cout << "  " << settings.Say(zh, en) << " " << number << "\n";
  };
  std::cout << settings.Say("审计 ", "run ") << report.run << settings.Say("，疑点 ", ", findings ") << report.findings
            << "\n";
  line("新增疑点", "added", report.added);
  line("其中撤回后重现", "of them withdrawn before", report.returned);
  line("归集金额变化", "attributed otherwise", report.changed);
  line("撤回疑点", "withdrawn", report.withdrawn);
  line("已认定而保留", "kept, their money has moved on", report.kept);
  line("未变", "the same", report.same);
  line("新开线索", "clues opened", report.clues_opened);
}

Status ImportFrom(Program& program, const ClueOptions& options, clue::FindingSource& source) {
  const Settings& settings = program.settings;
  clue::Matters matters = TRY(clue::Matters::Load(options.matters));
  auto database = TRY(OpenStore(options.store));
  clue::DeskSettings desk = TRY(database->Read([](store::Session& session) { return api::ReadDeskSettings(session); }));
  SystemClock clock;
  ProgressBar bar(settings.Say("导入", "import"));
  EpochMs began = clock.Now();
  clue::ImportOptions import;
  import.progress = [&](int64_t done, int64_t all) { bar.Show(done, all, done, settings.Say("疑点", "findings"));
};
clue::ImportReport report = TRY(clue::ImportRun(*database, source, matters, desk.weights, clock, import));
bar.Finish();
Tell(settings, report);
std::cout << settings.Say("用时 ", "took ") << static_cast<double>(clock.Now() - began) / 1000 << " s\n";
return {};
}  // namespace

Status VerifyLedger(Program& program, const ClueOptions& options) {
  const Settings& settings = program.settings;
  auto database = TRY(OpenStore(options.store));
  ledger::Verification verification;
  std::vector<std::string> problems;
  Fen attributed = 0;
  TRY(database->Read([&](store::Session& session) -> Status {
    verification = TRY(ledger::Verify(session));
    problems = TRY(clue::VerifyFindings(session));
    attributed = TRY(clue::AttributedSum(session, {}));
    return {};
  }));
  problems.insert(problems.begin(), verification.problems.begin(), verification.problems.end());
  Fen identified = ledger::FunnelOf(verification.sums).identified;
  std::cout << settings.Say("分录 ", "entries ") << verification.entries << settings.Say("，明细 ", ", lines ")
            << verification.lines << settings.Say("\n台账 ", "\nledger ") << FormatFen(identified)
            << settings.Say("\n疑点 ", "\nfindings ") << FormatFen(attributed) << "\n";
  if (identified != attributed)
    problems.emplace_back(settings.Say("台账与疑点不符", "the ledger is not what the findings attribute"));
  for (const std::string& problem : problems) std::cout << problem << "\n";
  if (problems.empty()) std::cout << settings.Say("相符，分文不差\n", "reconciled to the fen\n");
  if (!problems.empty()) program.exit_code = 1;
  return {};
}

}  // namespace yijian::app

void AddClueCommands(Program& program) {
  auto options = std::make_shared<ClueOptions>();
  auto add_store = [options](CLI::App* command) {
    command->add_option("--store", options->store, "业务库 / sqlite:PATH or postgresql://...")->capture_default_str();
  };
  CLI::App* clues = program.cli.add_subcommand("clues", "线索 / clues");
  clues->require_subcommand(1);
  CLI::App* import = clues->add_subcommand("import", "把审计疑点导入业务库 / findings of the audit into the store");
  AddLakeOption(program, import);
  add_store(import);
  import->add_option("--matters", options->matters, "事项表 / rules/matters.csv")->capture_default_str();
  program.On(import, [&program, options]() -> Status {
    auto source = TRY(OpenLakeFindings(program.settings.lake));
    return ImportFrom(program, *options, *source);
  });

  CLI::App* synthesize =
      clues->add_subcommand("synthesize", "合成疑点，仅供压力测试 / synthetic findings, for load tests only");
  add_store(synthesize);
  synthesize->add_option("--findings", options->findings, "疑点数 / how many findings")
      ->check(CLI::Range(int64_t{1}, int64_t{50'000'000}));
  synthesize->add_option("--clues", options->clues, "线索数（约） / about how many clues")
      ->check(CLI::Range(int64_t{1}, int64_t{5'000'000}));
  synthesize->add_option("--matters", options->matters, "事项表 / rules/matters.csv")->capture_default_str();
  program.On(synthesize, [&program, options]() -> Status {
    std::cout << program.settings.Say(
        "以下数据均为合成，不对应任何真实的人、机构或费用。\n",
        "Everything made here is synthetic: no person, institution or bill in it exists.\n");
    clue::Matters matters = TRY(clue::Matters::Load(options->matters));
    SyntheticRun source(matters, options->findings, options->clues);
    return ImportFrom(program, *options, source);
  });

  CLI::App* ledger = program.cli.add_subcommand("ledger", "资金台账 / the ledger");
  ledger->require_subcommand(1);
  CLI::App* verify = ledger->add_subcommand("verify", "核对台账与疑点 / whether ledger and findings agree to the fen");
  add_store(verify);
  program.On(verify, [&program, options] { return VerifyLedger(program, *options); });
}

}  // namespace yijian::app
