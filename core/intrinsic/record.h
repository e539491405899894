/* record.h: what survives a restart (C:49, C:125): one record for the node, one for each peer. Never keys or nonces;
 * times as ages and remainders, since no clock survives. A checksum tells a torn record from a whole one. */
#ifndef OCTO_INTRINSIC_RECORD_H
#define OCTO_INTRINSIC_RECORD_H

#include "core/intrinsic/call.h"

void record_save_node(struct call *call);
void record_save_peer(struct call *call, const struct peer *peer);
/* Fills in what the record says. Returns OCTO_OK or OCTO_BAD_RECORD (the peer is as before). */
enum octo_status record_load_peer(struct call *call, struct peer *peer, const uint8_t *record, size_t size,
                                  octo_time_ns off_ns);

#endif
