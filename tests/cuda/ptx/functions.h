/* SPDX-License-Identifier: MIT */
/* Functions that nvcc compiles for the interpreter (kernels.cu) and the host's compiler for
 * comparison (../ptx_test.cpp). F: float to float; D: double to double; U: unsigned to unsigned.
 * The last number is how far the two may differ: in units in the last place. */
#ifndef PTX_TEST_FUNCTIONS_H
#define PTX_TEST_FUNCTIONS_H

#include <math.h>
#include <stdint.h>

#ifndef FUNCTION
#define FUNCTION static inline
#endif

FUNCTION float quotient(float x) {
    return (x + 1) / (3 * x - 0.5f);
}
FUNCTION float polynomial(float x) {
    float y = 0;
    for (int i = 0; i < 10; i++) y = fmaf(y, x * 0.125f, 1.0f / (float)(i + 1));
    return y;
}
FUNCTION float to_and_fro(float x) {
    const int i = (int)(x * 100);
    const long long j = (long long)(x * 1e12f);
    const short s = (short)i;
    const unsigned char c = (unsigned char)(i & 255);
    return (float)i + (float)(j % 1000003) + (float)s * 0.5f + (float)c + rintf(x) + truncf(x) +
           floorf(x) + ceilf(x);
}

/* A jump table and its opposite. */
FUNCTION uint32_t choose(uint32_t x) {
    switch (x % 11) {
    case 0:
        return x * 3;
    case 1:
        return x ^ 0x55555555u;
    case 2:
        return x >> 5;
    case 3:
        return x << 7 | x >> 25;
    case 4:
        return ~x;
    case 5:
        return x / 7;
    case 6:
        return x % 1000;
    case 7:
        return x & 0xf0f0f0f0u;
    case 8:
        return x + 12345;
    case 9:
        return x * x;
    default:
        return 42;
    }
}

/* A table in constant memory, and one on the stack. */
FUNCTION uint32_t tables(uint32_t x) {
    static const uint32_t primes[16] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53};
    uint32_t own[16], sum = 0;
    for (uint32_t i = 0; i < 16; i++) own[i] = primes[i] * x;
    for (uint32_t i = 0; i < 8; i++) sum += own[(x >> (4 * i)) & 15];
    return sum;
}

FUNCTION uint32_t upper_product(uint32_t a, uint32_t b) {
    return (uint32_t)(((uint64_t)a * b) >> 32);
}

FUNCTION uint32_t philox(uint32_t x) {
    uint32_t c0 = x, c1 = 1, c2 = 2, c3 = 3, k0 = 0x12345678, k1 = 0x9abcdef0;
    for (int round = 0; round < 10; round++) {
        const uint32_t low0 = 0xD2511F53u * c0, high0 = upper_product(0xD2511F53u, c0);
        const uint32_t low1 = 0xCD9E8D57u * c2, high1 = upper_product(0xCD9E8D57u, c2);
        c0 = high1 ^ c1 ^ k0;
        c2 = high0 ^ c3 ^ k1;
        c1 = low1;
        c3 = low0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return c0 ^ c1 ^ c2 ^ c3;
}

FUNCTION uint32_t long_integers(uint32_t x) {
    const int64_t a = (int64_t)(x * 0x12345678ull) - 0x7654321098ll;
    const uint64_t b = (uint64_t)a * (uint64_t)a + x;
    const int64_t c = a / 1234567 + a % 891, d = (int64_t)(b / (x | 1u)) + (int64_t)(b % 10007);
    const uint64_t e = (b << (x & 63)) ^ (b >> (x >> 3 & 63)) ^ (uint64_t)(a >> (x >> 6 & 63));
    const int64_t low = c < d ? c : d;
    return (uint32_t)((uint64_t)low ^ e ^ (e >> 32));
}

FUNCTION uint32_t small_integers(uint32_t x) {
    const int16_t a = (int16_t)x, b = (int16_t)(x >> 16);
    const int8_t c = (int8_t)(x >> 8);
    const uint8_t d = (uint8_t)(x >> 4);
    const int16_t e = (int16_t)(a * b + c), f = (int16_t)(a < b ? a - d : b + c);
    return (uint32_t)(e ^ f) + (uint32_t)(a > c) + (uint32_t)((uint16_t)a / (d | 1));
}

#define PTX_TEST_FUNCTIONS(F, D, U)                                                                \
    F(expf_, expf(x), 2)                                                                           \
    F(logf_, logf(fabsf(x)), 2)                                                                    \
    F(log1pf_, log1pf(fabsf(x)), 2)                                                                \
    F(expm1f_, expm1f(x), 2)                                                                       \
    F(tanhf_, tanhf(x), 3)                                                                         \
    F(erff_, erff(x), 3)                                                                           \
    F(sqrtf_, sqrtf(fabsf(x)), 0)                                                                  \
    F(powf_, powf(fabsf(x), 1.7f), 5)                                                              \
    F(sinf_, sinf(x), 3)                                                                           \
    F(cosf_, cosf(1e5f * x), 3)                                                                    \
    F(quotient_, quotient(x), 1)                                                                   \
    F(polynomial_, polynomial(x), 0)                                                               \
    F(to_and_fro_, to_and_fro(x), 0)                                                               \
    F(least_, fminf(x, 0.5f) + fmaxf(x, -2.0f), 0)                                                 \
    D(exp_, exp(x), 2)                                                                             \
    D(log_, log(fabs(x)), 2)                                                                       \
    D(sin_, sin(1e9 * x), 3)                                                                       \
    D(pow_, pow(fabs(x), 1.7), 4)                                                                  \
    D(tanh_, tanh(x), 4)                                                                           \
    D(quotient_d_, (x + 1) / (3 * x - 0.5) + sqrt(fabs(x)), 2)                                     \
    U(choose_, choose(x), 0)                                                                       \
    U(tables_, tables(x), 0)                                                                       \
    U(philox_, philox(x), 0)                                                                       \
    U(long_integers_, long_integers(x), 0)                                                         \
    U(small_integers_, small_integers(x), 0)

#endif
