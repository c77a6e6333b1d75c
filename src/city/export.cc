#include "city/export.h"

#include <algorithm>

#include "base/result.h"

namespace yijian::city {
namespace {

constexpr std::array<std::string_view, kFileCount> kNames{
    "PSN_INFO_B.csv", "MEDINS_INFO_B.csv",    "RTAL_PHAC_B.csv",      "DR_INFO_B.csv", "MDTRT_D.csv", "SETL_D.csv",
    "FEE_LIST_D.csv", "SETL_LIST_DIAG_D.csv", "SETL_LIST_OPRN_D.csv", "3513.csv",      "3512.csv",    "STOCK.csv"};
constexpr std::array<std::string_view, kFileCount> kHeaders{
    kPersonHeader, kHospitalHeader,  kPharmacyHeader,  kDoctorHeader, kVisitHeader, kSettlementHeader,
    kFeeHeader,    kDiagnosisHeader, kOperationHeader, kSoldHeader,   kSoldHeader,  kStockHeader};

}  // namespace

std::string_view FileNameOf(File file) { return kNames[static_cast<size_t>(file)]; }
std::string_view HeaderOf(File file) { return kHeaders[static_cast<size_t>(file)]; }

Micro StockSold::PriceOnAverage() const {
  Micro packs = 0;
  for (const auto& [month, net] : by_month) packs += net;
  return packs > 0 && charged > 0 ? DivMicro(charged, packs) : price;
}

void Merge(StockBook& book, const StockBook& part) {
  for (const auto& [key, sold] : part) {
    StockSold& sum = book[key];
    sum.name = sold.name;
    sum.price = sold.price;
    sum.charged = AddMicro(sum.charged, sold.charged);
    for (const auto& [month, packs] : sold.by_month) sum.by_month[month] += packs;
  }
}

void Exporter::Finish(File file, Row& row, const std::vector<Override>& set, Pages& pages) const {
  for (const Override& change : set) row.Put(change.column, change.text);
  auto which = static_cast<size_t>(file);
  row.AppendTo(pages.text[which]);
  pages.rows[which]++;
}

void Exporter::PutDoctor(int code, int name, uint32_t serial, std::string_view area, Row& row) const {
  if (serial == 0) return;
  row.Put(code, DoctorCode(area, serial));
  if (name >= 0) row.Put(name, NameOf(serial * 7919ull, serial % 3 == 0));
}

void Exporter::Write(const Life& life, Pages& pages) {
  Dice noise(world_.era.seed, Stream::kNoise, life.person.index);
  person_spoilt_ = noise.Rare(noise_.no_birth) && !life.planted;
  person_no_ = life.person.no;
  WritePerson(life, pages);
  for (const Visit& visit : life.visits) {
    bool nobody = visit.type == "41" && !visit.planted && noise.Rare(noise_.dummy_person);
    person_no_ = nobody ? "00000000000000000000" : life.person.no;
    WriteVisit(life, visit, pages);
    WriteDiagnoses(life, visit, pages);
    WriteOperations(life, visit, pages);
    for (size_t i = 0; i < visit.settlements.size(); i++) WriteSettlement(life, visit, i, pages);
    for (size_t i = 0; i < visit.lines.size(); i++) WriteLine(life, visit, i, pages);
    Count(visit, pages);
  }
  person_no_ = life.person.no;
  uint64_t serial = 0;
  for (const Trace& trace : life.traces) WriteTrace(life, trace, ++serial, pages);
  serial = 0;
  for (const Stock& stock : life.stocks) WriteStock(stock, (life.person.index + 1) * 1000 + ++serial, pages);
}

void Exporter::Count(const Visit& visit, Pages& pages) const {
  pages.visits++;
  pages.stays += visit.stay ? 1 : 0;
  for (const Settlement& paid : visit.settlements) {
    pages.total += paid.total;
    pages.fund += paid.fund;
    if (paid.reverses >= 0) {
      pages.refunds++;
    } else {
      pages.positive++;
      pages.positive_total += paid.total;
    }
  }
  std::string_view code = visit.place.empty() ? std::string_view(world_.town.At(visit.institution).code) : visit.place;
  for (const Line& line : visit.lines) {
    std::string_view item = CodeOf(line);
    if (item.empty() || (item[0] != 'X' && item[0] != 'Z' && item[0] != 'C')) continue;
    StockSold& sold = pages.book[{std::string(code), std::string(item)}];
    sold.name = NameOf(line);
    sold.price = line.price;
    sold.charged = AddMicro(sold.charged, MulMicro(line.price, line.qty));
    sold.by_month[MonthIndexOf(DayOf(line.time))] += line.qty;
  }
}

void Exporter::WritePerson(const Life& life, Pages& pages) {
  const Resident& person = life.person;
  Row& row = person_;
  row.Put(Psn("psn_no"), person.no);
  row.Put(Psn("psn_cert_type"), "01");
  row.Put(Psn("certno"), person.certno);
  row.Put(Psn("psn_name"), person.name);
  row.Put(Psn("gend"), person.female ? "2" : "1");
  row.Put(Psn("naty"), "01");
  if (!person_spoilt_) row.PutDate(Psn("brdy"), person.birth);
  row.Put(Psn("tel"), person.phone);
  row.Put(Psn("live_addr"), person.village);
  row.Put(Psn("insutype"), person.insurance);
  row.Put(Psn("psn_type"), person.type);
  row.Put(Psn("cvlserv_flag"), "0");
  row.Put(Psn("insu_admdvs"), person.area);
  row.Put(Psn("psn_insu_stas"), person.paused ? "2" : "1");
  row.PutDate(Psn("psn_insu_date"), person.enrolled);
  if (person.paused) row.PutDate(Psn("paus_insu_date"), *person.paused);
  if (person.death) row.PutDate(Psn("die_date"), *person.death);
  if (person.employee()) row.PutFen(Psn("balc"), person.balance_fen);
  row.Put(Psn("vali_flag"), "1");
  row.Put(Psn("rid"), person.no);
  Finish(File::kPerson, row, life.person_set, pages);
}

void Exporter::WriteDiagnoses(const Life& life, const Visit& visit, Pages& pages) {
  Row& row = diagnosis_;
  std::string mdtrt = MdtrtId(life, visit);
  std::string setl = visit.settlements.empty() ? "" : SetlId(life, visit, visit.settlements.size() - 1);
  for (size_t i = 0; i < visit.diagnoses.size(); i++) {
    const Diagnosis& diagnosis = visit.diagnoses[i];
    row.Put(Diag("setl_list_diag_id"), mdtrt + Padded(i + 1, 2));
    row.Put(Diag("setl_id"), setl);
    row.Put(Diag("mdtrt_id"), mdtrt);
    row.Put(Diag("psn_no"), person_no_);
    row.Put(Diag("diag_type"), "1");
    row.Put(Diag("maindiag_flag"), i == 0 ? "1" : "0");
    row.Put(Diag("diag_code"), diagnosis.code);
    row.Put(Diag("diag_name"), diagnosis.name);
    if (visit.stay) row.Put(Diag("adm_cond_type"), "1");
    row.Put(Diag("vali_flag"), "1");
    Finish(File::kDiagnosis, row, diagnosis.set, pages);
  }
}

void Exporter::WriteOperations(const Life& life, const Visit& visit, Pages& pages) {
  Row& row = operation_;
  std::string mdtrt = MdtrtId(life, visit);
  std::string setl = visit.settlements.empty() ? "" : SetlId(life, visit, visit.settlements.size() - 1);
  const Institution& at = world_.town.At(visit.institution);
  for (size_t i = 0; i < visit.operations.size(); i++) {
    const Operation& op = visit.operations[i];
    row.Put(Oprn("setl_list_oprn_id"), mdtrt + Padded(i + 1, 2));
    row.Put(Oprn("setl_id"), setl);
    row.Put(Oprn("psn_no"), person_no_);
    row.Put(Oprn("mdtrt_id"), mdtrt);
    row.Put(Oprn("main_oprn_flag"), i == 0 ? "1" : "0");
    row.Put(Oprn("oprn_oprt_name"), op.name);
    row.Put(Oprn("oprn_oprt_code"), op.code);
    row.Put(Oprn("anst_way"), op.anaesthesia);
    PutDoctor(Oprn("oper_dr_code"), Oprn("oper_dr_name"), op.doctor, at.area, row);
    PutDoctor(Oprn("anst_dr_code"), Oprn("anst_dr_name"), op.anaesthetist, at.area, row);
    row.Put(Oprn("vali_flag"), "1");
    if (op.begin != 0) {
      row.PutDate(Oprn("oprn_oprt_date"), DayOf(op.begin));
      row.PutTime(Oprn("oprn_oprt_begntime"), op.begin);
      row.PutTime(Oprn("oprn_oprt_endtime"), op.end);
    }
    if (op.anaesthetist != 0) {
      row.PutTime(Oprn("anst_begntime"), op.begin - 1200);
      row.PutTime(Oprn("anst_endtime"), op.end + 900);
    }
    Finish(File::kOperation, row, op.set, pages);
  }
}

void Exporter::WriteTrace(const Life& life, const Trace& trace, uint64_t serial, Pages& pages) {
  Row& row = sold_;
  row.Put(Sold("fixmedinsCode"), world_.town.At(trace.institution).code);
  row.Put(Sold("medListCodg"), trace.item);
  row.Put(Sold("medinsListCodg"), trace.item);
  row.Put(Sold("medinsListName"), trace.name);
  row.Put(Sold("drugTracCodg"), trace.code);
  row.Put(Sold("trdnFlag"), trace.split ? "1" : "0");
  row.Put(Sold("rid"), Padded(life.person.index + 1, 9) + Padded(serial, 6));
  row.PutTime(Sold("crteTime"), trace.time);
  row.PutTime(Sold("optTime"), trace.time);
  row.PutTime(Sold("updtTime"), trace.time);
  row.Put(Sold("fixBlngAdmdvs"), kCityArea);
  row.Put(Sold("tracEvent"), trace.event);
  row.PutMicro(Sold("cnt"), trace.qty);
  bool taken_in = trace.event == "stock_in";
  if (!taken_in) {
    row.Put(Sold("psnNo"), person_no_);
    row.PutFen(Sold("detItemFeeSumamt"), trace.amount);
    row.Put(Sold("mdtrtSetlType"), "1");
  }
  if (trace.visit >= 0 && !taken_in) {
    const Visit& visit = life.visits[static_cast<size_t>(trace.visit)];
    row.Put(Sold("mdtrtId"), MdtrtId(life, visit));
    if (trace.settlement >= 0) row.Put(Sold("setlId"), SetlId(life, visit, static_cast<size_t>(trace.settlement)));
    if (trace.line >= 0) row.Put(Sold("bkkpSn"), BkkpSn(life, visit, static_cast<size_t>(trace.line)));
  }
  Finish(taken_in ? File::kTakenIn : File::kSold, row, trace.set, pages);
}

}  // namespace yijian::city
