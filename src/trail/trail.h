// The trail (留痕): everything anybody did or looked at, each entry chained by SM3 to the one before.
//
//   TRY(trail::Append(session, {.user = 7, .user_name = "王敏", .action = "clue.verdict", .object_kind = "clue",
//                               .object_id = "12", .details = R"({"verdict":"confirmed"})"}, clock.Now()));
//
// An entry commits with what it tells of: the same session. The chain makes writers take turns, from their first Append
// to their commit: append last. Tables refuse UPDATE and DELETE; whoever gets round that breaks the chain, and whoever
// cuts its end or rewrites it wholly contradicts the anchors, heads of the chain that are kept elsewhere.
//
// Personal data: callers mask; an entry is for ever.
// Grammar: docs/formats/trail.md. Errors: those of store; kInvalidInput details that are no JSON object.
// Threads: as Session.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::trail {

std::vector<store::Migration> Migrations();

struct Entry {
  int64_t user = 0;  // 0: the program itself
  std::string user_name;
  std::string area;         // of the user, admdvs code
  std::string institution;  // of an institution's user
  std::string action;       // "clue.verdict"; what may be done is listed in account/permission.h
  bool view = false;        // looked at, changed nothing
  std::string object_kind;
  std::string object_id;
  std::string details;  // a JSON object, or empty
  std::string ip;
};

struct Stored {
  int64_t seq = 0;  // from 1, without gaps
  EpochMs at = 0;
  Entry entry;
  std::string previous;  // hash of the entry before; of the first: 64 zeros
  std::string hash;      // 64 hexadecimal digits
};

// Its seq.
Result<int64_t> Append(store::Session& session, const Entry& entry, EpochMs at);
// Several in order, with one look at the chain's head.
Status AppendAll(store::Session& session, const std::vector<Entry>& entries, EpochMs at);

struct Filter {
  std::optional<int64_t> before;  // seq: the next page
  int64_t limit = 50;
  std::optional<int64_t> user;
  std::string action;
  std::string object_kind;
  std::string object_id;
  std::optional<bool> view;
  std::optional<EpochMs> from;
  std::optional<EpochMs> until;
  std::vector<std::string> areas;  // of the users; empty = all
};
// Newest first.
Result<std::vector<Stored>> Find(store::Session& session, const Filter& filter);

// The newest entry's, for an anchor or a screen.
struct Head {
  int64_t seq = 0;
  std::string hash;
};
Result<Head> HeadOf(store::Session& session);

}  // namespace yijian::trail
