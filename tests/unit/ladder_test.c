/* ladder_test.c: the ladder: ladder.c, ladder_layout.c, ladder_notes.c, ladder_source.c and canvas.c.
 * Arrows begin and end on the lines of their instants, every fate has its mark, and whatever the records
 * say the picture keeps its shape. Two pictures are compared whole; they are what a reader sees. */
#include "tests/check.h"

#include "sim/trace/ladder.h"

#include <stdlib.h>

enum { RECORDS_MAX = 4000, EXTRA_BYTES = 160, NODES_MAX = 20 };

static struct trace_record records[RECORDS_MAX];
static uint8_t extra_bytes[RECORDS_MAX][EXTRA_BYTES];
static const uint8_t *extras[RECORDS_MAX];
static struct trace_node nodes[NODES_MAX];
static struct ladder_list list;
static uint32_t packets, copies;

static void clear(uint32_t node_count)
{
	static const char *const names[] = { "robot", "pilot", "third", "fourth" };

	memset(records, 0, sizeof(records));
	memset(extra_bytes, 0, sizeof(extra_bytes));
	memset(nodes, 0, sizeof(nodes));
	for (uint32_t i = 0; i < node_count; i++) {
		snprintf(nodes[i].name, sizeof(nodes[i].name), "%s", i < 4 ? names[i] : "");
		if (i >= 4)
			snprintf(nodes[i].name, sizeof(nodes[i].name), "node-%u", (unsigned)i);
		snprintf(nodes[i].kind, sizeof(nodes[i].kind), "%s", i % 2 ? "remote" : "agent");
		memset(nodes[i].id, (int)(0x9f - i), OCTO_ID_BYTES);
	}
	list = (struct ladder_list){
		.records = records, .extras = extras, .nodes = nodes, .node_count = node_count
	};
	packets = copies = 0;
}

static struct trace_record *add(uint64_t ms, enum trace_kind kind, uint32_t node, uint32_t peer, uint64_t a,
                                uint64_t b)
{
	struct trace_record *record = &records[list.count];

	extras[list.count] = extra_bytes[list.count];
	list.count++;
	*record = (struct trace_record){ .time_ns = ms * OCTO_MILLISECOND,
		                         .kind = (uint8_t)kind,
		                         .node = node,
		                         .peer = peer,
		                         .a = a,
		                         .b = b };
	return record;
}

/* A datagram with bytes of its own, or those of another variant again. */
static uint32_t sent(uint64_t ms, uint32_t node, uint32_t peer, enum octo_packet_type type, uint8_t variant)
{
	struct trace_record *record = add(ms, TRACE_SENT, node, peer, type, 0);

	record->packet = ++packets;
	record->extra_size = 40;
	memset(extra_bytes[list.count - 1], variant, EXTRA_BYTES);
	return packets;
}

static uint32_t flying(uint64_t ms, uint32_t node, uint32_t peer, uint32_t packet, uint8_t flags)
{
	struct trace_record *record = add(ms, TRACE_FLYING, node, peer, 0, 0);

	record->packet = packet;
	record->copy = ++copies;
	record->flags = flags;
	return copies;
}

static void dropped(uint64_t ms, uint32_t node, uint32_t peer, uint32_t packet, uint32_t copy,
                    enum trace_drop why)
{
	struct trace_record *record = add(ms, TRACE_DROPPED, node, peer, why, 0);

	record->packet = packet;
	record->copy = copy ? copy : ++copies;
}

static void arrived(uint64_t ms, uint32_t node, uint32_t peer, uint32_t packet, uint32_t copy, uint8_t flags,
                    enum octo_reason reason)
{
	struct trace_record *record = add(ms, TRACE_DELIVERED, node, peer, OCTO_PACKET_SYN, 0);

	record->packet = packet;
	record->copy = copy;
	record->flags = flags;
	record = add(ms, TRACE_RECEIVED, peer, node, reason, 0);
	record->packet = packet;
	record->copy = copy;
	record->flags = OCTO_PACKET_SYN;
}

static void step(uint64_t ms, uint32_t node, uint32_t peer, enum octo_step which, enum octo_state before,
                 enum octo_state after)
{
	add(ms, TRACE_STEP, node, peer, which, (uint64_t)before | (uint64_t)after << 8);
}

static void duel(uint64_t ms, uint32_t node, uint32_t peer, bool has_won, uint32_t deciding)
{
	struct trace_record *record =
		add(ms, TRACE_DUEL, node, peer, has_won,
	            OCTO_ROLE_INITIATOR | OCTO_ROLE_INITIATOR << 8 | (uint64_t)deciding << 24);

	record->extra_size = 80;
	memset(extra_bytes[list.count - 1], 0xaa, 64);
	extra_bytes[list.count - 1][deciding] = has_won ? 0xcc : 0xbb;
	extra_bytes[list.count - 1][32 + deciding] = has_won ? 0xbb : 0xcc;
}

/* The ladder as text; freed by the caller. */
static char *draw(const struct ladder_options *options)
{
	const struct ladder_source source = ladder_source_of_list(&list);
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	CU_ASSERT_PTR_NOT_NULL_FATAL(out);
	CHECK(ladder_print(&source, options, out));
	fclose(out);
	return text;
}

/* The line (without those of the head) that holds `part`, counted from 1; 0 for none. */
static int line_of(const char *text, const char *part)
{
	const char *at = strstr(text, part);
	int line = -1;

	for (const char *c = text; at && c < at; c++)
		line += *c == '\n';
	return at ? line : 0;
}

static void expect_picture(const struct ladder_options *options, const char *expected)
{
	char *text = draw(options);

	CHECK(strcmp(text, expected) == 0);
	if (strcmp(text, expected) != 0)
		printf("\nfound:\n%sexpected:\n%s", text, expected);
	free(text);
}

static void expect_parts(const struct ladder_options *options, const char *const *parts)
{
	char *text = draw(options);

	for (; *parts; parts++) {
		CHECK(strstr(text, *parts) != NULL);
		if (!strstr(text, *parts))
			printf("\n\"%s\" is not in\n%s", *parts, text);
	}
	free(text);
}

/* Both connect at once; the robot wins. The second SYN of the pilot has the bytes of the first, which was
 * lost. */
static void simultaneous_open(void)
{
	uint32_t syn, other, copy, other_copy;

	clear(2);
	add(1000, TRACE_ACTION, 0, 1, TRACE_ACTION_CONNECT, 0);
	step(1000, 0, 1, OCTO_STEP_CONNECT, OCTO_STATE_IDLE, OCTO_STATE_OFFERING);
	syn = sent(1000, 0, 1, OCTO_PACKET_SYN, 0x11);
	dropped(1000, 0, 1, syn, 0, TRACE_DROP_LOSS);
	step(1990, 0, 1, OCTO_STEP_OFFER_TIMER, OCTO_STATE_OFFERING, OCTO_STATE_OFFERING);
	syn = sent(1990, 0, 1, OCTO_PACKET_SYN, 0x11);
	copy = flying(1990, 0, 1, syn, 0);
	step(1995, 1, 0, OCTO_STEP_CONNECT, OCTO_STATE_IDLE, OCTO_STATE_OFFERING);
	other = sent(1995, 1, 0, OCTO_PACKET_SYN, 0x22);
	other_copy = flying(1995, 1, 0, other, 0);
	arrived(2010, 0, 1, syn, copy, 0, OCTO_REASON_ACCEPTED);
	step(2010, 1, 0, OCTO_STEP_SYN_FRESH, OCTO_STATE_OFFERING, OCTO_STATE_ANSWERING);
	duel(2010, 1, 0, false, 0);
	add(2010, TRACE_ROLE, 1, 0, OCTO_ROLE_INITIATOR, OCTO_ROLE_ADHERENT);
	arrived(2015, 1, 0, other, other_copy, 0, OCTO_REASON_DUEL_LOST);
	duel(2015, 0, 1, true, 0);
}

/* clang-format off */
static void simultaneous_open_reads_as_it_happened(void)
{
	const struct ladder_options options = {0};

	simultaneous_open();
	expect_picture(&options,
	               "            s  robot                                  pilot\n"
	               "               agent 9f9f9f9f…                        remote 9e9e9e9e…\n"
	               "    1.000 000  ┊── #1 SYN n=11111111 ────✕            │   robot the user connects, idle → offering\n"
	               "               ┊                                      │         ✕ lost by chance\n"
	               "               ⋮           … 990 ms idle …            ⋮\n"
	               "    1.990 000  ┊── #2 SYN n=11111111 ↻ ──╮            │   robot offer's resend timer\n"
	               "    1.995 000  ┊              ╭── #3 SYN n=22222222 ──┊   pilot idle → offering\n"
	               "    2.010 000  ┊              │          ╰────── #2 ─►┋   pilot offering → answering\n"
	               "               ┊              │                       ┋         ⚔ duel lost: [bb] < [cc] at byte 0\n"
	               "               ┊       ╭──────╯                       ┋         ⇄ role flips: initiator → adherent\n"
	               "    2.015 000  ┊⊘─ #3 ─╯                              ┋   robot ⊘ duel-lost, ⚔ duel won: [cc] > [bb] at byte 0\n");
}

static void ascii_keeps_the_columns(void)
{
	const struct ladder_options options = {.is_ascii = true};

	simultaneous_open();
	expect_picture(&options,
	               "            s  robot                                  pilot\n"
	               "               agent 9f9f9f9f~                        remote 9e9e9e9e~\n"
	               "    1.000 000  :-- #1 SYN n=11111111 ----x            |   robot the user connects, idle -> offering\n"
	               "               :                                      |         x lost by chance\n"
	               "               :           ~ 990 ms idle ~            :\n"
	               "    1.990 000  :-- #2 SYN n=11111111 @ --.            |   robot offer's resend timer\n"
	               "    1.995 000  :              .-- #3 SYN n=22222222 --:   pilot idle -> offering\n"
	               "    2.010 000  :              |          `------ #2 ->;   pilot offering -> answering\n"
	               "               :              |                       ;         ** duel lost: [bb] < [cc] at byte 0\n"
	               "               :       .------'                       ;         <-> role flips: initiator -> adherent\n"
	               "    2.015 000  :!- #3 -'                              ;   robot ! duel-lost, ** duel won: [cc] > [bb] at byte 0\n");
}
/* clang-format on */

static void every_fate_has_its_mark(void)
{
	static const char *const parts[] = {
		"────✕",
		"✕ lost by the mask",
		"✕ queue full",
		"✕ nobody at that address",
		"✕║",
		"✕ receiver is down",
		"≋≋≋",
		"corrupted, ⊘ bad-tag",
		"►►║",
		"duplicate",
		"┄┄┄",
		"injected",
		"…",
		NULL,
	};
	const struct ladder_options options = { 0 };
	uint32_t packet, copy;

	clear(2);
	step(0, 0, 1, OCTO_STEP_SYN_ACK_VALID, OCTO_STATE_OFFERING, OCTO_STATE_ESTABLISHED);
	step(0, 1, 0, OCTO_STEP_CONFIRMED, OCTO_STATE_ANSWERING, OCTO_STATE_ESTABLISHED);
	dropped(1, 0, 1, sent(1, 0, 1, OCTO_PACKET_DATA, 1), 0, TRACE_DROP_MASK);
	dropped(2, 0, 1, sent(2, 0, 1, OCTO_PACKET_DATA, 2), 0, TRACE_DROP_QUEUE);
	dropped(3, 0, TRACE_NOBODY, sent(3, 0, TRACE_NOBODY, OCTO_PACKET_DATA, 3), 0, TRACE_DROP_NO_ROUTE);
	packet = sent(4, 0, 1, OCTO_PACKET_DATA, 4);
	copy = flying(4, 0, 1, packet, 0);
	dropped(24, 0, 1, packet, copy, TRACE_DROP_DOWN);
	packet = sent(30, 0, 1, OCTO_PACKET_DATA, 5);
	copy = flying(30, 0, 1, packet, TRACE_COPY_CORRUPTED);
	arrived(50, 0, 1, packet, copy, TRACE_COPY_CORRUPTED, OCTO_REASON_BAD_TAG);
	copy = flying(50, 0, 1, packet, TRACE_COPY_DUPLICATE);
	arrived(51, 0, 1, packet, copy, TRACE_COPY_DUPLICATE, OCTO_REASON_ACCEPTED);
	copy = flying(60, 0, 1, packet, TRACE_COPY_INJECTED);
	arrived(80, 0, 1, packet, copy, TRACE_COPY_INJECTED, OCTO_REASON_DUPLICATE);
	flying(90, 0, 1, sent(90, 0, 1, OCTO_PACKET_DATA, 6), 0);
	expect_parts(&options, parts);
}

static void lanes_show_the_states(void)
{
	static const char *const parts[] = {
		"▲ session 01020304 up as initiator",
		"△ session 01020304 kept for receiving",
		"▼ session 01020304 down: the peer fell silent",
		"║",
		"·",
		"crashes",
		"starts again",
		"celibacy for 30 s",
		"mode honeymoon for 1 min",
		"active: it answered a ping",
		"not active: it did not answer the handshake",
		"heard from any: is it there?",
		"moved to any",
		"is not at any",
		"is any from outside, another than before",
		"turns its key",
		"follows the peer's key",
		"a NAT forgot it in 12 s: keepalive every 9 s",
		"9 s were no matter: keepalive every 10 s",
		"communications are switched on",
		"its clock is set 5 s back",
		"notices that its clock went 1.5 s forward",
		"⚠ ",
		"the network heals",
		"■ invariant failed: S1 said no",
		NULL,
	};
	const struct ladder_options options = { 0 };

	clear(2);
	step(0, 0, 1, OCTO_STEP_SYN_ACK_VALID, OCTO_STATE_OFFERING, OCTO_STATE_ESTABLISHED);
	add(0, TRACE_SESSION_UP, 0, 1, UINT64_C(0x0102030405060708), OCTO_ROLE_INITIATOR);
	add(1, TRACE_SESSION_SPARE, 0, 1, UINT64_C(0x0102030405060708), OCTO_ROLE_INITIATOR);
	add(2, TRACE_SESSION_DOWN, 0, 1, UINT64_C(0x0102030405060708), OCTO_END_DEAD);
	add(3, TRACE_ACTION, 1, 0, TRACE_ACTION_CRASH, 0);
	add(4, TRACE_ACTION, 1, 0, TRACE_ACTION_RESTART, 0);
	add(5, TRACE_CELIBACY, 1, 0, 1, 30 * OCTO_SECOND);
	add(5, TRACE_ACTION, 1, TRACE_NOBODY, TRACE_ACTION_ENABLE, 0);
	add(5, TRACE_MODE, 1, TRACE_NOBODY, OCTO_MODE_HONEYMOON, (60 * OCTO_SECOND) << 8);
	add(5, TRACE_ACTIVITY, 1, 0, 1, OCTO_ACTIVITY_ANSWERED);
	add(5, TRACE_ACTIVITY, 1, 0, 0, OCTO_ACTIVITY_UNANSWERED);
	for (int kind = TRACE_PATH_TRIED; kind <= TRACE_MAPPED_ADDRESS; kind++) {
		if (kind == TRACE_KEYS_TURNED)
			continue;
		add(5, (enum trace_kind)kind, 1, 0, 1, 0)->extra_size = TRACE_ADDRESS_BYTES;
		memset(extra_bytes[list.count - 1], 0, TRACE_ADDRESS_BYTES);
	}
	add(5, TRACE_KEYS_TURNED, 1, 0, 7, 1 | UINT64_C(1) << 32);
	add(5, TRACE_KEYS_TURNED, 1, 0, 7, 1);
	add(5, TRACE_KEEPALIVE_SHORTER, 1, 0, 9 * OCTO_SECOND, 12 * OCTO_SECOND);
	add(5, TRACE_KEEPALIVE_LONGER, 1, 0, 10 * OCTO_SECOND, 9 * OCTO_SECOND);
	add(6, TRACE_ACTION, 0, TRACE_NOBODY, TRACE_ACTION_CLOCK, (uint64_t)-5 * OCTO_SECOND);
	add(7, TRACE_CLOCK, 0, TRACE_NOBODY, 1500 * OCTO_MILLISECOND, 0);
	add(8, TRACE_TAMPER, 0, 1, OCTO_TELL_ANSWERS_UNASKED, 0);
	add(8, TRACE_WARNING, 0, 1, OCTO_WARNING_HACKED, 0);
	add(9, TRACE_ACTION, TRACE_NOBODY, TRACE_NOBODY, TRACE_ACTION_HEAL, 0);
	add(10, TRACE_FAILED, TRACE_NOBODY, TRACE_NOBODY, 1, 0)->extra_size = 10;
	memcpy(extra_bytes[list.count - 1], "S1 said no", 10);
	expect_parts(&options, parts);
}

static void arrow_ends_where_its_packet_arrives(void)
{
	const struct ladder_options options = { 0 };
	uint32_t packet, copy;
	char *text;

	clear(2);
	packet = sent(0, 0, 1, OCTO_PACKET_SYN, 1);
	copy = flying(0, 0, 1, packet, 0);
	for (uint64_t ms = 1; ms < 9; ms++)
		add(ms, TRACE_ACTION, 0, 1, TRACE_ACTION_LOAD, 0);
	arrived(9, 0, 1, packet, copy, 0, OCTO_REASON_ACCEPTED);
	text = draw(&options);
	CHECK_I64(line_of(text, "#1 SYN"), 1);
	CHECK_I64(line_of(text, "#1 ─►│"), 10);
	CHECK_I64(line_of(text, "0.009 000"), 10);
	free(text);
}

static void only_the_last_lines_are_printed(void)
{
	const struct ladder_options all = { 0 }, some = { .last = 3 }, early = { .until = 3 };
	char *whole, *tail;

	simultaneous_open();
	whole = draw(&all);
	tail = draw(&some);
	CHECK_I64(line_of(whole, "⚔ duel won"), 9);
	CHECK_I64(line_of(tail, "⚔ duel won"), 3);
	CHECK(strstr(tail, "1.990 000") == NULL);
	/* What is cut off above is still drawn where it goes on. */
	CHECK(strstr(tail, "──────╯") != NULL);
	free(tail);
	tail = draw(&early);
	CHECK(strstr(tail, "lost by chance") == NULL && strstr(tail, "the user connects") != NULL);
	free(tail);
	free(whole);
}

static void part_of_a_run_is_drawn_without_its_beginning(void)
{
	static const char *const parts[] = { "►│", "⊘ stale", NULL };
	const struct ladder_options options = { 0 };

	clear(2);
	arrived(5, 0, 1, 7, 7, 0, OCTO_REASON_ACCEPTED);
	arrived(6, 1, 0, 8, 8, 0, OCTO_REASON_STALE);
	expect_parts(&options, parts);
}

static void of_many_nodes_the_busiest_pair_is_shown(void)
{
	const uint32_t chosen[] = { 7, 2 };
	const struct ladder_options busiest = { 0 }, asked = { .nodes = chosen, .node_count = 2 };
	uint32_t pair[2];
	char *text;

	clear(20);
	for (uint8_t i = 0; i < 40; i++)
		sent(i, i % 20, (i + 1u) % 20, OCTO_PACKET_DATA, i);
	sent(50, 12, 5, OCTO_PACKET_DATA, 1);
	sent(50, 5, 12, OCTO_PACKET_DATA, 1);
	sent(50, 5, 12, OCTO_PACKET_DATA, 1);
	const struct ladder_source source = ladder_source_of_list(&list);
	ladder_busiest_pair(&source, pair);
	CHECK_U64(pair[0], 5);
	CHECK_U64(pair[1], 12);
	text = draw(&busiest);
	CHECK_CONTAINS(text, "node-5 ");
	CHECK(strstr(text, "node-7") == NULL);
	free(text);
	text = draw(&asked);
	CHECK(strstr(text, "node-7") < strstr(text, "third"));
	free(text);
}

static void hostile_names_do_not_reach_the_terminal(void)
{
	const struct ladder_options options = { 0 };
	char *text;

	clear(2);
	memcpy(nodes[0].name, "\033[31mred\xff\xe2\x80\xae\n", 13);
	memset(nodes[1].kind, 'x', sizeof(nodes[1].kind) - 1);
	add(0, TRACE_ACTION, 0, 1, TRACE_ACTION_CONNECT, 0);
	add(1, TRACE_FAILED, 0, 1, 0, 0)->extra_size = 6;
	memcpy(extra_bytes[list.count - 1], "a\033]0;b", 6);
	text = draw(&options);
	CHECK(strchr(text, '\033') == NULL);
	CHECK(strchr(text, (char)0xff) == NULL);
	CHECK(strstr(text, "\xe2\x80\xae") == NULL);
	CHECK_I64(line_of(text, "a?]0;b"), 2);
	free(text);
}

static void long_notes_are_wrapped_at_blanks(void)
{
	const struct ladder_options options = { 0 };
	char *text;

	clear(2);
	add(1, TRACE_FAILED, 0, 1, 0, 0)->extra_size = 120;
	for (size_t i = 0; i < 120; i++)
		extra_bytes[list.count - 1][i] = i % 10 == 9 ? ' ' : (uint8_t)('0' + i % 10);
	text = draw(&options);
	for (const char *line = text; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		CHECK(strcspn(line, "\n") < 130);
	CHECK_CONTAINS(text, "012345678\n");
	free(text);
}

static void colours_come_only_when_asked_for(void)
{
	const struct ladder_options plain = { 0 }, colored = { .has_color = true };
	char *text;

	simultaneous_open();
	text = draw(&plain);
	CHECK(strchr(text, '\033') == NULL);
	free(text);
	text = draw(&colored);
	CHECK(strstr(text, "\033[1;38;5;166m") != NULL);
	/* Every line ends as it began. */
	for (const char *end = strchr(text, '\n'); end; end = strchr(end + 1, '\n'))
		CHECK(end - text >= 4 && memcmp(end - 4, "\033[0m", 4) == 0);
	free(text);
}

/* Anything may happen in any order: there is a picture, each line of it has all its lanes, nothing is read
 * or written out of bounds (the sanitizers watch). */
static void any_records_give_a_picture(void)
{
	uint32_t state = 7;

	for (uint32_t round = 0; round < 60; round++) {
		const struct ladder_options options = { .columns = 20 + round * 3,
			                                .last = round % 3 * 10,
			                                .has_legend = round % 2 };
		uint32_t count = round % 9;
		char *text;

		clear(count);
		for (uint32_t i = 0; i < 300 && count; i++) {
			struct trace_record *r;

			state = state * 1664525u + 1013904223u;
			r = add(i / 3, (enum trace_kind)(state >> 27 & 3), (state >> 8) % count,
			        (state >> 16) % count, 0, 0);
			if (state >> 29 == 7)
				r->kind = TRACE_RECEIVED;
			if (state >> 25 == 100)
				r->node = TRACE_NOBODY;
			if (state >> 25 == 101)
				r->peer = TRACE_NOBODY;
			if (r->kind == TRACE_RECEIVED && r->node == TRACE_NOBODY)
				r->node = 0;
			r->packet = state >> 20 & 31;
			r->copy = state >> 12 & 63;
			r->flags = r->kind == TRACE_RECEIVED ? 0 : state >> 10 & 7;
		}
		text = draw(&options);
		CHECK(strstr(text, "    s") != NULL);
		free(text);
	}
}

/* Of its own: who reads along must not take one for another. */
static void every_action_has_words(void)
{
	const struct ladder_options options = { .columns = 120 };
	static char seen[TRACE_ACTION_COUNT][4096];

	for (int action = 0; action < TRACE_ACTION_COUNT; action++) {
		char *text;

		clear(2);
		add(1000, TRACE_ACTION, 0, 1, (uint64_t)action, 0);
		text = draw(&options);
		snprintf(seen[action], sizeof(seen[action]), "%s", text);
		free(text);
		CHECK(strstr(seen[action], "(null)") == NULL);
		for (int other = 0; other < action; other++)
			CHECK(strcmp(seen[other], seen[action]) != 0);
	}
}

static void injected_copies_of_an_instant_share_an_arrow(void)
{
	const struct ladder_options options = { 0 };
	uint32_t packet[50], copy[50];
	char *text;

	clear(2);
	for (int i = 0; i < 50; i++) {
		packet[i] = sent(5, 0, 1, OCTO_PACKET_SYN, (uint8_t)i);
		copy[i] = flying(5, 0, 1, packet[i], TRACE_COPY_INJECTED);
	}
	for (int i = 0; i < 50; i++)
		arrived(25, 0, 1, packet[i], copy[i], TRACE_COPY_INJECTED,
		        i % 2 ? OCTO_REASON_BAD_TAG : OCTO_REASON_BAD_FLAGS);
	text = draw(&options);
	CHECK_I64(line_of(text, "50 × injected"), 1);
	CHECK_I64(line_of(text, "injected, ⊘ bad-flags, ⊘ bad-tag\n"), 2);
	CHECK(strstr(strstr(text, "bad-tag") + 1, "bad-tag") == NULL);
	free(text);
}

/* A core reports its verdict last and the change of role before the duel. */
static void cause_is_said_before_effect(void)
{
	const struct ladder_options options = { 0 };
	uint32_t packet, copy;
	char *text;

	clear(2);
	packet = sent(0, 0, 1, OCTO_PACKET_SYN, 1);
	copy = flying(0, 0, 1, packet, 0);
	add(10, TRACE_DELIVERED, 0, 1, OCTO_PACKET_SYN, 0)->packet = packet;
	records[list.count - 1].copy = copy;
	add(10, TRACE_ROLE, 1, 0, OCTO_ROLE_INITIATOR, OCTO_ROLE_ADHERENT);
	duel(10, 1, 0, false, 0);
	add(10, TRACE_RECEIVED, 1, 0, OCTO_REASON_TOO_SOON, 0)->copy = copy;
	text = draw(&options);
	CHECK_I64(line_of(text, "⊘ too-soon"), 2);
	CHECK(strstr(text, "⊘ too-soon") < strstr(text, "⚔ duel lost"));
	CHECK(strstr(text, "⚔ duel lost") < strstr(text, "⇄ role flips"));
	CHECK(strstr(strstr(text, "too-soon") + 1, "too-soon") == NULL);
	CHECK(strstr(strstr(text, "role flips") + 1, "role flips") == NULL);
	free(text);
}

static void half_a_day_of_idling_is_one_line(void)
{
	static const char *const parts[] = { "… 12 h idle …", "… 1.5 s idle …", "… 4.2 d idle …", NULL };
	const struct ladder_options options = { 0 };

	clear(2);
	add(0, TRACE_ACTION, 0, 1, TRACE_ACTION_LOAD, 0);
	add(1500, TRACE_ACTION, 0, 1, TRACE_ACTION_LOAD, 0);
	add(1500 + 12 * 3600000, TRACE_ACTION, 0, 1, TRACE_ACTION_LOAD, 0);
	add(1500 + 12 * 3600000 + UINT64_C(101) * 3600000, TRACE_ACTION, 0, 1, TRACE_ACTION_LOAD, 0);
	expect_parts(&options, parts);
}

CU_ErrorCode suite_ladder(void)
{
	CU_pSuite suite = CU_add_suite("ladder", NULL, NULL);

	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, simultaneous_open_reads_as_it_happened);
	CU_ADD_TEST(suite, ascii_keeps_the_columns);
	CU_ADD_TEST(suite, every_fate_has_its_mark);
	CU_ADD_TEST(suite, lanes_show_the_states);
	CU_ADD_TEST(suite, arrow_ends_where_its_packet_arrives);
	CU_ADD_TEST(suite, only_the_last_lines_are_printed);
	CU_ADD_TEST(suite, part_of_a_run_is_drawn_without_its_beginning);
	CU_ADD_TEST(suite, of_many_nodes_the_busiest_pair_is_shown);
	CU_ADD_TEST(suite, hostile_names_do_not_reach_the_terminal);
	CU_ADD_TEST(suite, long_notes_are_wrapped_at_blanks);
	CU_ADD_TEST(suite, colours_come_only_when_asked_for);
	CU_ADD_TEST(suite, any_records_give_a_picture);
	CU_ADD_TEST(suite, every_action_has_words);
	CU_ADD_TEST(suite, injected_copies_of_an_instant_share_an_arrow);
	CU_ADD_TEST(suite, cause_is_said_before_effect);
	CU_ADD_TEST(suite, half_a_day_of_idling_is_one_line);
	return CU_get_error();
}
