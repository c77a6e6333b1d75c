#include "trail/evidence.h"

#include <fcntl.h>
#include <magic.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/bytes.h"
#include "base/words.h"

namespace yijian::trail {
namespace {

namespace fs = std::filesystem;

constexpr size_t kNameBytesMax = 800;  // 200 characters of four bytes
constexpr std::chrono::hours kIncomingKept{24};

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) { CHECK(EVP_DigestInit_ex(context_, EVP_sha256(), nullptr) == 1); }
  ~Digest() { EVP_MD_CTX_free(context_); }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  void Add(std::string_view bytes) { CHECK(EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1); }
  std::string Hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    unsigned size = 0;
    CHECK(EVP_DigestFinal_ex(context_, bytes.data(), &size) == 1);
    return HexOfBytes({reinterpret_cast<const char*>(bytes.data()), size});
  }

 private:
  EVP_MD_CTX* context_;
};

bool IsSha256(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

fs::path PlaceOf(const fs::path& folder, const std::string& sha256) { return folder / sha256.substr(0, 2) / sha256; }

std::string MediaTypeOf(const fs::path& path) {
  magic_t magic = magic_open(MAGIC_MIME_TYPE | MAGIC_ERROR);
  std::string type = "application/octet-stream";
  if (magic != nullptr && magic_load(magic, nullptr) == 0) {
    if (const char* found = magic_file(magic, path.c_str())) type = found;
  }
  if (magic != nullptr) magic_close(magic);
  return type;
}

Status SyncFolder(const fs::path& folder) {
  int handle = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0 || fsync(handle) != 0) {
    if (handle >= 0) close(handle);
    return IoError("cannot sync " + folder.string() + ": " + std::strerror(errno));
  }
  close(handle);
  return {};
}

Status CheckName(const std::string& name) {
  if (name.empty() || name.size() > kNameBytesMax) return InvalidInput("name: 1 to 200 characters expected");
  for (char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return InvalidInput("name: has control characters");
  }
  return {};
}

Status CheckPlace(const std::optional<double>& lat, const std::optional<double>& lon) {
  if (lat.has_value() != lon.has_value()) return InvalidInput("place: lat and lon belong together");
  // Written so that a NaN is out of range.
  if (lat && !(*lat >= -90 && *lat <= 90)) return InvalidInput("lat: -90 to 90 degrees expected");
  if (lon && !(*lon >= -180 && *lon <= 180)) return InvalidInput("lon: -180 to 180 degrees expected");
  return {};
}

}  // namespace

struct EvidenceFiles::Incoming::State {
  fs::path folder;
  fs::path path;
  int file = -1;
  int64_t bytes = 0;
  int64_t bytes_max = 0;
  Digest digest;

  ~State() {
    if (file >= 0) close(file);
    std::error_code ignored;
    if (!path.empty()) fs::remove(path, ignored);
  }
};

EvidenceFiles::Incoming::Incoming(std::unique_ptr<State> state) : state_(std::move(state)) {}
EvidenceFiles::Incoming::Incoming(Incoming&&) noexcept = default;
EvidenceFiles::Incoming& EvidenceFiles::Incoming::operator=(Incoming&&) noexcept = default;
EvidenceFiles::Incoming::~Incoming() = default;

Result<EvidenceFiles> EvidenceFiles::Open(const std::string& folder) {
  std::error_code error;
  fs::path incoming = fs::path(folder) / "incoming";
  fs::create_directories(incoming, error);
  if (error) return IoError("cannot make " + folder + ": " + error.message());
  // What a killed server was writing; nobody was told that it is kept. Younger ones may be another server's.
  auto old = fs::file_time_type::clock::now() - kIncomingKept;
  for (fs::directory_iterator at(incoming, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    auto touched = fs::last_write_time(at->path(), gone);
    if (!gone && touched < old) fs::remove(at->path(), gone);
  }
  return EvidenceFiles(folder);
}

Result<EvidenceFiles::Incoming> EvidenceFiles::Begin(int64_t bytes_max) const {
  auto state = std::make_unique<Incoming::State>();
  state->folder = folder_;
  state->bytes_max = bytes_max;
  std::string pattern = (fs::path(folder_) / "incoming" / "XXXXXX").string();
  state->file = mkostemp(pattern.data(), O_CLOEXEC);
  if (state->file < 0) return IoError("cannot write below " + folder_ + ": " + std::strerror(errno));
  state->path = pattern;
  return Incoming(std::move(state));
}

Status EvidenceFiles::Incoming::Add(std::string_view bytes) {
  State& state = *state_;
  state.bytes += static_cast<int64_t>(bytes.size());
  if (state.bytes > state.bytes_max) {
    return LimitReached("the file is larger than " + std::to_string(state.bytes_max) + " bytes");
  }
  state.digest.Add(bytes);
  while (!bytes.empty()) {
    ssize_t written = write(state.file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("cannot write " + state.path.string() + ": " + std::strerror(errno));
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

Result<KeptFile> EvidenceFiles::Incoming::Finish() {
  State& state = *state_;
  if (fsync(state.file) != 0) return IoError("cannot sync " + state.path.string() + ": " + std::strerror(errno));
  KeptFile kept{state.digest.Hex(), state.bytes, MediaTypeOf(state.path)};
  fs::path place = PlaceOf(state.folder, kept.sha256);
  std::error_code error;
  fs::create_directories(place.parent_path(), error);
  if (!error) fs::permissions(state.path, fs::perms::owner_read, error);
  // The same bytes again replace themselves.
  if (!error) fs::rename(state.path, place, error);
  if (error) return IoError("cannot keep " + place.string() + ": " + error.message());
  state.path.clear();
  TRY(SyncFolder(place.parent_path()));
  TRY(SyncFolder(state.folder));
  return kept;
}

Result<KeptFile> EvidenceFiles::Keep(std::string_view bytes, int64_t bytes_max) const {
  Incoming incoming = TRY(Begin(bytes_max));
  TRY(incoming.Add(bytes));
  return incoming.Finish();
}

Status EvidenceFiles::Read(const std::string& sha256, const std::function<Status(std::string_view)>& take) const {
  if (!IsSha256(sha256)) return NotFound("no such file", "没有此文件");
  fs::path place = PlaceOf(folder_, sha256);
  int file = open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return NotFound("evidence file " + sha256 + " is not there: " + std::strerror(errno));
  Digest digest;
  Status outcome;
  std::string piece(256 * 1024, '\0');
  while (outcome.has_value()) {
    ssize_t got = read(file, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) outcome = IoError("cannot read " + place.string() + ": " + std::strerror(errno));
    if (got <= 0) break;
    std::string_view bytes(piece.data(), static_cast<size_t>(got));
    digest.Add(bytes);
    outcome = take(bytes);
  }
  close(file);
  TRY(std::move(outcome));
  if (digest.Hex() != sha256)
    return IoError("evidence file " + sha256 + " has been changed: it is no longer what its hash says");
  return {};
}

Result<std::string> EvidenceFiles::ReadAll(const std::string& sha256) const {
  std::string all;
  TRY(Read(sha256, [&](std::string_view piece) -> Status {
    all += piece;
    return {};
  }));
  return all;
}

Result<int64_t> AddEvidence(store::Session& session, const NewEvidence& evidence, const KeptFile& file, EpochMs at) {
  TRY(CheckName(evidence.name));
  TRY(CheckPlace(evidence.lat, evidence.lon));
  return session.Insert(
      "INSERT INTO evidence (object_kind, object_id, sha256, bytes, media_type, name, note, taken_at, lat, lon, "
      "by_user, "
      "by_name, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      {evidence.object_kind, evidence.object_id, file.sha256, file.bytes, file.media_type, evidence.name,
       store::TextOrNull(evidence.note), store::Maybe(evidence.taken_at), store::Maybe(evidence.lat),
       store::Maybe(evidence.lon), evidence.by, evidence.by_name, at});
}

namespace {

Evidence EvidenceOfRow(const store::Row& row) {
  Evidence evidence;
  evidence.id = row.Int("id");
  evidence.about = {
      row.Text("object_kind"),  row.Text("object_id"), row.Text("name"),     row.MaybeText("note").value_or(""),
      row.MaybeInt("taken_at"), row.MaybeReal("lat"),  row.MaybeReal("lon"), row.Int("by_user"),
      row.Text("by_name")};
  evidence.file = {row.Text("sha256"), row.Int("bytes"), row.Text("media_type")};
  evidence.at = row.Int("at");
  return evidence;
}

}  // namespace

Result<Evidence> FindEvidence(store::Session& session, int64_t id) {
  std::optional<store::Row> row = TRY(session.QueryOne("SELECT * FROM evidence WHERE id = ?", {id}));
  if (!row) return NotFound("no evidence " + std::to_string(id), "没有佐证材料 " + std::to_string(id));
  return EvidenceOfRow(*row);
}

Result<std::vector<Evidence>> EvidenceOf(store::Session& session, const std::string& object_kind,
                                         const std::string& object_id) {
  store::Rows rows = TRY(session.Query("SELECT * FROM evidence WHERE object_kind = ? AND object_id = ? ORDER BY id",
                                       {object_kind, object_id}));
  std::vector<Evidence> found;
  for (const store::Row& row : rows) found.push_back(EvidenceOfRow(row));
  return found;
}

}  // namespace yijian::trail
