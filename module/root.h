/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_ROOT_H
#define KHTTPD_ROOT_H

#include <linux/path.h>
#include <linux/refcount.h>

struct cred;
struct khttpd_change;
struct khttpd_settings;
struct nlattr;

/**
 * struct khttpd_root - a document root and the right to read beneath it
 * @ref:	one of each snapshot that has it
 * @path:	where lookups begin
 * @cred:	credentials that files are opened and read with
 */
struct khttpd_root {
	refcount_t		ref;
	struct path		path;
	const struct cred	*cred;
};

/**
 * struct khttpd_root_opener - what it takes to open the roots of a snapshot
 * @settings:	of the snapshot
 * @change:	that led to it
 * @same_user:	whether the snapshot before it reads files as the same user
 * @cred:	that all roots are read with; NULL before the first is opened, and
 *		whose reference is the caller's to drop
 */
struct khttpd_root_opener {
	const struct khttpd_settings	*settings;
	const struct khttpd_change	*change;
	bool				same_user;
	const struct cred		*cred;
};

struct khttpd_root *khttpd_root_open(struct khttpd_root_opener *opener, const char *name,
				     struct khttpd_root *old, const struct nlattr *at);
struct khttpd_root *khttpd_root_get(struct khttpd_root *root);
void khttpd_root_put(struct khttpd_root *root);
bool khttpd_root_equal(const struct khttpd_root *a, const struct khttpd_root *b);

#endif /* KHTTPD_ROOT_H */
