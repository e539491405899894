/* nonces.c: S4, no nonce twice under one key, and S5, no packet number twice. Data packets, of which there
 * are many, cost one look-up each and leave nothing behind; only handshake nonces are kept one by one. */
#include "sim/check/state.h"

#include <inttypes.h>

enum {
	WINDOW_SURE = CHECK_WINDOW - 64, /* RFC 6479: a receiver knows at least so many behind the highest */
	NONCES_MAX = 1 << 22             /* handshake nonces kept; beyond, new ones are not looked at */
};

/* ---- S4 ------------------------------------------------------------------------------------------------ */

static void seal_counter(struct checks *checks, uint32_t node, const struct octo_event_audit_sealed *sealed)
{
	struct check_counter_key *key = table_claim(&checks->counters, sealed->key, 0);
	if (!key)
		return;
	check_evaluated(checks, INVARIANT_S4);
	if (key->has_last && sealed->nonce_low < key->last)
		check_violated(checks, INVARIANT_S4, node, TRACE_NOBODY,
		               "expected a counter above %" PRIu64 " under key %016" PRIx64
		               ", found %" PRIu64,
		               key->last, sealed->key, sealed->nonce_low);
	else if (key->has_last && sealed->nonce_low == key->last && sealed->tag != key->tag)
		check_violated(checks, INVARIANT_S4, node, TRACE_NOBODY,
		               "expected counter %" PRIu64 " once under key %016" PRIx64
		               ", found it with a second text",
		               key->last, sealed->key);
	if (key->has_last && sealed->nonce_low < key->last)
		return;
	key->has_last = true;
	key->last = sealed->nonce_low;
	key->tag = sealed->tag;
}

static void seal_nonce(struct checks *checks, uint32_t node, const struct octo_event_audit_sealed *sealed)
{
	/* Keys of a handshake are digests already, so folding the nonce into one word loses nothing that
	 * matters. */
	uint64_t folded = sealed->nonce_high ^ (sealed->nonce_low * UINT64_C(0x9E3779B97F4A7C15));
	bool is_full = checks->nonces.count >= NONCES_MAX;
	struct check_nonce *nonce = is_full ? table_find(&checks->nonces, sealed->key, folded)
	                                    : table_claim(&checks->nonces, sealed->key, folded);
	if (!nonce)
		return;
	check_evaluated(checks, INVARIANT_S4);
	if (nonce->has_tag && nonce->tag != sealed->tag)
		check_violated(checks, INVARIANT_S4, node, TRACE_NOBODY,
		               "expected one text for nonce %016" PRIx64 "%016" PRIx64
		               " under key %016" PRIx64 ", found a second one",
		               sealed->nonce_high, sealed->nonce_low, sealed->key);
	nonce->has_tag = true;
	nonce->tag = sealed->tag;
}

void nonces_sealed(struct checks *checks, uint32_t node, const struct octo_event_audit_sealed *sealed)
{
	if (sealed->is_counter)
		seal_counter(checks, node, sealed);
	else
		seal_nonce(checks, node, sealed);
}

/* ---- S5 ------------------------------------------------------------------------------------------------ */

void nonces_session(struct checks *checks, uint32_t node, const struct octo_event_session *session)
{
	struct check_window *window = table_claim(&checks->windows, node, session->receive_id);
	if (!window)
		return;
	window->log_id = session->log_id;
	window->role = session->role;
}

static bool has_number(const struct check_window *window, uint64_t number)
{
	return window->bits[number / 64 % (CHECK_WINDOW / 64)] >> (number % 64) & 1;
}

static void take(struct check_window *window, uint64_t number)
{
	if (number >= window->next) {
		uint64_t from =
			number - window->next >= CHECK_WINDOW ? number - CHECK_WINDOW + 1 : window->next;
		for (uint64_t n = from; n <= number; n++)
			window->bits[n / 64 % (CHECK_WINDOW / 64)] &= ~(UINT64_C(1) << (n % 64));
		window->next = number + 1;
	}
	window->bits[number / 64 % (CHECK_WINDOW / 64)] |= UINT64_C(1) << (number % 64);
}

static void judge_accepted(struct checks *checks, uint32_t node, uint32_t peer, struct check_window *window,
                           uint64_t number)
{
	bool is_known = number < window->next;
	uint64_t behind = is_known ? window->next - 1 - number : 0;
	if (behind >= CHECK_WINDOW) {
		check_violated(checks, INVARIANT_S5, node, peer,
		               "expected number %" PRIu64 " to be too old, %" PRIu64
		               " behind the highest, found it accepted",
		               number, behind);
		return;
	}
	if (is_known && has_number(window, number))
		check_violated(checks, INVARIANT_S5, node, peer,
		               "expected number %" PRIu64 " of session %016" PRIx64
		               " to be accepted once, found it a second time",
		               number, window->log_id);
	take(window, number);
}

/* Numbers of a session that a later one continues grow old with that one's. */
static bool is_outrun(struct checks *checks, uint32_t node, uint32_t peer, uint64_t number)
{
	unsigned index;
	const struct check_pair *pair = peer == TRACE_NOBODY ? NULL : check_pair_of(checks, node, peer, &index);
	const struct check_window *newest =
		pair ? table_find(&checks->windows, node, pair->side[index].highest.receive_id) : NULL;
	return newest && newest->next > number && newest->next - 1 - number >= WINDOW_SURE;
}

/* A refusal shows where the core's window stands: it must not be further than what was accepted. */
static void judge_refused(struct checks *checks, uint32_t node, uint32_t peer,
                          const struct check_window *window, const struct octo_event_packet *packet)
{
	uint64_t number = packet->number;
	bool is_ahead = number >= window->next;
	uint64_t behind = is_ahead ? 0 : window->next - 1 - number;
	bool is_wrong = packet->reason == OCTO_REASON_TOO_OLD
	                        ? behind < WINDOW_SURE && !is_outrun(checks, node, peer, number)
	                        : is_ahead || (behind < WINDOW_SURE && !has_number(window, number));
	if (is_wrong)
		check_violated(checks, INVARIANT_S5, node, peer,
		               "expected number %" PRIu64 " to be taken, the highest accepted being "
		               "%" PRIu64 ", found it refused as %s",
		               number, window->next ? window->next - 1 : 0,
		               octo_reason_name((enum octo_reason)packet->reason));
}

void nonces_received(struct checks *checks, uint32_t node, uint32_t peer,
                     const struct octo_event_packet *packet)
{
	bool is_refused = packet->reason == OCTO_REASON_TOO_OLD || packet->reason == OCTO_REASON_DUPLICATE;
	bool is_taken = packet->reason == OCTO_REASON_ACCEPTED || packet->reason == OCTO_REASON_TAMPERED; /* whole, both */
	if (!is_taken && !is_refused)
		return;
	struct check_window *window = table_claim(&checks->windows, node, packet->session_id);
	if (!window)
		return;
	check_evaluated(checks, INVARIANT_S5);
	if (is_refused) {
		judge_refused(checks, node, peer, window, packet);
		return;
	}
	judge_accepted(checks, node, peer, window, packet->number);
	if (window->is_heard || window->role != OCTO_ROLE_INITIATOR)
		return;
	window->is_heard = true;
	agreement_heard(checks, node, peer, window->log_id);
}
