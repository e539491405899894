/* discovery.c: message [P 13.4]: tag u16, number u16, two masked addresses. */
#include "core/couriers/discovery.h"

#include "core/base/cursor.h"
#include "core/couriers/state_message.h"
#include "core/couriers/urgency.h"

enum { ADDRESS_BYTES = 18, IP_BYTES = 16 };

/* No byte of it is zero, so that no byte of an address stands as it is. The first of SHA-512's constants. */
static const uint8_t mask[ADDRESS_BYTES] = { 0x42, 0x8a, 0x2f, 0x98, 0xd7, 0x28, 0xae, 0x22, 0x71, 0x37, 0x44, 0x91,
	0x23, 0xef, 0x65, 0xcd, 0xb5, 0xc0 };

_Static_assert(sizeof(struct octo_address) == ADDRESS_BYTES, "no padding");
_Static_assert(sizeof(struct octo_discovery) == 6 * 8 + 4 * ADDRESS_BYTES + 16, "no padding");

void octo_address_mask(const struct octo_address *address, uint8_t masked[18])
{
	memcpy(masked, address->ip, IP_BYTES);
	store_le(masked + IP_BYTES, 2, address->port);
	for (size_t i = 0; i < ADDRESS_BYTES; i++)
		masked[i] ^= mask[i];
}

struct octo_address octo_address_unmask(const uint8_t masked[18])
{
	uint8_t plain[ADDRESS_BYTES];
	struct octo_address address;
	for (size_t i = 0; i < ADDRESS_BYTES; i++)
		plain[i] = masked[i] ^ mask[i];
	memcpy(address.ip, plain, IP_BYTES);
	address.port = (uint16_t)load_le(plain + IP_BYTES, 2);
	return address;
}

void octo_discovery_begin(struct octo_discovery *state)
{
	if (!state->is_begun)
		state->interval_ns = OCTO_DISCOVERY_INTERVAL_NS;
	state->is_begun = 1;
}

bool octo_discovery_set(struct octo_discovery *state, const struct octo_address *peer, const struct octo_address *own)
{
	if (memcmp(&state->peer_address, peer, sizeof *peer) == 0 && memcmp(&state->own_address, own, sizeof *own) == 0)
		return false;
	state->peer_address = *peer;
	state->own_address = *own;
	state->is_due = 1;
	return true;
}

static void mandate(const void *raw, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct octo_discovery *state = raw;
	bool is_first = state->is_due || state->sent_at == 0 || state->session != call->session;
	mandate->urgency_ms = is_first ? 0 : urgency_ms(call->now, state->sent_at + state->interval_ns);
	mandate->priority = OCTO_PRIORITY_MEDIUM;
	mandate->accept_reads = state->is_begun;
	mandate->want_to_send = state->is_begun && (state->peer_address.port || state->own_address.port);
	mandate->payload_size = OCTO_DISCOVERY_BYTES;
}

static void begin_session(struct octo_discovery *state, const struct octo_courier_call *call)
{
	if (state->session == call->session)
		return;
	state->session = call->session;
	state->number_next = 0;
	state->has_heard = 0;
}

static size_t send(void *raw, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct octo_discovery *state = raw;
	struct writer writer = writer_of(out, size_max);
	if (size_max < OCTO_DISCOVERY_BYTES)
		return 0;
	begin_session(state, call);
	*handle = state->number_next + 1u;
	write_u16(&writer, state_tag(call->session));
	write_u16(&writer, state->number_next++);
	octo_address_mask(&state->peer_address, write_room(&writer, ADDRESS_BYTES));
	octo_address_mask(&state->own_address, write_room(&writer, ADDRESS_BYTES));
	state->sent_at = call->now;
	state->is_due = 0;
	return writer.position;
}

static void receive(void *raw, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	struct octo_discovery *state = raw;
	if (size != OCTO_DISCOVERY_BYTES) {
		struct octo_event_note note = { .note = OCTO_NOTE_BAD_MESSAGE, .subject = size ? data[0] : 0 };
		call->report(call, &note);
		return;
	}
	struct reader reader = reader_of(data, size);
	uint16_t tag = read_u16(&reader), number = read_u16(&reader);
	begin_session(state, call);
	bool is_older = state->has_heard && !state_number_is_newer(number, state->heard_number);
	if (tag != state_tag(call->session) || is_older) {
		state->late++;
		return;
	}
	state->has_heard = 1;
	state->heard_number = number;
	state->heard_at = call->now;
	state->seen_as = octo_address_unmask(read_bytes(&reader, ADDRESS_BYTES));
	state->peer_believes = octo_address_unmask(read_bytes(&reader, ADDRESS_BYTES));
	state->received++;
}

/* It is said seldom: what is lost is said again at once. */
static void fate(void *raw, const struct octo_courier_call *call, uint64_t handle, enum octo_fate fate)
{
	struct octo_discovery *state = raw;
	if (fate == OCTO_FATE_LOST && state->session == call->session && handle == state->number_next)
		state->is_due = 1;
}

const struct octo_courier octo_courier_discovery = {
	.name = "discovery", .id = OCTO_DISCOVERY_ID, .state_size = sizeof(struct octo_discovery),
	.mandate = mandate, .send = send, .receive = receive, .fate = fate
};
