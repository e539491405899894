/* associate_store_test.c: associate_store.c: an address book becomes bytes and comes back, and nothing but a whole one
 * does (C:125-126). */
#include "core/intrinsic/crypto.h"
#include "core/nodes/associate_store.h"
#include "tests/check.h"

enum { ROOM = 4, BYTES = 4096 };

static void make_store(struct associate_store *store, struct associate list[ROOM], uint32_t count)
{
	memset(store, 0, sizeof *store);
	memset(list, 0, ROOM * sizeof *list);
	memset(store->owner, 7, sizeof store->owner);
	store->serial = 41;
	store->node_record_size = 28;
	memset(store->node_record, 9, 28);
	store->list = list;
	store->count = count;
	store->count_max = ROOM;
	for (uint32_t i = 0; i < count; i++) {
		struct associate *one = &list[i];
		snprintf(one->name, sizeof one->name, "pilot-%u", i);
		memset(&one->card, (int)(i + 1), sizeof one->card);
		one->address = (struct octo_address){ .ip = { [15] = 1 }, .port = (uint16_t)(8124 + i) };
		one->saved_s = 1700000000 + i;
		one->record_size = (uint16_t)(i * 80);
		memset(one->record, 0x5a, one->record_size);
	}
}

static enum associate_store_status read_into(struct associate_store *store, struct associate list[ROOM],
                                             const uint8_t *bytes, size_t size)
{
	memset(store, 0, sizeof *store);
	memset(list, 0, ROOM * sizeof *list);
	memset(store->owner, 7, sizeof store->owner);
	store->list = list;
	store->count_max = ROOM;
	return associate_store_read(store, bytes, size);
}

/* R100, R101: names, cards, addresses and records come back, and make the same bytes again. */
static void everything_comes_back(void)
{
	struct associate_store store, again;
	struct associate list[ROOM], list_again[ROOM];
	uint8_t bytes[BYTES], bytes_again[BYTES];
	for (uint32_t count = 0; count <= 3; count++) {
		make_store(&store, list, count);
		size_t size = associate_store_write(&store, bytes, sizeof bytes);
		CHECK(size <= associate_store_bytes_max(count));
		CHECK_U64(read_into(&again, list_again, bytes, size), ASSOCIATE_STORE_OK);
		CHECK_U64(again.serial, 41);
		CHECK_U64(again.count, count);
		CHECK_BYTES(again.node_record, store.node_record, sizeof store.node_record);
		CHECK_BYTES(list_again, list, sizeof list);
		CHECK_U64(associate_store_write(&again, bytes_again, sizeof bytes_again), size);
		CHECK_BYTES(bytes_again, bytes, size);
	}
	CHECK_U64(associate_store_find(&again, list[1].card.id), 1);
	CHECK_U64(associate_store_find(&again, store.owner), 3);
}

/* Whatever happens to one bit, or to the length, is seen, and the store is as before. */
static void one_bit_or_byte_more_or_less_is_refused(void)
{
	struct associate_store store, again, before;
	struct associate list[ROOM], list_again[ROOM];
	uint8_t bytes[BYTES + 1] = { 0 };
	unsigned seen[ASSOCIATE_STORE_STATUS_COUNT] = { 0 };
	make_store(&store, list, 2);
	size_t size = associate_store_write(&store, bytes, BYTES);
	(void)read_into(&before, list_again, bytes, 0);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		enum associate_store_status status = read_into(&again, list_again, bytes, size);
		CHECK(status != ASSOCIATE_STORE_OK);
		seen[status]++;
		CHECK_BYTES(&again, &before, sizeof again);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CHECK_U64(seen[ASSOCIATE_STORE_NO_STORE], 64); /* the magic, and nothing else */
	CHECK_U64(seen[ASSOCIATE_STORE_OTHER_VERSION], 0);
	CHECK(seen[ASSOCIATE_STORE_DAMAGED] > 8 * (size - 20));
	CHECK_U64(read_into(&again, list_again, bytes, 0), ASSOCIATE_STORE_EMPTY);
	for (size_t cut = 1; cut < size; cut++)
		CHECK_U64(read_into(&again, list_again, bytes, cut), ASSOCIATE_STORE_TRUNCATED);
	CHECK_U64(read_into(&again, list_again, bytes, size + 1), ASSOCIATE_STORE_TOO_LONG);
	CHECK_U64(read_into(&again, list_again, bytes, size), ASSOCIATE_STORE_OK);
}

/* The checksum made right again, as another program could: what the bytes say is judged then. */
static enum associate_store_status mended(uint8_t *bytes, size_t size)
{
	struct associate_store store;
	struct associate list[ROOM];

	keyed_hash(bytes + size - 32, 32, NULL, 0, bytes, size - 32);
	return read_into(&store, list, bytes, size);
}

static void what_is_whole_and_wrong_is_named(void)
{
	struct associate_store store;
	struct associate list[ROOM];
	uint8_t bytes[BYTES];
	make_store(&store, list, 2);
	enum { VERSION = 8, RESERVED = 10, LENGTH = 12, SERIAL = 16, OWNER = 24, RECORD = 56, COUNT = 58 + 28, NAME = 62 + 28 };
	static const struct { size_t at; uint8_t value; enum associate_store_status status; } cases[] = {
		{ SERIAL, 42, ASSOCIATE_STORE_OK },
		{ VERSION, 2, ASSOCIATE_STORE_OTHER_VERSION },
		{ RESERVED, 1, ASSOCIATE_STORE_BAD_CONTENTS },
		{ LENGTH, 0, ASSOCIATE_STORE_BAD_CONTENTS },
		{ OWNER, 8, ASSOCIATE_STORE_OTHER_NODE },
		{ RECORD, 255, ASSOCIATE_STORE_BAD_CONTENTS },
		{ RECORD + 1, 255, ASSOCIATE_STORE_BAD_CONTENTS },
		{ COUNT, 1, ASSOCIATE_STORE_BAD_CONTENTS },
		{ COUNT + 3, 255, ASSOCIATE_STORE_BAD_CONTENTS },
		{ NAME, 255, ASSOCIATE_STORE_BAD_CONTENTS },
		{ NAME + 1, '7', ASSOCIATE_STORE_BAD_CONTENTS }, /* no name begins with a digit */
		{ NAME + 3, 0, ASSOCIATE_STORE_BAD_CONTENTS },   /* a NUL inside of it */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t size = associate_store_write(&store, bytes, sizeof bytes);
		bytes[cases[i].at] = cases[i].value;
		CHECK_U64(mended(bytes, size), cases[i].status);
	}
}

static void more_associates_than_there_is_room_for_are_a_limit_with_a_name(void)
{
	struct associate_store store, again;
	struct associate list[ROOM], list_again[ROOM];
	uint8_t bytes[BYTES];
	make_store(&store, list, 3);
	size_t size = associate_store_write(&store, bytes, sizeof bytes);
	(void)read_into(&again, list_again, bytes, 0);
	again.count_max = 2;
	CHECK_U64(associate_store_read(&again, bytes, size), ASSOCIATE_STORE_FULL_ASSOCIATES);
	CHECK_U64(again.count, 0);
}

/* R87, R99: the whole key in one word that people can pass on; the id is the whole FULL-ID. */
static void a_card_is_a_word(void)
{
	struct octo_identity identity;
	struct octo_card card, untouched;
	char text[CARD_TEXT_BYTES];
	uint8_t seed[OCTO_SEED_BYTES] = { 3 };
	octo_identity_from_seed(octo_crypto_sodium(), seed, &identity);
	card_to_text(&identity.card, text);
	CHECK_U64(strlen(text), CARD_TEXT_BYTES - 1);
	CHECK(card_from_text(text, &card));
	CHECK_BYTES(&card, &identity.card, sizeof card);
	untouched = card;
	text[20] = 'g';
	CHECK(!card_from_text(text, &card));
	text[20] = '\0';
	CHECK(!card_from_text(text, &card));
	CHECK(!card_from_text("", &card));
	CHECK_BYTES(&card, &untouched, sizeof card);
}

static void names_are_plain(void)
{
	char longest[ASSOCIATE_NAME_BYTES + 1];
	memset(longest, 'a', sizeof longest);
	longest[ASSOCIATE_NAME_BYTES] = '\0';
	CHECK(associate_name_is_good("pilot") && associate_name_is_good("a") && associate_name_is_good("B-2_c"));
	CHECK(!associate_name_is_good("") && !associate_name_is_good("2b") && !associate_name_is_good("a b"));
	CHECK(!associate_name_is_good("a\033[2J") && !associate_name_is_good("\xc3\xa4"));
	CHECK(!associate_name_is_good(longest));
	longest[ASSOCIATE_NAME_BYTES - 1] = '\0';
	CHECK(associate_name_is_good(longest));
	for (int i = 0; i < ASSOCIATE_STORE_STATUS_COUNT; i++)
		CHECK(associate_store_status_text((enum associate_store_status)i)[0] != '\0');
}

CU_ErrorCode suite_associate_store(void);
CU_ErrorCode suite_associate_store(void)
{
	CU_pSuite suite = CU_add_suite("associate_store", NULL, NULL);
	CU_ADD_TEST(suite, everything_comes_back);
	CU_ADD_TEST(suite, one_bit_or_byte_more_or_less_is_refused);
	CU_ADD_TEST(suite, what_is_whole_and_wrong_is_named);
	CU_ADD_TEST(suite, more_associates_than_there_is_room_for_are_a_limit_with_a_name);
	CU_ADD_TEST(suite, a_card_is_a_word);
	CU_ADD_TEST(suite, names_are_plain);
	return CU_get_error();
}
