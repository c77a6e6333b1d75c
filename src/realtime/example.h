// Drafts for trying things out, made of what a store knows of a (synthetic) person: the last visit prescribed once
// more.
//
//   std::optional<std::string> draft = ExampleDraft(known, store.codes(), program::kPre);
//   std::optional<std::string> visit = VisitDraft(known, store.codes(), "V1");
//
// JSON of the plain twin, on one line. nullopt: the person has too few lines for an example. Before care it is the next
// morning, at settlement the same day. Only what the store keeps can be told: fields that no rule reads are not there.
// Threads: pure but for `codes`, which is shared.
#pragma once

#include <optional>
#include <string>

#include "realtime/codes.h"
#include "realtime/history.h"

namespace yijian::realtime {

// `lines` above 0: exactly so many, from earlier visits when the last has fewer.
std::optional<std::string> ExampleDraft(const History& known, Codes& codes, program::Moment moment, size_t lines = 0);

// One visit told as it was: its own number, its times. nullopt: nothing with lines is known under the number.
std::optional<std::string> VisitDraft(const History& known, Codes& codes, const std::string& visit_no);

}  // namespace yijian::realtime
