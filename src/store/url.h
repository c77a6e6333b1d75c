// Where a store is, and how that is said without its password. Internal to store.
//
//   WithoutPassword("postgresql://li:secret@db/yijian?sslmode=require")  ->  postgresql://li@db/yijian?sslmode=require
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace yijian::store {

bool IsPostgres(const std::string& url);

// kInvalidInput when libpq would not understand it. libpq's own words quote parts of the URL, so they are not repeated.
Status CheckPostgresUrl(const std::string& url);

// Hides whatever could be a secret: the user's password, however badly written, and every parameter that is not known
// to be harmless.
std::string WithoutPassword(const std::string& url);

// What libpq reads out of a URL that CheckPostgresUrl has let pass: keyword and value.
std::vector<std::pair<std::string, std::string>> PostgresParameters(const std::string& url);

}  // namespace yijian::store
