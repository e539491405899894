/* live_inbox.c: see live_inbox.h. A peer may be hostile: it gets so much of the disk's and the processor's time, and a turn
 * waits for the disk no more than once or twice. */
#include "sim/cli/live_inbox.h"

#include "sim/cli/live_files.h"
#include "sim/cli/node_report.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECES_AT_ONCE = 4 };
/* What a peer's offers take, about ten times of what it is in truth: so a peer has a tenth of the time, and what it takes at
 * once takes half a second. */
static const octo_time_ns offer_ns = 4 * OCTO_MILLISECOND, file_ns = 30 * OCTO_MICROSECOND, mebibyte_ns = 4 * OCTO_MILLISECOND,
                          burst_ns = 5 * OCTO_SECOND;
static const octo_time_ns look_spacing_ns = 50 * OCTO_MILLISECOND;

/* ---- What the channel asks for -------------------------------------------------------------------------------------- */

bool live_inbox_write(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	struct live *live = context;
	struct inbox_entry *entry = inbox_find(&live->files->inbox, peer, id);
	bool is_good = inbox_write(&live->files->inbox, peer, id, offset, bytes, size);

	if (!is_good && entry)
		node_report_news(live, CLI_BAD, "file", peer, "%s: %s", entry->part.name, strerror(errno));
	return is_good;
}

static struct inbox_sender sender_of(const struct live *live, uint32_t place)
{
	const struct associate *associate = &live->book.list[place];
	struct inbox_sender sender = { .folder = associate->name };

	memcpy(sender.id, associate->card.id, sizeof(sender.id));
	return sender;
}

/* What to do about it, for the user. */
static const char *advice(enum inbox_status status, int error)
{
	switch (status) {
	case INBOX_TOO_LARGE: return " (\"inbox_largest\" in the configuration)";
	case INBOX_NO_ROOM: return " (make room there, or raise \"inbox_room\" in the configuration)";
	case INBOX_NO_SPACE: return " (make room on it)";
	case INBOX_FAILED:
		return error == EACCES || error == EPERM || error == EROFS ? " (let this user write there, or choose another \"inbox\")"
		     : error == ENOENT ? " (make the folder that \"inbox\" is in)"
		     : error == ENOTDIR ? " (it is to be a folder)" : "";
	default: return "";
	}
}

static void tell_refused(struct live *live, uint32_t peer, const struct octo_blob *blob, enum inbox_status status, int error)
{
	const char *why = status == INBOX_FAILED ? strerror(error) : inbox_status_text(status);
	char name[FILE_NAME_BYTES], where[INBOX_PATH_BYTES + ASSOCIATE_NAME_BYTES + 4] = "";

	file_name_clean(blob->name, name);
	if (status != INBOX_TOO_LARGE && status != INBOX_TOO_MANY)
		snprintf(where, sizeof(where), "%s/%s: ", live->files->inbox.root, live_name(live, peer));
	node_report_news(live, CLI_WARN, "file", peer, "refused %s, %s: %s%s%s", name, cli_bytes(blob->size), where, why,
	                 advice(status, error));
}

/* An offer costs what was looked at for it, and what is read again of what is here. */
static enum inbox_status ask_inbox(struct live *live, uint32_t peer, const struct octo_blob *blob, uint64_t *have, octo_time_ns now)
{
	struct live_files *files = live->files;
	struct inbox_sender sender = sender_of(live, live->places[peer]);
	uint64_t before = files->inbox.looked_files;
	enum inbox_status status = inbox_offer(&files->inbox, &sender, peer, blob, have);
	int error = errno;

	ration_spend(&live->peers[peer].offers, now,
	             offer_ns + (files->inbox.looked_files - before) * file_ns + (*have >> 20) * mebibyte_ns);
	errno = error;
	return status;
}

enum octo_blob_answer live_inbox_offered(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	struct live *live = context;
	struct live_files *files = live->files;
	octo_time_ns now = cli_clock_ns();

	if (!files->has_inbox) {
		char name[FILE_NAME_BYTES];

		file_name_clean(blob->name, name);
		node_report_news(live, CLI_WARN, "file", peer, "refused %s, %s: the configuration has no \"inbox\"", name, cli_bytes(blob->size));
		return OCTO_BLOB_NO;
	}
	if (!ration_allows(&live->peers[peer].offers, now, burst_ns)) {
		files->put_off++;
		node_report_news(live, CLI_WARN, "file", peer, "its offers come too fast: they are looked at by and by");
		return OCTO_BLOB_LATER;
	}
	enum inbox_status status = ask_inbox(live, peer, blob, have, now);
	if (status == INBOX_CHECKING)
		return OCTO_BLOB_LATER;
	if (status > INBOX_CHECKING) {
		tell_refused(live, peer, blob, status, errno);
		return OCTO_BLOB_NO;
	}
	const struct inbox_entry *entry = inbox_find(&files->inbox, peer, blob->id);
	if (*have < entry->claimed)
		node_report_news(live, CLI_WARN, "file", peer, "%s is damaged behind %s of %s: that is fetched again", entry->part.name,
		                 cli_bytes(*have), cli_bytes(blob->size));
	files->incoming[entry - files->inbox.entries] = (struct file_progress){ .size = blob->size };
	files->new_peer = peer;
	files->new_id = blob->id;
	return OCTO_BLOB_YES;
}

/* Kept step by step, one a turn: packets are not kept waiting for a disk. */
enum octo_blob_answer live_inbox_keep(void *context, uint32_t peer, const struct octo_blob *blob)
{
	struct live *live = context;
	struct inbox_entry *entry = inbox_find(&live->files->inbox, peer, blob->id);

	if (!entry)
		return OCTO_BLOB_NO;
	if (entry->is_here)
		return OCTO_BLOB_YES;
	entry->is_keeping = true;
	return OCTO_BLOB_LATER;
}

/* ---- What becomes of them --------------------------------------------------------------------------------------------- */

static void incoming_failed(struct live *live, const struct octo_event *event, struct inbox_entry *entry)
{
	enum octo_blob_end end = (enum octo_blob_end)event->note.value;
	bool is_wrong = end == OCTO_BLOB_END_DIGEST || (end == OCTO_BLOB_END_CANCELLED && !entry->is_here);

	node_report_news(live, CLI_BAD, "file", event->peer, "not received %s: %s%s", entry->part.blob.name, octo_blob_end_text(end),
	                 is_wrong ? "" : "; what is here stays, to be gone on with");
	inbox_close(entry, is_wrong);
}

void live_inbox_event(struct live *live, const struct octo_event *event)
{
	struct live_files *files = live->files;
	const struct octo_event_note *note = &event->note;
	uint16_t id = (uint16_t)note->subject;
	struct inbox_entry *entry = inbox_find(&files->inbox, event->peer, id);
	bool is_new = files->new_peer == event->peer && files->new_id == id;
	char text[160];

	if (!entry)
		return;
	struct file_progress *progress = &files->incoming[entry - files->inbox.entries];
	if (note->note == OCTO_NOTE_BLOB_STARTED) {
		files->new_id = 0;
		live_progress_begin(live, progress, "receiving", entry->part.blob.name, event->peer, note->value, entry->part.blob.size);
	} else if (note->note == OCTO_NOTE_BLOB_COMPLETE) {
		live_progress_end_text(progress, text, sizeof(text));
		node_report_news(live, CLI_GOOD, "file", event->peer, "received %s: %s; it is %s/%s/%s", entry->part.blob.name,
		                 entry->is_here ? "it was here already" : text, files->inbox.root, live_name(live, event->peer), entry->final);
		inbox_close(entry, false);
	} else if (note->note == OCTO_NOTE_BLOB_FAILED && !(is_new && note->value == OCTO_BLOB_END_REPLACED)) {
		incoming_failed(live, event, entry);
	}
}

/* ---- Turns ------------------------------------------------------------------------------------------------------------ */

/* One of them has one more step on its way to its name. */
static bool keep_one(struct live *live, octo_time_ns now)
{
	struct live_files *files = live->files;

	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		uint32_t at = (files->keep_next + i) % INBOX_OPEN_MAX;
		struct inbox_entry *entry = &files->inbox.entries[at];

		if (!entry->is_open || !entry->is_keeping)
			continue;
		files->keep_next = at + 1;
		enum inbox_kept kept = inbox_keep(entry);
		if (kept == INBOX_KEPT_NOT_YET)
			return true;
		entry->is_keeping = false;
		if (kept == INBOX_KEPT_NOT)
			node_report_news(live, CLI_BAD, "file", entry->peer, "%s cannot be kept: %s", entry->part.blob.name, strerror(errno));
		if (octo_blob_kept(live->channel, &live->host, now, entry->peer, entry->part.blob.id, kept == INBOX_KEPT) != OCTO_OK)
			inbox_close(entry, false); /* nobody waits for it any more */
		return true;
	}
	return false;
}

static bool flows(struct live *live, uint32_t at, struct octo_blob_view *view)
{
	const struct inbox_entry *entry = &live->files->inbox.entries[at];

	return entry->is_open && !entry->is_here && !entry->is_checking &&
	       live_files_view(live, entry->peer, OCTO_WAY_IN, entry->part.blob.id, view);
}

/* What has come whole is vouched for: of one part, which may wait for the disk. True: there is more. */
static bool vouch_one(struct live *live)
{
	struct live_files *files = live->files;
	struct octo_blob_view view;

	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		uint32_t at = (files->vouch_next + i) % INBOX_OPEN_MAX;
		struct inbox_entry *entry = &files->inbox.entries[at];

		if (!flows(live, at, &view) || view.done_in_a_row < part_have(&entry->part) + PART_PIECE_BYTES)
			continue;
		files->vouch_next = at + 1;
		/* Not kept is nothing lost but time after a crash. */
		return part_vouch(&entry->part, view.done_in_a_row, PIECES_AT_ONCE);
	}
	return false;
}

static void look(struct live *live, octo_time_ns now)
{
	struct live_files *files = live->files;
	struct octo_blob_view view;

	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		if (!flows(live, i, &view))
			continue;
		files->incoming[i].done = view.done;
		files->incoming[i].rate = view.rate_bps;
		live_progress_tell(live, &files->incoming[i], "receiving", files->inbox.entries[i].part.blob.name,
		                   files->inbox.entries[i].peer, now);
	}
}

bool live_inbox_turn(struct live *live, octo_time_ns now)
{
	struct live_files *files = live->files;

	/* One of them at a time: each may wait for the disk. */
	if (keep_one(live, now) || inbox_check(&files->inbox, PIECES_AT_ONCE))
		return true;
	if (now - files->inbox_looked_ns < look_spacing_ns)
		return false;
	look(live, now);
	bool is_more = vouch_one(live);
	files->inbox_looked_ns = is_more ? 0 : now;
	return is_more;
}

/* ---- Start and end ---------------------------------------------------------------------------------------------------- */

struct inbox_start { struct live *live; uint32_t place; };

static bool tell_part(void *context, const struct blob_part *part)
{
	struct inbox_start *start = context;

	node_report_line(start->live, CLI_PLAIN, "file", OCTO_NO_PEER, "%s/%s has %s of %s: it is gone on with when it is offered again",
	                 start->live->book.list[start->place].name, part->name, cli_bytes(part_have(part)), cli_bytes(part->blob.size));
	return !live_is_stopped(start->live);
}

/* A mistake shows at the start, and not with the first file. */
static void try_inbox(struct live *live)
{
	const char *root = live->files->inbox.root;
	struct stat status;
	int error = 0;

	if (mkdir(root, 0700) != 0 && errno != EEXIST)
		error = errno;
	else if (stat(root, &status) != 0)
		error = errno;
	else if (!S_ISDIR(status.st_mode))
		error = ENOTDIR;
	else if (access(root, W_OK | X_OK) != 0)
		error = errno;
	if (error)
		node_report_line(live, CLI_WARN, "file", OCTO_NO_PEER, "files will be refused: the inbox %s: %s%s", root, strerror(error),
		                 advice(INBOX_FAILED, error));
}

void live_inbox_open(struct live *live)
{
	struct live_files *files = live->files;
	const struct node_config *config = live->config;

	files->has_inbox = config->inbox_path[0] != '\0';
	snprintf(files->inbox.root, sizeof(files->inbox.root), "%s", config->inbox_path);
	files->inbox.largest_bytes = config->inbox_largest_bytes;
	files->inbox.room_bytes = config->inbox_room_bytes;
	files->inbox.spare_bytes = INBOX_SPARE_BYTES;
	if (files->has_inbox)
		try_inbox(live);
	for (uint32_t i = 0; files->has_inbox && i < live->book.count && !live_is_stopped(live); i++) {
		struct inbox_start start = { .live = live, .place = i };
		struct inbox_sender sender = sender_of(live, i);

		inbox_tidy(&files->inbox, &sender, &start, tell_part);
	}
}

void live_inbox_close(struct live *live)
{
	struct live_files *files = live->files;
	struct octo_blob_view view;

	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		struct inbox_entry *entry = &files->inbox.entries[i];

		/* What came since the last look is vouched for, too; not kept is nothing lost but time. */
		bool is_vouched = live->channel && flows(live, i, &view) && part_vouch(&entry->part, view.done_in_a_row, PIECES_AT_ONCE);
		(void)is_vouched;
		if (entry->is_open)
			inbox_close(entry, false);
	}
}
