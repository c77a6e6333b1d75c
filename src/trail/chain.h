// What makes the chain: the text of an entry and its hash. Pure. Internal to trail. Grammar: docs/formats/trail.md.
#pragma once

#include <string>

#include "trail/trail.h"

namespace yijian::trail {

inline const std::string kBeforeTheFirst(64, '0');

// SM3 over the previous hash and the entry, in hexadecimal.
std::string HashOf(const Stored& stored);

// A row of the table.
Stored StoredOf(const store::Row& row);

}  // namespace yijian::trail
