/* sensors.h: SensorsCourier (S:47): what an agent measures, rapidly, the latest value only: nothing is sent again, but all
 * that is known is said each time, and once more in a while when nothing new is measured, so that a loss does no harm.
 * An agent only sends, a control only receives. */
#ifndef OCTO_COURIERS_SENSORS_H
#define OCTO_COURIERS_SENSORS_H

#include "core/couriers/state.h"

/* Bits of `present`, in the order on the wire. */
#define OCTO_SENSORS(X)                                                                               \
	X(CLOCK, "clock", 4)          /* milliseconds of the agent's own clock */                     \
	X(GPS, "gps", 12)             /* struct octo_place */                                         \
	X(SLAM, "slam", 12)           /* millimetres from where it was switched on */                 \
	X(GYRO, "gyro", 6)            /* milliradians per second */                                   \
	X(ACCELERATION, "acceleration", 6) /* centimetres per second squared */                       \
	X(COMPASS, "compass", 4)      /* 1/65,536 of a turn, clockwise from north; and how exact */   \
	X(TEMPERATURE, "temperature", 2) /* hundredths of a degree Celsius */                         \
	X(TOUCH, "touch", 4)          /* x and y, in 1/65,536 of the pad */
enum octo_sensor {
#define X(name, text, size) OCTO_SENSOR_##name,
	OCTO_SENSORS(X)
#undef X
	OCTO_SENSOR_COUNT
};
const char *octo_sensor_name(enum octo_sensor sensor);

struct octo_reading {
	uint32_t present;         /* bit 1 << OCTO_SENSOR_… for each that holds a value */
	uint32_t clock_ms;
	struct octo_place gps;
	int32_t slam_mm[3];
	int16_t gyro_mrad[3], acceleration_cm[3];
	uint16_t azimuth, accuracy;
	int16_t temperature_c100;
	uint16_t touch[2];
	uint8_t reserved[2];      /* 0; no padding */
};

enum { OCTO_SENSORS_ID = 3 };
#define OCTO_SENSORS_RAPID_NS (50 * OCTO_MILLISECOND)
#define OCTO_SENSORS_REPEAT_NS (1000 * OCTO_MILLISECOND)

struct octo_sensors {
	uint64_t rapid_ns;        /* at least this between two messages; set by octo_sensors_begin() */
	uint64_t repeat_ns;       /* and at most */
	struct octo_reading reading;      /* an agent's own; a control's: what it heard */
	uint64_t session, sent_at;        /* 0: nothing sent in this session */
	uint64_t heard_at;        /* 0: never */
	uint64_t received;        /* readings that were taken */
	uint64_t late;            /* that came after a newer one, and were dropped */
	uint16_t number_next, heard_number;
	uint8_t is_agent, is_begun, is_new, has_heard; /* is_new: not sent yet; has_heard: in this session */
};
void octo_sensors_begin(struct octo_sensors *state, bool is_agent);
/* Values that are present take the place of older ones. */
void octo_sensors_set(struct octo_sensors *state, const struct octo_reading *reading);
bool octo_reading_merge(struct octo_reading *into, const struct octo_reading *reading); /* true when anything changed */

extern const struct octo_courier octo_courier_sensors; /* its state is a struct octo_sensors */

#endif
