/* store_test.c: store.c: an old store is what it was, to the byte, and goes to the node that is to have it. */
#include "sim/store.h"

#include "tests/check.h"
#include "tests/unit/tiny.h"

#include <string.h>

static struct record_slot record_of(const struct tiny *tiny, uint32_t node, uint32_t slot)
{
	return ((struct record_slot *)arena_at(&tiny->sim->arena, node_of(tiny->sim, node)->store))[slot];
}

static uint32_t epoch_of(const struct tiny *tiny, uint32_t node)
{
	struct record_slot slot = record_of(tiny, node, 0);
	uint32_t epoch = 0;
	CHECK_U64(octo_node_record_epoch(slot.bytes, slot.size, &epoch), OCTO_OK);
	return epoch;
}

static void a_node_starts_with_the_store_of_that_time(void)
{
	struct tiny tiny = { .options = { .seed = 1 }, .timeline =
		"{\"at\": \"1s\", \"restart\": \"robot\"}, {\"at\": \"2s\", \"restart\": \"robot\"}, {\"at\": \"3s\", \"restart\": \"robot\"}, "
		"{\"at\": \"5s\", \"restart\": {\"node\": [\"robot\", \"pilot\"], \"store\": {\"from\": \"1500ms\"}}}" };
	tiny_open(&tiny);
	tiny_run(&tiny, 4 * OCTO_SECOND);
	CHECK_U64(epoch_of(&tiny, ROBOT), 4);
	tiny_run(&tiny, 5 * OCTO_SECOND);
	CHECK_U64(epoch_of(&tiny, ROBOT), 3); /* the second boot's, and one more */
	CHECK_U64(epoch_of(&tiny, PILOT), 2);
	tiny_close(&tiny);
}

/* Its third boot has what the first one's peer looked like. */
static void a_twin_gets_what_its_model_knows_of_their_peer(void)
{
	struct tiny tiny = { .options = { .seed = 1 },
		.nodes = "{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": \"remote\"}, "
		         "{\"name\": \"thief\", \"kind\": \"agent\", \"identity\": \"robot\"}",
		.more = "\"note\": \"n\",",
		.timeline = "{\"at\": \"1s\", \"restart\": \"robot\"}, {\"at\": \"2s\", \"connect\": {\"from\": \"robot\", \"to\": \"pilot\"}}, "
		            "{\"at\": \"4s\", \"restart\": {\"node\": \"thief\", \"store\": {\"of\": \"robot\"}}}" };
	tiny_open(&tiny);
	tiny_run(&tiny, 3 * OCTO_SECOND);
	CHECK_U64(epoch_of(&tiny, 2), 1);
	tiny_run(&tiny, 4 * OCTO_SECOND);
	CHECK_U64(epoch_of(&tiny, ROBOT), 2);
	CHECK_U64(epoch_of(&tiny, 2), 3);
	tiny_close(&tiny);
}

CU_ErrorCode suite_store(void)
{
	CU_pSuite suite = CU_add_suite("store", NULL, NULL);
	CU_ADD_TEST(suite, a_node_starts_with_the_store_of_that_time);
	CU_ADD_TEST(suite, a_twin_gets_what_its_model_knows_of_their_peer);
	return CU_get_error();
}
