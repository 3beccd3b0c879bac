// SPDX-License-Identifier: GPL-2.0
#include "condition.h"
#include "date.h"
#include "etag.h"

/* Last-Modified, as it is sent. */
static s64 last_modified(const struct http_validators *validators)
{
	return validators->mtime < validators->now ? validators->mtime : validators->now;
}

/* "*", or a list with the tag of the representation (RFC 9110 sections 13.1.1 and 13.1.2). */
static bool any_matches(const struct http_request *req, const char *buf, enum http_field field,
			const struct http_validators *validators,
			bool (*equal)(const char *, u32, const char *, u32))
{
	const struct http_span *value = &req->field[field];
	struct http_field_iter iter;
	const char *member;
	bool any = false;
	bool tag = false;
	u32 members = 0;
	u32 len;

	/* Mostly it is the one tag that was sent. */
	if (validators->etag && equal(validators->etag, validators->etag_len,
				      buf + value->off, value->len))
		return true;
	http_field_begin(&iter, req, buf, field);
	while (http_field_next_member(&iter, &member, &len)) {
		members++;
		if (len == 1 && member[0] == '*')
			any = true;
		else if (validators->etag)
			tag |= equal(validators->etag, validators->etag_len, member, len);
	}
	return tag || (any && members == 1);
}

/*
 * The date of a field that has one, where there is something to compare it with;
 * what repeats a date is no date (RFC 9110 sections 13.1.3 and 13.1.4).
 */
static bool date_of(const struct http_request *req, const char *buf, enum http_field field,
		    const struct http_validators *validators, s64 *date)
{
	const struct http_span *value = &req->field[field];

	return http_request_has(req, field) && !http_request_repeats(req, field) &&
	       validators->has_mtime &&
	       http_date_parse(buf + value->off, value->len, validators->now, date);
}

/* Steps 1 and 2: is this still the representation that the client means? */
static bool is_unchanged(const struct http_request *req, const char *buf,
			 const struct http_validators *validators)
{
	s64 date;

	if (http_request_has(req, HTTP_FIELD_IF_MATCH))
		return any_matches(req, buf, HTTP_FIELD_IF_MATCH, validators,
				   http_etag_equal_strong);
	if (date_of(req, buf, HTTP_FIELD_IF_UNMODIFIED_SINCE, validators, &date))
		return last_modified(validators) <= date;
	return true;
}

/* Steps 3 and 4: is this a representation that the client does not have? */
static bool is_news(const struct http_request *req, const char *buf,
		    const struct http_validators *validators)
{
	s64 date;

	if (http_request_has(req, HTTP_FIELD_IF_NONE_MATCH))
		return !any_matches(req, buf, HTTP_FIELD_IF_NONE_MATCH, validators,
				    http_etag_equal_weak);
	if (date_of(req, buf, HTTP_FIELD_IF_MODIFIED_SINCE, validators, &date))
		return last_modified(validators) > date;
	return true;
}

u16 http_condition_check(const struct http_request *req, const char *buf,
			 const struct http_validators *validators)
{
	if (!is_unchanged(req, buf, validators))
		return 412;
	return is_news(req, buf, validators) ? 0 : 304;
}

bool http_condition_range(const struct http_request *req, const char *buf,
			  const struct http_validators *validators)
{
	const struct http_span *value = &req->field[HTTP_FIELD_IF_RANGE];
	s64 date;

	if (!http_request_has(req, HTTP_FIELD_IF_RANGE))
		return true;
	if (date_of(req, buf, HTTP_FIELD_IF_RANGE, validators, &date))
		return date == last_modified(validators) && date < validators->now;
	return !http_request_repeats(req, HTTP_FIELD_IF_RANGE) && validators->etag &&
	       http_etag_equal_strong(validators->etag, validators->etag_len,
				      buf + value->off, value->len);
}
