/* swarm.c: see swarm.h. Each kind of trouble draws from a stream of its own, so that a change to one leaves what a seed
 * means for the others. Times lean towards where races are: a few round trips around dials, restarts and timers. */
#include "sim/explore/swarm.h"

#include "sim/engine/rng.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS OCTO_MILLISECOND
#define SECOND OCTO_SECOND

enum {
	PURPOSE_SWARM = 2000,                 /* beside the purposes of decisions */
	PAIRS_MAX = 8,                        /* pairs that meet trouble; the others have a good day */
	ANCHORS_MAX = 16
};
static const uint64_t fair_ns = 160 * SECOND; /* after the trouble */

struct swarm {
	struct scenario *scenario;
	char *nodes, *trust;                  /* JSON, as in the base */
};

/* The kinds of trouble: the entities of the random numbers. New ones at the end. */
enum kind {
	KIND_TIME, KIND_LATENCY, KIND_LOSS, KIND_MASK, KIND_DUPLICATE, KIND_CORRUPT, KIND_CONNECT, KIND_DISCONNECT,
	KIND_RESTART, KIND_MOVE, KIND_CLOCK, KIND_INJECT, KIND_JUNK, KIND_LOAD, KIND_TIES, KIND_PAIRS
};

/* The trouble of one pair, while it is being made up. */
struct making {
	const struct swarm *swarm;
	FILE *out;
	uint64_t seed, trouble_ns;            /* from 0 to here there is trouble */
	const char *names[2];
	uint32_t pair;                        /* which of the pairs, for the streams */
	uint64_t counters[KIND_PAIRS + 1];
	uint64_t latency_ns;                  /* roughly, one way */
	uint64_t anchors[ANCHORS_MAX];        /* moments around which something interesting is under way */
	uint32_t anchor_count;
	int32_t mover;                        /* index of the side that changes its address, -1: neither does */
	bool has_links, has_actions;          /* one is written already: the next needs a comma */
};

/* ---- Drawing ---------------------------------------------------------------------------------------------------- */
/* Never two draws in one expression: which comes first would be the compiler's choice. */

static uint64_t draw(struct making *making, enum kind kind)
{
	return rng_draw(making->seed, (uint64_t)making->pair << 8 | kind, making->counters[kind]++, PURPOSE_SWARM);
}

static uint64_t below(struct making *making, enum kind kind, uint64_t n)
{
	return rng_below(draw(making, kind), n);
}

static bool one_in(struct making *making, enum kind kind, uint64_t n)
{
	return below(making, kind, n) == 0;
}

static bool percent(struct making *making, enum kind kind, uint64_t chance)
{
	return below(making, kind, 100) < chance;
}

/* From `least` to about `most`; every doubling is as likely as any other. */
static uint64_t magnitude(struct making *making, enum kind kind, uint64_t least, uint64_t most)
{
	uint64_t octaves = 0;

	while (least << (octaves + 1) <= most)
		octaves++;
	least <<= below(making, kind, octaves + 1);
	return least + below(making, kind, least);
}

/* ---- Times ------------------------------------------------------------------------------------------------------- */

static void add_anchor(struct making *making, uint64_t at_ns)
{
	if (making->anchor_count < ANCHORS_MAX)
		making->anchors[making->anchor_count++] = at_ns;
}

static uint64_t within(const struct making *making, uint64_t at_ns)
{
	return at_ns < making->trouble_ns ? at_ns : making->trouble_ns - 1;
}

/* A moment at which something may well be under way. */
static uint64_t draw_time(struct making *making, enum kind kind)
{
	/* What the core's timers are set to: resend, spacing of attempts, expiry of answers and offers, keepalive. */
	static const uint64_t timers_ns[] = { SECOND / 5, SECOND, 2 * SECOND, 3 * SECOND, 5 * SECOND, 10 * SECOND,
		13 * SECOND, 15 * SECOND };
	enum { TIMERS = sizeof(timers_ns) / sizeof(timers_ns[0]) };
	uint64_t anchor_ns = making->anchors[below(making, kind, making->anchor_count)];
	uint64_t near_ns = below(making, kind, 4 * making->latency_ns + 2), flights = 1 + below(making, kind, 4);
	uint64_t aside_ns = below(making, kind, 3), timer_ns = timers_ns[below(making, kind, TIMERS)];

	switch (below(making, kind, 8)) {
	case 0: case 1: case 2:
		return within(making, anchor_ns + near_ns);
	case 3: /* with an arrival, or a nanosecond beside it */
		return within(making, anchor_ns + making->latency_ns * flights + aside_ns - 1);
	case 4: case 5:
		return within(making, anchor_ns + timer_ns + near_ns);
	case 6:
		return within(making, anchor_ns + below(making, kind, 5 * SECOND));
	default:
		return below(making, kind, making->trouble_ns);
	}
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

static void begin_link(struct making *making)
{
	fprintf(making->out, "%s\n    {", making->has_links ? "," : "");
	making->has_links = true;
}

static void begin_one_way(struct making *making, int from)
{
	begin_link(making);
	fprintf(making->out, "\"from\": \"%s\", \"to\": \"%s\", ", making->names[from], making->names[!from]);
}

static void begin_action(struct making *making, uint64_t at_ns)
{
	fprintf(making->out, "%s\n    {\"at\": \"%" PRIu64 "ns\", ", making->has_actions ? "," : "", at_ns);
	making->has_actions = true;
}

/* Hundredths of a percent. */
static void write_chance(struct making *making, const char *key, uint64_t chance)
{
	fprintf(making->out, "\"%s\": \"%" PRIu64 ".%02" PRIu64 "%%\"}", key, chance / 100, chance % 100);
}

/* ---- Links ------------------------------------------------------------------------------------------------------- */

static uint64_t draw_latency(struct making *making)
{
	return magnitude(making, KIND_LATENCY, MS / 10, 400 * MS);
}

static void write_latency(struct making *making, uint64_t latency_ns)
{
	uint64_t shape = below(making, KIND_LATENCY, 4), spread_ns = below(making, KIND_LATENCY, latency_ns + 1);

	if (shape == 0) /* without any jitter */
		fprintf(making->out, "\"latency\": \"%" PRIu64 "ns\"}", latency_ns);
	else if (shape == 1)
		fprintf(making->out, "\"latency\": {\"normal\": [\"%" PRIu64 "ns\", \"%" PRIu64 "ns\"]}}", latency_ns, spread_ns);
	else /* may be as short as nothing: the best reordering there is */
		fprintf(making->out, "\"latency\": {\"uniform\": [\"%" PRIu64 "ns\", \"%" PRIu64 "ns\"]}}",
		        one_in(making, KIND_LATENCY, 2) ? 0 : latency_ns - spread_ns, latency_ns);
}

static void make_latency(struct making *making)
{
	uint64_t there_ns = draw_latency(making), back_ns = draw_latency(making);

	making->latency_ns = there_ns;
	if (one_in(making, KIND_LATENCY, 2)) {
		begin_link(making);
		fprintf(making->out, "\"between\": [\"%s\", \"%s\"], ", making->names[0], making->names[1]);
		write_latency(making, there_ns);
		return;
	}
	begin_one_way(making, 0);
	write_latency(making, there_ns);
	begin_one_way(making, 1);
	write_latency(making, back_ns);
}

/* Each direction has its own strength, and sometimes only one has any. */
static void make_chance(struct making *making, enum kind kind, const char *key, uint64_t often, uint64_t most)
{
	if (!percent(making, kind, often))
		return;
	for (int from = 0; from < 2; from++) {
		if (one_in(making, kind, 4))
			continue;
		begin_one_way(making, from);
		write_chance(making, key, 1 + below(making, kind, most));
	}
}

/* The fate of each of a direction's first datagrams, one by one; or a direction that is dead until the network heals. */
static void make_masks(struct making *making)
{
	if (one_in(making, KIND_MASK, 2))
		return;
	for (int from = 0; from < 2; from++) {
		uint64_t shape = below(making, KIND_MASK, 8);
		uint64_t length = 1 + below(making, KIND_MASK, shape < 6 ? 8 : 60), lost = 1 + below(making, KIND_MASK, 3);

		if (shape == 0)
			continue;
		begin_one_way(making, from);
		fputs("\"mask\": \"", making->out);
		for (uint64_t i = 0; i < length; i++)
			putc(shape >= 6 || below(making, KIND_MASK, 4) < lost ? 'x' : '.', making->out);
		fputs("\"}", making->out);
	}
}

static void make_links(struct making *making)
{
	make_latency(making);
	make_chance(making, KIND_LOSS, "loss", 50, 4000);
	make_chance(making, KIND_DUPLICATE, "duplicate", 40, 3000);
	make_chance(making, KIND_CORRUPT, "corrupt", 25, 500);
	make_masks(making);
}

/* ---- Users ------------------------------------------------------------------------------------------------------- */

static void write_connect(struct making *making, uint64_t at_ns, int from)
{
	begin_action(making, within(making, at_ns));
	fprintf(making->out, "\"connect\": {\"from\": \"%s\", \"to\": \"%s\"}}", making->names[from], making->names[!from]);
	add_anchor(making, within(making, at_ns));
}

static void make_connects(struct making *making)
{
	uint64_t first_ns = 100 * MS + below(making, KIND_CONNECT, 900 * MS), gap_ns = 0;
	int first = (int)below(making, KIND_CONNECT, 2);

	switch (below(making, KIND_CONNECT, 8)) {
	case 0: case 1: /* in the same instant */
		break;
	case 2: case 3: /* within a flight: the SYNs still cross */
		gap_ns = below(making, KIND_CONNECT, making->latency_ns + 2);
		break;
	case 4: /* within a handshake */
		gap_ns = below(making, KIND_CONNECT, 4 * making->latency_ns);
		break;
	case 5: case 6:
		gap_ns = below(making, KIND_CONNECT, making->trouble_ns < 20 * SECOND ? making->trouble_ns : 20 * SECOND);
		break;
	default: /* one-sided */
		gap_ns = OCTO_NEVER;
	}
	write_connect(making, first_ns, first);
	if (gap_ns != OCTO_NEVER)
		write_connect(making, first_ns + gap_ns, !first);
	while (one_in(making, KIND_CONNECT, 4)) {
		uint64_t at_ns = draw_time(making, KIND_CONNECT);

		write_connect(making, at_ns, (int)below(making, KIND_CONNECT, 2));
	}
}

static void make_disconnects(struct making *making)
{
	while (one_in(making, KIND_DISCONNECT, 10)) {
		uint64_t at_ns = draw_time(making, KIND_DISCONNECT);
		int from = (int)below(making, KIND_DISCONNECT, 2);

		begin_action(making, at_ns);
		fprintf(making->out, "\"disconnect\": {\"from\": \"%s\", \"to\": \"%s\"}}", making->names[from],
		        making->names[!from]);
		if (one_in(making, KIND_DISCONNECT, 2)) {
			at_ns += magnitude(making, KIND_DISCONNECT, MS, 4 * SECOND);
			write_connect(making, at_ns, (int)below(making, KIND_DISCONNECT, 2));
		}
	}
}

static void make_load(struct making *making)
{
	for (int from = 0; from < 2; from++) {
		uint64_t every_ms = magnitude(making, KIND_LOAD, 5, 800), size = 8 + below(making, KIND_LOAD, 473);
		uint64_t count = 1 + below(making, KIND_LOAD, 60);

		if (!percent(making, KIND_LOAD, 30))
			continue;
		begin_action(making, draw_time(making, KIND_LOAD));
		fprintf(making->out, "\"load\": {\"from\": \"%s\", \"to\": \"%s\", \"every\": \"%" PRIu64 "ms\", \"size\": %" PRIu64
		        ", \"count\": %" PRIu64 "}}", making->names[from], making->names[!from], every_ms, size, count);
	}
}

/* ---- Nodes -------------------------------------------------------------------------------------------------------- */

/* Whoever moved is known by its old address: only it can find the other one, so it must be the one to dial. */
static void make_restarts(struct making *making)
{
	if (one_in(making, KIND_RESTART, 2))
		return;
	for (uint64_t i = 1 + below(making, KIND_RESTART, 3); i > 0; i--) {
		uint64_t at_ns = draw_time(making, KIND_RESTART), up_ns = at_ns;
		int who = (int)below(making, KIND_RESTART, 2);
		bool is_lost = percent(making, KIND_RESTART, 30);

		if (one_in(making, KIND_RESTART, 3)) {
			begin_action(making, at_ns);
			fprintf(making->out, "\"crash\": \"%s\"}", making->names[who]);
			up_ns = within(making, at_ns + magnitude(making, KIND_RESTART, MS, 8 * SECOND));
		}
		begin_action(making, up_ns);
		fprintf(making->out, "\"restart\": {\"node\": \"%s\", \"store\": \"%s\"}}", making->names[who],
		        is_lost ? "lost" : "kept");
		add_anchor(making, up_ns);
		if (making->mover == who || percent(making, KIND_RESTART, 70))
			write_connect(making, up_ns + (one_in(making, KIND_RESTART, 2) ? 0 :
			              magnitude(making, KIND_RESTART, MS / 10, 4 * SECOND)), who);
	}
}

static void make_moves(struct making *making)
{
	for (uint64_t i = making->mover < 0 ? 0 : 1 + below(making, KIND_MOVE, 2); i > 0; i--) {
		uint64_t at_ns = draw_time(making, KIND_MOVE);

		begin_action(making, at_ns);
		fprintf(making->out, "\"move\": \"%s\"}", making->names[making->mover]);
		write_connect(making, at_ns, making->mover);
	}
}

static void make_clocks(struct making *making)
{
	static const uint64_t most_ns[] = { SECOND, 20 * SECOND, 2 * 3600 * SECOND, 50 * UINT64_C(31536000) * SECOND };

	while (one_in(making, KIND_CLOCK, 8)) {
		uint64_t step_ns = 1 + below(making, KIND_CLOCK, most_ns[below(making, KIND_CLOCK, 4)]);
		int who = (int)below(making, KIND_CLOCK, 2);
		bool is_back = one_in(making, KIND_CLOCK, 2);

		begin_action(making, draw_time(making, KIND_CLOCK));
		fprintf(making->out, "\"clock\": {\"node\": \"%s\", \"step\": \"%s%" PRIu64 "ns\"}}", making->names[who],
		        is_back ? "-" : "", step_ns);
	}
}

/* ---- Attackers ------------------------------------------------------------------------------------------------------ */

/* A packet of the past, delivered or not: so is a packet held back on its way made, for seconds if need be. */
static void make_injections(struct making *making)
{
	static const char *const types[] = { "syn", "syn", "syn", "syn-ack", "syn-ack", "syn-ack", "ack", "ack", "retry",
		"data", "data", "any" };
	enum { TYPES = sizeof(types) / sizeof(types[0]) };

	if (percent(making, KIND_INJECT, 40))
		return;
	for (uint64_t i = 1 + below(making, KIND_INJECT, 8); i > 0; i--) {
		int from = (int)below(making, KIND_INJECT, 2);
		uint64_t extra = below(making, KIND_INJECT, 20), type = below(making, KIND_INJECT, TYPES);
		uint64_t nth = one_in(making, KIND_INJECT, 2) ? 1 : 1 + below(making, KIND_INJECT, 4);

		begin_action(making, draw_time(making, KIND_INJECT));
		fprintf(making->out, "\"inject\": {\"packet\": {\"type\": \"%s\", \"from\": \"%s\", \"to\": \"%s\", \"nth\": %" PRIu64
		        "}", types[type], making->names[from], making->names[!from], nth);
		if (extra == 0)
			fputs(", \"flip\": \"each-byte\"", making->out);
		else if (extra == 1)
			fputs(", \"count\": 3", making->out);
		fputs("}}", making->out);
	}
}

static void make_junk(struct making *making)
{
	int to = (int)below(making, KIND_JUNK, 2);

	if (!one_in(making, KIND_JUNK, 12))
		return;
	begin_action(making, draw_time(making, KIND_JUNK));
	fprintf(making->out, "\"inject\": {\"junk\": %" PRIu64 ", \"to\": \"%s\", \"source\": \"%s\"}}",
	        1 + below(making, KIND_JUNK, 50), making->names[to], making->names[!to]);
}

/* ---- All of it ---------------------------------------------------------------------------------------------------- */

static void make_timeline(struct making *making)
{
	/* With more pairs, a restart that is meant for another one might leave a moved node silent. */
	bool may_move = making->swarm->scenario->trust_count == 1 && percent(making, KIND_MOVE, 8);

	making->mover = may_move ? (int32_t)below(making, KIND_MOVE, 2) : -1;
	make_connects(making);
	make_restarts(making);
	make_disconnects(making);
	make_moves(making);
	make_clocks(making);
	make_injections(making);
	make_junk(making);
	make_load(making);
}

/* With few pairs all of them, with many a drawn few. */
static void take_pair(struct making *making, uint32_t turn)
{
	const struct scenario *scenario = making->swarm->scenario;
	uint32_t number = turn;

	if (scenario->trust_count > PAIRS_MAX)
		number = (uint32_t)rng_below(rng_draw(making->seed, KIND_PAIRS, turn, PURPOSE_SWARM), scenario->trust_count);
	making->pair = turn;
	making->names[0] = scenario->nodes[scenario->trust[number].a].name;
	making->names[1] = scenario->nodes[scenario->trust[number].b].name;
	making->anchor_count = 0;
	memset(making->counters, 0, sizeof(making->counters));
}

static void write_head(struct making *making)
{
	const struct swarm *swarm = making->swarm;
	uint64_t trouble_ns = 5 * SECOND + below(making, KIND_TIME, one_in(making, KIND_TIME, 2) ? 10 * SECOND : 35 * SECOND);
	bool is_mixed = one_in(making, KIND_TIES, 2);

	making->trouble_ns = trouble_ns;
	fprintf(making->out, "{\n  \"title\": \"Swarm of ");
	/* A path may hold what JSON does not let through; the title is for people only. */
	for (const char *at = swarm->scenario->path; *at; at++)
		putc((unsigned char)*at < 0x20 || *at == '"' || *at == '\\' || (unsigned char)*at >= 0x7f ? '?' : *at, making->out);
	fprintf(making->out, ", seed %" PRIu64 "\",\n  \"duration\": \"%" PRIu64 "ns\",\n  \"heal\": \"%" PRIu64 "ns\",\n",
	        making->seed, trouble_ns + fair_ns, trouble_ns);
	fprintf(making->out, "  \"crypto\": \"%s\",\n  \"ties\": \"%s\",\n  \"nodes\": %s,\n  \"trust\": %s",
	        swarm->scenario->is_model_crypto ? "model" : "sodium", is_mixed ? "random" : "fixed", swarm->nodes, swarm->trust);
}

static void write_variant(struct making *making)
{
	uint32_t pairs = making->swarm->scenario->trust_count;
	uint64_t latencies_ns[PAIRS_MAX];

	pairs = pairs < PAIRS_MAX ? pairs : PAIRS_MAX;
	take_pair(making, 0);
	write_head(making);
	fputs(",\n  \"links\": [", making->out);
	for (uint32_t i = 0; i < pairs; i++) {
		take_pair(making, i);
		make_links(making);
		latencies_ns[i] = making->latency_ns;
	}
	fputs("\n  ],\n  \"timeline\": [", making->out);
	for (uint32_t i = 0; i < pairs; i++) {
		take_pair(making, i);
		making->latency_ns = latencies_ns[i];
		make_timeline(making);
	}
	fputs("\n  ]\n}", making->out);
}

char *swarm_variant(const struct swarm *swarm, uint64_t seed, size_t *size)
{
	struct making making = { .swarm = swarm, .seed = seed };
	char *text = NULL;

	making.out = open_memstream(&text, size);
	if (!making.out)
		return NULL;
	write_variant(&making);
	if (fclose(making.out) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- The base ------------------------------------------------------------------------------------------------------ */

static void ignore(void *context, uint32_t line, uint32_t column, const char *path, const char *text)
{
	(void)context, (void)line, (void)column, (void)path, (void)text;
}

static char *slice(const struct tree *tree, const char *key)
{
	struct tree_value value = tree_get(tree, tree_root(tree), key);
	const struct scanner_mark *mark;
	char *text;

	if (!value.item)
		return memory_text("[]");
	mark = tree_mark(tree, value);
	text = memory_claim(mark->end - mark->at + 1);
	memcpy(text, tree->scanner.mended + mark->at, mark->end - mark->at);
	return text;
}

static void add_error(struct scenario_errors *errors, const char *text)
{
	errors->list = memory_grow(errors->list, errors->count, sizeof(*errors->list));
	errors->list[errors->count] = (struct scenario_error){ .line = 0 };
	snprintf(errors->list[errors->count++].text, sizeof(errors->list[0].text), "%s", text);
}

struct swarm *swarm_open_text(const char *name, const char *text, size_t size, struct scenario_errors *errors)
{
	struct scenario *scenario = scenario_load_text(name, text, size, errors);
	struct tree tree = { .scanner = { .report = ignore } };
	struct swarm *swarm;

	if (scenario && scenario->trust_count == 0)
		add_error(errors, "no two nodes trust each other: there is nothing to trouble");
	if (!scenario || errors->count) {
		scenario_free(scenario);
		return NULL;
	}
	swarm = memory_claim(sizeof(*swarm));
	swarm->scenario = scenario;
	if (tree_read(&tree, text, size)) {
		swarm->nodes = slice(&tree, "nodes");
		swarm->trust = slice(&tree, "trust");
	}
	tree_free(&tree);
	return swarm;
}

struct swarm *swarm_open(const char *path, struct scenario_errors *errors)
{
	struct scenario *scenario = scenario_load(path, errors);
	struct swarm *swarm = NULL;
	size_t size = 0;
	char *text;

	if (!scenario) /* all that is wrong with it is told */
		return NULL;
	scenario_free(scenario);
	text = scenario_read(path, &size, errors);
	if (text)
		swarm = swarm_open_text(path, text, size, errors);
	free(text);
	return swarm;
}

void swarm_close(struct swarm *swarm)
{
	scenario_free(swarm->scenario);
	memory_free(swarm->nodes);
	memory_free(swarm->trust);
	memory_free(swarm);
}
