// Words for people in both languages, and which one a client asked for.
//
// Threads: values and pure functions.
#pragma once

#include <string>
#include <string_view>

namespace yijian::http {

enum class Language { kChinese, kEnglish };

struct Text {
  std::string zh;
  std::string en;

  const std::string& In(Language language) const { return language == Language::kChinese ? zh : en; }
};

// From an Accept-Language header: whichever of zh and en has the higher weight. Chinese when neither is named or on a
// tie.
Language LanguageOf(std::string_view accept_language);

// How many characters (code points) a well-formed text has.
size_t CharactersOf(std::string_view text);

// True when the text has a control character (C0, DEL or C1). Tab and line ends count only when lines is false.
bool HasControl(std::string_view text, bool lines);

// Lower-case ASCII, other bytes untouched.
std::string Lower(std::string_view text);
// The same but for the case of ASCII letters: names of headers.
bool SameName(std::string_view left, std::string_view right);
// Without spaces and tabs at both ends.
std::string_view Trim(std::string_view text);

}  // namespace yijian::http
