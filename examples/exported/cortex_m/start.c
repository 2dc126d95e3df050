/* SPDX-License-Identifier: MIT */
/* What comes before main() on a Cortex-M without an operating system or a C library. */
#include <stddef.h>
#include <stdint.h>

int main(void);
void reset(void);

extern uint32_t stack_end[], data_begin[], data_end[], data_image[], bss_begin[], bss_end[];

/* Compilers may call these two wherever they like, even without a C library. */
void *memcpy(void *to, const void *from, size_t size) {
    for (size_t i = 0; i < size; i++) ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
    return to;
}

void *memset(void *to, int value, size_t size) {
    for (size_t i = 0; i < size; i++) ((unsigned char *)to)[i] = (unsigned char)value;
    return to;
}

/* Asks QEMU (or a debugger) for a service: semihosting. */
static void ask(int service, const void *argument) {
    register int r0 __asm__("r0") = service;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void print(const char *text) {
    ask(0x04, text);
}

void reset(void) {
#ifdef __ARM_FP
    *(volatile uint32_t *)0xe000ed88 |= 0xfu << 20; /* the floating-point unit is off at first */
    __asm__ volatile("dsb\nisb");
#endif
    memcpy(data_begin, data_image, (size_t)((char *)data_end - (char *)data_begin));
    memset(bss_begin, 0, (size_t)((char *)bss_end - (char *)bss_begin));
    const uint32_t exit[2] = {0x20026, (uint32_t)main()};
    ask(0x20, exit);
    for (;;) {
    }
}

/* The processor takes its stack and its first instruction from here; any fault ends in reset too.
 */
__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    stack_end,
    (const void *)reset,
    (const void *)reset,
    (const void *)reset,
};
