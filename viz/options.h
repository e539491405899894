/* options.h: the command line. */
#ifndef OCTOVIZ_OPTIONS_H
#define OCTOVIZ_OPTIONS_H

#include "viz/viewer.h"

struct options {
	const char *path;
	bool has_seed; uint64_t seed;
	enum viewer_view view;
	bool has_at; uint64_t at_ns;
	bool has_range; uint64_t from_ns, until_ns;
	int width, height;
	const struct theme *theme;
	const char *out, *script;
	bool wants_help;
};

/* False with a sentence in `error`. */
OCTO_MUST_CHECK bool options_read(int argc, char **argv, struct options *options, char *error,
                                  size_t error_size);
extern const char options_usage[];

#endif
