/* variant.h: a scenario with some of its fields set to other values: by --set, or as a cell of a sweep.
 * A setting is text, "links.0.loss=5%": behind the sign stands JSON, or else a word or quantity without its quotes. */
#ifndef OCTOSIM_CLI_VARIANT_H
#define OCTOSIM_CLI_VARIANT_H

#include "sim/scenario/scenario.h"

/* NULL with *errors when the file, or what becomes of it, is wrong. Without settings this is scenario_load(). */
struct scenario *variant_load(const char *path, const char *const *settings, uint32_t count,
                              struct scenario_errors *errors);
/* The same for a text that scenario_read() gave: good in itself, so that only a setting can be wrong. */
struct scenario *variant_load_text(const char *path, const char *text, size_t size, const char *const *settings,
                                   uint32_t count, struct scenario_errors *errors);
/* The text itself with the settings in it. NULL with an error; the caller frees. */
char *variant_text(const char *text, size_t size, const char *const *settings, uint32_t count, size_t *new_size,
                   struct scenario_errors *errors);
/* "PATH=VALUE" of a path and a JSON text, as --set takes it. The caller frees. */
char *variant_setting(const char *path, const char *json);
/* " --set PATH=VALUE" for each, as a shell takes it. */
void variant_print(const char *const *settings, uint32_t count, FILE *out);

#endif
