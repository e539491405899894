/* tiny.c: see the header. */
#include "tests/unit/tiny.h"

#include <stdlib.h>
#include <unistd.h>

static const char *or(const char *text, const char *otherwise)
{
	return text ? text : otherwise;
}

struct sim *tiny_open(struct tiny *tiny)
{
	static const char format[] = "{\"format\": 1, \"title\": \"t\", \"why\": \"w\", \"covers\": [\"R1\"], %s\"duration\": \"20s\", "
		"\"nodes\": [%s], \"trust\": [[\"robot\", \"pilot\"]], \"links\": [%s], \"timeline\": [%s], \"expect\": [%s]}";
	char text[8192], error[256];
	struct scenario_errors errors = { .count = 0 };
	int size = snprintf(text, sizeof text, format, or(tiny->more, ""),
	                    or(tiny->nodes, "{\"name\": \"robot\", \"kind\": \"agent\"}, {\"name\": \"pilot\", \"kind\": \"remote\"}"),
	                    or(tiny->links, "{\"between\": [\"*\", \"*\"], \"latency\": {\"uniform\": [\"10ms\", \"30ms\"]}}"),
	                    or(tiny->timeline, "{\"at\": \"1s\", \"connect\": [\"robot\", \"pilot\"]}"),
	                    or(tiny->expect, "{\"always\": \"invariants\"}"));
	tiny->scenario = scenario_load_text("tiny", text, (size_t)size, &errors);
	if (!tiny->scenario) {
		scenario_errors_print(&errors, "tiny", stderr);
		abort();
	}
	scenario_errors_free(&errors);
	tiny->sim = sim_open(tiny->scenario, &tiny->options, error, sizeof error);
	if (!tiny->sim) {
		fprintf(stderr, "tiny.c: %s\n", error);
		abort();
	}
	return tiny->sim;
}

void tiny_close(struct tiny *tiny)
{
	char error[256];
	if (!sim_close(tiny->sim, error, sizeof error))
		fprintf(stderr, "tiny.c: %s\n", error);
	scenario_free(tiny->scenario);
	tiny->sim = NULL;
	tiny->scenario = NULL;
}

const struct sim_result *tiny_run(struct tiny *tiny, octo_time_ns until_ns)
{
	sim_run(tiny->sim, until_ns);
	return sim_result(tiny->sim);
}

uint64_t tiny_hash(const struct tiny *like)
{
	struct tiny tiny = *like;
	tiny_open(&tiny);
	uint64_t hash = tiny_run(&tiny, OCTO_NEVER)->hash;
	tiny_close(&tiny);
	return hash;
}

const char *tiny_judge(struct tiny tiny)
{
	static char found[256];
	tiny_open(&tiny);
	const struct sim_result *result = tiny_run(&tiny, OCTO_NEVER);
	const struct sim_expectation *first = &result->expectations[0];
	snprintf(found, sizeof found, "%s", !first->is_judged ? "not judged" : first->holds ? "" : first->found);
	tiny_close(&tiny);
	return found;
}

struct octo_peer_view tiny_view(const struct tiny *tiny, uint32_t node, uint32_t peer)
{
	struct octo_peer_view view;
	if (!sim_peer_view(tiny->sim, node, peer, &view))
		view = (struct octo_peer_view){ .state = OCTO_STATE_COUNT };
	return view;
}

void tiny_path(char path[64], const char *name)
{
	snprintf(path, 64, "/tmp/octosim-test-%ld-%s", (long)getpid(), name);
}
