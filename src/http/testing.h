// Tools for tests of the room: a client by libcurl, raw bytes over a socket, a server on a free port.
#pragma once

#include <arpa/inet.h>
#include <curl/curl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.h"
#include "http/text.h"

namespace yijian::http {

struct Answer {
  int status = 0;                                   // 0: none
  std::multimap<std::string, std::string> headers;  // lower-case names
  std::string body;

  std::string Header(const std::string& name) const {
    auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
  nlohmann::json Json() const { return nlohmann::json::parse(body, nullptr, false); }
};

struct Ask {
  std::string method = "GET";
  std::string path = "/";
  std::vector<std::string> headers;
  std::string body;
  bool gzip = false;  // let curl unpack
};

class Client {
 public:
  explicit Client(uint16_t port) : curl_(curl_easy_init()), base_("http://127.0.0.1:" + std::to_string(port)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() { curl_easy_cleanup(curl_); }

  Answer Send(const Ask& ask) {
    Answer answer;
    curl_easy_reset(curl_);
    curl_slist* headers = nullptr;
    for (const std::string& header : ask.headers) headers = curl_slist_append(headers, header.c_str());
    headers = curl_slist_append(headers, "Expect:");
    std::string url = base_ + ask.path;
    curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl_, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT, 60L);
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers);
    if (ask.method == "HEAD") {
      curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
    } else if (ask.method != "GET") {
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(ask.body.size()));
      curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, ask.body.data());
      curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, ask.method.c_str());
    }
    if (ask.gzip) curl_easy_setopt(curl_, CURLOPT_ACCEPT_ENCODING, "gzip");
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &Client::Body);
    curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl_, CURLOPT_HEADERFUNCTION, &Client::Head);
    curl_easy_setopt(curl_, CURLOPT_HEADERDATA, &answer);
    CURLcode code = curl_easy_perform(curl_);
    curl_slist_free_all(headers);
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    answer.status = code == CURLE_OK ? static_cast<int>(status) : 0;
    return answer;
  }

  Answer Get(const std::string& path, std::vector<std::string> headers = {}) {
    return Send({.path = path, .headers = std::move(headers)});
  }
  Answer PostJson(const std::string& path, const std::string& body, std::vector<std::string> headers = {}) {
    headers.push_back("Content-Type: application/json");
    return Send({.method = "POST", .path = path, .headers = std::move(headers), .body = body});
  }

 private:
  static size_t Body(char* data, size_t size, size_t count, void* answer) {
    static_cast<Answer*>(answer)->body.append(data, size * count);
    return size * count;
  }
  static size_t Head(char* data, size_t size, size_t count, void* answer) {
    std::string_view line(data, size * count);
    size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
      std::string_view value = line.substr(colon + 1);
      while (value.ends_with('\n') || value.ends_with('\r')) value.remove_suffix(1);
      static_cast<Answer*>(answer)->headers.emplace(Lower(line.substr(0, colon)), Trim(value));
    }
    return size * count;
  }

  CURL* curl_;
  std::string base_;
};

// A socket that sends what it is told, byte for byte.
class RawClient {
 public:
  explicit RawClient(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient() { Close(); }

  bool connected() const { return connected_; }
  void Close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  // Goes away like a crashed machine: the peer gets a reset.
  void Reset() {
    linger now{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    Close();
  }
  void FinishSending() { ::shutdown(socket_, SHUT_WR); }

  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // What comes until the text is there, the peer closes, or nothing came for 20 s.
  std::string ReadUntil(std::string_view text) {
    while (seen_.find(text) == std::string::npos && ReadSome()) {
    }
    return seen_;
  }
  std::string ReadAll() {
    while (ReadSome()) {
    }
    return seen_;
  }
  bool closed() const { return closed_; }

 private:
  bool ReadSome() {
    pollfd wait{socket_, POLLIN, 0};
    if (::poll(&wait, 1, 20'000) <= 0) return false;
    char buffer[16 * 1024];
    ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) {
      closed_ = true;
      return false;
    }
    seen_.append(buffer, static_cast<size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false;
  bool closed_ = false;
  std::string seen_;
};

}  // namespace yijian::http
