// National messages 3701-3704 (申诉与合议): how an institution's own system reads what is put to it, answers, asks for
// a panel and sends files. Names are those of the interface; the steps are those of opinion_steps.h.
//
//   document (单据)  one visit or settlement of one opinion     docId       the lake's, or the suspect's where it has
//   none suspect (疑点)   what one rule found there                  docSusptId  s12 detail (明细)    one line
//   docSusptDetlId  l12
//
//   3702 appeal         = the answer to an opinion. Suspects may come in several messages; what came stands as a draft,
//                         and once every line of an opinion has its answer it is handed in.
//   3703 panel request  = the appeal against the second look, once an opinion: one wrong suspect and none is filed.
//
// Amounts are texts of yuan with two decimals. Of what the store does not hold, and of dictionaries whose codes are not
// published (VOLA_FLAG, SUPN_SUSPT_STAS, NODE_CODE, ...), the members are left out.
// Errors: forbidden not_your_institution for everybody but the institution named. What is wrong with one suspect is
// said in the answer, beside those that went well.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "casework/casework.h"
#include "casework/views.h"
#include "trail/evidence.h"

namespace yijian::casework {

// Whether the actor is the institution of this code.
Status RequireInstitution(const Actor& actor, const std::string& code);

struct NationalQuery {
  std::optional<EpochMs> from;   // issued at or after
  std::optional<EpochMs> until;  // issued at or before
  int stage = 0;                 // 1: up to the second look, 2: from it on, 0: all
  Paging paging;
};
Result<nlohmann::json> NationalDocuments(Job& job, const NationalQuery& query);  // 3701

struct NationalSuspect {
  std::string suspect;
  bool apply = false;  // false: accepted (3702), no panel wanted (3703)
  // Of apply:
  Fen amount = 0;           // what is contested; 3703: all that still is
  std::string attachments;  // of 3704
  std::string opinion;      // why
};
struct NationalDocument {
  std::string doc;
  std::vector<NationalSuspect> suspects;
};
struct NationalAppeal {
  std::string remark;
  std::vector<NationalDocument> docs;
};
// A transaction for each opinion. Answers docs[docId, docCode, docReason, docsuspt[susptId, susptCode, susptReason]];
// codes "0" done, "1" failed.
Result<nlohmann::json> NationalAnswer(Casework& casework, const Actor& actor, const NationalAppeal& appeal);  // 3702
Result<nlohmann::json> NationalPanel(Casework& casework, const Actor& actor, const NationalAppeal& appeal);   // 3703

struct NationalFile {
  std::string name;
  trail::KeptFile kept;
};
inline constexpr size_t kNationalFilesMax = 5;  // of one message
inline constexpr int64_t kNationalBytesMax = 100 << 20;
// Adds to the set of this key, or to a new one when it is empty; answers the key. kNotFound: no such set of its own.
Result<std::string> AddAttachments(Job& job, const std::string& set, const std::vector<NationalFile>& files);  // 3704

}  // namespace yijian::casework
