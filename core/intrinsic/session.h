/* session.h: an established session: installing by order, keepalive and death, its packets [P 5, P 7]. A peer has at
 * most two: `current` sends and receives, `spare` (the one it replaced, or one that came too late) only receives.
 * What couriers write into a packet is handed in as a function: this layer does not know them. */
#ifndef OCTO_INTRINSIC_SESSION_H
#define OCTO_INTRINSIC_SESSION_H

#include "core/intrinsic/frame.h"
#include "core/intrinsic/peer.h"

/* Zeroes a session and sets what both roles share; ids, keys and order are the caller's to fill in. */
void session_begin(struct call *call, struct session *session, enum octo_role role,
                   const struct octo_agreement *agreement);
/* Whether a session of this agreement, whose handshake ran inside the current one, goes on with its packet numbers and all
 * that is under way. Both sides come to the same answer. */
bool session_goes_on(const struct peer *peer, const struct octo_agreement *agreement, bool is_inside);
/* Whether messages, and acknowledgements of our packets, count that come in this one. */
static inline bool session_is_live(const struct peer *peer, const struct session *session)
{
	return session == &peer->current || session->is_continued;
}
/* Where its packet numbers are looked up. */
static inline struct replay_window *session_window(struct peer *peer, struct session *session)
{
	return session->is_continued ? &peer->current.window : &session->window;
}
/* Takes a finished handshake's session: the higher in order becomes current, the other the spare. `source` is where its
 * last packet came from; it is sent to, but not yet believed to be the peer's (session_prove_address). */
void session_install(struct call *call, struct peer *peer, struct session *fresh, const struct octo_address *source);
/* The peer has certainly heard what we sent to its present address. */
void session_prove_address(struct call *call, struct peer *peer);
/* Ends the current session and with it the spare. */
void session_end(struct call *call, struct peer *peer, enum octo_end end);
/* Ends the current session but keeps its keys in the spare slot until three CLOSE packets are sent. */
void session_close(struct call *call, struct peer *peer, enum octo_end end);
void session_end_spare(struct call *call, struct peer *peer, enum octo_end end);

/* When the peer is to be taken for dead: OCTO_NEVER while nothing sent is unanswered, or it was not asked often enough,
 * as after a leap of the clock. */
octo_time_ns session_dead_at(const struct call *call, const struct session *session);
/* Something was sent that only a live peer answers: a PING, or the initiator's ACK. */
void session_asked(struct call *call, struct session *session);
/* Asks the peer for a sign of life in the next packet. */
void session_ask(struct call *call, struct session *session);
/* A round trip, of what was sent `sends` times, first at that time, and answered now. Asked twice, or so late that the answer
 * may have been given twice: it may be to either, or either of them, and is none. */
void session_sample_handshake(const struct call *call, struct session *session, uint32_t sends, octo_time_ns sent_at);
/* A packet of this session was authentic: the peer lives. */
void session_heard(struct call *call, struct session *session);

/* Whether its packets are large enough for a handshake inside. */
bool session_has_room_inside(const struct session *session);
/* Whether a rekeying's SYN or SYN-ACK waits for the next packet. */
bool session_has_inside(const struct peer *peer);
/* Room for couriers' frames in a packet being built; appends them and returns true if it appended any. There is room to
 * record the packet and one fate (sent_has_room). */
typedef bool (*session_filler)(struct call *call, struct peer *peer, struct writer *writer);
/* Builds the next data packet of a session. 0 when there is nothing to say. */
size_t session_compose(struct call *call, struct peer *peer, struct session *session, session_filler fill,
                       uint8_t out[OCTO_DATAGRAM_MAX]);
/* Builds the current session's next packet when a PING or a PONG is due and nothing else can be (agenda_is_quiet). */
size_t session_compose_quiet(struct call *call, struct peer *peer, uint8_t out[OCTO_DATAGRAM_MAX]);

struct octo_event_session session_describe(const struct session *session);
void session_audit_keys(struct call *call, const struct peer *peer, const struct session *session);

#endif
