/* couriers.c: conversations of the couriers of an agent (node 0) and its remote (node 1). */
#include "tests/vectors/support/world.h"

#include "core/couriers/discovery.h"
#include "core/nodes/registry.h"
#include "core/nodes/remote.h"

#include <stdio.h>
#include <string.h>

static const octo_time_ns ms = OCTO_MILLISECOND;

#define AGENT_AT world.nodes[0].channel, &world.nodes[0].host, world.now
#define REMOTE_AT world.nodes[1].channel, &world.nodes[1].host, world.now

static void connect_sets(const struct octo_blobs *blobs)
{
	give_sets(blobs);
	node_boot(0, true);
	node_boot(1, true);
	connect_node(1);
	run_for(300 * ms);
	CHECK(is_established(0) && is_established(1));
}

static void write_agent(enum octo_parameter parameter, const uint8_t value[OCTO_VALUE_BYTES_MAX])
{
	CHECK(octo_agent_set(&world.nodes[0].agent, AGENT_AT, parameter, value,
	                     octo_value_size(octo_parameter_kind(parameter)->value)));
}

static void write_remote(enum octo_parameter parameter, const uint8_t value[OCTO_VALUE_BYTES_MAX])
{
	CHECK(octo_remote_set(REMOTE_AT, 0, parameter, value, octo_value_size(octo_parameter_kind(parameter)->value)));
}

static void take(unsigned count)
{
	struct octo_command command;
	uint32_t control;
	for (; count > 0; count--)
		CHECK(octo_agent_take(&world.nodes[0].agent, AGENT_AT, &command, &control));
	CHECK(!octo_agent_take(&world.nodes[0].agent, AGENT_AT, &command, &control));
}

void tell_couriers(void)
{
	static const struct octo_place place = { 599138000, -107522000, 23500 };
	static const struct octo_charge charge = { 870, 11850 };
	struct octo_pose pose;
	struct octo_reading reading = { .present = 0xff, .clock_ms = 70000, .gps = place, .slam_mm = { -1200, 340, 5 },
		.gyro_mrad = { -3, 2, 1 }, .acceleration_cm = { 1, -981, 0 }, .azimuth = 0x4000, .accuracy = 182,
		.temperature_c100 = -1250, .touch = { 1, 65535 } };
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	for (int i = 0; i < OCTO_JOINTS; i++)
		pose.joints[i] = (int16_t)(i * 1000 - 16000);
	connect_sets(NULL);
	octo_place_pack(&place, value);
	write_agent(OCTO_PARAMETER_POSITION, value);
	octo_charge_pack(&charge, value);
	write_agent(OCTO_PARAMETER_BATTERY, value);
	octo_number_pack(OCTO_STATUS_READY, value);
	write_agent(OCTO_PARAMETER_STATUS, value);
	octo_number_pack(OCTO_OPERATION_MANUAL_PILOT, value);
	write_remote(OCTO_PARAMETER_MODE, value);
	run_for(300 * ms);
	octo_pose_pack(&pose, value);
	write_remote(OCTO_PARAMETER_TARGET_POSE, value);
	octo_number_pack(OCTO_FLAG_CAMERA, value);
	write_agent(OCTO_PARAMETER_FLAGS, value); /* both write one parameter in the same instant: the duel's winner counts */
	octo_number_pack(OCTO_FLAG_PANIC, value);
	write_remote(OCTO_PARAMETER_FLAGS, value);
	octo_agent_sense(&world.nodes[0].agent, AGENT_AT, &reading);
	CHECK(octo_remote_command(REMOTE_AT, 0, "forward 3", 9) && octo_remote_command(REMOTE_AT, 0, "turn 90", 7));
	run_for(400 * ms);
	take(2);
	octo_remote_features(REMOTE_AT, 0, OCTO_FEATURES_DEFAULT | OCTO_FEATURE_DISCOVERY);
	octo_agent_features(&world.nodes[0].agent, AGENT_AT, OCTO_FEATURES_DEFAULT | OCTO_FEATURE_DISCOVERY);
	run_for(1200 * ms);
	disconnect_node(1); /* and once more: another session, numbers from 0, the same lives */
	run_for(300 * ms);
	connect_node(1);
	CHECK(octo_remote_command(REMOTE_AT, 0, "stop", 4));
	run_for(3500 * ms);
	CHECK(is_established(0) && is_established(1));
	take(1);
}

/* ---- Blobs ----------------------------------------------------------------------------------------------------------- */

static bool is_refusing;

static uint8_t byte_of(uint16_t id, uint64_t offset)
{
	return (uint8_t)((offset + id) * 167 >> 3);
}

static bool read_blob(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out, size_t size)
{
	(void)context, (void)peer, (void)way;
	for (size_t i = 0; i < size; i++)
		out[i] = byte_of(id, offset + i);
	return true;
}

static bool write_blob(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	(void)context, (void)peer;
	for (size_t i = 0; i < size; i++)
		CHECK(bytes[i] == byte_of(id, offset + i));
	return true;
}

static enum octo_blob_answer accept_blob(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	(void)context, (void)peer, (void)have;
	return is_refusing || blob->size == 0 ? OCTO_BLOB_NO : OCTO_BLOB_YES;
}

static void offer(uint8_t index, uint16_t id, uint64_t size, const char *name)
{
	struct node *node = &world.nodes[index];
	struct octo_blob blob = { .size = size, .id = id, .priority = OCTO_BLOB_PRIORITY };
	struct octo_digest digest;
	octo_digest_begin(&digest);
	for (uint64_t at = 0; at < size; at++)
		octo_digest_add(&digest, &(uint8_t){ byte_of(id, at) }, 1);
	octo_digest_end(&digest, blob.digest);
	strncpy(blob.name, name, OCTO_BLOB_NAME_MAX);
	CHECK(octo_blob_send(node->channel, &node->host, world.now, 0, &blob) == OCTO_OK);
}

static enum octo_blob_end end_of(uint8_t index, enum octo_way way, uint16_t id)
{
	struct octo_blob_view view;
	for (uint32_t i = 0; i < OCTO_BLOBS_MAX; i++)
		if (octo_blob_view(world.nodes[index].channel, &world.nodes[index].host, 0, way, i, &view) && view.blob.id == id)
			return view.end;
	return OCTO_BLOB_END_NONE;
}

void tell_blobs(void)
{
	static const struct octo_blobs blobs = { .read = read_blob, .write = write_blob, .offered = accept_blob };
	static struct mishap mishaps[] = { { 1, OCTO_PACKET_DATA, 1, OCTO_NEVER }, { 0, 0, 0, 0 } };
	is_refusing = false;
	connect_sets(&blobs);
	offer(1, 258, 3000, "firmware.bin");
	mishaps[0].count = world.nodes[1].sent_by_type[OCTO_PACKET_DATA] + 4;
	world.mishaps = mishaps;
	run_for(700 * ms);
	CHECK(end_of(1, OCTO_WAY_OUT, 258) == OCTO_BLOB_END_COMPLETE && end_of(0, OCTO_WAY_IN, 258) == OCTO_BLOB_END_COMPLETE);
	is_refusing = true;
	offer(0, 1, 100, "log");
	run_for(200 * ms);
	CHECK(end_of(0, OCTO_WAY_OUT, 1) == OCTO_BLOB_END_REFUSED);
	is_refusing = false;
	offer(0, 2, 1000000, "camera.jpg");
	offer(1, 3, 1000000, "map");
	run_for(55 * ms);
	CHECK(octo_blob_cancel(AGENT_AT, 0, OCTO_WAY_OUT, 2) == OCTO_OK);
	CHECK(octo_blob_cancel(AGENT_AT, 0, OCTO_WAY_IN, 3) == OCTO_OK);
	run_for(300 * ms);
	CHECK(end_of(1, OCTO_WAY_IN, 2) == OCTO_BLOB_END_CANCELLED && end_of(1, OCTO_WAY_OUT, 3) == OCTO_BLOB_END_CANCELLED);
}
