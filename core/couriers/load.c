/* load.c: the load courier: numbered messages of one size at one interval. Message: number u64, then bytes that follow
 * from it, so that the receiver can tell a damaged one. */
#include "core/octo.h"

#include "core/base/cursor.h"

enum { NUMBER_BYTES = 8 };

/* Every bit of the number has a say in the top byte of the product. */
static uint8_t filler(uint64_t number, size_t at)
{
	return (uint8_t)((number + 1) * UINT64_C(0x9e3779b97f4a7c15) >> 56) ^ (uint8_t)(at * 7);
}

static void mandate(const void *state, octo_time_ns now, struct octo_mandate *mandate)
{
	const struct octo_load *load = state;
	bool is_later = load->is_paced && load->next_ns > now;
	uint64_t wait_ms = is_later ? (load->next_ns - now + OCTO_MILLISECOND - 1) / OCTO_MILLISECOND : 0;
	mandate->urgency_ms = wait_ms < UINT32_MAX ? (uint32_t)wait_ms : UINT32_MAX;
	mandate->priority = load->priority;
	mandate->accept_reads = true;
	mandate->want_to_send = load->count > 0;
	mandate->payload_size = load->size;
	mandate->wants_order = load->is_ordered;
}

static size_t send(void *state, octo_time_ns now, uint8_t *out, size_t size_max, uint64_t *handle)
{
	(void)handle;
	struct octo_load *load = state;
	if (load->count == 0 || load->size < NUMBER_BYTES || size_max < load->size)
		return 0;
	uint64_t number = load->sent++;
	store_le(out, NUMBER_BYTES, number);
	for (size_t i = NUMBER_BYTES; i < load->size; i++)
		out[i] = filler(number, i);
	load->count--;
	/* The rhythm is kept when one is late, but missed beats are not made up for. */
	uint64_t next = load->is_paced ? load->next_ns + load->interval_ns : now + load->interval_ns;
	load->next_ns = next > now ? next : now;
	load->is_paced = 1;
	return load->size;
}

static void receive(void *state, octo_time_ns now, const uint8_t *data, size_t size)
{
	struct octo_load *load = state;
	(void)now;
	uint64_t number = size >= NUMBER_BYTES ? load_le(data, NUMBER_BYTES) : 0;
	bool is_good = size >= NUMBER_BYTES;
	for (size_t i = NUMBER_BYTES; is_good && i < size; i++)
		is_good = data[i] == filler(number, i);
	if (!is_good) {
		load->damaged++;
		return;
	}
	load->received++;
	if (number < load->highest)
		load->received_out_of_order++;
	else
		load->highest = number + 1;
}

const struct octo_courier octo_courier_load = {
	.name = "load", .id = 1, .state_size = sizeof(struct octo_load),
	.mandate = mandate, .send = send, .receive = receive
};
