/* SPDX-License-Identifier: GPL-2.0 */
/* Virtual hosts: what the vhost nests of a change say, ready to serve requests from. */
#ifndef KHTTPD_SITE_H
#define KHTTPD_SITE_H

#include <linux/refcount.h>
#include <linux/types.h>

#include <uapi/linux/khttpd.h>

#include "http/access.h"
#include "http/vhost.h"

struct in6_addr;
struct netlink_ext_ack;
struct nlattr;

/**
 * struct khttpd_string - octets that are not NUL-terminated
 * @s:		the octets
 * @len:	how many they are
 */
struct khttpd_string {
	const char	*s;
	u32		len;
};

/**
 * struct khttpd_error_page - the content of an error
 * @status:	status code that it is for
 * @path:	of a file, relative to the document root, NUL-terminated
 */
struct khttpd_error_page {
	u16		status;
	const char	*path;
};

/**
 * struct khttpd_rule - what is different beneath a path
 * @prefix:	the path, with its slash in front, not NUL-terminated
 * @prefix_len:	its octets
 * @fields:	field lines for every response, ready for the wire: each with its
 *		CRLF, not NUL-terminated
 * @fields_len:	their octets, at most KHTTPD_RULE_BYTES_MAX
 * @hide:	fields that are left out, HTTP_HEAD_ values of http/head.h, ORed
 * @has_expires: whether @expires_s counts
 * @has_listing: whether @listing counts instead of what the site says
 * @listing:	whether a directory without an index is listed
 * @has_access:	whether @access counts instead of what the site says
 * @readiness:	503 is the answer while the server drains
 * @redirect_status: 301, 302, 303, 307 or 308; 0 where nothing is redirected
 * @expires_s:	from Date to Expires, in seconds, 0 to KHTTPD_EXPIRES_MAX_S
 * @cache_control: value of Cache-Control, NUL-terminated, or NULL
 * @redirect:	target for http_rule_location(), not NUL-terminated
 * @redirect_len: its octets
 * @nr_origins:	valid entries of @origins
 * @origins:	origins that may read responses; "*" stands for all
 * @access:	clients that are answered
 */
struct khttpd_rule {
	const char			*prefix;
	u32				prefix_len;
	u32				fields_len;
	const char			*fields;
	u8				hide;
	bool				has_expires;
	bool				has_listing;
	bool				listing;
	bool				has_access;
	bool				readiness;
	u16				redirect_status;
	u32				expires_s;
	const char			*cache_control;
	const char			*redirect;
	u32				redirect_len;
	u32				nr_origins;
	const struct khttpd_string	*origins;
	struct http_access		access;
};

/**
 * struct khttpd_site - a virtual host
 * @root_name:	path of its document root as the administrator gave it,
 *		NUL-terminated; NULL stands for that of the server
 * @options:	KHTTPD_VHOST_OPTION_ values, ORed
 * @symlinks:	which symbolic links are followed
 * @charset:	of types of text, NUL-terminated; NULL means that none is said
 * @default_type: type of a file that has no known extension, NUL-terminated
 * @nr_indexes:	valid entries of @indexes, may be 0
 * @indexes:	names of files that stand for a directory, in order; none is
 *		longer than KHTTPD_NAME_MAX
 * @nr_error_pages: valid entries of @error_pages
 * @error_pages: at most one for each status
 * @nr_rules:	valid entries of @rules
 * @rules:	longer prefixes first
 * @nr_names:	valid entries of @names; the default has none
 * @names:	of hosts
 * @access:	clients that are answered where no rule says otherwise
 * @nest_len:	octets of @nest
 * @nest:	the attributes as they came, which most of the above points into;
 *		for comparing and reporting; NULL for the built-in one
 *
 * Immutable. It is one allocation of its own, and belongs to a khttpd_sites.
 */
struct khttpd_site {
	const char			*root_name;
	u32				options;
	enum khttpd_symlinks		symlinks;
	const char			*charset;
	const char			*default_type;
	u32				nr_indexes;
	u32				nr_error_pages;
	u32				nr_rules;
	u32				nr_names;
	const struct khttpd_string	*indexes;
	const struct khttpd_error_page	*error_pages;
	const struct khttpd_rule	*rules;
	const struct khttpd_string	*names;
	struct http_access		access;
	u32				nest_len;
	const void			*nest;
};

/**
 * struct khttpd_sites - all virtual hosts of a configuration
 * @ref:	one of each snapshot, change and dump that has it
 * @nr:		virtual hosts in the configuration
 * @fallback:	number of the one for requests that no name matches: one of the
 *		configuration, or @nr, which is built in
 * @nr_names:	valid entries of @names
 * @names:	of all of them, for http_vhost_find()
 * @site:	the virtual hosts, in the order in which they came, and behind
 *		them, as number @nr, the built-in one
 *
 * Immutable, and replaced as a whole.
 */
struct khttpd_sites {
	refcount_t			ref;
	u32				nr;
	u32				fallback;
	u32				nr_names;
	struct http_vhost_name		*names;
	const struct khttpd_site	*site[];
};

extern const struct khttpd_site khttpd_site_built_in;
extern struct khttpd_sites khttpd_sites_none;

const struct khttpd_rule *khttpd_site_rule(const struct khttpd_site *site,
					   const char *path, u32 len, bool dir);
const struct http_access *khttpd_site_access(const struct khttpd_site *site,
					     const struct khttpd_rule *rule);
bool khttpd_site_allows(const struct khttpd_site *site, const char *path, u32 len, bool dir,
			const struct in6_addr *client);
int khttpd_block_parse(struct http_block *block, const struct nlattr *at4,
		       const struct nlattr *at6, const struct nlattr *at_len,
		       struct netlink_ext_ack *extack);
const char *khttpd_site_error_page(const struct khttpd_site *site, u16 status);

struct khttpd_site *khttpd_site_parse(const struct nlattr *nest,
				      struct netlink_ext_ack *extack);
void khttpd_site_free(const struct khttpd_site *site);

struct khttpd_sites *khttpd_sites_parse(const struct nlattr *attrs, int len,
					struct netlink_ext_ack *extack);
const struct nlattr *khttpd_sites_attr(const struct nlattr *attrs, int len, u32 nr);
bool khttpd_sites_equal(const struct khttpd_sites *a, const struct khttpd_sites *b);
const struct khttpd_site *khttpd_sites_named(const struct khttpd_sites *sites,
					     const char *name);
u32 khttpd_sites_find(const struct khttpd_sites *sites, const char *host, u32 len);
struct khttpd_sites *khttpd_sites_get(struct khttpd_sites *sites);
void khttpd_sites_put(struct khttpd_sites *sites);

#endif /* KHTTPD_SITE_H */
