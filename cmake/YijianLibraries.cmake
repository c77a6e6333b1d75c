# Every outside library, found once. A room names the targets it uses after LIBS:
#
#   OpenSSL::Crypto  DuckDB::DuckDB  yaml-cpp::yaml-cpp  nlohmann_json::nlohmann_json  CLI11::CLI11
#   PkgConfig::orcus  PkgConfig::xlsxwriter  PkgConfig::xxhash  absl::flat_hash_map  Threads::Threads

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)  # 3.0 has SM2, SM3, SM4
find_package(DuckDB REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(absl REQUIRED)

find_package(yaml-cpp 0.7 REQUIRED)
if(NOT TARGET yaml-cpp::yaml-cpp)  # its name from 0.8 on
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

find_package(PkgConfig REQUIRED)
pkg_search_module(orcus REQUIRED IMPORTED_TARGET liborcus-0.17 liborcus-0.18 liborcus-0.19)
pkg_check_modules(xlsxwriter REQUIRED IMPORTED_TARGET xlsxwriter)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)

if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
