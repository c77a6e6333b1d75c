#include "measure.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

namespace yijian::bench {
namespace {

using nlohmann::json;

void Say(int pipe, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    ssize_t wrote = write(pipe, text.data() + done, text.size() - done);
    if (wrote <= 0) return;
    done += static_cast<size_t>(wrote);
  }
}

[[noreturn]] void Work(int pipe, const std::function<Result<json>()>& work) {
  Result<json> said = work();
  json answer = said ? json{{"said", *said}} : json{{"error", said.error().message}};
  Say(pipe, answer.dump(-1, ' ', false, json::error_handler_t::replace));
  std::fflush(nullptr);
  _exit(0);
}

std::string Hear(int pipe) {
  std::string text;
  std::array<char, 4096> piece;
  for (ssize_t got; (got = read(pipe, piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<size_t>(got));
  }
  return text;
}

double SecondsOf(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return SecondsOf(usage.ru_utime) + SecondsOf(usage.ru_stime);
}

Result<Measured> InChild(const std::function<Result<json>()>& work) {
  std::fflush(nullptr);
  std::array<int, 2> ends;
  if (pipe(ends.data()) != 0) return IoError("no pipe to a measuring process");
  pid_t child = fork();
  if (child < 0) return IoError("no measuring process");
  if (child == 0) {
    close(ends[0]);
    Work(ends[1], work);
  }
  close(ends[1]);
  std::string heard = Hear(ends[0]);
  close(ends[0]);
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  json answer = json::parse(heard, nullptr, false);
  if (answer.is_discarded()) return InternalError("the measuring process died");
  if (answer.contains("error")) return InternalError(answer["error"].get<std::string>());
  return Measured{.said = std::move(answer["said"]), .rss_mib = static_cast<double>(usage.ru_maxrss) / 1024};
}

}  // namespace yijian::bench
