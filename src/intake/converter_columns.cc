// Converting one column of a piece: texts into codes, numbers, times and flags.
#include <algorithm>
#include <cstring>

#include "base/date.h"
#include "intake/converter.h"
#include "intake/hashing.h"
#include "intake/id_key.h"
#include "intake/money_text.h"

namespace yijian::intake {
namespace {

constexpr size_t kMemoTextsMax = 1 << 17;
constexpr size_t kMemoBytesMax = 16 << 20;
constexpr size_t kCodesMax = 5'000'000;

template <typename Word>
bool SameWord(const char* a, const char* b) {
  return std::memcmp(a, b, sizeof(Word)) == 0;
}

// Most values are short, and those that differ from the last one mostly differ at their end.
bool Same(std::string_view a, std::string_view b) {
  const size_t size = a.size();
  if (size != b.size()) return false;
  const char* x = a.data();
  const char* y = b.data();
  if (size >= 8) {
    if (!SameWord<uint64_t>(x + size - 8, y + size - 8) || !SameWord<uint64_t>(x, y)) return false;
    return size <= 16 || std::memcmp(x + 8, y + 8, size - 16) == 0;
  }
  if (size >= 4) return SameWord<uint32_t>(x, y) && SameWord<uint32_t>(x + size - 4, y + size - 4);
  for (size_t i = 0; i < size; i++) {
    if (x[i] != y[i]) return false;
  }
  return true;
}

bool IsPlain(const ColumnSpec& spec) {
  return spec.codes.empty() && spec.otherwise == ColumnSpec::Else::kKeep && spec.pad == 0 && spec.prefix.empty();
}

}  // namespace

Status Converter::ConvertColumn(const FeedPlan& feed, size_t position, FeedRows& rows, ColumnMemory& memory) {
  const ColumnPlan& plan = feed.columns[position];
  rows.columns[position].kind = SlotKind::kAbsent;
  if (plan.bound->derived != Derived::kNone) {
    Derive(feed, position, rows, memory);
    return {};
  }
  Cells cells(*plan.bound, *piece_, nulls_, arena_);
  if (cells.AllBlank()) {  // as half of the columns of most exports
    if (plan.guard_check >= 0) output_.checks.Looked(plan.guard_check, std::ranges::count(rows.absent, 0));
    return {};
  }
  switch (plan.bound->info->type) {
    case ColumnType::kText:
    case ColumnType::kCode:
    case ColumnType::kId:
      if (memory.as_texts) {
        ConvertLongTexts(plan, cells, rows);
        return {};
      }
      return ConvertTexts(plan, cells, rows, memory);
    case ColumnType::kMoney:
    case ColumnType::kPrice:
    case ColumnType::kQuantity:
    case ColumnType::kInteger:
      ConvertNumbers(plan, cells, rows);
      return {};
    case ColumnType::kDate:
    case ColumnType::kTime:
      ConvertTimes(plan, cells, rows);
      return {};
    case ColumnType::kFlag:
      ConvertFlags(plan, cells, rows);
      return {};
  }
  return {};
}

std::string_view Converter::Transform(const ColumnSpec& spec, std::string_view text) {
  if (!spec.codes.empty() || spec.otherwise != ColumnSpec::Else::kKeep) {
    auto found = spec.codes.find(std::string(text));
    if (found != spec.codes.end()) {
      text = found->second;
    } else if (spec.otherwise == ColumnSpec::Else::kNull) {
      return {};
    } else if (spec.otherwise == ColumnSpec::Else::kValue) {
      text = spec.otherwise_value;
    }
  }
  if (text.empty()) return {};
  if (text.size() < spec.pad || !spec.prefix.empty()) {
    std::string made = spec.prefix;
    if (text.size() < spec.pad) made.append(spec.pad - text.size(), '0');
    made += text;
    text = arena_.emplace_back(std::move(made));
  }
  return text;
}

Meaning Converter::Learn(const ColumnPlan& plan, std::string_view text, ColumnMemory& memory) {
  Meaning meaning;
  if (IsBadText(text)) {
    meaning.bad = true;
    return meaning;
  }
  std::string_view code = Transform(plan.bound->spec, text);
  if (code.data() == nullptr) return meaning;
  if (plan.guard_check >= 0 && dummies_.Contains(code)) {
    meaning.dummy = true;
    return meaning;
  }
  if (plan.code_set != nullptr) meaning.unknown = !plan.code_set->codes.contains(code);
  TablePlan& table = batch_.table(Batch::IndexOf(*feed_->bound.table));
  meaning.id = table.dictionaries[plan.bound->column].Intern(code);
  uint64_t hash = HashOfText(code);
  AtId<uint64_t>(memory.hash_of, meaning.id, 0) = hash;
  AtId<uint64_t>(memory.field_hash_of, meaning.id, 0) = FieldHash(memory.salt, hash);
  AtId<int64_t>(memory.key_of, meaning.id, -1) =
      feed_->bound.table->bucket_by == plan.bound->info->name ? KeyOfId(code) : -1;
  if (plan.bound->info->name == "med_type") {
    AtId<uint8_t>(memory.is_stay, meaning.id, 0) = batch_.mapping().stay_types.contains(std::string(code)) ? 1 : 0;
  }
  return meaning;
}

Status Converter::ConvertTexts(const ColumnPlan& plan, const Cells& cells, FeedRows& rows, ColumnMemory& memory) {
  Column& column = rows.columns[plan.position];
  column.kind = SlotKind::kCode;
  column.codes.resize(piece_->rows);
  int64_t known = 0;
  int64_t candidates = 0;
  std::string_view last;
  Meaning meaning;
  for (size_t row = 0; row < piece_->rows; row++) {
    column.codes[row] = kNullCode;
    if (rows.absent[row] != 0) continue;
    candidates++;
    std::string_view text = cells.At(row);
    if (text.data() == nullptr) continue;
    known++;
    if (last.data() == nullptr || !Same(text, last)) {
      Memo::Key key = Memo::KeyOf(text);
      const Meaning* found = memory.memo.Find(key);
      meaning = found != nullptr ? *found : memory.memo.Add(key, text.size(), Learn(plan, text, memory));
      last = text;
    }
    column.codes[row] = meaning.id;
    if (!meaning.bad && !meaning.dummy && !meaning.unknown) continue;
    if (meaning.bad) {
      Reject(plan.position, row, Why::kEncoding, plan.encoding_check);
    } else if (meaning.dummy && plan.bound->info->required) {
      Reject(plan.position, row, Why::kDummy, plan.guard_check);
    } else if (meaning.dummy) {
      output_.checks.Fail(plan.guard_check, file_->index, piece_->row_numbers[row],
                          [&] { return Example(plan, text); });
    } else if (plan.code_quarantines) {
      Reject(plan.position, row, Why::kCodeSet, plan.code_check);
    } else {
      output_.checks.Fail(plan.code_check, file_->index, piece_->row_numbers[row], [&] { return Example(plan, text); });
    }
  }
  output_.checks.Looked(plan.encoding_check, known);
  if (plan.code_set != nullptr) output_.checks.Looked(plan.code_check, known);
  if (plan.guard_check >= 0) output_.checks.Looked(plan.guard_check, candidates);
  const ColumnInfo& info = *plan.bound->info;
  if (memory.memo.size() < kMemoTextsMax && memory.memo.bytes() < kMemoBytesMax) return {};
  if (info.type == ColumnType::kText) {
    memory.as_texts = true;  // from the next piece on
  } else if (memory.memo.size() > kCodesMax) {
    return LimitReached("the column " + std::string(feed_->bound.table->name) + "." + std::string(info.name) +
                        " holds more than " + std::to_string(kCodesMax) +
                        " different codes; is it mapped from the right column?");
  }
  return {};
}

void Converter::ConvertLongTexts(const ColumnPlan& plan, const Cells& cells, FeedRows& rows) {
  Column& column = rows.columns[plan.position];
  column.kind = SlotKind::kText;
  column.texts.assign(piece_->rows, {});
  const ColumnSpec& spec = plan.bound->spec;
  bool plain = IsPlain(spec);
  int64_t known = 0;
  int64_t candidates = 0;
  for (size_t row = 0; row < piece_->rows; row++) {
    if (rows.absent[row] != 0) continue;
    candidates++;
    std::string_view text = cells.At(row);
    if (text.data() == nullptr) continue;
    known++;
    if (IsBadText(text)) {
      Reject(plan.position, row, Why::kEncoding, plan.encoding_check);
      continue;
    }
    if (!plain) text = Transform(spec, text);
    if (text.data() == nullptr) continue;
    if (plan.guard_check >= 0 && dummies_.Contains(text)) {
      if (plan.bound->info->required) {
        Reject(plan.position, row, Why::kDummy, plan.guard_check);
      } else {
        output_.checks.Fail(plan.guard_check, file_->index, piece_->row_numbers[row],
                            [&] { return Example(plan, text); });
      }
      continue;
    }
    if (plan.code_set != nullptr && !plan.code_set->codes.contains(text)) {
      output_.checks.Fail(plan.code_check, file_->index, piece_->row_numbers[row], [&] { return Example(plan, text); });
    }
    column.texts[row] = text;
  }
  output_.checks.Looked(plan.encoding_check, known);
  if (plan.code_set != nullptr) output_.checks.Looked(plan.code_check, known);
  if (plan.guard_check >= 0) output_.checks.Looked(plan.guard_check, candidates);
}

// text_of(row) is what the source says, read(text, value) what it means.
template <typename TextOf, typename Read>
void Converter::ConvertInts(const ColumnPlan& plan, FeedRows& rows, TextOf text_of, Read read) {
  Column& column = rows.columns[plan.position];
  column.kind = SlotKind::kInt;
  column.ints.resize(piece_->rows);
  int64_t known = 0;
  std::string_view last;
  int64_t last_value = kNullValue;
  for (size_t row = 0; row < piece_->rows; row++) {
    column.ints[row] = kNullValue;
    if (rows.absent[row] != 0) continue;
    std::string_view text = text_of(row);
    if (text.data() == nullptr) continue;
    known++;
    if (last.data() != nullptr && Same(text, last)) {
      column.ints[row] = last_value;
      continue;
    }
    int64_t value = 0;
    Parsed parsed = read(text, value);
    if (parsed == Parsed::kValue || parsed == Parsed::kNull) {
      last = text;
      last_value = parsed == Parsed::kNull ? kNullValue : value;
      column.ints[row] = last_value;
    } else if (plan.lenient) {
      output_.checks.Fail(plan.type_check, file_->index, piece_->row_numbers[row], [&] { return Example(plan, text); });
    } else {
      Reject(plan.position, row,
             parsed == Parsed::kTooFine    ? Why::kTooFine
             : parsed == Parsed::kTooLarge ? Why::kTooLarge
                                           : Why::kType,
             plan.type_check);
    }
  }
  output_.checks.Looked(plan.type_check, known);
}

void Converter::ConvertNumbers(const ColumnPlan& plan, const Cells& cells, FeedRows& rows) {
  const ColumnSpec& spec = plan.bound->spec;
  NumberFormat format{ScaleOf(plan.bound->info->type), spec.thousands, spec.round};
  bool integer = plan.bound->info->type == ColumnType::kInteger;
  ConvertInts(
      plan, rows, [&](size_t row) { return cells.At(row); },
      [&](std::string_view text, int64_t& value) {
        Parsed parsed = ParseDecimal(text, format, value);
        bool fits = !integer || (value <= INT32_MAX && value >= INT32_MIN);
        return parsed == Parsed::kValue && !fits ? Parsed::kTooLarge : parsed;
      });
}

void Converter::ConvertTimes(const ColumnPlan& plan, const Cells& cells, FeedRows& rows) {
  const DateFormats& formats = plan.bound->spec.dates;
  bool day = plan.bound->info->type == ColumnType::kDate;
  ConvertInts(
      plan, rows, [&](size_t row) { return cells.At(row); },
      [&](std::string_view text, int64_t& value) {
        Parsed parsed = formats.Parse(text, value);
        if (day) value = DayOf(value);
        return parsed;
      });
}

void Converter::ConvertFlags(const ColumnPlan& plan, const Cells& cells, FeedRows& rows) {
  ConvertInts(
      plan, rows,
      [&](size_t row) {
        std::string_view text = cells.At(row);
        return text.data() == nullptr ? text : Transform(plan.bound->spec, text);
      },
      [](std::string_view text, int64_t& value) { return ParseFlag(text, value); });
}

void Converter::Derive(const FeedPlan& feed, size_t position, FeedRows& rows, ColumnMemory& memory) {
  const ColumnPlan& plan = feed.columns[position];
  Column& column = rows.columns[position];
  auto column_of = [&](std::string_view name) -> const Column& { return rows.columns[feed.bound.PositionOf(name)]; };
  size_t count = piece_->rows;
  switch (plan.bound->derived) {
    case Derived::kNone:
      return;
    case Derived::kStayFlag: {
      size_t from = feed.bound.PositionOf("med_type");
      const Column& type = rows.columns[from];
      const std::vector<uint8_t>& is_stay = memories_[file_->source->id][feed_index_][from].is_stay;
      if (type.kind == SlotKind::kAbsent) return;
      column.kind = SlotKind::kInt;
      column.ints.assign(count, kNullValue);
      for (size_t row = 0; row < count; row++) {
        if (type.codes[row] != kNullCode) column.ints[row] = is_stay[static_cast<size_t>(type.codes[row])];
      }
      return;
    }
    case Derived::kStayDays: {
      const Column& begin = column_of("begntime");
      const Column& end = column_of("endtime");
      const Column& stay = column_of("ipt_flag");
      column.kind = SlotKind::kInt;
      column.ints.assign(count, kNullValue);
      for (size_t row = 0; row < count; row++) {
        if (!begin.Has(row) || !end.Has(row) || !stay.Has(row)) continue;
        if (stay.ints[row] != 1 || end.ints[row] < begin.ints[row]) continue;
        int64_t days = DayOf(end.ints[row]) - DayOf(begin.ints[row]) + (batch_.mapping().days_inclusive ? 1 : 0);
        column.ints[row] = std::max<int64_t>(1, days);
      }
      return;
    }
    case Derived::kTraceProduct: {
      const Column& code = column_of("drug_trac_codg");
      column.kind = SlotKind::kCode;
      column.codes.assign(count, kNullCode);
      for (size_t row = 0; row < count; row++) {
        if (!code.Has(row)) continue;
        std::string_view text = code.texts[row];
        if (text.size() != 20 || text[0] != '8') continue;
        if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) continue;
        std::string_view product = text.substr(0, 7);
        Memo::Key key = Memo::KeyOf(product);
        const Meaning* meaning = memory.memo.Find(key);
        if (meaning == nullptr) meaning = &memory.memo.Add(key, product.size(), Learn(plan, product, memory));
        column.codes[row] = meaning->id;
      }
      return;
    }
  }
}

// Fen are added up from the texts by a reader of its own: what proves the sums must not share the converter's mistakes.
void Converter::CountMoney(const ColumnPlan& plan, const Cells& cells, const FeedRows& rows, MoneyCount& count) {
  const ColumnSpec& spec = plan.bound->spec;
  const Column& column = rows.columns[plan.position];
  if (column.kind == SlotKind::kAbsent) return;
  int64_t sum = 0;
  std::string_view last;
  std::optional<int64_t> fen;
  for (size_t row = 0; row < piece_->rows; row++) {
    if (rows.absent[row] != 0) continue;
    std::string_view text = cells.At(row);
    if (text.data() == nullptr) continue;
    if (last.data() == nullptr || !Same(text, last)) {
      fen = FenOfText(text, spec.thousands, spec.round);
      last = text;
    }
    if (!fen) {
      count.unreadable++;
      continue;
    }
    if (*fen > INT64_C(1'000'000'000'000) || *fen < -INT64_C(1'000'000'000'000)) {
      count.read += *fen;
    } else {
      sum += *fen;
    }
    if (plan.lenient && !column.Has(row)) count.nulled += *fen;
  }
  count.read += sum;
}

}  // namespace yijian::intake
