#include "table_copy.h"

#include "lake/table_writer.h"
#include "timeline/bucket.h"

namespace yijian::bench {
namespace {

using lake::Chunk;
using lake::ColumnInfo;
using lake::ColumnView;
using lake::Logical;
using lake::Physical;
using lake::WriterType;

Result<WriterType> TypeOf(const ColumnInfo& info) {
  switch (info.logical) {
    case Logical::kBool:
      return WriterType::kBool;
    case Logical::kInteger:
      if (info.physical == Physical::kInt16) return WriterType::kInt16;
      return info.physical == Physical::kInt32 ? WriterType::kInt32 : WriterType::kInt64;
    case Logical::kDecimal:
      if (info.physical == Physical::kInt128) break;
      if (info.scale == 2) return WriterType::kFen;
      if (info.scale == 4) return WriterType::kRatio;
      if (info.scale == 6) return WriterType::kMicro;
      break;
    case Logical::kDate:
      return WriterType::kDate;
    case Logical::kTimestamp:
      return WriterType::kTime;
    case Logical::kText:
      return WriterType::kText;
    default:
      break;
  }
  return InvalidInput("column " + info.name + " has a type that lakes do not hold");
}

int64_t NumberAt(const ColumnInfo& info, const ColumnView& view, size_t row) {
  switch (info.physical) {
    case Physical::kBool:
      return view.As<uint8_t>()[row];
    case Physical::kInt16:
      return view.As<int16_t>()[row];
    case Physical::kInt32:
      return view.As<int32_t>()[row];
    default:
      return info.logical == Logical::kTimestamp ? view.As<int64_t>()[row] / info.units_per_second
                                                 : view.As<int64_t>()[row];
  }
}

// One column of a chunk on its way to the writer.
struct Cells {
  std::vector<int64_t> numbers;
  std::vector<std::string_view> texts;

  lake::WriterCells Of(const ColumnInfo& info, const ColumnView& view, size_t rows) {
    numbers.clear();
    texts.clear();
    if (info.logical == Logical::kText) {
      for (size_t row = 0; row < rows; row++) texts.push_back(view.Has(row) ? view.Text(row) : std::string_view());
      return std::span<const std::string_view>(texts);
    }
    for (size_t row = 0; row < rows; row++)
      numbers.push_back(view.Has(row) ? NumberAt(info, view, row) : timeline::kNull);
    return std::span<const int64_t>(numbers);
  }
};

}  // namespace

Status CopyTo(const std::string& path, const std::string& sql, lake::Connection& connection) {
  lake::RowStream rows = TRY(connection.Stream(sql));
  std::vector<lake::WriterColumn> columns;
  for (const ColumnInfo& info : rows.columns()) columns.push_back({info.name, TRY(TypeOf(info)), true});
  lake::TableWriter writer = TRY(lake::TableWriter::Create(path, columns));
  std::vector<Cells> cells(columns.size());
  while (const Chunk* chunk = TRY(rows.Next())) {
    std::vector<lake::WriterCells> given;
    for (size_t i = 0; i < columns.size(); i++)
      given.push_back(cells[i].Of(rows.columns()[i], chunk->columns[i], chunk->rows));
    TRY(writer.Append(chunk->rows, given));
  }
  (void)TRY(writer.Finish());
  return {};
}

}  // namespace yijian::bench
