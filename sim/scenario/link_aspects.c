/* link_aspects.c: reads what a link rule, or a phase of one, sets: one function an aspect. */
#include "sim/scenario/link_parts.h"
#include "sim/scenario/memory.h"

#include <string.h>

/* How exactly one of several keys is asked for. */
static bool is_one_of(struct reader *reader, struct tree_value object, const char *const *keys, const char *allowed,
                      int32_t *which, struct tree_value *value)
{
	int32_t count = 0;
	bool is_known = reader_keys(reader, object, keys);

	for (int32_t i = 0; keys[i] != NULL; i++) {
		struct tree_value one = reader_get(reader, object, keys[i]);

		if (one.item == NULL)
			continue;
		*which = i;
		*value = one;
		count++;
	}
	if (count > 1 || (count == 0 && is_known))
		reader_wrong(reader, object, "%s; allowed is exactly one of %s", count == 0 ? "nothing is said" : "several at once",
		             allowed);
	return count == 1;
}

static void read_chance_at(struct reader *reader, struct tree_value object, const char *key, const char *allowed,
                           uint32_t *chance)
{
	struct tree_value value = { NULL, 0 };

	if (reader_need(reader, object, key, allowed, &value))
		reader_chance(reader, value, chance);
}

/* ["10ms", "30ms"] */
bool link_read_two_times(struct reader *reader, struct tree_value list, uint64_t *a_ns, uint64_t *b_ns, bool is_range)
{
	struct tree_value first = { NULL, 0 };

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of two times"))
		return false;
	if (tree_count(&reader->tree, list) != 2) {
		reader_wrong(reader, list, "found a list of %u; allowed is a list of two times",
		             tree_count(&reader->tree, list));
		return false;
	}
	first = tree_first(&reader->tree, list);
	bool is_right = reader_time(reader, first, "0s", "1h", a_ns);
	is_right = reader_time(reader, tree_next(&reader->tree, first), "0s", "1h", b_ns) && is_right;
	if (is_right && is_range && *a_ns > *b_ns) {
		reader_wrong(reader, list, "the first time (the least) is above the second (the most)");
		return false;
	}
	return is_right;
}

/* ---- Latency -------------------------------------------------------------------------------------------------------- */

static void read_pareto(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "least", "most", "shape", NULL };
	struct tree_value value = { NULL, 0 };
	int64_t parts = 0;
	char text[64];

	link->pareto_shape = 1000;
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"least\", \"most\" and \"shape\""))
		return;
	reader_keys(reader, object, keys);
	bool is_right = reader_need(reader, object, "least", "the shortest latency", &value) &&
	                reader_time(reader, value, "1ns", "1h", &link->latency_a_ns);
	is_right = reader_need(reader, object, "most", "what longer ones are cut to", &value) &&
	           reader_time(reader, value, "1ns", "1h", &link->latency_b_ns) && is_right;
	if (is_right && link->latency_a_ns > link->latency_b_ns)
		reader_wrong(reader, object, "\"least\" is above \"most\"");
	if (!reader_need(reader, object, "shape", "a string such as \"1.5\"; the smaller, the heavier the tail", &value) ||
	    !reader_kind(reader, value, SCANNER_STRING, "a string such as \"1.5\", from \"0.1\" to \"100\""))
		return;
	/* A number with a fraction, read as a time of so many seconds. */
	snprintf(text, sizeof(text), "%.40ss", tree_text(value));
	if (strlen(tree_text(value)) > 40 || unit_read(UNIT_TIME, text, false, &parts) != UNIT_OK ||
	    parts % 1000000 != 0 || parts < 100000000 || parts > INT64_C(100000000000)) {
		reader_found(reader, value, text, sizeof(text));
		reader_wrong(reader, value, "found %s; allowed is \"0.1\" to \"100\", with at most 3 digits behind the point",
		             text);
		return;
	}
	link->pareto_shape = (uint32_t)(parts / 1000000);
}

static void read_latency(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	static const char *const keys[] = { "uniform", "normal", "exponential", "pareto", "table", NULL };
	static const enum scenario_latency kinds[] = { SCENARIO_UNIFORM, SCENARIO_NORMAL, SCENARIO_EXPONENTIAL,
		SCENARIO_PARETO, SCENARIO_TABLE };
	int32_t which = 0;

	link->sets_latency = true;
	if (!reader_is(reader, value, SCANNER_OBJECT)) {
		link->latency = SCENARIO_CONSTANT;
		reader_time(reader, value, "0s", "1h", &link->latency_a_ns);
		return;
	}
	if (!is_one_of(reader, value, keys, "\"uniform\" (least and most), \"normal\" (mean and standard deviation), "
	               "\"exponential\" (floor, and mean of what comes on top), \"pareto\" and \"table\"", &which, &value))
		return;
	link->latency = kinds[which];
	if (link->latency == SCENARIO_PARETO)
		read_pareto(reader, value, link);
	else if (link->latency == SCENARIO_TABLE)
		link->latency_table = link_read_table(reader, value);
	else
		link_read_two_times(reader, value, &link->latency_a_ns, &link->latency_b_ns, link->latency == SCENARIO_UNIFORM);
}

/* ---- Loss ----------------------------------------------------------------------------------------------------------- */

static void read_gilbert_elliott(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "to_bad", "to_good", "good", "bad", NULL };
	struct tree_value value = { NULL, 0 };

	link->loss_kind = SCENARIO_GILBERT_ELLIOTT;
	link->loss_bad = UINT32_MAX;
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"to_bad\" and \"to_good\""))
		return;
	reader_keys(reader, object, keys);
	read_chance_at(reader, object, "to_bad", "the probability, for each datagram, that a good channel turns bad",
	               &link->to_bad);
	read_chance_at(reader, object, "to_good", "the probability, for each datagram, that a bad channel turns good",
	               &link->to_good);
	value = reader_get(reader, object, "good");
	if (value.item != NULL)
		reader_chance(reader, value, &link->loss);
	value = reader_get(reader, object, "bad");
	if (value.item != NULL)
		reader_chance(reader, value, &link->loss_bad);
}

static void read_bursts(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "chance", "length", NULL };
	struct tree_value list = { NULL, 0 }, first = { NULL, 0 };
	uint64_t least = 1, most = 1;

	link->loss_kind = SCENARIO_BURSTS;
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"chance\" and \"length\""))
		return;
	reader_keys(reader, object, keys);
	read_chance_at(reader, object, "chance", "the probability, for each datagram, that a burst begins", &link->loss);
	if (!reader_need(reader, object, "length", "how many datagrams are lost in a row: [least, most]", &list) ||
	    !reader_kind(reader, list, SCANNER_LIST, "a list of two whole numbers, [least, most]"))
		return;
	if (tree_count(&reader->tree, list) != 2) {
		reader_wrong(reader, list, "found a list of %u; allowed is a list of two whole numbers, [least, most]",
		             tree_count(&reader->tree, list));
		return;
	}
	first = tree_first(&reader->tree, list);
	bool is_right = reader_whole(reader, first, 1, 1000000, &least);
	is_right = reader_whole(reader, tree_next(&reader->tree, first), 1, 1000000, &most) && is_right;
	if (is_right && least > most)
		reader_wrong(reader, list, "the first number (the least) is above the second (the most)");
	link->burst_least = (uint32_t)least;
	link->burst_most = (uint32_t)most;
}

static void read_loss(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	static const char *const keys[] = { "gilbert_elliott", "bursts", NULL };
	int32_t which = 0;

	link->sets_loss = true;
	if (!reader_is(reader, value, SCANNER_OBJECT))
		reader_chance(reader, value, &link->loss);
	else if (!is_one_of(reader, value, keys, "\"gilbert_elliott\" and \"bursts\"", &which, &value))
		return;
	else if (which == 0)
		read_gilbert_elliott(reader, value, link);
	else
		read_bursts(reader, value, link);
}

/* ---- Losses by kind --------------------------------------------------------------------------------------------------- */

static void read_nth(struct reader *reader, struct tree_value list, struct scenario_drop *drop)
{
	struct tree_value at = { NULL, 0 };
	uint64_t number = 0;

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of whole numbers, counted from 1"))
		return;
	if (tree_count(&reader->tree, list) == 0 || tree_count(&reader->tree, list) > SCENARIO_NTH_MAX) {
		reader_wrong(reader, list, "found a list of %u; allowed are 1 to %d numbers",
		             tree_count(&reader->tree, list), SCENARIO_NTH_MAX);
		return;
	}
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at))
		if (reader_whole(reader, at, 1, UINT32_MAX - 1, &number))
			drop->nth[drop->nth_count++] = (uint32_t)number;
}

void link_read_which(struct reader *reader, struct tree_value object, struct scenario_drop *drop)
{
	struct tree_value first = reader_get(reader, object, "first"), nth = reader_get(reader, object, "nth");
	uint64_t number = 0;

	if (first.item != NULL && reader_whole(reader, first, 1, UINT32_MAX - 1, &number))
		drop->first = (uint32_t)number;
	if (nth.item != NULL)
		read_nth(reader, nth, drop);
	if (first.item == NULL && nth.item == NULL)
		drop->first = UINT32_MAX;
}

static void read_drop(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "type", "first", "nth", NULL };
	struct tree_value value = { NULL, 0 };
	struct scenario_drop drop = { .type = OCTO_PACKET_UNKNOWN };

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object such as {\"type\": \"syn-ack\", \"first\": 2}"))
		return;
	reader_keys(reader, object, keys);
	if (reader_need(reader, object, "type", "the packets that are lost, such as \"syn-ack\", or \"any\"", &value))
		reader_packet_type(reader, value, &drop.type);
	link_read_which(reader, object, &drop);
	link->drops[link->drop_count++] = drop;
}

static void read_drops(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	struct tree_value at = { NULL, 0 };

	link->sets_drops = true;
	link->drops = memory_claim(SCENARIO_DROPS_MAX * sizeof(*link->drops));
	if (!reader_is(reader, value, SCANNER_LIST)) {
		read_drop(reader, value, link);
		return;
	}
	if (tree_count(&reader->tree, value) == 0 || tree_count(&reader->tree, value) > SCENARIO_DROPS_MAX) {
		reader_wrong(reader, value, "found a list of %u; allowed are 1 to %d", tree_count(&reader->tree, value),
		             SCENARIO_DROPS_MAX);
		return;
	}
	for (at = tree_first(&reader->tree, value); at.item != NULL; at = tree_next(&reader->tree, at))
		read_drop(reader, at, link);
}

/* ---- Damage, order, repetition ---------------------------------------------------------------------------------------- */

static void read_corrupt(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	static const char *const keys[] = { "chance", "kinds", NULL };
	static const char *const kinds[] = { "bits", "truncation", "padding", NULL };
	struct tree_value list = { NULL, 0 }, at = { NULL, 0 };
	int32_t kind = 0;

	link->sets_corrupt = true;
	if (!reader_is(reader, value, SCANNER_OBJECT)) {
		reader_chance(reader, value, &link->corrupt);
		return;
	}
	reader_keys(reader, value, keys);
	read_chance_at(reader, value, "chance", "the probability, for each copy, that it is damaged", &link->corrupt);
	if (!reader_need(reader, value, "kinds", "a list of \"bits\", \"truncation\" and \"padding\"", &list) ||
	    !reader_kind(reader, list, SCANNER_LIST, "a list of \"bits\", \"truncation\" and \"padding\""))
		return;
	at = tree_first(&reader->tree, list);
	if (at.item == NULL)
		reader_wrong(reader, list, "the list is empty; name at least one of \"bits\", \"truncation\" and \"padding\"");
	for (; at.item != NULL; at = tree_next(&reader->tree, at))
		if (reader_word(reader, at, kinds, &kind))
			link->damage |= (uint8_t)(1u << kind);
}

static void read_reorder(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "chance", "by", NULL };
	struct tree_value by = { NULL, 0 };

	link->sets_reorder = true;
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"chance\" and \"by\""))
		return;
	reader_keys(reader, object, keys);
	read_chance_at(reader, object, "chance", "the probability, for each datagram, that it is held back", &link->reorder);
	if (reader_need(reader, object, "by", "how long it is held back", &by))
		reader_time(reader, by, "1ns", "1h", &link->reorder_ns);
}

static void read_replay(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "chance", "after", NULL };
	struct tree_value after = { NULL, 0 };

	link->sets_replay = true;
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"chance\" and \"after\""))
		return;
	reader_keys(reader, object, keys);
	read_chance_at(reader, object, "chance", "the probability, for each datagram, that it comes once more", &link->replay);
	if (reader_need(reader, object, "after", "how long after the first time: [least, most]", &after))
		link_read_two_times(reader, after, &link->replay_least_ns, &link->replay_most_ns, true);
}

/* ---- Queues ----------------------------------------------------------------------------------------------------------- */

/* 20 (datagrams), "64KiB" or "50ms". */
static void read_limit(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	uint64_t number = 0;
	int64_t quantity = 0;
	char found[64];

	if (reader_is(reader, value, SCANNER_NUMBER)) {
		if (reader_whole(reader, value, 1, 1000000, &number))
			link->queue_packets = (uint32_t)number;
	} else if (reader_is(reader, value, SCANNER_STRING) &&
	           unit_read(UNIT_TIME, tree_text(value), false, &quantity) == UNIT_OK) {
		reader_time(reader, value, "1ms", "1h", &link->queue_ns);
	} else if (reader_is(reader, value, SCANNER_STRING) &&
	           unit_read(UNIT_SIZE, tree_text(value), false, &quantity) == UNIT_OK) {
		if (reader_quantity(reader, value, UNIT_SIZE, "512B", "1024MiB", &quantity))
			link->queue_bytes = (uint64_t)quantity;
	} else {
		reader_found(reader, value, found, sizeof(found));
		reader_wrong(reader, value,
		             "found %s; allowed is a size such as \"64KiB\", a time such as \"50ms\", or a whole number of "
		             "datagrams", found);
	}
}

static void read_red(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "least", "most", "chance", "weight", NULL };
	struct tree_value value = { NULL, 0 };
	int64_t least = 0, most = 1;
	uint64_t weight = 9;

	link->aqm = SCENARIO_RED;
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"least\", \"most\" and \"chance\""))
		return;
	reader_keys(reader, object, keys);
	bool is_right = reader_need(reader, object, "least", "the average queue from which on it drops", &value) &&
	                reader_quantity(reader, value, UNIT_SIZE, "1B", "1024MiB", &least);
	is_right = reader_need(reader, object, "most", "the average queue from which on it drops all", &value) &&
	           reader_quantity(reader, value, UNIT_SIZE, "1B", "1024MiB", &most) && is_right;
	if (is_right && least >= most)
		reader_wrong(reader, object, "\"least\" is not below \"most\"");
	read_chance_at(reader, object, "chance", "the probability of a drop just below \"most\"", &link->red_chance);
	value = reader_get(reader, object, "weight");
	if (value.item != NULL)
		reader_whole(reader, value, 0, 16, &weight);
	link->red_least_bytes = (uint64_t)least;
	link->red_most_bytes = (uint64_t)most;
	link->red_weight = (uint32_t)weight;
}

static void read_codel(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "target", "interval", NULL };
	struct tree_value value = { NULL, 0 };

	link->aqm = SCENARIO_CODEL;
	link->codel_target_ns = 5 * OCTO_MILLISECOND;
	link->codel_interval_ns = 100 * OCTO_MILLISECOND;
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object, with \"target\" and \"interval\" if need be"))
		return;
	reader_keys(reader, object, keys);
	value = reader_get(reader, object, "target");
	if (value.item != NULL)
		reader_time(reader, value, "1us", "1h", &link->codel_target_ns);
	value = reader_get(reader, object, "interval");
	if (value.item != NULL)
		reader_time(reader, value, "1us", "1h", &link->codel_interval_ns);
}

static void read_queue(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	static const char *const keys[] = { "limit", "red", "codel", NULL };
	struct tree_value limit = { NULL, 0 }, red = { NULL, 0 }, codel = { NULL, 0 };
	bool is_known = true;

	link->sets_queue = true;
	if (!reader_is(reader, value, SCANNER_OBJECT)) {
		read_limit(reader, value, link);
		return;
	}
	is_known = reader_keys(reader, value, keys);
	limit = reader_get(reader, value, "limit");
	red = reader_get(reader, value, "red");
	codel = reader_get(reader, value, "codel");
	if ((red.item != NULL) == (codel.item != NULL)) {
		if (red.item != NULL || is_known)
			reader_wrong(reader, value,
			             "allowed is one of \"red\" and \"codel\", beside a \"limit\" if need be; a limit alone "
			             "stands in the place of the whole object: \"queue\": 20");
		return;
	}
	if (limit.item != NULL)
		read_limit(reader, limit, link);
	if (red.item != NULL)
		read_red(reader, red, link);
	else
		read_codel(reader, codel, link);
}

/* ---- Rates ------------------------------------------------------------------------------------------------------------ */

static bool read_bps(struct reader *reader, struct tree_value value, uint64_t *bps)
{
	int64_t number = 0;
	bool is_right = reader_quantity(reader, value, UNIT_RATE, "1kbit", "100Gbit", &number);

	*bps = (uint64_t)number;
	return is_right;
}

/* {"drawn": ["200kbit", "50Mbit"]} */
static void read_drawn_rate(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "drawn", NULL };
	static const char allowed[] = "a list of two rates, [least, most]";
	struct tree_value list = { NULL, 0 }, first = { NULL, 0 };
	uint64_t least = 0, most = 0;

	reader_keys(reader, object, keys);
	if (!reader_need(reader, object, "drawn", allowed, &list) || !reader_kind(reader, list, SCANNER_LIST, allowed))
		return;
	if (tree_count(&reader->tree, list) != 2) {
		reader_wrong(reader, list, "found a list of %u; allowed is %s", tree_count(&reader->tree, list), allowed);
		return;
	}
	first = tree_first(&reader->tree, list);
	bool is_right = read_bps(reader, first, &least);
	is_right = read_bps(reader, tree_next(&reader->tree, first), &most) && is_right;
	if (is_right && least > most) {
		reader_wrong(reader, list, "the first rate (the least) is above the second (the most)");
	} else if (is_right) {
		link->rate_bps = least;
		link->rate_most_bps = most;
		link->rate_draw = reader->scenario->rate_draws++;
	}
}

static void read_rate(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	link->sets_rate = true;
	if (reader_is(reader, value, SCANNER_OBJECT))
		read_drawn_rate(reader, value, link);
	else
		read_bps(reader, value, &link->rate_bps);
}

/* ---- All of it -------------------------------------------------------------------------------------------------------- */

static void read_numbers(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	struct tree_value value = reader_get(reader, object, "duplicate");
	int64_t number = 0;

	if (value.item != NULL) {
		link->sets_duplicate = true;
		reader_chance(reader, value, &link->duplicate);
	}
	value = reader_get(reader, object, "mtu");
	if (value.item != NULL) {
		link->sets_mtu = true;
		/* Nobody sends more than 512 bytes: a larger one would do nothing. */
		if (reader_quantity(reader, value, UNIT_SIZE, "1B", "511B", &number))
			link->mtu_bytes = (uint32_t)number;
	}
}

void link_read_aspects(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const struct {
		const char *key;
		void (*read)(struct reader *, struct tree_value, struct scenario_link *);
	} aspects[] = {
		{ "latency", read_latency }, { "loss", read_loss },       { "drop", read_drops },     { "corrupt", read_corrupt },
		{ "reorder", read_reorder }, { "replay", read_replay },   { "queue", read_queue },
		{ "rate", read_rate },
	};

	for (size_t i = 0; i < sizeof(aspects) / sizeof(aspects[0]); i++) {
		struct tree_value value = reader_get(reader, object, aspects[i].key);

		if (value.item != NULL)
			aspects[i].read(reader, value, link);
	}
	read_numbers(reader, object, link);
}

bool link_has_faults(const struct scenario_link *link)
{
	return link->loss || link->loss_bad || link->duplicate || link->corrupt || link->reorder || link->replay;
}
