#include <curl/curl.h>

#include <memory>

#include "account/oidc.h"

namespace yijian::account {
namespace {

constexpr size_t kBodyBytesMax = 1024 * 1024;
constexpr long kSecondsMax = 10;

struct Body {
  std::string bytes;
  bool too_long = false;
};

size_t Take(char* data, size_t size, size_t count, void* target) {
  auto* body = static_cast<Body*>(target);
  if (body->bytes.size() + size * count > kBodyBytesMax) {
    body->too_long = true;
    return 0;
  }
  body->bytes.append(data, size * count);
  return size * count;
}

struct EasyFree {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
struct ListFree {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

}  // namespace

Result<std::string> FetchByCurl(const Ask& ask) {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  std::unique_ptr<CURL, EasyFree> curl(curl_easy_init());
  if (!ready || !curl) return InternalError("libcurl does not start");
  std::unique_ptr<curl_slist, ListFree> headers(curl_slist_append(nullptr, "Accept: application/json"));
  Body body;
  curl_easy_setopt(curl.get(), CURLOPT_URL, ask.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "https,http");
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, kSecondsMax);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Take);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  if (!ask.form.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(ask.form.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, ask.form.data());
  }
  if (!ask.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, ask.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, ask.password.c_str());
  }
  CURLcode code = curl_easy_perform(curl.get());
  if (body.too_long) return IoError("the identity provider's answer is too long");
  if (code != CURLE_OK) return IoError(std::string("the identity provider: ") + curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status >= 400 && status < 500 && !ask.form.empty()) {
    // A code that is used, over or not ours: the person begins again.
    auto detail = std::make_shared<ErrorDetail>();
    detail->word = "oidc_refused";
    detail->zh = "身份平台登录未成功，请重新登录";
    Error error = InvalidInput("the identity provider refuses the code");
    error.detail = std::move(detail);
    return error;
  }
  if (status != 200) return IoError("the identity provider answers " + std::to_string(status));
  return std::move(body.bytes);
}

}  // namespace yijian::account
