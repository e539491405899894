/* export.h: pictures and the playback's state as files. Needs no display. */
#ifndef OCTOVIZ_EXPORT_H
#define OCTOVIZ_EXPORT_H

#include "viz/viewer.h"

/* Is it a name we can write a picture to: one that ends in .png or .svg? */
bool export_is_known(const char *path);
/* Paints the whole picture into a file. False with a sentence in `error`. */
OCTO_MUST_CHECK bool export_picture(struct viewer *viewer, const char *path, char *error, size_t error_size);
/* Writes position and digests as text: of the state as it is, and of one replayed from the start. */
OCTO_MUST_CHECK bool export_state(const struct viewer *viewer, const char *path, char *error,
                                  size_t error_size);

#endif
