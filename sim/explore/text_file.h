/* text_file.h: a whole text file in memory, whatever stands at the path: a clear sentence for a directory, a
 * pipe, a file that is too large or that cannot be read. */
#ifndef OCTOSIM_TEXT_FILE_H
#define OCTOSIM_TEXT_FILE_H

#include <stddef.h>

/* The file's bytes and a NUL behind them, which the caller frees. NULL with a phrase in `problem` that goes
 * behind the file's name: "cannot be read: Permission denied". */
char *text_file_read(const char *path, size_t size_max, size_t *size, char *problem, size_t problem_size);

#endif
