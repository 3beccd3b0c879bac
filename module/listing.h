/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_LISTING_H
#define KHTTPD_LISTING_H

#include "http/listing.h"
#include "site.h"

struct khttpd_listing;

struct khttpd_listing *khttpd_listing_open(const struct khttpd_host *host,
					   const struct in6_addr *client,
					   const struct http_listing *page);
void khttpd_listing_close(struct khttpd_listing *listing);

u32 khttpd_listing_room(const struct khttpd_listing *listing);
int khttpd_listing_read(struct khttpd_listing *listing, char *buf, u32 size);

#endif /* KHTTPD_LISTING_H */
