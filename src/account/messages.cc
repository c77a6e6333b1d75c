#include "account/messages.h"

#include "base/words.h"

namespace yijian::account {

Status SendMessage(store::Session& session, int64_t person, const Message& message) {
  TRY(session.Execute(
      "INSERT INTO message (person, at, kind, text_zh, text_en, link) VALUES (?, ?, ?, ?, ?, ?)",
      {person, message.at, message.kind, message.text_zh, message.text_en, store::Maybe(message.link)}));
  return {};
}

Result<int64_t> UnreadOf(store::Session& session, int64_t person) {
  store::Rows rows = TRY(session.Query(
      "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM message WHERE person = ? AND read_at IS NULL", {person}));
  return rows.front().Int("n");
}

Result<MessagePage> MessagesOf(store::Session& session, int64_t person, int64_t page, int64_t size) {
  MessagePage found;
  store::Rows count =
      TRY(session.Query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM message WHERE person = ?", {person}));
  found.total = count.front().Int("n");
  found.unread = TRY(UnreadOf(session, person));
  for (const store::Row& row :
       TRY(session.Query("SELECT * FROM message WHERE person = ? ORDER BY id DESC LIMIT ? OFFSET ?",
                         {person, size, (page - 1) * size}))) {
    found.rows.push_back({row.Int("id"), row.Int("at"), row.Text("kind"), row.Text("text_zh"), row.Text("text_en"),
                          row.MaybeText("link"), !row.IsNull("read_at")});
  }
  return found;
}

Status ReadMessage(store::Session& session, int64_t person, int64_t message, EpochMs now) {
  int64_t touched = TRY(session.Execute("UPDATE message SET read_at = COALESCE(read_at, ?) WHERE id = ? AND person = ?",
                                        {now, message, person}));
  if (touched == 0) return NotFound("no such message", "没有此消息");
  return {};
}

}  // namespace yijian::account
