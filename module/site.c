// SPDX-License-Identifier: GPL-2.0
/* One virtual host: made of its netlink nest, and what requests ask of it. */
#include <linux/in6.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "http/mime.h"
#include "http/rule.h"
#include "maker.h"

#define KHTTPD_DEFAULT_CHARSET	"utf-8"

static const struct khttpd_string khttpd_default_index = {
	.s	= "index.html",
	.len	= sizeof("index.html") - 1,
};

/* Where there is no virtual host, and for what no name of one matches. */
const struct khttpd_site khttpd_site_built_in = {
	.options	= KHTTPD_DEFAULT_VHOST_OPTIONS,
	.symlinks	= KHTTPD_SYMLINKS_BENEATH,
	.charset	= KHTTPD_DEFAULT_CHARSET,
	.default_type	= HTTP_MIME_DEFAULT,
	.nr_indexes	= 1,
	.indexes	= &khttpd_default_index,
};

/* -------------------------------------------------------------------- */
/* Making one                                                           */

static int khttpd_site_add_name(struct khttpd_site_maker *maker, const struct nlattr *attr)
{
	struct khttpd_string name = khttpd_site_string(maker, attr);

	if (!http_vhost_name_valid(name.s, name.len))
		return khttpd_site_refuse(maker, attr,
					  "a name is a host in lower case without a port, or \"*.\" and a host name");
	maker->names[maker->site->nr_names++] = name;
	return 0;
}

static int khttpd_site_set_root(struct khttpd_site_maker *maker, const struct nlattr *attr)
{
	struct khttpd_string root = khttpd_site_string(maker, attr);

	if (!root.len || root.s[0] != '/' || memchr(root.s, '\0', root.len))
		return khttpd_site_refuse(maker, attr,
					  "the document root must be an absolute path");
	maker->site->root_name = root.s;
	return 0;
}

static int khttpd_site_add_index(struct khttpd_site_maker *maker, const struct nlattr *attr)
{
	struct khttpd_string name = khttpd_site_string(maker, attr);

	if (!name.len) {
		maker->no_index = attr;
		return 0;
	}
	if (!http_rule_name_valid(name.s, name.len))
		return khttpd_site_refuse(maker, attr,
					  "an index is the name of a file, without a slash");
	maker->indexes[maker->site->nr_indexes++] = name;
	return 0;
}

static int khttpd_site_set_charset(struct khttpd_site_maker *maker,
				   const struct nlattr *attr)
{
	struct khttpd_string charset = khttpd_site_string(maker, attr);

	if (charset.len && !http_rule_charset_valid(charset.s, charset.len))
		return khttpd_site_refuse(maker, attr, "not the name of a charset");
	maker->site->charset = charset.len ? charset.s : NULL;
	return 0;
}

static int khttpd_site_set_type(struct khttpd_site_maker *maker, const struct nlattr *attr)
{
	struct khttpd_string type = khttpd_site_string(maker, attr);

	if (!http_rule_type_valid(type.s, type.len))
		return khttpd_site_refuse(maker, attr, "not a media type");
	maker->site->default_type = type.s;
	return 0;
}

static int khttpd_site_add_error_page(struct khttpd_site_maker *maker,
				      const struct nlattr *nest)
{
	const struct nlattr *at_status = nla_find_nested(nest, KHTTPD_A_ERROR_PAGE_STATUS);
	const struct nlattr *at_path = nla_find_nested(nest, KHTTPD_A_ERROR_PAGE_PATH);
	struct khttpd_error_page *page;
	struct khttpd_string path;
	u32 status;

	if (!at_status || !at_path)
		return khttpd_site_refuse(maker, nest, "an error page has a status and a path");
	status = nla_get_u32(at_status);
	path = khttpd_site_string(maker, at_path);
	if (!http_rule_path_valid(path.s, path.len))
		return khttpd_site_refuse(maker, at_path,
					  "the path of an error page begins at the document root, without a slash");
	if (khttpd_site_error_page(maker->site, status))
		return khttpd_site_refuse(maker, at_status, "two error pages have the same status");
	page = &maker->error_pages[maker->site->nr_error_pages++];
	page->status = status;
	page->path = path.s;
	return 0;
}

static int khttpd_site_set(struct khttpd_site_maker *maker, const struct nlattr *attr)
{
	switch (nla_type(attr)) {
	case KHTTPD_A_VHOST_NAME:
		return khttpd_site_add_name(maker, attr);
	case KHTTPD_A_VHOST_ROOT:
		return khttpd_site_set_root(maker, attr);
	case KHTTPD_A_VHOST_INDEX:
		return khttpd_site_add_index(maker, attr);
	case KHTTPD_A_VHOST_OPTIONS:
		maker->site->options = nla_get_u32(attr);
		return 0;
	case KHTTPD_A_VHOST_SYMLINKS:
		maker->site->symlinks = nla_get_u32(attr);
		return 0;
	case KHTTPD_A_VHOST_CHARSET:
		return khttpd_site_set_charset(maker, attr);
	case KHTTPD_A_VHOST_DEFAULT_TYPE:
		return khttpd_site_set_type(maker, attr);
	case KHTTPD_A_VHOST_ERROR_PAGE:
		return khttpd_site_add_error_page(maker, attr);
	case KHTTPD_A_VHOST_RULE:
		return khttpd_site_add_rule(maker, attr);
	case KHTTPD_A_VHOST_ACCESS:
		return khttpd_site_set_access(maker, &maker->site->access, attr);
	}
	return 0;
}

/* What was not said; absent and empty lists of index names differ. */
static int khttpd_site_complete(struct khttpd_site_maker *maker)
{
	struct khttpd_site *site = maker->site;

	if (maker->no_index && site->nr_indexes)
		return khttpd_site_refuse(maker, maker->no_index,
					  "an empty index stands alone: it means none");
	if (!maker->no_index && !site->nr_indexes) {
		site->indexes = &khttpd_default_index;
		site->nr_indexes = 1;
	}
	return 0;
}

/* -------------------------------------------------------------------- */
/* How much room one takes                                              */

/**
 * struct khttpd_site_size - how many of what a virtual host has
 * @names:	of hosts
 * @indexes:	names of index files
 * @error_pages: pages
 * @rules:	rules
 * @origins:	of all rules
 * @blocks:	of addresses, of all rules and of the virtual host
 * @text:	octets that the field lines of all rules fit in
 */
struct khttpd_site_size {
	u32	names;
	u32	indexes;
	u32	error_pages;
	u32	rules;
	u32	origins;
	u32	blocks;
	u32	text;
};

static int khttpd_site_limit(u32 nr, u32 max, const struct nlattr *attr,
			     struct netlink_ext_ack *extack)
{
	if (nr <= max)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "too many of these");
	return -E2BIG;
}

static int khttpd_site_measure_access(struct khttpd_site_size *size,
				      const struct nlattr *nest,
				      struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	u32 allow = 0, deny = 0;
	int rem, err;

	nla_for_each_nested(attr, nest, rem) {
		size->blocks++;
		err = khttpd_site_limit(nla_type(attr) == KHTTPD_A_ACCESS_DENY ? ++deny : ++allow,
					KHTTPD_BLOCKS_MAX, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

static int khttpd_site_measure_rule(struct khttpd_site_size *size, const struct nlattr *nest,
				    struct netlink_ext_ack *extack)
{
	u32 fields = 0, removed = 0, origins = 0;
	const struct nlattr *attr;
	int rem, err = 0;

	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case KHTTPD_A_RULE_FIELD:
			/* Two headers of attributes are longer than ": " and CRLF. */
			size->text += nla_len(attr);
			err = khttpd_site_limit(++fields, KHTTPD_RULE_FIELDS_MAX, attr, extack);
			break;
		case KHTTPD_A_RULE_REMOVE:
			err = khttpd_site_limit(++removed, KHTTPD_RULE_FIELDS_MAX, attr, extack);
			break;
		case KHTTPD_A_RULE_ORIGIN:
			size->origins++;
			err = khttpd_site_limit(++origins, KHTTPD_ORIGINS_MAX, attr, extack);
			break;
		case KHTTPD_A_RULE_ACCESS:
			err = khttpd_site_measure_access(size, attr, extack);
			break;
		}
		if (err)
			return err;
	}
	return 0;
}

static int khttpd_site_measure(struct khttpd_site_size *size, const struct nlattr *nest,
			       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err = 0;

	nla_for_each_nested(attr, nest, rem) {
		switch (nla_type(attr)) {
		case KHTTPD_A_VHOST_NAME:
			err = khttpd_site_limit(++size->names, KHTTPD_HOSTS_MAX, attr, extack);
			break;
		case KHTTPD_A_VHOST_INDEX:
			err = khttpd_site_limit(++size->indexes, KHTTPD_INDEXES_MAX, attr,
						extack);
			break;
		case KHTTPD_A_VHOST_ERROR_PAGE:
			err = khttpd_site_limit(++size->error_pages, KHTTPD_ERROR_PAGES_MAX,
						attr, extack);
			break;
		case KHTTPD_A_VHOST_RULE:
			err = khttpd_site_limit(++size->rules, KHTTPD_RULES_MAX, attr, extack) ?:
			      khttpd_site_measure_rule(size, attr, extack);
			break;
		case KHTTPD_A_VHOST_ACCESS:
			err = khttpd_site_measure_access(size, attr, extack);
			break;
		}
		if (err)
			return err;
	}
	return 0;
}

/* One allocation holds it all; what needs alignment comes first. */
static int khttpd_site_alloc(struct khttpd_site_maker *maker,
			     const struct khttpd_site_size *size, const struct nlattr *nest)
{
	struct khttpd_site *site;

	site = kvzalloc(sizeof(*site) + size->rules * sizeof(*maker->rules) +
			size->error_pages * sizeof(*maker->error_pages) +
			(size->names + size->indexes + size->origins) *
			sizeof(struct khttpd_string) + size->blocks * sizeof(*maker->blocks) +
			nla_len(nest) + size->text, GFP_KERNEL);
	if (!site)
		return -ENOMEM;
	*site = khttpd_site_built_in;
	site->nr_indexes = 0;
	maker->site = site;
	maker->rules = (void *)(site + 1);
	maker->error_pages = (void *)(maker->rules + size->rules);
	maker->names = (void *)(maker->error_pages + size->error_pages);
	maker->indexes = maker->names + size->names;
	maker->origins = maker->indexes + size->indexes;
	maker->blocks = (void *)(maker->origins + size->origins);
	maker->copy = (void *)(maker->blocks + size->blocks);
	maker->text = maker->copy + nla_len(nest);
	maker->from = nla_data(nest);
	memcpy(maker->copy, maker->from, nla_len(nest));
	site->rules = maker->rules;
	site->error_pages = maker->error_pages;
	site->names = maker->names;
	site->indexes = maker->indexes;
	site->nest = maker->copy;
	site->nest_len = nla_len(nest);
	return 0;
}

/**
 * khttpd_site_parse() - make a virtual host
 * @nest:	its attributes, valid by the policy
 * @extack:	gets the reason of a refusal
 *
 * Context: process context, may sleep.
 * Return: the virtual host, for khttpd_site_free(), or an error pointer.
 */
struct khttpd_site *khttpd_site_parse(const struct nlattr *nest,
				      struct netlink_ext_ack *extack)
{
	struct khttpd_site_maker maker = { .extack = extack };
	struct khttpd_site_size size = { };
	const struct nlattr *attr;
	int err, rem;

	err = khttpd_site_measure(&size, nest, extack);
	if (!err)
		err = khttpd_site_alloc(&maker, &size, nest);
	if (err)
		return ERR_PTR(err);
	nla_for_each_nested(attr, nest, rem) {
		err = khttpd_site_set(&maker, attr);
		if (err)
			break;
	}
	if (!err)
		err = khttpd_site_complete(&maker);
	if (err) {
		khttpd_site_free(maker.site);
		return ERR_PTR(err);
	}
	return maker.site;
}

/**
 * khttpd_site_free() - free a virtual host
 * @site:	made by khttpd_site_parse(), or the built-in one, which stays
 *
 * Context: any but NMI and hard interrupts.
 */
void khttpd_site_free(const struct khttpd_site *site)
{
	if (site != &khttpd_site_built_in)
		kvfree(site);
}

/* -------------------------------------------------------------------- */
/* What requests ask                                                    */

/**
 * khttpd_site_rule() - the rule that a path comes under
 * @site:	the virtual host
 * @path:	decoded and without slashes at its ends, as http_target_resolve()
 *		writes it
 * @len:	its octets
 * @dir:	whether the path ended in a slash
 *
 * Context: any.
 * Return: the rule with the longest prefix that matches, or NULL.
 */
const struct khttpd_rule *khttpd_site_rule(const struct khttpd_site *site,
					   const char *path, u32 len, bool dir)
{
	const struct khttpd_rule *rule;

	for (rule = site->rules; rule < site->rules + site->nr_rules; rule++)
		if (http_rule_matches(rule->prefix, rule->prefix_len, path, len, dir))
			return rule;
	return NULL;
}

/**
 * khttpd_site_access() - the clients that are answered
 * @site:	the virtual host
 * @rule:	that the path comes under, or NULL
 *
 * Context: any.
 * Return: who they are, or NULL for everybody.
 */
const struct http_access *khttpd_site_access(const struct khttpd_site *site,
					     const struct khttpd_rule *rule)
{
	const struct http_access *access =
		rule && rule->has_access ? &rule->access : &site->access;

	return access->nr ? access : NULL;
}

/**
 * khttpd_site_allows() - whether a client may have what a path names
 * @site:	the virtual host
 * @path:	as of khttpd_site_rule()
 * @len:	its octets
 * @dir:	as of khttpd_site_rule()
 * @client:	its address, one of IPv4 mapped
 *
 * Context: any.
 */
bool khttpd_site_allows(const struct khttpd_site *site, const char *path, u32 len, bool dir,
			const struct in6_addr *client)
{
	const struct http_access *access =
		khttpd_site_access(site, khttpd_site_rule(site, path, len, dir));

	return !access || http_access_allows(access, client->s6_addr);
}

/**
 * khttpd_site_error_page() - the content that an error has
 * @site:	the virtual host
 * @status:	status code of the error
 *
 * Context: any.
 * Return: path relative to the document root, or NULL for the page of khttpd.
 */
const char *khttpd_site_error_page(const struct khttpd_site *site, u16 status)
{
	u32 i;

	for (i = 0; i < site->nr_error_pages; i++)
		if (site->error_pages[i].status == status)
			return site->error_pages[i].path;
	return NULL;
}
