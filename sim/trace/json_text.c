/* json_text.c: see json_text.h. */
#include "sim/trace/json_text.h"

#include <inttypes.h>

size_t json_sequence(const uint8_t *at, size_t left)
{
	size_t size = at[0] < 0x80                    ? 1
	              : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
	              : (at[0] & 0xf0) == 0xe0        ? 3
	              : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
	                                              : 0;

	if (size > left)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0) ||
	    (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] >= 0x90))
		return 0;
	return size;
}

void json_text(const char *text, size_t size, FILE *out)
{
	const uint8_t *bytes = (const uint8_t *)text;

	putc('"', out);
	for (size_t at = 0; at < size;) {
		size_t step = json_sequence(bytes + at, size - at);

		if (step == 0)
			fputs("\xef\xbf\xbd", out);
		else if (bytes[at] == '"' || bytes[at] == '\\')
			fprintf(out, "\\%c", bytes[at]);
		else if (bytes[at] < 0x20 || bytes[at] == 0x7f)
			fprintf(out, "\\u%04x", bytes[at]);
		else if (bytes[at] == 0xc2 && bytes[at + 1] < 0xa0)
			fprintf(out, "\\u%04x", bytes[at + 1]);
		else
			fwrite(bytes + at, 1, step, out);
		at += step ? step : 1;
	}
	putc('"', out);
}

void json_seconds(uint64_t ns, FILE *out)
{
	char text[48];
	int size = snprintf(text, sizeof(text), "%" PRIu64 ".%09" PRIu64, ns / UINT64_C(1000000000),
	                    ns % UINT64_C(1000000000));

	while (text[size - 1] == '0' && text[size - 2] != '.')
		text[--size] = 0;
	fputs(text, out);
}
