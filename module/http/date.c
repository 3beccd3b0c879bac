// SPDX-License-Identifier: GPL-2.0
#include "date.h"

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
	memcpy(dst, &"SatSunMonTueWedThuFri"[days % 7 * 3], 3);
	two_digits(dst + 5, civil.day);
	memcpy(dst + 8, &"JanFebMarAprMayJunJulAugSepOctNovDec"[civil.month * 3], 3);
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
