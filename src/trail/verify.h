// Checks the chain, in the store or in an exported file, and keeps what it is checked against.
//
//   Verdict verdict = TRY(Verify(database, anchors));
//   if (!verdict.whole) std::cout << "entry " << *verdict.broken << ": " << verdict.why;
//
// Streams: memory does not grow with the trail.
// Errors:  kIo, kInvalidInput a file that is no export. A broken chain is a verdict, not an error.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trail/trail.h"

namespace yijian::trail {

struct Verdict {
  bool whole = true;
  int64_t entries = 0;
  std::optional<int64_t> broken;  // seq of the first entry that is not as it was
  std::string why;
  Head head;
};

// A head as it once was, kept outside of the store.
struct Anchor {
  int64_t seq = 0;
  std::string hash;
  EpochMs at = 0;
};

Result<Verdict> Verify(store::Database& database, const std::vector<Anchor>& anchors);
// JSON lines, as Export writes them.
Result<Verdict> VerifyFile(const std::string& path, const std::vector<Anchor>& anchors);
// Number of entries. Written aside and renamed.
Result<int64_t> Export(store::Database& database, const std::string& path);

// One line each, only added to; a file that does not exist has none.
Result<std::vector<Anchor>> ReadAnchors(const std::string& path);
Status AddAnchor(store::Database& database, const std::string& path, EpochMs now);

}  // namespace yijian::trail
