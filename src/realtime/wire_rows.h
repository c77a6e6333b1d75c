// Rows out of JSON objects, as drafts and uploads share them. Internal to realtime.
#pragma once

#include "base/hash.h"
#include "realtime/wire.h"
#include "realtime/wire_fields.h"

namespace yijian::realtime {

// The same ids give the same rows, whichever message tells them.
inline int64_t LineKey(std::string_view visit, std::string_view serial) {
  return IdKeyOf(std::string(visit) + "|" + std::string(serial));
}

class RowReader {
 public:
  explicit RowReader(const WireContext& context) : context_(context), coder_(*context.codes) {}

  Status Person(const Json& object, const std::string& place, History& history);
  // `visit_no` was read; `stay_hint` is the member med_mdtrt_type, when there is one.
  Status Visit(const Json& object, const std::string& visit_no, const std::string& place, History& history);
  Status Diagnoses(const Json* list, const std::string& visit_no, const std::string& place, History& history);
  Status Operations(const Json* list, const std::string& visit_no, const std::string& place, History& history);
  // `serial`: names of the member that names the line.
  Result<int64_t> Line(const Json& object, const std::string& visit_no, const std::string& serial, int64_t settlement,
                       const std::string& place, History& history);
  Status Settlement(const Json& object, const std::string& visit_no, int64_t key, const std::string& place,
                    History& history);
  struct TraceFacts {
    int64_t item = kNull;
    Time time = kNull;
    int64_t settlement = kNull;
    int64_t visit = kNull;
    int64_t qty = kNull;
    int64_t amount = kNull;
    int64_t split = kNull;
    std::string_view event;  // sale | return | stock_in
    std::string serial;      // makes the row's key, with the code
  };
  // Nodes drugtracinfo, drug_trac_info, durg_trac_info, traces, or the plain field drug_trac_codg.
  Status Traces(const Json& object, const TraceFacts& facts, const std::string& place, History& history);

  void CountRow() { rows_++; }
  bool too_many() const { return rows_ > kRowsMax; }
  Coder& coder() { return coder_; }

 private:
  const WireContext& context_;
  Coder coder_;
  size_t rows_ = 0;
};

const Json* FirstOf(const Json& object, std::initializer_list<std::string_view> names);

}  // namespace yijian::realtime
