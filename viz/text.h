/* text.h: numbers and bytes as people read them, and text from files made fit for drawing. Knows no model
 * and no picture. Every function ends its result with a NUL and cuts what does not fit. */
#ifndef OCTOVIZ_TEXT_H
#define OCTOVIZ_TEXT_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

enum { TEXT_MAX = 320 };              /* room enough for any sentence of the viewer */

/* "1.284 512 300 s": a point in time, all nine digits. */
void text_time(uint64_t time_ns, char *out, size_t size);
/* "412 ms", "20.3 ms", "15 us", "1.25 s": a length of time, three digits or so. */
void text_duration(uint64_t duration_ns, char *out, size_t size);
/* A point in time as an axis shows it, with as many digits as a step of step_ns needs. */
void text_axis(uint64_t time_ns, uint64_t step_ns, char *out, size_t size);
/* A round step (1, 2 or 5 times a power of ten) of at least least_ns. */
uint64_t text_axis_step(double least_ns);
/* First four hexadecimal digits of a session's log id: enough to tell sessions apart by eye. */
void text_session(uint64_t log_id, char *out, size_t size);
/* 12,345 */
void text_count(uint64_t count, char *out, size_t size);
/* Copies `in` with every byte that is not valid, printable UTF-8 replaced by '?': Cairo stops at bad text. */
void text_clean(const char *in, char *out, size_t size);
/* "1.5s", "20ms", "300us", "7ns", or plain nanoseconds, to ns. False for anything else. */
bool text_parse_time(const char *in, uint64_t *time_ns);

#endif
