// Backup and restore of a whole store, while others work.
//
//   TRY(BackUp("sqlite:yijian.db", "yijian-2026-11-25.backup"));
//   TRY(Restore("yijian-2026-11-25.backup", "sqlite:other.db", {}));
//
// SQLite: a file of its own, made of one moment (VACUUM INTO), restored in one transaction, also while a server has the
// store open. PostgreSQL: pg_dump's custom format, by the programs of its client package; no password stands in their
// arguments. The file is readable by its owner only, written aside, synced and renamed: a crash leaves no half backup.
// Errors:  kConflict the file exists, or the target has tables and `overwrite` was not said; kNotFound; kInvalidInput
//          the file is no backup of SQLite; kIo, also for what pg_restore does not read.
#pragma once

#include <string>

#include "base/result.h"

namespace yijian::store {

struct RestoreOptions {
  bool overwrite = false;
};

Status BackUp(const std::string& url, const std::string& file);
Status Restore(const std::string& file, const std::string& url, const RestoreOptions& options);

}  // namespace yijian::store
