// The folder a city is written to: all files appear together, or not at all.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "city/export.h"

namespace yijian::city {

class Folder {
 public:
  // Refuses a folder that is neither empty nor an older city.
  static Result<Folder> Open(const std::string& to);
  Folder(Folder&& other) noexcept;
  Folder& operator=(Folder&&) = delete;
  Folder(const Folder&) = delete;
  ~Folder();  // what was not kept is removed

  Status Append(File file, std::string_view text);
  Status WriteWhole(std::string_view name, std::string_view text);
  // Closes the files and puts the folder in place.
  Status Keep();
  uint64_t BytesOf(File file) const { return bytes_[static_cast<size_t>(file)]; }

 private:
  explicit Folder(std::string to);
  Status OpenFiles();
  void CloseFiles();

  std::string to_;
  std::string temporary_;
  std::array<std::FILE*, kFileCount> files_{};
  std::array<uint64_t, kFileCount> bytes_{};
};

// The text of README.txt: says plainly, in Chinese and English, that all of it is synthetic.
std::string ReadmeText(const NoiseRates& noise);

}  // namespace yijian::city
