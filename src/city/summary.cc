#include <cstdio>

#include "city/city.h"

namespace yijian::city {
namespace {

std::string Grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<size_t>(at), ",");
  return digits;
}

std::string Yuan(Fen amount) {
  std::string text = FormatFen(amount < 0 ? -amount : amount);
  std::string whole = Grouped(std::stoull(text.substr(0, text.size() - 3)));
  return (amount < 0 ? "-" : "") + whole + text.substr(text.size() - 3);
}

std::string Line(const std::string& what, const std::string& value) {
  std::string line = "  " + what;
  line.resize(line.size() < 26 ? 26 : line.size(), ' ');
  return line + std::string(value.size() < 18 ? 18 - value.size() : 1, ' ') + value + "\n";
}

}  // namespace

std::string Render(const Summary& summary) {
  std::string text = "A synthetic city; nobody in it exists.\n";
  text += Line("persons", Grouped(summary.persons));
  text += Line("visits", Grouped(summary.visits));
  text += Line("  of which stays", Grouped(summary.stays));
  text += Line("settlements", Grouped(summary.settlements));
  text += Line("  of which refunds", Grouped(summary.refunds));
  text += Line("fee lines", Grouped(summary.lines));
  text += Line("total, yuan", Yuan(summary.total));
  text += Line("  paid by the fund", Yuan(summary.fund));
  text += Line("mean settlement, yuan", Yuan(summary.mean_settlement));
  if (summary.rules > 0) {
    text += Line("rules planted", Grouped(summary.rules_planted) + " of " + Grouped(summary.rules));
    text += Line("planted violations", Grouped(summary.violations));
    text += Line("planted look-alikes", Grouped(summary.lookalikes));
    text += Line("rows with noise", Grouped(summary.noise));
  }
  uint64_t bytes = 0;
  for (const FileSummary& file : summary.files) bytes += file.bytes;
  char speed[96];
  double seconds = summary.seconds > 0 ? summary.seconds : 1e-9;
  std::snprintf(speed, sizeof speed, "  made in %.1f s: %.0f lines/s, %.0f MB\n", summary.seconds,
                static_cast<double>(summary.lines) / seconds, static_cast<double>(bytes) / 1e6);
  text += speed;
  for (const std::string& why : summary.unplanted) text += "  not planted: " + why + "\n";
  return text;
}

}  // namespace yijian::city
