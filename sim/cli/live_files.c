/* live_files.c: see live_files.h. The channel asks for bytes and brings bytes; names, progress and the end are here. */
#include "sim/cli/live_files.h"

#include "sim/cli/live_inbox.h"
#include "sim/cli/node_report.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_AT_ONCE = 1 << 20, PIECE = 65536, LINE_PERCENT = 5 };
static const octo_time_ns look_spacing_ns = 50 * OCTO_MILLISECOND, line_spacing_ns = 10 * OCTO_SECOND;

/* ---- Progress ----------------------------------------------------------------------------------------------------- */

static uint32_t percent(const struct file_progress *progress)
{
	return progress->size ? (uint32_t)(progress->done * 100 / progress->size) : 100;
}

/* "812 KiB of 8 MiB, 1.2 MiB/s, 6.1 s left" */
static void progress_text(const struct file_progress *progress, char *text, size_t room)
{
	uint64_t left_s = progress->rate ? (progress->size - progress->done) / progress->rate : 0;
	int used = snprintf(text, room, "%s of %s", cli_bytes(progress->done), cli_bytes(progress->size));

	if (progress->rate && used > 0 && (size_t)used < room)
		snprintf(text + used, room - (size_t)used, ", %s/s, %" PRIu64 ":%02" PRIu64 " left", cli_bytes(progress->rate), left_s / 60,
		         left_s % 60);
}

/* A line when so many percent more are there, or some more and some time has passed. */
void live_progress_tell(struct live *live, struct file_progress *progress, const char *verb, const char *name, uint32_t peer,
                        octo_time_ns now)
{
	uint32_t at = percent(progress);
	char text[160];

	if (progress->began_ns == 0 || live->report.is_terminal || at == progress->told ||
	    (at < progress->told + LINE_PERCENT && now - progress->told_ns < line_spacing_ns))
		return;
	progress->told = at;
	progress->told_ns = now;
	progress_text(progress, text, sizeof(text));
	node_report_news(live, CLI_PLAIN, "progress", peer, "%s %s: %u %%, %s", verb, name, (unsigned)at, text);
}

void live_progress_begin(struct live *live, struct file_progress *progress, const char *verb, const char *name, uint32_t peer,
                         uint64_t from, uint64_t size)
{
	bool is_first = progress->began_ns == 0;

	progress->began_ns = cli_clock_ns();
	progress->from = from;
	progress->done = from;
	progress->size = size;
	progress->told = percent(progress);
	progress->told_ns = progress->began_ns;
	if (from == 0)
		node_report_news(live, CLI_PLAIN, "file", peer, "%s %s, %s", verb, name, cli_bytes(size));
	else
		node_report_news(live, CLI_PLAIN, "file", peer, "%s %s%s, %s: %" PRIu64 " of %" PRIu64 " bytes are there already", verb, name,
		                 is_first ? "" : " again", cli_bytes(size), from, size);
}

/* "8 MiB in 6.1 s, 1.3 MiB/s": of what came since it began last. */
void live_progress_end_text(const struct file_progress *progress, char *text, size_t room)
{
	octo_time_ns taken = cli_clock_ns() - progress->began_ns;
	uint64_t bytes = progress->size - progress->from, ms = taken / OCTO_MILLISECOND + 1;

	snprintf(text, room, "%s in %s, %s/s", cli_bytes(bytes), cli_seconds(taken), cli_bytes(bytes * 1000 / ms));
}

/* ---- Sending ------------------------------------------------------------------------------------------------------- */

static struct sending *find_sending(struct live_files *files, uint32_t peer, uint16_t id)
{
	for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
		struct sending *sending = &files->sendings[i];

		if (sending->phase >= SENDING_OFFERED && sending->peer == peer && sending->blob.id == id)
			return sending;
	}
	return NULL;
}

bool live_files_is_sending(const struct live *live)
{
	for (uint32_t i = 0; i < SENDINGS_MAX; i++)
		if (live->files->sendings[i].phase != SENDING_NONE)
			return true;
	return false;
}

static void end_sending(struct live_files *files, struct sending *sending, bool is_sent)
{
	files->sent += is_sent;
	files->failed += !is_sent;
	close(sending->file);
	sending->phase = SENDING_NONE;
}

static void fail_sending(struct live *live, struct sending *sending, const char *why)
{
	node_report_news(live, CLI_BAD, "file", sending->peer, "not sent %s: %s", sending->blob.name, why);
	end_sending(live->files, sending, false);
}

bool live_files_send(struct live *live, const char *path, uint32_t peer)
{
	struct sending *sending = NULL;
	struct stat status;
	char name[FILE_NAME_BYTES];

	for (uint32_t i = 0; i < SENDINGS_MAX && !sending; i++)
		sending = live->files->sendings[i].phase == SENDING_NONE ? &live->files->sendings[i] : NULL;
	if (!sending) {
		node_report_line(live, CLI_BAD, "file", peer, "not sent %s: %d files are waiting already", path, SENDINGS_MAX);
		return false;
	}
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	const char *problem = file < 0 || fstat(file, &status) != 0 ? strerror(errno)
	                    : !S_ISREG(status.st_mode) ? "it is no file"
	                    : (uint64_t)status.st_size > OCTO_BLOB_SIZE_MAX ? "it has more than 4 GiB" : NULL;
	if (problem) {
		node_report_line(live, CLI_BAD, "file", peer, "not sent %s: %s", path, problem);
		if (file >= 0)
			close(file);
		return false;
	}
	file_name_clean(path, name);
	memset(sending, 0, sizeof(*sending));
	sending->phase = SENDING_READ;
	sending->peer = peer;
	sending->file = file;
	sending->blob.size = sending->progress.size = (uint64_t)status.st_size;
	sending->blob.priority = OCTO_BLOB_PRIORITY;
	memcpy(sending->blob.name, name, strlen(name));
	octo_digest_begin(&sending->digest);
	return true;
}

/* Another one each time: what became of a former sending of the same file is for the receiver's application to say, which finds by
 * name and digest what it has of it. */
static uint16_t any_id(const struct live *live)
{
	uint8_t bytes[2];

	live->host.entropy(live->host.context, bytes, sizeof(bytes));
	return (uint16_t)(bytes[0] | bytes[1] << 8 | (bytes[0] | bytes[1] ? 0 : 1));
}

/* Some of its bytes into the digest. */
static void prepare(struct live *live, struct sending *sending)
{
	static uint8_t bytes[PIECE];

	for (size_t budget = READ_AT_ONCE; budget >= PIECE && sending->hashed < sending->blob.size; budget -= PIECE) {
		uint64_t left = sending->blob.size - sending->hashed;
		ssize_t got = pread(sending->file, bytes, left < PIECE ? (size_t)left : PIECE, (off_t)sending->hashed);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			fail_sending(live, sending, got < 0 ? strerror(errno) : "it became shorter while it was read");
			return;
		}
		octo_digest_add(&sending->digest, bytes, (size_t)got);
		sending->hashed += (uint64_t)got;
	}
	if (sending->hashed < sending->blob.size)
		return;
	octo_digest_end(&sending->digest, sending->blob.digest);
	sending->blob.id = any_id(live);
	sending->phase = SENDING_READY;
}

static void offer(struct live *live, struct sending *sending, octo_time_ns now)
{
	enum octo_status status;
	struct octo_peer_view view;

	for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
		const struct sending *other = &live->files->sendings[i];

		if (other != sending && other->phase >= SENDING_OFFERED && other->peer == sending->peer &&
		    memcmp(other->blob.digest, sending->blob.digest, sizeof(other->blob.digest)) == 0 &&
		    strcmp(other->blob.name, sending->blob.name) == 0)
			return; /* the same twice: one behind the other */
	}
	/* Before the offer is made: events about it come at once. */
	sending->phase = SENDING_OFFERED;
	while ((status = octo_blob_send(live->channel, &live->host, now, sending->peer, &sending->blob)) == OCTO_KNOWN_BLOB)
		sending->blob.id = sending->blob.id == UINT16_MAX ? 1 : (uint16_t)(sending->blob.id + 1);
	if (status == OCTO_FULL_BLOBS) {
		sending->phase = SENDING_READY; /* when another has ended */
		return;
	}
	if (status != OCTO_OK) {
		fail_sending(live, sending, octo_status_text(status));
		return;
	}
	octo_peer_view(live->channel, sending->peer, &view);
	if (view.state != OCTO_STATE_ESTABLISHED)
		node_report_line(live, CLI_DIM, "file", sending->peer, "%s goes when there is a session", sending->blob.name);
}

/* ---- What the channel asks for -------------------------------------------------------------------------------------- */

static bool blob_read(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out, size_t size)
{
	struct live *live = context;
	struct sending *sending = way == OCTO_WAY_OUT ? find_sending(live->files, peer, id) : NULL;
	size_t done = 0;

	if (way == OCTO_WAY_IN)
		return inbox_read(&live->files->inbox, peer, id, offset, out, size);
	while (sending && done < size) {
		ssize_t got = pread(sending->file, out + done, size - done, (off_t)(offset + done));

		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		done += got > 0 ? (size_t)got : 0;
	}
	if (sending)
		sending->carried += size;
	return sending != NULL;
}

const struct octo_blobs live_blobs = { .read = blob_read, .write = live_inbox_write, .offered = live_inbox_offered,
	.keep = live_inbox_keep };

/* ---- What becomes of them --------------------------------------------------------------------------------------------- */

static void sending_event(struct live *live, const struct octo_event *event)
{
	const struct octo_event_note *note = &event->note;
	struct sending *sending = find_sending(live->files, event->peer, (uint16_t)note->subject);
	char text[160];

	if (!sending)
		return;
	if (note->note == OCTO_NOTE_BLOB_STARTED) {
		sending->phase = SENDING_FLOWING;
		live_progress_begin(live, &sending->progress, "sending", sending->blob.name, event->peer, note->value, sending->blob.size);
	} else if (note->note == OCTO_NOTE_BLOB_COMPLETE && sending->progress.began_ns == 0) {
		node_report_news(live, CLI_GOOD, "file", event->peer, "sent %s: all of it was there already", sending->blob.name);
		end_sending(live->files, sending, true);
	} else if (note->note == OCTO_NOTE_BLOB_COMPLETE) {
		live_progress_end_text(&sending->progress, text, sizeof(text));
		node_report_news(live, CLI_GOOD, "file", event->peer, "sent %s: %s; %" PRIu64 " bytes went out for %" PRIu64, sending->blob.name,
		                 text, sending->carried, sending->blob.size);
		end_sending(live->files, sending, true);
	} else if (note->note == OCTO_NOTE_BLOB_FAILED && note->value == OCTO_BLOB_END_DIGEST && sending->attempt + 1 < SENDING_ATTEMPTS) {
		/* The file, or what the receiver had of it, is not what it was: its digest is made anew, and it goes as another blob. */
		node_report_news(live, CLI_WARN, "file", event->peer, "%s is sent again: %s", sending->blob.name,
		                 octo_blob_end_text(OCTO_BLOB_END_DIGEST));
		sending->attempt++;
		sending->phase = SENDING_READ;
		sending->hashed = 0;
		octo_digest_begin(&sending->digest);
	} else if (note->note == OCTO_NOTE_BLOB_FAILED) {
		fail_sending(live, sending, octo_blob_end_text((enum octo_blob_end)note->value));
	}
}

void live_files_event(struct live *live, const struct octo_event *event)
{
	bool is_blob = event->kind == OCTO_EVENT_COURIER_NOTE && event->note.courier == octo_courier_blob.id;

	if (is_blob && event->note.subject & OCTO_NOTE_INCOMING)
		live_inbox_event(live, event);
	else if (is_blob)
		sending_event(live, event);
}

/* ---- Turns ------------------------------------------------------------------------------------------------------------ */

bool live_files_view(struct live *live, uint32_t peer, enum octo_way way, uint16_t id, struct octo_blob_view *view)
{
	for (uint32_t place = 0; place < OCTO_BLOBS_MAX; place++)
		if (octo_blob_view(live->channel, &live->host, peer, way, place, view) && view->blob.id == id &&
		    view->end == OCTO_BLOB_END_NONE)
			return true;
	return false;
}

static void look(struct live *live, octo_time_ns now)
{
	struct live_files *files = live->files;
	struct octo_blob_view view;

	for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
		struct sending *sending = &files->sendings[i];

		if (sending->phase != SENDING_FLOWING || !live_files_view(live, sending->peer, OCTO_WAY_OUT, sending->blob.id, &view))
			continue;
		sending->progress.done = view.done;
		sending->progress.rate = view.rate_bps;
		live_progress_tell(live, &sending->progress, "sending", sending->blob.name, sending->peer, now);
	}
}

bool live_files_turn(struct live *live, octo_time_ns now)
{
	struct live_files *files = live->files;
	bool is_more = false;

	for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
		if (files->sendings[i].phase == SENDING_READ && !is_more) {
			prepare(live, &files->sendings[i]);
			is_more = true;
		}
		if (files->sendings[i].phase == SENDING_READY)
			offer(live, &files->sendings[i], now);
	}
	if (now - files->looked_ns >= look_spacing_ns) {
		look(live, now);
		files->looked_ns = now;
	}
	return live_inbox_turn(live, now) || is_more;
}

bool live_files_cancel(struct live *live, const char *name)
{
	struct live_files *files = live->files;
	octo_time_ns now = cli_clock_ns();
	bool is_any = false;

	for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
		struct sending *sending = &files->sendings[i];

		if (sending->phase == SENDING_NONE || strcmp(sending->blob.name, name) != 0)
			continue;
		is_any = true;
		if (sending->phase < SENDING_OFFERED ||
		    octo_blob_cancel(live->channel, &live->host, now, sending->peer, OCTO_WAY_OUT, sending->blob.id) != OCTO_OK)
			fail_sending(live, sending, octo_blob_end_text(OCTO_BLOB_END_CANCELLED));
	}
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		struct inbox_entry *entry = &files->inbox.entries[i];

		if (!entry->is_open || strcmp(entry->part.blob.name, name) != 0)
			continue;
		is_any = true;
		if (octo_blob_cancel(live->channel, &live->host, now, entry->peer, OCTO_WAY_IN, entry->part.blob.id) != OCTO_OK)
			inbox_close(entry, true);
	}
	return is_any;
}

void live_files_close(struct live *live)
{
	struct live_files *files = live->files;

	for (uint32_t i = 0; i < SENDINGS_MAX; i++)
		if (files->sendings[i].phase != SENDING_NONE)
			close(files->sendings[i].file);
	live_inbox_close(live);
}

/* ---- What can be seen ---------------------------------------------------------------------------------------------------- */

void live_files_tell(struct live *live)
{
	struct live_files *files = live->files;
	char text[160];

	for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
		const struct sending *sending = &files->sendings[i];

		progress_text(&sending->progress, text, sizeof(text));
		if (sending->phase != SENDING_NONE)
			node_report_line(live, CLI_PLAIN, "file", sending->peer, "sending %s: %s", sending->blob.name,
			                 sending->phase == SENDING_FLOWING ? text : "waiting");
	}
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		const struct inbox_entry *entry = &files->inbox.entries[i];

		progress_text(&files->incoming[i], text, sizeof(text));
		if (entry->is_open)
			node_report_line(live, CLI_PLAIN, "file", entry->peer, "receiving %s: %s", entry->part.blob.name,
			                 entry->is_checking ? "what is here is compared" : entry->is_keeping ? "it is put on the disk" : text);
	}
	if (files->put_off)
		node_report_line(live, CLI_WARN, "file", OCTO_NO_PEER, "%s offers came too fast and were put off", cli_count(files->put_off));
}

static void draw_bar(const struct file_progress *progress, const char *arrow, const char *name, const char *peer, size_t columns,
                     char *text, size_t room)
{
	enum { BAR = 24 };
	char bar[BAR + 1], numbers[160];
	uint64_t filled = progress->size ? progress->done * BAR / progress->size : BAR;

	for (unsigned i = 0; i < BAR; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[BAR] = '\0';
	progress_text(progress, numbers, sizeof(numbers));
	snprintf(text, room < columns + 1 ? room : columns + 1, "%s %s [%s] %3u %% %s  %s", arrow, peer, bar, (unsigned)percent(progress),
	         numbers, name);
}

bool live_files_bar(const struct live *live, unsigned n, size_t columns, char *text, size_t room)
{
	const struct live_files *files = live->files;

	for (uint32_t i = 0; i < SENDINGS_MAX; i++) {
		if (files->sendings[i].phase == SENDING_NONE || n-- > 0)
			continue;
		draw_bar(&files->sendings[i].progress, "to", files->sendings[i].blob.name, live_name(live, files->sendings[i].peer), columns,
		         text, room);
		return true;
	}
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		const struct inbox_entry *entry = &files->inbox.entries[i];

		if (!entry->is_open || n-- > 0)
			continue;
		draw_bar(&files->incoming[i], "from", entry->part.blob.name, live_name(live, entry->peer), columns, text, room);
		return true;
	}
	return false;
}
