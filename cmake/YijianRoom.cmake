# What most files include, compiled once: a third of the time of every other file. None of our own headers, whose change
# would compile everything anew. A file still includes what it uses: the fuzzers, the benchmarks and main.cc have no such help.
set(YIJIAN_COMMON_HEADERS
  <algorithm> <array> <charconv> <chrono> <cstdint> <cstring> <deque> <filesystem> <fstream> <functional> <map> <memory>
  <mutex> <optional> <set> <span> <sstream> <string> <string_view> <thread> <tuple> <unordered_map> <utility> <variant>
  <vector> <nlohmann/json.hpp>)

# The first target of a kind (rooms, tests) makes the precompiled header, the others take it. GCC 12 forgets which of them are
# the system's and warns of what it inlines from them: it goes without.
function(yijian_precompile kind target)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    return()
  endif()
  get_property(maker GLOBAL PROPERTY YIJIAN_PRECOMPILED_${kind})
  if(maker)
    target_precompile_headers(${target} REUSE_FROM ${maker})
  else()
    target_precompile_headers(${target} PRIVATE ${YIJIAN_COMMON_HEADERS} ${ARGN})
    set_property(GLOBAL PROPERTY YIJIAN_PRECOMPILED_${kind} ${target})
  endif()
endfunction()

# yijian_room(<name> [DEPS <room>...] [LIBS <target>...])
#
# Makes one room, a folder under src/, out of the files that lie in it:
#
#   *.cc        library yijian_<name>, alias yijian::<name>
#   *_test.cc   one program <name>_test, every case registered with ctest under the label <name>
#   *_fuzz.cc   one libFuzzer program each, named after the file (only when YIJIAN_FUZZ is on)
#   main.cc     left to the caller
#
# DEPS are the room's arrows and pass upwards. LIBS stay inside: a room above that wants the same outside library must say
# so itself, which keeps duckdb.h in lake. A room without sources yet is a header-only room.
#
# Tests run in the repository root. They see YIJIAN_SOURCE_DIR (that root) as a string.
function(yijian_room name)
  cmake_parse_arguments(PARSE_ARGV 1 room "" "" "DEPS;LIBS")
  if(room_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "yijian_room(${name}): what is '${room_UNPARSED_ARGUMENTS}'?")
  endif()
  list(TRANSFORM room_DEPS PREPEND "yijian_")
  foreach(dep IN LISTS room_DEPS)
    if(NOT TARGET ${dep})
      message(FATAL_ERROR "yijian_room(${name}): ${dep} is not a room below this one")
    endif()
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc")
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|_fuzz|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")

  if(sources)
    add_library(yijian_${name} STATIC ${sources})
    target_include_directories(yijian_${name} PUBLIC "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(yijian_${name} PUBLIC ${room_DEPS} PRIVATE ${room_LIBS})
    yijian_precompile(room yijian_${name})
  else()
    message(STATUS "Room ${name}: no sources yet")
    add_library(yijian_${name} INTERFACE)
    target_include_directories(yijian_${name} INTERFACE "${PROJECT_SOURCE_DIR}/src")
    target_link_libraries(yijian_${name} INTERFACE ${room_DEPS})
  endif()
  add_library(yijian::${name} ALIAS yijian_${name})

  if(tests AND BUILD_TESTING)
    yijian_test(${name}_test LABEL ${name} SOURCES ${tests} LIBS yijian_${name} ${room_LIBS})
  endif()
  if(YIJIAN_FUZZ)
    foreach(file IN LISTS fuzzers)
      yijian_fuzzer("${file}" LABEL ${name} LIBS yijian_${name} ${room_LIBS})
    endforeach()
  endif()
endfunction()

# yijian_test(<program> LABEL <label> SOURCES <file>... LIBS <target>...)
function(yijian_test program)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "LABEL" "SOURCES;LIBS")
  add_executable(${program} ${test_SOURCES})
  target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${program} PRIVATE ${test_LIBS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${program} PRIVATE "YIJIAN_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
  if(CMAKE_BUILD_TYPE STREQUAL "Sanitize")
    target_compile_options(${program} PRIVATE -O0)  # a test's own lines run once: compiled in half of the time
  endif()
  yijian_precompile(test ${program} <gmock/gmock.h> <gtest/gtest.h>)
  gtest_discover_tests(${program}
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
    TEST_PREFIX "${test_LABEL}."
    PROPERTIES LABELS "${test_LABEL}" TIMEOUT 300)
endfunction()

set(YIJIAN_FUZZ_SECONDS 20 CACHE STRING "How long ctest runs each fuzzer")

# yijian_fuzzer(<file> LABEL <label> LIBS <target>...)
#
# ctest runs it briefly. Inputs that found new paths stay in the build folder; seeds, and inputs that once crashed, lie in
# testdata/<stem>/ beside the file and are tried first.
function(yijian_fuzzer file)
  cmake_parse_arguments(PARSE_ARGV 1 fuzz "" "LABEL" "LIBS")
  cmake_path(GET file STEM stem)
  add_executable(${stem} "${file}")
  target_include_directories(${stem} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(${stem} PRIVATE ${fuzz_LIBS})
  target_link_options(${stem} PRIVATE -fsanitize=fuzzer)
  set_property(GLOBAL APPEND PROPERTY YIJIAN_FUZZERS ${stem})

  set(corpus "${CMAKE_CURRENT_BINARY_DIR}/${stem}.corpus")
  file(MAKE_DIRECTORY "${corpus}")
  set(seeds "${CMAKE_CURRENT_SOURCE_DIR}/testdata/${stem}")
  if(NOT IS_DIRECTORY "${seeds}")
    set(seeds "")
  endif()
  math(EXPR timeout "${YIJIAN_FUZZ_SECONDS} + 120")
  add_test(NAME fuzz.${stem}
    COMMAND ${stem} -max_total_time=${YIJIAN_FUZZ_SECONDS} -max_len=4096 -timeout=10 -rss_limit_mb=2048
            -verbosity=0 -print_final_stats=1 "-artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/${stem}." "${corpus}" ${seeds}
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties(fuzz.${stem} PROPERTIES LABELS "${fuzz_LABEL};fuzz" TIMEOUT ${timeout})
endfunction()
