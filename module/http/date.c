// SPDX-License-Identifier: GPL-2.0
#include "date.h"
#include "octet.h"

#define SECONDS_PER_DAY		86400
#define DAYS_PER_ERA		146097	/* 400 years, after which the calendar repeats */
#define DAYS_PER_CENTURY	36524	/* the fourth of an era has a day more */
#define DAYS_PER_CYCLE		1461	/* 4 years; the last of a century may lack a day */
#define DAYS_BEFORE_MARCH	60	/* in the year 0, a leap year */

#define YEAR_0		(-62167219200LL)	/* 0000-01-01 00:00:00, a Saturday */
#define YEAR_9999_END	253402300799LL		/* 9999-12-31 23:59:59 */

struct civil {
	u32 year;
	u32 month;	/* 0 is January */
	u32 day;	/* of the month, from 1 */
};

/*
 * Years are counted from March here, so that the leap day is the last of its
 * year, and every unit of time but the last in a larger one has the same length.
 */
static void civil_from_days(struct civil *civil, u32 days)
{
	u32 year;
	u32 unit;

	if (days < DAYS_BEFORE_MARCH) {
		civil->year = 0;
		civil->month = days / 31;
		civil->day = days % 31 + 1;
		return;
	}
	days -= DAYS_BEFORE_MARCH;

	year = days / DAYS_PER_ERA * 400;
	days %= DAYS_PER_ERA;

	unit = days / DAYS_PER_CENTURY;
	if (unit == 4)
		unit = 3;
	year += unit * 100;
	days -= unit * DAYS_PER_CENTURY;

	year += days / DAYS_PER_CYCLE * 4;
	days %= DAYS_PER_CYCLE;

	unit = days / 365;
	if (unit == 4)
		unit = 3;
	year += unit;
	days -= unit * 365;

	/* From March on the months repeat 31, 30, 31, 30, 31: 153 days in five. */
	unit = (days * 5 + 2) / 153;
	civil->day = days - (unit * 153 + 2) / 5 + 1;
	civil->month = (unit + 2) % 12;
	civil->year = year + (unit >= 10);
}

static bool leap_year(u32 year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static u32 days_of_month(const struct civil *civil)
{
	/* One bit for each month of 31 days. */
	if (civil->month != 1)
		return 30 + (0xad5 >> civil->month & 1);
	return leap_year(civil->year) ? 29 : 28;
}

/* The inverse of civil_from_days(), for dates that exist. */
static u32 days_from_civil(const struct civil *civil)
{
	u32 month = (civil->month + 10) % 12;	/* 0 is March */
	u32 year = civil->year;

	if (civil->month < 2) {
		if (!year)
			return civil->month * 31 + civil->day - 1;
		year--;
	}
	return DAYS_BEFORE_MARCH + year * 365 + year / 4 - year / 100 + year / 400 +
	       (month * 153 + 2) / 5 + civil->day - 1;
}

static const char *const day_names[] = {
	"Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday",
};

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static void two_digits(char *dst, u32 value)
{
	dst[0] = '0' + value / 10;
	dst[1] = '0' + value % 10;
}

/* Splits a time, clamped; returns its day since YEAR_0 and sets its second of the day. */
static u32 civil_from_seconds(struct civil *civil, u32 *time, s64 seconds)
{
	u64 t;

	if (seconds < YEAR_0)
		seconds = YEAR_0;
	if (seconds > YEAR_9999_END)
		seconds = YEAR_9999_END;
	t = seconds - YEAR_0;
	*time = t % SECONDS_PER_DAY;
	civil_from_days(civil, t / SECONDS_PER_DAY);
	return t / SECONDS_PER_DAY;
}

static void put_time(char *dst, u32 time)
{
	two_digits(dst, time / 3600);
	two_digits(dst + 3, time / 60 % 60);
	two_digits(dst + 6, time % 60);
}

void http_date_format(char dst[HTTP_DATE_LEN], s64 seconds)
{
	struct civil civil;
	u32 days;
	u32 time;

	days = civil_from_seconds(&civil, &time, seconds);
	memcpy(dst, "Ddd, DD Mon YYYY HH:MM:SS GMT", HTTP_DATE_LEN);
	memcpy(dst, day_names[days % 7], 3);
	two_digits(dst + 5, civil.day);
	memcpy(dst + 8, month_names + civil.month * 3, 3);
	two_digits(dst + 12, civil.year / 100);
	two_digits(dst + 14, civil.year % 100);
	put_time(dst + 17, time);
}

void http_date_rfc3339(char dst[HTTP_DATE_RFC3339_LEN], s64 seconds)
{
	struct civil civil;
	u32 time;

	civil_from_seconds(&civil, &time, seconds);
	memcpy(dst, "YYYY-MM-DDTHH:MM:SSZ", HTTP_DATE_RFC3339_LEN);
	two_digits(dst, civil.year / 100);
	two_digits(dst + 2, civil.year % 100);
	two_digits(dst + 5, civil.month + 1);
	two_digits(dst + 8, civil.day);
	put_time(dst + 11, time);
}

struct moment {
	struct civil civil;
	u32 hour;
	u32 minute;
	u32 second;
};

/* The length of the name of a day that some octets begin with, or 0. */
static u32 day_name_len(const char *s, u32 len)
{
	const char *name;
	u32 n;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(day_names); i++) {
		name = day_names[i];
		n = strlen(name);
		if (len < 3 || memcmp(s, name, 3))
			continue;
		return len >= n && !memcmp(s, name, n) ? n : 3;
	}
	return 0;
}

/* The month, from 0, whose short name some octets begin with, or 12. */
static u32 month_number(const char *s)
{
	u32 month = 0;

	while (month < 12 && memcmp(s, month_names + month * 3, 3))
		month++;
	return month;
}

static bool take_digit(char octet, u32 *number)
{
	if (!http_octet_is(octet, HTTP_OCTET_DIGIT))
		return false;
	*number = *number * 10 + http_octet_hex(octet);
	return true;
}

/*
 * Takes a date apart that looks like this: lower-case letters stand for the
 * digits of day, year, hour, minute and second, "b" for the name of a month, "_"
 * for a digit or a space, and everything else for itself.
 */
static bool take_apart(const char *s, u32 len, const char *form, struct moment *moment)
{
	bool good = len == strlen(form);

	memset(moment, 0, sizeof(*moment));
	for (; good && *form; s++, form++) {
		switch (*form) {
		case 'y':
			good = take_digit(*s, &moment->civil.year);
			break;
		case 'b':
			moment->civil.month = month_number(s);
			s += 2;
			form += 2;
			break;
		case '_':
			good = *s == ' ' || take_digit(*s, &moment->civil.day);
			break;
		case 'd':
			good = take_digit(*s, &moment->civil.day);
			break;
		case 'h':
			good = take_digit(*s, &moment->hour);
			break;
		case 'm':
			good = take_digit(*s, &moment->minute);
			break;
		case 's':
			good = take_digit(*s, &moment->second);
			break;
		default:
			good = *s == *form;
		}
	}
	return good;
}

static bool exists(const struct moment *moment)
{
	const struct civil *civil = &moment->civil;

	return civil->month < 12 && civil->day && civil->day <= days_of_month(civil) &&
	       moment->hour < 24 && moment->minute < 60 && moment->second <= 60;
}

/* Orders moments of all years; the months of a year need not have their true length. */
static u64 rank(const struct civil *civil, u32 time)
{
	return (((u64)civil->year * 12 + civil->month) * 32 + civil->day) * SECONDS_PER_DAY + time;
}

static u32 time_of_day(const struct moment *moment)
{
	return (moment->hour * 60 + moment->minute) * 60 + moment->second;
}

/* Makes the year one of the latest century in which it is not over 50 years ahead. */
static void find_century(struct moment *moment, s64 now)
{
	struct civil *civil = &moment->civil;
	struct civil limit;
	u32 time;

	civil_from_seconds(&limit, &time, now);
	civil->year += limit.year / 100 * 100 + 100;
	limit.year = limit.year + 50 < 9999 ? limit.year + 50 : 9999;
	while (civil->year >= 100 && rank(civil, time_of_day(moment)) > rank(&limit, time))
		civil->year -= 100;
}

bool http_date_parse(const char *s, u32 len, s64 now, s64 *seconds)
{
	u32 day_name = day_name_len(s, len);
	struct moment moment;
	const char *form;

	if (!day_name || day_name == len)
		return false;
	s += day_name;
	len -= day_name;
	if (day_name > 3)
		form = ", dd-bbb-yy hh:mm:ss GMT";	/* RFC 850 */
	else if (s[0] == ',')
		form = ", dd bbb yyyy hh:mm:ss GMT";	/* IMF-fixdate */
	else
		form = " bbb _d hh:mm:ss yyyy";		/* asctime */
	if (!take_apart(s, len, form, &moment))
		return false;
	if (day_name > 3)
		find_century(&moment, now);
	if (!exists(&moment))
		return false;
	*seconds = YEAR_0 + (s64)days_from_civil(&moment.civil) * SECONDS_PER_DAY +
		   time_of_day(&moment);
	return true;
}
