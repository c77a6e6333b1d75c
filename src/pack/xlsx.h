// The first sheet of an XLSX workbook as rows of texts. Only its .cc sees liborcus' spreadsheet interfaces.
//
// Internal to pack; see sheet.h.
#pragma once

#include <optional>
#include <string>

#include "pack/sheet.h"

namespace yijian::pack {

inline constexpr int kXlsxRowsMax = 1048576;
inline constexpr int kXlsxColumnsMax = 512;

std::optional<Sheet> ReadXlsx(const std::string& name, const std::string& bytes, lang::Diagnostics& diagnostics);

}  // namespace yijian::pack
