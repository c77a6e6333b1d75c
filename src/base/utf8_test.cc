#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace yijian {
namespace {

TEST(Utf8, KnowsWhatIsAndWhatIsNot) {
  for (const char* good : {"", "a", "医保", "\xF0\xA0\x80\x80", "\xC2\x80", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsUtf8(good)) << good;
  }
  EXPECT_TRUE(IsUtf8(std::string(3, '\0')));
  for (const char* bad : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xE5\x8C", "a\xC2", "\xC2\x41"}) {
    EXPECT_FALSE(IsUtf8(bad));
  }
}

}  // namespace
}  // namespace yijian
