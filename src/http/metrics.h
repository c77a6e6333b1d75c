// Numbers about a running server, in Prometheus text form. A thin door to prometheus-cpp, so that its headers stay
// inside.
//
//   Counter hits = metrics.CounterOf("yijian_rule_hits_total", "Hits by rule", {{"rule", "R101"}});
//   hits.Add();
//
// Names end in their unit (_seconds, _bytes) or _total. Labels must have few values: never ids of persons or clues.
// Owns:    Counter, Gauge and Histogram are handles; the Metrics they came from outlives them.
// Threads: all of it, from anywhere.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace yijian::http {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  void Add(double by = 1);  // never negative

 private:
  friend class Metrics;
  explicit Counter(prometheus::Counter* counter) : counter_(counter) {}
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  void Set(double value);
  void Add(double by);

 private:
  friend class Metrics;
  explicit Gauge(prometheus::Gauge* gauge) : gauge_(gauge) {}
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  void Observe(double value);

 private:
  friend class Metrics;
  explicit Histogram(prometheus::Histogram* histogram) : histogram_(histogram) {}
  prometheus::Histogram* histogram_;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // The same name and labels give the same number again.
  Counter CounterOf(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge GaugeOf(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram HistogramOf(const std::string& name, const std::string& help, const Labels& labels,
                        const std::vector<double>& bounds);

  // Bounds for latencies in seconds, 1 ms to 10 s.
  static const std::vector<double>& LatencyBounds();

  std::string Text() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace yijian::http
