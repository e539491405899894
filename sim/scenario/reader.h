/* reader.h: what the parts of the scenario reader share: the file's tree, the scenario being made, the errors found.
 * Private to sim/scenario. Every reading function reports what is wrong by itself and returns false; callers just go
 * on to the next thing, so that one run finds all mistakes. */
#ifndef OCTOSIM_READER_H
#define OCTOSIM_READER_H

#include "sim/scenario/names.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/tree.h"
#include "sim/scenario/units.h"

enum {
	READER_FILE_MAX = 4 << 20,        /* bytes of a file */
	READER_ERRORS_MAX = 100,          /* reported; then "and more" */
	READER_NODES_MAX = 100000,
	READER_PAIRS_MAX = 1000000,       /* of one list: trust, one action, one expectation */
	READER_ACTIONS_MAX = 10000,
	READER_EXPECTATIONS_MAX = 10000,
	READER_LINKS_MAX = 1000
};
#define READER_TIME_MAX_NS (INT64_C(100) * 365 * 86400 * 1000000000) /* 100 years */
#define READER_WORK_MAX UINT64_C(400000000) /* steps spent on expanding patterns: bounds the time a file can cost */

struct reader {
	struct tree tree;
	struct scenario *scenario;
	struct scenario_errors *errors;
	const struct composed *composed;  /* where the text comes from; NULL: a text, not a file */
	bool is_excerpt;                  /* text, not a file: title, why, covers and expect may be missing */
	uint64_t work, pairs;             /* spent so far on all lists */
	bool is_spent;                    /* more than that: reported once */
	uint32_t *by_name;                /* node numbers sorted by name */
	uint32_t *first_trust;            /* trust of node n starts here in `neighbours`, node_count + 1 entries */
	uint32_t *neighbours;             /* ascending within a node */
	bool is_trust_wrong;              /* reported: what hangs on it is not worth a report of its own */
	uint64_t first_action_ns;         /* OCTO_NEVER: no action */
};

/* ---- Errors (errors.c) --------------------------------------------------------------------------------------- */

void errors_add(struct scenario_errors *errors, uint32_t line, uint32_t column, const char *where, const char *text);
void errors_sort(struct scenario_errors *errors);
/* At a value, or at its key. Nothing is said about values that were reported already. */
__attribute__((format(printf, 3, 4)))
void reader_wrong(struct reader *reader, struct tree_value value, const char *format, ...);
__attribute__((format(printf, 3, 4)))
void reader_wrong_key(struct reader *reader, struct tree_value value, const char *format, ...);
/* What stands there, for a message: `the string "abc"`, `a list of 3`. */
void reader_found(const struct reader *reader, struct tree_value value, char *out, size_t size);

/* ---- Values (values.c) ---------------------------------------------------------------------------------------- */

bool reader_is(const struct reader *reader, struct tree_value value, enum scanner_kind kind);
/* Reports when it is another kind. `allowed` is a phrase: "a list of nodes". */
bool reader_kind(struct reader *reader, struct tree_value value, enum scanner_kind kind, const char *allowed);
/* Reports every key of an object that is not in the NULL-terminated list; "note" is known everywhere. False when there was
 * one: what seems to be missing may be just mistyped, and is not worth a report of its own. */
bool reader_keys(struct reader *reader, struct tree_value object, const char *const *known);
/* A member; reports when it is missing. */
bool reader_need(struct reader *reader, struct tree_value object, const char *key, const char *allowed,
                 struct tree_value *value);
/* A member, passing over repeated ones; item NULL when there is none. */
struct tree_value reader_get(const struct reader *reader, struct tree_value object, const char *key);

bool reader_text(struct reader *reader, struct tree_value value, const char *allowed, const char **text);
bool reader_whole(struct reader *reader, struct tree_value value, uint64_t min, uint64_t max, uint64_t *number);
bool reader_word(struct reader *reader, struct tree_value value, const char *const *known, int32_t *index);
/* A quantity between two others, which are given as people write them ("0s", "1h"). */
bool reader_quantity(struct reader *reader, struct tree_value value, enum unit_kind kind, const char *min,
                     const char *max, int64_t *quantity);
bool reader_time(struct reader *reader, struct tree_value value, const char *min, const char *max, uint64_t *ns);
/* "key": true or false; false when there is none. */
bool reader_flag(struct reader *reader, struct tree_value object, const char *key);
bool reader_chance(struct reader *reader, struct tree_value value, uint32_t *chance);

/* ---- Nodes and pairs (select.c) ------------------------------------------------------------------------------- */

/* To be called once nodes, and once trust, are known. */
void reader_index_nodes(struct reader *reader);
void reader_index_trust(struct reader *reader);
/* A plain name. */
bool reader_node(struct reader *reader, struct tree_value value, uint32_t *node);
/* A pattern, or a list of patterns: ascending node numbers, at least one. Owned by the caller. */
bool reader_nodes(struct reader *reader, struct tree_value value, uint32_t **nodes, uint32_t *count);
/* A pattern as one byte a node. Owned by the caller; NULL when it is wrong. */
uint8_t *reader_mask(struct reader *reader, struct tree_value value);
/* Adds the pairs a-b, a of one pattern and b of the other, that trust each other. `both` adds b-a beside each a-b;
 * `is_unordered` names each pair once, lower number first; `is_literal` takes two plain names as they are. */
struct reader_pairs {
	bool both, is_unordered, is_literal;
	struct scenario_pair *list;
	uint32_t count;
};
bool reader_pairs(struct reader *reader, struct tree_value at, struct tree_value from, struct tree_value to,
                  struct reader_pairs *pairs);
bool reader_pair_of_patterns(struct reader *reader, struct tree_value value, struct tree_value *a,
                             struct tree_value *b); /* ["a", "b"] */
bool reader_from_to(struct reader *reader, struct tree_value object, struct tree_value *from,
                    struct tree_value *to);            /* {"from": "a", "to": "b"} */
/* Counts work; false once there was too much of it. */
bool reader_spend(struct reader *reader, struct tree_value at, uint64_t work);
bool reader_pairs_fit(struct reader *reader, struct tree_value at, uint64_t count);

/* ---- Packets (packets.c) --------------------------------------------------------------------------------------- */

/* "syn", …, "any" (then OCTO_PACKET_UNKNOWN). */
bool reader_packet_type(struct reader *reader, struct tree_value value, enum octo_packet_type *type);
const char *reader_packet_type_name(enum octo_packet_type type);
/* {"type": "syn", "from": "robot", "to": "pilot", "nth": 1} */
bool reader_recorded_packet(struct reader *reader, struct tree_value object, struct scenario_packet *packet);

/* ---- Parts of the file ------------------------------------------------------------------------------------------ */

void reader_read_nodes(struct reader *reader, struct tree_value list);
void reader_read_networks(struct reader *reader, struct tree_value list);
void reader_free_network(struct scenario_network *network);
/* The verb "rebind"; and "to": {"broadcast": "home"} of "inject". */
void reader_read_rebind(struct reader *reader, struct tree_value value, struct scenario_action *action);
void reader_read_broadcast(struct reader *reader, struct tree_value object, struct scenario_action *action);
/* A name for a node or a network: a letter, then letters, digits, - and _. */
bool reader_name(struct reader *reader, struct tree_value value, size_t size_max, const char **name);
void reader_read_trust(struct reader *reader, struct tree_value list);
void reader_read_links(struct reader *reader, struct tree_value list);
void reader_free_link(struct scenario_link *link);
void reader_read_timeline(struct reader *reader, struct tree_value list);
void reader_read_expect(struct reader *reader, struct tree_value list);
void reader_free_expectation(struct scenario_expectation *expectation);
/* "tamper": what the tamper protocol makes of it all, as one more expectation. */
void reader_read_verdict(struct reader *reader, struct tree_value object);
void reader_read_sweep(struct reader *reader, struct tree_value object);
void reader_free_attack(struct scenario_attack *attack);
void reader_read_attack(struct reader *reader, struct tree_value value, struct scenario_action *action);
/* The name of a courier; of a load courier, once the pairs are known, whose nodes then have it. */
bool reader_courier(struct reader *reader, struct tree_value value, uint16_t *id);
void reader_read_load_courier(struct reader *reader, struct tree_value object, struct scenario_action *action);
void reader_read_courier(struct reader *reader, struct tree_value object, struct scenario_action *action);
void reader_read_blob(struct reader *reader, struct tree_value object, struct scenario_action *action);
void reader_read_cancel(struct reader *reader, struct tree_value object, struct scenario_action *action);
void reader_free_blob(struct scenario_blob *blob);
/* The bytes of a file beside the scenario, which become part of what the scenario says; owned by the caller (memory_free()).
 * NULL when anything is wrong, which is reported. */
uint8_t *reader_read_beside(struct reader *reader, struct tree_value value, uint64_t *size);
void reader_read_traffic(struct reader *reader, struct tree_value value, struct scenario_action *action);
/* Report the first counter among these: it has no core. */
bool reader_has_core(struct reader *reader, struct tree_value at, uint32_t node);
bool reader_mask_has_cores(struct reader *reader, struct tree_value at, const uint8_t *mask);
void reader_refuse_counters(struct reader *reader, struct tree_value at, const struct scenario_action *action);

#endif
