/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_COMPRESS_H
#define KHTTPD_COMPRESS_H

#include <linux/atomic.h>
#include <linux/mm.h>

#include "file.h"
#include "http/accept.h"

/**
 * struct khttpd_compressor - what a server is compressing just now
 * @in_flight:	compressions that have begun and not ended
 */
struct khttpd_compressor {
	atomic_t	in_flight;
};

/**
 * struct khttpd_compressed - a file in a content coding
 * @content:	of kvmalloc(), exactly as long as @len
 * @len:	in bytes, less than the file has
 */
struct khttpd_compressed {
	void		*content;
	size_t		len;
};

static inline void khttpd_compressor_init(struct khttpd_compressor *compressor)
{
	atomic_set(&compressor->in_flight, 0);
}

int khttpd_compress_file(struct khttpd_compressor *compressor, unsigned int at_once,
			 const struct khttpd_file *found, const struct cred *cred,
			 enum http_coding coding, unsigned int level,
			 struct khttpd_compressed *out);

static inline void khttpd_compressed_free(struct khttpd_compressed *out)
{
	kvfree(out->content);
}

#endif /* KHTTPD_COMPRESS_H */
