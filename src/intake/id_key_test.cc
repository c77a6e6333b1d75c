#include "intake/id_key.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/hash.h"
#include "lake/database.h"
#include "lake/parquet_writer.h"
#include "lake/testing.h"

namespace yijian::intake {

using lake::kNullValue;

namespace {

TEST(IdKeyTest, IsWhatDuckDbComputes) {
  lake::Connection connection = lake::Must(lake::OpenConnection());
  std::vector<std::string> texts;
  for (size_t size = 0; size < 200; size++) texts.push_back(std::string(size, static_cast<char>('0' + size % 10)));
  texts.push_back("人员编号");
  std::vector<std::string_view> ids;
  for (const std::string& text : texts) {
    ids.push_back(text);
    if (text.size() % 3 == 0) ids.push_back(text);  // runs
    if (text.size() % 5 == 0) ids.emplace_back();   // nulls
  }
  std::vector<int64_t> keys(ids.size());
  KeysOfIds(ids, keys);
  for (size_t i = 0; i < ids.size(); i++) {
    if (ids[i].data() == nullptr) {
      EXPECT_EQ(keys[i], kNullValue);
      continue;
    }
    int64_t expected =
        lake::Must(connection.QueryInt("SELECT (md5_number_lower(" + lake::Quote(ids[i]) + ") >> 1)::BIGINT"));
    EXPECT_EQ(keys[i], expected) << ids[i];
    EXPECT_EQ(KeyOfId(ids[i]), expected) << ids[i];
    EXPECT_EQ(IdKeyOf(ids[i]), expected) << ids[i];
  }
}

}  // namespace
}  // namespace yijian::intake
