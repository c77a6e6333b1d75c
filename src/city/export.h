// Writes lives and registers as rows of the bureau's files.
//
//   Exporter exporter(world);
//   exporter.Write(life, pages);        // appends to the text of each file
//
// Noise: a small, documented share of rows is spoilt as real exports are (see NoiseRates). Spoilt doctor fields are
// reported, so that the truth file can name them.
//
// Threads: one Exporter per thread; Pages belong to the caller.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "city/dice.h"
#include "city/life.h"
#include "city/sheet.h"

namespace yijian::city {

enum class File : uint8_t {
  kPerson,
  kHospital,
  kPharmacy,
  kDoctor,
  kVisit,
  kSettlement,
  kFee,
  kDiagnosis,
  kOperation,
  kSold,
  kTakenIn,
  kStock,
  kCount
};
inline constexpr size_t kFileCount = static_cast<size_t>(File::kCount);
std::string_view FileNameOf(File file);
std::string_view HeaderOf(File file);

// In a million rows.
struct NoiseRates {
  int no_birth = 3000;         // persons without a birth date
  int no_doctor = 1000;        // lines without an ordering doctor
  int dummy_doctor = 300;      // lines whose doctor is 0000
  int lost_zero = 2000;        // lines whose charge type lost its leading zero: 9 for 09
  int level_lost_zero = 5000;  // settlements whose hospital level lost it: 2 for 02
  int dummy_person = 200;      // pharmacy visits in the name of nobody
};

// What was charged of drugs and consumables, for the stock book: institution, item -> packs by month.
struct StockKey {
  std::string institution;
  std::string item;
  auto operator<=>(const StockKey&) const = default;
};
struct StockSold {
  std::string name;
  Micro price = 0;                // of the last line
  Micro charged = 0;              // yuan, net
  std::map<int, Micro> by_month;  // month index -> net packs charged

  Micro PriceOnAverage() const;
};
using StockBook = std::map<StockKey, StockSold>;
void Merge(StockBook& book, const StockBook& part);

struct Pages {
  std::array<std::string, kFileCount> text;
  std::array<uint64_t, kFileCount> rows{};
  std::vector<std::string> spoilt;  // "mdtrt_id,bkkp_sn" of lines with a spoilt doctor
  StockBook book;
  uint64_t visits = 0, stays = 0, refunds = 0, positive = 0;
  Fen total = 0, fund = 0;  // of all settlements, refunds as negative
  Fen positive_total = 0;   // of settlements that are no refunds
};

class Exporter {
 public:
  Exporter(const World& world, NoiseRates noise) : world_(world), noise_(noise) {}

  void Write(const Life& life, Pages& pages);
  void WriteRegisters(Pages& pages) const;
  // Institutions and doctors that only planted rows name.
  void WriteExtras(const std::set<std::string>& institutions, const std::set<std::string>& doctors, Pages& pages) const;
  // Opening, purchases and closing of every item charged; what was claimed of it stands in the fee lines.
  void WriteStockBook(const StockBook& book, Pages& pages) const;
  void WriteStock(const Stock& stock, uint64_t serial, Pages& pages) const;

 private:
  void WritePerson(const Life& life, Pages& pages);
  void WriteVisit(const Life& life, const Visit& visit, Pages& pages);
  void WriteSettlement(const Life& life, const Visit& visit, size_t ordinal, Pages& pages);
  void WriteLine(const Life& life, const Visit& visit, size_t ordinal, Pages& pages);
  void WriteDiagnoses(const Life& life, const Visit& visit, Pages& pages);
  void WriteOperations(const Life& life, const Visit& visit, Pages& pages);
  void WriteTrace(const Life& life, const Trace& trace, uint64_t serial, Pages& pages);
  void Count(const Visit& visit, Pages& pages) const;
  void PutDoctor(int code, int name, uint32_t serial, std::string_view area, Row& row) const;
  void Finish(File file, Row& row, const std::vector<Override>& set, Pages& pages) const;

  const World& world_;
  NoiseRates noise_;
  std::string person_no_;  // of the life at work, or the dummy
  bool person_spoilt_ = false;
  Row person_{kPersonHeader};
  Row visit_{kVisitHeader};
  Row settlement_{kSettlementHeader};
  Row fee_{kFeeHeader};
  Row diagnosis_{kDiagnosisHeader};
  Row operation_{kOperationHeader};
  Row sold_{kSoldHeader};
};

}  // namespace yijian::city
