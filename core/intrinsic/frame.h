/* frame.h: what a data packet carries once decrypted: a list of frames [P 6]. Knows no keys
 * and no couriers' contents. */
#ifndef OCTO_INTRINSIC_FRAME_H
#define OCTO_INTRINSIC_FRAME_H

#include "core/base/cursor.h"

enum frame_type {
	FRAME_PAD = 0x00,
	FRAME_ACK = 0x01,
	FRAME_ACK_RANGES = 0x02,
	FRAME_PING = 0x03,
	FRAME_PONG = 0x04,
	FRAME_PATH_CHALLENGE = 0x05,
	FRAME_PATH_RESPONSE = 0x06,
	FRAME_MAX_RATE = 0x07,
	FRAME_CLOSE = 0x08,
	FRAME_SYNC_REQUEST = 0x09,
	FRAME_SYNC_HASH = 0x0a,
	FRAME_HANDSHAKE = 0x0b,
	FRAME_COURIER_ORDERED = 0x0c,
	FRAME_COURIER = 0x80              /* | courier id, 0..126 */
};

enum { FRAME_ACK_RANGES_MAX = 24, FRAME_RANGE_BYTES_MAX = 16 };

struct frame {
	enum frame_type type;             /* FRAME_COURIER without the id */
	uint8_t courier;                  /* COURIER, COURIER_ORDERED, SYNC_REQUEST, SYNC_HASH: courier id */
	uint32_t token;                   /* PING, PONG: token. MAX_RATE: bytes per second. CLOSE: reason */
	uint64_t largest;                 /* ACK: low 16 bits; ACK_RANGES. COURIER_ORDERED: the message's number */
	uint8_t delay;                    /* ACK, ACK_RANGES */
	uint32_t bitmap;                  /* ACK */
	uint8_t range_count;              /* ACK_RANGES: so many are in data */
	const uint8_t *data;              /* COURIER, COURIER_ORDERED, HANDSHAKE, PATH_*, SYNC_HASH, ACK_RANGES: inside the packet */
	size_t size;                      /* of data */
};

/* What the frames of one packet are, counted while they are looked at for the first time. */
struct frame_tallies {
	uint32_t questions, answers;      /* PING and PATH_CHALLENGE; PONG and PATH_RESPONSE */
	bool has_couriers, has_ordered;   /* of either kind; in order */
	bool has_syn;                     /* inside a HANDSHAKE */
	bool is_more_than_probing;        /* anything but PATH_CHALLENGE, PATH_RESPONSE and PAD */
};
void frame_count(struct frame_tallies *tallies, const struct frame *frame);

/* Reads the next frame. False when it is malformed (the reader has failed) or there is none left. */
bool frame_read(struct reader *reader, struct frame *frame);
/* Appends a frame. The caller has made sure that there is room (frame_size). */
void frame_write(struct writer *writer, const struct frame *frame);
/* The same for a PING, a PONG or a MAX_RATE. */
void frame_write_token(struct writer *writer, enum frame_type type, uint32_t token);
/* Bytes that frame_write() appends. */
size_t frame_size(const struct frame *frame);

struct frame_range { uint64_t gap, length; };  /* so many missing, then so many received, downwards from `largest` */
/* The next range of a frame's data; they were all found sound when the frame was read. */
struct frame_range frame_range_read(struct reader *data);
/* Appends one to what becomes a frame's data. False when there is no room for it. */
bool frame_range_write(struct writer *data, const struct frame_range *range);

#endif
