/* invariants.h: the names of the invariants, in the order of reports, and what each says. The language knows them by these
 * names; sim/check holds a world against them. A name without an invariant is refused by name. Knows nothing else. */
#ifndef OCTOSIM_INVARIANTS_H
#define OCTOSIM_INVARIANTS_H

#define INVARIANTS(X)                                                                                     \
	X(S1, "S1", "who confirms a session agrees with its peer on all of it, and with nobody else")     \
	X(S2, "S2", "a node has one current session a peer; in a quiet network both sides have the same") \
	X(S3, "S3", "between two boots, the order of current sessions and what confirms them only rise")  \
	X(S4, "S4", "no key and nonce ever seal two different texts")                                     \
	X(S5, "S5", "a packet number is accepted at most once, and only accepted ones move the window")   \
	X(S6, "S6", "input that does not authenticate changes counters and nothing else")                 \
	X(S7, "S7", "an address that proved nothing gets at most three times the bytes of its fresh SYNs") \
	X(S8, "S8", "the session directory holds the live slots and nothing else")                        \
	X(S9, "S9", "a SYN never changes the current session: only a challenge that nobody answered does") \
	X(S10, "S10", "what was agreed is within both offers")                                            \
	X(S11, "S11", "a secret that was wiped is nowhere in the block")                                  \
	X(S13, "S13", "no clock that steps back takes a session down, and none that steps breaks an invariant") \
	X(L1, "L1", "in a fair network everybody who should be connected soon is")                        \
	X(L2, "L2", "crossed SYNs: both sides up within two round trips, the duel's winner as initiator") \
	X(L3, "L3", "a good answer is confirmed by its ACK; one lost costs at most 1.25 s and a round trip") \
	X(L4, "L4", "under junk, an idle node still answers a genuine SYN")                               \
	X(ONCE, "once", "what a courier wrote into a packet reaches the other side's courier at most once") \
	X(ORDERED, "ordered", "what a courier sends as a sequence is handed over in order, once, and without gaps") \
	X(SEALED, "sealed", "no byte of a courier can be read on the wire")                               \
	X(PACED, "paced", "couriers send no more than the agreed bytes a second, with bursts of two packets") \
	X(SPACED, "spaced", "of one peer, a new SYN is processed at most once in 3 s")                    \
	X(BOUNDED, "bounded", "while junk comes in, half-open state stays within a constant for each peer") \
	X(CELIBATE, "celibate", "a celibate peer gets no ping")                                           \
	X(HONEYMOON_ENDS, "honeymoon-ends", "a honeymoon wears off")                                      \
	X(SWITCHED_OFF, "switched-off", "who is switched off sends nothing but CLOSEs")                   \
	X(HONEST, "honest", "among honest nodes nobody is taken for hacked")                              \
	X(READS, "reads", "a courier that is not active, or accepts no reads, is given nothing")          \
	X(COMMANDS, "commands", "every command is executed once at most, in order, and none is left out between boots") \
	X(VERIFIED, "verified", "a verified parameter is held by the other side, unless it has a newer writing") \
	X(BLOBS, "blobs", "a blob that completes is byte-identical; no new beginning costs more than a window") \
	X(STARVING, "starving", "no courier is passed over by more packets than the scheduler's bound")

/* Nothing in the world can break or keep them. */
#define INVARIANTS_TO_COME(X)                                                                             \
	X("S12", "that no FULL-ID can be derived from the wire follows from the byte tables; nothing in a run could show it")

enum invariant {
#define X(label, name, text) INVARIANT_##label,
	INVARIANTS(X)
#undef X
	INVARIANT_COUNT                   /* at most 64 */
};

#endif
