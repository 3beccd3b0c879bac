// SPDX-License-Identifier: GPL-2.0
/* All virtual hosts of a configuration: replaced as a whole, found by name. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <net/netlink.h>

#include "site.h"

/* Of a server that has none. */
struct khttpd_sites khttpd_sites_none = {
	.ref	= REFCOUNT_INIT(1),
	.site	= { &khttpd_site_built_in },
};

/**
 * khttpd_sites_attr() - the nest that a virtual host was made of
 * @attrs:	of the message that it came in, or NULL
 * @len:	their length, in bytes
 * @nr:		number of the virtual host
 *
 * Return: the attribute, or NULL if the message has no such.
 */
const struct nlattr *khttpd_sites_attr(const struct nlattr *attrs, int len, u32 nr)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_attr(attr, attrs, len, rem)
		if (nla_type(attr) == KHTTPD_A_CHANGE_VHOST && !nr--)
			return attr;
	return NULL;
}

static void khttpd_sites_free(struct khttpd_sites *sites)
{
	u32 i;

	for (i = 0; i < sites->nr; i++)
		khttpd_site_free(sites->site[i]);
	kvfree(sites->names);
	kvfree(sites);
}

static struct khttpd_sites *khttpd_sites_alloc(u32 nr)
{
	struct khttpd_sites *sites;

	sites = kvzalloc(struct_size(sites, site, nr + 1), GFP_KERNEL);
	if (!sites)
		return NULL;
	refcount_set(&sites->ref, 1);
	sites->nr = nr;
	sites->fallback = nr;
	sites->site[nr] = &khttpd_site_built_in;
	return sites;
}

static int khttpd_sites_set(struct khttpd_sites *sites, u32 nr, const struct nlattr *nest,
			    struct netlink_ext_ack *extack)
{
	struct khttpd_site *site = khttpd_site_parse(nest, extack);

	if (IS_ERR(site))
		return PTR_ERR(site);
	sites->site[nr] = site;
	sites->nr_names += site->nr_names;
	if (site->nr_names)
		return 0;
	if (sites->fallback != sites->nr) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "two virtual hosts have no name; only one can be the default");
		return -EINVAL;
	}
	sites->fallback = nr;
	return 0;
}

/* Where in the message a name is that its virtual host has in a copy. */
static const struct nlattr *khttpd_sites_name_attr(const struct khttpd_sites *sites,
						   const struct http_vhost_name *name,
						   const struct nlattr *attrs, int len)
{
	const struct nlattr *nest = khttpd_sites_attr(attrs, len, name->vhost);
	const char *copy = sites->site[name->vhost]->nest;

	return (void *)((char *)nla_data(nest) + (name->name - copy) - NLA_HDRLEN);
}

/* Make the table that requests are looked up in. */
static int khttpd_sites_index(struct khttpd_sites *sites, const struct nlattr *attrs,
			      int len, struct netlink_ext_ack *extack)
{
	struct http_vhost_name *name;
	u32 i, j;

	sites->names = kvmalloc_array(sites->nr_names, sizeof(*sites->names), GFP_KERNEL);
	if (!sites->names)
		return -ENOMEM;
	name = sites->names;
	for (i = 0; i < sites->nr; i++) {
		for (j = 0; j < sites->site[i]->nr_names; j++, name++) {
			name->name = sites->site[i]->names[j].s;
			name->len = sites->site[i]->names[j].len;
			name->vhost = i;
		}
	}
	sort(sites->names, sites->nr_names, sizeof(*sites->names), http_vhost_compare, NULL);
	for (i = 1; i < sites->nr_names; i++) {
		name = &sites->names[i];
		if (http_vhost_compare(name - 1, name))
			continue;
		if (name->vhost < name[-1].vhost)
			name--;
		NL_SET_ERR_MSG_ATTR(extack, khttpd_sites_name_attr(sites, name, attrs, len),
				    "a virtual host's name is given twice");
		return -EINVAL;
	}
	return 0;
}

static int khttpd_sites_fill(struct khttpd_sites *sites, const struct nlattr *attrs,
			     int len, struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int err, rem;
	u32 nr = 0;

	nla_for_each_attr(attr, attrs, len, rem) {
		if (nla_type(attr) != KHTTPD_A_CHANGE_VHOST)
			continue;
		err = khttpd_sites_set(sites, nr++, attr, extack);
		if (err)
			return err;
	}
	return sites->nr_names ? khttpd_sites_index(sites, attrs, len, extack) : 0;
}

/**
 * khttpd_sites_parse() - make the virtual hosts that a message has
 * @attrs:	its attributes, valid by the policy
 * @len:	their length, in bytes
 * @extack:	gets the reason of a refusal
 *
 * Context: process context, may sleep.
 * Return: the virtual hosts, for khttpd_sites_put(); NULL if the message has
 * none; or an error pointer.
 */
struct khttpd_sites *khttpd_sites_parse(const struct nlattr *attrs, int len,
					struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = khttpd_sites_attr(attrs, len, KHTTPD_VHOSTS_MAX);
	struct khttpd_sites *sites;
	u32 nr = 0;
	int err, rem;

	if (attr) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "too many virtual hosts");
		return ERR_PTR(-E2BIG);
	}
	nla_for_each_attr(attr, attrs, len, rem)
		nr += nla_type(attr) == KHTTPD_A_CHANGE_VHOST;
	if (!nr)
		return NULL;
	sites = khttpd_sites_alloc(nr);
	if (!sites)
		return ERR_PTR(-ENOMEM);
	err = khttpd_sites_fill(sites, attrs, len, extack);
	if (err) {
		khttpd_sites_free(sites);
		return ERR_PTR(err);
	}
	return sites;
}

/**
 * khttpd_sites_equal() - whether two configurations say the same of virtual hosts
 * @a:	virtual hosts
 * @b:	virtual hosts
 *
 * Context: any.
 * Return: true if their attributes are the same to the last octet.
 */
bool khttpd_sites_equal(const struct khttpd_sites *a, const struct khttpd_sites *b)
{
	u32 i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (a->site[i]->nest_len != b->site[i]->nest_len ||
		    memcmp(a->site[i]->nest, b->site[i]->nest, a->site[i]->nest_len))
			return false;
	return true;
}

/**
 * khttpd_sites_find() - the virtual host that a request is for
 * @sites:	virtual hosts
 * @host:	host as in the request, with its port
 * @len:	its octets; 0 where the request has none
 *
 * Context: any.
 * Return: number of the virtual host, 0 to @sites->nr.
 */
u32 khttpd_sites_find(const struct khttpd_sites *sites, const char *host, u32 len)
{
	int found = -1;

	/* Most servers have one site, and then no request need be asked for its name. */
	if (len && sites->nr_names)
		found = http_vhost_find(sites->names, sites->nr_names, host, len);
	return found < 0 ? sites->fallback : found;
}

/**
 * khttpd_sites_named() - the virtual host that an administrator names
 * @sites:	virtual hosts
 * @name:	any of its names, NUL-terminated; "" for the default one
 *
 * Other than in a request, a wildcard is named by itself.
 *
 * Context: any.
 * Return: the virtual host, or NULL.
 */
const struct khttpd_site *khttpd_sites_named(const struct khttpd_sites *sites,
					     const char *name)
{
	u32 i, len = strlen(name);

	if (!len)
		return sites->site[sites->fallback];
	for (i = 0; i < sites->nr_names; i++)
		if (sites->names[i].len == len &&
		    !strncasecmp(sites->names[i].name, name, len))
			return sites->site[sites->names[i].vhost];
	return NULL;
}

/**
 * khttpd_sites_get() - take a reference
 * @sites:	virtual hosts
 *
 * Context: any.
 * Return: @sites, for khttpd_sites_put().
 */
struct khttpd_sites *khttpd_sites_get(struct khttpd_sites *sites)
{
	refcount_inc(&sites->ref);
	return sites;
}

/**
 * khttpd_sites_put() - drop a reference
 * @sites:	virtual hosts, or NULL
 *
 * Context: any but NMI and hard interrupts.
 */
void khttpd_sites_put(struct khttpd_sites *sites)
{
	if (sites && refcount_dec_and_test(&sites->ref))
		khttpd_sites_free(sites);
}
