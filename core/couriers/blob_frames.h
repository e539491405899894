/* blob_frames.h: the messages of the blob courier, byte-exact [P 13.5]. Reading faces the network: false for anything that is
 * not exactly such a message. Knows no state. Next: blob.h. */
#ifndef OCTO_COURIERS_BLOB_FRAMES_H
#define OCTO_COURIERS_BLOB_FRAMES_H

#include "core/octo.h"

enum blob_message_type {
	BLOB_OFFER = 1,                   /* the sender names a blob */
	BLOB_HAVE = 2,                    /* the receiver wants it, and says what it has */
	BLOB_CHUNK = 3,
	BLOB_DONE = 4,                    /* the receiver has all, and has checked it */
	BLOB_ABORT = 5                    /* either side */
};

enum {
	BLOB_CHUNK_HEAD_BYTES = 7, BLOB_OFFER_HEAD_BYTES = 49,
	BLOB_CELL_MIN = 16, BLOB_CELL_MAX = OCTO_COURIER_PAYLOAD_MAX,
	BLOB_HAVE_HEAD_BYTES = 13, BLOB_RUN_BYTES = 4,
	BLOB_RUNS_MAX = 60,
	BLOB_CONTROL_BYTES_MAX = BLOB_HAVE_HEAD_BYTES + BLOB_RUNS_MAX * BLOB_RUN_BYTES
};

struct blob_run { uint16_t missing, had; };

struct blob_message {
	enum blob_message_type type;
	uint16_t id;
	uint16_t round;                   /* of the offer; all but CHUNK */
	uint16_t cell_bytes;              /* OFFER: what the blob is counted in */
	struct octo_blob blob;            /* OFFER */
	bool is_bad_offer;                /* OFFER: well-formed, of an impossible blob */
	uint32_t frontier, from;          /* HAVE: cells; all below frontier are there; the runs begin at from */
	uint32_t run_count;
	struct blob_run runs[BLOB_RUNS_MAX];
	uint32_t cell;                    /* CHUNK */
	const uint8_t *bytes;
	size_t size;
	uint8_t way;                      /* ABORT: enum octo_way, as its writer sees the blob */
	uint8_t reason;                   /* ABORT: enum octo_blob_end */
};

/* Whether a name is one that struct octo_blob allows. */
bool blob_name_is_good(const char name[OCTO_BLOB_NAME_MAX + 1]);
bool blob_message_read(const uint8_t *data, size_t size, struct blob_message *message);
/* All but CHUNK, whose bytes are read in place. Returns the size. */
size_t blob_message_write(uint8_t out[BLOB_CONTROL_BYTES_MAX], const struct blob_message *message);
void blob_chunk_head_write(uint8_t out[BLOB_CHUNK_HEAD_BYTES], uint16_t id, uint32_t cell);

#endif
