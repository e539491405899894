/* call.h: one call into the channel: the block, the host and the time, handed down to every function that needs them.
 * Also the channel's own clock, its events, its randomness and its sealing, all of which want the three together. */
#ifndef OCTO_INTRINSIC_CALL_H
#define OCTO_INTRINSIC_CALL_H

#include "core/intrinsic/block.h"

struct call {
	struct octo_channel *channel;
	const struct octo_host *host;
	octo_time_ns now;                 /* the channel's own time */
	uint64_t cause;                   /* event behind what happens now, 0 for none */
};

/* Enters the channel: takes in the caller's clock [P 5] and reports its steps. */
struct call call_begin(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now);

/* Reports an event; fills in time, number and cause. call_reserve() takes a number early for an event that is
 * reported later, but caused what is reported in between. */
void call_emit(struct call *call, struct octo_event *event, enum octo_event_kind kind, uint32_t peer);
uint64_t call_reserve(struct call *call);
void call_emit_reserved(struct call *call, struct octo_event *event, enum octo_event_kind kind, uint32_t peer,
                        uint64_t seq);
void call_warn(struct call *call, uint32_t peer, enum octo_warning warning);
/* Whether anybody listens: events with costly contents are not built for nobody. */
static inline bool call_is_observed(const struct call *call)
{
	return call->host->observe != NULL;
}

static inline uint32_t call_peer_index(const struct call *call, const struct peer *peer)
{
	return (uint32_t)(peer - (const struct peer *)block_at(call->channel, call->channel->peers_at));
}

/* From the host's entropy: keys, nonces, session ids, and what is shown to those who have no session. */
void call_random(struct call *call, void *out, size_t size);
/* As hard to guess, but from a key that was drawn once a boot: jitter, tokens inside a session, numbers left out. */
uint32_t call_chance(struct call *call);
void call_begin_chance(struct call *call);
/* `interval` with jitter either way, or up to that much shorter. */
octo_time_ns call_jitter(struct call *call, octo_time_ns interval_ns);
octo_time_ns call_jitter_shorter(struct call *call, octo_time_ns interval_ns);
/* now + interval, never wrapping into OCTO_NEVER. */
static inline octo_time_ns call_after(const struct call *call, octo_time_ns interval_ns)
{
	return interval_ns < OCTO_NEVER - call->now ? call->now + interval_ns : OCTO_NEVER - 1;
}

/* Seals and, in a checked build, reports which key and nonce made which tag. */
void call_seal(struct call *call, uint8_t suite, const struct crypto_box *box, bool is_counter);
void call_seal_wide(struct call *call, const struct crypto_box *box);
bool call_shared_secret(struct call *call, uint8_t out[OCTO_KEY_BYTES], const uint8_t secret[OCTO_KEY_BYTES],
                        const uint8_t public[OCTO_KEY_BYTES]);
/* In a checked build: an ephemeral secret came to life, or is expected to be gone. `name` as in octo.h. */
void call_audit_secret(struct call *call, uint32_t peer, const uint8_t secret[OCTO_KEY_BYTES], char name, bool is_alive);

#endif
