#include "lake/convert.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/date.h"
#include "base/decimal.h"
#include "timeline/bucket.h"

namespace yijian::lake {
namespace {

using timeline::FieldType;
using timeline::kNull;

// Loops first run over all rows, nulls included: what lies under a null is some number and does no
// harm. Words of the validity mask that are not full are mended afterwards.
void PutNulls(const uint64_t* validity, size_t rows, int64_t* out) {
  if (validity == nullptr) return;
  for (size_t begin = 0; begin < rows; begin += 64) {
    uint64_t word = validity[begin / 64];
    if (word == ~uint64_t{0}) continue;
    size_t end = std::min(begin + 64, rows);
    for (size_t row = begin; row < end; row++) {
      int64_t has = -static_cast<int64_t>((word >> (row - begin)) & 1);
      out[row] = (out[row] & has) | (kNull & ~has);
    }
  }
}

template <typename T>
void Copy(const ColumnView& from, size_t rows, int64_t, int64_t* out) {
  const T* in = from.As<T>();
  // NOLINTNEXTLINE(bugprone-signed-char-misuse): an int8_t is a number here
  for (size_t row = 0; row < rows; row++) out[row] = static_cast<int64_t>(in[row]);
  PutNulls(from.validity, rows, out);
}

template <typename T>
int64_t Saturated(T value, int64_t factor) {
  T limit = static_cast<T>(kMicroMax / factor);
  if (value > limit) return kMicroMax;
  if (value < -limit) return -kMicroMax;
  return static_cast<int64_t>(value) * factor;
}

// At most 32 bits times a million: cannot overflow.
template <typename T>
void ScaleNarrow(const ColumnView& from, size_t rows, int64_t factor, int64_t* out) {
  const T* in = from.As<T>();
  for (size_t row = 0; row < rows; row++) out[row] = static_cast<int64_t>(in[row]) * factor;
  PutNulls(from.validity, rows, out);
}

// Multiplies without looking and remembers whether anything went too far; real money never does.
// Unsigned, since a null's value is whatever the file left there; the top bit of `limit - value` or
// of `limit + value` is set exactly when the value is outside [-limit, limit], also where it wraps.
void Scale64(const ColumnView& from, size_t rows, int64_t factor, int64_t* out) {
  const int64_t* in = from.As<int64_t>();
  const auto times = static_cast<uint64_t>(factor);
  const auto limit = static_cast<uint64_t>(kMicroMax / factor);
  uint64_t beyond = 0;
  for (size_t row = 0; row < rows; row++) {
    const auto value = static_cast<uint64_t>(in[row]);
    beyond |= (limit - value) | (limit + value);
    out[row] = static_cast<int64_t>(value * times);
  }
  if (static_cast<int64_t>(beyond) < 0) {
    for (size_t row = 0; row < rows; row++) out[row] = Saturated(in[row], factor);
  }
  PutNulls(from.validity, rows, out);
}

void Scale128(const ColumnView& from, size_t rows, int64_t factor, int64_t* out) {
  const Int128* in = from.As<Int128>();
  for (size_t row = 0; row < rows; row++) out[row] = Saturated(in[row], factor);
  PutNulls(from.validity, rows, out);
}

// Rounds down, also before 1970. The divisor is a constant: a multiplication instead of a division.
template <int64_t kDivisor>
void FloorDivide(const ColumnView& from, size_t rows, int64_t, int64_t* out) {
  const int64_t* in = from.As<int64_t>();
  for (size_t row = 0; row < rows; row++) {
    out[row] = in[row] / kDivisor - static_cast<int64_t>(in[row] % kDivisor < 0);
  }
  PutNulls(from.validity, rows, out);
}

using Run = void (*)(const ColumnView&, size_t, int64_t, int64_t*);

Run CopyOf(Physical physical) {
  switch (physical) {
    case Physical::kBool:
    case Physical::kUint8:
      return Copy<uint8_t>;
    case Physical::kInt8:
      return Copy<int8_t>;
    case Physical::kInt16:
      return Copy<int16_t>;
    case Physical::kInt32:
      return Copy<int32_t>;
    case Physical::kInt64:
      return Copy<int64_t>;
    case Physical::kUint16:
      return Copy<uint16_t>;
    case Physical::kUint32:
      return Copy<uint32_t>;
    default:
      return nullptr;  // too wide to hold
  }
}

Run ScaleOf(Physical physical) {
  switch (physical) {
    case Physical::kInt8:
      return ScaleNarrow<int8_t>;
    case Physical::kInt16:
      return ScaleNarrow<int16_t>;
    case Physical::kInt32:
      return ScaleNarrow<int32_t>;
    case Physical::kUint8:
      return ScaleNarrow<uint8_t>;
    case Physical::kUint16:
      return ScaleNarrow<uint16_t>;
    case Physical::kUint32:
      return ScaleNarrow<uint32_t>;
    case Physical::kInt64:
      return Scale64;
    case Physical::kInt128:
      return Scale128;
    default:
      return nullptr;
  }
}

template <int64_t kUnit>
Run DivideOf(int64_t units_per_second) {
  switch (units_per_second) {
    case 1:
      return kUnit == 1 ? Copy<int64_t> : FloorDivide<kUnit>;
    case 1'000:
      return FloorDivide<1'000 * kUnit>;
    case 1'000'000:
      return FloorDivide<1'000'000 * kUnit>;
    default:
      return FloorDivide<1'000'000'000 * kUnit>;
  }
}

struct Step {
  Run run = nullptr;
  int64_t factor = 1;
};

Step StepOf(const ColumnInfo& stored, FieldType wanted) {
  bool integer = stored.logical == Logical::kInteger;
  switch (wanted) {
    case FieldType::kBool:
      return {stored.logical == Logical::kBool ? CopyOf(stored.physical) : nullptr};
    case FieldType::kCode:
    case FieldType::kId:
      return {integer ? CopyOf(stored.physical) : nullptr};
    case FieldType::kNumber:
    case FieldType::kMoney: {
      bool decimal = stored.logical == Logical::kDecimal && stored.scale <= 6;
      int64_t factor = 1;
      for (int scale = decimal ? stored.scale : 0; scale < 6; scale++) factor *= 10;
      return {integer || decimal ? ScaleOf(stored.physical) : nullptr, factor};
    }
    case FieldType::kTime:
      if (stored.logical == Logical::kTimestamp) return {DivideOf<1>(stored.units_per_second)};
      if (stored.logical == Logical::kDate) return {ScaleNarrow<int32_t>, kSecondsPerDay};
      return {};
    case FieldType::kDate:
      if (stored.logical == Logical::kTimestamp) return {DivideOf<kSecondsPerDay>(stored.units_per_second)};
      if (stored.logical == Logical::kDate) return {Copy<int32_t>};
      return {};
    case FieldType::kText:
      return {};
  }
  return {};
}

}  // namespace

Result<Converter> Converter::For(const ColumnInfo& stored, FieldType wanted) {
  Step step = StepOf(stored, wanted);
  if (step.run == nullptr) {
    return InvalidInput("column " + stored.name + " is stored in a type that docs/formats/lake.md does not give it");
  }
  return Converter(step.run, step.factor);
}

}  // namespace yijian::lake
