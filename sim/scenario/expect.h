/* expect.h: subjects of "expect", each read in the file of its kind; expect_when.c reads when they must hold. Private to
 * sim/scenario. */
#ifndef OCTOSIM_EXPECT_H
#define OCTOSIM_EXPECT_H

#include "sim/scenario/expect_terms.h"

/* Subjects of expect_couriers.c. */
void expect_read_courier(struct reader *reader, struct tree_value value, struct scenario_expectation *expectation,
                         struct line *line);
void expect_read_messages(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                          struct line *line);
/* Of the kind "waited": which courier, and why. True when anything is said of that. */
bool expect_read_wait(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                      struct line *line);
void expect_read_share(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                       struct line *line);
void expect_read_blob(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
                      struct line *line);

/* The subject of expect_use.c. */
void expect_read_use(struct reader *reader, struct tree_value object, struct scenario_expectation *expectation,
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
