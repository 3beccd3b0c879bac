// SPDX-License-Identifier: GPL-2.0
/* From a parsed request to a decision: which status, which file. */
#include <linux/slab.h>

#include "http/mime.h"
#include "http/target.h"
#include "request.h"

#define KHTTPD_INDEX	"index.html"

/**
 * khttpd_request_check() - what can be answered without looking at a file
 * @config:	the snapshot that the request is served from
 * @request:	parsed
 *
 * Context: any.
 * Return: the status code of the answer, or 0 if a file is wanted.
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
		return 0;
	case HTTP_OPTIONS:
		return 204;
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

static const char *khttpd_request_type(const char *name, u32 len)
{
	return http_mime_find(&http_mime_built_in, name, len) ?: HTTP_MIME_DEFAULT;
}

static u16 khttpd_request_status(int err)
{
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
	case -ENAMETOOLONG:
		return 404;
	case -EACCES:
	case -EPERM:
	case -EXDEV:
	case -ELOOP:
		return 403;
	case -ENOMEM:
	case -ENFILE:
	case -EMFILE:
	case -EAGAIN:
		return 503;
	default:
		return 500;
	}
}

/* A directory that was asked for as one; @name has room for the index. */
static u16 khttpd_request_index(const struct khttpd_root *root,
				const struct http_request *request, char *name,
				u32 len, struct khttpd_response *response)
{
	struct khttpd_file found;
	int err;

	if (len)
		name[len++] = '/';
	memcpy(name + len, KHTTPD_INDEX, sizeof(KHTTPD_INDEX));
	err = khttpd_file_open(root, name, &found);
	/* The directory is there, but there is nothing in it to show. */
	if (err == -ENOENT || (!err && !found.file))
		return 403;
	if (!err)
		err = khttpd_response_file(response, request, &found, root->cred,
					   khttpd_request_type(KHTTPD_INDEX,
							       strlen(KHTTPD_INDEX)));
	return err ? khttpd_request_status(err) : 0;
}

static u16 khttpd_request_path(const struct khttpd_root *root,
			       const struct http_request *request, const char *buf,
			       char *name, const struct http_path *path,
			       struct khttpd_response *response)
{
	struct khttpd_file found;
	int err;

	err = khttpd_file_open(root, name, &found);
	if (err)
		return khttpd_request_status(err);
	if (!found.file && path->dir)
		return khttpd_request_index(root, request, name, path->len, response);
	if (!found.file) {
		err = khttpd_response_redirect(response, request, buf, name, path->len);
		return err ? khttpd_request_status(err) : 0;
	}
	if (path->dir) {
		/* A file has nothing beneath it. */
		khttpd_file_close(found.file);
		return 404;
	}
	err = khttpd_response_file(response, request, &found, root->cred,
				   khttpd_request_type(name, path->len));
	return err ? khttpd_request_status(err) : 0;
}

/**
 * khttpd_request_serve() - answer a request for a file
 * @config:	the snapshot that the request is served from
 * @request:	parsed, GET or HEAD
 * @buf:	buffer that the spans of @request refer to
 * @response:	initialised; is complete afterwards, be it with an error
 *
 * Context: work item on the cold queue, may sleep for the disk.
 */
void khttpd_request_serve(const struct khttpd_config *config,
			  const struct http_request *request, const char *buf,
			  struct khttpd_response *response)
{
	u32 size = request->path.len + 1;
	struct http_path path;
	u16 status;
	char *name;

	name = kmalloc(size + strlen("/" KHTTPD_INDEX), GFP_KERNEL);
	if (!name) {
		khttpd_response_plain(response, request, 503);
		return;
	}
	status = http_target_resolve(buf + request->path.off, request->path.len,
				     name, size, &path);
	if (!status && path.hidden)
		status = 404;
	if (!status)
		status = khttpd_request_path(config->root, request, buf, name, &path,
					     response);
	if (status)
		khttpd_response_plain(response, request, status);
	kfree(name);
}
