/* SPDX-License-Identifier: MIT */
/* Kernels with one fault each. */
#include "harness.h"

static void write_at(std::size_t count, long long place) {
    Session s;
    const CUdeviceptr x = s.floats(count);
    s.launch("write_at", 1, 32, x, place);
    s.wait();
}

static void read_at(std::size_t count, long long place) {
    Session s;
    const CUdeviceptr x = s.floats(count), y = s.floats(1);
    s.launch("read_at", 1, 1, x, place, y);
    s.wait();
}

template <class... Arguments>
static void run_kernel(const char *name, unsigned threads, Arguments... arguments) {
    Session s;
    s.launch(name, 1, threads, arguments..., s.floats(1024));
    s.wait();
}

static void test_faulty_kernels() {
    faults_or_sanitizer("write into the padding",
                        {"out of bounds", "0 bytes past the end of device allocation #1 (40 bytes)",
                         "kernel write_at"},
                        [] { write_at(10, 10); });
    faults_or_sanitizer("write before the padding",
                        {"out of bounds", "4 bytes before device allocation #1 (40 bytes)"},
                        [] { write_at(10, -1); });
    faults_or_sanitizer("write behind the padding",
                        {"out of bounds", "216 bytes past the end of device allocation #1",
                         "kernel write_at, block (0,0,0), thread (3,0,0)", "kernels.cu:"},
                        [] { write_at(10, 64); });
    faults_or_sanitizer(
        "read behind an allocation without padding",
        {"out of bounds", "0 bytes past the end of device allocation #1", "kernel read_at"},
        [] { read_at(64, 64); });
    faults_or_sanitizer("read where nothing is",
                        {"out of bounds", "no device allocation", "read_at"},
                        [] { read_at(64, 1ll << 30); });
    faults_or_sanitizer("null pointer", {"signal 11", "kernel read_at", "kernels.cu:"}, [] {
        Session s;
        s.launch("read_at", 1, 1, CUdeviceptr(0), 1ll, s.floats(1));
        s.wait();
    });
    faults_or_sanitizer(
        "use after free", {"device allocation #1", "which was freed", "read_at"}, [] {
            Session s;
            const CUdeviceptr x = s.floats(4), y = s.floats(1);
            OK(cuMemFree, x);
            /* By way of another pointer: one to freed memory would not be launched. */
            s.launch("read_at", 1, 1, y,
                     (static_cast<long long>(x) - static_cast<long long>(y)) / 4, y);
            s.wait();
        });
    faults("argument that was freed", {"argument 1 of kernel write_at", "which was freed"}, [] {
        Session s;
        const CUdeviceptr x = s.floats(4);
        OK(cuMemFree, x);
        s.launch("write_at", 1, 32, x, 0ll);
    });
    faults("argument on the host", {"argument 1 of kernel write_at", "no device allocation"}, [] {
        Session s;
        float host = 0;
        s.launch("write_at", 1, 32, &host, 0ll);
    });
    faults_or_sanitizer("write behind shared memory",
                        {"beside shared memory", "kernels.cu:", "kernel write_shared_at"},
                        [] { run_kernel("write_shared_at", 1, 8); });
    faults_or_sanitizer("write before shared memory", {"beside shared memory"},
                        [] { run_kernel("write_shared_at", 1, -1); });
    faults_or_sanitizer("write between shared arrays", {"beside shared memory"},
                        [] { run_kernel("write_other_shared_at", 8, 9); });
    faults_or_sanitizer("write before shared arrays", {"beside shared memory"},
                        [] { run_kernel("write_other_shared_at", 8, -2); });
    passes("write into shared memory", [] {
        run_kernel("write_other_shared_at", 8, 7);
        _exit(0);
    });
    faults("barrier that a thread does not reach",
           {"barrier not reached by all: 1 of 64 threads",
            "kernels.cu:", "kernel ends_before_barrier"},
           [] { Session().run("ends_before_barrier", 64); });
    faults("divergent barrier", {"divergent barrier: thread 0 waits at", "thread 7 at"},
           [] { Session().run("two_barriers", 64); });
    faults("shuffle that lanes do not reach", {"deadlock", "kernels.cu:"},
           [] { Session().run("shuffle_in_part", 32); });
    faults("lanes in different shuffles", {"warp collective: lane", "__shfl_xor_sync()"},
           [] { Session().run("two_shuffles", 32); });
    faults("lanes with different masks",
           {"warp collective: lane", "mask 000000ff", "mask ffffffff"},
           [] { Session().run("two_masks", 32); });
    faults("lane outside of its own mask", {"which leaves it out", "__any_sync()"},
           [] { Session().run("not_in_own_mask", 32); });
    faults("shuffle from outside of the mask", {"reads lane 20, which is not in the mask"},
           [] { run_kernel("read_lane", 32, 0xffffu, 20); });
    faults("shuffle from where no lane is", {"reads lane 20, which has ended or never was"},
           [] { run_kernel("read_lane", 16, 0xffffffffu, 20); });
    faults("shuffle with a wrong width", {"width of 12"}, [] { Session().run("bad_width", 32); });
    faults("barrier against warp", {"deadlock"}, [] { Session().run("barrier_against_warp", 32); });
    faults_or_sanitizer("too large an array", {"signal 11", "kernel large_array"},
                        [] { run_kernel("large_array", 1, 0); });
    faults("trap", {"__trap()", "thread (2,0,0)"}, [] { Session().run("traps", 4); });
}

/* ---- Races: the thread sanitizer's to see, once told what orders what ---- */

static void is_race(const char *kernel, unsigned blocks, unsigned threads) {
#ifdef __SANITIZE_THREAD__
    if (!is_chosen(kernel)) return;
    const Outcome outcome = run_child([=] {
        Session s;
        s.launch(kernel, blocks, threads, s.floats(1024));
        s.wait();
        _exit(0);
    });
    verdict(kernel, mentions(outcome, {"data race", kernel}), outcome);
#else
    (void)kernel, (void)blocks, (void)threads;
#endif
}

static void test_races() {
    is_race("race_in_block", 1, 64);
    is_race("race_in_warp", 1, 32);
    is_race("race_between_blocks", 2, 1);
}

void kernel_fault_tests() {
    test_faulty_kernels();
    test_races();
}
