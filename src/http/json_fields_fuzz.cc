// Any body: no crash, errors well-formed, and nothing accepted that the rules forbid.
#include <cstdint>

#include "base/result.h"
#include "base/utf8.h"
#include "http/fields.h"
#include "http/problem.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace yijian::http;
  FieldErrors errors;
  auto body = Fields::Parse({reinterpret_cast<const char*>(data), size}, &errors);
  if (!body) return 0;
  std::string text = body->Text("a", {.characters_max = 5});
  CHECK(CharactersOf(text) <= 5 && !HasControl(text, false) && yijian::IsUtf8(text));
  int64_t number = body->Int("b", {.min = 0, .max = 9});
  CHECK(number >= 0 && number <= 9);
  for (Fields& line : body->List("c", {.items_max = 4})) {
    line.MoneyIf("d");
    line.DayIf("e");
    line.Object("f").MomentIf("g");
  }
  body->Texts("h");
  bool fine = body->Finish().has_value();
  CHECK(fine == errors.empty());
  CHECK(errors.size() <= kFieldErrorsMax);
  yijian::Error error = yijian::InvalidInput("fuzz");
  CHECK(yijian::IsUtf8(ToJson(ProblemOf(error, errors), Language::kEnglish, "1")));
  return 0;
}
