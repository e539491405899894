/* identity.h: who a node is [P 2]. One seed makes both key pairs; the hash of both public keys is the FULL-ID. */
#ifndef OCTO_INTRINSIC_IDENTITY_H
#define OCTO_INTRINSIC_IDENTITY_H

#include "core/intrinsic/crypto.h"

/* Whether the card's id is the hash of its keys. */
bool identity_card_is_whole(const struct octo_card *card);

#endif
