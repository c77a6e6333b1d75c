// Result<T> and Status: how a room reports that the world failed (file, database, limit, bad input).
//
//   Result<File> Open(const std::string& path);
//   Result<int> Count(const std::string& path) {
//     File file = TRY(Open(path).While("counting " + path));
//     ...
//   }
//
// Errors carry a code that tells the caller what to do next, and a message that says what we were doing.
// Our own bugs are not errors: they are CHECKs. Member names copy std::expected, so that a later swap is easy.
//
// Threads: values; no shared state.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace yijian {

enum class ErrorCode {
  kInvalidInput,  // mend the input (file, rule text, arguments) and call again
  kNotFound,      // the thing asked for does not exist
  kConflict,      // somebody else holds it, or it exists already
  kLimit,         // a budget (memory, steps, size) ran out
  kIo,            // the machine failed (disk, permission, truncated file); retrying may help
  kInternal,      // a library failed in a way we did not foresee; report it
};

const char* ErrorCodeName(ErrorCode code);

// What a room knows beyond code and message: for programs a stable word, for people the Chinese words, for forms the
// fields.
struct ErrorDetail {
  std::string word;        // "same_person", "version_conflict"; becomes the problem's code
  std::string zh;          // the message in Chinese; Error::message is English
  bool forbidden = false;  // he may see it but not do it: 403 on the wire whatever the code
  struct Field {
    std::string field;  // JSON pointer
    std::string expected;
  };
  std::vector<Field> fields;
};

struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::shared_ptr<const ErrorDetail> detail;  // mostly none
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() { return std::get<0>(state_); }
  const T& value() const { return std::get<0>(state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T take() { return std::move(value()); }
  Error& error() { return std::get<1>(state_); }
  const Error& error() const { return std::get<1>(state_); }

  // Puts what we were doing in front of the error's message.
  Result While(const std::string& doing) && {
    if (!has_value()) error().message = doing + ": " + error().message;
    return std::move(*this);
  }

 private:
  std::variant<T, Error> state_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  std::monostate take() const { return {}; }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

  Status While(const std::string& doing) && {
    if (error_) error_->message = doing + ": " + error_->message;
    return std::move(*this);
  }

 private:
  std::optional<Error> error_;
};

inline Error InvalidInput(std::string message) { return {ErrorCode::kInvalidInput, std::move(message), {}}; }
inline Error NotFound(std::string message) { return {ErrorCode::kNotFound, std::move(message), {}}; }
inline Error Conflict(std::string message) { return {ErrorCode::kConflict, std::move(message), {}}; }
inline Error LimitReached(std::string message) { return {ErrorCode::kLimit, std::move(message), {}}; }
inline Error IoError(std::string message) { return {ErrorCode::kIo, std::move(message), {}}; }
inline Error InternalError(std::string message) { return {ErrorCode::kInternal, std::move(message), {}}; }

}  // namespace yijian

// The value of a Result, or return its error to our caller. Works on Status too.
#define TRY(expression)                              \
  __extension__({                                    \
    auto yijian_try_result = (expression);           \
    if (!yijian_try_result.has_value()) [[unlikely]] \
      return std::move(yijian_try_result.error());   \
    yijian_try_result.take();                        \
  })

// Our bug, on in release too: say where and stop.
#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) [[unlikely]] {                                                     \
      std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                      \
    }                                                                                    \
  } while (false)
