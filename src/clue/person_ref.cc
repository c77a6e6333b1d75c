#include "clue/person_ref.h"

#include <random>

#include "base/bytes.h"
#include "base/sm.h"

namespace yijian::clue {
namespace {

constexpr size_t kBlock = 64;  // of SM3

std::string RandomBytes(size_t count) {
  std::random_device device;  // getrandom(2) on our platforms
  std::string bytes;
  for (size_t i = 0; i < count; i++) bytes.push_back(static_cast<char>(device() & 0xff));
  return bytes;
}

// Bytes of the first UTF-8 character.
size_t FirstCharacter(std::string_view text) {
  size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) size++;
  return size;
}

}  // namespace

std::string HmacSm3(std::string_view key, std::string_view text) {
  std::string block = key.size() > kBlock ? Sm3(key) : std::string(key);
  block.resize(kBlock, '\0');
  std::string inner = block;
  std::string outer = block;
  for (size_t i = 0; i < kBlock; i++) {
    inner[i] = static_cast<char>(inner[i] ^ 0x36);
    outer[i] = static_cast<char>(outer[i] ^ 0x5c);
  }
  return Sm3(outer + Sm3(inner + std::string(text)));
}

Result<PersonKey> PersonKey::OfStore(store::Session& session) {
  TRY(session.Execute("INSERT INTO clue_secret (name, secret) VALUES ('person_ref', ?) ON CONFLICT (name) DO NOTHING",
                      {HexOfBytes(RandomBytes(32))}));
  auto row = TRY(session.QueryOne("SELECT secret FROM clue_secret WHERE name = 'person_ref'"));
  if (!row) return InternalError("the key of person_ref vanished");
  auto secret = BytesOfHex(row->Text("secret"));
  if (!secret || secret->size() != 32) return IoError("the key of person_ref is damaged");
  return PersonKey(std::move(*secret));
}

std::string PersonKey::RefOf(std::string_view psn_no) const {
  return HexOfBytes(HmacSm3(secret_, psn_no)).substr(0, 24);
}

std::string MaskedName(std::string_view name) {
  if (name.empty()) return "*";
  std::string masked(name.substr(0, FirstCharacter(name)));
  size_t rest = 0;
  for (size_t at = masked.size(); at < name.size(); at += FirstCharacter(name.substr(at))) rest++;
  return masked + std::string(std::max<size_t>(1, std::min<size_t>(rest, 3)), '*');
}

}  // namespace yijian::clue
