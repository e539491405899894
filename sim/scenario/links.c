/* links.c: reads "links": rules for what the network does between nodes, and the phases of rules that change.
 * What a rule or phase sets is read by link_aspects.c. */
#include "sim/scenario/link_parts.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <string.h>

enum { MASK_MAX = 65536 };                     /* characters */
#define MASKED_BYTES_MAX (UINT64_C(128) << 20) /* two bytes for each rule and node */

enum { PHASES_MAX = 1000 };

enum { ENDS = 3 };                             /* of link_keys, those that say whom a rule is about */
static const char *const link_keys[] = {
	"between", "from",    "to",     "latency", "loss",     "mask", "drop",  "duplicate", "corrupt",
	"reorder", "replay",  "rate",   "capacity", "queue",   "mtu",  "clog",  "phases",    NULL,
};
static const char *const phase_keys[] = {
	"at", "after", "fade", "latency", "loss", "drop", "duplicate", "corrupt", "reorder", "replay", "rate", "queue",
	"mtu", NULL,
};

static void read_loss_mask(struct reader *reader, struct tree_value value, struct scenario_link *link)
{
	const char *mask = NULL;
	char found[64];

	link->sets_mask = true;
	if (!reader_text(reader, value, "a string of x (lost) and . (passes), one for each datagram", &mask))
		return;
	if (mask[0] != '\0' && mask[strspn(mask, "x.")] == '\0' && strlen(mask) <= MASK_MAX) {
		link->mask = memory_text(mask);
		return;
	}
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value,
	             "found %s; allowed are 1 to %d characters x (lost) and . (passes), one for each "
	             "datagram",
	             found, MASK_MAX);
}

/* {"at": "5s", "for": "2s", "every": "10s"} */
static void read_clog(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	static const char *const keys[] = { "at", "for", "every", NULL };
	struct tree_value value = { NULL, 0 };

	link->sets_clog = true;
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"at\" and \"for\""))
		return;
	reader_keys(reader, object, keys);
	if (reader_need(reader, object, "at", "when nothing leaves any more", &value))
		reader_time(reader, value, "0s", "100y", &link->clog_at_ns);
	bool is_right = reader_need(reader, object, "for", "how long", &value) &&
	                reader_time(reader, value, "1ns", "1h", &link->clog_for_ns);
	value = reader_get(reader, object, "every");
	if (value.item != NULL && reader_time(reader, value, "1ns", "100y", &link->clog_every_ns) && is_right &&
	    link->clog_every_ns <= link->clog_for_ns)
		reader_wrong(reader, object, "\"every\" is not longer than \"for\": the link would never be free");
}

static bool sets_anything(const struct scenario_link *link)
{
	return link->sets_latency || link->sets_loss || link->sets_mask || link->sets_duplicate || link->sets_corrupt ||
	       link->sets_rate || link->sets_queue || link->sets_mtu || link->sets_drops || link->sets_reorder ||
	       link->sets_replay || link->sets_clog;
}

/* ---- Phases ------------------------------------------------------------------------------------------------------------ */

/* What a fading phase starts from: the last of the rule and its phases so far that set it. */
static const struct scenario_link *last_setting(const struct scenario_link *link, bool is_latency)
{
	for (uint32_t i = link->phase_count; i > 0; i--)
		if (is_latency ? link->phases[i - 1].sets_latency : link->phases[i - 1].sets_loss)
			return &link->phases[i - 1];
	return (is_latency ? link->sets_latency : link->sets_loss) ? link : NULL;
}

static void check_fade(struct reader *reader, struct tree_value fade, const struct scenario_link *link,
                       const struct scenario_link *phase)
{
	const struct scenario_link *latency = last_setting(link, true), *loss = last_setting(link, false);

	if (!phase->sets_latency && !phase->sets_loss)
		reader_wrong(reader, fade, "only \"latency\" and \"loss\" fade, and this phase sets neither");
	else if ((phase->sets_latency && latency == NULL) || (phase->sets_loss && loss == NULL))
		reader_wrong(reader, fade, "to fade, the rule or a phase before must say from what: set the \"%s\" there too",
		             phase->sets_latency && latency == NULL ? "latency" : "loss");
	else if (phase->sets_latency && (latency->latency != phase->latency || phase->latency == SCENARIO_TABLE))
		reader_wrong(reader, fade, "to fade, the latency must be of the same kind as before, and no table");
	else if (phase->sets_loss && (loss->loss_kind != SCENARIO_INDEPENDENT || phase->loss_kind != SCENARIO_INDEPENDENT))
		reader_wrong(reader, fade, "to fade, the loss must be a probability, as before");
}

static void read_phase_time(struct reader *reader, struct tree_value object, const struct scenario_link *link,
                            struct scenario_link *phase)
{
	const struct scenario_link *before = link->phase_count ? &link->phases[link->phase_count - 1] : NULL;
	char time[32], earlier[32];
	struct tree_value at = reader_get(reader, object, "at"), after = reader_get(reader, object, "after");
	uint64_t time_ns = 0;

	if ((at.item != NULL) == (after.item != NULL)) {
		reader_wrong(reader, object, "a phase needs either \"at\", a time, or \"after\", one since the phase before");
		return;
	}
	if (!reader_time(reader, at.item != NULL ? at : after, "1ns", "100y", &time_ns))
		return;
	phase->at_ns = after.item != NULL && before != NULL ? before->at_ns + time_ns : time_ns;
	unit_time_text(phase->at_ns, time, sizeof(time));
	unit_time_text(before != NULL ? before->at_ns + before->fade_ns : 0, earlier, sizeof(earlier));
	if (before != NULL && phase->at_ns <= before->at_ns)
		reader_wrong(reader, at, "found %s, which is not after the phase before it", time);
	else if (before != NULL && phase->at_ns < before->at_ns + before->fade_ns)
		reader_wrong(reader, at.item != NULL ? at : after,
		             "this is at %s, and the phase before has not faded to its end until %s", time, earlier);
	else if (phase->at_ns > (uint64_t)READER_TIME_MAX_NS)
		reader_wrong(reader, at.item != NULL ? at : after, "this is at %s; allowed are times up to 100y", time);
}

static void read_phase(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	struct tree_value fade = { NULL, 0 };
	struct scenario_link phase = { 0 };
	bool is_known = true;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"at\" or \"after\", and what changes"))
		return;
	is_known = reader_keys(reader, object, phase_keys);
	read_phase_time(reader, object, link, &phase);
	link_read_aspects(reader, object, &phase);
	fade = reader_get(reader, object, "fade");
	if (fade.item != NULL && reader_time(reader, fade, "1ns", "100y", &phase.fade_ns))
		check_fade(reader, fade, link, &phase);
	if (!sets_anything(&phase) && is_known)
		reader_wrong(reader, object, "the phase changes nothing; add \"latency\", \"loss\" or another aspect");
	link->phases = memory_grow(link->phases, link->phase_count, sizeof(phase));
	link->phases[link->phase_count++] = phase;
}

static void read_phases(struct reader *reader, struct tree_value list, struct scenario_link *link)
{
	struct tree_value at = { NULL, 0 };

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of phases"))
		return;
	if (tree_count(&reader->tree, list) == 0 || tree_count(&reader->tree, list) > PHASES_MAX) {
		reader_wrong(reader, list, "found a list of %u; allowed are 1 to %d phases", tree_count(&reader->tree, list),
		             PHASES_MAX);
		return;
	}
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at))
		read_phase(reader, at, link);
}

/* ---- Rules -------------------------------------------------------------------------------------------------------------- */

static void read_aspects(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	struct tree_value value = reader_get(reader, object, "mask"), rate = reader_get(reader, object, "rate");

	link_read_aspects(reader, object, link);
	if (value.item != NULL)
		read_loss_mask(reader, value, link);
	value = reader_get(reader, object, "clog");
	if (value.item != NULL)
		read_clog(reader, value, link);
	value = reader_get(reader, object, "capacity");
	if (value.item != NULL && rate.item != NULL)
		reader_wrong_key(reader, value, "a \"capacity\" stands in the place of a \"rate\"; keep one of them");
	else if (value.item != NULL) {
		link->sets_rate = true;
		link->capacity = link_read_capacity(reader, value);
	}
	value = reader_get(reader, object, "phases");
	if (value.item != NULL)
		read_phases(reader, value, link);
}

/* What the invariants want to know of a rule, whichever phase it is in. */
static void sum_up(struct scenario_link *link)
{
	link->may_disturb = link_has_faults(link);
	link->may_queue = link->sets_rate;
	for (uint32_t i = 0; i < link->phase_count; i++) {
		link->may_disturb = link->may_disturb || link_has_faults(&link->phases[i]);
		link->may_queue = link->may_queue || link->phases[i].sets_rate;
	}
}

/* A queue of an access link needs a rate of its own. */
void link_read_rule(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	struct tree_value queue = reader_get(reader, object, "queue");

	bool is_known = reader_keys(reader, object, link_keys + ENDS);
	read_aspects(reader, object, link);
	if (is_known && !sets_anything(link) && reader_get(reader, object, "phases").item == NULL)
		reader_wrong(reader, object, "it says nothing; add \"latency\", \"loss\", \"rate\", \"phases\" or another aspect");
	sum_up(link);
	if (queue.item != NULL && !link->may_queue)
		reader_wrong_key(reader, queue, "a queue does nothing without a \"rate\" or \"capacity\" in front of which it stands");
}

/* Whom the rule is about. */
static void read_ends(struct reader *reader, struct tree_value object, struct scenario_link *link)
{
	struct tree_value between = reader_get(reader, object, "between");
	struct tree_value from = reader_get(reader, object, "from"), to = reader_get(reader, object, "to");

	if ((between.item != NULL) == (from.item != NULL || to.item != NULL)) {
		reader_wrong(reader, object,
		             "a rule needs either \"between\": [\"a\", \"b\"] (both ways), or \"from\" and "
		             "\"to\"");
		return;
	}
	link->both_ways = between.item != NULL;
	if (link->both_ways && !reader_pair_of_patterns(reader, between, &from, &to))
		return;
	if (!link->both_ways && !reader_from_to(reader, object, &from, &to))
		return;
	link->from = reader_mask(reader, from);
	link->to = reader_mask(reader, to);
}

static void read_link(struct reader *reader, struct tree_value object)
{
	struct scenario *scenario = reader->scenario;
	struct scenario_link link = { 0 };
	bool is_known = true;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"between\" or \"from\" and \"to\""))
		return;
	is_known = reader_keys(reader, object, link_keys);
	read_ends(reader, object, &link);
	read_aspects(reader, object, &link);
	if (!sets_anything(&link) && is_known && reader_get(reader, object, "phases").item == NULL)
		reader_wrong(reader, object,
		             "the rule says nothing; add \"latency\", \"loss\", \"rate\", \"phases\" or another aspect");
	sum_up(&link);
	scenario->links = memory_grow(scenario->links, scenario->link_count, sizeof(link));
	scenario->links[scenario->link_count++] = link;
}

/* A queue stands in front of a rate; without any rate it would do nothing. */
static void check_queues(struct reader *reader, struct tree_value list)
{
	struct tree_value at = tree_first(&reader->tree, list), queue = { NULL, 0 };
	bool has_rate = false;

	for (uint32_t i = 0; i < reader->scenario->link_count; i++)
		has_rate = has_rate || reader->scenario->links[i].may_queue;
	for (; at.item != NULL && !has_rate; at = tree_next(&reader->tree, at)) {
		queue = reader_is(reader, at, SCANNER_OBJECT) ? reader_get(reader, at, "queue") : queue;
		if (queue.item != NULL)
			reader_wrong_key(
				reader, queue,
				"a queue does nothing without a \"rate\" or \"capacity\" in front of which it stands");
		queue.item = NULL;
	}
}

void reader_read_links(struct reader *reader, struct tree_value list)
{
	struct tree_value at = { NULL, 0 };

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of link rules"))
		return;
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		uint64_t rules = reader->scenario->link_count + 1u;

		if (rules > READER_LINKS_MAX || 2 * rules * reader->scenario->node_count > MASKED_BYTES_MAX) {
			reader_wrong(reader, at,
			             "too many link rules: at most %d, and fewer with very many nodes",
			             READER_LINKS_MAX);
			return;
		}
		read_link(reader, at);
	}
	check_queues(reader, list);
}

static void free_aspects(struct scenario_link *link)
{
	memory_free(link->drops);
	link_free_table(link->latency_table);
}

void reader_free_link(struct scenario_link *link)
{
	for (uint32_t i = 0; i < link->phase_count; i++)
		free_aspects(&link->phases[i]);
	free_aspects(link);
	link_free_capacity(link->capacity);
	memory_free(link->phases);
	memory_free(link->from);
	memory_free(link->to);
	memory_free(link->mask);
}
