/* text_file.c: see text_file.h. */
#include "sim/explore/text_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_all(int file, size_t expected, size_t *size, char *problem, size_t problem_size)
{
	char *text = malloc(expected + 1);
	ssize_t got = 1;

	if (!text) {
		snprintf(problem, problem_size, "does not fit into memory");
		return NULL;
	}
	*size = 0;
	while (*size < expected && (got = read(file, text + *size, expected - *size)) > 0)
		*size += (size_t)got;
	if (got < 0) {
		snprintf(problem, problem_size, "cannot be read: %s", strerror(errno));
		free(text);
		return NULL;
	}
	text[*size] = 0;
	return text;
}

char *text_file_read(const char *path, size_t size_max, size_t *size, char *problem, size_t problem_size)
{
	/* O_NONBLOCK: opening a pipe that nobody writes to must not wait. */
	int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	char *text = NULL;

	if (file < 0 || fstat(file, &status) != 0)
		snprintf(problem, problem_size, "cannot be read: %s", strerror(errno));
	else if (S_ISDIR(status.st_mode))
		snprintf(problem, problem_size, "is a directory");
	else if (!S_ISREG(status.st_mode))
		snprintf(problem, problem_size, "is not a regular file");
	else if ((uintmax_t)status.st_size > size_max)
		snprintf(problem, problem_size, "is larger than %zu KiB", size_max >> 10);
	else
		text = read_all(file, (size_t)status.st_size, size, problem, problem_size);
	if (file >= 0)
		close(file);
	return text;
}
