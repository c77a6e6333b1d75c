// Institutions that may ask in real time, from the command line; and what a demonstration lets them ask.

#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "account/callers.h"
#include "account/demo.h"
#include "api/workbench.h"
#include "app/commands.h"
#include "app/http_client.h"
#include "base/hash.h"

namespace yijian::app {
namespace {

using nlohmann::json;

struct CallerArguments {
  std::string store = "sqlite:yijian.db";
  account::Caller caller;
  std::string keys;
};

Result<std::unique_ptr<store::Database>> OpenStore(const std::string& url) {
  auto database = TRY(store::Database::Open(url, {.connections = 1}));
  TRY(database->Migrate(api::AllMigrations()));
  return database;
}

const account::Actor kCommandLine{.name = "command line"};

Status Add(const Program& program, const CallerArguments& arguments) {
  auto database = TRY(OpenStore(arguments.store));
  SystemClock clock;
  account::AddedCaller added = TRY(database->Write([&](store::Session& session) {
    return account::AddCaller(session, kCommandLine, arguments.caller, clock.Now());
  }));
  std::cout << added.caller.institution
            << program.settings.Say(" 的密钥（只显示这一次）：", "'s key, shown this once: ") << added.key << "\n";
  return {};
}

Status Rotate(const Program& program, const CallerArguments& arguments) {
  auto database = TRY(OpenStore(arguments.store));
  SystemClock clock;
  account::AddedCaller added = TRY(database->Write([&](store::Session& session) -> Result<account::AddedCaller> {
    TRY(account::FindCaller(session, arguments.caller.institution));
    return account::RotateCallerKey(session, kCommandLine, arguments.caller.institution, clock.Now());
  }));
  std::cout << program.settings.Say("新密钥（只显示这一次；旧密钥再用一天）：",
                                    "the new key, shown this once; the old one works for a day more: ")
            << added.key << "\n";
  return {};
}

Status List(const CallerArguments& arguments) {
  auto database = TRY(OpenStore(arguments.store));
  std::vector<account::Caller> callers =
      TRY(database->Read([](store::Session& session) { return account::ListCallers(session); }));
  for (const account::Caller& caller : callers) {
    std::cout << caller.institution << '\t' << caller.name << '\t' << (caller.enabled ? "enabled" : "disabled") << '\t'
              << (caller.key_hint.empty() ? "-" : caller.key_hint) << '\t'
              << (caller.grade.empty() ? "-" : caller.grade) << '\n';
  }
  return {};
}

// Every institution of a synthetic city with a key of its own; the keys go to a file, a JSON object by code.
Status AddDemo(const Program& program, const CallerArguments& arguments) {
  auto database = TRY(OpenStore(arguments.store));
  SystemClock clock;
  json keys = json::object();
  TRY(database->Write([&](store::Session& session) -> Status {
    if (!TRY(account::IsDemo(session))) return InvalidInput("this store is not a synthetic demo: run demo-users first");
    for (const store::Row& row : TRY(session.Query("SELECT code, name FROM institution ORDER BY code"))) {
      account::Caller caller;
      caller.institution = row.Text("code");
      caller.name = row.Text("name");
      caller.per_second = 1000;
      caller.burst = 5000;
      keys[caller.institution] = TRY(account::AddCaller(session, kCommandLine, caller, clock.Now())).key;
    }
    return {};
  }));
  std::ofstream file(arguments.keys);
  file << keys.dump() << "\n";
  if (!file.flush()) return IoError("cannot write " + arguments.keys);
  std::cout << keys.size() << program.settings.Say(" 家合成机构的密钥写入 ", " synthetic institutions' keys are in ")
            << arguments.keys << "\n";
  return {};
}

struct ReplayArguments {
  std::string drafts;
  std::string keys;
  std::string to;
};

// How a made-up doctor reacts to a hit, by its id: six of ten change it, a quarter carry on and say why, the others say
// nothing.
void React(const std::string& hit, json& warns) {
  static const char* const kReasons[] = {"病情需要，已向患者说明", "既往用药过敏，无替代药品", "专家会诊意见",
                                         "上级医师同意，病程已记录"};
  uint64_t dice = KeyOf("reaction " + hit) % 100;
  if (dice < 60) {
    warns.push_back({{"warn_rslt_id", hit}, {"dspo_way", "2"}});
  } else if (dice < 85) {
    warns.push_back({{"warn_rslt_id", hit}, {"dspo_way", "1"}, {"dspo_way_rea", kReasons[dice % 4]}});
  }
}

Status Replay(const Program& program, const ReplayArguments& arguments) {
  std::ifstream keys_file(arguments.keys);
  json keys = json::parse(keys_file, nullptr, false);
  if (!keys.is_object()) return InvalidInput(arguments.keys + " holds no keys");
  std::ifstream drafts(arguments.drafts);
  if (!drafts) return NotFound("cannot open " + arguments.drafts);
  int64_t asked = 0, hits = 0, answered = 0;
  std::string line;
  while (std::getline(drafts, line)) {
    json one = json::parse(line, nullptr, false);
    if (!one.is_object() || !one.contains("draft")) return InvalidInput(arguments.drafts + ": a line is no draft");
    json& draft = one["draft"];
    std::string institution = draft["persons"][0]["visits"][0].value("fixmedins_code", "");
    auto key = keys.find(institution);
    if (key == keys.end()) continue;
    std::string authorization = "Authorization: Bearer " + key->get<std::string>();
    std::string moment = one.value("moment", "mid");
    draft["msgid"] = "demo-" + std::to_string(asked);
    HttpAnswer answer = TRY(Post(arguments.to + "/api/realtime/" + moment, draft.dump(), {authorization}));
    json told = json::parse(answer.body, nullptr, false);
    if (answer.status != 200 || !told.is_object()) return IoError("a draft was refused: " + answer.body);
    asked++;
    json warns = json::array();
    for (const json& person : told.value("answers", json::array())) {
      for (const json& hit : person.value("hits", json::array())) {
        hits++;
        React(hit.value("id", ""), warns);
      }
    }
    if (warns.empty()) continue;
    answered += static_cast<int64_t>(warns.size());
    json feedback{{"warn_type", moment == "pre" ? "1" : "2"}, {"warns", std::move(warns)}};
    HttpAnswer taken = TRY(Post(arguments.to + "/api/realtime/feedback", feedback.dump(), {authorization}));
    if (taken.status != 200) return IoError("feedback was refused: " + taken.body);
  }
  std::cout << asked << program.settings.Say(" 份合成草稿，", " synthetic drafts, ") << hits
            << program.settings.Say(" 条提醒，", " hits, ") << answered
            << program.settings.Say(" 条得到（合成的）反馈", " answered (made-up answers)") << "\n";
  return asked > 0 ? Status() : InvalidInput("no draft is of an institution with a key");
}

}  // namespace

void AddCallerCommands(Program& program) {
  CLI::App* callers = program.cli.add_subcommand(
      "callers", "可实时提问的机构及其密钥 / institutions that may ask in real time, their keys");
  callers->require_subcommand(1);
  auto arguments = std::make_shared<CallerArguments>();
  auto command = [&](const char* name, const char* words) {
    CLI::App* made = callers->add_subcommand(name, words);
    made->add_option("--store", arguments->store)->capture_default_str();
    return made;
  };
  CLI::App* add = command("add", "登记机构，打印密钥 / register an institution, print its key");
  add->add_option("institution", arguments->caller.institution, "机构编码 / its code")->required();
  add->add_option("--name", arguments->caller.name, "名称 / its name");
  add->add_option("--grade", arguments->caller.grade, "信用等级 / credit grade")
      ->check(CLI::IsMember({"A", "B", "C", "D"}));
  add->add_option("--per-second", arguments->caller.per_second, "每秒请求数 / requests a second")
      ->check(CLI::Range(1, 100'000));
  add->add_option("--burst", arguments->caller.burst, "突发请求数 / requests at once")->check(CLI::Range(1, 100'000));
  program.On(add, [&program, arguments] { return Add(program, *arguments); });
  CLI::App* key = command("key", "换发密钥 / a new key");
  key->add_option("institution", arguments->caller.institution, "机构编码 / its code")->required();
  program.On(key, [&program, arguments] { return Rotate(program, *arguments); });
  program.On(command("list", "列出 / list them"), [arguments] { return List(*arguments); });
  CLI::App* demo = command("demo", "为合成城市的全部机构发密钥 / keys for all institutions of a synthetic city");
  demo->add_option("--keys", arguments->keys, "写入的文件 / file to write")->required();
  program.On(demo, [&program, arguments] { return AddDemo(program, *arguments); });

  auto replay_arguments = std::make_shared<ReplayArguments>();
  CLI::App* replay = program.cli.add_subcommand(
      "demo-replay", "向服务发送合成草稿和反馈 / send a server the drafts of a synthetic city, with made-up feedback");
  replay->add_option("drafts", replay_arguments->drafts, "timelines drafts 的输出 / output of timelines drafts")
      ->required();
  replay->add_option("--keys", replay_arguments->keys, "callers demo 的文件 / file of callers demo")->required();
  replay->add_option("--to", replay_arguments->to, "服务地址 / address of the server")->required();
  program.On(replay, [&program, replay_arguments] { return Replay(program, *replay_arguments); });
}

}  // namespace yijian::app
