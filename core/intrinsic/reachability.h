/* reachability.h: who is there? The on-off switch, honeymoon, pings and their answers, and which peers are active
 * [P 7.9] (C:45-57, S:110-123). Decides when a handshake is worth trying, never what comes of it: knows no slot.
 * When the next ping is due is not stored but follows from a few facts, so nothing has to be kept in step with them. */
#ifndef OCTO_INTRINSIC_REACHABILITY_H
#define OCTO_INTRINSIC_REACHABILITY_H

#include "core/intrinsic/call.h"

/* A peer enters the address book; its last response is its entry until another is known. */
void reachability_enter(struct call *call, struct peer *peer);
/* After a peer's record was restored: whether it was the last active one. */
void reachability_restore(struct call *call, struct peer *peer, octo_time_ns activity_at, uint64_t order);

enum octo_mode reachability_channel_mode(const struct octo_channel *channel);
enum octo_mode reachability_mode(const struct octo_channel *channel, const struct peer *peer);

/* The switch; the caller ends what was. False when it was there already. */
bool reachability_switch(struct call *call, bool is_on);
/* A honeymoon from now on, by the user or by a start with the switch on. */
void reachability_honeymoon(struct call *call, bool is_wished);
/* Ends a honeymoon whose time is over; and when that will be, OCTO_NEVER without one. */
void reachability_wear_off(struct call *call);
static inline octo_time_ns reachability_wears_off_at(const struct octo_channel *channel)
{
	return channel->reach.honeymoon_until;
}

/* A peer answered a ping, or got a session (the caller saves its record); it stops being active. Reported when that
 * changes something. */
void reachability_active(struct call *call, struct peer *peer, enum octo_activity why);
void reachability_inactive(struct call *call, struct peer *peer, enum octo_activity why, octo_time_ns last_heard_at);

/* Whether packets to this peer tell it that the user wants the connection. */
bool reachability_is_wish(const struct octo_channel *channel, const struct peer *peer);

/* When the next ping is due; OCTO_NEVER when none is. */
octo_time_ns reachability_next_ping(const struct octo_channel *channel, const struct peer *peer);
/* When a ping, or the answer to one, is to be sent; OCTO_NEVER for none. */
octo_time_ns reachability_next(const struct octo_channel *channel, const struct peer *peer);
/* Writes whichever is due and returns true. */
bool reachability_compose(struct call *call, struct peer *peer, uint8_t out[PROBE_BYTES], struct octo_address *to);

/* An authentic PROBE: ACCEPTED when it will be answered, TOO_SOON when one from there was answered just now. */
enum octo_reason reachability_asked(struct call *call, struct peer *peer, uint64_t token, const struct octo_address *from);
/* Whether this token is that of a recent ping of ours; then it is spent. */
bool reachability_is_answer(struct call *call, struct peer *peer, uint64_t token);

#endif
