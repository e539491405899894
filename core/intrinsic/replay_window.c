/* replay_window.c: see the header. The oldest word is always partly overwritten, so REPLAY_BITS - 64 numbers are kept. */
#include "core/intrinsic/replay_window.h"

#include "core/base/check.h"

enum replay_verdict replay_window_look(const struct replay_window *window, uint64_t number)
{
	if (number >= window->next)
		return REPLAY_NEW;
	/* Subtracting the smaller from the larger cannot overflow; adding the window to the number could. */
	if (window->next - 1 - number >= REPLAY_BITS - 64)
		return REPLAY_TOO_OLD;
	bool is_seen = window->bits[number / 64 % REPLAY_WORDS] >> (number % 64) & 1;
	return is_seen ? REPLAY_SEEN : REPLAY_NEW;
}

void replay_window_accept(struct replay_window *window, uint64_t number)
{
	OCTO_ASSERT(replay_window_look(window, number) == REPLAY_NEW);
	if (number >= window->next) {
		/* Words between the old and the new highest number held bits of the ring's last round. */
		uint64_t old_word = window->next ? (window->next - 1) / 64 : 0;
		uint64_t fresh = number / 64 - old_word;
		for (uint64_t i = 1; i <= fresh && i <= REPLAY_WORDS; i++)
			window->bits[(old_word + i) % REPLAY_WORDS] = 0;
		window->next = number + 1;
	}
	window->bits[number / 64 % REPLAY_WORDS] |= UINT64_C(1) << (number % 64);
}
