/* store_file.h: an address book on a disk, in two copies: PATH, and PATH.old, the one before. A write is atomic and durable:
 * PATH.new is written and synced, PATH is called PATH.old, too, PATH.new becomes PATH, the folder is synced. From the first
 * write on PATH is there at every moment. Whatever a crash or a bad sector leaves, the newest whole copy is used and what is
 * wrong with the others is said.
 * Opening writes both copies before anything is sent, so both know of every boot epoch that was ever on the wire: one
 * damaged copy never makes an epoch come twice. (Both lost is a lost store, which the protocol survives [P 5.3].) */
#ifndef OCTO_CARRIERS_STORE_FILE_H
#define OCTO_CARRIERS_STORE_FILE_H

#include "core/nodes/associate_store.h"

enum { STORE_PATH_BYTES = 1024, STORE_SUFFIX_BYTES = 16 };

#define STORE_DISK_STATUSES(X) X(OK, "ok") X(MISSING, "there is none") X(FAILED, "the disk failed")
enum store_disk_status {
#define X(name, text) STORE_DISK_##name,
	STORE_DISK_STATUSES(X)
#undef X
	STORE_DISK_STATUS_COUNT
};

/* What is asked of a disk; tests put another one in its place that fails or loses power at any step. */
struct store_disk {
	/* Fills `out`; *size is `room` when the file is that long or longer. */
	enum store_disk_status (*read)(void *context, const char *path, uint8_t *out, size_t room, size_t *size);
	/* Makes a new file with these bytes in place of any old one, and returns when they are durable. */
	enum store_disk_status (*write)(void *context, const char *path, const uint8_t *bytes, size_t size);
	/* The file `from` is called `to`, too, instead of what was. Durable with the next rename. MISSING: there is no `from`;
	 * FAILED: also where files cannot have two names, and then `to` may be gone. */
	enum store_disk_status (*link)(void *context, const char *from, const char *to);
	/* Replaces `to`, and returns when that is durable. */
	enum store_disk_status (*rename)(void *context, const char *from, const char *to);
	void *context;
};
extern const struct store_disk store_disk_posix; /* files of mode 0600; errno says more of a failure */

struct store_file {
	const struct store_disk *disk;
	char path[STORE_PATH_BYTES];      /* the caller's wish; shorter by STORE_SUFFIX_BYTES */
	struct associate_store *store;
	uint8_t *buffer;                  /* the caller's; at least associate_store_bytes_max(store->count_max) + 1 */
	size_t room;
	bool is_current_whole;            /* PATH is there and whole: it may become PATH.old */
	bool is_dirty;                    /* the caller sets it: the store has changed since it was kept */
	uint64_t saves;                   /* writes so far */
};

/* What became of one copy, for people: "", ".old" or ".new" after PATH. */
struct store_finding {
	const char *suffix;
	bool is_there, is_used;
	enum store_disk_status disk;
	int error;                        /* errno, where the disk failed */
	enum associate_store_status status; /* where the disk could read it */
};
struct store_findings { struct store_finding list[3]; };

#define STORE_FILE_STATUSES(X)                                                                        \
	X(OK, "ok")                                                                                   \
	X(NONE, "there is no store yet")                                                              \
	X(FALLBACK, "the newest copy is not whole; the one before it is used")                        \
	X(LOST, "no copy of the store is whole; the node starts as one that has lost its memory")     \
	X(UNREADABLE, "the disk failed while the store was read")
enum store_file_status {
#define X(name, text) STORE_FILE_##name,
	STORE_FILE_STATUSES(X)
#undef X
	STORE_FILE_STATUS_COUNT
};
const char *store_file_status_text(enum store_file_status status);

/* Reads the newest whole copy into file->store; without one the store stays as the caller made it (empty). Writes
 * nothing. Another node's store is not whole for this one. */
OCTO_MUST_CHECK enum store_file_status store_file_load(struct store_file *file, struct store_findings *findings);
/* Keeps the store; durable when it returns true. A damaged PATH is put aside as PATH.damaged, never over a good copy. False:
 * the disk failed, and what was kept before still is. */
OCTO_MUST_CHECK bool store_file_save(struct store_file *file);
/* The same for both copies: once a boot, after the channel has given its new boot epoch and before anything is sent. */
OCTO_MUST_CHECK bool store_file_save_both(struct store_file *file);

/* Holds PATH.lock until the process ends, however it ends: two nodes with one identity would be each other's clone.
 * False: another process has it, or the folder cannot be written (errno says which: EAGAIN is the other process). */
OCTO_MUST_CHECK bool store_file_lock(const char *path);

#endif
