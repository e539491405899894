/* trouble.c: see trouble.h. Times lean towards where races are: a few round trips around dials, restarts and
 * timers. */
#include "sim/explore/trouble.h"

#include "sim/explore/weather.h"

#include <inttypes.h>

#define MS     OCTO_MILLISECOND
#define SECOND OCTO_SECOND

/* Hundredths of a percent. */
static void write_chance(struct making *making, const char *key, uint64_t chance)
{
	fprintf(making->out, "\"%s\": \"%" PRIu64 ".%02" PRIu64 "%%\"}", key, chance / 100, chance % 100);
}

/* ---- Links
 * ------------------------------------------------------------------------------------------------------- */

static uint64_t draw_latency(struct making *making)
{
	return making_magnitude(making, MAKING_LATENCY, MS / 10, 400 * MS);
}

static void write_latency(struct making *making, uint64_t latency_ns)
{
	uint64_t shape = making_below(making, MAKING_LATENCY, 4),
		 spread_ns = making_below(making, MAKING_LATENCY, latency_ns + 1);

	if (shape == 0) /* without any jitter */
		fprintf(making->out, "\"latency\": \"%" PRIu64 "ns\"}", latency_ns);
	else if (shape == 1)
		fprintf(making->out, "\"latency\": {\"normal\": [\"%" PRIu64 "ns\", \"%" PRIu64 "ns\"]}}",
		        latency_ns, spread_ns);
	else /* may be as short as nothing: the best reordering there is */
		fprintf(making->out, "\"latency\": {\"uniform\": [\"%" PRIu64 "ns\", \"%" PRIu64 "ns\"]}}",
		        making_one_in(making, MAKING_LATENCY, 2) ? 0 : latency_ns - spread_ns, latency_ns);
}

void trouble_latency(struct making *making)
{
	uint64_t there_ns = draw_latency(making), back_ns = draw_latency(making);

	making->latency_ns = there_ns;
	if (making_one_in(making, MAKING_LATENCY, 2)) {
		making_link(making);
		fprintf(making->out, "\"between\": [\"%s\", \"%s\"], ", making->names[0], making->names[1]);
		write_latency(making, there_ns);
		return;
	}
	making_one_way(making, 0);
	write_latency(making, there_ns);
	making_one_way(making, 1);
	write_latency(making, back_ns);
}

/* Each direction has its own strength, and sometimes only one has any. */
static void make_chance(struct making *making, enum making_kind kind, const char *key, uint64_t often,
                        uint64_t most)
{
	if (!making_percent(making, kind, often))
		return;
	for (int from = 0; from < 2; from++) {
		if (making_one_in(making, kind, 4))
			continue;
		making_one_way(making, from);
		write_chance(making, key, 1 + making_below(making, kind, most));
	}
}

/* The fate of each of a direction's first datagrams, one by one; or a direction that is dead until the
 * network heals. */
static void make_masks(struct making *making)
{
	if (making_one_in(making, MAKING_MASK, 2))
		return;
	for (int from = 0; from < 2; from++) {
		uint64_t shape = making_below(making, MAKING_MASK, 8);
		uint64_t length = 1 + making_below(making, MAKING_MASK, shape < 6 ? 8 : 60),
			 lost = 1 + making_below(making, MAKING_MASK, 3);

		if (shape == 0)
			continue;
		making_one_way(making, from);
		fputs("\"mask\": \"", making->out);
		for (uint64_t i = 0; i < length; i++)
			putc(shape >= 6 || making_below(making, MAKING_MASK, 4) < lost ? 'x' : '.',
			     making->out);
		fputs("\"}", making->out);
	}
}

void trouble_links(struct making *making)
{
	trouble_latency(making);
	make_chance(making, MAKING_LOSS, "loss", 50, 4000);
	make_chance(making, MAKING_DUPLICATE, "duplicate", 40, 3000);
	make_chance(making, MAKING_CORRUPT, "corrupt", 25, 500);
	make_masks(making);
	weather_links(making);
}

/* ---- Users
 * ------------------------------------------------------------------------------------------------------- */

static void make_connects(struct making *making)
{
	uint64_t first_ns = 100 * MS + making_below(making, MAKING_CONNECT, 900 * MS), gap_ns = 0;
	int first = (int)making_below(making, MAKING_CONNECT, 2);

	switch (making_below(making, MAKING_CONNECT, 8)) {
	case 0:
	case 1: /* in the same instant */
		break;
	case 2:
	case 3: /* within a flight: the SYNs still cross */
		gap_ns = making_below(making, MAKING_CONNECT, making->latency_ns + 2);
		break;
	case 4: /* within a handshake */
		gap_ns = making_below(making, MAKING_CONNECT, 4 * making->latency_ns);
		break;
	case 5:
	case 6:
		gap_ns = making_below(making, MAKING_CONNECT,
		                      making->trouble_ns < 20 * SECOND ? making->trouble_ns : 20 * SECOND);
		break;
	default: /* one-sided */
		gap_ns = OCTO_NEVER;
	}
	making_connect(making, first_ns, first);
	if (gap_ns != OCTO_NEVER)
		making_connect(making, first_ns + gap_ns, !first);
	while (making_one_in(making, MAKING_CONNECT, 4)) {
		uint64_t at_ns = making_time(making, MAKING_CONNECT);

		making_connect(making, at_ns, (int)making_below(making, MAKING_CONNECT, 2));
	}
}

static void make_disconnects(struct making *making)
{
	/* Where a moved node that has no session any more is to be found, nobody could say. */
	while (making->mover < 0 && making_one_in(making, MAKING_DISCONNECT, 10)) {
		uint64_t at_ns = making_time(making, MAKING_DISCONNECT);
		int from = (int)making_below(making, MAKING_DISCONNECT, 2);

		making_action(making, at_ns);
		fprintf(making->out, "\"disconnect\": {\"from\": \"%s\", \"to\": \"%s\"}}",
		        making->names[from], making->names[!from]);
		if (making_one_in(making, MAKING_DISCONNECT, 2)) {
			at_ns += making_magnitude(making, MAKING_DISCONNECT, MS, 4 * SECOND);
			making_connect(making, at_ns, (int)making_below(making, MAKING_DISCONNECT, 2));
		}
	}
}

void trouble_load(struct making *making)
{
	for (int from = 0; from < 2; from++) {
		uint64_t every_ms = making_magnitude(making, MAKING_LOAD, 5, 800),
			 size = 8 + making_below(making, MAKING_LOAD, 473);
		uint64_t count = 1 + making_below(making, MAKING_LOAD, 60);

		if (!making_percent(making, MAKING_LOAD, 30))
			continue;
		making_action(making, making_time(making, MAKING_LOAD));
		fprintf(making->out,
		        "\"load\": {\"from\": \"%s\", \"to\": \"%s\", \"every\": \"%" PRIu64
		        "ms\", \"size\": %" PRIu64 ", \"count\": %" PRIu64 "}}",
		        making->names[from], making->names[!from], every_ms, size, count);
	}
}

/* ---- Nodes
 * -------------------------------------------------------------------------------------------------------- */

/* Whoever moved is known by its old address: only it can find the other one, so it must be the one to
 * dial. */
static void make_restarts(struct making *making)
{
	if (making_one_in(making, MAKING_RESTART, 2))
		return;
	for (uint64_t i = 1 + making_below(making, MAKING_RESTART, 3); i > 0; i--) {
		uint64_t at_ns = making_time(making, MAKING_RESTART), up_ns = at_ns;
		int who = (int)making_below(making, MAKING_RESTART, 2);
		bool is_lost = making_percent(making, MAKING_RESTART, 30) && !making->is_honest;

		if (making_one_in(making, MAKING_RESTART, 3)) {
			making_action(making, at_ns);
			fprintf(making->out, "\"crash\": \"%s\"}", making->names[who]);
			up_ns = making_within(
				making, at_ns + making_magnitude(making, MAKING_RESTART, MS, 8 * SECOND));
		}
		making_action(making, up_ns);
		fprintf(making->out, "\"restart\": {\"node\": \"%s\", \"store\": ", making->names[who]);
		if (is_lost && up_ns && making_one_in(making, MAKING_STORE, 3))
			fprintf(making->out, "{\"from\": \"%" PRIu64 "ns\"}}}", making_below(making, MAKING_STORE, up_ns));
		else
			fprintf(making->out, "\"%s\"}}", is_lost ? "lost" : "kept");
		making_anchor(making, up_ns);
		if (making->mover == who || making_percent(making, MAKING_RESTART, 70))
			making_connect(making,
			               up_ns + (making_one_in(making, MAKING_RESTART, 2)
			                                ? 0
			                                : making_magnitude(making, MAKING_RESTART, MS / 10,
			                                                   4 * SECOND)),
			               who);
	}
}

static void make_moves(struct making *making)
{
	for (uint64_t i = making->mover < 0 ? 0 : 1 + making_below(making, MAKING_MOVE, 2); i > 0; i--) {
		uint64_t at_ns = making_time(making, MAKING_MOVE);

		making_action(making, at_ns);
		fprintf(making->out, "\"move\": \"%s\"}", making->names[making->mover]);
		making_connect(making, at_ns, making->mover);
	}
}

static void make_clocks(struct making *making)
{
	static const uint64_t most_ns[] = { SECOND, 20 * SECOND, 2 * 3600 * SECOND,
		                            50 * UINT64_C(31536000) * SECOND };

	while (making_one_in(making, MAKING_CLOCK, 8)) {
		uint64_t step_ns = 1 + making_below(making, MAKING_CLOCK,
		                                    most_ns[making_below(making, MAKING_CLOCK, 4)]);
		int who = (int)making_below(making, MAKING_CLOCK, 2);
		bool is_back = making_one_in(making, MAKING_CLOCK, 2);

		making_action(making, making_time(making, MAKING_CLOCK));
		fprintf(making->out, "\"clock\": {\"node\": \"%s\", \"step\": \"%s%" PRIu64 "ns\"}}",
		        making->names[who], is_back ? "-" : "", step_ns);
	}
}

/* ---- Attackers
 * ------------------------------------------------------------------------------------------------------ */

/* A packet of the past, delivered or not: so is a packet held back on its way made, for seconds if need
 * be. */
static void make_injections(struct making *making)
{
	static const char *const types[] = { "syn", "syn", "syn",   "syn-ack", "syn-ack", "syn-ack",
		                             "ack", "ack", "retry", "data",    "data",    "any" };
	enum { TYPES = sizeof(types) / sizeof(types[0]) };

	if (making_percent(making, MAKING_INJECT, 40))
		return;
	for (uint64_t i = 1 + making_below(making, MAKING_INJECT, 8); i > 0; i--) {
		int from = (int)making_below(making, MAKING_INJECT, 2);
		uint64_t extra = making_below(making, MAKING_INJECT, 20),
			 type = making_below(making, MAKING_INJECT, TYPES);
		uint64_t nth = making_one_in(making, MAKING_INJECT, 2)
		                       ? 1
		                       : 1 + making_below(making, MAKING_INJECT, 4);

		making_action(making, making_time(making, MAKING_INJECT));
		fprintf(making->out,
		        "\"inject\": {\"packet\": {\"type\": \"%s\", \"from\": \"%s\", \"to\": \"%s\", "
		        "\"nth\": %" PRIu64 "}",
		        types[type], making->names[from], making->names[!from], nth);
		if (extra == 0 && !making->is_honest)
			fputs(", \"flip\": \"each-byte\"", making->out);
		else if (extra == 1)
			fputs(", \"count\": 3", making->out);
		fputs("}}", making->out);
	}
}

static void make_junk(struct making *making)
{
	int to = (int)making_below(making, MAKING_JUNK, 2);

	if (!making_one_in(making, MAKING_JUNK, 12) || making->is_honest)
		return;
	making_action(making, making_time(making, MAKING_JUNK));
	fprintf(making->out, "\"inject\": {\"junk\": %" PRIu64 ", \"to\": \"%s\", \"source\": \"%s\"}}",
	        1 + making_below(making, MAKING_JUNK, 50), making->names[to], making->names[!to]);
}

/* ---- All of it ---- */

void trouble_timeline(struct making *making)
{
	/* With more pairs, a restart that is meant for another one might leave a moved node silent. */
	bool moves = making->is_alone && making_percent(making, MAKING_MOVE, 8);

	making->mover = moves ? (int32_t)making_below(making, MAKING_MOVE, 2) : -1;
	make_connects(making);
	make_restarts(making);
	make_disconnects(making);
	make_moves(making);
	make_clocks(making);
	make_injections(making);
	make_junk(making);
	weather_timeline(making);
	trouble_load(making);
}
