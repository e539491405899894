/* replay_window_test.c: replay_window.c against a plain list of what was accepted (C:151). */
#include "core/intrinsic/replay_window.h"
#include "tests/check.h"

#include <stdlib.h>

enum { KEPT = REPLAY_BITS - 64, NUMBERS = 20000 };

/* R119: random walks with gaps of every size, held against an oracle that forgets nothing. */
static void it_says_what_a_list_of_all_numbers_says(void)
{
	uint8_t *seen = calloc(NUMBERS + 4096, 1);
	uint64_t random = 9;
	for (int walk = 0; walk < 20; walk++) {
		struct replay_window window = { .next = 0 };
		uint64_t highest = 0;
		bool has_any = false;
		memset(seen, 0, NUMBERS);
		for (int i = 0; i < 3000; i++) {
			random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
			uint64_t reach = UINT64_C(1) << (random >> 60), step = (random >> 33) % (2 * reach + 1);
			uint64_t number = highest + step < reach ? 0 : highest + step - reach;
			if (number >= NUMBERS)
				continue;
			bool is_old = has_any && number < highest && highest - number >= KEPT;
			enum replay_verdict expected = is_old ? REPLAY_TOO_OLD : seen[number] ? REPLAY_SEEN : REPLAY_NEW;
			CHECK_U64(replay_window_look(&window, number), expected);
			if (expected != REPLAY_NEW)
				continue;
			replay_window_accept(&window, number);
			CHECK_U64(replay_window_look(&window, number), REPLAY_SEEN);
			seen[number] = 1;
			highest = has_any && highest > number ? highest : number;
			has_any = true;
		}
	}
	free(seen);
}

/* Looking changes nothing: the window moves only when a packet is accepted. */
static void looking_moves_nothing(void)
{
	struct replay_window window = { .next = 0 }, before;
	replay_window_accept(&window, 500);
	before = window;
	replay_window_look(&window, UINT64_C(1) << 60);
	replay_window_look(&window, 3);
	CHECK_BYTES(&window, &before, sizeof window);
}

/* The edge of the window, after jumps of every size up to twice its own. */
static void the_edge_of_the_window_is_exact(void)
{
	for (uint64_t jump = 1; jump < 2 * REPLAY_BITS; jump += 13) {
		struct replay_window window = { .next = 0 };
		replay_window_accept(&window, 10000);
		replay_window_accept(&window, 10000 + jump);
		uint64_t highest = 10000 + jump;
		CHECK_U64(replay_window_look(&window, highest - KEPT), REPLAY_TOO_OLD);
		CHECK_U64(replay_window_look(&window, highest - KEPT + 1), jump == KEPT - 1 ? REPLAY_SEEN : REPLAY_NEW);
		CHECK_U64(replay_window_look(&window, 10000), jump >= KEPT ? REPLAY_TOO_OLD : REPLAY_SEEN);
	}
}

static void numbers_at_the_end_of_the_range_do_not_wrap(void)
{
	struct replay_window window = { .next = 0 };
	replay_window_accept(&window, UINT64_MAX - 5);
	CHECK_U64(replay_window_look(&window, UINT64_MAX - 5), REPLAY_SEEN);
	CHECK_U64(replay_window_look(&window, UINT64_MAX - 4), REPLAY_NEW);
	CHECK_U64(replay_window_look(&window, UINT64_MAX - 6), REPLAY_NEW);
	CHECK_U64(replay_window_look(&window, 0), REPLAY_TOO_OLD);
	CHECK_U64(replay_window_look(&window, 5), REPLAY_TOO_OLD);
}

CU_ErrorCode suite_replay_window(void);

CU_ErrorCode suite_replay_window(void)
{
	CU_pSuite suite = CU_add_suite("replay_window", NULL, NULL);
	if (!suite)
		return CU_get_error();
	CU_ADD_TEST(suite, it_says_what_a_list_of_all_numbers_says);
	CU_ADD_TEST(suite, looking_moves_nothing);
	CU_ADD_TEST(suite, the_edge_of_the_window_is_exact);
	CU_ADD_TEST(suite, numbers_at_the_end_of_the_range_do_not_wrap);
	return CU_get_error();
}
