/* couriers.c: couriers by their names, and the verb "courier" of the timeline, which switches load couriers. */
#include "sim/scenario/reader.h"

#include "sim/trace.h"

static const char *const names[] = {
#define X(number, text) text,
	TRACE_COURIERS(X)
#undef X
	NULL
};
static const char *const load_names[] = {
#define X(number, text) text,
	TRACE_LOAD_COURIERS(X)
#undef X
	NULL
};
static const uint16_t ids[] = {
#define X(number, text) number,
	TRACE_COURIERS(X)
#undef X
};
static const char *const switch_keys[] = { "from", "to", "courier", "active", "accepts_reads", NULL };

bool reader_courier(struct reader *reader, struct tree_value value, uint16_t *id)
{
	int32_t index = 0;

	if (!reader_word(reader, value, names, &index))
		return false;
	*id = ids[index];
	return true;
}

/* The load couriers come first in the list of all. */
void reader_read_load_courier(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	struct tree_value value = reader_get(reader, object, "courier");
	int32_t index = 0;

	if (value.item != NULL && !reader_word(reader, value, load_names, &index))
		return; /* none of them: the index is none, too */
	action->courier = ids[index];
	for (uint32_t i = 0; i < action->pair_count; i++) {
		const uint32_t both[2] = { action->pairs[i].a, action->pairs[i].b };

		for (int side = 0; side < 2; side++) {
			struct scenario_node *node = &reader->scenario->nodes[both[side]];

			if (node->more_loads < index)
				node->more_loads = (uint8_t)index;
		}
	}
}

void reader_read_courier(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	struct reader_pairs pairs = { .both = false };
	struct tree_value from = { NULL, 0 }, to = { NULL, 0 };
	bool is_known = false;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"from\", \"to\", and \"active\" or \"accepts_reads\""))
		return;
	is_known = reader_keys(reader, object, switch_keys);
	action->sets_active = reader_get(reader, object, "active").item != NULL;
	action->sets_reads = reader_get(reader, object, "accepts_reads").item != NULL;
	action->is_active = reader_flag(reader, object, "active");
	action->accepts_reads = reader_flag(reader, object, "accepts_reads");
	if (is_known && !action->sets_active && !action->sets_reads)
		reader_wrong(reader, object, "nothing is switched; add \"active\" or \"accepts_reads\"");
	if (reader_from_to(reader, object, &from, &to) && reader_pairs(reader, object, from, to, &pairs)) {
		action->pairs = pairs.list;
		action->pair_count = pairs.count;
	}
	reader_read_load_courier(reader, object, action);
}
