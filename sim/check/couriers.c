/* couriers.c: what became of the messages of each kind of courier, all pairs together, for the result of a run. What
 * expectations ask of couriers is counted by tally.c. */
#include "sim/check/tally_int.h"

#include <stdlib.h>

enum { KINDS = OCTO_COURIER_ID_MAX + 1 };

struct couriers {
	struct sim_courier kinds[KINDS];
	struct histogram *latency[KINDS], *wait[KINDS]; /* with the first sample */
	struct histogram *seen[SCENARIO_OF_COUNT];
	struct sim_courier list[KINDS];   /* those that there are, for the result */
};

bool couriers_open(struct tally *tally)
{
	tally->couriers = calloc(1, sizeof *tally->couriers);
	return tally->couriers != NULL;
}

void couriers_close(struct tally *tally)
{
	for (int i = 0; tally->couriers && i < KINDS; i++) {
		free(tally->couriers->latency[i]);
		free(tally->couriers->wait[i]);
	}
	for (int i = 0; tally->couriers && i < SCENARIO_OF_COUNT; i++)
		free(tally->couriers->seen[i]);
	free(tally->couriers);
}

static void sample(struct sim *sim, struct histogram **histogram, uint64_t latency_ns)
{
	if (!*histogram && !(*histogram = calloc(1, sizeof **histogram))) {
		sim_fail(sim, "out of memory");
		return;
	}
	histogram_add(*histogram, latency_ns);
}

void couriers_count(struct sim *sim, enum scenario_message_fate fate, const struct octo_event_courier *courier)
{
	struct couriers *couriers = sim->tally->couriers;
	if (courier->courier >= KINDS)
		return;
	struct sim_courier *kind = &couriers->kinds[courier->courier];
	kind->messages[fate]++;
	kind->bytes[fate] += courier->size;
	/* What waited for its turn came with another packet, and what the timeline put in was never sent. */
	if (fate == SCENARIO_MESSAGE_DELIVERED && !courier->is_ordered && !sim->is_injected)
		sample(sim, &couriers->latency[courier->courier], world_of(sim)->now_ns - sim->sent_at_ns);
	if (fate == SCENARIO_MESSAGE_SENT)
		sample(sim, &couriers->wait[courier->courier], courier->lateness_ms * OCTO_MILLISECOND);
}

void couriers_seen(struct sim *sim, enum scenario_measured measured, uint64_t latency_ns)
{
	sample(sim, &sim->tally->couriers->seen[measured], latency_ns);
}

void tally_sum_up_seen(const struct sim *sim, struct sim_result *result)
{
	static const unsigned ranks[SCENARIO_RANKS] = { 50, 90, 99, 100 };
	for (int measured = 0; measured < SCENARIO_OF_COUNT; measured++) {
		const struct histogram *histogram = sim->tally->couriers->seen[measured];
		struct sim_seen *seen = &result->seen[measured];
		seen->samples = histogram ? histogram->count : 0;
		for (int rank = 0; histogram && rank < SCENARIO_RANKS; rank++)
			seen->latency_ns[rank] = histogram_rank(histogram, ranks[rank]);
	}
}

const struct sim_courier *tally_couriers(struct sim *sim, uint32_t *count)
{
	struct couriers *couriers = sim->tally->couriers;
	*count = 0;
	for (uint16_t id = 0; id < KINDS; id++) {
		const struct sim_courier *kind = &couriers->kinds[id];
		const struct histogram *latency = couriers->latency[id];
		if (!kind->messages[SCENARIO_MESSAGE_SENT] && !kind->messages[SCENARIO_MESSAGE_DELIVERED] &&
		    !kind->messages[SCENARIO_MESSAGE_DISCARDED])
			continue;
		struct sim_courier *shown = &couriers->list[(*count)++];
		*shown = *kind;
		shown->id = id;
		shown->samples = latency ? latency->count : 0;
		shown->waited_p99_ns = couriers->wait[id] ? histogram_rank(couriers->wait[id], 99) : 0;
		shown->p50_ns = latency ? histogram_rank(latency, 50) : 0;
		shown->p99_ns = latency ? histogram_rank(latency, 99) : 0;
	}
	return couriers->list;
}
