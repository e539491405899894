/* theme.c: see theme.h. */
#include "viz/theme.h"

#include <string.h>

#define PART(rgb, shift) ((double)((rgb) >> (shift) & 255) / 255)
#define HEX(rgb) { PART(rgb, 16), PART(rgb, 8), PART(rgb, 0) }

const struct theme theme_dark = {
	"dark",
	{
		[COLOR_BACKGROUND] = HEX(0x12141a), [COLOR_PANEL] = HEX(0x191c24),
		[COLOR_RAISED] = HEX(0x272c38),     [COLOR_EDGE] = HEX(0x343a48),
		[COLOR_FAINT] = HEX(0x242833),      [COLOR_DIM] = HEX(0xa3abba),
		[COLOR_TEXT] = HEX(0xeceff4),       [COLOR_MARK] = HEX(0xffffff),
		[COLOR_LOSS] = HEX(0xe8651a),       [COLOR_DUEL] = HEX(0xf0e442),
		[COLOR_SYN] = HEX(0x56b4e9),        [COLOR_SYN_ACK] = HEX(0x1380c4),
		[COLOR_ACK] = HEX(0x00b482),        [COLOR_RETRY] = HEX(0xcc79a7),
		[COLOR_DATA] = HEX(0xe69f00),       [COLOR_OTHER] = HEX(0x9aa3b2),
		[COLOR_IDLE] = HEX(0x6f7889),       [COLOR_OFFERING] = HEX(0x56b4e9),
		[COLOR_ANSWERING] = HEX(0xcc79a7),  [COLOR_ESTABLISHED] = HEX(0x009e73),
	},
};

/* Yellow does not show on white: the duel's is darkened, and so is sky blue. */
const struct theme theme_light = {
	"light",
	{
		[COLOR_BACKGROUND] = HEX(0xffffff), [COLOR_PANEL] = HEX(0xf3f4f7),
		[COLOR_RAISED] = HEX(0xdfe3ea),     [COLOR_EDGE] = HEX(0xc3c9d4),
		[COLOR_FAINT] = HEX(0xe8ebf0),      [COLOR_DIM] = HEX(0x535b6b),
		[COLOR_TEXT] = HEX(0x14171d),       [COLOR_MARK] = HEX(0x000000),
		[COLOR_LOSS] = HEX(0xc24e00),       [COLOR_DUEL] = HEX(0xb8a000),
		[COLOR_SYN] = HEX(0x2f95d0),        [COLOR_SYN_ACK] = HEX(0x0060a0),
		[COLOR_ACK] = HEX(0x008a64),        [COLOR_RETRY] = HEX(0xb0558a),
		[COLOR_DATA] = HEX(0xc88600),       [COLOR_OTHER] = HEX(0x6b7383),
		[COLOR_IDLE] = HEX(0x8d95a5),       [COLOR_OFFERING] = HEX(0x2f95d0),
		[COLOR_ANSWERING] = HEX(0xb0558a),  [COLOR_ESTABLISHED] = HEX(0x009e73),
	},
};

const struct theme *theme_find(const char *name)
{
	return !strcmp(name, "dark") ? &theme_dark : !strcmp(name, "light") ? &theme_light : NULL;
}

enum color_name theme_packet_color(enum octo_packet_type type)
{
	switch (type) {
	case OCTO_PACKET_SYN: return COLOR_SYN;
	case OCTO_PACKET_SYN_ACK: return COLOR_SYN_ACK;
	case OCTO_PACKET_ACK: return COLOR_ACK;
	case OCTO_PACKET_RETRY: return COLOR_RETRY;
	case OCTO_PACKET_DATA: return COLOR_DATA;
	case OCTO_PACKET_PROBE: case OCTO_PACKET_PROBE_REPLY: case OCTO_PACKET_STUN: case OCTO_PACKET_UNKNOWN: break;
	}
	return type & OCTO_PACKET_DATA ? COLOR_DATA : COLOR_OTHER;
}

enum color_name theme_state_color(enum octo_state state)
{
	switch (state) {
	case OCTO_STATE_OFFERING: return COLOR_OFFERING;
	case OCTO_STATE_ANSWERING: return COLOR_ANSWERING;
	case OCTO_STATE_ESTABLISHED: return COLOR_ESTABLISHED;
	case OCTO_STATE_IDLE: case OCTO_STATE_COUNT: break;
	}
	return COLOR_IDLE;
}

const char *theme_packet_letters(enum octo_packet_type type)
{
	switch (type) {
	case OCTO_PACKET_SYN: return "SYN";
	case OCTO_PACKET_SYN_ACK: return "S-A";
	case OCTO_PACKET_ACK: return "ACK";
	case OCTO_PACKET_RETRY: return "RTY";
	case OCTO_PACKET_PROBE: return "PRB";
	case OCTO_PACKET_PROBE_REPLY: return "RPL";
	case OCTO_PACKET_STUN: return "STN";
	case OCTO_PACKET_DATA: return "DAT";
	case OCTO_PACKET_UNKNOWN: break;
	}
	return type & OCTO_PACKET_DATA ? "DAT" : "?";
}

struct color theme_ink_on(struct color ground)
{
	double light = 0.299 * ground.red + 0.587 * ground.green + 0.114 * ground.blue;
	return light > 0.5 ? (struct color){0.04, 0.05, 0.07} : (struct color){1, 1, 1};
}
