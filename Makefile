# Builds, tests and checks proactive. `make help` lists the targets.
#
# LUA chooses the interpreter: 5.4 (default), jit, 5.1, 5.2, 5.3. Each has a folder of its own,
# build/$(LUA): a module built for one must never be loaded by another. LUA=all tests on every one
# in turn. V=1 shows the commands.

LUA    ?= 5.4
CC     ?= cc
CFLAGS ?= -O2 -g
BUILD  ?= build/$(LUA)
PREFIX ?= /usr/local
Q      := $(if $(V),,@)
SUBMAKE = $(MAKE) --no-print-directory $(if $(V),,--silent)
comma  := ,

.DEFAULT_GOAL := all

# Objects stay, or the next run would make them again, perhaps while another one links them.
.SECONDARY:

# --- sources: the one list; `make lint` compares it with what is on disk ---

CORE_SOURCES := \
  body.c buf.c certificate_url.c chain.c digest.c histogram.c http.c \
  http_config.c http_form.c http_parking.c http_result.c http_route.c \
  http_sigpipe.c http_slots.c http_socket.c http_transfer.c http_warm.c \
  interrupt.c json.c json_path.c json_scan.c json_write.c lbody.c \
  lchain.c lcore.c lhistogram.c lhttp.c ljson.c ljson_encode.c lredact.c \
  lresult.c lrow.c lstart.c lsystem.c ltoken.c ltoken_make.c oauth.c \
  poller.c private.c process.c random.c text.c token.c

HTTPD_SOURCES := \
  buf.c conn.c field.c httpd.c httpd_fork.c httpd_stream.c lhttpd.c poller.c \
  process.c sock.c waiter.c

# --- where things are: as pkg-config says, else by the names Debian uses ---

lua_package = $(if $(filter jit,$(LUA)),luajit,lua$(LUA))
lua_include = $(if $(filter jit,$(LUA)),/usr/include/luajit-2.1,/usr/include/lua$(LUA))
pkg = $(shell pkg-config --$(1) $(2) 2>/dev/null || echo '$(3)')

LUA_CFLAGS := $(call pkg,cflags,$(lua_package),-I$(lua_include))
LUA_LIBS    = $(call pkg,libs,$(lua_package),-l$(if $(filter jit,$(LUA)),luajit-5.1,lua$(LUA)))
LIBRARIES  := libcurl libcrypto libcjson libmicrohttpd
LIB_CFLAGS := $(foreach library,$(LIBRARIES),$(call pkg,cflags,$(library)))
CORE_LIBS  := $(call pkg,libs,libcurl,-lcurl) $(call pkg,libs,libcrypto,-lcrypto) \
              $(call pkg,libs,libcjson,-lcjson) -lm
HTTPD_LIBS := $(call pkg,libs,libmicrohttpd,-lmicrohttpd) -lm

# -iquote, not -I: csrc/limits.h is not <limits.h>.
WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror
FLAGS    := -std=c11 -D_GNU_SOURCE -iquote csrc $(LUA_CFLAGS) $(LIB_CFLAGS) $(WARNINGS) \
            -fPIC -fvisibility=hidden -pthread

# nodelete: closing a Lua state must not unmap code that libcurl or OpenSSL may call at exit.
SHARED := $(if $(filter Darwin,$(shell uname -s)),-bundle -undefined dynamic_lookup,\
            -shared -Wl$(comma)-z$(comma)nodelete)

# --- the two modules ---

all: $(BUILD)/proactive/core.so $(BUILD)/proactive/httpd.so ## build both C modules (default)

objects = $(1:%.c=$(BUILD)/obj/%.o)

$(BUILD)/proactive/core.so: $(call objects,$(CORE_SOURCES))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SHARED) -pthread -o $@ $^ $(LDFLAGS) $(CORE_LIBS)

$(BUILD)/proactive/httpd.so: $(call objects,$(HTTPD_SOURCES))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SHARED) -o $@ $^ $(LDFLAGS) $(HTTPD_LIBS)

# Before anything is compiled: which headers are missing, and what installs them.
$(BUILD)/headers: scripts/headers.sh Makefile
	@mkdir -p $(@D)
	@CC='$(CC)' FLAGS='$(FLAGS) $(CFLAGS)' LUA=$(LUA) ONLY='$(HEADERS)' scripts/headers.sh
	@touch $@

$(BUILD)/obj/%.o: csrc/%.c Makefile | $(BUILD)/headers
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/obj/%.o: spec/c/%.c Makefile
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(wildcard $(BUILD)/obj/*.d)

# --- where it goes ---

install: all ## to PREFIX (/usr/local), below DESTDIR; for LUA, with what `make docs` has made
	@LUA=$(LUA) BUILD=$(BUILD) PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install.sh install

uninstall: ## what install has put there
	@LUA=$(LUA) BUILD=$(BUILD) PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' scripts/install.sh uninstall

installed: ## install, use it without the source tree, uninstall
	@scripts/deps.sh demo docs
	@$(SUBMAKE) docs
	@scripts/installed.sh

# What LuaRocks calls, with the ROCK and variables of its own; see the rockspecs.
rock_lua = $(strip $(if $(findstring luajit,$(LUA_INCDIR)),jit,\
             $(patsubst rocks-%,%,$(filter rocks-%,$(subst /, ,$(INST_LUADIR))))))
rock_build = build/rocks/$(subst /,-,$(LUA_INCDIR))
rock_module = $(if $(filter proactive,$(ROCK)),core,httpd)
rock_headers = $(if $(filter proactive,$(ROCK)),curl/curl.h openssl/evp.h cjson/cJSON.h,\
                 microhttpd.h)

rock:
	@$(SUBMAKE) $(rock_build)/proactive/$(rock_module).so BUILD=$(rock_build) LUA=$(rock_lua) \
	  LUA_CFLAGS=-I$(LUA_INCDIR) HEADERS='$(rock_headers)' WARNINGS= # of compilers unknown to us

install-rock:
	@MODULE=$(rock_build)/proactive/$(rock_module).so INST_LUADIR='$(INST_LUADIR)' \
	  INST_LIBDIR='$(INST_LIBDIR)' scripts/rock.sh $(ROCK)

# --- set-up, demo, tests ---

deps: ## install what demo and test need and is not there
	@scripts/deps.sh demo test

demo: ## the main job, from a script to a notification that can be read
	@scripts/deps.sh demo
	@$(SUBMAKE) all
	@bin/proactive demo

# Without LUA on the command line the suite runs on the two that count most.
EVERY := 5.4 jit 5.1 5.2 5.3
CHOSEN = $(if $(filter all,$(LUA)),$(EVERY),$(LUA))
LUAS  := $(if $(filter file default,$(origin LUA)),5.4 jit,$(CHOSEN))
# The LuaJIT that Debian cannot install beside the one of OpenResty. It takes what that one takes.
OTHER := otherjit
units := $(patsubst spec/c/%.c,$(BUILD)/spec/%,$(wildcard spec/c/test_*.c))

test: ## the whole suite on Lua 5.4 and LuaJIT; LUA=jit, LUA=all, SPEC=spec/x_spec.lua, GC=1
	@scripts/deps.sh test $(if $(filter-out 5.4 jit,$(LUAS)),luas)
	@$(SUBMAKE) all LUA=jit # for nginx, whichever Lua runs the suite
	@for lua in $(LUAS); do $(SUBMAKE) all units LUA=$$lua || exit 1; done
	@SPEC=$(SPEC) GC=$(GC) scripts/test.sh $(LUAS) $(if $(filter all,$(LUA)),$(OTHER))

portable: ## the specs that need no server, on Lua 5.1, 5.2, 5.3 and the other LuaJIT
	@scripts/deps.sh test luas
	@for lua in jit 5.1 5.2 5.3; do \
	  $(SUBMAKE) -j "$$(nproc)" all build/$$lua/spec/fork.so LUA=$$lua || exit 1; done
	@scripts/portable.sh 5.1 5.2 5.3 $(OTHER)

units: $(units) $(BUILD)/spec/fork.so

$(BUILD)/spec/fork.so: $(BUILD)/obj/fork.o
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(SHARED) -o $@ $^ $(LDFLAGS)

# The l*.c files are the bindings; the rest knows no Lua.
plain_objects := $(call objects,$(filter-out l%,$(CORE_SOURCES)))

$(BUILD)/spec/test_%: $(BUILD)/obj/test_%.o $(plain_objects)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -pthread -o $@ $^ $(LDFLAGS) $(CORE_LIBS)

# A Lua of our own, so that only it and the modules carry the sanitizers, not every child process.
$(BUILD)/lua: $(BUILD)/obj/lua.o
	$(Q)$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(LUA_LIBS)

sanitized = $(SUBMAKE) all units build/asan/lua BUILD=build/asan CFLAGS='-O1 -g \
	  -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all'

asan: ## the whole suite under AddressSanitizer and UBSan, leaks included
	@scripts/deps.sh asan
	@$(SUBMAKE) all
	@$(SUBMAKE) all LUA=jit
	@$(sanitized)
	@SPEC=$(SPEC) scripts/test.sh asan

tsan: ## Lua states in several threads at once, under ThreadSanitizer
	@scripts/deps.sh tsan
	@$(SUBMAKE) all LUA=5.4 # for the sandbox, which is a process of its own
	@$(SUBMAKE) build/tsan/threads BUILD=build/tsan LUA=5.4 \
	  CFLAGS='-O1 -g -fno-omit-frame-pointer -fsanitize=thread'
	@scripts/tsan.sh

$(BUILD)/threads: $(BUILD)/obj/threads.o $(call objects,$(sort $(CORE_SOURCES) $(HTTPD_SOURCES)))
	$(Q)$(CC) $(CFLAGS) -pthread -o $@ $^ $(LDFLAGS) $(CORE_LIBS) $(HTTPD_LIBS) $(LUA_LIBS)

torture: ## every allocation fails in turn, on Lua 5.4 and LuaJIT
	@scripts/deps.sh torture
	@for lua in $(LUAS); do $(SUBMAKE) all build/$$lua/torture LUA=$$lua || exit 1; done
	@scripts/torture.sh $(LUAS)

# The core is linked in, so that its calls of the allocator can be led to ours.
$(BUILD)/torture: $(BUILD)/obj/torture.o $(call objects,$(CORE_SOURCES))
	$(Q)$(CC) $(CFLAGS) -pthread $(patsubst %,-Wl$(comma)--wrap=%,malloc calloc realloc free strdup) \
	  -o $@ $^ $(LDFLAGS) $(CORE_LIBS) $(LUA_LIBS)

host: $(BUILD)/host ## examples/host: a frame loop in C with the core linked in
	@echo "$(BUILD)/host examples/host/game.lua"

# Moved into its place: another make at the same time must not find it half written.
$(BUILD)/host: $(BUILD)/obj/host.o $(call objects,$(CORE_SOURCES))
	$(Q)$(CC) $(CFLAGS) -pthread -o $@.$$$$ $^ $(LDFLAGS) $(CORE_LIBS) $(LUA_LIBS) && \
	  mv $@.$$$$ $@

$(BUILD)/obj/host.o: examples/host/host.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

fuzz: ## the readers of foreign bytes under libFuzzer, FUZZ_SECONDS (20) each
	@scripts/deps.sh fuzz
	@$(SUBMAKE) fuzzers BUILD=build/fuzz CC=clang CFLAGS='-O1 -g \
	  -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all'
	@scripts/fuzz.sh $(FUZZ_SECONDS)

fuzzers: $(patsubst spec/fuzz/%.c,$(BUILD)/spec/%,$(wildcard spec/fuzz/fuzz_*.c))

$(BUILD)/obj/%.o: spec/fuzz/%.c Makefile
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# Those that fuzz through the binding bring a Lua along.
$(BUILD)/spec/fuzz_validate $(BUILD)/spec/fuzz_envelope: $(BUILD)/spec/fuzz_%: \
  $(BUILD)/obj/fuzz_%.o $(BUILD)/obj/lua_target.o $(call objects,$(CORE_SOURCES))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -pthread -o $@ $^ $(LDFLAGS) $(CORE_LIBS) $(LUA_LIBS)

$(BUILD)/spec/fuzz_%: $(BUILD)/obj/fuzz_%.o $(plain_objects)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer -pthread -o $@ $^ $(LDFLAGS) $(CORE_LIBS)

soak: ## many events on a bad day: nothing lost, nothing doubled; EVENTS=20000, LUA=jit, ASAN=1
	@scripts/deps.sh soak
	@$(if $(ASAN),$(sanitized),$(SUBMAKE) all)
	@LUA_PATH='./lua/?.lua;./lua/?/init.lua;./?.lua;;' ASAN_OPTIONS=quarantine_size_mb=1 \
	  LUA_CPATH='./$(if $(ASAN),build/asan,$(BUILD))/?.so;;' \
	  $(if $(ASAN),build/asan/lua,$(if $(filter jit,$(LUA)),luajit,lua$(LUA))) spec/soak.lua $(EVENTS)

crash: ## campaigns whose workers and databases are killed; EVENTS=2000 KILLS=5 are quick
	@scripts/deps.sh test
	@$(SUBMAKE) all
	@LUA_PATH='./lua/?.lua;./lua/?/init.lua;./?.lua;;' LUA_CPATH='./$(BUILD)/?.so;;' \
	  $(if $(filter jit,$(LUA)),luajit,lua$(LUA)) spec/crash.lua $(EVENTS) $(KILLS)

# Both Luas are measured in one run, so both are built.
bench: ## figures of this machine; BENCH="delivery memory"; EVENTS=10000 PAIRS=3 are quick
	@scripts/deps.sh bench
	@for lua in 5.4 jit; do $(SUBMAKE) all LUA=$$lua || exit 1; done
	@$(SUBMAKE) build/bench/floor build/bench/delay build/bench/node/node_modules
	@LUA_PATH='./lua/?.lua;./lua/?/init.lua;./?.lua;;' LUA_CPATH='./build/5.4/?.so;;' \
	  EVENTS='$(EVENTS)' PAIRS='$(PAIRS)' lua5.4 bench/run.lua $(BENCH)

build/bench/%: bench/%.c Makefile
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O2 -o $@ $< -lcurl

build/bench/node/node_modules: bench/node/package-lock.json
	$(Q)mkdir -p $(@D)
	$(Q)cp bench/node/package.json bench/node/package-lock.json $(@D)
	$(Q)npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent
	$(Q)touch $@

interop: ## real clients: a stock JSON Schema validator; Amazon's and others' at the sandbox
	@scripts/deps.sh interop
	@$(SUBMAKE) all build/interop/node_modules
	@scripts/interop.sh $(SEED)

browser: ## the sandbox's page in Chromium, pictures in build/browser; NAME="part of a test's name"
	@scripts/deps.sh browser
	@$(SUBMAKE) all build/browser/node_modules
	@LUA_PATH='./lua/?.lua;./lua/?/init.lua;;' LUA_CPATH='./$(BUILD)/?.so;;' \
	  NODE_PATH=build/browser/node_modules node spec/browser/run.js $(if $(NAME),'$(NAME)')

build/browser/node_modules: spec/browser/package-lock.json
	$(Q)mkdir -p $(@D)
	$(Q)cp spec/browser/package.json spec/browser/package-lock.json $(@D)
	$(Q)npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent
	$(Q)touch $@

build/interop/node_modules: spec/interop/package-lock.json
	$(Q)mkdir -p $(@D)
	$(Q)cp spec/interop/package.json spec/interop/package-lock.json $(@D)
	$(Q)npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent
	$(Q)touch $@

matrix: ## compile with gcc and clang at -O0 to -O3, and run the C unit tests of each
	@scripts/deps.sh matrix
	@scripts/matrix.sh

lint: ## formatting, static analysis, layers, lists of sources, exported names
	@scripts/deps.sh lint
	@$(SUBMAKE) all
	@CORE_SOURCES='$(CORE_SOURCES)' HTTPD_SOURCES='$(HTTPD_SOURCES)' BUILD=$(BUILD) \
	  FLAGS='$(FLAGS)' scripts/lint.sh

docs: ## build/docs: the reference, the manual page, completion for bash and zsh
	@scripts/deps.sh docs
	@mkdir -p build/docs
	@$(SUBMAKE) all LUA=5.4
	@LUA_CPATH='./build/5.4/?.so;;' lua5.4 scripts/docs.lua > build/docs/reference.html
	@LUA_CPATH='./build/5.4/?.so;;' lua5.4 scripts/man.lua > build/docs/proactive.1
	@PROACTIVE_LUA=lua5.4 bin/proactive completion bash > build/docs/proactive.bash
	@PROACTIVE_LUA=lua5.4 bin/proactive completion zsh > build/docs/_proactive

clean: ## remove everything that was built
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

.PHONY: all rock install-rock install uninstall installed deps demo test portable units fuzzers \
  asan tsan torture fuzz bench soak crash interop browser host matrix lint docs clean help
