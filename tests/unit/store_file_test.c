/* store_file_test.c: store_file.c on a disk in memory that loses power at any step, and store_disk.c on a real one. */
#include "core/carriers/store_file.h"
#include "core/intrinsic/crypto.h"
#include "tests/check.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES = 8, BYTES = 4096, ROOM = 4, NEVER = 1 << 30 };

/* ---- A disk that fails ----------------------------------------------------------------------------------------- */

struct file { char path[32]; size_t size; uint8_t bytes[BYTES]; };

struct memory_disk {
	struct file files[FILES];
	int steps_left;                   /* power goes when they are used up */
	size_t torn_at;                   /* so many bytes of a write that is cut off are there afterwards */
	bool has_no_links;                /* a file has one name */
};

static struct file *file_named(struct memory_disk *disk, const char *path)
{
	for (int i = 0; i < FILES; i++)
		if (strcmp(disk->files[i].path, path) == 0)
			return &disk->files[i];
	return NULL;
}

static enum store_disk_status memory_read(void *context, const char *path, uint8_t *out, size_t room, size_t *size)
{
	struct memory_disk *disk = context;
	struct file *file = file_named(disk, path);
	if (!file)
		return STORE_DISK_MISSING;
	*size = file->size < room ? file->size : room;
	memcpy(out, file->bytes, *size);
	return STORE_DISK_OK;
}

static enum store_disk_status memory_write(void *context, const char *path, const uint8_t *bytes, size_t size)
{
	struct memory_disk *disk = context;
	struct file *file = file_named(disk, path);
	bool is_cut_off = disk->steps_left == 0;
	if (disk->steps_left < 0)
		return STORE_DISK_FAILED;
	disk->steps_left--;
	if (!file)
		file = file_named(disk, "");
	snprintf(file->path, sizeof file->path, "%s", path);
	file->size = is_cut_off && disk->torn_at < size ? disk->torn_at : size;
	memcpy(file->bytes, bytes, file->size);
	return is_cut_off ? STORE_DISK_FAILED : STORE_DISK_OK;
}

static enum store_disk_status memory_rename(void *context, const char *from, const char *to)
{
	struct memory_disk *disk = context;
	struct file *old = file_named(disk, to), *file = file_named(disk, from);
	if (disk->steps_left <= 0) {
		disk->steps_left = -1;
		return STORE_DISK_FAILED;
	}
	disk->steps_left--;
	if (!file)
		return STORE_DISK_MISSING;
	if (old)
		memset(old, 0, sizeof *old);
	snprintf(file->path, sizeof file->path, "%s", to);
	return STORE_DISK_OK;
}

/* Two steps: `to` is taken away, and comes again. */
static enum store_disk_status memory_link(void *context, const char *from, const char *to)
{
	struct memory_disk *disk = context;
	for (int step = 0; step < 2; step++) {
		struct file *old = file_named(disk, to), *file = file_named(disk, from), *spare = file_named(disk, "");
		if (disk->steps_left <= 0) {
			disk->steps_left = -1;
			return STORE_DISK_FAILED;
		}
		disk->steps_left--;
		if (step == 0 && old)
			memset(old, 0, sizeof *old);
		if (step == 1 && disk->has_no_links)
			return STORE_DISK_FAILED;
		if (step == 1 && !file)
			return STORE_DISK_MISSING;
		if (step == 1) {
			*spare = *file;
			snprintf(spare->path, sizeof spare->path, "%s", to);
		}
	}
	return STORE_DISK_OK;
}

/* ---- A node that boots ------------------------------------------------------------------------------------------- */

struct machine {
	struct memory_disk disk;
	struct store_disk calls;
	struct store_file file;
	struct store_findings findings;
	struct associate_store store;
	struct associate list[ROOM];
	uint8_t buffer[BYTES];
};

static void plug_in(struct machine *machine)
{
	machine->calls = (struct store_disk){ memory_read, memory_write, memory_link, memory_rename, &machine->disk };
	machine->disk.steps_left = NEVER;
	memset(&machine->store, 0, sizeof machine->store);
	memset(machine->list, 0, sizeof machine->list);
	machine->store.list = machine->list;
	machine->store.count_max = ROOM;
	machine->file = (struct store_file){ .disk = &machine->calls, .path = "book", .store = &machine->store,
		.buffer = machine->buffer, .room = sizeof machine->buffer };
}

/* The boot epoch in the store, as a number that the test can read. */
static uint32_t epoch_of(const struct machine *machine)
{
	return machine->store.node_record_size ? machine->store.node_record[0] : 0;
}

/* As a node boots: load, one more epoch, both copies. Returns the epoch with which it may send, 0: the power went. */
static uint32_t boot(struct machine *machine, enum store_file_status *status)
{
	int steps = machine->disk.steps_left;
	plug_in(machine);
	machine->disk.steps_left = steps;
	*status = store_file_load(&machine->file, &machine->findings);
	machine->store.node_record[0] = (uint8_t)(epoch_of(machine) + 1);
	machine->store.node_record_size = 1;
	return store_file_save_both(&machine->file) ? epoch_of(machine) : 0;
}

/* Keeps an associate, as a channel does during its life. */
static bool keep(struct machine *machine, uint64_t saved_s)
{
	machine->store.count = 1;
	snprintf(machine->list[0].name, ASSOCIATE_NAME_BYTES, "pilot");
	machine->list[0].saved_s = saved_s;
	return store_file_save(&machine->file);
}

static void damage(struct machine *machine, const char *path)
{
	struct file *file = file_named(&machine->disk, path);
	if (file)
		file->bytes[file->size / 2] ^= 8;
}

/* ---- Tests -------------------------------------------------------------------------------------------------------- */

static void what_was_kept_is_there_again(void)
{
	static struct machine machine;
	enum store_file_status status;
	memset(&machine, 0, sizeof machine);
	plug_in(&machine);
	CHECK_U64(boot(&machine, &status), 1);
	CHECK_U64(status, STORE_FILE_NONE);
	CHECK(keep(&machine, 1234));
	CHECK_U64(boot(&machine, &status), 2);
	CHECK_U64(status, STORE_FILE_OK);
	CHECK_U64(machine.store.count, 1);
	CHECK_U64(machine.list[0].saved_s, 1234);
	CHECK_STRING(machine.list[0].name, "pilot");
}

/* A bad copy is named, the one before it is used, the bad one put aside, and the good one never written over. */
static void a_damaged_copy_gives_way_to_the_one_before(void)
{
	static struct machine machine;
	enum store_file_status status;
	memset(&machine, 0, sizeof machine);
	plug_in(&machine);
	(void)boot(&machine, &status);
	CHECK(keep(&machine, 1) && keep(&machine, 2));
	damage(&machine, "book");
	CHECK_U64(boot(&machine, &status), 2);
	CHECK_U64(status, STORE_FILE_FALLBACK);
	CHECK_U64(machine.findings.list[0].status, ASSOCIATE_STORE_DAMAGED);
	CHECK(!machine.findings.list[0].is_used && machine.findings.list[1].is_used);
	CHECK_U64(machine.list[0].saved_s, 1);
	CHECK(file_named(&machine.disk, "book.damaged") != NULL);
	CHECK_U64(boot(&machine, &status), 3);
	CHECK_U64(status, STORE_FILE_OK);
	CHECK_U64(machine.list[0].saved_s, 1);
}

/* Both gone: the node still starts, with nothing, and says so. */
static void two_damaged_copies_are_a_lost_store(void)
{
	static struct machine machine;
	enum store_file_status status;
	memset(&machine, 0, sizeof machine);
	plug_in(&machine);
	(void)boot(&machine, &status);
	damage(&machine, "book");
	damage(&machine, "book.old");
	CHECK_U64(boot(&machine, &status), 1);
	CHECK_U64(status, STORE_FILE_LOST);
	CHECK_U64(boot(&machine, &status), 2);
}

/* Power fails at any step of any of two boots and what they keep, with any part of the file written; and then any one file has a
 * flipped bit: no epoch with which something may have been sent comes twice, and nothing is lost that was durable
 * before what is damaged. */
static void try_all_power_failures(bool has_no_links)
{
	static const char *const victims[] = { "", "book", "book.old", "book.new" };
	static struct machine machine;
	unsigned fallbacks = 0, interrupted = 0, gaps = 0;
	for (size_t torn = 0; torn < 300; torn += 59) {
		for (int step = 0; step < 32; step++) {
			for (size_t victim = 0; victim < 4; victim++) {
				enum store_file_status status;
				uint32_t highest = 0;
				uint64_t durable = 0;
				memset(&machine, 0, sizeof machine);
				plug_in(&machine);
				machine.disk.torn_at = torn;
				machine.disk.steps_left = step;
				machine.disk.has_no_links = has_no_links;
				for (int i = 0; i < 2; i++) { /* the second boot may not happen: the power is gone */
					uint32_t epoch = machine.disk.steps_left > 0 ? boot(&machine, &status) : 0;
					CHECK(epoch == 0 || epoch > highest);
					highest = epoch ? epoch : highest;
					for (uint64_t k = 1; epoch && k <= 2; k++)
						durable = keep(&machine, 10 * epoch + k) ? 10 * epoch + k : durable;
				}
				interrupted += machine.disk.steps_left <= 0;
				gaps += highest && !file_named(&machine.disk, "book");
				if (victims[victim][0])
					damage(&machine, victims[victim]);
				machine.disk.steps_left = NEVER;
				uint32_t epoch = boot(&machine, &status);
				fallbacks += status == STORE_FILE_FALLBACK;
				CHECK(epoch > highest);
				CHECK(victims[victim][0] || durable == 0 || machine.list[0].saved_s >= durable);
				if (epoch <= highest)
					printf("step %d, torn at %zu, victim \"%s\": epoch %u after %u\n", step, torn,
					       victims[victim], epoch, highest);
			}
		}
	}
	CHECK(fallbacks > 20 && interrupted > 100);
	CHECK(has_no_links ? gaps > 0 : gaps == 0);
}

static void no_epoch_comes_twice(void)
{
	try_all_power_failures(false);
	try_all_power_failures(true);
}

static void another_nodes_store_and_another_versions_are_not_ours(void)
{
	static struct machine machine;
	enum store_file_status status;
	memset(&machine, 0, sizeof machine);
	plug_in(&machine);
	machine.store.owner[0] = 1;
	CHECK(store_file_save_both(&machine.file));
	CHECK_U64(boot(&machine, &status), 1);
	CHECK_U64(status, STORE_FILE_LOST);
	CHECK_U64(machine.findings.list[0].status, ASSOCIATE_STORE_OTHER_NODE);
	struct file *file = file_named(&machine.disk, "book");
	file->bytes[8] = 9;
	keyed_hash(file->bytes + file->size - 32, 32, NULL, 0, file->bytes, file->size - 32);
	CHECK_U64(boot(&machine, &status), 2);
	CHECK_U64(status, STORE_FILE_FALLBACK);
	CHECK_U64(machine.findings.list[0].status, ASSOCIATE_STORE_OTHER_VERSION);
	CHECK_U64(file_named(&machine.disk, "book.damaged")->bytes[8], 9); /* kept for the other version */
}

static void a_disk_that_fails_is_told_from_a_file_that_is_bad(void)
{
	static struct machine machine;
	plug_in(&machine);
	CHECK(store_file_save_both(&machine.file));
	machine.disk.steps_left = 0;
	machine.file.is_dirty = true;
	CHECK(!store_file_save(&machine.file) && machine.file.is_dirty);
	machine.disk.steps_left = NEVER;
	CHECK(store_file_save(&machine.file) && !machine.file.is_dirty);
	for (int i = 0; i < STORE_FILE_STATUS_COUNT; i++)
		CHECK(store_file_status_text((enum store_file_status)i)[0] != '\0');
}

/* ---- On a real disk ------------------------------------------------------------------------------------------------ */

static void a_real_disk_keeps_it_for_its_owner_alone(void)
{
	static struct machine machine;
	char folder[] = "/tmp/octo-store-XXXXXX", path[STORE_PATH_BYTES];
	struct stat there;
	plug_in(&machine);
	CHECK(mkdtemp(folder) != NULL);
	snprintf(machine.file.path, sizeof machine.file.path, "%s/book", folder);
	machine.file.disk = &store_disk_posix;
	CHECK_U64(store_file_load(&machine.file, &machine.findings), STORE_FILE_NONE);
	CHECK(store_file_save_both(&machine.file));
	CHECK(keep(&machine, 77));
	machine.list[0].saved_s = 0;
	CHECK_U64(store_file_load(&machine.file, &machine.findings), STORE_FILE_OK);
	CHECK(machine.findings.list[0].is_used && machine.findings.list[1].is_there && !machine.findings.list[2].is_there);
	CHECK_U64(machine.list[0].saved_s, 77);
	CHECK(stat(machine.file.path, &there) == 0 && (there.st_mode & 0777) == 0600 && there.st_nlink == 1);
	snprintf(path, sizeof path, "%s/none/book", folder);
	CHECK_U64(store_disk_posix.write(NULL, path, machine.buffer, 3), STORE_DISK_FAILED);
	CHECK(!store_file_lock(path));
	/* Another process, for a lock of one's own is never in the way. */
	CHECK(store_file_lock(machine.file.path));
	pid_t child = fork();
	if (child == 0)
		_exit(store_file_lock(machine.file.path) ? 1 : errno == EAGAIN ? 0 : 2);
	int status = -1;
	CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
	snprintf(path, sizeof path, "rm -r %s", folder);
	CHECK(system(path) == 0);
}

CU_ErrorCode suite_store_file(void);

CU_ErrorCode suite_store_file(void)
{
	CU_pSuite suite = CU_add_suite("store_file", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, what_was_kept_is_there_again);
	CU_ADD_TEST(suite, a_damaged_copy_gives_way_to_the_one_before);
	CU_ADD_TEST(suite, two_damaged_copies_are_a_lost_store);
	CU_ADD_TEST(suite, no_epoch_comes_twice);
	CU_ADD_TEST(suite, another_nodes_store_and_another_versions_are_not_ours);
	CU_ADD_TEST(suite, a_disk_that_fails_is_told_from_a_file_that_is_bad);
	CU_ADD_TEST(suite, a_real_disk_keeps_it_for_its_owner_alone);
	return CU_get_error();
}
