/* SPDX-License-Identifier: MIT */
/* The PTX interpreter: instructions against C++, what nvcc makes of functions against what the
 * host's compiler makes of them, and faults, each of which must be found.
 *
 *     ptx_test kernels.fatbin      (ptx/kernels.cu by nvcc -fatbin -no-compress -fmad=false
 * -lineinfo)
 */
#include <cfenv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "ptx/functions.h"
#include "runtime/executor.h"
#include "runtime/memory.h"
#include "runtime/ptx_executor.h"
#include "runtime/report.h"

static int checks, failures;

static void check(bool right, const std::string &what) {
    checks++;
    if (right) return;
    failures++;
    printf("FAILED: %s\n", what.c_str());
}

static std::string image;

/* ---- Kernels, on memory of the device ---- */

template <class T> class Device {
  public:
    explicit Device(size_t count) : data(static_cast<T *>(memory_allocate(count * sizeof(T)))) {
    }
    explicit Device(const std::vector<T> &values) : Device(values.size()) {
        memcpy(data, values.data(), values.size() * sizeof(T));
        memory_mark_written(data, values.size() * sizeof(T));
    }
    Device(const Device &) = delete;
    Device &operator=(const Device &) = delete;
    ~Device() {
        memory_free(data);
    }
    std::vector<T> values(size_t count) const {
        return std::vector<T>(data, data + count);
    }
    T *data;
};

template <class... Arguments>
static void launch_shared(const char *name, Dimensions grid, Dimensions block, unsigned shared,
                          Arguments... arguments) {
    Kernel *const kernel = executor_find(name);
    if (!kernel) {
        check(false, std::string("there is no kernel ") + name);
        return;
    }
    void *pointers[] = {&arguments...};
    executor_bind(*kernel, {grid, block, shared}, pointers)();
}

template <class... Arguments>
static void launch(const char *name, unsigned blocks, unsigned threads, Arguments... arguments) {
    launch_shared(name, {blocks, 1, 1}, {threads, 1, 1}, 0, arguments...);
}

/* ---- Single instructions ---- */

static uint64_t random_state = 1;
static uint64_t random_number() {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state ^ random_state >> 29;
}

template <class T> static T of_bits(uint64_t bits) {
    T value;
    memcpy(&value, &bits, sizeof value);
    return value;
}
template <class T> static uint64_t to_bits(T value) {
    uint64_t bits = 0;
    memcpy(&bits, &value, sizeof value);
    return bits;
}

/* Edges, and anything. */
static uint64_t sample(const std::string &type) {
    static const uint64_t edges[] = {0,
                                     1,
                                     2,
                                     3,
                                     31,
                                     32,
                                     33,
                                     63,
                                     64,
                                     127,
                                     128,
                                     255,
                                     256,
                                     0x7fff,
                                     0x8000,
                                     0xffff,
                                     0x7fffffff,
                                     0x80000000,
                                     0xffffffff,
                                     0x7fffffffffffffff,
                                     0x8000000000000000,
                                     ~0ull,
                                     ~1ull};
    static const float floats[] = {0.0f,   -0.0f,  1.0f,   -1.0f,    0.5f,      1.5f,    2.5f,
                                   -2.5f,  0.1f,   3e38f,  1e-38f,   1e-42f,    -1e-42f, 1e10f,
                                   -1e10f, 255.5f, 4.3e9f, INFINITY, -INFINITY, NAN};
    const uint64_t number = random_number();
    const bool edge = number % 3 == 0;
    if (type == "f32") {
        if (edge) return to_bits(floats[number / 3 % std::size(floats)]);
        return to_bits(std::ldexp(static_cast<float>(static_cast<int32_t>(number >> 16)),
                                  static_cast<int>(number % 61) - 60));
    }
    if (type == "f64") {
        if (edge) return to_bits(static_cast<double>(floats[number / 3 % std::size(floats)]));
        return to_bits(std::ldexp(static_cast<double>(static_cast<int32_t>(number >> 16)),
                                  static_cast<int>(number % 121) - 90));
    }
    return edge ? edges[number / 3 % std::size(edges)] : random_number() >> number % 50;
}

enum { SAMPLES = 600 };

/* The text uses %a, %b, %c, %d of `type_in`, %p and %q, whether bits 0 and 1 of %d are set, and
 * makes %z of `type_out`. `expected` gets the bits of a, b, c, d. */
static void instruction(const char *type_in, const char *type_out, const std::string &text,
                        const std::function<uint64_t(const uint64_t *)> &expected,
                        const std::function<bool(uint64_t, uint64_t)> &same = nullptr) {
    static int number;
    const std::string name = "instruction_" + std::to_string(number++);
    const std::string in = type_in, out = type_out;
    const std::string ptx =
        ".version 7.0\n.target sm_75\n.address_size 64\n.visible .entry " + name +
        "(.param .u64 from, .param .u64 to) {\n.reg .pred %p, %q;\n.reg ." + in +
        " %a, %b, %c, %d;\n.reg ." + out +
        " %z;\n.reg .b64 %f, %t;\n.reg .b32 %i, %m;\n.reg .b32 %w<9>;\n.reg .pred %v<9>;\n"
        "ld.param.u64 %f, [from];\nld.param.u64 %t, [to];\nmov.u32 %i, %tid.x;\n"
        "mad.wide.u32 %t, %i, 8, %t;\nmad.wide.u32 %f, %i, 32, %f;\n"
        "ld.global." +
        in + " %a, [%f];\nld.global." + in + " %b, [%f+8];\nld.global." + in +
        " %c, [%f+16];\nld.global." + in +
        " %d, [%f+24];\nld.global.u32 %m, [%f+24];\n"
        "and.b32 %i, %m, 1;\nsetp.ne.u32 %p, %i, 0;\nand.b32 %i, %m, 2;\nsetp.ne.u32 %q, %i, 0;\n" +
        text + "\nst.global." + out + " [%t], %z;\nret;\n}\n";
    check(executor_load(ptx.c_str()), "loads: " + text);
    std::vector<uint64_t> values(SAMPLES * 4);
    for (uint64_t &value : values) value = sample(in);
    const Device<uint64_t> from(values), to(std::vector<uint64_t>(SAMPLES, 0));
    launch(name.c_str(), 1, SAMPLES, from.data, to.data);
    for (size_t i = 0; i < SAMPLES; i++) {
        const uint64_t right = expected(&values[i * 4]), made = to.data[i];
        if (same ? same(right, made) : right == made) continue;
        char message[300];
        snprintf(message, sizeof message, "%s: of %llx %llx %llx %llx %llx, not %llx", text.c_str(),
                 static_cast<unsigned long long>(values[i * 4]),
                 static_cast<unsigned long long>(values[i * 4 + 1]),
                 static_cast<unsigned long long>(values[i * 4 + 2]),
                 static_cast<unsigned long long>(values[i * 4 + 3]),
                 static_cast<unsigned long long>(made), static_cast<unsigned long long>(right));
        check(false, message);
        return;
    }
    check(true, text);
}

/* expected(a, b, c, d) of type T, making an R. */
template <class R, class T, class Function>
static void typed(const char *in, const char *out, const std::string &text, Function expected) {
    instruction(in, out, text, [expected](const uint64_t *v) {
        return to_bits<R>(static_cast<R>(
            expected(of_bits<T>(v[0]), of_bits<T>(v[1]), of_bits<T>(v[2]), of_bits<T>(v[3]))));
    });
}

#define UNSIGNED_32(text, expression)                                                              \
    typed<uint32_t, uint32_t>("u32", "u32", text,                                                  \
                              [](uint32_t a, uint32_t b, uint32_t c, uint32_t d) -> uint32_t {     \
                                  (void)a, (void)b, (void)c, (void)d;                              \
                                  return static_cast<uint32_t>(expression);                        \
                              })
#define SIGNED_32(text, expression)                                                                \
    typed<int32_t, int32_t>("s32", "s32", text,                                                    \
                            [](int64_t a, int64_t b, int64_t c, int64_t d) -> int32_t {            \
                                (void)a, (void)b, (void)c, (void)d;                                \
                                return static_cast<int32_t>(expression);                           \
                            })
#define UNSIGNED_64(text, expression)                                                              \
    typed<uint64_t, uint64_t>("u64", "u64", text,                                                  \
                              [](uint64_t a, uint64_t b, uint64_t c, uint64_t d) -> uint64_t {     \
                                  (void)a, (void)b, (void)c, (void)d;                              \
                                  return static_cast<uint64_t>(expression);                        \
                              })
#define SIGNED_64(text, expression)                                                                \
    typed<int64_t, int64_t>("s64", "s64", text,                                                    \
                            [](int64_t a, int64_t b, int64_t c, int64_t d) -> int64_t {            \
                                (void)a, (void)b, (void)c, (void)d;                                \
                                return static_cast<int64_t>(expression);                           \
                            })
#define SIGNED_16(text, expression)                                                                \
    typed<int16_t, int16_t>("s16", "s16", text, [](int a, int b, int c, int d) -> int16_t {        \
        (void)a, (void)b, (void)c, (void)d;                                                        \
        return static_cast<int16_t>(expression);                                                   \
    })

static uint32_t bits_of_field(uint64_t v, uint32_t start, uint32_t count) {
    start &= 255;
    count &= 255;
    if (start > 31 || count == 0) return 0;
    const uint64_t shifted = (v & 0xffffffff) >> start;
    return static_cast<uint32_t>(count >= 32 ? shifted : shifted & ((1ull << count) - 1));
}

__extension__ typedef __int128 Integer128;
__extension__ typedef unsigned __int128 Unsigned128;

static void test_integers() {
    UNSIGNED_32("add.u32 %z, %a, %b;", a + b);
    UNSIGNED_32("sub.u32 %z, %a, 7;", a - 7);
    SIGNED_32("add.sat.s32 %z, %a, %b;",
              std::min<int64_t>(std::max<int64_t>(a + b, INT32_MIN), INT32_MAX));
    SIGNED_32("sub.sat.s32 %z, %a, %b;",
              std::min<int64_t>(std::max<int64_t>(a - b, INT32_MIN), INT32_MAX));
    UNSIGNED_32("mul.lo.u32 %z, %a, %b;", a * b);
    UNSIGNED_32("mul.hi.u32 %z, %a, %b;", (uint64_t)a * b >> 32);
    SIGNED_32("mul.hi.s32 %z, %a, %b;", a * b >> 32);
    UNSIGNED_32("mad.lo.u32 %z, %a, %b, %c;", a * b + c);
    UNSIGNED_32("mad.hi.u32 %z, %a, %b, %c;", ((uint64_t)a * b >> 32) + c);
    SIGNED_32("mad.hi.s32 %z, %a, %b, %c;", (a * b >> 32) + c);
    typed<uint64_t, uint32_t>(
        "u32", "u64", "mul.wide.u32 %z, %a, %b;",
        [](uint32_t a, uint32_t b, uint32_t, uint32_t) { return (uint64_t)a * b; });
    typed<int64_t, int32_t>("s32", "s64", "mul.wide.s32 %z, %a, %b;",
                            [](int32_t a, int32_t b, int32_t, int32_t) { return (int64_t)a * b; });
    typed<int32_t, int16_t>("s16", "s32", "mul.wide.s16 %z, %a, %b;",
                            [](int a, int b, int, int) { return a * b; });
    UNSIGNED_64("add.u64 %z, %a, %b;", a + b);
    UNSIGNED_64("mul.lo.u64 %z, %a, %b;", a * b);
    UNSIGNED_64("mul.hi.u64 %z, %a, %b;", (Unsigned128)a * b >> 64);
    SIGNED_64("mul.hi.s64 %z, %a, %b;", (Integer128)a * b >> 64);
    UNSIGNED_64("mad.lo.u64 %z, %a, %b, %c;", a * b + c);
    SIGNED_16("add.s16 %z, %a, %b;", a + b);
    SIGNED_16("mul.lo.s16 %z, %a, %b;", a * b);
    SIGNED_16("sub.s16 %z, %a, %b;", a - b);
    UNSIGNED_32("div.u32 %z, %a, %b;", b ? a / b : ~0u);
    UNSIGNED_32("rem.u32 %z, %a, %b;", b ? a % b : ~0u);
    SIGNED_32("div.s32 %z, %a, %b;", b ? a / b : -1);
    SIGNED_32("rem.s32 %z, %a, %b;", b ? a % b : -1);
    SIGNED_64("div.s64 %z, %a, %b;", !b ? -1 : b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b);
    UNSIGNED_64("rem.u64 %z, %a, %b;", b ? a % b : ~0ull);
    UNSIGNED_32("min.u32 %z, %a, %b;", a < b ? a : b);
    SIGNED_32("max.s32 %z, %a, %b;", a > b ? a : b);
    SIGNED_64("min.s64 %z, %a, %b;", a < b ? a : b);
    SIGNED_16("max.s16 %z, %a, %b;", a > b ? a : b);
    SIGNED_32("abs.s32 %z, %a;", a < 0 ? -a : a);
    SIGNED_32("neg.s32 %z, %a;", -a);
    UNSIGNED_32("sad.u32 %z, %a, %b, %c;", (a > b ? a - b : b - a) + c);
    UNSIGNED_32("and.b32 %z, %a, %b;", a & b);
    UNSIGNED_32("or.b32 %z, %a, %b;", a | b);
    UNSIGNED_64("xor.b64 %z, %a, %b;", a ^ b);
    UNSIGNED_64("not.b64 %z, %a;", ~a);
    UNSIGNED_32("cnot.b32 %z, %a;", a == 0);
    UNSIGNED_32("shl.b32 %z, %a, %b;", b < 32 ? a << b : 0);
    UNSIGNED_32("shr.u32 %z, %a, %b;", b < 32 ? a >> b : 0);
    SIGNED_32("shr.s32 %z, %a, %b;", a >> ((uint64_t)(uint32_t)b < 32 ? b : 31));
    UNSIGNED_32("shf.l.wrap.b32 %z, %a, %b, %c;", ((uint64_t)b << 32 | a) << (c & 31) >> 32);
    UNSIGNED_32("shf.r.wrap.b32 %z, %a, %b, %c;", ((uint64_t)b << 32 | a) >> (c & 31));
    UNSIGNED_32("shf.l.clamp.b32 %z, %a, %b, %c;",
                c >= 32 ? a : ((uint64_t)b << 32 | a) << c >> 32);
    UNSIGNED_32("shf.r.clamp.b32 %z, %a, %b, %c;", c >= 32 ? b : ((uint64_t)b << 32 | a) >> c);
    UNSIGNED_32("popc.b32 %z, %a;", __builtin_popcount(a));
    UNSIGNED_32("clz.b32 %z, %a;", a ? __builtin_clz(a) : 32);
    UNSIGNED_32("brev.b32 %z, %a;\nshr.u32 %z, %z, 4;\nbrev.b32 %z, %z;", a << 4);
    UNSIGNED_32("bfind.u32 %z, %a;", a ? 31 - __builtin_clz(a) : -1);
    UNSIGNED_32("bfind.shiftamt.u32 %z, %a;", a ? __builtin_clz(a) : -1);
    SIGNED_32("bfind.s32 %z, %a;",
              (uint32_t)(a < 0 ? ~a : a) ? 31 - __builtin_clz((uint32_t)(a < 0 ? ~a : a)) : -1);
    UNSIGNED_32("bfe.u32 %z, %a, %b, %c;", bits_of_field(a, b, c));
    SIGNED_32("bfe.s32 %z, %a, 8, 5;", (int32_t)((uint32_t)a << 19) >> 27);
    SIGNED_32("bfe.s32 %z, %a, 28, 9;", (int32_t)a >> 28);
    UNSIGNED_32("bfi.b32 %z, %a, %b, 8, 5;", (b & ~0x1f00u) | (a & 31) << 8);
    UNSIGNED_32("lop3.b32 %z, %a, %b, %c, 0x96;", a ^ b ^ c);
    UNSIGNED_32("lop3.b32 %z, %a, %b, %c, 0xca;", (a & b) | (~a & c));
    UNSIGNED_32("prmt.b32 %z, %a, %b, 0x5140;",
                (a & 255) | (b & 255) << 8 | (a & 0xff00) << 8 | (b & 0xff00) << 16);
    UNSIGNED_32("prmt.b32 %z, %a, %b, 0x888f;", (b >> 31 ? 255u : 0) | (a & 128 ? 0xffffff00u : 0));
    UNSIGNED_32("dp4a.u32.u32 %z, %a, %b, %c;",
                c + (a & 255) * (b & 255) + (a >> 8 & 255) * (b >> 8 & 255) +
                    (a >> 16 & 255) * (b >> 16 & 255) + (a >> 24) * (b >> 24));
    SIGNED_32("dp4a.s32.s32 %z, %a, %b, %c;",
              c + (int8_t)a * (int8_t)b + (int8_t)(a >> 8) * (int8_t)(b >> 8) +
                  (int8_t)(a >> 16) * (int8_t)(b >> 16) + (int8_t)(a >> 24) * (int8_t)(b >> 24));
    UNSIGNED_32("add.cc.u32 %w0, %a, %b;\naddc.u32 %z, %c, %d;", c + d + (((uint64_t)a + b) >> 32));
    UNSIGNED_32("sub.cc.u32 %w0, %a, %b;\nsubc.u32 %z, %c, %d;", c - d - (a < b));
    UNSIGNED_32("mad.lo.cc.u32 %w0, %a, %b, %c;\nmadc.hi.u32 %z, %a, %b, %d;",
                ((uint64_t)a * b >> 32) + d + (((uint64_t)(a * b) + c) >> 32));
}

static void test_comparisons() {
    UNSIGNED_32("setp.lt.u32 %v0, %a, %b;\nselp.b32 %z, %c, %d, %v0;", a < b ? c : d);
    SIGNED_32("setp.ge.and.s32 %v0|%v1, %a, %b, %p;\nselp.b32 %w0, 1, 0, %v0;\nselp.b32 %w1, 2, 0, "
              "%v1;\nor.b32 %z, %w0, %w1;",
              (a >= b && (d & 1)) + 2 * (!(a >= b) && (d & 1)));
    SIGNED_32("setp.eq.or.s32 %v0, %a, 1, !%q;\nselp.b32 %z, 5, 6, %v0;",
              a == 1 || !(d & 2) ? 5 : 6);
    SIGNED_32("setp.ne.xor.s32 %v0, %a, 1, %q;\n@%v0 bra L;\nmov.b32 %z, 5;\nbra E;\nL: mov.b32 "
              "%z, 6;\nE:",
              (a != 1) != !!(d & 2) ? 6 : 5);
    UNSIGNED_32("setp.hi.u32 %v0, %a, %b;\nselp.u32 %z, 1, 2, %v0;", a > b ? 1 : 2);
    UNSIGNED_32("set.lt.u32.u32 %z, %a, %b;", a < b ? ~0u : 0);
    UNSIGNED_32("slct.u32.s32 %z, %a, %b, %c;", (int32_t)c >= 0 ? a : b);
    UNSIGNED_32("and.pred %v0, %p, %q;\nxor.pred %v1, %v0, %p;\nnot.pred %v2, %v1;\nmov.pred %v3, "
                "%v2;\nselp.u32 %z, 1, 2, %v3;",
                (d & 1) && !(d & 2) ? 2 : 1);
    UNSIGNED_32("@!%p bra L;\nmov.u32 %z, 1;\nbra.uni E;\nL:\nmov.u32 %z, 2;\nE:", d & 1 ? 1 : 2);
    struct {
        const char *name;
        bool (*holds)(float, float);
    } const comparisons[] = {
        {"eq", [](float a, float b) { return a == b; }},
        {"ne", [](float a, float b) { return a < b || a > b; }},
        {"lt", [](float a, float b) { return a < b; }},
        {"le", [](float a, float b) { return a <= b; }},
        {"gt", [](float a, float b) { return a > b; }},
        {"ge", [](float a, float b) { return a >= b; }},
        {"equ", [](float a, float b) { return !(a < b || a > b); }},
        {"neu", [](float a, float b) { return a != b; }},
        {"ltu", [](float a, float b) { return !(a >= b); }},
        {"leu", [](float a, float b) { return !(a > b); }},
        {"gtu", [](float a, float b) { return !(a <= b); }},
        {"geu", [](float a, float b) { return !(a < b); }},
        {"num", [](float a, float b) { return a == a && b == b; }},
        {"nan", [](float a, float b) { return a != a || b != b; }},
    };
    for (const auto &comparison : comparisons)
        typed<uint32_t, float>(
            "f32", "u32",
            std::string("setp.") + comparison.name + ".f32 %v0, %a, %b;\nselp.u32 %z, 1, 0, %v0;",
            [&](float a, float b, float, float) { return comparison.holds(a, b) ? 1u : 0u; });
}

/* NaN are all alike, unless `exact`. */
static bool same_float(uint64_t a, uint64_t b) {
    return a == b || (std::isnan(of_bits<float>(a)) && std::isnan(of_bits<float>(b)));
}
static bool same_double(uint64_t a, uint64_t b) {
    return a == b || (std::isnan(of_bits<double>(a)) && std::isnan(of_bits<double>(b)));
}

static void floats(const std::string &text, float (*expected)(float, float, float)) {
    instruction(
        "f32", "f32", text,
        [expected](const uint64_t *v) {
            return to_bits(
                expected(of_bits<float>(v[0]), of_bits<float>(v[1]), of_bits<float>(v[2])));
        },
        same_float);
}
static void doubles(const std::string &text, double (*expected)(double, double, double)) {
    instruction(
        "f64", "f64", text,
        [expected](const uint64_t *v) {
            return to_bits(
                expected(of_bits<double>(v[0]), of_bits<double>(v[1]), of_bits<double>(v[2])));
        },
        same_double);
}

/* Sums in another rounding mode, from what is exact in long double. */
static float directed(long double exact, int direction) {
    const float near = static_cast<float>(exact);
    if (std::isinf(near) && std::isfinite(exact) && (direction < 0) == (near > 0))
        return std::copysign(std::numeric_limits<float>::max(), near);
    if (!std::isfinite(near) || static_cast<long double>(near) == exact) return near;
    const bool up = direction > 0 || (direction == 0 && exact < 0);
    if (up) return static_cast<long double>(near) > exact ? near : std::nextafter(near, INFINITY);
    return static_cast<long double>(near) < exact ? near : std::nextafter(near, -INFINITY);
}

static float flush(float v) {
    return std::fpclassify(v) == FP_SUBNORMAL ? std::copysign(0.0f, v) : v;
}

static void test_floats() {
    floats("add.f32 %z, %a, %b;", [](float a, float b, float) { return a + b; });
    floats("add.rn.f32 %z, %a, 0f3F800000;", [](float a, float, float) { return a + 1; });
    floats("sub.ftz.f32 %z, %a, %b;",
           [](float a, float b, float) { return flush(flush(a) - flush(b)); });
    floats("mul.ftz.f32 %z, %a, 0f00800000;",
           [](float a, float, float) { return flush(flush(a) * 0x1p-126f); });
    floats("mul.f32 %z, %a, %b;", [](float a, float b, float) { return a * b; });
    floats("mul.sat.f32 %z, %a, %b;", [](float a, float b, float) {
        return a * b > 1 ? 1 : a * b > 0 ? a * b : 0;
    });
    floats("fma.rn.f32 %z, %a, %b, %c;",
           [](float a, float b, float c) { return std::fma(a, b, c); });
    floats("mul.rz.f32 %z, %a, %b;", [](float a, float b, float) {
        const long double exact = static_cast<long double>(a) * b;
        return directed(exact, exact > 0 ? -1 : 1);
    });
    floats("add.rp.f32 %z, %a, %b;", [](float a, float b, float) {
        std::fesetround(FE_UPWARD);
        const volatile float va = a, vb = b;
        const volatile float sum = va + vb;
        std::fesetround(FE_TONEAREST);
        return static_cast<float>(sum);
    });
    floats("div.rn.f32 %z, %a, %b;", [](float a, float b, float) { return a / b; });
    floats("rcp.rn.f32 %z, %a;", [](float a, float, float) { return 1 / a; });
    floats("sqrt.rn.f32 %z, %a;", [](float a, float, float) { return std::sqrt(a); });
    floats("abs.f32 %z, %a;", [](float a, float, float) { return std::fabs(a); });
    floats("neg.f32 %z, %a;", [](float a, float, float) { return -a; });
    floats("min.f32 %z, %a, %b;", [](float a, float b, float) {
        return a == b ? (std::signbit(a) ? a : b) : std::fmin(a, b);
    });
    floats("max.f32 %z, %a, %b;", [](float a, float b, float) {
        return a == b ? (std::signbit(a) ? b : a) : std::fmax(a, b);
    });
    floats("max.NaN.f32 %z, %a, %b;", [](float a, float b, float) {
        return a != a || b != b ? NAN : a == b ? (std::signbit(a) ? b : a) : std::fmax(a, b);
    });
    floats("copysign.f32 %z, %a, %b;", [](float a, float b, float) { return std::copysign(b, a); });
    floats("testp.finite.f32 %v0, %a;\nselp.f32 %z, %b, %c, %v0;",
           [](float a, float b, float c) { return std::isfinite(a) ? b : c; });
    floats("slct.f32.f32 %z, %a, %b, %c;",
           [](float a, float b, float c) { return c >= 0 ? a : b; });
    doubles("add.f64 %z, %a, %b;", [](double a, double b, double) { return a + b; });
    doubles("fma.rn.f64 %z, %a, %b, %c;",
            [](double a, double b, double c) { return std::fma(a, b, c); });
    doubles("div.rn.f64 %z, %a, %b;", [](double a, double b, double) { return a / b; });
    doubles("sqrt.rn.f64 %z, %a;", [](double a, double, double) { return std::sqrt(a); });
    doubles("min.f64 %z, %a, %b;", [](double a, double b, double) {
        return a == b ? (std::signbit(a) ? a : b) : std::fmin(a, b);
    });
    doubles("mul.f64 %z, %a, 0d4008000000000000;", [](double a, double, double) { return a * 3; });
}

/* Off by at most `ulps`, but not always right: the interpreter must not be better than a device. */
static void approximation(const std::string &text, double (*exact)(double, double), double ulps,
                          double low, double high) {
    int off = 0;
    instruction(
        "f32", "f32", text,
        [=](const uint64_t *v) {
            return to_bits(static_cast<float>(exact(of_bits<float>(v[0]), of_bits<float>(v[1]))));
        },
        [&](uint64_t right, uint64_t made) {
            if (same_float(right, made)) return true;
            const double value = of_bits<float>(right);
            if (!(std::fabs(value) > low && std::fabs(value) < high)) return true;
            off++;
            return std::fabs(value - of_bits<float>(made)) <=
                   (ulps + 0.5) * 0x1p-23 * std::fabs(value);
        });
    check(off > 10, text + ": always exact");
}

static void test_approximations() {
    approximation(
        "ex2.approx.ftz.f32 %z, %a;", [](double a, double) { return std::exp2(a); }, 2, 1e-37,
        1e38);
    approximation(
        "lg2.approx.f32 %z, %a;", [](double a, double) { return std::log2(a); }, 4, 1, 200);
    approximation(
        "rcp.approx.ftz.f32 %z, %a;", [](double a, double) { return 1 / a; }, 1, 1e-37, 1e38);
    approximation(
        "sqrt.approx.f32 %z, %a;", [](double a, double) { return std::sqrt(a); }, 1.5, 1e-37, 1e38);
    approximation(
        "rsqrt.approx.f32 %z, %a;", [](double a, double) { return 1 / std::sqrt(a); }, 3, 1e-37,
        1e38);
    approximation(
        "div.full.f32 %z, %a, %b;", [](double a, double b) { return a / b; }, 2, 1e-37, 1e38);
    approximation(
        "div.approx.f32 %z, %a, %b;",
        [](double a, double b) { return std::fabs(b) > 8e37 ? NAN : a / b; }, 2, 1e-37, 1e38);
    approximation(
        "tanh.approx.f32 %z, %a;", [](double a, double) { return std::tanh(a); }, 4096, 1e-37,
        1e38);
}

template <class To> static uint64_t to_integer(double v, bool zero_nan) {
    if (std::isnan(v))
        return zero_nan ? 0 : to_bits<To>(static_cast<To>(To(1) << (8 * sizeof(To) - 1)));
    const long double low = static_cast<long double>(std::numeric_limits<To>::min());
    const long double high = static_cast<long double>(std::numeric_limits<To>::max());
    return to_bits<To>(v <= low    ? std::numeric_limits<To>::min()
                       : v >= high ? std::numeric_limits<To>::max()
                                   : static_cast<To>(v));
}

static void test_conversions() {
    typed<float, int32_t>("s32", "f32", "cvt.rn.f32.s32 %z, %a;",
                          [](int32_t a, int32_t, int32_t, int32_t) { return (float)a; });
    typed<float, uint64_t>("u64", "f32", "cvt.rn.f32.u64 %z, %a;",
                           [](uint64_t a, uint64_t, uint64_t, uint64_t) { return (float)a; });
    typed<float, uint64_t>(
        "u64", "f32", "cvt.rp.f32.u64 %z, %a;",
        [](uint64_t a, uint64_t, uint64_t, uint64_t) { return directed((long double)a, 1); });
    typed<float, int64_t>("s64", "f32", "cvt.rz.f32.s64 %z, %a;",
                          [](int64_t a, int64_t, int64_t, int64_t) {
                              return directed((long double)a, a > 0 ? -1 : 1);
                          });
    typed<double, uint32_t>("u32", "f64", "cvt.rn.f64.u32 %z, %a;",
                            [](uint32_t a, uint32_t, uint32_t, uint32_t) { return (double)a; });
    instruction("f32", "s32", "cvt.rzi.s32.f32 %z, %a;", [](const uint64_t *v) {
        return to_integer<int32_t>(std::trunc(of_bits<float>(v[0])), true);
    });
    instruction("f32", "u32", "cvt.rni.u32.f32 %z, %a;", [](const uint64_t *v) {
        return to_integer<uint32_t>(std::nearbyint(of_bits<float>(v[0])), true);
    });
    instruction("f32", "s64", "cvt.rmi.s64.f32 %z, %a;", [](const uint64_t *v) {
        return to_integer<int64_t>(std::floor(of_bits<float>(v[0])), false);
    });
    instruction("f64", "u64", "cvt.rpi.u64.f64 %z, %a;", [](const uint64_t *v) {
        return to_integer<uint64_t>(std::ceil(of_bits<double>(v[0])), false);
    });
    instruction("f64", "s32", "cvt.rzi.s32.f64 %z, %a;", [](const uint64_t *v) {
        return to_integer<int32_t>(std::trunc(of_bits<double>(v[0])), false);
    });
    floats("cvt.rni.f32.f32 %z, %a;", [](float a, float, float) { return std::nearbyint(a); });
    floats("cvt.rmi.f32.f32 %z, %a;", [](float a, float, float) { return std::floor(a); });
    floats("cvt.sat.f32.f32 %z, %a;", [](float a, float, float) {
        return a > 1 ? 1 : a > 0 ? a : 0;
    });
    instruction(
        "f64", "f32", "cvt.rn.f32.f64 %z, %a;",
        [](const uint64_t *v) { return to_bits((float)of_bits<double>(v[0])); }, same_float);
    instruction(
        "f32", "f64", "cvt.f64.f32 %z, %a;",
        [](const uint64_t *v) { return to_bits((double)of_bits<float>(v[0])); }, same_double);
    SIGNED_32("cvt.s32.s8 %z, %a;", (int8_t)a);
    SIGNED_32("cvt.s32.u16 %z, %a;", (uint16_t)a);
    SIGNED_32("cvt.sat.s8.s32 %z, %a;", a < -128 ? -128 : a > 127 ? 127 : a);
    typed<uint32_t, int32_t>(
        "s32", "u32", "cvt.sat.u32.s32 %z, %a;",
        [](int32_t a, int32_t, int32_t, int32_t) { return a < 0 ? 0u : (uint32_t)a; });
    typed<int64_t, int32_t>("s32", "s64", "cvt.s64.s32 %z, %a;",
                            [](int32_t a, int32_t, int32_t, int32_t) { return (int64_t)a; });
    typed<uint32_t, uint64_t>("u64", "u32", "cvt.u32.u64 %z, %a;",
                              [](uint64_t a, uint64_t, uint64_t, uint64_t) { return (uint32_t)a; });
    typed<uint64_t, uint64_t>(
        "u64", "u64", "mov.b64 {%w0, %w1}, %a;\nmov.b64 %z, {%w1, %w0};",
        [](uint64_t a, uint64_t, uint64_t, uint64_t) { return a << 32 | a >> 32; });
    typed<uint32_t, uint32_t>(
        "u32", "u32", "{\n.reg .b16 x, y;\nmov.b32 {x, y}, %a;\nmov.b32 %z, {y, x};\n}",
        [](uint32_t a, uint32_t, uint32_t, uint32_t) { return a << 16 | a >> 16; });
    /* A jump table, which nvcc makes of large switch statements. */
    UNSIGNED_32("rem.u32 %w0, %a, 3;\nT: .branchtargets L0, L1, L2;\nbrx.idx %w0, T;\n"
                "L0: mov.u32 %z, 10;\nbra.uni E;\nL1: mov.u32 %z, 20;\nbra.uni E;\n"
                "L2: mov.u32 %z, 30;\nE:",
                (a % 3 + 1) * 10);
    /* Parts of registers in memory, generic addresses, predicates of shuffles. */
    typed<uint32_t, uint32_t>(
        "u32", "u32",
        "{\n.shared .align 4 .b8 s[2400];\n.local .align 8 .b8 depot[16];\n.reg .b64 x<5>;\n.reg "
        ".b32 y;\n.reg .pred isit;\n"
        "mov.u32 %w0, %tid.x;\nmov.u32 %w1, s;\nmad.lo.u32 %w1, %w0, 4, %w1;\nst.shared.u32 [%w1], "
        "%a;\n"
        "ld.shared.s8 y, [%w1+1];\nmov.u64 x0, depot;\ncvta.local.u64 x1, x0;\nst.u32 [x1+8], y;\n"
        "ld.local.u16 %w2, [x0+8];\nisspacep.local isit, x1;\nselp.u32 %w3, 65536, 0, isit;\n"
        "isspacep.shared isit, x1;\n@isit add.u32 %w3, %w3, 1;\nadd.u32 %z, %w2, %w3;\n}",
        [](uint32_t a, uint32_t, uint32_t, uint32_t) {
            return (uint16_t)(int16_t)(int8_t)(a >> 8) + 65536u;
        });
}

/* ---- What nvcc makes of functions ---- */

#define FLOAT(name, expression, tolerance)                                                         \
    static float name(float x) {                                                                   \
        return static_cast<float>(expression);                                                     \
    }
#define DOUBLE(name, expression, tolerance)                                                        \
    static double name(double x) {                                                                 \
        return expression;                                                                         \
    }
#define UNSIGNED(name, expression, tolerance)                                                      \
    static uint32_t name(uint32_t x) {                                                             \
        return expression;                                                                         \
    }
PTX_TEST_FUNCTIONS(FLOAT, DOUBLE, UNSIGNED)
#undef FLOAT
#undef DOUBLE
#undef UNSIGNED

static double distance(float a, float b) {
    return std::fabs(double(a) - double(b)) / std::ldexp(1, std::max(std::ilogb(a), -126) - 23);
}
static double distance(double a, double b) {
    return std::fabs(a - b) / std::ldexp(1, std::max(std::ilogb(a), -1022) - 52);
}
static double distance(uint32_t a, uint32_t b) {
    return a == b ? 0 : 1e9;
}

template <class T> static void function(const char *name, T (*expected)(T), double tolerance) {
    const int count = 300;
    std::vector<T> in(count);
    for (T &v : in) {
        v = static_cast<T>(random_number() >> 32);
        if constexpr (!std::is_integral_v<T>) v = (v / T(0xffffffffu) * 2 - 1) * 10;
    }
    const Device<T> x(in), y(count);
    launch(name, 3, 128, x.data, y.data, count);
    for (size_t i = 0; i < in.size(); i++) {
        const T right = expected(in[i]), made = y.data[i];
        if (memcmp(&right, &made, sizeof right) == 0 || distance(right, made) <= tolerance)
            continue;
        check(false, std::string(name) + " of " + std::to_string(in[i]) + " is " +
                         std::to_string(made) + ", " + std::to_string(distance(right, made)) +
                         " units off");
        return;
    }
    check(true, name);
}

static void test_functions() {
#define TEST(name, expression, tolerance) function(#name, name, tolerance);
    PTX_TEST_FUNCTIONS(TEST, TEST, TEST)
#undef TEST
}

/* ---- Threads that work together ---- */

static std::vector<int> integers(size_t count) {
    std::vector<int> made(count);
    for (int &v : made) v = static_cast<int>(random_number() >> 40 & 1023) - 400;
    return made;
}

static void test_softmax() {
    const int rows = 7, k = 301;
    std::vector<float> in(rows * k);
    for (float &v : in) v = static_cast<float>(random_number() >> 40 & 1023) * 0.01f;
    const Device<float> x(in), y(in.size());
    launch("softmax_rows", rows, 128, x.data, y.data, k);
    double worst = 0;
    for (int r = 0; r < rows; r++) {
        double sum = 0;
        for (int c = 0; c < k; c++) sum += std::exp(double(in[size_t(r * k + c)]));
        for (int c = 0; c < k; c++)
            worst = std::max(worst, std::fabs(std::exp(double(in[size_t(r * k + c)])) / sum -
                                              double(y.data[r * k + c])));
    }
    check(worst < 1e-7, "softmax_rows");
}

static void test_warps() {
    const std::vector<int> in = integers(128);
    const Device<int> x(in), y(128);
    launch("warps", 1, 128, x.data, y.data);
    std::vector<int> v(128), doubled(128), before(128);
    for (size_t i = 0; i < 128; i++) doubled[i] = 2 * (v[i] = in[i ^ 1]);
    for (size_t i = 0; i < 128; i++) before[i] = v[i] + doubled[i / 32 * 32 + (i % 32 + 5) % 32];
    for (size_t i = 0; i < 128; i++) {
        const size_t lane = i % 32;
        v[i] = before[i] + before[lane >= 3 ? i - 3 : i] + before[i / 8 * 8 + lane / 4 % 8];
    }
    for (size_t warp = 0; warp < 4; warp++) {
        int odd = 0;
        bool any = false, all = true;
        for (size_t i = warp * 32; i < warp * 32 + 32; i++) {
            odd += v[i] & 1;
            any = any || v[i] > 1000;
        }
        for (size_t i = warp * 32; i < warp * 32 + 32; i++) {
            v[i] += any ? 7 : 0;
            all = all && v[i] > -100000;
        }
        for (size_t i = warp * 32; i < warp * 32 + 32; i++) v[i] += (all ? 9 : 0) + odd;
    }
    check(v == y.values(128), "warps");
}

static void test_blocks() {
    const std::vector<int> in = integers(96);
    const Device<int> x(in), y(96);
    launch("counts", 1, 96, x.data, y.data);
    int positive = 0, any = 0;
    for (const int v : in) {
        positive += v > 0;
        any |= v > 500;
    }
    check(y.values(96) == std::vector<int>(96, positive + 1000 + 2000 * any), "counts");

    const std::vector<int> some = integers(64);
    const Device<int> from(some), to(64);
    launch("halves", 1, 64, from.data, to.data);
    bool right = true;
    for (size_t i = 0; i < 64; i++) right = right && to.data[i] == some[i ^ 31];
    check(right, "halves");

    const Device<float> four(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}), reversed(8);
    launch("reverse_fours", 1, 2, four.data, reversed.data);
    check(reversed.values(8) == std::vector<float>{3, 2, 1, 0, 7, 6, 5, 4}, "reverse_fours");

    std::vector<unsigned char> bytes(120);
    for (size_t i = 0; i < 120; i++) bytes[i] = static_cast<unsigned char>(i * 7);
    const Device<unsigned char> b(bytes), c(120);
    launch_shared("bytes", {1, 1, 1}, {5, 6, 4}, 120, b.data, c.data);
    for (size_t i = 0; i < 120; i++)
        right = right && c.data[i] == static_cast<unsigned char>((119 - i) * 7 + 1);
    check(right, "bytes");

    const Device<float> f(std::vector<float>{0.5f, -3, 2, 100}), g(4);
    launch("calls", 1, 4, f.data, g.data);
    for (size_t i = 0; i < 4; i++) {
        float v = f.data[i], sum = 0;
        for (int depth = 5; depth > 0; depth--, v *= 0.5f)
            sum += std::pow(v, static_cast<float>(depth & 3));
        sum += std::pow(v, static_cast<float>(static_cast<int>(std::fabs(v)) & 3));
        right = right && std::fabs(sum - g.data[i]) <= 1e-5f * std::fabs(sum);
    }
    check(right, "calls");

    const Device<int> target(1);
    launch("lowest_target", 1, 1, target.data);
    check(target.data[0] == 750, "lowest_target");

    const Device<int> h(std::vector<int>{3, 1, 0, 2});
    launch("variables", 1, 4, h.data, g.data);
    check(g.values(4) == std::vector<float>{4.5f, 3.5f, 3.5f, 6.5f}, "variables");
}

static void test_atomics() {
    std::vector<unsigned> in(192);
    for (unsigned &v : in) v = static_cast<unsigned>(random_number() >> 33);
    const Device<unsigned> x(in),
        y(std::vector<unsigned>{0, 0, ~0u, 0x80000000u, 0, 0, 0, 0, 0, 0});
    launch("atomics", 3, 64, x.data, y.data);
    unsigned sum = 0, most = 0, least = ~0u, odd = 0;
    int signed_most = INT32_MIN;
    uint64_t wide = 0;
    for (const unsigned v : in) {
        sum += v;
        most = std::max(most, v);
        least = std::min(least, v);
        signed_most = std::max(signed_most, static_cast<int>(v));
        odd ^= v;
        wide += static_cast<uint64_t>(v) << 8;
    }
    check(y.values(10) == std::vector<unsigned>{sum, most, least,
                                                static_cast<unsigned>(signed_most), odd, 192 % 7,
                                                192 * 3, 0, static_cast<unsigned>(wide),
                                                static_cast<unsigned>(wide >> 32)},
          "atomics");
}

static void test_parameters() {
    bool found;
    check(ptx_parameters("softmax_rows", &found) == std::vector<size_t>{8, 8, 4} && found,
          "parameters");
    ptx_parameters("no such kernel", &found);
    check(!found, "parameters of no kernel");
    check(executor_attributes(*executor_find("softmax_rows")).shared_size == 256, "shared size");
    check(!executor_load("no image at all, surely"), "no image");
}

/* ---- Faults ---- */

/* Runs it in a process of its own, which must end with the fault's code and all of these words. */
static void fault(const char *name, const std::vector<const char *> &words,
                  const std::function<void()> &run) {
    int ends[2];
    if (pipe(ends)) exit(2);
    fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 2);
        run();
        _exit(0);
    }
    close(ends[1]);
    std::string message;
    char part[512];
    for (ssize_t got; (got = read(ends[0], part, sizeof part)) > 0;)
        message.append(part, static_cast<size_t>(got));
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (getenv("PTX_TEST_SHOW")) printf("%s:\n%s\n", name, message.c_str());
    check(WIFEXITED(status) && WEXITSTATUS(status) == fault_exit_code,
          std::string(name) + " is not found: " + message);
    for (const char *word : words)
        check(message.find(word) != std::string::npos,
              std::string(name) + ": \"" + word + "\" is not in the message: " + message);
}

/* A launch on an array of 64 floats that are all 1. */
template <class... More>
static void fault_of(const char *name, unsigned blocks, unsigned threads,
                     const std::vector<const char *> &words, More... more) {
    std::vector<const char *> all = words;
    all.push_back(name);
    all.push_back("PTX line");
    all.push_back("kernels.cu:");
    fault(name, all, [=] {
        const Device<float> y(std::vector<float>(64, 1));
        launch(name, blocks, threads, y.data, more...);
    });
}

static void test_faults() {
    fault("read_beyond", {"out of bounds", "read of 4 bytes", "thread (31,0,0)", "kernels.cu:"},
          [] {
              const Device<float> x(std::vector<float>(64, 1)), y(64);
              launch("read_beyond", 1, 32, x.data, y.data, 33);
          });
    fault_of("write_beyond", 1, 32, {"out of bounds", "write of 4 bytes"}, 64);
    fault_of("write_beyond", 1, 32, {"write of 4 bytes"}, 100000000);
    fault("misaligned", {"misaligned", "16 bytes"}, [] {
        const Device<float> x(std::vector<float>(64, 1)), y(64);
        launch("misaligned", 1, 4, x.data, y.data);
    });
    fault_of("shared_beyond", 1, 40, {"out of bounds of shared memory"}, 1);
    fault_of("shared_uninitialised", 1, 32, {"uninitialised shared", "byte 124"});
    fault_of("local_beyond", 1, 4, {"out of bounds of local memory"}, 8);
    fault_of("local_uninitialised", 1, 4, {"uninitialised local"}, 5);
    fault_of("no_barrier", 1, 64, {"data race in shared memory"});
    fault_of("no_second_barrier", 1, 64, {"data race in shared memory"});
    fault_of("no_warp_barrier", 1, 32, {"data race in shared memory"});
    fault_of("warp_barrier_of_half", 1, 32, {"data race in shared memory"});
    fault_of("other_half", 1, 64, {"data race in shared memory"});
    fault_of("write_after_read", 1, 64, {"data race in shared memory"});
    fault_of("shared_straddles", 1, 32, {"out of bounds of shared memory"}, 3);
    fault_of("race_of_blocks", 2, 32, {"data race in global memory", "written by block"});
    fault_of("lost_update", 1, 2,
             {"data race in global memory", "thread (0,0,0)", "thread (1,0,0)"});
    fault("atomic_and_plain", {"data race in global memory"}, [] {
        const Device<unsigned> y(std::vector<unsigned>(1, 0)), z(64);
        launch("atomic_and_plain", 2, 32, y.data, z.data);
    });
    fault("not_read_only", {"ld.global.nc"}, [] {
        const Device<float> x(std::vector<float>(64, 1));
        launch("not_read_only", 1, 2, x.data, x.data);
    });
    fault_of("divergent_barrier", 1, 64, {"divergent barrier"});
    fault_of("early_exit", 1, 32, {"divergent barrier", "of 32 threads have exited"});
    fault_of("wrong_mask", 1, 32, {"PTX line"});
    fault_of("foreign_mask", 1, 32, {"not in its own mask"});
    fault_of("masks_differ", 1, 32, {"mask"});
    fault_of("outside_of_mask", 1, 32, {"not in the mask"});
    fault_of("different_shuffles", 1, 32, {"warp collective"});
    fault_of("endless", 1, 1, {"never ends"});
    fault_of("deadlock", 1, 32, {"waits at"});
    fault_of("traps", 1, 32, {"trap"});
    fault_of("float_atomics", 1, 32, {"not supported", "add.f32"});
    fault_of("active_lanes", 1, 32, {"not supported", "activemask"});
    fault("not_written", {"nobody has written", "kernels.cu:"}, [] {
        const Device<float> x(64), y(64);
        launch("not_written", 1, 32, x.data, y.data);
    });
    fault("plain", {"write of 4 bytes"}, [] {
        float *freed;
        {
            const Device<float> y(64);
            freed = y.data;
        }
        launch("plain", 1, 32, freed);
    });
}

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: ptx_test kernels.fatbin\n");
        return 2;
    }
    std::ifstream file(argv[1], std::ios::binary);
    image.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    if (image.size() < 64 || !executor_load(image.data())) {
        fprintf(stderr, "%s cannot be loaded\n", argv[1]);
        return 2;
    }
    memory_unlock();
    test_integers();
    test_comparisons();
    test_floats();
    test_approximations();
    test_conversions();
    test_functions();
    test_softmax();
    test_warps();
    test_blocks();
    test_atomics();
    test_parameters();
    test_faults();
    printf("%d checks, %d failed\n", checks, failures);
    return failures > 0;
}
