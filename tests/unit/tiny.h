/* tiny.h: worlds of two nodes, robot (0) and pilot (1), for tests of the simulator's modules. The parts of the scenario
 * are given as text; what is NULL is left to the defaults. */
#ifndef OCTOSIM_TESTS_TINY_H
#define OCTOSIM_TESTS_TINY_H

#include "sim/sim.h"

enum { ROBOT, PILOT };

struct tiny {
	const char *more;                 /* further keys of the file, each with its comma: "\"heal\": \"5s\"," */
	const char *nodes, *links, *timeline, *expect; /* what stands inside the lists */
	struct sim_options options;
	struct scenario *scenario;
	struct sim *sim;
};

/* Opens the world; prints what is wrong and ends the program when it cannot: the test is wrong then. */
struct sim *tiny_open(struct tiny *tiny);
void tiny_close(struct tiny *tiny);
/* Opens, runs to the end, closes; the hash. */
uint64_t tiny_hash(const struct tiny *tiny);
/* The result of the run so far. */
const struct sim_result *tiny_run(struct tiny *tiny, octo_time_ns until_ns);
/* Runs it to the end and closes; what was found instead of its one expectation, "" when that holds. Good until the next. */
const char *tiny_judge(struct tiny tiny);
struct octo_peer_view tiny_view(const struct tiny *tiny, uint32_t node, uint32_t peer);
/* A temporary file's name; the caller removes it. */
void tiny_path(char path[64], const char *name);

#endif
