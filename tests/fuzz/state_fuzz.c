/* state_fuzz.c: core/couriers/state_message.c and state.c: any bytes as one message, whose items are written again as the
 * same bytes; and as messages to an agent and to a control. */
#include "core/couriers/agent_state.h"
#include "core/couriers/state_message.h"
#include "tests/fuzz/courier_fuzz.h"

static void read_and_write(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);
	struct state_head head;
	struct state_item item;
	uint8_t out[STATE_ITEM_BYTES_MAX];
	struct writer writer = writer_of(out, sizeof out);
	if (!state_head_read(&reader, &head))
		return;
	state_head_write(&writer, &head);
	FUZZ_REQUIRE(writer.position == STATE_HEAD_BYTES && memcmp(out, bytes, STATE_HEAD_BYTES) == 0);
	for (size_t begin = reader.position; state_item_read(&reader, &item); begin = reader.position) {
		writer = writer_of(out, sizeof out);
		state_item_write(&writer, &item);
		FUZZ_REQUIRE(writer.position == reader.position - begin && writer.position == state_item_size(&item));
		FUZZ_REQUIRE(memcmp(out, bytes + begin, writer.position) == 0);
	}
	FUZZ_REQUIRE(state_message_is_whole(bytes, size) == !reader.failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint8_t agent[OCTO_ID_BYTES] = { 9 }, control[OCTO_ID_BYTES] = { 5 };
	read_and_write(bytes, size);
	for (int is_agent = 0; is_agent < 2; is_agent++) {
		static struct octo_shared_state state;
		struct octo_courier_call call = fuzz_call();
		memset(&state, 0, sizeof state);
		octo_shared_begin(&state, is_agent, is_agent ? agent : control, is_agent ? control : agent);
		FUZZ_REQUIRE(octo_shared_set(&state, OCTO_PARAMETER_FLAGS, (uint8_t[2]){ 2, 0 }, 2));
		fuzz_courier(&octo_courier_agent_state, &state, &call, bytes, size);
		for (unsigned i = 0; i < OCTO_PARAMETER_COUNT; i++) {
			const struct octo_holding *held = &state.replicas[i].holding;
			uint64_t agent_writer = octo_writer_of(agent);
			FUZZ_REQUIRE(held->version <= OCTO_VERSION_MAX);
			FUZZ_REQUIRE(held->version == 0 || octo_parameter_may_write((enum octo_parameter)i, held->writer, agent_writer));
			FUZZ_REQUIRE(octo_parameter_is_valid((enum octo_parameter)i, held->value,
			                                     octo_value_size(octo_parameter_kind((enum octo_parameter)i)->value)));
		}
	}
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	/* One message: tag 7, number 0; flags by the control with a value, mode held, target position by another. */
	static const uint8_t one[] = { 1, 7, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0x40 | 0x20 | 5, 1, 2, 4, 0,
		0x44, 3, 1, 1, 0xa6, 9, 7, 0, 0, 0, 0, 0, 0, 1, 12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0xc8 };
	uint8_t framed[1 + sizeof one];
	framed[0] = sizeof one;
	memcpy(framed + 1, one, sizeof one);
	add(one, sizeof one);
	add(framed, sizeof framed);
}
