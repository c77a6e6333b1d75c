// Routes of cases, approvals, the institution's side, flows, national messages. `Mount...` adds them; the service
// outlives the router.
#pragma once

#include "api/context.h"
#include "casework/casework.h"
#include "clue/desk.h"
#include "http/router.h"
#include "trail/evidence.h"

namespace yijian::api {

void MountCases(http::Router& router, casework::Casework& casework);        // tag cases
void MountApprovals(http::Router& router, casework::Casework& casework);    // tag approvals
void MountInstitution(http::Router& router, casework::Casework& casework);  // tag institution
void MountFlows(http::Router& router, casework::Casework& casework);        // /api/flows of tag admin
void MountEvidence(http::Router& router, Context& context, casework::Casework& casework);

void MountCaseSuspects(http::Router& router, Context& context, casework::Casework& casework);  // tag cases
// Messages 3701-3704; tag institution. The evidence files outlive the router.
void MountNational(http::Router& router, casework::Casework& casework, const trail::EvidenceFiles& evidence);

void MountDocuments(http::Router& router, Context& context, casework::Casework& casework);  // tag documents

}  // namespace yijian::api
