/* options.c: see options.h. */
#include "viz/options.h"
#include "viz/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH_MIN = 800, HEIGHT_MIN = 500, SIZE_MAX_PIXELS = 8192 };

const char options_usage[] =
	"usage: octoviz TRACE|SCENARIO [options]\n"
	"\n"
	"Shows what happened in a run. TRACE is a file written by octosim run --trace; a SCENARIO (.json)\n"
	"is run first.\n"
	"\n"
	"  --seed N              run the scenario with this seed instead of its own\n"
	"  --view NAME           topology, sequence or duel\n"
	"  --at T                start at this time: 1.5s, 20ms, 300us, 1500000000 (ns)\n"
	"  --range A..B          the sequence view shows just this stretch\n"
	"  --size WxH            of the window or picture; 1280x800 unless said otherwise\n"
	"  --theme dark|light\n"
	"  --out FILE            write a picture (.png or .svg) and end; needs no display\n"
	"  --script FILE         do what the file says, then end: key NAME, click X Y, drag X Y X Y,\n"
	"                        wheel CLICKS X Y, wait N frames, shot FILE.png, state FILE\n"
	"  --help                this page; in the window ? shows the keys\n";

static bool read_view(const char *text, enum viewer_view *view)
{
	static const char *const names[VIEW_COUNT] = {"topology", "sequence", "duel"};
	for (int i = 0; i < VIEW_COUNT; i++) {
		if (!strcmp(text, names[i])) {
			*view = (enum viewer_view)i;
			return true;
		}
	}
	return false;
}

static bool read_number(const char *text, uint64_t *number)
{
	char *end;
	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return !errno && !*end;
}

static bool read_range(const char *text, uint64_t *from, uint64_t *until)
{
	char first[64];
	const char *dots = strstr(text, "..");
	if (!dots || (size_t)(dots - text) >= sizeof first)
		return false;
	memcpy(first, text, (size_t)(dots - text));
	first[dots - text] = 0;
	return text_parse_time(first, from) && text_parse_time(dots + 2, until) && *from < *until;
}

static bool read_size(const char *text, int *width, int *height)
{
	char first[16];
	uint64_t w, h;
	const char *cross = strchr(text, 'x');
	if (!cross || (size_t)(cross - text) >= sizeof first)
		return false;
	memcpy(first, text, (size_t)(cross - text));
	first[cross - text] = 0;
	if (!read_number(first, &w) || !read_number(cross + 1, &h) || w < WIDTH_MIN || h < HEIGHT_MIN
	    || w > SIZE_MAX_PIXELS || h > SIZE_MAX_PIXELS)
		return false;
	*width = (int)w;
	*height = (int)h;
	return true;
}

/* What is allowed after an option; NULL when the value is fine. */
static const char *read_option(struct options *options, const char *name, const char *value)
{
	if (!strcmp(name, "--seed")) {
		options->has_seed = true;
		return read_number(value, &options->seed) ? NULL : "a whole number";
	}
	if (!strcmp(name, "--view"))
		return read_view(value, &options->view) ? NULL : "topology, sequence or duel";
	if (!strcmp(name, "--at")) {
		options->has_at = true;
		return text_parse_time(value, &options->at_ns)
		               ? NULL
		               : "a time such as 1.5s, 20ms, 2m or 1500000000";
	}
	if (!strcmp(name, "--range")) {
		options->has_range = true;
		return read_range(value, &options->from_ns, &options->until_ns)
		               ? NULL
		               : "two times such as 1.2s..1.4s";
	}
	if (!strcmp(name, "--size"))
		return read_size(value, &options->width, &options->height)
		               ? NULL
		               : "WIDTHxHEIGHT, 800x500 to 8192x8192";
	if (!strcmp(name, "--theme")) {
		options->theme = theme_find(value);
		return options->theme ? NULL : "dark or light";
	}
	if (!strcmp(name, "--out")) {
		options->out = value;
		return export_is_known(value) ? NULL : "a file name that ends in .png or .svg";
	}
	if (!strcmp(name, "--script")) {
		options->script = value;
		return NULL;
	}
	return "";
}

bool options_read(int argc, char **argv, struct options *options, char *error, size_t error_size)
{
	*options = (struct options){.width = 1280, .height = 800, .theme = &theme_dark};
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			options->wants_help = true;
			return true;
		}
		if (argv[i][0] != '-') {
			if (options->path) {
				snprintf(error, error_size, "one trace or scenario at a time: %s and %s",
				         options->path, argv[i]);
				return false;
			}
			options->path = argv[i];
			continue;
		}
		const char *wanted = read_option(options, argv[i], i + 1 < argc ? argv[i + 1] : "");
		if (!wanted) {
			if (i + 1 < argc) {
				i++;
				continue;
			}
			wanted = "a value";
		}
		if (!*wanted)
			snprintf(error, error_size, "%s: no such option (--help lists them)", argv[i]);
		else if (i + 1 < argc)
			snprintf(error, error_size, "%s %s: expected %s", argv[i], argv[i + 1], wanted);
		else
			snprintf(error, error_size, "%s: expected %s after it", argv[i], wanted);
		return false;
	}
	if (!options->path)
		snprintf(error, error_size, "name a trace or a scenario (--help says more)");
	else if (options->out && options->script)
		snprintf(error, error_size,
		         "--out and --script do not go together: a script takes its pictures with shot");
	else
		return true;
	return false;
}
