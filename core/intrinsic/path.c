/* path.c: see the header. One address is tried at a time; a newer packet from a third one takes its place. */
#include "core/intrinsic/path.h"

#include "core/intrinsic/data_keys.h"
#include "core/intrinsic/flow_control.h"
#include "core/intrinsic/frame.h"
#include "core/intrinsic/keepalive.h"
#include "core/intrinsic/session.h"
#include "core/intrinsic/tamper.h"

enum { QUESTIONS = 5, CREDIT_TIMES = 3, PACKET_BYTES_MAX = DATA_OVERHEAD_BYTES_MAX + 2 * (1 + PATH_BYTES) };

/* Whoever makes packets seem to come from here and there must not make us ask about each. */
static const octo_time_ns question_spacing_ns = 250 * OCTO_MILLISECOND;

static void report(struct call *call, const struct peer *peer, const struct octo_address *address, enum octo_path what)
{
	struct octo_event event = { .path = { .session = peer->current.log_id, .address = *address, .what = (uint8_t)what } };
	call_emit(call, &event, OCTO_EVENT_PATH, call_peer_index(call, peer));
}

static void ask(struct call *call, struct peer *peer)
{
	struct path *path = &peer->path;
	path->is_question_due = true;
	octo_time_ns wait = round_trip_timeout(&peer->current.trip);
	path->next_at = call_after(call, wait > question_spacing_ns ? wait : question_spacing_ns);
}

static void ask_first(struct call *call, struct peer *peer)
{
	struct path *path = &peer->path;
	path->questions_left = QUESTIONS;
	path->is_question_due = false;
	if (!path->asked_at || call->now - path->asked_at >= question_spacing_ns) {
		ask(call, peer);
		return;
	}
	path->questions_left++; /* one is taken away when the next is due */
	path->next_at = path->asked_at + question_spacing_ns;
}

void path_heard(struct call *call, struct peer *peer, const struct octo_address *source, size_t size)
{
	struct path *path = &peer->path;
	uint32_t earned = CREDIT_TIMES * (uint32_t)size;
	if (same_address(source, &peer->address)) {
		memset(&path->candidate, 0, sizeof path->candidate); /* it is where it was, or back again */
		path->is_question_due = false;
		path->questions_left = 0;
		return;
	}
	bool is_new = path->questions_left == 0 || !same_address(source, &path->candidate);
	if (is_new) {
		path->candidate = *source;
		path->credit_bytes = 0;
		call_random(call, path->question, sizeof path->question);
		report(call, peer, source, OCTO_PATH_TRIED);
		ask_first(call, peer);
	}
	path->credit_bytes = path->credit_bytes + earned < PATH_CREDIT_MAX ? path->credit_bytes + earned : PATH_CREDIT_MAX;
}

void path_challenged(struct call *call, struct peer *peer, const uint8_t question[PATH_BYTES],
                     const struct octo_address *source)
{
	struct path *path = &peer->path;
	memcpy(path->answer, question, PATH_BYTES);
	path->answer_to = *source;
	path->is_answer_due = true;
	keepalive_doubted(call, peer);
}

void path_answered(struct call *call, struct peer *peer, const uint8_t answer[PATH_BYTES])
{
	struct path *path = &peer->path;
	if (!path->questions_left || !equal_bytes(answer, path->question, PATH_BYTES))
		return;
	/* Another port alone is the same way through another hole in a NAT. */
	bool is_elsewhere = memcmp(peer->address.ip, path->candidate.ip, sizeof peer->address.ip) != 0;
	peer->address = path->candidate;
	if (is_elsewhere) {
		flow_moved(call, peer);
		peer->current.is_ping_out = false; /* an answer would be about the old path, too */
		session_ask(call, &peer->current);
	}
	path->questions_left = 0;
	path->is_question_due = false;
	memset(&path->candidate, 0, sizeof path->candidate);
	report(call, peer, &peer->address, OCTO_PATH_MOVED);
	session_prove_address(call, peer);
}

octo_time_ns path_next(const struct call *call, const struct peer *peer)
{
	const struct path *path = &peer->path;
	if (!peer->current.id)
		return OCTO_NEVER;
	if (path->is_answer_due || path->is_question_due)
		return call->now;
	return path->questions_left ? path->next_at : OCTO_NEVER;
}

static void give_up(struct call *call, struct peer *peer)
{
	struct path *path = &peer->path;
	report(call, peer, &path->candidate, OCTO_PATH_FAILED);
	memset(&path->candidate, 0, sizeof path->candidate);
	path->questions_left = 0;
}

static size_t compose(struct call *call, struct peer *peer, enum frame_type type, const uint8_t *data,
                      uint8_t out[OCTO_DATAGRAM_MAX])
{
	struct session *session = &peer->current;
	size_t header_size = data_header_write(out, session->send_id, session->phases.send_epoch & 1, session->number_next,
	                                       UINT64_MAX);
	struct writer frames = writer_of(out + header_size, PACKET_BYTES_MAX);
	struct frame frame = { .type = type, .data = data, .size = PATH_BYTES };
	frame_write(&frames, &frame);
	data_seal(call, session, out, header_size, frames.position);
	keepalive_sent(call, peer);
	size_t size = header_size + frames.position + CRYPTO_TAG_BYTES;
	flow_sent(call, peer, size);
	return size;
}

size_t path_send(struct call *call, struct peer *peer, uint8_t out[OCTO_DATAGRAM_MAX], struct octo_address *to)
{
	struct path *path = &peer->path;
	if (!peer->current.id)
		return 0;
	if (path->is_answer_due) {
		path->is_answer_due = false;
		*to = path->answer_to;
		return compose(call, peer, FRAME_PATH_RESPONSE, path->answer, out);
	}
	if (path->questions_left && !path->is_question_due && path->next_at <= call->now) {
		if (--path->questions_left == 0)
			give_up(call, peer);
		else
			ask(call, peer);
	}
	if (!path->is_question_due)
		return 0;
	path->is_question_due = false;
	if (path->credit_bytes < PACKET_BYTES_MAX)
		return 0; /* it has to send more first */
	size_t size = compose(call, peer, FRAME_PATH_CHALLENGE, path->question, out);
	tamper_asked(peer);
	path->asked_at = call->now;
	path->credit_bytes -= (uint32_t)size;
	*to = path->candidate;
	return size;
}
