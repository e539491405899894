/* units.h: numbers and quantities as text, read exactly: whole digits and powers of ten, never a float.
 * "20ms", "1.5%", "64KiB", "2.5Mbit". Knows nothing of JSON or scenarios. */
#ifndef OCTOSIM_UNITS_H
#define OCTOSIM_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unit_kind { UNIT_TIME, UNIT_RATE, UNIT_SIZE, UNIT_CHANCE }; /* ns; bits per second; bytes; parts of 10^8 */

/* What can be wrong with a quantity; see unit_problem(). */
enum unit_result {
	UNIT_OK, UNIT_EMPTY, UNIT_BLANK, UNIT_COMMA, UNIT_NO_DIGITS, UNIT_NO_UNIT, UNIT_BAD_UNIT, UNIT_NEGATIVE,
	UNIT_TOO_FINE, UNIT_TOO_LARGE
};

/* A quantity with its unit. Without `is_signed` a '-' is UNIT_NEGATIVE. */
enum unit_result unit_read(enum unit_kind kind, const char *text, bool is_signed, int64_t *value);
const char *unit_problem(enum unit_result result); /* a phrase: "the unit is missing" */
const char *unit_allowed(enum unit_kind kind);     /* a phrase: "a time such as "20ms" (ns us ms s m h d y)" */

/* Whole numbers. False: not one, or too large. */
bool unit_whole(const char *text, size_t size, uint64_t *value);

/* A time in the largest unit that is exact: "1500ms", "2s", "0s". */
void unit_time_text(uint64_t ns, char *out, size_t size);
/* Parts of 10^8 as a probability of 2^32; certainty is 0xffffffff. */
uint32_t unit_chance32(int64_t parts);

#endif
