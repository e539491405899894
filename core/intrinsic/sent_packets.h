/* sent_packets.h: what is known of packets that were sent and await their acknowledgement, and of the courier messages
 * in them. Records come in pages of sixteen numbers, fates one by one; both are lent by the channel's pools while
 * traffic flows. Decides nothing: reliability.h and loss.h do. */
#ifndef OCTO_INTRINSIC_SENT_PACKETS_H
#define OCTO_INTRINSIC_SENT_PACKETS_H

#include "core/octo.h"

struct call;
struct peer;

enum { SENT_PAGE_RECORDS = 16 };
#define SENT_RETRY_NS (50 * OCTO_MILLISECOND) /* who finds no room asks again so often: another peer may give some back */

enum {                                    /* flags of a record */
	SENT_BELOW = 1,                   /* paced below what the path carries: its loss is chance */
	SENT_MAX_RATE = 2                 /* it held a MAX_RATE */
};

struct sent_record {
	octo_time_ns sent_at;
	uint32_t fates;                   /* of its courier messages, a list */
	uint16_t size;                    /* bytes of the datagram */
	uint8_t flags;
	uint8_t reserved;
};

struct sent_page {
	uint32_t next, previous;          /* older pages come first */
	uint64_t first;                   /* number of records[0], a multiple of SENT_PAGE_RECORDS */
	uint16_t out, lost;               /* bit per record: awaited; declared lost, and perhaps only late */
	uint32_t reserved;
	struct sent_record records[SENT_PAGE_RECORDS];
};

struct sent_fate {                        /* a courier message whose sender wants to know */
	uint32_t next;
	uint8_t courier;                  /* index */
	uint8_t is_ordered;               /* handle is its sequence number */
	uint8_t outcome;                  /* enum octo_fate, once it is to be told */
	uint8_t reserved;
	uint64_t handle;
};

struct sent_packets {
	uint32_t first_page, last_page;
	uint32_t open_fates;              /* of the packet that is being built */
	uint32_t told_first, told_last;   /* to be told to their couriers */
	uint32_t out_packets;
	uint64_t out_bytes;
};

/* Whether the next packet, with this number, can be recorded, and one more fate too. */
bool sent_has_room(const struct call *call, const struct peer *peer, uint64_t number);
/* It has not, and has something to send: who holds no page comes before those that have just had one. */
void sent_want_room(struct call *call, struct peer *peer);
/* A message of the packet that is being built; there is room (sent_has_room). */
void sent_note_fate(struct call *call, struct peer *peer, uint8_t courier, bool is_ordered, uint64_t handle);
/* Whether another fate can be noted. */
bool sent_has_fate_room(const struct call *call);
void sent_add(struct call *call, struct peer *peer, uint64_t number, uint16_t size, uint8_t flags);

struct sent_page *sent_page(const struct call *call, uint32_t reference);
/* The record's messages get their outcome: they are queued for telling. A lost one keeps its fates for the case that it
 * turns out to be late. */
void sent_settle(struct call *call, struct peer *peer, struct sent_record *record, enum octo_fate outcome);
/* Gives back pages in which nothing is awaited: those without lost ones, and those whose lost ones were sent before. */
void sent_tidy(struct call *call, struct peer *peer, octo_time_ns before);
/* The session is over: all that is awaited is lost, and all pages are given back. */
void sent_end(struct call *call, struct peer *peer);
/* Takes the next message to be told out of its queue; false when there is none. */
bool sent_tell(struct call *call, struct peer *peer, struct sent_fate *fate);

#endif
