/* store_file.c: which copy is the newest whole one, and how the next one takes its place. See store_file.h for the
 * promise, store_disk.c for the calls of the system. */
#include "core/carriers/store_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { CURRENT, OLD, NEW, COPIES };
static const char *const suffixes[COPIES] = { "", ".old", ".new" };

const char *store_file_status_text(enum store_file_status status)
{
	static const char *const texts[] = {
#define X(name, text) text,
		STORE_FILE_STATUSES(X)
#undef X
	};
	return (unsigned)status < STORE_FILE_STATUS_COUNT ? texts[status] : "no status of a store";
}

struct path { char text[STORE_PATH_BYTES + STORE_SUFFIX_BYTES]; };

static struct path path_of(const struct store_file *file, const char *suffix)
{
	struct path path;
	snprintf(path.text, sizeof path.text, "%s%s", file->path, suffix);
	return path;
}

/* Reads a copy into the store, whatever was there. */
static void try_copy(struct store_file *file, struct store_finding *finding)
{
	size_t size = 0;
	finding->disk = file->disk->read(file->disk->context, path_of(file, finding->suffix).text, file->buffer, file->room,
	                                 &size);
	finding->error = finding->disk == STORE_DISK_FAILED ? errno : 0;
	finding->is_there = finding->disk != STORE_DISK_MISSING;
	if (finding->disk == STORE_DISK_OK)
		finding->status = size >= file->room ? ASSOCIATE_STORE_FULL_ASSOCIATES
		                                     : associate_store_read(file->store, file->buffer, size);
}

static bool is_whole(const struct store_finding *finding)
{
	return finding->is_there && finding->disk == STORE_DISK_OK && finding->status == ASSOCIATE_STORE_OK;
}

static bool rename_copy(const struct store_file *file, const char *from, const char *to)
{
	return file->disk->rename(file->disk->context, path_of(file, from).text, path_of(file, to).text) == STORE_DISK_OK;
}

enum store_file_status store_file_load(struct store_file *file, struct store_findings *findings)
{
	uint64_t serials[COPIES] = { 0 };
	int best = -1;
	bool is_any_there = false, has_failed = false;
	for (int i = 0; i < COPIES; i++) {
		struct store_finding *finding = &findings->list[i];
		*finding = (struct store_finding){ .suffix = suffixes[i] };
		try_copy(file, finding);
		serials[i] = file->store->serial;
		has_failed |= finding->disk == STORE_DISK_FAILED;
		/* A torn PATH.new is what a write leaves that was cut off: nothing rests on it yet. */
		is_any_there |= finding->is_there && i != NEW;
		if (is_whole(finding) && (best < 0 || serials[i] > serials[best]))
			best = i;
	}
	file->is_current_whole = is_whole(&findings->list[CURRENT]);
	if (has_failed)
		return STORE_FILE_UNREADABLE; /* what cannot be read today may be whole tomorrow: nothing is written over it */
	if (best < 0)
		return is_any_there ? STORE_FILE_LOST : STORE_FILE_NONE;
	findings->list[best].is_used = true;
	try_copy(file, &findings->list[best]); /* another one may stand in the store now */
	if (!is_whole(&findings->list[best]))
		return STORE_FILE_UNREADABLE;
	/* Where files have one name only, PATH may be missing between the two renames of a write: then PATH.old and PATH.new are
	 * whole, and nothing is lost. */
	bool is_damaged = findings->list[CURRENT].is_there && !file->is_current_whole;
	return is_damaged || (best == OLD && !file->is_current_whole) ? STORE_FILE_FALLBACK : STORE_FILE_OK;
}

static bool link_copy(const struct store_file *file, const char *from, const char *to)
{
	return file->disk->link(file->disk->context, path_of(file, from).text, path_of(file, to).text) == STORE_DISK_OK;
}

/* PATH.new becomes PATH, and a whole PATH becomes PATH.old. A second name first, so that PATH is never missing; a rename on a
 * file system that has none. */
static bool step_up(struct store_file *file)
{
	if (file->is_current_whole && !link_copy(file, suffixes[CURRENT], suffixes[OLD])) {
		if (!rename_copy(file, suffixes[CURRENT], suffixes[OLD]))
			return false;
		file->is_current_whole = false;
	} else if (!file->is_current_whole) {
		/* Damaged, of another version, of another node: people may still want it. Or there is none. */
		(void)rename_copy(file, suffixes[CURRENT], ".damaged");
	}
	bool is_done = rename_copy(file, suffixes[NEW], suffixes[CURRENT]);
	file->is_current_whole |= is_done;
	return is_done;
}

bool store_file_save(struct store_file *file)
{
	file->store->serial++;
	size_t size = associate_store_write(file->store, file->buffer, file->room);
	enum store_disk_status status =
		file->disk->write(file->disk->context, path_of(file, suffixes[NEW]).text, file->buffer, size);
	file->saves++;
	if (status != STORE_DISK_OK || !step_up(file))
		return false;
	file->is_dirty = false;
	return true;
}

bool store_file_save_both(struct store_file *file)
{
	return store_file_save(file) && store_file_save(file);
}
