// Fen from the text of an amount, read apart from convert.h: the two readings must agree, or the
// batch is refused. Threads: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace yijian::intake {

// Nothing when the text is no amount in whole fen (in halves rounded up when `round`).
std::optional<int64_t> FenOfText(std::string_view text, bool thousands, bool round);

}  // namespace yijian::intake
