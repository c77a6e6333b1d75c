#include "http/router.h"

#include <algorithm>

namespace yijian::http {

struct Router::Node {
  std::map<std::string, Node, std::less<>> plain;
  std::unique_ptr<Node> any;
  std::map<std::string, Route, std::less<>> routes;  // by method

  // The node of these segments, preferring plain text; its variable pieces are appended to values.
  const Node* Walk(const std::vector<std::string>& segments, size_t at, std::vector<std::string>& values) const {
    if (at == segments.size()) return routes.empty() ? nullptr : this;
    auto next = plain.find(segments[at]);
    if (next != plain.end()) {
      const Node* found = next->second.Walk(segments, at + 1, values);
      if (found != nullptr) return found;
    }
    if (any == nullptr) return nullptr;
    values.push_back(segments[at]);
    const Node* found = any->Walk(segments, at + 1, values);
    if (found == nullptr) values.pop_back();
    return found;
  }

  void Collect(std::vector<std::pair<std::string, std::string>>& list) const {
    for (const auto& [method, route] : routes) list.emplace_back(method, route.pattern);
    for (const auto& [segment, node] : plain) node.Collect(list);
    if (any != nullptr) any->Collect(list);
  }
};

namespace {

std::vector<std::string> SegmentsOf(std::string_view pattern) {
  CHECK(!pattern.empty() && pattern.front() == '/');
  std::vector<std::string> segments;
  pattern.remove_prefix(1);
  while (!pattern.empty()) {
    size_t slash = pattern.find('/');
    segments.emplace_back(pattern.substr(0, slash));
    CHECK(!segments.back().empty());
    if (slash == std::string_view::npos) break;
    pattern.remove_prefix(slash + 1);
    CHECK(!pattern.empty());  // no trailing slash
  }
  return segments;
}

bool IsName(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

std::vector<std::string> NamesOf(std::string_view pattern) {
  std::vector<std::string> names;
  for (const std::string& segment : SegmentsOf(pattern)) {
    if (IsName(segment)) names.push_back(segment.substr(1, segment.size() - 2));
  }
  return names;
}

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::Get(std::string pattern, Handler handler, RouteOptions options) {
  Add("GET", std::move(pattern), std::move(handler), options);
}
void Router::Post(std::string pattern, Handler handler, RouteOptions options) {
  Add("POST", std::move(pattern), std::move(handler), options);
}
void Router::Put(std::string pattern, Handler handler, RouteOptions options) {
  Add("PUT", std::move(pattern), std::move(handler), options);
}
void Router::Patch(std::string pattern, Handler handler, RouteOptions options) {
  Add("PATCH", std::move(pattern), std::move(handler), options);
}
void Router::Delete(std::string pattern, Handler handler, RouteOptions options) {
  Add("DELETE", std::move(pattern), std::move(handler), options);
}

void Router::Add(std::string method, std::string pattern, Handler handler, RouteOptions options) {
  std::vector<std::string> names = NamesOf(pattern);
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  Node* node = root_.get();
  for (const std::string& segment : SegmentsOf(pattern)) {
    if (IsName(segment)) {
      if (node->any == nullptr) node->any = std::make_unique<Node>();
      node = node->any.get();
    } else {
      node = &node->plain[segment];
    }
  }
  auto added = node->routes.emplace(std::move(method), Route{std::move(pattern), std::move(handler), options});
  CHECK(added.second);
}

Router::Match Router::Find(std::string_view method, const Target& target) const {
  Match match;
  std::vector<std::string> values;
  const Node* node = root_->Walk(target.segments, 0, values);
  if (node == nullptr) return match;
  for (const auto& [known, route] : node->routes) {
    match.allow.push_back(known);
    if (known == "GET") match.allow.push_back("HEAD");
  }
  auto found = node->routes.find(method == "HEAD" ? std::string_view("GET") : method);
  if (found == node->routes.end()) return match;
  match.route = &found->second;
  std::vector<std::string> names = NamesOf(match.route->pattern);
  for (size_t i = 0; i < names.size(); i++) match.params.emplace_back(std::move(names[i]), std::move(values[i]));
  return match;
}

std::vector<std::pair<std::string, std::string>> Router::List() const {
  std::vector<std::pair<std::string, std::string>> list;
  root_->Collect(list);
  std::sort(list.begin(), list.end(),
            [](const auto& a, const auto& b) { return std::tie(a.second, a.first) < std::tie(b.second, b.first); });
  return list;
}

}  // namespace yijian::http
