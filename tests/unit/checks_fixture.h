/* checks_fixture.h: a world made of words, for the tests of the invariants: nodes robot (0), pilot (1), fleet
 * (2) that trust each other, a clock that a test sets, and shorthands that tell the checks what cores and
 * network would. */
#ifndef CHECKS_FIXTURE_H
#define CHECKS_FIXTURE_H

#include "sim/check/checks.h"
#include "tests/check.h"

enum { ROBOT, PILOT, FLEET, FIXTURE_NODES };
enum {
	FIXTURE_SYN_BYTES = 160,
	FIXTURE_SYN_ACK_BYTES = 144,
	FIXTURE_ACK_BYTES = 72,
	FIXTURE_RETRY_BYTES = 80
};

struct fixture {
	struct scenario scenario;
	struct scenario_node nodes[FIXTURE_NODES];
	struct scenario_pair trust[FIXTURE_NODES];
	struct scenario_link link; /* matches all; used when scenario.link_count is 1 */
	uint8_t everybody[FIXTURE_NODES];
	uint64_t now, latency_ns;
	bool is_up[FIXTURE_NODES];
	struct octo_peer_view view[FIXTURE_NODES][FIXTURE_NODES];
	void *block; /* of every node */
	size_t block_size;
	struct checks *checks;
};

/* The world at 0 s: 20 ms one way, everybody idle. A test may change what it likes before fixture_start(). */
void fixture_make(struct fixture *fixture);
void fixture_start(struct fixture *fixture);
void fixture_stop(struct fixture *fixture);

const struct sim_invariant *fixture_invariant(const struct fixture *fixture, const char *name);
/* At least one evaluation and no violation; at least one violation whose sentence contains `part`. */
#define CHECK_HOLDS(fixture, name)        fixture_check_holds((fixture), (name), __FILE__, __LINE__)
#define CHECK_BROKEN(fixture, name, part) fixture_check_broken((fixture), (name), (part), __FILE__, __LINE__)
void fixture_check_holds(const struct fixture *fixture, const char *name, const char *file, unsigned line);
void fixture_check_broken(const struct fixture *fixture, const char *name, const char *part, const char *file,
                          unsigned line);

struct octo_address fixture_address(uint32_t node);

/* ---- What cores tell ----------------------------------------------------------------------------------- */

void fixture_tell(struct fixture *fixture, uint32_t node, uint32_t peer, struct octo_event event,
                  enum octo_event_kind kind);
/* A session as one side would describe it: nonces 1000 + log id (initiator) and 2000 + log id (adherent). */
struct octo_event_session fixture_session(uint64_t log_id, uint32_t generation, enum octo_role role);
void fixture_keys(struct fixture *fixture, uint32_t node, uint32_t peer,
                  const struct octo_event_session *session);
void fixture_up(struct fixture *fixture, uint32_t node, uint32_t peer,
                const struct octo_event_session *session);
void fixture_down(struct fixture *fixture, uint32_t node, uint32_t peer,
                  const struct octo_event_session *session, enum octo_end end);
void fixture_step(struct fixture *fixture, uint32_t node, uint32_t peer, enum octo_step step,
                  enum octo_state before, enum octo_state after);
/* One side derives and installs. */
void fixture_install(struct fixture *fixture, uint32_t node, uint32_t peer,
                     const struct octo_event_session *session);
/* The whole of it: `node` as initiator at the present time, `peer` as adherent one latency later. */
void fixture_establish(struct fixture *fixture, uint32_t node, uint32_t peer, uint64_t log_id,
                       uint32_t generation);

/* A datagram of that type arrives whose fate in the core is `packet` (type and size are filled in). */
void fixture_receive(struct fixture *fixture, uint32_t node, uint32_t from, enum octo_packet_type type,
                     size_t size, struct octo_event_packet packet, unsigned copy_flags);
void fixture_data(struct fixture *fixture, uint32_t node, uint32_t from, uint64_t session_id, uint64_t number,
                  enum octo_reason reason);
void fixture_send(struct fixture *fixture, uint32_t node, uint32_t to, enum octo_packet_type type,
                  size_t size);
/* A SYN with its nonce is sent for the first time. */
void fixture_send_syn(struct fixture *fixture, uint32_t node, uint32_t to, uint64_t nonce);
void fixture_disturb(struct fixture *fixture, uint32_t from, uint32_t to, enum octo_packet_type type);
void fixture_pass(struct fixture *fixture,
                  uint64_t ns); /* time passes; something settles in between, as in a real run */

#endif
