// Routes of cases, approvals, the institution's side, flows. `Mount...` adds them; the service outlives the router.
#pragma once

#include "casework/casework.h"
#include "http/router.h"

namespace yijian::api {

void MountCases(http::Router& router, casework::Casework& casework);        // tag cases
void MountApprovals(http::Router& router, casework::Casework& casework);    // tag approvals
void MountInstitution(http::Router& router, casework::Casework& casework);  // tag institution
void MountFlows(http::Router& router, casework::Casework& casework);        // /api/flows of tag admin

}  // namespace yijian::api
