// Columns of the lake's tables by name, NULL where no batch brought them. Internal to app.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "lake/lake.h"

namespace yijian::app {

class LakeTable {
 public:
  // An absent table has no rows and no columns.
  static Result<LakeTable> Open(lake::Connection& connection, const lake::Lake& lake, const std::string& table);

  bool there() const { return !sql_.empty(); }
  const std::string& sql() const { return sql_; }  // "(SELECT ...)"
  // "x.name", or a NULL of that type.
  std::string Column(const std::string& alias, const std::string& name, const std::string& type = "VARCHAR") const;

 private:
  std::string sql_;
  std::set<std::string> columns_;
};

// "2.5000" -> "2.5", "3.0000" -> "3"
std::string Trimmed(std::string number);

}  // namespace yijian::app
