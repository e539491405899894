/* scenario_fuzz.c: sim/scenario: any text as a scenario. It is read, or every mistake in it has a place and a sentence. */
#include "sim/scenario/scenario.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct scenario_errors errors = { NULL, 0 };
	struct scenario *scenario = scenario_load_text("input", (const char *)bytes, size, &errors);
	FUZZ_REQUIRE((scenario != NULL) == (errors.count == 0));
	for (uint32_t i = 0; i < errors.count; i++)
		FUZZ_REQUIRE(errors.list[i].text[0] != '\0');
	scenario_free(scenario);
	scenario_errors_free(&errors);
	return 0;
}

void fuzz_seeds(void (*add)(const void *bytes, size_t size))
{
	static const char small[] =
		"{\"duration\": \"9s\", \"nodes\": [{\"name\": \"a\", \"kind\": \"agent\"}, {\"name\": \"b\", \"kind\": \"remote\"}],"
		"\"trust\": [[\"a\", \"b\"]], \"links\": [{\"between\": [\"*\", \"?\"], \"loss\": \"1.5%\", \"latency\": "
		"{\"normal\": [\"20ms\", \"3ms\"]}}], \"timeline\": [{\"at\": \"1s\", \"connect\": [\"a\", \"b\"]}],"
		"\"expect\": [{\"by\": \"5s\", \"session\": {\"between\": [\"a\", \"b\"], \"state\": \"established\"}}]}";
	add(small, sizeof small - 1);
	add("[1e999, 01, \"\\ud800\", {\"a\": 1, \"a\": 2}] x", 43);
}
