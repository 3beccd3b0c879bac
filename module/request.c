// SPDX-License-Identifier: GPL-2.0
/* From a parsed request to a decision: what kind of answer it gets. */
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "client.h"
#include "conn.h"
#include "lookup.h"
#include "request.h"
#include "server.h"

/**
 * khttpd_request_check() - what can be answered without looking at a file
 * @config:	the snapshot that the request is served from
 * @request:	parsed
 *
 * Context: any.
 * Return: the status of the error to answer with, or 0.
 */
u16 khttpd_request_check(const struct khttpd_config *config,
			 const struct http_request *request)
{
	if (!http_method_known(request->method))
		return 501;
	if (request->expect == HTTP_EXPECT_UNKNOWN)
		return 417;
	if (request->framing == HTTP_FRAMING_LENGTH &&
	    request->content_length > config->settings.limit[KHTTPD_A_LIMITS_BODY_BYTES])
		return 413;
	switch (request->method) {
	case HTTP_GET:
	case HTTP_HEAD:
	case HTTP_OPTIONS:
		return 0;
	default:
		return 405;
	}
}

/**
 * khttpd_request_persists() - whether a further request can follow this one
 * @config:	the snapshot that the request is served from
 * @request:	parsed
 *
 * A client that expects 100 gets the final status instead; whether it sends its
 * content all the same cannot be known, so nothing behind it can be understood.
 *
 * Context: any.
 */
bool khttpd_request_persists(const struct khttpd_config *config,
			     const struct http_request *request)
{
	return request->keep_alive &&
	       !(request->framing != HTTP_FRAMING_NONE &&
		 request->expect != HTTP_EXPECT_NONE) &&
	       !(request->framing == HTTP_FRAMING_LENGTH && request->content_length >
		 config->settings.limit[KHTTPD_A_LIMITS_BODY_BYTES]);
}

/* What OPTIONS asks for.  Return: 0, or the status of the error to answer with. */
static u16 khttpd_request_options(struct khttpd_lookup *lookup)
{
	struct http_head head = lookup->head;

	head.status = 204;
	head.allow = true;
	return khttpd_response_empty(lookup->response, lookup->request, &head) ? 503 : 0;
}

static void khttpd_request_complete(struct khttpd_lookup *lookup, u16 status)
{
	enum http_form form = lookup->request->form;
	u16 err = 0;

	if (http_request_done(lookup->request) &&
	    (form == HTTP_FORM_ORIGIN || form == HTTP_FORM_ABSOLUTE))
		err = khttpd_lookup_resolve(lookup);
	if (!status)
		status = err ?: khttpd_lookup_admit(lookup);
	if (!status)
		status = lookup->request->method == HTTP_OPTIONS ?
			 khttpd_request_options(lookup) : khttpd_lookup_path(lookup);
	if (status)
		khttpd_lookup_error(lookup, status);
	kfree(lookup->name);
}

/**
 * khttpd_request_answer() - answer a request
 * @conn:	that the request came on
 * @config:	the snapshot that the request is served from
 * @request:	parsed, or what was seen of it when its parsing failed
 * @buf:	buffer that the spans of @request refer to
 * @status:	status of the error to answer with, or 0 for none; not 0 unless @cold
 * @cold:	whether files may be opened
 * @response:	initialised; is complete afterwards, be it with an error
 *
 * Context: work item, on the cold queue if @cold; may sleep for memory, and there
 * for the disk.
 * Return: 0, or -EINPROGRESS if it has to be done on the cold queue.
 */
int khttpd_request_answer(const struct khttpd_conn *conn, const struct khttpd_config *config,
			  const struct http_request *request, const char *buf,
			  u16 status, bool cold, struct khttpd_response *response)
{
	struct khttpd_lookup lookup = {
		.config = config,
		.request = request,
		.buf = buf,
		.stats = conn->server->stats,
		.cache = conn->server->cache,
		.compressor = &conn->server->compressor,
		.response = response,
	};
	const struct khttpd_site *site;

	ktime_get_coarse_real_ts64(&lookup.since);
	lookup.host = http_request_done(request) && request->has_host ?
		      khttpd_config_host(config, buf + request->host.off,
					 request->host.len) :
		      khttpd_config_host(config, NULL, 0);
	site = lookup.host->site;
	khttpd_client_addr(conn->sock->sk, &lookup.client);
	lookup.access = khttpd_site_access(site, NULL);
	if (!cold && khttpd_site_error_page(site, status))
		return -EINPROGRESS;
	lookup.head.server = site->options & KHTTPD_VHOST_OPTION_SERVER_FIELD;
	khttpd_request_complete(&lookup, status);
	return 0;
}
