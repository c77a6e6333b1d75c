// The algorithms against the examples printed in the standards.

#include "base/sm.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace yijian {
namespace {

std::string Hex(std::string_view text) { return *BytesOfHex(text); }

TEST(Bytes, HexAndBase64GoThereAndBack) {
  std::string bytes;
  for (int i = 0; i < 256; i++) {
    EXPECT_EQ(BytesOfHex(HexOfBytes(bytes)), bytes);
    EXPECT_EQ(BytesOfBase64(Base64Of(bytes)), bytes);
    bytes += static_cast<char>(i);
  }
  EXPECT_EQ(Base64Of("f"), "Zg==");
  EXPECT_EQ(Base64Of("foobar"), "Zm9vYmFy");
}

TEST(Bytes, WhatIsNoHexOrBase64IsRefused) {
  for (const char* text : {"0", "0g", "0x", " 00"}) EXPECT_FALSE(BytesOfHex(text)) << text;
  for (const char* text :
       {"Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zh==", "Zm9=", "Zm 9", "Zg=a", "=Zg=", "\xff\xff\xff\xff"})
    EXPECT_FALSE(BytesOfBase64(text)) << text;
}

TEST(Sm3, ExamplesOfGbt32905AppendixA) {
  EXPECT_EQ(HexOfBytes(Sm3("abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
  std::string sixteen_times;
  for (int i = 0; i < 16; i++) sixteen_times += "abcd";
  EXPECT_EQ(HexOfBytes(Sm3(sixteen_times)), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
}

TEST(Sm4, ExampleOneOfGbt32907AppendixA) {
  std::string key = Hex("0123456789abcdeffedcba9876543210");
  std::string secret = *Sm4Encrypt(Sm4Mode::kEcb, key, {}, key);
  ASSERT_EQ(secret.size(), 32U);  // one block, and the padding
  EXPECT_EQ(HexOfBytes(secret.substr(0, 16)), "681edf34d206965e86b3e94f536e4246");
  EXPECT_EQ(*Sm4Decrypt(Sm4Mode::kEcb, key, {}, secret), key);
}

TEST(Sm4, ExampleTwoIsAMillionRounds) {
  std::string key = Hex("0123456789abcdeffedcba9876543210");
  std::string block = key;
  for (int i = 0; i < 1'000'000; i++) block = Sm4Encrypt(Sm4Mode::kEcb, key, {}, block)->substr(0, 16);
  EXPECT_EQ(HexOfBytes(block), "595298c7c6fd271f0402f804c33d3f66");
}

// draft-ribose-cfrg-sm4 A.2.2.1: the first example for CBC.
TEST(Sm4, PublishedExampleOfCbc) {
  std::string key = Hex("0123456789abcdeffedcba9876543210");
  std::string iv = Hex("000102030405060708090a0b0c0d0e0f");
  std::string plain = Hex("aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffaaaaaaaabbbbbbbb");
  std::string secret = *Sm4Encrypt(Sm4Mode::kCbc, key, iv, plain);
  EXPECT_EQ(HexOfBytes(secret.substr(0, 32)), "78ebb11cc40b0a48312aaeb2040244cb4cb7016951909226979b0d15dc6a8f6d");
  EXPECT_EQ(*Sm4Decrypt(Sm4Mode::kCbc, key, iv, secret), plain);
}

TEST(Sm4, WrongKeysAndCutTextsAreErrors) {
  std::string key(16, 'k');
  EXPECT_EQ(Sm4Encrypt(Sm4Mode::kEcb, "short", {}, "x").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(Sm4Encrypt(Sm4Mode::kCbc, key, "short", "x").error().code, ErrorCode::kInvalidInput);
  std::string secret = *Sm4Encrypt(Sm4Mode::kEcb, key, {}, "a body of some length");
  EXPECT_FALSE(Sm4Decrypt(Sm4Mode::kEcb, key, {}, secret.substr(0, 20)));
  EXPECT_FALSE(Sm4Decrypt(Sm4Mode::kEcb, key, {}, ""));
  EXPECT_EQ(*Sm4Decrypt(Sm4Mode::kEcb, key, {}, *Sm4Encrypt(Sm4Mode::kEcb, key, {}, "")), "");
}

// GB/T 32918.5, A.2: signature over "message digest" with the recommended curve.
constexpr char kSecret[] = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
constexpr char kPublic[] =
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
constexpr char kSignature[] =
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";

TEST(Sm2, TheStandardsSignatureIsGenuine) {
  Sm2Key key = *Sm2Key::FromPublicHex(kPublic);
  EXPECT_FALSE(key.can_sign());
  EXPECT_TRUE(key.Verify("message digest", Hex(kSignature)));
  EXPECT_FALSE(key.Verify("message digesT", Hex(kSignature)));
  EXPECT_FALSE(key.Verify("message digest", Hex(kSignature), "8765432187654321"));
  std::string bent = Hex(kSignature);
  bent[40] ^= 1;
  EXPECT_FALSE(key.Verify("message digest", bent));
  for (std::string_view cut : {"", "x", "0123456789012345678901234567890123456789012345678901234567890123456789"})
    EXPECT_FALSE(key.Verify("message digest", cut));
}

TEST(Sm2, ThePublicKeyFollowsFromTheStandardsPrivateKey) {
  Sm2Key key = *Sm2Key::FromPrivateHex(kSecret);
  EXPECT_EQ(key.public_hex(), kPublic);
  std::string signature = *key.Sign("message digest");
  EXPECT_EQ(signature.size(), 64U);
  EXPECT_TRUE(Sm2Key::FromPublicHex(kPublic)->Verify("message digest", signature));
}

TEST(Sm2, ManySignaturesHoldAlsoWhereNumbersBeginWithZeros) {
  Sm2Key key = *Sm2Key::Generate();
  Sm2Key other = *Sm2Key::Generate();
  for (int i = 0; i < 300; i++) {
    std::string text(static_cast<size_t>(i), 'x');
    std::string signature = *key.Sign(text);
    ASSERT_TRUE(key.Verify(text, signature)) << HexOfBytes(signature);
    ASSERT_FALSE(other.Verify(text, signature));
  }
}

TEST(Sm2, KeysOfAWrongFormAreRefused) {
  EXPECT_FALSE(Sm2Key::FromPrivateHex("00"));
  EXPECT_FALSE(Sm2Key::FromPrivateHex(std::string(64, '0')));
  EXPECT_FALSE(Sm2Key::FromPrivateHex(std::string(64, 'f')));
  EXPECT_FALSE(Sm2Key::FromPublicHex("04" + std::string(128, '1')));
  EXPECT_FALSE(Sm2Key::FromPublicHex(""));
  EXPECT_EQ(Sm2Key::FromPublicHex(kPublic)->Sign("x").error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace yijian
