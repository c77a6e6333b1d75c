// Stored columns into timeline columns: units, scales and nulls in one pass over a chunk.
//
//   Converter convert = TRY(Converter::For(stream.columns()[3], FieldType::kMoney));
//   convert(chunk->columns[3], chunk->rows, out);    // out[i] in millionths of a yuan, kNull where
//   there was none
//
// What is stored decides the arithmetic, not what the contract says should be: a DECIMAL of any
// width and up to six decimals is money, a timestamp may count milliseconds. Range:  numbers beyond
// kMicroMax become kMicroMax, like sums that overflow (base/decimal.h). Errors: kInvalidInput for a
// type that cannot mean the field, with the column's name. Speed:  one indirect call per chunk and
// column, none per row.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "lake/chunk.h"
#include "timeline/catalogue.h"

namespace yijian::lake {

class Converter {
 public:
  static Result<Converter> For(const ColumnInfo& stored, timeline::FieldType wanted);

  void operator()(const ColumnView& from, size_t rows, int64_t* out) const { run_(from, rows, factor_, out); }
  friend bool operator==(const Converter&, const Converter&) = default;

 private:
  using Run = void (*)(const ColumnView& from, size_t rows, int64_t factor, int64_t* out);
  Converter(Run run, int64_t factor) : run_(run), factor_(factor) {}

  Run run_;
  int64_t factor_;
};

}  // namespace yijian::lake
