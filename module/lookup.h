/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_LOOKUP_H
#define KHTTPD_LOOKUP_H

#include <linux/in6.h>

#include "cache.h"
#include "compress.h"
#include "config.h"
#include "http/parse.h"
#include "http/target.h"
#include "response.h"

/* Room behind a path: for a slash, the name of an index, the suffix of a coding, NUL. */
#define KHTTPD_NAME_ROOM	(1 + KHTTPD_NAME_MAX + sizeof(".zst"))

/**
 * struct khttpd_lookup - a request on its way to its response
 * @config:	the snapshot that it is served from
 * @request:	parsed
 * @buf:	buffer that the spans of @request refer to
 * @host:	virtual host that it is for
 * @client:	address of who asks, one of IPv4 mapped
 * @rule:	rule that concerns it, or NULL
 * @access:	who may have it, or NULL for everybody
 * @name:	path relative to the document root, with KHTTPD_NAME_ROOM behind
 *		it; NULL if the target was not resolved
 * @path:	what is to know of @name
 * @absent:	there is nothing of that @name
 * @found:	what @name names, while that is open and its @plain is set; or NULL
 * @since:	the time as file systems know it, at the beginning
 * @stats:	counters of the server
 * @cache:	where what may be asked for again is kept
 * @compressor:	the server's
 * @response:	initialised
 * @head:	what every response to this request says
 */
struct khttpd_lookup {
	const struct khttpd_config	*config;
	const struct http_request	*request;
	const char			*buf;
	const struct khttpd_host	*host;
	struct in6_addr			client;
	const struct khttpd_rule	*rule;
	const struct http_access	*access;
	char				*name;
	struct http_path		path;
	bool				absent;
	const struct khttpd_file	*found;
	struct timespec64		since;
	struct khttpd_stats __percpu	*stats;
	struct khttpd_cache		*cache;
	struct khttpd_compressor	*compressor;
	struct khttpd_response		*response;
	struct http_head		head;
};

u16 khttpd_lookup_resolve(struct khttpd_lookup *lookup);
u16 khttpd_lookup_admit(const struct khttpd_lookup *lookup);
u16 khttpd_lookup_path(struct khttpd_lookup *lookup);
void khttpd_lookup_error(struct khttpd_lookup *lookup, u16 status);

#endif /* KHTTPD_LOOKUP_H */
