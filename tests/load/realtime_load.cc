// Load on the doors of real time over the network: drafts at a fixed rate, whether answers come or not (open loop).
//
//   realtime_load ADDRESS:PORT KEY DRAFTS RATE SECONDS [CONNECTIONS]
//
// DRAFTS is the output of `yijian timelines drafts`. Latency counts from the moment a request was due, so that a server
// that stalls cannot hide it by being asked less. One thread. Prints one line of a table: rate asked for, rate
// answered, p50, p99, p99.9 and most in microseconds, answers that were not 200, and the generator's own processor
// time. Run by tools/bench_realtime_http.sh.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

namespace yijian::bench {
namespace {

double SecondsOf(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
double Seconds() { return SecondsOf(CLOCK_MONOTONIC); }
double CpuSeconds() { return SecondsOf(CLOCK_PROCESS_CPUTIME_ID); }

struct Connection {
  int file = -1;
  std::string out;
  size_t sent = 0;
  std::string in;
  double due = 0;
  bool busy = false;
};

class Load {
 public:
  Load(std::vector<std::string> requests, double rate, double seconds)
      : requests_(std::move(requests)), rate_(rate), seconds_(seconds), poll_(epoll_create1(0)) {}

  bool Connect(const std::string& address, uint16_t port, size_t count) {
    connections_.resize(count);
    for (size_t i = 0; i < count; i++) {
      int file = socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port);
      inet_pton(AF_INET, address.c_str(), &to.sin_addr);
      if (connect(file, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) return false;
      int on = 1;
      setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      fcntl(file, F_SETFL, O_NONBLOCK);
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      epoll_ctl(poll_, EPOLL_CTL_ADD, file, &event);
      connections_[i].file = file;
      idle_.push_back(i);
    }
    return true;
  }

  // False: a connection broke.
  bool Run() {
    double start = Seconds();
    auto wanted = static_cast<size_t>(rate_ * seconds_);
    latencies_.reserve(wanted);
    epoll_event events[64];
    // What is due when all connections are busy waits for one, and its waiting counts.
    while (latencies_.size() + failures_ < wanted && Seconds() < start + 3 * seconds_ + 10) {
      double now = Seconds();
      while (begun_ < wanted && start + static_cast<double>(begun_) / rate_ <= now && !idle_.empty()) {
        Connection& connection = connections_[idle_.front()];
        size_t index = idle_.front();
        idle_.pop_front();
        connection.due = start + static_cast<double>(begun_) / rate_;
        connection.out = requests_[begun_++ % requests_.size()];
        connection.sent = 0;
        connection.in.clear();
        connection.busy = true;
        if (!Send(index)) return false;
      }
      int wait_ms = 0;
      if (begun_ >= wanted || idle_.empty()) wait_ms = 1;
      int count = epoll_wait(poll_, events, 64, wait_ms);
      for (int i = 0; i < count; i++) {
        if ((events[i].events & EPOLLOUT) != 0 && !Send(events[i].data.u64)) return false;
        if ((events[i].events & EPOLLIN) != 0 && !Receive(events[i].data.u64)) return false;
      }
      // A spin would take the core the server needs; the clock is good to some 50 microseconds so.
      if (count == 0 && wait_ms == 0) usleep(20);
    }
    elapsed_ = Seconds() - start;
    return true;
  }

  void Print() {
    std::sort(latencies_.begin(), latencies_.end());
    auto at = [&](double share) {
      if (latencies_.empty()) return 0.0;
      auto index = static_cast<size_t>(share * static_cast<double>(latencies_.size()));
      return latencies_[std::min(index, latencies_.size() - 1)] * 1e6;
    };
    std::printf("| %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %zu | %.0f %% |\n", rate_,
                static_cast<double>(latencies_.size()) / elapsed_, at(0.5), at(0.99), at(0.999), at(1), failures_,
                CpuSeconds() / elapsed_ * 100);
  }

 private:
  bool Send(size_t index) {
    Connection& connection = connections_[index];
    while (connection.sent < connection.out.size()) {
      ssize_t count =
          write(connection.file, connection.out.data() + connection.sent, connection.out.size() - connection.sent);
      if (count < 0 && errno == EAGAIN) break;
      if (count <= 0) return false;
      connection.sent += static_cast<size_t>(count);
    }
    bool more = connection.sent < connection.out.size();
    epoll_event event{.events = more ? EPOLLIN | EPOLLOUT : EPOLLIN, .data = {.u64 = index}};
    if (more) epoll_ctl(poll_, EPOLL_CTL_MOD, connection.file, &event);
    return true;
  }

  bool Receive(size_t index) {
    Connection& connection = connections_[index];
    char buffer[65536];
    for (;;) {
      ssize_t count = read(connection.file, buffer, sizeof buffer);
      if (count < 0 && errno == EAGAIN) break;
      if (count <= 0) return false;
      connection.in.append(buffer, static_cast<size_t>(count));
    }
    size_t head = connection.in.find("\r\n\r\n");
    if (head == std::string::npos) return true;
    size_t length = connection.in.find("Content-Length: ");
    if (length == std::string::npos || length > head) return false;
    size_t body = std::strtoull(connection.in.c_str() + length + 16, nullptr, 10);
    if (connection.in.size() < head + 4 + body) return true;
    if (connection.busy) {
      if (connection.in.compare(9, 3, "200") == 0)
        latencies_.push_back(Seconds() - connection.due);
      else
        failures_++;
      connection.busy = false;
      idle_.push_back(index);
    }
    return true;
  }

  std::vector<std::string> requests_;
  double rate_;
  double seconds_;
  int poll_;
  std::vector<Connection> connections_;
  std::deque<size_t> idle_;
  std::vector<double> latencies_;
  size_t begun_ = 0;
  size_t failures_ = 0;
  double elapsed_ = 1;
};

// {"moment":"mid","draft":{...}} on each line: the draft goes to its door.
std::vector<std::string> RequestsOf(const std::string& path, const std::string& host, const std::string& key) {
  std::ifstream file(path);
  std::vector<std::string> requests;
  std::string line;
  constexpr char kMiddle[] = "\",\"draft\":";
  while (std::getline(file, line)) {
    size_t middle = line.find(kMiddle);
    if (middle == std::string::npos || !line.starts_with("{\"moment\":\"")) continue;
    std::string moment = line.substr(11, middle - 11);
    std::string body = line.substr(middle + sizeof kMiddle - 1);
    body.pop_back();
    requests.push_back("POST /api/realtime/" + moment + " HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " +
                       key + "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\n\r\n" + body);
  }
  return requests;
}

int Main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "realtime_load ADDRESS:PORT KEY DRAFTS RATE SECONDS [CONNECTIONS]\n");
    return 2;
  }
  std::string host = argv[1];
  size_t colon = host.find(':');
  std::vector<std::string> requests = RequestsOf(argv[3], host, argv[2]);
  if (colon == std::string::npos || requests.empty()) {
    std::fprintf(stderr, "no address, or no drafts in %s\n", argv[3]);
    return 2;
  }
  Load load(std::move(requests), std::atof(argv[4]), std::atof(argv[5]));
  size_t connections = argc > 6 ? std::strtoull(argv[6], nullptr, 10) : 64;
  if (!load.Connect(host.substr(0, colon), static_cast<uint16_t>(std::atoi(argv[1] + colon + 1)), connections) ||
      !load.Run()) {
    std::fprintf(stderr, "a connection broke: %s\n", std::strerror(errno));
    return 1;
  }
  load.Print();
  return 0;
}

}  // namespace
}  // namespace yijian::bench

int main(int argc, char** argv) { return yijian::bench::Main(argc, argv); }
