#include "realtime/record.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

namespace yijian::realtime {
namespace {

// Beyond these a record is damaged, not big: they bound what a few bytes can make us allocate.
constexpr uint64_t kRowsMax = 4'000'000;
constexpr uint64_t kTextMax = 4096;
constexpr uint8_t kVersion = 1;

// On disk: never renumber.
enum Form : uint8_t {
  kConst = 0,    // one value for all rows
  kPlain = 1,    // zigzag of each
  kDelta = 2,    // zigzag of the difference to the row before
  kTable = 3,    // distinct values (8 bytes each), then an index of each
  kSparse = 16,  // added: a bitmap says which rows have a value; only those follow
};

uint64_t ZigZag(int64_t value) { return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63); }
int64_t UnZigZag(uint64_t value) { return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1); }

size_t VarSize(uint64_t value) {
  size_t size = 1;
  for (; value >= 128; value >>= 7) size++;
  return size;
}

int64_t Difference(int64_t left, int64_t right) {
  return static_cast<int64_t>(static_cast<uint64_t>(left) - static_cast<uint64_t>(right));
}

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void Byte(uint8_t byte) { out_ += static_cast<char>(byte); }
  void Var(uint64_t value) {
    for (; value >= 128; value >>= 7) Byte(static_cast<uint8_t>(value | 128));
    Byte(static_cast<uint8_t>(value));
  }
  void Fixed(int64_t value) {
    char bytes[8];
    std::memcpy(bytes, &value, 8);
    out_.append(bytes, 8);
  }
  void Text(std::string_view text) {
    Var(text.size());
    out_ += text;
  }

  void Values(const std::vector<int64_t>& column) {
    std::vector<int64_t> known;
    known.reserve(column.size());
    for (int64_t value : column) {
      if (value != kNull) known.push_back(value);
    }
    bool sparse = known.size() != column.size();
    uint8_t exponent = Scale(known);
    Form form = Smallest(known);
    Byte(static_cast<uint8_t>(form | (sparse ? kSparse : 0) | exponent << 5));
    if (sparse) {
      for (size_t row = 0; row < column.size(); row += 8) {
        uint8_t bits = 0;
        for (size_t i = 0; i < 8 && row + i < column.size(); i++) {
          if (column[row + i] != kNull) bits = static_cast<uint8_t>(bits | 1U << i);
        }
        Byte(bits);
      }
    }
    if (known.empty()) return;
    switch (form) {
      case kConst:
        return Var(ZigZag(known[0]));
      case kPlain:
        for (int64_t value : known) Var(ZigZag(value));
        return;
      case kDelta: {
        int64_t last = 0;
        for (int64_t value : known) {
          Var(ZigZag(Difference(value, last)));
          last = value;
        }
        return;
      }
      default:
        Var(table_.size());
        for (int64_t value : table_) Fixed(value);
        for (int64_t value : known) Var(index_.at(value));
    }
  }

 private:
  // Money has two decimals: divides by the largest power of ten, of at most 10^7, that leaves nothing.
  static uint8_t Scale(std::vector<int64_t>& values) {
    uint8_t exponent = 0;
    auto divisible = [](int64_t value) { return value % 10 == 0; };
    while (exponent < 7 && std::all_of(values.begin(), values.end(), divisible) && !values.empty()) {
      for (int64_t& value : values) value /= 10;
      exponent++;
    }
    return exponent;
  }

  Form Smallest(const std::vector<int64_t>& values) {
    size_t plain = 0, delta = 0;
    int64_t last = 0;
    bool same = true;
    for (int64_t value : values) {
      plain += VarSize(ZigZag(value));
      delta += VarSize(ZigZag(Difference(value, last)));
      same = same && value == values[0];
      last = value;
    }
    if (same) return kConst;
    size_t least = std::min(plain, delta);
    // Only wide values (keys) can gain by a table; looking for repeats costs more than all the rest.
    if (least > 3 * values.size() && values.size() > 3) {
      table_.clear();
      index_.clear();
      size_t indexes = 0;
      for (int64_t value : values) {
        auto [at, is_new] = index_.try_emplace(value, table_.size());
        if (is_new) table_.push_back(value);
        indexes += VarSize(at->second);
      }
      if (VarSize(table_.size()) + 8 * table_.size() + indexes < least) return kTable;
    }
    return delta < plain ? kDelta : kPlain;
  }

  std::string& out_;
  std::vector<int64_t> table_;
  std::unordered_map<int64_t, uint64_t> index_;
};

class Reader {
 public:
  explicit Reader(std::string_view in) : in_(in) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return in_.empty(); }
  size_t left() const { return in_.size(); }
  void Fail() {
    ok_ = false;
    in_ = {};
  }

  uint8_t Byte() {
    if (in_.empty()) {
      Fail();
      return 0;
    }
    auto byte = static_cast<uint8_t>(in_.front());
    in_.remove_prefix(1);
    return byte;
  }
  uint64_t Var() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      uint8_t byte = Byte();
      value |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
    Fail();
    return 0;
  }
  uint64_t VarUpTo(uint64_t most) {
    uint64_t value = Var();
    if (value > most) Fail();
    return ok_ ? value : 0;
  }
  int64_t Fixed() {
    int64_t value = 0;
    std::string_view bytes = Take(8);
    if (bytes.size() == 8) std::memcpy(&value, bytes.data(), 8);
    return value;
  }
  std::string_view Take(size_t size) {
    if (size > in_.size()) {
      Fail();
      return {};
    }
    std::string_view taken = in_.substr(0, size);
    in_.remove_prefix(size);
    return taken;
  }
  std::string Text() { return std::string(Take(VarUpTo(kTextMax))); }

  std::vector<int64_t> Values(size_t rows) {
    uint8_t head = Byte();
    Form form = static_cast<Form>(head & 3);
    if ((head & 12) != 0) Fail();
    int64_t unit = 1;
    for (int i = head >> 5; i > 0; i--) unit *= 10;
    std::string_view bits = (head & kSparse) != 0 ? Take((rows + 7) / 8) : std::string_view();
    auto has = [&](size_t row) {
      return bits.data() == nullptr || (static_cast<uint8_t>(bits[row / 8]) >> (row % 8) & 1) != 0;
    };
    if (!ok_) return {};
    std::vector<int64_t> column(rows, kNull);
    auto put = [&](size_t row, int64_t value) {
      if (__builtin_mul_overflow(value, unit, &column[row])) Fail();
    };
    std::vector<int64_t> table;
    int64_t last = 0;
    bool first = true;
    for (size_t row = 0; row < rows && ok_; row++) {
      if (!has(row)) continue;
      if (first && form == kConst) last = UnZigZag(Var());
      if (first && form == kTable) {
        table.resize(VarUpTo(left() / 8));
        for (int64_t& value : table) value = Fixed();
      }
      first = false;
      if (form == kPlain) last = UnZigZag(Var());
      if (form == kDelta)
        last = static_cast<int64_t>(static_cast<uint64_t>(last) + static_cast<uint64_t>(UnZigZag(Var())));
      if (form == kTable) {
        uint64_t index = Var();
        if (index >= table.size()) Fail();
        last = ok_ ? table[index] : 0;
      }
      put(row, last);
    }
    return column;
  }

 private:
  std::string_view in_;
  bool ok_ = true;
};

// Keys of visits are 63 random bits: rows name them by number, those of other records after our own.
struct VisitNumbers {
  std::unordered_map<int64_t, int64_t> number;
  std::vector<int64_t> others;

  explicit VisitNumbers(const History& history) {
    const Rows& visits = history.of(Kind::kVisit);
    for (size_t row = 0; row < visits.size(); row++) number.emplace(visits.key[row], static_cast<int64_t>(row));
    for (size_t kind = 0; kind < kKindCount; kind++) {
      if (static_cast<Kind>(kind) == Kind::kVisit) continue;
      for (int64_t visit : history.rows[kind].visit) {
        auto next = static_cast<int64_t>(visits.size() + others.size());
        if (visit != kNull && number.try_emplace(visit, next).second) others.push_back(visit);
      }
    }
  }
};

Result<History> ReadRecord(Reader& reader) {
  if (reader.Byte() != kVersion) reader.Fail();
  History history;
  history.subject = reader.Fixed();
  history.no = reader.Text();
  std::vector<int64_t> others(reader.VarUpTo(reader.left() / 8));
  for (int64_t& visit : others) visit = reader.Fixed();
  uint8_t kinds = reader.Byte();
  // Visits first: the others name them by number.
  for (size_t i = 0; i < kKindCount && reader.ok(); i++) {
    size_t number = i == 0 ? static_cast<size_t>(Kind::kVisit) : i <= static_cast<size_t>(Kind::kVisit) ? i - 1 : i;
    if ((kinds >> number & 1) == 0) continue;
    auto kind = static_cast<Kind>(number);
    Rows& rows = history.of(kind);
    size_t size = reader.VarUpTo(kRowsMax);
    // A constant column costs two bytes whatever its length: a record of few bytes has few rows.
    if (size > 64 * 1024 && size / 64 > reader.left()) reader.Fail();
    if (!reader.ok()) break;
    rows.key = reader.Values(size);
    rows.visit = reader.Values(size);
    rows.batch = reader.Values(size);
    rows.stamp = reader.Values(size);
    size_t field_count = timeline::Fields(kind).size();
    rows.columns.resize(field_count);
    for (uint64_t fields = reader.VarUpTo(field_count); fields > 0 && reader.ok(); fields--) {
      uint8_t ordinal = reader.Byte();
      // Fields that a later version knows and we do not are read over.
      Column column = reader.Values(size);
      if (ordinal < field_count) rows.columns[ordinal] = std::move(column);
    }
    if (kind == Kind::kVisit) {
      std::string last;
      for (size_t row = 0; row < size && reader.ok(); row++) {
        last.resize(reader.VarUpTo(last.size()));
        last += reader.Text();
        history.visit_no.push_back(last);
      }
      rows.visit = rows.key;
      continue;
    }
    const Rows& visits = history.of(Kind::kVisit);
    for (int64_t& visit : rows.visit) {
      if (visit == kNull) continue;
      auto at = static_cast<uint64_t>(visit);
      if (at >= visits.size() + others.size()) reader.Fail();
      if (!reader.ok()) break;
      visit = at < visits.size() ? visits.key[at] : others[at - visits.size()];
    }
  }
  for (uint64_t acts = reader.VarUpTo(reader.left()); acts > 0 && reader.ok(); acts--) {
    Act act;
    uint8_t deed = reader.Byte();
    uint8_t kind = reader.Byte();
    if (deed < static_cast<uint8_t>(Deed::kDropRow) || deed > static_cast<uint8_t>(Deed::kDropList) ||
        kind >= kKindCount)
      reader.Fail();
    act.deed = static_cast<Deed>(deed);
    act.kind = static_cast<Kind>(kind);
    for (int64_t* value : {&act.visit, &act.key, &act.batch, &act.stamp}) *value = reader.Fixed();
    history.acts.push_back(act);
  }
  if (!reader.ok()) return IoError("a record of the timeline store is damaged");
  return history;
}

}  // namespace

std::string Encode(const History& history) {
  std::string body;
  Writer writer(body);
  VisitNumbers visits(history);
  writer.Byte(kVersion);
  writer.Fixed(history.subject);
  writer.Text(history.no);
  writer.Var(visits.others.size());
  for (int64_t visit : visits.others) writer.Fixed(visit);
  uint8_t kinds = 0;
  for (size_t kind = 0; kind < kKindCount; kind++) {
    if (history.rows[kind].size() > 0) kinds = static_cast<uint8_t>(kinds | 1U << kind);
  }
  writer.Byte(kinds);
  for (size_t i = 0; i < kKindCount; i++) {
    size_t number = i == 0 ? static_cast<size_t>(Kind::kVisit) : i <= static_cast<size_t>(Kind::kVisit) ? i - 1 : i;
    if ((kinds >> number & 1) == 0) continue;
    auto kind = static_cast<Kind>(number);
    const Rows& rows = history.of(kind);
    writer.Var(rows.size());
    writer.Values(rows.key);
    std::vector<int64_t> numbers(rows.size(), 0);
    for (size_t row = 0; row < rows.size() && kind != Kind::kVisit; row++)
      numbers[row] = rows.visit[row] == kNull ? kNull : visits.number.at(rows.visit[row]);
    writer.Values(numbers);
    writer.Values(rows.batch);
    writer.Values(rows.stamp);
    std::vector<uint8_t> fields;
    for (size_t field = 0; field < rows.columns.size(); field++) {
      const Column& column = rows.columns[field];
      if (std::any_of(column.begin(), column.end(), [](int64_t value) { return value != kNull; }))
        fields.push_back(static_cast<uint8_t>(field));
    }
    writer.Var(fields.size());
    for (uint8_t field : fields) {
      writer.Byte(field);
      writer.Values(rows.columns[field]);
    }
    if (kind != Kind::kVisit) continue;
    std::string_view last;
    for (const std::string& no : history.visit_no) {
      auto differ = std::mismatch(last.begin(), last.end(), no.begin(), no.end());
      auto common = static_cast<size_t>(differ.first - last.begin());
      writer.Var(common);
      writer.Text(std::string_view(no).substr(common, kTextMax));
      last = no;
    }
  }
  writer.Var(history.acts.size());
  for (const Act& act : history.acts) {
    writer.Byte(static_cast<uint8_t>(act.deed));
    writer.Byte(static_cast<uint8_t>(act.kind));
    for (int64_t value : {act.visit, act.key, act.batch, act.stamp}) writer.Fixed(value);
  }
  std::string record;
  Writer(record).Text(body);
  return record;
}

Result<History> Decode(std::string_view value) {
  History known;
  Reader records(value);
  bool first = true;
  while (!records.AtEnd()) {
    Reader reader(records.Take(records.VarUpTo(value.size())));
    if (!records.ok()) return IoError("a record of the timeline store is cut off");
    History told = TRY(ReadRecord(reader));
    if (!reader.AtEnd()) return IoError("a record of the timeline store is longer than it says");
    if (first)
      known = std::move(told);
    else
      Absorb(known, told);
    first = false;
  }
  if (!records.ok()) return IoError("a record of the timeline store is cut off");
  return known;
}

size_t CountRecords(std::string_view value) {
  Reader records(value);
  size_t count = 0;
  while (!records.AtEnd()) {
    records.Take(records.VarUpTo(value.size()));
    count++;
  }
  return records.ok() ? count : 0;
}

}  // namespace yijian::realtime
