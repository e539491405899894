/* blob.h: what the blob courier keeps towards a peer, the same few kilobytes whatever the sizes of the blobs. A blob is
 * counted in cells, a quarter of what a packet holds; of each cell in a window of 8,192 a bit says how it stands.
 * Knows no packets and no sessions but the number of the present one. Next: blob_send.c, blob_receive.c. */
#ifndef OCTO_COURIERS_BLOB_H
#define OCTO_COURIERS_BLOB_H

#include "core/couriers/blob_frames.h"

enum {
	BLOB_WINDOW = 8192,               /* cells; a power of two, and below 65,536 for the runs of a HAVE */
	BLOB_WORDS = BLOB_WINDOW / 64,
	BLOB_CELLS_A_CHUNK = 4, BLOB_CELLS_MAX = 15,
	BLOB_CELLS_EARLY = 160,           /* sent to a receiver that has not accepted: what startup sends in a round trip */
	BLOB_PASTS = 8
};

enum blob_phase {
	BLOB_EMPTY,
	BLOB_ASKING,                      /* OUT: offered or to be offered; before a HAVE its first cells flow at most */
	BLOB_FLOWING,
	BLOB_KEEPING,                     /* IN: all is there and right; its application is making it durable */
	BLOB_ABORTING,                    /* failed; the peer does not know yet */
	BLOB_ENDED                        /* the place is free, and can still be looked at */
};

/* What both ways have in common. */
struct blob_place {
	struct octo_blob blob;
	uint64_t session;                 /* of the last offer */
	uint64_t rate_from_bytes, rate_bps;
	octo_time_ns rate_from, noted_at;
	octo_time_ns again_at, again_ns;  /* OUT: offer again; IN: say again what is here; and the wait after that */
	uint32_t cells;                   /* of the whole blob */
	uint32_t noted_percent;
	uint16_t cell_bytes;
	uint16_t round;
	uint8_t phase, end;
	uint8_t is_due;                   /* a control message: OFFER, HAVE or ABORT */
	uint8_t reserved;
};

struct blob_out {
	struct blob_place place;
	uint64_t pass;                    /* share of the bytes: the lowest goes next */
	octo_time_ns sent_at;             /* the last cells that were not a mere repetition */
	octo_time_ns repeated_at;         /* when the present pass of repetitions began */
	octo_time_ns arrived_at;          /* the last news that cells have arrived, or that the receiver accepts */
	uint32_t base, next;              /* first cell not known to be there; first one never sent */
	uint32_t arrived, open;           /* of [base, next): there; neither there nor on its way */
	uint32_t open_from;               /* none is open below */
	uint32_t again;                   /* the pass goes on below this cell; `base` or less: there is none */
	uint32_t early_end;               /* cells below may go before the present offer is accepted; 0: none */
	uint32_t reserved;
	uint64_t arrived_bits[BLOB_WORDS], flying_bits[BLOB_WORDS];
};

struct blob_in {
	struct blob_place place;
	uint64_t hashed;                  /* bytes in the digest */
	uint64_t repeated;                /* bytes */
	uint32_t frontier, here;          /* first cell that is missing; how many behind it are not */
	octo_time_ns check_at;            /* no more is read back before */
	uint32_t said;                    /* HAVE: from which cell the next one goes on; below frontier: from there */
	uint32_t reserved;
	struct octo_digest digest;
	uint64_t here_bits[BLOB_WORDS];
};

struct blob_past { uint64_t size, digest; uint16_t id, round; uint8_t is_due; uint8_t reserved[3]; };

struct blob_courier {
	struct blob_out outs[OCTO_BLOBS_MAX];
	struct blob_in ins[OCTO_BLOBS_MAX];
	struct blob_past pasts[BLOB_PASTS]; /* received whole: to say so again */
	/* An ABORT about something that has no place here. */
	struct { uint64_t session; uint16_t id, round; uint8_t way, reason, is_due, has_arrived; } refusal;
	uint32_t losses;                  /* of late, scaled by 2^16: 0, none for long */
	uint16_t rounds;                  /* offers so far */
	uint8_t past_next, reserved;
};

/* Handles of messages: who asks for their fate. Of OUT and IN `count` says that it was an ABORT. */
enum blob_handle_kind {
	BLOB_HANDLE_CHUNK = 1, BLOB_HANDLE_OUT, BLOB_HANDLE_IN, BLOB_HANDLE_DONE, BLOB_HANDLE_REFUSAL
};
/* count: cells of a chunk; of OUT and IN whether it was an ABORT, 1, or another of its messages. */
struct blob_handle { enum blob_handle_kind kind; uint32_t index, round, count, cell; };
static inline uint64_t blob_handle_pack(const struct blob_handle *handle)
{
	return (uint64_t)handle->kind | (uint64_t)handle->index << 4 | (uint64_t)handle->round << 8 |
	       (uint64_t)handle->count << 24 | (uint64_t)handle->cell << 32;
}
static inline struct blob_handle blob_handle_unpack(uint64_t packed)
{
	return (struct blob_handle){ .kind = (enum blob_handle_kind)(packed & 15), .index = (uint32_t)(packed >> 4 & 15),
		.round = (uint32_t)(packed >> 8 & 0xffff), .count = (uint32_t)(packed >> 24 & 15),
		.cell = (uint32_t)(packed >> 32) };
}

static inline bool blob_bit(const uint64_t bits[BLOB_WORDS], uint32_t cell)
{
	return bits[cell % BLOB_WINDOW / 64] >> (cell % 64) & 1;
}
static inline void blob_bit_set(uint64_t bits[BLOB_WORDS], uint32_t cell, bool value)
{
	uint64_t *word = &bits[cell % BLOB_WINDOW / 64], mask = UINT64_C(1) << (cell % 64);
	*word = value ? *word | mask : *word & ~mask;
}
/* The first cell of [from, to) with both bits 0, `to` when there is none; `b` may be NULL. At most a window. */
uint32_t blob_bits_find(const uint64_t a[BLOB_WORDS], const uint64_t *b, uint32_t from, uint32_t to);
/* The end of the last run of bits 0 in [from, to), `from` when there is none. At most a window. */
uint32_t blob_bits_find_last(const uint64_t bits[BLOB_WORDS], uint32_t from, uint32_t to);

static inline uint32_t blob_cells_of(uint64_t size, uint16_t cell_bytes)
{
	return (uint32_t)((size + cell_bytes - 1) / cell_bytes);
}
/* Bytes from the blob's start to a cell, and how many `count` cells from there hold: the last one may be short. */
static inline uint64_t blob_offset(const struct blob_place *place, uint32_t cell)
{
	uint64_t offset = (uint64_t)cell * place->cell_bytes;
	return offset < place->blob.size ? offset : place->blob.size;
}
static inline size_t blob_span(const struct blob_place *place, uint32_t cell, uint32_t count)
{
	return (size_t)(blob_offset(place, cell + count) - blob_offset(place, cell));
}
static inline bool blob_is_live(const struct blob_place *place)
{
	return place->phase == BLOB_ASKING || place->phase == BLOB_FLOWING || place->phase == BLOB_KEEPING;
}

/* blob_place.c, below the two others: */
void blob_note(const struct octo_courier_call *call, enum octo_note note, uint64_t subject, uint64_t value, uint64_t total);
void blob_note_place(const struct octo_courier_call *call, const struct blob_place *place, enum octo_way way,
                     enum octo_note note, uint64_t value);
/* `tell_peer`: it hears of it, in a later session if there is none, where it may know the blob. */
void blob_fail(const struct octo_courier_call *call, struct blob_place *place, enum octo_way way, enum octo_blob_end end,
               bool tell_peer);
void blob_progress(const struct octo_courier_call *call, struct blob_place *place, enum octo_way way, uint64_t done);
void blob_refuse(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message,
                 enum octo_way way, enum octo_blob_end reason);

/* blob_send.c */
/* Whether a packet of the present session holds the offer of this blob; true without one. */
bool blob_out_fits(const struct octo_blob *blob, const struct octo_courier_call *call);
uint64_t blob_out_done(const struct blob_out *out);
bool blob_out_is_due(const struct blob_out *out, const struct octo_courier_call *call);
/* When there are bytes to send; OCTO_NEVER: not before something happens. */
octo_time_ns blob_out_ready_at(const struct blob_courier *state, const struct blob_out *out, const struct octo_courier_call *call);
size_t blob_out_control(struct blob_courier *state, uint32_t index, const struct octo_courier_call *call, uint8_t *message,
                        size_t size_max);
size_t blob_out_chunk(struct blob_courier *state, uint32_t index, const struct octo_courier_call *call, uint8_t *message,
                      size_t size_max, uint64_t *handle);
void blob_out_have(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message);
void blob_out_done_said(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message);
void blob_out_fate(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_handle *handle,
                   enum octo_fate fate);

/* blob_receive.c */
uint64_t blob_in_done(const struct blob_in *in);
bool blob_in_is_due(const struct blob_in *in, const struct octo_courier_call *call);
/* When it has something to say by itself. */
octo_time_ns blob_in_due_at(const struct blob_in *in, const struct octo_courier_call *call);
/* All of it is there and right, and its application has kept it, or could not. */
void blob_in_kept(struct blob_courier *state, const struct octo_courier_call *call, struct blob_in *in, bool is_kept);
size_t blob_in_control(struct blob_courier *state, uint32_t index, const struct octo_courier_call *call, uint8_t *message,
                       size_t size_max);
void blob_in_offer(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message);
void blob_in_chunk(struct blob_courier *state, const struct octo_courier_call *call, const struct blob_message *message);

#endif
