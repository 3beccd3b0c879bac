/* SPDX-License-Identifier: GPL-2.0 */
/* Which clients are answered, by blocks of addresses (RFC 4632, RFC 4291 section 2.3). */
#ifndef KHTTPD_HTTP_ACCESS_H
#define KHTTPD_HTTP_ACCESS_H

#include "core.h"

/* Octets of an address; one of IPv4 is mapped (RFC 4291 section 2.5.5.2). */
#define HTTP_ADDRESS_LEN	16

/* Bits in front of an IPv4 address that is mapped. */
#define HTTP_ADDRESS_MAPPED_BITS 96

/**
 * struct http_block - addresses that begin alike
 * @address: the first of them
 * @len: bits that they have in common, 0 to 128; of IPv4 addresses those in front,
 *	HTTP_ADDRESS_MAPPED_BITS, are counted
 * @deny: clients from there are not answered; else they are
 */
struct http_block {
	u8 address[HTTP_ADDRESS_LEN];
	u8 len;
	bool deny;
};

/**
 * struct http_access - which clients are answered
 * @blocks: those that decide, longer prefixes first, and of equal ones that which denies
 * @nr: how many they are
 * @closed: who is in no block is denied, as some block is allowed
 */
struct http_access {
	struct http_block *blocks;
	u32 nr;
	bool closed;
};

/**
 * http_block_mask - make the bits zero that the addresses of a block need not share
 * @block: with a @len of at most 128
 */
void http_block_mask(struct http_block *block);

/**
 * http_block_valid - is this a block as it should be written?
 * @block: any octets
 *
 * Return: false if its prefix is longer than an address, or if the address has bits
 * behind it that are not zero.
 */
bool http_block_valid(const struct http_block *block);

/**
 * http_block_has - is an address in a block?
 * @block: valid by http_block_valid()
 * @address: HTTP_ADDRESS_LEN octets in network order
 *
 * IPv4 and IPv6 have nothing to do with each other: a mapped address is in no block
 * that is wider than the mapped ones.
 */
bool http_block_has(const struct http_block *block, const u8 *address);

/**
 * http_access_add - let one more block decide
 * @access: zeroed but for @blocks, or with what was added before; there is room for
 *	one block more
 * @block: valid by http_block_valid()
 */
void http_access_add(struct http_access *access, const struct http_block *block);

/**
 * http_access_allows - is a client to be answered?
 * @access: as of http_access_add()
 * @address: HTTP_ADDRESS_LEN octets in network order
 *
 * Of the blocks that have the address, the one with the longest prefix decides.
 */
bool http_access_allows(const struct http_access *access, const u8 *address);

/**
 * http_access_equal - do two of them say the same?
 * @a: as of http_access_add()
 * @b: as well
 *
 * Return: true if they have the same blocks, in the same order.
 */
bool http_access_equal(const struct http_access *a, const struct http_access *b);

#endif /* KHTTPD_HTTP_ACCESS_H */
