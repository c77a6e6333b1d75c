#include <iostream>

#include "app/commands.h"
#include "app/progress_bar.h"
#include "city/city.h"

namespace yijian::app {
namespace {

Status BuildCity(const Settings& settings, city::Options options) {
  options.rules = settings.packs;
  ProgressBar bar(settings.Say("造城", "city"));
  city::Summary summary = TRY(city::Build(options, [&](const city::Progress& progress) {
    bar.Show(static_cast<int64_t>(progress.done), static_cast<int64_t>(progress.of), static_cast<int64_t>(progress.lines), settings.Say("行", "lines"));
  }));
  bar.Finish();
  std::cout << city::Render(summary);
  return {};
}

}  // namespace

void AddCityCommands(Program& program) {
  auto options = std::make_shared<city::Options>();
  CLI::App* command = program.cli.add_subcommand("city", "生成合成城市（全部为虚构数据） / make a synthetic city: nothing in it is real");
  AddPacksOption(program, command);
  command->add_option("--persons", options->persons, "人数 / persons")->capture_default_str();
  command->add_option("--seed", options->seed, "随机种子 / seed")->capture_default_str();
  command->add_option("--to", options->to, "输出目录 / folder")->required();
  command->add_option("--from", options->from, "起始月第一天 / first day")->capture_default_str();
  command->add_option("--months", options->months, "月数 / months")->capture_default_str();
  command->add_option("--threads", options->threads, "线程数 / threads (0 = all cores)");
  program.On(command, [&program, options] { return BuildCity(program.settings, *options); });
}

}  // namespace yijian::app
