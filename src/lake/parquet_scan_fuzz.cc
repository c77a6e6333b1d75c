// Any bytes as a Parquet file: an error or rows, never more.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "lake/parquet_scan.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace yijian::lake;  // NOLINT: a program of its own
  int fd = memfd_create("fuzz", MFD_CLOEXEC);
  if (fd < 0 || write(fd, data, size) != static_cast<ssize_t>(size)) return 0;
  auto file = ParquetFile::Open("/proc/self/fd/" + std::to_string(fd));
  if (file && (*file)->Find("bucket") != ParquetFile::kAbsent) {
    std::vector<std::string> names;
    for (const auto& column : (*file)->columns()) {
      if (column.readable) names.push_back(column.info.name);
    }
    ScanCursor cursor;
    if ((*file)->CanRead({"bucket"})) {
      auto scan = ParquetScan::Open(*file, names, Slice{{0, 3}}, &cursor);
      size_t touched = 0;
      for (int chunks = 0; scan && chunks < 100; chunks++) {
        auto rows = (*scan)->Next();
        if (!rows || *rows == 0) break;
        for (size_t column = 0; column < names.size(); column++) {
          const ColumnInfo& info = (*scan)->columns()[column];
          auto convert = Converter::For(info, yijian::timeline::FieldType::kMoney);
          if (convert) {
            yijian::timeline::Column numbers;
            ColumnFill fill{&numbers};
            if ((*scan)->Append(column, *convert, &fill)) touched += numbers[*rows - 1] == 0 ? 1 : 0;
            continue;
          }
          auto view = (*scan)->View(column);
          for (size_t row = 0; view && info.physical == Physical::kText && row < *rows; row++) {
            if (!view->Has(row)) continue;
            for (char c : view->Text(row)) touched += static_cast<unsigned char>(c);
          }
        }
      }
      if (touched == SIZE_MAX) return 1;  // keeps the reading
    }
  }
  close(fd);
  return 0;
}
