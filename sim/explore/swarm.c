/* swarm.c: see swarm.h. Puts the variants together: base, pairs and their trouble. Each kind of trouble draws
 * from a stream of its own, so that a change to one leaves what a seed means for the others. Next: trouble.c,
 * script.c. */
#include "sim/explore/swarm.h"

#include "sim/engine/rng.h"
#include "sim/explore/script.h"
#include "sim/explore/trouble.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/tree.h"
#include "sim/world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SECOND OCTO_SECOND

enum {
	PAIRS_MAX = 8 /* pairs that meet trouble; the others have a good day */
};
static const uint64_t fair_ns = 160 * SECOND; /* after the trouble */

struct swarm {
	struct scenario *scenario;
	char *nodes, *trust, *networks; /* JSON, as in the base */
	bool is_honest;
	uint8_t *winners;    /* for each trusted pair: index of the side that wins the ID-duel */
};

/* ---- All of it
 * ---------------------------------------------------------------------------------------------------- */

/* With few pairs all of them, with many a drawn few. */
static void take_pair(const struct swarm *swarm, struct making *making, uint32_t turn)
{
	const struct scenario *scenario = swarm->scenario;
	uint32_t number = turn;

	if (scenario->trust_count > PAIRS_MAX)
		number = (uint32_t)rng_below(rng_draw(making->seed, MAKING_PAIRS, turn, MAKING_PURPOSE),
		                             scenario->trust_count);
	making->pair = turn;
	making->names[0] = scenario->nodes[scenario->trust[number].a].name;
	making->names[1] = scenario->nodes[scenario->trust[number].b].name;
	making->is_routed = scenario->nodes[scenario->trust[number].a].network || scenario->nodes[scenario->trust[number].b].network;
	making->winner = swarm->winners[number];
	making->anchor_count = 0;
	memset(making->counters, 0, sizeof(making->counters));
	making->is_scripted = making_percent(making, MAKING_SCRIPT, 60);
}

/* A path may hold what JSON does not let through; the title is for people only. */
static void write_name(const char *path, FILE *out)
{
	for (; *path; path++) {
		unsigned char byte = (unsigned char)*path;

		putc(byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '\\' ? '?' : byte, out);
	}
}

static void write_head(const struct swarm *swarm, struct making *making)
{
	static const uint64_t most_ns[] = { 2 * SECOND, 10 * SECOND, 10 * SECOND, 35 * SECOND };
	uint64_t least = making->is_scripted ? SECOND / 2 : 2 * SECOND;
	uint64_t most = most_ns[making_below(making, MAKING_TIME, 4)];
	uint64_t trouble_ns = least + making_below(making, MAKING_TIME, most);
	bool is_mixed = making_one_in(making, MAKING_TIES, 2);

	making->trouble_ns = trouble_ns;
	fprintf(making->out, "{\n  \"title\": \"Swarm of ");
	write_name(swarm->scenario->path, making->out);
	fprintf(making->out,
	        ", seed %" PRIu64 "\",\n  \"duration\": \"%" PRIu64 "ns\",\n  \"heal\": \"%" PRIu64 "ns\",\n",
	        making->seed, trouble_ns + fair_ns, trouble_ns);
	fprintf(making->out, "  \"crypto\": \"%s\",\n  \"ties\": \"%s\",\n  \"nodes\": %s,\n  \"trust\": %s",
	        swarm->scenario->is_model_crypto ? "model" : "sodium", is_mixed ? "random" : "fixed",
	        swarm->nodes, swarm->trust);
	if (swarm->scenario->network_count)
		fprintf(making->out, ",\n  \"networks\": %s", swarm->networks);
}

static void write_variant(const struct swarm *swarm, struct making *making)
{
	uint32_t pairs = swarm->scenario->trust_count;
	uint64_t latencies_ns[PAIRS_MAX];

	pairs = pairs < PAIRS_MAX ? pairs : PAIRS_MAX;
	take_pair(swarm, making, 0);
	write_head(swarm, making);
	fputs(",\n  \"links\": [", making->out);
	for (uint32_t i = 0; i < pairs; i++) {
		take_pair(swarm, making, i);
		(making->is_scripted ? script_links : trouble_links)(making);
		latencies_ns[i] = making->latency_ns;
	}
	fputs("\n  ],\n  \"timeline\": [", making->out);
	for (uint32_t i = 0; i < pairs; i++) {
		take_pair(swarm, making,
		          i); /* the same draws again, up to where the links began: what was drawn stays so */
		making->latency_ns = latencies_ns[i];
		(making->is_scripted ? script_timeline : trouble_timeline)(making);
	}
	fputs("\n  ]\n}", making->out);
}

char *swarm_variant(const struct swarm *swarm, uint64_t seed, size_t *size)
{
	struct making making = { .seed = seed, .is_alone = swarm->scenario->trust_count == 1, .is_honest = swarm->is_honest };
	char *text = NULL;

	making.out = open_memstream(&text, size);
	if (!making.out)
		return NULL;
	write_variant(swarm, &making);
	if (fclose(making.out) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- The base
 * ------------------------------------------------------------------------------------------------------ */

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

/* Identities are made by the world. */
static bool find_winners(struct swarm *swarm, char *error, size_t error_size)
{
	const struct scenario *scenario = swarm->scenario;
	struct sim *sim = sim_open(scenario, &(struct sim_options){ .no_checks = true }, error, error_size);

	if (!sim)
		return false;
	swarm->winners = memory_claim(scenario->trust_count);
	for (uint32_t i = 0; i < scenario->trust_count; i++) {
		const struct scenario_pair *pair = &scenario->trust[i];
		int order = memcmp(sim->identities[pair->a].card.id, sim->identities[pair->b].card.id,
		                   OCTO_ID_BYTES);

		swarm->winners[i] = order < 0;
	}
	return sim_close(sim, error, error_size);
}

struct swarm *swarm_open_text(const char *name, const char *text, size_t size, struct scenario_errors *errors)
{
	struct scenario *scenario = scenario_load_text(name, text, size, errors);
	struct tree tree = { .scanner = { .report = ignore } };
	struct swarm *swarm;
	char error[512];

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
		swarm->networks = slice(&tree, "networks");
	}
	tree_free(&tree);
	if (find_winners(swarm, error, sizeof(error)))
		return swarm;
	add_error(errors, error);
	swarm_close(swarm);
	return NULL;
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

void swarm_be_honest(struct swarm *swarm)
{
	swarm->is_honest = true;
}

void swarm_close(struct swarm *swarm)
{
	scenario_free(swarm->scenario);
	memory_free(swarm->nodes);
	memory_free(swarm->trust);
	memory_free(swarm->networks);
	memory_free(swarm->winners);
	memory_free(swarm);
}
