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

// A view in one Read.
template <typename View>
Result<http::Response> Shown(Casework& casework, const casework::Actor& actor, View&& view, int status = 200) {
  nlohmann::json body = TRY(casework.Read(actor, std::forward<View>(view)));
  return http::Response::Json(body, status);
}

// What a refused step answers. Where the object stands in the way as it is (409) the problem carries it (`current`),
// so that a screen can show what changed in between; not when the asker may not see it.
template <typename View>
Result<http::Response> Refused(Casework& casework, const casework::Actor& actor, const Error& error, View&& view) {
  http::Problem problem = http::ProblemOf(error, {});
  if (problem.status != 409) return error;
  auto current = casework.Read(actor, view);
  if (current.has_value()) problem.current = current->dump();
  return http::Response::Of(std::move(problem));
}

// A step in one Write and then the view of what it left.
template <typename Step, typename View>
Result<http::Response> Stepped(Casework& casework, const casework::Actor& actor, Step&& step, View&& view) {
  auto done = casework.Write(actor, step);
  if (!done.has_value()) return Refused(casework, actor, done.error(), view);
  return Shown(casework, actor, view);
}

// A step that makes something and answers its id, then the view of what was made. `from` views what it is made of.
template <typename Step, typename From, typename View>
Result<http::Response> Made(Casework& casework, const casework::Actor& actor, Step&& step, From&& from, View&& view) {
  auto id = casework.Write(actor, step);
  if (!id.has_value()) return Refused(casework, actor, id.error(), from);
  return Shown(
      casework, actor, [&](Job& job) { return view(job, *id); }, 201);
}

casework::Paging PagingOf(http::Request& request);
// "l17" etc. of a list; kInvalidInput naming the place.
Result<std::vector<int64_t>> IdsOf(char letter, const std::string& field, const std::vector<std::string>& texts);
Error BadId(const std::string& field, char letter);

}  // namespace yijian::api
