/* blob_inbox.c: see blob_inbox.h. Every path is a name in an open folder, and no link is followed. */
#include "core/carriers/blob_inbox.h"

#include "core/base/cursor.h"
#include "core/carriers/inbox_ledger.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { LOOK_BYTES = 262144 };           /* written between two looks at the room on the disk */

const char *inbox_status_text(enum inbox_status status)
{
	static const char *const texts[] = {
#define X(name, text) text,
		INBOX_STATUSES(X)
#undef X
	};
	OCTO_ASSERT(status < INBOX_STATUS_COUNT);
	return texts[status];
}

/* ---- Folders --------------------------------------------------------------------------------------------------- */

/* The sender's folder, made when it is missing and wanted; -1: errno says why there is none. */
static int open_folder(const struct blob_inbox *inbox, const struct inbox_sender *sender, bool is_wanted)
{
	enum { HOW = O_RDONLY | O_DIRECTORY | O_CLOEXEC };
	if (is_wanted && mkdir(inbox->root, 0700) != 0 && errno != EEXIST)
		return -1;
	int root = open(inbox->root, HOW), error;
	if (root < 0)
		return -1;
	int folder = is_wanted && mkdirat(root, sender->folder, 0700) != 0 && errno != EEXIST
	                     ? -1 : openat(root, sender->folder, HOW | O_NOFOLLOW);
	error = errno;
	close(root);
	errno = error;
	return folder;
}

static bool is_info(const char *name)
{
	size_t size = strlen(name);
	return size > 10 && strcmp(name + size - 10, ".part.info") == 0;
}

/* Asks `look` for each file of a folder, or for each that describes a part, in no order, until it says no. False: it cannot be
 * read. */
static bool each_file(struct blob_inbox *inbox, int folder, bool only_infos, bool (*look)(void *context, const char *name, const struct stat *status),
                      void *context)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = copy < 0 ? NULL : fdopendir(copy);
	struct stat status;
	if (!list) {
		if (copy >= 0)
			close(copy);
		return false;
	}
	for (struct dirent *found; (found = readdir(list)) != NULL; inbox->looked_files++)
		if ((!only_infos || is_info(found->d_name)) && fstatat(folder, found->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(status.st_mode) && !look(context, found->d_name, &status))
			break;
	closedir(list);
	return true;
}

/* ---- Room ------------------------------------------------------------------------------------------------------ */

/* A part that nobody goes on with. */
struct idle_part {
	char info[PART_NAME_BYTES + 8];
	uint64_t info_bytes;
	struct timespec at;               /* written to last */
};

struct usage {
	const struct blob_inbox *inbox;
	const struct inbox_sender *sender;
	uint64_t bytes;
	uint32_t files, idle;
	uint32_t count;
	struct idle_part oldest[INBOX_IDLE_MAX]; /* the oldest first */
};

static bool is_open_part(const struct usage *usage, const char *info)
{
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		const struct inbox_entry *entry = &usage->inbox->entries[i];
		size_t size = strlen(entry->part.name);
		if (entry->is_open && memcmp(entry->part.sender, usage->sender->id, OCTO_ID_BYTES) == 0 &&
		    strncmp(info, entry->part.name, size) == 0 && strcmp(info + size, ".info") == 0)
			return true;
	}
	return false;
}

static bool is_older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static void add_idle(struct usage *usage, const char *info, const struct stat *status)
{
	uint32_t at = usage->count;
	while (at > 0 && is_older(&status->st_mtim, &usage->oldest[at - 1].at))
		at--;
	usage->idle++;
	if (at == INBOX_IDLE_MAX)
		return;
	usage->count += usage->count < INBOX_IDLE_MAX;
	struct idle_part *part = &usage->oldest[at];
	memmove(part + 1, part, (usage->count - 1 - at) * sizeof *part);
	strcpy(part->info, info);
	part->info_bytes = (uint64_t)status->st_size;
	part->at = status->st_mtim;
}

static bool add_usage(void *context, const char *name, const struct stat *status)
{
	struct usage *usage = context;
	usage->files++;
	usage->bytes += (uint64_t)status->st_size;
	if (is_info(name) && strlen(name) < sizeof usage->oldest->info && !is_open_part(usage, name))
		add_idle(usage, name, status);
	return true;
}

static bool has_space(const struct blob_inbox *inbox, int folder, uint64_t size)
{
	struct statvfs disk;
	if (fstatvfs(folder, &disk) != 0)
		return true; /* writing will tell */
	uint64_t free_bytes = (uint64_t)disk.f_bavail * (disk.f_frsize ? disk.f_frsize : disk.f_bsize);
	return free_bytes >= inbox->spare_bytes && size <= free_bytes - inbox->spare_bytes;
}

static bool has_room(const struct usage *usage, uint64_t size)
{
	uint64_t room = usage->inbox->room_bytes;
	return usage->bytes <= room && size <= room - usage->bytes && usage->files + 4 <= INBOX_FILES_MAX &&
	       usage->idle < INBOX_IDLE_MAX;
}

static bool give_way(struct usage *usage, int folder, const struct idle_part *part)
{
	char data[sizeof part->info];
	struct stat status;
	strcpy(data, part->info);
	data[strlen(data) - 5] = '\0';
	bool has_data = fstatat(folder, data, &status, AT_SYMLINK_NOFOLLOW) == 0;
	if (unlinkat(folder, part->info, 0) != 0 || (unlinkat(folder, data, 0) != 0 && errno != ENOENT))
		return false;
	usage->bytes -= part->info_bytes + (has_data ? (uint64_t)status.st_size : 0);
	usage->files -= has_data ? 2 : 1;
	usage->idle--;
	return true;
}

/* Room for one more: parts that nobody goes on with give way, the oldest first. A folder is looked through once, and not for
 * each of them: its files may be many. */
static enum inbox_status make_room(struct blob_inbox *inbox, const struct inbox_sender *sender, int folder, uint64_t size)
{
	for (;;) {
		struct usage usage = { .inbox = inbox, .sender = sender };
		if (!each_file(inbox, folder, false, add_usage, &usage))
			return INBOX_FAILED;
		bool is_room = has_room(&usage, size), is_all = usage.idle == usage.count;
		for (uint32_t i = 0; i < usage.count && !(is_room && has_space(inbox, folder, size)); i++) {
			if (!give_way(&usage, folder, &usage.oldest[i]))
				return INBOX_FAILED;
			is_room = has_room(&usage, size);
		}
		if (is_room && has_space(inbox, folder, size))
			return INBOX_NEW;
		if (is_all)
			return is_room ? INBOX_NO_SPACE : INBOX_NO_ROOM;
	}
}

/* ---- Offers ---------------------------------------------------------------------------------------------------- */

struct search {
	const struct inbox_sender *sender;
	const struct octo_blob *blob;     /* its name is clean */
	int folder;
	struct blob_part *part;
	bool is_found;
};

static bool is_same(const struct octo_blob *a, const struct octo_blob *b)
{
	return a->size == b->size && memcmp(a->digest, b->digest, sizeof a->digest) == 0 && strcmp(a->name, b->name) == 0;
}

static bool is_wanted_part(void *context, const char *name, const struct stat *status)
{
	struct search *search = context;
	(void)status;
	if (!part_open(search->part, search->folder, name))
		return true;
	search->is_found = is_same(&search->part->blob, search->blob) &&
	                   memcmp(search->part->sender, search->sender->id, OCTO_ID_BYTES) == 0;
	if (!search->is_found)
		part_close(search->part);
	return !search->is_found;
}

/* The file that this blob became when it was received before, if it still is there. */
static bool open_received(struct inbox_entry *entry, int folder, const struct octo_blob *blob)
{
	struct ledger ledger;
	struct stat status;
	ledger_read(&ledger, folder);
	const struct ledger_line *line = ledger_find(&ledger, blob);
	if (!line)
		return false;
	int file = openat(folder, line->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool is_it = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) && (uint64_t)status.st_size == blob->size;
	if (!is_it) {
		if (file >= 0)
			close(file);
		return false;
	}
	entry->is_here = true;
	entry->part.folder = folder;
	entry->part.data = file;
	snprintf(entry->final, sizeof entry->final, "%s", line->name);
	return true;
}

/* What is open of a blob: another offer of it, under another id or after a restart of its sender, takes it over. */
static struct inbox_entry *find_same(struct blob_inbox *inbox, uint32_t peer, const struct octo_blob *blob)
{
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		struct inbox_entry *entry = &inbox->entries[i];
		if (entry->is_open && !entry->is_here && entry->final[0] == '\0' && entry->peer == peer &&
		    is_same(&entry->part.blob, blob))
			return entry;
	}
	return NULL;
}

/* An id is one blob's: the latest's. */
static void close_others(struct blob_inbox *inbox, uint32_t peer, const struct octo_blob *blob, const struct inbox_entry *same)
{
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		struct inbox_entry *entry = &inbox->entries[i];
		bool is_other = entry != same && entry->is_open && !entry->is_checking && entry->peer == peer;
		if (is_other && (entry->part.blob.id == blob->id || is_same(&entry->part.blob, blob)))
			inbox_close(entry, false);
	}
}

/* A free entry; one that only waits for another offer gives way. NULL: there is none. */
static struct inbox_entry *free_entry(struct blob_inbox *inbox)
{
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++)
		if (!inbox->entries[i].is_open)
			return &inbox->entries[i];
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++)
		if (inbox->entries[i].is_checking) {
			inbox_close(&inbox->entries[i], false);
			return &inbox->entries[i];
		}
	return NULL;
}

/* A part from another time is compared before it is gone on with, a long one while its sender waits: no more than a sender can
 * send at once. */
static enum inbox_status begin_check(struct blob_inbox *inbox, struct inbox_entry *entry)
{
	struct inbox_entry *done = NULL;
	uint32_t count = 0;
	if (!part_check(&entry->part, INBOX_CHECK_AT_ONCE))
		return INBOX_FAILED;
	if (part_is_checked(&entry->part))
		return INBOX_GOES_ON;
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++) {
		struct inbox_entry *other = &inbox->entries[i];
		if (!other->is_open || !other->is_checking || other->peer != entry->peer)
			continue;
		count++;
		done = part_is_checked(&other->part) ? other : done;
	}
	if (count >= OCTO_BLOBS_MAX && done)
		inbox_close(done, false);
	entry->is_checking = count < OCTO_BLOBS_MAX || done;
	return INBOX_CHECKING;
}

static enum inbox_status open_entry(struct blob_inbox *inbox, struct inbox_entry *entry, const struct inbox_sender *sender,
                                    int folder, const struct octo_blob *blob)
{
	struct search search = { .sender = sender, .blob = blob, .folder = folder, .part = &entry->part };
	if (open_received(entry, folder, blob))
		return INBOX_HERE;
	if (!each_file(inbox, folder, true, is_wanted_part, &search))
		return INBOX_FAILED;
	if (search.is_found)
		return INBOX_GOES_ON;
	enum inbox_status status = make_room(inbox, sender, folder, blob->size);
	if (status == INBOX_NEW && !part_create(&entry->part, folder, sender->id, blob))
		return errno == ENOSPC || errno == EDQUOT ? INBOX_NO_SPACE : INBOX_FAILED;
	return status;
}

/* Opens an entry of its own for what nothing is open of. */
static enum inbox_status open_new(struct blob_inbox *inbox, struct inbox_entry *entry, const struct inbox_sender *sender,
                                  uint32_t peer, const struct octo_blob *blob)
{
	int folder = open_folder(inbox, sender, true);
	if (folder < 0)
		return errno == ENOSPC || errno == EDQUOT ? INBOX_NO_SPACE : INBOX_FAILED;
	*entry = (struct inbox_entry){ .peer = peer, .part = { .data = -1, .info = -1 } };
	enum inbox_status status = open_entry(inbox, entry, sender, folder, blob);
	entry->claimed = part_have(&entry->part);
	if (status == INBOX_GOES_ON)
		status = begin_check(inbox, entry);
	entry->is_open = status <= INBOX_HERE || entry->is_checking;
	if (!entry->is_open) {
		int error = errno;
		part_close(&entry->part);
		close(folder);
		errno = error;
	}
	return status;
}

enum inbox_status inbox_offer(struct blob_inbox *inbox, const struct inbox_sender *sender, uint32_t peer,
                              const struct octo_blob *offered, uint64_t *have)
{
	struct octo_blob blob = *offered;
	char name[FILE_NAME_BYTES];
	*have = 0;
	if (blob.size > inbox->largest_bytes)
		return INBOX_TOO_LARGE;
	file_name_clean(offered->name, name);
	memset(blob.name, 0, sizeof blob.name);
	memcpy(blob.name, name, strlen(name));
	struct inbox_entry *entry = find_same(inbox, peer, &blob);
	enum inbox_status status = INBOX_GOES_ON;
	if (entry && (entry->is_keeping || !part_is_checked(&entry->part))) /* kept for whom it was offered by first */
		return INBOX_CHECKING;
	close_others(inbox, peer, &blob, entry);
	if (entry) {
		entry->claimed = entry->is_checking ? entry->claimed : part_have(&entry->part);
		entry->is_checking = false;
		entry->keep_step = 0;
		entry->keep_number = 0;
	} else {
		if (!(entry = free_entry(inbox)))
			return INBOX_TOO_MANY;
		status = open_new(inbox, entry, sender, peer, &blob);
		if (!entry->is_open)
			return status;
	}
	entry->part.blob = blob;
	memcpy(entry->part.sender, sender->id, OCTO_ID_BYTES);
	if (status != INBOX_CHECKING)
		*have = entry->is_here ? blob.size : part_have(&entry->part);
	return status;
}

/* ---- Bytes ----------------------------------------------------------------------------------------------------- */

struct inbox_entry *inbox_find(struct blob_inbox *inbox, uint32_t peer, uint16_t id)
{
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++)
		if (inbox->entries[i].is_open && !inbox->entries[i].is_checking && inbox->entries[i].peer == peer &&
		    inbox->entries[i].part.blob.id == id)
			return &inbox->entries[i];
	return NULL;
}

bool inbox_write(struct blob_inbox *inbox, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	struct inbox_entry *entry = inbox_find(inbox, peer, id);
	if (!entry || entry->is_here)
		return false;
	/* What all of them were promised may be more than the disk has by now. */
	inbox->unlooked_bytes += size;
	if (inbox->unlooked_bytes >= LOOK_BYTES) {
		if (!has_space(inbox, entry->part.folder, size)) {
			errno = ENOSPC;
			return false;
		}
		inbox->unlooked_bytes = 0;
	}
	return part_write(&entry->part, offset, bytes, size);
}

bool inbox_read(struct blob_inbox *inbox, uint32_t peer, uint16_t id, uint64_t offset, uint8_t *out, size_t size)
{
	struct inbox_entry *entry = inbox_find(inbox, peer, id);
	return entry && part_read(&entry->part, offset, out, size);
}

void inbox_close(struct inbox_entry *entry, bool is_wrong)
{
	if (is_wrong && entry->is_here)
		ledger_forget(entry->part.folder, &entry->part.blob);
	if (is_wrong && !entry->is_here && entry->final[0] == '\0')
		part_remove(&entry->part);
	else
		part_close(&entry->part);
	close(entry->part.folder);
	entry->is_open = false;
}

/* ---- The end --------------------------------------------------------------------------------------------------- */

/* Gives the data file another name, if nothing has it: 1 done, 0 it is taken, -1 the disk failed. */
static int move(const struct blob_part *part, const char *name)
{
	struct stat status;
	if (linkat(part->folder, part->name, part->folder, name, 0) == 0)
		return 1;
	if (errno == EEXIST)
		return 0;
	/* A file system without hard links. */
	if (fstatat(part->folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return errno == ENOENT && renameat(part->folder, part->name, part->folder, name) == 0 ? 1 : -1;
}

/* A name that is free, in the ledger before it is the file's: from the moment that the file is there, it is known to be this
 * blob. */
static bool choose_name(struct inbox_entry *entry)
{
	struct blob_part *part = &entry->part;
	char name[FILE_NAME_NUMBERED_BYTES];
	struct stat status;
	while (++entry->keep_number <= FILE_NAME_NUMBER_MAX) {
		file_name_number(part->blob.name, entry->keep_number, name);
		if (fstatat(part->folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
			return ledger_add(part->folder, &part->blob, name);
	}
	errno = EEXIST;
	return false;
}

static enum inbox_kept take_name(struct inbox_entry *entry)
{
	struct blob_part *part = &entry->part;
	char name[FILE_NAME_NUMBERED_BYTES];
	file_name_number(part->blob.name, entry->keep_number, name);
	int moved = move(part, name);
	if (moved == 0) {
		entry->keep_step = 1; /* somebody was quicker: another name */
		return INBOX_KEPT_NOT_YET;
	}
	if (moved < 0 || (fsync(part->folder) != 0 && errno != EINVAL))
		return INBOX_KEPT_NOT;
	snprintf(entry->final, sizeof entry->final, "%s", name);
	part_remove(part);
	return INBOX_KEPT;
}

enum inbox_kept inbox_keep(struct inbox_entry *entry)
{
	if (entry->is_here)
		return INBOX_KEPT;
	if (entry->keep_step == 2)
		return take_name(entry);
	bool is_good = entry->keep_step == 0 ? part_sync(&entry->part) : choose_name(entry);
	entry->keep_step++;
	return is_good ? INBOX_KEPT_NOT_YET : INBOX_KEPT_NOT;
}

/* ---- What is left from another time ------------------------------------------------------------------------------ */

bool inbox_check(struct blob_inbox *inbox, uint32_t pieces_max)
{
	struct inbox_entry *entry = NULL;
	bool is_more = false;
	for (uint32_t i = 0; i < INBOX_OPEN_MAX && !is_more; i++) {
		struct inbox_entry *next = &inbox->entries[(inbox->check_next + i) % INBOX_OPEN_MAX];
		if (!next->is_open || !next->is_checking || part_is_checked(&next->part))
			continue;
		is_more = entry != NULL;
		entry = entry ? entry : next;
	}
	if (!entry)
		return false;
	inbox->check_next = (uint32_t)(entry - inbox->entries) + 1; /* in turns */
	if (!part_check(&entry->part, pieces_max))
		inbox_close(entry, false); /* offered again, it says what is wrong with the disk */
	return is_more || (entry->is_open && !part_is_checked(&entry->part));
}

struct tidying {
	int folder;
	const struct inbox_sender *sender;
	void *context;
	bool (*tell)(void *context, const struct blob_part *part);
};

static bool was_received(int folder, const struct octo_blob *blob)
{
	struct inbox_entry entry = { .part = { .data = -1, .info = -1 } };
	bool is_here = open_received(&entry, folder, blob);
	part_close(&entry.part);
	return is_here;
}

static bool tidy_part(void *context, const char *name, const struct stat *status)
{
	struct tidying *tidying = context;
	struct blob_part part;
	bool goes_on = true;
	(void)status;
	if (!part_open(&part, tidying->folder, name))
		return true;
	bool is_its = memcmp(part.sender, tidying->sender->id, OCTO_ID_BYTES) == 0;
	if (is_its && was_received(tidying->folder, &part.blob)) { /* a crash came between its name and the end of its part */
		part_remove(&part);
		return true;
	}
	if (is_its)
		goes_on = tidying->tell(tidying->context, &part);
	part_close(&part);
	return goes_on;
}

void inbox_tidy(struct blob_inbox *inbox, const struct inbox_sender *sender, void *context,
                bool (*tell)(void *context, const struct blob_part *part))
{
	struct tidying tidying = { .folder = open_folder(inbox, sender, false), .sender = sender, .context = context, .tell = tell };
	if (tidying.folder < 0)
		return;
	(void)each_file(inbox, tidying.folder, true, tidy_part, &tidying);
	close(tidying.folder);
}
