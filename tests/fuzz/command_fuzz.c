/* command_fuzz.c: core/couriers/command.c: any bytes as messages to an agent and to a control with commands under way. */
#include "core/couriers/command.h"
#include "tests/fuzz/courier_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	for (int is_agent = 0; is_agent < 2; is_agent++) {
		static struct octo_commands state;
		struct octo_courier_call call = fuzz_call();
		memset(&state, 0, sizeof state);
		octo_commands_begin(&state, is_agent);
		for (int i = 0; i < 3; i++)
			FUZZ_REQUIRE(octo_command_give(&state, "abc", 3));
		for (int part = 0; part < 2; part++) { /* the same in another session */
			fuzz_courier(&octo_courier_command, &state, &call, bytes, size);
			call.session += 1;
		}
		FUZZ_REQUIRE(state.settled <= state.sent && state.sent <= state.given && state.tried <= state.given);
		FUZZ_REQUIRE(state.confirmed + state.uncertain == state.settled && state.renumbered <= state.settled);
		FUZZ_REQUIRE(state.count <= OCTO_COMMANDS_MAX && (is_agent || state.taken == 0));
		struct octo_command command;
		while (octo_command_take(&state, &command))
			FUZZ_REQUIRE(command.size > 0 && command.size <= OCTO_COMMAND_BYTES_MAX);
	}
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	/* Life 7 is that of the first session. */
	static const uint8_t commands[] = { 1, 0, 15, 2, 9, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 'g', 'o', 14, 2, 9, 0, 0, 0, 7, 0,
		0, 0, 2, 0, 0, 0, 'x' };
	static const uint8_t reports[] = { 13, 1, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 13, 1, 5, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0,
		13, 1, 6, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0 };
	add(commands, sizeof commands);
	add(reports, sizeof reports);
}
