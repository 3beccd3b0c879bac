// SPDX-License-Identifier: GPL-2.0
/* Responses: their heads, where their content comes from, and sending them. */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "http/date.h"
#include "response.h"

/* Seconds after which a client may come back that found the server full, or its share used up. */
#define KHTTPD_RETRY_AFTER	5

/* Size of a chunk in five digits with its CRLF, and the CRLF behind the chunk. */
#define KHTTPD_CHUNK_BEFORE	7
#define KHTTPD_CHUNK_AFTER	2

/**
 * khttpd_response_init() - begin a response
 * @response:	is overwritten
 * @keep_alive:	whether the connection goes on after it
 */
void khttpd_response_init(struct khttpd_response *response, bool keep_alive)
{
	memset(response, 0, offsetof(struct khttpd_response, small));
	response->keep_alive = keep_alive;
	response->now = ktime_get_real_seconds();
	response->text = response->small;
	response->text_size = sizeof(response->small);
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
	if (response->listing)
		khttpd_listing_close(response->listing);
	khttpd_compressed_free(&response->coded);
	kfree(response->parts);
	if (response->text != response->small)
		kvfree(response->text);
	khttpd_response_init(response, response->keep_alive);
}

/* -------------------------------------------------------------------- */
/* Heads                                                                */

/* Make room for some text in place of what there is. */
static int khttpd_response_reserve(struct khttpd_response *response, u32 size)
{
	char *text;

	if (size <= response->text_size)
		return 0;
	text = kvmalloc(size, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	if (response->text != response->small)
		kvfree(response->text);
	response->text = text;
	response->text_size = size;
	return 0;
}

/*
 * Write the head and, but for HEAD, some content behind it.  What the response
 * says by itself is added here; @head->status and all else is the caller's.
 */
static int khttpd_response_write(struct khttpd_response *response,
				 const struct http_request *request,
				 struct http_head *head, const char *content, u32 len)
{
	char date[HTTP_DATE_LEN];
	int err;

	http_date_format(date, response->now);
	head->date = date;
	head->minor = request->minor;
	head->keep_alive = response->keep_alive;
	err = khttpd_response_reserve(response,
				      HTTP_HEAD_MAX + http_head_variable(head) + len);
	if (err)
		return err;
	response->status = head->status;
	response->text_len = http_head_write(response->text, response->text_size - len, head);
	if (WARN_ON_ONCE(!response->text_len))
		return -EIO;
	response->head_len = response->text_len;
	if (request->method == HTTP_HEAD || !len)
		return 0;
	memcpy(response->text + response->text_len, content, len);
	response->text_len += len;
	return 0;
}

/**
 * khttpd_response_empty() - a response without content
 * @response:	initialised
 * @request:	that is answered
 * @head:	what to say, @status included
 *
 * Context: any that may sleep for memory.
 * Return: 0 or -ENOMEM.
 */
int khttpd_response_empty(struct khttpd_response *response,
			  const struct http_request *request, struct http_head *head)
{
	return khttpd_response_write(response, request, head, NULL, 0);
}

/**
 * khttpd_response_page() - a response whose status code says all
 * @response:	initialised
 * @request:	that is answered; its method is of no account after a parse error
 * @head:	what to say, @status included
 *
 * The content is a small page that names the status.
 *
 * Context: any that may sleep for memory.
 * Return: 0 or -ENOMEM.
 */
int khttpd_response_page(struct khttpd_response *response,
			 const struct http_request *request, struct http_head *head)
{
	char page[HTTP_ERROR_BODY_MAX];
	u32 len = http_error_body(page, sizeof(page), head->status);

	head->has_length = true;
	head->content_length = len;
	head->type = "text/html";
	head->charset = "utf-8";
	if (head->status == 429 || head->status == 503)
		head->retry_after = KHTTPD_RETRY_AFTER;
	return khttpd_response_write(response, request, head, page, len);
}

/**
 * khttpd_response_unavailable() - the answer for want of memory
 * @response:	initialised
 * @request:	that is answered
 *
 * Context: any.  Allocates nothing.
 */
void khttpd_response_unavailable(struct khttpd_response *response,
				 const struct http_request *request)
{
	struct http_head head = { .status = 503, .server = true };

	BUILD_BUG_ON(KHTTPD_RESPONSE_SMALL < HTTP_HEAD_MAX + HTTP_ERROR_BODY_MAX +
		     sizeof("text/html") + sizeof("utf-8"));
	khttpd_response_page(response, request, &head);
}

/* -------------------------------------------------------------------- */
/* Content                                                              */

/* Borrow the next pages.  Return: 0, or the errno that ends the response. */
static int khttpd_response_fill(struct khttpd_response *response)
{
	ssize_t ret = khttpd_window_fill(&response->window, response->file,
					 response->pos, response->end, response->cred);

	if (ret > 0)
		response->pos += ret;
	return ret > 0 ? 0 : ret ?: -ENODATA;
}

/* Take over a file, and read its first pages before success is promised. */
static int khttpd_response_open(struct khttpd_response *response,
				const struct http_request *request,
				const struct khttpd_file *found,
				const struct cred *cred, loff_t pos, loff_t end)
{
	if (request->method == HTTP_HEAD || pos == end) {
		khttpd_file_close(found->file);
		return 0;
	}
	response->file = found->file;
	response->cred = cred;
	response->pos = pos;
	response->end = end;
	return khttpd_response_fill(response);
}

/**
 * khttpd_response_file() - the content of a file
 * @response:	initialised; takes over the file, whatever is returned
 * @request:	that is answered
 * @head:	what to say, @status included, but for the length
 * @found:	the file, which is open
 * @cred:	credentials to read it with, which outlive the response
 *
 * Context: work item on the cold queue, may sleep for the disk.
 * Return: 0, or the negative errno of reading; then the response is as initialised.
 */
int khttpd_response_file(struct khttpd_response *response,
			 const struct http_request *request, struct http_head *head,
			 const struct khttpd_file *found, const struct cred *cred)
{
	int err;

	head->has_length = true;
	head->content_length = found->size;
	err = khttpd_response_open(response, request, found, cred, 0, found->size);
	if (!err)
		err = khttpd_response_write(response, request, head, NULL, 0);
	if (err)
		khttpd_response_release(response);
	return err;
}

/**
 * khttpd_response_coded() - the content of a file in a coding that was made for it
 * @response:	initialised; takes over @coded, whatever is returned
 * @request:	that is answered
 * @head:	what to say, @status and @coding included, but for the length
 * @coded:	the content; has none afterwards
 *
 * Context: any that may sleep for memory.
 * Return: 0 or -ENOMEM; then the response is as initialised.
 */
int khttpd_response_coded(struct khttpd_response *response,
			  const struct http_request *request, struct http_head *head,
			  struct khttpd_compressed *coded)
{
	int err;

	head->has_length = true;
	head->content_length = coded->len;
	if (request->method == HTTP_HEAD) {
		khttpd_compressed_free(coded);
	} else {
		response->coded = *coded;
		coded->content = NULL;
	}
	err = khttpd_response_write(response, request, head, NULL, 0);
	if (err)
		khttpd_response_release(response);
	return err;
}

static int khttpd_response_multipart(struct khttpd_response *response,
				     const struct http_request *request,
				     struct http_head *head, u64 size)
{
	struct http_multipart *multipart = &response->parts->multipart;
	char type[HTTP_MULTIPART_TYPE_MAX];
	u32 room = HTTP_MULTIPART_DELIMITER_MAX + 2 * KHTTPD_NAME_MAX;
	char *delimiter;
	u32 len;
	int err;

	multipart->ranges = &response->parts->ranges;
	multipart->size = size;
	multipart->type = head->type;
	multipart->charset = head->charset;
	http_multipart_boundary(multipart, get_random_u64());
	http_multipart_type(multipart, type);
	head->type = type;
	head->charset = NULL;
	head->content_length = http_multipart_length(multipart);
	delimiter = kmalloc(room, GFP_KERNEL);
	if (!delimiter)
		return -ENOMEM;
	len = http_multipart_delimiter(multipart, 0, delimiter, room);
	err = khttpd_response_write(response, request, head, delimiter, len);
	kfree(delimiter);
	return err;
}

/**
 * khttpd_response_parts() - parts of a file, as they were asked for
 * @response:	initialised; takes over the file and the parts, whatever is returned
 * @request:	that is answered, a GET
 * @head:	what to say of the representation; its @status and its range are set
 * @found:	the file, which is open
 * @cred:	credentials to read it with, which outlive the response
 * @parts:	allocated, with its @ranges, of which there is at least one
 *
 * Context: work item on the cold queue, may sleep for the disk.
 * Return: 0, or a negative errno; then the response is as initialised.
 */
int khttpd_response_parts(struct khttpd_response *response,
			  const struct http_request *request, struct http_head *head,
			  const struct khttpd_file *found, const struct cred *cred,
			  struct khttpd_parts *parts)
{
	const struct http_range *range = &parts->ranges.range[0];
	int err;

	parts->at = 0;
	response->parts = parts;
	head->status = 206;
	head->has_length = true;
	err = khttpd_response_open(response, request, found, cred, range->off,
				   range->off + range->len);
	if (err) {
		khttpd_response_release(response);
		return err;
	}
	if (parts->ranges.nr > 1) {
		err = khttpd_response_multipart(response, request, head, found->size);
	} else {
		head->has_range = true;
		head->range_off = range->off;
		head->range_len = range->len;
		head->range_size = found->size;
		head->content_length = range->len;
		err = khttpd_response_write(response, request, head, NULL, 0);
		/* There is nothing to be said between its bytes, or behind them. */
		kfree(response->parts);
		response->parts = NULL;
	}
	if (err)
		khttpd_response_release(response);
	return err;
}

/**
 * khttpd_response_listing() - a listing, as long as it may be
 * @response:	initialised; takes over the listing, whatever is returned
 * @request:	that is answered
 * @head:	what to say, @status included
 * @listing:	the listing, or NULL for HEAD
 *
 * Its length is not known before its end, which is told by the last chunk, or to
 * an HTTP/1.0 client by closing the connection.
 *
 * Context: work item on the cold queue, may sleep for memory.
 * Return: 0 or -ENOMEM; then the response is as initialised.
 */
int khttpd_response_listing(struct khttpd_response *response,
			    const struct http_request *request,
			    struct http_head *head, struct khttpd_listing *listing)
{
	int err;

	response->listing = listing;
	response->chunked = request->minor > 0;
	head->chunked = response->chunked;
	if (!response->chunked)
		response->keep_alive = false;
	err = khttpd_response_write(response, request, head, NULL, 0);
	if (err)
		khttpd_response_release(response);
	return err;
}

/* -------------------------------------------------------------------- */
/* What follows                                                         */

/* Begin the next part, or end the last. */
static void khttpd_response_next_part(struct khttpd_response *response)
{
	struct khttpd_parts *parts = response->parts;
	const struct http_range *range;

	parts->at++;
	response->text_sent = 0;
	response->text_len = http_multipart_delimiter(&parts->multipart, parts->at,
						      response->text,
						      response->text_size);
	if (parts->at < parts->ranges.nr) {
		range = &parts->ranges.range[parts->at];
		response->pos = range->off;
		response->end = range->off + range->len;
	} else {
		response->parts = NULL;
		kfree(parts);
	}
}

/* Frame @len bytes that stand at KHTTPD_CHUNK_BEFORE as a chunk, the last if there are none. */
static void khttpd_response_chunk(struct khttpd_response *response, u32 len)
{
	/* Room for any number, or the compiler warns; of five digits is every chunk. */
	char before[sizeof("ffffffff\r\n")];

	snprintf(before, sizeof(before), "%05x\r\n", len);
	memcpy(response->text, before, KHTTPD_CHUNK_BEFORE);
	memcpy(response->text + KHTTPD_CHUNK_BEFORE + len, "\r\n", KHTTPD_CHUNK_AFTER);
	response->text_len = KHTTPD_CHUNK_BEFORE + len + KHTTPD_CHUNK_AFTER;
}

static int khttpd_response_list(struct khttpd_response *response)
{
	u32 room = khttpd_listing_room(response->listing);
	int ret;

	ret = khttpd_response_reserve(response,
				      KHTTPD_CHUNK_BEFORE + room + KHTTPD_CHUNK_AFTER);
	if (ret)
		return ret;
	ret = khttpd_listing_read(response->listing,
				  response->text + KHTTPD_CHUNK_BEFORE, room);
	/* The client learns from the missing last chunk that it has not got all. */
	if (ret < 0)
		return -ENODATA;
	response->text_sent = 0;
	if (response->chunked) {
		khttpd_response_chunk(response, ret);
	} else {
		response->text_sent = KHTTPD_CHUNK_BEFORE;
		response->text_len = KHTTPD_CHUNK_BEFORE + ret;
	}
	if (!ret) {
		khttpd_listing_close(response->listing);
		response->listing = NULL;
	}
	return 1;
}

/* -------------------------------------------------------------------- */
/* Sending                                                              */

/* Bytes of @response->coded that are not sent. */
static size_t khttpd_response_coded_left(const struct khttpd_response *response)
{
	return response->coded.content ? response->coded.len - response->coded_sent : 0;
}

/* What is in memory. */
static int khttpd_response_send_text(struct khttpd_response *response,
				     struct socket *sock)
{
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL };
	struct kvec iov[] = {
		{
			.iov_base = response->text + response->text_sent,
			.iov_len = response->text_len - response->text_sent,
		}, {
			.iov_base = response->coded.content + response->coded_sent,
			.iov_len = khttpd_response_coded_left(response),
		},
	};
	size_t text;
	int ret;

	/* The first bytes of a file leave in the same segment. */
	if (response->window.len || response->pos < response->end)
		msg.msg_flags |= MSG_MORE;
	ret = kernel_sendmsg(sock, &msg, iov, ARRAY_SIZE(iov), iov[0].iov_len + iov[1].iov_len);
	if (ret > 0) {
		text = min_t(size_t, ret, iov[0].iov_len);
		response->text_sent += text;
		response->coded_sent += ret - text;
	}
	return ret;
}

static ssize_t khttpd_response_send_file(struct khttpd_response *response,
					 struct socket *sock)
{
	struct khttpd_window *window = &response->window;
	ssize_t ret;

	if (!window->len) {
		/* The length is promised already: nothing can make up for the rest. */
		ret = khttpd_response_fill(response);
		if (ret)
			return ret == -ENOMEM ? ret : -ENODATA;
	}
	lock_sock(sock->sk);
	ret = khttpd_send_pages(sock->sk, window->bv + window->first,
				window->nr - window->first, window->len,
				response->pos < response->end || response->parts);
	release_sock(sock->sk);
	if (ret > 0)
		khttpd_window_consume(window, ret);
	return ret;
}

/**
 * khttpd_response_send() - send some more of a response
 * @response:	complete
 * @sock:	the connection's socket
 * @sent:	is increased by the bytes that TCP took
 *
 * Context: work item; sleeps for the disk if khttpd_response_needs_disk(), but
 * never for the client.
 * Return: 1 if there was progress and something is left, 0 if nothing is left,
 * -EAGAIN if the client has to read first, -ENOMEM or -ENOBUFS if it is worth
 * trying again, -ENODATA if what was promised cannot be read, or the socket's
 * error.
 */
int khttpd_response_send(struct khttpd_response *response, struct socket *sock,
			 size_t *sent)
{
	ssize_t ret;

	if (response->text_sent < response->text_len || khttpd_response_coded_left(response)) {
		ret = khttpd_response_send_text(response, sock);
	} else if (response->pos < response->end || response->window.len) {
		ret = khttpd_response_send_file(response, sock);
	} else if (response->parts) {
		khttpd_response_next_part(response);
		return 1;
	} else {
		return response->listing ? khttpd_response_list(response) : 0;
	}
	if (ret < 0)
		return ret;
	*sent += ret;
	response->sent += ret;
	return 1;
}
