/* world.h: two cores with fixed entropy and a network that does what a vector says, for the vectors; what they drew, sent and
 * reported is kept, and printed as JSON. The frames and messages that stand alone are parts.c. Next: ../okk1.c. */
#ifndef OCTOSIM_VECTORS_WORLD_H
#define OCTOSIM_VECTORS_WORLD_H

#include "core/nodes/agent.h"

#define CHECK(condition) ((condition) ? (void)0 : fail(#condition, __FILE__, __LINE__))

enum { NODES = 2, DRAWS_MAX = 4096, DATAGRAMS_MAX = 1024, SESSIONS_MAX = 16 };

struct draw { uint32_t size; uint8_t bytes[32]; };

struct node {
	const char *name;
	struct octo_identity identity;
	struct octo_config config;
	struct octo_address address;
	uint16_t first_port;              /* of the address, before it moved */
	struct octo_host host;
	void *block;
	struct octo_channel *channel;     /* NULL: switched off */
	struct octo_agent agent;          /* with the couriers of an agent */
	enum { PLAIN, AGENT, REMOTE } couriers;
	uint64_t entropy_state;
	uint32_t draw_count;
	struct draw draws[DRAWS_MAX];
	uint8_t node_record[OCTO_RECORD_BYTES_MAX], peer_record[OCTO_RECORD_BYTES_MAX];
	size_t node_record_size, peer_record_size;
	uint32_t sent_by_type[256];
};

struct datagram {
	octo_time_ns sent_at, arrives_at; /* OCTO_NEVER: lost or arrived */
	uint8_t from;
	struct octo_address source;
	const char *fate;
	size_t size;
	uint8_t bytes[OCTO_DATAGRAM_MAX];
};

struct reported { uint8_t node; struct octo_event_session session; };

/* What the network does to the count-th packet (from 1) of a type that a node sends. */
struct mishap { uint8_t from, type; uint32_t count; octo_time_ns delay_ns; /* OCTO_NEVER: loses it */ };

struct world {
	struct node nodes[NODES];
	octo_time_ns now;
	struct datagram datagrams[DATAGRAMS_MAX];
	uint32_t datagram_count;
	struct reported sessions[SESSIONS_MAX];
	uint32_t session_count;
	const struct mishap *mishaps;     /* ends with count 0 */
	uint8_t observing;                /* whose channel is being called */
	bool was_duel, was_store_lost;
};

extern struct world world;

void fail(const char *what, const char *file, int line);

/* With variant 7 node 0 has the larger FULL-ID, with 8 the smaller. In both the order of the FULL-IDs is not that
 * of the X25519 keys, so that nobody can sort by the wrong one unnoticed. */
void node_create(uint8_t index, const char *name, uint64_t entropy_seed, int variant);
/* Switches a node on. With its store: boot epoch and peer record come back; without, both are lost. */
void node_boot(uint8_t index, bool has_store);
void node_crash(uint8_t index);
/* Node 0 becomes an agent and node 1 a remote, each with its whole set of couriers. Before they are switched on. */
void give_sets(const struct octo_blobs *blobs);

void send_all(uint8_t index);
/* Lets virtual time pass. What falls on one instant happens in order of sending, then by node. */
void run_for(octo_time_ns duration);
bool is_established(uint8_t index);
void connect_node(uint8_t index);
void disconnect_node(uint8_t index);
uint8_t winner_index(void);
void send_load(uint8_t index, uint64_t count, uint16_t size, octo_time_ns interval_ns);

void print_hex(const uint8_t *bytes, size_t size);
void print_vector(const char *name, const char *shows, bool is_last);
/* parts.c */
void print_frames(void);
void print_messages(void);
void print_signatures(void);
/* couriers.c: vectors of their conversations */
void tell_couriers(void);
void tell_blobs(void);

#endif
