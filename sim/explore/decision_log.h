/* decision_log.h: what can be decided in a run, by chance or by a log that is replayed. The numbers of the
 * purposes stand in log files and key the random numbers: new ones are added at the end. */
#ifndef OCTOSIM_DECISION_LOG_H
#define OCTOSIM_DECISION_LOG_H

#include <stdbool.h>
#include <stdint.h>

/* What the decided value means, and which value is benign. */
#define DECISION_PURPOSES(X)                                                                            \
	X(LOSS, "loss")                       /* 1: the datagram is lost; benign 0 */                   \
	X(DELAY, "delay")                     /* ns under way */                                        \
	X(DUPLICATE, "duplicate")             /* 1: a second copy is made; benign 0 */                  \
	X(DUPLICATE_DELAY, "duplicate-delay") /* ns the second copy is under way */                     \
	X(CORRUPT, "corrupt")                 /* 1: this copy's bytes are changed; benign 0 */          \
	X(CORRUPT_WHERE, "corrupt-where")     /* the draw that link_corrupt() changes them by */        \
	X(TIE, "tie")                         /* an event's place within its instant, 20 bits; benign 0 */\
	X(JUNK, "junk")                       /* the draw that an injected junk datagram is made from */ \
	X(CHANNEL, "channel")                 /* 1: the link is in its bad state from here on; benign 0 */ \
	X(BURST, "burst")                     /* how many datagrams are lost from here on; benign 0 */  \
	X(REORDER, "reorder")                 /* 1: the datagram is held back; benign 0 */              \
	X(REPLAY, "replay")                   /* 1: the datagram is sent again later; benign 0 */       \
	X(REPLAY_DELAY, "replay-delay")       /* ns after which it is */                                \
	X(RED, "red")                         /* 1: the queue's management drops it; benign 0 */         \
	X(MOVE, "move")                       /* an attacker's: 1 + enum scenario_move; benign 0: none */ \
	X(MOVE_HOW, "move-how")               /* the draw that an attacker's bytes and delays are made from */ \
	X(LIE, "lie")                         /* the draw that a liar's bytes are made from; benign 0: it says nothing */

enum decision_purpose {
#define X(name, text) DECISION_##name,
	DECISION_PURPOSES(X)
#undef X
	DECISION_PURPOSE_COUNT
};

/* Who has the last word on a decision. `decide` gets the value that the random numbers of `seed` gave, and
 * returns the one that counts: the same, noted in a log, or that of a log. NULL: the given value counts. */
struct decider {
	void *context;
	uint64_t (*decide)(void *context, uint32_t purpose, uint32_t entity, uint64_t value);
	uint64_t seed;
};

static inline uint64_t decide(const struct decider *decider, enum decision_purpose purpose, uint32_t entity,
                              uint64_t value)
{
	return decider->decide ? decider->decide(decider->context, (uint32_t)purpose, entity, value) : value;
}

struct decision_log;
struct sim;

const char *decision_name(enum decision_purpose purpose);
/* False when there is no such name. */
bool decision_purpose_of(const char *name, uint32_t *purpose);
/* The decide function of a sim that records or replays; its context is the struct sim. */
uint64_t decision_log_decide(void *context, uint32_t purpose, uint32_t entity, uint64_t value);
/* How many entries of the log that a sim replays it has not asked for yet. */
uint32_t decision_log_left(const struct sim *sim);
/* False: out of memory. */
bool decision_log_append(struct decision_log *log, uint32_t purpose, uint32_t entity, uint64_t value);
void decision_log_free(struct decision_log *log);

#endif
