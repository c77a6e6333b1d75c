#include <algorithm>

#include "pack/cases.h"
#include "pack/keys.h"
#include "timeline/story.h"

namespace yijian::pack {
namespace {

using lang::Code;
using lang::Diagnostics;
using timeline::StoryWord;

class CaseParser {
 public:
  CaseParser(const std::string& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  void Add(std::string_view text, int line) {
    line_ = line;
    std::optional<std::vector<StoryWord>> words = timeline::SplitWords(text);
    if (!words) return Fail(1, "a quote in this line is not closed");
    if (words->empty()) return;
    const std::string& first = words->front().text;
    if (first == "case" || first == "todo") return Begin(*words, first == "todo");
    if (!case_) {
      if (!lost_) Fail(words->front().column, "expected 'case \"name\"'", "a timeline belongs to a case");
      lost_ = true;
      return;
    }
    if (first == "expect") return Expect(*words);
    if (expects_) return Fail(words->front().column, "'expect' ends a case; expected another 'expect' or a new 'case'");
    if (first == "param" || first == "table") {
      if (words->size() < 2) return Fail(words->front().column, "expected " + first + " NAME...");
      (first == "param" ? case_->params : case_->tables).push_back({line_, std::string(text)});
      return;
    }
    case_->story.push_back({line_, std::string(text)});
  }

  std::vector<Case> Finish() {
    End();
    return std::move(cases_);
  }

 private:
  void Fail(int column, std::string message, std::string suggestion = {}) {
    diagnostics_.Add(Code::kCaseSyntax, {file_, line_, column}, std::move(message), std::move(suggestion));
    broken_ = true;
  }

  void Begin(const std::vector<StoryWord>& words, bool todo) {
    End();
    case_.emplace();
    case_->todo = todo;
    case_->line = line_;
    if (words.size() != 2) return Fail(words[0].column, "expected " + words[0].text + " and a name in quotes");
    case_->name = words[1].text;
    auto same = [&](const Case& other) { return other.name == case_->name; };
    if (std::any_of(cases_.begin(), cases_.end(), same))
      Fail(words[1].column, "two cases are called '" + case_->name + "'");
  }

  void End() {
    if (case_ && !expects_) {
      diagnostics_.Add(Code::kCaseSyntax, {file_, case_->line, 1}, "this case expects nothing",
                       "end it with expect none, expect finding ..., or expect unknown ...");
      broken_ = true;
    }
    if (case_ && !broken_) cases_.push_back(std::move(*case_));
    case_.reset();
    broken_ = false;
    expects_ = false;
    lost_ = false;
  }

  void Expect(const std::vector<StoryWord>& words) {
    static const std::vector<std::string> kKinds{"none", "finding", "unknown"};
    expects_ = true;
    std::string kind = words.size() > 1 ? words[1].text : std::string();
    if (kind == "none" && words.size() == 2) {
      case_->expects_none = true;
    } else if (kind == "unknown" && words.size() == 3) {
      case_->unknowns.push_back(words[2].text);
    } else if (kind == "finding" && words.size() >= 4) {
      Finding(words);
    } else {
      std::string hint = DidYouMean(kind, kKinds);
      if (hint.empty() || std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end()) {
        hint = "expect none; expect finding L1 20.00; expect unknown person.birth";
      }
      return Fail(words[0].column, "this expectation cannot be read", hint);
    }
    bool more = !case_->findings.empty() || !case_->unknowns.empty();
    if (case_->expects_none && more) Fail(words[0].column, "'expect none' stands alone");
  }

  void Finding(const std::vector<StoryWord>& words) {
    ExpectedFinding finding;
    for (size_t i = 2; i + 1 < words.size(); i++) finding.rows.push_back(words[i].text);
    const StoryWord& last = words.back();
    if (last.text != "?") {
      std::optional<Micro> yuan = ParseMicro(last.text);
      if (!yuan || *yuan % kMicroPerFen != 0) {
        return Fail(last.column, "expected yuan such as 20.00, found '" + last.text + "'");
      }
      finding.amount = *yuan / kMicroPerFen;
    }
    case_->findings.push_back(std::move(finding));
  }

  const std::string& file_;
  Diagnostics& diagnostics_;
  int line_ = 0;
  std::vector<Case> cases_;
  std::optional<Case> case_;
  bool expects_ = false;
  bool broken_ = false;
  bool lost_ = false;  // outside any case, and said so
};

}  // namespace

std::vector<Case> ParseCases(const std::string& file, std::string_view text, Diagnostics& diagnostics) {
  CaseParser parser(file, diagnostics);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (int line = 1; !text.empty(); line++) {
    size_t end = std::min(text.find('\n'), text.size());
    parser.Add(text.substr(0, end), line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.Finish();
}

}  // namespace yijian::pack
