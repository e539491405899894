/* judge.c: compares what was expected with what is there, and says what was found instead. When it is to be compared is
 * window.c's affair. */
#include "sim/check/tally_int.h"

#include "sim/blobs.h"
#include "sim/engine/wide.h"
#include "sim/network/link_model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct finding {                      /* where a sentence goes; has text: it does not hold */
	char *text;
	size_t size;
};

static void __attribute__((format(printf, 2, 3))) find(struct finding *finding, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(finding->text, finding->size, format, arguments);
	va_end(arguments);
}

static const char *name_of(const struct sim *sim, uint32_t node)
{
	return sim->scenario->nodes[node].name;
}

/* ---- Sessions --------------------------------------------------------------------------------------------------------- */

struct both {                         /* a pair as both sides see it */
	bool knows[2];
	struct octo_peer_view view[2];
	uint32_t node[2];
	uint32_t sessions;            /* different current ones */
};

static struct both look(const struct sim *sim, const struct scenario_pair *pair)
{
	struct both both = { .node = { pair->a, pair->b } };
	for (int side = 0; side < 2; side++)
		both.knows[side] = sim_peer_view(sim, both.node[side], both.node[1 - side], &both.view[side]);
	uint64_t ids[2] = { 0, 0 };
	for (int side = 0; side < 2; side++)
		if (both.knows[side] && both.view[side].state == OCTO_STATE_ESTABLISHED)
			ids[side] = both.view[side].session.log_id;
	both.sessions = (ids[0] != 0) + (uint32_t)(ids[1] != 0 && ids[1] != ids[0]);
	return both;
}

/* A node that is down, or refused the other one, is as idle as can be. */
static enum octo_state state_of(const struct both *both, int side)
{
	return both->knows[side] ? both->view[side].state : OCTO_STATE_IDLE;
}

static bool judge_state(const struct sim *sim, const struct scenario_expectation *expectation, const struct both *both,
                        struct finding *finding)
{
	for (int side = 0; side < 2; side++) {
		if (!expectation->has_state || state_of(both, side) == expectation->state)
			continue;
		find(finding, "%s is %s towards %s", name_of(sim, both->node[side]), octo_state_name(state_of(both, side)),
		     name_of(sim, both->node[1 - side]));
		return false;
	}
	if (expectation->has_count && both->sessions != expectation->count) {
		find(finding, "%s and %s have %u session%s between them", name_of(sim, both->node[0]),
		     name_of(sim, both->node[1]), both->sessions, both->sessions == 1 ? "" : "s");
		return false;
	}
	return true;
}

static uint32_t initiator_of(const struct both *both)
{
	for (int side = 0; side < 2; side++)
		if (state_of(both, side) == OCTO_STATE_ESTABLISHED)
			return both->node[both->view[side].session.role == OCTO_ROLE_INITIATOR ? side : 1 - side];
	return TRACE_NOBODY;
}

static uint32_t winner_of(const struct sim *sim, const struct both *both)
{
	for (uint32_t i = 0; i < OCTO_ID_BYTES; i++) {
		uint8_t a = sim->identities[both->node[0]].card.id[i], b = sim->identities[both->node[1]].card.id[i];
		if (a != b)
			return both->node[a > b ? 0 : 1];
	}
	return TRACE_NOBODY;
}

static bool judge_initiator(const struct sim *sim, const struct scenario_expectation *expectation,
                            const struct both *both, struct finding *finding)
{
	if (!expectation->has_initiator)
		return true;
	uint32_t found = initiator_of(both);
	uint32_t wanted = expectation->initiator_is_winner ? winner_of(sim, both) : expectation->initiator;
	if (found == wanted)
		return true;
	find(finding, "the initiator is %s, not %s", found == TRACE_NOBODY ? "nobody" : name_of(sim, found),
	     wanted == TRACE_NOBODY ? "anybody" : name_of(sim, wanted));
	return false;
}

static bool judge_suite(const struct sim *sim, const struct scenario_expectation *expectation, const struct both *both,
                        struct finding *finding)
{
	for (int side = 0; side < 2 && expectation->has_suite; side++) {
		uint8_t found = both->knows[side] ? both->view[side].session.agreement.suite : 0;
		if (found == expectation->suite)
			continue;
		find(finding, "%s uses %s", name_of(sim, both->node[side]), octo_suite_name(found));
		return false;
	}
	return true;
}

static bool judge_session(const struct sim *sim, const struct scenario_expectation *what,
                          const struct scenario_pair *pair, struct finding *finding)
{
	struct both both = look(sim, pair);
	return judge_state(sim, what, &both, finding) && judge_initiator(sim, what, &both, finding) &&
	       judge_suite(sim, what, &both, finding);
}

static void set_wrong(struct watch *watch, struct tally_pair *pair, bool is_wrong)
{
	watch->wrong_pairs += is_wrong;
	watch->wrong_pairs -= pair->is_wrong;
	pair->is_wrong = is_wrong;
}

void judge_pair_afresh(struct sim *sim, struct watch *watch, struct tally_pair *pair)
{
	char text[256];
	struct finding finding = { text, sizeof text };
	bool holds = tally_is_held(watch->what) ? judge_held(sim, watch->what, &pair->pair, text, sizeof text) :
	                                          judge_session(sim, watch->what, &pair->pair, &finding);
	set_wrong(watch, pair, !holds);
}

void judge_pairs_afresh(struct sim *sim, struct watch *watch)
{
	for (uint32_t i = 0; i < watch->what->pair_count; i++)
		judge_pair_afresh(sim, watch, &watch->pairs[i]);
}

/* ---- Counts --------------------------------------------------------------------------------------------------------------- */

static bool is_within(const struct scenario_expectation *what, uint64_t count)
{
	return count >= what->at_least && count <= what->at_most;
}

void judge_count(struct watch *watch, struct tally_pair *pair)
{
	const struct scenario_expectation *what = watch->what;
	bool is_counted = what->subject == SCENARIO_DUELS || what->subject == SCENARIO_MESSAGES ||
	                  what->subject == SCENARIO_COMMANDS;
	bool is_other = what->has_winner && pair->count && pair->winner != what->winner;
	set_wrong(watch, pair, is_counted && (!is_within(what, pair->count) || is_other));
}

static void find_count(const struct sim *sim, const struct watch *watch, const struct tally_pair *pair,
                       struct finding *finding)
{
	const char *a = name_of(sim, pair->pair.a), *b = name_of(sim, pair->pair.b);
	if (pair->is_wrong && is_within(watch->what, pair->count))
		find(finding, "%s won between %s and %s", name_of(sim, pair->winner), a, b);
	else
		find(finding, "%" PRIu64 " between %s and %s", pair->count, a, b);
}

/* ---- Use ------------------------------------------------------------------------------------------------------------------- */

/* What came over the pair's link in the time, in parts of 2^32 of what it could have carried. */
static uint32_t use_of(const struct sim *sim, const struct watch *watch, const struct tally_pair *pair)
{
	const struct scenario_expectation *whole = &sim->scenario->expectations[watch->expectation];
	const struct link_place place = { sim->seed, pair->pair.a, pair->pair.b };
	struct link_model model;
	uint64_t bits = 0;
	if (link_model_of(sim->scenario, &place, &model))
		bits = link_model_capacity(&model, whole->from_ns, whole->by_ns);
	link_model_free(&model);
	uint64_t part = bits ? wide_mul_div(8 * pair->count, UINT64_C(1) << 32, bits) : 0;
	return part < UINT32_MAX ? (uint32_t)part : UINT32_MAX;
}

static const struct tally_pair *misused_pair(const struct sim *sim, const struct watch *watch)
{
	for (uint32_t i = 0; i < watch->what->pair_count; i++) {
		uint32_t use = use_of(sim, watch, &watch->pairs[i]);
		if (use < watch->what->share_least || use > watch->what->share_most)
			return &watch->pairs[i];
	}
	return NULL;
}

static void find_use(const struct sim *sim, const struct watch *watch, struct finding *finding)
{
	const struct tally_pair *pair = misused_pair(sim, watch);
	uint64_t hundredths = wide_mul_div(use_of(sim, watch, pair ? pair : watch->pairs), 10000, UINT32_MAX);
	find(finding, "%" PRIu64 ".%02u%%", hundredths / 100, (unsigned)(hundredths % 100));
}

/* ---- Latency --------------------------------------------------------------------------------------------------------------- */

static const uint32_t percents[SCENARIO_RANKS] = { 50, 90, 99, 100 };
static const char *const rank_names[SCENARIO_RANKS] = { "p50", "p90", "p99", "max" };

/* Counted, not read from the histogram: so it is exact. */
static bool is_rank_within(const struct watch *watch, int rank)
{
	uint64_t place = histogram_place(watch->histogram->count, percents[rank]);
	return watch->up_to_most[rank] >= place && watch->below_least[rank] < place;
}

static bool judge_latency(const struct watch *watch)
{
	bool is_good = watch->histogram != NULL;
	for (int rank = 0; is_good && rank < SCENARIO_RANKS; rank++)
		is_good = is_rank_within(watch, rank);
	return is_good;
}

static void find_latency(const struct watch *watch, struct finding *finding)
{
	if (!watch->histogram) {
		find(finding, "nothing arrived");
		return;
	}
	int rank = 0;
	while (rank < SCENARIO_RANKS - 1 && is_rank_within(watch, rank))
		rank++;
	uint64_t us = histogram_rank(watch->histogram, percents[rank]) / OCTO_MICROSECOND;
	find(finding, "%s %" PRIu64 ".%03u ms, of %" PRIu64, rank_names[rank], us / 1000, (unsigned)(us % 1000),
	     watch->histogram->count);
}

void tally_measure(struct sim *sim, uint32_t expectation)
{
	const struct watch *watch = tally_watch(sim, expectation, TALLY_SUBJECT);
	struct sim_expectation *result = &sim->expectations[expectation];
	if (watch->what->subject != SCENARIO_LATENCY)
		return;
	result->has_latency = true;
	result->samples = watch->histogram ? watch->histogram->count : 0;
	for (int rank = 0; rank < SCENARIO_RANKS; rank++)
		result->latency_ns[rank] = watch->histogram ? histogram_rank(watch->histogram, percents[rank]) : 0;
}

/* ---- Shares ----------------------------------------------------------------------------------------------------------------- */

/* Of 2^32; all of it is as much as 100 % says. */
static bool judge_share(const struct watch *watch)
{
	if (!watch->total)
		return false;
	uint64_t share = wide_mul_div(watch->share_bytes, UINT32_MAX, watch->total);
	return share >= watch->what->share_least && share <= watch->what->share_most;
}

static void find_share(const struct watch *watch, struct finding *finding)
{
	uint64_t permille = watch->total ? wide_mul_div(watch->share_bytes, 1000, watch->total) : 0;
	if (!watch->total)
		find(finding, "nothing was sent");
	else
		find(finding, "%" PRIu64 ".%" PRIu64 " %% of %" PRIu64 " bytes", permille / 10, permille % 10, watch->total);
}

/* ---- Blobs ------------------------------------------------------------------------------------------------------------------ */

static bool judge_blob(const struct scenario_expectation *what, const struct blobs_view *view)
{
	bool is_far = wide_mul_div(view->size, what->progress_least, UINT32_MAX) <= view->done;
	return (!what->has_blob_state || view->state == what->blob_state) && (!what->is_whole || view->is_whole) && is_far &&
	       view->rate_bps >= what->rate_least_bps && view->repeated <= what->repeated_most;
}

/* Each pair's; the first that is not as it should be is told, else the first. */
static bool judge_blobs(const struct sim *sim, const struct watch *watch, struct finding *finding)
{
	const struct scenario_expectation *what = watch->what;
	for (uint32_t n = 0; n <= what->pair_count; n++) {
		const struct scenario_pair *pair = &watch->pairs[n % what->pair_count].pair;
		struct blobs_view view;
		bool is_there = blobs_view(sim, pair->a, pair->b, what->blob, &view);
		bool is_right = is_there && judge_blob(what, &view);
		if (is_right && n < what->pair_count)
			continue;
		if (!is_there)
			find(finding, "%s has offered no such blob to %s", name_of(sim, pair->a), name_of(sim, pair->b));
		else
			find(finding, "of %s to %s, %s%s: %" PRIu64 " of %" PRIu64 " bytes, %" PRIu64 " twice, %" PRIu64 " bit/s",
			     name_of(sim, pair->a), name_of(sim, pair->b), scenario_blob_state_name(view.state), view.is_whole ? ", whole" : "",
			     view.done, view.size, view.repeated, view.rate_bps);
		return is_right;
	}
	return true;
}

/* ---- Memory and invariants ---------------------------------------------------------------------------------------------------- */

static uint64_t memory_of(const struct sim *sim, enum scenario_memory which)
{
	const struct world *world = world_of(sim);
	uint64_t largest = 0, all = arena_used(&sim->arena);
	for (uint32_t i = 0; which == SCENARIO_CORE_MEMORY && i < world->node_count; i++)
		largest = node_of(sim, i)->block_bytes > largest ? node_of(sim, i)->block_bytes : largest;
	if (which == SCENARIO_NODE_MEMORY)
		return (all - world->block_bytes + world->node_count - 1) / world->node_count;
	return which == SCENARIO_CORE_MEMORY ? largest : all;
}

static bool is_violated(const struct scenario_expectation *what, const struct sim_invariant *invariant, uint32_t index)
{
	/* Who names one wants to see it at work: one that was never looked at shows nothing. */
	bool is_named = what->invariants >> index & 1;
	return (is_named || !what->invariants) && (invariant->violated || (is_named && !invariant->evaluated));
}

static bool judge_invariants(const struct sim *sim, const struct scenario_expectation *what, struct finding *finding)
{
	if (!sim->checks) {
		find(finding, "the invariants are switched off in this run");
		return false;
	}
	uint32_t count;
	uint64_t violations = 0;
	const struct sim_invariant *list = checks_invariants(sim->checks, &count), *first = NULL;
	for (uint32_t i = 0; i < count; i++) {
		if (!is_violated(what, &list[i], i))
			continue;
		violations += list[i].violated;
		first = first ? first : &list[i];
	}
	if (first && !first->violated)
		find(finding, "%s was never evaluated: nothing in this run is about it", first->name);
	else if (first)
		find(finding, "%" PRIu64 " violation%s, the first of %s", violations, violations == 1 ? "" : "s", first->name);
	return first == NULL;
}

/* ---- Verdict ------------------------------------------------------------------------------------------------------------------ */

static bool judge_verdict(const struct watch *watch)
{
	return watch->strays == 0 && (watch->what->tell == OCTO_TELL_NONE || watch->total > 0);
}

static void find_verdict(const struct watch *watch, struct finding *finding)
{
	if (watch->strays)
		find(finding, "%" PRIu64 " other, such as %s", watch->strays, octo_tell_name(watch->stray));
	else if (watch->what->tell == OCTO_TELL_NONE)
		find(finding, "none");
	else
		find(finding, "%" PRIu64, watch->total);
}

/* ---- All of them ---------------------------------------------------------------------------------------------------------------- */

bool judge_holds(const struct sim *sim, const struct watch *watch)
{
	char text[256];
	struct finding ignored = { text, sizeof text };
	switch (watch->what->subject) {
	case SCENARIO_SESSION:
	case SCENARIO_DUELS:
	case SCENARIO_MESSAGES:
	case SCENARIO_PARAMETER:
	case SCENARIO_SENSORS:
	case SCENARIO_COMMANDS: return watch->wrong_pairs == 0;
	case SCENARIO_LATENCY: return judge_latency(watch);
	case SCENARIO_SHARE: return judge_share(watch);
	case SCENARIO_USE: return misused_pair(sim, watch) == NULL;
	case SCENARIO_BLOB_STATE: return judge_blobs(sim, watch, &ignored);
	case SCENARIO_MEMORY: return is_within(watch->what, memory_of(sim, watch->what->memory));
	case SCENARIO_INVARIANTS: return judge_invariants(sim, watch->what, &ignored);
	case SCENARIO_VERDICT: return judge_verdict(watch);
	case SCENARIO_PACKETS:
	case SCENARIO_WARNINGS:
	case SCENARIO_STEPS:
	case SCENARIO_EVENTS: break;
	}
	return is_within(watch->what, watch->total);
}

/* The first pair that is wrong; when none is, the first. */
static const struct tally_pair *telling_pair(const struct watch *watch)
{
	for (uint32_t i = 0; i < watch->what->pair_count; i++)
		if (watch->pairs[i].is_wrong)
			return &watch->pairs[i];
	return watch->pairs;
}

void judge_find(const struct sim *sim, const struct watch *watch, char *text, size_t size)
{
	struct finding finding = { text, size };
	const struct tally_pair *pair = telling_pair(watch);
	switch (watch->what->subject) {
	case SCENARIO_SESSION:
		if (judge_session(sim, watch->what, &pair->pair, &finding)) {
			struct both both = look(sim, &pair->pair);
			find(&finding, "%s is %s towards %s", name_of(sim, pair->pair.a), octo_state_name(state_of(&both, 0)),
			     name_of(sim, pair->pair.b));
		}
		break;
	case SCENARIO_PARAMETER:
	case SCENARIO_SENSORS: judge_held(sim, watch->what, &pair->pair, text, size); break;
	case SCENARIO_DUELS:
	case SCENARIO_MESSAGES:
	case SCENARIO_COMMANDS: find_count(sim, watch, pair, &finding); break;
	case SCENARIO_LATENCY: find_latency(watch, &finding); break;
	case SCENARIO_SHARE: find_share(watch, &finding); break;
	case SCENARIO_USE: find_use(sim, watch, &finding); break;
	case SCENARIO_BLOB_STATE: judge_blobs(sim, watch, &finding); break;
	case SCENARIO_MEMORY: find(&finding, "%" PRIu64 " bytes", memory_of(sim, watch->what->memory)); break;
	case SCENARIO_INVARIANTS: judge_invariants(sim, watch->what, &finding); break;
	case SCENARIO_VERDICT: find_verdict(watch, &finding); break;
	case SCENARIO_PACKETS:
	case SCENARIO_WARNINGS:
	case SCENARIO_STEPS:
	case SCENARIO_EVENTS: find(&finding, "%" PRIu64, watch->total); break;
	}
}
