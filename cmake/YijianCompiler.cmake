# How every file of ours is compiled. Outside libraries are not affected: their headers come in as system headers.

option(YIJIAN_WERROR "A warning stops the build" ON)
option(YIJIAN_FUZZ "Build the *_fuzz.cc programs (needs clang)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)  # eval is also shipped as a shared library

# CHECK() stays on in every build type, so nothing of ours hangs on NDEBUG.
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -g1 -DNDEBUG")
# Checks of UndefinedBehaviorSanitizer that AddressSanitizer makes needless are left out: they are a third of the code.
set(CMAKE_CXX_FLAGS_SANITIZE
    "-O1 -g1 -D_GLIBCXX_ASSERTIONS -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
-fno-sanitize=null,object-size,pointer-overflow,vptr -fno-sanitize-recover=all")
set(CMAKE_CXX_FLAGS_COVERAGE "-O0 -g1 --coverage -fprofile-update=atomic")
set(CMAKE_EXE_LINKER_FLAGS_SANITIZE "-fsanitize=address,undefined")
set(CMAKE_EXE_LINKER_FLAGS_COVERAGE "--coverage")

if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  add_compile_options(-march=x86-64-v2)  # any server since 2009
endif()

# Paths in messages and debug data start at the repository root: the same bytes on every machine.
add_compile_options("-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")

add_compile_options(
  -Wall -Wextra -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wvla
  -Wno-missing-field-initializers)  # {.from = jan_1} leaves the rest at its default on purpose
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wno-restrict)  # -Wrestrict: GCC bug 105329
  # These look through inlined library code and are often mistaken in GCC 12: show them, do not stop.
  add_compile_options(-Wno-error=maybe-uninitialized -Wno-error=array-bounds -Wno-error=stringop-overflow
                      -Wno-error=stringop-overread -Wno-error=null-dereference -Wno-error=free-nonheap-object)
endif()
if(YIJIAN_WERROR)
  add_compile_options(-Werror)
endif()

if(YIJIAN_FUZZ AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "YIJIAN_FUZZ needs clang: use `cmake --preset asan`")
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without these ccache passes over whatever uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime;${CCACHE_PROGRAM}")
endif()
