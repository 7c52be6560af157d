# Builds, tests and checks proactive. `make help` lists the targets.
#
# LUA chooses the interpreter: 5.4 (default), jit, 5.1, 5.2, 5.3. Each has its own folder, build/$(LUA),
# because a module built for one must never be loaded by another.

LUA    ?= 5.4
CC     ?= cc
CFLAGS ?= -O2 -g
BUILD  ?= build/$(LUA)

# --- sources: the one list; `make lint` compares it with the rockspecs and with what is on disk ------

HTTPD_ONLY   := httpd.c lhttpd.c
CORE_SOURCES := $(sort $(filter-out $(HTTPD_ONLY),$(notdir $(wildcard csrc/*.c))))
HTTPD_SOURCES := buf.c $(HTTPD_ONLY)

# --- where things are: pkg-config where it knows them, the names Debian uses otherwise ---------------

lua_package = $(if $(filter jit,$(LUA)),luajit,lua$(LUA))
lua_include = $(if $(filter jit,$(LUA)),/usr/include/luajit-2.1,/usr/include/lua$(LUA))
pkg = $(shell pkg-config --$(1) $(2) 2>/dev/null || echo '$(3)')

LUA_BIN      ?= $(if $(filter jit,$(LUA)),luajit,lua$(LUA))
LUA_CFLAGS   ?= $(call pkg,cflags,$(lua_package),-I$(lua_include))
CORE_CFLAGS  ?= $(call pkg,cflags,libcurl)
CORE_LIBS    ?= $(call pkg,libs,libcurl,-lcurl) -lcjson
HTTPD_CFLAGS ?= $(call pkg,cflags,libmicrohttpd)
HTTPD_LIBS   ?= $(call pkg,libs,libmicrohttpd,-lmicrohttpd)

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror
FLAGS     = -std=c11 -D_GNU_SOURCE $(WARNINGS) -fPIC -fvisibility=hidden -pthread -MMD -MP

# -z nodelete: closing a Lua state must not unmap code that libcurl or OpenSSL may call at exit.
SHARED := $(if $(filter Darwin,$(shell uname -s)),-bundle -undefined dynamic_lookup,\
            -shared -Wl,-z,nodelete)

# --- the two modules -----------------------------------------------------------------------------

all: $(BUILD)/proactive/core.so $(BUILD)/proactive/httpd.so

core_objects  := $(CORE_SOURCES:%.c=$(BUILD)/obj/%.o)
httpd_objects := $(HTTPD_SOURCES:%.c=$(BUILD)/obj/%.o)

$(BUILD)/proactive/core.so: $(core_objects)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SHARED) -pthread -o $@ $^ $(LDFLAGS) $(CORE_LIBS)

$(BUILD)/proactive/httpd.so: $(httpd_objects)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SHARED) -o $@ $^ $(LDFLAGS) $(HTTPD_LIBS)

$(BUILD)/obj/%.o: csrc/%.c
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(CFLAGS) $(LUA_CFLAGS) $(CORE_CFLAGS) $(HTTPD_CFLAGS) -c -o $@ $<

-include $(wildcard $(BUILD)/obj/*.d)

clean:
	rm -rf build

.PHONY: all clean
