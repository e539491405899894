/* verdict.c: reads "tamper": whether the tamper protocol finds the attacker of this scenario out, and by what. It becomes
 * one more expectation, behind those of "expect". Knows nothing of what is looked for: core/intrinsic/tamper.h. */
#include "sim/scenario/expect.h"

#include "sim/scenario/memory.h"

#include <stdlib.h>
#include <string.h>

static const char *const verdict_keys[] = { "hacked", "undetectable", NULL };
static const char *const tells[] = {
#define X(name, key, text) key,
	OCTO_TELLS(X)
#undef X
	NULL
};

struct label { const char *identity; uint32_t node; };

static int compare_labels(const void *a, const void *b)
{
	const struct label *x = a, *y = b;
	int order = strcmp(x->identity, y->identity);

	return order ? order : x->node < y->node ? -1 : 1;
}

/* Everybody but who has the identity of somebody listed before, a thief, and who lies. */
static void find_honest(struct scenario *scenario, struct scenario_expectation *expectation)
{
	struct label *labels = memory_claim((scenario->node_count + 1u) * sizeof(*labels));

	for (uint32_t i = 0; i < scenario->node_count; i++)
		labels[i] = (struct label){ scenario->nodes[i].identity, i };
	qsort(labels, scenario->node_count, sizeof(*labels), compare_labels);
	for (uint32_t i = 0; i < scenario->node_count; i++) {
		bool is_thief = i > 0 && strcmp(labels[i - 1].identity, labels[i].identity) == 0;

		if (is_thief || scenario->nodes[labels[i].node].is_liar)
			continue;
		expectation->nodes =
			memory_grow(expectation->nodes, expectation->node_count, sizeof(*expectation->nodes));
		expectation->nodes[expectation->node_count++] = labels[i].node;
	}
	memory_free(labels);
}

void reader_read_verdict(struct reader *reader, struct tree_value object)
{
	struct scenario *scenario = reader->scenario;
	struct tree_value hacked, undetectable;
	struct scenario_expectation expectation = { .subject = SCENARIO_VERDICT,
		                                    .by_ns = scenario->duration_ns,
		                                    .at_most = UINT64_MAX };
	struct line line = { .used = 0 };
	const char *why = "";
	int32_t index = 0;
	bool is_known;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"hacked\" or \"undetectable\""))
		return;
	is_known = reader_keys(reader, object, verdict_keys);
	hacked = reader_get(reader, object, "hacked");
	undetectable = reader_get(reader, object, "undetectable");
	if ((hacked.item != NULL) == (undetectable.item != NULL)) {
		if (is_known || hacked.item != NULL)
			reader_wrong(reader, object, "%s; allowed is exactly one of hacked, undetectable",
			             hacked.item != NULL ? "two verdicts" : "no verdict");
		return;
	}
	/* The first one, NONE, gives nobody away. */
	if (hacked.item != NULL && reader_word(reader, hacked, tells + 1, &index)) {
		expectation.tell = (enum octo_tell)(index + 1);
		expect_say(&line, "verdict: hacked, by %s and by nothing else", tells[index + 1]);
	}
	if (undetectable.item != NULL)
		expect_say(&line, "verdict: undetectable, nothing is taken for hacked");
	if (undetectable.item != NULL && reader_text(reader, undetectable, "why nothing gives it away", &why) &&
	    why[strspn(why, " \t")] == '\0')
		reader_wrong(reader, undetectable, "the text is empty");
	expectation.line = tree_mark(&reader->tree, object)->line;
	expectation.column = tree_mark(&reader->tree, object)->column;
	expectation.text = memory_text(line.text);
	find_honest(scenario, &expectation);
	scenario->expectations =
		memory_grow(scenario->expectations, scenario->expectation_count, sizeof(expectation));
	scenario->expectations[scenario->expectation_count++] = expectation;
}
