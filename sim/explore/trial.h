/* trial.h: one run of a scenario's text, judged as exploring judges: by the invariants alone. Whatever
 * explores (fuzzing, replaying a failure) runs through here, so that what one finds the other sees. */
#ifndef OCTOSIM_TRIAL_H
#define OCTOSIM_TRIAL_H

#include "sim/sim.h"

enum { TRIAL_VIOLATIONS_MAX = 24, TRIAL_TEXT_BYTES = 320 };

struct trial_options {
	uint64_t seed;
	const char *trace_path; /* as in struct sim_options */
	struct decision_log *record;
	const struct decision_log *replay;
};

struct trial {
	/* Filled by trial_run(). */
	bool is_fault;    /* there was no run at all: `violations[0]` says why */
	bool is_bad_text; /* and that is because the text is no scenario */
	bool is_mismatch; /* the replayed log stopped matching: `violations[0]` says where */
	uint64_t hash, events, virtual_ns;
	uint32_t decisions_left; /* of the replayed log, when the run was over */
	uint64_t cells[OCTO_STEP_COUNT][OCTO_STATE_COUNT];
	uint32_t violation_count;                                /* 0: the run held */
	char violations[TRIAL_VIOLATIONS_MAX][TRIAL_TEXT_BYTES]; /* "S2: at 12.5 s …" */
};

/* `name` stands for the text in messages and traces. */
void trial_run(const char *name, const char *text, size_t size, const struct trial_options *options,
               struct trial *trial);

#endif
