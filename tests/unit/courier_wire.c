/* courier_wire.c: see the header. Next: any couriers_*_test.c. */
#include "tests/unit/courier_wire.h"

#include "tests/check.h"

enum { AT_ONCE_MAX = 64 };

static void report(const struct octo_courier_call *call, const struct octo_event_note *note)
{
	struct courier_end *end = (struct courier_end *)(uintptr_t)call;
	end->notes[note->note]++;
	end->last = *note;
}

void wire_open(struct courier_wire *wire, const struct octo_courier *a, void *state_a, const struct octo_courier *b,
               void *state_b)
{
	memset(wire, 0, sizeof *wire);
	wire->now = UINT64_C(1000000) * OCTO_SECOND;
	wire->latency_ns = 10 * OCTO_MILLISECOND;
	wire->random = 1;
	wire->ends[0].kind = a;
	wire->ends[0].state = state_a;
	wire->ends[1].kind = b;
	wire->ends[1].state = state_b;
	for (int i = 0; i < 2; i++)
		wire->ends[i].call = (struct octo_courier_call){ .now = wire->now, .session = 77, .report = report };
	wire->ends[0].call.is_duel_winner = true;
}

uint64_t wire_random(struct courier_wire *wire)
{
	uint64_t z = wire->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void wire_replace(struct courier_wire *wire, uint64_t session)
{
	wire->ends[0].call.session = wire->ends[1].call.session = session;
}

static bool happens(struct courier_wire *wire, uint32_t permille)
{
	return wire_random(wire) % 1000 < permille;
}

static void post(struct courier_wire *wire, const struct wire_message *message)
{
	for (unsigned i = 0; i < WIRE_MESSAGES_MAX; i++) {
		if (wire->messages[i].at)
			continue;
		wire->used = i < wire->used ? wire->used : i + 1;
		wire->messages[i] = *message;
		wire->messages[i].at = wire->now + wire->latency_ns +
		                       (wire->jitter_ns ? wire_random(wire) % wire->jitter_ns : 0);
		return;
	}
	CU_FAIL("more messages on the wire than it holds");
}

struct octo_mandate wire_mandate(struct courier_wire *wire, int end)
{
	struct octo_mandate mandate = { .urgency_ms = 0 };
	wire->ends[end].call.now = wire->now;
	wire->ends[end].kind->mandate(wire->ends[end].state, &wire->ends[end].call, &mandate);
	return mandate;
}

static void let_send(struct courier_wire *wire, int who)
{
	struct courier_end *end = &wire->ends[who];
	for (unsigned i = 0; i < AT_ONCE_MAX; i++) {
		struct octo_mandate mandate = wire_mandate(wire, who);
		if (!mandate.want_to_send || mandate.urgency_ms > 0)
			return;
		struct wire_message message = { .to = 1 - who, .session = end->call.session };
		uint64_t handle = 0;
		CHECK(mandate.payload_size > 0 && mandate.payload_size <= OCTO_COURIER_PAYLOAD_MAX);
		message.size = end->kind->send(end->state, &end->call, message.bytes, mandate.payload_size, &handle);
		CHECK(message.size <= mandate.payload_size); /* R45 */
		if (message.size == 0)
			return;
		end->sent++;
		end->sent_bytes += message.size;
		end->largest = message.size > end->largest ? message.size : end->largest;
		wire->latest[who] = message;
		bool is_lost = end->is_cut || happens(wire, wire->loss_permille);
		if (!is_lost)
			post(wire, &message);
		if (!is_lost && happens(wire, wire->double_permille))
			post(wire, &message);
		for (unsigned k = 0; handle && k < sizeof end->fates / sizeof end->fates[0]; k++) {
			if (end->fates[k].at)
				continue;
			end->fates[k].at = wire->now + 2 * wire->latency_ns;
			end->fates[k].handle = handle;
			end->fates[k].fate = is_lost ? OCTO_FATE_LOST : OCTO_FATE_DELIVERED;
			break;
		}
	}
	CU_FAIL("a courier sends without end in one instant");
}

static void tell_fates(struct courier_wire *wire, struct courier_end *end)
{
	for (unsigned i = 0; i < sizeof end->fates / sizeof end->fates[0]; i++) {
		if (end->fates[i].at == 0 || end->fates[i].at > wire->now)
			continue;
		end->fates[i].at = 0;
		end->call.now = wire->now;
		if (end->kind->fate)
			end->kind->fate(end->state, &end->call, end->fates[i].handle, end->fates[i].fate);
	}
}

void wire_push(struct courier_wire *wire, int to, const void *bytes, size_t size)
{
	struct courier_end *end = &wire->ends[to];
	end->call.now = wire->now;
	struct octo_mandate mandate = wire_mandate(wire, to);
	if (mandate.accept_reads)
		end->kind->receive(end->state, &end->call, bytes, size);
}

void wire_run(struct courier_wire *wire, octo_time_ns for_ns)
{
	for (octo_time_ns until = wire->now + for_ns; wire->now < until; wire->now += OCTO_MILLISECOND) {
		for (unsigned i = 0; i < wire->used; i++) {
			struct wire_message *message = &wire->messages[i];
			if (message->at == 0 || message->at > wire->now)
				continue;
			message->at = 0;
			wire_push(wire, message->to, message->bytes, message->size);
		}
		for (int who = 0; who < 2; who++) {
			tell_fates(wire, &wire->ends[who]);
			let_send(wire, who);
		}
	}
	wire->ends[0].call.now = wire->ends[1].call.now = wire->now;
}
