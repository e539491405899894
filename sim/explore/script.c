/* script.c: see script.h. To know which packets there are to deliver, a script follows the handshake in rough
 * outline; where it is wrong, a packet that was never sent is not delivered, and that is all. One packet in
 * two is held: it waits until the others have arrived and somebody has started again or hung up. */
#include "sim/explore/script.h"

#include "sim/explore/trouble.h"

#include <inttypes.h>

#define MS     OCTO_MILLISECOND
#define SECOND OCTO_SECOND

enum { SCRIPT_FLYING_MAX = 12, SCRIPT_TYPES = 3 };
enum script_type { SCRIPT_SYN, SCRIPT_SYN_ACK, SCRIPT_ACK };

struct script_packet {
	int from;
	enum script_type type;
	uint32_t nth;             /* of its type from that side */
	uint32_t attempt, answer; /* what it is about */
	bool is_held;
};

struct script_side {
	uint32_t offer, answered, answer; /* attempts and answers by number; 0: none */
	bool is_up, is_wanted;            /* connected; dials after a restart */
	bool is_soon, has_dialled;        /* refuses another SYN for now; does not dial again so soon */
};

struct script {
	uint64_t at_ns;
	int winner;
	uint32_t last_number;
	struct script_side side[2];
	uint32_t sent[2][SCRIPT_TYPES];
	struct script_packet flying[SCRIPT_FLYING_MAX];
	uint32_t flying_count;
	bool is_troubled; /* somebody started again or hung up */
};

static void emit(struct making *making, struct script *script, int from, const struct script_packet *like)
{
	struct script_packet packet = *like;

	packet.from = from;
	packet.nth = ++script->sent[from][packet.type];
	packet.is_held = making_one_in(making, MAKING_SCRIPT, 2);
	if (script->flying_count < SCRIPT_FLYING_MAX)
		script->flying[script->flying_count++] = packet;
}

static void dial(struct making *making, struct script *script, int who)
{
	struct script_side *side = &script->side[who];

	side->is_wanted = true;
	if (side->is_up || side->offer || side->answer || side->has_dialled)
		return;
	side->has_dialled = true;
	side->offer = ++script->last_number;
	emit(making, script, who, &(struct script_packet){ .type = SCRIPT_SYN, .attempt = side->offer });
}

static void press(struct making *making, struct script *script, int who)
{
	making_connect(making, script->at_ns, who);
	dial(making, script, who);
}

static void hang_up(struct making *making, struct script *script, int who)
{
	making_action(making, making_within(making, script->at_ns));
	fprintf(making->out, "\"disconnect\": {\"from\": \"%s\", \"to\": \"%s\"}}", making->names[who],
	        making->names[!who]);
	script->side[who] = (struct script_side){ .is_soon = script->side[who].is_soon,
		                                  .has_dialled = script->side[who].has_dialled };
	script->is_troubled = true;
}

static void boot(struct making *making, struct script *script, int who, bool is_lost)
{
	bool is_wanted = script->side[who].is_wanted && !is_lost;

	making_action(making, making_within(making, script->at_ns));
	fprintf(making->out, "\"restart\": {\"node\": \"%s\", \"store\": \"%s\"}}", making->names[who],
	        is_lost ? "lost" : "kept");
	script->side[who] = (struct script_side){ .offer = 0 };
	script->is_troubled = true;
	if (is_wanted)
		dial(making, script, who);
}

static void restart(struct making *making, struct script *script, int who)
{
	bool is_lost = making_percent(making, MAKING_SCRIPT, 25) && !making->is_honest,
	     is_wanted = script->side[who].is_wanted && !is_lost;
	uint64_t then = making_below(making, MAKING_SCRIPT, 10),
		 dials = is_wanted ? 1 : 7; /* who dials by itself need not be told */

	boot(making, script, who, is_lost);
	script->at_ns += making_below(making, MAKING_SCRIPT, 3 * MS);
	if (then < dials)
		press(making, script, who);
	else if (then < dials + (is_wanted ? 5 : 1))
		hang_up(making, script, who);
}

static void take_syn(struct making *making, struct script *script, int to, const struct script_packet *packet)
{
	struct script_side *side = &script->side[to];
	bool wins = side->offer && !side->answer && script->winner == to;

	if (side->is_up || side->is_soon || side->answered == packet->attempt || wins)
		return;
	side->answered = packet->attempt;
	side->answer = ++script->last_number;
	side->is_soon = true;
	emit(making, script, to,
	     &(struct script_packet){
		     .type = SCRIPT_SYN_ACK, .attempt = packet->attempt, .answer = side->answer });
}

static void take(struct making *making, struct script *script, int to, const struct script_packet *packet)
{
	struct script_side *side = &script->side[to];

	if (packet->type == SCRIPT_SYN) {
		take_syn(making, script, to, packet);
	} else if (packet->type == SCRIPT_SYN_ACK && side->offer == packet->attempt) {
		side->offer = 0;
		side->is_up = true;
		emit(making, script, to,
		     &(struct script_packet){ .type = SCRIPT_ACK, .answer = packet->answer });
	} else if (packet->type == SCRIPT_ACK && side->answer == packet->answer) {
		side->offer = side->answer = side->answered = 0;
		side->is_up = true;
	}
}

static uint32_t count_prompt(const struct script *script)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < script->flying_count; i++)
		count += !script->flying[i].is_held;
	return count;
}

/* A prompt one before those that are held. */
static uint32_t choose(struct making *making, const struct script *script)
{
	uint32_t prompt = count_prompt(script), index = 0;
	uint64_t skip = making_below(making, MAKING_SCRIPT, prompt ? prompt : script->flying_count);

	for (;; index++)
		if ((!prompt || !script->flying[index].is_held) && skip-- == 0)
			return index;
}

static void deliver(struct making *making, struct script *script, uint32_t index)
{
	static const char *const types[] = { "syn", "syn-ack", "ack" };
	struct script_packet packet = script->flying[index];

	making_action(making, making_within(making, script->at_ns));
	fprintf(making->out,
	        "\"inject\": {\"packet\": {\"type\": \"%s\", \"from\": \"%s\", \"to\": \"%s\", \"nth\": "
	        "%" PRIu32 "}}}",
	        types[packet.type], making->names[packet.from], making->names[!packet.from], packet.nth);
	if (making_percent(making, MAKING_SCRIPT, 90)) /* else it will come once more */
		script->flying[index] = script->flying[--script->flying_count];
	take(making, script, !packet.from, &packet);
}

static void wait_some(struct making *making, struct script *script)
{
	static const uint64_t waits_ns[] = { 1250 * MS, 3100 * MS, 10100 * MS, 15100 * MS };
	uint64_t wait_ns =
		waits_ns[making_below(making, MAKING_SCRIPT, sizeof(waits_ns) / sizeof(waits_ns[0]))];

	script->at_ns += wait_ns;
	for (int who = 0; wait_ns > 3 * SECOND && who < 2; who++)
		script->side[who].is_soon = script->side[who].has_dialled = false;
}

static void begin(struct making *making, struct script *script)
{
	int first = (int)making_below(making, MAKING_SCRIPT, 2);

	press(making, script, first);
	if (making_percent(making, MAKING_SCRIPT, 60))
		press(making, script, !first);
}

static void step(struct making *making, struct script *script)
{
	uint64_t deliveries = count_prompt(script)    ? 88
	                      : !script->flying_count ? 0
	                      : script->is_troubled   ? 75
	                                              : 10;
	uint64_t what = making_below(making, MAKING_SCRIPT, 100);
	int who = (int)making_below(making, MAKING_SCRIPT, 2);

	script->at_ns += making_below(making, MAKING_SCRIPT, 20 * MS);
	if (script->at_ns >= making->trouble_ns)
		return;
	if (making_percent(making, MAKING_SCRIPT, deliveries))
		deliver(making, script, choose(making, script));
	else if (what < 60)
		restart(making, script, who);
	else if (what < 80)
		press(making, script, who);
	else if (what < 92)
		hang_up(making, script, who);
	else
		wait_some(making, script);
}

/* Openings, in the manner of chess: the first moves of races that were hard to find once. A capital is a move
 * of the side that wins the duel, the same letter in small one of the other side. C dials, D hangs up, K
 * starts again with its store, L without; its oldest undelivered SYN (S), SYN-ACK (R) or ACK (A) arrives; W
 * and w are waits. */
static const char *const openings[] = {
	"CcSrAs", /* crossed SYNs, as they should go */
	"csKCSRrA",
	"cswCSRrA",  /* who answered gives up, dials, and is answered; then its first answer arrives */
	"KcsLCSrRA", /* an ACK between answers of two incarnations */
	"CcSrKDsRA",
	"CcSrLCsRA", /* an ACK of a dead incarnation */
	"CcSrAKSrA",
	"csRaksRa", /* a restart, and everything of before once more */
};

static void wait_long(struct script *script)
{
	script->at_ns += 10100 * MS; /* answers expire, offers do not */
	for (int who = 0; who < 2; who++) {
		script->side[who].answer = script->side[who].answered = 0;
		script->side[who].is_soon = script->side[who].has_dialled = false;
	}
}

static void arrive(struct making *making, struct script *script, int from, enum script_type type)
{
	uint32_t found = script->flying_count;

	for (uint32_t i = 0; i < script->flying_count; i++)
		if (script->flying[i].from == from && script->flying[i].type == type &&
		    (found == script->flying_count || script->flying[i].nth < script->flying[found].nth))
			found = i;
	if (found < script->flying_count)
		deliver(making, script, found);
}

static void play(struct making *making, struct script *script, char move)
{
	int who = move >= 'a' ? !script->winner : script->winner;

	switch (move >= 'a' ? move - 'a' + 'A' : move) {
	case 'C':
		press(making, script, who);
		break;
	case 'D':
		hang_up(making, script, who);
		break;
	case 'K':
		boot(making, script, who, false);
		break;
	case 'L':
		boot(making, script, who, !making->is_honest);
		break;
	case 'S':
		arrive(making, script, who, SCRIPT_SYN);
		break;
	case 'R':
		arrive(making, script, who, SCRIPT_SYN_ACK);
		break;
	case 'A':
		arrive(making, script, who, SCRIPT_ACK);
		break;
	default:
		wait_long(script);
		break;
	}
}

/* Not quite as it is written: now and then a move is left out, or another one comes between. */
static void open_game(struct making *making, struct script *script)
{
	const char *opening =
		openings[making_below(making, MAKING_SCRIPT, sizeof(openings) / sizeof(openings[0]))];

	for (; *opening; opening++) {
		uint64_t slip = making_below(making, MAKING_SCRIPT, 20);

		if (slip == 0)
			step(making, script);
		script->at_ns += making_below(making, MAKING_SCRIPT, 20 * MS);
		if (slip != 1 && script->at_ns < making->trouble_ns)
			play(making, script, *opening);
	}
	script->is_troubled = true;
}

void script_timeline(struct making *making)
{
	struct script script = { .at_ns = 100 * MS, .winner = making->winner };

	if (making_one_in(making, MAKING_SCRIPT, 2))
		open_game(making, &script);
	else
		begin(making, &script);
	for (uint64_t steps = 3 + making_below(making, MAKING_SCRIPT, 12); steps > 0; steps--)
		step(making, &script);
	trouble_load(making);
}

void script_links(struct making *making)
{
	trouble_latency(making); /* for what comes after the healing */
	making_link(making);
	fprintf(making->out, "\"between\": [\"%s\", \"%s\"], \"loss\": \"100%%\"}", making->names[0],
	        making->names[1]);
}
