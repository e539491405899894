/* parts.c: frames and messages of couriers one by one, of each kind one at least, and signatures. Only here are the core's
 * insides needed: no conversation has all of them. */
#include "tests/vectors/support/world.h"

#include "core/couriers/blob_frames.h"
#include "core/couriers/discovery.h"
#include "core/couriers/state_message.h"
#include "core/intrinsic/frame.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One frame of each type, as the codec writes it: not all stand in a datagram. */
void print_frames(void)
{
	static const uint8_t data[8] = { 0, 1, 2, 3, 4, 5, 6, 7 }, ranges[] = { 0, 5, 0x7f, 0xff, 1 };
	const struct frame frames[] = {
		{ .type = FRAME_PAD },
		{ .type = FRAME_ACK, .largest = 0x1234, .delay = 5, .bitmap = 0xa0b0c0d0 },
		{ .type = FRAME_ACK_RANGES, .largest = 65535, .delay = 7, .range_count = 2, .data = ranges, .size = sizeof ranges },
		{ .type = FRAME_PING, .token = 0x04030201 },
		{ .type = FRAME_PONG, .token = 0x04030201 },
		{ .type = FRAME_PATH_CHALLENGE, .data = data, .size = 8 },
		{ .type = FRAME_PATH_RESPONSE, .data = data, .size = 8 },
		{ .type = FRAME_MAX_RATE, .token = 4096 },
		{ .type = FRAME_CLOSE, .token = 0 },
		{ .type = FRAME_SYNC_REQUEST, .courier = 126 },
		{ .type = FRAME_SYNC_HASH, .courier = 126, .data = data, .size = 8 },
		{ .type = FRAME_HANDSHAKE, .data = data, .size = 3 },
		{ .type = FRAME_COURIER_ORDERED, .courier = 1, .largest = 300, .data = data, .size = 4 },
		{ .type = FRAME_COURIER, .courier = 1, .data = data, .size = 4 },
		{ .type = FRAME_COURIER, .courier = 126, .data = data, .size = 0 }
	};
	uint8_t bytes[256];
	struct writer writer = writer_of(bytes, sizeof bytes);
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		frame_write(&writer, &frames[i]);
	printf(" \"frames\": ");
	print_hex(bytes, writer.position);
	printf(",\n");
}

/* ---- Messages of couriers: their fields, and the bytes that the core makes of them ------------------------------------- */

static bool is_first_message;

static void open_message(unsigned courier, const char *kind)
{
	printf("%s\n  {\"courier\": %u, \"kind\": \"%s\"", is_first_message ? "" : ",", courier, kind);
	is_first_message = false;
}

static void close_message(const uint8_t *bytes, size_t size)
{
	printf(",\n   \"bytes\": ");
	print_hex(bytes, size);
	printf("}");
}

static void put(const char *field, uint64_t number)
{
	printf(", \"%s\": %" PRIu64, field, number);
}

static void put_hex(const char *field, const void *bytes, size_t size)
{
	printf(", \"%s\": ", field);
	print_hex(bytes, size);
}

/* An item of each writer, with a value and without one, and of nobody. */
static void print_state(void)
{
	static const uint8_t value[12] = { 0x90, 0x0f, 0xb6, 0x23, 1, 2, 3, 4, 5, 6, 7, 0xff };
	const struct state_item items[] = {
		{ .parameter = 0, .by = STATE_BY_AGENT, .has_value = true, .version = 1, .size = 12, .value = value },
		{ .parameter = 4, .by = STATE_BY_CONTROL, .has_value = true, .version = 127, .size = 1, .value = (const uint8_t[]){ 3 } },
		{ .parameter = 5, .by = STATE_BY_OTHER, .has_value = true, .version = 128, .size = 2, .value = (const uint8_t[]){ 1, 0 },
		  .writer = UINT64_C(0xfedcba9876543210) },
		{ .parameter = 6, .by = STATE_BY_CONTROL, .version = OCTO_VERSION_MAX, .check = 0xabcd },
		{ .parameter = 7, .by = STATE_BY_OTHER, .version = 16384, .check = 1, .writer = 1 },
		{ .parameter = 31, .by = STATE_BY_NOBODY }
	};
	struct state_head head = { .asks = true, .has_echo = true, .tag = 0x1234, .number = 65535, .echo = 7, .held_ms = 65535,
		.digest = UINT64_C(0x0102030405060708) };
	uint8_t bytes[OCTO_COURIER_PAYLOAD_MAX];
	struct writer writer = writer_of(bytes, sizeof bytes);
	open_message(2, "STATE");
	put("asks", 1), put("has_echo", 1), put("tag", head.tag), put("number", head.number), put("echo", head.echo);
	put("held", head.held_ms), put("digest", head.digest);
	state_head_write(&writer, &head);
	printf(",\n   \"items\": [");
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		printf("%s{\"parameter\": %u", i ? ",\n             " : "", items[i].parameter);
		put("by", items[i].by);
		if (items[i].by != STATE_BY_NOBODY)
			put("version", items[i].version);
		if (items[i].by == STATE_BY_OTHER)
			put("writer", items[i].writer);
		if (items[i].has_value)
			put_hex("value", items[i].value, items[i].size);
		else if (items[i].by != STATE_BY_NOBODY)
			put("check", items[i].check);
		printf("}");
		state_item_write(&writer, &items[i]);
	}
	printf("]");
	close_message(bytes, writer.position);
}

/* As the courier sends them in a session with this log id: no codec stands alone. */
static const uint64_t log_id = UINT64_C(0x0123456789abcdef);

static void no_report(const struct octo_courier_call *call, const struct octo_event_note *note)
{
	(void)call, (void)note;
}

static const struct octo_courier_call call = { .now = 1000 * OCTO_SECOND, .session = UINT64_C(0x0123456789abcdef), .room = 480,
	.report = no_report };

static void say(const struct octo_courier *kind, void *state)
{
	uint8_t bytes[OCTO_COURIER_PAYLOAD_MAX];
	uint64_t handle = 0;
	size_t size = kind->send(state, &call, bytes, sizeof bytes, &handle);
	CHECK(size > 0);
	close_message(bytes, size);
}

static void print_sensors(void)
{
	static const uint16_t presents[] = { 0xff, 0x01, 0x42 };
	for (size_t i = 0; i < sizeof presents / sizeof *presents; i++) {
		struct octo_sensors state = { .is_begun = 0 };
		struct octo_reading reading = { .present = presents[i], .clock_ms = 0xfffefdfc, .gps = { 900000000, -1800000000, -11000000 },
			.slam_mm = { INT32_MIN, -1, INT32_MAX }, .gyro_mrad = { INT16_MIN, -1, INT16_MAX }, .acceleration_cm = { -981, 0, 1 },
			.azimuth = 65535, .accuracy = 1, .temperature_c100 = -27315, .touch = { 0, 65535 } };
		octo_sensors_begin(&state, true);
		octo_sensors_set(&state, &reading);
		open_message(3, "SENSORS");
		put("log_id", log_id), put("number", 0);
		printf(",\n   \"values\": {");
		const char *mark = "";
#define VALUE(bit, name, ...)                                                                        \
		if (presents[i] >> bit & 1)                                                          \
			mark = (printf("%s\"" name "\": ", mark), printf(__VA_ARGS__), ", ")
		VALUE(0, "clock", "[%" PRIu32 "]", reading.clock_ms);
		VALUE(1, "gps", "[%" PRId32 ", %" PRId32 ", %" PRId32 "]", reading.gps.latitude_e7, reading.gps.longitude_e7, reading.gps.altitude_mm);
		VALUE(2, "slam", "[%" PRId32 ", %" PRId32 ", %" PRId32 "]", reading.slam_mm[0], reading.slam_mm[1], reading.slam_mm[2]);
		VALUE(3, "gyro", "[%d, %d, %d]", reading.gyro_mrad[0], reading.gyro_mrad[1], reading.gyro_mrad[2]);
		VALUE(4, "acceleration", "[%d, %d, %d]", reading.acceleration_cm[0], reading.acceleration_cm[1], reading.acceleration_cm[2]);
		VALUE(5, "compass", "[%u, %u]", reading.azimuth, reading.accuracy);
		VALUE(6, "temperature", "[%d]", reading.temperature_c100);
		VALUE(7, "touch", "[%u, %u]", reading.touch[0], reading.touch[1]);
#undef VALUE
		printf("}");
		say(&octo_courier_sensors, &state);
	}
}

static void print_commands(void)
{
	uint32_t life = (uint32_t)(log_id ^ log_id >> 32) | 1;
	static const uint8_t text[] = { 'g', 'o', 0, 0xff };
	struct octo_commands giver = { .is_begun = 0 }, taker = giver;
	octo_commands_begin(&giver, false);
	octo_commands_begin(&taker, true);
	CHECK(octo_command_give(&giver, text, sizeof text));
	open_message(4, "ASK");
	say(&octo_courier_command, &giver);
	open_message(4, "REPORT");
	put("life", life), put("stream", 0), put("next", 1);
	say(&octo_courier_command, &taker);
	uint8_t report[13] = { 1, 0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 1 };
	octo_courier_command.receive(&giver, &call, report, sizeof report);
	open_message(4, "COMMAND");
	put("stream", life), put("life", 0x12345678), put("number", 1), put_hex("text", text, sizeof text);
	say(&octo_courier_command, &giver);
}

static void print_discovery(void)
{
	struct octo_address peer = { .ip = { [10] = 0xff, [11] = 0xff, [12] = 192, 0, 2, 1 }, .port = 8124 };
	struct octo_address own = { .ip = { 0x20, 1, 0x0d, 0xb8, [15] = 7 }, .port = 65535 };
	struct octo_discovery state = { .is_begun = 0 };
	octo_discovery_begin(&state);
	CHECK(octo_discovery_set(&state, &peer, &own));
	open_message(5, "DISCOVERY");
	put("log_id", log_id), put("number", 0), put_hex("peer_ip", peer.ip, 16), put("peer_port", peer.port);
	put_hex("own_ip", own.ip, 16), put("own_port", own.port);
	say(&octo_courier_discovery, &state);
}

static void print_blobs(void)
{
	struct blob_message offer = { .type = BLOB_OFFER, .id = 258, .round = 3, .cell_bytes = 118,
		.blob = { .size = OCTO_BLOB_SIZE_MAX, .id = 258, .priority = 40, .name = "a name.bin" } };
	struct blob_message have = { .type = BLOB_HAVE, .id = 258, .round = 3, .frontier = 70000, .from = 70001, .run_count = 2,
		.runs = { { 1, 2 }, { 8000, 65 } } };
	uint8_t bytes[BLOB_CONTROL_BYTES_MAX], chunk[BLOB_CHUNK_HEAD_BYTES + 5] = { [BLOB_CHUNK_HEAD_BYTES] = 1, 2, 3, 4, 5 };
	for (size_t i = 0; i < sizeof offer.blob.digest; i++)
		offer.blob.digest[i] = (uint8_t)(i * 9);
	open_message(6, "OFFER");
	put("id", 258), put("round", 3), put("priority", 40), put("cell", 118), put("size", offer.blob.size);
	put_hex("digest", offer.blob.digest, sizeof offer.blob.digest), put_hex("name", offer.blob.name, strlen(offer.blob.name));
	close_message(bytes, blob_message_write(bytes, &offer));
	open_message(6, "HAVE");
	put("id", 258), put("round", 3), put("frontier", 70000), put("from", 70001);
	printf(", \"runs\": [[1, 2], [8000, 65]]");
	close_message(bytes, blob_message_write(bytes, &have));
	blob_chunk_head_write(chunk, 258, 70002);
	open_message(6, "CHUNK");
	put("id", 258), put("cell", 70002), put_hex("data", chunk + BLOB_CHUNK_HEAD_BYTES, 5);
	close_message(chunk, sizeof chunk);
	open_message(6, "DONE");
	put("id", 258), put("round", 3);
	close_message(bytes, blob_message_write(bytes, &(struct blob_message){ .type = BLOB_DONE, .id = 258, .round = 3 }));
	for (enum octo_blob_end reason = OCTO_BLOB_END_CANCELLED; reason < OCTO_BLOB_END_COUNT; reason++) {
		struct blob_message abort = { .type = BLOB_ABORT, .id = 258, .round = 3, .way = reason & 1, .reason = (uint8_t)reason };
		open_message(6, "ABORT");
		put("id", 258), put("round", 3), put("way", abort.way), put("reason", reason);
		close_message(bytes, blob_message_write(bytes, &abort));
	}
}

void print_messages(void)
{
	is_first_message = true;
	printf(" \"messages\": [");
	print_state();
	print_sensors();
	print_commands();
	print_discovery();
	print_blobs();
	printf("\n ],\n");
}

/* ---- Signatures -------------------------------------------------------------------------------------------------------- */

/* Signatures on clear text: of nothing, of a few bytes, and of more than a hash's block. */
void print_signatures(void)
{
	static const struct { const char *purpose; size_t size; } texts[] = { { "card", 0 }, { "log", 5 }, { "card", 200 } };
	uint8_t text[200], seed[OCTO_SEED_BYTES], signature[OCTO_SIGNATURE_BYTES];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)i;
	printf(" \"signatures\": [\n");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct octo_identity identity;
		memset(seed, (int)i + 1, sizeof seed);
		octo_identity_from_seed(octo_crypto_sodium(), seed, &identity);
		octo_sign(octo_crypto_sodium(), &identity, texts[i].purpose, text, texts[i].size, signature);
		printf("  {\"purpose\": \"%s\", \"seed\": ", texts[i].purpose);
		print_hex(seed, sizeof seed);
		printf(", \"text\": ");
		print_hex(text, texts[i].size);
		printf(", \"signature\": ");
		print_hex(signature, sizeof signature);
		printf("}%s\n", i + 1 < sizeof texts / sizeof *texts ? "," : "");
	}
	printf(" ],\n");
}
