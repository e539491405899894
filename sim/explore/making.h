/* making.h: one variant of a scenario while it is being made up: what is drawn, and how it is written
 * down. Private to the swarm: trouble.c and script.c make up a pair's day with it, swarm.c puts the days
 * together. */
#ifndef OCTOSIM_MAKING_H
#define OCTOSIM_MAKING_H

#include "core/octo.h"

#include <stdio.h>

enum {
	MAKING_PURPOSE = 2000, /* beside the purposes of decisions */
	MAKING_ANCHORS = 16
};

/* The kinds of trouble: the entities of the random numbers. New ones at the end. */
enum making_kind {
	MAKING_TIME,
	MAKING_LATENCY,
	MAKING_LOSS,
	MAKING_MASK,
	MAKING_DUPLICATE,
	MAKING_CORRUPT,
	MAKING_CONNECT,
	MAKING_DISCONNECT,
	MAKING_RESTART,
	MAKING_MOVE,
	MAKING_CLOCK,
	MAKING_INJECT,
	MAKING_JUNK,
	MAKING_LOAD,
	MAKING_TIES,
	MAKING_PAIRS,
	MAKING_SCRIPT,
	MAKING_WEATHER,
	MAKING_RATE,
	MAKING_PARTITION,
	MAKING_PAUSE,
	MAKING_STORE,
	MAKING_ATTACK,
	MAKING_COUNT
};

/* The trouble of one pair, while it is being made up. */
struct making {
	FILE *out;
	uint64_t seed, trouble_ns; /* from 0 to here there is trouble */
	const char *names[2];
	uint32_t pair; /* which of the pairs, for the streams */
	uint64_t counters[MAKING_COUNT];
	uint64_t latency_ns;              /* roughly, one way */
	uint64_t anchors[MAKING_ANCHORS]; /* moments around which something interesting is under way */
	uint32_t anchor_count;
	int32_t mover;               /* index of the side that changes its address, -1: neither does */
	int winner;                  /* index of the side that wins the ID-duel */
	bool is_scripted;            /* nothing arrives but what script.c lets arrive */
	bool is_alone;               /* the scenario has this pair only */
	bool is_routed;              /* one of the pair is behind a router */
	bool is_honest;              /* no attackers, and nobody loses his store */
	bool has_links, has_actions; /* one is written already: the next needs a comma */
};

/* ---- Drawing: never two draws in one expression, or the compiler would choose which comes first ---- */

uint64_t making_draw(struct making *making, enum making_kind kind);
/* 0..n-1. */
uint64_t making_below(struct making *making, enum making_kind kind, uint64_t n);
bool making_one_in(struct making *making, enum making_kind kind, uint64_t n);
bool making_percent(struct making *making, enum making_kind kind, uint64_t chance);
/* From `least` to about `most`; every doubling is as likely as any other. */
uint64_t making_magnitude(struct making *making, enum making_kind kind, uint64_t least, uint64_t most);
/* A moment at which something may well be under way. */
uint64_t making_time(struct making *making, enum making_kind kind);
/* What would come after the trouble comes some time before its end: not with everything else that would, in
 * one last instant. */
uint64_t making_within(const struct making *making, uint64_t at_ns);
/* Remembers a moment around which something is under way. */
void making_anchor(struct making *making, uint64_t at_ns);

/* ---- Writing: each begins an object of the list, which the caller goes on with and ends ---- */

void making_link(struct making *making);
void making_one_way(struct making *making, int from);
void making_action(struct making *making, uint64_t at_ns);
/* A whole one: this side dials. */
void making_connect(struct making *making, uint64_t at_ns, int from);

#endif
