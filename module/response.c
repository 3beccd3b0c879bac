// SPDX-License-Identifier: GPL-2.0
/* Responses: their heads, and sending them. */
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "http/date.h"
#include "http/etag.h"
#include "http/mime.h"
#include "http/target.h"
#include "response.h"

/* Seconds after which a client that met a full server may come back. */
#define KHTTPD_RETRY_AFTER	5

/**
 * khttpd_response_init() - begin a response
 * @response:	is overwritten
 * @keep_alive:	whether the connection goes on after it
 */
void khttpd_response_init(struct khttpd_response *response, bool keep_alive)
{
	memset(response, 0, offsetof(struct khttpd_response, small));
	response->keep_alive = keep_alive;
	response->head = response->small;
}

/**
 * khttpd_response_release() - let go of what a response holds
 * @response:	initialised; sent, or given up at any point
 *
 * Context: work item, may sleep.
 */
void khttpd_response_release(struct khttpd_response *response)
{
	khttpd_window_clear(&response->window);
	if (response->file)
		khttpd_file_close(response->file);
	if (response->head != response->small)
		kfree(response->head);
	response->file = NULL;
	response->head = response->small;
}

/* Write the head, and after it the page of an error where there is one. */
static void khttpd_response_write(struct khttpd_response *response,
				  const struct http_request *request,
				  struct http_head *head, u32 size, bool page)
{
	char date[HTTP_DATE_LEN];
	char body[HTTP_ERROR_BODY_MAX];
	u32 body_len = 0;

	http_date_format(date, ktime_get_real_seconds());
	head->status = response->status;
	head->minor = request->minor;
	head->keep_alive = response->keep_alive;
	head->date = date;
	head->server = true;
	if (page) {
		body_len = http_error_body(body, sizeof(body), response->status);
		head->has_length = true;
		head->content_length = body_len;
		head->type = "text/html; charset=utf-8";
	}
	response->head_len = http_head_write(response->head, size - body_len, head);
	if (WARN_ON_ONCE(!response->head_len))
		return;
	if (request->method == HTTP_HEAD)
		return;
	memcpy(response->head + response->head_len, body, body_len);
	response->head_len += body_len;
}

/**
 * khttpd_response_plain() - a response that a status code says all of
 * @response:	initialised
 * @request:	that is answered; its method is of no account after a parse error
 * @status:	status code, 204 or an error
 *
 * Context: any.
 */
void khttpd_response_plain(struct khttpd_response *response,
			   const struct http_request *request, u16 status)
{
	struct http_head head = {
		.allow = status == 204 || status == 405,
		.retry_after = status == 503 ? KHTTPD_RETRY_AFTER : 0,
	};

	response->status = status;
	khttpd_response_write(response, request, &head, sizeof(response->small),
			      status != 204);
}

/**
 * khttpd_response_redirect() - send a client to a directory, with its slash
 * @response:	initialised
 * @request:	that is answered
 * @buf:	buffer that the spans of @request refer to
 * @path:	decoded path of the directory, relative to the root
 * @len:	its length in bytes, not 0
 *
 * The path has no empty segment, so that what is sent never begins with two
 * slashes and never names another host.
 *
 * Context: work item, may sleep for memory.
 * Return: 0 or -ENOMEM.
 */
int khttpd_response_redirect(struct khttpd_response *response,
			     const struct http_request *request, const char *buf,
			     const char *path, u32 len)
{
	u32 room = 3 * len + request->query.len + 3;
	u32 size = HTTP_HEAD_MAX + HTTP_ERROR_BODY_MAX + room;
	struct http_head head = { };
	char *location, *end;

	location = kmalloc(room, GFP_KERNEL);
	if (!location)
		return -ENOMEM;
	end = location;
	*end++ = '/';
	end += http_target_encode(path, len, end, 3 * len);
	*end++ = '/';
	if (request->has_query) {
		*end++ = '?';
		memcpy(end, buf + request->query.off, request->query.len);
		end += request->query.len;
	}
	response->head = kmalloc(size, GFP_KERNEL);
	if (!response->head) {
		response->head = response->small;
		kfree(location);
		return -ENOMEM;
	}
	head.location = location;
	head.location_len = end - location;
	response->status = 301;
	khttpd_response_write(response, request, &head, size, true);
	kfree(location);
	return 0;
}

/* Borrow the next pages.  Return: 0, or the errno that ends the response. */
static int khttpd_response_fill(struct khttpd_response *response,
				const struct cred *cred)
{
	ssize_t ret = khttpd_window_fill(&response->window, response->file,
					 response->pos, response->end, cred);

	if (ret > 0)
		response->pos += ret;
	return ret > 0 ? 0 : ret ?: -ENODATA;
}

/**
 * khttpd_response_file() - the content of a file
 * @response:	initialised; takes over the file, whatever is returned
 * @request:	that is answered
 * @found:	the file, which is open
 * @cred:	credentials to read it with
 * @type:	value of Content-Type
 *
 * Its first pages are read before success is promised.
 *
 * Context: work item on the cold queue, may sleep for the disk.
 * Return: 0, or the negative errno of reading.
 */
int khttpd_response_file(struct khttpd_response *response,
			 const struct http_request *request,
			 const struct khttpd_file *found, const struct cred *cred,
			 const char *type)
{
	const struct http_etag_source source = {
		.size = found->size,
		.mtime_sec = found->mtime.tv_sec,
		.mtime_nsec = found->mtime.tv_nsec,
	};
	char etag[HTTP_ETAG_MAX];
	struct http_head head = {
		.has_length = true,
		.content_length = found->size,
		.type = type,
		.charset = http_mime_is_text(type) ? "utf-8" : NULL,
		.has_mtime = true,
		/* RFC 9110, 8.8.2.1: never later than the Date beside it */
		.mtime = min_t(s64, found->mtime.tv_sec, ktime_get_real_seconds()),
		.etag = etag,
	};
	int err;

	if (request->method == HTTP_HEAD || !found->size) {
		khttpd_file_close(found->file);
	} else {
		response->file = found->file;
		response->end = found->size;
		err = khttpd_response_fill(response, cred);
		if (err) {
			khttpd_response_release(response);
			khttpd_response_init(response, response->keep_alive);
			return err;
		}
	}
	head.etag_len = http_etag_format(etag, &source);
	response->status = 200;
	khttpd_response_write(response, request, &head, sizeof(response->small), false);
	return 0;
}

static int khttpd_response_send_head(struct khttpd_response *response,
				     struct socket *sock)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec iov = {
		.iov_base = response->head + response->head_sent,
		.iov_len = response->head_len - response->head_sent,
	};
	int ret;

	/* The first bytes of a file leave in the same segment. */
	if (response->file)
		msg.msg_flags |= MSG_MORE;
	ret = kernel_sendmsg(sock, &msg, &iov, 1, iov.iov_len);
	if (ret > 0)
		response->head_sent += ret;
	return ret;
}

static ssize_t khttpd_response_send_file(struct khttpd_response *response,
					 struct socket *sock, const struct cred *cred)
{
	struct khttpd_window *window = &response->window;
	ssize_t ret;

	if (!window->len) {
		/* The length is promised already: nothing can make up for the rest. */
		ret = khttpd_response_fill(response, cred);
		if (ret)
			return ret == -ENOMEM ? ret : -ENODATA;
	}
	ret = khttpd_send_pages(sock, window->bv + window->first,
				window->nr - window->first, window->len,
				response->pos < response->end);
	if (ret > 0)
		khttpd_window_consume(window, ret);
	return ret;
}

/**
 * khttpd_response_send() - send some more of a response
 * @response:	complete
 * @sock:	the connection's socket
 * @cred:	credentials to read the file with
 * @sent:	is increased by the bytes that TCP took
 *
 * Context: work item; sleeps for the disk if khttpd_response_needs_disk(), but
 * never for the client.
 * Return: 1 if there was progress and something is left, 0 if nothing is left,
 * -EAGAIN if the client has to read first, -ENOMEM or -ENOBUFS if it is worth
 * trying again, -ENODATA if the file ended early or could not be read, or the
 * socket's error.
 */
int khttpd_response_send(struct khttpd_response *response, struct socket *sock,
			 const struct cred *cred, size_t *sent)
{
	ssize_t ret;

	if (response->head_sent < response->head_len)
		ret = khttpd_response_send_head(response, sock);
	else if (response->pos < response->end || response->window.len)
		ret = khttpd_response_send_file(response, sock, cred);
	else
		return 0;
	if (ret < 0)
		return ret;
	*sent += ret;
	return 1;
}
