/* live_files.h: files between real nodes, as blobs. Sending: a file is read once for its digest, a little at a time, and then
 * offered. Receiving: core/carriers/blob_inbox.h. And what is said about both. */
#ifndef OCTOSIM_LIVE_FILES_H
#define OCTOSIM_LIVE_FILES_H

#include "core/carriers/blob_inbox.h"
#include "sim/cli/live.h"

enum { SENDINGS_MAX = 32, SENDING_ATTEMPTS = 3 };

enum sending_phase {
	SENDING_NONE,
	SENDING_READ,      /* its digest is being made */
	SENDING_READY,     /* to be offered */
	SENDING_OFFERED,
	SENDING_FLOWING
};

/* What a progress bar shows. */
struct file_progress {
	uint64_t done, size, rate;
	uint64_t from;             /* bytes that were there when it began */
	octo_time_ns began_ns;     /* 0: not yet */
	uint32_t told;             /* percent */
	octo_time_ns told_ns;
};

struct sending {
	enum sending_phase phase;
	uint32_t peer;
	int file;
	unsigned attempt;
	struct octo_blob blob;
	struct octo_digest digest;
	uint64_t hashed;           /* bytes */
	uint64_t carried;          /* bytes that were sent, repetitions included */
	struct file_progress progress;
};

struct live_files {
	struct sending sendings[SENDINGS_MAX];
	uint32_t sent, failed;     /* that ended */
	octo_time_ns looked_ns;
	bool has_inbox;
	uint32_t new_peer, new_id; /* the blob that was just accepted: what it replaces is not it */
	struct blob_inbox inbox;
	struct file_progress incoming[INBOX_OPEN_MAX];
};

extern const struct octo_blobs live_blobs;

/* Before the channel boots: the inbox, and what a crash has left in it. */
void live_files_open(struct live *live);
void live_files_close(struct live *live);
/* Sends a file. False: it cannot be, which is said. */
bool live_files_send(struct live *live, const char *path, uint32_t peer);
/* Gives up all files of this name on their way to or from anybody. False: there is none. */
bool live_files_cancel(struct live *live, const char *name);
/* Some work that nothing waits for; true: there is more at once. */
bool live_files_turn(struct live *live, octo_time_ns now);
/* From observe(): calls nothing of the channel. */
void live_files_event(struct live *live, const struct octo_event *event);
/* Something is on its way out. */
bool live_files_is_sending(const struct live *live);
void live_files_tell(struct live *live);
/* The n-th bar, at most `columns` wide; false: there are no more. */
bool live_files_bar(const struct live *live, unsigned n, size_t columns, char *text, size_t room);

#endif
