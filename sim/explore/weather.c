/* weather.c: see weather.h. All of it ends before the network heals, or with it; only rates and queues stay. */
#include "sim/explore/weather.h"

#include <inttypes.h>

#define MS     OCTO_MILLISECOND
#define SECOND OCTO_SECOND

/* ---- Links --------------------------------------------------------------------------------------------------------- */

static void write_runs(struct making *making, uint64_t shape)
{
	uint64_t first = 1 + making_below(making, MAKING_WEATHER, 30), second = 1 + making_below(making, MAKING_WEATHER, 60);

	if (shape == 0)
		fprintf(making->out, "\"loss\": {\"gilbert_elliott\": {\"to_bad\": \"%" PRIu64 "%%\", \"to_good\": \"%" PRIu64 "%%\"}}}",
		        first, second);
	else
		fprintf(making->out, "\"loss\": {\"bursts\": {\"chance\": \"%" PRIu64 "%%\", \"length\": [1, %" PRIu64 "]}}}", first,
		        1 + second / 6);
}

static void write_weather(struct making *making)
{
	static const char *const damage[] = { "bits", "truncation", "padding" };
	uint64_t shape = making_below(making, MAKING_WEATHER, 7), chance = 1 + making_below(making, MAKING_WEATHER, 30);
	uint64_t long_ns = making_magnitude(making, MAKING_WEATHER, MS, 8 * SECOND), at_ns = making_time(making, MAKING_WEATHER);

	if (shape < 2)
		write_runs(making, shape);
	else if (shape == 2)
		fprintf(making->out, "\"reorder\": {\"chance\": \"%" PRIu64 "%%\", \"by\": \"%" PRIu64 "ns\"}}", chance, long_ns);
	else if (shape == 3)
		fprintf(making->out, "\"replay\": {\"chance\": \"%" PRIu64 "%%\", \"after\": [\"0s\", \"%" PRIu64 "ns\"]}}", chance,
		        4 * long_ns);
	else if (shape == 4)
		fprintf(making->out, "\"corrupt\": {\"chance\": \"%" PRIu64 "%%\", \"kinds\": [\"%s\"]}}", chance,
		        damage[making_below(making, MAKING_WEATHER, 3)]);
	else if (shape == 5)
		fprintf(making->out, "\"mtu\": \"%" PRIu64 "B\"}", 40 + making_below(making, MAKING_WEATHER, 140));
	else
		fprintf(making->out, "\"clog\": {\"at\": \"%" PRIu64 "ns\", \"for\": \"%" PRIu64 "ns\"}}", at_ns, long_ns);
}

/* A rate stays when the network heals: it has to be enough for a handshake at any time. */
static void make_rate(struct making *making)
{
	uint64_t rate_kbit = making_magnitude(making, MAKING_RATE, 64, 4000), shape = making_below(making, MAKING_RATE, 4);
	int from = (int)making_below(making, MAKING_RATE, 2);

	making_one_way(making, from);
	fprintf(making->out, "\"rate\": \"%" PRIu64 "kbit\", \"queue\": ", rate_kbit);
	if (shape == 0)
		fprintf(making->out, "%" PRIu64 "}", 2 + making_below(making, MAKING_RATE, 30));
	else if (shape == 1)
		fprintf(making->out, "\"%" PRIu64 "ms\"}", 20 + making_below(making, MAKING_RATE, 300));
	else if (shape == 2)
		fputs("{\"codel\": {}}}", making->out);
	else
		fprintf(making->out, "\"%" PRIu64 "B\"}", 1024 + making_below(making, MAKING_RATE, 16384));
}

void weather_links(struct making *making)
{
	making_anchor(making, SECOND / 2);
	for (int from = 0; from < 2; from++) {
		if (!making_percent(making, MAKING_WEATHER, 15))
			continue;
		making_one_way(making, from);
		write_weather(making);
	}
	if (making_percent(making, MAKING_RATE, 5))
		make_rate(making);
	making->anchor_count = 0;
}

/* ---- Nodes ----------------------------------------------------------------------------------------------------------- */

/* After at_ns, and before the trouble ends. */
static uint64_t draw_end(struct making *making, enum making_kind kind, uint64_t at_ns)
{
	uint64_t end_ns = at_ns + making_magnitude(making, kind, MS, 20 * SECOND);

	return end_ns < making->trouble_ns ? end_ns : making->trouble_ns - 1;
}

static void make_pauses(struct making *making)
{
	while (making_one_in(making, MAKING_PAUSE, 8)) {
		uint64_t at_ns = making_time(making, MAKING_PAUSE), end_ns = draw_end(making, MAKING_PAUSE, at_ns);
		int who = (int)making_below(making, MAKING_PAUSE, 2);
		bool is_slow = making_one_in(making, MAKING_PAUSE, 4);
		uint64_t processing_ns = making_magnitude(making, MAKING_PAUSE, MS / 10, 40 * MS);

		making_action(making, at_ns);
		if (is_slow)
			fprintf(making->out, "\"slow\": {\"node\": \"%s\", \"processing\": \"%" PRIu64 "ns\"}}", making->names[who],
			        processing_ns);
		else
			fprintf(making->out, "\"pause\": \"%s\"}", making->names[who]);
		making_action(making, end_ns);
		if (is_slow)
			fprintf(making->out, "\"slow\": {\"node\": \"%s\", \"processing\": \"0s\"}}", making->names[who]);
		else
			fprintf(making->out, "\"resume\": \"%s\"}", making->names[who]);
		making_anchor(making, end_ns);
	}
}

/* ---- The network ----------------------------------------------------------------------------------------------------- */

static void make_partitions(struct making *making)
{
	while (making_one_in(making, MAKING_PARTITION, 8)) {
		uint64_t at_ns = making_time(making, MAKING_PARTITION);
		uint64_t long_ns = making_magnitude(making, MAKING_PARTITION, 10 * MS, 20 * SECOND);
		int first = (int)making_below(making, MAKING_PARTITION, 2);

		making_action(making, at_ns);
		fprintf(making->out, "\"partition\": {\"groups\": [\"%s\", \"%s\"], \"heal_after\": \"%" PRIu64 "ns\"%s}}",
		        making->names[first], making->names[!first], long_ns,
		        making_one_in(making, MAKING_PARTITION, 2) ? ", \"one_way\": true" : "");
	}
}

static void make_attackers(struct making *making)
{
	uint64_t kind = making_below(making, MAKING_ATTACK, 30), at_ns = making_time(making, MAKING_ATTACK);
	uint64_t every_ns = making_magnitude(making, MAKING_ATTACK, 5 * MS, 2 * SECOND);
	uint64_t long_ns = making_magnitude(making, MAKING_ATTACK, 100 * MS, 30 * SECOND);

	if (kind > 5 || making->is_honest || (kind == 4 && making->is_routed)) /* a relay stands between two nodes of the internet */
		return;
	making_action(making, at_ns);
	if (kind == 5) {
		int from = (int)making_below(making, MAKING_ATTACK, 2);

		fprintf(making->out,
		        "\"lie\": {\"from\": \"%s\", \"to\": \"%s\", \"say\": \"random\", \"every\": \"%" PRIu64 "ns\", \"count\": %" PRIu64 "}}",
		        making->names[from], making->names[!from], every_ns, 1 + long_ns / every_ns);
		return;
	}
	if (kind == 4) {
		fprintf(making->out, "\"relay\": {\"between\": [\"%s\", \"%s\"], \"for\": \"%" PRIu64 "ns\"}}", making->names[0],
		        making->names[1], long_ns);
		return;
	}
	/* Off the path nothing comes that would not be refused at once: fewer will do. */
	fprintf(making->out,
	        "\"attack\": {\"between\": [\"%s\", \"%s\"], \"position\": \"%s\", \"every\": \"%" PRIu64 "ns\", \"for\": \"%" PRIu64
	        "ns\"}}",
	        making->names[0], making->names[1], kind == 3 ? "off-path" : "on-path", kind == 3 ? 10 * every_ns : every_ns, long_ns);
}

void weather_timeline(struct making *making)
{
	make_pauses(making);
	make_partitions(making);
	make_attackers(making);
}
