/* file_name.h: names that strangers give to files, made harmless: whatever comes out names a file in the folder where it is
 * put, is no option, no hidden file and no device, and does to a terminal what letters do. Pure. */
#ifndef OCTO_CARRIERS_FILE_NAME_H
#define OCTO_CARRIERS_FILE_NAME_H

#include "core/octo.h"

enum {
	FILE_NAME_BYTES = OCTO_BLOB_NAME_MAX + 1, /* of a clean one, with its NUL */
	FILE_NAME_NUMBERED_BYTES = FILE_NAME_BYTES + 8,
	FILE_NAME_NUMBER_MAX = 9999
};

/* A clean name for any text at all: what stands behind its last / or \, without control characters, without what a shell or
 * a foreign file system takes for something else, without invisible and direction-changing characters and broken UTF-8;
 * never hidden, never empty, never one that an inbox uses itself. Too long, it loses its middle, not its ending. A
 * clean name is clean already. */
void file_name_clean(const char *text, char name[FILE_NAME_BYTES]);
/* "image.png" with 2 is "image-2.png"; with 1 it is itself. */
void file_name_number(const char *name, unsigned number, char numbered[FILE_NAME_NUMBERED_BYTES]);

#endif
