// What routes of casework share. Internal to api.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/case_service.h"
#include "api/context.h"
#include "casework/views.h"
#include "http/request.h"
#include "http/response.h"

namespace yijian::api {

using casework::Casework;
using casework::Job;

template <typename F>
http::Handler BoundTo(Casework& casework, F handler) {
  return [&casework, handler](http::Request& request) { return handler(casework, request); };
}

// Who asks, signed in and with a password of his own; what he may do is asked in casework.
Result<casework::Actor> Asker(const http::Request& request);

// A view in one Read, or a step in one Write and then the view of what it left.
template <typename View>
Result<http::Response> Shown(Casework& casework, const casework::Actor& actor, View&& view, int status = 200) {
  nlohmann::json body = TRY(casework.Read(actor, std::forward<View>(view)));
  return http::Response::Json(body, status);
}

casework::Paging PagingOf(http::Request& request);
// "l17" etc. of a list; kInvalidInput naming the place.
Result<std::vector<int64_t>> IdsOf(char letter, const std::string& field, const std::vector<std::string>& texts);
Error BadId(const std::string& field, char letter);

}  // namespace yijian::api
