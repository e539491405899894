/* stun_server.c: see the header. Big-endian throughout; all addresses here are IPv6. */
#include "sim/stun_server.h"

#include "sim/traffic.h"

#include <string.h>

enum {
	HEADER_BYTES = 20, COOKIE_AT = 4, ANSWER_BYTES = HEADER_BYTES + 24,
	PORT_AT = HEADER_BYTES + 6, IP_AT = HEADER_BYTES + 8
};
static const uint8_t request[] = { 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42 };
/* Success, 24 bytes of attributes; XOR-MAPPED-ADDRESS of 20 bytes, IPv6. */
static const uint8_t success[] = { 0x01, 0x01, 0x00, ANSWER_BYTES - HEADER_BYTES };
static const uint8_t attribute[] = { 0x00, 0x20, 0x00, 0x14, 0x00, 0x02 };

/* The mask of an address is what stands from the cookie on: cookie and transaction id. */
static void write_answer(uint8_t out[ANSWER_BYTES], const uint8_t *asked, const struct octo_address *from)
{
	memcpy(out, asked, HEADER_BYTES);
	memcpy(out, success, sizeof success);
	memcpy(out + HEADER_BYTES, attribute, sizeof attribute);
	out[PORT_AT] = (uint8_t)(from->port >> 8) ^ out[COOKIE_AT];
	out[PORT_AT + 1] = (uint8_t)from->port ^ out[COOKIE_AT + 1];
	for (size_t i = 0; i < sizeof from->ip; i++)
		out[IP_AT + i] = from->ip[i] ^ out[COOKIE_AT + i];
}

bool stun_server_receive(struct sim *sim, uint32_t node, const struct octo_address *from, const uint8_t *bytes, size_t size)
{
	if (size != HEADER_BYTES || memcmp(bytes, request, sizeof request) != 0)
		return false;
	arena_ref ref = traffic_new_packet(sim);
	struct packet *packet = arena_at(&sim->arena, ref);
	if (!packet)
		return true; /* the run ends */
	write_answer(packet->bytes, bytes, from);
	packet->size = ANSWER_BYTES;
	traffic_send(sim, node, ref, from);
	return true;
}
