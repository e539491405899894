/* secrecy.c: S11. The core tells which ephemeral secrets should be gone; at the end of the instant, when
 * nothing of the call is left to be stored, the node's block is searched for them. */
#include "sim/check/state.h"

#include <string.h>

/* Whether `wanted` stands anywhere in the block. Searching for the first byte alone would stop at every zero
 * of a block that is mostly zero: a byte that is not zero leads. */
static bool contains(const uint8_t *block, size_t size, const uint8_t wanted[OCTO_KEY_BYTES])
{
	size_t lead = 0;
	while (lead < OCTO_KEY_BYTES - 1 && wanted[lead] == 0)
		lead++;
	if (size < OCTO_KEY_BYTES)
		return false;
	const uint8_t *at = block + lead, *end = block + size - OCTO_KEY_BYTES + lead + 1;
	while (at < end) {
		at = memchr(at, wanted[lead], (size_t)(end - at));
		if (!at)
			return false;
		if (memcmp(at - lead, wanted, OCTO_KEY_BYTES) == 0)
			return true;
		at++;
	}
	return false;
}

static void judge(struct checks *checks, const struct check_secret *secret)
{
	size_t size;
	const void *block = checks->host.block(checks->host.context, secret->node, &size);
	if (!block || !check_is_sampled((uint32_t)checks->invariants[INVARIANT_S11].evaluated, size))
		return;
	check_evaluated(checks, INVARIANT_S11);
	if (contains(block, size, secret->bytes))
		check_violated(checks, INVARIANT_S11, secret->node, TRACE_NOBODY,
		               "expected secret '%c' to be wiped, found it in the "
		               "block",
		               secret->name);
}

void secrecy_settled(struct checks *checks)
{
	if (checks->secret_count == 0)
		return;
	for (uint32_t i = 0; i < checks->secret_count; i++)
		judge(checks, &checks->secrets[i]);
	octo_wipe(checks->secrets, sizeof checks->secrets);
	checks->secret_count = 0;
}

void secrecy_event(struct checks *checks, uint32_t node, const struct octo_event_audit_secret *secret)
{
	if (secret->is_alive)
		return;
	if (checks->secret_count == CHECK_SECRETS)
		secrecy_settled(checks);
	struct check_secret *kept = &checks->secrets[checks->secret_count++];
	kept->node = node;
	kept->name = secret->name;
	memcpy(kept->bytes, secret->secret, sizeof kept->bytes);
}
