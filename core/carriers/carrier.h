/* carrier.h: what carries datagrams between nodes: UDP day to day (udp.h), and whatever else can move 512 bytes at one
 * time (C:1, C:9). A carrier knows nothing of packets, peers or sessions: it discriminates by nothing (C:29).
 * Carriers are the only part of core/ that does I/O; they are a library of their own, linked into programs that run a
 * node. Next: pump.h, which joins a carrier with a channel. */
#ifndef OCTO_CARRIERS_CARRIER_H
#define OCTO_CARRIERS_CARRIER_H

#include "core/octo.h"

enum {
	CARRIER_BATCH_MAX = 32,           /* datagrams of one call */
	CARRIER_ADDRESS_TEXT_BYTES = 56   /* "[" IPv6 "]:65535" with its NUL, and room for what others write */
};

#define CARRIER_STATUSES(X)                                                                           \
	X(OK, "ok")                                                                                   \
	X(MODEL_CRYPTO, "model cryptography keeps no secret: a carrier to a real network refuses it") \
	X(BAD_ADDRESS, "not an address of this machine")                                              \
	X(IN_USE, "another program has this address and port")                                        \
	X(NOT_PERMITTED, "the system does not permit it")                                             \
	X(NO_FAMILY, "the system does not speak this version of IP")                                  \
	X(NO_RESOURCES, "the system has no memory or descriptors left")                               \
	X(FAILED, "the system failed in a way that no datagram explains")

enum carrier_status {
#define X(name, text) CARRIER_##name,
	CARRIER_STATUSES(X)
#undef X
	CARRIER_STATUS_COUNT
};

/* One datagram on its way in or out. Longer ones than a channel takes arrive with size OCTO_DATAGRAM_MAX + 1, cut. */
struct carrier_datagram {
	struct octo_address address;      /* from whom, or to whom */
	uint16_t size;                    /* bytes */
	uint8_t bytes[OCTO_DATAGRAM_MAX + 1];
};

/* Only ever grow. A datagram that cannot be sent is lost as any network loses; it is counted here. */
struct carrier_counters {
	uint64_t received, sent;          /* datagrams */
	uint64_t unreachable;             /* the network said that a datagram before had not arrived (ICMP) */
	uint64_t refused;                 /* datagrams the system would not take: no route, no permission, no port */
	uint64_t postponed;               /* sends that met a full buffer, and were tried again later */
	uint64_t calls;                   /* of the system, to receive and to send */
};

struct carrier;

/* A kind of carrier: functions over a carrier that its own open function has filled in. */
struct carrier_kind {
	const char *name;
	/* Up to `count` (at most CARRIER_BATCH_MAX) datagrams that have arrived; *received is 0 when there is none. Never waits.
	 * Returns CARRIER_OK, or CARRIER_FAILED when nothing will ever arrive again. */
	enum carrier_status (*receive)(struct carrier *carrier, struct carrier_datagram *list, uint32_t count,
	                               uint32_t *received);
	/* Takes datagrams off the list's beginning; *taken is less than `count` when the system takes no more for now. Those that
	 * it will never take count as taken. Never waits. Returns CARRIER_OK or CARRIER_FAILED. */
	enum carrier_status (*send)(struct carrier *carrier, const struct carrier_datagram *list, uint32_t count,
	                            uint32_t *taken);
	void (*close)(struct carrier *carrier);
	/* An address as people write it. */
	void (*address_text)(const struct octo_address *address, char text[CARRIER_ADDRESS_TEXT_BYTES]);
};

struct carrier {
	const struct carrier_kind *kind;
	struct octo_address local;        /* where it is bound: the port is the one that was chosen */
	int descriptor;                   /* for poll(): readable, writable */
	uint32_t options;                 /* the kind's own */
	struct carrier_counters counters;
};

/* A sentence without a full stop, never NULL. */
const char *carrier_status_text(enum carrier_status status);

#endif
