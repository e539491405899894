/* inbox.h: datagrams that have reached a node's host and wait for its process: because it is stopped, or slow. A socket
 * buffer of so many, and one after the other is taken out. A process that is neither takes all at once, and none waits. */
#ifndef OCTOSIM_INBOX_H
#define OCTOSIM_INBOX_H

#include "sim/world.h"

enum { INBOX_MAX = 64 };              /* datagrams; what comes beyond is lost */

/* True when the datagram has to wait, or was lost because too many do. Its packet is taken then. */
bool inbox_takes(struct sim *sim, uint32_t number, const struct flight *flight);
/* The process has worked on the first for long enough. */
void inbox_serve(struct sim *sim, uint32_t number);
/* SIGSTOP, SIGCONT. While it is stopped no timer of the core runs; its clock goes on. */
void inbox_pause(struct sim *sim, uint32_t number);
void inbox_resume(struct sim *sim, uint32_t number);
/* The process is gone, and its buffer with it. */
void inbox_clear(struct sim *sim, uint32_t number);

#endif
