/* quote.c: see quote.h. */
#include "sim/scenario/quote.h"

#include <stdbool.h>
#include <string.h>

static bool is_obeyed(const unsigned char *text, size_t left)
{
	/* C1 controls (U+0080..U+009F) are two bytes in UTF-8; some terminals act on them. */
	return text[0] < 0x20 || text[0] == 0x7f ||
	       (text[0] == 0xc2 && left > 1 && text[1] >= 0x80 && text[1] <= 0x9f);
}

/* Bytes of the character at `text`; a stray byte counts as one and is not shown. */
static size_t character_size(const unsigned char *text, size_t left)
{
	size_t size = text[0] < 0x80    ? 1
	              : text[0] >= 0xf0 ? 4
	              : text[0] >= 0xe0 ? 3
	              : text[0] >= 0xc2 ? 2
	                                : 0;

	if (size == 0 || size > left)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	return size;
}

void quote_plain(char *out, size_t out_size, const char *text, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t used = 0, at = 0;

	while (at < size) {
		size_t step = character_size(bytes + at, size - at);
		bool is_shown = step > 0 && !is_obeyed(bytes + at, size - at);
		size_t need = is_shown ? step : 1;

		/* Unless all the rest fits, three bytes and the NUL are kept back for the "…". */
		if (used + (size - at) + 1 > out_size && used + need + 4 > out_size) {
			if (used + 4 <= out_size) {
				memcpy(out + used, "…", 3);
				used += 3;
			}
			break;
		}
		if (is_shown)
			memcpy(out + used, text + at, step);
		else
			out[used] = '?';
		used += need;
		at += step > 0 ? step : 1;
	}
	out[used < out_size ? used : out_size - 1] = '\0';
}

void quote_text(char *out, size_t out_size, const char *text, size_t size)
{
	char plain[44];

	quote_plain(plain, sizeof(plain) < out_size - 2 ? sizeof(plain) : out_size - 2, text, size);
	out[0] = '"';
	memcpy(out + 1, plain, strlen(plain));
	memcpy(out + 1 + strlen(plain), "\"", 2);
}
