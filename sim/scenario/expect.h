/* expect.h: what expect.c, expect_couriers.c and expect_use.c, which read subjects, and expect_when.c, which reads when they must hold,
 * share. Private to sim/scenario. */
#ifndef OCTOSIM_EXPECT_H
#define OCTOSIM_EXPECT_H

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

/* Subjects of expect_couriers.c. */
void expect_read_courier(struct reader *reader, struct tree_value value, struct scenario_expectation *expectation,
                         struct line *line);
void expect_read_messages(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                          struct line *line);
void expect_read_share(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                       struct line *line);
void expect_read_blob(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                      struct line *line);

/* The subject of expect_use.c. */
void expect_read_use(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                     struct line *line);

/* A pattern or plain name as it stands in the file. */
const char *expect_pattern(const struct reader *reader, struct tree_value value);
/* How many, where that need not be said: false. */
bool expect_any_amount(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                       struct line *line);
/* Subjects of expect_robots.c; and whether those of a latency have the couriers for it. */
void expect_read_robot(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                       struct line *line);
void expect_check_measured(struct reader *reader, struct tree_value object, const struct scenario_expectation *expectation);

/* The keys of subjects, NULL-terminated, in the order of enum scenario_subject. */
extern const char *const expect_subjects[];
/* Reads the value of such a key; expectation->subject is set. */
void expect_read(struct reader *reader, struct tree_value value, struct scenario_expectation *expectation,
                 struct line *line);

#endif
