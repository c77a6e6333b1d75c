#include "realtime/envelope.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/json_writer.h"

namespace yijian::realtime {
namespace {

using nlohmann::json;

constexpr WireErrorInfo kWireErrors[] = {
    {"YJ1001", "报文不是合法的 JSON", "the message is not valid JSON", ErrorCode::kInvalidInput},
    {"YJ1002", "缺少必填项", "a required field is missing", ErrorCode::kInvalidInput},
    {"YJ1003", "数据项格式不正确", "a field has the wrong form", ErrorCode::kInvalidInput},
    {"YJ1004", "数据项超长", "a field is too long", ErrorCode::kInvalidInput},
    {"YJ1005", "报文过大", "the message is too big", ErrorCode::kLimit},
    {"YJ1006", "交易编号与地址不一致", "infno differs from the address", ErrorCode::kInvalidInput},
    {"YJ1007", "不支持的交易编号", "this transaction is not offered", ErrorCode::kNotFound},
    {"YJ2001", "机构未登记", "the institution is not registered", ErrorCode::kInvalidInput},
    {"YJ2002", "机构已停用", "the institution is disabled", ErrorCode::kInvalidInput},
    {"YJ2003", "报文须签名", "the message must be signed", ErrorCode::kInvalidInput},
    {"YJ2004", "验签失败", "the signature is not genuine", ErrorCode::kInvalidInput},
    {"YJ2005", "报文须加密", "the message must be encrypted", ErrorCode::kInvalidInput},
    {"YJ2006", "解密失败", "the message cannot be decrypted", ErrorCode::kInvalidInput},
    {"YJ2007", "交易时间与平台时间相差过大", "inf_time is too far from the platform's time", ErrorCode::kInvalidInput},
    {"YJ2008", "接入密钥无效", "the key is not the institution's", ErrorCode::kInvalidInput},
    {"YJ3001", "报文ID已用于其他报文", "the msgid was used for another message", ErrorCode::kConflict},
    {"YJ3002", "没有可审核的就诊或明细", "there is nothing to judge", ErrorCode::kInvalidInput},
    {"YJ3003", "违规标识不存在", "no such hit was told", ErrorCode::kNotFound},
    {"YJ3004", "继续执行须填写处理原因", "carrying on needs a reason", ErrorCode::kInvalidInput},
    {"YJ3005", "请求过大", "too many persons or rows in one request", ErrorCode::kLimit},
    {"YJ9001", "系统繁忙，请稍后重试", "busy, please try again", ErrorCode::kLimit},
    {"YJ9002", "系统内部错误，请联系平台", "internal error, please tell the platform", ErrorCode::kInternal},
};

constexpr size_t kSmSecretMax = 256;

std::string DigitsOf(Time time) {  // yyyyMMddHHmmss
  std::string digits;
  for (char c : FormatTime(time)) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

Result<SignType> SignTypeOf(std::string_view text) {
  if (text.empty()) return SignType::kNone;
  if (text == "SM2" || text == "sm2") return SignType::kSm2;
  if (text == "SM3" || text == "sm3") return SignType::kSm3;
  return WireError("YJ1003", "signtype");
}

const char* NameOf(SignType type) { return type == SignType::kSm2 ? "SM2" : type == SignType::kSm3 ? "SM3" : ""; }

std::string Sm3Sign(std::string_view text, const std::string& secret) {
  return HexOfBytes(Sm3(std::string(text) + secret));
}

bool SameInConstantTime(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  unsigned char differ = 0;
  for (size_t i = 0; i < left.size(); i++) differ = static_cast<unsigned char>(differ | (left[i] ^ right[i]));
  return differ == 0;
}

bool IsGenuine(SignType type, std::string_view text, std::string_view cainfo, const Agreement& agreement) {
  if (type == SignType::kSm3) {
    std::string lower(cainfo);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return !agreement.sm3_secret.empty() && SameInConstantTime(Sm3Sign(text, agreement.sm3_secret), lower);
  }
  std::optional<std::string> signature = BytesOfBase64(cainfo);
  return signature && agreement.sm2 && agreement.sm2->Verify(text, *signature);
}

Result<std::string> Hide(const std::string& text, const Agreement& agreement) {
  std::string iv;
  // The iv need not be secret, only different: it is what SM3 makes of the text and the key.
  if (agreement.sm4_mode == Sm4Mode::kCbc) iv = Sm3(text + agreement.sm4_key).substr(0, 16);
  std::string secret = TRY(Sm4Encrypt(agreement.sm4_mode, agreement.sm4_key, iv, text));
  return Base64Of(iv + secret);
}

Result<std::string> Reveal(std::string_view text, const Agreement& agreement) {
  std::optional<std::string> bytes = BytesOfBase64(text);
  size_t iv_size = agreement.sm4_mode == Sm4Mode::kCbc ? 16 : 0;
  if (!bytes || bytes->size() < iv_size || agreement.sm4_key.empty()) return WireError("YJ2006");
  Result<std::string> clear = Sm4Decrypt(agreement.sm4_mode, agreement.sm4_key, bytes->substr(0, iv_size),
                                         std::string_view(*bytes).substr(iv_size));
  if (!clear) return WireError("YJ2006");
  return clear;
}

struct Head {
  const char* name;
  size_t length;
  bool required;
  std::string Envelope::*to;
};

constexpr Head kHead[] = {{"infno", 6, true, &Envelope::infno},
                          {"msgid", 30, true, &Envelope::msgid},
                          {"insuplc_admdvs", 6, false, &Envelope::insuplc_admdvs},
                          {"opter", 30, false, &Envelope::opter},
                          {"opter_name", 50, false, &Envelope::opter_name},
                          {"fixmedins_code", 12, true, &Envelope::fixmedins_code},
                          {"fixmedins_name", 200, false, &Envelope::fixmedins_name}};

// Characters, not bytes: the interface counts Chinese ones as one.
size_t LengthOf(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

Status ReadHead(const Json& message, Envelope& envelope) {
  for (const Head& head : kHead) {
    const Json* value = message.Find(head.name);
    if (value && (value->is_list() || value->is_object())) return WireError("YJ1003", head.name);
    std::string text(value ? value->Scalar() : std::string_view());
    if (text.empty() && head.required) return WireError("YJ1002", head.name);
    if (LengthOf(text) > head.length) return WireError("YJ1004", head.name);
    if (text.find_first_of(std::string_view("\0\n\r", 3)) != std::string::npos) return WireError("YJ1003", head.name);
    envelope.*head.to = std::move(text);
  }
  std::string_view time = message.ScalarOf("inf_time");
  if (time.empty()) return WireError("YJ1002", "inf_time");
  std::optional<Time> at = ParseTime(time);
  if (!at) return WireError("YJ1003", "inf_time");
  envelope.inf_time = *at;
  return {};
}

}  // namespace

std::span<const WireErrorInfo> WireErrors() { return kWireErrors; }

Error WireError(std::string_view code, const std::string& about) {
  for (const WireErrorInfo& info : kWireErrors) {
    if (info.code != code) continue;
    std::string tail = about.empty() ? "" : ": " + about;
    auto detail = std::make_shared<ErrorDetail>();
    detail->word = code;
    detail->zh = std::string(info.zh) + (about.empty() ? "" : "：" + about);
    // Those of the form of what was sent name a field by its path.
    bool names_field = code == "YJ1002" || code == "YJ1003" || code == "YJ1004";
    if (names_field && !about.empty()) detail->fields.push_back({about, std::string(info.zh)});
    return {info.kind, std::string(info.en) + tail, std::move(detail)};
  }
  CHECK(false);
}

Result<Institutions> Institutions::Parse(std::string_view text) {
  JsonDocument document = TRY(JsonDocument::Parse(text).While("institutions"));
  const Json& file = document.root();
  auto wrong = [](const std::string& what) { return InvalidInput("institutions: " + what); };
  if (!file.is_object()) return wrong("not a JSON object");
  Institutions made;
  made.open_ = false;
  for (const auto& [name_of, value] : file.members()) {
    const std::string key(name_of);
    if (key == "open" && value.kind == Json::Kind::kBool) {
      made.open_ = value.text == "true";
    } else if (key == "clock_skew_seconds" && value.kind == Json::Kind::kNumber && value.text.size() < 9 &&
               value.text.find_first_not_of("0123456789") == std::string::npos) {
      made.clock_skew_seconds_ = std::stoll(std::string(value.text));
    } else if (key == "division" && value.kind == Json::Kind::kText && value.text.size() == 6) {
      made.division_ = value.text;
    } else if (key == "sign" && value.is_object()) {
      if (value.ScalarOf("type") != "SM2") return wrong("sign.type is SM2");
      made.platform_key_ = TRY(Sm2Key::FromPrivateHex(value.ScalarOf("sm2_private")).While("institutions: sign"));
    } else if (key == "institutions" && value.is_object()) {
      for (const auto& [code_of, from] : value.members()) {
        const std::string code(code_of);
        Agreement agreement;
        if (!from.is_object() || code.empty()) return wrong("'" + code + "' is no institution");
        for (const auto& [name, what] : from.members()) {
          const std::string place = code + "." + std::string(name);
          if (name == "name") {
            agreement.name = what.text;
          } else if (name == "enabled" || name == "must_encrypt") {
            if (what.kind != Json::Kind::kBool) return wrong(place + " is true or false");
            (name == "enabled" ? agreement.enabled : agreement.must_encrypt) = what.text == "true";
          } else if (name == "must_sign") {
            agreement.must_sign = TRY(SignTypeOf(what.text).While("institutions: " + place));
          } else if (name == "sm2_public") {
            agreement.sm2 = TRY(Sm2Key::FromPublicHex(what.text).While("institutions: " + place));
          } else if (name == "sm3_secret" && what.text.size() <= kSmSecretMax) {
            agreement.sm3_secret = what.text;
          } else if (name == "sm4_key") {
            std::optional<std::string> bytes = BytesOfHex(what.text);
            if (!bytes || bytes->size() != 16) return wrong(place + " has 32 hexadecimal digits");
            agreement.sm4_key = *bytes;
          } else if (name == "sm4_mode" && (what.text == "ecb" || what.text == "cbc")) {
            agreement.sm4_mode = what.text == "ecb" ? Sm4Mode::kEcb : Sm4Mode::kCbc;
          } else {
            return wrong(place + " is not known, or of another form");
          }
        }
        if (agreement.must_sign == SignType::kSm2 && !agreement.sm2)
          return wrong(code + " must sign but has no sm2_public");
        if (agreement.must_sign == SignType::kSm3 && agreement.sm3_secret.empty())
          return wrong(code + " must sign but has no sm3_secret");
        if (agreement.must_encrypt && agreement.sm4_key.empty())
          return wrong(code + " must encrypt but has no sm4_key");
        made.agreements_.emplace(code, std::move(agreement));
      }
    } else {
      return wrong("'" + key + "' is not known, or of another form");
    }
  }
  return made;
}

const Agreement* Institutions::Find(const std::string& code) const {
  static const Agreement kStranger;
  auto at = agreements_.find(code);
  if (at != agreements_.end()) return &at->second;
  return open_ ? &kStranger : nullptr;
}

Result<Envelope> Open(std::string_view bytes, std::string_view infno, const Institutions& institutions, Time now) {
  Result<JsonDocument> parsed = JsonDocument::Parse(bytes);
  if (!parsed) {
    if (parsed.error().code == ErrorCode::kLimit) return WireError("YJ1005");
    return WireError("YJ1001", parsed.error().message);
  }
  const Json message = parsed->root();
  if (!message.is_object()) return WireError("YJ1001");
  Envelope envelope;
  envelope.document = std::move(*parsed);
  TRY(ReadHead(message, envelope));
  if (!infno.empty() && envelope.infno != infno) return WireError("YJ1006", envelope.infno);
  const Agreement* agreement = institutions.Find(envelope.fixmedins_code);
  if (!agreement) return WireError("YJ2001", envelope.fixmedins_code);
  if (!agreement->enabled) return WireError("YJ2002", envelope.fixmedins_code);
  int64_t skew = institutions.clock_skew_seconds();
  if (skew > 0 && (envelope.inf_time > now + skew || envelope.inf_time < now - skew))
    return WireError("YJ2007", FormatTime(envelope.inf_time));

  const Json* input = message.Find("input");
  if (!input) return WireError("YJ1002", "input");
  std::string_view enc_type = message.ScalarOf("enc_type");
  std::string revealed;
  std::string_view clear = RawMember(bytes, "input");
  if (!enc_type.empty()) {
    if (enc_type != "SM4") return WireError("YJ1003", "enc_type");
    if (input->kind != Json::Kind::kText) return WireError("YJ1003", "input");
    revealed = TRY(Reveal(input->text, *agreement));
    clear = revealed;
    envelope.encrypted = true;
  } else if (agreement->must_encrypt) {
    return WireError("YJ2005");
  }

  // A signature that is there is checked, also when none is asked for.
  std::string_view cainfo = message.ScalarOf("cainfo");
  SignType type = TRY(SignTypeOf(message.ScalarOf("signtype")));
  if (agreement->must_sign != SignType::kNone && (cainfo.empty() || type != agreement->must_sign))
    return WireError("YJ2003", NameOf(agreement->must_sign));
  bool can_check = type == SignType::kSm2 ? agreement->sm2.has_value() : !agreement->sm3_secret.empty();
  if (!cainfo.empty() && type != SignType::kNone && can_check) {
    if (!IsGenuine(type, clear, cainfo, *agreement)) return WireError("YJ2004");
    envelope.signed_with = type;
  }

  if (envelope.encrypted) {
    Result<JsonDocument> hidden = JsonDocument::Parse(revealed);
    if (!hidden) return WireError("YJ1001", "input");
    envelope.document = std::move(*hidden);
    envelope.input = envelope.document.root();
  } else {
    envelope.input = *input;
    envelope.raw_input = clear;
  }
  if (!envelope.input.is_object()) return WireError("YJ1003", "input");
  return envelope;
}

namespace {

void PutHead(JsonText& answer, const Institutions& institutions, Time now, uint64_t serial) {
  std::string digits = DigitsOf(now);
  std::string number = std::to_string(serial % 10'000'000'000U);
  answer.Put("inf_refmsgid", institutions.division() + digits + std::string(10 - number.size(), '0') + number);
  answer.Put("refmsg_time", digits + "000");
  answer.Put("respond_time", digits + "000");
  answer.Put("warn_msg", "");
}

std::string DumpOf(const json& value) { return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

}  // namespace

std::string Close(const Envelope& envelope, const Institutions& institutions, const std::string& output, Time now,
                  uint64_t serial) {
  const Agreement* agreement = institutions.Find(envelope.fixmedins_code);
  std::string sign_type, cainfo, hidden;
  if (envelope.signed_with == SignType::kSm3 && agreement) {
    sign_type = "SM3";
    cainfo = Sm3Sign(output, agreement->sm3_secret);
  } else if (institutions.platform_key()) {
    Result<std::string> signature = institutions.platform_key()->Sign(output);
    CHECK(signature.has_value());  // a key that was loaded signs
    sign_type = "SM2";
    cainfo = Base64Of(*signature);
  }
  bool hide = envelope.encrypted && agreement != nullptr;
  if (hide) {
    Result<std::string> made = Hide(output, *agreement);
    CHECK(made.has_value());  // the key decrypted the question
    hidden = std::move(*made);
  }
  JsonText answer;
  answer.Reserve(output.size() + hidden.size() + 512);
  answer.Object([&] {
    PutHead(answer, institutions, now, serial);
    answer.PutNumber("infcode", "0");
    answer.Put("err_msg", "");
    answer.Put("signtype", sign_type);
    answer.Put("cainfo", cainfo);
    if (hide) {
      answer.Put("enc_type", "SM4");
      answer.Put("output", hidden);
    } else {
      answer.PutNumber("output", output);  // as it was signed, byte for byte
    }
  });
  return std::move(answer.text());
}

std::string CloseWithError(const Error& error, const Institutions& institutions, Time now, uint64_t serial) {
  bool known = error.detail && !error.detail->word.empty();
  std::string word = known ? error.detail->word : "YJ9002";
  // What the machine says of itself is for our log, not for the sender.
  std::string words = known ? error.detail->zh : WireError("YJ9002").detail->zh;
  std::string message = "[" + word + "] " + words;
  // C200: at most 200 characters, never half of one.
  size_t characters = 0, at = 0;
  while (at < message.size() && characters < 200) {
    at++;
    while (at < message.size() && (static_cast<unsigned char>(message[at]) & 0xC0) == 0x80) at++;
    characters++;
  }
  JsonText answer;
  answer.Object([&] {
    PutHead(answer, institutions, now, serial);
    answer.PutNumber("infcode", "-1");
    answer.Put("err_msg", std::string_view(message).substr(0, at));
    answer.Put("signtype", "");
    answer.Put("cainfo", "");
    answer.Object("output", [] {});
  });
  return std::move(answer.text());
}

Result<std::string> BuildRequest(const RequestParts& parts, const Agreement& agreement,
                                 const std::optional<Sm2Key>& own_key) {
  json request{{"infno", parts.infno},
               {"msgid", parts.msgid},
               {"mdtrtarea_admvs", parts.division},
               {"insuplc_admdvs", parts.division},
               {"recer_sys_code", "YIJIAN"},
               {"dev_no", ""},
               {"dev_safe_info", ""},
               {"cainfo", ""},
               {"signtype", ""},
               {"infver", "V1.0"},
               {"opter_type", "1"},
               {"opter", "yijian"},
               {"opter_name", "yijian"},
               {"inf_time", FormatTime(parts.inf_time)},
               {"fixmedins_code", parts.fixmedins_code},
               {"fixmedins_name", parts.fixmedins_name},
               {"sign_no", ""}};
  if (own_key) {
    request["signtype"] = "SM2";
    request["cainfo"] = Base64Of(TRY(own_key->Sign(parts.input)));
  } else if (!agreement.sm3_secret.empty()) {
    request["signtype"] = "SM3";
    request["cainfo"] = Sm3Sign(parts.input, agreement.sm3_secret);
  }
  bool hide = !agreement.sm4_key.empty();
  if (hide) request["enc_type"] = "SM4";
  std::string text = DumpOf(request);
  text.pop_back();
  if (hide) return text + ",\"input\":\"" + TRY(Hide(parts.input, agreement)) + "\"}";
  return text + ",\"input\":" + parts.input + "}";
}

}  // namespace yijian::realtime
