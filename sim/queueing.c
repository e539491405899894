/* queueing.c: see queueing.h. */
#include "sim/queueing.h"

#include "sim/engine/rng.h"
#include "sim/traffic.h"

static struct link_more *more_of(const struct sim *sim, const struct link *link)
{
	return arena_at(&sim->arena, link->more);
}

static struct waiting_place place_of(struct sim *sim, const struct link *link, const struct link_model *present)
{
	const uint64_t stream = rng_stream(sim->decider.seed, (uint64_t)link->from << 32 | link->to);
	return (struct waiting_place){ .arena = &sim->arena, .model = queueing_model(sim, link), .present = present,
		.now_ns = world_of(sim)->now_ns, .decider = &sim->decider, .link = link->number,
		.draw = rng_stream_draw(stream, 2 * (link->datagrams - 1), DECISION_RED) };
}

static struct waiting_flight take(struct sim *sim, uint32_t number)
{
	struct waiting_flight waiting = *(struct waiting_flight *)arena_at(&sim->arena, number);
	arena_free(&sim->arena, number, sizeof waiting);
	return waiting;
}

static void drop_managed(void *context, uint32_t number)
{
	struct sim *sim = context;
	struct waiting_flight waiting = take(sim, number);
	sim->cause = waiting.cause;
	traffic_lose(sim, &waiting.flight, TRACE_DROP_AQM, world_of(sim)->now_ns);
	traffic_drop_packet(sim, waiting.flight.packet);
}

static void serve(struct sim *sim, struct link *link, const struct waiting_place *place)
{
	struct waiting_room *room = &more_of(sim, link)->room;
	uint32_t cause = sim->cause;
	uint64_t leaves_ns;
	if (waiting_room_serve(room, place, &leaves_ns, drop_managed, sim))
		world_schedule(sim, leaves_ns, EVENT_LINK, link->number, room->events++, link->number);
	sim->cause = cause;
}

uint8_t queueing_enter(struct sim *sim, struct link *link, const struct link_model *present, const struct flight *flight,
                       const struct link_fate *fate)
{
	struct waiting_room *room = &more_of(sim, link)->room;
	struct waiting_place place = place_of(sim, link, present);
	arena_ref number = arena_alloc(&sim->arena, sizeof(struct waiting_flight));
	struct waiting_flight *waiting = arena_at(&sim->arena, number);
	if (!waiting)
		return LINK_PASSES; /* the run ends */
	enum waiting_answer answer = waiting_room_enter(room, &place, ((struct packet *)arena_at(&sim->arena,
	                                                flight->packet))->size, number);
	if (answer != WAITING_ENTERED) {
		arena_free(&sim->arena, number, sizeof *waiting);
		link->overflowed++;
		return answer == WAITING_FULL ? TRACE_DROP_QUEUE : answer == WAITING_MANAGED ? TRACE_DROP_AQM : LINK_PASSES;
	}
	*waiting = (struct waiting_flight){ .flight = *flight, .fate = *fate, .came_ns = place.now_ns, .cause = sim->cause };
	traffic_hold(sim, &waiting->flight);
	serve(sim, link, &place);
	return LINK_PASSES;
}

void queueing_leave(struct sim *sim, uint32_t number)
{
	struct world *world = world_of(sim);
	struct link *link = link_table_at(&sim->arena, &world->links, number);
	struct waiting_flight waiting = take(sim, waiting_room_leave(&more_of(sim, link)->room, world->now_ns));
	struct link_model faded;
	const struct link_model *present = link_model_at(queueing_model(sim, link), world->now_ns, &faded);
	uint64_t release_ns = link_model_release_ns(present, world->now_ns);
	waiting.fate.is_held = waiting.fate.is_held || release_ns > waiting.came_ns;
	link_shift(&waiting.fate, release_ns);
	sim->cause = waiting.cause;
	traffic_launch(sim, &waiting.flight, &waiting.fate);
	traffic_drop_packet(sim, waiting.flight.packet);
	sim->cause = 0;
	struct waiting_place place = place_of(sim, link, present);
	serve(sim, link, &place);
}
