/* packets.c: reads which packets are meant: a type, or one that a node sent. */
#include "sim/scenario/reader.h"

static const char *const packet_keys[] = { "type", "from", "to", "nth", NULL };
static const char *const packet_types[] = {
	"syn", "syn-ack", "ack", "retry", "probe", "probe-reply", "data", "stun", "any", NULL,
};
static const enum octo_packet_type packet_type_of[] = {
	OCTO_PACKET_SYN,   OCTO_PACKET_SYN_ACK,     OCTO_PACKET_ACK,  OCTO_PACKET_RETRY,
	OCTO_PACKET_PROBE, OCTO_PACKET_PROBE_REPLY, OCTO_PACKET_DATA, OCTO_PACKET_STUN,    OCTO_PACKET_UNKNOWN,
};

bool reader_packet_type(struct reader *reader, struct tree_value value, enum octo_packet_type *type)
{
	int32_t index = 0;

	if (!reader_word(reader, value, packet_types, &index))
		return false;
	*type = packet_type_of[index];
	return true;
}

const char *reader_packet_type_name(enum octo_packet_type type)
{
	size_t i = 0;

	while (packet_types[i + 1] != NULL && packet_type_of[i] != type)
		i++;
	return packet_types[i];
}

bool reader_recorded_packet(struct reader *reader, struct tree_value object, struct scenario_packet *packet)
{
	struct tree_value at = { NULL, 0 };
	uint64_t nth = 1;
	bool is_right = true;

	if (!reader_kind(reader, object, SCANNER_OBJECT,
	                 "an object with \"type\", \"from\", \"to\" and perhaps \"nth\""))
		return false;
	reader_keys(reader, object, packet_keys);
	if (!reader_need(reader, object, "type", "\"syn\", \"syn-ack\", \"ack\", … or \"any\"", &at) ||
	    !reader_packet_type(reader, at, &packet->type))
		is_right = false;
	if (!reader_need(reader, object, "from", "the name of the node that sent it", &at) ||
	    !reader_node(reader, at, &packet->from))
		is_right = false;
	if (!reader_need(reader, object, "to", "the name of the node it was sent to", &at) ||
	    !reader_node(reader, at, &packet->to))
		is_right = false;
	at = reader_get(reader, object, "nth");
	if (at.item != NULL && !reader_whole(reader, at, 1, 1000000, &nth))
		is_right = false;
	packet->nth = (uint32_t)nth;
	if (is_right && packet->from == packet->to) {
		reader_wrong(reader, object, "\"from\" and \"to\" are the same node");
		is_right = false;
	}
	return is_right;
}
