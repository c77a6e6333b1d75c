// Any text: the parser must end, print what it read so that it reads the same again, and the checker must say what it
// thinks of it, in a scope that has everything.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "lang/check.h"
#include "lang/expression.h"

namespace {

using namespace yijian;
using lang::Type;
using timeline::Kind;

struct World {
  std::map<std::string, lang::TableSchema> tables;
  std::map<std::string, lang::Param> params;
  lang::Scope line;
  lang::Scope pair;
  lang::Lets lets;

  World() {
    tables["t"] = {"t", 1, {{"text", Type::kCode}, {"n", Type::kNumber}, {"m", Type::kMoney}, {"d", Type::kDuration}}};
    tables["p"] = {"p", 2, {{"text", Type::kCode}}};
    params["n"] = {Type::kNumber, {{0, kMicro, {}}}};
    params["d"] = {Type::kDuration, {{0, kSecondsPerDay, {}}}};
    params["text"] = {Type::kCode, {{0, 0, "1"}}};
    line.rows = {{"line", Kind::kLine, 0}};
    line.bindings = {{"k", &tables.at("t")}};
    line.tables = &tables;
    line.params = &params;
    line.aggregates = true;
    line.units = true;
    lang::Diagnostics none;
    for (auto [name, text] : {std::pair{"z", "sum(line.qty) + 1"}, {"w", "visit.diagnoses.exists(d, d.main)"}}) {
      lets.names.push_back({name, lang::Check(text, {}, Type::kAny, line, none)});
    }
    line.lets = &lets;
    pair = line;
    pair.rows = {{"a", Kind::kVisit, 0}, {"b", Kind::kLine, 1}};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World world;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  lang::Place place{"fuzz", 1, 1};
  lang::Diagnostics diagnostics;
  lang::NodePtr tree = lang::Parse(text, place, diagnostics);
  CHECK((tree == nullptr) == !diagnostics.ok());
  if (!tree) return 0;

  // Brackets that printing adds may pass the limits of depth and length; nothing else may change.
  std::string printed = lang::Print(*tree);
  lang::Diagnostics again;
  lang::NodePtr copy = lang::Parse(printed, place, again);
  CHECK(copy || again.list()[0].code == lang::Code::kTooDeep);
  if (copy) CHECK(lang::Print(*copy) == printed);

  for (const lang::Scope* scope : {&world.line, &world.pair}) {
    lang::Diagnostics found;
    world.lets.placed = 0;
    lang::ExprPtr expr = lang::CheckTree(*tree, text, place, Type::kAny, *scope, found);
    CHECK((expr == nullptr) == !found.ok());
    if (expr) CHECK(!lang::Dump(*expr).empty());
  }
  return 0;
}
