// The handlers: request bytes in, response bytes out. Whoever has sockets mounts them; nothing here knows one.
//
//   Gateway gateway(service, institutions);
//   POST /fsi/api/{infno}                          -> gateway.National(infno, body, caller of the key)
//   POST /fsi/api/{service}/{method}               -> gateway.National(InfnoOfPath(service, method), body, ...)
//   POST /api/realtime/{pre|mid|feedback|upload}   -> gateway.Twin(what, caller, body)
//
// National: the envelope of the interface (envelope.h). Always HTTP 200 with infcode 0 or -1, as callers expect, but
// for
//           429 and 503, which are the server's own. 3101 3102 3103 and the uploads of wire.h.
// Twin:     plain JSON, for callers whom the server has identified. A body is
//             pre, mid   {"msgid"?, "time"?, "persons": [{"psn_no", "gend", "brdy", "visits": [{"mdtrt_id", national
//                        columns of a visit, "lines": [...], "diagnoses": [...], "operations": [...], "settlement":
//                        {...}}]}]}; also the tree of 3101. docs/realtime.md has an example.
//             feedback   {"warn_type": "1"|"2", "warns": [{"warn_rslt_id", "dspo_way": "1"|"2", "dspo_way_rea"}]}
//             upload     {"infno", "msgid"?, "time"?, "input": {...}}
//           Problems are {"code", "title", "title_en", "detail", "place"} (the path of a field, or empty) with 400 404
//           409 413 or 500.
// Message:  a msgid that was answered is answered alike (and marked so); with another body it is a conflict.
// Logs:     the handlers log nothing; `trace` of a response is the id to log. It holds no personal data.
// Threads:  share it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "realtime/wire.h"

namespace yijian::realtime {

// What a request was about, for logs and numbers: no personal data but what `msgid` may hold.
struct Glance {
  std::string infno;        // of national messages; else pre, mid, feedback, upload
  std::string institution;  // code; empty when nobody said
  std::string msgid;
  bool trial = false;
  std::string tried_by;  // of a trial: login
  int drafts = 0;
  int lines = 0;                 // told by the drafts
  std::vector<int64_t> persons;  // IdKeyOf of their numbers, the first of them
  struct Doubted {
    std::string rule;
    std::string missing;
  };
  std::vector<std::string> hits;  // rules, one for each hit
  std::vector<Doubted> unknowns;
  std::vector<std::string> not_reached;
  Advice advice = Advice::kPass;
  bool asked = false;  // pre or mid, and judged: advice says something
};

struct WireResponse {
  int status = 200;
  std::string body;    // application/json; charset=UTF-8
  std::string trace;   // inf_refmsgid of national answers, msgid of others
  bool again = false;  // answered before
  std::string word;    // code of the error; empty when there was none
  Glance glance;
};

struct Caller {
  std::string institution;  // code
  std::string name;         // of a trial: login
  bool trial = false;       // a person tries it: what is told counts in no report, and nothing may be uploaded
};

// Who showed a key with a national message. Without a key of its own an institution must sign what it sends.
struct KeyHolder {
  bool needed = false;      // false: the envelope's word is enough (demonstrations, tests)
  std::string institution;  // code; empty: no key was shown
};

class Gateway {
 public:
  Gateway(Service& service, Institutions institutions);

  // Requests on their way keep what they began with.
  void SetInstitutions(Institutions institutions);
  std::shared_ptr<const Institutions> institutions() const { return institutions_.load(std::memory_order_acquire); }

  // `begun`: when the request arrived; the policy's time for an answer runs from there.
  WireResponse National(std::string_view infno, std::string_view body, const KeyHolder& key = {},
                        Service::Begun begun = std::chrono::steady_clock::now());
  WireResponse Twin(std::string_view what, const Caller& caller, std::string_view body,
                    Service::Begun begun = std::chrono::steady_clock::now());

  // Per rule: runs, hits, unknowns, cost, not reached; shadow differences; sizes of the store. Prometheus text.
  std::string Metrics() const;
  // What the monitor screen shows, as JSON: the same numbers with names, and the share of advice taken (提醒采纳率).
  Result<std::string> Report(const std::string& institution = {});

 private:
  Result<std::string> Carry(const Envelope& envelope, std::string_view body, Service::Begun begun, bool& again,
                            Glance& glance);
  Result<std::string> CarryTwin(std::string_view what, const Caller& caller, std::string_view body,
                                Service::Begun begun, std::string& trace, bool& again, Glance& glance);
  Result<std::string> TakeUploads(Result<std::vector<Upload>> uploads, const std::string& msgid, uint64_t digest,
                                  const std::string& response, bool& again);

  Service& service_;
  std::atomic<std::shared_ptr<const Institutions>> institutions_;
  std::atomic<uint64_t> serial_{0};
};

// The transaction of a path as hospitals' systems call it ("riskConService", "beforeAnalyze" = 3101); empty where the
// service has many and the envelope says which ("hospFeeDtlService"); nullopt: no such service.
std::optional<std::string_view> InfnoOfPath(std::string_view service, std::string_view method);

}  // namespace yijian::realtime
