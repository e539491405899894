/* words.h: what happened, in words: one sentence for a record, for a copy's whole life, for a duel. Knows
 * no picture. */
#ifndef OCTOVIZ_WORDS_H
#define OCTOVIZ_WORDS_H

#include "viz/model.h"

void words_record(const struct model *model, uint32_t record, char *out, size_t size);
/* "SYN #3": a packet by type and number. */
void words_packet(const struct model *model, uint8_t type, uint32_t packet, char *out, size_t size);
/* How it ended: "delivered after 20.3 ms, accepted", "lost by chance", "on its way". */
void words_fate(const struct model *model, const struct model_copy *copy, char *out, size_t size);
const char *words_role(unsigned int role);
const char *words_state(unsigned int state);
/* "accepted", or the reason's name. */
const char *words_reason(unsigned int reason);

#endif
