/* inbox_ledger.c: see inbox_ledger.h. "OCTORECV" | version u16 | count u16 | lines of digest 32, size u64, the name that was asked for
 * (length u8, bytes), the file's name (length u8, bytes) | BLAKE2b-256 of all before. */
#include "core/carriers/inbox_ledger.h"

#include "core/base/cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum {
	VERSION = 1,
	LINE_BYTES_MAX = OCTO_DIGEST_BYTES + 8 + 2 + FILE_NAME_BYTES + FILE_NAME_NUMBERED_BYTES,
	BYTES_MAX = 12 + INBOX_RECEIVED_MAX * LINE_BYTES_MAX + OCTO_DIGEST_BYTES
};
static const char magic[8] = { 'O', 'C', 'T', 'O', 'R', 'E', 'C', 'V' };
static const char file_name[] = ".received", new_name[] = ".received.new";

static void digest_of(const uint8_t *bytes, size_t size, uint8_t out[OCTO_DIGEST_BYTES])
{
	struct octo_digest digest;
	octo_digest_begin(&digest);
	octo_digest_add(&digest, bytes, size);
	octo_digest_end(&digest, out);
}

/* ---- Bytes ----------------------------------------------------------------------------------------------------- */

static size_t put_name(uint8_t *out, const char *name)
{
	size_t size = strlen(name);
	out[0] = (uint8_t)size;
	memcpy(out + 1, name, size);
	return 1 + size;
}

static size_t to_bytes(const struct ledger *ledger, uint8_t out[BYTES_MAX])
{
	size_t used = 12;
	memcpy(out, magic, 8);
	store_le(out + 8, 2, VERSION);
	store_le(out + 10, 2, ledger->count);
	for (uint32_t i = 0; i < ledger->count; i++) {
		const struct ledger_line *line = &ledger->lines[i];
		memcpy(out + used, line->digest, OCTO_DIGEST_BYTES);
		store_le(out + used + OCTO_DIGEST_BYTES, 8, line->size);
		used += OCTO_DIGEST_BYTES + 8;
		used += put_name(out + used, line->asked);
		used += put_name(out + used, line->name);
	}
	digest_of(out, used, out + used);
	return used + OCTO_DIGEST_BYTES;
}

static void take_name(struct reader *reader, char *name, size_t room)
{
	size_t size = read_u8(reader);
	memset(name, 0, room);
	if (size >= room)
		reader->failed = true;
	else
		read_copy(reader, name, size);
}

static bool from_bytes(struct ledger *ledger, const uint8_t *bytes, size_t size)
{
	uint8_t checksum[OCTO_DIGEST_BYTES];
	if (size < 12 + OCTO_DIGEST_BYTES)
		return false;
	size -= OCTO_DIGEST_BYTES;
	digest_of(bytes, size, checksum);
	if (memcmp(checksum, bytes + size, sizeof checksum) != 0 || memcmp(bytes, magic, sizeof magic) != 0)
		return false;
	struct reader reader = reader_of(bytes + 8, size - 8);
	bool is_ours = read_u16(&reader) == VERSION;
	ledger->count = read_u16(&reader);
	if (!is_ours || ledger->count > INBOX_RECEIVED_MAX)
		return false;
	for (uint32_t i = 0; i < ledger->count; i++) {
		struct ledger_line *line = &ledger->lines[i];
		char clean[FILE_NAME_BYTES];
		read_copy(&reader, line->digest, sizeof line->digest);
		line->size = read_u64(&reader);
		take_name(&reader, line->asked, sizeof line->asked);
		take_name(&reader, line->name, sizeof line->name);
		file_name_clean(line->asked, clean);
		if (reader.failed || strcmp(clean, line->asked) != 0 || strchr(line->name, '/') || !line->name[0])
			return false;
	}
	return reader_left(&reader) == 0;
}

/* ---- The file --------------------------------------------------------------------------------------------------- */

void ledger_read(struct ledger *ledger, int folder)
{
	uint8_t bytes[BYTES_MAX + 1];
	size_t size = 0;
	ssize_t got = -1;
	int file = openat(folder, file_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	while (file >= 0 && size < sizeof bytes && ((got = read(file, bytes + size, sizeof bytes - size)) > 0 || (got < 0 && errno == EINTR)))
		size += got > 0 ? (size_t)got : 0;
	if (file >= 0)
		close(file);
	if (got < 0 || size > BYTES_MAX || !from_bytes(ledger, bytes, size))
		memset(ledger, 0, sizeof *ledger);
}

static bool keep(const struct ledger *ledger, int folder)
{
	uint8_t bytes[BYTES_MAX];
	size_t size = to_bytes(ledger, bytes), put = 0;
	if (unlinkat(folder, new_name, 0) != 0 && errno != ENOENT)
		return false;
	int file = openat(folder, new_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return false;
	while (put < size) {
		ssize_t wrote = write(file, bytes + put, size - put);
		if (wrote < 0 && errno != EINTR)
			break;
		put += wrote > 0 ? (size_t)wrote : 0;
	}
	bool is_good = put == size && fsync(file) == 0;
	int error = errno;
	is_good &= close(file) == 0;
	errno = error;
	return is_good && renameat(folder, new_name, folder, file_name) == 0 && (fsync(folder) == 0 || errno == EINVAL);
}

static uint32_t position(const struct ledger *ledger, const struct octo_blob *blob)
{
	uint32_t at = 0;
	while (at < ledger->count && (ledger->lines[at].size != blob->size || strcmp(ledger->lines[at].asked, blob->name) != 0 ||
	                              memcmp(ledger->lines[at].digest, blob->digest, OCTO_DIGEST_BYTES) != 0))
		at++;
	return at;
}

const struct ledger_line *ledger_find(const struct ledger *ledger, const struct octo_blob *blob)
{
	uint32_t at = position(ledger, blob);
	return at < ledger->count ? &ledger->lines[at] : NULL;
}

static void take_out(struct ledger *ledger, uint32_t at)
{
	ledger->count--;
	memmove(&ledger->lines[at], &ledger->lines[at + 1], (ledger->count - at) * sizeof *ledger->lines);
}

bool ledger_add(int folder, const struct octo_blob *blob, const char *name)
{
	struct ledger ledger;
	ledger_read(&ledger, folder);
	uint32_t at = position(&ledger, blob);
	if (at < ledger.count)
		take_out(&ledger, at);
	else if (ledger.count == INBOX_RECEIVED_MAX)
		take_out(&ledger, 0);
	struct ledger_line *line = &ledger.lines[ledger.count++];
	memset(line, 0, sizeof *line);
	memcpy(line->digest, blob->digest, sizeof line->digest);
	line->size = blob->size;
	memcpy(line->asked, blob->name, strlen(blob->name));
	memcpy(line->name, name, strlen(name));
	return keep(&ledger, folder);
}

void ledger_forget(int folder, const struct octo_blob *blob)
{
	struct ledger ledger;
	ledger_read(&ledger, folder);
	uint32_t at = position(&ledger, blob);
	if (at == ledger.count)
		return;
	take_out(&ledger, at);
	(void)keep(&ledger, folder); /* kept or not: the file's bytes are compared again before they count */
}
