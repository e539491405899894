/* link.c: see link.h. The queue needs no list of what waits in it: the work in front of the rate is one
 * number, which grows by each datagram's bits and shrinks by rate times time, exactly. Random numbers are
 * keyed by the pair, the datagram's number and the purpose; copies count as numbers of their own. */
#include "sim/network/link.h"

#include "sim/engine/rng.h"
#include "sim/network/delay.h"

#include <assert.h>

/* One bit, in the unit of link.backlog: with it, a nanosecond takes off exactly rate_bps. */
static const uint64_t bit_work = UINT64_C(1000000000);

struct draws {
	const struct decider *decider;
	uint64_t stream, counter;
	uint32_t link;
};

static bool decide_chance(const struct draws *draws, uint32_t chance, enum decision_purpose purpose,
                          unsigned copy)
{
	if (chance == 0)
		return false;
	const uint64_t draw = rng_stream_draw(draws->stream, draws->counter + copy, purpose);
	return decide(draws->decider, purpose, draws->link, rng_chance(draw, chance)) != 0;
}

/* A constant latency is no decision. */
static uint64_t decide_delay(const struct draws *draws, const struct link_model *model,
                             enum decision_purpose purpose)
{
	if (model->latency == SCENARIO_CONSTANT)
		return model->latency_a_ns;
	const uint64_t draw = rng_stream_draw(draws->stream, draws->counter, purpose);
	const uint64_t delay_ns = delay_draw(model->latency, model->latency_a_ns, model->latency_b_ns, draw);
	return decide(draws->decider, purpose, draws->link, delay_ns);
}

static bool decide_corrupt(const struct draws *draws, const struct link_model *model, unsigned copy,
                           uint64_t *where)
{
	*where = 0;
	if (model->corrupt == 0)
		return false;
	const bool is_corrupt = decide_chance(draws, model->corrupt, DECISION_CORRUPT, copy);
	const uint64_t draw = rng_stream_draw(draws->stream, draws->counter + copy, DECISION_CORRUPT_WHERE);
	*where = decide(draws->decider, DECISION_CORRUPT_WHERE, draws->link, draw);
	return is_corrupt;
}

/* Puts a datagram into the queue and says when its last bit leaves. False: it does not fit. */
static bool enqueue(struct link *link, const struct link_model *model, uint64_t now_ns, uint32_t size_bytes,
                    uint64_t *depart_ns)
{
	const uint64_t work = (uint64_t)size_bytes * 8 * bit_work;

	*depart_ns = now_ns;
	if (model->rate_bps == 0)
		return true;
	if (now_ns >= link->idle_at_ns)
		link->backlog = 0;
	else
		link->backlog -= (now_ns - link->backlog_at_ns) * model->rate_bps;
	link->backlog_at_ns = now_ns;
	if (link->backlog && model->queue_bytes) {
		const uint64_t most = UINT64_MAX / (8 * bit_work);
		const uint64_t limit = 8 * bit_work * (model->queue_bytes < most ? model->queue_bytes : most);
		if (work > limit || link->backlog > limit - work)
			return false;
	}
	if (link->backlog > UINT64_MAX - work) /* no queue holds more than 2 GiB */
		return false;
	link->backlog += work;
	const uint64_t wait_ns = link->backlog / model->rate_bps + (link->backlog % model->rate_bps != 0);
	*depart_ns = link->idle_at_ns = wide_add(now_ns, wait_ns);
	return true;
}

void link_init(struct link *link, uint32_t from, uint32_t to, uint32_t number, uint32_t model)
{
	*link = (struct link){.from = from, .to = to, .number = number, .model = model};
}

void link_carry(struct link *link, const struct link_model *model, uint64_t now_ns, uint32_t size_bytes,
                const struct decider *decider, struct link_fate *fate)
{
	const uint64_t nth = link->datagrams++;
	const struct draws draws = {
		.decider = decider,
		.stream = rng_stream(decider->seed, (uint64_t)link->from << 32 | link->to),
		.counter = 2 * nth, /* and 2 * nth + 1 for the second copy */
		.link = link->number
	};

	assert(size_bytes <= UINT16_MAX);
	*fate = (struct link_fate){.drop = LINK_PASSES};
	if (!enqueue(link, model, now_ns, size_bytes, &fate->depart_ns)) {
		link->overflowed++;
		fate->drop = TRACE_DROP_QUEUE;
		fate->arrive_ns = fate->depart_ns;
		return;
	}
	const bool is_masked = nth < model->mask_length && model->mask[nth] == 'x';
	const bool is_lost = decide_chance(&draws, model->loss, DECISION_LOSS, 0);
	const bool is_duplicated = decide_chance(&draws, model->duplicate, DECISION_DUPLICATE, 0);
	fate->arrive_ns = wide_add(fate->depart_ns, decide_delay(&draws, model, DECISION_DELAY));
	fate->corrupt = decide_corrupt(&draws, model, 0, &fate->corrupt_draw) && size_bytes;
	if (model->duplicate) {
		const uint64_t delay_ns = decide_delay(&draws, model, DECISION_DUPLICATE_DELAY);
		fate->duplicate_arrive_ns = wide_add(fate->depart_ns, delay_ns);
		fate->duplicate_corrupt =
			decide_corrupt(&draws, model, 1, &fate->duplicate_corrupt_draw) && size_bytes;
	}
	fate->duplicate = is_duplicated && !is_masked && !is_lost;
	fate->duplicate_corrupt = fate->duplicate_corrupt && fate->duplicate;
	if (is_masked || is_lost) {
		fate->drop = is_masked ? TRACE_DROP_MASK : TRACE_DROP_LOSS;
		fate->corrupt = false;
		link->lost++;
	}
	link->duplicated += fate->duplicate;
	link->corrupted += (uint32_t)fate->corrupt + fate->duplicate_corrupt;
}

size_t link_corrupt(uint8_t *bytes, size_t size, uint64_t draw)
{
	const uint64_t where = rng_mix(draw);

	if (size == 0)
		return 0;
	const size_t place = (size_t)rng_below(where, size);
	if (draw % 8 == 0)
		return place; /* cut off there */
	bytes[place] = (uint8_t)(bytes[place] ^ (1 + draw / 8 % 255));
	return size;
}
