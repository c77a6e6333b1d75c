#include <iostream>
#include <sstream>

#include "app/commands.h"
#include "app/progress_bar.h"
#include "audit/findings.h"
#include "city/city.h"
#include "city/score.h"

namespace yijian::app {
namespace {

Status BuildCity(const Settings& settings, city::Options options) {
  options.rules = settings.packs;
  ProgressBar bar(settings.Say("造城", "city"));
  city::Summary summary = TRY(city::Build(options, [&](const city::Progress& progress) {
    bar.Show(static_cast<int64_t>(progress.done), static_cast<int64_t>(progress.of),
             static_cast<int64_t>(progress.lines), settings.Say("行", "lines"));
  }));
  bar.Finish();
  std::cout << city::Render(summary);
  return {};
}

struct ScoreArguments {
  std::string city;
  std::string run;
  size_t examples = 10;
};

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

Status Score(const Settings& settings, const ScoreArguments& arguments) {
  lake::Lake lake = TRY(lake::Lake::Open(settings.lake));
  audit::FindingFilter filter;
  filter.run = arguments.run;
  audit::PageOptions all;
  all.limit = 0;
  all.unmasked = true;
  all.with_lines = true;
  std::vector<city::FoundRow> found;
  for (const audit::FindingRow& row : TRY(audit::ListFindings(lake, filter, all)).rows) {
    found.push_back({row.id, row.rule, row.subject, row.visit, row.amount, Split(row.lines, ';')});
  }
  std::vector<city::TruthRow> truth = TRY(city::ReadTruth(arguments.city + "/truth.csv"));
  std::cout << city::Render(city::Score(found, truth), arguments.examples);
  return {};
}

}  // namespace

void AddCityCommands(Program& program) {
  auto options = std::make_shared<city::Options>();
  CLI::App* command = program.cli.add_subcommand(
      "city", "生成合成城市（全部为虚构数据） / make a synthetic city: nothing in it is real");
  AddPacksOption(program, command);
  command->add_option("--persons", options->persons, "人数 / persons")
      ->check(CLI::Range(1, 100000000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "随机种子 / seed")->capture_default_str();
  command->add_option("--to", options->to, "输出目录 / folder")->required();
  command->add_option("--from", options->from, "起始月第一天 / first day")->capture_default_str();
  command->add_option("--months", options->months, "月数 / months")->capture_default_str();
  command->add_option("--threads", options->threads, "线程数 / threads (0 = all cores)")->check(CLI::NonNegativeNumber);
  program.On(command, [&program, options] { return BuildCity(program.settings, *options); });

  auto arguments = std::make_shared<ScoreArguments>();
  CLI::App* score =
      program.cli.add_subcommand("score", "用埋入的真相给审核打分 / compare findings with the planted truth");
  AddLakeOption(program, score);
  score->add_option("--city", arguments->city, "合成城市目录 / folder of the synthetic city")->required();
  score->add_option("--run", arguments->run, "审核批次，缺省为当前 / audit run, the one in force by default");
  score->add_option("--examples", arguments->examples, "列出的漏报、误报数 / misses and false hits to list")
      ->capture_default_str();
  program.On(score, [&program, arguments] { return Score(program.settings, *arguments); });
}

}  // namespace yijian::app
