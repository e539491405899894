/* replay_window.h: which packet numbers were accepted already (C:151). A ring of bits after RFC 6479; the ring moves
 * only when a packet is accepted, so the caller asks first, verifies the tag, and only then accepts. */
#ifndef OCTO_INTRINSIC_REPLAY_WINDOW_H
#define OCTO_INTRINSIC_REPLAY_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

enum { REPLAY_WORDS = 16, REPLAY_BITS = 64 * REPLAY_WORDS };

struct replay_window {
	uint64_t next;               /* 1 + the highest accepted number; 0: none yet */
	uint64_t bits[REPLAY_WORDS]; /* number n is bit n % 64 of word n / 64 % REPLAY_WORDS */
};

enum replay_verdict { REPLAY_NEW, REPLAY_SEEN, REPLAY_TOO_OLD };

enum replay_verdict replay_window_look(const struct replay_window *window, uint64_t number);
/* Marks a number that replay_window_look() calls new. */
void replay_window_accept(struct replay_window *window, uint64_t number);

#endif
