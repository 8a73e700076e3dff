# SPDX-License-Identifier: MIT
# The commands people type. Each installs the Debian packages that it needs when they are missing.
PREFIX ?= /usr/local
BUILD ?= build

BUILD_PACKAGES = gcc meson ninja-build pkg-config libsystemd-dev libmnl-dev libxml2-dev libcmocka-dev
RUN_PACKAGES = iproute2 nginx-light curl util-linux procps python3
TEST_PACKAGES = $(RUN_PACKAGES) keepalived squid nftables python3-pytest python3-pytest-xdist \
	libcmocka-dev binutils clang libclang-rt-14-dev
PYTHON = /usr/bin/python3

.PHONY: build demo test install clean

build:
	@tools/need $(BUILD_PACKAGES)
	@test -f $(BUILD)/build.ninja || meson setup --prefix $(PREFIX) $(if $(REGENT_WERROR),--werror) $(BUILD)
	@ninja -C $(BUILD)

demo: build
	@tools/need $(RUN_PACKAGES)
	@$(PYTHON) tools/demo.py $(BUILD)

test: build
	@tools/need $(TEST_PACKAGES)
	@tools/test $(BUILD)

install: build
	@meson configure -Dprefix=$(PREFIX) $(BUILD) && ninja -C $(BUILD) >/dev/null
	DESTDIR=$(DESTDIR) meson install -C $(BUILD) --no-rebuild

clean:
	rm -rf build build-asan
