/* associate_store.h: the address book as a whole (C:125-126): for each associate its name, card, address and stored
 * record, and the node's own record; and all that as bytes and back. Pure: no file is touched here, and every byte read
 * is hostile until the whole is checked. Next: core/carriers/store_file.h, which keeps the bytes on a disk. */
#ifndef OCTO_NODES_ASSOCIATE_STORE_H
#define OCTO_NODES_ASSOCIATE_STORE_H

#include "core/octo.h"

enum {
	ASSOCIATE_NAME_BYTES = 48,        /* with its NUL */
	ASSOCIATES_MAX = 65535
};

struct associate {
	char name[ASSOCIATE_NAME_BYTES];
	struct octo_card card;
	struct octo_address address;      /* as it was entered; port 0: unknown. The record has the one that was proved last */
	uint64_t saved_s;                 /* when the record was made, seconds since 1970; 0: unknown. A hint, nothing rests on it */
	uint16_t record_size;             /* 0: none yet */
	uint8_t record[OCTO_RECORD_BYTES_MAX];
};

struct associate_store {
	uint8_t owner[OCTO_ID_BYTES];     /* whose address book it is */
	uint64_t serial;                  /* rises with every time it is kept: of two copies the higher is the newer */
	uint16_t node_record_size;        /* 0: none yet */
	uint8_t node_record[OCTO_RECORD_BYTES_MAX];
	uint32_t count, count_max;
	struct associate *list;           /* the caller's; room for count_max */
};

#define ASSOCIATE_STORE_STATUSES(X)                                                                   \
	X(OK, "ok")                                                                                   \
	X(EMPTY, "it is empty")                                                                       \
	X(NO_STORE, "it is no address book of a node")                                                \
	X(TRUNCATED, "it is cut short")                                                               \
	X(TOO_LONG, "something follows its end")                                                      \
	X(DAMAGED, "bytes in it have changed: the checksum differs")                                  \
	X(OTHER_VERSION, "it was written by another version of this program")                         \
	X(OTHER_NODE, "it belongs to another identity")                                               \
	X(BAD_CONTENTS, "it is whole, but what it says cannot be")                                    \
	X(FULL_ASSOCIATES, "it has more associates than there is room for")

enum associate_store_status {
#define X(name, text) ASSOCIATE_STORE_##name,
	ASSOCIATE_STORE_STATUSES(X)
#undef X
	ASSOCIATE_STORE_STATUS_COUNT
};
/* A phrase without a full stop. */
const char *associate_store_status_text(enum associate_store_status status);

/* A letter, then letters, digits, '-', '_'; fits its place. */
bool associate_name_is_good(const char *name);

/* Most bytes a store with so many associates can have. */
size_t associate_store_bytes_max(uint32_t count);
/* Writes at most associate_store_bytes_max(store->count) bytes and returns how many; a smaller `room` is the caller's
 * fault. Equal stores make equal bytes. */
size_t associate_store_write(const struct associate_store *store, uint8_t *out, size_t room);
/* Reads what associate_store_write() wrote. The caller has set owner, list and count_max. With any status but OK the store
 * is as before. */
OCTO_MUST_CHECK enum associate_store_status associate_store_read(struct associate_store *store, const uint8_t *bytes,
                                                                 size_t size);
/* The position of an associate; store->count when it is not there. */
uint32_t associate_store_find(const struct associate_store *store, const uint8_t id[OCTO_ID_BYTES]);

/* A card as text, for people to pass on when they pair nodes (C:99): "octo-card-1:" and 192 hexadecimal digits. The id in it
 * is the hash of the keys beside it, so octo_peer_add() finds a digit that was mistyped. */
enum { CARD_TEXT_BYTES = 12 + 2 * (OCTO_ID_BYTES + 2 * OCTO_KEY_BYTES) + 1 };
#define CARD_TEXT_BEGINS "octo-card-1:"
void card_to_text(const struct octo_card *card, char text[CARD_TEXT_BYTES]);
/* False: not a card, with *card untouched. */
OCTO_MUST_CHECK bool card_from_text(const char *text, struct octo_card *card);

#endif
