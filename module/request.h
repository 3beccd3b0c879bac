/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_REQUEST_H
#define KHTTPD_REQUEST_H

#include "cache.h"
#include "config.h"
#include "http/parse.h"
#include "response.h"

struct khttpd_conn;

u16 khttpd_request_check(const struct khttpd_config *config,
			 const struct http_request *request);
int khttpd_request_answer(const struct khttpd_conn *conn, const struct khttpd_config *config,
			  const struct http_request *request, const char *buf,
			  u16 status, bool cold, struct khttpd_response *response);
bool khttpd_request_persists(const struct khttpd_config *config,
			     const struct http_request *request);

#endif /* KHTTPD_REQUEST_H */
