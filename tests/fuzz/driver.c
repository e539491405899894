/* driver.c: runs a fuzz target where there is no libFuzzer: every seed, then mutations of them that depend on the number
 * of the run alone. Takes libFuzzer's own options, as far as it knows them, and writes the seeds.
 *
 *     build/fuzz/packet -make_seeds=FOLDER
 *     build/fuzz/packet -runs=20000 -seed=1 -max_len=1024 FOLDER... */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, INPUTS_MAX = 65536, MUTATIONS_MAX = 8 };

struct input { uint8_t *bytes; size_t size; };

static struct input *inputs;
static size_t input_count, size_max = 4096;
static uint8_t *present;
static size_t present_size;
static unsigned long run;
static const char *seed_folder, *prefix = "";

/* What was run when it broke, for the next run: libFuzzer reads it, too. */
static void on_abort(int number)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%scrash", prefix);
	FILE *file = fopen(path, "wb");
	(void)number;
	if (file) {
		fwrite(present, 1, present_size, file);
		fclose(file);
	}
	fprintf(stderr, "run %lu failed; its input is in %s\n", run, path);
	_exit(1);
}

static void *claim(void *block, size_t size)
{
	block = realloc(block, size ? size : 1);
	FUZZ_REQUIRE(block != NULL);
	return block;
}

/* The bytes stand in a block of their very size, so that the sanitizer sees each step beyond it. */
static void try_bytes(const uint8_t *bytes, size_t size)
{
	uint8_t *exact = claim(NULL, size);
	memcpy(exact, bytes, size);
	present = exact;
	present_size = size;
	LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	run++;
}

static void keep(const void *bytes, size_t size)
{
	if (input_count == INPUTS_MAX || size > size_max)
		return;
	struct input *input = &inputs[input_count++];
	*input = (struct input){ .bytes = claim(NULL, size), .size = size };
	if (size > 0)
		memcpy(input->bytes, bytes, size);
}

static void write_seed(const void *bytes, size_t size)
{
	static unsigned number;
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "%s/seed-%u", seed_folder, number++);
	FILE *file = fopen(path, "wb");
	FUZZ_REQUIRE(file && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}

static void read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = claim(NULL, size_max + 1);
	FUZZ_REQUIRE(file != NULL);
	size_t size = fread(bytes, 1, size_max + 1, file);
	fclose(file);
	keep(bytes, size);
	free(bytes);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* In the order of their names: the order of a folder is the machine's own. */
static void read_inputs(const char *path)
{
	struct stat there;
	struct dirent **names;
	char inner[PATH_BYTES];
	if (stat(path, &there) != 0 || !S_ISDIR(there.st_mode)) {
		read_file(path);
		return;
	}
	int count = scandir(path, &names, NULL, by_name);
	for (int i = 0; i < count; i++) {
		snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
		if (stat(inner, &there) == 0 && S_ISREG(there.st_mode))
			read_file(inner);
		free(names[i]);
	}
	free(names);
}

/* ---- Mutations ----------------------------------------------------------------------------------------------------- */

static uint64_t draw(uint64_t *state, uint64_t below)
{
	uint64_t mixed = (*state += UINT64_C(0x9e3779b97f4a7c15));
	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return below ? (mixed ^ mixed >> 31) % below : 0;
}

/* Moves the bytes behind `at`, so that the input grows or shrinks there by so many. */
static size_t move(uint8_t *bytes, size_t size, size_t at, size_t out, size_t in)
{
	memmove(bytes + at + in, bytes + at + out, size - at - out);
	return size - out + in;
}

static size_t mutate(uint8_t *bytes, size_t size, size_t most, uint64_t *state)
{
	static const uint8_t telling[] = { 0, 1, 0x7f, 0x80, 0xff, 0x40, 0x3f, 0x20 };
	size_t at = draw(state, size + 1), left = size - at, span = 1 + draw(state, 8);
	const struct input *other = &inputs[draw(state, input_count)];
	switch (draw(state, 8)) {
	case 0:
		if (left)
			bytes[at] = (uint8_t)(bytes[at] ^ 1u << draw(state, 8));
		return size;
	case 1:
		if (left)
			bytes[at] = telling[draw(state, sizeof telling)];
		return size;
	case 2:
		if (left)
			bytes[at] = (uint8_t)draw(state, 256);
		return size;
	case 3: /* less */
		return move(bytes, size, at, span < left ? span : left, 0);
	case 4: /* more */
		if (size + span > most)
			return size;
		size = move(bytes, size, at, 0, span);
		memset(bytes + at, telling[draw(state, sizeof telling)], span);
		return size;
	case 5: /* an end cut off */
		return at;
	case 6: /* again */
		span = span < left ? span : left;
		if (size + span > most)
			return size;
		size = move(bytes, size, at, 0, span);
		memcpy(bytes + at, bytes + at + span, span);
		return size;
	default: { /* the end of another */
		size_t from = draw(state, other->size + 1), count = other->size - from;
		count = count < most - at ? count : most - at;
		memcpy(bytes + at, other->bytes + from, count);
		return at + count;
	}
	}
}

static uint64_t mutation_state;

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most)
{
	return mutate(bytes, size, most, &mutation_state);
}

static size_t mutate_whole(uint8_t *bytes, size_t size)
{
	if (!LLVMFuzzerCustomMutator || draw(&mutation_state, 16) == 0)
		return mutate(bytes, size, size_max, &mutation_state);
	return LLVMFuzzerCustomMutator(bytes, size, size_max, (unsigned)draw(&mutation_state, UINT32_MAX));
}

static void run_all(unsigned long runs, uint64_t seed)
{
	uint8_t *bytes = claim(NULL, size_max + 16);
	for (size_t i = 0; i < input_count; i++)
		try_bytes(inputs[i].bytes, inputs[i].size);
	while (run < runs) {
		mutation_state = seed << 32 ^ run;
		const struct input *from = &inputs[draw(&mutation_state, input_count)];
		size_t size = from->size;
		memcpy(bytes, from->bytes, size);
		for (uint64_t left = 1 + draw(&mutation_state, MUTATIONS_MAX); left > 0; left--)
			size = mutate_whole(bytes, size);
		try_bytes(bytes, size);
	}
	free(bytes);
}

static bool is_option(const char *argument, const char *name, const char **value)
{
	size_t size = strlen(name);
	if (strncmp(argument, name, size) != 0)
		return false;
	*value = argument + size;
	return true;
}

int main(int argc, char **argv)
{
	unsigned long runs = 20000;
	uint64_t seed = 1;
	inputs = claim(NULL, INPUTS_MAX * sizeof *inputs);
	signal(SIGABRT, on_abort);
	for (int i = 1; i < argc; i++) {
		const char *value;
		if (is_option(argv[i], "-make_seeds=", &seed_folder)) {
			fuzz_seeds(write_seed);
			return 0;
		}
		if (is_option(argv[i], "-runs=", &value))
			runs = strtoul(value, NULL, 10);
		else if (is_option(argv[i], "-seed=", &value))
			seed = strtoul(value, NULL, 10);
		else if (is_option(argv[i], "-artifact_prefix=", &value))
			prefix = value;
		else if (is_option(argv[i], "-max_len=", &value))
			size_max = strtoul(value, NULL, 10);
		else if (argv[i][0] != '-')
			read_inputs(argv[i]);
	}
	if (input_count == 0)
		fuzz_seeds(keep);
	keep("", 0);
	run_all(runs, seed);
	fprintf(stderr, "Done %lu runs, %zu seeds\n", run, input_count);
	for (size_t i = 0; i < input_count; i++)
		free(inputs[i].bytes);
	free(inputs);
	return 0;
}
