#include "app/http_client.h"

#include <curl/curl.h>

#include <memory>

namespace yijian::app {
namespace {

constexpr size_t kAnswerMax = 64 << 20;

size_t Append(char* data, size_t size, size_t count, void* to) {
  auto* body = static_cast<std::string*>(to);
  if (body->size() + size * count > kAnswerMax) return 0;
  body->append(data, size * count);
  return size * count;
}

struct Freer {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

Result<HttpAnswer> Post(const std::string& url, const std::string& body, const std::vector<std::string>& headers,
                        int seconds) {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  std::unique_ptr<CURL, Freer> curl(kStarted == CURLE_OK ? curl_easy_init() : nullptr);
  if (!curl) return InternalError("libcurl does not start");
  std::unique_ptr<curl_slist, Freer> list(curl_slist_append(nullptr, "Content-Type: application/json; charset=UTF-8"));
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    if (!longer) return InternalError("out of memory");
    static_cast<void>(list.release());  // it is part of the longer one
    list.reset(longer);
  }
  HttpAnswer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list.get());
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, static_cast<long>(seconds));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, Append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_WRITE_ERROR) return LimitReached("the answer of " + url + " is too big");
  if (code != CURLE_OK) return IoError("asking " + url + ": " + curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

}  // namespace yijian::app
