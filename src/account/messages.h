// A person's inbox: reminders, deadlines, work that came back.
//
// Threads: as the session.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "store/database.h"

namespace yijian::account {

struct Message {
  int64_t id = 0;
  EpochMs at = 0;
  std::string kind;
  std::string text_zh;
  std::string text_en;
  std::optional<std::string> link;  // a path of the screens
  bool read = false;
};

struct MessagePage {
  std::vector<Message> rows;
  int64_t total = 0;
  int64_t unread = 0;
};

Status SendMessage(store::Session& session, int64_t person, const Message& message);
Result<MessagePage> MessagesOf(store::Session& session, int64_t person, int64_t page, int64_t size);
Result<int64_t> UnreadOf(store::Session& session, int64_t person);
Status ReadMessage(store::Session& session, int64_t person, int64_t message, EpochMs now);  // kNotFound

}  // namespace yijian::account
