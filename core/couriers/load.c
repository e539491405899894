/* load.c: the load courier: numbered messages of one size at one interval. Message: number u64, then bytes that follow
 * from it, so that the receiver can tell a damaged one. */
#include "core/octo.h"

#include "core/couriers/urgency.h"

#include "core/base/cursor.h"

enum { NUMBER_BYTES = 8 };
_Static_assert(OCTO_COURIER_PAYLOAD_MAX % NUMBER_BYTES == 0, "whole words");

/* Eight bytes of filler follow from number and place; every bit of the number has a say in each of them. */
static uint64_t mixed(uint64_t number)
{
	uint64_t z = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return z ^ z >> 32;
}

/* A compiler makes one store of these eight, as it does not of a loop. */
static void fill(uint8_t out[8], uint64_t word)
{
	out[0] = (uint8_t)word;
	out[1] = (uint8_t)(word >> 8);
	out[2] = (uint8_t)(word >> 16);
	out[3] = (uint8_t)(word >> 24);
	out[4] = (uint8_t)(word >> 32);
	out[5] = (uint8_t)(word >> 40);
	out[6] = (uint8_t)(word >> 48);
	out[7] = (uint8_t)(word >> 56);
}

/* A whole message of that number, and up to 7 bytes more. */
static void write_message(uint8_t out[OCTO_COURIER_PAYLOAD_MAX], uint64_t number, size_t size)
{
	uint64_t word = mixed(number);
	fill(out, number);
	for (size_t at = NUMBER_BYTES; at < size; at += NUMBER_BYTES, word += UINT64_C(0x9e3779b97f4a7c15))
		fill(out + at, word);
}

static void mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct octo_load *load = state;
	mandate->urgency_ms = load->is_paced ? urgency_ms(call->now, load->next_ns) : 0;
	mandate->priority = load->priority;
	mandate->accept_reads = !load->is_deaf;
	mandate->want_to_send = load->count > 0;
	mandate->payload_size = load->size;
	mandate->wants_order = load->is_ordered;
}

static size_t send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	(void)handle;
	struct octo_load *load = state;
	if (load->count == 0 || load->size < NUMBER_BYTES || load->size > OCTO_COURIER_PAYLOAD_MAX ||
	    size_max < load->size)
		return 0;
	uint64_t number = load->sent++;
	uint8_t message[OCTO_COURIER_PAYLOAD_MAX];
	write_message(message, number, load->size);
	memcpy(out, message, load->size);
	load->count--;
	/* The rhythm is kept when one is late, but missed beats are not made up for. */
	uint64_t next = load->is_paced ? load->next_ns + load->interval_ns : call->now + load->interval_ns;
	load->next_ns = next > call->now ? next : call->now;
	load->is_paced = 1;
	return load->size;
}

static void receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	struct octo_load *load = state;
	(void)call;
	uint64_t number = size >= NUMBER_BYTES ? load_le(data, NUMBER_BYTES) : 0;
	bool is_good = size >= NUMBER_BYTES && size <= OCTO_COURIER_PAYLOAD_MAX;
	if (is_good) {
		uint8_t expected[OCTO_COURIER_PAYLOAD_MAX];
		write_message(expected, number, size);
		is_good = memcmp(expected, data, size) == 0;
	}
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

#define LOAD(called, number)                                                                       \
	{ .name = (called), .id = (number), .state_size = sizeof(struct octo_load), .mandate = mandate, \
	  .send = send, .receive = receive }
const struct octo_courier octo_courier_load = LOAD("load", 1);
const struct octo_courier octo_courier_more_loads[OCTO_MORE_LOADS] = {
	LOAD("load-2", 124), LOAD("load-3", 125), LOAD("load-4", 126)
};
