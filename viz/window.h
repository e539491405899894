/* window.h: the window, by SDL: its events become commands, the picture becomes a texture. */
#ifndef OCTOVIZ_WINDOW_H
#define OCTOVIZ_WINDOW_H

#include "viz/script.h"
#include "viz/viewer.h"

/* Until the user quits, or to the end of the script (NULL: none). False with a sentence in `error`. */
OCTO_MUST_CHECK bool window_run(struct viewer *viewer, const struct script *script, char *error,
                                size_t error_size);

#endif
