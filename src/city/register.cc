#include <algorithm>

#include "city/export.h"

namespace yijian::city {
namespace {

constexpr std::string_view kMedinsTypes[kTierCount] = {"A100", "A100", "C210", "D211", ""};

std::string Credit(uint64_t number, std::string_view area) {  // a made-up 18-character credit code
  return "99" + std::string(area) + "SYN" + Padded(number, 7);
}

}  // namespace

void Exporter::WriteRegisters(Pages& pages) const {
  Row hospital(kHospitalHeader);
  Row pharmacy(kPharmacyHeader);
  Row doctor(kDoctorHeader);
  const Town& town = world_.town;
  for (const Institution& at : town.institutions()) {
    if (at.tier == Tier::kPharmacy) {
      pharmacy.Put(Phac("rtal_phac_code"), at.code);
      pharmacy.Put(Phac("rtal_phac_name"), at.name);
      pharmacy.Put(Phac("uscc"), Credit(at.ordinal + 1, at.area));
      pharmacy.Put(Phac("admdvs"), at.area);
      pharmacy.Put(Phac("begntime"), "2020-01-01 00:00:00");
      pharmacy.Put(Phac("phar_psncnt"), "2");
      pharmacy.Put(Phac("brch_flag"), at.ordinal % 3 == 0 ? "0" : "1");
      Finish(File::kPharmacy, pharmacy, {}, pages);
      continue;
    }
    hospital.Put(Hosp("medins_code"), at.code);
    hospital.Put(Hosp("uscc"), Credit(at.ordinal + 1, at.area));
    hospital.Put(Hosp("medins_name"), at.name);
    hospital.Put(Hosp("admdvs"), at.area);
    hospital.Put(Hosp("medins_type"), kMedinsTypes[static_cast<size_t>(at.tier)]);
    hospital.Put(Hosp("fixmedins_type"), "1");
    hospital.PutNumber(Hosp("hosp_dept_cnt"), static_cast<int64_t>(kDeptCount));
    hospital.PutNumber(Hosp("aprv_bed_cnt"), at.beds);
    hospital.PutNumber(Hosp("asgcode_dr_cnt"), at.doctors_each * static_cast<int64_t>(kDeptCount));
    hospital.Put(Hosp("hosp_lv"), at.level);
    hospital.Put(Hosp("begntime"), "2020-01-01 00:00:00");
    hospital.Put(Hosp("grst_hosp_flag"), at.tier == Tier::kTownship ? "1" : "0");
    hospital.Put(Hosp("vali_flag"), "1");
    Finish(File::kHospital, hospital, {}, pages);
    for (uint32_t k = 0; k < at.doctors_each * kDeptCount; k++) {
      uint32_t serial = at.doctor_first + k;
      PutDoctor(Dr("dr_code"), Dr("dr_name"), serial, at.area, doctor);
      doctor.Put(Dr("dr_prac_type"), "1");
      doctor.Put(Dr("dr_prac_scp_code"), InfoOf(static_cast<Dept>(k / at.doctors_each)).code);
      doctor.Put(Dr("medins_code"), at.code);
      doctor.Put(Dr("main_pracins_no"), at.code);
      doctor.Put(Dr("prac_stas"), "1");
      Finish(File::kDoctor, doctor, {}, pages);
    }
  }
  for (uint32_t n = 0; n < town.therapists(); n++) {
    uint32_t serial = town.therapist_first() + n;
    const Institution& at = town.At(town.HospitalOfTherapist(serial));
    PutDoctor(Dr("dr_code"), Dr("dr_name"), serial, at.area, doctor);
    doctor.Put(Dr("dr_prac_type"), "4");
    doctor.Put(Dr("dr_prac_scp_code"), InfoOf(Dept::kRehab).code);
    doctor.Put(Dr("medins_code"), at.code);
    doctor.Put(Dr("main_pracins_no"), at.code);
    doctor.Put(Dr("prac_stas"), "1");
    Finish(File::kDoctor, doctor, {}, pages);
  }
}

void Exporter::WriteExtras(const std::set<std::string>& institutions, const std::set<std::string>& doctors,
                           Pages& pages) const {
  Row hospital(kHospitalHeader);
  Row pharmacy(kPharmacyHeader);
  Row doctor(kDoctorHeader);
  for (const std::string& code : institutions) {
    std::string name = "合成机构" + code;
    if (code[0] == 'P') {
      pharmacy.Put(Phac("rtal_phac_code"), code);
      pharmacy.Put(Phac("rtal_phac_name"), name);
      pharmacy.Put(Phac("admdvs"), kCityArea);
      Finish(File::kPharmacy, pharmacy, {}, pages);
    } else {
      hospital.Put(Hosp("medins_code"), code);
      hospital.Put(Hosp("medins_name"), name);
      hospital.Put(Hosp("admdvs"), kCityArea);
      hospital.Put(Hosp("hosp_lv"), "05");
      hospital.Put(Hosp("vali_flag"), "1");
      Finish(File::kHospital, hospital, {}, pages);
    }
  }
  for (const std::string& code : doctors) {
    doctor.Put(Dr("dr_code"), code);
    doctor.Put(Dr("dr_name"), NameOf(Mix(code.size() * 131 + static_cast<unsigned char>(code.back())), false));
    doctor.Put(Dr("prac_stas"), "1");
    Finish(File::kDoctor, doctor, {}, pages);
  }
}

void Exporter::WriteStock(const Stock& stock, uint64_t serial, Pages& pages) const {
  Row row(kStockHeader);
  row.Put(Stk("fixmedins_code"), world_.town.At(stock.institution).code);
  row.Put(Stk("stock_event"), stock.event);
  row.PutTime(Stk("stock_time"), stock.time);
  row.Put(Stk("stock_sn"), "K" + Padded(serial, 14));
  row.Put(Stk("med_list_codg"), stock.item);
  row.Put(Stk("fixmedins_hilist_id"), stock.item);
  row.Put(Stk("fixmedins_hilist_name"), stock.name);
  row.Put(Stk("fixmedins_bchno"), "B" + Padded(serial, 10));
  row.Put(Stk("inv_chg_type"), stock.change_type);
  row.PutMicro(Stk("cnt"), stock.qty);
  if (stock.price != 0) row.PutMicro(Stk("pric"), stock.price);
  row.Put(Stk("rx_flag"), "0");
  Finish(File::kStock, row, stock.set, pages);
}

void Exporter::WriteStockBook(const StockBook& book, Pages& pages) const {
  uint64_t serial = 0;
  for (const auto& [key, sold] : book) {
    Stock stock;
    stock.set = {{Stk("fixmedins_code"), key.institution}};
    stock.item = key.item;
    stock.name = sold.name;
    bool pharmacy = key.institution[0] == 'P';
    Micro price = sold.PriceOnAverage();
    stock.price = pharmacy ? price * 100 / 115 / kMicroPerFen * kMicroPerFen : price;  // hospitals sell at cost
    auto write = [&](std::string_view event, Time time, Micro qty) {
      stock.event = event;
      stock.time = time;
      stock.qty = qty;
      WriteStock(stock, ++serial, pages);
    };
    Micro left = static_cast<Micro>(10 + Mix(serial + 5) % 40) * kMicro;
    write("open", StartOf(world_.era.from) + 600, left);
    for (const auto& [month, packs] : sold.by_month) {
      Date first = DateOf({1970 + month / 12, month % 12 + 1, 1});
      Micro bought = (std::max<Micro>(0, packs) / kMicro / 10 + 1) * 10 * kMicro;
      write("purchase", StartOf(first) + 9 * 3600, bought);
      left += bought - packs;
    }
    write("close", StartOf(world_.era.until) - 60, left);
  }
}

}  // namespace yijian::city
