/* link_model.c: see link_model.h. A rule with phases is several rules in turn, so the times at which any matching rule
 * changes cut a pair's life into phases, each with a model of its own. */
#include "sim/network/link_model.h"

#include "sim/engine/rng.h"
#include "sim/engine/wide.h"
#include "sim/network/delay.h"

#include <stdlib.h>
#include <string.h>

enum { PURPOSE_RATE = 1002 };         /* of a random number; others in sim/world.h and sim/explore/decision_log.h */

/* ---- From rules to a model ---------------------------------------------------------------------------------------- */

static void apply_queue(struct link_model *model, const struct scenario_link *rule)
{
	model->queue_bytes = rule->queue_bytes;
	model->queue_packets = rule->queue_packets;
	model->queue_ns = rule->queue_ns;
	model->aqm = rule->aqm;
	model->red_least_bytes = rule->red_least_bytes;
	model->red_most_bytes = rule->red_most_bytes;
	model->red_chance = rule->red_chance;
	model->red_weight = rule->red_weight;
	model->codel_target_ns = rule->codel_target_ns;
	model->codel_interval_ns = rule->codel_interval_ns;
}

static void apply_loss(struct link_model *model, const struct scenario_link *rule)
{
	model->loss_kind = rule->loss_kind;
	model->loss = rule->loss;
	model->loss_bad = rule->loss_bad;
	model->to_bad = rule->to_bad;
	model->to_good = rule->to_good;
	model->burst_least = rule->burst_least;
	model->burst_most = rule->burst_most;
}

static void apply_rarer(struct link_model *model, const struct scenario_link *rule)
{
	if (rule->sets_mtu)
		model->mtu_bytes = rule->mtu_bytes;
	if (rule->sets_drops) {
		model->drops = rule->drops;
		model->drop_count = rule->drop_count;
	}
	if (rule->sets_reorder) {
		model->reorder = rule->reorder;
		model->reorder_ns = rule->reorder_ns;
	}
	if (rule->sets_replay) {
		model->replay = rule->replay;
		model->replay_least_ns = rule->replay_least_ns;
		model->replay_most_ns = rule->replay_most_ns;
	}
	if (rule->sets_clog) {
		model->clog_at_ns = rule->clog_at_ns;
		model->clog_for_ns = rule->clog_for_ns;
		model->clog_every_ns = rule->clog_every_ns;
	}
}

/* A rate that is drawn is so once for a link and run, whenever and however often it is asked for. */
static uint64_t rate_of(const struct scenario_link *rule, const struct link_place *place)
{
	if (!rule->rate_most_bps)
		return rule->rate_bps;
	const uint64_t stream = rng_stream(place->seed, (uint64_t)place->from << 32 | place->to);
	return delay_octaves(rule->rate_bps, rule->rate_most_bps, rng_stream_draw(stream, rule->rate_draw, PURPOSE_RATE));
}

static void apply_rule(struct link_model *model, const struct scenario_link *rule, const struct link_place *place)
{
	if (rule->sets_latency) {
		model->latency = rule->latency;
		model->latency_a_ns = rule->latency_a_ns;
		model->latency_b_ns = rule->latency_b_ns;
		model->pareto_shape = rule->pareto_shape;
		model->latency_table = rule->latency_table;
	}
	if (rule->sets_loss)
		apply_loss(model, rule);
	if (rule->sets_mask) {
		model->mask = rule->mask;
		model->mask_length = strlen(rule->mask);
	}
	if (rule->sets_duplicate)
		model->duplicate = rule->duplicate;
	if (rule->sets_corrupt) {
		model->corrupt = rule->corrupt;
		model->damage = rule->damage;
	}
	if (rule->sets_rate) {
		model->rate_bps = rate_of(rule, place);
		model->is_drawn = rule->rate_most_bps != 0;
		model->capacity = rule->capacity;
	}
	if (rule->sets_queue)
		apply_queue(model, rule);
	apply_rarer(model, rule);
}

static bool rule_matches(const struct scenario_link *rule, const struct link_place *place)
{
	uint32_t from = place->from, to = place->to;
	if (!rule->from) /* an access link: it is nobody's own */
		return true;
	return (rule->from[from] && rule->to[to]) || (rule->both_ways && rule->from[to] && rule->to[from]);
}

/* What holds from at_ns on: of each rule the rule itself and what its phases have changed by then. */
static void resolve(const struct scenario *scenario, const struct link_place *place, uint64_t at_ns,
                    struct link_model *model, uint64_t *fade_ns)
{
	*model = (struct link_model){ .latency = SCENARIO_CONSTANT, .latency_a_ns = 20 * OCTO_MILLISECOND,
		.clog_heal_ns = scenario->heal_ns };
	*fade_ns = 0;
	for (uint32_t i = 0; i < scenario->link_count; i++) {
		const struct scenario_link *rule = &scenario->links[i];
		if (!rule_matches(rule, place))
			continue;
		apply_rule(model, rule, place);
		for (uint32_t n = 0; n < rule->phase_count && rule->phases[n].at_ns <= at_ns; n++) {
			apply_rule(model, &rule->phases[n], place);
			uint64_t faded_at_ns = rule->phases[n].at_ns + rule->phases[n].fade_ns;
			if (faded_at_ns > at_ns && faded_at_ns - at_ns > *fade_ns)
				*fade_ns = faded_at_ns - at_ns;
		}
	}
	link_model_finish(model);
}

void link_model_finish(struct link_model *model)
{
	model->has_room = (model->rate_bps || model->capacity) && (model->capacity || model->queue_packets ||
	                  model->queue_ns || model->aqm != SCENARIO_DROPTAIL);
	model->is_special = model->has_room || model->damage || model->loss_kind != SCENARIO_INDEPENDENT ||
	                    model->latency > SCENARIO_NORMAL || model->drop_count || model->reorder || model->replay ||
	                    model->clog_for_ns || model->mtu_bytes || model->phases;
	/* A rate that changes while datagrams wait: they wait as such, in whatever phase. */
	bool has_changes = false, has_room = model->has_room;
	model->has_draws = model->is_drawn;
	for (uint32_t i = 0; i < model->phase_count; i++) {
		has_changes = has_changes || model->phases[i].model.rate_bps != model->rate_bps;
		has_room = has_room || model->phases[i].model.has_room;
		model->has_draws = model->has_draws || model->phases[i].model.is_drawn;
	}
	model->has_room = has_room || has_changes;
	for (uint32_t i = 0; i < model->phase_count; i++)
		model->phases[i].model.has_room = model->has_room;
}

static int compare_times(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x == y ? 0 : x < y ? -1 : 1;
}

/* When a rule of the pair changes, ascending, each time once. NULL: out of memory. */
static uint64_t *change_times(const struct scenario *scenario, const struct link_place *place, uint32_t *count)
{
	uint32_t all = 0, kept = 0;
	for (uint32_t i = 0; i < scenario->link_count; i++)
		all += rule_matches(&scenario->links[i], place) ? scenario->links[i].phase_count : 0;
	uint64_t *times = malloc((all + 1) * sizeof *times);
	if (!times)
		return NULL;
	all = 0;
	for (uint32_t i = 0; i < scenario->link_count; i++)
		for (uint32_t n = 0; rule_matches(&scenario->links[i], place) && n < scenario->links[i].phase_count; n++)
			times[all++] = scenario->links[i].phases[n].at_ns;
	qsort(times, all, sizeof *times, compare_times);
	for (uint32_t i = 0; i < all; i++)
		if (kept == 0 || times[kept - 1] != times[i])
			times[kept++] = times[i];
	*count = kept;
	return times;
}

static bool has_phases(const struct scenario *scenario, const struct link_place *place)
{
	for (uint32_t i = 0; i < scenario->link_count; i++)
		if (scenario->links[i].phase_count && rule_matches(&scenario->links[i], place))
			return true;
	return false;
}

bool link_model_of(const struct scenario *scenario, const struct link_place *place, struct link_model *model)
{
	uint64_t fade_ns;
	uint32_t count = 0;
	/* Before the first change; no phase begins as early as the beginning of time. */
	resolve(scenario, place, 0, model, &fade_ns);
	if (!has_phases(scenario, place))
		return true;
	uint64_t *times = change_times(scenario, place, &count);
	model->phases = times ? calloc(count, sizeof *model->phases) : NULL;
	for (uint32_t i = 0; model->phases && i < count; i++) {
		struct link_model faded; /* how far it had come by then: one fades from there */
		const struct link_model *before = link_model_at(model, times[i], &faded);
		struct link_phase *phase = &model->phases[i];
		*phase = (struct link_phase){ .from_ns = times[i], .loss_before = before->loss,
			.latency_a_before_ns = before->latency_a_ns, .latency_b_before_ns = before->latency_b_ns };
		resolve(scenario, place, times[i], &phase->model, &phase->fade_ns);
		if (phase->model.latency != before->latency) {
			phase->latency_a_before_ns = phase->model.latency_a_ns;
			phase->latency_b_before_ns = phase->model.latency_b_ns;
		}
		model->phase_count = i + 1;
	}
	free(times);
	link_model_finish(model);
	return model->phases != NULL;
}

bool link_model_of_access(const struct scenario *scenario, const struct scenario_link *rule,
                          const struct link_place *place, struct link_model *model)
{
	struct scenario_link alone = *rule;
	const struct scenario only = { .links = &alone, .link_count = 1, .heal_ns = scenario->heal_ns };
	return link_model_of(&only, place, model);
}

void link_model_free(struct link_model *model)
{
	free(model->phases);
	model->phases = NULL;
	model->phase_count = 0;
}

/* ---- Comparing ---------------------------------------------------------------------------------------------------- */

static bool is_same_special(const struct link_model *a, const struct link_model *b)
{
	return a->damage == b->damage && a->loss_kind == b->loss_kind && a->aqm == b->aqm &&
	       a->pareto_shape == b->pareto_shape && a->latency_table == b->latency_table && a->loss_bad == b->loss_bad &&
	       a->to_bad == b->to_bad && a->to_good == b->to_good && a->burst_least == b->burst_least &&
	       a->burst_most == b->burst_most && a->drops == b->drops && a->drop_count == b->drop_count &&
	       a->reorder == b->reorder && a->reorder_ns == b->reorder_ns && a->replay == b->replay &&
	       a->replay_least_ns == b->replay_least_ns && a->replay_most_ns == b->replay_most_ns &&
	       a->clog_at_ns == b->clog_at_ns && a->clog_for_ns == b->clog_for_ns && a->clog_every_ns == b->clog_every_ns &&
	       a->mtu_bytes == b->mtu_bytes && a->queue_packets == b->queue_packets && a->queue_ns == b->queue_ns &&
	       a->red_least_bytes == b->red_least_bytes && a->red_most_bytes == b->red_most_bytes &&
	       a->red_chance == b->red_chance && a->red_weight == b->red_weight &&
	       a->codel_target_ns == b->codel_target_ns && a->codel_interval_ns == b->codel_interval_ns &&
	       a->capacity == b->capacity;
}

bool link_model_is_same(const struct link_model *a, const struct link_model *b)
{
	bool is_same = a->latency == b->latency && a->latency_a_ns == b->latency_a_ns && a->latency_b_ns == b->latency_b_ns &&
	               a->loss == b->loss && a->duplicate == b->duplicate && a->corrupt == b->corrupt &&
	               a->rate_bps == b->rate_bps && a->queue_bytes == b->queue_bytes && a->mask == b->mask &&
	               a->is_special == b->is_special && a->phase_count == b->phase_count;
	if (!is_same || (a->is_special && !is_same_special(a, b)))
		return false;
	for (uint32_t i = 0; i < a->phase_count; i++)
		if (a->phases[i].from_ns != b->phases[i].from_ns || a->phases[i].fade_ns != b->phases[i].fade_ns ||
		    !link_model_is_same(&a->phases[i].model, &b->phases[i].model))
			return false;
	return true;
}

/* ---- At a time ---------------------------------------------------------------------------------------------------- */

/* How many phases have begun. */
static uint32_t phases_begun(const struct link_model *model, uint64_t now_ns)
{
	uint32_t low = 0, high = model->phase_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (model->phases[middle].from_ns <= now_ns)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t between(uint64_t from, uint64_t to, uint64_t done, uint64_t all)
{
	return from <= to ? from + wide_mul_div(to - from, done, all) : from - wide_mul_div(from - to, done, all);
}

const struct link_model *link_model_at(const struct link_model *model, uint64_t now_ns, struct link_model *faded)
{
	uint32_t begun = phases_begun(model, now_ns);
	if (begun == 0)
		return model;
	const struct link_phase *phase = &model->phases[begun - 1];
	uint64_t done = now_ns - phase->from_ns;
	if (done >= phase->fade_ns)
		return &phase->model;
	*faded = phase->model;
	faded->loss = (uint32_t)between(phase->loss_before, phase->model.loss, done, phase->fade_ns);
	faded->latency_a_ns = between(phase->latency_a_before_ns, phase->model.latency_a_ns, done, phase->fade_ns);
	faded->latency_b_ns = between(phase->latency_b_before_ns, phase->model.latency_b_ns, done, phase->fade_ns);
	return faded;
}

void link_model_heal(struct link_model *model)
{
	model->loss = model->loss_bad = model->to_bad = 0;
	model->loss_kind = SCENARIO_INDEPENDENT;
	model->duplicate = model->corrupt = model->reorder = model->replay = 0;
	model->mask = NULL;
	model->mask_length = 0;
	model->drop_count = model->mtu_bytes = 0;
}

uint64_t link_model_rate(const struct link_model *model, uint64_t now_ns, uint64_t *until_ns)
{
	uint32_t begun = phases_begun(model, now_ns);
	*until_ns = begun < model->phase_count ? model->phases[begun].from_ns : UINT64_MAX;
	return begun ? model->phases[begun - 1].model.rate_bps : model->rate_bps;
}

/* How often a capacity has delivered by a time. */
static uint64_t deliveries(const struct scenario_capacity *capacity, uint64_t at_ns)
{
	const uint64_t period_ns = capacity->at_ns[capacity->count - 1], into_ns = at_ns % period_ns;
	uint32_t now = 0;

	while (now < capacity->count && capacity->at_ns[now] <= into_ns)
		now++;
	return at_ns / period_ns * capacity->count + now;
}

uint64_t link_model_capacity(const struct link_model *model, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t bits = 0, until_ns;

	if (model->capacity)
		return (deliveries(model->capacity, to_ns) - deliveries(model->capacity, from_ns)) * 8 * SCENARIO_CAPACITY_BYTES;
	for (uint64_t at_ns = from_ns; at_ns < to_ns; at_ns = until_ns) {
		const uint64_t rate_bps = link_model_rate(model, at_ns, &until_ns);
		until_ns = until_ns < to_ns ? until_ns : to_ns;
		bits = wide_add(bits, wide_mul_div(rate_bps, until_ns - at_ns, OCTO_SECOND));
	}
	return bits;
}

static uint64_t longest(const struct link_model *model)
{
	if (model->latency == SCENARIO_TABLE) {
		uint64_t most_ns = 0;
		for (uint32_t i = 0; i < model->latency_table->count; i++)
			most_ns = model->latency_table->values_ns[i] > most_ns ? model->latency_table->values_ns[i] : most_ns;
		return most_ns;
	}
	return delay_longest(model->latency, model->latency_a_ns, model->latency_b_ns);
}

uint64_t link_model_latency_max_ns(const struct link_model *model)
{
	uint64_t most_ns = longest(model);
	for (uint32_t i = 0; i < model->phase_count; i++) {
		uint64_t phase_ns = longest(&model->phases[i].model);
		most_ns = phase_ns > most_ns ? phase_ns : most_ns;
	}
	return most_ns;
}

uint64_t link_model_release_ns(const struct link_model *model, uint64_t at_ns)
{
	if (!model->clog_for_ns || at_ns < model->clog_at_ns || at_ns >= model->clog_heal_ns)
		return at_ns;
	uint64_t since = at_ns - model->clog_at_ns;
	uint64_t into = model->clog_every_ns ? since % model->clog_every_ns : since;
	if (into >= model->clog_for_ns)
		return at_ns;
	uint64_t end_ns = at_ns + (model->clog_for_ns - into);
	return end_ns < model->clog_heal_ns ? end_ns : model->clog_heal_ns;
}
