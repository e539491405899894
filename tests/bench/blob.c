/* blob.c: what a blob makes of a link of 20 Mbit/s, 20 ms each way, 100 kB of queue, with loss in both directions: its
 * bytes over those that packets of 512 bytes leave of the link after all headers, less what is lost; from second 2 on of
 * 40 MB, and of 4 MB from the offer to the last byte, start-up included. A packet costs 28 bytes more on the wire: of the
 * 4 MB also what all packets of both sides took there, beside the blob's own bytes. */
#include "tests/bench/street.h"

enum {
	UDP_BYTES = 28, PACKET_BYTES = 512, HEADER_BYTES = 30, /* packet header 11, tag 16, frame 3 */
	STREETS = 9                       /* of the 4 MB the median of so many */
};

static const double wire_most = 1.8; /* what KCP takes on this link */

static uint8_t byte_of(uint64_t offset)
{
	return (uint8_t)(offset * UINT64_C(0x9e3779b97f4a7c15) >> 56);
}

static bool read_blob(void *context, uint32_t peer, enum octo_way way, uint16_t id, uint64_t offset, uint8_t *out, size_t size)
{
	(void)context, (void)peer, (void)way, (void)id;
	for (size_t i = 0; i < size; i++)
		out[i] = byte_of(offset + i);
	return true;
}

static bool write_blob(void *context, uint32_t peer, uint16_t id, uint64_t offset, const uint8_t *bytes, size_t size)
{
	(void)context, (void)peer, (void)id;
	for (size_t i = 0; i < size; i++)
		if (bytes[i] != byte_of(offset + i))
			return false;
	return true;
}

static enum octo_blob_answer accept_blob(void *context, uint32_t peer, const struct octo_blob *blob, uint64_t *have)
{
	(void)context, (void)peer, (void)blob, (void)have;
	return OCTO_BLOB_YES;
}

static const struct octo_blobs blobs = { .read = read_blob, .write = write_blob, .offered = accept_blob };
static const struct octo_courier *const couriers[] = { &octo_courier_blob };

static void offer(struct street *street, uint64_t size)
{
	struct octo_blob blob = { .size = size, .id = 1, .priority = OCTO_BLOB_PRIORITY, .name = "firmware.bin" };
	struct octo_digest digest;
	uint8_t piece[1000];
	octo_digest_begin(&digest);
	for (uint64_t at = 0; at < size; at += sizeof piece) {
		read_blob(NULL, 0, OCTO_WAY_OUT, 1, at, piece, sizeof piece);
		octo_digest_add(&digest, piece, sizeof piece);
	}
	octo_digest_end(&digest, blob.digest);
	REQUIRE(octo_blob_send(street->near.channel, &street->near.host, street->now, 0, &blob) == OCTO_OK);
}

static struct octo_blob_view view_of(struct street *street)
{
	struct octo_blob_view view;
	if (!octo_blob_view(street->far.channel, &street->far.host, 0, OCTO_WAY_IN, 0, &view))
		view = (struct octo_blob_view){ .done = 0 };
	return view;
}

static void begin(struct street *street, uint32_t loss_permille)
{
	street_open(street, loss_permille, couriers, &blobs);
	street->out.extra_bytes = street->back.extra_bytes = UDP_BYTES;
}

static void print(const char *what, uint32_t loss_permille, uint64_t bytes, octo_time_ns taken, bool has_goal)
{
	double room = (double)LINK_BYTES_PER_SECOND * (PACKET_BYTES - HEADER_BYTES) / (PACKET_BYTES + UDP_BYTES);
	double share = (double)bytes * 1e9 / (double)taken / (room * (1000 - loss_permille) / 1000);
	printf("{\"name\":\"blob of %s, %u %% loss: delivered / what the link leaves\",\"value\":%.3f,\"unit\":\"ratio\",", what,
	       loss_permille / 10, share);
	printf("\"goal\":%s,\"holds\":%s,", has_goal ? "\">= 0.95\"" : "null", !has_goal || share >= 0.95 ? "true" : "false");
	printf("\"absolute\":false}\n");
}

/* Beside what others make of the same link, where they lose much: level with TCP BBR at 10 %, ahead of KCP at 20 %. */
static void print_rate(uint32_t loss_permille, octo_time_ns taken)
{
	double mbit = 4000000 * 8e3 / (double)taken, least = loss_permille == 100 ? 14.8 : loss_permille == 200 ? 8.6 : 0;
	printf("{\"name\":\"blob of 4 MB from the first byte on, %u %% loss\",\"value\":%.1f,\"unit\":\"Mbit/s\",", loss_permille / 10,
	       mbit);
	if (least > 0)
		printf("\"goal\":\">= %.1f\",\"holds\":%s,\"absolute\":false}\n", least, mbit >= least ? "true" : "false");
	else
		printf("\"goal\":null,\"holds\":true,\"absolute\":true}\n");
}

static uint64_t wire_bytes(const struct street *street)
{
	const struct octo_counters *near = octo_channel_counters(street->near.channel);
	const struct octo_counters *far = octo_channel_counters(street->far.channel);
	return near->bytes_sent + far->bytes_sent + (near->sent + far->sent) * UDP_BYTES;
}

static void print_wire(uint32_t loss_permille, uint64_t wire, uint64_t bytes)
{
	double ratio = (double)wire / (double)bytes;
	printf("{\"name\":\"blob of 4 MB, %u %% loss: bytes on the wire, both ways / bytes of the blob\",\"value\":%.3f,",
	       loss_permille / 10, ratio);
	printf("\"unit\":\"ratio\",\"goal\":%.1f,\"holds\":%s,\"absolute\":false}\n", wire_most, ratio <= wire_most ? "true" : "false");
}

static void run_to_end(struct street *street)
{
	while (view_of(street).end == OCTO_BLOB_END_NONE && street->now < 200 * OCTO_SECOND)
		street_run(street, street->now + OCTO_MILLISECOND);
	REQUIRE(view_of(street).end == OCTO_BLOB_END_COMPLETE);
}

static void measure(uint32_t loss_permille)
{
	static struct street street;
	octo_time_ns from;
	begin(&street, loss_permille);
	offer(&street, 40000000);
	street_run(&street, street.now + 2 * OCTO_SECOND);
	uint64_t before = view_of(&street).done;
	from = street.now;
	run_to_end(&street);
	print("40 MB from second 2 on", loss_permille, 40000000 - before, street.now - from, true);
	street_close(&street);
	double taken[STREETS], wire[STREETS];
	for (street_draw = 0; street_draw < STREETS; street_draw++) {
		begin(&street, loss_permille);
		uint64_t wire_before = wire_bytes(&street);
		offer(&street, 4000000);
		from = street.now;
		run_to_end(&street);
		taken[street_draw] = (double)(street.now - from);
		wire[street_draw] = (double)(wire_bytes(&street) - wire_before);
		street_close(&street);
	}
	street_draw = 0;
	octo_time_ns usual = (octo_time_ns)median(taken, STREETS);
	print("4 MB from the first byte on", loss_permille, 4000000, usual, false);
	print_rate(loss_permille, usual);
	print_wire(loss_permille, (uint64_t)median(wire, STREETS), 4000000);
}

int main(void)
{
	street_at_each_loss(measure);
	return 0;
}
