/* quote.h: text from a file made fit for a message: short, on one line, without anything a terminal would obey. */
#ifndef OCTOSIM_QUOTE_H
#define OCTOSIM_QUOTE_H

#include <stddef.h>

/* Control characters become '?', overlong text ends in "…" (never inside a character). Always NUL-terminated. */
void quote_plain(char *out, size_t out_size, const char *text, size_t size);
/* The same inside double quotes, and at most 40 bytes of it. out_size at least 64. */
void quote_text(char *out, size_t out_size, const char *text, size_t size);

#endif
