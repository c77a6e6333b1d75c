// How a JSON object becomes a row: which member is which field.
//
//   FieldReader fields(Kind::kLine, coder, "fsi_order_dtos[3]");
//   TRY(fields.Read(object, row));
//
// A member is known by the interface's name in 3101/3102 (cnt, hilist_code, drord_dr_codg), by the national column name
// (det_item_fee_sumamt, acord_dr_code: uploads, and what a province adds), or not at all: then it is left alone.
// Empty texts are unknown. An id is known by its text (setl_id, rxno).
// Errors:  YJ1003 and YJ1004 with the path of the member.
// Internal to realtime.
#pragma once

#include "realtime/codes.h"
#include "realtime/envelope.h"
#include "realtime/history.h"

namespace yijian::realtime {

class FieldReader {
 public:
  FieldReader(Kind kind, Coder& coder, std::string place) : kind_(kind), coder_(coder), place_(std::move(place)) {}
  Status Read(const Json& object, NewRow& row);

 private:
  Kind kind_;
  Coder& coder_;
  std::string place_;
};

// A required text of at most `length` characters.
Result<std::string> Required(const Json& object, std::string_view name, size_t length, const std::string& place);
// The same from the first of several names that is there.
Result<std::string> Required(const Json& object, std::initializer_list<std::string_view> names, size_t length,
                             const std::string& place);
// Empty when it is not there.
Result<std::string> Optional(const Json& object, std::initializer_list<std::string_view> names, size_t length,
                             const std::string& place);
Result<std::optional<Time>> OptionalTime(const Json& object, std::initializer_list<std::string_view> names,
                                         const std::string& place);

}  // namespace yijian::realtime
