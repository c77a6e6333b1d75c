// What the ledger says: entries by page, sums, funnel, and whether it is consistent with itself.
//
// Sums come from running sums, so that the strip on every page costs a few rows; Verify recomputes everything from the
// entries. Runs inside the caller's transaction. Whether lines agree with findings is for `clue`, which knows them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/account.h"
#include "store/database.h"

namespace yijian::ledger {

// "3301" for 330100: areas below it begin so. Empty for "" and for a code of zeros: everywhere.
std::string AreaPrefix(std::string_view area);

struct EntryFilter {
  int64_t case_id = 0;
  std::string institution;
  std::optional<Account> account;  // from or to
  std::vector<std::string> areas;  // each with its sub-areas, all must hold; empty = all
  std::optional<int64_t> from_ms;
  std::optional<int64_t> until_ms;
  int64_t line = 0;
};

struct Entry {
  int64_t id = 0;
  int64_t at_ms = 0;
  std::string by_name;
  Way way;
  Fen amount = 0;
  std::string kind;
  std::optional<int64_t> line;
  std::optional<int64_t> measure;
  std::optional<int64_t> case_id;
  std::optional<std::string> case_no;
  std::optional<int64_t> decision;
  std::string institution;  // empty: none
  std::optional<std::string> receipt;
  std::optional<int64_t> counter_of;
  std::optional<std::string> note;
};

struct EntryPage {
  std::vector<Entry> rows;  // newest first
  int64_t total = 0;
  Fen amount = 0;
};
Result<EntryPage> ListEntries(store::Session& session, const EntryFilter& filter, int64_t limit, int64_t offset);

// Net by way; ways backwards (counter-entries) are taken off those forwards.
struct Flow {
  Way way;
  Fen amount = 0;
};
struct Group {
  std::string id;
  Funnel funnel;
};
enum class GroupBy { kNone, kInstitution, kMatter, kMonth, kArea };
struct Sheet {
  Funnel funnel;
  std::vector<Flow> flows;
  std::vector<Group> groups;  // largest first, at most 500
};
Result<Sheet> ReadSheet(store::Session& session, const std::vector<std::string>& areas, GroupBy by,
                        const std::string& institution = "");
// Of which months, "2025-03", the money is: of the finding's care, of a measure's decision. `until` excluded; empty:
// open.
struct Months {
  std::string from;
  std::string until;

  bool all() const { return from.empty() && until.empty(); }
  // " AND column >= ? ..."
  void Where(const std::string& column, std::string& where, store::Values& values) const;
};
Result<Funnel> ReadFunnel(store::Session& session, const std::vector<std::string>& areas, const Months& months = {});

struct Verification {
  int64_t entries = 0;
  int64_t lines = 0;
  Balances sums;
  std::vector<std::string> problems;  // empty: consistent; the first 100
};
Result<Verification> Verify(store::Session& session);

}  // namespace yijian::ledger
