#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "city/city.h"
#include "city/crew.h"
#include "city/folder.h"

namespace yijian::city {
namespace {

constexpr uint64_t kPart = 256;  // persons made together

Result<Era> EraOf(const Options& options) {
  std::optional<Date> from = ParseDate(options.from);
  if (!from || CivilOf(*from).day != 1) {
    return InvalidInput("the city begins on the first day of a month, such as 2026-01-01, not '" + options.from + "'");
  }
  if (options.months < 1 || options.months > 36) return InvalidInput("a city lives for 1 to 36 months");
  CivilDay first = CivilOf(*from);
  int month = first.year * 12 + first.month - 1 + options.months;
  return Era{options.seed, *from, DateOf({month / 12, month % 12 + 1, 1})};
}

void Add(const Pages& pages, Summary& summary, Fen& positive_total, uint64_t& positive) {
  summary.visits += pages.visits;
  summary.stays += pages.stays;
  summary.refunds += pages.refunds;
  summary.total += pages.total;
  summary.fund += pages.fund;
  positive_total += pages.positive_total;
  positive += pages.positive;
  for (size_t i = 0; i < kFileCount; i++) summary.files[i].rows += pages.rows[i];
}

}  // namespace

Result<Summary> Build(const Options& options, const std::function<void(const Progress&)>& progress) {
  auto began = std::chrono::steady_clock::now();
  Era era = TRY(EraOf(options));
  if (options.persons < 1 || options.persons > 100'000'000) return InvalidInput("a city has 1 to 100,000,000 persons");
  Town town(options.seed, options.persons);
  Cashier cashier(town, {});
  World world{town, cashier, era};
  NoiseRates noise;
  Folder folder = TRY(Folder::Open(options.to));
  TRY(folder.WriteWhole("README.txt", ReadmeText(noise)));

  int threads = options.threads > 0 ? options.threads : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  uint64_t parts = (options.persons + kPart - 1) / kPart;
  Summary summary;
  summary.files.resize(kFileCount);
  Fen positive_total = 0;
  uint64_t positive = 0;
  StockBook book;
  auto take = [&](const Pages& pages) -> Status {
    for (size_t i = 0; i < kFileCount; i++) TRY(folder.Append(static_cast<File>(i), pages.text[i]));
    Add(pages, summary, positive_total, positive);
    Merge(book, pages.book);
    return {};
  };
  {
    Crew<Pages> crew(threads, parts, [&](uint64_t part) {
      Pages pages;
      Exporter exporter(world, noise);
      uint64_t last = std::min(options.persons, (part + 1) * kPart);
      for (uint64_t i = part * kPart; i < last; i++) exporter.Write(Live(world, MakeResident(town, era, i), {}), pages);
      return pages;
    });
    uint64_t done = 0;
    while (std::optional<Pages> pages = crew.Next()) {
      TRY(take(*pages));
      done = std::min(options.persons, done + kPart);
      if (progress) progress({done, options.persons, summary.files[static_cast<size_t>(File::kFee)].rows});
    }
  }
  Pages last;
  Exporter exporter(world, noise);
  exporter.WriteRegisters(last);
  exporter.WriteStockBook(book, last);
  TRY(take(last));
  for (size_t i = 0; i < kFileCount; i++) {
    summary.files[i].name = FileNameOf(static_cast<File>(i));
    summary.files[i].bytes = folder.BytesOf(static_cast<File>(i));
  }
  TRY(folder.Keep());
  summary.persons = summary.files[static_cast<size_t>(File::kPerson)].rows;
  summary.settlements = summary.files[static_cast<size_t>(File::kSettlement)].rows;
  summary.lines = summary.files[static_cast<size_t>(File::kFee)].rows;
  summary.mean_settlement = positive > 0 ? positive_total / static_cast<Fen>(positive) : 0;
  summary.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return summary;
}

}  // namespace yijian::city
