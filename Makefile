# SPDX-License-Identifier: Apache-2.0
# The commands a person types. Each one installs what it needs (packaging/deps.sh), configures its
# build folder by CMakePresets.json once and builds what changed; called again it starts at once.
#
#   make run [ARGS='--scope tree=PID']   build and start the sensor with config/ and rules/
#   make test                            build and run every test (sanitizers and live kernel)
#   make build                           the programs, in build/bin
#   make test-full                       + live tests with sanitizers, fuzzing, much damage to
#                                        captures, other kernels, a fresh Debian
#   make guest [ARGS='--kernel 6.1']   the sensor and its kernel tests in other kernels (QEMU)
#   make package                         .deb, .rpm and .tar.gz with static programs, in build/packages
#   make test-packages                   + installed, booted, run by podman and docker
#   make bench [ARGS=...]                falco-bench kernel, report in build/bench
#   make fuzz [FUZZ_SECONDS=60]          every fuzz target for so long
#   make tidy | format | clean
MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
CTEST_JOBS ?= $(JOBS)
FUZZ_SECONDS ?= 60
FRESH_RELEASES ?= bookworm trixie
PROGRAMS := falco-ebpf falco-rulec falco-bench
# Of memory, speed and restraint, which a sanitizer changes.
NOT_SANITIZED := ^(limits|service_web|bench_flood|live_guard)$$
# Of the container engines one is in `make test`; these are in test-full.
OTHER_ENGINES := ^engines_(docker|containerd|cri|sensor_docker|sensor_cri)$$

# The compiler cache: shared between clones (paths relative to the tree), and it needs a home.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_SLOPPINESS := pch_defines,time_macros
ifndef HOME
export CCACHE_DIR := $(CURDIR)/build/ccache
endif

.DEFAULT_GOAL := build
.PHONY: deps build run test test-full guest package test-packages bench fuzz tidy format clean
.SUFFIXES:

deps:
	@packaging/deps.sh

# Configures a preset once; ninja itself repeats it when a CMake file changes.
build/%/build.ninja: CMakePresets.json | deps
	@cmake --preset $* -Wno-dev && touch $@

build: build/release/build.ninja
	@cmake --build build/release -j $(JOBS)
	@mkdir -p build/bin
	@for p in $(PROGRAMS); do ln -sfn ../release/bin/$$p build/bin/$$p; done

run: build
	@exec build/bin/falco-ebpf -c config/falco.yaml -r rules $(ARGS)

# One ctest over both build folders, so that there is one closing line.
test: build/dev/build.ninja build/release/build.ninja
	@packaging/deps.sh service package engines
	@cmake --build build/dev -j $(JOBS)
	@$(MAKE) build
	@printf 'subdirs(dev release)\n' > build/CTestTestfile.cmake
	@ctest --test-dir build -j $(CTEST_JOBS) --output-on-failure --no-tests=error \
	    --no-label-summary -E '$(OTHER_ENGINES)' $(CTEST_ARGS)

test-full: test
	@ctest --test-dir build/release --output-on-failure --no-tests=error --no-label-summary \
	    -R '$(OTHER_ENGINES)'
	@cmake --preset dev -B build/dev-live -DSENSOR_TEST_KIND=live -Wno-dev
	@cmake --build build/dev-live -j $(JOBS)
	@$(MAKE) fuzz
	@build/release/bin/corrupt_captures 10000 tests/data/*.scap \
	    $(wildcard ../shared/captures/*.scap ../shared/captures/*.scap.gz)
	@packaging/deps.sh service package
	@python3 tests/service/outage_test.py --bin build/release/tests/service/bin --seconds 60
	@unshare --pid --fork --kill-child --mount-proc python3 tests/bench/pressure_test.py \
	    --bench build/release/bin/falco-bench --config config/falco.yaml
	@$(MAKE) guest
	@$(MAKE) test-packages
	@packaging/deps.sh rootfs
	@for r in $(FRESH_RELEASES); do packaging/fresh-rootfs.sh $$r || exit 1; done
	@ctest --test-dir build/dev-live -j $(CTEST_JOBS) --output-on-failure --no-tests=error \
	    --no-label-summary -E '$(NOT_SANITIZED)'

# The sensor and its kernel tests in other kernels. 77: none could be had, which it says.
guest: build
	@packaging/deps.sh guest
	@python3 tests/guest/guest_test.py --bin build/release/bin \
	    --helpers build/release/tests/live/helpers --root . $(ARGS) || [ $$? -eq 77 ]

package: deps
	@packaging/deps.sh package
	@$(MAKE) build/static/build.ninja
	@cmake --build build/static -j $(JOBS)
	@rm -rf build/static/packages build/packages && mkdir -p build/packages
	@cd build/static && cpack -G "DEB;RPM;TGZ" >packages.log 2>&1 || { cat packages.log; exit 1; }
	@cd build/packages && ln -s ../static/packages/falco-ebpf[-_]* . && ls -LsSh

test-packages: package
	@packaging/deps.sh package-test
	@tests/packaging/all.sh build/static build/roots

bench: build
	@mkdir -p build/bench
	@rm -f build/bench/kernel.jsonl
	build/bin/falco-bench kernel --json build/bench/kernel.jsonl $(ARGS)
	build/bin/falco-bench report build/bench/kernel.jsonl --out build/bench

fuzz: deps
	@packaging/deps.sh fuzz
	@$(MAKE) build/fuzz/build.ninja
	@packaging/fuzz.sh build/fuzz $(FUZZ_SECONDS) $(JOBS)

tidy: deps
	@packaging/deps.sh tidy
	@$(MAKE) build/tidy/build.ninja
	@cmake --build build/tidy -j $(JOBS) -- -k 0

format: deps
	@packaging/deps.sh tidy
	@find src grammar tests -name '*.[ch]pp' | xargs clang-format-19 -i

clean:
	@rm -rf build
