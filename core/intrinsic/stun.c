/* stun.c: see the header. Integers are big-endian here, the only place in the core. */
#include "core/intrinsic/stun.h"

#include "core/intrinsic/call.h"
#include "core/intrinsic/keepalive.h"

enum {
	TYPE_REQUEST = 0x0001, TYPE_SUCCESS = 0x0101,
	ATTRIBUTE_MAPPED = 0x0001, ATTRIBUTE_INTEGRITY = 0x0008, ATTRIBUTE_INTEGRITY_256 = 0x001c,
	ATTRIBUTE_XOR_MAPPED = 0x0020, ATTRIBUTE_OPTIONAL = 0x8000,
	FAMILY_4 = 1, FAMILY_6 = 2,
	COOKIE_AT = 4, TRANSACTION_AT = 8, LAST_WAITS = 16
};
static const uint8_t magic[4] = { 0x21, 0x12, 0xa4, 0x42 };
static const octo_time_ns first_wait_ns = 500 * OCTO_MILLISECOND; /* RTO of RFC 8489, 6.2.1 */

/* ---- Bytes ------------------------------------------------------------------------------------------------------- */

static uint16_t be16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

bool stun_is(const uint8_t *bytes, size_t size)
{
	return size >= STUN_HEADER_BYTES && bytes[0] < 0x40 && memcmp(bytes + COOKIE_AT, magic, sizeof magic) == 0;
}

void stun_write_request(uint8_t out[STUN_HEADER_BYTES], const uint8_t transaction[STUN_TRANSACTION_BYTES])
{
	memset(out, 0, STUN_HEADER_BYTES);
	out[1] = TYPE_REQUEST;
	memcpy(out + COOKIE_AT, magic, sizeof magic);
	memcpy(out + TRANSACTION_AT, transaction, STUN_TRANSACTION_BYTES);
}

/* MAPPED-ADDRESS, or with `mask` (cookie and transaction) XOR-MAPPED-ADDRESS: a zero, the family, port and address. */
static bool read_address(const uint8_t *value, size_t size, const uint8_t *mask, struct octo_address *address)
{
	bool is_4 = size == 8 && value[1] == FAMILY_4, is_6 = size == 20 && value[1] == FAMILY_6;
	if (!is_4 && !is_6)
		return false;
	uint8_t ip[16] = { [10] = 0xff, [11] = 0xff };
	uint8_t *at = is_4 ? ip + 12 : ip;
	uint16_t port = be16(value + 2);
	memcpy(at, value + 4, is_4 ? 4 : 16);
	for (size_t i = 0; mask && i < (is_4 ? 4u : 16u); i++)
		at[i] ^= mask[i];
	memcpy(address->ip, ip, sizeof ip);
	address->port = mask ? (uint16_t)(port ^ be16(mask)) : port;
	return address->port != 0;
}

/* The old MAPPED-ADDRESS is taken only from a server that knows no other: on its way it may have been rewritten. */
static enum octo_reason read_attributes(const uint8_t *bytes, size_t size, struct octo_address *mapped)
{
	struct reader reader = reader_of(bytes + STUN_HEADER_BYTES, size - STUN_HEADER_BYTES);
	bool has_plain = false, has_xor = false;
	struct octo_address plain = { .port = 0 };
	while (reader_left(&reader) > 0) {
		const uint8_t *head = read_bytes(&reader, 4);
		size_t length = head ? be16(head + 2) : 0, padded = (length + 3) / 4 * 4;
		const uint8_t *value = read_bytes(&reader, padded);
		if (reader.failed)
			return OCTO_REASON_BAD_FIELD;
		uint16_t type = be16(head);
		if (type == ATTRIBUTE_XOR_MAPPED)
			has_xor = has_xor || read_address(value, length, bytes + COOKIE_AT, mapped);
		else if (type == ATTRIBUTE_MAPPED)
			has_plain = has_plain || read_address(value, length, NULL, &plain);
		else if (type < ATTRIBUTE_OPTIONAL && type != ATTRIBUTE_INTEGRITY && type != ATTRIBUTE_INTEGRITY_256)
			return OCTO_REASON_BAD_FIELD; /* integrity needs a password, which we share with no server */
	}
	if (!has_xor && has_plain)
		*mapped = plain;
	return has_xor || has_plain ? OCTO_REASON_ACCEPTED : OCTO_REASON_BAD_FIELD;
}

enum octo_reason stun_read_response(const uint8_t *bytes, size_t size,
                                    const uint8_t transaction[STUN_TRANSACTION_BYTES], struct octo_address *mapped)
{
	if (size < STUN_HEADER_BYTES)
		return OCTO_REASON_TOO_SHORT;
	if (be16(bytes + 2) % 4 != 0 || be16(bytes + 2) + (size_t)STUN_HEADER_BYTES != size)
		return OCTO_REASON_BAD_LENGTH;
	if (be16(bytes) != TYPE_SUCCESS || !equal_bytes(bytes + TRANSACTION_AT, transaction, STUN_TRANSACTION_BYTES))
		return OCTO_REASON_UNSOLICITED;
	struct octo_address found = { .port = 0 };
	enum octo_reason reason = read_attributes(bytes, size, &found);
	if (reason == OCTO_REASON_ACCEPTED)
		*mapped = found;
	return reason;
}

/* ---- The client -------------------------------------------------------------------------------------------------- */

void stun_start(struct call *call)
{
	struct stun_client *client = &call->channel->stun;
	client->next_at = call->channel->config.stun_server.port ? call->now : OCTO_NEVER;
}


static void begin(struct call *call, struct stun_client *client)
{
	call_random(call, client->transaction, sizeof client->transaction);
	client->tries_left = STUN_TRIES;
	client->wait_ns = first_wait_ns;
	client->idle_ns = client->sent_at ? call->now - client->sent_at : 0;
}

static void end(struct call *call, struct stun_client *client)
{
	memset(client->transaction, 0, sizeof client->transaction);
	client->tries_left = 0;
	octo_time_ns interval = call->channel->config.stun_interval_ns, learned = call->channel->keepalive.interval_ns;
	client->next_at = call_after(call, call_jitter_shorter(call, learned < interval ? learned : interval));
}

bool stun_send(struct call *call, uint8_t out[STUN_HEADER_BYTES])
{
	struct stun_client *client = &call->channel->stun;
	if (client->next_at > call->now)
		return false;
	bool is_over = client->tries_left == 0 && client->wait_ns != 0;
	if (is_over) { /* the last request has waited long enough */
		client->wait_ns = 0;
		end(call, client);
		return false;
	}
	if (client->tries_left == 0)
		begin(call, client);
	stun_write_request(out, client->transaction);
	client->sent_at = call->now;
	client->tries_left--;
	client->next_at = call_after(call, client->tries_left ? client->wait_ns : LAST_WAITS * first_wait_ns);
	client->wait_ns *= 2;
	return true;
}

enum octo_reason stun_receive(struct call *call, const struct octo_address *from, const uint8_t *bytes, size_t size)
{
	struct stun_client *client = &call->channel->stun;
	struct octo_address mapped;
	bool is_awaited = client->wait_ns != 0 && same_address(from, &call->channel->config.stun_server);
	if (!is_awaited)
		return OCTO_REASON_UNSOLICITED;
	enum octo_reason reason = stun_read_response(bytes, size, client->transaction, &mapped);
	if (reason != OCTO_REASON_ACCEPTED)
		return reason;
	struct octo_event event = { .mapped = { .address = mapped,
		.is_changed = client->mapped.port != 0 && !same_address(&mapped, &client->mapped) } };
	client->wait_ns = 0;
	client->mapped = mapped;
	call_emit(call, &event, OCTO_EVENT_MAPPED_ADDRESS, OCTO_NO_PEER);
	if (client->idle_ns)
		keepalive_learn(call, OCTO_NO_PEER, client->idle_ns, event.mapped.is_changed);
	end(call, client);
	return reason;
}
