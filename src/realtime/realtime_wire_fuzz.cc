// Whatever an institution sends: a message is answered or refused, never more. The first byte chooses who reads the
// rest.

#include <cstdint>
#include <string_view>

#include "realtime/wire.h"

namespace {

using namespace yijian;
using namespace yijian::realtime;

void ReadAsMessage(std::string_view bytes, const WireContext& context, const Institutions& institutions) {
  Result<Envelope> envelope = Open(bytes, "", institutions, 0);
  if (!envelope) {
    CHECK(envelope.error().detail && !envelope.error().detail->word.empty());
    CHECK(JsonDocument::Parse(CloseWithError(envelope.error(), institutions, 0, 1)).has_value());
    return;
  }
  CHECK(JsonDocument::Parse(Close(*envelope, institutions, "{}", 0, 1)).has_value());
  const Json* data = envelope->input.Find("data");
  Result<std::vector<Draft>> drafts = ReadDrafts(data ? *data : envelope->input, program::kMid, context);
  static_cast<void>(drafts);
  Result<std::vector<Upload>> uploads = ReadUpload(envelope->infno, envelope->input, context);
  static_cast<void>(uploads);
}

void ReadAsNodes(std::string_view bytes, uint8_t which, const WireContext& context) {
  Result<JsonDocument> body = JsonDocument::Parse(bytes);
  if (!body) return;
  constexpr std::string_view kUploads[] = {"2201", "2203", "2204", "2205", "2207", "2208",  "2301",
                                           "2302", "2304", "2402", "2102", "3503", "3505A", "3506"};
  if (which % 4 == 1) {
    Result<std::vector<Draft>> drafts =
        ReadDrafts(body->root(), which % 8 < 4 ? program::kPre : program::kMid, context);
    if (drafts) {
      for (const Draft& draft : *drafts) CHECK(!draft.told.no.empty());
    }
  } else if (which % 4 == 2) {
    Result<std::vector<Upload>> uploads = ReadUpload(kUploads[which / 4 % std::size(kUploads)], body->root(), context);
    if (uploads) CHECK(!uploads->empty());
  } else {
    Result<std::vector<Feedback>> feedback = ReadFeedback(body->root(), context);
    if (feedback) CHECK(!feedback->empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const Institutions kInstitutions;
  Codes codes{timeline::CodeBook()};
  WireContext context{.codes = &codes, .msgid = "m", .institution = "H50010100001", .now = 1};
  if (data[0] % 4 == 0)
    ReadAsMessage(bytes, context, kInstitutions);
  else
    ReadAsNodes(bytes, data[0], context);
  std::string_view raw = RawMember(bytes, "input");
  CHECK(raw.empty() || (raw.data() >= bytes.data() && raw.data() + raw.size() <= bytes.data() + bytes.size()));
  return 0;
}
