#include "trail/chain.h"

#include "base/bytes.h"
#include "base/sm.h"

namespace yijian::trail {
namespace {

// Length first: no two different entries have one text.
void Add(std::string& text, const std::string& field) { text += std::to_string(field.size()) + ":" + field + ","; }

}  // namespace

std::string HashOf(const Stored& stored) {
  const Entry& entry = stored.entry;
  std::string text;
  for (const std::string& field :
       {stored.previous, std::to_string(stored.seq), std::to_string(stored.at), std::to_string(entry.user),
        entry.user_name, entry.area, entry.institution, entry.action, std::string(entry.view ? "1" : "0"),
        entry.object_kind, entry.object_id, entry.details, entry.ip}) {
    Add(text, field);
  }
  return HexOfBytes(Sm3(text));
}

}  // namespace yijian::trail
