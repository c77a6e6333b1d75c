#include "intake/quarantine.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "intake/convert.h"
#include "lake/parquet_writer.h"

namespace yijian::intake {

using lake::ChunkEncoder;
using lake::EncodedChunk;
using lake::ParquetType;
using lake::ParquetWriter;

namespace {

using nlohmann::json;

constexpr size_t kBufferBytes = 1 << 20;
constexpr size_t kRowGroupRows = 20'000;

std::string Dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

// JSON has no bytes, only texts: bytes that are not UTF-8 are written \xNN.
json TextOrEscaped(std::string_view text) { return IsUtf8(text) ? std::string(text) : Printable(text, text.size()); }

}  // namespace

std::string RecordJson(const Piece& piece, size_t row) {
  json fields = json::array();
  for (size_t column = 0; column < piece.columns; column++) fields.push_back(TextOrEscaped(piece.Field(column, row)));
  return Dump(fields);
}

std::string UncutJson(const std::string& text) { return Dump(TextOrEscaped(text)); }

Result<std::unique_ptr<QuarantineWriter>> QuarantineWriter::Create(const std::string& path) {
  int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return IoError("cannot create " + path + ": " + std::strerror(errno));
  return std::unique_ptr<QuarantineWriter>(new QuarantineWriter(path, fd));
}

QuarantineWriter::~QuarantineWriter() {
  close(fd_);
  unlink(path_.c_str());
}

Status QuarantineWriter::Add(const Fault& fault) {
  size_t before = buffer_.size();
  auto put = [&](const std::string& text) {
    auto size = static_cast<uint32_t>(text.size());
    char bytes[4];
    std::memcpy(bytes, &size, 4);
    buffer_.append(bytes, 4);
    buffer_ += text;
  };
  for (const std::string* text : {&fault.table, &fault.field, &fault.value, &fault.reason, &fault.record}) put(*text);
  places_.push_back(
      {fault.file, static_cast<uint32_t>(buffer_.size() - before), fault.row, flushed_ + static_cast<int64_t>(before)});
  return buffer_.size() >= kBufferBytes ? Flush() : Status();
}

Status QuarantineWriter::Flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    ssize_t written = write(fd_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return IoError("cannot write " + path_ + ": " + std::strerror(errno));
    rest.remove_prefix(static_cast<size_t>(written));
  }
  flushed_ += static_cast<int64_t>(buffer_.size());
  buffer_.clear();
  return {};
}

Result<Fault> QuarantineWriter::Read(const Place& place) const {
  std::string bytes(place.size, '\0');
  if (pread(fd_, bytes.data(), bytes.size(), place.offset) != static_cast<ssize_t>(bytes.size())) {
    return IoError("cannot read back " + path_);
  }
  Fault fault;
  fault.file = place.file;
  fault.row = place.row;
  size_t at = 0;
  for (std::string* text : {&fault.table, &fault.field, &fault.value, &fault.reason, &fault.record}) {
    uint32_t size = 0;
    std::memcpy(&size, bytes.data() + at, 4);
    *text = bytes.substr(at + 4, size);
    at += 4 + size;
  }
  return fault;
}

Status WriteQuarantine(const std::vector<QuarantineWriter*>& parts, const std::vector<QuarantinedFile>& files,
                       const std::string& path) {
  struct Item {
    const QuarantineWriter* part;
    const QuarantineWriter::Place* place;
  };
  std::vector<Item> items;
  for (QuarantineWriter* part : parts) {
    TRY(part->Flush());
    for (const QuarantineWriter::Place& place : part->places_) items.push_back({part, &place});
  }
  // Faults of one row were added one after the other by one thread.
  std::ranges::stable_sort(items, [](const Item& a, const Item& b) {
    return std::tie(a.place->file, a.place->row) < std::tie(b.place->file, b.place->row);
  });

  ParquetWriter writer = TRY(ParquetWriter::Create(path, {{"file", ParquetType::kText},
                                                          {"source", ParquetType::kText},
                                                          {"row", ParquetType::kInt64},
                                                          {"table", ParquetType::kText},
                                                          {"field", ParquetType::kText},
                                                          {"value", ParquetType::kText},
                                                          {"reason", ParquetType::kText},
                                                          {"columns", ParquetType::kText},
                                                          {"record", ParquetType::kText}}));
  ChunkEncoder encoder;
  for (size_t from = 0; from < items.size();) {
    std::vector<Fault> faults;
    size_t bytes = 0;
    while (from < items.size() && faults.size() < kRowGroupRows && bytes < (64U << 20)) {
      faults.push_back(TRY(items[from].part->Read(*items[from].place)));
      bytes += faults.back().record.size();
      from++;
    }
    std::vector<int64_t> rows;
    std::vector<EncodedChunk> chunks(9);
    auto texts = [&](auto text_of) {
      std::vector<std::string_view> views;
      for (const Fault& fault : faults) {
        std::string_view text = text_of(fault);
        views.push_back(text.empty() ? std::string_view() : text);
      }
      return encoder.Texts(views);
    };
    auto file_of = [&](const Fault& fault) -> const QuarantinedFile& { return files[static_cast<size_t>(fault.file)]; };
    for (const Fault& fault : faults) rows.push_back(fault.row);
    chunks[0] = texts([&](const Fault& fault) -> std::string_view { return file_of(fault).path; });
    chunks[1] = texts([&](const Fault& fault) -> std::string_view { return file_of(fault).source; });
    chunks[2] = encoder.Integers(rows, ParquetType::kInt64);
    chunks[3] = texts([](const Fault& fault) -> std::string_view { return fault.table; });
    chunks[4] = texts([](const Fault& fault) -> std::string_view { return fault.field; });
    chunks[5] = texts([](const Fault& fault) -> std::string_view { return fault.value; });
    chunks[6] = texts([](const Fault& fault) -> std::string_view { return fault.reason; });
    chunks[7] = texts([&](const Fault& fault) -> std::string_view { return file_of(fault).columns_json; });
    chunks[8] = texts([](const Fault& fault) -> std::string_view { return fault.record; });
    TRY(writer.WriteRowGroup(static_cast<int64_t>(faults.size()), chunks));
  }
  return writer.Finish();
}

}  // namespace yijian::intake
