// SPDX-License-Identifier: GPL-2.0
#include "access.h"

static bool is_mapped(const u8 *address)
{
	static const u8 prefix[HTTP_ADDRESS_MAPPED_BITS / 8] = { [10] = 0xff, [11] = 0xff };

	return !memcmp(address, prefix, sizeof(prefix));
}

/* Do two addresses begin with the same bits? */
static bool begin_alike(const u8 *a, const u8 *b, u32 len)
{
	u32 whole = len / 8;
	u32 rest = len % 8;

	return !memcmp(a, b, whole) &&
	       (!rest || !((a[whole] ^ b[whole]) >> (8 - rest)));
}

void http_block_mask(struct http_block *block)
{
	u32 whole = block->len / 8;
	u32 rest = block->len % 8;

	if (rest)
		block->address[whole++] &= 0xff << (8 - rest);
	memset(block->address + whole, 0, HTTP_ADDRESS_LEN - whole);
}

bool http_block_valid(const struct http_block *block)
{
	struct http_block masked = *block;

	if (block->len > 8 * HTTP_ADDRESS_LEN)
		return false;
	http_block_mask(&masked);
	return !memcmp(masked.address, block->address, HTTP_ADDRESS_LEN);
}

/* Does a block decide before another that has the same address? */
static bool goes_before(const struct http_block *a, const struct http_block *b)
{
	return a->len != b->len ? a->len > b->len : a->deny && !b->deny;
}

void http_access_add(struct http_access *access, const struct http_block *block)
{
	struct http_block *at = access->blocks + access->nr++;

	for (; at > access->blocks && goes_before(block, at - 1); at--)
		*at = at[-1];
	*at = *block;
	if (!block->deny)
		access->closed = true;
}

bool http_block_has(const struct http_block *block, const u8 *address)
{
	return begin_alike(block->address, address, block->len) &&
	       (block->len >= HTTP_ADDRESS_MAPPED_BITS || !is_mapped(address));
}

bool http_access_allows(const struct http_access *access, const u8 *address)
{
	u32 i;

	for (i = 0; i < access->nr; i++)
		if (http_block_has(&access->blocks[i], address))
			return !access->blocks[i].deny;
	return !access->closed;
}

bool http_access_equal(const struct http_access *a, const struct http_access *b)
{
	return a->nr == b->nr &&
	       (!a->nr || !memcmp(a->blocks, b->blocks, a->nr * sizeof(*a->blocks)));
}
