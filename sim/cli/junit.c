/* junit.c: see junit.h. A suite's counts stand before its cases, so a suite waits in memory until it is complete. */
#include "sim/cli/junit.h"

#include "sim/cli/cli.h"
#include "sim/scenario/quote.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 2048 };

struct junit {
	FILE *out;
	char *name;                   /* of the suite in hand; NULL: none */
	FILE *cases;
	char *text;
	size_t size;
	uint64_t count, failed, errors, real_ns;
	bool is_incomplete;
};

/* XML has no way to write control characters, surrogates and two others: they become '?'. */
static void print_text(const char *text, FILE *out)
{
	for (; *text; text++) {
		unsigned char byte = (unsigned char)*text, next = (unsigned char)text[1];
		bool is_surrogate = byte == 0xed && next >= 0xa0;
		bool is_no_character = byte == 0xef && next == 0xbf && (unsigned char)text[2] >= 0xbe;

		if (is_surrogate || is_no_character) {
			putc('?', out);
			text += 2;
		} else if (byte == '&') {
			fputs("&amp;", out);
		} else if (byte == '<') {
			fputs("&lt;", out);
		} else if (byte == '>') {
			fputs("&gt;", out);
		} else if (byte == '"') {
			fputs("&quot;", out);
		} else {
			putc(byte, out);
		}
	}
}

/* One line, made fit. Returns where the next begins. */
static const char *print_line(const char *text, FILE *out)
{
	char line[LINE_BYTES];
	size_t size = strcspn(text, "\n");

	quote_plain(line, sizeof(line), text, size);
	print_text(line, out);
	return text + size + (text[size] == '\n');
}

static void attribute(const char *key, const char *value, FILE *out)
{
	fprintf(out, " %s=\"", key);
	print_line(value, out);
	putc('"', out);
}

static void seconds(uint64_t ns, FILE *out)
{
	fprintf(out, " time=\"%" PRIu64 ".%06" PRIu64 "\"", ns / 1000000000, ns % 1000000000 / 1000);
}

struct junit *junit_open(const char *path)
{
	FILE *out = fopen(path, "w");
	struct junit *junit;

	if (!out)
		return NULL;
	junit = memset(cli_claim(NULL, sizeof(*junit)), 0, sizeof(*junit));
	junit->out = out;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"octosim\">\n", out);
	return junit;
}

static void end_suite(struct junit *junit)
{
	if (!junit->name)
		return;
	if (junit->cases && fclose(junit->cases) != 0)
		junit->is_incomplete = true;
	fputs("  <testsuite", junit->out);
	attribute("name", junit->name, junit->out);
	fprintf(junit->out, " tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%" PRIu64 "\" skipped=\"0\"",
	        junit->count, junit->failed, junit->errors);
	seconds(junit->real_ns, junit->out);
	fputs(">\n", junit->out);
	if (junit->text)
		fwrite(junit->text, 1, junit->size, junit->out);
	fputs("  </testsuite>\n", junit->out);
	free(junit->text);
	free(junit->name);
	junit->text = NULL;
	junit->name = NULL;
	junit->count = junit->failed = junit->errors = junit->real_ns = 0;
}

void junit_begin(struct junit *junit, const char *name)
{
	end_suite(junit);
	junit->name = memcpy(cli_claim(NULL, strlen(name) + 1), name, strlen(name) + 1);
	junit->cases = open_memstream(&junit->text, &junit->size);
	junit->is_incomplete = junit->is_incomplete || !junit->cases;
}

void junit_add(struct junit *junit, const struct junit_case *one)
{
	const char *element = one->verdict == JUNIT_FAILED ? "failure" : "error";
	FILE *out = junit->cases;

	if (!out)
		return;
	junit->count++;
	junit->real_ns += one->real_ns;
	junit->failed += one->verdict == JUNIT_FAILED;
	junit->errors += one->verdict == JUNIT_ERROR;
	fputs("    <testcase", out);
	attribute("classname", junit->name, out);
	attribute("name", one->name, out);
	seconds(one->real_ns, out);
	if (one->verdict == JUNIT_PASSED) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, ">\n      <%s", element);
	attribute("message", one->problems[0] ? one->problems : "it did not hold", out);
	fputs(">", out);
	for (const char *at = one->problems; *at; putc('\n', out))
		at = print_line(at, out);
	print_text(one->repeat, out);
	fprintf(out, "\n</%s>\n    </testcase>\n", element);
}

bool junit_close(struct junit *junit)
{
	bool is_good;

	end_suite(junit);
	fputs("</testsuites>\n", junit->out);
	is_good = !junit->is_incomplete && !ferror(junit->out);
	is_good = fclose(junit->out) == 0 && is_good;
	free(junit);
	return is_good;
}
