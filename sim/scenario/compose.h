/* compose.h: the text of a scenario file with what it "extends" merged in. Every byte knows the file and the place that
 * it came from, so that mistakes are reported where people can mend them. The rules of merging are in docs/scenarios.md.
 * Knows JSON, but nothing of what a scenario means. */
#ifndef OCTOSIM_COMPOSE_H
#define OCTOSIM_COMPOSE_H

#include "sim/scenario/scenario.h"

enum { COMPOSE_DEPTH_MAX = 8 };           /* files that extend each other */

struct composed_file {
	char *path;
	char *text;                       /* NUL-terminated */
	size_t size;
};
struct composed_piece {
	size_t at;                        /* in the composed text, up to the next piece */
	uint32_t file;
	size_t source_at;                 /* of its first byte in that file */
	bool is_glue;                     /* a bracket, comma or folder between pieces: all of it belongs to source_at */
};
struct composed {
	char *text;                       /* NUL-terminated; without the key "extends" */
	size_t size;
	struct composed_file *files;      /* the scenario itself, then what it extends */
	uint32_t file_count;
	struct composed_piece *pieces;
	uint32_t piece_count;
};

/* False when a file cannot be read or "extends" is wrong; *errors (which the caller has zeroed) says why. A file whose
 * JSON is broken is returned as it is: whoever reads the text finds the mistakes. composed_free() either way. */
bool compose(const char *path, struct composed *composed, struct scenario_errors *errors);
void composed_free(struct composed *composed);
/* From a place in the composed text to the one it came from. Returns the file's number. */
uint32_t composed_place(const struct composed *composed, uint32_t *line, uint32_t *column);
/* Whether the byte at this offset of the composed text stands in no file. */
bool composed_is_glue(const struct composed *composed, size_t at);

#endif
