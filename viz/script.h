/* script.h: a list of things to do in the window, one a line. They go the way of real input: as events
 * through the window's queue. Time then passes in frames of 1/60 s, so that the same script always sees
 * the same. */
#ifndef OCTOVIZ_SCRIPT_H
#define OCTOVIZ_SCRIPT_H

#include "core/octo.h"

enum script_verb {
	SCRIPT_KEY,
	SCRIPT_CLICK,
	SCRIPT_DRAG,
	SCRIPT_WHEEL,
	SCRIPT_WAIT,
	SCRIPT_SHOT,
	SCRIPT_STATE
};

struct script_line {
	enum script_verb verb;
	char text[256];               /* KEY: its name; SHOT, STATE: a file */
	int numbers[4];               /* CLICK x y; DRAG x y x y; WHEEL clicks x y; WAIT frames */
};

struct script {
	struct script_line *lines;
	uint32_t count;
};

/* NULL with a sentence in `error` that names file and line. */
struct script *script_read(const char *path, char *error, size_t error_size);
void script_free(struct script *script);

#endif
