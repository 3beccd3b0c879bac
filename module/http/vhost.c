// SPDX-License-Identifier: GPL-2.0
#include "vhost.h"
#include "host.h"
#include "octet.h"

static bool label_missing(const char *name, u32 len)
{
	u32 i;

	if (!len || name[0] == '.' || name[len - 1] == '.')
		return true;
	for (i = 1; i < len; i++)
		if (name[i] == '.' && name[i - 1] == '.')
			return true;
	return false;
}

bool http_vhost_name_valid(const char *name, u32 len)
{
	u32 i;

	if (!len || len > HTTP_VHOST_NAME_MAX || http_host_name(name, len) != len)
		return false;
	for (i = 0; i < len; i++)
		if (http_octet_lower(name[i]) != name[i])
			return false;
	if (name[0] == '[')
		return true;
	if (len > 2 && name[0] == '*' && name[1] == '.') {
		name += 2;
		len -= 2;
	}
	return !memchr(name, '*', len) && !label_missing(name, len);
}

static int compare(const char *a, u32 a_len, const char *b, u32 b_len)
{
	int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	if (order)
		return order;
	return a_len < b_len ? -1 : a_len > b_len;
}

int http_vhost_compare(const void *a, const void *b)
{
	const struct http_vhost_name *left = a;
	const struct http_vhost_name *right = b;

	return compare(left->name, left->len, right->name, right->len);
}

static int search(const struct http_vhost_name *names, u32 nr, const char *key, u32 len)
{
	u32 low = 0;
	u32 high = nr;
	u32 middle;
	int order;

	while (low < high) {
		middle = (low + high) / 2;
		order = compare(key, len, names[middle].name, names[middle].len);
		if (!order)
			return names[middle].vhost;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return -1;
}

int http_vhost_find(const struct http_vhost_name *names, u32 nr, const char *host, u32 len)
{
	char key[HTTP_VHOST_NAME_MAX];
	u32 n = http_host_name(host, len);
	int found;
	u32 i;

	if (n && host[n - 1] == '.')
		n--;
	if (!n || n > sizeof(key))
		return -1;
	for (i = 0; i < n; i++)
		key[i] = http_octet_lower(host[i]);
	found = search(names, nr, key, n);
	/* The octet before each dot makes room for the asterisk of a wildcard. */
	for (i = 1; i < n && found < 0; i++) {
		if (key[i] != '.')
			continue;
		key[i - 1] = '*';
		found = search(names, nr, key + i - 1, n - i + 1);
	}
	return found;
}
