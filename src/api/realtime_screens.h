// What the screens of real time have in common. Internal to api.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "api/context.h"
#include "api/realtime_desk.h"

namespace yijian::api {

// Null where nobody told it.
nlohmann::json NameJson(const RealtimeDesk& desk, const std::string& institution);
// The institution a screen is about: an institution's person sees nothing but his own.
std::string InstitutionQuery(http::Request& request, const account::Actor& actor);

// 503 no_timelines without a store; else the handler, which may count on context.realtime.
template <typename F>
http::Handler WithRealtime(Context& context, F handler) {
  return [&context, handler](http::Request& request) -> Result<http::Response> {
    if (context.realtime == nullptr) return NoRealtime();
    return handler(context, request);
  };
}

void MountRealtimeRequests(http::Router& router, Context& context);

}  // namespace yijian::api
