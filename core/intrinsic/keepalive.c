/* keepalive.c: see the header. A NAT tells nobody what it forgets. What can be seen is that the peer, or the STUN server,
 * sees us at another address than before a silence; or that it does not. */
#include "core/intrinsic/keepalive.h"

enum {
	PATIENCE_MIN = 8, PATIENCE_MAX = 1024, /* silences to survive before a longer one is tried */
	DOUBT_TIMEOUTS = 8                     /* a PATH_CHALLENGE that comes later has another reason */
};

void keepalive_start(struct octo_channel *channel)
{
	channel->keepalive = (struct keepalive){ .interval_ns = channel->config.antler_ns, .patience = PATIENCE_MIN };
}

/* ---- When ---------------------------------------------------------------------------------------------------------- */

void keepalive_begin(const struct call *call, struct peer *peer)
{
	peer->silence = (struct silence){ .sent_at = call->now };
}

/* The jitter of the agreed interval serves both: drawn once a PING. */
octo_time_ns keepalive_next(const struct call *call, const struct peer *peer)
{
	const struct session *session = &peer->current;
	octo_time_ns agreed = session->agreement.idle_s * OCTO_SECOND, learned = call->channel->keepalive.interval_ns;
	octo_time_ns most = learned < agreed ? learned : agreed;
	if (!session->id)
		return OCTO_NEVER;
	if (session->keepalive_ns == 0)
		return session->ping_at; /* a PING is out: it is repeated more often than that */
	octo_time_ns antler_at = peer->silence.sent_at + most / 1024 * (session->keepalive_ns / (agreed / 1024));
	return antler_at < session->ping_at ? antler_at : session->ping_at;
}

void keepalive_sent(const struct call *call, struct peer *peer)
{
	struct silence *silence = &peer->silence;
	octo_time_ns idle = call->now - silence->sent_at;
	silence->sent_at = call->now;
	if (idle < call->channel->config.antler_min_ns)
		return;
	silence->idle_ns = idle;
	silence->woke_at = call->now;
}

/* ---- What is learned ------------------------------------------------------------------------------------------------- */

/* Quicker than antler_min_ns no NAT forgets: then it was the peer that moved. After each loss the next attempt at
 * more waits twice as long, so that a NAT that has to be found out again and again costs less and less. */
static octo_time_ns shortened(struct keepalive *keepalive, const struct octo_config *config, octo_time_ns idle_ns)
{
	octo_time_ns most = idle_ns / 4 * 3;
	keepalive->survived = 0;
	if (idle_ns < config->antler_min_ns || most >= keepalive->interval_ns)
		return keepalive->interval_ns;
	if (keepalive->patience < PATIENCE_MAX)
		keepalive->patience *= 2;
	return most > config->antler_min_ns ? most : config->antler_min_ns;
}

/* Only a silence about as long as the interval says anything, and of a thousand peers at once one. */
static octo_time_ns lengthened(struct keepalive *keepalive, const struct octo_config *config, octo_time_ns now,
                               octo_time_ns idle_ns)
{
	octo_time_ns interval = keepalive->interval_ns, enough = interval / 8 * 7;
	if (idle_ns < enough || now - keepalive->counted_at < enough)
		return interval;
	keepalive->counted_at = now;
	if (++keepalive->survived < keepalive->patience)
		return interval;
	keepalive->survived = 0;
	return interval + interval / 8 < config->antler_max_ns ? interval + interval / 8 : config->antler_max_ns;
}

void keepalive_learn(struct call *call, uint32_t peer, octo_time_ns idle_ns, bool is_lost)
{
	struct keepalive *keepalive = &call->channel->keepalive;
	const struct octo_config *config = &call->channel->config;
	octo_time_ns before = keepalive->interval_ns;
	keepalive->interval_ns = is_lost ? shortened(keepalive, config, idle_ns) :
	                                   lengthened(keepalive, config, call->now, idle_ns);
	if (keepalive->interval_ns == before)
		return;
	struct octo_event event = { .keepalive = { .before_ns = before, .interval_ns = keepalive->interval_ns,
		.idle_ns = idle_ns, .is_lost = is_lost } };
	call_emit(call, &event, OCTO_EVENT_KEEPALIVE, peer);
}

void keepalive_answered(struct call *call, struct peer *peer)
{
	octo_time_ns idle = peer->silence.idle_ns;
	peer->silence.idle_ns = 0;
	if (idle)
		keepalive_learn(call, call_peer_index(call, peer), idle, false);
}

void keepalive_doubted(struct call *call, struct peer *peer)
{
	struct silence *silence = &peer->silence;
	octo_time_ns idle = silence->idle_ns;
	bool is_late = call->now - silence->woke_at > DOUBT_TIMEOUTS * round_trip_timeout(&peer->current.trip);
	silence->idle_ns = 0;
	if (idle && !is_late)
		keepalive_learn(call, call_peer_index(call, peer), idle, true);
}
