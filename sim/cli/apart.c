/* apart.c: see apart.h. */
#include "sim/cli/apart.h"

#include "sim/cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SAID_BYTES = 200 };

void apart_watch(void)
{
	alarm(APART_SECONDS_MAX);
}

/* The last line in the file that is not empty: an assertion says there what did not hold. */
static void last_line(FILE *file, char said[SAID_BYTES])
{
	char line[SAID_BYTES];

	said[0] = 0;
	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = 0;
		if (line[0])
			memcpy(said, line, sizeof(line));
	}
}

static void tell(int status, const char *said, char *how, size_t how_size)
{
	const char *colon = said[0] ? ": " : "";

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		snprintf(how, how_size, "did not end within %d s", APART_SECONDS_MAX);
	else if (WIFSIGNALED(status))
		snprintf(how, how_size, "ended by signal %d (%s)%s%s", WTERMSIG(status),
		         strsignal(WTERMSIG(status)), colon, said);
	else
		snprintf(how, how_size, "ended with status %d%s%s", WEXITSTATUS(status), colon, said);
}

bool apart_run(void (*work)(void *context), void *context, char *how, size_t how_size)
{
	FILE *errors = tmpfile();
	char said[SAID_BYTES] = "";
	int status = 0;
	pid_t process;

	fflush(stdout);
	fflush(stderr);
	process = fork();
	if (process == 0) {
		if (errors)
			dup2(fileno(errors), STDERR_FILENO);
		apart_watch();
		work(context);
		_exit(CLI_HELD);
	}
	while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR)
		;
	if (process < 0) {
		snprintf(how, how_size, "could not be started: %s", strerror(errno));
	} else if (status != 0) {
		if (errors)
			last_line(errors, said);
		tell(status, said, how, how_size);
	}
	if (errors)
		fclose(errors);
	return process > 0 && status == 0;
}
