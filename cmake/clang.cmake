# Toolchain file: the newest clang at hand. The asan preset uses it: one build serves the tests and the fuzzers; clang before 16 cannot compile GCC 12's <ranges>.
find_program(YIJIAN_CLANG NAMES clang-19 clang-18 clang-17 clang-16 clang REQUIRED)
find_program(YIJIAN_CLANGXX NAMES clang++-19 clang++-18 clang++-17 clang++-16 clang++ REQUIRED)
set(CMAKE_C_COMPILER "${YIJIAN_CLANG}")
set(CMAKE_CXX_COMPILER "${YIJIAN_CLANGXX}")
