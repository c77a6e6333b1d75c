// The built web pages (web/dist), read once into memory.
//
// Only what lay in the folder at the start can be answered, looked up by its exact name: a path cannot lead elsewhere.
// Files below assets/ carry a hash in their name and are cached for ever; the rest is asked for again with its ETag.
// name.gz beside name is what clients get that take gzip; text files without one are packed here. Addresses of the
// single-page app, which are no files, get index.html, but never anything below /api. Errors:  Load: kNotFound without
// the folder or its index.html, kLimit above 256 MB, kIo. Threads: const after Load.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"
#include "http/response.h"

namespace yijian::http {

class StaticFiles {
 public:
  static Result<StaticFiles> Load(const std::string& folder);

  // nullopt: no such file, and no page either.
  std::optional<Response> Answer(const Request& request) const;
  size_t size() const { return files_.size(); }

 private:
  struct File {
    std::string content_type;
    std::string bytes;
    std::string packed;  // empty: not worth it
    std::string etag;
    bool immutable = false;
  };

  std::map<std::string, File, std::less<>> files_;  // by path without the first slash
};

// By the end of a file's name; application/octet-stream when unknown.
std::string ContentTypeOf(std::string_view file_name);

}  // namespace yijian::http
