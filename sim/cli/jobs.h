/* jobs.h: many independent pieces of work in parallel processes. Work writes what it found into a FILE;
 * the parent gets the bytes. A piece that crashes is reported as such and the others go on: a fault in one
 * run hides no other. */
#ifndef OCTOSIM_CLI_JOBS_H
#define OCTOSIM_CLI_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct jobs {
	uint32_t count;     /* pieces: 0..count-1 */
	uint32_t processes; /* 1: all in this process, one after the other, and a crash is a crash */
	bool is_apart;      /* another process even when it is only one: a crash is reported then, too */
	void *context;
	/* Does piece `index`, in another process when there are several. Same input, same output, wherever
	 * it runs. */
	void (*work)(void *context, uint32_t index, FILE *out);
	/* In this process: what piece `index` wrote, in the order in which pieces end. `bytes` is NULL
	 * when it crashed. False ends the whole early. */
	bool (*done)(void *context, uint32_t index, const char *bytes, size_t size);
};

/* False with a sentence on standard error when processes or memory could not be had. */
bool jobs_run(const struct jobs *jobs);

#endif
