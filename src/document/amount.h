// Amounts as documents write them.
//
//   Yuan(1234567)         "12,345.67"
//   InWords(1234567)      "壹万贰仟叁佰肆拾伍元陆角柒分"
//
// Words follow 《支付结算办法》 annex 1 (正确填写票据和结算凭证的基本规定): 整 after yuan or jiao when nothing follows,
// 零 for zeros between, once for several.
//
// Units:   fen. Any int64.
// Threads: pure.
#pragma once

#include <string>

#include "base/decimal.h"

namespace yijian::document {

std::string Yuan(Fen fen);
std::string InWords(Fen fen);
// "2026-11-25" or a time that begins so becomes "2026年11月25日"; anything else comes back as it is.
std::string DayInWords(const std::string& day);

}  // namespace yijian::document
