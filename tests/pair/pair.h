/* pair.h: two channels joined by functions, with no simulator between them: virtual time, a constant latency, and a
 * network that does what the test says. Everything that was ever sent is kept, so a test loses a packet and delivers it
 * later, twice, damaged, or from another address. The insides of a channel are open to it: tests may poke them. */
#ifndef OCTOSIM_TESTS_PAIR_H
#define OCTOSIM_TESTS_PAIR_H

#include "core/intrinsic/frame.h"
#include "core/intrinsic/handshake.h"

/* WINNER has the larger FULL-ID. The third, when made, is either TWIN, a second node with the identity of one of the
 * two: a thief; or OTHER, an honest one that only WINNER knows, as its peer 1. */
enum { WINNER, LOSER, TWIN, OTHER = TWIN, PAIR_NODES };

enum { PAIR_FOREVER = 1 << 30 };

struct pair_datagram {
	octo_time_ns at;                  /* when it arrives; OCTO_NEVER: it is lost, or has arrived */
	int from;
	struct octo_address source, target;
	size_t size;                      /* 0: no such datagram */
	uint8_t bytes[OCTO_DATAGRAM_MAX];
};

struct pair_node {
	bool exists;
	struct octo_config config;
	struct octo_identity identity;
	struct octo_address address;
	struct octo_host host;
	struct octo_channel *channel;     /* in a block of its own */
	size_t block_size;
	uint64_t entropy_state;
	int64_t clock_offset_ns;
	uint8_t node_record[OCTO_RECORD_BYTES_MAX], peer_record[OCTO_RECORD_BYTES_MAX];
	size_t node_record_size, peer_record_size;
	unsigned saves;
	struct octo_event *events;        /* all of them, audit events excepted */
	size_t event_count, event_room;
	enum octo_reason reason;          /* of the datagram that was received last */
	unsigned lose[8];                 /* how many of each type to lose, in the order of their first bytes */
};

struct pair_options {
	const struct octo_crypto *crypto;
	struct octo_config config[2];     /* seeds are filled in */
	const struct octo_courier *const *couriers;
	uint32_t courier_count;
	uint64_t entropy;                 /* another number, other random bytes */
};

struct pair {
	octo_time_ns now, latency_ns;
	struct pair_node nodes[PAIR_NODES];
	struct pair_datagram *sent;
	size_t sent_count, sent_room;
};

/* How often each cell of the transition table ran in all pairs of this process so far. */
extern unsigned pair_cells[OCTO_STEP_COUNT][OCTO_STATE_COUNT];

void pair_default(struct pair_options *options);
void pair_open(struct pair *pair, const struct pair_options *options); /* NULL: the defaults */
void pair_close(struct pair *pair);
/* Another node with the same seed as `of`, that booted so often before. */
void pair_make_twin(struct pair *pair, int of, uint32_t stored_epoch);
/* A node of its own that trusts WINNER, and is trusted. */
void pair_make_other(struct pair *pair);
void pair_restart(struct pair *pair, int who, bool keeps_store);

void pair_connect(struct pair *pair, int who);
void pair_disconnect(struct pair *pair, int who);
/* Lets time pass: channels wake, datagrams arrive. What happens at the very end happens. */
void pair_run(struct pair *pair, octo_time_ns for_ns);
/* One connects, and both are established when it returns. */
void pair_establish(struct pair *pair, int initiator);

/* Nobody looks for tells from here on: what the comms protocol alone makes of a packet. */
void pair_be_gullible(struct pair *pair);
/* The next `count` datagrams of a type from `who` are lost. */
void pair_lose(struct pair *pair, int who, enum octo_packet_type type, unsigned count);
/* The nth (from 1; 0: the last) datagram of a type that `who` sent; of size 0 when there is none. */
struct pair_datagram pair_sent(const struct pair *pair, int who, enum octo_packet_type type, unsigned nth);
unsigned pair_sent_count(const struct pair *pair, int who, enum octo_packet_type type);
/* Hands bytes to a channel at once, as if they came from that address. Returns what became of them. */
enum octo_reason pair_push(struct pair *pair, int to, const struct octo_address *source, const void *bytes, size_t size);
/* The same with a datagram that was sent before, from where it came. */
enum octo_reason pair_deliver(struct pair *pair, int to, const struct pair_datagram *datagram);

/* Events of one kind so far, and the nth (from 1; 0: the last) of them; NULL when there is none. */
unsigned pair_event_count(const struct pair *pair, int who, enum octo_event_kind kind);
const struct octo_event *pair_event(const struct pair *pair, int who, enum octo_event_kind kind, unsigned nth);

octo_time_ns pair_clock(const struct pair *pair, int who);
struct octo_peer_view pair_view(const struct pair *pair, int who);
enum octo_state pair_state(const struct pair *pair, int who);
/* Both established, with the same current session. */
bool pair_is_joined(const struct pair *pair);
uint64_t pair_cell(const struct pair *pair, int who, enum octo_step step, enum octo_state state);
uint64_t pair_reasons(const struct pair *pair, int who, enum octo_reason reason);
uint64_t pair_digest(const struct pair *pair, int who);
struct peer *pair_peer(const struct pair *pair, int who);
struct call pair_call(struct pair *pair, int who);
struct octo_load *pair_load(struct pair *pair, int who);
/* Sets a load plan and wakes its courier. */
void pair_send_load(struct pair *pair, int who, uint64_t count, uint16_t size, octo_time_ns interval_ns);

/* An authentic data packet of who's current session with any frames; `bits` are set in its first byte. Takes a
 * packet number. */
size_t pair_forge_data(struct pair *pair, int who, const uint8_t *frames, size_t size, uint8_t bits,
                       uint8_t out[OCTO_DATAGRAM_MAX]);
/* An authentic SYN with any contents, of a new nonce id each time. */
void pair_forge_syn(struct pair *pair, int who, const struct syn_offer *offer, uint16_t flags, uint8_t out[SYN_BYTES]);
/* What `who` would offer now, with the next timestamp. */
struct syn_offer pair_offer(const struct pair *pair, int who);

#endif
