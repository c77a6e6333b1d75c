#include "realtime/request_log.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>

#include "audit/findings.h"
#include "base/hash.h"
#include "base/json_writer.h"

namespace yijian::realtime {
namespace {

using json = nlohmann::ordered_json;

constexpr size_t kBatchMax = 256;
// Requests that come close together are written together, and nobody is woken for each.
constexpr auto kGather = std::chrono::milliseconds(20);
// Between the head of a note and the two bodies: no UTF-8 text has it.
constexpr char kCut = '\xFF';

std::string_view Short(std::string_view text) { return text.substr(0, RequestLog::kTextMax); }

std::string HeadOf(const WireResponse& response, int64_t microseconds, int64_t at_us) {
  const Glance& glance = response.glance;
  JsonText head;
  head.Object([&] {
    head.PutNumber("at", std::to_string(at_us));
    head.Put("infno", glance.infno);
    head.Put("institution", glance.institution);
    head.Put("msgid", glance.msgid);
    head.Put("trace", response.trace);
    head.Put("word", response.word);
    head.Put("advice", glance.asked ? NameOf(glance.advice) : "");
    head.PutBool("trial", glance.trial);
    head.Put("tried_by", glance.tried_by);
    head.List("persons", [&] {
      for (int64_t person : glance.persons) head.Item(HexOf(static_cast<uint64_t>(person)));
    });
    head.PutNumber("drafts", std::to_string(glance.drafts));
    head.PutNumber("lines", std::to_string(glance.lines));
    head.PutNumber("hits", std::to_string(glance.hits.size()));
    head.PutNumber("unknowns", std::to_string(glance.unknowns.size()));
    head.PutNumber("not_reached", std::to_string(glance.not_reached.size()));
    head.PutNumber("us", std::to_string(microseconds));
    head.List("rules", [&] {
      for (const std::string& rule : std::set<std::string>(glance.hits.begin(), glance.hits.end())) head.Item(rule);
    });
  });
  return std::move(head.text());
}

std::optional<KeptRequest> Read(std::string_view key, std::string_view note) {
  size_t cut = note.find(kCut);
  if (cut == std::string_view::npos) return std::nullopt;
  json head = json::parse(note.substr(0, cut), nullptr, false);
  if (!head.is_object()) return std::nullopt;
  KeptRequest kept;
  kept.id = key;
  kept.at_us = head.value("at", int64_t{0});
  kept.infno = head.value("infno", "");
  kept.institution = head.value("institution", "");
  kept.msgid = head.value("msgid", "");
  kept.trace = head.value("trace", "");
  kept.word = head.value("word", "");
  kept.advice = head.value("advice", "");
  kept.trial = head.value("trial", false);
  kept.tried_by = head.value("tried_by", "");
  for (const json& person : head.value("persons", json::array())) kept.persons.push_back(person.get<std::string>());
  kept.drafts = head.value("drafts", int64_t{0});
  kept.lines = head.value("lines", int64_t{0});
  kept.hits = head.value("hits", int64_t{0});
  kept.unknowns = head.value("unknowns", int64_t{0});
  kept.not_reached = head.value("not_reached", int64_t{0});
  kept.microseconds = head.value("us", int64_t{0});
  for (const json& rule : head.value("rules", json::array())) kept.rules.push_back(rule.get<std::string>());
  return kept;
}

// Names of fields that say who somebody is: the interface's, older forms', and the twin's.
bool NamesAPerson(const std::string& key) {
  static const std::set<std::string> kNumbers{"psn_no",  "patn_id",     "person",        "patientId",
                                              "certno",  "psn_cert_no", "mdtrt_cert_no", "cert_no",
                                              "card_sn", "tel",         "mob",           "coner_tel"};
  return kNumbers.contains(key);
}
bool HidesWhole(const std::string& key) {
  static const std::set<std::string> kWords{"psn_name", "patn_name", "patientName", "coner_name",
                                            "addr",     "live_addr", "resd_addr",   "emp_name",
                                            "brdy",     "birth",     "patn_brdy"};
  return kWords.contains(key);
}

void Mask(json& value) {
  if (value.is_array()) {
    for (json& item : value) Mask(item);
  } else if (value.is_object()) {
    for (auto& [key, member] : value.items()) {
      bool scalar = member.is_string() || member.is_number();
      if (scalar && HidesWhole(key))
        member = "***";
      else if (scalar && NamesAPerson(key))
        member = audit::Mask(member.is_string() ? member.get<std::string>() : member.dump());
      else
        Mask(member);
    }
  }
}

}  // namespace

std::string MaskJson(const std::string& text) {
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) return json("不是完整的 JSON，内容不予显示 / no whole JSON: not shown").dump();
  if (value.is_string()) return json("***").dump();
  Mask(value);
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

RequestLog::RequestLog(Store& store, RequestLogOptions options)
    : store_(store), options_(options), thread_([this] { Run(); }) {}

RequestLog::~RequestLog() {
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RequestLog::Keep(const WireResponse& response, std::string_view body, int64_t microseconds, int64_t at_us) {
  const Glance& glance = response.glance;
  bool rare = !glance.not_reached.empty() || !response.word.empty() || glance.trial;
  if (!rare && glance.hits.empty() && seen_++ % static_cast<uint64_t>(options_.one_in) != 0) return;
  auto bytes = static_cast<int64_t>(Short(body).size() + Short(response.body).size());
  {
    std::lock_guard lock(mutex_);
    if (at_us / 1'000'000 != second_) second_ = at_us / 1'000'000, second_bytes_ = 0;
    bool much = !rare && second_bytes_ + bytes > options_.bytes_per_second;
    if (much || waiting_.size() >= options_.waiting_max) {
      dropped_++;
      return;
    }
    second_bytes_ += bytes;
  }
  // Ids grow, also when two come at the same microsecond.
  int64_t last = last_us_;
  int64_t id = 0;
  do id = std::max(at_us, last + 1);
  while (!last_us_.compare_exchange_weak(last, id));
  std::string_view request = Short(body);
  std::string_view answer = Short(response.body);
  std::string note = HeadOf(response, microseconds, at_us);
  note.reserve(note.size() + request.size() + answer.size() + 16);
  note += kCut;
  note += std::to_string(request.size());
  note += kCut;
  note += request;
  note += answer;
  bool wake = false;
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back({Notes::kRequests, HexOf(static_cast<uint64_t>(id)), std::move(note)});
    wake = waiting_.size() == 1 || waiting_.size() == kBatchMax;
  }
  kept_++;
  if (wake) changed_.notify_all();
}

void RequestLog::Run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopped_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    changed_.wait_for(lock, kGather, [&] { return stopped_ || flushing_ > 0 || waiting_.size() >= kBatchMax; });
    std::vector<Note> batch;
    while (!waiting_.empty() && batch.size() < kBatchMax) {
      batch.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    writing_ = true;
    lock.unlock();
    // What cannot be written is lost to the explorer, and counted; answers go on.
    if (!store_.Put(batch).has_value()) dropped_ += static_cast<int64_t>(batch.size());
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

void RequestLog::Flush() {
  std::unique_lock lock(mutex_);
  flushing_++;
  changed_.notify_all();
  changed_.wait(lock, [&] { return waiting_.empty() && !writing_; });
  flushing_--;
}

Status RequestLog::ForEach(const std::string& before, const std::function<bool(const KeptRequest&)>& take) const {
  return store_.ForEachBack(Notes::kRequests, before, [&](std::string_view key, std::string_view note) {
    std::optional<KeptRequest> kept = Read(key, note);
    return !kept || take(*kept);
  });
}

Result<KeptRequest> RequestLog::Find(const std::string& id) const {
  std::optional<std::string> note = TRY(store_.Find(Notes::kRequests, id));
  std::optional<KeptRequest> kept = note ? Read(id, *note) : std::nullopt;
  if (!kept) return NotFound("no request '" + id + "' is kept");
  size_t head_end = note->find(kCut);
  size_t size_end = note->find(kCut, head_end + 1);
  if (size_end == std::string::npos) return NotFound("no request '" + id + "' is kept");
  size_t size = std::strtoull(note->c_str() + head_end + 1, nullptr, 10);
  kept->request = note->substr(size_end + 1, size);
  kept->answer = note->substr(std::min(note->size(), size_end + 1 + size));
  return std::move(*kept);
}

}  // namespace yijian::realtime
