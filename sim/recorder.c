/* recorder.c: see the header. The hash covers the serialized fields of each record and the bytes of each datagram,
 * never a struct as it lies in memory. */
#include "sim/recorder.h"

#include "sim/check/tally.h"
#include "sim/engine/rng.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t odd[7] = { UINT64_C(0x9E3779B97F4A7C15), UINT64_C(0xD1342543DE82EF95), UINT64_C(0xA0761D6478BD642F),
	UINT64_C(0xE7037ED1A0B428DB), UINT64_C(0xBF58476D1CE4E5B9), UINT64_C(0x94D049BB133111EB), UINT64_C(0x8EBC6AF09C88C6E3) };

/* A permutation of words, one for each odd number. */
static inline uint64_t stir(uint64_t word, uint64_t multiplier)
{
	word *= multiplier;
	return word ^ word >> 32;
}

static inline uint64_t load_le(const uint8_t *at)
{
	return at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 |
	       (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

/* Eight lanes, because a processor can do so many such multiplications in the time that one takes. Within a lane each
 * word goes through a permutation of all that was before: a change in one word changes the digest for certain. */
uint64_t recorder_digest(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t a = odd[0], b = odd[1], c = odd[2], d = odd[3], e = odd[4], f = odd[5], g = odd[6], h = 1;
	const uint64_t by = odd[4];
	size_t left = size;
	for (; left >= 64; left -= 64, at += 64) {
		a = stir(a ^ load_le(at), by);
		b = stir(b ^ load_le(at + 8), by);
		c = stir(c ^ load_le(at + 16), by);
		d = stir(d ^ load_le(at + 24), by);
		e = stir(e ^ load_le(at + 32), by);
		f = stir(f ^ load_le(at + 40), by);
		g = stir(g ^ load_le(at + 48), by);
		h = stir(h ^ load_le(at + 56), by);
	}
	for (; left >= 8; left -= 8, at += 8)
		a = stir(a ^ load_le(at), by);
	uint64_t last = 0;
	for (size_t i = 0; i < left; i++)
		last |= (uint64_t)at[i] << (8 * i);
	b = stir(b ^ last, by);
	a = stir(a, odd[0]) + stir(b, odd[1]) + stir(c, odd[2]) + stir(d, odd[3]);
	e = stir(e, odd[0]) + stir(f, odd[1]) + stir(g, odd[2]) + stir(h, odd[3]);
	return rng_mix(rng_mix(a ^ size) ^ e);
}

/* The words of a record, each through a permutation of its own, and the sum of them through the one of all that was
 * before: one change in one field changes the hash for certain. Only the last step waits for the record before.
 * The fields are read one by one, as they were just written: a processor has to wait when it is to read two writes as
 * one, and "volatile" keeps the compiler from making it do so. */
static void absorb(struct world *world, const struct trace_record *record, uint64_t digest)
{
	const volatile struct trace_record *field = record;
	uint64_t what = field->kind | (uint64_t)field->flags << 8 | (uint64_t)field->extra_size << 16 |
	                (uint64_t)field->node << 32;
	uint64_t whose = field->peer | (uint64_t)field->packet << 32;
	uint64_t why = field->copy | (uint64_t)field->cause << 32;
	uint64_t sum = stir(record->time_ns, odd[0]) + stir(what, odd[1]) + stir(whose, odd[2]) + stir(why, odd[3]) +
	               stir(record->a, odd[4]) + stir(record->b, odd[5]) + stir(digest, odd[6]);
	world->hash = rng_mix(world->hash ^ sum) + odd[0];
}

/* Failures stand in the file but are not counted among the records, lest judging a run change its hash: so a cause
 * (1 + index) moves back by the failures written before it. */
static uint32_t place_on_file(const struct sim *sim, uint32_t cause)
{
	uint32_t moved = cause;
	for (uint32_t i = 0; cause && i < sim->failure_count; i++)
		moved += sim->failures[i] < cause ? 1 : 0;
	return moved;
}

static uint32_t put(struct sim *sim, struct trace_record *record, const void *extra, uint64_t digest)
{
	struct world *world = world_of(sim);
	record->time_ns = world->now_ns;
	absorb(world, record, digest);
	if (sim->trace) {
		struct trace_record on_file = *record;
		on_file.cause = place_on_file(sim, record->cause);
		trace_write(sim->trace, &on_file, extra);
	}
	world->record_count++;
	tally_record(sim, record);
	return world->record_count - 1;
}

uint32_t recorder_put(struct sim *sim, struct trace_record *record, const void *extra)
{
	return put(sim, record, extra, record->extra_size ? recorder_digest(extra, record->extra_size) : 0);
}

uint32_t recorder_put_packet(struct sim *sim, struct trace_record *record, const struct packet *packet)
{
	return put(sim, record, packet->bytes, packet->digest);
}

static uint64_t describe_session(const struct octo_event_session *session)
{
	return session->role | (uint64_t)session->by_winner << 8 | (uint64_t)session->agreement.suite << 16 |
	       (uint64_t)session->generation << 32;
}

static void put_le(uint8_t *out, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (8 * i));
}

static void put_duel(struct sim *sim, struct trace_record *record, const struct octo_event_duel *duel)
{
	uint8_t extra[2 * OCTO_ID_BYTES + 16];
	memcpy(extra, duel->ours, OCTO_ID_BYTES);
	memcpy(extra + OCTO_ID_BYTES, duel->theirs, OCTO_ID_BYTES);
	put_le(extra + 2 * OCTO_ID_BYTES, duel->winner_nonce);
	put_le(extra + 2 * OCTO_ID_BYTES + 8, duel->loser_nonce);
	record->kind = TRACE_DUEL;
	record->a = duel->we_won;
	record->b = duel->clash | (uint64_t)duel->role_before << 8 | (uint64_t)duel->role_after << 16 |
	            (uint64_t)duel->deciding_byte << 24;
	record->extra_size = sizeof extra;
	recorder_put(sim, record, extra);
}

static void put_with_address(struct sim *sim, struct trace_record *record, const struct octo_address *address)
{
	uint8_t extra[TRACE_ADDRESS_BYTES];
	memcpy(extra, address->ip, sizeof address->ip);
	extra[16] = (uint8_t)(address->port >> 8);
	extra[17] = (uint8_t)address->port;
	record->extra_size = sizeof extra;
	recorder_put(sim, record, extra);
}

static void put_path(struct sim *sim, struct trace_record *record, const struct octo_event_path *path)
{
	static const uint8_t kinds[OCTO_PATH_COUNT] = { TRACE_PATH_TRIED, TRACE_PATH_MOVED, TRACE_PATH_FAILED };
	record->kind = kinds[path->what];
	record->a = path->session;
	put_with_address(sim, record, &path->address);
}

static void put_mapped(struct sim *sim, struct trace_record *record, const struct octo_event_mapped *mapped)
{
	record->kind = TRACE_MAPPED_ADDRESS;
	record->a = mapped->is_changed;
	put_with_address(sim, record, &mapped->address);
}

/* The kinds whose fields fit into a and b. */
static bool fill(struct trace_record *record, const struct octo_event *event)
{
	switch (event->kind) {
	case OCTO_EVENT_PACKET_RECEIVED:
		record->kind = TRACE_RECEIVED;
		record->flags = event->packet.type;
		record->a = event->packet.reason;
		record->b = event->packet.session_id;
		return true;
	case OCTO_EVENT_HANDSHAKE:
		record->kind = TRACE_STEP;
		record->a = event->handshake.step;
		record->b = event->handshake.before | (uint64_t)event->handshake.after << 8;
		return true;
	case OCTO_EVENT_ROLE:
		record->kind = TRACE_ROLE;
		record->a = event->role.before;
		record->b = event->role.after;
		return true;
	case OCTO_EVENT_SESSION_UP:
	case OCTO_EVENT_SESSION_SPARE:
		record->kind = event->kind == OCTO_EVENT_SESSION_UP ? TRACE_SESSION_UP : TRACE_SESSION_SPARE;
		record->a = event->session.log_id;
		record->b = describe_session(&event->session);
		return true;
	case OCTO_EVENT_SESSION_DOWN:
		record->kind = TRACE_SESSION_DOWN;
		record->a = event->session.log_id;
		record->b = event->session.end | (uint64_t)event->session.was_current << 8;
		return true;
	case OCTO_EVENT_COURIER_GRANTED:
	case OCTO_EVENT_COURIER_WAITED:
		record->kind = event->kind == OCTO_EVENT_COURIER_GRANTED ? TRACE_GRANTED : TRACE_WAITED;
		record->a = event->courier.courier | (uint64_t)event->courier.size << 16 | (uint64_t)event->courier.why << 32;
		record->b = event->courier.lateness_ms | (uint64_t)event->courier.priority << 32 |
		            (uint64_t)event->courier.rivals << 40 | (uint64_t)event->courier.passed << 48;
		return true;
	case OCTO_EVENT_COURIER_DELIVERED:
	case OCTO_EVENT_COURIER_DISCARDED:
		record->kind = event->kind == OCTO_EVENT_COURIER_DELIVERED ? TRACE_MESSAGE : TRACE_DISCARDED;
		record->a = event->courier.courier;
		record->b = event->courier.size;
		if (event->kind == OCTO_EVENT_COURIER_DISCARDED)
			record->b |= (uint64_t)event->courier.why << 32;
		return true;
	case OCTO_EVENT_COURIER_NOTE:
		record->kind = TRACE_NOTE;
		record->flags = event->note.note;
		record->a = event->note.courier | event->note.subject << 16;
		record->b = event->note.value;
		return true;
	case OCTO_EVENT_CELIBACY:
		record->kind = TRACE_CELIBACY;
		record->a = event->celibacy.began;
		record->b = event->celibacy.lasts_ns;
		return true;
	case OCTO_EVENT_MODE:
		record->kind = TRACE_MODE;
		record->a = event->mode.after;
		record->b = event->mode.before | event->mode.lasts_ns << 8;
		return true;
	case OCTO_EVENT_ACTIVITY:
		record->kind = TRACE_ACTIVITY;
		record->a = event->activity.is_active;
		record->b = event->activity.why;
		return true;
	case OCTO_EVENT_KEYS_TURNED:
		record->kind = TRACE_KEYS_TURNED;
		record->a = event->keys_turned.session;
		record->b = event->keys_turned.epoch | (uint64_t)event->keys_turned.is_sending << 32;
		return true;
	case OCTO_EVENT_KEEPALIVE:
		record->kind = event->keepalive.is_lost ? TRACE_KEEPALIVE_SHORTER : TRACE_KEEPALIVE_LONGER;
		record->a = event->keepalive.interval_ns;
		record->b = event->keepalive.idle_ns;
		return true;
	case OCTO_EVENT_CLOCK_STEP:
		record->kind = TRACE_CLOCK;
		record->a = (uint64_t)event->clock.step_ns;
		return true;
	case OCTO_EVENT_LOSS:
		record->kind = TRACE_LOSS;
		record->a = event->loss.packets | (uint64_t)event->loss.bytes << 32;
		record->b = event->loss.number;
		return true;
	case OCTO_EVENT_RATE:
		record->kind = TRACE_RATE;
		record->a = event->rate.rate | (uint64_t)event->rate.before << 32;
		record->b = event->rate.queue_ns / OCTO_MICROSECOND | (uint64_t)event->rate.loss_permille << 48;
		return true;
	case OCTO_EVENT_LIGHT:
		record->kind = TRACE_LIGHT;
		record->a = event->light.is_good;
		record->b = event->light.trip_ns;
		return true;
	case OCTO_EVENT_POOL_EMPTY:
		record->kind = TRACE_POOL;
		record->a = event->pool.pool;
		return true;
	case OCTO_EVENT_TAMPER:
		record->kind = TRACE_TAMPER;
		record->a = event->tamper.tell;
		return true;
	case OCTO_EVENT_SYNC_MISMATCH:
	case OCTO_EVENT_SYNC_RESENT:
	case OCTO_EVENT_SYNC_CONFIRMED:
		record->kind = event->kind == OCTO_EVENT_SYNC_MISMATCH ? TRACE_SYNC_MISMATCH :
		               event->kind == OCTO_EVENT_SYNC_RESENT ? TRACE_SYNC_RESENT : TRACE_SYNC_CONFIRMED;
		record->a = event->sync.courier;
		record->b = event->sync.side;
		return true;
	case OCTO_EVENT_WARNING:
		record->kind = TRACE_WARNING;
		record->a = event->warning.warning;
		return true;
	default:
		return false; /* PACKET_SENT is told by the network; audit events are for the checks alone */
	}
}

/* With the couriers that did not get the opportunity. */
static void put_granted(struct sim *sim, struct trace_record *record, const struct octo_event *event)
{
	uint8_t extra[OCTO_COURIERS_MAX * TRACE_WAITING_BYTES];
	fill(record, event);
	for (uint32_t i = 0; i < event->courier.waiting_count; i++) {
		const struct octo_waiting *waiting = &event->courier.waiting[i];
		uint8_t *at = extra + i * (size_t)TRACE_WAITING_BYTES;
		at[0] = waiting->courier;
		at[1] = waiting->why;
		at[2] = (uint8_t)waiting->passed;
		at[3] = (uint8_t)(waiting->passed >> 8);
	}
	record->extra_size = (uint16_t)(event->courier.waiting_count * TRACE_WAITING_BYTES);
	recorder_put(sim, record, record->extra_size ? extra : NULL);
}

void recorder_core_event(struct sim *sim, uint32_t node, uint32_t peer_node, const struct octo_event *event)
{
	struct trace_record record = { .node = node, .peer = peer_node, .cause = sim->cause };
	if (event->kind == OCTO_EVENT_PACKET_RECEIVED) {
		record.packet = sim->packet;
		record.copy = sim->copy;
	}
	if (event->kind == OCTO_EVENT_DUEL)
		put_duel(sim, &record, &event->duel);
	else if (event->kind == OCTO_EVENT_COURIER_GRANTED)
		put_granted(sim, &record, event);
	else if (event->kind == OCTO_EVENT_PATH)
		put_path(sim, &record, &event->path);
	else if (event->kind == OCTO_EVENT_MAPPED_ADDRESS)
		put_mapped(sim, &record, &event->mapped);
	else if (fill(&record, event))
		recorder_put(sim, &record, NULL);
}

void recorder_action(struct sim *sim, enum trace_action action, uint32_t node, uint32_t peer, uint64_t detail)
{
	struct trace_record record = { .kind = TRACE_ACTION, .node = node, .peer = peer, .a = action, .b = detail };
	sim->cause = recorder_put(sim, &record, NULL) + 1;
}

void recorder_failure(struct sim *sim, bool is_invariant, const char *text, uint32_t cause)
{
	/* Not part of the hash: a run has the same one whether or not anybody judges it. */
	struct trace_record record = { .kind = TRACE_FAILED, .time_ns = world_of(sim)->now_ns, .node = TRACE_NOBODY,
		.peer = TRACE_NOBODY, .a = is_invariant, .cause = place_on_file(sim, cause),
		.extra_size = (uint16_t)strlen(text) };
	if (!sim->trace)
		return;
	trace_write(sim->trace, &record, text);
	uint32_t *grown = realloc(sim->failures, (sim->failure_count + 1) * sizeof *grown);
	if (!grown) {
		sim_fail(sim, "out of memory");
		return;
	}
	sim->failures = grown;
	sim->failures[sim->failure_count++] = world_of(sim)->record_count;
}
