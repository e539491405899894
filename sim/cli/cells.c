/* cells.c: see cells.h. The last field varies fastest; fields that go together count as one. */
#include "sim/cli/cells.h"

#include "sim/cli/variant.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t runs_max = 1000000;

static char *value_of(const struct scenario_axis *axis, uint64_t index)
{
	char number[24];

	if (!axis->is_range)
		return variant_setting(axis->path, axis->values[index]);
	snprintf(number, sizeof(number), "%" PRIu64, axis->first + index);
	return variant_setting(axis->path, number);
}

static bool is_alone(const struct scenario *scenario, uint32_t axis)
{
	for (uint32_t i = 0; i < scenario->axis_count; i++)
		if (i != axis && scenario->axes[i].step == scenario->axes[axis].step)
			return false;
	return true;
}

bool cells_is_shown(const struct cells *cells, uint32_t axis)
{
	return &cells->scenario->axes[axis] != cells->seed_axis;
}

bool cells_open(struct cells *cells, const struct scenario *scenario, const struct cli_range *seeds)
{
	uint64_t count = 1, seed_count = 1;

	*cells = (struct cells){ .scenario = scenario, .seeds = *seeds };
	for (uint32_t i = 0; i < scenario->axis_count; i++)
		if (strcmp(scenario->axes[i].path, "seed") == 0 && is_alone(scenario, i))
			cells->seed_axis = &scenario->axes[i];
	for (uint32_t i = 0; i < scenario->axis_count; i++)
		if (scenario->axes[i].step == i && cells_is_shown(cells, i))
			count *= scenario->axes[i].count;
	if (seeds->is_given)
		seed_count = seeds->last - seeds->first < runs_max ? seeds->last - seeds->first + 1 : runs_max + 1;
	else if (cells->seed_axis)
		seed_count = cells->seed_axis->count;
	if (seed_count > runs_max || count * seed_count > runs_max) {
		fprintf(stderr, "octosim sweep: that would be more than %s runs\n", cli_count(runs_max));
		return false;
	}
	cells->count = (uint32_t)count;
	cells->seed_count = (uint32_t)seed_count;
	return true;
}

uint64_t cells_seed(const struct cells *cells, uint32_t index)
{
	uint64_t seed = 0;

	if (cells->seeds.is_given)
		return cells->seeds.first + index;
	if (!cells->seed_axis)
		return cells->scenario->seed;
	if (cells->seed_axis->is_range)
		return cells->seed_axis->first + index;
	/* Checked: each value made a good scenario. */
	for (const char *c = cells->seed_axis->values[index]; *c >= '0' && *c <= '9'; c++)
		seed = seed * 10 + (uint64_t)(*c - '0');
	return seed;
}

void cells_get(const struct cells *cells, uint32_t index, struct cell *cell)
{
	const struct scenario *scenario = cells->scenario;
	uint64_t digits[CELLS_AXES_MAX] = { 0 }, rest = index;

	cell->count = 0;
	for (uint32_t i = scenario->axis_count; i-- > 0;) {
		if (scenario->axes[i].step != i || !cells_is_shown(cells, i))
			continue;
		digits[i] = rest % scenario->axes[i].count;
		rest /= scenario->axes[i].count;
	}
	for (uint32_t i = 0; i < scenario->axis_count; i++)
		if (cells_is_shown(cells, i))
			cell->settings[cell->count++] = value_of(&scenario->axes[i], digits[scenario->axes[i].step]);
}

void cells_free(struct cell *cell)
{
	for (uint32_t i = 0; i < cell->count; i++)
		free(cell->settings[i]);
	cell->count = 0;
}

/* ---- Checking --------------------------------------------------------------------------------------------------- */

/* One value of an axis; of fields that go together, that of each. */
static bool try_value(const char *path, const char *text, size_t size, const struct scenario *scenario, uint32_t axis,
                      uint64_t index)
{
	const char *settings[CELLS_AXES_MAX];
	struct scenario_errors errors;
	struct scenario *varied;
	uint32_t count = 0;
	bool is_good;

	for (uint32_t i = 0; i < scenario->axis_count; i++)
		if (scenario->axes[i].step == axis)
			settings[count++] = value_of(&scenario->axes[i], index);
	varied = variant_load_text(path, text, size, settings, count, &errors);
	is_good = varied != NULL;
	for (uint32_t i = 0; i < errors.count; i++) {
		fprintf(stderr, "%s:%" PRIu32 ":%" PRIu32 ": sweep: with", path, scenario->axes[axis].line,
		        scenario->axes[axis].column);
		for (uint32_t k = 0; k < count; k++)
			fprintf(stderr, " %s", settings[k]);
		fprintf(stderr, ": %s%s%s\n", errors.list[i].where, errors.list[i].where[0] ? ": " : "", errors.list[i].text);
	}
	for (uint32_t i = 0; i < count; i++)
		free((void *)settings[i]);
	scenario_free(varied);
	scenario_errors_free(&errors);
	return is_good;
}

bool cells_check(const char *path, const struct scenario *scenario)
{
	struct scenario_errors errors;
	size_t size = 0;
	char *text = scenario_read(path, &size, &errors);
	bool is_good = text != NULL;

	scenario_errors_free(&errors);
	for (uint32_t i = 0; text && i < scenario->axis_count; i++) {
		const struct scenario_axis *axis = &scenario->axes[i];

		if (axis->step != i)
			continue;
		/* What lies between the ends of a range is as good as the ends. */
		for (uint64_t k = 0; k < axis->count; k += axis->is_range && is_alone(scenario, i) && k + 1 < axis->count
		                                                   ? axis->count - 1 : 1)
			is_good = try_value(path, text, size, scenario, i, k) && is_good;
	}
	free(text);
	return is_good;
}
