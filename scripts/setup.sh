#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs what is missing to build Tigrillo, from the system's packages; with --tests also what its
# tests need. Other scripts source it, for the variables with which CMake finds Homebrew's packages.
# Tried on Debian; written by the package lists of Ubuntu, Fedora and Homebrew.
set -euo pipefail

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        echo "as root: $*"
        sudo "$@"
    fi
}

# Leaves in `missing` those of the packages for which the command (with the name behind it) fails.
find_missing() {
    local command=$1 package
    shift
    missing=()
    for package in "$@"; do
        $command "$package" >/dev/null 2>&1 || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then echo "Missing: ${missing[*]}"; fi
}

apt_installed() {
    dpkg-query --show --showformat '${Status}' "$1" | grep -q 'ok installed'
}

apt_install() {
    find_missing apt_installed "$@"
    if [ ${#missing[@]} -gt 0 ]; then
        as_root apt-get update -qq
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
            --no-install-recommends "${missing[@]}" >/dev/null
    fi
}

# Numbers in files have a decimal point also in a locale with a comma, which the tests set.
make_locale() {
    if ! locale -a | grep -qi 'de_DE.utf-*8'; then as_root localedef -i de_DE -f UTF-8 de_DE.UTF-8; fi
}

setup_apt() {
    local package packages=(gcc libc6-dev cmake ninja-build pkg-config libopenblas-dev
        libjansson-dev zlib1g-dev libpopt-dev libstb-dev)
    if [ "$1" != --tests ]; then
        apt_install "${packages[@]}"
        return
    fi
    apt_install "${packages[@]}" g++ libcmocka-dev clang clang-format clang-tidy cppcheck valgrind \
        gcovr shellcheck curl groff-base dpkg-dev doxygen locales python3-venv \
        python3-numpy
    make_locale
    # Some releases of Ubuntu are without these.
    for package in libclang-rt-dev python3-torch gcc-arm-none-eabi qemu-system-arm lld nodejs \
        chromium; do
        apt_install "$package" || echo "There is no $package here: what needs it is not tested."
    done
}

setup_dnf() {
    local packages=(gcc cmake ninja-build pkgconf-pkg-config openblas-devel jansson-devel zlib-devel
        popt-devel stb_image-devel stb_image_write-devel)
    if [ "$1" = --tests ]; then
        packages+=(gcc-c++ libasan libubsan libcmocka-devel clang clang-tools-extra compiler-rt
            cppcheck valgrind gcovr ShellCheck curl doxygen glibc-langpack-de groff-base python3
            python3-numpy python3-torch)
    fi
    # zlib-devel may be provided by another package, which only --whatprovides knows.
    find_missing "rpm -q --whatprovides" "${packages[@]}"
    if [ ${#missing[@]} -gt 0 ]; then as_root dnf install -y "${missing[@]}"; fi
}

# Homebrew has no package of stb: these are two of its headers, at a fixed commit.
fetch_stb() {
    local name to=$1
    for name in stb_image.h stb_image_write.h; do
        [ ! -f "$to/$name" ] || continue
        echo "Missing: $to/$name"
        curl --fail --silent --show-error --location --output "$to/$name.part" \
            "https://raw.githubusercontent.com/nothings/stb/f1c79c02822848a9bed4315b12c8c8f3761e1296/$name"
        mv "$to/$name.part" "$to/$name"
    done
}

setup_brew() {
    local packages=(cmake ninja pkgconf openblas jansson popt)
    if [ "$1" = --tests ]; then packages+=(cmocka llvm cppcheck doxygen gcovr shellcheck groff numpy pytorch); fi
    if ! command -v cc >/dev/null; then
        echo "setup.sh: there is no compiler: install one with xcode-select --install" >&2
        exit 1
    fi
    find_missing "brew list --versions" "${packages[@]}"
    if [ ${#missing[@]} -gt 0 ]; then brew install "${missing[@]}"; fi
    # OpenBLAS is not linked into Homebrew's common folders.
    PKG_CONFIG_PATH=$(brew --prefix openblas)/lib/pkgconfig:${PKG_CONFIG_PATH:-}
    CMAKE_PREFIX_PATH=$(brew --prefix):${CMAKE_PREFIX_PATH:-}
    export PKG_CONFIG_PATH CMAKE_PREFIX_PATH
    fetch_stb "$(brew --prefix)/include"
}

setup() {
    case ${1:-} in
        '' | --tests) ;;
        *)
            echo "usage: scripts/setup.sh [--tests]" >&2
            exit 2
            ;;
    esac
    if command -v apt-get >/dev/null; then
        setup_apt "${1:-}"
    elif command -v dnf >/dev/null; then
        setup_dnf "${1:-}"
    elif command -v brew >/dev/null; then
        setup_brew "${1:-}"
    else
        echo "setup.sh: found none of apt-get, dnf and brew; README.md says what to install" >&2
        exit 1
    fi
    echo "Everything that is needed is installed."
}

setup "$@"
