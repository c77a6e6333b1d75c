// SHA-256 of a file while it is being read.
//
//   FileDigest digest; digest.Add(bytes, size); digest.Hex()
//
// Threads: one owner.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace yijian::intake {

class FileDigest {
 public:
  FileDigest();
  ~FileDigest();
  FileDigest(FileDigest&&) noexcept;
  FileDigest& operator=(FileDigest&&) noexcept;

  void Add(const char* bytes, size_t size);
  std::string Hex();  // once

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace yijian::intake
