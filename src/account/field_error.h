// One field that is wrong, as a form shows it. Internal to account.
#pragma once

#include <memory>
#include <string>

#include "base/words.h"

namespace yijian::account {

// field: a JSON pointer. kInvalidInput with word "fields".
inline Error FieldError(const std::string& field, const std::string& expected, const std::string& zh) {
  auto detail = std::make_shared<ErrorDetail>();
  detail->word = "fields";
  detail->zh = "提交的内容有误";
  detail->fields.push_back({field, InBoth(expected, zh)});
  Error error = InvalidInput(field + ": " + expected);
  error.detail = std::move(detail);
  return error;
}

}  // namespace yijian::account
