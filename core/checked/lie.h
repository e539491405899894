/* lie.h: for test benches: a core that says what it is told to say. It seals any bytes at all as the frames of its next
 * packet, under the keys of its session: so a peer that holds valid keys and does not run this core can be played.
 * Only the checked library has it: core/checked is no part of the one that a robot is built from, and nothing in the
 * core knows of it. All functions may be called between any two calls of octo.h. */
#ifndef OCTO_CHECKED_LIE_H
#define OCTO_CHECKED_LIE_H

#include "core/octo.h"

/* A session id, 4 bytes of packet number and a tag leave so many bytes of a datagram for frames. */
enum { OCTO_LIE_BYTES_MAX = OCTO_DATAGRAM_MAX - 29 };

/* What somebody who makes things up knows of the current session. */
struct octo_lie_view {
	uint64_t session;         /* log id */
	uint64_t send_next;       /* packet number: of our next packet */
	uint64_t heard_next;      /* 1 + the highest that came from the peer; 0: none did */
	uint16_t room;            /* bytes of frames that the agreed size surely leaves */
	bool is_initiator;
};
/* False, with *view untouched, when there is no session. */
bool octo_lie_view(const struct octo_channel *channel, uint32_t peer, struct octo_lie_view *view);

/* Makes a packet of the current session that carries exactly these bytes (at most OCTO_LIE_BYTES_MAX; more is the
 * caller's fault) as its frames, after leaving out `skips` packet numbers; the caller sends it. Nothing of it is
 * remembered but that its number is used: whatever comes of it comes as a surprise. Counted and reported (PACKET_SENT)
 * as any other. False, and nothing has happened, when there is no session. */
OCTO_MUST_CHECK bool octo_lie(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                              uint64_t skips, const uint8_t *frames, size_t frames_size, uint8_t out[OCTO_DATAGRAM_MAX],
                              size_t *size, struct octo_address *to);

/* Makes a SYN as fresh and as valid as any: a timestamp of its own, sealed under the pair's key. No offer is behind it, and
 * nobody has the secret of its public key, so that it costs no curve: an answer comes as a surprise. The caller sends it;
 * counted and reported as any other. It needs no session. */
void octo_lie_syn(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now, uint32_t peer,
                  uint8_t out[OCTO_DATAGRAM_MAX], size_t *size, struct octo_address *to);

#endif
