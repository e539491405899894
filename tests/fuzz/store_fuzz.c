/* store_fuzz.c: associate_store.c: any bytes as a store file, as they are and with their checksum made right. What is
 * read and written again is the same bytes; what is refused leaves the store as it was. */
#include "core/intrinsic/crypto.h"
#include "core/nodes/associate_store.h"
#include "tests/fuzz/fuzz.h"

enum { ASSOCIATES = 4, SUM_BYTES = 32, OWNER_AT = 24 };

static void read_store(const uint8_t *bytes, size_t size)
{
	struct associate list[ASSOCIATES];
	struct associate_store store, before;
	memset(&store, 0, sizeof store);
	if (size >= OWNER_AT + OCTO_ID_BYTES)
		memcpy(store.owner, bytes + OWNER_AT, OCTO_ID_BYTES); /* whoever it is for */
	store.list = list;
	store.count_max = ASSOCIATES;
	before = store;
	enum associate_store_status status = associate_store_read(&store, bytes, size);
	FUZZ_REQUIRE(associate_store_status_text(status)[0] != '\0');
	if (status != ASSOCIATE_STORE_OK) {
		FUZZ_REQUIRE(memcmp(&store, &before, sizeof store) == 0);
		return;
	}
	uint8_t *out = malloc(associate_store_bytes_max(store.count));
	FUZZ_REQUIRE(out && associate_store_write(&store, out, associate_store_bytes_max(store.count)) == size);
	FUZZ_REQUIRE(memcmp(out, bytes, size) == 0);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct octo_card card;
	char text[CARD_TEXT_BYTES + 2] = { 0 }, again[CARD_TEXT_BYTES];
	read_store(bytes, size);
	memcpy(text, bytes, size < sizeof text - 1 ? size : sizeof text - 1);
	if (card_from_text(text, &card)) {
		card_to_text(&card, again);
		FUZZ_REQUIRE(strlen(again) == strlen(text));
	}
	if (size <= SUM_BYTES)
		return 0;
	uint8_t *mended = malloc(size);
	FUZZ_REQUIRE(mended != NULL);
	memcpy(mended, bytes, size);
	keyed_hash(mended + size - SUM_BYTES, SUM_BYTES, NULL, 0, mended, size - SUM_BYTES);
	read_store(mended, size);
	free(mended);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	struct associate list[ASSOCIATES];
	struct associate_store store = { .serial = 3, .node_record_size = 28, .list = list, .count_max = ASSOCIATES };
	uint8_t out[4096];
	char text[CARD_TEXT_BYTES];
	memset(list, 0, sizeof list);
	for (uint32_t i = 0; i < ASSOCIATES; i++) {
		snprintf(list[i].name, sizeof list[i].name, "node-%u", i);
		list[i].address.port = 8124;
		list[i].record_size = (uint16_t)(i * 40);
	}
	for (store.count = 0; store.count <= ASSOCIATES; store.count++)
		add(out, associate_store_write(&store, out, sizeof out));
	card_to_text(&list[0].card, text);
	add(text, strlen(text));
}
