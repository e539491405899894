/* frame.c: the layouts of [P 6]. Variable-length integers are those of RFC 9000, section 16, in their shortest form. */
#include "core/intrinsic/frame.h"

#include "core/octo.h"

static size_t varint_size(uint64_t value)
{
	return value < 1u << 6 ? 1 : value < 1u << 14 ? 2 : value < 1u << 30 ? 4 : 8;
}

static uint64_t read_varint(struct reader *reader)
{
	uint8_t first = read_u8(reader);
	size_t size = (size_t)1 << (first >> 6);
	uint64_t value = first & 0x3f;
	const uint8_t *rest = read_bytes(reader, size - 1);
	for (size_t i = 0; rest && i < size - 1; i++)
		value = value << 8 | rest[i];
	if (varint_size(value) != size)
		reader->failed = true;
	return reader->failed ? 0 : value;
}

static void write_varint(struct writer *writer, uint64_t value)
{
	size_t size = varint_size(value);
	uint8_t *out = write_room(writer, size);
	for (size_t i = size; i > 0; i--, value >>= 8)
		out[i - 1] = (uint8_t)value;
	out[0] = (uint8_t)(out[0] | (size == 8 ? 3 : size == 4 ? 2 : size - 1) << 6);
}

struct frame_range frame_range_read(struct reader *data)
{
	struct frame_range range = { .gap = read_varint(data) };
	range.length = read_varint(data);
	return range;
}

bool frame_range_write(struct writer *data, const struct frame_range *range)
{
	if (writer_left(data) < varint_size(range->gap) + varint_size(range->length))
		return false;
	write_varint(data, range->gap);
	write_varint(data, range->length);
	return true;
}

static void read_ranges(struct reader *reader, struct frame *frame)
{
	frame->largest = read_varint(reader);
	frame->delay = read_u8(reader);
	frame->range_count = read_u8(reader);
	if (frame->range_count == 0 || frame->range_count > FRAME_ACK_RANGES_MAX) {
		reader->failed = true;
		return;
	}
	uint64_t at = frame->largest + 1; /* from here upwards all is told of */
	size_t from = reader->position;
	for (uint8_t i = 0; i < frame->range_count; i++) {
		struct frame_range range = frame_range_read(reader);
		bool is_sound = (range.gap == 0) == (i == 0) && range.length > 0 && range.gap < at && range.length <= at - range.gap;
		reader->failed = reader->failed || !is_sound;
		at = is_sound ? at - range.gap - range.length : 0;
	}
	frame->data = reader->bytes + from;
	frame->size = reader->position - from;
}

static void read_message(struct reader *reader, struct frame *frame)
{
	uint64_t size = read_varint(reader);
	if (size > reader_left(reader)) /* before it is narrowed to size_t */
		reader->failed = true;
	else
		frame->size = (size_t)size;
	frame->data = read_bytes(reader, frame->size);
}

bool frame_read(struct reader *reader, struct frame *frame)
{
	if (reader->failed || reader_left(reader) == 0)
		return false;
	uint8_t first = read_u8(reader);
	frame->type = (enum frame_type)first;
	frame->data = NULL;
	frame->size = 0;
	switch (first) {
	case FRAME_PAD:
		break;
	case FRAME_ACK:
		frame->largest = read_u16(reader);
		frame->delay = read_u8(reader);
		frame->bitmap = read_u32(reader);
		break;
	case FRAME_ACK_RANGES:
		read_ranges(reader, frame);
		break;
	case FRAME_PING:
	case FRAME_PONG:
	case FRAME_MAX_RATE:
		frame->token = read_u32(reader);
		break;
	case FRAME_PATH_CHALLENGE:
	case FRAME_PATH_RESPONSE:
		frame->data = read_bytes(reader, 8);
		frame->size = 8;
		break;
	case FRAME_CLOSE:
		frame->token = read_u8(reader);
		break;
	case FRAME_SYNC_REQUEST:
		frame->courier = read_u8(reader);
		break;
	case FRAME_SYNC_HASH:
		frame->courier = read_u8(reader);
		frame->data = read_bytes(reader, 8);
		frame->size = 8;
		break;
	case FRAME_HANDSHAKE:
		frame->size = read_u8(reader);
		frame->data = read_bytes(reader, frame->size);
		break;
	case FRAME_COURIER_ORDERED:
		frame->courier = read_u8(reader);
		frame->largest = read_varint(reader);
		read_message(reader, frame);
		if (frame->courier > OCTO_COURIER_ID_MAX || frame->size > OCTO_ORDERED_PAYLOAD_MAX)
			reader->failed = true;
		break;
	default:
		if (first < FRAME_COURIER || first == 0xff) {
			reader->failed = true;
			break;
		}
		frame->type = FRAME_COURIER;
		frame->courier = first & 0x7f;
		read_message(reader, frame);
	}
	return !reader->failed;
}

size_t frame_size(const struct frame *frame)
{
	uint8_t room[64];
	if (frame->type == FRAME_COURIER)
		return 1 + varint_size(frame->size) + frame->size;
	if (frame->type == FRAME_COURIER_ORDERED)
		return 2 + varint_size(frame->largest) + varint_size(frame->size) + frame->size;
	if (frame->type == FRAME_HANDSHAKE)
		return 2 + frame->size;
	if (frame->type == FRAME_ACK_RANGES)
		return 3 + varint_size(frame->largest) + frame->size;
	struct writer writer = writer_of(room, sizeof room);
	frame_write(&writer, frame);
	return writer.position;
}

void frame_write_token(struct writer *writer, enum frame_type type, uint32_t token)
{
	write_u8(writer, (uint8_t)type);
	write_u32(writer, token);
}

void frame_write(struct writer *writer, const struct frame *frame)
{
	write_u8(writer, (uint8_t)(frame->type == FRAME_COURIER ? FRAME_COURIER | frame->courier : frame->type));
	switch (frame->type) {
	case FRAME_PAD:
		break;
	case FRAME_ACK:
		write_u16(writer, (uint16_t)frame->largest);
		write_u8(writer, frame->delay);
		write_u32(writer, frame->bitmap);
		break;
	case FRAME_ACK_RANGES:
		write_varint(writer, frame->largest);
		write_u8(writer, frame->delay);
		write_u8(writer, frame->range_count);
		write_bytes(writer, frame->data, frame->size);
		break;
	case FRAME_PING:
	case FRAME_PONG:
	case FRAME_MAX_RATE:
		write_u32(writer, frame->token);
		break;
	case FRAME_CLOSE:
		write_u8(writer, (uint8_t)frame->token);
		break;
	case FRAME_SYNC_REQUEST:
		write_u8(writer, frame->courier);
		break;
	case FRAME_SYNC_HASH:
		write_u8(writer, frame->courier);
		write_bytes(writer, frame->data, frame->size);
		break;
	case FRAME_PATH_CHALLENGE:
	case FRAME_PATH_RESPONSE:
		write_bytes(writer, frame->data, frame->size);
		break;
	case FRAME_HANDSHAKE:
		write_u8(writer, (uint8_t)frame->size);
		write_bytes(writer, frame->data, frame->size);
		break;
	case FRAME_COURIER_ORDERED:
		OCTO_ASSERT(frame->courier <= 126 && frame->size <= OCTO_ORDERED_PAYLOAD_MAX);
		write_u8(writer, frame->courier);
		write_varint(writer, frame->largest);
		write_varint(writer, frame->size);
		write_bytes(writer, frame->data, frame->size);
		break;
	case FRAME_COURIER:
		OCTO_ASSERT(frame->courier <= 126);
		write_varint(writer, frame->size);
		write_bytes(writer, frame->data, frame->size);
		break;
	}
}

void frame_count(struct frame_tallies *tallies, const struct frame *frame)
{
	bool is_path = frame->type == FRAME_PATH_CHALLENGE || frame->type == FRAME_PATH_RESPONSE;
	tallies->questions += frame->type == FRAME_PING || frame->type == FRAME_PATH_CHALLENGE;
	tallies->answers += frame->type == FRAME_PONG || frame->type == FRAME_PATH_RESPONSE;
	tallies->has_ordered = tallies->has_ordered || frame->type == FRAME_COURIER_ORDERED;
	tallies->has_couriers = tallies->has_couriers || tallies->has_ordered || frame->type == FRAME_COURIER;
	tallies->has_syn = tallies->has_syn || (frame->type == FRAME_HANDSHAKE &&
	                   octo_packet_type_of(frame->data, frame->size) == OCTO_PACKET_SYN);
	tallies->is_more_than_probing = tallies->is_more_than_probing || (!is_path && frame->type != FRAME_PAD);
}
