// Timelines of subjects other than persons, out of the lake, a bounded number at a time.
//
// Internal to audit.
#pragma once

#include <functional>

#include "eval/evaluate.h"
#include "lake/snapshot.h"

namespace yijian::audit {

Status ForEachSubjectBucket(const std::shared_ptr<const lake::Snapshot>& snapshot, const eval::Bound& bound,
                            program::Subject subject, const std::function<Status(const timeline::Bucket&)>& take);

}  // namespace yijian::audit
