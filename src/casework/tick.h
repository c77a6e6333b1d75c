// What time does by itself: unanswered opinions count as accepted, appeals not made lapse, missed clocks are told to
// the next in line, sleeping clues wake. `yijian serve` calls it every minute; every clock is a transaction of its own,
// so that one that fails does not keep the others.
#pragma once

#include "casework/job.h"

namespace yijian::casework {

// One due clock and what follows from it.
struct ClockRow;
Status ActOnClock(Job& job, const ClockRow& clock);

}  // namespace yijian::casework
