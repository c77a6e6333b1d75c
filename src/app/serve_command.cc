#include <signal.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <thread>

#include "account/areas.h"
#include "account/demo.h"
#include "account/people.h"
#include "api/workbench.h"
#include "app/commands.h"
#include "app/timeline_source.h"
#include "http/server.h"

namespace yijian::app {
namespace {

api::WorkbenchOptions ShippedBench() {
  api::WorkbenchOptions bench;
  bench.documents = Shipped(bench.documents);
  bench.rules = Shipped(bench.rules);
  return bench;
}

struct ServeOptions {
  api::WorkbenchOptions bench = ShippedBench();
  std::string address = "127.0.0.1:8080";
  std::string web = Shipped("web/dist");
  std::string public_url;
  bool secure = false;
  std::vector<std::string> trusted_proxies;
  std::vector<std::string> hosts;
  int workers = 8;
  int realtime_workers = 2;
  int connections_max = 900;
};

Status SetAddress(const std::string& text, http::ServerOptions& options) {
  size_t colon = text.rfind(':');
  std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  bool digits = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoi(port) > 65535) return InvalidInput("--address: '" + text + "': ADDRESS:PORT expected");
  options.address = text.substr(0, colon);
  options.port = static_cast<uint16_t>(std::stoi(port));
  return {};
}

// SIGTERM, SIGINT and SIGHUP are taken by whoever waits here; blocked before any thread is made, so that none is
// interrupted.
class StopSignals {
 public:
  StopSignals() {
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  enum class Heard { kNothing, kStop, kReload };
  // kNothing: the time is over.
  Heard Wait(int seconds) {
    timespec time{.tv_sec = seconds, .tv_nsec = 0};
    int signal = sigtimedwait(&set_, nullptr, &time);
    return signal <= 0 ? Heard::kNothing : signal == SIGHUP ? Heard::kReload : Heard::kStop;
  }

 private:
  sigset_t set_;
};

// The secret comes by the environment: command lines can be read by everybody on the machine.
account::OidcOptions OidcOf(const ServeOptions& options) {
  account::OidcOptions oidc = options.bench.oidc;
  if (oidc.issuer.empty()) return oidc;
  const char* secret = std::getenv("YIJIAN_OIDC_SECRET");
  if (secret != nullptr) oidc.secret = secret;
  std::string base = options.public_url;
  while (base.ends_with('/')) base.pop_back();
  oidc.redirect = base + "/api/session/oidc/callback";
  return oidc;
}

// Without --timelines: the folder beside the lake, when there is a store in it.
void SetRealtime(const Program& program, const ServeOptions& options, api::RealtimeOptions& realtime) {
  realtime.packs = program.settings.packs;
  const char* key = std::getenv("YIJIAN_SM2_PRIVATE");
  if (key != nullptr) realtime.sm2_private = key;
  if (!realtime.timelines.empty()) return;
  std::filesystem::path beside =
      std::filesystem::absolute(options.bench.lake).lexically_normal().parent_path() / "timelines";
  if (std::filesystem::exists(beside / "CURRENT")) {
    realtime.timelines = beside.string();
  } else {
    std::cerr << program.settings.Say("没有时间线库，事前事中审核不可用：", "no timeline store, no real time: ")
              << beside.string() << "\n";
  }
}

Status Serve(const Program& program, const ServeOptions& options) {
  StopSignals signals;
  SystemClock clock;
  api::WorkbenchOptions bench_options = options.bench;
  bench_options.oidc = OidcOf(options);
  Result<std::unique_ptr<clue::TimelineSource>> timelines = OpenLakeTimelines(bench_options.lake);
  if (timelines) {
    bench_options.timelines = std::move(*timelines);
  } else {
    std::cerr << program.settings.Say("没有数据湖，时间线不可用：", "no lake, no timelines: ")
              << timelines.error().message << "\n";
  }
  SetRealtime(program, options, bench_options.realtime);
  auto bench = TRY(api::Workbench::Open(bench_options, clock));
  http::ServerOptions server_options;
  TRY(SetAddress(options.address, server_options));
  server_options.worker_threads = static_cast<size_t>(options.workers);
  server_options.urgent_threads = static_cast<size_t>(options.realtime_workers);
  server_options.connections_max = static_cast<size_t>(options.connections_max);
  server_options.tls = options.secure;
  server_options.trusted_proxies = options.trusted_proxies;
  server_options.hosts = options.hosts;
  if (std::filesystem::exists(options.web)) {
    server_options.static_root = options.web;
  } else {
    std::cerr << program.settings.Say("没有网页文件，只提供接口：", "no pages, the interface only: ") << options.web
              << "\n";
  }
  http::Server server(server_options, bench->MakeRouter(), bench->MakeGuard(), bench->metrics());
  server.AddHealthCheck("store", [&]() -> Status {
    TRY(bench->context().database.Read([](store::Session& session) { return session.Query("SELECT 1 AS one"); }));
    return {};
  });
  if (bench->context().realtime != nullptr) {
    bench->context().urgent_queue = [&server] { return server.UrgentQueue(); };
    server.AddHealthCheck("timelines", [&] { return bench->context().realtime->Ping(); });
    server.AddMetrics([&] { return bench->RealtimeMetrics(); });
  }
  TRY(server.Start());
  std::cout << program.settings.Say("医鉴已启动：http://", "Yijian is up: http://") << server_options.address << ":"
            << server.port() << std::endl;
  constexpr int kTickSeconds = 30;
  StopSignals::Heard heard = StopSignals::Heard::kNothing;
  while (heard != StopSignals::Heard::kStop) {
    Status ticked = bench->Tick();
    if (!ticked.has_value()) std::cerr << "tick: " << ticked.error().message << std::endl;
    heard = signals.Wait(kTickSeconds);
    if (heard != StopSignals::Heard::kReload || bench->context().realtime == nullptr) continue;
    Status loaded = bench->context().realtime->Reload();
    std::cerr << (loaded.has_value() ? "reloaded the rule packs" : "reload: " + loaded.error().message) << std::endl;
  }
  bool whole = server.Drain();
  server.Stop();
  TRY(bench->Close());
  if (!whole) return IoError("some requests had not finished in time");
  return {};
}

Result<std::unique_ptr<store::Database>> OpenStore(const std::string& url) {
  auto database = TRY(store::Database::Open(url, {.connections = 1}));
  TRY(database->Migrate(api::AllMigrations()));
  return database;
}

struct UserOptions {
  std::string store = "sqlite:yijian.db";
  account::NewPerson person;
  std::vector<std::string> roles;
  std::string area_name;
};

// The first operator comes from the command line: whoever can write the store may do so anyway, and the trail tells of
// it.
Status AddUser(const Program& program, UserOptions options) {
  auto database = TRY(OpenStore(options.store));
  for (const std::string& name : options.roles) {
    std::optional<account::Role> role = account::RoleOf(name);
    if (!role) return InvalidInput("--role: no role '" + name + "'");
    options.person.roles |= account::Bit(*role);
  }
  SystemClock clock;
  account::AddedPerson added = TRY(database->Write([&](store::Session& session) -> Result<account::AddedPerson> {
    if (!options.area_name.empty()) TRY(account::PutArea(session, options.person.area, options.area_name));
    return account::AddPerson(session, account::Actor{.name = "command line"}, options.person, clock.Now());
  }));
  std::cout << added.person.login
            << program.settings.Say(" 的一次性密码（只显示这一次）：", "'s one-time password, shown this once: ")
            << added.one_time_password << "\n";
  return {};
}

Status ResetUser(const Program& program, const UserOptions& options) {
  auto database = TRY(OpenStore(options.store));
  SystemClock clock;
  std::string password = TRY(database->Write([&](store::Session& session) -> Result<std::string> {
    std::optional<account::Person> person = TRY(account::FindLogin(session, options.person.login));
    if (!person) return NotFound("nobody is called " + options.person.login);
    return account::ResetPerson(session, account::Actor{.name = "command line"}, person->id, clock.Now());
  }));
  std::cout << program.settings.Say("新的一次性密码：", "the new one-time password: ") << password << "\n";
  return {};
}

Status ListUsers(const UserOptions& options) {
  auto database = TRY(OpenStore(options.store));
  SystemClock clock;
  account::PeopleFilter filter{.size = 200};
  for (;; filter.page++) {
    account::PeoplePage page = TRY(
        database->Read([&](store::Session& session) { return account::ListPeople(session, "", filter, clock.Now()); }));
    for (const account::Person& person : page.rows) {
      std::cout << person.login << '\t' << person.name << '\t' << person.area << '\t' << person.status << '\t';
      const char* between = "";
      for (int i = 0; i < account::kRoles; i++) {
        auto role = static_cast<account::Role>(i);
        if ((person.roles & account::Bit(role)) == 0) continue;
        std::cout << between << account::NameOf(role);
        between = ",";
      }
      std::cout << '\n';
    }
    if (filter.page * filter.size >= page.total) return {};
  }
}

struct DemoOptions {
  std::string store = "sqlite:yijian.db";
  int institutions = 3;
};

// One person of every role for the synthetic city in the store: its areas, and the institutions with the most money
// found.
Status MakeDemoUsers(const Program& program, const DemoOptions& options) {
  auto database = TRY(OpenStore(options.store));
  SystemClock clock;
  std::vector<account::DemoPerson> people =
      TRY(database->Write([&](store::Session& session) -> Result<std::vector<account::DemoPerson>> {
        store::Rows areas = TRY(session.Query("SELECT DISTINCT area FROM institution ORDER BY area"));
        if (areas.empty()) return NotFound("the store has no institutions yet: import clues first");
        // The city above all of them.
        std::string city = areas.front().Text("area").substr(0, 4) + "00";
        TRY(account::PutArea(session, city, "合成市 " + city));
        for (const store::Row& row : areas) {
          std::string code = row.Text("area");
          if (code != city) TRY(account::PutArea(session, code, "合成区县 " + code));
        }
        std::vector<std::string> institutions;
        for (const store::Row& row :
             TRY(session.Query("SELECT code FROM institution ORDER BY found_fen DESC, code LIMIT ?",
                               {int64_t{options.institutions}}))) {
          institutions.push_back(row.Text("code"));
        }
        TRY(account::MakeDemo(session, city, institutions, clock.Now()));
        return account::DemoPeople(session);
      }));
  for (const account::DemoPerson& person : people) std::cout << person.login << "  " << person.name << "\n";
  std::cout << program.settings.Say("合成演示账号，密码均为 ", "synthetic demo people, everybody's password is ")
            << people.front().password << "\n";
  return {};
}

}  // namespace

void AddServeCommands(Program& program) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* serve = program.cli.add_subcommand("serve", "启动平台 / open the platform in the browser");
  serve->add_option("--store", options->bench.store, "业务库 / sqlite:PATH or postgresql://...")->capture_default_str();
  serve->add_option("--data", options->bench.data, "证据文件和锚点目录 / folder of evidence and anchors")
      ->capture_default_str();
  serve->add_option("--documents", options->bench.documents, "文书模板 / templates of documents")
      ->capture_default_str();
  serve->add_option("--rules", options->bench.rules, "规则目录 / folder of rules")->capture_default_str();
  serve->add_option("--connections", options->bench.connections, "数据库连接数 / connections to the store")
      ->check(CLI::Range(1, 200));
  serve->add_option("--address", options->address, "监听地址 / ADDRESS:PORT")->capture_default_str();
  serve->add_option("--web", options->web, "网页目录 / the pages, as built")->capture_default_str();
  serve->add_option("--workers", options->workers, "工作线程 / worker threads")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  serve->add_option("--trusted-proxy", options->trusted_proxies,
                    "可信代理 / proxies whose X-Forwarded-For is believed");
  serve->add_option("--host", options->hosts, "本机主机名 / Host values that are ours");
  serve->add_flag("--secure", options->secure, "浏览器经 TLS 访问 / browsers come by TLS: Secure cookies, HSTS");
  serve->add_option("--oidc-issuer", options->bench.oidc.issuer,
                    "身份平台地址；密钥取自环境变量 YIJIAN_OIDC_SECRET / OpenID provider; its secret is taken from the "
                    "environment");
  serve->add_option("--oidc-client", options->bench.oidc.client, "在身份平台登记的客户端 / our client id there");
  serve->add_option("--oidc-name", options->bench.oidc.name, "登录页上的名称 / its name on the sign-in page");
  serve->add_option("--public-url", options->public_url, "浏览器所见的本平台地址 / our address as browsers see it");
  AddLakeOption(program, serve);
  AddPacksOption(program, serve);
  api::RealtimeOptions& realtime = options->bench.realtime;
  serve->add_option("--timelines", realtime.timelines,
                    "时间线库目录（缺省为数据湖旁的 timelines） / folder of the timeline store; without it the folder "
                    "timelines beside the lake");
  serve->add_option("--shadow", realtime.shadow_packs, "影子规则包目录 / folders of a shadow pack, judged beside");
  serve->add_option("--policy", realtime.policy, "建议策略文件 / file of the advice policy");
  serve
      ->add_option("--clock-skew", realtime.clock_skew_seconds,
                   "交易时间允许的偏差（秒，0 不限） / how far a sender's clock may be off, seconds; 0: not checked")
      ->check(CLI::Range(0, 86'400));
  serve->add_option("--division", realtime.division, "本平台行政区划，用于报文ID / our division, in message ids");
  serve->add_flag("--open-realtime", realtime.open,
                  "不验密钥，仅限演示 / national messages need no key: demonstrations only");
  serve->add_option("--realtime-workers", options->realtime_workers, "事前事中审核线程 / threads of real time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  serve->add_option("--connections-max", options->connections_max, "最多连接数 / connections at once")
      ->check(CLI::Range(1, 60'000))
      ->capture_default_str();
  program.On(serve, [&program, options]() -> Status {
    options->bench.lake = program.settings.lake;
    return Serve(program, *options);
  });

  CLI::App* users = program.cli.add_subcommand("users", "账号 / accounts");
  users->require_subcommand(1);
  auto user = std::make_shared<UserOptions>();
  CLI::App* add = users->add_subcommand("add", "添加用户，打印一次性密码 / add a person, print a one-time password");
  add->add_option("login", user->person.login)->required();
  add->add_option("--name", user->person.name, "姓名 / name")->required();
  add->add_option("--role", user->roles, "角色 / role, several times")->required();
  add->add_option("--area", user->person.area, "区划代码 / administrative code")->required();
  add->add_option("--area-name", user->area_name, "区划名称，首次使用时 / its name, when it is new");
  add->add_option("--oidc-subject", user->person.oidc_subject, "身份平台中的标识 / who it is at the identity provider");
  add->add_option("--institution", user->person.institution, "机构代码 / institution, for role institution");
  add->add_option("--store", user->store)->capture_default_str();
  program.On(add, [&program, user] { return AddUser(program, *user); });
  CLI::App* reset = users->add_subcommand("reset", "重置密码 / a new one-time password");
  reset->add_option("login", user->person.login)->required();
  reset->add_option("--store", user->store)->capture_default_str();
  program.On(reset, [&program, user] { return ResetUser(program, *user); });

  CLI::App* list = users->add_subcommand("list", "列出用户 / list people: login, name, area, status, roles");
  list->add_option("--store", user->store)->capture_default_str();
  program.On(list, [user] { return ListUsers(*user); });

  auto demo = std::make_shared<DemoOptions>();
  CLI::App* demo_users = program.cli.add_subcommand(
      "demo-users", "为合成城市建立各角色演示账号 / people of every role, for a synthetic city only");
  demo_users->add_option("--store", demo->store)->capture_default_str();
  program.On(demo_users, [&program, demo] { return MakeDemoUsers(program, *demo); });
}

}  // namespace yijian::app
