// What is done and settled, as it happens: 22xx, 23xx, 24xx, 2102, 35xx.

#include <algorithm>
#include <map>

#include "realtime/wire_rows.h"

namespace yijian::realtime {
namespace {

enum class Does { kRegister, kDiagnose, kLines, kDropLines, kSettle, kUnsettle, kDropVisit, kPharmacy, kTrace };

struct Transaction {
  std::string_view infno;
  Does does;
  std::string_view event;  // traces
};
constexpr Transaction kTransactions[] = {
    {"2201", Does::kRegister, ""},      {"2202", Does::kDropVisit, ""},      {"2203", Does::kDiagnose, ""},
    {"2203A", Does::kDiagnose, ""},     {"2204", Does::kLines, ""},          {"2205", Does::kDropLines, ""},
    {"2207", Does::kSettle, ""},        {"2208", Does::kUnsettle, ""},       {"2301", Does::kLines, ""},
    {"2302", Does::kDropLines, ""},     {"2304", Does::kSettle, ""},         {"2305", Does::kUnsettle, ""},
    {"2401", Does::kDiagnose, ""},      {"2402", Does::kDiagnose, ""},       {"2403", Does::kDiagnose, ""},
    {"2404", Does::kDropVisit, ""},     {"2102", Does::kPharmacy, ""},       {"2103", Does::kUnsettle, ""},
    {"3503", Does::kTrace, "stock_in"}, {"3503A", Does::kTrace, "stock_in"}, {"3505", Does::kTrace, "sale"},
    {"3505A", Does::kTrace, "sale"},    {"3506", Does::kTrace, "return"},    {"3506A", Does::kTrace, "return"}};

const Transaction* FindTransaction(std::string_view infno) {
  for (const Transaction& transaction : kTransactions) {
    if (transaction.infno == infno) return &transaction;
  }
  return nullptr;
}

std::string Place(std::string_view name, size_t at) { return std::string(name) + "[" + std::to_string(at) + "]"; }

class UploadReader {
 public:
  UploadReader(std::string_view infno, const Json& input, const WireContext& context)
      : infno_(infno), input_(input), context_(context), rows_(context) {}

  Result<std::vector<Upload>> Read() {
    const Transaction* transaction = FindTransaction(infno_);
    if (!transaction) return WireError("YJ1007", std::string(infno_));
    switch (transaction->does) {
      case Does::kRegister:
      case Does::kDiagnose:
        TRY(VisitNodes());
        break;
      case Does::kLines:
        TRY(LinesOf(Node({"feedetail", "data"}), kNull));
        break;
      case Does::kDropLines:
        TRY(DropLines());
        break;
      case Does::kSettle:
        TRY(SettleVisit());
        break;
      case Does::kUnsettle:
        TRY(Acts(Deed::kUnsettle));
        break;
      case Does::kDropVisit:
        TRY(Acts(Deed::kDropVisit));
        break;
      case Does::kPharmacy:
        TRY(Pharmacy());
        break;
      case Does::kTrace:
        TRY(TraceNodes(transaction->event));
        break;
    }
    if (rows_.too_many()) return WireError("YJ3005");
    std::vector<Upload> uploads;
    for (auto& [key, upload] : uploads_) {
      Settle(upload.told);
      uploads.push_back(std::move(upload));
    }
    if (uploads.empty()) return WireError("YJ3002");
    return uploads;
  }

 private:
  // The transaction's own node; some senders leave it out.
  const Json& Node(std::initializer_list<std::string_view> names) const {
    const Json* node = FirstOf(input_, names);
    return node ? *node : input_;
  }

  Upload& For(const std::string& psn_no) {
    int64_t key = psn_no.empty() ? kNull : IdKeyOf(psn_no);
    auto [at, is_new] = uploads_.try_emplace(key);
    if (is_new) {
      at->second.infno = infno_;
      at->second.told.no = psn_no;
      at->second.told.subject = key;
    }
    return at->second;
  }

  Result<std::string> PersonOf(const Json& object, const std::string& place) const {
    return Required(object, {"psn_no", "patn_id"}, 30, place);
  }

  Status VisitNodes() {
    const Json& node = Node({"data", "mdtrtinfo", "dscginfo"});
    const Json* list = node.is_list() ? &node : nullptr;
    for (const Json* object : list ? list->Items() : std::vector<const Json*>{&node}) {
      std::string psn_no = TRY(PersonOf(*object, "data"));
      std::string visit_no = TRY(Required(*object, "mdtrt_id", 30, "data"));
      History& told = For(psn_no).told;
      if (told.of(Kind::kPerson).size() == 0) TRY(rows_.Person(*object, "data", told));
      TRY(rows_.Visit(*object, visit_no, "data", told));
      const Json* diagnoses = input_.Find("diseinfo");
      if (diagnoses && !diagnoses->Items().empty()) {
        told.acts.push_back({Deed::kDropList, Kind::kDiagnosis, IdKeyOf(visit_no), kNull, kNull, context_.now});
        TRY(rows_.Diagnoses(diagnoses, visit_no, "diseinfo", told));
      }
    }
    return {};
  }

  Status LinesOf(const Json& node, int64_t settlement) {
    size_t at = 0;
    for (const Json* line : node.Items()) {
      std::string place = Place("feedetail", at++);
      if (!line->is_object()) return WireError("YJ1003", place);
      std::string psn_no = TRY(PersonOf(*line, place));
      std::string visit_no = TRY(Required(*line, "mdtrt_id", 30, place));
      std::string serial = TRY(Required(*line, {"feedetl_sn", "bkkp_sn", "rx_id"}, 30, place));
      Upload& upload = For(psn_no);
      TRY(EnsureVisit(*line, visit_no, place, upload.told));
      int64_t key = TRY(rows_.Line(*line, visit_no, serial, settlement, place, upload.told));
      std::string refunds = TRY(Optional(*line, {"init_feedetl_sn"}, 30, place));
      if (!refunds.empty()) upload.refunds.push_back({key, LineKey(visit_no, refunds)});
      if (rows_.too_many()) return WireError("YJ3005");
    }
    return {};
  }

  // Lines name their visit; that it is, and where, is known from them too.
  Status EnsureVisit(const Json& line, const std::string& visit_no, const std::string& place, History& told) {
    const Rows& visits = told.of(Kind::kVisit);
    if (std::find(visits.key.begin(), visits.key.end(), IdKeyOf(visit_no)) != visits.key.end()) return {};
    std::vector<Json::Member> visit;
    for (const char* name : {"med_type", "insutype", "mdtrtarea_admvs", "fix_blng_admdvs", "hosp_lv"}) {
      if (const Json* value = line.Find(name)) visit.push_back({name, *value});
    }
    return rows_.Visit(Json::ObjectOf(visit), visit_no, place, told);
  }

  Status DropLines() {
    size_t at = 0;
    for (const Json* object : Node({"data"}).Items()) {
      std::string place = Place("data", at++);
      if (!object->is_object()) return WireError("YJ1003", place);
      std::string psn_no = TRY(PersonOf(*object, place));
      std::string visit_no = TRY(Required(*object, "mdtrt_id", 30, place));
      std::string batch = TRY(Optional(*object, {"chrg_bchno"}, 30, place));
      std::string serial = TRY(Optional(*object, {"feedetl_sn"}, 30, place));
      if (batch.empty() && serial.empty()) return WireError("YJ1002", place + ".chrg_bchno");
      Act act{Deed::kDropUnsettled, Kind::kLine, IdKeyOf(visit_no), kNull, kNull, context_.now};
      if (!batch.empty() && batch != "0000") act.deed = Deed::kDropBatch, act.key = IdKeyOf(batch);
      if (batch.empty() && serial != "0000") act.deed = Deed::kDropRow, act.key = LineKey(visit_no, serial);
      For(psn_no).told.acts.push_back(act);
    }
    return {};
  }

  // The answer's setlinfo, or the question with the id that was given out.
  const Json& SettlementNode() const { return Node({"setlinfo", "data", "druginfo"}); }

  Status SettleVisit() {
    const Json& data = Node({"data", "setlinfo"});
    const Json& settlement = SettlementNode();
    std::string psn_no = TRY(PersonOf(data, "data"));
    std::string visit_no = TRY(Required(data, "mdtrt_id", 30, "data"));
    std::string id = TRY(Optional(settlement, {"setl_id"}, 30, "setlinfo"));
    if (id.empty()) id = TRY(Required(data, "setl_id", 30, "data"));
    std::string batch = TRY(Optional(data, {"chrg_bchno"}, 30, "data"));
    int64_t key = IdKeyOf(id);
    History& told = For(psn_no).told;
    TRY(rows_.Person(settlement, "setlinfo", told));
    TRY(rows_.Visit(data, visit_no, "data", told));
    TRY(rows_.Settlement(settlement, visit_no, key, "setlinfo", told));
    bool some = !batch.empty() && batch != "0000";
    told.acts.push_back(
        {Deed::kSettle, Kind::kLine, IdKeyOf(visit_no), key, some ? IdKeyOf(batch) : kNull, context_.now});
    RowReader::TraceFacts facts;
    facts.visit = IdKeyOf(visit_no);
    facts.settlement = key;
    facts.time = context_.now;
    facts.event = "sale";
    facts.serial = id;
    for (const Json* node : {&input_, &data}) TRY(rows_.Traces(*node, facts, "data", told));
    return {};
  }

  Status Acts(Deed deed) {
    size_t at = 0;
    for (const Json* object : Node({"data", "setlinfo"}).Items()) {
      std::string place = Place("data", at++);
      if (!object->is_object()) return WireError("YJ1003", place);
      std::string psn_no = TRY(PersonOf(*object, place));
      Act act{deed, Kind::kLine, kNull, kNull, kNull, context_.now};
      if (deed == Deed::kUnsettle)
        act.key = IdKeyOf(TRY(Required(*object, "setl_id", 30, place)));
      else
        act.visit = IdKeyOf(TRY(Required(*object, "mdtrt_id", 30, place)));
      For(psn_no).told.acts.push_back(act);
    }
    return {};
  }

  // A pharmacy's sale is registered, charged and settled in one message.
  Status Pharmacy() {
    const Json& info = Node({"druginfo", "data"});
    const Json& settlement = SettlementNode();
    std::string psn_no = TRY(PersonOf(info, "druginfo"));
    std::string visit_no = TRY(Optional(settlement, {"mdtrt_id"}, 30, "setlinfo"));
    if (visit_no.empty()) visit_no = TRY(Required(info, "mdtrt_id", 30, "druginfo"));
    std::string id = TRY(Required(settlement, "setl_id", 30, "setlinfo"));
    History& told = For(psn_no).told;
    TRY(rows_.Person(info, "druginfo", told));
    TRY(rows_.Visit(info, visit_no, "druginfo", told));
    TRY(rows_.Settlement(settlement, visit_no, IdKeyOf(id), "setlinfo", told));
    // How the centre split each line, where the answer is sent along.
    std::map<std::string, const Json*, std::less<>> cuts;
    if (const Json* cut = input_.Find("detlcutinfo")) {
      for (const Json* one : cut->Items()) cuts.emplace(one->ScalarOf("feedetl_sn"), one);
    }
    size_t at = 0;
    const Json* details = input_.Find("drugdetail");
    for (const Json* detail : details ? details->Items() : std::vector<const Json*>()) {
      std::string place = Place("drugdetail", at++);
      if (!detail->is_object()) return WireError("YJ1003", place);
      std::string serial = TRY(Required(*detail, "feedetl_sn", 30, place));
      std::vector<Json::Member> whole(detail->members().begin(), detail->members().end());
      if (auto cut = cuts.find(serial); cut != cuts.end()) {
        for (const Json::Member& member : cut->second->members()) {
          if (!detail->Find(member.first)) whole.push_back(member);
        }
      }
      [[maybe_unused]] auto line = TRY(rows_.Line(Json::ObjectOf(whole), visit_no, serial, IdKeyOf(id), place, told));
      if (rows_.too_many()) return WireError("YJ3005");
    }
    return {};
  }

  Status TraceNodes(std::string_view event) {
    const Json* node = FirstOf(input_, {"selinfo", "selinfoDetail", "purcinfo", "purcinfoDetail", "data"});
    if (!node) return WireError("YJ1002", "selinfo");
    size_t at = 0;
    for (const Json* object : node->Items()) {
      std::string place = Place("selinfo", at++);
      if (!object->is_object()) return WireError("YJ1003", place);
      std::string psn_no = TRY(Optional(*object, {"psn_no"}, 30, place));
      std::string visit_no = TRY(Optional(*object, {"mdtrt_sn", "mdtrt_id"}, 30, place));
      std::string settlement = TRY(Optional(*object, {"setl_id"}, 30, place));
      std::string item = TRY(Optional(*object, {"med_list_codg"}, 50, place));
      RowReader::TraceFacts facts;
      facts.event = event;
      facts.item = rows_.coder().Of(item);
      facts.time = TRY(OptionalTime(*object, {"sel_retn_time", "purc_retn_stoin_time"}, place)).value_or(context_.now);
      if (!settlement.empty()) facts.settlement = IdKeyOf(settlement);
      if (!visit_no.empty()) facts.visit = IdKeyOf(visit_no);
      if (std::string_view split = object->ScalarOf("trdn_flag"); split == "1" || split == "0")
        facts.split = split == "1" ? 1 : 0;
      std::string count = TRY(Optional(*object, {"sel_retn_cnt", "purc_retn_cnt"}, 40, place));
      std::string price = TRY(Optional(*object, {"finl_trns_pric"}, 40, place));
      std::optional<Micro> qty = ParseMicro(count), each = ParseMicro(price);
      if ((!count.empty() && !qty) || (!price.empty() && !each)) return WireError("YJ1003", place + ".sel_retn_cnt");
      if (qty) facts.qty = *qty;
      if (qty && each) facts.amount = MulMicro(*qty, *each);
      // The same slip sent again is the same sale.
      facts.serial = TRY(Optional(*object, {"rtal_docno", "medins_prod_sel_no", "dynt_no"}, 50, place)) + "|" +
                     TRY(Optional(*object, {"fixmedins_bchno"}, 30, place)) + "|" + settlement + "|" +
                     (facts.time == kNull ? "" : FormatTime(facts.time));
      TRY(rows_.Traces(*object, facts, place, For(psn_no).told));
      if (rows_.too_many()) return WireError("YJ3005");
    }
    // Movements without codes tell nothing of codes: the message is right, and brings nothing.
    return {};
  }

  std::string_view infno_;
  const Json& input_;
  const WireContext& context_;
  RowReader rows_;
  std::map<int64_t, Upload> uploads_;
};

}  // namespace

bool IsUpload(std::string_view infno) { return FindTransaction(infno) != nullptr; }

Result<std::vector<Upload>> ReadUpload(std::string_view infno, const Json& input, const WireContext& context) {
  return UploadReader(infno, input, context).Read();
}

}  // namespace yijian::realtime
