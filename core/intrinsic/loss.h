/* loss.h: when a packet that was not acknowledged counts as lost, and when to ask [P 7.11]. Two thresholds, in packets
 * and in time, both of which learn from packets that were given up too early. Asking declares nothing lost. */
#ifndef OCTO_INTRINSIC_LOSS_H
#define OCTO_INTRINSIC_LOSS_H

#include "core/intrinsic/sent_packets.h"

#define LOSS_ACK_DELAY_NS (25 * OCTO_MILLISECOND) /* an acknowledgement is not held back longer */

struct loss {
	octo_time_ns lost_at;             /* when the next one is lost if nothing comes; OCTO_NEVER */
	octo_time_ns ask_at;              /* PTO: when to ask for a sign; OCTO_NEVER */
	octo_time_ns tidy_at;             /* when records of lost packets are forgotten; OCTO_NEVER */
	octo_time_ns sent_at;             /* the last packet that wants an acknowledgement */
	octo_time_ns asked_at;            /* the peer was asked for a sign; 0: never */
	octo_time_ns patience_ns;         /* learned: later than others, and not lost */
	octo_time_ns learned_at;          /* when a threshold last rose or fell */
	uint16_t distance;                /* packet threshold */
	uint16_t asks;                    /* in vain, since something was acknowledged */
	uint32_t reserved;                /* 0; no padding */
};

void loss_begin(struct loss *loss);
/* A packet was recorded; something was acknowledged. */
void loss_sent(struct call *call, struct peer *peer);
void loss_progress(struct call *call, struct peer *peer);
/* Gives up what is overdue. */
void loss_detect(struct call *call, struct peer *peer);
/* One that was given up has arrived: the thresholds were too low. */
void loss_was_late(struct call *call, struct peer *peer, const struct sent_record *record, uint64_t number);
/* The present wait before the peer is asked. */
octo_time_ns loss_ask_wait(const struct peer *peer);

octo_time_ns loss_next(const struct peer *peer);
/* Runs what is due; false when nothing is. */
bool loss_run(struct call *call, struct peer *peer);

#endif
