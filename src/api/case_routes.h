// Routes of cases, approvals, the institution's side, flows. `Mount...` adds them; the service outlives the router.
#pragma once

#include "api/context.h"
#include "casework/casework.h"
#include "http/router.h"

namespace yijian::api {

void MountCases(http::Router& router, casework::Casework& casework);        // tag cases
void MountApprovals(http::Router& router, casework::Casework& casework);    // tag approvals
void MountInstitution(http::Router& router, casework::Casework& casework);  // tag institution
void MountFlows(http::Router& router, casework::Casework& casework);        // /api/flows of tag admin
void MountEvidence(http::Router& router, Context& context, casework::Casework& casework);

}  // namespace yijian::api
