/* checks.c: glue: which invariant hears of which happening, and how a violation is kept. Knows no invariant's
 * rule. Hooks may look into a core only between its calls: never from checks_core_event(). Next: state.h. */
#include "sim/check/state.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t sweep_interval_ns = OCTO_SECOND;
static const uint64_t flood_gap_ns = 10 * OCTO_SECOND; /* less than any quiet that S2 waits for */
static const size_t small_block_bytes = 65536;
enum { SAMPLE_LARGE = 64 };

/* ---- For all invariants -------------------------------------------------------------------------------- */

uint64_t check_now(const struct checks *checks)
{
	return checks->host.now(checks->host.context);
}

const char *check_name(const struct checks *checks, uint32_t node)
{
	return node < checks->scenario->node_count ? checks->scenario->nodes[node].name : "nobody";
}

void check_violated(struct checks *checks, enum invariant which, uint32_t node, uint32_t peer,
                    const char *format, ...)
{
	struct sim_invariant *invariant = &checks->invariants[which];
	uint64_t now = check_now(checks);
	checks->violations++;
	if (invariant->violated++ == 0) {
		int used = snprintf(invariant->first, sizeof invariant->first,
		                    "at %" PRIu64 ".%06" PRIu64 " s, %s%s%s: ", now / OCTO_SECOND,
		                    now % OCTO_SECOND / OCTO_MICROSECOND, check_name(checks, node),
		                    peer == TRACE_NOBODY ? "" : " with ",
		                    peer == TRACE_NOBODY ? "" : check_name(checks, peer));
		va_list arguments;
		va_start(arguments, format);
		vsnprintf(invariant->first + used, sizeof invariant->first - (size_t)used, format, arguments);
		va_end(arguments);
		invariant->first_at_ns = now;
		if (checks->host.violated) {
			char text[sizeof invariant->first + 32];
			snprintf(text, sizeof text, "%s: %s", invariant->name, invariant->first);
			checks->host.violated(checks->host.context, text);
		}
	}
	clocks_echo(checks, which, node, peer);
}

struct check_pair *check_pair_of(const struct checks *checks, uint32_t node, uint32_t peer, unsigned *index)
{
	const struct check_link *link = table_find(&checks->links, node, peer);
	if (!link)
		return NULL;
	*index = link->side % 2;
	return &checks->pairs[link->side / 2];
}

void check_forget_side(struct check_side *side)
{
	side->has_current = side->has_order = side->is_claim_held = side->has_initial = side->is_pressed =
		false;
	side->role = OCTO_ROLE_NONE;
	side->syn_nonce = 0;
	side->is_answer_new = side->has_answer = false;
	side->seen = 0;
}

uint64_t check_round_trip(struct checks *checks, struct check_pair *pair)
{
	if (pair->round_trip_ns == 0) {
		const struct checks_host *host = &checks->host;
		pair->round_trip_ns = host->latency_max_ns(host->context, pair->nodes[0], pair->nodes[1]) +
		                      host->latency_max_ns(host->context, pair->nodes[1], pair->nodes[0]) + 1;
	}
	return pair->round_trip_ns - 1;
}

bool check_is_sampled(uint32_t count, size_t size)
{
	return size <= small_block_bytes ||
	       count % (SAMPLE_LARGE * (1 + size / (4 * small_block_bytes))) == 0;
}

/* ---- Opening ------------------------------------------------------------------------------------------- */

/* What it lets through hangs on who has sent before. */
static void describe_network(const struct scenario_network *network, struct check_pair *pair)
{
	pair->has_barrier = pair->has_barrier || network->has_nat || network->has_firewall;
	for (int i = 0; i < 2; i++) {
		const struct scenario_link *link = i ? network->down : network->up;
		pair->is_lossy = pair->is_lossy || (link && link->may_disturb);
		pair->has_shared_queue = pair->has_shared_queue || (link && link->may_queue);
	}
}

/* Whether those in a network know each other by addresses of the inside. */
static bool shows_neighbours(const struct scenario *scenario, uint32_t network)
{
	while (network && !scenario->networks[network - 1].nat.hides_neighbours)
		network = scenario->networks[network - 1].parent;
	return !network;
}

/* Any rule that matches counts, even one that a later rule takes back: who is not sure expects less. */
static void describe_links(const struct scenario *scenario, struct check_pair *pair)
{
	uint32_t a = pair->nodes[0], b = pair->nodes[1];
	pair->has_rate = scenario->nodes[a].processing_most_ns || scenario->nodes[b].processing_most_ns;
	for (uint32_t i = 0; i < scenario->link_count; i++) {
		const struct scenario_link *link = &scenario->links[i];
		if (!(link->from[a] && link->to[b]) && !(link->from[b] && link->to[a]))
			continue;
		pair->is_lossy = pair->is_lossy || link->may_disturb;
		pair->has_rate = pair->has_rate || link->may_queue;
	}
	if (scenario->nodes[a].network == scenario->nodes[b].network && shows_neighbours(scenario, scenario->nodes[a].network))
		return;
	for (int i = 0; i < 2; i++) /* of networks that both are in, too: who is not sure expects less */
		for (uint32_t n = scenario->nodes[pair->nodes[i]].network; n; n = scenario->networks[n - 1].parent)
			describe_network(&scenario->networks[n - 1], pair);
	pair->has_rate = pair->has_rate || pair->has_shared_queue;
}

static int compare_identities(const void *a, const void *b)
{
	return strcmp((*(const struct scenario_node *const *)a)->identity,
	              (*(const struct scenario_node *const *)b)->identity);
}

/* has_clone[n]: some other node has the identity of n. */
static bool find_clones(const struct scenario *scenario, bool *has_clone)
{
	const struct scenario_node **sorted = calloc(scenario->node_count + 1u, sizeof *sorted);
	if (!sorted)
		return false;
	for (uint32_t i = 0; i < scenario->node_count; i++)
		sorted[i] = &scenario->nodes[i];
	qsort(sorted, scenario->node_count, sizeof *sorted, compare_identities);
	for (uint32_t i = 1; i < scenario->node_count; i++)
		if (strcmp(sorted[i - 1]->identity, sorted[i]->identity) == 0)
			has_clone[sorted[i - 1] - scenario->nodes] = has_clone[sorted[i] - scenario->nodes] =
				true;
	free(sorted);
	return true;
}

static bool open_pairs(struct checks *checks, const bool *has_clone)
{
	const struct scenario *scenario = checks->scenario;
	for (uint32_t i = 0; i < scenario->trust_count; i++) {
		struct check_pair *pair = &checks->pairs[i];
		pair->nodes[0] = scenario->trust[i].a;
		pair->nodes[1] = scenario->trust[i].b;
		pair->has_clone = has_clone[pair->nodes[0]] || has_clone[pair->nodes[1]];
		pair->disturbed_at = pair->quit_at = pair->astray_at = pair->put_off_at = pair->fair_from =
			CHECK_NEVER;
		pair->side[0].found_at = pair->side[1].found_at = CHECK_NEVER;
		describe_links(scenario, pair);
		for (uint32_t side = 0; side < 2; side++) {
			struct check_link *link =
				table_claim(&checks->links, pair->nodes[side], pair->nodes[1 - side]);
			if (!link)
				return false;
			link->side = 2 * i + side;
			checks->nodes[pair->nodes[side] + 1].first_side++;
		}
	}
	for (uint32_t i = 0; i < scenario->node_count; i++)
		checks->nodes[i + 1].first_side += checks->nodes[i].first_side;
	uint32_t *at = calloc(scenario->node_count + 1u, sizeof *at);
	if (!at)
		return false;
	for (uint32_t i = 0; i < 2 * scenario->trust_count; i++) {
		uint32_t node = checks->pairs[i / 2].nodes[i % 2];
		checks->sides[checks->nodes[node].first_side + at[node]++] = i;
	}
	free(at);
	return true;
}

static bool open_all(struct checks *checks)
{
	const struct scenario *scenario = checks->scenario;
	bool *has_clone = calloc(scenario->node_count + 1u, sizeof *has_clone);
	checks->nodes = calloc(scenario->node_count + 1u, sizeof *checks->nodes);
	checks->pairs = calloc(scenario->trust_count + 1u, sizeof *checks->pairs);
	checks->sides = calloc(2 * (size_t)scenario->trust_count + 1, sizeof *checks->sides);
	bool is_good =
		has_clone && checks->nodes && checks->pairs && checks->sides &&
		table_open(&checks->links, sizeof(struct check_link), 2 * scenario->trust_count) &&
		table_open(&checks->sessions, sizeof(struct check_session), scenario->trust_count) &&
		table_open(&checks->windows, sizeof(struct check_window), 2 * scenario->trust_count) &&
		table_open(&checks->counters, sizeof(struct check_counter_key), 2 * scenario->trust_count) &&
		table_open(&checks->nonces, sizeof(struct check_nonce), 4 * scenario->trust_count) &&
		table_open(&checks->accounts, sizeof(struct check_account), 2 * scenario->trust_count) &&
		table_open(&checks->parcels, sizeof(struct check_parcels), 0) &&
		table_open(&checks->sequences, sizeof(struct check_sequence), 0) &&
		table_open(&checks->written, sizeof(struct check_written), 0) &&
		table_open(&checks->ears, sizeof(struct check_ear), 0) &&
		table_open(&checks->givers, sizeof(struct check_giver), 0) && find_clones(scenario, has_clone) && open_pairs(checks, has_clone);
	for (uint32_t i = 0; is_good && i < scenario->node_count; i++) {
		checks->nodes[i].is_up = true;
		checks->nodes[i].stepped_back_at = checks->nodes[i].junk_at = CHECK_NEVER;
		checks->nodes[i].moved_at = checks->nodes[i].honeymoon_until = CHECK_NEVER;
		checks->nodes[i].touched_peer = TRACE_NOBODY;
	}
	if (is_good)
		honest_open(checks, has_clone);
	free(has_clone);
	return is_good;
}

struct checks *checks_open(const struct scenario *scenario, const struct checks_host *host)
{
	static const struct sim_invariant texts[INVARIANT_COUNT] = {
#define X(label, word, sentence) [INVARIANT_##label] = { .name = word, .text = sentence },
		INVARIANTS(X)
#undef X
	};
	struct checks *checks = calloc(1, sizeof *checks);
	if (!checks)
		return NULL;
	checks->scenario = scenario;
	checks->host = *host;
	checks->is_audited = octo_is_checked();
	octo_config_default(&checks->config);
	memcpy(checks->invariants, texts, sizeof texts);
	if (!open_all(checks)) {
		checks_close(checks);
		return NULL;
	}
	return checks;
}

void checks_close(struct checks *checks)
{
	if (!checks)
		return;
	table_close(&checks->links);
	table_close(&checks->sessions);
	table_close(&checks->windows);
	table_close(&checks->counters);
	table_close(&checks->nonces);
	table_close(&checks->accounts);
	table_close(&checks->parcels);
	table_close(&checks->sequences);
	table_close(&checks->written);
	table_close(&checks->ears);
	table_close(&checks->givers);
	free(checks->nodes);
	free(checks->pairs);
	free(checks->sides);
	octo_wipe(checks->secrets, sizeof checks->secrets);
	free(checks);
}

/* ---- Sweeping: what nobody reports, because nothing happened ------------------------------------------- */

/* A session that nobody disturbs tells nothing for long; so every second all pairs are looked at. */
static void sweep(struct checks *checks, bool is_last)
{
	checks->sweep_at = check_now(checks) + sweep_interval_ns;
	for (uint32_t i = 0; i < checks->scenario->trust_count; i++) {
		struct check_pair *pair = &checks->pairs[i];
		handshakes_judge(checks, pair);
		convergence_judge(checks, pair, is_last);
		if (is_last)
			order_judge_quiet(checks, pair);
	}
}

static void catch_up(struct checks *checks)
{
	if (check_now(checks) >= checks->sweep_at)
		sweep(checks, false);
}

/* ---- Core events --------------------------------------------------------------------------------------- */

/* Both have the same current session, or have not any more. */
static void compare_sides(struct checks *checks, struct check_pair *pair)
{
	const struct check_side *a = &pair->side[0], *b = &pair->side[1];
	bool is_agreed = a->has_current && b->has_current && a->highest.log_id == b->highest.log_id;
	if (is_agreed == pair->is_agreed)
		return;
	pair->is_agreed = is_agreed;
	if (!is_agreed)
		return;
	pair->agreed_at = check_now(checks);
	handshakes_agreed(checks, pair);
}

static void session_event(struct checks *checks, uint32_t node, uint32_t peer, const struct octo_event *event)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	if (!pair)
		return;
	order_judge_quiet(checks, pair);
	bool is_current = event->kind == OCTO_EVENT_SESSION_UP;
	if (event->kind == OCTO_EVENT_SESSION_DOWN) {
		clocks_down(checks, node, peer, &event->session);
		order_down(checks, node, peer, event);
	} else {
		nonces_session(checks, node, &event->session);
		if (agreement_confirmed(checks, node, peer, &event->session, is_current))
			handshakes_confirmed(checks, node, peer, &event->session);
		if (is_current)
			order_up(checks, node, peer, &event->session);
		else
			order_spare(checks, node, peer, &event->session);
	}
	pair->side[index].changed_at = check_now(checks);
	compare_sides(checks, pair);
	pair->had_session = true;
}

static void received_event(struct checks *checks, uint32_t node, uint32_t peer,
                           const struct octo_event *event)
{
	struct check_receipt *receipt = &checks->receipt;
	if (receipt->is_open && receipt->node == node) {
		receipt->has_verdict = true;
		receipt->verdict = event->packet;
		receipt->verdict_now = event->now;
		receipt->peer_node = peer;
	}
	once_received(checks, node, peer, &event->packet);
	if (event->packet.type == OCTO_PACKET_DATA)
		nonces_received(checks, node, peer, &event->packet);
	amplification_received(checks, node, &event->packet);
	handshakes_received(checks, node, peer, event);
}

static void celibacy_event(struct checks *checks, uint32_t node, uint32_t peer,
                           const struct octo_event_celibacy *celibacy)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	if (!pair)
		return;
	pair->user_at = check_now(checks);
	if (!celibacy->began)
		return;
	pair->quit_at = pair->user_at;
	pair->side[index].is_pressed = pair->side[index].has_answer = false;
	handshakes_drop(pair);
}

void checks_core_event(struct checks *checks, uint32_t node, uint32_t peer_node,
                       const struct octo_event *event)
{
	reachability_event(checks, node, peer_node, event);
	honest_event(checks, node, peer_node, event);
	switch (event->kind) {
	case OCTO_EVENT_AUDIT_SEALED:
		nonces_sealed(checks, node, &event->sealed);
		return;
	case OCTO_EVENT_COURIER_GRANTED:
		once_granted(checks, node, peer_node, &event->courier);
		starving_granted(checks, node, peer_node, &event->courier);
		return;
	case OCTO_EVENT_COURIER_DELIVERED:
		once_delivered(checks, node, peer_node, &event->courier);
		ordered_handed_over(checks, node, peer_node, &event->courier, true);
		reads_handed_over(checks, node, peer_node, &event->courier, true);
		return;
	case OCTO_EVENT_COURIER_DISCARDED:
		ordered_handed_over(checks, node, peer_node, &event->courier, false);
		reads_handed_over(checks, node, peer_node, &event->courier, false);
		return;
	case OCTO_EVENT_PACKET_SENT:
		once_sent(checks, node, peer_node, &event->packet);
		paced_sent(checks, node, peer_node, event);
		if (event->packet.type == OCTO_PACKET_SYN)
			handshakes_syn_sent(checks, node, peer_node, &event->packet);
		return;
	case OCTO_EVENT_PACKET_RECEIVED:
		received_event(checks, node, peer_node, event);
		return;
	case OCTO_EVENT_AUDIT_SECRET:
		secrecy_event(checks, node, &event->secret);
		return;
	case OCTO_EVENT_AUDIT_KEYS:
		agreement_keys(checks, node, peer_node, &event->keys);
		handshakes_keys(checks, node, peer_node, &event->keys);
		return;
	case OCTO_EVENT_CLOCK_STEP:
		clocks_event(checks, node, &event->clock);
		return;
	case OCTO_EVENT_PATH:
		amplification_path(checks, node, &event->path);
		return;
	case OCTO_EVENT_CELIBACY:
		celibacy_event(checks, node, peer_node, &event->celibacy);
		break;
	case OCTO_EVENT_HANDSHAKE:
		spaced_step(checks, node, peer_node, event);
		order_step(checks, node, peer_node, event);
		break;
	case OCTO_EVENT_DUEL:
		handshakes_duel(checks, node, peer_node, &event->duel);
		break;
	case OCTO_EVENT_SESSION_UP:
	case OCTO_EVENT_SESSION_SPARE:
	case OCTO_EVENT_SESSION_DOWN:
		session_event(checks, node, peer_node, event);
		break;
	default:
		return;
	}
	slots_touched(checks, node, peer_node);
}

/* ---- Packets ------------------------------------------------------------------------------------------- */

void checks_before_receive(struct checks *checks, uint32_t node, uint32_t from_node,
                           const struct octo_address *from, const uint8_t *bytes, size_t size,
                           unsigned copy_flags)
{
	struct check_receipt *receipt = &checks->receipt;
	receipt->is_open = true;
	receipt->is_digested = receipt->is_genuine_syn = receipt->has_verdict = false;
	receipt->node = node;
	receipt->messages = 0;
	receipt->from_node = from_node;
	receipt->peer_node = TRACE_NOBODY;
	receipt->type = octo_packet_type_of(bytes, size);
	receipt->copy_flags = copy_flags;
	receipt->from = *from;
	if (!checks->nodes[node].is_resolved)
		amplification_resolve(checks, node);
	receipt->mark = receipt->type == OCTO_PACKET_SYN_ACK ? handshakes_mark(bytes, size) : 0;
	if (receipt->type == OCTO_PACKET_SYN)
		handshakes_before(checks, node, bytes, size);
	unauthenticated_before(checks, node);
	checks->nodes[node].received++;
}

void checks_after_receive(struct checks *checks, uint32_t node)
{
	unauthenticated_after(checks, node);
	checks->receipt.is_open = false;
}

void checks_sent(struct checks *checks, uint32_t node, uint32_t to_node, const struct octo_address *to,
                 const uint8_t *bytes, size_t size)
{
	if (!checks->nodes[node].is_resolved)
		amplification_resolve(checks, node);
	if (octo_packet_type_of(bytes, size) == OCTO_PACKET_SYN)
		handshakes_syn_went(checks, node, to_node);
	if (octo_packet_type_of(bytes, size) == OCTO_PACKET_SYN_ACK)
		handshakes_answered(checks, node, to_node, bytes, size);
	amplification_sent(checks, node, to_node, to, bytes, size);
	sealed_sent(checks, node, to_node, bytes, size);
	checks->nodes[node].granted = checks->nodes[node].granted_bytes = 0;
	checks->nodes[node].is_lying = false;
}

void checks_disturbed(struct checks *checks, uint32_t from, uint32_t to, const uint8_t *bytes, size_t size)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, from, to, &index);
	if (!pair)
		return;
	order_judge_quiet(checks, pair);
	pair->disturbed_at = check_now(checks);
	enum octo_packet_type type = octo_packet_type_of(bytes, size);
	if (type == OCTO_PACKET_ACK || type == OCTO_PACKET_DATA)
		pair->side[index].disturbed++;
}

void checks_settled(struct checks *checks, uint32_t node)
{
	checks->nodes[node].settled++;
	secrecy_settled(checks);
	slots_settled(checks, node);
	bounded_settled(checks, node);
	reachability_settled(checks, node);
	catch_up(checks);
}

/* ---- The timeline -------------------------------------------------------------------------------------- */

/* Something happens to a node: what lasted until now is judged first. */
static void trouble(struct checks *checks, uint32_t node)
{
	struct check_node *state = &checks->nodes[node];
	catch_up(checks);
	uint64_t now = check_now(checks);
	/* One of many in a flood ends no quiet. */
	bool was_quiet = now - state->trouble_at > flood_gap_ns;
	for (uint32_t i = state[0].first_side; was_quiet && i < state[1].first_side; i++)
		order_judge_quiet(checks, &checks->pairs[checks->sides[i] / 2]);
	state->trouble_at = now;
}

static void forget_node(struct checks *checks, uint32_t node)
{
	struct check_node *state = &checks->nodes[node];
	for (uint32_t i = state[0].first_side; i < state[1].first_side; i++) {
		struct check_pair *pair = &checks->pairs[checks->sides[i] / 2];
		check_forget_side(&pair->side[checks->sides[i] % 2]);
		handshakes_drop(pair);
		compare_sides(checks, pair);
	}
}

void checks_boot(struct checks *checks, uint32_t node, bool has_store)
{
	struct check_node *state = &checks->nodes[node];
	trouble(checks, node);
	forget_node(checks, node);
	reachability_boot(checks, node, has_store);
	state->boot++;
	state->is_up = true;
	state->is_resolved = false;
	state->own_shift = 0;
	state->lost_store = state->lost_store || !has_store;
}

void checks_crash(struct checks *checks, uint32_t node)
{
	trouble(checks, node);
	forget_node(checks, node);
	checks->nodes[node].is_up = false;
}

void checks_clock(struct checks *checks, uint32_t node, int64_t step_ns)
{
	trouble(checks, node);
	clocks_action(checks, node, step_ns);
}

void checks_move(struct checks *checks, uint32_t node)
{
	trouble(checks, node);
	checks->nodes[node].moved_at = check_now(checks);
}

void checks_inject(struct checks *checks, uint32_t to, uint32_t source)
{
	(void)source; /* any peer of the receiver may be meant */
	trouble(checks, to);
}

/* Nothing is expected of the two while one of them lies; all that a core promises for itself still holds. */
void checks_lie(struct checks *checks, uint32_t node, uint32_t peer_node)
{
	trouble(checks, node);
	trouble(checks, peer_node);
	checks->nodes[node].is_lying = checks->nodes[node].has_lied = true;
}

void checks_pause(struct checks *checks, uint32_t node, bool is_paused)
{
	trouble(checks, node);
	checks->nodes[node].is_paused = is_paused;
}

void checks_courier(struct checks *checks, uint32_t node, uint32_t peer, const struct scenario_action *action)
{
	reads_switched(checks, node, peer, action);
}

void checks_old_store(struct checks *checks, uint32_t node)
{
	checks->nodes[node].lost_store = true;
}

static void pressed(struct checks *checks, uint32_t node, uint32_t peer_node, bool is_connect)
{
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer_node, &index);
	catch_up(checks);
	if (!pair)
		return;
	order_judge_quiet(checks, pair);
	pair->user_at = check_now(checks);
	pair->side[index].is_pressed = is_connect;
	if (!is_connect)
		pair->quit_at = pair->user_at;
}

void checks_connect(struct checks *checks, uint32_t node, uint32_t peer_node)
{
	if (!checks->nodes[node].is_resolved)
		amplification_resolve(checks, node);
	pressed(checks, node, peer_node, true);
}

void checks_disconnect(struct checks *checks, uint32_t node, uint32_t peer_node)
{
	pressed(checks, node, peer_node, false);
}

/* The switch of a node is pressed towards all its peers at once. */
void checks_switch(struct checks *checks, uint32_t node, bool is_on)
{
	const struct check_node *state = &checks->nodes[node];
	if (!state->is_resolved)
		amplification_resolve(checks, node);
	for (uint32_t i = state[0].first_side; i < state[1].first_side; i++) {
		const struct check_pair *pair = &checks->pairs[checks->sides[i] / 2];
		bool was_pressed = pair->side[checks->sides[i] % 2].is_pressed;
		pressed(checks, node, pair->nodes[1 - checks->sides[i] % 2], is_on && was_pressed);
	}
}

void checks_heal(struct checks *checks)
{
	catch_up(checks);
	checks->is_healed = true;
	checks->healed_at = check_now(checks);
	for (uint32_t i = 0; i < checks->scenario->trust_count; i++)
		convergence_sample(checks, &checks->pairs[i]);
}

void checks_finish(struct checks *checks)
{
	secrecy_settled(checks);
	sweep(checks, true);
}

const struct sim_invariant *checks_invariants(const struct checks *checks, uint32_t *count)
{
	*count = INVARIANT_COUNT;
	return checks->invariants;
}

uint64_t checks_violations(const struct checks *checks)
{
	return checks->violations;
}
