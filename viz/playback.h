/* playback.h: where in the run we are and how we move. A position is a number of records that have
 * happened and a time not before the last of them; so every record can be stepped over, even those of one
 * instant. Pure arithmetic: no clock, no picture. Reaching either end stops the motion. */
#ifndef OCTOVIZ_PLAYBACK_H
#define OCTOVIZ_PLAYBACK_H

#include "viz/model.h"

enum { PLAYBACK_SLOWEST = -20, PLAYBACK_FASTEST = 7, PLAYBACK_DEFAULT = -4 };

struct playback {
	uint64_t time_ns;
	uint32_t index;               /* records that have happened */
	int speed;                    /* 2^speed seconds of the run pass in one second */
	bool is_playing, is_reverse;
	bool skips_idle;              /* playing jumps over stretches in which nothing happens */
};

/* At the first record, or at the start of an empty run. */
void playback_init(struct playback *playback, const struct model *model);
void playback_seek(struct playback *playback, const struct model *model, uint64_t time_ns);
/* To just after this record. */
void playback_seek_record(struct playback *playback, const struct model *model, uint32_t record);
/* One record on or back. */
void playback_step(struct playback *playback, const struct model *model, bool is_back);
/* By a length of time, either way, clipped to the run. */
void playback_nudge(struct playback *playback, const struct model *model, int64_t by_ns);
/* `elapsed_ns` of the watcher's time have passed. Returns true if anything changed. */
bool playback_advance(struct playback *playback, const struct model *model, uint64_t elapsed_ns);
/* To just after the next (or previous) mark of a kind. Returns its record, MODEL_NONE when there is none. */
uint32_t playback_jump(struct playback *playback, const struct model *model, enum model_mark mark,
                       bool is_back);
void playback_set_speed(struct playback *playback, int speed);
/* How much of the run passes in this much of the watcher's time; at least 1 ns. */
uint64_t playback_scaled(const struct playback *playback, uint64_t elapsed_ns);

#endif
