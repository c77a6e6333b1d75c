# Every outside library, found once. A room names the targets it uses after LIBS:
#
#   OpenSSL::Crypto  DuckDB::DuckDB  yaml-cpp::yaml-cpp  nlohmann_json::nlohmann_json  CLI11::CLI11
#   PkgConfig::orcus  PkgConfig::xlsxwriter  PkgConfig::xxhash  absl::flat_hash_map  Threads::Threads
#   SOCI::core  SOCI::sqlite3  SOCI::postgresql  PkgConfig::sqlite3  PkgConfig::libpq  PkgConfig::libmagic  CURL::libcurl
#   PkgConfig::argon2  PkgConfig::oath  cpp-jwt::cpp-jwt  restinio::restinio  PkgConfig::prometheus  ZLIB::ZLIB
#   RocksDB::rocksdb-shared  Snappy::snappy  simdjson::simdjson
#
# and what a program is linked with: yijian_allocator(<target>)

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
foreach(version IN ITEMS 0.17 0.18 0.19)  # the version is part of the name
  if(NOT TARGET PkgConfig::orcus)
    pkg_check_modules(orcus QUIET IMPORTED_TARGET liborcus-spreadsheet-model-${version} liborcus-${version})
  endif()
endforeach()
if(NOT TARGET PkgConfig::orcus)
  message(FATAL_ERROR "liborcus not found: run tools/setup.sh first")
endif()
# Debian's liborcus-spreadsheet-model names an include folder it does not ship.
get_target_property(folders PkgConfig::orcus INTERFACE_INCLUDE_DIRECTORIES)
foreach(folder IN LISTS folders)
  if(NOT EXISTS "${folder}")
    list(REMOVE_ITEM folders "${folder}")
  endif()
endforeach()
set_target_properties(PkgConfig::orcus PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${folders}")
pkg_check_modules(xlsxwriter REQUIRED IMPORTED_TARGET xlsxwriter)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(libmagic REQUIRED IMPORTED_TARGET libmagic)
pkg_check_modules(argon2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(oath REQUIRED IMPORTED_TARGET liboath)
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(cpp-jwt REQUIRED)
find_package(fmt REQUIRED)  # restinio names it without finding it
find_package(restinio REQUIRED)
find_package(RocksDB REQUIRED)
find_package(simdjson 3.0 REQUIRED)
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
if(NOT TARGET Snappy::snappy)  # RocksDB looks for it too
  find_package(Snappy REQUIRED)
endif()

# SOCI's own config names every backend and their development packages, most of which we do not want.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
foreach(part IN ITEMS core sqlite3 postgresql)
  find_library(SOCI_${part}_LIBRARY soci_${part} REQUIRED)
  mark_as_advanced(SOCI_${part}_LIBRARY)
  add_library(SOCI::${part} SHARED IMPORTED GLOBAL)
  set_target_properties(SOCI::${part} PROPERTIES
    IMPORTED_LOCATION "${SOCI_${part}_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SOCI_INCLUDE_DIR};${SOCI_INCLUDE_DIR}/soci")
endforeach()

if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# An answer of real time makes a thousand small allocations: jemalloc takes a fifth off it, and gives memory back to the
# system after a rebuild. Sanitizers bring their own.
function(yijian_allocator target)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_link_libraries(${target} PRIVATE PkgConfig::jemalloc)
  endif()
endfunction()
