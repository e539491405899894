/* rate.c: what rate control makes of a link of 20 Mbit/s, 20 ms each way, 100 kB of queue, that it is told nothing of,
 * while packets are lost by chance in both directions: bits of messages delivered over the bits that 512-byte packets
 * leave after their headers, less what is lost. Virtual time: the figure is the same on every machine. */
#include "tests/bench/street.h"

enum {
	MESSAGE_BYTES = 480, PACKET_BYTES = 512, HEADER_BYTES = 30, /* packet header 11, tag 16, frame 3 */
	SECONDS = 20, WARM_SECONDS = 1
};

static const struct octo_courier *const couriers[] = { &octo_courier_load };

static const struct octo_load *load_of(const struct side *side)
{
	return octo_courier_state(side->channel, 0, 0);
}

static void stream(struct street *street)
{
	struct octo_load *load = octo_courier_state(street->near.channel, 0, 0);
	load->count = UINT64_MAX;
	load->size = MESSAGE_BYTES;
	octo_courier_wake(street->near.channel, &street->near.host, street->now, 0);
}

static void measure(uint32_t loss_permille)
{
	static struct street street;
	char name[128];
	street_open(&street, loss_permille, couriers, NULL);
	stream(&street);
	street_run(&street, street.now + WARM_SECONDS * OCTO_SECOND);
	uint64_t before = load_of(&street.far)->received;
	street_run(&street, street.now + SECONDS * OCTO_SECOND);
	uint64_t bytes = (load_of(&street.far)->received - before) * MESSAGE_BYTES;
	double room = (double)SECONDS * LINK_BYTES_PER_SECOND * (PACKET_BYTES - HEADER_BYTES) / PACKET_BYTES;
	double share = (double)bytes / (room * (1000 - loss_permille) / 1000);
	REQUIRE(load_of(&street.far)->damaged == 0);
	snprintf(name, sizeof name, "rate control, %u %% loss: delivered / what the link leaves", loss_permille / 10);
	printf("{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"ratio\",\"goal\":\">= 0.95\",", name, share);
	printf("\"holds\":%s,\"absolute\":false}\n", share >= 0.95 ? "true" : "false");
	street_close(&street);
}

int main(void)
{
	street_at_each_loss(measure);
	return 0;
}
