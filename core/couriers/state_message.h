/* state_message.h: the bytes that the two state couriers exchange [P 13.1]: a head that says what was heard last and a
 * digest of all that is held, then items: what is held of one parameter, with or without its value. Pure.
 * Next: core/couriers/state.h, which decides what to say. */
#ifndef OCTO_COURIERS_STATE_MESSAGE_H
#define OCTO_COURIERS_STATE_MESSAGE_H

#include "core/base/cursor.h"
#include "core/couriers/parameters.h"

enum {
	STATE_HEAD_BYTES = 17,
	STATE_ASKS = 1, STATE_HAS_ECHO = 2,       /* bits of the first byte */
	STATE_HOLD_BYTES_MAX = 1 + 7 + 8 + 2,
	STATE_ITEM_BYTES_MAX = 1 + 7 + 8 + 1 + OCTO_VALUE_BYTES_MAX
};

struct state_head {
	bool asks;                        /* an answer is wanted at once */
	bool has_echo;
	uint16_t tag;                     /* of the session that it was written for */
	uint16_t number;                  /* 0, 1, 2 … in this session */
	uint16_t echo;                    /* the highest number heard; 0 without one */
	uint16_t held_ms;                 /* so long ago; 65,535: or longer */
	uint64_t digest;                  /* octo_holdings_digest() */
};

/* Who wrote it, as seen from the pair. */
enum state_writer { STATE_BY_AGENT, STATE_BY_CONTROL, STATE_BY_OTHER, STATE_BY_NOBODY };

struct state_item {
	uint8_t parameter;                /* 0..31: perhaps none that we know */
	uint8_t by;                       /* enum state_writer */
	bool has_value;
	uint8_t size;                     /* of the value */
	uint16_t check;                   /* without a value: octo_holding_check() of it */
	uint64_t version, writer;         /* writer: BY_OTHER only */
	const uint8_t *value;             /* in the message */
};

uint16_t state_tag(uint64_t session);
/* A message of that number is newer than the one that was heard; numbers turn over. */
bool state_number_is_newer(uint16_t number, uint16_t heard);
bool state_head_read(struct reader *reader, struct state_head *head);
void state_head_write(struct writer *writer, const struct state_head *head);
/* The next item. False at the end, and when there is none: then the reader has failed. */
bool state_item_read(struct reader *reader, struct state_item *item);
size_t state_item_size(const struct state_item *item);
void state_item_write(struct writer *writer, const struct state_item *item);
/* Head and items are all well-formed. */
bool state_message_is_whole(const uint8_t *data, size_t size);

#endif
