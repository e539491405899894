/* program.c: see program.h. */
#include "tests/unit/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 256 };

char program_output[PROGRAM_OUTPUT_BYTES];
static char program[PATH_BYTES], folder[64];

/* build/tests/octotest or a copy of it in another build folder: octosim is one folder up. */
bool program_open(void)
{
	ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 16);
	char *end;

	if (size <= 0)
		return false;
	program[size] = 0;
	for (int i = 0; i < 2 && (end = strrchr(program, '/')); i++)
		*end = 0;
	strcat(program, "/octosim");
	if (access(program, X_OK) != 0) {
		fprintf(stderr, "tests: %s is needed; \"make\" builds it\n", program);
		return false;
	}
	strcpy(folder, "/tmp/octosim-test-XXXXXX");
	return mkdtemp(folder) != NULL;
}

bool program_close(void)
{
	char line[PATH_BYTES];

	snprintf(line, sizeof(line), "rm -r %s", folder);
	return system(line) == 0;
}

const char *program_folder(void)
{
	return folder;
}

bool program_write(const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file)
		return false;
	fputs(text, file);
	return fclose(file) == 0;
}

int program_call(const char *arguments)
{
	char line[1024];
	size_t size;
	FILE *pipe;
	int status;

	snprintf(line, sizeof(line), "cd %s && { TMPDIR=. '%s' %s; } 2>&1 </dev/null", folder, program, arguments);
	pipe = popen(line, "r");
	if (!pipe)
		return -1;
	size = fread(program_output, 1, sizeof(program_output) - 1, pipe);
	program_output[size] = 0;
	while (fread(line, 1, sizeof(line), pipe) > 0)
		; /* what is more than fits is not kept, but its writer must not fail */
	status = pclose(pipe);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool program_says(const char *part)
{
	if (strstr(program_output, part))
		return true;
	fprintf(stderr, "not said: %s\n--- but:\n%.4000s\n", part, program_output);
	return false;
}
