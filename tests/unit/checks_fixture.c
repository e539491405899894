/* checks_fixture.c: see the header. */
#include "tests/unit/checks_fixture.h"

static uint64_t fake_now(void *context)
{
	return ((struct fixture *)context)->now;
}

static bool fake_is_up(void *context, uint32_t node)
{
	return ((struct fixture *)context)->is_up[node];
}

static bool fake_view(void *context, uint32_t node, uint32_t peer, struct octo_peer_view *view)
{
	const struct fixture *fixture = context;
	*view = fixture->view[node][peer];
	return fixture->is_up[node];
}

static const void *fake_block(void *context, uint32_t node, size_t *size)
{
	const struct fixture *fixture = context;
	*size = fixture->block_size;
	return fixture->is_up[node] ? fixture->block : NULL;
}

static uint64_t fake_latency(void *context, uint32_t from, uint32_t to)
{
	(void)from, (void)to;
	return ((struct fixture *)context)->latency_ns;
}

struct octo_address fixture_address(uint32_t node)
{
	return (struct octo_address){ .ip = { 0xfd, [15] = (uint8_t)(node + 1) }, .port = 8124 };
}

void fixture_make(struct fixture *fixture)
{
	static const char *const names[FIXTURE_NODES] = { "robot", "pilot", "fleet" };
	memset(fixture, 0, sizeof *fixture);
	for (uint32_t i = 0; i < FIXTURE_NODES; i++) {
		struct scenario_node *node = &fixture->nodes[i];
		snprintf(node->name, sizeof node->name, "%s", names[i]);
		snprintf(node->identity, sizeof node->identity, "%s", names[i]);
		node->suites = OCTO_SUITE_CHACHA20_POLY1305;
		node->rate_up = node->rate_down = 125000;
		node->payload_max = OCTO_DATAGRAM_MAX;
		fixture->everybody[i] = 1;
		fixture->is_up[i] = true;
		for (uint32_t j = 0; j < FIXTURE_NODES; j++) {
			fixture->view[i][j].address = fixture_address(j);
			fixture->view[i][j].redial_ns = 3 * OCTO_SECOND;
			fixture->view[i][j].timeout_ns = OCTO_SECOND;
		}
	}
	fixture->trust[0] = (struct scenario_pair){ ROBOT, PILOT };
	fixture->trust[1] = (struct scenario_pair){ ROBOT, FLEET };
	fixture->trust[2] = (struct scenario_pair){ PILOT, FLEET };
	fixture->link = (struct scenario_link){ .from = fixture->everybody,
		                                .to = fixture->everybody,
		                                .both_ways = true };
	fixture->latency_ns = 20 * OCTO_MILLISECOND;
	fixture->scenario = (struct scenario){ .duration_ns = 1000 * OCTO_SECOND,
		                               .heal_ns = OCTO_NEVER,
		                               .nodes = fixture->nodes,
		                               .node_count = FIXTURE_NODES,
		                               .trust = fixture->trust,
		                               .trust_count = FIXTURE_NODES,
		                               .links = &fixture->link };
}

void fixture_start(struct fixture *fixture)
{
	struct checks_host host = { .context = fixture,
		                    .now = fake_now,
		                    .is_up = fake_is_up,
		                    .view = fake_view,
		                    .block = fake_block,
		                    .latency_max_ns = fake_latency };
	fixture->checks = checks_open(&fixture->scenario, &host);
	for (uint32_t i = 0; i < FIXTURE_NODES; i++)
		checks_boot(fixture->checks, i, true);
}

void fixture_stop(struct fixture *fixture)
{
	checks_close(fixture->checks);
}

const struct sim_invariant *fixture_invariant(const struct fixture *fixture, const char *name)
{
	static const struct sim_invariant missing = { .name = "missing" };
	uint32_t count;
	const struct sim_invariant *list = checks_invariants(fixture->checks, &count);
	for (uint32_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return &missing;
}

void fixture_check_holds(const struct fixture *fixture, const char *name, const char *file, unsigned line)
{
	const struct sim_invariant *found = fixture_invariant(fixture, name);
	char text[512];
	snprintf(text, sizeof text, "%s: evaluated %" PRIu64 ", violated %" PRIu64 " %s", name,
	         found->evaluated, found->violated, found->first);
	CU_assertImplementation(found->evaluated > 0 && found->violated == 0, line, text, file, "", CU_FALSE);
}

void fixture_check_broken(const struct fixture *fixture, const char *name, const char *part, const char *file,
                          unsigned line)
{
	const struct sim_invariant *found = fixture_invariant(fixture, name);
	char text[512];
	snprintf(text, sizeof text,
	         "%s: evaluated %" PRIu64 ", violated %" PRIu64 ", \"%s\", expected \"%s\"", name,
	         found->evaluated, found->violated, found->first, part);
	CU_assertImplementation(found->evaluated > 0 && found->violated > 0 &&
	                                strstr(found->first, part) != NULL,
	                        line, text, file, "", CU_FALSE);
}

/* ---- What cores tell ----------------------------------------------------------------------------------- */

void fixture_tell(struct fixture *fixture, uint32_t node, uint32_t peer, struct octo_event event,
                  enum octo_event_kind kind)
{
	event.now = fixture->now;
	event.kind = kind;
	checks_core_event(fixture->checks, node, peer, &event);
}

struct octo_event_session fixture_session(uint64_t log_id, uint32_t generation, enum octo_role role)
{
	bool is_initiator = role == OCTO_ROLE_INITIATOR;
	struct octo_event_session session = { .log_id = log_id,
		                              .generation = generation,
		                              .role = (uint8_t)role,
		                              .receive_id = is_initiator ? 1000 + log_id : 2000 + log_id,
		                              .send_id = is_initiator ? 2000 + log_id : 1000 + log_id,
		                              .agreement = { .version = 1,
		                                             .suite = OCTO_SUITE_CHACHA20_POLY1305,
		                                             .payload_max = 512,
		                                             .rate_up = 100000,
		                                             .rate_down = 100000,
		                                             .idle_s = 15 } };
	return session;
}

void fixture_keys(struct fixture *fixture, uint32_t node, uint32_t peer,
                  const struct octo_event_session *session)
{
	struct octo_event event = { .keys = { .log_id = session->log_id,
		                              .initiator_nonce = 1000 + session->log_id,
		                              .adherent_nonce = 2000 + session->log_id,
		                              .keys = 77 * session->log_id,
		                              .generation = session->generation,
		                              .role = session->role,
		                              .agreement = session->agreement } };
	fixture_tell(fixture, node, peer, event, OCTO_EVENT_AUDIT_KEYS);
}

void fixture_up(struct fixture *fixture, uint32_t node, uint32_t peer,
                const struct octo_event_session *session)
{
	fixture_tell(fixture, node, peer, (struct octo_event){ .session = *session }, OCTO_EVENT_SESSION_UP);
}

void fixture_down(struct fixture *fixture, uint32_t node, uint32_t peer,
                  const struct octo_event_session *session, enum octo_end end)
{
	struct octo_event event = { .session = *session };
	event.session.end = (uint8_t)end;
	event.session.was_current = true;
	fixture_tell(fixture, node, peer, event, OCTO_EVENT_SESSION_DOWN);
}

void fixture_step(struct fixture *fixture, uint32_t node, uint32_t peer, enum octo_step step,
                  enum octo_state before, enum octo_state after)
{
	struct octo_event event = {
		.handshake = { .step = (uint8_t)step, .before = (uint8_t)before, .after = (uint8_t)after }
	};
	fixture_tell(fixture, node, peer, event, OCTO_EVENT_HANDSHAKE);
}

void fixture_install(struct fixture *fixture, uint32_t node, uint32_t peer,
                     const struct octo_event_session *session)
{
	fixture_keys(fixture, node, peer, session);
	fixture_up(fixture, node, peer, session);
}

void fixture_establish(struct fixture *fixture, uint32_t node, uint32_t peer, uint64_t log_id,
                       uint32_t generation)
{
	struct octo_event_session here = fixture_session(log_id, generation, OCTO_ROLE_INITIATOR);
	struct octo_event_session there = fixture_session(log_id, generation, OCTO_ROLE_ADHERENT);
	fixture_install(fixture, node, peer, &here);
	fixture->now += fixture->latency_ns;
	fixture_install(fixture, peer, node, &there);
}

/* ---- Packets ------------------------------------------------------------------------------------------- */

void fixture_receive(struct fixture *fixture, uint32_t node, uint32_t from, enum octo_packet_type type,
                     size_t size, struct octo_event_packet packet, unsigned copy_flags)
{
	uint8_t bytes[OCTO_DATAGRAM_MAX] = { (uint8_t)type };
	struct octo_address address = fixture_address(from);
	packet.type = (uint8_t)type;
	packet.size = (uint16_t)size;
	packet.address = address;
	packet.class = (uint8_t)octo_reason_class((enum octo_reason)packet.reason);
	checks_before_receive(fixture->checks, node, from, &address, bytes, size, copy_flags);
	fixture_tell(fixture, node, from, (struct octo_event){ .packet = packet },
	             OCTO_EVENT_PACKET_RECEIVED);
	checks_after_receive(fixture->checks, node);
	checks_settled(fixture->checks, node);
}

void fixture_data(struct fixture *fixture, uint32_t node, uint32_t from, uint64_t session_id, uint64_t number,
                  enum octo_reason reason)
{
	struct octo_event_packet packet = { .session_id = session_id,
		                            .number = number,
		                            .reason = (uint8_t)reason };
	fixture_receive(fixture, node, from, OCTO_PACKET_DATA, 64, packet, 0);
}

void fixture_send(struct fixture *fixture, uint32_t node, uint32_t to, enum octo_packet_type type,
                  size_t size)
{
	uint8_t bytes[OCTO_DATAGRAM_MAX] = { (uint8_t)type };
	struct octo_address address = fixture_address(to);
	checks_sent(fixture->checks, node, to, &address, bytes, size);
}

void fixture_send_syn(struct fixture *fixture, uint32_t node, uint32_t to, uint64_t nonce)
{
	struct octo_event event = {
		.packet = { .type = OCTO_PACKET_SYN, .size = FIXTURE_SYN_BYTES, .number = nonce }
	};
	fixture_tell(fixture, node, to, event, OCTO_EVENT_PACKET_SENT);
	fixture_send(fixture, node, to, OCTO_PACKET_SYN, FIXTURE_SYN_BYTES);
}

void fixture_disturb(struct fixture *fixture, uint32_t from, uint32_t to, enum octo_packet_type type)
{
	uint8_t bytes[FIXTURE_SYN_BYTES] = { (uint8_t)type };
	checks_disturbed(fixture->checks, from, to, bytes, sizeof bytes);
}

void fixture_pass(struct fixture *fixture, uint64_t ns)
{
	fixture->now += ns;
	checks_settled(fixture->checks, FLEET);
}
