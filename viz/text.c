/* text.c: see text.h. */
#include "viz/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define THIN "\xe2\x80\x89"               /* thin space */

void text_time(uint64_t time_ns, char *out, size_t size)
{
	uint64_t rest = time_ns % 1000000000;
	snprintf(out, size, "%" PRIu64 ".%03" PRIu64 THIN "%03" PRIu64 THIN "%03" PRIu64 " s",
	         time_ns / 1000000000, rest / 1000000, rest / 1000 % 1000, rest % 1000);
}

void text_duration(uint64_t duration_ns, char *out, size_t size)
{
	static const struct { uint64_t unit; const char *name; } units[] = {
		{1000000000, "s"}, {1000000, "ms"}, {1000, "\xc2\xb5s"}, {1, "ns"}};
	size_t i = 0;
	while (i < 3 && duration_ns < units[i].unit)
		i++;
	uint64_t whole = duration_ns / units[i].unit;
	uint64_t thousandths = duration_ns % units[i].unit * 1000 / units[i].unit;
	if (whole >= 100 || i == 3)
		snprintf(out, size, "%" PRIu64 " %s", whole, units[i].name);
	else if (whole >= 10)
		snprintf(out, size, "%" PRIu64 ".%" PRIu64 " %s", whole, thousandths / 100, units[i].name);
	else
		snprintf(out, size, "%" PRIu64 ".%02" PRIu64 " %s", whole, thousandths / 10, units[i].name);
}

void text_axis(uint64_t time_ns, uint64_t step_ns, char *out, size_t size)
{
	int digits = 0;
	for (uint64_t unit = 1000000000; digits < 9 && step_ns < unit; unit /= 10)
		digits++;
	char fraction[16];
	snprintf(fraction, sizeof fraction, "%09" PRIu64, time_ns % 1000000000);
	if (digits)
		snprintf(out, size, "%" PRIu64 ".%.*s s", time_ns / 1000000000, digits, fraction);
	else
		snprintf(out, size, "%" PRIu64 " s", time_ns / 1000000000);
}

uint64_t text_axis_step(double least_ns)
{
	uint64_t step = 1;
	while ((double)step < least_ns && step < UINT64_C(1000000000000000000)) {
		if ((double)step * 2 >= least_ns)
			return step * 2;
		if ((double)step * 5 >= least_ns)
			return step * 5;
		step *= 10;
	}
	return step;
}

void text_session(uint64_t log_id, char *out, size_t size)
{
	snprintf(out, size, "%04x", (unsigned)(log_id >> 48));
}

void text_count(uint64_t count, char *out, size_t size)
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
	size_t at = 0;
	for (int i = 0; i < length && at + 2 < size; i++) {
		if (i && (length - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	if (size)
		out[at] = 0;
}

/* Length of the valid UTF-8 sequence at `in`, 0 when there is none. */
static size_t sequence_length(const unsigned char *in)
{
	if (in[0] < 0x80)
		return in[0] >= 0x20 && in[0] != 0x7f ? 1 : 0;
	size_t length = in[0] >= 0xc2 && in[0] < 0xe0 ? 2 : in[0] >= 0xe0 && in[0] < 0xf0 ? 3
	              : in[0] >= 0xf0 && in[0] < 0xf5 ? 4 : 0;
	for (size_t i = 1; i < length; i++) {
		if ((in[i] & 0xc0) != 0x80)
			return 0;
	}
	if (length == 2 && in[0] == 0xc2 && in[1] < 0xa0)
		return 0;
	if (length == 3 && ((in[0] == 0xe0 && in[1] < 0xa0) || (in[0] == 0xed && in[1] >= 0xa0)
	                    || (in[0] == 0xef && in[1] == 0xbf && in[2] >= 0xbe)))
		return 0;
	if (length == 4 && ((in[0] == 0xf0 && in[1] < 0x90) || (in[0] == 0xf4 && in[1] >= 0x90)))
		return 0;
	return length;
}

void text_clean(const char *in, char *out, size_t size)
{
	size_t at = 0;
	while (*in && size) {
		size_t length = sequence_length((const unsigned char *)in);
		if (at + (length ? length : 1) >= size)
			break;
		if (!length) {
			out[at++] = '?';
			in++;
			continue;
		}
		memcpy(out + at, in, length);
		at += length;
		in += length;
	}
	if (size)
		out[at] = 0;
}

bool text_parse_time(const char *in, uint64_t *time_ns)
{
	static const struct { const char *name; uint64_t unit; } units[] = {
		{"", 1}, {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000},
		{"m", UINT64_C(60000000000)}, {"h", UINT64_C(3600000000000)}, {"d", UINT64_C(86400000000000)},
		{"y", UINT64_C(31536000000000000)}};
	uint64_t whole = 0, fraction = 0, scale = 1;
	const char *at = in;
	bool has_digits = false;
	for (; *at >= '0' && *at <= '9'; at++, has_digits = true) {
		if (whole > (UINT64_MAX - 9) / 10)
			return false;
		whole = whole * 10 + (uint64_t)(*at - '0');
	}
	bool has_point = *at == '.';
	if (has_point) {
		for (at++; *at >= '0' && *at <= '9'; at++, has_digits = true) {
			if (scale < 1000000000) {
				fraction = fraction * 10 + (uint64_t)(*at - '0');
				scale *= 10;
			}
		}
	}
	for (size_t i = 0; has_digits && i < sizeof units / sizeof *units; i++) {
		if (strcmp(at, units[i].name))
			continue;
		if ((has_point && !*at) || whole > UINT64_MAX / units[i].unit - 1)
			return false;
		uint64_t unit = units[i].unit, seconds = unit / 1000000000;
		*time_ns = whole * unit + (seconds ? fraction * seconds * (1000000000 / scale) : fraction * unit / scale);
		return true;
	}
	return false;
}
