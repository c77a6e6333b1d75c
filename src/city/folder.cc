#include "city/folder.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace yijian::city {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "YIJIAN SYNTHETIC CITY";

bool IsCity(const fs::path& folder) {
  std::FILE* file = std::fopen((folder / "README.txt").c_str(), "rb");
  if (file == nullptr) return false;
  std::string begin(kMark.size(), '\0');
  size_t size = std::fread(begin.data(), 1, begin.size(), file);
  std::fclose(file);
  return size == kMark.size() && begin == kMark;
}

Error WriteError(const std::string& path) { return IoError("writing " + path + ": " + std::strerror(errno)); }

}  // namespace

Folder::Folder(std::string to) : to_(std::move(to)), temporary_(to_ + ".making-" + std::to_string(getpid())) {}

Folder::Folder(Folder&& other) noexcept
    : to_(std::move(other.to_)), temporary_(std::move(other.temporary_)), files_(other.files_), bytes_(other.bytes_) {
  other.files_.fill(nullptr);
  other.temporary_.clear();
}

Folder::~Folder() {
  CloseFiles();
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void Folder::CloseFiles() {
  for (std::FILE*& file : files_) {
    if (file != nullptr) std::fclose(file);
    file = nullptr;
  }
}

Result<Folder> Folder::Open(const std::string& to) {
  if (to.empty()) return InvalidInput("no folder given for the city");
  std::error_code error;
  std::string path = fs::path(to).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (fs::exists(path, error) && !(fs::is_directory(path, error) && (fs::is_empty(path, error) || IsCity(path)))) {
    return Conflict(path + " exists and is no synthetic city; it is left alone");
  }
  Folder folder(path);
  fs::remove_all(folder.temporary_, error);
  if (!fs::create_directories(folder.temporary_, error)) {
    return IoError("making " + folder.temporary_ + ": " + error.message());
  }
  TRY(folder.OpenFiles());
  return folder;
}

Status Folder::OpenFiles() {
  for (size_t i = 0; i < kFileCount; i++) {
    std::string path = temporary_ + "/" + std::string(FileNameOf(static_cast<File>(i)));
    files_[i] = std::fopen(path.c_str(), "wb");
    if (files_[i] == nullptr) return WriteError(path);
    TRY(Append(static_cast<File>(i), std::string(HeaderOf(static_cast<File>(i))) + "\n"));
  }
  return {};
}

Status Folder::Append(File file, std::string_view text) {
  auto which = static_cast<size_t>(file);
  if (std::fwrite(text.data(), 1, text.size(), files_[which]) != text.size()) {
    return WriteError(std::string(FileNameOf(file)));
  }
  bytes_[which] += text.size();
  return {};
}

Status Folder::WriteWhole(std::string_view name, std::string_view text) {
  std::string path = temporary_ + "/" + std::string(name);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return WriteError(path);
  bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (std::fclose(file) != 0 || !whole) return WriteError(path);
  return {};
}

Status Folder::Keep() {
  for (size_t i = 0; i < kFileCount; i++) {
    std::FILE* file = files_[i];
    files_[i] = nullptr;
    if (std::fclose(file) != 0) return WriteError(std::string(FileNameOf(static_cast<File>(i))));
  }
  std::error_code error;
  fs::remove_all(to_, error);
  fs::rename(temporary_, to_, error);
  if (error) return IoError("putting " + to_ + " in place: " + error.message());
  temporary_.clear();
  return {};
}

std::string ReadmeText(const NoiseRates& noise) {
  auto per_mille = [](int in_million) {
    return std::to_string(in_million / 1000) + "." + std::to_string(in_million / 100 % 10) + "‰";
  };
  std::string text(kMark);
  text += R"( 合成城市

本文件夹中的全部数据均为程序合成，与任何真实的人、机构、医师、药店或结算无关。姓名、证件号码（区划 990101 并不存在）、
电话、机构和医师编码均为虚构；区划 500101 仅因示例价格表使用该区划。价格不是任何地区的公布价格。
药品、诊疗项目中出现在两库知识点和公开目录里的编码为国家真实编码；名称段以 9 开头的药品编码和全部耗材编码，分类段为真，
其余为虚构（公开资料中没有可用的完整编码）。

Everything in this folder is synthetic and was made by a program. No row concerns a real person, institution, doctor,
pharmacy or settlement. Names, identity numbers (division 990101 does not exist), telephone numbers and codes of
institutions and doctors are made up; division 500101 is used only because the example price tables use it. Prices are
those of no real place. Items of the published knowledge points and public lists carry their real national codes; drugs
whose name segment begins with 9, and all consumables, have the real class and a made-up remainder.

Files
  PSN_INFO_B MEDINS_INFO_B RTAL_PHAC_B DR_INFO_B    registers
  MDTRT_D SETL_D FEE_LIST_D SETL_LIST_DIAG_D SETL_LIST_OPRN_D    the five extract tables, columns in bureau order
  3513 3512    trace codes sold or given back; trace codes taken in
  STOCK        opening, purchases and closing per institution and item
  truth.csv    what was planted: violations, look-alikes and noise

Noise, as in real exports: persons without a birth date )";
  text += per_mille(noise.no_birth) + ", lines without an ordering doctor " + per_mille(noise.no_doctor) +
          ", with doctor 0000 " + per_mille(noise.dummy_doctor) + ",\ncharge types that lost a leading zero " +
          per_mille(noise.lost_zero) + ", hospital levels that did " + per_mille(noise.level_lost_zero) +
          ", pharmacy visits of a dummy person " + per_mille(noise.dummy_person) +
          ".\nPharmacies have no department and hosp_lv 11; prd_days is mostly empty; outpatient main diagnoses are "
          "text.\n";
  return text;
}

}  // namespace yijian::city
