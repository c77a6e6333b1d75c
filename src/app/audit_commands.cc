#include <cstdio>
#include <iostream>

#include "app/commands.h"
#include "app/progress_bar.h"
#include "audit/run.h"
#include "lake/lake.h"

namespace yijian::app {
namespace {

struct AuditArguments {
  std::string from;
  std::string until;
  audit::AuditOptions options;
};

Result<std::map<std::string, std::string>> InstitutionNames(const std::string& dir, const audit::AuditReport& report) {
  lake::Lake lake = TRY(lake::Lake::Open(dir));
  std::shared_ptr<timeline::CodeBook> codes = TRY(lake.LoadDictionary());
  std::map<std::string, std::string> names;
  for (const auto& [code, money] : report.by_institution) names[code] = codes->Name(codes->Find(code));
  return names;
}

Status Audit(const Settings& settings, AuditArguments arguments) {
  audit::AuditOptions& options = arguments.options;
  options.lake = settings.lake;
  options.pack_dirs = settings.packs;
  options.from = TRY(DateOption("--from", arguments.from));
  options.until = TRY(DateOption("--until", arguments.until));
  if (options.from && options.until && *options.from >= *options.until)
    return InvalidInput("--until: '" + arguments.until + "' is not after --from '" + arguments.from + "'");
  program::RuleSet rules = TRY(LoadRulesOrTell(settings.packs));
  ProgressBar bar(settings.Say("审核", "audit"));
  audit::AuditReport report = TRY(audit::RunAudit(options, rules, [&](int64_t done, int64_t all, int64_t lines) {
    bar.Show(done, all, lines, settings.Say("行", "lines"));
  }));
  bar.Finish();
  std::cout << audit::Print(report, rules, TRY(InstitutionNames(settings.lake, report)), settings.english);
  std::printf("%s %.1f s, %s %.1f s, %s %.1f s (%s)\n", settings.Say("读取", "loading"), report.load_seconds,
              settings.Say("求值", "evaluating"), report.evaluate_seconds, settings.Say("写出", "writing"),
              report.write_seconds, settings.Say("各线程合计", "summed over threads"));
  std::printf("%s %lld %s, %lld %s, %lld %s, %.1f s (%.2f M %s/s)\n", settings.Say("审核了", "audited"),
              static_cast<long long>(report.persons), settings.Say("人", "persons"),
              static_cast<long long>(report.visits), settings.Say("次就诊", "visits"),
              static_cast<long long>(report.lines), settings.Say("行费用", "fee lines"), report.seconds,
              static_cast<double>(report.lines) / 1e6 / report.seconds, settings.Say("行", "lines"));
  return {};
}

}  // namespace

void AddAuditCommands(Program& program) {
  auto arguments = std::make_shared<AuditArguments>();
  CLI::App* command = program.cli.add_subcommand("audit", "审核数据湖 / run the rules over the lake");
  AddLakeOption(program, command);
  AddPacksOption(program, command);
  command->add_option("--from", arguments->from, "疑点日期自（含） / findings from this day on");
  command->add_option("--until", arguments->until, "疑点日期至（不含） / and before this day");
  command->add_option("--rules", arguments->options.rules, "只跑这些规则 / only these rules")->delimiter(',');
  command->add_option("--institution", arguments->options.institution, "只看该机构 / only this institution");
  command->add_option("--threads", arguments->options.threads, "线程数 / threads (0 = all cores)")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--plain", arguments->options.plain, "用朴素求值器（慢，作裁判） / judge with the plain evaluator");
  program.On(command, [&program, arguments] { return Audit(program.settings, *arguments); });
}

}  // namespace yijian::app
