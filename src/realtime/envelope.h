// The national envelope: who sends what, signed and encrypted as agreed with each institution.
//
//   Envelope envelope = TRY(Open(bytes, "3102", institutions, now));      // parsed, verified, decrypted
//   std::string answer = Close(envelope, institutions, output, now);      // signed and encrypted likewise
//
// Signing: `cainfo` over the bytes of `input` as they stand in the message (of the clear text, when it is encrypted).
//          signtype SM2: Base64 of the signature (r and s, or DER). signtype SM3: hexadecimal digest of those bytes
//          followed by the institution's secret.
// Secrecy: `enc_type` SM4 and `input` a text: Base64 of SM4 over the clear JSON; ECB, or CBC with the iv in front. The
//          answer's `output` is a text then too.
// Numbers: infcode is 0 or -1, as the interface has it; err_msg begins with our code in brackets (kWireErrors).
// Errors:  of Error::detail: `word` is the code ("YJ2004"), `zh` the Chinese words. What an error names of the message
//          was in it: it is the sender's own.
// Threads: stateless; institutions are immutable once loaded.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/date.h"
#include "base/sm.h"
#include "realtime/json.h"

namespace yijian::realtime {

struct WireErrorInfo {
  std::string_view code;
  std::string_view zh;
  std::string_view en;
  ErrorCode kind;
};
std::span<const WireErrorInfo> WireErrors();
// `about` follows the words: a field, a value.
Error WireError(std::string_view code, const std::string& about = {});

enum class SignType { kNone, kSm2, kSm3 };

// What was agreed with one institution.
struct Agreement {
  std::string name;
  bool enabled = true;
  SignType must_sign = SignType::kNone;
  bool must_encrypt = false;
  std::optional<Sm2Key> sm2;  // public
  std::string sm3_secret;
  std::string sm4_key;  // 16 bytes; empty = cannot encrypt
  Sm4Mode sm4_mode = Sm4Mode::kEcb;
};

class Institutions {
 public:
  // Everybody may ask, unsigned and in clear: demonstrations.
  Institutions() = default;
  // {"open": false, "clock_skew_seconds": 600, "division": "500101",
  //  "sign": {"type": "SM2", "sm2_private": "..."},
  //  "institutions": {"H50010100001": {"name": ..., "enabled": true, "must_sign": "SM2", "must_encrypt": false,
  //                   "sm2_public": "...", "sm3_secret": "...", "sm4_key": "<32 hex>", "sm4_mode": "ecb"}}}
  static Result<Institutions> Parse(std::string_view json);

  const Agreement* Find(const std::string& code) const;
  bool open() const { return open_; }
  int64_t clock_skew_seconds() const { return clock_skew_seconds_; }  // 0: not checked
  const std::string& division() const { return division_; }
  const std::optional<Sm2Key>& platform_key() const { return platform_key_; }
  const std::map<std::string, Agreement>& all() const { return agreements_; }

 private:
  bool open_ = true;
  int64_t clock_skew_seconds_ = 0;
  std::string division_ = "000000";
  std::optional<Sm2Key> platform_key_;
  std::map<std::string, Agreement> agreements_;
};

struct Envelope {
  std::string infno;
  std::string msgid;
  std::string insuplc_admdvs;
  std::string opter;
  std::string opter_name;
  std::string fixmedins_code;
  std::string fixmedins_name;
  Time inf_time = 0;
  bool encrypted = false;
  SignType signed_with = SignType::kNone;  // only when the signature was checked, and is genuine
  JsonDocument document;                   // owns what `input` shows
  Json input;
  std::string_view raw_input;  // its bytes as they stand in the message; empty when it came encrypted
};

// `infno`: what the address says; empty = whatever the message says.
Result<Envelope> Open(std::string_view bytes, std::string_view infno, const Institutions& institutions, Time now);

// An answer. `output` is JSON text; error answers have none. `serial` makes inf_refmsgid unique.
std::string Close(const Envelope& envelope, const Institutions& institutions, const std::string& output, Time now,
                  uint64_t serial);
std::string CloseWithError(const Error& error, const Institutions& institutions, Time now, uint64_t serial);

// A request as an institution builds it: clients and tests.
struct RequestParts {
  std::string infno;
  std::string msgid;
  std::string fixmedins_code;
  std::string fixmedins_name;
  Time inf_time = 0;
  std::string input;  // JSON text
  std::string division = "000000";
};
Result<std::string> BuildRequest(const RequestParts& parts, const Agreement& agreement,
                                 const std::optional<Sm2Key>& own_key);

}  // namespace yijian::realtime
