/* channel_fuzz.c: a whole channel with an established session: any datagrams, among them such as only a paired peer that
 * lies could make (frames that are sealed rightly, SYNs with any offer), in any order, with time between them. Whatever comes,
 * what is refused as broken changes nothing, the session directory is true, and there is an end to what is sent. */
#include "tests/fuzz/fuzz.h"
#include "tests/pair/pair.h"

enum { PIECES_MAX = 16, SENT_MAX = 64, SYNC_BIT = 0x02 };
enum { RAW, RAW_FROM_ELSEWHERE, SEALED, SYN, WAIT, DISCONNECT, CONNECT, VERBS };

/* A courier of one word, which it says when it is asked to. */
struct word { uint32_t ours, theirs; uint8_t is_due; };

static void word_mandate(const void *state, octo_time_ns now, struct octo_mandate *mandate)
{
	const struct word *word = state;
	(void)now;
	*mandate = (struct octo_mandate){ .priority = 255, .accept_reads = true, .want_to_send = word->is_due, .payload_size = 4 };
}

static size_t word_send(void *state, octo_time_ns now, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct word *word = state;
	(void)now, (void)handle;
	word->is_due = 0;
	if (size_max < 4)
		return 0;
	store_le(out, 4, word->ours);
	return 4;
}

static void word_receive(void *state, octo_time_ns now, const uint8_t *data, size_t size)
{
	(void)now;
	((struct word *)state)->theirs = (uint32_t)load_le(data, size < 4 ? size : 4);
}

static uint64_t word_digest(const void *state, enum octo_side side)
{
	const struct word *word = state;
	return side == OCTO_SIDE_OURS ? word->ours : word->theirs;
}

static void word_resync(void *state, octo_time_ns now)
{
	(void)now;
	((struct word *)state)->is_due = 1;
}

static const struct octo_courier word = { .name = "word", .id = 2, .state_size = sizeof(struct word), .mandate = word_mandate,
	.send = word_send, .receive = word_receive, .digest = word_digest, .resync = word_resync };
static const struct octo_courier *const couriers[] = { &octo_courier_load, &word };

static struct pair pair, fresh;
static uint8_t *blocks[2];

/* Every input meets the same two channels. The lists that grew keep their room. */
static void begin(void)
{
	if (!blocks[0]) {
		struct pair_options options;
		pair_default(&options);
		options.couriers = couriers;
		options.courier_count = 2;
		options.crypto = octo_crypto_model(); /* a keyed hash: thousands of packets a second under a sanitizer */
		pair_open(&pair, &options);
		pair_establish(&pair, WINNER);
		pair_run(&pair, 5 * OCTO_SECOND);
		for (int i = 0; i < 2; i++) {
			blocks[i] = malloc(pair.nodes[i].block_size);
			FUZZ_REQUIRE(blocks[i] != NULL);
			memcpy(blocks[i], pair.nodes[i].channel, pair.nodes[i].block_size);
		}
		fresh = pair;
		return;
	}
	struct pair now = pair;
	pair = fresh;
	pair.sent = now.sent;
	pair.sent_room = now.sent_room;
	pair.sent_count = 0;
	for (int i = 0; i < 2; i++) {
		pair.nodes[i].events = now.nodes[i].events;
		pair.nodes[i].event_room = now.nodes[i].event_room;
		pair.nodes[i].event_count = 0;
		memcpy(pair.nodes[i].channel, blocks[i], pair.nodes[i].block_size);
	}
}

static void drain(void)
{
	struct pair_node *node = &pair.nodes[WINNER];
	uint8_t out[OCTO_DATAGRAM_MAX];
	uint32_t entries, slots, sent = 0;
	struct octo_address to;
	size_t size;
	while (octo_channel_send(node->channel, &node->host, pair_clock(&pair, WINNER), out, &size, &to)) {
		FUZZ_REQUIRE(size > 0 && size <= OCTO_DATAGRAM_MAX);
		FUZZ_REQUIRE(++sent <= SENT_MAX);
	}
	octo_directory_audit(node->channel, &entries, &slots);
	FUZZ_REQUIRE(entries == slots);
	FUZZ_REQUIRE(octo_channel_next_wake(node->channel) >= pair_clock(&pair, WINNER));
}

/* What a paired peer sealed may be charged to it (C:95), also when it cannot be used. */
static void push(const struct octo_address *from, const uint8_t *bytes, size_t size, bool is_sealed)
{
	struct pair_node *node = &pair.nodes[WINNER];
	struct octo_counters before = *octo_channel_counters(node->channel);
	uint64_t digest = octo_channel_digest(node->channel);
	enum octo_reason reason = pair_push(&pair, WINNER, from, bytes, size);
	const struct octo_counters *after = octo_channel_counters(node->channel);
	FUZZ_REQUIRE(after->received == before.received + 1);
	FUZZ_REQUIRE(after->reasons[reason] == before.reasons[reason] + 1);
	FUZZ_REQUIRE(is_sealed || octo_reason_class(reason) != OCTO_CLASS_BROKEN || octo_channel_digest(node->channel) == digest);
}

static void push_syn(const uint8_t *bytes, size_t size)
{
	struct syn_offer offer = pair_offer(&pair, LOSER);
	uint8_t plain[SYN_OFFER_BYTES], out[SYN_BYTES];
	syn_offer_write(plain, &offer);
	memcpy(plain, bytes, size < sizeof plain ? size : sizeof plain);
	(void)syn_offer_read(plain, &offer); /* refused or not: its fields are what the bytes say */
	pair_forge_syn(&pair, LOSER, &offer, size & 1 ? PACKET_FLAG_USER : 0, out);
	push(&pair.nodes[LOSER].address, out, sizeof out, true);
}

static void push_sealed(const uint8_t *bytes, size_t size, uint8_t bits)
{
	uint8_t out[OCTO_DATAGRAM_MAX];
	size_t most = OCTO_DATAGRAM_MAX - DATA_OVERHEAD_BYTES_MAX;
	if (size > 0)
		push(&pair.nodes[LOSER].address, out, pair_forge_data(&pair, LOSER, bytes, size < most ? size : most, bits, out), true);
}

static void obey(uint8_t verb, const uint8_t *bytes, size_t size)
{
	struct octo_address elsewhere = { .ip = { 0xfe }, .port = 1 };
	switch (verb % VERBS) {
	case RAW:
		push(&pair.nodes[LOSER].address, bytes, size, false);
		break;
	case RAW_FROM_ELSEWHERE:
		push(&elsewhere, bytes, size, false);
		break;
	case SEALED:
		push_sealed(bytes, size, verb & 0x40 ? SYNC_BIT : 0); /* with the sync bit, or without */
		break;
	case SYN:
		push_syn(bytes, size);
		break;
	case WAIT:
		pair.now += (size ? bytes[0] + UINT64_C(1) : 1) * 100 * OCTO_MILLISECOND;
		break;
	case DISCONNECT:
		pair_disconnect(&pair, WINNER);
		break;
	default:
		pair_connect(&pair, WINNER);
	}
}

/* The input is a list of pieces: verb 1 | size 2 | bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);
	begin();
	for (int i = 0; i < PIECES_MAX && reader_left(&reader) > 0; i++) {
		uint8_t verb = read_u8(&reader);
		size_t told = read_u16(&reader), left = reader_left(&reader);
		told = told < left ? told : left;
		const uint8_t *piece = read_bytes(&reader, told);
		if (reader.failed)
			break;
		obey(verb, piece, told);
		drain();
	}
	return 0;
}

static size_t add_piece(uint8_t *out, size_t at, uint8_t verb, const void *bytes, size_t size)
{
	out[at] = verb;
	store_le(out + at + 1, 2, size);
	memcpy(out + at + 3, bytes, size);
	return at + 3 + size;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	static const uint8_t frames[] = { FRAME_PING, 1, 2, 3, 4, FRAME_COURIER | 1, 8, 0, 0, 0, 0, 0, 0, 0, 0, FRAME_PAD };
	static const uint8_t acks[] = { FRAME_ACK, 5, 0, 3, 0xff, 0, 0, 0 }, end[] = { FRAME_CLOSE, 1 };
	static const uint8_t ranges[] = { FRAME_ACK_RANGES, 9, 3, 2, 1, 2, 0, 1 }, rate[] = { FRAME_MAX_RATE, 0, 16, 0, 0 };
	static const uint8_t path[] = { FRAME_PATH_CHALLENGE, 1, 2, 3, 4, 5, 6, 7, 8 }, sync[] = { FRAME_SYNC_REQUEST, 2 };
	static const uint8_t hash[] = { FRAME_SYNC_HASH, 2, 1, 2, 3, 4, 5, 6, 7, 8 };
	static const struct { const uint8_t *bytes; size_t size; } lists[] = { { frames, sizeof frames }, { acks, sizeof acks },
		{ ranges, sizeof ranges }, { rate, sizeof rate }, { path, sizeof path }, { sync, sizeof sync }, { hash, sizeof hash }, { end, sizeof end } };
	uint8_t out[1024];
	size_t size = 0, all = 0;
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		size = add_piece(out, 0, SEALED, lists[i].bytes, lists[i].size);
		add(out, size);
		all = add_piece(out, all, SEALED, lists[i].bytes, lists[i].size);
	}
	add(out, all);
	/* An answer that is due, and a process that was paused for longer than it was wanted. */
	size = add_piece(out, add_piece(out, 0, SEALED, rate, sizeof rate), WAIT, "\xff", 1);
	add(out, size);
	begin();
	struct pair_datagram syn = pair_sent(&fresh, WINNER, OCTO_PACKET_SYN, 1), data = pair_sent(&fresh, LOSER, OCTO_PACKET_DATA, 0);
	size = add_piece(out, 0, RAW, syn.bytes, syn.size);
	size = add_piece(out, size, RAW_FROM_ELSEWHERE, data.bytes, data.size);
	size = add_piece(out, size, SYN, "", 0);
	size = add_piece(out, size, WAIT, "\xff", 1);
	size = add_piece(out, size, DISCONNECT, "", 0);
	size = add_piece(out, size, CONNECT, "", 0);
	add(out, size);
}
