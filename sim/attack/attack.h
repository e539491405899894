/* attack.h: what comes between sender and link: partitions, and attackers on the path, who take datagrams and put others
 * on the way; and attackers off it, who only send. Whoever takes sees only what its action names.
 * All that they remember is in the world; when they act follows from the timeline and the clock.
 * And nodes with valid keys that lie. partition.c, intercept.c, relay.c, flood.c, random.c, lie.c: a family each. */
#ifndef OCTOSIM_ATTACK_H
#define OCTOSIM_ATTACK_H

#include "sim/world.h"

enum { ATTACK_HELD_MAX = 65536 };     /* datagrams in the hands of attackers */

/* Finds out who has to be asked about datagrams. False: out of memory. */
bool attack_open(struct sim *sim);
/* An action of the timeline begins: one that has a `struct scenario_attack`. */
void attack_begin(struct sim *sim, uint32_t index);
/* A flood's, a random attacker's or a liar's next turn; a relay's end. */
void attack_turn(struct sim *sim, uint32_t index);
/* The network heals: to be called just before. */
void attack_heal(struct sim *sim);
/* What an attacker held goes on its way. */
void attack_release(struct sim *sim, arena_ref ref);
/* A datagram to, or by way of, a relay: its ends are changed. To be asked before anything else. */
void attack_reroute(struct sim *sim, struct flight *flight);
/* True when the datagram does not reach the link, and what became of it was said. The packet is not taken. */
bool attack_takes(struct sim *sim, const struct flight *flight);

/* ---- Between the families ---------------------------------------------------------------------------------------------- */

/* What becomes of a datagram that an attacker has in hand. */
struct attack_put {
	uint64_t after_ns;
	uint32_t flips;
	bool truncates, forges, reflects, has_source;
	uint16_t length;
	uint32_t source;
};

/* Whether the action lasts still. */
bool attack_is_on(const struct sim *sim, const struct scenario_action *action);
bool attack_matches(const struct scenario_attack *attack, uint32_t from, uint32_t to);
/* What the attacker has counted. */
uint64_t *attack_seen(const struct sim *sim, uint32_t index);
/* Plans the action's next turn. */
void attack_plan(struct sim *sim, uint32_t index, uint64_t at_ns);
/* Puts a changed copy of it on the way, now or later. */
void attack_put(struct sim *sim, uint32_t index, const struct flight *flight, const struct attack_put *put);
/* Random bytes in the form of a type: length and header are right, so that it is looked at closely. */
size_t attack_guess(enum octo_packet_type type, uint64_t draw, uint8_t bytes[OCTO_DATAGRAM_MAX]);
/* A datagram at a node's door, from an address at which nobody is; `number` and `index` say which. */
void attack_send_from_nowhere(struct sim *sim, uint32_t index, uint32_t number, uint32_t to, const uint8_t *bytes, size_t size);
/* The address of a relay, at which nobody else is. */
struct octo_address attack_relay_address(uint32_t index);

bool partition_cuts(const struct sim *sim, uint32_t from, uint32_t to);
/* True when the datagram was taken. */
bool intercept_meets(struct sim *sim, uint32_t index, const struct flight *flight);
bool random_meets(struct sim *sim, uint32_t index, const struct flight *flight);
void random_turn(struct sim *sim, uint32_t index);
void flood_turn(struct sim *sim, uint32_t index);
void relay_end(struct sim *sim, uint32_t index);
void lie_turn(struct sim *sim, uint32_t index);

#endif
