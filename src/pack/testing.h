// Golden files and folders for this room's tests.
//
// YIJIAN_GOLDEN=rewrite (make golden) writes what is found as what is expected: review the difference as code.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace yijian::pack {

inline const std::string kTestdata = "src/pack/testdata/";  // tests run in the repository root

inline std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void Put(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

inline void ExpectGolden(const std::string& path, const std::string& text) {
  const char* mode = std::getenv("YIJIAN_GOLDEN");
  if (mode && std::string_view(mode) == "rewrite") Put(path, text);
  EXPECT_EQ(Contents(path), text) << "golden file " << path;
}

// A folder of its own for a test, gone afterwards.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "yijian_pack_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace yijian::pack
