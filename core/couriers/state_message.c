/* state_message.c: each way of writing a thing is the only one: what is read and written again is the same bytes. */
#include "core/couriers/state_message.h"

enum {
	PARAMETER_BITS = 0x1f, VALUE_BIT = 0x20, BY_SHIFT = 6,
	VERSION_BYTES_MAX = 7, WRITER_BYTES = 8
};

uint16_t state_tag(uint64_t session)
{
	return (uint16_t)(session ^ session >> 16 ^ session >> 32 ^ session >> 48);
}

bool state_number_is_newer(uint16_t number, uint16_t heard)
{
	return (uint16_t)(number - heard - 1) < UINT16_MAX / 2;
}

bool state_head_read(struct reader *reader, struct state_head *head)
{
	uint8_t flags = read_u8(reader);
	head->asks = flags & STATE_ASKS;
	head->has_echo = (flags & STATE_HAS_ECHO) != 0;
	head->tag = read_u16(reader);
	head->number = read_u16(reader);
	head->echo = read_u16(reader);
	head->held_ms = read_u16(reader);
	head->digest = read_u64(reader);
	if (flags & ~(STATE_ASKS | STATE_HAS_ECHO) || (!head->has_echo && (head->echo || head->held_ms)))
		reader->failed = true;
	return !reader->failed;
}

void state_head_write(struct writer *writer, const struct state_head *head)
{
	write_u8(writer, (uint8_t)((head->asks ? STATE_ASKS : 0) | (head->has_echo ? STATE_HAS_ECHO : 0)));
	write_u16(writer, head->tag);
	write_u16(writer, head->number);
	write_u16(writer, head->echo);
	write_u16(writer, head->held_ms);
	write_u64(writer, head->digest);
}

/* Seven bits a byte, the lowest first, the top bit on all but the last; in as few bytes as possible. */
static uint64_t version_read(struct reader *reader)
{
	uint64_t version = 0;
	for (unsigned i = 0; i < VERSION_BYTES_MAX; i++) {
		uint8_t byte = read_u8(reader);
		version |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte & 0x80)
			continue;
		if (byte == 0 || version > OCTO_VERSION_MAX)
			break;
		return version;
	}
	reader->failed = true;
	return 0;
}

static size_t version_size(uint64_t version)
{
	size_t size = 1;
	while (version >>= 7)
		size++;
	return size;
}

static void version_write(struct writer *writer, uint64_t version)
{
	for (; version > 0x7f; version >>= 7)
		write_u8(writer, (uint8_t)(0x80 | (version & 0x7f)));
	write_u8(writer, (uint8_t)version);
}

bool state_item_read(struct reader *reader, struct state_item *item)
{
	*item = (struct state_item){ .parameter = 0 };
	if (reader->failed || reader_left(reader) == 0)
		return false;
	uint8_t first = read_u8(reader);
	item->parameter = first & PARAMETER_BITS;
	item->has_value = (first & VALUE_BIT) != 0;
	item->by = first >> BY_SHIFT;
	if (item->by == STATE_BY_NOBODY) {
		reader->failed = item->has_value;
		return !reader->failed;
	}
	item->version = version_read(reader);
	if (item->by == STATE_BY_OTHER)
		item->writer = read_u64(reader);
	if (!item->has_value) {
		item->check = read_u16(reader);
		return !reader->failed;
	}
	item->size = read_u8(reader);
	if (item->size > OCTO_VALUE_BYTES_MAX)
		reader->failed = true;
	item->value = read_bytes(reader, item->size);
	return !reader->failed;
}

size_t state_item_size(const struct state_item *item)
{
	if (item->by == STATE_BY_NOBODY)
		return 1;
	return 1 + version_size(item->version) + (item->by == STATE_BY_OTHER ? WRITER_BYTES : 0u) +
	       (item->has_value ? 1u + item->size : 2u);
}

void state_item_write(struct writer *writer, const struct state_item *item)
{
	write_u8(writer, (uint8_t)(item->parameter | (item->has_value ? VALUE_BIT : 0) | item->by << BY_SHIFT));
	if (item->by == STATE_BY_NOBODY)
		return;
	version_write(writer, item->version);
	if (item->by == STATE_BY_OTHER)
		write_u64(writer, item->writer);
	if (item->has_value) {
		write_u8(writer, item->size);
		write_bytes(writer, item->value, item->size);
	} else {
		write_u16(writer, item->check);
	}
}

bool state_message_is_whole(const uint8_t *data, size_t size)
{
	struct reader reader = reader_of(data, size);
	struct state_head head;
	struct state_item item;
	if (!state_head_read(&reader, &head))
		return false;
	while (state_item_read(&reader, &item))
		continue;
	return !reader.failed;
}
