/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHTTPD_RESPONSE_H
#define KHTTPD_RESPONSE_H

#include "file.h"
#include "http/head.h"
#include "http/parse.h"
#include "http/status.h"

/**
 * struct khttpd_response - a response on its way
 * @status:	its status code
 * @keep_alive:	whether the connection goes on after it
 * @head:	head, and the content where that was made here; @small or allocated
 * @head_len:	bytes of @head
 * @head_sent:	of them, those that TCP took
 * @file:	where the content comes from, or NULL
 * @pos:	next byte of @file to be borrowed
 * @end:	end of the content in @file
 * @window:	bytes of @file before @pos that are not sent
 * @small:	room for a head and an error's page
 */
struct khttpd_response {
	u16			status;
	bool			keep_alive;
	char			*head;
	u32			head_len;
	u32			head_sent;
	struct file		*file;
	loff_t			pos;
	loff_t			end;
	struct khttpd_window	window;
	char			small[HTTP_HEAD_MAX + HTTP_ERROR_BODY_MAX];
};

void khttpd_response_init(struct khttpd_response *response, bool keep_alive);
void khttpd_response_release(struct khttpd_response *response);

void khttpd_response_plain(struct khttpd_response *response,
			   const struct http_request *request, u16 status);
int khttpd_response_redirect(struct khttpd_response *response,
			     const struct http_request *request, const char *buf,
			     const char *path, u32 len);
int khttpd_response_file(struct khttpd_response *response,
			 const struct http_request *request,
			 const struct khttpd_file *found, const struct cred *cred,
			 const char *type);

int khttpd_response_send(struct khttpd_response *response, struct socket *sock,
			 const struct cred *cred, size_t *sent);

/* Whether the next bytes have to be read from a file. */
static inline bool khttpd_response_needs_disk(const struct khttpd_response *response)
{
	return response->file;
}

#endif /* KHTTPD_RESPONSE_H */
