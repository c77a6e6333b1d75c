// The audit's run in force, as `clue` wants it: findings with their lines out of Parquet, names out of the lake.
//
//   LakeFindings source = TRY(LakeFindings::Open("lake", "cache"));
//   TRY(clue::ImportRun(*database, source, ...));
//
// Findings that rest on withdrawn batches are left out. Order: by institution, subject, id.
// Memory: a few thousand findings at a time, and DuckDB's; what does not fit spills below the lake's staging folder.
// Errors: kNotFound no lake, not audited yet; kIo. Threads: one.
#pragma once

#include <memory>
#include <string>

#include "clue/source.h"

namespace yijian::app {

Result<std::unique_ptr<clue::FindingSource>> OpenLakeFindings(const std::string& lake_dir);

}  // namespace yijian::app
