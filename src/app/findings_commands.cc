#include <iostream>

#include "app/commands.h"
#include "app/table_file.h"
#include "audit/findings.h"

namespace yijian::app {
namespace {

struct FindingsArguments {
  audit::FindingFilter filter;
  audit::PageOptions page;
  std::string from;
  std::string until;
  std::string amount_min;
  std::string export_path;
  std::string id;
  bool unmasked = false;
};

std::vector<bool> NumericColumns() {
  std::vector<bool> numeric(audit::FindingColumns(true).size(), false);
  std::vector<std::string> columns = audit::FindingColumns(true);
  for (size_t i = 0; i < columns.size(); i++)
    numeric[i] =
        columns[i] == "amount" || columns[i] == "attributed" || columns[i] == "fund" || columns[i] == "rule_version";
  return numeric;
}

Status List(const Settings& settings, FindingsArguments& arguments) {
  arguments.filter.from = TRY(DateOption("--from", arguments.from));
  arguments.filter.until = TRY(DateOption("--until", arguments.until));
  if (!arguments.amount_min.empty()) {
    std::optional<Micro> yuan = ParseMicro(arguments.amount_min);
    if (!yuan) return InvalidInput("--amount-min: '" + arguments.amount_min + "' is not an amount in yuan");
    arguments.filter.amount_min = FenOf(*yuan);
  }
  arguments.page.english = settings.english;
  arguments.page.unmasked = arguments.unmasked;
  bool exporting = !arguments.export_path.empty();
  if (exporting) {
    arguments.page.limit = 0;
    arguments.page.with_lines = true;
  }
  lake::Lake lake = TRY(lake::Lake::Open(settings.lake));
  audit::FindingPage page = TRY(audit::ListFindings(lake, arguments.filter, arguments.page));
  if (exporting) {
    TableFile table{audit::FindingColumns(settings.english), {}, NumericColumns()};
    for (const audit::FindingRow& row : page.rows) table.rows.push_back(audit::FindingCells(row));
    TRY(WriteTable(arguments.export_path, table));
  } else {
    for (const audit::FindingRow& row : page.rows) {
      std::cout << row.id << "  " << row.rule << "  " << row.severity << "  " << row.time.substr(0, 10) << "  "
                << row.institution << "  " << row.subject << "  " << FormatFen(row.amount) << "  " << row.message
                << (row.withdrawn ? settings.Say("  [已撤回]", "  [withdrawn]") : "") << "\n";
    }
  }
  std::cout << settings.Say("共 ", "in all ") << page.total << settings.Say(" 条疑点，涉及 ", " findings, flagged ")
            << FormatFen(page.amount) << settings.Say(" 元，去重 ", " yuan, counted once ")
            << FormatFen(page.attributed) << settings.Say(" 元", " yuan");
  if (exporting)
    std::cout << settings.Say("，已导出到 ", ", exported to ") << arguments.export_path;
  else if (static_cast<int64_t>(page.rows.size()) < page.total)
    std::cout << settings.Say("；显示 ", "; shown ") << page.rows.size()
              << settings.Say("（用 --limit/--offset 翻页）", " (--limit, --offset for more)");
  std::cout << "\n";
  return {};
}

Status Explain(const Settings& settings, const FindingsArguments& arguments) {
  lake::Lake lake = TRY(lake::Lake::Open(settings.lake));
  std::cout << TRY(audit::ExplainFinding(lake, arguments.id, {settings.english, arguments.unmasked}));
  return {};
}

}  // namespace

void AddFindingsCommands(Program& program) {
  auto arguments = std::make_shared<FindingsArguments>();
  CLI::App* list = program.cli.add_subcommand("findings", "疑点清单：筛选、导出 / list, filter, export findings");
  AddLakeOption(program, list);
  list->add_option("--run", arguments->filter.run, "审核批次，缺省为当前 / audit run, the one in force by default");
  list->add_option("--rule", arguments->filter.rule, "规则 / rule id");
  list->add_option("--class", arguments->filter.rule_class, "类别 / policy, management, medical, behaviour");
  list->add_option("--severity", arguments->filter.severity, "性质 / violation, suspect, lead, monitor");
  list->add_option("--institution", arguments->filter.institution, "定点机构 / institution code");
  list->add_option("--subject", arguments->filter.subject, "对象（人员编号等） / psn_no, doctor, ...");
  list->add_option("--visit", arguments->filter.visit, "就诊ID / mdtrt_id");
  list->add_option("--from", arguments->from, "日期自（含） / from this day on");
  list->add_option("--until", arguments->until, "日期至（不含） / before this day");
  list->add_option("--amount-min", arguments->amount_min, "最低金额（元） / least amount in yuan");
  list->add_option("--sort", arguments->page.sort, "排序 / amount, time, rule, institution")->capture_default_str();
  list->add_option("--limit", arguments->page.limit, "行数 / rows")->capture_default_str();
  list->add_option("--offset", arguments->page.offset, "起始 / first row")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  list->add_option("--export", arguments->export_path, "导出到 .csv 或 .xlsx / write to .csv or .xlsx");
  list->add_flag("--withdrawn", arguments->filter.withdrawn, "含已撤回 / withdrawn ones too");
  list->add_flag("--unmasked", arguments->unmasked, "不遮蔽人员编号 / show person numbers whole");
  program.On(list, [&program, arguments] { return List(program.settings, *arguments); });

  CLI::App* one = program.cli.add_subcommand("finding", "解释一条疑点 / explain one finding");
  AddLakeOption(program, one);
  one->add_option("id", arguments->id, "疑点编号或其开头 / finding id or its first digits")->required();
  one->add_flag("--unmasked", arguments->unmasked, "不遮蔽人员编号 / show person numbers whole");
  program.On(one, [&program, arguments] { return Explain(program.settings, *arguments); });
}

}  // namespace yijian::app
