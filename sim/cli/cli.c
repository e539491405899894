/* cli.c: what the commands print with: colours, numbers, the progress bar. See cli.h; options.c has the rest.
 * The only place of octosim that reads the machine's clock, and only to tell people how long things take. */
#include "sim/cli/cli.h"

#include "sim/trace/json_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 16, BUFFER_BYTES = 64, BAR_COLUMNS = 30 };

static const uint64_t second_ns = UINT64_C(1000000000);

/* A few buffers in turn, so that one printf can hold several numbers. */
static char *next_buffer(void)
{
	static char buffers[BUFFERS][BUFFER_BYTES];
	static unsigned at;

	return buffers[at++ % BUFFERS];
}

bool cli_has_color(enum cli_color color, FILE *out)
{
	const char *term = getenv("TERM");

	if (color != CLI_COLOR_AUTO)
		return color == CLI_COLOR_ALWAYS;
	return isatty(fileno(out)) && !getenv("NO_COLOR") && !(term && strcmp(term, "dumb") == 0);
}

const char *cli_on(bool has_color, enum cli_style style)
{
	static const char *const escapes[] = {
		[CLI_PLAIN] = "",
		[CLI_BOLD] = "\033[1m",
		[CLI_DIM] = "\033[38;5;245m",
		[CLI_GOOD] = "\033[38;5;36m",
		[CLI_BAD] = "\033[1;38;5;166m",
		[CLI_WARN] = "\033[38;5;214m",
	};

	return has_color ? escapes[style] : "";
}

const char *cli_off(bool has_color)
{
	return has_color ? "\033[0m" : "";
}

const char *cli_count(uint64_t value)
{
	char digits[24];
	char *out = next_buffer();
	int size = snprintf(digits, sizeof(digits), "%" PRIu64, value);
	int used = 0;

	for (int i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			out[used++] = ' ';
		out[used++] = digits[i];
	}
	out[used] = 0;
	return out;
}

const char *cli_bytes(uint64_t bytes)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	char *out = next_buffer();
	uint64_t tenths = bytes * 10;
	size_t unit = 0;

	if (bytes > UINT64_MAX / 10)
		tenths = UINT64_MAX;
	for (; tenths >= 10240 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		tenths = (tenths + 512) / 1024;
	if (unit == 0 || tenths % 10 == 0)
		snprintf(out, BUFFER_BYTES, "%" PRIu64 " %s", tenths / 10, units[unit]);
	else
		snprintf(out, BUFFER_BYTES, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
		         units[unit]);
	return out;
}

const char *cli_seconds(uint64_t ns)
{
	char *out = next_buffer();

	if (ns >= 10 * second_ns && ns % second_ns == 0)
		snprintf(out, BUFFER_BYTES, "%" PRIu64 " s", ns / second_ns);
	else if (ns >= second_ns)
		snprintf(out, BUFFER_BYTES, "%" PRIu64 ".%02u s", ns / second_ns,
		         (unsigned)(ns % second_ns / 10000000));
	else if (ns >= 1000000)
		snprintf(out, BUFFER_BYTES, "%" PRIu64 ".%u ms", ns / 1000000,
		         (unsigned)(ns % 1000000 / 100000));
	else
		snprintf(out, BUFFER_BYTES, "%" PRIu64 " us", ns / 1000);
	return out;
}

const char *cli_rate(uint64_t bps)
{
	static const char *const units[] = { "bit", "kbit", "Mbit", "Gbit" };
	uint64_t unit = 1, index = 0;
	char *out = next_buffer();

	for (; bps / unit >= 1000 && index < 3; index++)
		unit *= 1000;
	uint64_t whole = bps / unit, thousandths = bps % unit * 1000 / unit;
	if (thousandths == 0)
		snprintf(out, BUFFER_BYTES, "%" PRIu64 " %s/s", whole, units[index]);
	else if (whole >= 100)
		snprintf(out, BUFFER_BYTES, "%" PRIu64 ".%" PRIu64 " %s/s", whole, thousandths / 100, units[index]);
	else
		snprintf(out, BUFFER_BYTES, "%" PRIu64 ".%02" PRIu64 " %s/s", whole, thousandths / 10, units[index]);
	return out;
}

const char *cli_shell_word(const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:+@%=";
	static char *out;
	size_t size = strlen(word), used = 0;

	if (size && strspn(word, safe) == size)
		return word;
	out = cli_claim(out, size * 4 + 3);
	out[used++] = '\'';
	for (; *word; word++) {
		if (*word == '\'') {
			memcpy(out + used, "'\\''", 4);
			used += 4;
		} else {
			out[used++] = *word;
		}
	}
	out[used++] = '\'';
	out[used] = 0;
	return out;
}

/* Whether a terminal does something with this character instead of showing it: control characters, those of two bytes too,
 * and what turns the direction of writing. */
static bool obeys(const uint8_t *at)
{
	bool is_turn = at[0] == 0xe2 && ((at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) || (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));

	return at[0] < 0x20 || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0) || is_turn;
}

void cli_print_clean(const char *text, FILE *out)
{
	const uint8_t *at = (const uint8_t *)text;

	for (size_t left = strlen(text); left > 0;) {
		size_t size = json_sequence(at, left), step = size ? size : 1;

		if (size == 0 || obeys(at))
			putc('?', out);
		else
			fwrite(at, 1, size, out);
		at += step;
		left -= step;
	}
}

static uint64_t read_clock(clockid_t clock)
{
	struct timespec now = { 0 };

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * second_ns + (uint64_t)now.tv_nsec;
}

uint64_t cli_clock_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t cli_cpu_ns(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void cli_progress_start(struct cli_progress *progress, const char *label, bool is_quiet)
{
	*progress = (struct cli_progress){ .label = label,
		                           .start_ns = cli_clock_ns(),
		                           .is_off = is_quiet || !isatty(STDERR_FILENO) };
}

void cli_progress_show(struct cli_progress *progress, uint64_t done, uint64_t total)
{
	uint64_t now, left_ns, part;

	if (progress->is_off || total == 0)
		return;
	now = cli_clock_ns();
	if (now - progress->start_ns < second_ns || now - progress->drawn_ns < second_ns / 10)
		return;
	progress->drawn_ns = now;
	progress->is_drawn = true;
	/* Thousandths: a product of nanoseconds would overflow. */
	part = total >= 1000 ? done / (total / 1000) : done * 1000 / total;
	part = part > 1000 ? 1000 : part;
	left_ns = part ? (now - progress->start_ns) / part * (1000 - part) : 0;
	fputs("\r\033[K", stderr);
	cli_print_clean(progress->label, stderr);
	fputs(" [", stderr);
	for (uint64_t i = 0; i < BAR_COLUMNS; i++)
		putc(i * 1000 < part * BAR_COLUMNS ? '#' : '.', stderr);
	fprintf(stderr, "] %3" PRIu64 "%%", part / 10);
	if (part == 1000)
		fputs(", almost done", stderr);
	else if (part && left_ns < 120 * second_ns)
		fprintf(stderr, ", about %" PRIu64 " s left", left_ns / second_ns + 1);
	else if (part)
		fprintf(stderr, ", about %" PRIu64 " min left", left_ns / second_ns / 60 + 1);
	fflush(stderr);
}

void cli_progress_end(struct cli_progress *progress)
{
	if (progress->is_drawn)
		fputs("\r\033[K", stderr);
	progress->is_drawn = false;
}

void *cli_claim(void *block, size_t size)
{
	block = realloc(block, size ? size : 1);
	if (!block) {
		fputs("octosim: out of memory\n", stderr);
		exit(CLI_FAULT);
	}
	return block;
}
