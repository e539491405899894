/* associate_store.c: magic 8 | version 2 | 0 2 | size 4 | serial 8 | owner 32 | node record | count 4 | associates |
 * BLAKE2b-256 of all before it. Magic, version, size and checksum stand in the same place in every version, so a
 * version that is not known is told from a byte that has changed. See associate_store.h. */
#include "core/nodes/associate_store.h"

#include "core/base/cursor.h"
#include "core/intrinsic/crypto.h"

enum {
	STORE_VERSION = 1,
	SUM_BYTES = 32,
	HEAD_BYTES = 8 + 2 + 2 + 4,
	BODY_BYTES_MAX = 8 + OCTO_ID_BYTES + 2 + OCTO_RECORD_BYTES_MAX + 4,
	ASSOCIATE_BYTES_MAX = 1 + ASSOCIATE_NAME_BYTES + OCTO_ID_BYTES + 2 * OCTO_KEY_BYTES + 18 + 8 + 2 + OCTO_RECORD_BYTES_MAX
};
static const char magic[8] = { 'O', 'C', 'T', 'O', 'B', 'O', 'O', 'K' };

const char *associate_store_status_text(enum associate_store_status status)
{
	static const char *const texts[] = {
#define X(name, text) text,
		ASSOCIATE_STORE_STATUSES(X)
#undef X
	};
	OCTO_ASSERT((unsigned)status < ASSOCIATE_STORE_STATUS_COUNT);
	return texts[status];
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool associate_name_is_good(const char *name)
{
	size_t size = 1;
	if (!is_letter(name[0]))
		return false;
	for (; name[size] && size < ASSOCIATE_NAME_BYTES; size++) {
		char c = name[size];
		if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '_')
			return false;
	}
	return size < ASSOCIATE_NAME_BYTES;
}

size_t associate_store_bytes_max(uint32_t count)
{
	return HEAD_BYTES + BODY_BYTES_MAX + (size_t)count * ASSOCIATE_BYTES_MAX + SUM_BYTES;
}

/* ---- Writing ------------------------------------------------------------------------------------------------- */

static void write_associate(struct writer *writer, const struct associate *associate)
{
	size_t size = strlen(associate->name);
	OCTO_ASSERT(associate_name_is_good(associate->name) && associate->record_size <= OCTO_RECORD_BYTES_MAX);
	write_u8(writer, (uint8_t)size);
	write_bytes(writer, associate->name, size);
	write_bytes(writer, associate->card.id, OCTO_ID_BYTES);
	write_bytes(writer, associate->card.x_public, OCTO_KEY_BYTES);
	write_bytes(writer, associate->card.ed_public, OCTO_KEY_BYTES);
	write_bytes(writer, associate->address.ip, sizeof associate->address.ip);
	write_u16(writer, associate->address.port);
	write_u64(writer, associate->saved_s);
	write_u16(writer, associate->record_size);
	write_bytes(writer, associate->record, associate->record_size);
}

size_t associate_store_write(const struct associate_store *store, uint8_t *out, size_t room)
{
	struct writer writer = writer_of(out, room);
	OCTO_ASSERT(store->count <= ASSOCIATES_MAX && store->node_record_size <= OCTO_RECORD_BYTES_MAX);
	write_bytes(&writer, magic, sizeof magic);
	write_u16(&writer, STORE_VERSION);
	write_u16(&writer, 0);
	uint8_t *size = write_room(&writer, 4);
	write_u64(&writer, store->serial);
	write_bytes(&writer, store->owner, OCTO_ID_BYTES);
	write_u16(&writer, store->node_record_size);
	write_bytes(&writer, store->node_record, store->node_record_size);
	write_u32(&writer, store->count);
	for (uint32_t i = 0; i < store->count; i++)
		write_associate(&writer, &store->list[i]);
	store_le(size, 4, writer.position + SUM_BYTES);
	size_t before = writer.position;
	keyed_hash(write_room(&writer, SUM_BYTES), SUM_BYTES, NULL, 0, out, before);
	return writer.position;
}

/* ---- Reading ------------------------------------------------------------------------------------------------- */

static uint16_t read_record(struct reader *reader, uint8_t record[OCTO_RECORD_BYTES_MAX])
{
	uint16_t size = read_u16(reader);
	if (size > OCTO_RECORD_BYTES_MAX)
		reader->failed = true;
	else
		read_copy(reader, record, size);
	return size;
}

static void read_associate(struct reader *reader, struct associate *associate)
{
	memset(associate, 0, sizeof *associate);
	size_t size = read_u8(reader);
	if (size >= ASSOCIATE_NAME_BYTES) {
		reader->failed = true;
		return;
	}
	read_copy(reader, associate->name, size);
	read_copy(reader, associate->card.id, OCTO_ID_BYTES);
	read_copy(reader, associate->card.x_public, OCTO_KEY_BYTES);
	read_copy(reader, associate->card.ed_public, OCTO_KEY_BYTES);
	read_copy(reader, associate->address.ip, sizeof associate->address.ip);
	associate->address.port = read_u16(reader);
	associate->saved_s = read_u64(reader);
	associate->record_size = read_record(reader, associate->record);
	/* A name that ends before its length would not be written again as it was read. */
	if (strlen(associate->name) != size || !associate_name_is_good(associate->name))
		reader->failed = true;
}

/* What is in the same place in every version. */
static enum associate_store_status check_frame(const uint8_t *bytes, size_t size)
{
	uint8_t sum[SUM_BYTES];
	if (size == 0)
		return ASSOCIATE_STORE_EMPTY;
	if (memcmp(bytes, magic, size < sizeof magic ? size : sizeof magic) != 0)
		return ASSOCIATE_STORE_NO_STORE;
	if (size < HEAD_BYTES + SUM_BYTES)
		return ASSOCIATE_STORE_TRUNCATED;
	uint64_t told = load_le(bytes + HEAD_BYTES - 4, 4);
	keyed_hash(sum, sizeof sum, NULL, 0, bytes, size - SUM_BYTES);
	if (!equal_bytes(sum, bytes + size - SUM_BYTES, SUM_BYTES))
		return told > size ? ASSOCIATE_STORE_TRUNCATED : told < size ? ASSOCIATE_STORE_TOO_LONG : ASSOCIATE_STORE_DAMAGED;
	if (load_le(bytes + sizeof magic, 2) != STORE_VERSION)
		return ASSOCIATE_STORE_OTHER_VERSION;
	return told == size && load_le(bytes + sizeof magic + 2, 2) == 0 ? ASSOCIATE_STORE_OK : ASSOCIATE_STORE_BAD_CONTENTS;
}

enum associate_store_status associate_store_read(struct associate_store *store, const uint8_t *bytes, size_t size)
{
	struct associate_store found = *store;
	struct associate spare;
	enum associate_store_status status = check_frame(bytes, size);
	if (status != ASSOCIATE_STORE_OK)
		return status;
	struct reader reader = reader_of(bytes, size - SUM_BYTES);
	(void)read_bytes(&reader, HEAD_BYTES);
	found.serial = read_u64(&reader);
	read_copy(&reader, found.owner, OCTO_ID_BYTES);
	memset(found.node_record, 0, sizeof found.node_record);
	found.node_record_size = read_record(&reader, found.node_record);
	found.count = read_u32(&reader);
	struct reader list = reader;
	for (uint32_t i = 0; i < found.count && !reader.failed; i++)
		read_associate(&reader, &spare);
	if (reader.failed || reader_left(&reader) || found.count > ASSOCIATES_MAX)
		return ASSOCIATE_STORE_BAD_CONTENTS;
	if (!equal_bytes(found.owner, store->owner, OCTO_ID_BYTES))
		return ASSOCIATE_STORE_OTHER_NODE;
	if (found.count > found.count_max)
		return ASSOCIATE_STORE_FULL_ASSOCIATES;
	for (uint32_t i = 0; i < found.count; i++)
		read_associate(&list, &found.list[i]);
	*store = found;
	return ASSOCIATE_STORE_OK;
}

uint32_t associate_store_find(const struct associate_store *store, const uint8_t id[OCTO_ID_BYTES])
{
	uint32_t at = 0;
	while (at < store->count && memcmp(store->list[at].card.id, id, OCTO_ID_BYTES) != 0)
		at++;
	return at;
}

/* ---- Cards --------------------------------------------------------------------------------------------------- */

static char *put_hex(char *out, const uint8_t *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < size; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
	return out;
}

void card_to_text(const struct octo_card *card, char text[CARD_TEXT_BYTES])
{
	size_t begin = strlen(CARD_TEXT_BEGINS);
	memcpy(text, CARD_TEXT_BEGINS, begin);
	char *at = put_hex(text + begin, card->id, OCTO_ID_BYTES);
	at = put_hex(at, card->x_public, OCTO_KEY_BYTES);
	put_hex(at, card->ed_public, OCTO_KEY_BYTES);
}

bool card_from_text(const char *text, struct octo_card *card)
{
	size_t begin = strlen(CARD_TEXT_BEGINS);
	uint8_t parts[3][OCTO_ID_BYTES];
	if (strlen(text) != CARD_TEXT_BYTES - 1 || strncmp(text, CARD_TEXT_BEGINS, begin) != 0)
		return false;
	for (size_t i = 0; i < 3; i++) {
		char digits[OCTO_ID_TEXT_BYTES] = { 0 }; /* 32 bytes as text, whatever they are */
		memcpy(digits, text + begin + i * (OCTO_ID_TEXT_BYTES - 1), OCTO_ID_TEXT_BYTES - 1);
		if (octo_id_from_text(digits, parts[i]) != OCTO_OK)
			return false;
	}
	memcpy(card->id, parts[0], OCTO_ID_BYTES);
	memcpy(card->x_public, parts[1], OCTO_KEY_BYTES);
	memcpy(card->ed_public, parts[2], OCTO_KEY_BYTES);
	return true;
}
