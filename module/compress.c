// SPDX-License-Identifier: GPL-2.0
/* Files in a content coding, made with the kernel's own zlib. */
#include <linux/crc32.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <linux/zlib.h>

#include "compress.h"

/* RFC 1952, 2.3: deflate, no flags, no time, no extra flags, made on Unix. */
static const u8 khttpd_gzip_header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };

/* RFC 1952, 2.3.1: CRC-32 and length of what was compressed. */
struct khttpd_gzip_trailer {
	__le32	crc;
	__le32	size;
};

/*
 * Bytes of results beyond which no more are made.  A client that reads slowly
 * holds one, where a file would be borrowed from the page cache by and by.
 */
#define KHTTPD_COMPRESSED_HELD	(64L << 20)

/* Not worth that a process is killed for it: the file itself is as good an answer. */
#define KHTTPD_COMPRESS_GFP	(GFP_KERNEL | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/**
 * struct khttpd_deflate - a compression under way
 * @stream:	of zlib, which allocates nothing itself
 * @gzip:	whether it is framed as of RFC 1952, else as of RFC 1950
 * @crc:	of what was compressed, inverted; of gzip only
 * @piece:	what was read last
 * @workspace:	for zlib
 *
 * Some 270 KiB.  They are allocated for each compression: that costs little
 * beside compressing, which is done once for many responses, and keeping them
 * would hold memory for work that most of the time nobody has.
 */
struct khttpd_deflate {
	z_stream	stream;
	bool		gzip;
	u32		crc;
	u8		piece[PAGE_SIZE];
	u8		workspace[] __aligned(8);
};

/**
 * khttpd_compressor_init() - begin to count
 * @compressor:	of a server
 */
void khttpd_compressor_init(struct khttpd_compressor *compressor)
{
	atomic_set(&compressor->in_flight, 0);
	atomic_long_set(&compressor->held, 0);
}

static struct khttpd_deflate *khttpd_deflate_create(enum http_coding coding,
						    unsigned int level)
{
	bool gzip = coding == HTTP_CODING_GZIP;
	/* Negative is without a frame: zlib as it is in the kernel knows that of RFC 1950 alone. */
	int bits = gzip ? -MAX_WBITS : MAX_WBITS;
	struct khttpd_deflate *deflate;

	deflate = __vmalloc(sizeof(*deflate) +
			    zlib_deflate_workspacesize(MAX_WBITS, DEF_MEM_LEVEL),
			    KHTTPD_COMPRESS_GFP);
	if (!deflate)
		return NULL;
	memset(&deflate->stream, 0, sizeof(deflate->stream));
	deflate->stream.workspace = deflate->workspace;
	deflate->gzip = gzip;
	deflate->crc = ~0;
	if (zlib_deflateInit2(&deflate->stream, level, Z_DEFLATED, bits, DEF_MEM_LEVEL,
			      Z_DEFAULT_STRATEGY) != Z_OK) {
		vfree(deflate);
		return NULL;
	}
	return deflate;
}

/* Compress a piece.  Return: 0, or -E2BIG if there is no room for what comes of it. */
static int khttpd_deflate_piece(struct khttpd_deflate *deflate, size_t len, bool last)
{
	z_stream *stream = &deflate->stream;
	int ret;

	if (deflate->gzip)
		deflate->crc = crc32_le(deflate->crc, deflate->piece, len);
	stream->next_in = deflate->piece;
	stream->avail_in = len;
	ret = zlib_deflate(stream, last ? Z_FINISH : Z_NO_FLUSH);
	if (ret == Z_STREAM_END)
		return 0;
	if (WARN_ON_ONCE(ret != Z_OK))
		return -EIO;
	return stream->avail_out ? 0 : -E2BIG;
}

static int khttpd_deflate_content(struct khttpd_deflate *deflate,
				  const struct khttpd_file *found)
{
	loff_t pos = 0;
	ssize_t len;
	int err;

	do {
		len = kernel_read(found->file, deflate->piece,
				  min_t(u64, found->size - pos, PAGE_SIZE), &pos);
		if (len <= 0)
			return len ?: -ENODATA;
		err = khttpd_deflate_piece(deflate, len, pos == found->size);
		if (err)
			return err;
		cond_resched();
	} while (pos < found->size);
	return 0;
}

/*
 * Compress a file, frame included, into the @size bytes at @buf.  Return: how
 * many they became, or as of khttpd_compress_file().
 */
static ssize_t khttpd_deflate_file(struct khttpd_deflate *deflate,
				   const struct khttpd_file *found, u8 *buf, size_t size)
{
	size_t header = deflate->gzip ? sizeof(khttpd_gzip_header) : 0;
	size_t trailer = deflate->gzip ? sizeof(struct khttpd_gzip_trailer) : 0;
	struct khttpd_gzip_trailer gzip;
	u8 *end;
	int err;

	if (size <= header + trailer)
		return -E2BIG;
	deflate->stream.next_out = buf + header;
	deflate->stream.avail_out = size - header - trailer;
	err = khttpd_deflate_content(deflate, found);
	if (err)
		return err;
	end = deflate->stream.next_out;
	if (deflate->gzip) {
		memcpy(buf, khttpd_gzip_header, sizeof(khttpd_gzip_header));
		gzip.crc = cpu_to_le32(~deflate->crc);
		gzip.size = cpu_to_le32(found->size);
		memcpy(end, &gzip, sizeof(gzip));
	}
	return end + trailer - buf;
}

/* What was written to meanwhile may have been read half old and half new. */
static int khttpd_compress_check(const struct khttpd_file *found)
{
	struct kstat stat;
	int err;

	err = vfs_getattr(&found->file->f_path, &stat, STATX_SIZE | STATX_MTIME,
			  AT_STATX_SYNC_AS_STAT);
	if (err)
		return err;
	return stat.size == found->size && timespec64_equal(&stat.mtime, &found->mtime) ?
	       0 : -ENODATA;
}

/**
 * khttpd_compressed_alloc() - make room for content that was compressed
 * @compressor:	the server's
 * @len:	in bytes
 * @compressed:	is overwritten; its @content is to be filled in
 *
 * Context: may sleep for memory.
 * Return: 0; -EBUSY if too much is held, or -ENOMEM.  Then it has no content.
 */
int khttpd_compressed_alloc(struct khttpd_compressor *compressor, size_t len,
			    struct khttpd_compressed *compressed)
{
	memset(compressed, 0, sizeof(*compressed));
	if (atomic_long_read(&compressor->held) >= KHTTPD_COMPRESSED_HELD)
		return -EBUSY;
	compressed->content = kvmalloc(len, GFP_KERNEL | __GFP_NOWARN);
	if (!compressed->content)
		return -ENOMEM;
	compressed->compressor = compressor;
	compressed->len = len;
	atomic_long_add(len, &compressor->held);
	return 0;
}

static int khttpd_compress(struct khttpd_compressor *compressor,
			   const struct khttpd_file *found, enum http_coding coding,
			   unsigned int level, struct khttpd_compressed *out)
{
	struct khttpd_deflate *deflate;
	ssize_t ret = -ENOMEM;
	u8 *buf;

	/* One byte less than the file has: nothing else is worth its decoding. */
	if (found->size <= 1)
		return -E2BIG;
	deflate = khttpd_deflate_create(coding, level);
	if (!deflate)
		return -ENOMEM;
	buf = __vmalloc(found->size - 1, KHTTPD_COMPRESS_GFP);
	if (buf)
		ret = khttpd_deflate_file(deflate, found, buf, found->size - 1);
	vfree(deflate);
	if (ret >= 0)
		ret = khttpd_compress_check(found) ?:
		      khttpd_compressed_alloc(compressor, ret, out);
	/* Of what was room for the file, no more is kept than what came of it. */
	if (!ret)
		memcpy(out->content, buf, out->len);
	vfree(buf);
	return ret;
}

/**
 * khttpd_compress_file() - make a content coding of a file
 * @compressor:	the server's
 * @at_once:	how many compressions of the server may be in flight, 1 or more
 * @found:	the file; at most as large as is to be held in memory twice
 * @cred:	credentials to read with
 * @coding:	HTTP_CODING_GZIP (RFC 1952) or HTTP_CODING_DEFLATE (RFC 1950, see
 *		RFC 9110, 8.4.1.2)
 * @level:	1 is fastest, 9 is smallest
 * @out:	is overwritten with the result, for khttpd_compressed_free()
 *
 * The same file gives the same bytes, as long as @level and the kernel's zlib
 * are the same.
 *
 * Context: work item on the cold queue, may sleep for the disk and for memory.
 * Return: 0; -EBUSY if @at_once compressions are in flight or too much of what
 * was made is not freed yet, -E2BIG if nothing is saved, -ENODATA if the file
 * changed since it was found, -EOPNOTSUPP if the kernel was built without its
 * zlib, -ENOMEM, or a negative errno of reading.  Then @out has no content.
 */
int khttpd_compress_file(struct khttpd_compressor *compressor, unsigned int at_once,
			 const struct khttpd_file *found, const struct cred *cred,
			 enum http_coding coding, unsigned int level,
			 struct khttpd_compressed *out)
{
	const struct cred *saved;
	int err = -EBUSY;

	memset(out, 0, sizeof(*out));
	if (!IS_ENABLED(CONFIG_ZLIB_DEFLATE))
		return -EOPNOTSUPP;
	if (atomic_inc_return(&compressor->in_flight) <= at_once &&
	    atomic_long_read(&compressor->held) < KHTTPD_COMPRESSED_HELD) {
		saved = override_creds(cred);
		err = khttpd_compress(compressor, found, coding, level, out);
		revert_creds(saved);
	}
	atomic_dec(&compressor->in_flight);
	return err;
}

/**
 * khttpd_compressed_free() - let go of what khttpd_compress_file() made
 * @compressed:	as it was filled in, or all zero; has no content afterwards
 *
 * Context: any but hard interrupts.
 */
void khttpd_compressed_free(struct khttpd_compressed *compressed)
{
	if (!compressed->content)
		return;
	atomic_long_sub(compressed->len, &compressed->compressor->held);
	kvfree(compressed->content);
	compressed->content = NULL;
}
