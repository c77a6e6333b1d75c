// The routes, a function a tag of api/openapi.yaml. `Mount...` adds them to a router.
#pragma once

#include <memory>
#include <string>

#include "api/context.h"
#include "casework/casework.h"
#include "http/guard.h"

namespace yijian::api {

// Finds the person behind a session's cookie.
std::shared_ptr<http::Authenticator> SessionGuard(Context& context);

void MountSession(http::Router& router, Context& context);
void MountOidc(http::Router& router, Context& context);
void MountAdmin(http::Router& router, Context& context);
void MountAreas(http::Router& router, Context& context);
void MountClues(http::Router& router, Context& context);
void MountLedger(http::Router& router, Context& context);
void MountOverview(http::Router& router, Context& context);
void MountProfiles(http::Router& router, Context& context, casework::Casework& casework);
void MountTrail(http::Router& router, Context& context);
void MountSystem(http::Router& router, Context& context);
void MountRealtime(http::Router& router, Context& context);
void MountRealtimeScreens(http::Router& router, Context& context);
void MountCallers(http::Router& router, Context& context);

// Whether institutions' systems may come to this address with a key; elsewhere a key opens nothing.
bool IsForKeys(const http::Request& request);

}  // namespace yijian::api
