/* blob_part.c: see blob_part.h. All that is read from the disk is checked: it may be another's, or damaged. */
#include "core/carriers/blob_part.h"

#include "core/base/cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { VERSION = 1, CHECKSUM_AT = PART_HEAD_BYTES - OCTO_DIGEST_BYTES };
static const char magic[8] = { 'O', 'C', 'T', 'O', 'P', 'A', 'R', 'T' };

static void digest_of(const void *bytes, size_t size, uint8_t out[OCTO_DIGEST_BYTES])
{
	struct octo_digest digest;
	octo_digest_begin(&digest);
	octo_digest_add(&digest, bytes, size);
	octo_digest_end(&digest, out);
}

static bool read_at(int file, uint64_t offset, uint8_t *out, size_t size)
{
	while (size > 0) {
		ssize_t got = pread(file, out, size, (off_t)offset);
		if (got == 0)
			errno = EIO;
		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		size_t taken = got > 0 ? (size_t)got : 0;
		offset += taken;
		out += taken;
		size -= taken;
	}
	return true;
}

static bool write_at(int file, uint64_t offset, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t put = pwrite(file, bytes, size, (off_t)offset);
		if (put < 0 && errno != EINTR)
			return false;
		size_t taken = put > 0 ? (size_t)put : 0;
		offset += taken;
		bytes += taken;
		size -= taken;
	}
	return true;
}

static void info_name_of(const char *name, char info[PART_NAME_BYTES + 8])
{
	snprintf(info, PART_NAME_BYTES + 8, "%s.info", name);
}

/* ---- The head -------------------------------------------------------------------------------------------------- */

/* "OCTOPART" | version u16 | zero u16 | piece u32 | size u64 | blob's digest 32 | sender's FULL-ID 32 | name 65 | zeros |
 * BLAKE2b-256 of all before. */
static void write_head(const struct blob_part *part, uint8_t head[PART_HEAD_BYTES])
{
	memset(head, 0, PART_HEAD_BYTES);
	memcpy(head, magic, 8);
	store_le(head + 8, 2, VERSION);
	store_le(head + 12, 4, PART_PIECE_BYTES);
	store_le(head + 16, 8, part->blob.size);
	memcpy(head + 24, part->blob.digest, OCTO_DIGEST_BYTES);
	memcpy(head + 56, part->sender, OCTO_ID_BYTES);
	memcpy(head + 88, part->blob.name, sizeof part->blob.name);
	digest_of(head, CHECKSUM_AT, head + CHECKSUM_AT);
}

static bool read_head(struct blob_part *part, const uint8_t head[PART_HEAD_BYTES])
{
	uint8_t checksum[OCTO_DIGEST_BYTES], again[PART_HEAD_BYTES];
	char clean[FILE_NAME_BYTES];
	digest_of(head, CHECKSUM_AT, checksum);
	if (memcmp(checksum, head + CHECKSUM_AT, sizeof checksum) != 0)
		return false;
	part->blob.size = load_le(head + 16, 8);
	memcpy(part->blob.digest, head + 24, OCTO_DIGEST_BYTES);
	memcpy(part->sender, head + 56, OCTO_ID_BYTES);
	memcpy(part->blob.name, head + 88, sizeof part->blob.name);
	if (part->blob.name[sizeof part->blob.name - 1] || part->blob.size > OCTO_BLOB_SIZE_MAX)
		return false;
	file_name_clean(part->blob.name, clean);
	write_head(part, again);
	return strcmp(clean, part->blob.name) == 0 && memcmp(again, head, sizeof again) == 0;
}

static uint32_t pieces_of(const struct octo_blob *blob)
{
	return (uint32_t)((blob->size + PART_PIECE_BYTES - 1) / PART_PIECE_BYTES);
}

/* ---- Files ----------------------------------------------------------------------------------------------------- */

static void clear(struct blob_part *part, int folder)
{
	memset(part, 0, sizeof *part);
	part->folder = folder;
	part->data = part->info = -1;
}

static int make(int folder, const char *name)
{
	return openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

/* The first number whose names are both free. */
static bool make_files(struct blob_part *part)
{
	char numbered[FILE_NAME_NUMBERED_BYTES], info[PART_NAME_BYTES + 8];
	for (unsigned number = 1; number <= FILE_NAME_NUMBER_MAX; number++) {
		file_name_number(part->blob.name, number, numbered);
		snprintf(part->name, sizeof part->name, "%s.part", numbered);
		info_name_of(part->name, info);
		part->data = make(part->folder, part->name);
		if (part->data < 0 && errno != EEXIST)
			return false;
		if (part->data < 0)
			continue;
		part->info = make(part->folder, info);
		if (part->info >= 0)
			return true;
		int error = errno;
		close(part->data);
		part->data = -1;
		unlinkat(part->folder, part->name, 0);
		errno = error;
		if (error != EEXIST)
			return false;
	}
	errno = EEXIST;
	return false;
}

bool part_create(struct blob_part *part, int folder, const uint8_t sender[OCTO_ID_BYTES], const struct octo_blob *blob)
{
	uint8_t head[PART_HEAD_BYTES];
	char name[FILE_NAME_BYTES];
	clear(part, folder);
	part->blob = *blob;
	file_name_clean(blob->name, name);
	memset(part->blob.name, 0, sizeof part->blob.name);
	memcpy(part->blob.name, name, strlen(name));
	memcpy(part->sender, sender, OCTO_ID_BYTES);
	if (!make_files(part))
		return false;
	write_head(part, head);
	/* As long as it will be: a folder's size tells what was promised in it. */
	if (ftruncate(part->data, (off_t)blob->size) == 0 && write_at(part->info, 0, head, sizeof head))
		return true;
	int error = errno;
	part_remove(part);
	errno = error;
	return false;
}

bool part_open(struct blob_part *part, int folder, const char *info_name)
{
	uint8_t head[PART_HEAD_BYTES];
	struct stat info, data;
	size_t size = strlen(info_name);
	clear(part, folder);
	if (size < 11 || size - 5 >= sizeof part->name || strcmp(info_name + size - 10, ".part.info") != 0)
		return false;
	memcpy(part->name, info_name, size - 5);
	part->info = openat(folder, info_name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	part->data = openat(folder, part->name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is_good = part->info >= 0 && part->data >= 0 && fstat(part->info, &info) == 0 && fstat(part->data, &data) == 0 &&
	               S_ISREG(info.st_mode) && S_ISREG(data.st_mode) && read_at(part->info, 0, head, sizeof head) &&
	               read_head(part, head);
	if (!is_good) {
		part_close(part);
		return false;
	}
	uint64_t vouched = ((uint64_t)info.st_size - PART_HEAD_BYTES) / PART_DIGEST_BYTES;
	part->pieces = vouched < pieces_of(&part->blob) ? (uint32_t)vouched : pieces_of(&part->blob);
	if ((uint64_t)data.st_size == part->blob.size || ftruncate(part->data, (off_t)part->blob.size) == 0)
		return true;
	part_close(part);
	return false;
}

void part_close(struct blob_part *part)
{
	if (part->data >= 0)
		close(part->data);
	if (part->info >= 0)
		close(part->info);
	part->data = part->info = -1;
}

void part_remove(struct blob_part *part)
{
	char info[PART_NAME_BYTES + 8];
	part_close(part);
	info_name_of(part->name, info);
	unlinkat(part->folder, info, 0); /* first: bytes that nobody describes are nobody's */
	unlinkat(part->folder, part->name, 0);
}

bool part_sync(struct blob_part *part)
{
	part->unsynced = 0;
	return fsync(part->data) == 0 && fsync(part->info) == 0;
}

/* ---- Bytes ----------------------------------------------------------------------------------------------------- */

static bool is_inside(const struct blob_part *part, uint64_t offset, size_t size)
{
	return offset <= part->blob.size && size <= part->blob.size - offset;
}

bool part_write(struct blob_part *part, uint64_t offset, const uint8_t *bytes, size_t size)
{
	OCTO_ASSERT(is_inside(part, offset, size));
	return write_at(part->data, offset, bytes, size);
}

bool part_read(const struct blob_part *part, uint64_t offset, uint8_t *out, size_t size)
{
	OCTO_ASSERT(is_inside(part, offset, size));
	return read_at(part->data, offset, out, size);
}

static bool digest_piece(const struct blob_part *part, uint32_t piece, uint8_t out[OCTO_DIGEST_BYTES])
{
	static const size_t step = 4096;
	uint8_t bytes[4096];
	uint64_t at = (uint64_t)piece * PART_PIECE_BYTES, end = at + PART_PIECE_BYTES;
	struct octo_digest digest;
	end = end < part->blob.size ? end : part->blob.size;
	octo_digest_begin(&digest);
	for (; at < end; at += step) {
		size_t size = end - at < step ? (size_t)(end - at) : step;
		if (!read_at(part->data, at, bytes, size))
			return false;
		octo_digest_add(&digest, bytes, size);
	}
	octo_digest_end(&digest, out);
	return true;
}

uint64_t part_have(const struct blob_part *part)
{
	uint64_t bytes = (uint64_t)part->pieces * PART_PIECE_BYTES;
	return bytes < part->blob.size ? bytes : part->blob.size;
}

bool part_is_checked(const struct blob_part *part)
{
	return part->checked == part->pieces;
}

bool part_check(struct blob_part *part, uint32_t pieces_max)
{
	uint8_t said[PART_DIGEST_BYTES], found[OCTO_DIGEST_BYTES];
	for (; part->checked < part->pieces && pieces_max; pieces_max--) {
		uint32_t piece = part->checked;
		uint64_t at = PART_HEAD_BYTES + (uint64_t)piece * PART_DIGEST_BYTES;
		if (!read_at(part->info, at, said, sizeof said) || !digest_piece(part, piece, found))
			return false;
		if (memcmp(said, found, sizeof said) != 0) {
			part->pieces = piece;
			return ftruncate(part->info, (off_t)at) == 0;
		}
		part->checked++;
	}
	return true;
}

bool part_vouch(struct blob_part *part, uint64_t in_a_row, uint32_t pieces_max)
{
	uint32_t end = in_a_row >= part->blob.size ? pieces_of(&part->blob) : (uint32_t)(in_a_row / PART_PIECE_BYTES);
	uint8_t digest[OCTO_DIGEST_BYTES];
	OCTO_ASSERT(part_is_checked(part));
	for (; part->pieces < end && pieces_max; pieces_max--) {
		if (!digest_piece(part, part->pieces, digest) ||
		    !write_at(part->info, PART_HEAD_BYTES + (uint64_t)part->pieces * PART_DIGEST_BYTES, digest, PART_DIGEST_BYTES))
			return false;
		part->pieces++;
		part->checked++;
		part->unsynced++;
	}
	return part->unsynced < PART_SYNC_PIECES || part_sync(part);
}
