// Reads the members of a JSON body, telling everything that is wrong with it at once.
//
//   Fields body = TRY(request.Json());
//   std::string opinion = body.Text("opinion", {.characters_max = 2000, .lines = true});
//   std::optional<Date> due = body.DayIf("due");
//   for (Fields& line : body.List("lines", {.items_max = 500})) {
//     amounts.push_back(line.Money("amount"));     // fen
//   }
//   TRY(body.Finish());                            // every fault above, and members nobody asked for
//
// A getter that finds a fault notes it (JSON pointer, value, what was expected) and returns an empty value; the caller
// goes on and Finish fails once. The server turns that failure into a problem answer with all the notes. Names ending
// in If are for members that may be absent or null.
// Owns:    shares the parsed body with its siblings; keeps nothing of the request.
// Errors:  only Finish: kInvalidInput. At most a hundred notes are kept.
// Threads: one thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "base/result.h"
#include "http/json_text.h"
#include "http/text.h"

namespace yijian::http {

struct FieldError {
  std::string field;  // JSON pointer "/lines/3/amount", or "page" for a query field
  std::string value;  // as sent, cut short; empty when missing
  Text expected;
};

// Faults found so far in one request; its query getters and its Fields write into the same list.
using FieldErrors = std::vector<FieldError>;
inline constexpr size_t kFieldErrorsMax = 100;
void Note(FieldErrors& errors, FieldError error);

struct TextRule {
  size_t characters_min = 1;
  size_t characters_max = 200;
  bool lines = false;  // tabs and line ends are welcome
};

struct IntRule {
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
};

struct ListRule {
  size_t items_min = 0;
  size_t items_max = 1000;
};

class Fields {
 public:
  // The body must be an object. errors outlives the Fields.
  static Result<Fields> Parse(std::string_view json, FieldErrors* errors);

  bool Has(std::string_view name) const;  // present and not null

  std::string Text(std::string_view name, TextRule rule = {});
  int64_t Int(std::string_view name, IntRule rule = {});
  bool Bool(std::string_view name);
  Fen Money(std::string_view name);  // yuan, a number or a text, at most two decimals
  Micro Decimal(std::string_view name);
  Date Day(std::string_view name);
  Time Moment(std::string_view name);
  std::string Choice(std::string_view name, std::initializer_list<std::string_view> choices);
  Fields Object(std::string_view name);
  std::vector<Fields> List(std::string_view name, ListRule rule = {});  // of objects
  std::vector<std::string> Texts(std::string_view name, ListRule list = {}, TextRule rule = {});

  std::optional<std::string> TextIf(std::string_view name, TextRule rule = {});
  std::optional<int64_t> IntIf(std::string_view name, IntRule rule = {});
  std::optional<bool> BoolIf(std::string_view name);
  std::optional<Fen> MoneyIf(std::string_view name);
  std::optional<Micro> DecimalIf(std::string_view name);
  std::optional<Date> DayIf(std::string_view name);
  std::optional<Time> MomentIf(std::string_view name);
  std::optional<std::string> ChoiceIf(std::string_view name, std::initializer_list<std::string_view> choices);
  std::optional<Fields> ObjectIf(std::string_view name);

  // A fault only the caller can see ("ends before it begins"), noted at that member.
  void Fault(std::string_view name, http::Text expected);

  // The member as it was read, for what is kept without being understood. Counts as read, with all below it.
  const JsonValue* Raw(std::string_view name);

  Status Finish();

 private:
  Fields(std::shared_ptr<const JsonValue> body, const JsonValue* here, std::string pointer, FieldErrors* errors)
      : body_(std::move(body)), here_(here), pointer_(std::move(pointer)), errors_(errors) {}

  const JsonValue* Take(std::string_view name, bool required);
  void Expect(std::string_view name, const JsonValue* value, http::Text expected);
  std::optional<std::string> TextOf(const JsonValue& value, std::string_view name, TextRule rule);
  std::optional<Micro> DecimalOf(const JsonValue* value, std::string_view name, bool money);

  std::shared_ptr<const JsonValue> body_;
  const JsonValue* here_;  // never null; inside body_, or an empty object when the member was missing
  std::string pointer_;
  FieldErrors* errors_;
};

}  // namespace yijian::http
