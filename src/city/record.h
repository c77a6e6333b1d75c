// What a resident leaves behind in the bureau's tables, before it is written out.
//
// A Life owns its visits; a visit its lines, diagnoses, operations and settlements. Texts are views of constant tables
// or of Life::texts. Numbers of rows (mdtrt_id, setl_id, bkkp_sn) are given by Seal(), when nothing more is added.
//
// Units: money in fen, prices and quantities in millionths (base/decimal.h).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.h"
#include "base/decimal.h"
#include "city/goods.h"
#include "city/resident.h"
#include "city/town.h"

namespace yijian::city {

// A column of the row's sheet set to a text of its own: planted rows say what their story says.
struct Override {
  int column = 0;
  std::string_view text;
};

enum LineFlag : uint8_t { kNoDoctor = 1, kDummyDoctor = 2, kTakeHome = 4, kLostZero = 8 };

struct Line {
  Time time = 0;
  G good = G::kCount;  // kCount: code and name say what it is
  std::string_view code;
  std::string_view name;
  Micro qty = kMicro;
  Micro price = 0;
  Fen amount = 0;
  Fen full_self = 0;
  Fen over_limit = 0;
  Fen first_self = 0;
  Fen scope = 0;
  uint32_t doctor = 0;  // serial; 0 = blank
  uint32_t exec_doctor = 0;
  Dept dept = Dept::kCount;  // kCount = blank
  Dept exec_dept = Dept::kCount;
  uint32_t prescription = 0;  // numbered within the visit, 0 = none
  uint32_t pack = 0;          // of the first pack sold, counted within the person
  uint16_t settlement = 0;    // in Visit::settlements
  int32_t reverses = -1;      // line of this visit that it cancels
  int days = 0;               // prd_days, 0 = blank
  uint8_t flags = 0;
  int tag = -1;  // row of the story it was planted for
  std::vector<Override> set;
};

struct Diagnosis {
  std::string_view code;
  std::string_view name;
  std::vector<Override> set;
};

struct Operation {
  std::string_view code;
  std::string_view name;
  Time begin = 0;
  Time end = 0;
  std::string_view anaesthesia;  // anst_way
  uint32_t doctor = 0;
  uint32_t anaesthetist = 0;
  std::vector<Override> set;
};

struct Settlement {
  Time time = 0;
  int16_t reverses = -1;  // settlement of this visit that it cancels
  Fen total = 0, full_self = 0, over_limit = 0, first_self = 0, scope = 0;
  Fen deductible = 0, pooled = 0, serious = 0, fund = 0, person = 0, account = 0, cash = 0, balance = 0;
  int tag = -1;
  std::vector<Override> set;
};

struct Visit {
  uint64_t number = 0;  // within the person, by Seal()
  bool stay = false;
  uint32_t institution = 0;
  std::string_view type;  // med_type
  Time begin = 0;
  Time end = 0;
  Dept dept = Dept::kCount;
  uint32_t doctor = 0;
  std::string_view discharge_way;
  std::string_view maternity;  // matn_type
  int weeks = 0;               // geso_val
  std::string_view disease;    // dise_no of chronic outpatient care
  int bed = 0;
  int tag = -1;  // row of the story it was planted for
  bool planted = false;
  std::string_view place;  // institution code, when it is not the town's
  std::vector<Diagnosis> diagnoses;
  std::vector<Operation> operations;
  std::vector<Line> lines;
  std::vector<Settlement> settlements;
  std::vector<Override> set;
};

// A pack's code at one moment.
struct Trace {
  std::string code;
  std::string_view item;
  std::string_view name;
  std::string_view event;  // sale, return, stock_in
  uint32_t institution = 0;
  Time time = 0;
  int visit = -1;  // in Life::visits; settlement and line within it
  int settlement = -1;
  int line = -1;
  bool split = false;
  Micro qty = kMicro;
  Fen amount = 0;
  std::vector<Override> set;
};

struct Stock {
  uint32_t institution = 0;
  std::string_view item;
  std::string_view name;
  std::string_view event;        // open, purchase, purchase_return, change, sale, sale_return, close
  std::string_view change_type;  // inv_chg_type
  Time time = 0;
  Micro qty = 0;
  Micro price = 0;
  std::vector<Override> set;
};

struct Life {
  Resident person;
  std::vector<Visit> visits;
  std::vector<Trace> traces;
  std::vector<Stock> stocks;  // planted ones only
  std::vector<Override> person_set;
  bool planted = false;           // carries a story: not spoilt by noise
  std::deque<std::string> texts;  // keeps planted texts alive

  Life() = default;
  Life(Life&&) = default;  // texts stay where they are; a copy's views would look into the original
  Life& operator=(Life&&) = default;

  std::string_view Keep(std::string text) { return texts.emplace_back(std::move(text)); }
};

// Orders the visits by time and numbers them; lines are numbered in their order within the person.
void Seal(Life& life);

std::string MdtrtId(const Life& life, const Visit& visit);
std::string SetlId(const Life& life, const Visit& visit, size_t settlement);
// `line` counts the lines of the visit.
std::string BkkpSn(const Life& life, const Visit& visit, size_t line);
std::string_view CodeOf(const Line& line);
std::string_view NameOf(const Line& line);

}  // namespace yijian::city
