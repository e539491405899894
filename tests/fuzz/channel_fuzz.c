/* channel_fuzz.c: a whole channel with an established session, against an associate that lies: any datagrams, among
 * them such as only who has the keys can make; the true core of the associate between them; what users, hosts and
 * applications do; and time. Whatever comes: what is refused as broken changes nothing, the session directory is true,
 * what is lent comes back, a session ends with a reason, and there is an end to what is sent. The scene is
 * channel_scene.h, an input a program of pieces.h. */
#include "tests/fuzz/channel_scene.h"
#include "tests/fuzz/pieces.h"
#include "tests/pair/forge.h"

enum { SENT_MAX = 64, FRAMES_BYTES_MAX = OCTO_DATAGRAM_MAX - DATA_OVERHEAD_BYTES_MAX };

/* What a piece is. Bit 7 of a verb: the next one happens in the same instant, before anything is sent. */
enum {
	RAW, RAW_FROM_ELSEWHERE,          /* a datagram */
	SEALED,                           /* frames; bits 5-6: enum forge_slot; bit 4: from elsewhere, with the sync bit */
	SEALED_TURNED,                    /* the same under the next key, with bit 4 under the one before */
	SYN, SYN_ACK, ACK, RETRY,         /* struct forge_changes; bit 4: the flag, or the other reason */
	WAIT,                             /* u8 × 100 ms, in which nobody runs */
	TALK,                             /* u8 × 20 ms of both cores; u8: bit 0 and 1: what the two say is lost */
	CLOCK,                            /* i8 × 10 min: the clock steps */
	DO, DO_OTHER,                     /* the user or the application, here or there: u8 what, u8 how */
	REPLAY,                           /* u8: what the other core sent so long ago */
	RESTART_OTHER,                    /* bit 4: without its store */
	VERBS,
	VERB_MASK = 0x0f, BIT_4 = 0x10, AT_ONCE = 0x80
};
_Static_assert((int)VERBS <= VERB_MASK, "verbs in four bits");

static struct scene *scene;
#define HERE scene->pair.nodes[WINNER].channel, &scene->pair.nodes[WINNER].host
static const struct octo_address elsewhere = { .ip = { 0xfe }, .port = 1 };

/* ---- What must hold ----------------------------------------------------------------------------------------------- */

/* The session that was current is, or it was reported where it went. */
static void check_sessions(uint64_t before)
{
	const struct pair_node *node = &scene->pair.nodes[WINNER];
	struct peer *peer = pair_peer(&scene->pair, WINNER);
	bool is_told = before == 0 || peer->current.log_id == before;
	for (size_t i = 0; i < node->event_count; i++) {
		const struct octo_event *event = &node->events[i];
		bool is_end = event->kind == OCTO_EVENT_SESSION_DOWN || event->kind == OCTO_EVENT_SESSION_SPARE;
		is_told = is_told || (is_end && event->session.log_id == before);
	}
	FUZZ_REQUIRE(is_told);
	bool is_lender = peer->current.id != 0 || peer->spare.id != 0;
	FUZZ_REQUIRE(is_lender || node->channel->pages.lent + node->channel->fates.lent + node->channel->copies.lent == 0);
}

static void drain(void)
{
	struct pair_node *node = &scene->pair.nodes[WINNER];
	uint8_t out[OCTO_DATAGRAM_MAX];
	uint32_t entries, slots, sent = 0;
	struct octo_address to;
	size_t size;
	scene_update(scene, WINNER);
	while (octo_channel_send(HERE, pair_clock(&scene->pair, WINNER), out, &size, &to)) {
		FUZZ_REQUIRE(size > 0 && size <= OCTO_DATAGRAM_MAX);
		FUZZ_REQUIRE(++sent <= SENT_MAX);
	}
	octo_directory_audit(node->channel, &entries, &slots);
	FUZZ_REQUIRE(entries == slots);
	FUZZ_REQUIRE(octo_channel_next_wake(node->channel) >= pair_clock(&scene->pair, WINNER));
}

/* What a paired peer sealed may be charged to it (C:95), also when it cannot be used. */
static void push(const struct octo_address *from, const uint8_t *bytes, size_t size, bool is_sealed)
{
	struct pair_node *node = &scene->pair.nodes[WINNER];
	struct octo_counters before = *octo_channel_counters(node->channel);
	uint64_t digest = is_sealed ? 0 : octo_channel_digest(node->channel);
	enum octo_reason reason = pair_push(&scene->pair, WINNER, from, bytes, size);
	const struct octo_counters *after = octo_channel_counters(node->channel);
	FUZZ_REQUIRE(after->received == before.received + 1);
	FUZZ_REQUIRE(after->reasons[reason] == before.reasons[reason] + 1);
	FUZZ_REQUIRE(is_sealed || octo_reason_class(reason) != OCTO_CLASS_BROKEN || octo_channel_digest(node->channel) == digest);
}

/* ---- The liar ------------------------------------------------------------------------------------------------------ */

/* What no mutation would guess is filled in: a PONG of 0 or 1 answers the PING or the challenge that is out, a PATH_RESPONSE
 * that begins with 0 the question, an ACK or ACK_RANGES of 0 acknowledges what was sent last. A HANDSHAKE that begins with 0
 * or 1 becomes a SYN or SYN-ACK, what follows its changes. `data` is where its bytes stand. */
static void fill_in(struct frame *frame, uint8_t data[SYN_BYTES])
{
	const struct peer *peer = pair_peer(&scene->pair, WINNER);
	uint64_t last = peer->current.number_next ? peer->current.number_next - 1 : 0;
	struct forge_changes changes = { frame->data ? frame->data + 1 : NULL, frame->size ? frame->size - 1 : 0 };
	if (frame->type == FRAME_PONG && frame->token <= 1)
		frame->token = frame->token ? peer->claim.token : peer->current.ping_token;
	if (frame->type == FRAME_PATH_RESPONSE && frame->data[0] == 0)
		frame->data = peer->path.question;
	if (frame->type == FRAME_ACK && frame->largest == 0)
		frame->largest = last & 0xffff;
	if (frame->type == FRAME_ACK_RANGES && frame->largest == 0)
		frame->largest = last;
	if (frame->type != FRAME_HANDSHAKE || frame->size == 0 || frame->data[0] > 1)
		return;
	frame->size = frame->data[0] == 0 ? forge_syn(&scene->pair, WINNER, 0, changes, data) :
	                                    forge_syn_ack(&scene->pair, WINNER, changes, data);
	frame->data = data;
}

/* Frames with what is to be filled in; what is none is left as it is. */
static size_t write_frames(uint8_t out[FRAMES_BYTES_MAX], const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);
	struct writer writer = writer_of(out, FRAMES_BYTES_MAX);
	struct frame frame;
	size_t read = 0;
	memset(&frame, 0, sizeof frame);
	while (frame_read(&reader, &frame)) {
		uint8_t data[SYN_BYTES];
		fill_in(&frame, data);
		if (frame_size(&frame) > writer_left(&writer))
			return writer.position;
		frame_write(&writer, &frame);
		read = reader.position;
	}
	size_t left = size - read < writer_left(&writer) ? size - read : writer_left(&writer);
	if (left)
		write_bytes(&writer, bytes + read, left);
	return writer.position;
}

static void push_sealed(uint8_t verb, const uint8_t *bytes, size_t size)
{
	bool is_turned = (verb & VERB_MASK) == SEALED_TURNED, is_odd = verb & BIT_4;
	struct forge_data how = { .slot = (enum forge_slot)((verb >> 5 & 3) % FORGE_SLOTS),
		.key = is_turned ? is_odd ? FORGE_KEY_PREVIOUS : FORGE_KEY_NEXT : FORGE_KEY_PRESENT,
		.bits = is_odd && !is_turned ? 0x02 : 0 };
	uint8_t frames[FRAMES_BYTES_MAX], out[OCTO_DATAGRAM_MAX];
	size_t out_size = forge_data(&scene->pair, WINNER, &how, frames, write_frames(frames, bytes, size), out);
	if (out_size)
		push(is_odd && !is_turned ? &elsewhere : &scene->pair.nodes[LOSER].address, out, out_size, true);
}

static void push_forged(uint8_t verb, const uint8_t *bytes, size_t size)
{
	struct pair *pair = &scene->pair;
	struct forge_changes changes = { bytes, size };
	uint8_t out[SYN_BYTES];
	size_t out_size = 0;
	switch (verb & VERB_MASK) {
	case SYN: out_size = forge_syn(pair, WINNER, verb & BIT_4 ? PACKET_FLAG_USER : 0, changes, out); break;
	case SYN_ACK: out_size = forge_syn_ack(pair, WINNER, changes, out); break;
	case ACK: out_size = forge_ack(pair, WINNER, changes, out); break;
	case RETRY: out_size = forge_retry(pair, WINNER, verb & BIT_4 ? RETRY_STALE : RETRY_COOKIE, changes, out); break;
	}
	if (out_size)
		push(&pair->nodes[LOSER].address, out, out_size, true);
}

/* ---- Programs -------------------------------------------------------------------------------------------------------- */

static void step_clock(int8_t steps)
{
	int64_t by = steps * INT64_C(600) * (int64_t)OCTO_SECOND;
	scene->pair.nodes[WINNER].clock_offset_ns += by;
}

static void obey(const struct piece *piece)
{
	uint8_t first = piece->size ? piece->bytes[0] : 0, second = piece->size > 1 ? piece->bytes[1] : 0;
	switch (piece->verb & VERB_MASK) {
	case RAW: push(&scene->pair.nodes[LOSER].address, piece->bytes, piece->size, false); break;
	case RAW_FROM_ELSEWHERE: push(&elsewhere, piece->bytes, piece->size, false); break;
	case SEALED:
	case SEALED_TURNED: push_sealed(piece->verb, piece->bytes, piece->size); break;
	case SYN:
	case SYN_ACK:
	case ACK:
	case RETRY: push_forged(piece->verb, piece->bytes, piece->size); break;
	case WAIT: scene->pair.now += (first + UINT64_C(1)) * 100 * OCTO_MILLISECOND; break;
	case TALK: scene_talk(scene, (first + UINT64_C(1)) * 20 * OCTO_MILLISECOND, second & 1, second & 2); break;
	case CLOCK: step_clock((int8_t)first); break;
	case DO: scene_do(scene, WINNER, first, second); break;
	case DO_OTHER: scene_do(scene, LOSER, first, second); break;
	case REPLAY: scene_replay(scene, first); break;
	case RESTART_OTHER: scene_restart_other(scene, !(piece->verb & BIT_4)); break;
	default: break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct program program;
	program_read(&program, bytes, size);
	scene = scene_begin(program.setting);
	for (unsigned i = 0; i < program.count; i++) {
		uint64_t before = pair_peer(&scene->pair, WINNER)->current.log_id;
		obey(&program.pieces[i]);
		if (!(program.pieces[i].verb & AT_ONCE))
			drain();
		check_sessions(before);
		scene->pair.nodes[WINNER].event_count = 0;
	}
	drain();
	return 0;
}

/* ---- Seeds ----------------------------------------------------------------------------------------------------------- */

/* Bytes as text. */
#define PIECE(verb, text) { verb, (const uint8_t *)"" text, sizeof("" text) - 1 }
#define PING "\x03\1\2\3\4"
#define PONG_PING "\x04\0\0\0\0"
#define PONG_CLAIM "\x04\1\0\0\0"
#define MAX_RATE "\x07\0\x20\0\0"
#define CLOSE "\x08\0"
#define ACK_LAST "\x01\0\0\3\xff\0\0\0"
#define RANGES_LAST "\x02\0\3\1\0\1"
#define LIE "\x02\x80\x10\0\0\0\1\0\1"
#define SYN_INSIDE "\x0b\1\0"
#define SYN_ACK_INSIDE "\x0b\1\1"
#define MESSAGE "\x81\x08\0\0\0\0\0\0\0\0"
enum { IN_SPARE = FORGE_SPARE << 5, IN_ANSWER = FORGE_ANSWER << 5 };

static const struct piece known[] = {
	PIECE(SEALED, PING MESSAGE "\0"), PIECE(SEALED, PONG_PING), PIECE(SEALED, PONG_CLAIM),
	PIECE(SEALED, PONG_CLAIM MAX_RATE MESSAGE CLOSE), PIECE(SEALED, ACK_LAST), PIECE(SEALED, RANGES_LAST), PIECE(SEALED, LIE),
	PIECE(SEALED, SYN_INSIDE), PIECE(SEALED, SYN_ACK_INSIDE), PIECE(SEALED, MAX_RATE), PIECE(SEALED, CLOSE),
	PIECE(SEALED | BIT_4, "\x05\1\2\3\4\5\6\7\x08" PING),   /* PATH_CHALLENGE and more, from elsewhere */
	PIECE(SEALED, "\x06\0\0\0\0\0\0\0\0"),                  /* PATH_RESPONSE */
	PIECE(SEALED, "\x09\2"), PIECE(SEALED, "\x0a\2\1\2\3\4\5\6\7\x08"), /* SYNC_REQUEST, SYNC_HASH */
	PIECE(SEALED, "\x0c\1\0\4\1\2\3\4"), PIECE(SEALED, "\x0c\1\2\4\1\2\3\4"), /* COURIER_ORDERED: due, early */
	PIECE(SEALED, "\x82\x11\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), /* couriers: state, command, blob */
	PIECE(SEALED, "\x84\1\0"), PIECE(SEALED, "\x86\5\4\1\0\1\0"),
	PIECE(SEALED | IN_SPARE, PING), PIECE(SEALED | IN_ANSWER, PING), PIECE(SEALED | IN_ANSWER, LIE),
	PIECE(SEALED_TURNED, PING), PIECE(SEALED_TURNED | BIT_4, PING),
	PIECE(SYN, "\0\0"), PIECE(SYN | BIT_4, "\0\0"), PIECE(SYN_ACK, "\0\0"), PIECE(ACK, "\0\0"), PIECE(RETRY, "\0\1"),
	PIECE(RETRY | BIT_4, "\0\0"), PIECE(WAIT, "\0"), PIECE(WAIT, "\x14"), PIECE(WAIT, "\xff"),
	PIECE(TALK, "\x0a\0"), PIECE(TALK, "\xff\0"), PIECE(TALK, "\x78\2"), PIECE(TALK, "\x78\1"),
	PIECE(CLOCK, "\1"), PIECE(CLOCK, "\xff"), PIECE(CLOCK, "\x64"),
	PIECE(DO, "\0\x09"), PIECE(DO, "\1\0"), PIECE(DO, "\2\1"), PIECE(DO, "\3\0"), PIECE(DO, "\4\0"),
	PIECE(DO, "\5\0"), PIECE(DO, "\6\x28"), PIECE(DO, "\7\4"), PIECE(DO, "\x08\0"), PIECE(DO, "\x09\1"),
	PIECE(DO, "\x0a\1"), PIECE(DO, "\x0b\5"), PIECE(DO, "\x0c\3"),
	PIECE(DO_OTHER, "\4\0"), PIECE(DO_OTHER, "\6\x09"), PIECE(DO_OTHER, "\7\5"), PIECE(DO_OTHER, "\x08\x09"),
	PIECE(DO_OTHER, "\x09\2"), PIECE(REPLAY, "\0"), PIECE(REPLAY, "\3"),
	PIECE(RESTART_OTHER, ""), PIECE(RESTART_OTHER | BIT_4, "")
};
enum { KNOWN = sizeof known / sizeof *known };

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t size_max, unsigned seed)
{
	return program_mutate(bytes, size, size_max, seed, known, KNOWN);
}

static void add_program(void (*add)(const void *bytes, size_t size), int setting, const struct piece *pieces, unsigned count)
{
	uint8_t out[1024];
	struct program program = { .setting = (uint8_t)setting, .count = count };
	memcpy(program.pieces, pieces, count * sizeof *pieces);
	add(out, program_write(out, sizeof out, &program));
}
#define ADD(setting, ...)                                                                            \
	do {                                                                                         \
		static const struct piece pieces[] = { __VA_ARGS__ };                                \
		add_program(add, setting, pieces, sizeof pieces / sizeof *pieces);                   \
	} while (0)

/* Assertions that an associate could once make fail. */
static void add_former_crashes(void (*add)(const void *bytes, size_t size))
{
	/* A lie while new secrets are asked for, and behind the request for them. */
	ADD(SCENE_IS_INITIATOR, PIECE(TALK, "\xff\2"), PIECE(SEALED, LIE), PIECE(WAIT, "\x1e"), PIECE(TALK, "\xff\0"));
	ADD(0, PIECE(SEALED, SYN_INSIDE), PIECE(SEALED, LIE), PIECE(WAIT, "\x1e"), PIECE(TALK, "\xff\0"));
	/* A SYN inside a session whose packets are too small for its answer. */
	ADD(SCENE_SMALLEST | SCENE_IS_GULLIBLE, PIECE(SEALED, SYN_INSIDE), PIECE(WAIT, "\x1e"));
	/* All that may be due in front of a SYN inside, in the smallest packets that have room for one. */
	for (int payload = SCENE_201; payload <= SCENE_205; payload += SCENE_205 - SCENE_201)
		ADD(SCENE_IS_INITIATOR | payload, PIECE(TALK, "\xff\2"), PIECE(AT_ONCE | SEALED, PING), PIECE(AT_ONCE | SYN, "\0\0"),
		    PIECE(AT_ONCE | DO, "\0\x09"), PIECE(WAIT, "\x14"), PIECE(TALK, "\xff\0"));
	/* The host ends communication at a PONG that has company. */
	ADD(SCENE_REFUSES, PIECE(SYN, "\0\0"), PIECE(WAIT, "\0"), PIECE(SEALED, PONG_CLAIM MAX_RATE MESSAGE CLOSE),
	    PIECE(WAIT, "\0"));
	/* An answer that is due, and a process that was paused for longer than it was wanted. */
	ADD(SCENE_IS_INITIATOR, PIECE(SEALED, MAX_RATE), PIECE(WAIT, "\xff"));
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	for (unsigned i = 0; i < KNOWN; i++)
		for (int setting = 0; setting <= SCENE_IS_INITIATOR; setting += SCENE_IS_INITIATOR)
			add_program(add, setting, &known[i], 1);
	add_former_crashes(add);
	/* Handshakes anew, by either side; keys that turn; sets of couriers at work, and blobs both ways. */
	ADD(0, PIECE(DO, "\4\0"), PIECE(WAIT, "\x1e"), PIECE(DO, "\4\1"), PIECE(SYN_ACK, ""), PIECE(SEALED, PING));
	ADD(0, PIECE(SEALED, CLOSE), PIECE(WAIT, "\x28"), PIECE(SYN | BIT_4, ""), PIECE(ACK, ""), PIECE(SEALED, PING));
	ADD(SCENE_IS_INITIATOR, PIECE(TALK, "\xff\2"), PIECE(SEALED, SYN_ACK_INSIDE), PIECE(SEALED, PING));
	ADD(0, PIECE(SEALED, SYN_INSIDE), PIECE(SEALED | IN_ANSWER, PING), PIECE(SEALED | IN_SPARE, CLOSE));
	ADD(0, PIECE(SEALED_TURNED, PING), PIECE(SEALED_TURNED | BIT_4, PING), PIECE(DO, "\6\xc8"), PIECE(TALK, "\xff\0"));
	ADD(SCENE_IS_AGENT, PIECE(DO, "\7\4"), PIECE(DO_OTHER, "\7\6"), PIECE(DO_OTHER, "\x08\3"), PIECE(DO_OTHER, "\x09\1"),
	    PIECE(DO, "\x09\2"), PIECE(DO, "\x0c\3"), PIECE(TALK, "\x64\0"), PIECE(DO, "\x08\0"), PIECE(DO, "\x0a\1"),
	    PIECE(TALK, "\x64\0"));
	ADD(SCENE_IS_REMOTE, PIECE(DO, "\7\4"), PIECE(DO, "\x08\6"), PIECE(DO, "\x09\1"), PIECE(TALK, "\x3c\0"),
	    PIECE(RESTART_OTHER, ""), PIECE(DO_OTHER, "\4\1"), PIECE(TALK, "\xc8\0"));
	ADD(SCENE_IS_AGENT | SCENE_REFUSES, PIECE(CLOCK, "\1"), PIECE(CLOCK, "\xff"), PIECE(TALK, "\x32\0"),
	    PIECE(CLOCK, "\x64"), PIECE(TALK, "\xff\0"));
	ADD(0, PIECE(DO, "\4\0"), PIECE(WAIT, "\x1e"), PIECE(DO, "\4\1"), PIECE(RETRY, "\0\7"), PIECE(RETRY | BIT_4, "\x11\1"),
	    PIECE(WAIT, "\x1e"));
}
