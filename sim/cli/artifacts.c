/* artifacts.c: see artifacts.h. The trace comes from running once more: the run is deterministic, so it is the same. */
#include "sim/cli/artifacts.h"

#include "sim/cli/cli.h"
#include "sim/cli/report.h"
#include "sim/cli/variant.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_BYTES = 1024, NAME_BYTES = 160, EVENTS_MAX = 5000000, LADDER_LINES = 5000, PICTURE_SECONDS = 60 };

bool artifacts_open(const char *folder)
{
	struct stat status;

	if (mkdir(folder, 0777) == 0)
		return true;
	if (errno != EEXIST || stat(folder, &status) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(status.st_mode) && access(folder, W_OK) == 0;
}

/* "scenarios-duel-equal-ids-seed-7" */
static void name_of(const struct artifact *artifact, char name[NAME_BYTES])
{
	const char *path = artifact->scenario->path;
	size_t used = 0, size = strlen(path);

	if (size > 5 && strcmp(path + size - 5, ".json") == 0)
		size -= 5;
	while (size > 0 && (path[0] == '.' || path[0] == '/'))
		path++, size--;
	if (size > NAME_BYTES - 40)
		path += size - (NAME_BYTES - 40), size = NAME_BYTES - 40;
	for (; used < size; used++) {
		char c = path[used];
		bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		                c == '-' || c == '_' || c == '.';

		name[used] = is_plain ? c : '-';
	}
	snprintf(name + used, NAME_BYTES - used, "-seed-%" PRIu64, artifact->seed);
}

static FILE *create(const char *folder, const char *file)
{
	char path[PATH_BYTES];

	if (snprintf(path, sizeof(path), "%s/%s", folder, file) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return NULL;
	}
	return fopen(path, "w");
}

static bool close_file(FILE *out)
{
	bool is_good = out && !ferror(out);

	return out && fclose(out) == 0 && is_good;
}

/* With what it extends merged in and the settings in it: the very text that was run. */
static bool keep_scenario(const char *folder, const struct artifact *artifact)
{
	struct scenario_errors errors;
	size_t size = 0;
	char *text = scenario_read(artifact->scenario->path, &size, &errors);
	char *varied = NULL;
	FILE *out;

	scenario_errors_free(&errors);
	if (text)
		varied = variant_text(text, size, artifact->settings, artifact->setting_count, &size, &errors);
	free(text);
	if (!varied)
		return false;
	scenario_errors_free(&errors);
	out = create(folder, "scenario.json");
	if (out)
		fwrite(varied, 1, size, out);
	free(varied);
	return close_file(out);
}

static bool keep_command(const char *folder, const struct artifact *artifact)
{
	FILE *out = create(folder, "replay.sh");
	bool is_good;

	if (!out)
		return false;
	fputs("#!/bin/sh\n# Runs it again, from the directory in which it was run.\n", out);
	fprintf(out, "exec %s run ", cli_shell_word(cli_program()));
	fputs(cli_shell_word(artifact->scenario->path), out);
	variant_print(artifact->settings, artifact->setting_count, out);
	fprintf(out, " --seed %" PRIu64 " \"$@\"\n", artifact->seed);
	is_good = fchmod(fileno(out), 0755) == 0;
	return close_file(out) && is_good;
}

static bool keep_report(const char *folder, const struct artifact *artifact)
{
	FILE *out = create(folder, "report.txt");

	if (!out)
		return false;
	if (artifact->table_size)
		fwrite(artifact->table, 1, artifact->table_size, out);
	fprintf(out, "%sWhat failed:\n%s", artifact->table_size ? "\n" : "", artifact->problems);
	if (artifact->events > EVENTS_MAX)
		fprintf(out, "\n(%s events: too many to keep a trace unasked; --trace FILE does)\n",
		        cli_count(artifact->events));
	return close_file(out);
}

static bool keep_ladder(const char *folder, const char *trace_path)
{
	char error[512];
	struct trace *trace = trace_open(trace_path, error, sizeof(error));
	FILE *out = trace ? create(folder, "ladder.txt") : NULL;

	if (out)
		report_ladder(trace, LADDER_LINES, true, false, out);
	trace_close(trace);
	return close_file(out);
}

/* octoviz beside this program, or wherever the shell finds it. No picture is no failure. */
static void keep_picture(const char *folder, const char *trace_path)
{
	char program[PATH_BYTES] = "octoviz", picture[PATH_BYTES];
	ssize_t size = readlink("/proc/self/exe", program, sizeof(program) - 16);
	char *slash;
	pid_t process;
	int status = 1;

	program[size > 0 ? size : 0] = 0;
	slash = strrchr(program, '/');
	if (slash)
		strcpy(slash + 1, "octoviz");
	if (!slash || access(program, X_OK) != 0)
		strcpy(program, "octoviz");
	if (snprintf(picture, sizeof(picture), "%s/picture.png", folder) >= (int)sizeof(picture))
		return;
	fflush(stdout);
	fflush(stderr);
	process = fork();
	if (process == 0) {
		int nothing = open("/dev/null", O_RDWR);

		dup2(nothing, STDIN_FILENO);
		dup2(nothing, STDOUT_FILENO);
		dup2(nothing, STDERR_FILENO);
		alarm(PICTURE_SECONDS);
		execlp(program, program, trace_path, "--view", "sequence", "--out", picture, (char *)NULL);
		_exit(127);
	}
	while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR)
		;
	if (status != 0)
		unlink(picture);
}

bool artifacts_keep(const char *folder, const struct artifact *artifact)
{
	char name[NAME_BYTES], own[PATH_BYTES], trace[PATH_BYTES];
	bool has_trace = !artifact->has_crashed && artifact->events <= EVENTS_MAX;
	bool is_good;

	name_of(artifact, name);
	is_good = snprintf(own, sizeof(own), "%s/%s", folder, name) < (int)sizeof(own) - 32 && artifacts_open(own) &&
	          keep_scenario(own, artifact) && keep_command(own, artifact) && keep_report(own, artifact);
	if (is_good && has_trace) {
		snprintf(trace, sizeof(trace), "%.900s/run.trace", own);
		is_good = report_trace(artifact->scenario, artifact->seed, trace) && keep_ladder(own, trace);
		if (is_good)
			keep_picture(own, trace);
	}
	if (!is_good)
		fprintf(stderr, "octosim run: --artifacts %s/%s: cannot be written: %s\n", folder, name,
		        errno ? strerror(errno) : "incomplete");
	return is_good;
}
