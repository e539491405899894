/* blob_frames.c: see the header. */
#include "core/couriers/blob_frames.h"

#include "core/base/cursor.h"

bool blob_name_is_good(const char name[OCTO_BLOB_NAME_MAX + 1])
{
	size_t size = 0;
	while (size <= OCTO_BLOB_NAME_MAX && name[size])
		size++;
	if (size == 0 || size > OCTO_BLOB_NAME_MAX || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (size_t i = 0; i < size; i++)
		if ((uint8_t)name[i] < 0x20 || name[i] == 0x7f || name[i] == '/' || name[i] == '\\')
			return false;
	return true;
}

static void read_offer(struct reader *reader, struct blob_message *message)
{
	struct octo_blob *blob = &message->blob;
	blob->id = message->id;
	blob->priority = read_u8(reader);
	message->cell_bytes = read_u16(reader);
	blob->size = read_u64(reader);
	read_copy(reader, blob->digest, sizeof blob->digest);
	size_t name_size = read_u8(reader);
	bool is_long = name_size > OCTO_BLOB_NAME_MAX;
	const uint8_t *name = read_bytes(reader, name_size);
	if (!name || is_long) {
		reader->failed = true;
		return;
	}
	memcpy(blob->name, name, name_size);
	message->is_bad_offer = !blob_name_is_good(blob->name) || strlen(blob->name) != name_size ||
	                        blob->size > OCTO_BLOB_SIZE_MAX || message->cell_bytes < BLOB_CELL_MIN ||
	                        message->cell_bytes > BLOB_CELL_MAX || message->id == 0;
}

static void read_have(struct reader *reader, struct blob_message *message)
{
	message->frontier = read_u32(reader);
	message->from = read_u32(reader);
	size_t left = reader_left(reader);
	if (left % BLOB_RUN_BYTES || left / BLOB_RUN_BYTES > BLOB_RUNS_MAX) {
		reader->failed = true;
		return;
	}
	message->run_count = (uint32_t)(left / BLOB_RUN_BYTES);
	for (uint32_t i = 0; i < message->run_count; i++) {
		message->runs[i].missing = read_u16(reader);
		message->runs[i].had = read_u16(reader);
	}
}

bool blob_message_read(const uint8_t *data, size_t size, struct blob_message *message)
{
	struct reader reader = reader_of(data, size);
	memset(message, 0, sizeof *message);
	message->type = (enum blob_message_type)read_u8(&reader);
	message->id = read_u16(&reader);
	if (message->type != BLOB_CHUNK)
		message->round = read_u16(&reader);
	switch (message->type) {
	case BLOB_OFFER:
		read_offer(&reader, message);
		break;
	case BLOB_HAVE:
		read_have(&reader, message);
		break;
	case BLOB_CHUNK:
		message->cell = read_u32(&reader);
		message->size = reader_left(&reader);
		message->bytes = read_bytes(&reader, message->size);
		break;
	case BLOB_DONE:
		break;
	case BLOB_ABORT:
		message->way = read_u8(&reader);
		message->reason = read_u8(&reader);
		if (message->way >= OCTO_WAY_COUNT || message->reason <= OCTO_BLOB_END_COMPLETE ||
		    message->reason >= OCTO_BLOB_END_COUNT)
			return false;
		break;
	default:
		return false;
	}
	return !reader.failed && reader_left(&reader) == 0 && (message->type != BLOB_CHUNK || message->size > 0);
}

size_t blob_message_write(uint8_t out[BLOB_CONTROL_BYTES_MAX], const struct blob_message *message)
{
	struct writer writer = writer_of(out, BLOB_CONTROL_BYTES_MAX);
	const struct octo_blob *blob = &message->blob;
	size_t name_size;
	write_u8(&writer, (uint8_t)message->type);
	write_u16(&writer, message->id);
	write_u16(&writer, message->round);
	switch (message->type) {
	case BLOB_OFFER:
		name_size = strlen(blob->name);
		write_u8(&writer, blob->priority);
		write_u16(&writer, message->cell_bytes);
		write_u64(&writer, blob->size);
		write_bytes(&writer, blob->digest, sizeof blob->digest);
		write_u8(&writer, (uint8_t)name_size);
		write_bytes(&writer, blob->name, name_size);
		break;
	case BLOB_HAVE:
		write_u32(&writer, message->frontier);
		write_u32(&writer, message->from);
		for (uint32_t i = 0; i < message->run_count; i++) {
			write_u16(&writer, message->runs[i].missing);
			write_u16(&writer, message->runs[i].had);
		}
		break;
	case BLOB_ABORT:
		write_u8(&writer, message->way);
		write_u8(&writer, message->reason);
		break;
	case BLOB_DONE:
	case BLOB_CHUNK:
		break;
	}
	return writer.position;
}

void blob_chunk_head_write(uint8_t out[BLOB_CHUNK_HEAD_BYTES], uint16_t id, uint32_t cell)
{
	out[0] = BLOB_CHUNK;
	store_le(out + 1, 2, id);
	store_le(out + 3, 4, cell);
}
