# The few commands a person types. Everything real is in CMakePresets.json and tools/.

MAKEFLAGS += --no-print-directory
JOBS := $(shell tools/jobs.sh)
# One PostgreSQL for all tests that want one.
CTEST := tools/with-postgres.sh ctest --parallel $(JOBS) --no-label-summary

.PHONY: build web demo demo-stop test audit bench bench-100m bench-workbench format format-check tidy golden fuzz asan coverage clean setup
.DEFAULT_GOAL := build

setup:
	@tools/setup.sh

build: setup  ## the optimised build, build/release
	@tools/build.sh release

web: setup  ## the workbench's pages, web/dist
	@tools/build_web.sh

demo: web  ## a synthetic city, taken in, audited, and open in the workbench on http://localhost:8080
	@tools/build.sh release yijian
	@tools/demo.sh

demo-stop:  ## ends the demo's server
	@tools/demo.sh stop

# Each room's tests run under the sanitizers, the whole program's in what is shipped.
test: setup  ## everything that must hold; ctest's summary comes last
	@$(MAKE) format-check
	@$(MAKE) asan
	@tools/tidy.py --seconds 120 build/asan
	@$(MAKE) audit
	@tools/build.sh release yijian
	@$(CTEST) --preset release --label-regex whole

asan: setup  ## the rooms' tests under AddressSanitizer and UndefinedBehaviorSanitizer, and each fuzzer for 20 s
	@tools/build.sh asan
	@$(CTEST) --preset asan

fuzz: setup  ## the fuzzers alone
	@tools/build.sh asan fuzzers
	@$(CTEST) --preset asan --label-regex fuzz

coverage: setup  ## tests with --coverage; gcov reads build/coverage
	@tools/build.sh coverage
	@$(CTEST) --preset coverage

audit: setup  ## known holes of the pages' packages; the Debian packages with their versions
	@tools/audit_dependencies.sh

bench-workbench: build  ## 200 auditors on a million findings: bench/WORKBENCH.md
	@tools/bench_workbench.sh

bench: setup  ## every program in bench/
	@tools/build.sh release benches
	@tools/bench.sh

bench-100m: setup  ## a real bureau's size, the engine alone: ten minutes on two quiet cores and 5 GB of disk for its lake, which is removed
	@tools/build.sh release speed_bench
	@for rules in rules10.txt rules60.txt; do build/release/bench/speed_bench --engine 100 $$rules || exit 1; done
	@rm -rf build/bench/lake-100M-*

bench-realtime: setup  ## answers with and without the network, the store, and npm's zen-engine beside (YIJIAN_BENCH_REALTIME="millions drafts")
	@cd bench/zen && npm install --no-save --ignore-scripts --no-audit --no-fund --silent
	@tools/build.sh release realtime_bench realtime_load realtime_clone yijian
	@build/release/bench/realtime_bench
	@tools/bench_realtime_http.sh

format: setup  ## rewrites our C++ as .clang-format says
	@tools/format.sh

format-check: setup
	@tools/format.sh --check

tidy: setup  ## clang-tidy on every file that changed since it last passed
	@tools/build.sh asan yijian_base  # the first room: it makes the precompiled header of all
	@tools/tidy.py build/asan

golden: build  ## rewrites the golden files; review the diff as code
	@YIJIAN_GOLDEN=rewrite $(CTEST) --preset release --tests-regex '[Gg]olden'
	@git status --short -- '*.golden'

clean:
	rm -rf build
