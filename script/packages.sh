# shellcheck shell=bash
# What the scripts need from the system, and how it gets there.  Sourced, never run.
#
#   want WHAT TEST APT BREW     notes that the packages are missing if the command TEST fails
#   install_wanted              installs what was noted (apt or Homebrew), sudo when not root

wanted_apt=() wanted_brew=() wanted_names=()

want() {
  if eval "$2" > /dev/null 2>&1; then return 0; fi
  wanted_names+=("$1")
  # shellcheck disable=SC2206 # words are meant; macOS' bash 3.2 calls an empty array unbound
  wanted_apt+=($3) wanted_brew+=($4)
}

have() { command -v "$1" > /dev/null 2>&1; }
have_library() { have pkg-config && pkg-config --exists "$1"; }

want_to_build() {
  want "a C compiler" "have cc" "gcc libc6-dev" ""
  want "CMake" "have cmake" "cmake" "cmake"
  want "Ninja" "have ninja" "ninja-build" "ninja"
  want "pkg-config" "have pkg-config" "pkg-config" "pkgconf"
  want "libmicrohttpd" "have_library libmicrohttpd" "libmicrohttpd-dev" "libmicrohttpd"
  want "jansson" "have_library jansson" "libjansson-dev" "jansson"
  want "SQLite" "have_library sqlite3" "libsqlite3-dev" "sqlite"
  want "PCRE2" "have_library libpcre2-8" "libpcre2-dev" "pcre2"
}

# Chart.js comes by npm, or from the distribution where npm is missing.
want_chart() {
  want "Chart.js" "have npm || test -e /usr/share/javascript/chart.js -o -e /usr/share/nodejs/chart.js" \
    "libjs-chart.js" "node"
}

# The GPU lane: kernels are compiled at build time; a device and its driver are the user's.
want_gpu_lane() {
  want "the GPU kernels' compiler" "have glslangValidator" "glslang-tools" "glslang"
  if [ "$(uname -s)" = Darwin ]; then want_spirv_cross
  else want "Vulkan's headers and loader" "test -e /usr/include/vulkan/vulkan_core.h" "libvulkan-dev" ""
  fi
}

# Makes Metal's kernels from the same source; on Linux only for the tests.
want_spirv_cross() {
  want "spirv-cross" "have spirv-cross" "spirv-cross" "spirv-cross"
}

# The translated lane of Linux: a cross compiler for the worker and the translator.
want_translated_lane() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64)
      want "a compiler for arm64" "have aarch64-linux-gnu-gcc" "gcc-aarch64-linux-gnu libc6-dev-arm64-cross" ""
      want "qemu for arm64 programs" "have qemu-aarch64-static || have qemu-aarch64" "qemu-user-static" "" ;;
    Linux-aarch64)
      want "a compiler for x86-64" "have x86_64-linux-gnu-gcc" "gcc-x86-64-linux-gnu libc6-dev-amd64-cross" ""
      want "qemu for x86-64 programs" "have qemu-x86_64-static || have qemu-x86_64" "qemu-user-static" "" ;;
  esac
}

# "libclang-rt-@-dev": clang's runtime for the sanitizers and the fuzzer is packaged by version.
clang_version() { apt-cache depends clang | sed -n 's/^ *Depends: clang-\([0-9]*\)$/\1/p' | head -n 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else echo "Needs root or sudo to install packages: $*" >&2; return 1
  fi
}

install_wanted() {
  [ ${#wanted_names[@]} -gt 0 ] || return 0
  local names
  names=$(IFS=,; echo "${wanted_names[*]}")
  echo "Installing: ${names//,/, }" >&2
  if have apt-get; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
      "${wanted_apt[@]//@/$(clang_version)}" > /dev/null
  elif have brew; then
    [ ${#wanted_brew[@]} -eq 0 ] || brew install --quiet "${wanted_brew[@]}" >&2
    have cc || { echo "Install Apple's command line tools first: xcode-select --install" >&2; return 1; }
  else
    echo "Neither apt-get nor Homebrew is here; install by hand: ${wanted_names[*]}" >&2
    return 1
  fi
}
