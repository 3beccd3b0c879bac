/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_RESPONSE_H
#define KHTTPD_RESPONSE_H

#include "compress.h"
#include "file.h"
#include "http/head.h"
#include "http/multipart.h"
#include "http/parse.h"
#include "http/range.h"
#include "http/status.h"
#include "listing.h"

/* A head and an error's page, if neither is out of the ordinary. */
#define KHTTPD_RESPONSE_SMALL	(HTTP_HEAD_MAX + HTTP_ERROR_BODY_MAX + 128)

/**
 * struct khttpd_parts - the parts of a file that are sent as one response
 * @ranges:	where they lie
 * @multipart:	how they are set apart, if there is more than one
 * @at:		the one that is being sent
 */
struct khttpd_parts {
	struct http_ranges	ranges;
	struct http_multipart	multipart;
	u32			at;
};

/**
 * struct khttpd_response - a response on its way
 * @now:	when it was begun, in seconds since 1970; whatever it says of time is of then
 * @status:	its status code
 * @keep_alive:	whether the connection goes on after it
 * @chunked:	@listing goes out in chunks
 * @head_len:	bytes of its head
 * @text:	head, and what follows it that is made here; @small or allocated
 * @text_size:	bytes at @text
 * @text_len:	valid bytes of @text
 * @text_sent:	of them, those that TCP took
 * @file:	where the bytes behind @text come from, or NULL
 * @cred:	credentials to read @file with; the snapshot keeps them
 * @pos:	next byte of @file to be borrowed
 * @end:	where to end in @file
 * @window:	bytes of @file before @pos that are not sent
 * @coded:	what comes behind @text, if it was compressed
 * @coded_sent:	of it, those bytes that TCP took
 * @parts:	what comes when @end is reached, or NULL
 * @listing:	what comes behind @text, or NULL
 * @sent:	bytes of all of it that TCP took
 * @small:	room for most heads, and for the pages of errors
 */
struct khttpd_response {
	s64			now;
	u16			status;
	bool			keep_alive;
	bool			chunked;
	u32			head_len;
	char			*text;
	u32			text_size;
	u32			text_len;
	u32			text_sent;
	struct file		*file;
	const struct cred	*cred;
	loff_t			pos;
	loff_t			end;
	struct khttpd_window	window;
	struct khttpd_compressed coded;
	size_t			coded_sent;
	struct khttpd_parts	*parts;
	struct khttpd_listing	*listing;
	u64			sent;
	char			small[KHTTPD_RESPONSE_SMALL];
};

void khttpd_response_init(struct khttpd_response *response, bool keep_alive);
void khttpd_response_release(struct khttpd_response *response);

int khttpd_response_empty(struct khttpd_response *response,
			  const struct http_request *request, struct http_head *head);
int khttpd_response_page(struct khttpd_response *response,
			 const struct http_request *request, struct http_head *head);
void khttpd_response_unavailable(struct khttpd_response *response,
				 const struct http_request *request);
int khttpd_response_file(struct khttpd_response *response,
			 const struct http_request *request, struct http_head *head,
			 const struct khttpd_file *found, const struct cred *cred);
int khttpd_response_coded(struct khttpd_response *response,
			  const struct http_request *request, struct http_head *head,
			  struct khttpd_compressed *coded);
int khttpd_response_parts(struct khttpd_response *response,
			  const struct http_request *request, struct http_head *head,
			  const struct khttpd_file *found, const struct cred *cred,
			  struct khttpd_parts *parts);
int khttpd_response_listing(struct khttpd_response *response,
			    const struct http_request *request,
			    struct http_head *head, struct khttpd_listing *listing);

int khttpd_response_send(struct khttpd_response *response, struct socket *sock,
			 size_t *sent);

/* Whether the next bytes have to be read from a file or a directory. */
static inline bool khttpd_response_needs_disk(const struct khttpd_response *response)
{
	return response->file || response->listing;
}

#endif /* KHTTPD_RESPONSE_H */
