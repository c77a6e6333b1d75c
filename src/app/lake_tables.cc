#include "app/lake_tables.h"

namespace yijian::app {

Result<LakeTable> LakeTable::Open(lake::Connection& connection, const lake::Lake& lake, const std::string& table) {
  LakeTable made;
  Result<std::string> sql = lake.TableSql(table);
  if (!sql) {
    if (sql.error().code == ErrorCode::kNotFound) return made;
    return std::move(sql.error());
  }
  made.sql_ = *sql;
  lake::QueryResult none = TRY(connection.Query("SELECT * FROM " + made.sql_ + " LIMIT 0"));
  for (const lake::ColumnInfo& column : none.columns()) made.columns_.insert(column.name);
  return made;
}

std::string LakeTable::Column(const std::string& alias, const std::string& name, const std::string& type) const {
  return columns_.contains(name) ? alias + "." + name : "NULL::" + type;
}

std::string Trimmed(std::string number) {
  if (number.empty() || number.find('.') == std::string::npos) return number;
  while (number.back() == '0') number.pop_back();
  if (number.back() == '.') number.pop_back();
  return number;
}

}  // namespace yijian::app
