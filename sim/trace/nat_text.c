/* nat_text.c: a NAT record in words. */
#include "sim/trace.h"

#include <string.h>

const char *trace_nat_name(enum trace_nat what)
{
	static const char *const names[TRACE_NAT_COUNT] = {
#define X(name, text) [TRACE_NAT_##name] = text,
		TRACE_NATS(X)
#undef X
	};

	return (unsigned)what < TRACE_NAT_COUNT ? names[what] : "unknown";
}

/* The longest run of zero groups, where "::" stands. */
static void find_gap(const unsigned groups[8], int *at, int *length)
{
	*at = 8;
	*length = 1;
	for (int i = 0; i < 8; i++) {
		int end = i;

		while (end < 8 && groups[end] == 0)
			end++;
		if (end - i > *length) {
			*at = i;
			*length = end - i;
		}
	}
}

void trace_address_text(const uint8_t bytes[TRACE_ADDRESS_BYTES], char out[TRACE_ADDRESS_TEXT])
{
	unsigned groups[8], port = (unsigned)bytes[16] << 8 | bytes[17];
	int gap, length;
	size_t used = 1;

	for (int i = 0; i < 8; i++)
		groups[i] = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1];
	find_gap(groups, &gap, &length);
	if (length == 8) {
		snprintf(out, TRACE_ADDRESS_TEXT, "any");
		return;
	}
	out[0] = '[';
	for (int i = 0; i < 8; i += i == gap ? length : 1) {
		const char *colon = i == gap ? "::" : i == 0 || i == gap + length ? "" : ":";

		if (i == gap)
			used += (size_t)snprintf(out + used, TRACE_ADDRESS_TEXT - used, "%s", colon);
		else
			used += (size_t)snprintf(out + used, TRACE_ADDRESS_TEXT - used, "%s%x", colon, groups[i]);
	}
	if (port)
		snprintf(out + used, TRACE_ADDRESS_TEXT - used, "]:%u", port);
	else
		snprintf(out + used, TRACE_ADDRESS_TEXT - used, "]:any");
}

void trace_nat_text(const struct trace_record *record, const uint8_t *extra, char *out, size_t size)
{
	char texts[3][TRACE_ADDRESS_TEXT];
	const size_t skipped = sizeof(texts) / sizeof(texts[0]) * TRACE_ADDRESS_BYTES;
	bool is_refused = record->a == TRACE_NAT_REFUSED;

	for (int i = 0; i < 3; i++)
		trace_address_text(extra + i * TRACE_ADDRESS_BYTES, texts[i]);
	snprintf(out, size, "NAT %.*s: %s %s %s%s%s %s", (int)(record->extra_size - skipped), (const char *)extra + skipped,
	         is_refused ? texts[2] : texts[0], is_refused ? "→" : "as", texts[1],
	         strcmp(texts[2], "any") != 0 && !is_refused ? " towards " : "",
	         strcmp(texts[2], "any") != 0 && !is_refused ? texts[2] : "", trace_nat_name((enum trace_nat)record->a));
}
