/* jobs.c: process k of n does pieces k, k + n, k + 2n … and writes each result into its pipe as index,
 * size, bytes. When a process dies, the piece it had in hand is the one that follows the last it
 * delivered; a new process goes on behind it. Knows nothing of what the pieces are. See jobs.h. */
#include "sim/cli/jobs.h"

#include "sim/cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_BYTES = 1 << 16, HEAD_BYTES = 16 };

struct worker {
	pid_t process; /* 0: none */
	int pipe;
	uint32_t next;  /* the piece that it has in hand */
	uint8_t *bytes; /* what has come and was not handed on */
	size_t size, capacity;
};

static bool write_all(int file, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size) {
		ssize_t done = write(file, at, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		size -= (size_t)done;
	}
	return true;
}

/* Renders one piece; the caller frees. */
static char *render(const struct jobs *jobs, uint32_t index, size_t *size)
{
	char *bytes = NULL;
	FILE *out = open_memstream(&bytes, size);

	if (!out)
		return NULL;
	jobs->work(jobs->context, index, out);
	if (fclose(out) != 0) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

static void child(const struct jobs *jobs, uint32_t first, int pipe)
{
	for (uint64_t index = first; index < jobs->count; index += jobs->processes) {
		uint64_t head[2] = { index, 0 };
		size_t size;
		char *bytes = render(jobs, (uint32_t)index, &size);

		head[1] = size;
		if (!bytes || !write_all(pipe, head, sizeof(head)) || !write_all(pipe, bytes, size))
			_exit(CLI_FAULT);
		free(bytes);
	}
	_exit(0);
}

static bool start(const struct jobs *jobs, struct worker *worker)
{
	int ends[2];

	if (pipe(ends) != 0)
		return false;
	fflush(stdout);
	fflush(stderr);
	worker->process = fork();
	if (worker->process == 0) {
		close(ends[0]);
		child(jobs, worker->next, ends[1]);
	}
	close(ends[1]);
	worker->pipe = ends[0];
	worker->size = 0;
	if (worker->process > 0)
		return true;
	worker->process = 0;
	close(ends[0]);
	return false;
}

static void stop(struct worker *worker)
{
	if (worker->process == 0)
		return;
	kill(worker->process, SIGTERM);
	close(worker->pipe);
	while (waitpid(worker->process, NULL, 0) < 0 && errno == EINTR)
		;
	worker->process = 0;
}

/* Hands on every result that has come whole. */
static bool hand_on(const struct jobs *jobs, struct worker *worker)
{
	size_t at = 0;
	bool goes_on = true;

	while (goes_on && worker->size - at >= HEAD_BYTES) {
		uint64_t head[2];

		memcpy(head, worker->bytes + at, sizeof(head));
		if (worker->size - at - HEAD_BYTES < head[1])
			break;
		goes_on = jobs->done(jobs->context, (uint32_t)head[0],
		                     (const char *)worker->bytes + at + HEAD_BYTES, (size_t)head[1]);
		at += HEAD_BYTES + (size_t)head[1];
		worker->next = jobs->count - (uint32_t)head[0] > jobs->processes
		                       ? (uint32_t)head[0] + jobs->processes
		                       : jobs->count;
	}
	worker->size -= at;
	if (worker->size)
		memmove(worker->bytes, worker->bytes + at, worker->size);
	return goes_on;
}

/* The process is gone. With work left it crashed: that piece is reported, and a new process takes the
 * rest. */
static bool bury(const struct jobs *jobs, struct worker *worker, bool *is_fine)
{
	uint32_t lost = worker->next;

	close(worker->pipe);
	while (waitpid(worker->process, NULL, 0) < 0 && errno == EINTR)
		;
	worker->process = 0;
	if (lost >= jobs->count)
		return true;
	if (!jobs->done(jobs->context, lost, NULL, 0))
		return false;
	if (jobs->count - lost <= jobs->processes)
		return true;
	worker->next = lost + jobs->processes;
	*is_fine = start(jobs, worker);
	return *is_fine;
}

static bool receive(const struct jobs *jobs, struct worker *worker, bool *is_fine)
{
	ssize_t got;

	if (worker->capacity - worker->size < READ_BYTES) {
		worker->capacity = worker->capacity * 2 + READ_BYTES;
		worker->bytes = cli_claim(worker->bytes, worker->capacity);
	}
	got = read(worker->pipe, worker->bytes + worker->size, READ_BYTES);
	if (got < 0 && errno == EINTR)
		return true;
	if (got <= 0)
		return bury(jobs, worker, is_fine);
	worker->size += (size_t)got;
	return hand_on(jobs, worker);
}

/* True while there is something to wait for. */
static bool wait_for_some(const struct jobs *jobs, struct worker *workers, struct pollfd *files,
                          bool *is_fine)
{
	nfds_t count = 0;

	for (uint32_t i = 0; i < jobs->processes; i++)
		if (workers[i].process)
			files[count++] = (struct pollfd){ .fd = workers[i].pipe, .events = POLLIN };
	if (count == 0)
		return false;
	if (poll(files, count, -1) < 0)
		return errno == EINTR || (*is_fine = false);
	for (nfds_t k = 0; k < count; k++) {
		for (uint32_t i = 0; files[k].revents && i < jobs->processes; i++) {
			if (!workers[i].process || workers[i].pipe != files[k].fd)
				continue;
			if (!receive(jobs, &workers[i], is_fine))
				return false;
			break;
		}
	}
	return true;
}

static bool run_here(const struct jobs *jobs)
{
	for (uint32_t i = 0; i < jobs->count; i++) {
		size_t size;
		char *bytes = render(jobs, i, &size);
		bool goes_on = bytes && jobs->done(jobs->context, i, bytes, size);

		if (!bytes)
			fputs("octosim: out of memory\n", stderr);
		free(bytes);
		if (!goes_on)
			return bytes != NULL;
	}
	return true;
}

bool jobs_run(const struct jobs *jobs)
{
	struct worker *workers;
	struct pollfd *files;
	bool is_fine = true;

	if (jobs->processes <= 1 && !jobs->is_apart)
		return run_here(jobs);
	workers = cli_claim(NULL, jobs->processes * sizeof(*workers));
	files = cli_claim(NULL, jobs->processes * sizeof(*files));
	memset(workers, 0, jobs->processes * sizeof(*workers));
	for (uint32_t i = 0; is_fine && i < jobs->processes && i < jobs->count; i++) {
		workers[i].next = i;
		is_fine = start(jobs, &workers[i]);
	}
	while (is_fine && wait_for_some(jobs, workers, files, &is_fine))
		;
	if (!is_fine)
		fprintf(stderr, "octosim: no further process: %s\n", strerror(errno));
	for (uint32_t i = 0; i < jobs->processes; i++) {
		stop(&workers[i]);
		free(workers[i].bytes);
	}
	free(workers);
	free(files);
	return is_fine;
}
