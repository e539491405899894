/* cookie.h: proof that a SYN's source can receive, demanded when many SYNs reach the curve (C:95, [P 5]). Stateless
 * towards the asker: a cookie is a keyed hash, its key changes, the previous one is still taken. */
#ifndef OCTO_INTRINSIC_COOKIE_H
#define OCTO_INTRINSIC_COOKIE_H

#include "core/intrinsic/call.h"

/* Whether this SYN may reach the curve now; counts it if so. */
bool cookie_admits(struct call *call, const uint8_t syn[SYN_BYTES], const struct octo_address *source);
void cookie_make(struct call *call, const uint8_t syn[SYN_BYTES], const struct octo_address *source,
                 uint8_t cookie[COOKIE_BYTES]);

#endif
