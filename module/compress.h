/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_COMPRESS_H
#define KHTTPD_COMPRESS_H

#include <linux/atomic.h>

#include "file.h"
#include "http/accept.h"

/**
 * struct khttpd_compressor - what a server is compressing, and what came of it
 * @in_flight:	compressions that have begun and not ended
 * @held:	bytes of those results that are not freed
 */
struct khttpd_compressor {
	atomic_t	in_flight;
	atomic_long_t	held;
};

/**
 * struct khttpd_compressed - a file in a content coding
 * @compressor:	whose @held counts it
 * @content:	allocated, as long as @len; NULL if there is none
 * @len:	in bytes, less than the file has
 */
struct khttpd_compressed {
	struct khttpd_compressor	*compressor;
	void				*content;
	size_t				len;
};

void khttpd_compressor_init(struct khttpd_compressor *compressor);

int khttpd_compressed_alloc(struct khttpd_compressor *compressor, size_t len,
			    struct khttpd_compressed *compressed);
int khttpd_compress_file(struct khttpd_compressor *compressor, unsigned int at_once,
			 const struct khttpd_file *found, const struct cred *cred,
			 enum http_coding coding, unsigned int level,
			 struct khttpd_compressed *out);
void khttpd_compressed_free(struct khttpd_compressed *compressed);

#endif /* KHTTPD_COMPRESS_H */
