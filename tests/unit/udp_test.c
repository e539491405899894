/* udp_test.c: core/carriers/udp.c on loopback: what is sent arrives, one at a time or in batches, over IPv4 and IPv6,
 * and no fate of a datagram is an error of the carrier (C:1, C:9, C:29). */
#include "core/carriers/udp.h"
#include "tests/check.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

enum { WATCHDOG_MS = 20000 };

static struct octo_address at(const char *text)
{
	struct octo_address address = { .port = 0 };
	CHECK(udp_address_from_text(text, 0, &address));
	return address;
}

static bool opens(struct carrier *carrier, const char *text, uint32_t options)
{
	struct octo_address address = at(text);
	return udp_open(carrier, &address, octo_crypto_sodium(), options) == CARRIER_OK;
}

/* Waits until so many have arrived, or the watchdog barks. */
static uint32_t receive_all(struct carrier *carrier, struct carrier_datagram *list, uint32_t wanted)
{
	uint32_t total = 0, got = 0;
	while (total < wanted) {
		struct pollfd ready = { .fd = carrier->descriptor, .events = POLLIN };
		if (poll(&ready, 1, WATCHDOG_MS) != 1)
			break;
		CHECK_U64(carrier->kind->receive(carrier, list + total, wanted - total, &got), CARRIER_OK);
		total += got;
	}
	return total;
}

static uint32_t send_all(struct carrier *carrier, const struct carrier_datagram *list, uint32_t count)
{
	uint32_t taken;
	CHECK_U64(carrier->kind->send(carrier, list, count, &taken), CARRIER_OK);
	return taken;
}

static void exchange(const char *local, uint32_t options)
{
	static struct carrier_datagram out[CARRIER_BATCH_MAX], in[CARRIER_BATCH_MAX];
	struct carrier a, b;
	if (!opens(&a, local, options) || !opens(&b, local, options)) {
		CHECK(strchr(local, '[') != NULL); /* a machine without IPv6 is one; without IPv4 it is none */
		return;
	}
	CHECK(a.local.port != 0 && a.local.port != b.local.port);
	for (uint32_t i = 0; i < CARRIER_BATCH_MAX; i++) {
		out[i].address = b.local;
		out[i].size = (uint16_t)(i * 16);
		memset(out[i].bytes, (int)i, sizeof out[i].bytes);
	}
	CHECK_U64(send_all(&a, out, CARRIER_BATCH_MAX), CARRIER_BATCH_MAX);
	CHECK_U64(receive_all(&b, in, CARRIER_BATCH_MAX), CARRIER_BATCH_MAX);
	for (uint32_t i = 0; i < CARRIER_BATCH_MAX; i++) {
		CHECK_U64(in[i].size, out[i].size);
		CHECK_BYTES(in[i].bytes, out[i].bytes, out[i].size);
		CHECK_BYTES(&in[i].address, &a.local, sizeof a.local);
	}
	CHECK_U64(a.counters.sent, CARRIER_BATCH_MAX);
	CHECK_U64(b.counters.received, CARRIER_BATCH_MAX);
	if (options & UDP_WITHOUT_BATCHES)
		CHECK(a.counters.calls >= CARRIER_BATCH_MAX);
	uint32_t none = 1;
	CHECK_U64(b.kind->receive(&b, in, CARRIER_BATCH_MAX, &none), CARRIER_OK); /* does not wait */
	CHECK_U64(none, 0);
	a.kind->close(&a);
	b.kind->close(&b);
	CHECK(a.descriptor == -1 && b.descriptor == -1);
}

/* R1, R3, R21. */
static void datagrams_arrive_as_they_were_sent(void)
{
	exchange("127.0.0.1", 0);
	exchange("127.0.0.1", UDP_WITHOUT_BATCHES);
	exchange("[::1]", 0);
	exchange("[::1]", UDP_WITHOUT_BATCHES);
}

#ifdef __linux__
static void a_batch_is_one_call(void)
{
	static struct carrier_datagram out[CARRIER_BATCH_MAX], in[CARRIER_BATCH_MAX];
	struct carrier a, b;
	CHECK(opens(&a, "127.0.0.1", 0) && opens(&b, "127.0.0.1", 0));
	for (uint32_t i = 0; i < CARRIER_BATCH_MAX; i++)
		out[i].address = b.local;
	(void)send_all(&a, out, CARRIER_BATCH_MAX);
	CHECK_U64(a.counters.calls, 1);
	CHECK_U64(receive_all(&b, in, CARRIER_BATCH_MAX), CARRIER_BATCH_MAX);
	CHECK_U64(b.counters.calls, 1);
	a.kind->close(&a);
	b.kind->close(&b);
}
#endif

/* R22: traffic is not told apart by where it comes from: IPv4 and IPv6 arrive at one socket. */
static void any_address_takes_both_families(void)
{
	static struct carrier_datagram datagram, in[2];
	struct carrier both, four, six;
	CHECK(opens(&both, "[::]", 0) && opens(&four, "127.0.0.1", 0));
	datagram.size = 3;
	datagram.address = at("127.0.0.1");
	datagram.address.port = both.local.port;
	CHECK_U64(send_all(&four, &datagram, 1), 1);
	CHECK_U64(receive_all(&both, in, 1), 1);
	CHECK_BYTES(&in[0].address, &four.local, sizeof four.local);
	datagram.address = in[0].address; /* and the answer finds its way */
	CHECK_U64(send_all(&both, &datagram, 1), 1);
	CHECK_U64(receive_all(&four, in, 1), 1);
	if (opens(&six, "[::1]", 0)) {
		datagram.address = six.local;
		datagram.address.port = both.local.port;
		CHECK_U64(send_all(&six, &datagram, 1), 1);
		CHECK_U64(receive_all(&both, in, 1), 1);
		CHECK_BYTES(&in[0].address, &six.local, sizeof six.local);
		six.kind->close(&six);
	}
	both.kind->close(&both);
	four.kind->close(&four);
}

/* R4: what is longer than a channel takes is seen to be. */
static void a_long_datagram_arrives_as_too_long(void)
{
	static struct carrier_datagram datagram, in[1];
	struct carrier a, b;
	CHECK(opens(&a, "127.0.0.1", 0) && opens(&b, "127.0.0.1", UDP_WITHOUT_BATCHES));
	for (int i = 0; i < 2; i++) {
		struct carrier *from = i ? &b : &a, *to = i ? &a : &b;
		datagram.address = to->local;
		datagram.size = OCTO_DATAGRAM_MAX + 1;
		CHECK_U64(send_all(from, &datagram, 1), 1);
		CHECK_U64(receive_all(to, in, 1), 1);
		CHECK_U64(in[0].size, OCTO_DATAGRAM_MAX + 1);
	}
	a.kind->close(&a);
	b.kind->close(&b);
}

/* Port 0, another family, a network that is not there: counted, and the rest of the batch goes out. */
static void what_cannot_be_sent_is_lost_and_counted(void)
{
	static struct carrier_datagram out[4], in[2];
	for (uint32_t options = 0; options <= UDP_WITHOUT_BATCHES; options += UDP_WITHOUT_BATCHES) {
		struct carrier a, b;
		CHECK(opens(&a, "127.0.0.1", options) && opens(&b, "127.0.0.1", options));
		out[0].address = b.local;
		out[1].address = (struct octo_address){ .port = 0 };
		out[2].address = at("[2001:db8::1]:9");
		out[3].address = b.local;
		CHECK_U64(send_all(&a, out, 4), 4);
		CHECK_U64(a.counters.sent, 2);
		CHECK_U64(a.counters.refused, 2);
		CHECK_U64(receive_all(&b, in, 2), 2);
		a.kind->close(&a);
		b.kind->close(&b);
	}
}

/* Nobody listens there: the system may say so (ICMP), at any later call. */
static void a_closed_port_is_no_error(void)
{
	static struct carrier_datagram out[2], in[2];
	struct carrier a, b, gone;
	CHECK(opens(&a, "127.0.0.1", 0) && opens(&b, "127.0.0.1", 0) && opens(&gone, "127.0.0.1", 0));
	out[0].address = gone.local;
	out[1].address = b.local;
	gone.kind->close(&gone);
	CHECK_U64(send_all(&a, out, 2), 2);
	CHECK_U64(send_all(&a, out, 2), 2);
	CHECK_U64(receive_all(&b, in, 2), 2);
	a.kind->close(&a);
	b.kind->close(&b);
}

static void the_carrier_refuses_by_name(void)
{
	struct carrier a, b;
	struct octo_address address = at("127.0.0.1");
	CHECK_U64(udp_open(&a, &address, octo_crypto_model(), 0), CARRIER_MODEL_CRYPTO);
	CHECK(opens(&a, "127.0.0.1", 0));
	CHECK_U64(udp_open(&b, &a.local, octo_crypto_sodium(), 0), CARRIER_IN_USE);
	address = at("203.0.113.77");
	CHECK_U64(udp_open(&b, &address, octo_crypto_sodium(), 0), CARRIER_BAD_ADDRESS);
	close(a.descriptor); /* behind its back */
	static struct carrier_datagram datagram;
	uint32_t count;
	datagram.address = a.local;
	CHECK_U64(a.kind->send(&a, &datagram, 1, &count), CARRIER_FAILED);
	CHECK_U64(a.kind->receive(&a, &datagram, 1, &count), CARRIER_FAILED);
	for (int i = 0; i < CARRIER_STATUS_COUNT; i++)
		CHECK(carrier_status_text((enum carrier_status)i)[0] != '\0');
}

static void addresses_are_read_and_written(void)
{
	static const struct { const char *text, *written; } good[] = {
		{ "192.0.2.1:80", "192.0.2.1:80" }, { "192.0.2.1", "192.0.2.1:8124" }, { "[2001:db8::1]:65535", "[2001:db8::1]:65535" },
		{ "[::1]", "[::1]:8124" }, { "2001:db8::1", "[2001:db8::1]:8124" }, { "::", "[::]:8124" },
		{ "::ffff:10.0.0.1", "10.0.0.1:8124" }, { "0.0.0.0:0", "0.0.0.0:0" },
	};
	static const char *const bad[] = { "", ":", ":80", "1.2.3", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:123456", "1.2.3.4:8x",
		"1.2.3.4 ", "[::1", "[::1]80", "[::1]:", "::1]:80", "[1.2.3.4]:80", "robot.local:80", "1.2.3.4:-1",
		"0000000000000000000000000000000000000000000000000000000000000000::1" };
	char text[CARRIER_ADDRESS_TEXT_BYTES];
	struct octo_address address;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		CHECK(udp_address_from_text(good[i].text, UDP_PORT, &address));
		udp_address_text(&address, text);
		CHECK_STRING(text, good[i].written);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct octo_address before = address;
		CHECK(!udp_address_from_text(bad[i], UDP_PORT, &address));
		CHECK_BYTES(&address, &before, sizeof address);
	}
}

CU_ErrorCode suite_udp(void);

CU_ErrorCode suite_udp(void)
{
	CU_pSuite suite = CU_add_suite("udp", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, datagrams_arrive_as_they_were_sent);
#ifdef __linux__
	CU_ADD_TEST(suite, a_batch_is_one_call);
#endif
	CU_ADD_TEST(suite, any_address_takes_both_families);
	CU_ADD_TEST(suite, a_long_datagram_arrives_as_too_long);
	CU_ADD_TEST(suite, what_cannot_be_sent_is_lost_and_counted);
	CU_ADD_TEST(suite, a_closed_port_is_no_error);
	CU_ADD_TEST(suite, the_carrier_refuses_by_name);
	CU_ADD_TEST(suite, addresses_are_read_and_written);
	return CU_get_error();
}
