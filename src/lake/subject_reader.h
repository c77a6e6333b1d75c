// Timelines of subjects other than persons: the lines of a doctor, the stock of a pharmacy, the
// sales of a trace code.
//
//   SubjectRequest request{.kind = Kind::kLine, .field = OrdinalOf(*FindField(Kind::kLine,
//   "exec_doctor")),
//                          .fields = wanted, .items = ItemsOf(*bound, Subject::kDoctor)};
//   SubjectReader reader = TRY(SubjectReader::Open(snapshot, request));
//   while (TRY(reader.Next(&bucket))) { ... }
//
// Shape:   as timeline::Regroup makes it of a bucket of persons: the rows of the person table are
// the subjects, person_no is
//          the code or the hex of an id, no row knows a visit, no other table has rows. Rows
//          without a subject are left out. Rows of one subject are ordered by (time, row_id);
//          subjects by their value, all of a bucket before those of the next.
// Memory:  the table is read once and sorted on disk; a bucket ends with the subject that brings it
//          to rows_target rows, one subject is never cut.
// Threads: one reader per thread.
// Errors:  as BucketReader. A lake without the table gives no bucket.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "lake/snapshot.h"
#include "timeline/bucket.h"

namespace yijian::lake {

struct SubjectRequest {
  timeline::Kind kind = timeline::Kind::kLine;
  size_t field = 0;                           // the subject: a code or an id of the kind
  std::vector<bool> fields;                   // to load; the subject and the time always are
  std::optional<std::vector<int64_t>> items;  // only rows whose `item` is one of these
};

struct SubjectOptions {
  int64_t rows_target = 2'000'000;
  int64_t memory_limit_mb = 1024;
  std::string temp_dir;  // where sorting spills; empty: it fails with kLimit
};

class SubjectReader {
 public:
  static Result<SubjectReader> Open(std::shared_ptr<const Snapshot> snapshot, const SubjectRequest& request,
                                    const SubjectOptions& options = {});
  SubjectReader(SubjectReader&&) noexcept;
  SubjectReader& operator=(SubjectReader&&) noexcept;
  ~SubjectReader();

  // False, and no subject, behind the last.
  Result<bool> Next(timeline::Bucket* bucket);

 private:
  struct Impl;
  explicit SubjectReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace yijian::lake
