#include "base/program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>

extern char** environ;

namespace yijian {
namespace {

// Both programs we run take hundreds of megabytes: a burst of requests must not start twenty.
class Turns {
 public:
  void Take() {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [&] { return running_ < kProgramsMax; });
    running_++;
  }
  void Give() {
    {
      std::lock_guard lock(mutex_);
      running_--;
    }
    free_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_;
  int running_ = 0;
};

Turns& TheTurns() {
  static Turns turns;
  return turns;
}

struct Turn {
  Turn() { TheTurns().Take(); }
  ~Turn() { TheTurns().Give(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
};

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  ~Pipe() {
    CloseRead();
    CloseWrite();
  }
  // Close-on-exec: another program started meanwhile must not hold our ends open.
  bool Open() { return pipe2(ends.data(), O_CLOEXEC) == 0; }
  int read() const { return ends[0]; }
  int write() const { return ends[1]; }
  void CloseRead() { Close(ends[0]); }
  void CloseWrite() { Close(ends[1]); }

 private:
  static void Close(int& end) {
    if (end >= 0) close(end);
    end = -1;
  }
};

struct Conversation {
  std::string output;
  std::string last_words;  // the end of its standard error
  bool overrun = false;
  bool flooded = false;
};

constexpr size_t kLastWordsMax = 2000;

bool ReadSome(int from, std::string& to) {
  std::array<char, 65536> piece;
  ssize_t got = read(from, piece.data(), piece.size());
  if (got > 0) to.append(piece.data(), static_cast<size_t>(got));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

// Feeds and listens at the same time: a program that answers before it has heard all would otherwise block us and
// itself.
Conversation Talk(Pipe& in, Pipe& out, Pipe& err, std::string_view input, const ProgramLimits& limits) {
  Conversation talk;
  auto end = std::chrono::steady_clock::now() + limits.time;
  fcntl(in.write(), F_SETFL, O_NONBLOCK);
  while (out.read() >= 0 || err.read() >= 0) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) {
      talk.overrun = true;
      break;
    }
    if (input.empty()) in.CloseWrite();
    std::array<pollfd, 3> waiting{pollfd{in.write(), POLLOUT, 0}, pollfd{out.read(), POLLIN, 0},
                                  pollfd{err.read(), POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), static_cast<int>(left)) < 0 && errno != EINTR) break;
    if (waiting[0].revents & (POLLERR | POLLHUP)) {
      input = {};  // it stopped listening; what it says of that comes by its exit code
    } else if (waiting[0].revents & POLLOUT) {
      ssize_t sent = write(in.write(), input.data(), input.size());
      if (sent > 0) input.remove_prefix(static_cast<size_t>(sent));
      if (sent < 0 && errno != EAGAIN && errno != EINTR) input = {};
    }
    if (waiting[1].revents != 0 && !ReadSome(out.read(), talk.output)) out.CloseRead();
    if (waiting[2].revents != 0 && !ReadSome(err.read(), talk.last_words)) err.CloseRead();
    if (talk.last_words.size() > 2 * kLastWordsMax) {
      talk.last_words.erase(0, talk.last_words.size() - kLastWordsMax);
    }
    if (talk.output.size() > limits.output_bytes_max) {
      talk.flooded = true;
      break;
    }
  }
  return talk;
}

}  // namespace

Result<std::string> RunProgram(const std::vector<std::string>& arguments, std::string_view input,
                               const ProgramLimits& limits) {
  CHECK(!arguments.empty());
  const std::string& name = arguments[0];
  Turn turn;
  Pipe in, out, err;
  if (!in.Open() || !out.Open() || !err.Open()) return IoError("no pipe for " + name + ": " + std::strerror(errno));

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.write(), 1);
  posix_spawn_file_actions_adddup2(&actions, err.write(), 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // Its own group, so that its children die with it; SIGPIPE as programs expect it, whatever we made of ours.
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t child = 0;
  int failed = posix_spawnp(&child, name.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return IoError("cannot start " + name + ": " + std::strerror(failed));

  in.CloseRead();
  out.CloseWrite();
  err.CloseWrite();
  Conversation talk = Talk(in, out, err, input, limits);
  in.CloseWrite();
  if (talk.overrun || talk.flooded) kill(-child, SIGKILL);
  int state = 0;
  while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  if (talk.overrun) return IoError(name + " took longer than " + std::to_string(limits.time.count()) + " s");
  if (talk.flooded)
    return LimitReached(name + " printed more than " + std::to_string(limits.output_bytes_max) + " bytes");
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
    if (talk.last_words.size() > kLastWordsMax) talk.last_words.erase(0, talk.last_words.size() - kLastWordsMax);
    return IoError(name + " failed: " + talk.last_words);
  }
  return std::move(talk.output);
}

}  // namespace yijian
