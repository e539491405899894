/* options.c: the commands' options, from a table of them: `--name value`, `--name=value`, flags, `--`,
 * `--help`. See cli.h. */
#include "sim/cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_MAX_BYTES = 32, OPTIONS_MAX = 32 };

static const char *program = "octosim";

const char *cli_program(void)
{
	return program;
}

void cli_set_program(const char *name)
{
	program = name;
}

/* Letters to change, add, leave out or swap with their neighbour; names are short. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NAME_MAX_BYTES + 1];
	size_t m = strlen(a), n = strlen(b);

	if (m > NAME_MAX_BYTES || n > NAME_MAX_BYTES)
		return NAME_MAX_BYTES;
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    above2[j - 2] + 1 < best)
				best = above2[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[m % 3][n];
}

const char *cli_nearest(const char *text, const char *const *names, size_t count)
{
	const char *best = NULL;
	size_t least = strlen(text) / 2 < 3 ? strlen(text) / 2 + 1 : 4;

	for (size_t i = 0; i < count; i++) {
		size_t d = distance(text, names[i]);

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}

static void help(const struct cli_command *command)
{
	size_t width = 0;

	printf("usage: octosim %s [options] %s\n\n%s\n", command->name, command->operands, command->summary);
	for (size_t i = 0; i < command->option_count; i++) {
		const struct cli_option *o = &command->options[i];
		size_t w = strlen(o->name) + (o->value ? strlen(o->value) + 1 : 0);

		width = w > width ? w : width;
	}
	puts("Options:");
	for (size_t i = 0; i < command->option_count; i++) {
		const struct cli_option *o = &command->options[i];
		int used = printf("  %s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");

		printf("%*s%s\n", (int)width + 4 - used, "", o->help);
	}
	printf("  --help%*sthis\n\nExamples:\n%s\n", (int)width + 4 - 8, "", command->examples);
	puts("Exit status: 0 all that was expected held; 1 something did not; 2 bad usage or input; 3 "
	     "octosim itself failed.");
}

int cli_misuse(const struct cli_command *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "octosim %s: ", command->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n\"octosim %s --help\" says what it takes.\n", command->name);
	return CLI_BAD_INPUT;
}

int cli_check_output(const struct cli_command *command, const char *option, const char *path)
{
	/* Words that stand near the beginning of every scenario and failure file, and of no result. */
	static const char *const marks[] = { "\"nodes\"", "\"extends\"", "\"timeline\"", "octosim failure" };
	char beginning[16384];
	struct stat there;
	size_t size;
	FILE *file;

	if (!path || strcmp(path, "-") == 0 || stat(path, &there) != 0 || !S_ISREG(there.st_mode) || there.st_size == 0)
		return CLI_GO_ON;
	file = fopen(path, "rb");
	if (!file)
		return CLI_GO_ON; /* what is wrong with it is said when it is opened for writing */
	size = fread(beginning, 1, sizeof(beginning) - 1, file);
	fclose(file);
	beginning[size] = '\0';
	if (beginning[strspn(beginning, " \t\r\n")] != '{')
		return CLI_GO_ON;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (strstr(beginning, marks[i]))
			return cli_misuse(command, "%s %s: is a scenario or a failure file, and would be lost; name another file",
			                  option, path);
	return CLI_GO_ON;
}

/* A decimal number with nothing around it. */
static bool parse_number(const char *text, size_t size, uint64_t *value)
{
	uint64_t sum = 0;

	if (size == 0 || size > 20)
		return false;
	for (size_t i = 0; i < size; i++) {
		unsigned digit = (unsigned)(unsigned char)text[i] - '0';

		if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}

static bool parse_range(const char *text, struct cli_range *range)
{
	const char *dots = strstr(text, "..");
	struct cli_range found = { .is_given = true };

	if (!dots) {
		if (!parse_number(text, strlen(text), &found.first))
			return false;
		found.last = found.first;
	} else if (!parse_number(text, (size_t)(dots - text), &found.first) ||
	           !parse_number(dots + 2, strlen(dots + 2), &found.last) || found.first > found.last) {
		return false;
	}
	*range = found;
	return true;
}

/* Puts a value where the option wants it; NULL, or what would have been right. */
static const char *take_value(const struct cli_option *option, const char *text)
{
	struct cli_number *number = option->target;
	struct cli_list *list = option->target;

	switch (option->type) {
	case CLI_FLAG:
		break;
	case CLI_TEXT:
		*(const char **)option->target = text;
		return text[0] ? NULL : "something that is not empty";
	case CLI_LIST:
		if (list->count == CLI_LIST_MAX)
			return "to be given at most 32 times";
		list->items[list->count++] = text;
		return text[0] ? NULL : "something that is not empty";
	case CLI_NUMBER:
	case CLI_COUNT:
		number->is_given = true;
		if (!parse_number(text, strlen(text), &number->value))
			return "a whole number, from 0 to 18446744073709551615";
		if (option->type == CLI_COUNT && (number->value == 0 || number->value > 1000000))
			return "a number from 1 to 1000000";
		return NULL;
	case CLI_RANGE:
		return parse_range(text, option->target) ? NULL
		                                         : "a range A..B of whole numbers, A not above B";
	case CLI_COLOR:
		for (enum cli_color color = CLI_COLOR_AUTO; color <= CLI_COLOR_NEVER; color++) {
			static const char *const names[] = { "auto", "always", "never" };

			if (strcmp(text, names[color]) == 0) {
				*(enum cli_color *)option->target = color;
				return NULL;
			}
		}
		return "auto, always or never";
	}
	return NULL;
}

static int unknown_option(const struct cli_command *command, const char *name)
{
	const char *names[OPTIONS_MAX + 1];
	const char *nearest;
	size_t count = 0;

	for (size_t i = 0; i < command->option_count && i < OPTIONS_MAX; i++)
		names[count++] = command->options[i].name;
	names[count++] = "--help";
	nearest = cli_nearest(name, names, count);
	if (nearest)
		return cli_misuse(command, "there is no option %s; did you mean %s?", name, nearest);
	return cli_misuse(command, "there is no option %s", name);
}

/* One argument that begins with a dash, and its value. */
static int take_option(const struct cli_command *command, const char *argument, const char *next,
                       bool *has_used_next)
{
	const char *equals = strchr(argument, '=');
	size_t size = equals ? (size_t)(equals - argument) : strlen(argument);
	const char *right;

	*has_used_next = false;
	for (size_t i = 0; i < command->option_count; i++) {
		const struct cli_option *option = &command->options[i];

		if (strlen(option->name) != size || strncmp(option->name, argument, size) != 0)
			continue;
		if (option->type == CLI_FLAG) {
			if (equals)
				return cli_misuse(command, "%s takes no value", option->name);
			*(bool *)option->target = true;
			return CLI_GO_ON;
		}
		if (!equals && !next)
			return cli_misuse(command, "%s needs a value: %s %s", option->name, option->name,
			                  option->value);
		*has_used_next = !equals;
		right = take_value(option, equals ? equals + 1 : next);
		if (right)
			return cli_misuse(command, "%s \"%s\": expected %s", option->name,
			                  equals ? equals + 1 : next, right);
		return CLI_GO_ON;
	}
	return unknown_option(command, argument);
}

int cli_parse(const struct cli_command *command, int argc, char **argv, int *operand_count)
{
	bool is_over = false;

	*operand_count = 0;
	for (int i = 1; i < argc; i++) {
		bool has_used_next = false;
		int status;

		if (is_over || argv[i][0] != '-' || argv[i][1] == 0) {
			argv[(*operand_count)++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--") == 0) {
			is_over = true;
			continue;
		}
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			help(command);
			return CLI_HELD;
		}
		status = take_option(command, argv[i], i + 1 < argc ? argv[i + 1] : NULL, &has_used_next);
		if (status != CLI_GO_ON)
			return status;
		i += has_used_next;
	}
	return CLI_GO_ON;
}
