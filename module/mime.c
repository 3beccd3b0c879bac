// SPDX-License-Identifier: GPL-2.0
/* The table of media types that an administrator gave. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include <uapi/linux/khttpd.h>

#include "http/rule.h"
#include "mime.h"
#include "netlink.h"

/**
 * struct khttpd_mime_maker - a table in the making
 * @extack:	gets the reason of a refusal
 * @mime:	what it becomes
 * @entries:	of the table
 * @nest:	where in the copy the next nest goes
 * @pool:	room for the next extension, which comes without a NUL
 */
struct khttpd_mime_maker {
	struct netlink_ext_ack	*extack;
	struct khttpd_mime	*mime;
	struct http_mime	*entries;
	char			*nest;
	char			*pool;
};

/**
 * struct khttpd_mime_size - how much room a table takes
 * @extensions:	entries
 * @nests:	octets of the nests, with their padding
 * @pool:	octets of the extensions, with a NUL for each
 */
struct khttpd_mime_size {
	u32	extensions;
	u32	nests;
	u32	pool;
};

static int khttpd_mime_measure(struct khttpd_mime_size *size, const struct nlattr *nest,
			       struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem;

	size->nests += nla_total_size(nla_len(nest));
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != KHTTPD_A_MIME_EXTENSION)
			continue;
		if (++size->extensions > KHTTPD_EXTENSIONS_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "too many extensions");
			return -E2BIG;
		}
		size->pool += nla_len(attr) + 1;
	}
	return 0;
}

static int khttpd_mime_add(struct khttpd_mime_maker *maker, const char *type,
			   const struct nlattr *attr)
{
	const char *extension = nla_data(attr);
	u32 len = khttpd_attr_len(attr);

	if (!http_rule_extension_valid(extension, len)) {
		NL_SET_ERR_MSG_ATTR(maker->extack, attr,
				    "an extension is in lower case, without a dot in front");
		return -EINVAL;
	}
	maker->entries->extension = maker->pool;
	maker->entries->type = type;
	maker->entries++;
	memcpy(maker->pool, extension, len);
	maker->pool += len;
	*maker->pool++ = '\0';
	return 0;
}

/* The type is NUL-terminated, so that the copy of the nest serves for it. */
static int khttpd_mime_add_nest(struct khttpd_mime_maker *maker, const struct nlattr *nest)
{
	const struct nlattr *at_type = nla_find_nested(nest, KHTTPD_A_MIME_TYPE);
	const struct nlattr *attr;
	const char *type;
	int err, rem;

	if (!at_type) {
		NL_SET_ERR_MSG_ATTR(maker->extack, nest, "the media type is not said");
		return -EINVAL;
	}
	type = nla_data(at_type);
	if (!http_rule_type_valid(type, khttpd_attr_len(at_type))) {
		NL_SET_ERR_MSG_ATTR(maker->extack, at_type, "not a media type");
		return -EINVAL;
	}
	memcpy(maker->nest, nest, nest->nla_len);
	type = maker->nest + (type - (const char *)nest);
	maker->nest += nla_total_size(nla_len(nest));
	nla_for_each_nested(attr, nest, rem) {
		if (nla_type(attr) != KHTTPD_A_MIME_EXTENSION)
			continue;
		err = khttpd_mime_add(maker, type, attr);
		if (err)
			return err;
	}
	return 0;
}

/* As http_mime_compare(); of the same extension, that which came first is less. */
static int khttpd_mime_compare(const void *a, const void *b)
{
	const struct http_mime *x = a, *y = b;

	return http_mime_compare(a, b) ?: (x->extension > y->extension) -
					  (x->extension < y->extension);
}

/* Put the table in order; of the same extension the last one stays. */
static void khttpd_mime_sort(struct http_mime_table *table, struct http_mime *entries)
{
	u32 i, nr = 0;

	sort(entries, table->nr, sizeof(*entries), khttpd_mime_compare, NULL);
	for (i = 0; i < table->nr; i++) {
		if (nr && !strcmp(entries[nr - 1].extension, entries[i].extension))
			nr--;
		entries[nr++] = entries[i];
	}
	table->nr = nr;
}

/* One allocation holds it all; what needs alignment comes first. */
static int khttpd_mime_alloc(struct khttpd_mime_maker *maker,
			     const struct khttpd_mime_size *size)
{
	struct khttpd_mime *mime;

	mime = kvzalloc(sizeof(*mime) + size->extensions * sizeof(*maker->entries) +
			size->nests + size->pool, GFP_KERNEL);
	if (!mime)
		return -ENOMEM;
	refcount_set(&mime->ref, 1);
	maker->mime = mime;
	maker->entries = (void *)(mime + 1);
	maker->nest = (void *)(maker->entries + size->extensions);
	maker->pool = maker->nest + size->nests;
	mime->table.entries = maker->entries;
	mime->table.nr = size->extensions;
	mime->nests = (void *)maker->nest;
	mime->nests_len = size->nests;
	return 0;
}

/**
 * khttpd_mime_parse() - make the table of media types that a message has
 * @attrs:	its attributes, valid by the policy
 * @len:	their length, in bytes
 * @extack:	gets the reason of a refusal
 *
 * Context: process context, may sleep.
 * Return: the table, for khttpd_mime_put(); NULL if the message has none; or an
 * error pointer.
 */
struct khttpd_mime *khttpd_mime_parse(const struct nlattr *attrs, int len,
				      struct netlink_ext_ack *extack)
{
	struct khttpd_mime_maker maker = { .extack = extack };
	struct khttpd_mime_size size = { };
	struct http_mime *entries;
	const struct nlattr *attr;
	int rem, err = 0;

	nla_for_each_attr(attr, attrs, len, rem) {
		if (nla_type(attr) == KHTTPD_A_CHANGE_MIME)
			err = khttpd_mime_measure(&size, attr, extack);
		if (err)
			return ERR_PTR(err);
	}
	if (!size.nests)
		return NULL;
	err = khttpd_mime_alloc(&maker, &size);
	if (err)
		return ERR_PTR(err);
	entries = maker.entries;
	nla_for_each_attr(attr, attrs, len, rem) {
		if (nla_type(attr) == KHTTPD_A_CHANGE_MIME)
			err = khttpd_mime_add_nest(&maker, attr);
		if (err) {
			khttpd_mime_put(maker.mime);
			return ERR_PTR(err);
		}
	}
	khttpd_mime_sort(&maker.mime->table, entries);
	return maker.mime;
}

/**
 * khttpd_mime_equal() - whether two tables came as the same attributes
 * @a:	a table, or NULL
 * @b:	a table, or NULL
 *
 * Context: any.
 * Return: true if they are the same to the last octet.
 */
bool khttpd_mime_equal(const struct khttpd_mime *a, const struct khttpd_mime *b)
{
	if (!a || !b)
		return a == b;
	return a->nests_len == b->nests_len && !memcmp(a->nests, b->nests, a->nests_len);
}

/**
 * khttpd_mime_get() - take a reference
 * @mime:	a table, or NULL
 *
 * Context: any.
 * Return: @mime, for khttpd_mime_put().
 */
struct khttpd_mime *khttpd_mime_get(struct khttpd_mime *mime)
{
	if (mime)
		refcount_inc(&mime->ref);
	return mime;
}

/**
 * khttpd_mime_put() - drop a reference
 * @mime:	a table, or NULL
 *
 * Context: any but NMI and hard interrupts.
 */
void khttpd_mime_put(struct khttpd_mime *mime)
{
	if (mime && refcount_dec_and_test(&mime->ref))
		kvfree(mime);
}
