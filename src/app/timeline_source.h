// One person's rows out of the lake, for a page: row groups and pages of other buckets and persons are passed over
// unread.
//
// Keeps the last few hundred persons in memory, and looks every minute whether batches have come or gone.
// Errors: kNotFound no lake, or nobody of that number in it; kIo. Threads: share freely; readers take turns.
#pragma once

#include <memory>
#include <string>

#include "clue/source.h"

namespace yijian::app {

Result<std::unique_ptr<clue::TimelineSource>> OpenLakeTimelines(const std::string& lake_dir);

}  // namespace yijian::app
