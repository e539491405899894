/* call.c: time, events, randomness and sealing of one call. */
#include "core/intrinsic/call.h"

static void report_step(struct call *call, int64_t step_ns, bool was_limited)
{
	struct octo_event event = { .clock = { .step_ns = step_ns, .was_limited = was_limited } };
	call_emit(call, &event, OCTO_EVENT_CLOCK_STEP, OCTO_NO_PEER);
}

struct call call_begin(struct octo_channel *channel, const struct octo_host *host, octo_time_ns now)
{
	OCTO_ASSERT(host->crypto->number == channel->provider);
	struct pulse *pulse = &channel->pulse;
	octo_time_ns before = pulse->caller_now, limit = channel->config.clock_step_max_ns;
	bool is_back = now < before, is_leap = !is_back && now - before > limit;
	pulse->caller_now = now;
	if (!is_back)
		pulse->own_now += is_leap ? limit : now - before;
	struct call call = { .channel = channel, .host = host, .now = pulse->own_now };
	if (is_back || is_leap)
		report_step(&call, (int64_t)(now - before), is_leap);
	return call;
}

uint64_t call_reserve(struct call *call)
{
	return ++call->channel->pulse.event_seq;
}

void call_emit_reserved(struct call *call, struct octo_event *event, enum octo_event_kind kind, uint32_t peer,
                        uint64_t seq)
{
	if (!call->host->observe)
		return;
	event->now = call->channel->pulse.caller_now;
	event->seq = seq;
	event->cause = call->cause == seq ? 0 : call->cause;
	event->kind = kind;
	event->peer = peer;
	call->host->observe(call->host->context, event);
}

void call_emit(struct call *call, struct octo_event *event, enum octo_event_kind kind, uint32_t peer)
{
	call_emit_reserved(call, event, kind, peer, call_reserve(call));
}

void call_warn(struct call *call, uint32_t peer, enum octo_warning warning)
{
	struct octo_event event = { .warning = { .warning = (uint8_t)warning } };
	call_emit(call, &event, OCTO_EVENT_WARNING, peer);
}

void call_random(struct call *call, void *out, size_t size)
{
	call->host->entropy(call->host->context, out, size);
}

void call_begin_chance(struct call *call)
{
	struct chance *chance = &call->channel->chance;
	chance->drawn = 0;
	call_random(call, chance->key, sizeof chance->key);
}

/* The host's entropy may be a system call, which costs more than all else that an idle session does. */
uint32_t call_chance(struct call *call)
{
	struct chance *chance = &call->channel->chance;
	uint8_t number[8];
	if (chance->drawn++ % 2)
		return (uint32_t)(chance->word >> 32);
	store_le(number, sizeof number, chance->drawn);
	chance->word = short_hash(chance->key, number, sizeof number);
	return (uint32_t)chance->word;
}

octo_time_ns call_jitter(struct call *call, octo_time_ns interval_ns)
{
	octo_time_ns shift = interval_ns / 1000 * call->channel->config.jitter_permille;
	octo_time_ns part = 2 * shift / 65536 * (call_chance(call) >> 16);
	return interval_ns - shift + part;
}

octo_time_ns call_jitter_shorter(struct call *call, octo_time_ns interval_ns)
{
	octo_time_ns shift = interval_ns / 1000 * call->channel->config.jitter_permille;
	return interval_ns - shift / 65536 * (call_chance(call) >> 16);
}

#ifdef OCTO_CHECKED

bool octo_is_checked(void)
{
	return true;
}

/* Audit events carry no number: they must not change what an unchecked core does. */
static void emit_audit(struct call *call, struct octo_event *event, enum octo_event_kind kind, uint32_t peer)
{
	call_emit_reserved(call, event, kind, peer, 0);
}

static void audit_seal(struct call *call, const struct crypto_box *box, bool is_wide, bool is_counter)
{
	uint64_t high = load_le(box->nonce, 8), low = load_le(box->nonce + 8, is_wide ? 8 : 4);
	struct octo_event event = { .sealed = { .key = load_le(box->key, 8), .is_counter = is_counter,
		.tag = load_le(box->out + box->size, 8), .nonce_high = high, .nonce_low = low } };
	if (is_counter) /* 0^4 || number: shown as the number */
		event.sealed.nonce_high = 0, event.sealed.nonce_low = load_le(box->nonce + 4, 8);
	emit_audit(call, &event, OCTO_EVENT_AUDIT_SEALED, OCTO_NO_PEER);
}

void call_audit_secret(struct call *call, uint32_t peer, const uint8_t secret[OCTO_KEY_BYTES], char name, bool is_alive)
{
	struct octo_event event = { .secret = { .is_alive = is_alive, .name = (uint8_t)name } };
	memcpy(event.secret.secret, secret, OCTO_KEY_BYTES);
	emit_audit(call, &event, OCTO_EVENT_AUDIT_SECRET, peer);
}

#else

bool octo_is_checked(void)
{
	return false;
}

static void audit_seal(struct call *call, const struct crypto_box *box, bool is_wide, bool is_counter)
{
	(void)call, (void)box, (void)is_wide, (void)is_counter;
}

void call_audit_secret(struct call *call, uint32_t peer, const uint8_t secret[OCTO_KEY_BYTES], char name, bool is_alive)
{
	(void)call, (void)peer, (void)secret, (void)name, (void)is_alive;
}

#endif

void call_seal(struct call *call, uint8_t suite, const struct crypto_box *box, bool is_counter)
{
	call->host->crypto->seal(suite, box);
	audit_seal(call, box, false, is_counter);
}

void call_seal_wide(struct call *call, const struct crypto_box *box)
{
	call->host->crypto->seal_wide(box);
	audit_seal(call, box, true, false);
}

bool call_shared_secret(struct call *call, uint8_t out[OCTO_KEY_BYTES], const uint8_t secret[OCTO_KEY_BYTES],
                        const uint8_t public[OCTO_KEY_BYTES])
{
	call->channel->pulse.counters.curve_multiplications++;
	return call->host->crypto->shared_secret(out, secret, public);
}
