// Only for tests: values out of results, and a folder that goes away.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "base/result.h"

namespace yijian::lake {

// The value, or the end of the test program with the error's message.
template <typename T>
T Must(Result<T> result) {
  if (!result) std::fprintf(stderr, "Must: %s\n", result.error().message.c_str());
  CHECK(result.has_value());
  return std::move(*result);
}

inline void Must(const Status& status) {
  if (!status) std::fprintf(stderr, "Must: %s\n", status.error().message.c_str());
  CHECK(status.has_value());
}

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "yijian-lake-XXXXXX").string();
    CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace yijian::lake
