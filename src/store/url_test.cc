#include "store/url.h"

#include <gtest/gtest.h>

namespace yijian::store {
namespace {

TEST(StoreUrl, IsShownWithoutItsSecrets) {
  EXPECT_EQ(WithoutPassword("postgresql://li:s3cret@db:5432/yijian"), "postgresql://li@db:5432/yijian");
  EXPECT_EQ(WithoutPassword("postgresql://db:5432/yijian"), "postgresql://db:5432/yijian");
  EXPECT_EQ(WithoutPassword("postgresql://li@/yijian?host=/run/pg&sslmode=require"),
            "postgresql://li@/yijian?host=/run/pg&sslmode=require");
  for (const char* url :
       {"postgresql://li:s3cret@db/x", "postgresql://li:s3cret/s3cret@db/x", "postgresql://li:s3cret?s3cret@db/x",
        "postgresql://li:a@s3cret@db/x", "postgresql://db/x?password=s3cret&password=s3cret",
        "postgresql://db/x?%70assword=s3cret", "postgresql://db/x?sslpassword=s3cret", "postgres://li:s3cret@db",
        "postgresql://li:s3cret", "postgresql://db/x?s3cret", "postgresql://db/x?s3cret=1"}) {
    EXPECT_EQ(WithoutPassword(url).find("s3cret"), std::string::npos) << WithoutPassword(url);
    Status checked = CheckPostgresUrl(url);
    if (!checked.has_value()) {
      EXPECT_EQ(checked.error().message.find("s3cret"), std::string::npos) << checked.error().message;
    }
  }
}

TEST(StoreUrl, BadOnesAreRefusedBeforeLibpqQuotesThem) {
  for (const char* url :
       {"postgresql://li:a@b@db/x", "postgresql://li:s3cret@db:/x?nonsense=1", "postgresql://[::1/x"}) {
    EXPECT_EQ(CheckPostgresUrl(url).error().code, ErrorCode::kInvalidInput) << url;
  }
}

}  // namespace
}  // namespace yijian::store
