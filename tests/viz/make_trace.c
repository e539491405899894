/* make_trace.c: writes a trace by hand, for the tests of the viewer and of the ladder: two nodes press
 * connect in the same instant over a bad link. Has every kind of record, fate and duel result that they
 * draw. Not a simulation: the numbers are chosen, not computed. Usage: make_trace OUT.trace */
#include "sim/trace.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 4096, ROBOT = 0, PILOT = 1, NO_CAUSE = 0 };

struct entry {
	struct trace_record record;
	uint8_t extra[OCTO_DATAGRAM_MAX];
	uint32_t order; /* 1, 2, … as made; causes name it until all are sorted */
};

static struct entry entries[RECORDS_MAX];
static uint32_t entry_count, packet_count, copy_count;
static uint8_t ids[2][OCTO_ID_BYTES];

static uint64_t ms(double value)
{
	return (uint64_t)(value * 1e6);
}

static struct entry *add(uint64_t time_ns, enum trace_kind kind, uint32_t node, uint32_t cause, uint64_t a,
                         uint64_t b)
{
	struct entry *entry = &entries[entry_count];

	if (entry_count == RECORDS_MAX)
		abort();
	entry->order = ++entry_count;
	entry->record = (struct trace_record){ .time_ns = time_ns,
		                               .kind = (uint8_t)kind,
		                               .node = node,
		                               .peer = 1 - node,
		                               .cause = cause,
		                               .a = a,
		                               .b = b };
	return entry;
}

static size_t size_of(enum octo_packet_type type)
{
	switch (type) {
	case OCTO_PACKET_SYN:
		return 160;
	case OCTO_PACKET_SYN_ACK:
		return 144;
	case OCTO_PACKET_ACK:
		return 72;
	case OCTO_PACKET_RETRY:
		return 80;
	case OCTO_PACKET_PROBE:
	case OCTO_PACKET_PROBE_REPLY:
		return 44;
	default:
		return 96;
	}
}

/* Bytes that look like the packet. The same `variant` gives the same bytes. */
static void fill(uint8_t *out, enum octo_packet_type type, uint32_t variant)
{
	size_t size = size_of(type);
	uint32_t state = variant * 2654435761u + (uint32_t)type;

	for (size_t i = 0; i < size; i++) {
		state = state * 1664525u + 1013904223u;
		out[i] = (uint8_t)(state >> 24);
	}
	if (type == OCTO_PACKET_DATA) {
		out[0] = 0x84;
		return;
	}
	out[0] = (uint8_t)type;
	out[1] = 1;
	out[2] = 1;
	out[3] = 0;
	if (type == OCTO_PACKET_SYN) {
		memset(out + 4, 0, 8);
		memset(out + 124, 0, 36);
	}
}

struct packet {
	uint64_t sent_ns;
	uint32_t number, from, sent_order, last;
	enum octo_packet_type type;
};

static struct packet send_packet(uint64_t time_ns, uint32_t from, enum octo_packet_type type,
                                 uint32_t variant, uint32_t cause)
{
	struct packet packet = { .sent_ns = time_ns, .number = ++packet_count, .from = from, .type = type };
	struct entry *entry =
		add(time_ns, TRACE_SENT, from, cause, type, type == OCTO_PACKET_SYN ? 0 : 0xb0 + from);

	entry->record.packet = packet.number;
	entry->record.extra_size = (uint16_t)size_of(type);
	fill(entry->extra, type, variant);
	packet.sent_order = packet.last = entry->order;
	return packet;
}

static uint32_t fly(struct packet *packet, uint64_t arrives_ns, uint8_t flags)
{
	struct entry *entry = add(packet->sent_ns, TRACE_FLYING, packet->from, packet->sent_order, arrives_ns,
	                          packet->sent_ns);

	entry->record.packet = packet->number;
	entry->record.copy = ++copy_count;
	entry->record.flags = flags;
	packet->last = entry->order;
	return copy_count;
}

static void drop(const struct packet *packet, uint64_t time_ns, enum trace_drop why)
{
	struct entry *entry =
		add(time_ns, TRACE_DROPPED, packet->from, packet->last, why, packet->sent_ns + ms(20));

	entry->record.packet = packet->number;
	entry->record.copy = packet->last == packet->sent_order ? ++copy_count : copy_count;
}

/* The copy arrives and the core has its say. Returns the verdict, as a cause for what follows. */
static uint32_t arrive(const struct packet *packet, uint64_t time_ns, uint32_t copy, uint8_t flags,
                       enum octo_reason reason)
{
	struct entry *entry =
		add(time_ns, TRACE_DELIVERED, packet->from, packet->last, packet->type, packet->sent_ns);
	uint32_t delivered = entry->order;

	entry->record.packet = packet->number;
	entry->record.copy = copy;
	entry->record.flags = flags;
	if (flags & TRACE_COPY_CORRUPTED) {
		entry->record.extra_size = (uint16_t)size_of(packet->type);
		fill(entry->extra, packet->type, packet->number);
		entry->extra[30] ^= 0x10;
	}
	entry = add(time_ns, TRACE_RECEIVED, 1 - packet->from, delivered, reason, 0xb0);
	entry->record.packet = packet->number;
	entry->record.copy = copy;
	entry->record.flags = (uint8_t)packet->type;
	return entry->order;
}

static uint32_t trip(struct packet packet, double takes_ms, enum octo_reason reason)
{
	uint32_t copy = fly(&packet, packet.sent_ns + ms(takes_ms), 0);

	return arrive(&packet, packet.sent_ns + ms(takes_ms), copy, 0, reason);
}

static uint32_t step(uint64_t time_ns, uint32_t node, uint32_t cause, enum octo_step which,
                     enum octo_state before, enum octo_state after)
{
	return add(time_ns, TRACE_STEP, node, cause, which, (uint64_t)before | (uint64_t)after << 8)->order;
}

static void role(uint64_t time_ns, uint32_t node, uint32_t cause, enum octo_role before, enum octo_role after)
{
	add(time_ns, TRACE_ROLE, node, cause, before, after);
}

static void duel(uint64_t time_ns, uint32_t node, uint32_t cause, bool has_won, enum octo_role after)
{
	struct entry *entry = add(time_ns, TRACE_DUEL, node, cause, has_won,
	                          (uint64_t)OCTO_ROLE_INITIATOR | (uint64_t)OCTO_ROLE_INITIATOR << 8 |
	                                  (uint64_t)after << 16 | (uint64_t)2 << 24);

	entry->record.extra_size = 2 * OCTO_ID_BYTES + 16;
	memcpy(entry->extra, ids[node], OCTO_ID_BYTES);
	memcpy(entry->extra + OCTO_ID_BYTES, ids[1 - node], OCTO_ID_BYTES);
	memset(entry->extra + 2 * OCTO_ID_BYTES, 0x5a, 8);
	memset(entry->extra + 2 * OCTO_ID_BYTES + 8, 0xc3, 8);
}

static void up(uint64_t time_ns, uint32_t node, uint32_t cause, uint64_t log_id, enum octo_role as)
{
	add(time_ns, TRACE_SESSION_UP, node, cause, log_id,
	    (uint64_t)as | (uint64_t)1 << 8 | (uint64_t)OCTO_SUITE_CHACHA20_POLY1305 << 16 |
	            (uint64_t)1 << 32);
}

static void action(uint64_t time_ns, uint32_t node, enum trace_action what, uint64_t detail)
{
	add(time_ns, TRACE_ACTION, node, NO_CAUSE, what, detail);
}

static uint32_t press_connect(uint64_t time_ns, uint32_t node)
{
	uint32_t cause;

	action(time_ns, node, TRACE_ACTION_CONNECT, 0);
	cause = step(time_ns, node, entry_count, OCTO_STEP_CONNECT, OCTO_STATE_IDLE, OCTO_STATE_OFFERING);
	role(time_ns, node, cause, OCTO_ROLE_NONE, OCTO_ROLE_INITIATOR);
	return cause;
}

/* Both press connect; the pilot's first SYN is lost, the later ones cross; the robot's ID is the larger. */
static void open_both(void)
{
	uint64_t t = ms(1000);
	struct packet robot_syn, pilot_syn, syn_ack, ack;
	uint32_t cause = press_connect(t, ROBOT), copy;

	robot_syn = send_packet(t, ROBOT, OCTO_PACKET_SYN, 1, cause);
	drop(&robot_syn, t, TRACE_DROP_LOSS);
	cause = press_connect(t, PILOT);
	pilot_syn = send_packet(t, PILOT, OCTO_PACKET_SYN, 2, cause);
	drop(&pilot_syn, t, TRACE_DROP_LOSS);

	t = ms(1893.1);
	cause = step(t, PILOT, NO_CAUSE, OCTO_STEP_OFFER_TIMER, OCTO_STATE_OFFERING, OCTO_STATE_OFFERING);
	pilot_syn = send_packet(t, PILOT, OCTO_PACKET_SYN, 2, cause);
	cause = step(ms(1901.4), ROBOT, NO_CAUSE, OCTO_STEP_OFFER_TIMER, OCTO_STATE_OFFERING,
	             OCTO_STATE_OFFERING);
	robot_syn = send_packet(ms(1901.4), ROBOT, OCTO_PACKET_SYN, 1, cause);
	cause = trip(pilot_syn, 19.812, OCTO_REASON_DUEL_LOST);
	t = ms(1912.912);
	cause = step(t, ROBOT, cause, OCTO_STEP_SYN_FRESH, OCTO_STATE_OFFERING, OCTO_STATE_OFFERING);
	duel(t, ROBOT, cause, true, OCTO_ROLE_INITIATOR);
	cause = trip(robot_syn, 21.3, OCTO_REASON_ACCEPTED);
	t = ms(1922.7);
	cause = step(t, PILOT, cause, OCTO_STEP_SYN_FRESH, OCTO_STATE_OFFERING, OCTO_STATE_ANSWERING);
	duel(t, PILOT, cause, false, OCTO_ROLE_ADHERENT);
	role(t, PILOT, cause, OCTO_ROLE_INITIATOR, OCTO_ROLE_ADHERENT);
	syn_ack = send_packet(t, PILOT, OCTO_PACKET_SYN_ACK, 3, cause);
	drop(&syn_ack, t, TRACE_DROP_QUEUE);

	t = ms(2868);
	cause = step(t, PILOT, NO_CAUSE, OCTO_STEP_ANSWER_TIMER, OCTO_STATE_ANSWERING, OCTO_STATE_ANSWERING);
	syn_ack = send_packet(t, PILOT, OCTO_PACKET_SYN_ACK, 3, cause);
	copy = fly(&syn_ack, t + ms(18.25), TRACE_COPY_CORRUPTED);
	arrive(&syn_ack, t + ms(18.25), copy, TRACE_COPY_CORRUPTED, OCTO_REASON_BAD_TAG);
	copy = fly(&syn_ack, t + ms(26.5), TRACE_COPY_DUPLICATE);
	cause = arrive(&syn_ack, t + ms(26.5), copy, TRACE_COPY_DUPLICATE, OCTO_REASON_ACCEPTED);
	t += ms(26.5);
	cause = step(t, ROBOT, cause, OCTO_STEP_SYN_ACK_VALID, OCTO_STATE_OFFERING, OCTO_STATE_ESTABLISHED);
	up(t, ROBOT, cause, UINT64_C(0x5f3a91c2d4e60718), OCTO_ROLE_INITIATOR);
	ack = send_packet(t, ROBOT, OCTO_PACKET_ACK, 4, cause);
	cause = trip(ack, 20.7, OCTO_REASON_ACCEPTED);
	t += ms(20.7);
	cause = step(t, PILOT, cause, OCTO_STEP_CONFIRMED, OCTO_STATE_ANSWERING, OCTO_STATE_ESTABLISHED);
	up(t, PILOT, cause, UINT64_C(0x5f3a91c2d4e60718), OCTO_ROLE_ADHERENT);
	trip(send_packet(t, PILOT, OCTO_PACKET_DATA, 5, cause), 19.4, OCTO_REASON_ACCEPTED);
}

/* The load courier of the robot sends for a while: several packets are in the air at once. */
static void carry_load(uint64_t from_ns, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint64_t t = from_ns + ms(7) * i;
		uint32_t cause =
			add(t, TRACE_GRANTED, ROBOT, NO_CAUSE, 1 | (uint64_t)64 << 16, (uint64_t)128 << 32)
				->order;
		struct packet packet = send_packet(t, ROBOT, OCTO_PACKET_DATA, 100 + i, cause);

		if (i % 7 == 3) {
			drop(&packet, t, TRACE_DROP_LOSS);
			continue;
		}
		cause = trip(packet, 18 + (double)(i * 5 % 9), OCTO_REASON_ACCEPTED);
		add(entries[cause - 1].record.time_ns, TRACE_MESSAGE, PILOT, cause, 1, 64);
	}
}

/* The pilot dies and comes back; its new SYN is an initial packet on a live session. */
static void crash_and_return(void)
{
	struct packet packet;
	uint32_t cause, robot;
	uint64_t t = ms(6120);

	action(ms(6000), PILOT, TRACE_ACTION_CRASH, 0);
	packet = send_packet(ms(6100), ROBOT, OCTO_PACKET_DATA, 200, NO_CAUSE);
	fly(&packet, t, 0);
	drop(&packet, t, TRACE_DROP_DOWN);
	action(ms(6500), PILOT, TRACE_ACTION_RESTART, 0);
	cause = press_connect(ms(6500), PILOT);
	packet = send_packet(ms(6500), PILOT, OCTO_PACKET_SYN, 201, cause);
	robot = trip(packet, 22.2, OCTO_REASON_ACCEPTED);
	t = ms(6522.2);
	robot = step(t, ROBOT, robot, OCTO_STEP_SYN_FRESH, OCTO_STATE_ESTABLISHED, OCTO_STATE_ESTABLISHED);
	trip(send_packet(t, ROBOT, OCTO_PACKET_DATA, 202, robot), 20, OCTO_REASON_UNKNOWN_SESSION);
	t = ms(7522.2);
	robot = step(t, ROBOT, NO_CAUSE, OCTO_STEP_CHALLENGE_EXPIRED, OCTO_STATE_ESTABLISHED,
	             OCTO_STATE_ANSWERING);
	add(t, TRACE_SESSION_DOWN, ROBOT, robot, UINT64_C(0x5f3a91c2d4e60718), OCTO_END_RESTARTED | 1 << 8);
	role(t, ROBOT, robot, OCTO_ROLE_INITIATOR, OCTO_ROLE_ADHERENT);
	robot = trip(send_packet(t, ROBOT, OCTO_PACKET_SYN_ACK, 203, robot), 19, OCTO_REASON_ACCEPTED);
	t += ms(19);
	robot = step(t, PILOT, robot, OCTO_STEP_SYN_ACK_VALID, OCTO_STATE_OFFERING, OCTO_STATE_ESTABLISHED);
	up(t, PILOT, robot, UINT64_C(0x1122334455667788), OCTO_ROLE_INITIATOR);
	robot = trip(send_packet(t, PILOT, OCTO_PACKET_ACK, 204, robot), 21, OCTO_REASON_ACCEPTED);
	t += ms(21);
	step(t, ROBOT, robot, OCTO_STEP_CONFIRMED, OCTO_STATE_ANSWERING, OCTO_STATE_ESTABLISHED);
	up(t, ROBOT, robot, UINT64_C(0x1122334455667788), OCTO_ROLE_ADHERENT);
}

/* An old SYN comes back, the clock jumps, somebody lies, an expectation fails. */
static void end_badly(void)
{
	static const char why[] = "by 9s duels robot-pilot at most 0: found 1";
	struct packet packet = { .sent_ns = ms(8000), .number = 1, .from = ROBOT, .type = OCTO_PACKET_SYN };
	struct entry *entry;
	uint32_t copy;

	action(ms(8000), ROBOT, TRACE_ACTION_INJECT, 0);
	packet.sent_order = entry_count;
	copy = fly(&packet, ms(8020), TRACE_COPY_INJECTED);
	arrive(&packet, ms(8020), copy, TRACE_COPY_INJECTED, OCTO_REASON_STALE);
	action(ms(8200), ROBOT, TRACE_ACTION_CLOCK, (uint64_t) - (int64_t)ms(5000));
	add(ms(8201), TRACE_CLOCK, ROBOT, NO_CAUSE, (uint64_t) - (int64_t)ms(5000), 0);
	add(ms(8300), TRACE_WARNING, PILOT, NO_CAUSE, OCTO_WARNING_HACKED, 0);
	action(ms(8500), TRACE_NOBODY, TRACE_ACTION_HEAL, 0);
	entries[entry_count - 1].record.peer = TRACE_NOBODY;
	entry = add(ms(9000), TRACE_FAILED, ROBOT, NO_CAUSE, 0, 0);
	entry->record.extra_size = sizeof(why) - 1;
	memcpy(entry->extra, why, sizeof(why) - 1);
	action(ms(9100), PILOT, TRACE_ACTION_DISCONNECT, 0);
	add(ms(9100), TRACE_SESSION_DOWN, PILOT, NO_CAUSE, UINT64_C(0x1122334455667788),
	    OCTO_END_DISCONNECTED | 1 << 8);
	step(ms(9100), PILOT, NO_CAUSE, OCTO_STEP_DISCONNECT, OCTO_STATE_ESTABLISHED, OCTO_STATE_IDLE);
	add(ms(9100), TRACE_CELIBACY, PILOT, NO_CAUSE, 1, ms(30000));
	packet = send_packet(ms(9100), PILOT, OCTO_PACKET_DATA, 300, NO_CAUSE);
	fly(&packet, ms(9120), 0);
}

static int by_time(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	if (a->record.time_ns != b->record.time_ns)
		return a->record.time_ns < b->record.time_ns ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* In order of time, with causes as numbers of records. */
static void sort_entries(void)
{
	static uint32_t place[RECORDS_MAX + 1];

	qsort(entries, entry_count, sizeof(entries[0]), by_time);
	for (uint32_t i = 0; i < entry_count; i++)
		place[entries[i].order] = i + 1;
	for (uint32_t i = 0; i < entry_count; i++)
		entries[i].record.cause = place[entries[i].record.cause];
}

int main(int argc, char **argv)
{
	struct trace_header header = { .seed = 7,
		                       .duration_ns = ms(10000),
		                       .scenario_hash = 0x0123456789abcdef,
		                       .scenario = "scenarios/duel/simultaneous-open-lossy.json",
		                       .title = "Both press connect in the same instant, and the link is bad",
		                       .crypto = "model",
		                       .node_count = 2 };
	struct trace_node nodes[2] = { { .name = "robot", .kind = "agent" },
		                       { .name = "pilot", .kind = "remote" } };
	struct trace_writer *writer;
	char error[512];

	if (argc != 2) {
		fprintf(stderr, "usage: make_trace OUT.trace\n");
		return 2;
	}
	for (int i = 0; i < OCTO_ID_BYTES; i++) {
		ids[ROBOT][i] = (uint8_t)(0x9f - i * 7);
		ids[PILOT][i] = (uint8_t)(i < 2 ? 0x9f - i * 7 : 0x41 + i * 11);
	}
	memcpy(nodes[0].id, ids[0], OCTO_ID_BYTES);
	memcpy(nodes[1].id, ids[1], OCTO_ID_BYTES);
	open_both();
	carry_load(ms(3200), 40);
	crash_and_return();
	end_badly();
	sort_entries();
	writer = trace_writer_open(argv[1], &header, nodes, error, sizeof(error));
	if (!writer) {
		fprintf(stderr, "make_trace: %s\n", error);
		return 1;
	}
	for (uint32_t i = 0; i < entry_count; i++)
		trace_write(writer, &entries[i].record, entries[i].extra);
	if (!trace_writer_close(writer, error, sizeof(error))) {
		fprintf(stderr, "make_trace: %s\n", error);
		return 1;
	}
	return 0;
}
