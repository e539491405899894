/* commands.h: everything that can be done with a key, in one table: the help page, the keyboard and the
 * toolbar's buttons all read it. Knows no SDL: a key is a name, "Space", "Shift+Left", "u". */
#ifndef OCTOVIZ_COMMANDS_H
#define OCTOVIZ_COMMANDS_H

#include "viz/viewer.h"

struct command {
	const char *keys[2];          /* the second may be NULL */
	const char *help;
	void (*run)(struct viewer *viewer, int argument);
	int argument;
};

extern const struct command commands[];
extern const uint32_t command_count;

/* Index of the command on a key; MODEL_NONE. Letters differ by case, names do not. */
uint32_t commands_find(const char *key);
void commands_run(struct viewer *viewer, uint32_t index);

/* The mouse, in pixels of the picture. */
void pointer_press(struct viewer *viewer, double x, double y);
void pointer_drag(struct viewer *viewer, double from_x, double from_y, double x, double y);
void pointer_release(struct viewer *viewer, double x, double y, bool has_moved);
void pointer_wheel(struct viewer *viewer, double clicks, double x, double y);

#endif
