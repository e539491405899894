/* agreement.c: S1, injective agreement, and S10, nothing agreed beyond what was offered. Both are judged by
 * what the two cores derived, told by audit events; the scenario knows what each of them offered. */
#include "sim/check/state.h"

#include <inttypes.h>
#include <string.h>

enum { INITIATOR, ADHERENT };
enum { VERSION = 1 }; /* the only one there is */

/* Two nodes with one identity cannot be told apart by anybody. */
static bool is_same_identity(const struct checks *checks, uint32_t a, uint32_t b)
{
	uint32_t count = checks->scenario->node_count;
	return a == b ||
	       (a < count && b < count &&
	        strcmp(checks->scenario->nodes[a].identity, checks->scenario->nodes[b].identity) == 0);
}

static bool is_mirrored(const struct octo_agreement *a, const struct octo_agreement *b)
{
	return a->version == b->version && a->suite == b->suite && a->payload_max == b->payload_max &&
	       a->rate_up == b->rate_down && a->rate_down == b->rate_up && a->idle_s == b->idle_s;
}

/* What the two halves of a session differ in; NULL when they match. */
static const char *difference(const struct checks *checks, const struct check_session *session)
{
	const struct check_half *i = &session->half[INITIATOR], *r = &session->half[ADHERENT];
	if (!is_same_identity(checks, i->node, r->peer) || !is_same_identity(checks, r->node, i->peer))
		return "identities";
	if (i->keys.initiator_nonce != r->keys.initiator_nonce ||
	    i->keys.adherent_nonce != r->keys.adherent_nonce)
		return "nonces";
	if (i->keys.generation != r->keys.generation)
		return "generations";
	if (i->keys.keys != r->keys.keys)
		return "keys";
	return is_mirrored(&i->keys.agreement, &r->keys.agreement) ? NULL : "limits";
}

static void compare_halves(struct checks *checks, uint32_t node, uint32_t peer,
                           const struct check_session *session)
{
	check_evaluated(checks, INVARIANT_S1);
	bool is_adherent = session->half[ADHERENT].is_derived;
	if (!session->half[INITIATOR].is_derived || !is_adherent) {
		check_violated(checks, INVARIANT_S1, node, peer,
		               "expected that the %s derived session %016" PRIx64
		               " too, found that it never did",
		               is_adherent ? "initiator" : "adherent", session->key.a);
		return;
	}
	const char *what = difference(checks, session);
	if (what)
		check_violated(checks, INVARIANT_S1, node, peer,
		               "expected both sides of session %016" PRIx64 " to agree, found different %s",
		               session->key.a, what);
}

void agreement_keys(struct checks *checks, uint32_t node, uint32_t peer,
                    const struct octo_event_audit_keys *keys)
{
	struct check_session *session = table_claim(&checks->sessions, keys->log_id, 0);
	if (!session)
		return;
	struct check_half *half = &session->half[keys->role == OCTO_ROLE_INITIATOR ? INITIATOR : ADHERENT];
	if (half->is_derived) {
		check_evaluated(checks, INVARIANT_S1);
		check_violated(checks, INVARIANT_S1, node, peer,
		               "expected one %s of session %016" PRIx64 ", found a second one",
		               octo_role_name((enum octo_role)keys->role), keys->log_id);
		return;
	}
	*half = (struct check_half){ .node = node,
		                     .peer = peer,
		                     .boot = checks->nodes[node].boot,
		                     .is_derived = true,
		                     .keys = *keys };
}

static uint32_t lower(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void judge_offers(struct checks *checks, uint32_t node, uint32_t peer,
                         const struct octo_agreement *agreed)
{
	const struct scenario_node *own = &checks->scenario->nodes[node],
				   *other = &checks->scenario->nodes[peer];
	uint32_t suites = (own->suites & other->suites) | OCTO_SUITE_CHACHA20_POLY1305;
	bool is_one_suite = agreed->suite && !(agreed->suite & (agreed->suite - 1));
	check_evaluated(checks, INVARIANT_S10);
	if (agreed->version != VERSION)
		check_violated(checks, INVARIANT_S10, node, peer, "expected version %d, found %u", VERSION,
		               agreed->version);
	else if (!is_one_suite || (agreed->suite & ~suites))
		check_violated(checks, INVARIANT_S10, node, peer,
		               "expected a cipher suite out of %u, found %u", suites, agreed->suite);
	else if (agreed->rate_up > lower(own->rate_up, other->rate_down))
		check_violated(checks, INVARIANT_S10, node, peer,
		               "expected at most %u bytes per second up, found %u",
		               lower(own->rate_up, other->rate_down), agreed->rate_up);
	else if (agreed->rate_down > lower(own->rate_down, other->rate_up))
		check_violated(checks, INVARIANT_S10, node, peer,
		               "expected at most %u bytes per second down, found %u",
		               lower(own->rate_down, other->rate_up), agreed->rate_down);
	else if (agreed->payload_max > lower(own->payload_max, other->payload_max))
		check_violated(checks, INVARIANT_S10, node, peer, "expected payloads of at most %u bytes, found %u",
		               lower(own->payload_max, other->payload_max), agreed->payload_max);
	else if (agreed->idle_s > checks->config.keepalive_s || agreed->idle_s == 0)
		check_violated(checks, INVARIANT_S10, node, peer,
		               "expected a keepalive of 1 to %u s, found %u s", checks->config.keepalive_s,
		               agreed->idle_s);
}

bool agreement_confirmed(struct checks *checks, uint32_t node, uint32_t peer,
                         const struct octo_event_session *told, bool is_current)
{
	struct check_session *session =
		checks->is_audited ? table_claim(&checks->sessions, told->log_id, 0) : NULL;
	unsigned index;
	struct check_pair *pair = check_pair_of(checks, node, peer, &index);
	const struct check_side *side = &pair->side[index];
	bool is_demoted = !is_current && side->has_current && side->highest.log_id == told->log_id;
	if (is_demoted)
		return false;
	judge_offers(checks, node, peer, &told->agreement);
	if (!session)
		return true;
	struct check_half *half = &session->half[told->role == OCTO_ROLE_INITIATOR ? INITIATOR : ADHERENT];
	if (half->is_confirmed) {
		check_evaluated(checks, INVARIANT_S1);
		check_violated(checks, INVARIANT_S1, node, peer,
		               "expected session %016" PRIx64 " to be confirmed once, found a second time",
		               told->log_id);
		return false;
	}
	half->is_confirmed = true;
	half->confirmed_at = check_now(checks);
	if (told->role == OCTO_ROLE_ADHERENT || !half->is_derived)
		compare_halves(checks, node, peer, session);
	return true;
}

/* The other way round: who hears the adherent knows that there is one. */
void agreement_heard(struct checks *checks, uint32_t node, uint32_t peer, uint64_t log_id)
{
	const struct check_session *session =
		checks->is_audited ? table_find(&checks->sessions, log_id, 0) : NULL;
	if (session)
		compare_halves(checks, node, peer, session);
}
