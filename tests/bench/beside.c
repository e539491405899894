/* beside.c: what a blob does to what goes beside it, on the link of street.h: an agent's state update, from the writing until
 * the remote has it, while a blob of the agent fills the link, against the same without the blob. And what an agent and a
 * remote send while neither has anything to say. */
#include "tests/bench/street.h"

#include "core/nodes/agent.h"
#include "core/nodes/remote.h"

enum {
	UPDATES = 500, BLOB_BYTES = 200000000, IDLE_SECONDS = 300, IP_BYTES = 28, KINDS_MAX = 8,
	SLACK_MS = 20
};
static const octo_time_ns update_ns = 97 * OCTO_MILLISECOND;

static struct octo_agent agent;

static bool read_blob(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out, size_t size)
{
	(void)context, (void)peer, (void)way, (void)id, (void)offset;
	memset(out, 0x6f, size);
	return true;
}

static bool write_blob(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	(void)context, (void)peer, (void)id, (void)offset, (void)bytes, (void)size;
	return true;
}

static enum octo_blob_answer accept_blob(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	(void)context, (void)peer, (void)blob, (void)have;
	return OCTO_BLOB_YES;
}

static const struct octo_blobs blobs = { .read = read_blob, .write = write_blob, .offered = accept_blob };

static void tend(struct street *street)
{
	octo_agent_update(&agent, street->near.channel, &street->near.host, street->now);
	octo_remote_update(street->far.channel, &street->far.host, street->now);
}

/* An agent and a remote with their sets of couriers, in step. */
static void begin(struct street *street, uint32_t loss_permille)
{
	static const struct octo_courier *agent_kinds[KINDS_MAX], *remote_kinds[KINDS_MAX];
	struct kinds near = { agent_kinds, octo_courier_set_kinds(&octo_agent_couriers, agent_kinds, KINDS_MAX) };
	struct kinds far = { remote_kinds, octo_courier_set_kinds(&octo_remote_couriers, remote_kinds, KINDS_MAX) };
	uint8_t mode[OCTO_VALUE_BYTES_MAX];
	street_join(street, loss_permille, near, far);
	street->near.host.blobs = street->far.host.blobs = &blobs;
	street->out.extra_bytes = street->back.extra_bytes = IP_BYTES;
	octo_agent_init(&agent, street->near.channel);
	street->tend = tend;
	octo_number_pack(OCTO_OPERATION_MANUAL_PILOT, mode);
	REQUIRE(octo_agent_set(&agent, street->near.channel, &street->near.host, street->now, OCTO_PARAMETER_MODE, mode,
	                       octo_value_size(OCTO_VALUE_MODE)));
	street_run(street, street->now + 5 * OCTO_SECOND);
}

static uint64_t version_at(struct street *street)
{
	struct octo_parameter_view view;
	octo_remote_view(street->far.channel, &street->far.host, 0, OCTO_PARAMETER_POSITION, &view);
	return view.version;
}

static void update(struct street *street, uint32_t number)
{
	const struct octo_place place = { .latitude_e7 = 599139000, .longitude_e7 = 107522000, .altitude_mm = (int32_t)number };
	uint8_t value[OCTO_VALUE_BYTES_MAX];
	octo_place_pack(&place, value);
	REQUIRE(octo_agent_set(&agent, street->near.channel, &street->near.host, street->now, OCTO_PARAMETER_POSITION, value,
	                       octo_value_size(OCTO_VALUE_PLACE)));
}

/* Milliseconds of each update, sorted. */
static void measure(uint32_t loss_permille, bool has_blob, double late_ms[UPDATES])
{
	static struct street street;
	static octo_time_ns written_at[UPDATES];
	uint32_t written = 0, arrived = 0;
	begin(&street, loss_permille);
	if (has_blob) {
		const struct octo_blob blob = { .size = BLOB_BYTES, .id = 1, .priority = OCTO_BLOB_PRIORITY, .name = "log" };
		REQUIRE(octo_blob_send(street.near.channel, &street.near.host, street.now, 0, &blob) == OCTO_OK);
	}
	for (octo_time_ns next = street.now; arrived < UPDATES; street_run(&street, street.now + OCTO_MILLISECOND)) {
		if (written < UPDATES && street.now >= next) {
			update(&street, written + 1);
			written_at[written++] = street.now;
			next += update_ns;
		}
		for (uint64_t version = version_at(&street); arrived < version && arrived < UPDATES; arrived++)
			late_ms[arrived] = (double)(street.now - written_at[arrived]) / 1e6;
		REQUIRE(street.now < 300 * OCTO_SECOND);
	}
	REQUIRE(!has_blob || octo_channel_counters(street.near.channel)->bytes_sent > 10000000);
	qsort(late_ms, UPDATES, sizeof *late_ms, by_value);
	street_close(&street);
}

static void print_beside(uint32_t loss_permille)
{
	static double alone[UPDATES], beside[UPDATES];
	char name[128];
	measure(loss_permille, false, alone);
	measure(loss_permille, true, beside);
	double usual = alone[UPDATES * 99 / 100], late = beside[UPDATES * 99 / 100];
	snprintf(name, sizeof name, "state update, %u %% loss: p99 alone", loss_permille / 10);
	print_absolute(name, usual, "ms");
	snprintf(name, sizeof name, "state update, %u %% loss: median beside a blob", loss_permille / 10);
	print_absolute(name, beside[UPDATES / 2], "ms");
	snprintf(name, sizeof name, "state update, %u %% loss: p99 beside a blob", loss_permille / 10);
	print_absolute(name, late, "ms");
	snprintf(name, sizeof name, "state update, %u %% loss: p99 beside a blob / (1.5 × p99 alone + %d ms)", loss_permille / 10,
	         SLACK_MS);
	print_ratio(name, late / (1.5 * usual + SLACK_MS), 1);
}

static void print_idle(void)
{
	static struct street street;
	begin(&street, 0);
	const struct octo_counters *near = octo_channel_counters(street.near.channel);
	const struct octo_counters *far = octo_channel_counters(street.far.channel);
	uint64_t bytes = near->bytes_sent + far->bytes_sent, packets = near->sent + far->sent;
	street_run(&street, street.now + IDLE_SECONDS * OCTO_SECOND);
	bytes = near->bytes_sent + far->bytes_sent - bytes;
	packets = near->sent + far->sent - packets;
	print_absolute("idle agent and remote: bytes of datagrams a second, both ways", (double)bytes / IDLE_SECONDS, "B/s");
	print_absolute("idle agent and remote: the same with IP and UDP headers",
	               (double)(bytes + packets * IP_BYTES) / IDLE_SECONDS, "B/s");
	print_absolute("idle agent and remote: packets a second, both ways", (double)packets / IDLE_SECONDS, "1/s");
	street_close(&street);
}

int main(void)
{
	static const uint32_t losses_permille[] = { 0, 10, 100, 200, 300 };
	for (size_t i = 0; i < sizeof losses_permille / sizeof *losses_permille; i++)
		print_beside(losses_permille[i]);
	print_idle();
	return 0;
}
