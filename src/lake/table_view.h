// A table of the lake as SQL reads it, when it may be absent or lack columns: NULL where no batch brought them.
//
//   TableView lines = TRY(TableView::Open(connection, lake, "fee_line"));
//   if (lines.there()) sql = "SELECT " + lines.Column("l", "inscp_amt", "DECIMAL(18,2)") + " FROM " + lines.sql() + "
//   l";
#pragma once

#include <set>
#include <string>

#include "lake/lake.h"

namespace yijian::lake {

class TableView {
 public:
  // An absent table has no rows and no columns.
  static Result<TableView> Open(Connection& connection, const Lake& lake, const std::string& table);

  bool there() const { return !sql_.empty(); }
  const std::string& sql() const { return sql_; }  // "(SELECT ...)"
  // "x.name", or a NULL of that type.
  std::string Column(const std::string& alias, const std::string& name, const std::string& type = "VARCHAR") const;

 private:
  std::string sql_;
  std::set<std::string> columns_;
};

// A DECIMAL as people write it: "2.5000" -> "2.5", "3.0000" -> "3".
std::string TrimZeros(std::string number);

}  // namespace yijian::lake
