#include "trail/verify.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "trail/chain.h"

namespace yijian::trail {
namespace {

using nlohmann::json;

// Walks the chain entry by entry.
class Walker {
 public:
  explicit Walker(const std::vector<Anchor>& anchors) {
    for (const Anchor& anchor : anchors) anchors_.emplace(anchor.seq, anchor.hash);
    verdict_.head = {0, kBeforeTheFirst};
  }

  void Step(const Stored& stored) {
    verdict_.entries++;
    if (!verdict_.whole) return;
    int64_t expected = verdict_.head.seq + 1;
    if (stored.seq > expected) return Broken(expected, "missing");
    if (stored.seq < expected) return Broken(stored.seq, "twice, or out of order");
    if (stored.previous != verdict_.head.hash) return Broken(stored.seq, "does not follow the entry before it");
    if (HashOf(stored) != stored.hash) return Broken(stored.seq, "changed");
    auto [from, to] = anchors_.equal_range(stored.seq);
    for (auto anchor = from; anchor != to; anchor++) {
      if (anchor->second != stored.hash) return Broken(stored.seq, "contradicts an anchor: the chain was rewritten");
    }
    verdict_.head = {stored.seq, stored.hash};
  }

  Verdict Finish() {
    if (verdict_.whole && !anchors_.empty() && anchors_.rbegin()->first > verdict_.head.seq) {
      Broken(verdict_.head.seq + 1, "missing: an anchor knows of later entries");
    }
    return std::move(verdict_);
  }

 private:
  void Broken(int64_t seq, const char* why) {
    verdict_.whole = false;
    verdict_.broken = seq;
    verdict_.why = why;
  }

  std::multimap<int64_t, std::string> anchors_;
  Verdict verdict_;
};

json JsonOf(const Stored& stored) {
  const Entry& entry = stored.entry;
  return {{"seq", stored.seq},
          {"at", stored.at},
          {"user", entry.user},
          {"user_name", entry.user_name},
          {"area", entry.area},
          {"institution", entry.institution},
          {"action", entry.action},
          {"view", entry.view},
          {"object_kind", entry.object_kind},
          {"object_id", entry.object_id},
          {"details", entry.details},
          {"ip", entry.ip},
          {"previous", stored.previous},
          {"hash", stored.hash}};
}

Result<Stored> StoredOfJson(const std::string& line) {
  json object = json::parse(line, nullptr, false);
  try {
    Stored stored;
    stored.seq = object.at("seq").get<int64_t>();
    stored.at = object.at("at").get<int64_t>();
    stored.entry = {object.at("user").get<int64_t>(),
                    object.at("user_name").get<std::string>(),
                    object.at("area").get<std::string>(),
                    object.at("institution").get<std::string>(),
                    object.at("action").get<std::string>(),
                    object.at("view").get<bool>(),
                    object.at("object_kind").get<std::string>(),
                    object.at("object_id").get<std::string>(),
                    object.at("details").get<std::string>(),
                    object.at("ip").get<std::string>()};
    stored.previous = object.at("previous").get<std::string>();
    stored.hash = object.at("hash").get<std::string>();
    return stored;
  } catch (const json::exception& exception) {
    return InvalidInput(std::string("no trail entry: ") + exception.what());
  }
}

}  // namespace

Result<Verdict> Verify(store::Database& database, const std::vector<Anchor>& anchors) {
  Walker walker(anchors);
  TRY(database.Read([&](store::Session& session) {
    return session.ForEach("SELECT * FROM trail ORDER BY seq", {}, [&](const store::Row& row) -> Status {
      walker.Step(StoredOf(row));
      return {};
    });
  }));
  return walker.Finish();
}

Result<Verdict> VerifyFile(const std::string& path, const std::vector<Anchor>& anchors) {
  // A folder opens too, and would be a whole trail of no entries.
  if (!std::filesystem::is_regular_file(path)) return NotFound("no file " + path);
  std::ifstream in(path);
  if (!in) return IoError("cannot read " + path);
  Walker walker(anchors);
  std::string line;
  for (int64_t number = 1; std::getline(in, line); number++) {
    walker.Step(TRY(StoredOfJson(line).While(path + ":" + std::to_string(number))));
  }
  if (in.bad()) return IoError("cannot read " + path);
  return walker.Finish();
}

Result<int64_t> Export(store::Database& database, const std::string& path) {
  std::string aside = path + ".tmp";
  std::ofstream out(aside, std::ios::trunc);
  if (!out) return IoError("cannot write " + aside);
  int64_t entries = 0;
  TRY(database.Read([&](store::Session& session) {
    return session.ForEach("SELECT * FROM trail ORDER BY seq", {}, [&](const store::Row& row) -> Status {
      out << JsonOf(StoredOf(row)).dump(-1, ' ', false, json::error_handler_t::replace) << "\n";
      entries++;
      return {};
    });
  }));
  out.close();
  if (!out) return IoError("cannot write " + aside);
  std::error_code error;
  std::filesystem::rename(aside, path, error);
  if (error) return IoError("cannot rename " + aside + ": " + error.message());
  return entries;
}

Result<std::vector<Anchor>> ReadAnchors(const std::string& path) {
  std::vector<Anchor> anchors;
  std::ifstream in(path);
  if (!in) {
    if (std::filesystem::exists(path)) return IoError("cannot read " + path);
    return anchors;
  }
  std::string line;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    Anchor anchor;
    std::string rest;
    bool read = static_cast<bool>(words >> anchor.seq >> anchor.hash >> anchor.at) && !(words >> rest);
    bool hash = anchor.hash.size() == kBeforeTheFirst.size() &&
                anchor.hash.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!read || !hash || anchor.seq < 1) {
      return InvalidInput(path + ": line " + std::to_string(anchors.size() + 1) + " is no anchor");
    }
    anchors.push_back(std::move(anchor));
  }
  if (in.bad()) return IoError("cannot read " + path);
  return anchors;
}

Status AddAnchor(store::Database& database, const std::string& path, EpochMs now) {
  Head head = TRY(database.Read([](store::Session& session) { return HeadOf(session); }));
  if (head.seq == 0) return {};
  std::string line = std::to_string(head.seq) + " " + head.hash + " " + std::to_string(now) + "\n";
  int file = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (file < 0) return IoError("cannot write " + path + ": " + std::strerror(errno));
  bool written = write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && fsync(file) == 0;
  close(file);
  if (!written) return IoError("cannot write " + path);
  return {};
}

}  // namespace yijian::trail
