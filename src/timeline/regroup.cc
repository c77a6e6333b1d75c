#include <algorithm>
#include <map>
#include <tuple>

#include "base/hash.h"
#include "timeline/story.h"
#include "timeline/table_parts.h"

namespace yijian::timeline {

Bucket Regroup(const Bucket& bucket, Kind of, size_t field) {
  const Table& from = bucket.table(of);
  FieldType type = Fields(of)[field].type;
  std::map<std::string, std::vector<uint32_t>> rows_of;  // by subject, in the order of their texts
  for (uint32_t row = 0; row < from.rows; row++) {
    int64_t value = from.At(field, row);
    if (value == kNull) continue;
    rows_of[type == FieldType::kCode ? bucket.codes->Text(value) : HexOf(static_cast<uint64_t>(value))].push_back(row);
  }

  Bucket result;
  result.codes = bucket.codes;
  auto subjects = static_cast<uint32_t>(rows_of.size());
  for (const KindInfo& info : Kinds()) result.table(info.kind) = EmptyTable(info.kind, subjects);
  Table& persons = result.table(Kind::kPerson);
  persons.rows = subjects;
  for (Column& column : persons.columns) column.Fill(subjects, kNull);
  persons.visit.assign(subjects, kNoRow);
  for (uint32_t subject = 0; subject < subjects; subject++) persons.person.push_back(subject);
  persons.person_first = FirstOf(persons.person, subjects);

  Table& to = result.table(of);
  std::string_view time_name = InfoOf(of).time;
  size_t time = time_name.empty() ? field : OrdinalOf(*FindField(of, time_name));
  uint32_t subject = 0;
  for (auto& [text, rows] : rows_of) {
    result.person_no.push_back(text);
    std::sort(rows.begin(), rows.end(), [&](uint32_t left, uint32_t right) {
      return std::tuple(from.At(time, left), from.row_id[left]) < std::tuple(from.At(time, right), from.row_id[right]);
    });
    for (uint32_t row : rows) {
      for (size_t i = 0; i < to.columns.size(); i++) to.columns[i].push_back(from.At(i, row));
      to.person.push_back(subject);
      to.visit.push_back(kNoRow);
      to.row_id.push_back(from.row_id[row]);
      if (of == Kind::kVisit) result.visit_no.push_back(bucket.visit_no[row]);
    }
    subject++;
  }
  to.rows = static_cast<uint32_t>(to.person.size());
  to.person_first = FirstOf(to.person, subjects);
  result.visit_diagnosis_first.assign(result.table(Kind::kVisit).rows + 1, 0);
  result.visit_operation_first.assign(result.table(Kind::kVisit).rows + 1, 0);
  return result;
}

}  // namespace yijian::timeline
