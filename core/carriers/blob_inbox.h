/* blob_inbox.h: where a node puts the blobs that its peers send: a folder for each sender, in which a blob is NAME.part until
 * it is whole, and then NAME, or NAME-2, and so on: nothing is ever overwritten. Senders are hostile: what they can name,
 * and how much of the disk they can fill, is bounded here. Knows files and no channel; next: blob_part.h. */
#ifndef OCTO_CARRIERS_BLOB_INBOX_H
#define OCTO_CARRIERS_BLOB_INBOX_H

#include "core/carriers/blob_part.h"

enum {
	INBOX_PATH_BYTES = 1024,
	INBOX_OPEN_MAX = 256,             /* blobs that come in at once, of all senders */
	INBOX_FILES_MAX = 4096,           /* in one sender's folder, its own files included */
	INBOX_IDLE_MAX = 64,              /* unfinished ones: where there would be more, the oldest that nobody goes on with gives way */
	INBOX_RECEIVED_MAX = 32,          /* blobs of a sender that are remembered as received */
	INBOX_CHECK_AT_ONCE = 8           /* pieces of a part that are checked while its offer waits */
};
#define INBOX_SPARE_BYTES (UINT64_C(16) << 20) /* of the disk: never filled; a default */

/* Who sends: the folder's name, which is the caller's own choice, and the FULL-ID. */
struct inbox_sender {
	const char *folder;
	uint8_t id[OCTO_ID_BYTES];
};

struct inbox_entry {
	bool is_open;
	bool is_here;                     /* it was received before: `part.data` is the file that it became */
	bool is_checking;                 /* its part is compared, or waits for its next offer: inbox_find() does not find it */
	bool is_keeping;                  /* the caller's: meanwhile no other offer takes it over; false in a new entry */
	uint8_t keep_step;
	uint16_t keep_number;             /* of the name that it tries */
	uint32_t peer;
	uint64_t claimed;                 /* bytes that its part said are here; what is damaged of them is not */
	struct blob_part part;
	char final[FILE_NAME_NUMBERED_BYTES]; /* what it is called now that it is kept; "" before */
};

struct blob_inbox {
	/* The caller's; `root` is made when it is missing, but not the folder that it is in. */
	char root[INBOX_PATH_BYTES];
	uint64_t largest_bytes;           /* of one blob */
	uint64_t room_bytes;              /* of one sender's folder */
	uint64_t spare_bytes;             /* of the disk: stay free, give or take 256 KiB */
	uint64_t unlooked_bytes;          /* written since the disk was looked at; the inbox's own */
	uint64_t looked_files;            /* that were looked at so far, of all senders: what offers have cost */
	uint32_t check_next;              /* the inbox's own */
	struct inbox_entry entries[INBOX_OPEN_MAX];
};

#define INBOX_STATUSES(X)                                                                             \
	X(NEW, "it is taken")                                                                         \
	X(GOES_ON, "a part of it is here already")                                                    \
	X(HERE, "all of it is here already")                                                          \
	X(CHECKING, "what is here of it is compared first")                                           \
	X(TOO_LARGE, "it is larger than what is taken")                                               \
	X(NO_ROOM, "its sender's folder is full")                                                     \
	X(NO_SPACE, "the disk is full")                                                               \
	X(TOO_MANY, "too many files come in at once")                                                 \
	X(FAILED, "the disk failed")
enum inbox_status {
#define X(name, text) INBOX_##name,
	INBOX_STATUSES(X)
#undef X
	INBOX_STATUS_COUNT
};
const char *inbox_status_text(enum inbox_status status); /* a phrase without a full stop */

/* A blob is offered: NEW, GOES_ON and HERE open an entry, found by (peer, blob->id) from then on; *have is how many of its first
 * bytes are here. With CHECKING it is to be offered again: inbox_check() compares meanwhile. With FAILED errno says more.
 * Takes time in proportion to the files in the sender's folder: looked_files says how many were looked at. */
OCTO_MUST_CHECK enum inbox_status inbox_offer(struct blob_inbox *inbox, const struct inbox_sender *sender, uint32_t peer,
                                              const struct octo_blob *blob, uint64_t *have);
/* NULL: not open. */
struct inbox_entry *inbox_find(struct blob_inbox *inbox, uint32_t peer, uint16_t id);
OCTO_MUST_CHECK bool inbox_write(struct blob_inbox *inbox, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes,
                                 size_t size);
OCTO_MUST_CHECK bool inbox_read(struct blob_inbox *inbox, uint32_t peer, uint16_t id, uint64_t offset, uint8_t *out, size_t size);
/* All of it is here, and right: it gets its name, entry->final, in a few steps, of which each waits for the disk no more than
 * twice. Durable with KEPT; after a crash on the way it is either a part or the file, and offered again it is not received
 * twice. With NOT errno says why. */
enum inbox_kept { INBOX_KEPT_NOT, INBOX_KEPT, INBOX_KEPT_NOT_YET };
OCTO_MUST_CHECK enum inbox_kept inbox_keep(struct inbox_entry *entry);
/* The entry is closed. What is not whole stays, to be gone on with; with `is_wrong` it is removed, or, if it was received before,
 * no longer believed to be what it was. */
void inbox_close(struct inbox_entry *entry, bool is_wrong);

/* Compares some of what was offered and left from another time, at most `pieces_max` pieces of one part. True: there is
 * more. */
bool inbox_check(struct blob_inbox *inbox, uint32_t pieces_max);
/* Once at a start, for each sender: what a crash has left between a file and its part is tidied up. Calls `tell` for each part
 * that stays, as it describes itself; false there stops it. */
void inbox_tidy(struct blob_inbox *inbox, const struct inbox_sender *sender, void *context,
                bool (*tell)(void *context, const struct blob_part *part));

#endif
