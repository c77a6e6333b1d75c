// A timeline store of a large city out of that of a small one: every person many times over, under other numbers.
//
//   realtime_clone SMALL BIG PERSONS DRAFTS COUNT LINES
//
// Writing a lake of 1.5 million persons takes an hour; their store differs from this one in nothing that an answer
// would notice: as many keys, spread as evenly, under values as long. Histories repeat, which no cache can see: each
// copy is a value of its own, far from the others. Doctors and trace codes are those of the small city.
// DRAFTS gets COUNT drafts of LINES lines of persons chosen at random, as `yijian timelines drafts` writes them.
// Prints what was made, as a line of JSON.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "base/hash.h"
#include "realtime/example.h"
#include "realtime/record.h"
#include "realtime/store.h"

namespace yijian::bench {
namespace {

using namespace realtime;
using program::Subject;

struct Entry {
  std::string key;
  uint32_t person = 0;  // of the small city
  uint32_t copy = 0;
};

std::string NumberOf(const History& person, uint32_t copy) {
  return copy == 0 ? person.no : person.no + "-" + std::to_string(copy);
}

History CopyOf(const History& person, uint32_t copy) {
  History copied = person;
  copied.no = NumberOf(person, copy);
  copied.subject = IdKeyOf(copied.no);
  return copied;
}

class Cloner {
 public:
  Cloner(Store& small, std::string dir, size_t persons) : small_(small), dir_(std::move(dir)), wanted_(persons) {}

  Status Run() {
    TRY(small_.ForEach(Subject::kPerson, [&](const History& person) -> Status {
      persons_.push_back(person);
      return {};
    }));
    if (persons_.empty()) return InvalidInput("nobody in the small store");
    big_ = TRY(Store::Open(dir_, {.create = true, .sync = false, .buckets = small_.buckets()}));
    TRY(CopyTheRest());
    by_bucket_.resize(static_cast<size_t>(small_.buckets()));
    for (size_t i = 0; i < wanted_; i++) {
      auto person = static_cast<uint32_t>(i % persons_.size());
      auto copy = static_cast<uint32_t>(i / persons_.size());
      int64_t subject = IdKeyOf(NumberOf(persons_[person], copy));
      by_bucket_[static_cast<size_t>(subject) % by_bucket_.size()].push_back(
          {StoreKey(subject, small_.buckets()), person, copy});
    }
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); i++) {
      threads.emplace_back([this] {
        Status status = Work();
        std::lock_guard lock(mutex_);
        if (!status && !error_) error_ = status.error();
      });
    }
    for (std::thread& thread : threads) thread.join();
    if (error_) return *error_;
    TRY(big_->TakeIn(Subject::kPerson, files_));
    StoreSize size = TRY(big_->Size());
    std::printf(R"({"persons":%zu,"lines":%lld,"encoded":%lld,"disk":%lld})"
                "\n",
                wanted_, static_cast<long long>(lines_), static_cast<long long>(bytes_),
                static_cast<long long>(size.disk_bytes));
    return {};
  }

  Status WriteDrafts(const std::string& path, size_t count, size_t lines) {
    std::ofstream file(path, std::ios::binary);
    std::mt19937 random(1);
    for (size_t written = 0, tried = 0; written < count; tried++) {
      if (tried > 100 * count) return InvalidInput("too few persons with so many lines in a visit");
      size_t i = random() % wanted_;
      const History& person = persons_[i % persons_.size()];
      program::Moment moment = written % 2 == 0 ? program::kPre : program::kMid;
      if (person.of(Kind::kLine).size() < lines) continue;
      History copy = CopyOf(person, static_cast<uint32_t>(i / persons_.size()));
      std::optional<std::string> draft = ExampleDraft(copy, small_.codes(), moment, lines);
      if (!draft) continue;
      file << R"({"moment":")" << (moment == program::kPre ? "pre" : "mid") << R"(","draft":)" << *draft << "}\n";
      written++;
    }
    return file.flush() ? Status() : IoError("writing " + path);
  }

 private:
  Status CopyTheRest() {
    small_.codes().ForEachFrom(
        1, [&](int64_t, const std::string& code, const std::string& name) { big_->codes().Intern(code, name); });
    if (big_->codes().size() != small_.codes().size()) return InternalError("codes have other numbers");
    TRY(big_->KeepCodes());
    for (const char* word : {"fields", "window_days", "batches"}) TRY(big_->SetWord(word, TRY(small_.Word(word))));
    for (Subject subject : {Subject::kDoctor, Subject::kCode}) {
      std::vector<Change> changes;
      TRY(small_.ForEach(subject, [&](const History& known) -> Status {
        changes.push_back({subject, known});
        if (changes.size() < 1000) return {};
        TRY(big_->Commit(changes, std::nullopt));
        changes.clear();
        return {};
      }));
      TRY(big_->Commit(changes, std::nullopt));
    }
    return {};
  }

  Status Work() {
    for (size_t bucket = next_++; bucket < by_bucket_.size(); bucket = next_++) {
      std::vector<Entry>& entries = by_bucket_[bucket];
      std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
      std::string path = dir_ + "/bucket-" + std::to_string(bucket) + ".run";
      std::unique_ptr<RunWriter> run = TRY(RunWriter::Create(path));
      int64_t bytes = 0, lines = 0;
      for (const Entry& entry : entries) {
        std::string value = Encode(CopyOf(persons_[entry.person], entry.copy));
        TRY(run->Add(entry.key, value));
        bytes += static_cast<int64_t>(value.size());
        lines += static_cast<int64_t>(persons_[entry.person].of(Kind::kLine).size());
      }
      bool any = TRY(run->Finish());
      std::lock_guard lock(mutex_);
      if (any) files_.push_back(path);
      bytes_ += bytes;
      lines_ += lines;
    }
    return {};
  }

  Store& small_;
  std::string dir_;
  size_t wanted_;
  std::vector<History> persons_;
  std::unique_ptr<Store> big_;
  std::vector<std::vector<Entry>> by_bucket_;
  std::atomic<size_t> next_{0};
  std::mutex mutex_;
  std::optional<Error> error_;
  std::vector<std::string> files_;
  int64_t bytes_ = 0;
  int64_t lines_ = 0;
};

Status Main(int argc, char** argv) {
  if (argc != 7) return InvalidInput("realtime_clone SMALL BIG PERSONS DRAFTS COUNT LINES");
  auto number = [&](int at) { return std::strtoull(argv[at], nullptr, 10); };
  std::unique_ptr<Store> small = TRY(Store::Open(argv[1]));
  Cloner cloner(*small, argv[2], number(3));
  TRY(cloner.Run());
  return cloner.WriteDrafts(argv[4], number(5), number(6));
}

}  // namespace
}  // namespace yijian::bench

int main(int argc, char** argv) {
  yijian::Status status = yijian::bench::Main(argc, argv);
  if (!status) std::fprintf(stderr, "realtime_clone: %s\n", status.error().message.c_str());
  return status ? 0 : 1;
}
