# SPDX-License-Identifier: MIT
# A machine without the CUDA toolkit: the project is built with nvcc hidden, and the program says
# what it cannot and computes on the CPU. And a build with kernels where there is no driver.
#
#     sh absent.sh nvcc CMAKE SOURCES BUILD-FOLDER [CMAKE-OPTION...]
#     sh absent.sh driver PROGRAM
# shellcheck shell=sh disable=SC1091,SC2154
# Where nvcc may be, for CMAKE_IGNORE_PATH.
folders_of_nvcc() {
    printf '%s' "/usr/local/cuda/bin${CUDA_PATH:+;$CUDA_PATH/bin}"
    printf '%s\n' "$PATH" | tr : '\n' | while read -r path; do
        [ ! -x "$path/nvcc" ] || printf ';%s' "$path"
    done
}

skip() {
    echo "SKIPPED: $1"
    exit 77
}

case $1 in
nvcc)
    cmake=$2 sources=$3 build=$4
    shift 4
    mkdir -p "$build" || exit 99
    ignored=$(folders_of_nvcc)
    case ";$ignored;" in *";/usr/bin;"*) skip "nvcc is where the compiler is, in /usr/bin" ;; esac
    # Quickly built, and only what is needed.
    set -- -D CMAKE_IGNORE_PATH="$ignored" -D CMAKE_BUILD_TYPE=None -D CMAKE_C_FLAGS=-O0 \
        -D TIGRILLO_TESTS=OFF -D TIGRILLO_EXAMPLES=OFF "$@"
    if ! { "$cmake" -S "$sources" -B "$build" "$@" && "$cmake" --build "$build"; } \
        >"$build/log" 2>&1; then
        cat "$build/log"
        exit 1
    fi
    grep -q 'Without CUDA: ' "$build/log" || {
        echo "FAILED: nvcc was found although it is hidden"
        exit 1
    }
    set -- "$build/cli/tigrillo" - -
    says="cuda: this library was built without CUDA kernels"
    ;;
driver)
    [ ! -e /proc/driver/nvidia ] || skip "this machine has a driver"
    ! PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q 'libcuda\.so\.1' ||
        skip "this machine has libcuda.so.1"
    set -- "$2" - -
    says="cuda: no NVIDIA driver: libcuda.so.1"
    ;;
esac
. "$(dirname "$0")/../cli/support.sh"

unset TIGRILLO_CUDA_LIBRARY TIGRILLO_CUBLAS_LIBRARY
rows rows.csv 60
expect 0 "$tigrillo" --version
has out "tigrillo"
expect 0 "$tigrillo" train rows.csv --hidden 4 --epochs 2 --out m
has out "saved in m"
check test "$(grep -c cuda err)" -eq 0
expect 1 "$tigrillo" train rows.csv --hidden 4 --epochs 2 --device cuda --out refused
has err "tigrillo: $says"
check test ! -e refused
expect 0 "$tigrillo" train rows.csv --hidden 4 --epochs 2 --device auto --out again
has err "computing on the CPU: $says"
check test "$(grep -c 'cuda' err)" -eq 1
check cmp -s m again
expect 0 "$tigrillo" evaluate m rows.csv --device auto
has err "computing on the CPU: $says"
finish
