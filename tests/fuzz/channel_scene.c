/* channel_scene.c: see the header. */
#include "tests/fuzz/channel_scene.h"

#include "core/nodes/registry.h"
#include "core/nodes/remote.h"
#include "tests/fuzz/fuzz.h"

enum { KINDS_MAX = 8 };
static const octo_time_ns step_ns = 20 * OCTO_MILLISECOND;

static struct scene *scenes[SCENE_PREPARED + 1];
static const struct octo_courier *agent_kinds[KINDS_MAX], *remote_kinds[KINDS_MAX];

#define AT(who) scene->pair.nodes[who].channel, &scene->pair.nodes[who].host, pair_clock(&scene->pair, who)

/* ---- Applications -------------------------------------------------------------------------------------------------- */

/* A courier of one word, which it says when it is asked to. */
struct word { uint32_t ours, theirs; uint8_t is_due; };

static void word_mandate(const void *state, const struct octo_courier_call *call, struct octo_mandate *mandate)
{
	const struct word *word = state;
	(void)call;
	*mandate = (struct octo_mandate){ .priority = 255, .accept_reads = true, .want_to_send = word->is_due, .payload_size = 4 };
}

static size_t word_send(void *state, const struct octo_courier_call *call, uint8_t *out, size_t size_max, uint64_t *handle)
{
	struct word *word = state;
	(void)call, (void)handle;
	word->is_due = 0;
	if (size_max < 4)
		return 0;
	store_le(out, 4, word->ours);
	return 4;
}

static void word_receive(void *state, const struct octo_courier_call *call, const uint8_t *data, size_t size)
{
	(void)call;
	((struct word *)state)->theirs = (uint32_t)load_le(data, size < 4 ? size : 4);
}

static uint64_t word_digest(const void *state, enum octo_side side)
{
	const struct word *word = state;
	return side == OCTO_SIDE_OURS ? word->ours : word->theirs;
}

static void word_resync(void *state, const struct octo_courier_call *call)
{
	(void)call;
	((struct word *)state)->is_due = 1;
}

static const struct octo_courier word = { .name = "word", .id = 2, .state_size = sizeof(struct word), .mandate = word_mandate,
	.send = word_send, .receive = word_receive, .digest = word_digest, .resync = word_resync };
static const struct octo_courier *const plain_kinds[] = { &octo_courier_load, &word };

/* Blobs of any size, of bytes that follow from where they are; some are refused, some are half there. */
static bool read_blob(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out, size_t size)
{
	(void)context, (void)peer, (void)way, (void)id;
	for (size_t i = 0; i < size; i++)
		out[i] = (uint8_t)((offset + i) * 31);
	return id != 13;
}

static bool write_blob(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	(void)context, (void)peer, (void)bytes;
	FUZZ_REQUIRE(size > 0 && offset + size <= OCTO_BLOB_SIZE_MAX);
	return id != 11;
}

static enum octo_blob_answer accept_blob(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	(void)context, (void)peer;
	*have = blob->id & 8 ? blob->size / 2 : 0;
	return blob->id == 7 ? OCTO_BLOB_NO : OCTO_BLOB_YES;
}

static const struct octo_blobs blobs = { .read = read_blob, .write = write_blob, .offered = accept_blob };

static bool never_again(void *context, uint32_t peer, enum octo_tell tell)
{
	(void)context, (void)peer, (void)tell;
	return false;
}

/* ---- Making a scene ------------------------------------------------------------------------------------------------ */

static void begin_couriers(struct scene *scene, int who)
{
	if (scene->agent_is < 0)
		return;
	for (uint32_t k = 0; k < scene->pair.nodes[who].host.courier_count; k++)
		octo_courier_activate(AT(who), 0, k, false); /* tests/pair makes all of them active */
	if (who == scene->agent_is)
		octo_agent_init(&scene->agent, scene->pair.nodes[who].channel);
}

static void choose_couriers(struct scene *scene, uint8_t setting, struct pair_options *options)
{
	uint8_t couriers = setting & SCENE_COURIERS;
	scene->agent_is = couriers == SCENE_IS_AGENT ? WINNER : couriers == SCENE_IS_REMOTE ? LOSER : -1;
	options->couriers = plain_kinds;
	options->courier_count = 2;
	if (scene->agent_is < 0)
		return;
	options->courier_count = octo_courier_set_kinds(&octo_agent_couriers, agent_kinds, KINDS_MAX);
	FUZZ_REQUIRE(octo_courier_set_kinds(&octo_remote_couriers, remote_kinds, KINDS_MAX) == options->courier_count);
	options->couriers = agent_kinds;
}

static struct scene *make(uint8_t setting)
{
	static const uint16_t payloads[] = { OCTO_DATAGRAM_MAX, 128, 201, 205 };
	struct scene *scene = calloc(1, sizeof *scene);
	struct pair_options options;
	FUZZ_REQUIRE(scene != NULL);
	pair_default(&options);
	choose_couriers(scene, setting, &options);
	options.crypto = octo_crypto_model(); /* a keyed hash: thousands of packets a second under a sanitizer */
	for (int who = WINNER; who <= LOSER; who++) {
		options.config[who].payload_max = payloads[(setting & SCENE_PAYLOAD) / SCENE_SMALLEST];
		options.config[who].rekey_ns = 4 * OCTO_SECOND;
		options.config[who].turn_packets = 64;
		options.config[who].keepalive_s = 3;
	}
	pair_open(&scene->pair, &options);
	for (int who = WINNER; who <= LOSER; who++) {
		if (scene->agent_is >= 0)
			scene->pair.nodes[who].host.couriers = who == scene->agent_is ? agent_kinds : remote_kinds;
		scene->pair.nodes[who].host.blobs = &blobs;
		begin_couriers(scene, who);
	}
	pair_connect(&scene->pair, setting & SCENE_IS_INITIATOR ? WINNER : LOSER);
	scene_talk(scene, 3500 * OCTO_MILLISECOND, false, false);
	FUZZ_REQUIRE(pair_is_joined(&scene->pair));
	for (int who = WINNER; who <= LOSER; who++) {
		const struct pair_node *node = &scene->pair.nodes[who];
		scene->blocks[who] = malloc(node->block_size);
		FUZZ_REQUIRE(scene->blocks[who] != NULL);
		memcpy(scene->blocks[who], node->channel, node->block_size);
	}
	scene->fresh = scene->pair;
	scene->fresh_agent = scene->agent;
	return scene;
}

/* Every input meets the same two channels. The lists that grew keep their room. */
struct scene *scene_begin(uint8_t setting)
{
	uint8_t prepared = setting & SCENE_PREPARED;
	if ((prepared & SCENE_COURIERS) == SCENE_COURIERS)
		prepared ^= SCENE_IS_AGENT; /* a node is not both */
	struct scene *scene = scenes[prepared] = scenes[prepared] ? scenes[prepared] : make(prepared);
	struct pair now = scene->pair;
	scene->pair = scene->fresh;
	scene->pair.sent = now.sent;
	scene->pair.sent_room = now.sent_room;
	scene->pair.sent_count = 0;
	scene->agent = scene->fresh_agent;
	scene->said_count = scene->offered = 0;
	for (int who = WINNER; who <= LOSER; who++) {
		struct pair_node *node = &scene->pair.nodes[who];
		node->events = now.nodes[who].events;
		node->event_room = now.nodes[who].event_room;
		node->event_count = 0;
		memcpy(node->channel, scene->blocks[who], node->block_size);
	}
	scene->pair.nodes[WINNER].host.goes_on = setting & SCENE_REFUSES ? never_again : NULL;
	scene->pair.nodes[WINNER].channel->config.tamper = !(setting & SCENE_IS_GULLIBLE);
	return scene;
}

/* ---- Time ------------------------------------------------------------------------------------------------------------ */

void scene_update(struct scene *scene, int who)
{
	if (who == scene->agent_is)
		octo_agent_update(&scene->agent, AT(who));
	else if (scene->agent_is >= 0)
		octo_remote_update(AT(who));
}

/* What has arrived is forgotten, but for the last that LOSER said. */
static void forget(struct scene *scene)
{
	struct pair *pair = &scene->pair;
	size_t kept = 0;
	for (size_t i = 0; i < pair->sent_count; i++) {
		if (pair->sent[i].at != OCTO_NEVER)
			pair->sent[kept++] = pair->sent[i];
		else if (pair->sent[i].from == LOSER)
			scene->said[scene->said_count++ % SCENE_REPLAYS] = pair->sent[i];
	}
	pair->sent_count = kept;
	pair->nodes[LOSER].event_count = 0;
}

void scene_talk(struct scene *scene, octo_time_ns for_ns, bool loses_ours, bool loses_theirs)
{
	static const enum octo_packet_type types[] = { OCTO_PACKET_SYN, OCTO_PACKET_SYN_ACK, OCTO_PACKET_ACK, OCTO_PACKET_RETRY,
		OCTO_PACKET_PROBE, OCTO_PACKET_PROBE_REPLY, OCTO_PACKET_DATA };
	for (octo_time_ns until = scene->pair.now + for_ns; scene->pair.now < until;) {
		for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
			pair_lose(&scene->pair, WINNER, types[i], loses_ours ? PAIR_FOREVER : 0);
			pair_lose(&scene->pair, LOSER, types[i], loses_theirs ? PAIR_FOREVER : 0);
		}
		scene_update(scene, WINNER);
		scene_update(scene, LOSER);
		pair_run(&scene->pair, step_ns);
		forget(scene);
	}
}

void scene_replay(struct scene *scene, uint8_t ago)
{
	if (scene->said_count)
		pair_deliver(&scene->pair, WINNER, &scene->said[(scene->said_count - 1 - ago % SCENE_REPLAYS) % SCENE_REPLAYS]);
}

void scene_restart_other(struct scene *scene, bool keeps_store)
{
	pair_restart(&scene->pair, LOSER, keeps_store);
	begin_couriers(scene, LOSER);
}

/* ---- Users and applications ------------------------------------------------------------------------------------------ */

static void set_parameter(struct scene *scene, int who, uint8_t how)
{
	uint8_t value[OCTO_VALUE_BYTES_MAX] = { 0 };
	enum octo_parameter parameter = (enum octo_parameter)(how % OCTO_PARAMETER_COUNT);
	size_t size = octo_value_size(octo_parameter_kind(parameter)->value);
	value[0] = how / OCTO_PARAMETER_COUNT & 3;
	bool is_set = who == scene->agent_is ? octo_agent_set(&scene->agent, AT(who), parameter, value, size) :
	                                       octo_remote_set(AT(who), 0, parameter, value, size);
	(void)is_set; /* not everything is everybody's to write */
}

static void command(struct scene *scene, int who, uint8_t how)
{
	struct octo_command taken;
	uint32_t control;
	if (who == scene->agent_is)
		while (octo_agent_take(&scene->agent, AT(who), &taken, &control))
			FUZZ_REQUIRE(taken.size > 0 && taken.size <= OCTO_COMMAND_BYTES_MAX && control == 0);
	else
		(void)!octo_remote_command(AT(who), 0, "a command of some length", 1 + how % 24);
}

static void sense(struct scene *scene, int who, uint8_t how)
{
	struct octo_reading reading = { .present = how, .clock_ms = how };
	if (who == scene->agent_is)
		octo_agent_sense(&scene->agent, AT(who), &reading);
}

static void switch_features(struct scene *scene, int who, uint8_t how)
{
	if (who == scene->agent_is)
		octo_agent_features(&scene->agent, AT(who), how & 15);
	else
		octo_remote_features(AT(who), 0, how & 15);
}

static void offer_blob(struct scene *scene, int who, uint8_t how)
{
	struct octo_blob blob = { .size = (uint64_t)how << how % 16, .id = (uint16_t)(1 + how % 16), .priority = how, .name = "a name" };
	blob.digest[0] = (uint8_t)scene->offered++;
	(void)!octo_blob_send(AT(who), 0, &blob);
}

/* Of the two small couriers. */
static void load(struct scene *scene, int who, uint8_t how)
{
	struct octo_load *load = octo_courier_state(scene->pair.nodes[who].channel, 0, 0);
	struct word *said = octo_courier_state(scene->pair.nodes[who].channel, 0, 1);
	*load = (struct octo_load){ .count = how, .size = (uint16_t)(8 + how), .interval_ns = how % 3 * OCTO_MILLISECOND,
		.priority = how, .is_ordered = how & 1 };
	*said = (struct word){ .ours = how, .is_due = 1 };
	octo_courier_wake(AT(who), 0);
}

enum { LIMIT, SYNC, ENABLE, HONEYMOON, CONNECT, ADDRESS, LOAD, SET, COMMAND, BLOB, CANCEL, FEATURES, SENSE, DOINGS };

static void do_with_couriers(struct scene *scene, int who, uint8_t what, uint8_t how)
{
	switch (what) {
	case LOAD: octo_courier_activate(AT(who), 0, how % 5, how & 8); break;
	case SET: set_parameter(scene, who, how); break;
	case COMMAND: command(scene, who, how); break;
	case BLOB: offer_blob(scene, who, how); break;
	case CANCEL: (void)!octo_blob_cancel(AT(who), 0, how & 16 ? OCTO_WAY_IN : OCTO_WAY_OUT, (uint16_t)(1 + how % 16)); break;
	case FEATURES: switch_features(scene, who, how); break;
	case SENSE: sense(scene, who, how); break;
	}
}

void scene_do(struct scene *scene, int who, uint8_t what, uint8_t how)
{
	struct octo_address address = { .ip = { 0xfd, [15] = how }, .port = (uint16_t)(1 + how) };
	what %= DOINGS;
	switch (what) {
	case LIMIT: octo_peer_limit(AT(who), 0, how ? OCTO_RATE_MIN + how * 1000u : 0); break;
	case SYNC: octo_peer_sync(AT(who), 0); break;
	case ENABLE: octo_enable(AT(who), how & 1); break;
	case HONEYMOON: (void)!octo_honeymoon(AT(who)); break;
	case CONNECT: (how & 1 ? pair_connect : pair_disconnect)(&scene->pair, who); break;
	case ADDRESS: octo_peer_set_address(AT(who), 0, how & 1 ? &address : &scene->pair.nodes[1 - who].address); break;
	default:
		if (scene->agent_is >= 0)
			do_with_couriers(scene, who, what, how);
		else
			load(scene, who, how);
	}
}
