/* live_files.h: files between real nodes, as blobs. Sending: a file is read once for its digest, a little at a time, and then
 * offered. Receiving: live_inbox.h. And what is said about both. */
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
	octo_time_ns looked_ns, inbox_looked_ns;
	bool has_inbox;
	uint32_t keep_next, vouch_next;
	uint64_t put_off;          /* offers that came too fast */
	uint32_t new_peer, new_id; /* the blob that was just accepted: what it replaces is not it */
	struct blob_inbox inbox;
	struct file_progress incoming[INBOX_OPEN_MAX];
};

extern const struct octo_blobs live_blobs;

void live_files_close(struct live *live);
/* Sends a file. False: it cannot be, which is said. */
bool live_files_send(struct live *live, const char *path, uint32_t peer);
/* Gives up all files of this name on their way to or from anybody. False: there is none. */
bool live_files_cancel(struct live *live, const char *name);
/* Some work that nothing waits for; true: there is more at once. */
bool live_files_turn(struct live *live, octo_time_ns now);
/* From observe(): calls nothing of the channel. */
void live_files_event(struct live *live, const struct octo_event *event);
/* A blob on its way; false: the channel does not know it, or it has ended. */
bool live_files_view(struct live *live, uint32_t peer, enum octo_way way, uint16_t id, struct octo_blob_view *view);
/* Something is on its way out. */
bool live_files_is_sending(const struct live *live);
void live_files_tell(struct live *live);
/* The n-th bar, at most `columns` wide; false: there are no more. */
bool live_files_bar(const struct live *live, unsigned n, size_t columns, char *text, size_t room);

/* Progress in words: that it begins, how far it is (a line now and then), and how it went. */
void live_progress_begin(struct live *live, struct file_progress *progress, const char *verb, const char *name, uint32_t peer,
                         uint64_t from, uint64_t size);
void live_progress_tell(struct live *live, struct file_progress *progress, const char *verb, const char *name, uint32_t peer,
                        octo_time_ns now);
void live_progress_end_text(const struct file_progress *progress, char *text, size_t room);

#endif
