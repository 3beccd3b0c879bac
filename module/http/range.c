// SPDX-License-Identifier: GPL-2.0
#include "range.h"
#include "octet.h"

/* What a specification of a range turns out to be. */
enum spec {
	SPEC_RANGE,
	SPEC_EVERYTHING,	/* and it is nothing: the end of an empty representation */
	SPEC_UNSATISFIABLE,
	SPEC_INVALID,
};

/* Takes digits; the number is at most 2^64 - 1, whatever they say. Returns how many there are. */
static u32 take_number(const char *s, u32 len, u64 *number)
{
	u32 digits = http_octets_run(s, len, HTTP_OCTET_DIGIT);
	u8 digit;
	u32 i;

	*number = 0;
	for (i = 0; i < digits; i++) {
		digit = http_octet_hex(s[i]);
		if (*number > (~0ULL - digit) / 10) {
			*number = ~0ULL;
			break;
		}
		*number = *number * 10 + digit;
	}
	return digits;
}

/* suffix-range: the last octets; @s is what follows the hyphen. */
static enum spec suffix_range(const char *s, u32 len, u64 size, struct http_range *range)
{
	u64 suffix;

	if (!len || take_number(s, len, &suffix) < len)
		return SPEC_INVALID;
	if (!suffix)
		return SPEC_UNSATISFIABLE;
	if (!size)
		return SPEC_EVERYTHING;
	range->len = suffix < size ? suffix : size;
	range->off = size - range->len;
	return SPEC_RANGE;
}

/* int-range: first to last, or to the end. */
static enum spec int_range(const char *s, u32 len, u64 size, struct http_range *range)
{
	u64 last = ~0ULL;
	u64 first;
	u32 n;

	n = take_number(s, len, &first);
	if (!n || n == len || s[n] != '-')
		return SPEC_INVALID;
	n++;
	if (n < len && (n + take_number(s + n, len - n, &last) < len || last < first))
		return SPEC_INVALID;
	if (first >= size)
		return SPEC_UNSATISFIABLE;
	range->off = first;
	range->len = (last < size ? last + 1 : size) - first;
	return SPEC_RANGE;
}

static bool joins(const struct http_range *a, const struct http_range *b)
{
	const struct http_range *low = a->off < b->off ? a : b;
	const struct http_range *high = low == a ? b : a;

	return high->off < low->off + low->len ||
	       high->off - low->off - low->len < HTTP_RANGE_GAP;
}

static void join(struct http_range *a, const struct http_range *b)
{
	u64 a_end = a->off + a->len;
	u64 b_end = b->off + b->len;

	if (b->off < a->off)
		a->off = b->off;
	a->len = (a_end > b_end ? a_end : b_end) - a->off;
}

static void drop_range(struct http_ranges *ranges, u32 nr)
{
	u32 i;

	ranges->nr--;
	for (i = nr; i < ranges->nr; i++)
		ranges->range[i] = ranges->range[i + 1];
}

/*
 * Puts a range to the others. Joined with one it grows and may reach others; these are looked
 * for again, and at most HTTP_RANGES_MAX times, as each time there is one less.
 * It takes the place of the first that it is joined with.
 */
static void put_range(struct http_ranges *ranges, struct http_range range)
{
	u32 place = ranges->nr;
	u32 i = 0;

	while (i < ranges->nr) {
		if (!joins(&ranges->range[i], &range)) {
			i++;
			continue;
		}
		join(&range, &ranges->range[i]);
		drop_range(ranges, i);
		if (i < place)
			place = i;
		i = 0;
	}
	for (i = ranges->nr; i > place; i--)
		ranges->range[i] = ranges->range[i - 1];
	ranges->range[place] = range;
	ranges->nr++;
}

/* Takes "bytes=" off a value, and leaves the set of ranges. */
static bool take_unit(const char **value, u32 *len)
{
	static const char unit[] = "bytes";
	u32 n = sizeof(unit) - 1;

	if (*len <= n || (*value)[n] != '=' || !http_octets_equal(*value, n, unit))
		return false;
	*value += n + 1;
	*len -= n + 1;
	return true;
}

u16 http_range_select(const struct http_request *req, const char *buf, u64 size,
		      struct http_ranges *ranges)
{
	const char *set = buf + req->field[HTTP_FIELD_RANGE].off;
	u32 left = req->field[HTTP_FIELD_RANGE].len;
	struct http_range range;
	bool everything = false;
	const char *member;
	enum spec spec;
	u32 specs = 0;
	u32 len;

	ranges->nr = 0;
	if (req->method != HTTP_GET || !http_request_has(req, HTTP_FIELD_RANGE) ||
	    http_request_repeats(req, HTTP_FIELD_RANGE) || !take_unit(&set, &left))
		return 200;
	while (http_list_next(&set, &left, &member, &len, false)) {
		spec = member[0] == '-' ? suffix_range(member + 1, len - 1, size, &range) :
					  int_range(member, len, size, &range);
		if (spec == SPEC_INVALID || ++specs > HTTP_RANGES_MAX)
			return 200;
		if (spec == SPEC_RANGE)
			put_range(ranges, range);
		else if (spec == SPEC_EVERYTHING)
			everything = true;
	}
	if (!specs || everything)
		return 200;
	return ranges->nr ? 206 : 416;
}
