#include "intake/code_sets.h"

#include "intake/convert.h"
#include "intake/source.h"

namespace yijian::intake {
namespace {

Status AddCodes(const std::string& path, std::set<std::string, std::less<>>& codes) {
  std::unique_ptr<Source> source = TRY(OpenCsv(path, {.encoding = Encoding::kUtf8, .delimiter = ',', .quote = '"'}, 0));
  Piece piece;
  while (TRY(source->Next(piece))) {
    for (size_t row = 0; row < piece.rows; row++) codes.emplace(Trim(piece.Field(0, row)));
  }
  return {};
}

}  // namespace

const CodeSet& CodeSets::Get(std::string_view names) {
  auto found = sets_.find(names);
  if (found == sets_.end()) found = sets_.emplace(names, Load(names)).first;
  return found->second;
}

CodeSet CodeSets::Load(std::string_view names) const {
  CodeSet set;
  for (size_t at = 0; at <= names.size();) {
    size_t plus = std::min(names.find('+', at), names.size());
    std::string name(names.substr(at, plus - at));
    at = plus + 1;
    set.off = set.off || mapping_.code_sets_off.contains(name);
    if (auto more = mapping_.more_codes.find(name); more != mapping_.more_codes.end()) {
      set.codes.insert(more->second.begin(), more->second.end());
    }
    Status added = AddCodes(dir_ + "/" + name + ".csv", set.codes);
    if (!added) set.error = "the code set " + name + " cannot be read: " + added.error().message;
  }
  return set;
}

}  // namespace yijian::intake
