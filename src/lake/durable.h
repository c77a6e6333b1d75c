// File operations that survive a power cut: when a call returns, what it did is on the disk.
//
// Errors: kIo with the path and the system's reason; kNotFound when the file to read does not
// exist.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace yijian::lake {

Status MakeDirs(const std::string& path);  // with parents; there already is fine
Status SyncFile(const std::string& path);
Status SyncDir(const std::string& path);
// Within one file system. Replaces `to`. The folders still have to be synced.
Status Rename(const std::string& from, const std::string& to);
// All of the text or what was there before: temporary name, fsync, rename, fsync of the folder.
Status WriteWhole(const std::string& path, std::string_view text);
Status RemoveTree(const std::string& path);  // nothing there is fine
Result<std::string> ReadWhole(const std::string& path);
Result<int64_t> SizeOf(const std::string& path);

// Called before every step that changes the disk, with its name: lets a test die there.
void SetStepHookForTesting(std::function<void(std::string_view step)> hook);

}  // namespace yijian::lake
