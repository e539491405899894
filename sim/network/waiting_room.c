/* waiting_room.c: see waiting_room.h. RED is that of Floyd and Jacobson (1993): a drop's chance rises with the average
 * queue and with the datagrams since the last drop. CoDel follows the pseudocode of RFC 8289, names and all. */
#include "sim/network/waiting_room.h"

#include "sim/engine/rng.h"

enum { RED_SHIFT = 20, TYPICAL_BYTES = OCTO_DATAGRAM_MAX };

struct waiting {                      /* one who waits */
	uint64_t entered_ns;
	arena_ref next;
	uint32_t number, size_bytes;
};

/* ---- RED ---------------------------------------------------------------------------------------------------------- */

/* How long the link takes for a typical datagram now; at least 1. */
static uint64_t typical_ns(const struct waiting_place *place)
{
	const struct scenario_capacity *capacity = place->present->capacity;
	uint64_t ns = 0;

	if (capacity)
		ns = wide_mul_div(capacity->at_ns[capacity->count - 1], TYPICAL_BYTES,
		                  (uint64_t)capacity->count * SCENARIO_CAPACITY_BYTES);
	else if (place->present->rate_bps)
		ns = UINT64_C(8000000000) * TYPICAL_BYTES / place->present->rate_bps;
	return ns ? ns : 1;
}

/* In an idle time the average falls as if so many small queues had been seen. */
static void red_average(struct waiting_room *room, const struct waiting_place *place)
{
	struct waiting_red *red = &room->red;
	const uint64_t queued = room->bytes << RED_SHIFT;
	const uint32_t weight = place->present->red_weight;

	if (room->count) {
		if (queued >= red->average)
			red->average += (queued - red->average) >> weight;
		else
			red->average -= (red->average - queued) >> weight;
		return;
	}
	uint64_t missed = (place->now_ns - red->idle_since_ns) / typical_ns(place);
	for (; missed && red->average >> weight; missed--)
		red->average -= red->average >> weight;
	if (missed)
		red->average = 0; /* too small to tell */
}

/* Parts of 2^32. */
static uint32_t red_chance(const struct waiting_red *red, const struct link_model *present)
{
	const uint64_t least = present->red_least_bytes << RED_SHIFT, most = present->red_most_bytes << RED_SHIFT;
	const uint64_t base = wide_mul_div(present->red_chance, red->average - least, most - least);
	const uint64_t spent = wide_mul_div(red->since_drop, base, 1);

	if (spent >= UINT32_MAX)
		return UINT32_MAX;
	const uint64_t chance = wide_mul_div(base, UINT64_C(1) << 32, (UINT64_C(1) << 32) - spent);
	return chance < UINT32_MAX ? (uint32_t)chance : UINT32_MAX;
}

static bool red_drops(struct waiting_room *room, const struct waiting_place *place)
{
	struct waiting_red *red = &room->red;

	red_average(room, place);
	if (red->average < place->present->red_least_bytes << RED_SHIFT) {
		red->is_counting = false;
		red->since_drop = 0;
		return false;
	}
	bool is_dropped = true; /* above the most */
	if (red->average < place->present->red_most_bytes << RED_SHIFT) {
		red->since_drop += red->is_counting;
		red->is_counting = true;
		const bool drawn = rng_chance(place->draw, red_chance(red, place->present));
		is_dropped = decide(place->decider, DECISION_RED, place->link, drawn) != 0;
	}
	if (is_dropped)
		red->since_drop = 0;
	return is_dropped;
}

/* ---- The entrance ------------------------------------------------------------------------------------------------- */

static bool fits(const struct waiting_room *room, const struct waiting_place *place, uint32_t size_bytes)
{
	const struct link_model *present = place->present;

	if (present->queue_bytes && room->bytes + room->served_bytes + size_bytes > present->queue_bytes)
		return false;
	if (present->queue_packets && room->count >= present->queue_packets)
		return false;
	if (present->queue_ns) {
		struct server ahead = room->server;
		const uint64_t begins_ns = server_serve(&ahead, place->model, place->now_ns, room->bytes);
		return begins_ns - place->now_ns <= present->queue_ns;
	}
	return true;
}

enum waiting_answer waiting_room_enter(struct waiting_room *room, const struct waiting_place *place, uint32_t size_bytes,
                                       uint32_t number)
{
	const bool is_managed = place->present->aqm == SCENARIO_RED && red_drops(room, place);

	if (room->count && !fits(room, place, size_bytes))
		return WAITING_FULL;
	if (is_managed)
		return WAITING_MANAGED;
	const arena_ref ref = arena_alloc(place->arena, sizeof(struct waiting));
	struct waiting *waiting = arena_at(place->arena, ref), *before = arena_at(place->arena, room->last);
	if (!waiting)
		return WAITING_NO_MEMORY;
	*waiting = (struct waiting){ .entered_ns = place->now_ns, .number = number, .size_bytes = size_bytes };
	if (before)
		before->next = ref;
	else
		room->first = ref;
	room->last = ref;
	room->count++;
	room->bytes += size_bytes;
	return WAITING_ENTERED;
}

/* ---- CoDel -------------------------------------------------------------------------------------------------------- */

static uint64_t square_root(uint64_t x)
{
	uint64_t root = 0;

	for (int bit = 31; bit >= 0; bit--) {
		const uint64_t tried = root | UINT64_C(1) << bit;
		if (tried * tried <= x)
			root = tried;
	}
	return root;
}

uint64_t codel_next_drop(uint64_t start_ns, uint64_t interval_ns, uint32_t count)
{
	/* The root in 2^-16. */
	return wide_add(start_ns, wide_mul_div(interval_ns, 1 << 16, square_root((uint64_t)count << 32)));
}

/* Takes the first out. False: nobody waits. */
static bool pop(struct waiting_room *room, const struct waiting_place *place, struct waiting *out)
{
	const arena_ref ref = room->first;

	if (!ref)
		return false;
	*out = *(const struct waiting *)arena_at(place->arena, ref);
	arena_free(place->arena, ref, sizeof *out);
	room->first = out->next;
	if (!room->first)
		room->last = 0;
	room->bytes -= out->size_bytes;
	return true;
}

/* Takes the first out, and says whether it may be dropped: all have waited longer than the target for an interval. */
static bool dodequeue(struct waiting_room *room, const struct waiting_place *place, struct waiting *out, bool *ok_to_drop)
{
	struct waiting_codel *codel = &room->codel;

	*ok_to_drop = false;
	if (!pop(room, place, out)) {
		codel->first_above_ns = 0;
		return false;
	}
	const uint64_t sojourn_ns = place->now_ns - out->entered_ns;
	if (sojourn_ns < place->present->codel_target_ns || room->bytes <= OCTO_DATAGRAM_MAX)
		codel->first_above_ns = 0;
	else if (codel->first_above_ns == 0)
		codel->first_above_ns = wide_add(place->now_ns, place->present->codel_interval_ns);
	else
		*ok_to_drop = place->now_ns >= codel->first_above_ns;
	return true;
}

struct exit {                         /* what waiting_room_serve() is called with */
	void (*dropped)(void *context, uint32_t number);
	void *context;
};

static void drop(struct waiting_room *room, const struct exit *way_out, const struct waiting *waiting)
{
	room->count--;
	way_out->dropped(way_out->context, waiting->number);
}

static bool deque(struct waiting_room *room, const struct waiting_place *place, const struct exit *way_out,
                  struct waiting *out)
{
	struct waiting_codel *codel = &room->codel;
	const uint64_t interval_ns = place->present->codel_interval_ns, now_ns = place->now_ns;
	bool ok_to_drop, is_there = dodequeue(room, place, out, &ok_to_drop);

	if (codel->is_dropping) {
		codel->is_dropping = ok_to_drop;
		while (codel->is_dropping && now_ns >= codel->drop_next_ns) {
			drop(room, way_out, out);
			codel->count++;
			is_there = dodequeue(room, place, out, &ok_to_drop);
			codel->is_dropping = ok_to_drop;
			if (ok_to_drop)
				codel->drop_next_ns = codel_next_drop(codel->drop_next_ns, interval_ns, codel->count);
		}
	} else if (ok_to_drop) {
		drop(room, way_out, out);
		is_there = dodequeue(room, place, out, &ok_to_drop);
		codel->is_dropping = true;
		/* Where it was dropping a short while ago, it goes on about as often. */
		const uint32_t delta = codel->count - codel->last_count;
		const bool is_recent = wide_sub(now_ns, codel->drop_next_ns) < wide_mul_div(interval_ns, 16, 1);
		codel->count = delta > 1 && is_recent ? delta : 1;
		codel->drop_next_ns = codel_next_drop(now_ns, interval_ns, codel->count);
		codel->last_count = codel->count;
	}
	return is_there;
}

/* ---- The exit ----------------------------------------------------------------------------------------------------- */

bool waiting_room_serve(struct waiting_room *room, const struct waiting_place *place, uint64_t *leaves_ns,
                        void (*dropped)(void *context, uint32_t number), void *context)
{
	const struct exit way_out = { dropped, context };
	struct waiting next = { 0 };

	if (room->served || !room->count)
		return false;
	if (place->present->aqm == SCENARIO_CODEL ? !deque(room, place, &way_out, &next) : !pop(room, place, &next))
		return false;
	room->served = next.number;
	room->served_bytes = next.size_bytes;
	*leaves_ns = server_serve(&room->server, place->model, place->now_ns, next.size_bytes);
	return true;
}

uint32_t waiting_room_leave(struct waiting_room *room, uint64_t now_ns)
{
	const uint32_t number = room->served;

	room->served = room->served_bytes = 0;
	if (--room->count == 0)
		room->red.idle_since_ns = now_ns;
	return number;
}
