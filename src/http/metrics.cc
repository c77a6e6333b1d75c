#include "http/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace yijian::http {

struct Metrics::Inside {
  // The same family may be asked for again and again: merge hands out the one there is.
  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
};

Metrics::Metrics() : inside_(std::make_unique<Inside>()) {}
Metrics::~Metrics() = default;

void Counter::Add(double by) { counter_->Increment(by); }
void Gauge::Set(double value) { gauge_->Set(value); }
void Gauge::Add(double by) { gauge_->Increment(by); }
void Histogram::Observe(double value) { histogram_->Observe(value); }

Counter Metrics::CounterOf(const std::string& name, const std::string& help, const Labels& labels) {
  return Counter(&prometheus::BuildCounter().Name(name).Help(help).Register(inside_->registry).Add(labels));
}

Gauge Metrics::GaugeOf(const std::string& name, const std::string& help, const Labels& labels) {
  return Gauge(&prometheus::BuildGauge().Name(name).Help(help).Register(inside_->registry).Add(labels));
}

Histogram Metrics::HistogramOf(const std::string& name, const std::string& help, const Labels& labels,
                               const std::vector<double>& bounds) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(inside_->registry);
  return Histogram(&family.Add(labels, prometheus::Histogram::BucketBoundaries(bounds)));
}

const std::vector<double>& Metrics::LatencyBounds() {
  static const std::vector<double> bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10};
  return bounds;
}

std::string Metrics::Text() const { return prometheus::TextSerializer().Serialize(inside_->registry.Collect()); }

}  // namespace yijian::http
