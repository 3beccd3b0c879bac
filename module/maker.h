/* SPDX-License-Identifier: GPL-2.0 */
/* A virtual host in the making: what site.c and rule.c share. */
#ifndef KHTTPD_MAKER_H
#define KHTTPD_MAKER_H

#include "netlink.h"
#include "site.h"

/**
 * struct khttpd_site_maker - a virtual host in the making
 * @extack:	gets the reason of a refusal
 * @from:	payload of the nest as it came, which errors are blamed on
 * @site:	what it becomes
 * @copy:	of the payload, what strings of @site point into
 * @rules:	of @site
 * @error_pages: of @site
 * @names:	of @site
 * @indexes:	of @site
 * @origins:	the next free one
 * @blocks:	the next free one
 * @text:	room for the next field line
 * @no_index:	attribute that says that there is no index, or NULL
 */
struct khttpd_site_maker {
	struct netlink_ext_ack		*extack;
	const char			*from;
	struct khttpd_site		*site;
	char				*copy;
	struct khttpd_rule		*rules;
	struct khttpd_error_page	*error_pages;
	struct khttpd_string		*names;
	struct khttpd_string		*indexes;
	struct khttpd_string		*origins;
	struct http_block		*blocks;
	char				*text;
	const struct nlattr		*no_index;
};

/**
 * khttpd_site_string() - the octets of a string attribute, in the copy that stays
 * @maker:	what makes the virtual host
 * @attr:	attribute of its nest
 *
 * Return: the octets, without the NUL that may be at the end.
 */
static inline struct khttpd_string
khttpd_site_string(const struct khttpd_site_maker *maker, const struct nlattr *attr)
{
	const char *data = nla_data(attr);

	return (struct khttpd_string) {
		.s	= maker->copy + (data - maker->from),
		.len	= khttpd_attr_len(attr),
	};
}

/* Say why an attribute is refused. Its value is the errno. */
#define khttpd_site_refuse(maker, attr, why)				\
({									\
	NL_SET_ERR_MSG_ATTR((maker)->extack, attr, why);		\
	-EINVAL;							\
})

int khttpd_site_add_rule(struct khttpd_site_maker *maker, const struct nlattr *nest);
int khttpd_site_set_access(struct khttpd_site_maker *maker, struct http_access *access,
			   const struct nlattr *nest);

#endif /* KHTTPD_MAKER_H */
