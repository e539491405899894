/* server.c: see server.h. Work is counted in 10^-9 bits, so that a nanosecond does exactly rate_bps of it. */
#include "sim/network/server.h"

#include "sim/engine/wide.h"

static const uint64_t bit_work = UINT64_C(1000000000);

/* ---- By a rate ---------------------------------------------------------------------------------------------------- */

static uint64_t serve_by_rate(struct server *server, const struct link_model *model, uint64_t start_ns, uint64_t size_bytes)
{
	const uint64_t most = UINT64_MAX / (8 * bit_work);
	uint64_t work = 8 * bit_work * (size_bytes < most ? size_bytes : most), at_ns = start_ns;

	if (start_ns == server->free_at_ns)
		work -= server->rest < work ? server->rest : work;
	server->rest = 0;
	while (work) {
		uint64_t until_ns, rate_bps = link_model_rate(model, at_ns, &until_ns);
		if (rate_bps == 0)
			break; /* from here on nothing holds it up */
		const uint64_t need_ns = work / rate_bps + (work % rate_bps != 0);
		if (need_ns <= until_ns - at_ns) {
			server->rest = wide_mul(need_ns, rate_bps).low - work; /* less than the rate, so the low half tells */
			at_ns = wide_add(at_ns, need_ns);
			break;
		}
		work -= (until_ns - at_ns) * rate_bps;
		at_ns = until_ns;
	}
	return server->free_at_ns = at_ns;
}

/* ---- By moments --------------------------------------------------------------------------------------------------- */

/* The first moment at or after a time; of several at one time the first, and how many there are. */
static uint64_t next_moment(const struct scenario_capacity *capacity, uint64_t from_ns, uint32_t *together)
{
	const uint64_t period_ns = capacity->at_ns[capacity->count - 1];
	uint64_t round_ns = from_ns - from_ns % period_ns, within_ns = from_ns % period_ns;
	uint32_t low = 0, high = capacity->count;

	/* The last moment of a round is the beginning of the next: there it is looked for. */
	if (within_ns == 0 && round_ns > 0) {
		round_ns -= period_ns;
		within_ns = period_ns;
	}
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		if (capacity->at_ns[middle] >= within_ns)
			high = middle;
		else
			low = middle + 1;
	}
	for (*together = 1; low + *together < capacity->count && capacity->at_ns[low + *together] == capacity->at_ns[low];)
		++*together;
	/* A first moment of 0 falls together with the last one of the round before. */
	if (low + *together == capacity->count && capacity->at_ns[0] == 0)
		for (uint32_t i = 0; i < low && capacity->at_ns[i] == 0; i++)
			++*together;
	return wide_add(round_ns, capacity->at_ns[low]);
}

static uint64_t serve_by_moments(struct server *server, const struct scenario_capacity *capacity, uint64_t start_ns,
                                 uint64_t size_bytes)
{
	uint64_t at_ns = start_ns, left = start_ns == server->free_at_ns ? server->rest : 0;

	while (left < size_bytes) {
		uint32_t together;
		size_bytes -= left;
		const bool is_spent = at_ns == server->free_at_ns && server->has_served;
		at_ns = next_moment(capacity, is_spent ? wide_add(at_ns, 1) : at_ns, &together);
		left = (uint64_t)together * SCENARIO_CAPACITY_BYTES;
		server->free_at_ns = at_ns;
		server->has_served = true;
		if (at_ns == UINT64_MAX)
			break;
	}
	server->rest = left > size_bytes ? left - size_bytes : 0;
	return server->free_at_ns = at_ns;
}

uint64_t server_serve(struct server *server, const struct link_model *model, uint64_t now_ns, uint64_t size_bytes)
{
	const uint64_t start_ns = now_ns > server->free_at_ns ? now_ns : server->free_at_ns;
	struct link_model faded;
	const struct link_model *present = link_model_at(model, start_ns, &faded);

	if (present->capacity)
		return serve_by_moments(server, present->capacity, start_ns, size_bytes);
	return serve_by_rate(server, model, start_ns, size_bytes);
}
