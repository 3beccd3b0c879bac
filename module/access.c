// SPDX-License-Identifier: GPL-2.0
/* Which clients are answered, made of a netlink nest. */
#include <net/ipv6.h>

#include "maker.h"

/**
 * khttpd_block_parse() - a block of addresses, of its attributes
 * @block:	its address and length are written
 * @at4:	address of IPv4, or NULL
 * @at6:	address of IPv6, or NULL; one of both there has to be
 * @at_len:	length of the prefix, or NULL for that of the address
 * @extack:	gets the reason of a refusal
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int khttpd_block_parse(struct http_block *block, const struct nlattr *at4,
		       const struct nlattr *at6, const struct nlattr *at_len,
		       struct netlink_ext_ack *extack)
{
	u32 bits = at4 ? 32 : 128;
	struct in6_addr addr;

	block->len = at_len ? nla_get_u32(at_len) : bits;
	if (block->len > bits) {
		NL_SET_ERR_MSG_ATTR(extack, at_len, "an IPv4 address has 32 bits");
		return -EINVAL;
	}
	if (at4) {
		block->len += HTTP_ADDRESS_MAPPED_BITS;
		ipv6_addr_set_v4mapped(nla_get_be32(at4), &addr);
	} else {
		addr = nla_get_in6_addr(at6);
	}
	memcpy(block->address, &addr, sizeof(block->address));
	if (!http_block_valid(block)) {
		NL_SET_ERR_MSG_ATTR(extack, at4 ?: at6,
				    "the address has bits behind the prefix of its block");
		return -EINVAL;
	}
	return 0;
}

static int khttpd_access_add(struct khttpd_site_maker *maker, struct http_access *access,
			     const struct nlattr *nest)
{
	const struct nlattr *at4 = nla_find_nested(nest, KHTTPD_A_BLOCK_ADDR4);
	const struct nlattr *at6 = nla_find_nested(nest, KHTTPD_A_BLOCK_ADDR6);
	const struct nlattr *at_len = nla_find_nested(nest, KHTTPD_A_BLOCK_PREFIX_LEN);
	struct http_block block = { .deny = nla_type(nest) == KHTTPD_A_ACCESS_DENY };
	int err;

	if (!at4 == !at6 || !at_len)
		return khttpd_site_refuse(maker, nest,
					  "a block has either an IPv4 or an IPv6 address, and the length of its prefix");
	err = khttpd_block_parse(&block, at4, at6, at_len, maker->extack);
	if (err)
		return err;
	http_access_add(access, &block);
	maker->blocks++;
	return 0;
}

/**
 * khttpd_site_set_access() - say which clients a virtual host or a rule is for
 * @maker:	what makes the virtual host
 * @access:	of it or of the rule
 * @nest:	attributes, valid by the policy
 *
 * Context: process context.
 * Return: 0 or a negative errno, with the reason in the maker's extack.
 */
int khttpd_site_set_access(struct khttpd_site_maker *maker, struct http_access *access,
			   const struct nlattr *nest)
{
	const struct nlattr *attr;
	int rem, err;

	*access = (struct http_access) { .blocks = maker->blocks };
	nla_for_each_nested(attr, nest, rem) {
		err = khttpd_access_add(maker, access, attr);
		if (err)
			return err;
	}
	return 0;
}
