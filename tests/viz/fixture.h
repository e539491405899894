/* fixture.h: traces for the viewer's tests, written with the trace writer and opened as the viewer does:
 * one told by hand with a crossing, a duel, a loss, a duplicate, damage and a restart, and one of random
 * records, most of them nonsense. */
#ifndef OCTOSIM_TESTS_VIZ_FIXTURE_H
#define OCTOSIM_TESTS_VIZ_FIXTURE_H

#include "tests/check.h"
#include "viz/model.h"

#include <stdlib.h>
#include <unistd.h>

enum { FIXTURE_A, FIXTURE_B, FIXTURE_C, FIXTURE_NODES };
enum { FIXTURE_SYN_BYTES = 160, FIXTURE_SESSION_HIGH = 0x5f3a };
#define FIXTURE_SESSION (UINT64_C(0x5f3a) << 48)
#define FIXTURE_NONCE_A UINT64_C(0x1111222233334444)
#define FIXTURE_NONCE_B UINT64_C(0x5555666677778888)

struct fixture {
	struct trace_writer *writer;
	char path[128];
};

static inline void fixture_begin(struct fixture *fixture, uint32_t nodes)
{
	struct trace_header header = {.seed = 7, .duration_ns = 2 * OCTO_SECOND, .node_count = nodes};
	struct trace_node *list = calloc(nodes + 1, sizeof *list);
	const char *directory = getenv("TMPDIR");
	char error[256];
	snprintf(fixture->path, sizeof fixture->path, "%s/octoviz-test-XXXXXX",
	         directory ? directory : "/tmp");
	int file = mkstemp(fixture->path);
	if (file < 0 || !list)
		abort();
	close(file);
	strcpy(header.title, "A crossing told by hand");
	strcpy(header.scenario, "by-hand.json");
	strcpy(header.crypto, "model");
	for (uint32_t i = 0; i < nodes; i++) {
		snprintf(list[i].name, sizeof list[i].name, "node-%u", i);
		strcpy(list[i].kind, i % 2 ? "remote" : "agent");
		list[i].id[0] = (uint8_t)i;
	}
	fixture->writer = trace_writer_open(fixture->path, &header, list, error, sizeof error);
	if (!fixture->writer)
		abort();
	free(list);
}

static inline struct model *fixture_end(struct fixture *fixture)
{
	char error[256];
	if (!trace_writer_close(fixture->writer, error, sizeof error))
		abort();
	struct trace *trace = trace_open(fixture->path, error, sizeof error);
	unlink(fixture->path);
	if (!trace)
		abort();
	return model_new(trace);
}

static inline uint64_t fixture_ms(uint64_t ms)
{
	return ms * OCTO_MILLISECOND;
}

static inline void fixture_put(struct fixture *fixture, uint64_t ms, enum trace_kind kind, uint32_t node,
                               uint32_t peer, uint64_t a, uint64_t b)
{
	struct trace_record record = {
		.time_ns = fixture_ms(ms), .kind = (uint8_t)kind, .node = node, .peer = peer, .a = a, .b = b
	};
	trace_write(fixture->writer, &record, NULL);
}

static inline void fixture_packet(struct fixture *fixture, uint64_t ms, enum trace_kind kind, uint32_t node,
                                  uint32_t peer, uint32_t packet, uint32_t copy, uint8_t flags, uint64_t a,
                                  uint64_t b)
{
	struct trace_record record = { .time_ns = fixture_ms(ms),
		                       .kind = (uint8_t)kind,
		                       .flags = flags,
		                       .node = node,
		                       .peer = peer,
		                       .packet = packet,
		                       .copy = copy,
		                       .a = a,
		                       .b = b };
	trace_write(fixture->writer, &record, NULL);
}

static inline void fixture_syn(struct fixture *fixture, uint64_t ms, uint32_t node, uint32_t peer,
                               uint32_t packet, uint64_t nonce)
{
	uint8_t bytes[FIXTURE_SYN_BYTES] = {OCTO_PACKET_SYN, 1};
	struct trace_record record = { .time_ns = fixture_ms(ms),
		                       .kind = TRACE_SENT,
		                       .node = node,
		                       .peer = peer,
		                       .packet = packet,
		                       .extra_size = sizeof bytes,
		                       .a = OCTO_PACKET_SYN };
	for (int i = 0; i < 8; i++)
		bytes[12 + i] = (uint8_t)(nonce >> (8 * i));
	trace_write(fixture->writer, &record, bytes);
}

/* A wins: its ID is larger in byte 3. */
static inline void fixture_duel(struct fixture *fixture, uint64_t ms, uint32_t node)
{
	uint8_t extra[80] = {0};
	bool is_winner = node == FIXTURE_A;
	uint64_t nonces[2] = {FIXTURE_NONCE_A, FIXTURE_NONCE_B};
	struct trace_record record = { .time_ns = fixture_ms(ms),
		                       .kind = TRACE_DUEL,
		                       .node = node,
		                       .peer = 1 - node,
		                       .extra_size = sizeof extra,
		                       .a = is_winner };
	record.b = OCTO_ROLE_INITIATOR | OCTO_ROLE_INITIATOR << 8 |
	           (uint64_t)(is_winner ? OCTO_ROLE_INITIATOR : OCTO_ROLE_ADHERENT) << 16 | UINT64_C(3) << 24;
	extra[is_winner ? 3 : 35] = 0x91;
	extra[is_winner ? 35 : 3] = 0x57;
	for (int k = 0; k < 2; k++) {
		for (int i = 0; i < 8; i++)
			extra[64 + 8 * k + i] = (uint8_t)(nonces[k] >> (8 * i));
	}
	trace_write(fixture->writer, &record, extra);
}

static inline uint64_t fixture_step(enum octo_state before, enum octo_state after)
{
	return (uint64_t)before | (uint64_t)after << 8;
}

/* The whole story; ends at 2 s. Node C only gets one packet, while it is down. */
static inline struct model *fixture_story(void)
{
	struct fixture f;
	fixture_begin(&f, FIXTURE_NODES);
	for (uint32_t node = 0; node < 2; node++) {
		fixture_put(&f, 10, TRACE_ACTION, node, 1 - node, TRACE_ACTION_CONNECT, 0);
		fixture_put(&f, 10, TRACE_STEP, node, 1 - node, OCTO_STEP_CONNECT,
		            fixture_step(OCTO_STATE_IDLE, OCTO_STATE_OFFERING));
		fixture_put(&f, 10, TRACE_ROLE, node, 1 - node, OCTO_ROLE_NONE, OCTO_ROLE_INITIATOR);
		fixture_syn(&f, 10, node, 1 - node, node + 1, node ? FIXTURE_NONCE_B : FIXTURE_NONCE_A);
		fixture_packet(&f, 10, TRACE_FLYING, node, 1 - node, node + 1, node + 1, 0,
		               fixture_ms(30 + node), fixture_ms(10));
	}
	/* A's SYN is also doubled, and the double is lost. */
	fixture_packet(&f, 11, TRACE_DROPPED, FIXTURE_A, FIXTURE_B, 1, 3, TRACE_COPY_DUPLICATE,
	               TRACE_DROP_LOSS, fixture_ms(51));
	fixture_packet(&f, 30, TRACE_DELIVERED, FIXTURE_A, FIXTURE_B, 1, 1, 0, OCTO_PACKET_SYN,
	               fixture_ms(10));
	fixture_packet(&f, 30, TRACE_RECEIVED, FIXTURE_B, FIXTURE_A, 1, 1, OCTO_PACKET_SYN,
	               OCTO_REASON_ACCEPTED, 0);
	fixture_put(&f, 30, TRACE_STEP, FIXTURE_B, FIXTURE_A, OCTO_STEP_SYN_FRESH,
	            fixture_step(OCTO_STATE_OFFERING, OCTO_STATE_ANSWERING));
	fixture_duel(&f, 30, FIXTURE_B);
	fixture_put(&f, 30, TRACE_ROLE, FIXTURE_B, FIXTURE_A, OCTO_ROLE_INITIATOR, OCTO_ROLE_ADHERENT);
	fixture_packet(&f, 31, TRACE_DELIVERED, FIXTURE_B, FIXTURE_A, 2, 2, 0, OCTO_PACKET_SYN,
	               fixture_ms(10));
	fixture_packet(&f, 31, TRACE_RECEIVED, FIXTURE_A, FIXTURE_B, 2, 2, OCTO_PACKET_SYN,
	               OCTO_REASON_DUEL_LOST, 0);
	fixture_duel(&f, 31, FIXTURE_A);
	fixture_put(&f, 60, TRACE_SESSION_UP, FIXTURE_A, FIXTURE_B, FIXTURE_SESSION,
	            OCTO_ROLE_INITIATOR | 1 << 8 | OCTO_SUITE_CHACHA20_POLY1305 << 16 | UINT64_C(1) << 32);
	fixture_put(&f, 60, TRACE_STEP, FIXTURE_A, FIXTURE_B, OCTO_STEP_SYN_ACK_VALID,
	            fixture_step(OCTO_STATE_OFFERING, OCTO_STATE_ESTABLISHED));
	fixture_put(&f, 90, TRACE_SESSION_UP, FIXTURE_B, FIXTURE_A, FIXTURE_SESSION,
	            OCTO_ROLE_ADHERENT | 1 << 8 | OCTO_SUITE_CHACHA20_POLY1305 << 16 | UINT64_C(1) << 32);
	fixture_put(&f, 90, TRACE_STEP, FIXTURE_B, FIXTURE_A, OCTO_STEP_CONFIRMED,
	            fixture_step(OCTO_STATE_ANSWERING, OCTO_STATE_ESTABLISHED));
	fixture_put(&f, 1000, TRACE_ACTION, FIXTURE_C, TRACE_NOBODY, TRACE_ACTION_CRASH, 0);
	fixture_packet(&f, 1001, TRACE_SENT, FIXTURE_A, FIXTURE_C, 3, 0, 0, OCTO_PACKET_PROBE, 1);
	fixture_packet(&f, 1001, TRACE_FLYING, FIXTURE_A, FIXTURE_C, 3, 4, TRACE_COPY_CORRUPTED,
	               fixture_ms(1021), fixture_ms(1005));
	fixture_packet(&f, 1021, TRACE_DROPPED, FIXTURE_A, FIXTURE_C, 3, 4, TRACE_COPY_CORRUPTED,
	               TRACE_DROP_DOWN, fixture_ms(1021));
	fixture_put(&f, 1500, TRACE_WARNING, FIXTURE_B, FIXTURE_A, OCTO_WARNING_HACKED, 0);
	fixture_put(&f, 1600, TRACE_ACTION, FIXTURE_B, TRACE_NOBODY, TRACE_ACTION_CRASH, 0);
	fixture_put(&f, 1700, TRACE_ACTION, FIXTURE_B, TRACE_NOBODY, TRACE_ACTION_RESTART, 0);
	return fixture_end(&f);
}

static inline uint64_t fixture_random(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

/* Whatever a field may hold by the reader's rules; beyond them the records make no sense together. */
static inline void fixture_fill(struct trace_record *record, uint64_t *seed)
{
	static const uint8_t types[] = {
		0, OCTO_PACKET_SYN, OCTO_PACKET_SYN_ACK, OCTO_PACKET_ACK, OCTO_PACKET_RETRY, OCTO_PACKET_DATA
	};
	uint8_t type = types[fixture_random(seed) % sizeof types];
	bool is_odd = fixture_random(seed) % 16 == 0;
	record->flags = (uint8_t)(fixture_random(seed) % 8);
	record->a = record->time_ns + fixture_random(seed) % 3000000;
	record->b = is_odd ? UINT64_MAX : record->time_ns + fixture_random(seed) % 500000;
	switch ((enum trace_kind)record->kind) {
	case TRACE_SENT: case TRACE_DELIVERED: record->a = type; break;
	case TRACE_DROPPED: record->a = fixture_random(seed) % TRACE_DROP_COUNT; break;
	case TRACE_RECEIVED:
		record->a = fixture_random(seed) % OCTO_REASON_COUNT;
		record->flags = type;
		break;
	case TRACE_STEP:
		record->a = fixture_random(seed) % OCTO_STEP_COUNT;
		record->b = fixture_random(seed) % OCTO_STATE_COUNT | fixture_random(seed) % OCTO_STATE_COUNT
		                                                              << 8;
		break;
	case TRACE_ROLE:
		record->a = fixture_random(seed) % OCTO_ROLE_COUNT;
		record->b = fixture_random(seed) % OCTO_ROLE_COUNT;
		break;
	case TRACE_DUEL:
		record->a = fixture_random(seed) % 2;
		record->b = 1 | 1 << 8 | 2 << 16 | (fixture_random(seed) % OCTO_ID_BYTES) << 24;
		record->extra_size = 2 * OCTO_ID_BYTES + 16;
		break;
	case TRACE_SESSION_UP: case TRACE_SESSION_SPARE:
		record->a = fixture_random(seed) % 9;
		record->b = 1 | 1 << 16 | (fixture_random(seed) % 7) << 32;
		break;
	case TRACE_SESSION_DOWN:
		record->a = fixture_random(seed) % 9;
		record->b = fixture_random(seed) % OCTO_END_COUNT;
		break;
	case TRACE_NAT:
		record->a = fixture_random(seed) % TRACE_NAT_COUNT;
		record->extra_size = (uint16_t)(3 * TRACE_ADDRESS_BYTES + 1 + fixture_random(seed) % 40);
		break;
	case TRACE_TAMPER: record->a = fixture_random(seed) % OCTO_TELL_COUNT; break;
	case TRACE_PATH_TRIED: case TRACE_PATH_MOVED: case TRACE_PATH_FAILED: case TRACE_MAPPED_ADDRESS:
		record->a = fixture_random(seed) % 2;
		record->extra_size = TRACE_ADDRESS_BYTES;
		break;
	case TRACE_KEYS_TURNED: record->b = fixture_random(seed) % 2 << 32; break;
	case TRACE_WARNING: record->a = fixture_random(seed) % OCTO_WARNING_COUNT; break;
	case TRACE_ACTION:
		record->a = fixture_random(seed) % TRACE_ACTION_COUNT;
		if (record->a == TRACE_ACTION_LIE)
			record->b = fixture_random(seed) % TRACE_LIE_COUNT;
		break;
	case TRACE_GRANTED:
		record->a = fixture_random(seed) | (fixture_random(seed) % OCTO_WAIT_COUNT) << 32;
		record->extra_size = (uint16_t)(record->extra_size / TRACE_WAITING_BYTES * TRACE_WAITING_BYTES);
		break;
	case TRACE_WAITED: record->a = fixture_random(seed) | (fixture_random(seed) % OCTO_WAIT_COUNT) << 32; break;
	case TRACE_DISCARDED: record->b = fixture_random(seed) | (fixture_random(seed) % OCTO_DISCARD_COUNT) << 32; break;
	case TRACE_CELIBACY: case TRACE_FAILED: case TRACE_LIGHT: record->a = fixture_random(seed) % 2; break;
	case TRACE_MODE:
		record->a = fixture_random(seed) % OCTO_MODE_COUNT;
		record->b = fixture_random(seed) % OCTO_MODE_COUNT;
		break;
	case TRACE_ACTIVITY:
		record->a = fixture_random(seed) % 2;
		record->b = fixture_random(seed) % OCTO_ACTIVITY_COUNT;
		break;
	case TRACE_POOL: record->a = fixture_random(seed) % OCTO_POOL_COUNT; break;
	case TRACE_SYNC_MISMATCH: case TRACE_SYNC_RESENT: case TRACE_SYNC_CONFIRMED:
		record->a = fixture_random(seed) % (OCTO_COURIER_ID_MAX + 1);
		record->b = fixture_random(seed) % OCTO_SIDE_COUNT;
		break;
	default:
		if (is_odd)
			record->a = UINT64_MAX;
		break;
	}
}

/* Records of every kind in no sensible order: copies that end before they begin, packets nobody sent,
 * causes in the future. Only what the reader itself refuses is left out. */
static inline struct model *fixture_nonsense(uint32_t records, uint32_t nodes, uint64_t seed)
{
	struct fixture f;
	uint64_t time = 0;
	fixture_begin(&f, nodes);
	for (uint32_t i = 0; i < records; i++) {
		uint8_t extra[96];
		time += fixture_random(&seed) % 200000;
		for (size_t k = 0; k < sizeof extra; k++)
			extra[k] = (uint8_t)fixture_random(&seed);
		struct trace_record record = { .time_ns = time,
			                       .kind = (uint8_t)(fixture_random(&seed) % TRACE_KIND_COUNT),
			                       .node = (uint32_t)(fixture_random(&seed) % nodes),
			                       .peer = (uint32_t)(fixture_random(&seed) % nodes),
			                       .packet = (uint32_t)(fixture_random(&seed) % 300),
			                       .copy = (uint32_t)(fixture_random(&seed) % 600),
			                       .cause = (uint32_t)(fixture_random(&seed) % records) };
		record.extra_size =
			(uint16_t)(fixture_random(&seed) % 3 ? 0 : fixture_random(&seed) % sizeof extra);
		fixture_fill(&record, &seed);
		if (fixture_random(&seed) % 16 == 0) {
			record.peer = TRACE_NOBODY;
			record.packet = UINT32_MAX;
			record.copy = ~record.copy;
		}
		trace_write(f.writer, &record, extra);
	}
	return fixture_end(&f);
}

#endif
