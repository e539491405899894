/* cookie_test.c: cookie.c: a keyed hash over a SYN and its source, under a key that changes ([P 3.3], [P 5.8]). */
#include "core/intrinsic/cookie.h"
#include "tests/check.h"
#include "tests/unit/crowd.h"

static struct octo_address source_of(uint8_t last, uint16_t port)
{
	return (struct octo_address){ .ip = { 0xfd, [15] = last }, .port = port };
}

/* A channel that admits nobody without a cookie. */
static void open_strict(struct crowd *crowd)
{
	crowd_open(crowd, 1);
	crowd->channel->config.curve_rate_max = 0;
}

static bool admits(struct crowd *crowd, const uint8_t syn[SYN_BYTES], struct octo_address source)
{
	struct call call = crowd_call(crowd);
	return cookie_admits(&call, syn, &source);
}

static void make(struct crowd *crowd, uint8_t syn[SYN_BYTES], struct octo_address source)
{
	struct call call = crowd_call(crowd);
	cookie_make(&call, syn, &source, syn + SYN_COOKIE_AT);
}

/* It covers n, the tag of ct1, address and port; nothing that may change on a retry. */
static void a_cookie_covers_nonce_tag_and_source(void)
{
	struct crowd crowd;
	uint8_t syn[SYN_BYTES] = { 0x41, 1 };
	open_strict(&crowd);
	CHECK(!admits(&crowd, syn, source_of(1, 5)));
	make(&crowd, syn, source_of(1, 5));
	CHECK(admits(&crowd, syn, source_of(1, 5)));
	CHECK(!admits(&crowd, syn, source_of(2, 5)));
	CHECK(!admits(&crowd, syn, source_of(1, 6)));
	for (size_t at = 0; at < SYN_BYTES; at++) {
		bool is_covered = (at >= 12 && at < 20) || (at >= SYN_TAG_AT && at < SYN_COOKIE_AT + COOKIE_BYTES);
		syn[at] ^= 4;
		CHECK_U64(admits(&crowd, syn, source_of(1, 5)), !is_covered);
		syn[at] ^= 4;
	}
	crowd_close(&crowd);
}

/* 120 s, and the previous key still counts; after that, or after a long silence, no old cookie does. */
static void keys_change_and_the_previous_one_still_counts(void)
{
	struct crowd crowd;
	uint8_t syn[SYN_BYTES] = { 0x41, 1 }, other[SYN_BYTES] = { 0x41, 1, [12] = 9 };
	open_strict(&crowd);
	make(&crowd, syn, source_of(1, 5));
	crowd.now += 120 * OCTO_SECOND;
	make(&crowd, other, source_of(1, 5));
	CHECK(admits(&crowd, syn, source_of(1, 5)));
	CHECK(admits(&crowd, other, source_of(1, 5)));
	crowd.now += 120 * OCTO_SECOND;
	CHECK(!admits(&crowd, syn, source_of(1, 5)));
	CHECK(admits(&crowd, other, source_of(1, 5)));
	crowd.now += 240 * OCTO_SECOND; /* both keys are too old now */
	CHECK(!admits(&crowd, other, source_of(1, 5)));
	crowd_close(&crowd);
}

/* Before the first key there is no secret of zeros that somebody could know. */
static void an_all_zero_key_is_never_in_use(void)
{
	struct crowd crowd;
	uint8_t syn[SYN_BYTES] = { 0x41, 1 }, input[16 + 2 + 8 + 16] = { 0 };
	static const uint8_t zero[OCTO_KEY_BYTES];
	open_strict(&crowd);
	struct octo_address source = source_of(1, 5);
	memcpy(input, source.ip, 16);
	store_le(input + 16, 2, source.port);
	memcpy(input + 18, syn + 12, 8);
	memcpy(input + 26, syn + SYN_TAG_AT, 16);
	keyed_hash(syn + SYN_COOKIE_AT, COOKIE_BYTES, zero, sizeof zero, input, sizeof input);
	CHECK(!admits(&crowd, syn, source));
	crowd_close(&crowd);
}

/* So many in a second of all peers together; the next second begins anew. */
static void the_rate_is_counted_by_the_second(void)
{
	struct crowd crowd;
	uint8_t syn[SYN_BYTES] = { 0x41, 1 };
	crowd_open(&crowd, 1);
	crowd.channel->config.curve_rate_max = 3;
	for (int second = 0; second < 3; second++) {
		for (int i = 0; i < 6; i++) {
			CHECK_U64(admits(&crowd, syn, source_of(1, 5)), i < 3);
			crowd.now += 150 * OCTO_MILLISECOND;
		}
		crowd.now += 100 * OCTO_MILLISECOND;
	}
	crowd_close(&crowd);
}

CU_ErrorCode suite_cookie(void);

CU_ErrorCode suite_cookie(void)
{
	CU_pSuite suite = CU_add_suite("cookie", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, a_cookie_covers_nonce_tag_and_source);
	CU_ADD_TEST(suite, keys_change_and_the_previous_one_still_counts);
	CU_ADD_TEST(suite, an_all_zero_key_is_never_in_use);
	CU_ADD_TEST(suite, the_rate_is_counted_by_the_second);
	return CU_get_error();
}
