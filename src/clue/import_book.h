// One transaction of an import: findings written with clues, money and counters. Internal to clue.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "clue/import.h"
#include "clue/person_ref.h"
#include "clue/tally.h"
#include "ledger/book.h"

namespace yijian::clue {

struct Known {
  int64_t id = 0;
  Fen attributed = 0;
  bool withdrawn = false;
  bool seen = false;
};

// What an import keeps in memory between its transactions; changed only after they have committed.
struct ImportMemory {
  const Matters& matters;
  RankWeights weights;
  PersonKey key;
  std::map<std::string, SourceInstitution> institutions;
  std::unordered_map<uint64_t, Known> known;
  std::set<std::string> persons;          // refs written
  std::map<std::string, int64_t> places;  // by area|institution|matter|month
};

struct Batch {
  std::vector<SourceFinding> added;    // and those that return, with `known`
  std::vector<SourceFinding> changed;  // attributed otherwise
};

struct BatchOutcome {
  std::map<uint64_t, int64_t> ids;     // of added ones
  std::map<uint64_t, Fen> attributed;  // of changed ones that took the new amounts
  std::set<std::string> persons;
  std::map<std::string, int64_t> places;
  int64_t added = 0;
  int64_t returned = 0;
  int64_t changed = 0;
  int64_t withdrawn = 0;
  int64_t kept = 0;
  int64_t clues_opened = 0;
};

Result<BatchOutcome> WriteBatch(store::Session& session, const ImportMemory& memory, const Batch& batch, EpochMs now);
// Findings that are gone, by id.
Result<BatchOutcome> WithdrawBatch(store::Session& session, const ImportMemory& memory, const std::vector<int64_t>& ids,
                                   EpochMs now);

// "count" ids of a kind, the first of them. Holds them to the end of the transaction.
Result<int64_t> TakeIds(store::Session& session, const char* name, int64_t count);
// "XS-2026-000123"
std::string ClueNumber(int64_t id, EpochMs now);
// (?, ?, ...)
std::string Marks(size_t count);
Status AddEvent(store::Session& session, int64_t clue, const ledger::Author& who, const std::string& action,
                const std::string& zh, const std::string& en, const std::string& note = "");

}  // namespace yijian::clue
