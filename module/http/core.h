/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the protocol core needs of its surroundings.
 *
 * The files of this directory are plain C: they allocate nothing, do no I/O,
 * write no global and know no kernel header but through this file, so the same
 * source is compiled into khttpd.ko and into the library of the unit tests.
 * None of their functions sleeps or takes a lock; all can be called in any
 * context. Octets are given as pointer and length, are not NUL-terminated and
 * may have any value.
 */
#ifndef KHTTPD_HTTP_CORE_H
#define KHTTPD_HTTP_CORE_H

#ifdef __KERNEL__
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif

/**
 * struct http_span - some octets of a buffer of the caller's
 * @off: where they begin; an offset, because the buffer may be moved
 * @len: how many they are
 */
struct http_span {
	u32 off;
	u32 len;
};

/* What a parser says after each piece of input. */
enum http_parse {
	HTTP_PARSE_MORE,	/* all is well so far, the end has not been seen */
	HTTP_PARSE_DONE,
	HTTP_PARSE_ERROR,	/* and it stays so, whatever follows */
};

#endif /* KHTTPD_HTTP_CORE_H */
