/* units.c: see units.h. */
#include "sim/scenario/units.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct unit {
	const char *name;
	int64_t factor;
};

#define SECOND INT64_C(1000000000)

static const struct unit times[] = {
	{ "ns", 1 },          { "us", 1000 },         { "ms", 1000000 },       { "s", SECOND },
	{ "m", 60 * SECOND }, { "h", 3600 * SECOND }, { "d", 86400 * SECOND }, { "y", 365 * 86400 * SECOND },
	{ NULL, 0 },
};
static const struct unit rates[] = {
	{ "bit", 1 }, { "kbit", 1000 }, { "Mbit", 1000000 }, { "Gbit", 1000000000 }, { NULL, 0 },
};
static const struct unit sizes[] = {
	{ "B", 1 }, { "kB", 1000 }, { "MB", 1000000 }, { "KiB", 1024 }, { "MiB", 1048576 }, { NULL, 0 },
};
static const struct unit chances[] = { { "%", 1000000 }, { NULL, 0 } };

static const struct unit *units_of(enum unit_kind kind)
{
	switch (kind) {
	case UNIT_TIME:
		return times;
	case UNIT_RATE:
		return rates;
	case UNIT_SIZE:
		return sizes;
	case UNIT_CHANCE:
		return chances;
	}
	return chances;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b != 0) {
		int64_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

/* Digits as a whole number. False: above INT64_MAX. */
static bool digits_value(const char *digits, size_t count, int64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < count; i++) {
		int64_t digit = digits[i] - '0';

		if (*value > (INT64_MAX - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	return true;
}

/* 0.digits times the factor, exactly. False: that is not a whole number. */
static bool fraction_value(const char *digits, size_t count, int64_t factor, int64_t *value)
{
	int64_t above = 0, below = 1, common = 0;

	while (count > 0 && digits[count - 1] == '0')
		count--;
	if (count > 18 || !digits_value(digits, count, &above))
		return false;
	for (size_t i = 0; i < count; i++)
		below *= 10;
	/* above/below * factor with the common part taken out first: nothing can overflow then, as the result is
	 * smaller than the factor. */
	common = common_divisor(factor, below);
	if (above % (below / common) != 0)
		return false;
	*value = above / (below / common) * (factor / common);
	return true;
}

enum unit_result unit_read(enum unit_kind kind, const char *text, bool is_signed, int64_t *value)
{
	bool is_negative = text[0] == '-';
	const char *digits = text + (is_negative ? 1 : 0), *unit = NULL;
	const struct unit *known = units_of(kind);
	size_t whole = 0, fraction = 0;
	int64_t sum = 0, rest = 0;

	if (text[0] == '\0')
		return UNIT_EMPTY;
	if (strchr(text, ' ') != NULL)
		return UNIT_BLANK;
	if (strchr(text, ',') != NULL)
		return UNIT_COMMA;
	while (is_digit(digits[whole]))
		whole++;
	if (whole == 0)
		return UNIT_NO_DIGITS;
	unit = digits + whole;
	if (*unit == '.') {
		while (is_digit(unit[1 + fraction]))
			fraction++;
		if (fraction == 0)
			return UNIT_NO_DIGITS;
		unit += 1 + fraction;
	}
	if (*unit == '\0')
		return UNIT_NO_UNIT;
	while (known->name != NULL && strcmp(known->name, unit) != 0)
		known++;
	if (known->name == NULL)
		return UNIT_BAD_UNIT;
	if (is_negative && !is_signed)
		return UNIT_NEGATIVE;
	if (!digits_value(digits, whole, &sum) || sum > INT64_MAX / known->factor)
		return UNIT_TOO_LARGE;
	sum *= known->factor;
	if (fraction > 0 && !fraction_value(digits + whole + 1, fraction, known->factor, &rest))
		return UNIT_TOO_FINE;
	if (sum > INT64_MAX - rest)
		return UNIT_TOO_LARGE;
	*value = is_negative ? -(sum + rest) : sum + rest;
	return UNIT_OK;
}

const char *unit_problem(enum unit_result result)
{
	switch (result) {
	case UNIT_OK:
		return "it is right";
	case UNIT_EMPTY:
		return "it is empty";
	case UNIT_BLANK:
		return "there is a blank in it";
	case UNIT_COMMA:
		return "there is a comma in it; fractions are written with a point";
	case UNIT_NO_DIGITS:
		return "it is not a number with a unit";
	case UNIT_NO_UNIT:
		return "the unit is missing";
	case UNIT_BAD_UNIT:
		return "the unit is not known here";
	case UNIT_NEGATIVE:
		return "it must not be negative";
	case UNIT_TOO_FINE:
		return "it is finer than the smallest unit";
	case UNIT_TOO_LARGE:
		return "it is too large";
	}
	return "it is wrong";
}

const char *unit_allowed(enum unit_kind kind)
{
	switch (kind) {
	case UNIT_TIME:
		return "a time such as \"20ms\" (units ns, us, ms, s, m, h, d, y)";
	case UNIT_RATE:
		return "a rate such as \"2.5Mbit\" (units bit, kbit, Mbit, Gbit, each per second)";
	case UNIT_SIZE:
		return "a size such as \"64KiB\" (units B, kB, MB, KiB, MiB)";
	case UNIT_CHANCE:
		return "a probability such as \"1.5%\", at most 6 digits behind the point";
	}
	return "a quantity";
}

bool unit_whole(const char *text, size_t size, uint64_t *value)
{
	*value = 0;
	if (size == 0)
		return false;
	for (size_t i = 0; i < size; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (!is_digit(text[i]) || *value > (UINT64_MAX - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	return true;
}

void unit_time_text(uint64_t ns, char *out, size_t size)
{
	static const struct unit shown[] = {
		{ "d", 86400 * SECOND }, { "h", 3600 * SECOND }, { "m", 60 * SECOND }, { "s", SECOND },
		{ "ms", 1000000 },       { "us", 1000 },         { "ns", 1 },
	};
	size_t i = 0;

	if (ns == 0) {
		snprintf(out, size, "0s");
		return;
	}
	while (ns % (uint64_t)shown[i].factor != 0)
		i++;
	snprintf(out, size, "%" PRIu64 "%s", ns / (uint64_t)shown[i].factor, shown[i].name);
}

uint32_t unit_chance32(int64_t parts)
{
	uint64_t chance = ((uint64_t)parts << 32) / 100000000u;

	return chance > UINT32_MAX ? UINT32_MAX : (uint32_t)chance;
}
