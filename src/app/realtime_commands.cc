#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/commands.h"
#include "app/http_client.h"
#include "app/progress_bar.h"
#include "audit/findings.h"
#include "audit/run_reader.h"
#include "base/bytes.h"
#include "base/hash.h"
#include "base/sm.h"
#include "realtime/example.h"
#include "realtime/gateway.h"
#include "realtime/rebuild.h"

namespace yijian::app {
namespace {

using nlohmann::json;

// The fund's zone.
Time LocalNow() { return static_cast<Time>(std::time(nullptr)) + 8 * kSecondsPerHour; }

Result<std::string> ReadFile(const std::string& path) {
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream file(path, std::ios::binary);
    if (!file) return NotFound("cannot open " + path);
    text << file.rdbuf();
  }
  return text.str();
}

// --- timelines ---

struct TimelinesArguments {
  realtime::RebuildOptions options;
  int window_days = -1;
  std::string person;
  bool unmasked = false;
  int64_t count = 300;
  int64_t lines = 0;
  int64_t accused = 0;
};

Status Rebuild(const Settings& settings, TimelinesArguments arguments) {
  realtime::RebuildOptions& options = arguments.options;
  options.lake = settings.lake;
  options.pack_dirs = settings.packs;
  if (arguments.window_days >= 0) options.window_days = arguments.window_days;
  ProgressBar bar(settings.Say("重建时间线", "timelines"));
  realtime::RebuildReport report = TRY(realtime::Rebuild(options, [&](int64_t done, int64_t all, int64_t lines) {
    bar.Show(done, all, lines, settings.Say("行", "lines"));
  }));
  bar.Finish();
  auto number = [](int64_t value) { return std::to_string(value); };
  std::cout << settings.Say("时间线库 ", "timeline store ") << options.store << ": " << number(report.persons)
            << settings.Say(" 人，", " persons, ") << number(report.lines) << settings.Say(" 行费用，", " fee lines, ")
            << number(report.doctors) << settings.Say(" 名医师，", " doctors, ") << number(report.trace_codes)
            << settings.Say(" 个追溯码", " trace codes") << "\n";
  if (report.carried_over > 0)
    std::cout << settings.Say("保留了数据湖尚无的上传：", "kept uploads the lake lacks: ")
              << number(report.carried_over) << settings.Say(" 人", " persons") << "\n";
  std::printf("%s %s, %s %.1f MB, %.0f %s, %.1f s (%.2f M %s/s)\n", settings.Say("回看", "look-back"),
              report.window_days > 0 ? (number(report.window_days) + settings.Say(" 天", " days")).c_str()
                                     : settings.Say("不限", "without limit"),
              settings.Say("磁盘", "disk"), static_cast<double>(report.disk_bytes) / 1e6,
              report.persons > 0 ? static_cast<double>(report.disk_bytes) / static_cast<double>(report.persons) : 0.0,
              settings.Say("字节/人", "bytes a person"), report.seconds,
              static_cast<double>(report.lines) / 1e6 / report.person_seconds, settings.Say("行", "lines"));
  return {};
}

Status ShowSize(const Settings& settings, const TimelinesArguments& arguments) {
  std::unique_ptr<realtime::Store> store = TRY(realtime::Store::Open(arguments.options.store));
  realtime::StoreSize size = TRY(store->Size());
  std::cout << settings.Say("参保人 ", "persons ") << size.persons << settings.Say("，医师 ", ", doctors ")
            << size.doctors << settings.Say("，追溯码 ", ", trace codes ") << size.trace_codes
            << settings.Say("，编码 ", ", codes ") << size.codes << settings.Say("，磁盘 ", ", disk ")
            << size.disk_bytes / 1000 << " kB\n";
  return {};
}

Status ShowPerson(const Settings& settings, const TimelinesArguments& arguments) {
  std::unique_ptr<realtime::Store> store = TRY(realtime::Store::Open(arguments.options.store));
  realtime::History known = TRY(store->Get(program::Subject::kPerson, IdKeyOf(arguments.person)));
  if (known.empty()) return NotFound("nothing is known of this person");
  realtime::SortByTime(known);
  std::cout << (arguments.unmasked ? known.no : audit::Mask(known.no)) << "\n";
  for (const timeline::KindInfo& kind : timeline::Kinds()) {
    const realtime::Rows& rows = known.of(kind.kind);
    for (size_t row = 0; row < rows.size(); row++) {
      std::cout << settings.Say(kind.zh.data(), kind.name.data());
      for (const timeline::FieldInfo& field : timeline::Fields(kind.kind)) {
        int64_t value = rows.At(timeline::OrdinalOf(field), row);
        if (value == timeline::kNull || field.type == timeline::FieldType::kId) continue;
        std::cout << "  " << field.name << "=";
        switch (field.type) {
          case timeline::FieldType::kCode:
            std::cout << store->codes().Text(value);
            break;
          case timeline::FieldType::kTime:
            std::cout << FormatTime(value);
            break;
          case timeline::FieldType::kDate:
            std::cout << FormatDate(static_cast<Date>(value));
            break;
          case timeline::FieldType::kBool:
            std::cout << value;
            break;
          default:
            std::cout << FormatMicro(value);
        }
      }
      std::cout << "\n";
    }
  }
  return {};
}

void WriteDraft(program::Moment moment, const std::string& draft) {
  std::cout << R"({"moment":")" << (moment == program::kPre ? "pre" : "mid") << R"(","draft":)" << draft << "}\n";
}

// Visits that the audit accused, told as they were: what was said to them in real time then stands beside their clues.
Status WriteAccusedDrafts(const Settings& settings, const realtime::Store& store, realtime::Codes& codes,
                          int64_t count) {
  lake::Lake lake = TRY(lake::Lake::Open(settings.lake));
  audit::RunPlace place = TRY(audit::FindRun(lake, ""));
  lake::Connection connection = TRY(lake::OpenConnection({}));
  lake::QueryResult rows =
      TRY(connection.Query("SELECT subject, mdtrt_id FROM " + audit::RunTable(place, "findings") +
                           " WHERE subject_kind = 'person' AND mdtrt_id <> '' GROUP BY subject, mdtrt_id "
                           "ORDER BY md5(mdtrt_id), subject LIMIT " +
                           std::to_string(count)));
  for (size_t i = 0; i < rows.rows(); i++) {
    realtime::History known = TRY(store.Get(program::Subject::kPerson, IdKeyOf(rows.Text(i, 0))));
    std::optional<std::string> draft = realtime::VisitDraft(known, codes, rows.Text(i, 1));
    if (draft) WriteDraft(program::kMid, *draft);
  }
  return {};
}

// Drafts of the store's persons, pre and mid in turns: what demonstrations and load tests send.
Status WriteDrafts(const Settings& settings, const TimelinesArguments& arguments) {
  std::unique_ptr<realtime::Store> store = TRY(realtime::Store::Open(arguments.options.store));
  if (arguments.accused > 0) TRY(WriteAccusedDrafts(settings, *store, store->codes(), arguments.accused));
  int64_t written = 0;
  Status walked = store->ForEach(program::Subject::kPerson, [&](const realtime::History& known) -> Status {
    program::Moment moment = written % 2 == 0 ? program::kPre : program::kMid;
    std::optional<std::string> draft =
        realtime::ExampleDraft(known, store->codes(), moment, static_cast<size_t>(arguments.lines));
    if (!draft) return {};
    WriteDraft(moment, *draft);
    if (++written == arguments.count) return Conflict("enough");
    return {};
  });
  return written < arguments.count ? walked : Status();
}

// --- ask ---

struct AskArguments {
  std::string file;
  std::string store;
  std::string to;
  std::string moment = "mid";
  std::string institution;
  std::string policy;
  std::string key;
  bool national = false;
  std::string msgid;
  std::vector<std::string> headers;
  bool raw = false;
};

// For people: a line for each hit, with what to do.
void Print(const Settings& settings, const json& answer) {
  const char* language = settings.english ? "en" : "zh";
  std::cout << settings.Say("建议：", "advice: ") << answer.value("advice", "?") << "\n";
  for (const json& person : answer.value("answers", json::array())) {
    std::cout << audit::Mask(person.value("person", "")) << "  " << person.value("advice", "") << "\n";
    for (const json& hit : person.value("hits", json::array())) {
      std::cout << "  " << hit.value("rule", "") << "  " << hit.value("severity", "") << "  " << hit.value("amount", "")
                << "  " << hit["message"].value(language, "") << "\n";
      std::cout << settings.Say("    修改：", "    change: ") << hit["remedy"].value(language, "") << "\n";
      for (const json& basis : hit.value("basis", json::array()))
        std::cout << settings.Say("    依据：", "    basis: ") << basis.get<std::string>() << "\n";
    }
    for (const json& unknown : person.value("unknowns", json::array()))
      std::cout << "  " << unknown.value("rule", "") << settings.Say("  无法判断，缺少 ", "  cannot judge without ")
                << unknown.value("missing_name", "") << "\n";
  }
  for (const json& rule : answer.value("not_reached", json::array()))
    std::cout << "  " << rule.value("rule_id", "") << settings.Say("  未及审核", "  not reached") << "\n";
}

Status Tell(const Settings& settings, const AskArguments& arguments, int status, const std::string& body) {
  json answer = json::parse(body, nullptr, false);
  bool national = answer.is_object() && answer.contains("infcode");
  if (arguments.raw || national || status != 200 || !answer.is_object()) {
    std::cout << body << "\n";
  } else {
    Print(settings, answer);
  }
  bool refused = status != 200 || (national && answer["infcode"] != 0);
  return refused ? Status(InvalidInput("the request was refused")) : Status();
}

// A file of the twin as a message of the national interface. Keys come by the environment: command lines can be read by
// everybody on the machine.
Result<std::string> Nationalised(const AskArguments& arguments, const std::string& body, const json& file,
                                 std::string& infno) {
  if (!file.is_object()) return InvalidInput(arguments.file + " is no JSON object");
  if (arguments.institution.empty()) return InvalidInput("--national needs --institution CODE");
  realtime::RequestParts parts;
  parts.input = R"({"data":)" + body + "}";
  if (arguments.moment == "upload") {
    infno = file.value("infno", "");
    if (!file.contains("input")) return InvalidInput("an upload has infno and input");
    parts.input = std::string(realtime::RawMember(body, "input"));
  } else {
    infno = arguments.moment == "pre" ? "3101" : arguments.moment == "mid" ? "3102" : "3103";
  }
  parts.infno = infno;
  parts.fixmedins_code = arguments.institution;
  parts.fixmedins_name = arguments.institution;
  parts.inf_time = ParseTime(file.value("time", "")).value_or(LocalNow());
  parts.msgid = arguments.msgid;
  if (parts.msgid.empty()) parts.msgid = arguments.institution.substr(0, 12) + HexOf(KeyOf(body));
  realtime::Agreement agreement;
  std::optional<Sm2Key> own;
  if (const char* key = std::getenv("YIJIAN_SM2_PRIVATE")) own = TRY(Sm2Key::FromPrivateHex(key));
  if (const char* secret = std::getenv("YIJIAN_SM3_SECRET")) agreement.sm3_secret = secret;
  if (const char* key = std::getenv("YIJIAN_SM4_KEY")) {
    std::optional<std::string> bytes = BytesOfHex(key);
    if (!bytes || bytes->size() != 16) return InvalidInput("YIJIAN_SM4_KEY has 32 hexadecimal digits");
    agreement.sm4_key = *bytes;
  }
  return realtime::BuildRequest(parts, agreement, own);
}

Status Ask(const Settings& settings, const AskArguments& arguments) {
  if (arguments.to.empty() == arguments.store.empty()) return InvalidInput("say either --to URL or --store DIR");
  std::string body = TRY(ReadFile(arguments.file));
  json file = json::parse(body, nullptr, false);
  std::string infno = file.is_object() && file.contains("infver") ? file.value("infno", "") : "";
  if (arguments.national && infno.empty()) body = TRY(Nationalised(arguments, body, file, infno));
  if (!arguments.to.empty()) {
    std::string path = infno.empty() ? "/api/realtime/" + arguments.moment : "/fsi/api/" + infno;
    std::vector<std::string> headers = arguments.headers;
    const char* from_environment = std::getenv("YIJIAN_KEY");
    std::string key = !arguments.key.empty() ? arguments.key : from_environment != nullptr ? from_environment : "";
    if (!key.empty()) headers.push_back("Authorization: Bearer " + key);
    HttpAnswer answer = TRY(Post(arguments.to + path, body, headers));
    return Tell(settings, arguments, answer.status, answer.body);
  }
  std::unique_ptr<realtime::Store> store = TRY(realtime::Store::Open(arguments.store));
  realtime::Service service(*store, LocalNow);
  if (!arguments.policy.empty()) service.SetPolicy(TRY(realtime::Policy::Parse(TRY(ReadFile(arguments.policy)))));
  TRY(service.LoadLive(settings.packs));
  for (const std::string& field : TRY(realtime::MissingFields(*store, *service.live())))
    std::cerr << settings.Say("提示：时间线库未保留规则要用的 ", "note: the store does not keep ") << field
              << settings.Say("，请重建\n", ", which rules read: rebuild it\n");
  realtime::Gateway gateway(service, realtime::Institutions());
  realtime::WireResponse response =
      infno.empty() ? gateway.Twin(arguments.moment, {arguments.institution, ""}, body) : gateway.National(infno, body);
  return Tell(settings, arguments, response.status, response.body);
}

void AddStoreOption(CLI::App* command, std::string& store) {
  command->add_option("--store", store, "时间线库目录 / folder of the timeline store");
}

}  // namespace

void AddRealtimeCommands(Program& program) {
  CLI::App* timelines = program.cli.add_subcommand("timelines", "参保人时间线库 / the timeline store of real time");
  timelines->require_subcommand(1);
  auto arguments = std::make_shared<TimelinesArguments>();
  CLI::App* rebuild = timelines->add_subcommand("rebuild", "由数据湖重建 / build it anew from the lake");
  AddLakeOption(program, rebuild);
  AddPacksOption(program, rebuild);
  AddStoreOption(rebuild, arguments->options.store);
  rebuild->get_option("--store")->required();
  rebuild->add_option("--window", arguments->window_days, "只保留多少天（0 不限） / days to keep (0: all)");
  rebuild->add_option("--threads", arguments->options.threads, "线程数 / threads (0 = all cores)")
      ->check(CLI::NonNegativeNumber);
  rebuild->add_flag("--all-fields", arguments->options.all_fields, "保留全部字段 / keep every field");
  program.On(rebuild, [&program, arguments] { return Rebuild(program.settings, *arguments); });
  CLI::App* size = timelines->add_subcommand("size", "多大 / how big it is");
  AddStoreOption(size, arguments->options.store);
  size->get_option("--store")->required();
  program.On(size, [&program, arguments] { return ShowSize(program.settings, *arguments); });
  CLI::App* show = timelines->add_subcommand("show", "查看一人 / one person's timeline");
  AddStoreOption(show, arguments->options.store);
  show->get_option("--store")->required();
  show->add_option("person", arguments->person, "人员编号 / psn_no")->required();
  show->add_flag("--unmasked", arguments->unmasked, "不遮盖证号 / do not mask the number");
  program.On(show, [&program, arguments] { return ShowPerson(program.settings, *arguments); });

  CLI::App* drafts = timelines->add_subcommand(
      "drafts", "由已知参保人生成试用草稿，每行一份 / example drafts of known persons, a line each");
  AddStoreOption(drafts, arguments->options.store);
  drafts->get_option("--store")->required();
  drafts->add_option("--count", arguments->count, "份数 / how many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  drafts
      ->add_option("--lines", arguments->lines,
                   "每份行数（0 为最后一次就诊） / lines of each; 0: those of the last visit")
      ->check(CLI::Range(0, 1000));
  drafts
      ->add_option(
          "--accused", arguments->accused,
          "另加审核发现问题的就诊若干（需 --lake） / besides, so many visits that the audit accused, as they were")
      ->check(CLI::Range(0, 100'000));
  AddLakeOption(program, drafts);
  program.On(drafts, [&program, arguments] { return WriteDrafts(program.settings, *arguments); });

  auto ask_arguments = std::make_shared<AskArguments>();
  CLI::App* ask = program.cli.add_subcommand(
      "ask", "试问一份处方或结算 / ask about a draft: plain JSON, or a message of the national interface");
  ask->add_option("file", ask_arguments->file, "JSON 文件（- 为标准输入） / JSON file, - is standard input")
      ->required();
  AddStoreOption(ask, ask_arguments->store);
  AddPacksOption(program, ask);
  ask->add_option("--to", ask_arguments->to, "服务地址 / address of a server, http://host:port");
  ask->add_option("--moment", ask_arguments->moment, "pre 事前 | mid 事中 | feedback | upload")->capture_default_str();
  ask->add_option("--institution", ask_arguments->institution, "提问机构编码 / code of the institution that asks");
  ask->add_option("--policy", ask_arguments->policy, "建议策略文件 / file of the advice policy");
  ask->add_option("--key", ask_arguments->key,
                  "机构密钥（也可用环境变量 YIJIAN_KEY） / the institution's key; better by the "
                  "environment, YIJIAN_KEY");
  ask->add_flag(
      "--national", ask_arguments->national,
      "按国家接口报文发送；签名与加密密钥取自 YIJIAN_SM2_PRIVATE、YIJIAN_SM3_SECRET、YIJIAN_SM4_KEY / as a national "
      "message, signed and encrypted with the keys of the environment");
  ask->add_option("--msgid", ask_arguments->msgid,
                  "报文ID（缺省由内容得出） / message id, made of the content by default");
  ask->add_option("--header", ask_arguments->headers, "附加请求头 / further request header, 'Name: value'");
  ask->add_flag("--json", ask_arguments->raw, "原样输出 / the answer as it is");
  program.On(ask, [&program, ask_arguments] { return Ask(program.settings, *ask_arguments); });
}

}  // namespace yijian::app
