/* json_text.h: strings and seconds as JSON writes them. For everything of octosim that writes JSON by
 * hand: cJSON keeps numbers as doubles, and seeds, hashes and nanoseconds need all their 64 bits. */
#ifndef OCTOSIM_TRACE_JSON_TEXT_H
#define OCTOSIM_TRACE_JSON_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Bytes of the UTF-8 sequence at the beginning; 0: there is none. */
size_t json_sequence(const uint8_t *at, size_t left);
/* A JSON string with its quotes; what is not UTF-8 becomes U+FFFD, and what a terminal would
 * obey is escaped. */
void json_text(const char *text, size_t size, FILE *out);
/* Nanoseconds as decimal seconds, exactly. */
void json_seconds(uint64_t ns, FILE *out);

#endif
