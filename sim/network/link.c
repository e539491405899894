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

static uint64_t delay_of(const struct link_model *model, uint64_t draw)
{
	if (model->latency == SCENARIO_PARETO)
		return delay_pareto(model->latency_a_ns, model->latency_b_ns, model->pareto_shape, draw);
	if (model->latency == SCENARIO_TABLE)
		return delay_table(model->latency_table, draw);
	return delay_draw(model->latency, model->latency_a_ns, model->latency_b_ns, draw);
}

/* A constant latency is no decision. */
static uint64_t decide_delay(const struct draws *draws, const struct link_model *model,
                             enum decision_purpose purpose)
{
	if (model->latency == SCENARIO_CONSTANT)
		return model->latency_a_ns;
	const uint64_t draw = rng_stream_draw(draws->stream, draws->counter, purpose);
	return decide(draws->decider, purpose, draws->link, delay_of(model, draw));
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

/* ---- Losses ------------------------------------------------------------------------------------------------ */

/* The channel first changes its state, then loses by it. */
static bool lose_by_state(const struct draws *draws, const struct link_model *model, struct link_memory *memory)
{
	const uint64_t draw = rng_stream_draw(draws->stream, draws->counter, DECISION_CHANNEL);
	const bool is_bad = memory->is_bad ? !rng_chance(draw, model->to_good) : rng_chance(draw, model->to_bad);

	memory->is_bad = decide(draws->decider, DECISION_CHANNEL, draws->link, is_bad) != 0;
	const uint32_t chance = memory->is_bad ? model->loss_bad : model->loss;
	const uint64_t loss = rng_stream_draw(draws->stream, draws->counter, DECISION_LOSS);
	return decide(draws->decider, DECISION_LOSS, draws->link, rng_chance(loss, chance)) != 0;
}

/* A burst may begin within another: the longer one counts. */
static bool lose_in_burst(const struct draws *draws, const struct link_model *model, struct link_memory *memory)
{
	const uint64_t begins = rng_stream_draw(draws->stream, draws->counter, DECISION_LOSS);
	const uint64_t draw = rng_stream_draw(draws->stream, draws->counter, DECISION_BURST);
	const uint64_t span = (uint64_t)model->burst_most - model->burst_least + 1;
	const uint64_t drawn = rng_chance(begins, model->loss) ? model->burst_least + rng_below(draw, span) : 0;
	const uint64_t length = decide(draws->decider, DECISION_BURST, draws->link, drawn);

	if (length > memory->burst_left)
		memory->burst_left = length < UINT32_MAX ? (uint32_t)length : UINT32_MAX;
	if (memory->burst_left == 0)
		return false;
	memory->burst_left--;
	return true;
}

static bool decide_loss(const struct draws *draws, const struct link_model *model, struct link_memory *memory)
{
	if (model->loss_kind == SCENARIO_GILBERT_ELLIOTT)
		return lose_by_state(draws, model, memory);
	if (model->loss_kind == SCENARIO_BURSTS)
		return lose_in_burst(draws, model, memory);
	return decide_chance(draws, model->loss, DECISION_LOSS, 0);
}

static bool is_nth(const struct scenario_drop *drop, uint32_t n)
{
	if (n <= drop->first)
		return true;
	for (uint32_t i = 0; i < drop->nth_count; i++)
		if (drop->nth[i] == n)
			return true;
	return false;
}

/* Counts the datagram, filter or not: a filter may come with a later phase. */
static bool drop_by_kind(const struct link_model *model, struct link_memory *memory, enum octo_packet_type type)
{
	const unsigned kind = type == OCTO_PACKET_DATA ? 7 : type == OCTO_PACKET_UNKNOWN ? 0 : type - OCTO_PACKET_SYN + 1u;
	const uint32_t all = ++memory->seen[0], n = kind ? ++memory->seen[kind] : 0;
	bool is_dropped = false;

	for (uint32_t i = 0; i < model->drop_count; i++) {
		const struct scenario_drop *drop = &model->drops[i];
		if (drop->type == OCTO_PACKET_UNKNOWN || drop->type == type)
			is_dropped = is_dropped || is_nth(drop, drop->type == OCTO_PACKET_UNKNOWN ? all : n);
	}
	return is_dropped;
}

/* ---- All of it --------------------------------------------------------------------------------------------- */

/* What only special models do to a datagram that has passed the queue. */
static void decide_rarer(const struct draws *draws, const struct link_model *model, struct link_fate *fate)
{
	if (decide_chance(draws, model->reorder, DECISION_REORDER, 0)) {
		fate->arrive_ns = wide_add(fate->arrive_ns, model->reorder_ns);
		fate->is_held = true;
	}
	if (model->replay) {
		const uint64_t draw = rng_stream_draw(draws->stream, draws->counter, DECISION_REPLAY_DELAY);
		const uint64_t after_ns =
			delay_draw(SCENARIO_UNIFORM, model->replay_least_ns, model->replay_most_ns, draw);
		fate->replay = decide_chance(draws, model->replay, DECISION_REPLAY, 0);
		fate->replay_ns = decide(draws->decider, DECISION_REPLAY_DELAY, draws->link, after_ns);
	}
	fate->damage = model->damage;
}

/* When it leaves; or why it never does. */
static bool enter(struct link *link, const struct link_model *model, struct link_memory *memory,
                  const struct link_datagram *datagram, struct link_fate *fate, bool *is_dropped)
{
	if (model->is_special) {
		*is_dropped = drop_by_kind(model, memory, datagram->type);
		if (model->mtu_bytes && datagram->size_bytes > model->mtu_bytes) {
			fate->drop = TRACE_DROP_MTU;
			link->lost++;
			return false;
		}
	}
	if (model->has_room)
		return true;
	if (!enqueue(link, model, datagram->now_ns, datagram->size_bytes, &fate->depart_ns)) {
		link->overflowed++;
		fate->drop = TRACE_DROP_QUEUE;
		return false;
	}
	if (model->is_special) {
		const uint64_t release_ns = link_model_release_ns(model, fate->depart_ns);
		fate->is_held = release_ns > fate->depart_ns;
		fate->depart_ns = release_ns;
	}
	return true;
}

void link_carry(struct link *link, const struct link_model *model, struct link_memory *memory,
                const struct link_datagram *datagram, const struct decider *decider, struct link_fate *fate)
{
	const uint64_t nth = link->datagrams++;
	const struct draws draws = {
		.decider = decider,
		.stream = rng_stream(decider->seed, (uint64_t)link->from << 32 | link->to),
		.counter = 2 * nth, /* and 2 * nth + 1 for the second copy */
		.link = link->number
	};
	const bool has_bytes = datagram->size_bytes != 0;
	bool is_dropped = false;

	assert(datagram->size_bytes <= UINT16_MAX && (memory || !model->is_special));
	*fate = (struct link_fate){.drop = LINK_PASSES, .depart_ns = datagram->now_ns, .arrive_ns = datagram->now_ns};
	if (!enter(link, model, memory, datagram, fate, &is_dropped))
		return;
	const bool is_masked = nth < model->mask_length && model->mask[nth] == 'x';
	const bool is_lost = decide_loss(&draws, model, memory);
	const bool is_duplicated = decide_chance(&draws, model->duplicate, DECISION_DUPLICATE, 0);
	fate->arrive_ns = wide_add(fate->depart_ns, decide_delay(&draws, model, DECISION_DELAY));
	fate->corrupt = decide_corrupt(&draws, model, 0, &fate->corrupt_draw) && has_bytes;
	if (model->duplicate) {
		const uint64_t delay_ns = decide_delay(&draws, model, DECISION_DUPLICATE_DELAY);
		fate->duplicate_arrive_ns = wide_add(fate->depart_ns, delay_ns);
		fate->duplicate_corrupt = decide_corrupt(&draws, model, 1, &fate->duplicate_corrupt_draw) && has_bytes;
	}
	if (model->is_special)
		decide_rarer(&draws, model, fate);
	if (is_masked || is_lost || is_dropped) {
		fate->drop = is_masked ? TRACE_DROP_MASK : is_dropped ? TRACE_DROP_KIND : TRACE_DROP_LOSS;
		fate->corrupt = fate->replay = fate->duplicate_corrupt = false;
		link->lost++;
		return;
	}
	fate->duplicate = is_duplicated;
	fate->duplicate_corrupt = fate->duplicate_corrupt && is_duplicated;
	link->duplicated += is_duplicated;
}

void link_shift(struct link_fate *fate, uint64_t depart_ns)
{
	const uint64_t by_ns = depart_ns - fate->depart_ns;

	fate->depart_ns = depart_ns;
	fate->arrive_ns = wide_add(fate->arrive_ns, by_ns);
	fate->duplicate_arrive_ns = wide_add(fate->duplicate_arrive_ns, by_ns);
}

/* ---- Damage ------------------------------------------------------------------------------------------------ */

static void flip_bits(uint8_t *bytes, size_t size, uint64_t draw)
{
	const uint64_t count = 1 + draw % 8, first = rng_below(rng_mix(draw), size * 8);

	bytes[first / 8] ^= (uint8_t)(1u << first % 8);
	for (uint64_t i = 1; i < count; i++) {
		const uint64_t bit = rng_below(rng_mix(draw + i), size * 8);
		if (bit != first) /* so that at least the first is another than it was */
			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static size_t pad(uint8_t *bytes, size_t size, size_t room, uint64_t draw)
{
	const size_t most = room - size < 16 ? room - size : 16, more = 1 + (size_t)rng_below(rng_mix(draw), most);

	for (size_t i = 0; i < more; i++)
		bytes[size + i] = (uint8_t)rng_mix(draw + i);
	return size + more;
}

/* The one of the wished kinds that the draw says; without room padding is none of them. */
static uint8_t pick_damage(uint8_t damage, bool has_room, uint64_t draw)
{
	uint8_t kinds[3];
	unsigned count = 0;

	for (unsigned bit = 1; bit <= SCENARIO_DAMAGE_PADDING; bit <<= 1)
		if ((damage & bit) && (bit != SCENARIO_DAMAGE_PADDING || has_room))
			kinds[count++] = (uint8_t)bit;
	return count ? kinds[draw % count] : SCENARIO_DAMAGE_BITS;
}

static size_t corrupt_as_wished(uint8_t *bytes, size_t size, size_t room, uint8_t damage, uint64_t draw)
{
	const uint64_t own = rng_mix(draw ^ 0x5bd1);

	switch (pick_damage(damage, room > size, draw)) {
	case SCENARIO_DAMAGE_TRUNCATION: return (size_t)rng_below(own, size);
	case SCENARIO_DAMAGE_PADDING: return pad(bytes, size, room, own);
	default: flip_bits(bytes, size, own); return size;
	}
}

size_t link_corrupt(uint8_t *bytes, size_t size, size_t room, uint8_t damage, uint64_t draw)
{
	const uint64_t where = rng_mix(draw);

	if (size == 0)
		return 0;
	if (damage)
		return corrupt_as_wished(bytes, size, room, damage, draw);
	const size_t place = (size_t)rng_below(where, size);
	if (draw % 8 == 0)
		return place; /* cut off there */
	bytes[place] = (uint8_t)(bytes[place] ^ (1 + draw / 8 % 255));
	return size;
}
