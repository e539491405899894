/* stun_test.c: stun.c: bytes against the published samples of RFC 5769, hostile answers, and the client's rhythm (R118). */
#include "core/intrinsic/call.h"
#include "tests/check.h"
#include "tests/unit/crowd.h"

#include <stdlib.h>

static const uint8_t transaction[STUN_TRANSACTION_BYTES] = {
	0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae
};
/* RFC 5769, 2.2 and 2.3. */
static const uint8_t sample_4[] = {
	0x01, 0x01, 0x00, 0x3c, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
	0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
	0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
	0x00, 0x08, 0x00, 0x14, 0x2b, 0x91, 0xf5, 0x99, 0xfd, 0x9e, 0x90, 0xc3, 0x8c, 0x74, 0x89, 0xf9, 0x2a, 0xf9, 0xba, 0x53,
	0xf0, 0x6b, 0xe7, 0xd7, 0x80, 0x28, 0x00, 0x04, 0xc0, 0x7d, 0x4c, 0x96
};
static const uint8_t sample_6[] = {
	0x01, 0x01, 0x00, 0x48, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
	0x80, 0x22, 0x00, 0x0b, 0x74, 0x65, 0x73, 0x74, 0x20, 0x76, 0x65, 0x63, 0x74, 0x6f, 0x72, 0x20,
	0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79, 0xbc, 0x25, 0xf4, 0xb5,
	0xbe, 0xd2, 0xb9, 0xd9,
	0x00, 0x08, 0x00, 0x14, 0xa3, 0x82, 0x95, 0x4e, 0x4b, 0xe6, 0x7b, 0xf1, 0x17, 0x84, 0xc9, 0x7c, 0x82, 0x92, 0xc2, 0x75,
	0xbf, 0xe3, 0xed, 0x41, 0x80, 0x28, 0x00, 0x04, 0xc8, 0xfb, 0x0b, 0x4c
};
static const struct octo_address server = { .ip = { 0xfd, [15] = 7 }, .port = 3478 };

static void the_published_samples_are_read(void)
{
	static const uint8_t ip_6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0x12, 0x34, 0x56, 0x78, 0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
		0x77 };
	static const uint8_t ip_4[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	struct octo_address mapped;
	CHECK_U64(stun_read_response(sample_4, sizeof sample_4, transaction, &mapped), OCTO_REASON_ACCEPTED);
	CHECK_BYTES(mapped.ip, ip_4, sizeof ip_4);
	CHECK_U64(mapped.port, 32853);
	CHECK_U64(stun_read_response(sample_6, sizeof sample_6, transaction, &mapped), OCTO_REASON_ACCEPTED);
	CHECK_BYTES(mapped.ip, ip_6, sizeof ip_6);
	CHECK_U64(mapped.port, 32853);
	CHECK(stun_is(sample_4, sizeof sample_4));
	CHECK_U64(octo_packet_type_of(sample_4, sizeof sample_4), OCTO_PACKET_STUN);
}

static void a_request_is_a_bare_header(void)
{
	static const uint8_t head[] = { 0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42 };
	uint8_t request[STUN_HEADER_BYTES];
	stun_write_request(request, transaction);
	CHECK_BYTES(request, head, sizeof head);
	CHECK_BYTES(request + 8, transaction, sizeof transaction);
	CHECK(stun_is(request, sizeof request));
}

/* Whatever is cut off or changed, nothing is read beyond the end, and `mapped` is written only when all is well. */
static void damaged_answers_are_refused(void)
{
	const struct octo_address before = { .ip = { 1 }, .port = 9 };
	for (size_t size = 0; size < sizeof sample_6; size++) {
		uint8_t *copy = malloc(size ? size : 1);
		struct octo_address mapped = before;
		memcpy(copy, sample_6, size);
		CHECK(stun_read_response(copy, size, transaction, &mapped) != OCTO_REASON_ACCEPTED);
		CHECK_BYTES(&mapped, &before, sizeof before);
		free(copy);
	}
	for (size_t at = 0; at < STUN_HEADER_BYTES; at++) {
		uint8_t copy[sizeof sample_4];
		struct octo_address mapped = before;
		memcpy(copy, sample_4, sizeof copy);
		copy[at] ^= 1;
		bool is_cookie = at >= 4 && at < 8; /* that one is looked at before: stun_is() */
		CHECK(is_cookie ? !stun_is(copy, sizeof copy)
		                : stun_read_response(copy, sizeof copy, transaction, &mapped) != OCTO_REASON_ACCEPTED);
	}
}

static void what_must_be_understood_and_is_not_makes_it_bad(void)
{
	uint8_t copy[sizeof sample_4];
	struct octo_address mapped;
	memcpy(copy, sample_4, sizeof copy);
	copy[20] = 0x00; /* SOFTWARE becomes 0x0022 */
	CHECK_U64(stun_read_response(copy, sizeof copy, transaction, &mapped), OCTO_REASON_BAD_FIELD);
	memcpy(copy, sample_4, sizeof copy);
	copy[36] = 0x80; /* no mapped address is left */
	CHECK_U64(stun_read_response(copy, sizeof copy, transaction, &mapped), OCTO_REASON_BAD_FIELD);
	memcpy(copy, sample_4, sizeof copy);
	copy[37] = 0x01; /* MAPPED-ADDRESS: as it stands there */
	CHECK_U64(stun_read_response(copy, sizeof copy, transaction, &mapped), OCTO_REASON_ACCEPTED);
	CHECK_U64(mapped.port, 0xa147);
}

/* ---- The client -------------------------------------------------------------------------------------------------- */

static void open_client(struct crowd *crowd)
{
	crowd_open(crowd, 1);
	crowd->channel->config.stun_server = server;
	struct call call = crowd_call(crowd);
	stun_start(&call);
}

static bool asks(struct crowd *crowd, uint8_t request[OCTO_DATAGRAM_MAX])
{
	struct octo_address to;
	size_t size;
	if (!octo_channel_send(crowd->channel, &crowd->host, crowd->now, request, &size, &to))
		return false;
	CHECK_U64(size, STUN_HEADER_BYTES);
	CHECK_BYTES(&to, &server, sizeof to);
	return true;
}

static size_t answer_to(const uint8_t *request, uint8_t port, uint8_t out[32])
{
	static const uint8_t head[] = { 0x01, 0x01, 0x00, 0x0c };
	static const uint8_t attribute[] = { 0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0x21, 0x12, 0xe1, 0x12, 0xa6, 0x43 };
	memcpy(out, request, STUN_HEADER_BYTES);
	memcpy(out, head, sizeof head);
	memcpy(out + STUN_HEADER_BYTES, attribute, sizeof attribute);
	out[27] ^= port;
	return 32;
}

static void receive(struct crowd *crowd, const struct octo_address *from, const uint8_t *bytes, size_t size)
{
	octo_channel_receive(crowd->channel, &crowd->host, crowd->now, from, bytes, size);
}

static void without_a_server_nobody_is_asked(void)
{
	struct crowd crowd;
	uint8_t out[OCTO_DATAGRAM_MAX];
	crowd_open(&crowd, 1);
	CHECK(!asks(&crowd, out));
	crowd.now += 3600 * OCTO_SECOND;
	CHECK(!asks(&crowd, out));
	crowd_close(&crowd);
}

/* RFC 8489, 6.2.1: at 0, 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s; given up 8 s later, and asked anew after the interval. */
static void a_silent_server_is_asked_seven_times(void)
{
	static const uint64_t at_ms[STUN_TRIES] = { 0, 500, 1500, 3500, 7500, 15500, 31500 };
	struct crowd crowd;
	uint8_t out[OCTO_DATAGRAM_MAX], first[OCTO_DATAGRAM_MAX];
	open_client(&crowd);
	octo_time_ns start = crowd.now;
	for (int i = 0; i < STUN_TRIES; i++) {
		if (i) {
			CHECK_U64(octo_channel_next_wake(crowd.channel), start + at_ms[i] * OCTO_MILLISECOND);
			crowd.now = start + at_ms[i] * OCTO_MILLISECOND - 1;
			CHECK(!asks(&crowd, out));
		}
		crowd.now = start + at_ms[i] * OCTO_MILLISECOND;
		CHECK(asks(&crowd, i ? out : first));
		CHECK(i == 0 || memcmp(out, first, STUN_HEADER_BYTES) == 0);
	}
	crowd.now = start + 39500 * OCTO_MILLISECOND;
	CHECK(!asks(&crowd, out));
	octo_time_ns wake = octo_channel_next_wake(crowd.channel), interval = crowd.config.antler_ns;
	CHECK(wake > crowd.now + interval / 2 && wake <= crowd.now + interval);
	crowd.now = wake;
	CHECK(asks(&crowd, out));
	CHECK(memcmp(out + 8, first + 8, STUN_TRANSACTION_BYTES) != 0);
	crowd_close(&crowd);
}

static void only_the_server_and_only_the_open_question_count(void)
{
	struct crowd crowd;
	uint8_t request[OCTO_DATAGRAM_MAX], answer[32];
	struct octo_address other = server, mapped;
	open_client(&crowd);
	CHECK(asks(&crowd, request));
	size_t size = answer_to(request, 1, answer);
	other.port++;
	uint64_t digest = octo_channel_digest(crowd.channel);
	receive(&crowd, &other, answer, size);
	answer[10] ^= 1;
	receive(&crowd, &server, answer, size);
	CHECK_U64(octo_channel_digest(crowd.channel), digest);
	CHECK_U64(octo_channel_counters(crowd.channel)->reasons[OCTO_REASON_UNSOLICITED], 2);
	CHECK(!octo_channel_mapped_address(crowd.channel, &mapped));
	answer[10] ^= 1;
	receive(&crowd, &server, answer, size);
	CHECK(octo_channel_mapped_address(crowd.channel, &mapped));
	CHECK_U64(mapped.port, 1);
	receive(&crowd, &server, answer, size); /* the question is answered: once */
	CHECK_U64(octo_channel_counters(crowd.channel)->reasons[OCTO_REASON_UNSOLICITED], 3);
	crowd_close(&crowd);
}

static unsigned told, told_changed;

static void tell(void *context, const struct octo_event *event)
{
	(void)context;
	if (event->kind == OCTO_EVENT_MAPPED_ADDRESS) {
		told++;
		told_changed += event->mapped.is_changed;
	}
}

static void a_changed_address_is_told(void)
{
	static const uint8_t ports[] = { 5, 5, 6 };
	struct crowd crowd;
	uint8_t request[OCTO_DATAGRAM_MAX], answer[32];
	open_client(&crowd);
	crowd.host.observe = tell;
	told = told_changed = 0;
	for (unsigned i = 0; i < 3; i++) {
		crowd.now = octo_channel_next_wake(crowd.channel);
		CHECK(asks(&crowd, request));
		receive(&crowd, &server, answer, answer_to(request, ports[i], answer));
		CHECK_U64(told, i + 1);
		CHECK_U64(told_changed, i == 2);
	}
	crowd_close(&crowd);
}

CU_ErrorCode suite_stun(void);

CU_ErrorCode suite_stun(void)
{
	CU_pSuite suite = CU_add_suite("stun", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, the_published_samples_are_read);
	CU_ADD_TEST(suite, a_request_is_a_bare_header);
	CU_ADD_TEST(suite, damaged_answers_are_refused);
	CU_ADD_TEST(suite, what_must_be_understood_and_is_not_makes_it_bad);
	CU_ADD_TEST(suite, without_a_server_nobody_is_asked);
	CU_ADD_TEST(suite, a_silent_server_is_asked_seven_times);
	CU_ADD_TEST(suite, only_the_server_and_only_the_open_question_count);
	CU_ADD_TEST(suite, a_changed_address_is_told);
	return CU_get_error();
}
