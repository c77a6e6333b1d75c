// How ways of delivery and execution are said in histories and messages; screens have their own words for the codes.
#pragma once

#include <string_view>

namespace yijian::casework {

struct Words {
  const char* zh;
  const char* en;
};

inline Words DeliveryWords(std::string_view way) {
  if (way == "on_the_spot") return {"当场送达", "on the spot"};
  if (way == "post") return {"邮寄送达", "by post"};
  if (way == "public_notice") return {"公告送达", "by public notice"};
  return {"电子送达", "electronically"};
}

inline Words ExecutionWords(std::string_view way) {
  if (way == "deducted") return {"结算扣减", "deducted"};
  if (way == "written_off") return {"核销", "written off"};
  if (way == "held") return {"已约谈", "held"};
  if (way == "begun") return {"开始", "begun"};
  if (way == "ended") return {"结束", "ended"};
  if (way == "receipted") return {"收到回执", "receipted"};
  return {"收款", "received"};
}

}  // namespace yijian::casework
