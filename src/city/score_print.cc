#include <cstdio>

#include "city/score.h"

namespace yijian::city {
namespace {

std::string Row(const std::string& name, const RuleScore& score) {
  char text[200];
  std::snprintf(text, sizeof text, "%-8s %7lld %7lld %7.1f%% %7lld %8lld %6lld %6lld %7.1f%% %9lld %6lld %14s %14s\n",
                name.c_str(), static_cast<long long>(score.planted), static_cast<long long>(score.recalled),
                score.Recall() * 100, static_cast<long long>(score.lookalikes), static_cast<long long>(score.matching),
                static_cast<long long>(score.lookalike_hits), static_cast<long long>(score.false_hits),
                score.Precision() * 100, static_cast<long long>(score.collateral), static_cast<long long>(score.noise),
                FormatFen(score.expected).c_str(), FormatFen(score.found).c_str());
  return text;
}

std::string First(const std::vector<std::string>& parts) {
  return parts.empty() ? "-" : parts.front() + (parts.size() > 1 ? " ..." : "");
}

}  // namespace

std::string Render(const ScoreReport& report, size_t examples) {
  std::string text =
      "Findings against the truth of a synthetic city.\n"
      "planted, found: violations; alike: legitimate look-alikes planted; right: findings that match; wrong on "
      "look-alikes and on\n"
      "the clean background lower the precision; other: consequences of stories planted for other rules; noise: spoilt "
      "rows.\n\n";
  char header[200];
  std::snprintf(header, sizeof header, "%-8s %7s %7s %8s %7s %8s %6s %6s %8s %9s %6s %14s %14s\n", "rule", "planted",
                "found", "recall", "alike", "right", "w.alik", "w.clea", "precis.", "other", "noise", "yuan planted",
                "yuan found");
  text += header;
  for (const auto& [rule, score] : report.by_rule) text += Row(rule, score);
  text += Row("all", report.total);
  char scenes[120];
  std::snprintf(scenes, sizeof scenes,
                "\nOf the planted, written by hand and not after the rules' own cases: %lld, found %lld.\n",
                static_cast<long long>(report.total.scenes), static_cast<long long>(report.total.scenes_recalled));
  text += scenes;
  if (!report.missed.empty()) text += "\nNot found:\n";
  for (size_t i = 0; i < report.missed.size() && i < examples; i++) {
    const TruthRow& row = report.missed[i];
    text += "  " + row.rule + " " + row.source + " '" + row.name + "' subject " + row.subject + " visit " +
            First(row.visits) + " line " + First(row.lines) + "\n";
  }
  if (!report.wrong.empty()) text += "\nWrongly found:\n";
  for (size_t i = 0; i < report.wrong.size() && i < examples; i++) {
    const FoundRow& row = report.wrong[i];
    text += "  " + row.rule + " subject " + row.subject + " visit " + row.visit + " line " + First(row.lines) + "\n";
  }
  return text;
}

}  // namespace yijian::city
