#include "lake/durable.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace yijian::lake {
namespace {

std::function<void(std::string_view)>& StepHook() {
  static std::function<void(std::string_view)> hook;
  return hook;
}

void Step(std::string_view step) {
  if (StepHook()) StepHook()(step);
}

Error SystemError(const std::string& doing, const std::string& path) {
  ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
  return {code, "cannot " + doing + " " + path + ": " + std::strerror(errno)};
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  bool ok() const { return fd_ >= 0; }
  int get() const { return fd_; }

 private:
  int fd_;
};

Status Sync(const std::string& path, int flags) {
  Step("sync " + path);
  Descriptor file(path, O_RDONLY | flags);
  if (!file.ok() || fsync(file.get()) != 0) return SystemError("sync", path);
  return {};
}

Status WriteAll(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("write", path);
    text.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

}  // namespace

void SetStepHookForTesting(std::function<void(std::string_view)> hook) { StepHook() = std::move(hook); }

Status MakeDirs(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  Step("mkdir " + path);
  std::filesystem::create_directories(path, error);
  if (error) return IoError("cannot create the folder " + path + ": " + error.message());
  return {};
}

Status SyncFile(const std::string& path) { return Sync(path, 0); }
Status SyncDir(const std::string& path) { return Sync(path, O_DIRECTORY); }

Status Rename(const std::string& from, const std::string& to) {
  Step("rename " + to);
  if (rename(from.c_str(), to.c_str()) != 0) return SystemError("move " + from + " to", to);
  return {};
}

Status WriteWhole(const std::string& path, std::string_view text) {
  std::string temporary = path + ".tmp";
  {
    Step("create " + temporary);
    Descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.ok()) return SystemError("create", temporary);
    TRY(WriteAll(file.get(), text.substr(0, text.size() / 2), temporary));
    Step("write " + temporary);
    TRY(WriteAll(file.get(), text.substr(text.size() / 2), temporary));
    Step("sync " + temporary);
    if (fsync(file.get()) != 0) return SystemError("sync", temporary);
  }
  TRY(Rename(temporary, path));
  return SyncDir(std::filesystem::path(path).parent_path().string());
}

Status RemoveTree(const std::string& path) {
  Step("remove " + path);
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return IoError("cannot remove " + path + ": " + error.message());
  return {};
}

Result<std::string> ReadWhole(const std::string& path) {
  Descriptor file(path, O_RDONLY);
  if (!file.ok()) return SystemError("open", path);
  std::string text;
  char buffer[65536];
  for (;;) {
    ssize_t size = read(file.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return SystemError("read", path);
    if (size == 0) return text;
    text.append(buffer, static_cast<size_t>(size));
  }
}

Result<int64_t> SizeOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return SystemError("find", path);
  return static_cast<int64_t>(info.st_size);
}

}  // namespace yijian::lake
