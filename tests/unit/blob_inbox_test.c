/* blob_inbox_test.c: blob_part.c, inbox_ledger.c and blob_inbox.c in a folder of a real disk: what a crash at any point leaves,
 * what a damaged disk does, and what a hostile sender cannot do. A crash is played by forgetting an inbox without closing it. */
#include "core/carriers/inbox_ledger.h"
#include "tests/check.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIZE = 5 * PART_PIECE_BYTES + 1000 };

static struct {
	char folder[64];
	struct blob_inbox inbox;
	struct inbox_sender sender;
	uint8_t *bytes;
	struct octo_blob blob;
} scene;

static void make_blob(struct octo_blob *blob, uint16_t id, const char *name, size_t size)
{
	struct octo_digest digest;
	memset(blob, 0, sizeof *blob);
	blob->id = id;
	blob->size = size;
	snprintf(blob->name, sizeof blob->name, "%s", name);
	octo_digest_begin(&digest);
	octo_digest_add(&digest, scene.bytes, size);
	octo_digest_end(&digest, blob->digest);
}

static void open_inbox(void)
{
	memset(&scene.inbox, 0, sizeof scene.inbox);
	snprintf(scene.inbox.root, sizeof scene.inbox.root, "%s/received", scene.folder);
	scene.inbox.largest_bytes = 100000000;
	scene.inbox.room_bytes = 200000000;
}

static void open_scene(void)
{
	strcpy(scene.folder, "/tmp/octo-inbox-XXXXXX");
	CHECK(mkdtemp(scene.folder) != NULL);
	scene.bytes = malloc(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		scene.bytes[i] = (uint8_t)(i * UINT64_C(0x9e3779b97f4a7c15) >> 32);
	scene.sender = (struct inbox_sender){ .folder = "robot", .id = { 7 } };
	make_blob(&scene.blob, 9, "map.bin", SIZE);
	open_inbox();
}

static char *path_of(const char *name)
{
	static char paths[2][256];
	static unsigned at;
	char *path = paths[at++ % 2];
	snprintf(path, sizeof paths[0], "%s/received/robot/%s", scene.folder, name);
	return path;
}

/* Names in the sender's folder, sorted, in a line. */
static const char *listing(void)
{
	static char text[1024];
	struct dirent **list;
	int count = scandir(path_of(""), &list, NULL, alphasort);
	text[0] = '\0';
	for (int i = 0; i < count; i++) {
		if (strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0) {
			strcat(text, text[0] ? " " : "");
			strcat(text, list[i]->d_name);
		}
		free(list[i]);
	}
	if (count >= 0)
		free(list);
	return text;
}

static void close_scene(void)
{
	char command[128];
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++)
		if (scene.inbox.entries[i].is_open)
			inbox_close(&scene.inbox.entries[i], false);
	snprintf(command, sizeof command, "rm -rf %s", scene.folder);
	CHECK(system(command) == 0);
	free(scene.bytes);
}

/* kill -9. The descriptors go as they do when a process ends. */
static void crash(void)
{
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++)
		if (scene.inbox.entries[i].is_open) {
			part_close(&scene.inbox.entries[i].part);
			close(scene.inbox.entries[i].part.folder);
		}
	open_inbox();
}

static enum inbox_status offer(const struct octo_blob *blob, uint64_t *have)
{
	return inbox_offer(&scene.inbox, &scene.sender, 3, blob, have);
}

static void take(uint16_t id, uint64_t from, uint64_t to)
{
	bool is_good = true;
	for (uint64_t at = from; at < to; at += 1000)
		is_good &= inbox_write(&scene.inbox, 3, id, at, scene.bytes + at, to - at < 1000 ? (size_t)(to - at) : 1000);
	CHECK(is_good);
}

static void vouch(uint64_t in_a_row)
{
	CHECK(part_vouch(&inbox_find(&scene.inbox, 3, scene.blob.id)->part, in_a_row, UINT32_MAX));
}

static bool is_whole(const char *name, size_t size)
{
	uint8_t *found = calloc(1, SIZE + 1);
	int file = open(path_of(name), O_RDONLY);
	ssize_t got = file < 0 ? -1 : read(file, found, SIZE + 1);
	bool is_good = got == (ssize_t)size && memcmp(found, scene.bytes, size) == 0;
	if (file >= 0)
		close(file);
	free(found);
	return is_good;
}

static void damage(const char *name, off_t at)
{
	uint8_t byte;
	int file = open(path_of(name), O_RDWR);
	CHECK(pread(file, &byte, 1, at) == 1);
	byte ^= 0x10;
	CHECK(pwrite(file, &byte, 1, at) == 1);
	close(file);
}

static bool keep(struct inbox_entry *entry)
{
	enum inbox_kept kept;
	while ((kept = inbox_keep(entry)) == INBOX_KEPT_NOT_YET)
		;
	return kept == INBOX_KEPT;
}

static unsigned told;
static uint64_t told_here;

static bool tell(void *context, const struct blob_part *part)
{
	(void)context;
	told++;
	told_here = part_have(part);
	return true;
}

static void start(void)
{
	told = 0;
	inbox_tidy(&scene.inbox, &scene.sender, NULL, tell);
}

static void whole_transfer(void)
{
	uint64_t have;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	CHECK_U64(have, 0);
	take(9, 0, SIZE);
	vouch(SIZE);
	struct inbox_entry *entry = inbox_find(&scene.inbox, 3, 9);
	CHECK(keep(entry));
	inbox_close(entry, false);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------- */

static void a_blob_becomes_a_file(void)
{
	open_scene();
	uint64_t have;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	take(9, 0, 1000);
	CHECK_STRING(listing(), "map.bin.part map.bin.part.info");
	uint8_t byte[2];
	CHECK(inbox_read(&scene.inbox, 3, 9, 500, byte, 2));
	CHECK_BYTES(byte, scene.bytes + 500, 2);
	take(9, 1000, SIZE);
	CHECK(keep(inbox_find(&scene.inbox, 3, 9)));
	CHECK_STRING(inbox_find(&scene.inbox, 3, 9)->final, "map.bin");
	inbox_close(inbox_find(&scene.inbox, 3, 9), false);
	CHECK_STRING(listing(), ".received map.bin");
	CHECK(is_whole("map.bin", SIZE));
	CHECK(!inbox_write(&scene.inbox, 3, 9, 0, scene.bytes, 1));
	struct stat status;
	CHECK(stat(path_of("map.bin"), &status) == 0 && status.st_nlink == 1 && (status.st_mode & 077) == 0);
	close_scene();
}

/* After a crash no more is asked for again than a piece that was not whole. */
static void a_crash_costs_less_than_a_piece(void)
{
	open_scene();
	uint64_t have;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	take(9, 0, 3 * PART_PIECE_BYTES + 70000);
	vouch(3 * PART_PIECE_BYTES + 70000);
	crash();
	start();
	CHECK_U64(told, 1);
	CHECK_U64(told_here, 3 * PART_PIECE_BYTES);
	scene.blob.id = 10; /* its sender has restarted, too */
	CHECK(offer(&scene.blob, &have) == INBOX_GOES_ON);
	CHECK_U64(have, 3 * PART_PIECE_BYTES);
	take(10, have, SIZE);
	vouch(SIZE);
	crash();
	CHECK(offer(&scene.blob, &have) == INBOX_GOES_ON);
	CHECK_U64(have, SIZE); /* the last piece is a short one */
	CHECK(keep(inbox_find(&scene.inbox, 3, 10)));
	CHECK(is_whole("map.bin", SIZE));
	close_scene();
}

/* Damaged data, a damaged digest, a torn end of the info file: what is before it counts, and nothing else. */
static void damage_is_found(void)
{
	static const struct { const char *name; off_t at; uint64_t left; } cases[] = {
		{ "map.bin.part", 2 * PART_PIECE_BYTES + 5, 2 * PART_PIECE_BYTES }, { "map.bin.part", 0, 0 },
		{ "map.bin.part.info", PART_HEAD_BYTES + PART_DIGEST_BYTES, PART_PIECE_BYTES },
		{ "map.bin.part", 4 * PART_PIECE_BYTES + 1, 4 * PART_PIECE_BYTES }, /* no digest vouches for it */
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint64_t have;
		open_scene();
		CHECK(offer(&scene.blob, &have) == INBOX_NEW);
		take(9, 0, 4 * PART_PIECE_BYTES + 10);
		vouch(4 * PART_PIECE_BYTES + 10);
		crash();
		damage(cases[i].name, cases[i].at);
		start();
		CHECK_U64(told_here, 4 * PART_PIECE_BYTES); /* nothing is read before it is offered */
		CHECK(offer(&scene.blob, &have) == INBOX_GOES_ON);
		CHECK_U64(have, cases[i].left);
		take(9, have, SIZE);
		vouch(SIZE);
		crash();
		start();
		CHECK_U64(told_here, SIZE);
		CHECK(offer(&scene.blob, &have) == INBOX_GOES_ON);
		CHECK_U64(have, SIZE);
		close_scene();
	}
}

static void a_torn_info_file_is_no_more_than_its_whole_digests(void)
{
	open_scene();
	uint64_t have;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	take(9, 0, SIZE);
	vouch(3 * PART_PIECE_BYTES);
	crash();
	CHECK(truncate(path_of("map.bin.part.info"), PART_HEAD_BYTES + 2 * PART_DIGEST_BYTES + 3) == 0);
	CHECK(truncate(path_of("map.bin.part"), PART_PIECE_BYTES + 7) == 0);
	start();
	CHECK(offer(&scene.blob, &have) == INBOX_GOES_ON);
	CHECK_U64(have, PART_PIECE_BYTES);
	crash();
	damage("map.bin.part.info", 20); /* the head: it says nothing any more, and another part stands beside it */
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	CHECK_STRING(listing(), "map-2.bin.part map-2.bin.part.info map.bin.part map.bin.part.info");
	close_scene();
}

/* Between its name and the last word to its sender: offered again it is here, under its one name. */
static void a_blob_is_not_received_twice(void)
{
	open_scene();
	uint64_t have;
	whole_transfer();
	crash();
	CHECK(offer(&scene.blob, &have) == INBOX_HERE);
	CHECK_U64(have, SIZE);
	uint8_t bytes[100];
	CHECK(inbox_read(&scene.inbox, 3, 9, SIZE - 100, bytes, 100));
	CHECK_BYTES(bytes, scene.bytes + SIZE - 100, 100);
	CHECK(keep(inbox_find(&scene.inbox, 3, 9)));
	crash();
	/* The crash came with the file in its place, and its part not yet gone. */
	CHECK(link(path_of("map.bin"), path_of("map.bin.part")) == 0);
	struct blob_part part;
	int folder = open(path_of(""), O_RDONLY | O_DIRECTORY);
	CHECK(unlink(path_of("map.bin.part")) == 0);
	CHECK(part_create(&part, folder, scene.sender.id, &scene.blob));
	part_close(&part);
	close(folder);
	start();
	CHECK_U64(told, 0);
	CHECK_STRING(listing(), ".received map.bin");
	close_scene();
}

/* Its user has moved it away: then it is wanted again. Another file of this name is nobody's to overwrite. */
static void nothing_is_overwritten(void)
{
	open_scene();
	whole_transfer();
	CHECK(rename(path_of("map.bin"), path_of("elsewhere")) == 0);
	CHECK(symlink("nowhere", path_of("map.bin")) == 0);
	CHECK(mkdir(path_of("map-2.bin"), 0700) == 0);
	whole_transfer();
	CHECK(is_whole("map-3.bin", SIZE));
	CHECK_STRING(listing(), ".received elsewhere map-2.bin map-3.bin map.bin");
	close_scene();
}

/* Received once, and changed since by whoever works here: found out, it is received anew. */
static void a_changed_file_is_not_taken_for_what_it_was(void)
{
	open_scene();
	uint64_t have;
	whole_transfer();
	damage("map.bin", 77);
	CHECK(offer(&scene.blob, &have) == INBOX_HERE);
	inbox_close(inbox_find(&scene.inbox, 3, 9), true); /* the digest was wrong */
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	CHECK_U64(have, 0);
	take(9, 0, SIZE);
	inbox_close(inbox_find(&scene.inbox, 3, 9), true);
	CHECK_STRING(listing(), ".received map.bin"); /* wrong bytes are not kept for the next time */
	close_scene();
}

/* R90-like names, links put in the way, other senders. */
static void a_sender_stays_in_its_folder(void)
{
	open_scene();
	uint64_t have;
	struct octo_blob blob;
	make_blob(&blob, 1, "x", 100);
	static const char *const names[] = { "../../evil", "..", ".received", "map.part.info" };
	for (uint16_t i = 0; i < sizeof names / sizeof *names; i++) {
		blob.id = (uint16_t)(i + 1);
		memset(blob.name, 0, sizeof blob.name);
		snprintf(blob.name, sizeof blob.name, "%s", names[i]);
		CHECK(offer(&blob, &have) == INBOX_NEW);
		take(blob.id, 0, 100);
		CHECK(keep(inbox_find(&scene.inbox, 3, blob.id)));
	}
	CHECK_STRING(listing(), ".received _received evil file map.part_info");
	/* A part of the same blob that another began is another's. */
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	take(9, 0, SIZE);
	vouch(SIZE);
	crash();
	scene.sender.id[0]++;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	CHECK_U64(have, 0);
	close_scene();
	/* A link where the folder should be leads nowhere. */
	open_scene();
	CHECK(mkdir(scene.inbox.root, 0700) == 0);
	char link_path[128];
	snprintf(link_path, sizeof link_path, "%s/received/robot", scene.folder);
	CHECK(symlink(scene.folder, link_path) == 0);
	CHECK(offer(&scene.blob, &have) == INBOX_FAILED);
	close_scene();
}

static void what_a_sender_can_fill_is_bounded(void)
{
	open_scene();
	uint64_t have;
	struct octo_blob blob;
	scene.inbox.largest_bytes = SIZE - 1;
	CHECK(offer(&scene.blob, &have) == INBOX_TOO_LARGE);
	scene.inbox.largest_bytes = UINT64_MAX;
	scene.inbox.room_bytes = 2 * SIZE;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	take(9, 0, PART_PIECE_BYTES);
	crash();
	scene.inbox.room_bytes = 2 * SIZE;
	/* What is promised counts, not what has come; a part that nobody goes on with gives way. */
	make_blob(&blob, 1, "other", SIZE);
	CHECK(offer(&blob, &have) == INBOX_NEW);
	CHECK_STRING(listing(), "other.part other.part.info");
	make_blob(&blob, 2, "third", SIZE);
	CHECK(offer(&blob, &have) == INBOX_NO_ROOM); /* one that is open does not */
	scene.inbox.room_bytes = scene.inbox.largest_bytes = UINT64_MAX;
	blob.size = UINT64_C(1) << 62;
	CHECK(offer(&blob, &have) == INBOX_NO_SPACE);
	for (uint16_t id = 100; id < 100 + INBOX_OPEN_MAX + 5; id++) {
		make_blob(&blob, id, "small", id);
		enum inbox_status status = offer(&blob, &have);
		CHECK(status == (id < 100 + INBOX_OPEN_MAX - 1 ? INBOX_NEW : INBOX_TOO_MANY));
	}
	close_scene();
}

/* However many a sender begins, one more offer costs no more: parts that nobody goes on with are few, and those that give way
 * are found at once. */
static void begun_and_left_alone_are_few(void)
{
	open_scene();
	uint64_t have;
	struct octo_blob blob;
	struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	make_blob(&blob, 1, "old", 1000);
	CHECK(offer(&blob, &have) == INBOX_NEW);
	for (unsigned i = 0; i < INBOX_IDLE_MAX + 20; i++) {
		make_blob(&blob, 1, "young", 2000 + i);
		CHECK(offer(&blob, &have) == INBOX_NEW);
		CHECK(i > 0 || utimensat(AT_FDCWD, path_of("old.part.info"), times, 0) == 0);
		CHECK(access(path_of("old.part"), F_OK) == (i + 1 < INBOX_IDLE_MAX ? 0 : -1));
	}
	struct dirent **list;
	int count = scandir(path_of(""), &list, NULL, alphasort);
	CHECK_I64(count, 2 + 2 * INBOX_IDLE_MAX); /* with the one that is open, "." and ".." */
	for (int i = 0; i < count; i++)
		free(list[i]);
	free(list);
	/* All that is there gives way to one that needs it all, but for the open one. */
	scene.inbox.room_bytes = SIZE + PART_HEAD_BYTES + 2000 + INBOX_IDLE_MAX + 19;
	make_blob(&blob, 2, "large", SIZE);
	CHECK(offer(&blob, &have) == INBOX_NEW);
	count = scandir(path_of(""), &list, NULL, alphasort);
	CHECK_I64(count, 2 + 4);
	for (int i = 0; i < count; i++)
		free(list[i]);
	free(list);
	close_scene();
}

/* What was promised when the disk had room is not written when it has none any more: what is to stay free of it stays free. */
static void a_disk_that_filled_up_meanwhile_is_not_filled_further(void)
{
	open_scene();
	uint64_t have;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	CHECK(inbox_write(&scene.inbox, 3, 9, 0, scene.bytes, 1000));
	scene.inbox.spare_bytes = UINT64_MAX;
	bool is_written = true;
	size_t at = 1000;
	for (; is_written && at + 1000 <= SIZE; at += 1000)
		is_written = inbox_write(&scene.inbox, 3, 9, at, scene.bytes + at, 1000);
	CHECK(!is_written && at <= PART_PIECE_BYTES + 1000);
	CHECK(!inbox_write(&scene.inbox, 3, 9, at, scene.bytes + at, 1000));
	scene.inbox.spare_bytes = 0;
	CHECK(inbox_write(&scene.inbox, 3, 9, at, scene.bytes + at, 1000));
	close_scene();
}

/* The same blob offered anew, under the same id or another, is one entry: two would write over each other. */
static void an_offer_takes_over(void)
{
	open_scene();
	uint64_t have;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	take(9, 0, PART_PIECE_BYTES);
	vouch(PART_PIECE_BYTES);
	scene.blob.id = 4;
	CHECK(offer(&scene.blob, &have) == INBOX_GOES_ON);
	CHECK_U64(have, PART_PIECE_BYTES);
	CHECK(inbox_find(&scene.inbox, 3, 9) == NULL);
	CHECK(!inbox_write(&scene.inbox, 3, 9, 0, scene.bytes, 1));
	CHECK_STRING(listing(), "map.bin.part map.bin.part.info");
	struct octo_blob blob;
	make_blob(&blob, 4, "other", 100);
	CHECK(offer(&blob, &have) == INBOX_NEW);
	CHECK_STRING(inbox_find(&scene.inbox, 3, 4)->part.name, "other.part");
	close_scene();
}

/* While it is kept, somebody waits to hear what has become of it under its id: another id has to wait, and finds it here. */
static void what_is_being_kept_is_not_taken_over(void)
{
	open_scene();
	uint64_t have;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	take(9, 0, SIZE);
	inbox_find(&scene.inbox, 3, 9)->is_keeping = true;
	CHECK(inbox_keep(inbox_find(&scene.inbox, 3, 9)) == INBOX_KEPT_NOT_YET);
	struct octo_blob again = scene.blob;
	again.id = 4;
	CHECK(offer(&again, &have) == INBOX_CHECKING);
	CHECK_U64(have, 0);
	CHECK(inbox_find(&scene.inbox, 3, 4) == NULL);
	CHECK(keep(inbox_find(&scene.inbox, 3, 9)));
	inbox_close(inbox_find(&scene.inbox, 3, 9), false);
	CHECK(offer(&again, &have) == INBOX_HERE);
	CHECK_STRING(listing(), ".received map.bin");
	close_scene();
}

/* A part of 20 pieces of zeros, which a former run has left. */
static void leave_part(struct octo_blob *blob, uint16_t id, const char *name)
{
	struct blob_part part;
	uint64_t have;
	make_blob(blob, id, name, 1000);
	blob->size = 20 * PART_PIECE_BYTES;
	blob->digest[0] ^= (uint8_t)id;
	CHECK(offer(&scene.blob, &have) <= INBOX_GOES_ON); /* for the folder */
	int folder = open(path_of(""), O_RDONLY | O_DIRECTORY);
	CHECK(part_create(&part, folder, scene.sender.id, blob));
	CHECK(part_vouch(&part, 18 * PART_PIECE_BYTES, UINT32_MAX));
	part_close(&part);
	close(folder);
}

static unsigned checking(void)
{
	unsigned count = 0;
	for (uint32_t i = 0; i < INBOX_OPEN_MAX; i++)
		count += scene.inbox.entries[i].is_open && scene.inbox.entries[i].is_checking;
	return count;
}

/* No offer costs more than a few pieces: the rest of a long part is compared bit by bit, and gone on with when it is offered again.
 * Nothing is written to it meanwhile. */
static void a_long_part_is_compared_while_its_sender_waits(void)
{
	for (int is_damaged = 0; is_damaged <= 1; is_damaged++) {
		open_scene();
		uint64_t have;
		struct octo_blob blob;
		unsigned turns = 0;
		leave_part(&blob, 77, "long");
		if (is_damaged)
			damage("long.part", 15 * PART_PIECE_BYTES + 5);
		CHECK(offer(&blob, &have) == INBOX_CHECKING);
		CHECK(offer(&blob, &have) == INBOX_CHECKING);
		CHECK_U64(have, 0);
		CHECK(inbox_find(&scene.inbox, 3, 77) == NULL);
		CHECK(!inbox_write(&scene.inbox, 3, 77, 0, scene.bytes, 100));
		do
			turns++;
		while (inbox_check(&scene.inbox, 2));
		CHECK_U64(turns, is_damaged ? 4 : 5); /* 18 pieces, of which the offer took 8 */
		CHECK(!inbox_check(&scene.inbox, 2));
		blob.id = 78;
		CHECK(offer(&blob, &have) == INBOX_GOES_ON);
		CHECK_U64(have, (is_damaged ? 15 : 18) * PART_PIECE_BYTES);
		CHECK_U64(checking(), 0);
		CHECK_U64(inbox_find(&scene.inbox, 3, 78)->claimed, 18 * PART_PIECE_BYTES);
		blob.id = 79; /* nothing is compared twice, or told */
		CHECK(offer(&blob, &have) == INBOX_GOES_ON);
		CHECK_U64(inbox_find(&scene.inbox, 3, 79)->claimed, have);
		close_scene();
	}
}

/* However many a sender offers again and then leaves alone, they take no place from those that flow. */
static void what_is_compared_is_bounded(void)
{
	static struct octo_blob blobs[6], blob;
	char name[16];
	open_scene();
	uint64_t have;
	for (uint16_t i = 0; i < 6; i++) {
		snprintf(name, sizeof name, "p%u", (unsigned)i);
		leave_part(&blobs[i], (uint16_t)(20 + i), name);
	}
	for (int i = 0; i < 6; i++)
		CHECK(offer(&blobs[i], &have) == INBOX_CHECKING);
	CHECK_U64(checking(), OCTO_BLOBS_MAX);
	while (inbox_check(&scene.inbox, 4))
		;
	CHECK(offer(&blobs[5], &have) == INBOX_CHECKING); /* in the place of one that is compared, and was not taken up */
	CHECK_U64(checking(), OCTO_BLOBS_MAX);
	/* One that flows under the same id is over: its bytes go nowhere. */
	make_blob(&blob, 25, "small", 100);
	CHECK(offer(&blob, &have) == INBOX_NEW);
	while (inbox_check(&scene.inbox, 4))
		;
	CHECK(offer(&blobs[5], &have) == INBOX_GOES_ON);
	CHECK(inbox_find(&scene.inbox, 3, 25)->part.blob.size == blobs[5].size);
	for (uint16_t id = 100; id < 100 + INBOX_OPEN_MAX; id++) {
		make_blob(&blob, id, "small", id);
		(void)offer(&blob, &have);
	}
	CHECK_U64(checking(), 0);
	make_blob(&blob, 99, "small", 99);
	CHECK(offer(&blob, &have) == INBOX_TOO_MANY);
	close_scene();
}

/* What an offer has cost can be seen: a caller that is offered many bounds it. */
static void what_offers_cost_is_counted(void)
{
	open_scene();
	uint64_t have;
	struct octo_blob blob;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	uint64_t few = scene.inbox.looked_files;
	for (unsigned i = 0; i < 500; i++) {
		char name[16];
		snprintf(name, sizeof name, "own-%u", i);
		int file = open(path_of(name), O_WRONLY | O_CREAT, 0600);
		CHECK(file >= 0);
		close(file);
	}
	uint64_t before = scene.inbox.looked_files;
	make_blob(&blob, 1, "x", 100);
	CHECK(offer(&blob, &have) == INBOX_NEW);
	CHECK(scene.inbox.looked_files - before >= 1000 && scene.inbox.looked_files - before < 1100 && few < 20);
	close_scene();
}

/* Each step of keeping waits for the disk a little, and a crash between any two of them loses nothing and makes nothing twice. */
static void keeping_may_be_cut_off_anywhere(void)
{
	for (unsigned steps = 0; steps <= 3; steps++) {
		open_scene();
		uint64_t have;
		CHECK(offer(&scene.blob, &have) == INBOX_NEW);
		take(9, 0, SIZE);
		vouch(SIZE);
		for (unsigned i = 0; i < steps; i++)
			CHECK(inbox_keep(inbox_find(&scene.inbox, 3, 9)) == (i < 2 ? INBOX_KEPT_NOT_YET : INBOX_KEPT));
		crash();
		start();
		CHECK_U64(told, steps < 3);
		CHECK(offer(&scene.blob, &have) == (steps < 3 ? INBOX_GOES_ON : INBOX_HERE));
		CHECK_U64(have, SIZE);
		CHECK(keep(inbox_find(&scene.inbox, 3, 9)));
		CHECK_STRING(listing(), ".received map.bin");
		CHECK(is_whole("map.bin", SIZE));
		close_scene();
	}
	/* Somebody takes the name between two steps. */
	open_scene();
	uint64_t have;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	take(9, 0, SIZE);
	CHECK(inbox_keep(inbox_find(&scene.inbox, 3, 9)) == INBOX_KEPT_NOT_YET);
	CHECK(inbox_keep(inbox_find(&scene.inbox, 3, 9)) == INBOX_KEPT_NOT_YET);
	CHECK(symlink("nowhere", path_of("map.bin")) == 0);
	CHECK(keep(inbox_find(&scene.inbox, 3, 9)));
	CHECK_STRING(listing(), ".received map-2.bin map.bin");
	close_scene();
}

/* A disk that takes no more ends this transfer, and what is here is gone on with when it does again. (A limit of the system's on a
 * file's size plays the full disk.) */
static void a_full_disk_costs_nothing_that_is_there(void)
{
	open_scene();
	uint64_t have;
	struct rlimit limit, small;
	CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
	void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
	small = limit;
	small.rlim_cur = 2 * PART_PIECE_BYTES + 500;
	CHECK(offer(&scene.blob, &have) == INBOX_NEW);
	CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
	take(9, 0, 2 * PART_PIECE_BYTES);
	CHECK(!inbox_write(&scene.inbox, 3, 9, 2 * PART_PIECE_BYTES, scene.bytes, 1000));
	vouch(2 * PART_PIECE_BYTES);
	inbox_close(inbox_find(&scene.inbox, 3, 9), false);
	struct octo_blob blob;
	make_blob(&blob, 5, "large", SIZE);
	CHECK(offer(&blob, &have) == INBOX_FAILED); /* not a part of it stays */
	CHECK_STRING(listing(), "map.bin.part map.bin.part.info");
	CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	signal(SIGXFSZ, before);
	CHECK(offer(&scene.blob, &have) == INBOX_GOES_ON);
	CHECK_U64(have, 2 * PART_PIECE_BYTES);
	take(9, have, SIZE);
	CHECK(keep(inbox_find(&scene.inbox, 3, 9)));
	CHECK(is_whole("map.bin", SIZE));
	close_scene();
}

static void the_ledger_remembers_the_latest(void)
{
	open_scene();
	struct octo_blob blob;
	int folder = open(scene.folder, O_RDONLY | O_DIRECTORY);
	struct ledger ledger;
	for (uint16_t i = 0; i < INBOX_RECEIVED_MAX + 3; i++) {
		make_blob(&blob, 1, "x", i);
		CHECK(ledger_add(folder, &blob, "x"));
	}
	make_blob(&blob, 1, "x", 2);
	ledger_read(&ledger, folder);
	CHECK_U64(ledger.count, INBOX_RECEIVED_MAX);
	CHECK(ledger_find(&ledger, &blob) == NULL);
	make_blob(&blob, 1, "x", 20);
	CHECK(ledger_find(&ledger, &blob) != NULL);
	blob.name[0] = 'y';
	CHECK(ledger_find(&ledger, &blob) == NULL);
	blob.name[0] = 'x';
	ledger_forget(folder, &blob);
	ledger_read(&ledger, folder);
	CHECK(ledger_find(&ledger, &blob) == NULL && ledger.count == INBOX_RECEIVED_MAX - 1);
	char path[128];
	snprintf(path, sizeof path, "%s/.received", scene.folder);
	for (off_t at = 0; at < 2000; at += 61) { /* any damage: an empty one */
		CHECK(ledger_add(folder, &blob, "x"));
		int file = open(path, O_RDWR);
		uint8_t byte;
		if (pread(file, &byte, 1, at) == 1) {
			byte ^= 0x40;
			CHECK(pwrite(file, &byte, 1, at) == 1);
			ledger_read(&ledger, folder);
			CHECK_U64(ledger.count, 0);
		}
		close(file);
	}
	close(folder);
	close_scene();
}

CU_ErrorCode suite_blob_inbox(void);

CU_ErrorCode suite_blob_inbox(void)
{
	CU_pSuite suite = CU_add_suite("blob_inbox", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_blob_becomes_a_file);
	CU_ADD_TEST(suite, a_crash_costs_less_than_a_piece);
	CU_ADD_TEST(suite, damage_is_found);
	CU_ADD_TEST(suite, a_torn_info_file_is_no_more_than_its_whole_digests);
	CU_ADD_TEST(suite, a_blob_is_not_received_twice);
	CU_ADD_TEST(suite, nothing_is_overwritten);
	CU_ADD_TEST(suite, a_changed_file_is_not_taken_for_what_it_was);
	CU_ADD_TEST(suite, a_sender_stays_in_its_folder);
	CU_ADD_TEST(suite, what_a_sender_can_fill_is_bounded);
	CU_ADD_TEST(suite, begun_and_left_alone_are_few);
	CU_ADD_TEST(suite, a_disk_that_filled_up_meanwhile_is_not_filled_further);
	CU_ADD_TEST(suite, an_offer_takes_over);
	CU_ADD_TEST(suite, what_is_being_kept_is_not_taken_over);
	CU_ADD_TEST(suite, a_long_part_is_compared_while_its_sender_waits);
	CU_ADD_TEST(suite, what_is_compared_is_bounded);
	CU_ADD_TEST(suite, what_offers_cost_is_counted);
	CU_ADD_TEST(suite, keeping_may_be_cut_off_anywhere);
	CU_ADD_TEST(suite, a_full_disk_costs_nothing_that_is_there);
	CU_ADD_TEST(suite, the_ledger_remembers_the_latest);
	return CU_get_error();
}
