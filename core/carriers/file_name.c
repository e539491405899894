/* file_name.c: see file_name.h. */
#include "core/carriers/file_name.h"

#include "core/base/check.h"

#include <stdio.h>
#include <string.h>

/* The size of the UTF-8 sequence that begins here, and its code point; 0: it is none. */
static size_t sequence(const char *text, uint32_t *point)
{
	const uint8_t *byte = (const uint8_t *)text;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size = byte[0] < 0x80 ? 1 : byte[0] < 0xc2 ? 0 : byte[0] < 0xe0 ? 2 : byte[0] < 0xf0 ? 3 : byte[0] < 0xf5 ? 4 : 0;
	*point = size == 1 ? byte[0] : size == 2 ? byte[0] & 0x1fu : size == 3 ? byte[0] & 0xfu : byte[0] & 7u;
	for (size_t i = 1; i < size; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (byte[i] & 0x3fu);
	}
	bool is_good = size > 0 && *point >= least[size] && *point <= 0x10ffff && (*point < 0xd800 || *point > 0xdfff);
	return is_good ? size : 0;
}

static bool is_harmless(uint32_t point)
{
	if (point < 0x80)
		return point >= 0x20 && point != 0x7f && !strchr("\"$&'*/:;<>?\\`|!", (int)point);
	bool is_control = point < 0xa0;
	bool is_unseen = point == 0xad || point == 0x61c || point == 0x180e || (point >= 0x200b && point <= 0x200f) ||
	                 (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
	                 (point >= 0xfff0 && point <= 0xffff) || point >= 0xe0000;
	return !is_control && !is_unseen;
}

static bool ends_with(const char *name, const char *ending)
{
	size_t size = strlen(name), ending_size = strlen(ending);
	return size >= ending_size && strcmp(name + size - ending_size, ending) == 0;
}

/* Devices on some systems, whatever follows a dot: con, prn, aux, nul, com1, lpt1 … */
static bool is_device(const char *name)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul", "com", "lpt" };
	char stem[5] = "";
	size_t size = strcspn(name, ".");
	if (size < 3 || size > 4)
		return false;
	for (size_t i = 0; i < size; i++)
		stem[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
	for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
		if (strncmp(stem, devices[i], 3) == 0 && (i < 4 ? size == 3 : size == 4 && stem[3] >= '0' && stem[3] <= '9'))
			return true;
	return false;
}

/* Takes bytes out of the middle, at borders of characters, until it fits with its ending. */
static void shorten(const char *text, size_t size, char name[FILE_NAME_BYTES])
{
	const char *dot = NULL;
	for (size_t i = size; i-- > 1 && size - i <= 16;)
		if (text[i] == '.') {
			dot = text + i;
			break;
		}
	size_t ending = dot ? (size_t)(text + size - dot) : 0;
	size_t stem = size - ending < FILE_NAME_BYTES - 1 - ending ? size - ending : FILE_NAME_BYTES - 1 - ending;
	while (stem < size && ((uint8_t)text[stem] & 0xc0) == 0x80)
		stem--;
	memcpy(name, text, stem);
	memcpy(name + stem, dot ? dot : "", ending);
	name[stem + ending] = '\0';
}

void file_name_clean(const char *text, char name[FILE_NAME_BYTES])
{
	char clean[4 * FILE_NAME_BYTES];
	size_t used = 0;
	for (const char *at = text; *at; at++)
		if (*at == '/' || *at == '\\')
			text = at + 1;
	if (strlen(text) > sizeof clean - 8) /* longer than any file system takes: its end says more than its beginning */
		text += strlen(text) - (sizeof clean - 8);
	while (*text) {
		uint32_t point;
		size_t size = sequence(text, &point);
		if (size && is_harmless(point)) {
			memcpy(clean + used, text, size);
			used += size;
		} else {
			clean[used++] = '_';
		}
		text += size ? size : 1;
	}
	clean[used] = '\0';
	shorten(clean, used, name);
	for (used = strlen(name); used && (name[used - 1] == ' ' || name[used - 1] == '.'); used--)
		name[used - 1] = '\0';
	if (used == 0)
		strcpy(name, "file");
	if (strchr(".-~ ", name[0]) || is_device(name))
		name[0] = '_';
	if (ends_with(name, ".part") || ends_with(name, ".info"))
		name[strlen(name) - 5] = '_';
}

void file_name_number(const char *name, unsigned number, char numbered[FILE_NAME_NUMBERED_BYTES])
{
	const char *dot = strrchr(name, '.');
	OCTO_ASSERT(number >= 1 && number <= FILE_NAME_NUMBER_MAX && strlen(name) < FILE_NAME_BYTES);
	if (!dot || dot == name)
		dot = name + strlen(name);
	if (number == 1)
		snprintf(numbered, FILE_NAME_NUMBERED_BYTES, "%s", name);
	else
		snprintf(numbered, FILE_NAME_NUMBERED_BYTES, "%.*s-%u%s", (int)(dot - name), name, number, dot);
}
