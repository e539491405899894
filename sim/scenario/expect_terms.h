/* expect_terms.h: what the files that read subjects of "expect" share. Private to sim/scenario. Next: expect.h. */
#ifndef OCTOSIM_EXPECT_TERMS_H
#define OCTOSIM_EXPECT_TERMS_H

#include "sim/scenario/reader.h"

/* The line for people, grown word by word and cut where it gets too long. */
struct line {
	char text[256];
	size_t used;
	bool is_any_enough;               /* counts need not say how many: at least one */
};

__attribute__((format(printf, 2, 3))) void expect_say(struct line *line, const char *format, ...);

/* How many; and "from" and "to": a to b, two plain names also without trust when `is_literal`. */
void expect_amount(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                   struct line *line);
void expect_direction(struct reader *reader, struct tree_value object, bool is_literal,
                      struct scenario_expectation *expectation, struct line *line);

/* "at_least" and "at_most" of a share in percent, one of them at least. `is_known`: the object's keys were. */
void expect_share_bounds(struct reader *reader, struct tree_value object, bool is_known,
                         struct scenario_expectation *expectation, struct line *line);

/* A pattern or plain name as it stands in the file. */
const char *expect_pattern(const struct reader *reader, struct tree_value value);
/* How many, where that need not be said: false. */
bool expect_any_amount(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                       struct line *line);

#endif
