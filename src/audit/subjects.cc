#include "audit/subjects.h"

namespace yijian::audit {

Status ForEachSubjectBucket(const lake::Snapshot&, const eval::Bound&, program::Subject, const std::function<Status(const timeline::Bucket&)>&) { return {}; }

}  // namespace yijian::audit
