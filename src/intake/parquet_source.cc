#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "intake/source.h"
#include "lake/database.h"

namespace yijian::intake {
namespace {

constexpr int64_t kMemoryMb = 512;

class ParquetSource : public Source {
 public:
  ParquetSource(std::string path, int file, lake::Connection connection, int64_t bytes)
      : path_(std::move(path)), file_(file), connection_(std::move(connection)), bytes_(bytes) {}

  Status Open();
  Result<bool> Next(Piece& piece) override;
  int64_t bytes_done() const override { return rows_ == 0 ? bytes_ : bytes_ * (row_ - 1) / rows_; }
  int64_t last_row() const override { return row_ - 1; }
  bool Tap(std::function<void(const char*, size_t)>) override { return false; }

 private:
  Status Append(const lake::Chunk& chunk, Piece& piece);
  static Error CannotRead(const std::string& path, const Error& error) {
    return {error.code == ErrorCode::kLimit ? error.code : ErrorCode::kInvalidInput,
            path + " cannot be read as Parquet: " + error.message};
  }

  std::string path_;
  int file_;
  lake::Connection connection_;
  int64_t bytes_;
  int64_t rows_ = 0;
  int64_t row_ = 1;
  std::optional<lake::RowStream> stream_;
};

Status ParquetSource::Open() {
  std::string from = " FROM read_parquet(" + lake::Quote(path_) + ")";
  Result<int64_t> rows = connection_.QueryInt("SELECT count(*)" + from);
  if (!rows) return CannotRead(path_, rows.error());
  rows_ = *rows;
  Result<lake::RowStream> stream = connection_.Stream("SELECT CAST(COLUMNS(*) AS VARCHAR)" + from);
  if (!stream) return CannotRead(path_, stream.error());
  stream_.emplace(std::move(*stream));
  for (const lake::ColumnInfo& column : stream_->columns()) columns_.push_back(column.name);
  return {};
}

Status ParquetSource::Append(const lake::Chunk& chunk, Piece& piece) {
  for (size_t column = 0; column < columns_.size(); column++) {
    const lake::ColumnView& view = chunk.columns[column];
    size_t at = column * Piece::kStride + piece.rows;
    for (size_t row = 0; row < chunk.rows; row++, at++) {
      std::string_view value = view.Has(row) ? view.Text(row) : std::string_view();
      if (piece.text.size() + value.size() > UINT32_MAX) return LimitReached(path_ + ": values of gigabytes");
      piece.places[at] = {static_cast<uint32_t>(piece.text.size()), static_cast<uint32_t>(value.size())};
      piece.text.insert(piece.text.end(), value.begin(), value.end());
    }
  }
  for (size_t row = 0; row < chunk.rows; row++) piece.row_numbers[piece.rows++] = row_++;
  return {};
}

Result<bool> ParquetSource::Next(Piece& piece) {
  piece.Reset(file_, columns_.size());
  piece.text.clear();
  Result<const lake::Chunk*> chunk = stream_->Next();
  if (!chunk) return CannotRead(path_, chunk.error());
  if (*chunk == nullptr) return false;
  if ((*chunk)->rows > kPieceRowsMax) return InternalError("DuckDB sent a chunk of more rows than expected");
  TRY(Append(**chunk, piece));
  return true;
}

Status CheckMagic(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return NotFound("cannot open " + path);
  std::array<char, 4> magic{};
  file.read(magic.data(), magic.size());
  if (file.gcount() < 4 || std::memcmp(magic.data(), "PAR1", 4) != 0) {
    return InvalidInput(path + " is not a Parquet file: it does not begin with PAR1");
  }
  file.seekg(-4, std::ios::end);
  file.read(magic.data(), magic.size());
  if (std::memcmp(magic.data(), "PAR1", 4) != 0) {
    return InvalidInput(path + " is a Parquet file that is cut off: its end is missing");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Source>> OpenParquet(const std::string& path, int file) {
  TRY(CheckMagic(path));
  std::error_code ignored;
  auto bytes = static_cast<int64_t>(std::filesystem::file_size(path, ignored));
  lake::Connection connection = TRY(lake::OpenConnection({.memory_limit_mb = kMemoryMb, .threads = 1}));
  auto source = std::make_unique<ParquetSource>(path, file, std::move(connection), bytes);
  TRY(source->Open());
  return std::unique_ptr<Source>(std::move(source));
}

Result<std::unique_ptr<Source>> OpenSource(const std::string& path, const SourceFormat& format, int file) {
  switch (format.format) {
    case FileFormat::kCsv:
      return OpenCsv(path, format, file);
    case FileFormat::kParquet:
      return OpenParquet(path, file);
    case FileFormat::kJsonLines:
      return OpenJsonLines(path, format, file);
  }
  return InternalError("unknown file format");
}

}  // namespace yijian::intake
