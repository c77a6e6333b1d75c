// Evidence files (佐证): kept once by their SHA-256, verified whenever they are read, never changed.
//
//   EvidenceFiles files = TRY(EvidenceFiles::Open("data/evidence"));
//   auto incoming = TRY(files.Begin(kEvidenceBytesMax));
//   TRY(incoming.Add(piece));  ...
//   KeptFile kept = TRY(incoming.Finish());
//   int64_t id = TRY(AddEvidence(session, {.object_kind = "task", ...}, kept, clock.Now()));
//
// On disk: FOLDER/ab/abcdef... ; written aside, synced, renamed: a crash leaves rubbish in FOLDER/incoming at most,
// which an Open removes when it is a day old. Files are data: nothing here opens, unpacks or runs them; their kind is
// told by libmagic from their first bytes, not from their names. Errors:  kLimit more bytes than allowed; kInvalidInput
// a name with control characters, a place that is not on earth; kNotFound; kIo, also when a file is no longer what its
// hash says. Threads: EvidenceFiles is shared by all; an Incoming belongs to one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::trail {

inline constexpr int64_t kEvidenceBytesMax = 100 << 20;

struct KeptFile {
  std::string sha256;
  int64_t bytes = 0;
  std::string media_type;
};

class EvidenceFiles {
 public:
  class Incoming {
   public:
    Incoming(Incoming&&) noexcept;
    Incoming& operator=(Incoming&&) noexcept;
    ~Incoming();  // unfinished: thrown away
    Status Add(std::string_view bytes);
    Result<KeptFile> Finish();

   private:
    friend class EvidenceFiles;
    struct State;
    explicit Incoming(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };

  static Result<EvidenceFiles> Open(const std::string& folder);

  Result<Incoming> Begin(int64_t bytes_max) const;
  // All at once, for what is in memory anyway.
  Result<KeptFile> Keep(std::string_view bytes, int64_t bytes_max = kEvidenceBytesMax) const;
  // Piece by piece; the error that a byte has changed comes after the last piece: whoever needs certainty before he
  // passes anything on reads into memory.
  Status Read(const std::string& sha256, const std::function<Status(std::string_view)>& take) const;
  Result<std::string> ReadAll(const std::string& sha256) const;

 private:
  explicit EvidenceFiles(std::string folder) : folder_(std::move(folder)) {}
  std::string folder_;
};

struct NewEvidence {
  std::string object_kind;
  std::string object_id;
  std::string name;  // as its owner called it; shown, never used as a path
  std::string note;
  std::optional<EpochMs> taken_at;
  std::optional<double> lat;
  std::optional<double> lon;
  int64_t by = 0;
  std::string by_name;
};

struct Evidence {
  int64_t id = 0;
  NewEvidence about;
  KeptFile file;
  EpochMs at = 0;
};

Result<int64_t> AddEvidence(store::Session& session, const NewEvidence& evidence, const KeptFile& file, EpochMs at);
Result<Evidence> FindEvidence(store::Session& session, int64_t id);  // kNotFound
Result<std::vector<Evidence>> EvidenceOf(store::Session& session, const std::string& object_kind,
                                         const std::string& object_id);

}  // namespace yijian::trail
