#include "lake/table_view.h"

namespace yijian::lake {

Result<TableView> TableView::Open(Connection& connection, const Lake& lake, const std::string& table) {
  TableView made;
  Result<std::string> sql = lake.TableSql(table);
  if (!sql) {
    if (sql.error().code == ErrorCode::kNotFound) return made;
    return std::move(sql.error());
  }
  made.sql_ = *sql;
  QueryResult none = TRY(connection.Query("SELECT * FROM " + made.sql_ + " LIMIT 0"));
  for (const ColumnInfo& column : none.columns()) made.columns_.insert(column.name);
  return made;
}

std::string TableView::Column(const std::string& alias, const std::string& name, const std::string& type) const {
  return columns_.contains(name) ? alias + "." + name : "NULL::" + type;
}

std::string TrimZeros(std::string number) {
  if (number.find('.') == std::string::npos) return number;
  while (number.back() == '0') number.pop_back();
  if (number.back() == '.') number.pop_back();
  return number;
}

}  // namespace yijian::lake
