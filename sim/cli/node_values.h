/* node_values.h: parameters and sensors as people type and read them: degrees and metres, volts, names. Exact: fixed decimals,
 * never a float. Pure. */
#ifndef OCTOSIM_NODE_VALUES_H
#define OCTOSIM_NODE_VALUES_H

#include "core/couriers/sensors.h"

#include <stdbool.h>
#include <stddef.h>

enum { VALUE_TEXT_BYTES = 512 };

/* The value of a parameter. False: not one; value_allowed() says what is. */
bool value_read(enum octo_parameter parameter, const char *text, uint8_t value[OCTO_VALUE_BYTES_MAX]);
void value_text(enum octo_parameter parameter, const uint8_t *value, char text[VALUE_TEXT_BYTES]);
/* A phrase with an example. */
const char *value_allowed(enum octo_parameter parameter);

/* One sensor's value into *reading, and back. */
bool value_read_sensor(enum octo_sensor sensor, const char *text, struct octo_reading *reading);
void value_sensor_text(enum octo_sensor sensor, const struct octo_reading *reading, char text[VALUE_TEXT_BYTES]);
const char *value_allowed_sensor(enum octo_sensor sensor);

#endif
