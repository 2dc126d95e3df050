/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <sys/wait.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ADDRESS_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(ADDRESS_SANITIZER)
#define ADDRESS_SANITIZER 1
#endif

#ifdef __SANITIZE_THREAD__
/* Else each process would wait for a second at its end. */
extern "C" __attribute__((visibility("default"))) const char *__tsan_default_options() {
    return "atexit_sleep_ms=0";
}
#endif

#define DEFINE(name) decltype(&::name) CAT(api_, name);
FUNCTIONS(DEFINE)

#define NAME_(name) #name
#define NAME(name) NAME_(name)
#define LOAD(name)                                                                                 \
    *reinterpret_cast<void **>(&CAT(api_, name)) = dlsym(library, NAME(name));                     \
    if (!CAT(api_, name)) std::printf("missing: %s\n", NAME(name)), missing = true;

bool load(const char *path) {
    bool missing = false;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) std::printf("%s\n", dlerror());
    if (!library) return false;
    FUNCTIONS(LOAD)
    return !missing;
}

const void *image(unsigned short kind, unsigned capability) {
    static unsigned char bytes[16 + 64 + 8];
    const auto put = [](std::size_t place, auto value) {
        std::memcpy(bytes + place, &value, sizeof value);
    };
    put(0, std::uint32_t(0xba55ed50));
    put(4, std::uint16_t(1));
    put(6, std::uint16_t(16));
    put(8, std::uint64_t(64 + 8));
    put(16, kind);
    put(20, std::uint32_t(64));
    put(24, std::uint64_t(8));
    put(44, capability);
    return bytes;
}

static const char *only = "";
static int failures, passed;

Outcome run_child(const std::function<void()> &body) {
    int ends[2];
    if (pipe(ends)) std::abort();
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        alarm(60);
        body();
        std::exit(0);
    }
    close(ends[1]);
    Outcome outcome = {0, ""};
    char part[4096];
    for (ssize_t n; (n = read(ends[0], part, sizeof part)) > 0;)
        outcome.output.append(part, static_cast<std::size_t>(n));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return outcome;
}

void verdict(const char *name, bool good, const Outcome &outcome) {
    good ? passed++ : failures++;
    if (good && !std::getenv("VERBOSE")) return;
    std::printf("%s %s: exit %d\n%s\n", good ? "ok  " : "FAIL", name, outcome.code,
                outcome.output.c_str());
}

bool is_chosen(const char *name) {
    return std::strstr(name, only) != nullptr;
}

void passes(const char *name, const std::function<void()> &body) {
    if (!is_chosen(name)) return;
    const Outcome outcome = run_child(body);
    verdict(name, outcome.code == 0, outcome);
}

bool mentions(const Outcome &outcome, std::initializer_list<const char *> fragments) {
    for (const char *fragment : fragments)
        if (outcome.output.find(fragment) == std::string::npos) return false;
    return true;
}

void faults(const char *name, std::initializer_list<const char *> fragments,
            const std::function<void()> &body) {
    if (!is_chosen(name)) return;
    const Outcome outcome = run_child(body);
    verdict(name, outcome.code == 99 && mentions(outcome, fragments), outcome);
}

void faults_or_sanitizer(const char *name, std::initializer_list<const char *> fragments,
                         const std::function<void()> &body) {
    if (!is_chosen(name)) return;
#ifdef ADDRESS_SANITIZER
    const Outcome outcome = run_child(body);
    const bool seen = outcome.code != 0 && (mentions(outcome, {"AddressSanitizer"}) ||
                                            mentions(outcome, {": runtime error: "}));
    verdict(name, seen || (outcome.code == 99 && mentions(outcome, fragments)), outcome);
#else
    faults(name, fragments, body);
#endif
}

std::vector<float> ramp(std::size_t count) {
    std::vector<float> values(count);
    for (std::size_t i = 0; i < count; i++) values[i] = static_cast<float>(i);
    return values;
}

bool run_tests(const char *part, const std::function<void()> &tests) {
    only = part;
    tests();
    std::printf("%d passed, %d failed\n", passed, failures);
    return !failures;
}
