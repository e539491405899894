/* record.c: magic 4 | version 2 | kind 2 | body | BLAKE2b-128 of all before it. */
#include "core/intrinsic/record.h"

#include "core/intrinsic/reachability.h"

enum { RECORD_VERSION = 2, KIND_NODE = 1, KIND_PEER = 2, SUM_BYTES = 16, HEAD_BYTES = 8 };
static const uint32_t record_magic = UINT32_C(0x4f54434f); /* "OCTO" */

static void begin(struct writer *writer, uint16_t kind)
{
	write_u32(writer, record_magic);
	write_u16(writer, RECORD_VERSION);
	write_u16(writer, kind);
}

static void save(struct call *call, uint32_t peer, struct writer *writer)
{
	size_t size = writer->position;
	keyed_hash(write_room(writer, SUM_BYTES), SUM_BYTES, NULL, 0, writer->bytes, size);
	call->host->save(call->host->context, peer, writer->bytes, writer->position);
}

/* A reader over the body, or a failed one. */
static struct reader open_record(const uint8_t *record, size_t size, uint16_t kind)
{
	struct reader reader = reader_of(record, size);
	uint8_t sum[SUM_BYTES];
	bool is_head_good = read_u32(&reader) == record_magic && read_u16(&reader) == RECORD_VERSION &&
	                    read_u16(&reader) == kind;
	if (!is_head_good || size < HEAD_BYTES + SUM_BYTES) {
		reader.failed = true;
		return reader;
	}
	keyed_hash(sum, sizeof sum, NULL, 0, record, size - SUM_BYTES);
	if (!equal_bytes(sum, record + size - SUM_BYTES, SUM_BYTES))
		reader.failed = true;
	reader.size -= SUM_BYTES;
	return reader;
}

void record_save_node(struct call *call)
{
	uint8_t record[OCTO_RECORD_BYTES_MAX];
	struct writer writer = writer_of(record, sizeof record);
	if (!call->host->save)
		return;
	begin(&writer, KIND_NODE);
	write_u32(&writer, call->channel->epoch);
	write_u32(&writer, call->channel->reach.position);
	save(call, OCTO_SELF, &writer);
}

static enum octo_status read_node(const uint8_t *record, size_t size, uint32_t *epoch, enum octo_switch *position)
{
	struct reader reader = open_record(record, size, KIND_NODE);
	uint32_t stored_epoch = read_u32(&reader), stored = read_u32(&reader);
	bool is_good = !reader.failed && !reader_left(&reader) && stored <= OCTO_SWITCH_OFF;
	*epoch = is_good ? stored_epoch : 0;
	*position = is_good ? (enum octo_switch)stored : OCTO_SWITCH_MANUAL;
	return is_good ? OCTO_OK : OCTO_BAD_RECORD;
}

enum octo_status octo_node_record_epoch(const uint8_t *record, size_t size, uint32_t *epoch)
{
	enum octo_switch ignored;
	return read_node(record, size, epoch, &ignored);
}

enum octo_status octo_node_record_switch(const uint8_t *record, size_t size, enum octo_switch *position)
{
	uint32_t ignored;
	return read_node(record, size, &ignored, position);
}

static octo_time_ns age(const struct call *call, octo_time_ns at)
{
	return at == OCTO_NEVER ? OCTO_NEVER : call->now - at;
}

void record_save_peer(struct call *call, const struct peer *peer)
{
	uint8_t record[OCTO_RECORD_BYTES_MAX];
	struct writer writer = writer_of(record, sizeof record);
	if (!call->host->save)
		return;
	begin(&writer, KIND_PEER);
	write_bytes(&writer, peer->card.id, OCTO_ID_BYTES);
	write_bytes(&writer, peer->proved.ip, sizeof peer->proved.ip);
	write_u16(&writer, peer->proved.port);
	write_u16(&writer, peer->is_wanted);
	write_u64(&writer, peer->timestamp_seen);
	write_u64(&writer, peer->timestamp_floor);
	bool is_celibate = peer->celibate_until != OCTO_NEVER && peer->celibate_until > call->now;
	write_u64(&writer, is_celibate ? peer->celibate_until - call->now : 0);
	write_u64(&writer, age(call, peer->first_success_at));
	write_u64(&writer, age(call, peer->first_attempt_at));
	write_u64(&writer, age(call, peer->last_success_at));
	write_u64(&writer, age(call, peer->last_failure_at));
	write_u64(&writer, age(call, peer->current.id ? peer->current.received_at : peer->reach.activity_at));
	write_u64(&writer, peer->reach.order);
	save(call, call_peer_index(call, peer), &writer);
}

/* Ages reach back before this boot; the channel's own time starts late enough to hold them (octo_channel_init). */
static octo_time_ns time_of(const struct call *call, octo_time_ns age_ns, octo_time_ns off_ns)
{
	if (age_ns == OCTO_NEVER)
		return OCTO_NEVER;
	octo_time_ns whole = age_ns > OCTO_NEVER - off_ns ? OCTO_NEVER : age_ns + off_ns;
	return whole < call->now ? call->now - whole : 0;
}

enum octo_status record_load_peer(struct call *call, struct peer *peer, const uint8_t *record, size_t size,
                                  octo_time_ns off_ns)
{
	struct reader reader = open_record(record, size, KIND_PEER);
	uint8_t id[OCTO_ID_BYTES];
	struct octo_address address;
	read_copy(&reader, id, sizeof id);
	read_copy(&reader, address.ip, sizeof address.ip);
	address.port = read_u16(&reader);
	bool is_wanted = read_u16(&reader) != 0;
	uint64_t seen = read_u64(&reader), floor = read_u64(&reader), celibate_ns = read_u64(&reader);
	octo_time_ns ages[5];
	for (int i = 0; i < 5; i++)
		ages[i] = read_u64(&reader);
	uint64_t order = read_u64(&reader);
	if (reader.failed || reader_left(&reader) || !equal_bytes(id, peer->card.id, sizeof id))
		return OCTO_BAD_RECORD;
	peer->address = peer->proved = address;
	peer->is_wanted = is_wanted;
	peer->timestamp_seen = seen;
	peer->timestamp_floor = floor;
	peer->celibate_until = celibate_ns > off_ns ? call_after(call, celibate_ns - off_ns) : OCTO_NEVER;
	peer->first_success_at = time_of(call, ages[0], off_ns);
	peer->first_attempt_at = time_of(call, ages[1], off_ns);
	peer->last_success_at = time_of(call, ages[2], off_ns);
	peer->last_failure_at = time_of(call, ages[3], off_ns);
	reachability_restore(call, peer, time_of(call, ages[4], off_ns), order);
	return OCTO_OK;
}
