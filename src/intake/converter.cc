#include "intake/converter.h"

#include <algorithm>
#include <cstring>

#include "base/date.h"
#include "base/utf8.h"
#include "intake/hashing.h"
#include "intake/id_key.h"
#include "intake/money_text.h"

namespace yijian::intake {
namespace {

constexpr size_t kMemoTextsMax = 1 << 17;
constexpr size_t kMemoBytesMax = 16 << 20;
constexpr size_t kCodesMax = 5'000'000;
constexpr size_t kShownBytes = 80;

// Not UTF-8, or with a NUL inside. Nearly all texts are plain ASCII.
bool IsBadText(std::string_view text) {
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if (((word | (word - 0x0101010101010101U)) & 0x8080808080808080U) != 0) break;
  }
  for (; at < text.size(); at++) {
    if (static_cast<signed char>(text[at]) <= 0)
      return !IsUtf8(text.substr(at)) || text.find('\0', at) != std::string_view::npos;
  }
  return false;
}

// Most values that differ from the last differ at their end.
bool Same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() >= 8 && std::memcmp(a.data() + a.size() - 8, b.data() + b.size() - 8, 8) != 0) return false;
  return a == b;
}

bool IsPlain(const ColumnSpec& spec) {
  return spec.codes.empty() && spec.otherwise == ColumnSpec::Else::kKeep && spec.pad == 0 && spec.prefix.empty();
}

template <typename T>
T& At(std::vector<T>& values, int32_t id, T fill) {
  auto index = static_cast<size_t>(id);
  if (values.size() <= index) values.resize(index + index / 2 + 16, fill);
  return values[index];
}

}  // namespace

Result<std::unique_ptr<Converter>> Converter::Create(Batch& batch, const std::string& staging_prefix,
                                                     size_t buffer_rows) {
  auto quarantine = TRY(QuarantineWriter::Create(staging_prefix + ".faults"));
  auto keys = TRY(KeyStage::Create(staging_prefix + ".keys"));
  StageWriter stage = TRY(StageWriter::Create(staging_prefix + ".rows"));
  return std::unique_ptr<Converter>(
      new Converter(batch, std::move(quarantine), std::move(keys), std::move(stage), buffer_rows));
}

Converter::Converter(Batch& batch, std::unique_ptr<QuarantineWriter> quarantine, std::unique_ptr<KeyStage> keys,
                     StageWriter stage, size_t buffer_rows)
    : batch_(batch),
      dummies_(batch.mapping().dummies),
      nulls_(batch.mapping().nulls),
      buffer_rows_(buffer_rows),
      stage_(std::move(stage)) {
  output_.quarantine = std::move(quarantine);
  output_.keys = std::move(keys);
  output_.tables.resize(Tables().size());
  output_.blocks.resize(Tables().size());
  buffers_.resize(Tables().size());
  auto groups = static_cast<size_t>(batch.groups());
  for (size_t table = 0; table < Tables().size(); table++) {
    output_.blocks[table].resize(groups);
    buffers_[table].resize(groups);
  }
}

Status Converter::Convert(const Piece& piece, const FilePlan& file) {
  piece_ = &piece;
  file_ = &file;
  const SourcePlan& source = *file.source;
  if (memories_.size() <= source.id) memories_.resize(source.id + 1);
  auto& memories = memories_[source.id];
  if (memories.empty()) {
    memories.resize(source.feeds.size());
    for (size_t feed = 0; feed < source.feeds.size(); feed++) {
      const FeedPlan& plan = source.feeds[feed];
      memories[feed] = std::vector<ColumnMemory>(plan.columns.size());
      for (size_t i = 0; i < plan.columns.size(); i++) {
        memories[feed][i].salt = HashOfText(plan.bound.columns[i].info->name);
        memories[feed][i].as_texts = plan.bound.columns[i].info->type == ColumnType::kId;
      }
    }
  }
  if (feeds_.size() < source.feeds.size()) feeds_.resize(source.feeds.size());
  bad_.assign(piece.rows, 0);
  issues_.clear();
  arena_.clear();
  output_.checks.Looked(source.shape_check, static_cast<int64_t>(piece.rows + piece.bad.size()));
  for (size_t feed = 0; feed < source.feeds.size(); feed++) TRY(ConvertFeed(source, feed));
  for (size_t feed = 0; feed < source.feeds.size(); feed++) TRY(StageFeed(source.feeds[feed], feed, feeds_[feed]));
  if (!issues_.empty()) TRY(QuarantineRows(source));
  return QuarantineRecords(source);
}

Status Converter::ConvertFeed(const SourcePlan& source, size_t feed_index) {
  feed_index_ = static_cast<uint16_t>(feed_index);
  feed_ = &source.feeds[feed_index];
  const FeedPlan& feed = source.feeds[feed_index];
  FeedRows& rows = feeds_[feed_index];
  auto& memories = memories_[source.id][feed_index];
  rows.columns.resize(feed.columns.size());
  rows.row_hash.assign(piece_->rows, 0);
  Filter(feed, rows);
  size_t needs = feed.bound.needs.size();
  for (size_t i = 0; i < feed.order.size(); i++) {
    size_t position = feed.order[i];
    TRY(ConvertColumn(feed, position, rows, memories[position]));
    if (i >= needs) continue;
    const Column& column = rows.columns[position];
    for (size_t row = 0; row < piece_->rows; row++) {
      bool has = !column.ints.empty() ? column.ints[row] != kNullValue
                 : column.as_codes    ? column.codes[row] != kNullCode
                                      : column.texts[row].data() != nullptr;
      if (!has) rows.absent[row] = 1;
    }
  }
  int64_t count = std::ranges::count(rows.absent, 0);
  TableCount& table = output_.tables[Batch::IndexOf(*feed.bound.table)];
  table.read += count;
  if (!feed.bound.feed->repeated) table.filtered += static_cast<int64_t>(piece_->rows) - count;
  for (const ColumnPlan& plan : feed.columns) {
    const BoundColumn& bound = *plan.bound;
    if (bound.info->type == ColumnType::kMoney && bound.derived == Derived::kNone) {
      CountMoney(plan, Cells(bound, *piece_, nulls_, arena_), rows, table.money[bound.column]);
    }
    if (plan.required_check >= 0) CheckRequired(plan, rows);
    HashColumn(plan, rows, memories[plan.position]);
  }
  CheckRows(feed, rows);
  LearnNames(feed, rows, memories);
  MakeKeys(feed, rows, memories);
  return {};
}

void Converter::Filter(const FeedPlan& feed, FeedRows& rows) {
  rows.absent.assign(piece_->rows, 0);
  if (!feed.bound.where) return;
  for (size_t row = 0; row < piece_->rows; row++) {
    Value value = feed.bound.where->Evaluate(*piece_, row, arena_);
    if (!value.is_null() && value.number == 0) rows.absent[row] = 1;  // unknown is not false
  }
}

Status Converter::ConvertColumn(const FeedPlan& feed, size_t position, FeedRows& rows, ColumnMemory& memory) {
  const ColumnPlan& plan = feed.columns[position];
  Column& column = rows.columns[position];
  column.ints.clear();
  column.codes.clear();
  column.texts.clear();
  if (plan.bound->derived != Derived::kNone) {
    Derive(feed, position, rows, memory);
    return {};
  }
  Cells cells(*plan.bound, *piece_, nulls_, arena_);
  switch (plan.bound->info->type) {
    case ColumnType::kText:
    case ColumnType::kCode:
    case ColumnType::kId:
      if (memory.as_texts) {
        ConvertLongTexts(plan, cells, rows, memory);
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
  At<uint64_t>(memory.hash_of, meaning.id, 0) = HashOfText(code);
  At<int64_t>(memory.key_of, meaning.id, -1) =
      feed_->bound.table->bucket_by == plan.bound->info->name ? KeyOfId(code) : -1;
  if (plan.bound->info->name == "med_type") {
    At<uint8_t>(memory.is_stay, meaning.id, 0) = batch_.mapping().stay_types.contains(std::string(code)) ? 1 : 0;
  }
  return meaning;
}

Status Converter::ConvertTexts(const ColumnPlan& plan, const Cells& cells, FeedRows& rows, ColumnMemory& memory) {
  Column& column = rows.columns[plan.position];
  column.as_codes = true;
  column.codes.assign(piece_->rows, kNullCode);
  int64_t known = 0;
  int64_t candidates = 0;
  std::string_view last;
  Meaning meaning;
  for (size_t row = 0; row < piece_->rows; row++) {
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

void Converter::ConvertLongTexts(const ColumnPlan& plan, const Cells& cells, FeedRows& rows, ColumnMemory&) {
  Column& column = rows.columns[plan.position];
  column.as_codes = false;
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

void Converter::ConvertNumbers(const ColumnPlan& plan, const Cells& cells, FeedRows& rows) {
  Column& column = rows.columns[plan.position];
  column.ints.assign(piece_->rows, kNullValue);
  const ColumnSpec& spec = plan.bound->spec;
  NumberFormat format{ScaleOf(plan.bound->info->type), spec.thousands, spec.round};
  bool integer = plan.bound->info->type == ColumnType::kInteger;
  int64_t known = 0;
  for (size_t row = 0; row < piece_->rows; row++) {
    if (rows.absent[row] != 0) continue;
    std::string_view text = cells.At(row);
    if (text.data() == nullptr) continue;
    known++;
    int64_t value = 0;
    Parsed parsed = ParseDecimal(text, format, value);
    if (parsed == Parsed::kValue && integer && (value > INT32_MAX || value < INT32_MIN)) parsed = Parsed::kTooLarge;
    if (parsed == Parsed::kValue) {
      column.ints[row] = value;
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

void Converter::ConvertTimes(const ColumnPlan& plan, const Cells& cells, FeedRows& rows) {
  Column& column = rows.columns[plan.position];
  column.ints.assign(piece_->rows, kNullValue);
  const DateFormats& formats = plan.bound->spec.dates;
  bool day = plan.bound->info->type == ColumnType::kDate;
  int64_t known = 0;
  std::string_view last;
  int64_t last_value = kNullValue;
  for (size_t row = 0; row < piece_->rows; row++) {
    if (rows.absent[row] != 0) continue;
    std::string_view text = cells.At(row);
    if (text.data() == nullptr) continue;
    known++;
    if (last.data() != nullptr && Same(text, last)) {
      column.ints[row] = last_value;
      continue;
    }
    int64_t seconds = 0;
    Parsed parsed = formats.Parse(text, seconds);
    if (parsed == Parsed::kValue || parsed == Parsed::kNull) {
      last = text;
      last_value = parsed == Parsed::kNull ? kNullValue : day ? DayOf(seconds) : seconds;
      column.ints[row] = last_value;
    } else if (plan.lenient) {
      output_.checks.Fail(plan.type_check, file_->index, piece_->row_numbers[row], [&] { return Example(plan, text); });
    } else {
      Reject(plan.position, row, parsed == Parsed::kTooLarge ? Why::kTooLarge : Why::kType, plan.type_check);
    }
  }
  output_.checks.Looked(plan.type_check, known);
}

void Converter::ConvertFlags(const ColumnPlan& plan, const Cells& cells, FeedRows& rows) {
  Column& column = rows.columns[plan.position];
  column.ints.assign(piece_->rows, kNullValue);
  int64_t known = 0;
  for (size_t row = 0; row < piece_->rows; row++) {
    if (rows.absent[row] != 0) continue;
    std::string_view text = cells.At(row);
    if (text.data() != nullptr) text = Transform(plan.bound->spec, text);
    if (text.data() == nullptr) continue;
    known++;
    int64_t value = 0;
    if (ParseFlag(text, value) == Parsed::kValue) {
      column.ints[row] = value;
    } else if (plan.lenient) {
      output_.checks.Fail(plan.type_check, file_->index, piece_->row_numbers[row], [&] { return Example(plan, text); });
    } else {
      Reject(plan.position, row, Why::kType, plan.type_check);
    }
  }
  output_.checks.Looked(plan.type_check, known);
}

void Converter::Derive(const FeedPlan& feed, size_t position, FeedRows& rows, ColumnMemory& memory) {
  const ColumnPlan& plan = feed.columns[position];
  Column& column = rows.columns[position];
  auto ints_of = [&](std::string_view name) -> const std::vector<int64_t>& {
    return rows.columns[feed.bound.PositionOf(name)].ints;
  };
  size_t count = piece_->rows;
  switch (plan.bound->derived) {
    case Derived::kNone:
      return;
    case Derived::kStayFlag: {
      size_t from = feed.bound.PositionOf("med_type");
      const std::vector<int32_t>& types = rows.columns[from].codes;
      const std::vector<uint8_t>& is_stay = memories_[file_->source->id][feed_index_][from].is_stay;
      column.ints.assign(count, kNullValue);
      for (size_t row = 0; row < count; row++) {
        if (types[row] != kNullCode) column.ints[row] = is_stay[static_cast<size_t>(types[row])];
      }
      return;
    }
    case Derived::kStayDays: {
      const std::vector<int64_t>& begin = ints_of("begntime");
      const std::vector<int64_t>& end = ints_of("endtime");
      const std::vector<int64_t>& stay = ints_of("ipt_flag");
      column.ints.assign(count, kNullValue);
      for (size_t row = 0; row < count; row++) {
        if (stay[row] != 1 || begin[row] == kNullValue || end[row] == kNullValue || end[row] < begin[row]) continue;
        int64_t days = DayOf(end[row]) - DayOf(begin[row]) + (batch_.mapping().days_inclusive ? 1 : 0);
        column.ints[row] = std::max<int64_t>(1, days);
      }
      return;
    }
    case Derived::kTraceProduct: {
      const Column& code = rows.columns[feed.bound.PositionOf("drug_trac_codg")];
      column.as_codes = true;
      column.codes.assign(count, kNullCode);
      for (size_t row = 0; row < count; row++) {
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

void Converter::CountMoney(const ColumnPlan& plan, const Cells& cells, const FeedRows& rows, MoneyCount& count) {
  const ColumnSpec& spec = plan.bound->spec;
  const std::vector<int64_t>& typed = rows.columns[plan.position].ints;
  int64_t sum = 0;
  for (size_t row = 0; row < piece_->rows; row++) {
    if (rows.absent[row] != 0) continue;
    std::string_view text = cells.At(row);
    if (text.data() == nullptr) continue;
    std::optional<int64_t> fen = FenOfText(text, spec.thousands, spec.round);
    if (!fen) {
      count.unreadable++;
      continue;
    }
    if (*fen > INT64_C(1'000'000'000'000) || *fen < -INT64_C(1'000'000'000'000)) {
      count.read += *fen;
    } else {
      sum += *fen;
    }
    if (typed[row] == kNullValue && plan.lenient) count.nulled += *fen;
  }
  count.read += sum;
}

void Converter::CheckRequired(const ColumnPlan& plan, FeedRows& rows) {
  const Column& column = rows.columns[plan.position];
  int64_t candidates = 0;
  for (size_t row = 0; row < piece_->rows; row++) {
    if (rows.absent[row] != 0) continue;
    candidates++;
    bool has = !column.ints.empty() ? column.ints[row] != kNullValue
               : column.as_codes    ? column.codes[row] != kNullCode
                                    : column.texts[row].data() != nullptr;
    if (has || (bad_[row] != 0 && HasIssue(plan.position, row))) continue;
    Reject(plan.position, row, Why::kRequired, plan.required_check);
  }
  output_.checks.Looked(plan.required_check, candidates);
}

void Converter::HashColumn(const ColumnPlan& plan, FeedRows& rows, ColumnMemory& memory) {
  Column& column = rows.columns[plan.position];
  const FeedPlan& feed = *feed_;
  bool keep = plan.position == feed.init_key_position ||
              std::ranges::find(feed.bound.key, plan.position) != feed.bound.key.end();
  keep = keep && feed.bound.own_key;
  if (keep) column.hashes.assign(piece_->rows, kHashOfNull);
  auto put = [&](size_t row, uint64_t value) {
    rows.row_hash[row] += FieldHash(memory.salt, value);
    if (keep) column.hashes[row] = value;
  };
  if (!column.ints.empty()) {
    for (size_t row = 0; row < piece_->rows; row++) {
      if (column.ints[row] != kNullValue) put(row, HashOfNumber(column.ints[row]));
    }
  } else if (column.as_codes) {
    for (size_t row = 0; row < piece_->rows; row++) {
      if (column.codes[row] != kNullCode) put(row, memory.hash_of[static_cast<size_t>(column.codes[row])]);
    }
  } else {
    for (size_t row = 0; row < piece_->rows; row++) {
      if (column.texts[row].data() != nullptr) put(row, HashOfText(column.texts[row]));
    }
  }
}

void Converter::CheckRows(const FeedPlan& feed, FeedRows& rows) {
  for (const RowCheck& check : feed.row_checks) {
    std::array<const int64_t*, 6> columns{};
    for (size_t i = 0; i < check.positions.size(); i++) {
      columns[i] = check.positions[i] == SIZE_MAX ? nullptr : rows.columns[check.positions[i]].ints.data();
    }
    size_t count = check.positions.size();
    auto value = [&](size_t i, size_t row) { return columns[i] == nullptr ? 0 : columns[i][row]; };
    size_t needed = check.rule == RowRule::kSumMaybe ? count - 1 : count;
    int64_t looked = 0;
    for (size_t row = 0; row < piece_->rows; row++) {
      if (rows.absent[row] != 0) continue;
      bool all = true;
      for (size_t i = 0; i < needed; i++) all = all && columns[i][row] != kNullValue;
      if (!all) continue;
      looked++;
      bool good = true;
      switch (check.rule) {
        case RowRule::kOrder:
          good = value(0, row) <= value(1, row);
          break;
        case RowRule::kPriceTimesCount: {
          Wide product = static_cast<Wide>(value(0, row)) * value(1, row);  // scale 10
          Wide rounded = product < 0 ? -((-product + 50'000'000) / 100'000'000) : (product + 50'000'000) / 100'000'000;
          Wide off = rounded - value(2, row);
          good = off <= 1 && off >= -1;
          break;
        }
        case RowRule::kSum:
        case RowRule::kSumMaybe: {
          Wide off = value(0, row);
          for (size_t i = 1; i < needed; i++) off -= value(i, row);
          good = off <= 1 && off >= -1;
          if (!good && needed < count && columns[needed] != nullptr && columns[needed][row] != kNullValue) {
            off -= columns[needed][row];
            good = off <= 1 && off >= -1;
          }
          break;
        }
      }
      if (good) continue;
      if (check.quarantines) {
        issues_.push_back({static_cast<uint32_t>(row), feed_index_, static_cast<uint16_t>(check.positions[0]),
                           check.rule == RowRule::kOrder ? Why::kOrder : Why::kIdentity, check.check});
        bad_[row] = 1;
      }
      output_.checks.Fail(check.check, file_->index, piece_->row_numbers[row], [&] {
        std::string shown;
        for (size_t position : check.positions) {
          if (position == SIZE_MAX) continue;
          std::string_view text = Cells(feed.bound.columns[position], *piece_, nulls_, arena_).At(row);
          shown += (shown.empty() ? "" : " | ") + Printable(text, kShownBytes);
        }
        return shown;
      });
    }
    output_.checks.Looked(check.check, looked);
  }
}

void Converter::LearnNames(const FeedPlan& feed, FeedRows& rows, std::vector<ColumnMemory>& memories) {
  for (const ColumnPlan& plan : feed.columns) {
    if (plan.name_position == SIZE_MAX || !rows.columns[plan.position].as_codes) continue;
    const std::vector<int32_t>& codes = rows.columns[plan.position].codes;
    std::vector<uint8_t>& has_name = memories[plan.position].has_name;
    Cells names(feed.bound.columns[plan.name_position], *piece_, nulls_, arena_);
    int32_t last = kNullCode;
    for (size_t row = 0; row < piece_->rows; row++) {
      int32_t code = codes[row];
      if (code == last || code == kNullCode || bad_[row] != 0) continue;
      if (uint8_t& named = At<uint8_t>(has_name, code, 0); named == 0) {
        std::string_view name = names.At(row);
        if (name.data() == nullptr || IsBadText(name)) continue;
        named = 1;
        feed.table->dictionaries[plan.bound->column].Name(code, name,
                                                          file_->OrdinalOf(piece_->row_numbers[row], feed_index_));
      }
      last = code;
    }
  }
}

void Converter::MakeKeys(const FeedPlan& feed, FeedRows& rows, std::vector<ColumnMemory>& memories) {
  size_t count = piece_->rows;
  uint64_t seed = KeySeed(feed.bound.table->name);
  rows.row_key.resize(count);
  if (feed.bound.own_key) {
    for (size_t row = 0; row < count; row++) {
      uint64_t key = seed;
      for (size_t position : feed.bound.key) key = ChainKey(key, rows.columns[position].hashes[row]);
      rows.row_key[row] = static_cast<int64_t>(key);
    }
  } else {
    for (size_t row = 0; row < count; row++)
      rows.row_key[row] = static_cast<int64_t>(ChainKey(seed, rows.row_hash[row]));
  }
  size_t by = feed.bound.PositionOf(feed.bound.table->bucket_by);
  rows.bucket_key.assign(count, kNullValue);
  if (by == SIZE_MAX) return;
  const Column& column = rows.columns[by];
  if (!column.as_codes) {
    KeysOfIds(column.texts, rows.bucket_key);
  } else {
    for (size_t row = 0; row < count; row++) {
      if (column.codes[row] != kNullCode)
        rows.bucket_key[row] = memories[by].key_of[static_cast<size_t>(column.codes[row])];
    }
  }
}

bool Converter::HasIssue(size_t position, size_t row) const {
  return std::ranges::any_of(issues_, [&](const Issue& issue) {
    return issue.row == row && issue.feed == feed_index_ && issue.position == position;
  });
}

void Converter::Reject(size_t position, size_t row, Why why, int check) {
  bad_[row] = 1;
  issues_.push_back({static_cast<uint32_t>(row), feed_index_, static_cast<uint16_t>(position), why, check});
  const ColumnPlan& plan = feed_->columns[position];
  output_.checks.Fail(check, file_->index, piece_->row_numbers[row],
                      [&] { return Example(plan, Cells(*plan.bound, *piece_, nulls_, arena_).At(row)); });
}

std::string Converter::Example(const ColumnPlan& plan, std::string_view text) const {
  if (plan.bound->info->personal || plan.bound->info->guard == Guard::kPerson) return text.empty() ? "" : "(not shown)";
  return Printable(text, kShownBytes);
}

}  // namespace yijian::intake
