// SPDX-License-Identifier: GPL-2.0
#include "accept.h"
#include "octet.h"

/* Weights are in thousandths. */
#define WEIGHT_MAX	1000
#define WEIGHT_BAD	(-1)	/* malformed */
#define WEIGHT_NONE	(-2)	/* nothing is said */

static const struct {
	const char *name;
	const char *suffix;
} codings[HTTP_CODINGS] = {
	[HTTP_CODING_BR]	= { "br", ".br" },
	[HTTP_CODING_ZSTD]	= { "zstd", ".zst" },
	[HTTP_CODING_GZIP]	= { "gzip", ".gz" },
	[HTTP_CODING_DEFLATE]	= { "deflate", NULL },
};

const char *http_coding_name(enum http_coding coding)
{
	return codings[coding].name;
}

const char *http_coding_suffix(enum http_coding coding)
{
	return codings[coding].suffix;
}

/* qvalue, at least one octet: 0 to 1 with up to three decimals (RFC 9110 section 12.4.2). */
static int qvalue(const char *s, u32 len)
{
	int weight;
	u32 i;

	if (len > 5 || (s[0] != '0' && s[0] != '1') || (len > 1 && s[1] != '.'))
		return WEIGHT_BAD;
	weight = s[0] - '0';
	for (i = 2; i < 5; i++) {
		if (i < len && !http_octet_is(s[i], HTTP_OCTET_DIGIT))
			return WEIGHT_BAD;
		weight = weight * 10 + (i < len ? s[i] - '0' : 0);
	}
	return weight <= WEIGHT_MAX ? weight : WEIGHT_BAD;
}

/*
 * The weight among the parameters behind a name (RFC 9110 sections 5.6.6 and
 * 12.4.2), wherever it stands; all that is behind the name has to be parameters.
 */
static int weight_of(const char *s, u32 len)
{
	int weight = WEIGHT_MAX;
	u32 name;
	u32 n;

	for (;;) {
		n = http_octets_space(s, len);
		s += n;
		len -= n;
		if (!len)
			return weight;
		if (s[0] != ';')
			return WEIGHT_BAD;
		n = 1 + http_octets_space(s + 1, len - 1);
		s += n;
		len -= n;
		if (!len || s[0] == ';')
			continue;
		n = http_parameter_len(s, len, &name);
		if (!n)
			return WEIGHT_BAD;
		if (http_octets_equal(s, name, "q"))
			weight = qvalue(s + name + 1, n - name - 1);
		if (weight == WEIGHT_BAD)
			return WEIGHT_BAD;
		s += n;
		len -= n;
	}
}

/* The coding of a name; HTTP_CODINGS for "*", and more for one that is unknown. */
static u32 coding_number(const char *name, u32 len)
{
	u32 coding;

	if (len == 1 && name[0] == '*')
		return HTTP_CODINGS;
	if (http_octets_equal(name, len, "identity"))
		return HTTP_CODING_IDENTITY;
	if (http_octets_equal(name, len, "x-gzip"))
		return HTTP_CODING_GZIP;
	for (coding = HTTP_CODING_IDENTITY + 1; coding < HTTP_CODINGS; coding++)
		if (http_octets_equal(name, len, codings[coding].name))
			return coding;
	return HTTP_CODINGS + 1;
}

enum http_coding http_accept_coding(const struct http_request *req, const char *buf,
				    u32 available)
{
	int weight[HTTP_CODINGS + 1];	/* the last is that of "*" */
	enum http_coding best = HTTP_CODING_IDENTITY;
	struct http_field_iter iter;
	const char *member;
	int highest;
	u32 coding;
	int said;
	u32 name;
	u32 len;

	for (coding = 0; coding < ARRAY_SIZE(weight); coding++)
		weight[coding] = WEIGHT_NONE;
	http_field_begin(&iter, req, buf, HTTP_FIELD_ACCEPT_ENCODING);
	while (http_field_next_member(&iter, &member, &len)) {
		name = http_octets_run(member, len, HTTP_OCTET_TOKEN);
		coding = coding_number(member, name);
		said = weight_of(member + name, len - name);
		if (coding <= HTTP_CODINGS && said != WEIGHT_BAD)
			weight[coding] = said;
	}
	for (coding = 0; coding < HTTP_CODINGS; coding++)
		if (weight[coding] == WEIGHT_NONE)
			weight[coding] = weight[HTTP_CODINGS];

	/* Of equal weight, what is encoded is preferred to identity. */
	highest = weight[HTTP_CODING_IDENTITY] > 0 ? weight[HTTP_CODING_IDENTITY] - 1 : 0;
	for (coding = HTTP_CODING_IDENTITY + 1; coding < HTTP_CODINGS; coding++) {
		if (!(available >> coding & 1) || weight[coding] <= highest)
			continue;
		highest = weight[coding];
		best = coding;
	}
	return best;
}

/* What is known of a media type: the weight of the most specific range that it is in. */
struct preference {
	u32 specificity;	/* 0 where there is no such range */
	int weight;
};

static void prefer(struct preference *preference, u32 specificity, int weight)
{
	if (specificity < preference->specificity ||
	    (specificity == preference->specificity && weight <= preference->weight))
		return;
	preference->specificity = specificity;
	preference->weight = weight;
}

/* How many octets of a member are its media range; the rest is parameters. */
static u32 media_range_len(const char *s, u32 len)
{
	u32 n = http_octets_run(s, len, HTTP_OCTET_TOKEN);

	if (n == len || s[n] != '/')
		return n;
	n++;
	return n + http_octets_run(s + n, len - n, HTTP_OCTET_TOKEN);
}

bool http_accept_json(const struct http_request *req, const char *buf)
{
	struct preference html = { 0, 0 };
	struct preference json = { 0, 0 };
	struct http_field_iter iter;
	const char *member;
	int weight;
	u32 range;
	u32 len;

	http_field_begin(&iter, req, buf, HTTP_FIELD_ACCEPT);
	while (http_field_next_member(&iter, &member, &len)) {
		range = media_range_len(member, len);
		weight = weight_of(member + range, len - range);
		if (weight == WEIGHT_BAD)
			continue;
		if (http_octets_equal(member, range, "*/*")) {
			prefer(&html, 1, weight);
			prefer(&json, 1, weight);
		} else if (http_octets_equal(member, range, "text/*")) {
			prefer(&html, 2, weight);
		} else if (http_octets_equal(member, range, "application/*")) {
			prefer(&json, 2, weight);
		} else if (http_octets_equal(member, range, "text/html")) {
			prefer(&html, 3, weight);
		} else if (http_octets_equal(member, range, "application/json")) {
			prefer(&json, 3, weight);
		}
	}
	return json.weight > html.weight ||
	       (json.weight && json.weight == html.weight &&
		json.specificity > html.specificity);
}
