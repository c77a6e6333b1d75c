# Finds DuckDB's C API: DuckDB::DuckDB, DuckDB_VERSION.
#
# A DuckDB of the system (or of CMAKE_PREFIX_PATH, DuckDB_ROOT) wins. Else the one tools/setup.sh fetched with npm into
# tools/duckdb: library and header come from two packages of the same version, both locked by hash.

set(_npm "${PROJECT_SOURCE_DIR}/tools/duckdb/node_modules")

find_path(DuckDB_INCLUDE_DIR duckdb.h)
find_library(DuckDB_LIBRARY duckdb)
if(NOT DuckDB_INCLUDE_DIR OR NOT DuckDB_LIBRARY)
  # Both from one place: a system header with a fetched library would be a mix of versions.
  unset(DuckDB_INCLUDE_DIR CACHE)
  unset(DuckDB_LIBRARY CACHE)
  find_path(DuckDB_INCLUDE_DIR duckdb.h PATHS "${_npm}/duckdb/src/duckdb/src/include" NO_DEFAULT_PATH)
  find_library(DuckDB_LIBRARY duckdb PATHS "${_npm}/@duckdb/node-bindings-linux-x64" NO_DEFAULT_PATH)
endif()
if(DuckDB_INCLUDE_DIR MATCHES "^${_npm}/" AND EXISTS "${_npm}/duckdb/package.json")
  file(READ "${_npm}/duckdb/package.json" _package)
  string(JSON DuckDB_VERSION GET "${_package}" version)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(DuckDB
  REQUIRED_VARS DuckDB_LIBRARY DuckDB_INCLUDE_DIR
  VERSION_VAR DuckDB_VERSION
  REASON_FAILURE_MESSAGE "run tools/setup.sh first")
mark_as_advanced(DuckDB_INCLUDE_DIR DuckDB_LIBRARY)

if(DuckDB_FOUND AND NOT TARGET DuckDB::DuckDB)
  # The header's folder also holds duckdb.hpp and DuckDB's inner headers. Expose the C header alone.
  set(_only_c "${PROJECT_BINARY_DIR}/include/duckdb")
  file(MAKE_DIRECTORY "${_only_c}")
  file(COPY_FILE "${DuckDB_INCLUDE_DIR}/duckdb.h" "${_only_c}/duckdb.h" ONLY_IF_DIFFERENT)
  add_library(DuckDB::DuckDB SHARED IMPORTED GLOBAL)
  set_target_properties(DuckDB::DuckDB PROPERTIES
    IMPORTED_LOCATION "${DuckDB_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${_only_c}")
endif()
