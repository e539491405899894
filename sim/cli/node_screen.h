/* node_screen.h: the lower end of a terminal: a line for each file on its way and for each peer, and the prompt, drawn anew under
 * the lines that scroll by. Where standard output is no terminal it does nothing. */
#ifndef OCTOSIM_NODE_SCREEN_H
#define OCTOSIM_NODE_SCREEN_H

#include "sim/cli/line_edit.h"
#include "sim/cli/live.h"

/* Follows the process in and out of the foreground: there the keyboard is read key by key, here not at all. Called in every turn. */
void node_screen_follow(struct live *live);
/* The keyboard as it was. */
void node_screen_end(struct live *live);
/* Takes the lines away, before something else is printed; and draws them again. */
void node_screen_wipe(struct live *live);
void node_screen_draw(struct live *live);
/* Standard input is read key by key. */
bool node_screen_is_prompting(const struct live *live);

#endif
