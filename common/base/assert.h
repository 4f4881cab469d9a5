/* assert.h - checks of our own mistakes, compiled into every build.  Layer 0.  Thread: any. */
#ifndef SW_BASE_ASSERT_H
#define SW_BASE_ASSERT_H

/* For programmer errors only, never for input. Arguments must have no side effects. A failed
 * assertion prints the place and aborts: a wrong state must not be committed. */
#define SW_ASSERT(cond)                                                                            \
    do {                                                                                           \
        if (__builtin_expect(!(cond), 0)) sw_assert_fail(#cond, __FILE__, __LINE__);               \
    } while (0)

_Noreturn void sw_assert_fail(const char *cond, const char *file, int line);

#define SW_NODISCARD         __attribute__((warn_unused_result))
#define SW_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SW_UNUSED            __attribute__((unused))
#define SW_COUNT(array)      (sizeof(array) / sizeof((array)[0]))

#endif
