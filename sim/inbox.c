/* inbox.c: see inbox.h. */
#include "sim/inbox.h"

#include "sim/engine/wide.h"
#include "sim/node.h"
#include "sim/traffic.h"

struct inbox_entry {
	struct flight flight;
	arena_ref next;
};

static struct inbox_entry *entry_at(const struct sim *sim, arena_ref ref)
{
	return arena_at(&sim->arena, ref);
}

static struct flight take_first(struct sim *sim, struct node *node)
{
	arena_ref ref = node->inbox;
	struct inbox_entry entry = *entry_at(sim, ref);
	arena_free(&sim->arena, ref, sizeof entry);
	node->inbox = entry.next;
	node->inbox_count--;
	return entry.flight;
}

static void plan(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	if (node->is_paused || node->inbox_count == 0 || node->serves_at_ns != OCTO_NEVER)
		return;
	node->serves_at_ns = wide_add(world_of(sim)->now_ns, node->processing_ns);
	world_schedule(sim, node->serves_at_ns, EVENT_SERVICE, number, node->event_counter++, number);
}

bool inbox_takes(struct sim *sim, uint32_t number, const struct flight *flight)
{
	struct node *node = node_of(sim, number);
	if (!node->is_paused && !node->processing_ns && !node->inbox_count)
		return false;
	if (node->inbox_count >= INBOX_MAX) {
		traffic_lose(sim, flight, TRACE_DROP_BUFFER, world_of(sim)->now_ns);
		traffic_drop_packet(sim, flight->packet);
		return true;
	}
	arena_ref ref = arena_alloc(&sim->arena, sizeof(struct inbox_entry));
	if (!ref)
		return true; /* the run ends */
	*entry_at(sim, ref) = (struct inbox_entry){ .flight = *flight };
	if (node->inbox_count++)
		entry_at(sim, node->inbox_last)->next = ref;
	else
		node->inbox = ref;
	node->inbox_last = ref;
	plan(sim, number);
	return true;
}

void inbox_serve(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	if (node->serves_at_ns != world_of(sim)->now_ns || node->inbox_count == 0)
		return; /* it was stopped, or is gone */
	node->serves_at_ns = OCTO_NEVER;
	struct flight flight = take_first(sim, node);
	traffic_hand_over(sim, &flight);
	plan(sim, number);
}

void inbox_pause(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	if (!node->is_up || node->is_paused)
		return;
	node->is_paused = true;
	node->serves_at_ns = OCTO_NEVER;
	if (sim->checks)
		checks_pause(sim->checks, number, true);
}

/* What waits in the buffer is read before any timer is looked at, as an event loop does it. */
void inbox_resume(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	if (!node->is_paused)
		return;
	node->is_paused = false;
	if (sim->checks)
		checks_pause(sim->checks, number, false);
	while (!node->processing_ns && node->inbox_count && !sim->error[0]) {
		struct flight flight = take_first(sim, node);
		traffic_hand_over(sim, &flight);
	}
	plan(sim, number);
	node_settle(sim, number);
}

void inbox_clear(struct sim *sim, uint32_t number)
{
	struct node *node = node_of(sim, number);
	while (node->inbox_count) {
		struct flight flight = take_first(sim, node);
		traffic_lose(sim, &flight, TRACE_DROP_DOWN, world_of(sim)->now_ns);
		traffic_drop_packet(sim, flight.packet);
	}
	node->serves_at_ns = OCTO_NEVER;
	if (node->is_paused && sim->checks)
		checks_pause(sim->checks, number, false);
	node->is_paused = false;
}
