/* variant.c: see variant.h. */
#include "sim/cli/variant.h"

#include "sim/cli/cli.h"
#include "sim/trace/json_text.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

static bool has_controls(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static bool is_json(const char *text)
{
	cJSON *tree = cJSON_ParseWithOpts(text, NULL, 1);

	cJSON_Delete(tree);
	return tree != NULL;
}

static char *as_json(const char *value)
{
	char *json = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&json, &size);

	if (!out)
		return NULL;
	if (is_json(value))
		fputs(value, out);
	else
		json_text(value, strlen(value), out);
	if (fclose(out) == 0)
		return json;
	free(json);
	return NULL;
}

static void wrong(struct scenario_errors *errors, const char *text)
{
	errors->list = cli_claim(NULL, sizeof(*errors->list));
	errors->list[0] = (struct scenario_error){ .line = 0 };
	snprintf(errors->list[0].text, sizeof(errors->list[0].text), "%s", text);
	errors->count = 1;
}

/* Sets one field; the old text is freed. */
static char *set(char *text, size_t *size, const char *setting, struct scenario_errors *errors)
{
	const char *equals = strchr(setting, '=');
	char problem[480] = "", path[256];
	char *json, *next = NULL;

	if (!equals || equals == setting || equals[1] == 0 || (size_t)(equals - setting) >= sizeof(path)) {
		snprintf(problem, sizeof(problem), "--set %.100s: expected PATH=VALUE, such as links.0.loss=5%%", setting);
		wrong(errors, problem);
		free(text);
		return NULL;
	}
	memcpy(path, setting, (size_t)(equals - setting));
	path[equals - setting] = 0;
	json = as_json(equals + 1);
	if (json)
		next = scenario_vary(text, *size, path, json, size, problem, sizeof(problem));
	if (!next)
		wrong(errors, problem);
	free(json);
	free(text);
	return next;
}

char *variant_text(const char *text, size_t size, const char *const *settings, uint32_t count, size_t *new_size,
                   struct scenario_errors *errors)
{
	char *varied = memcpy(cli_claim(NULL, size + 1), text, size);

	memset(errors, 0, sizeof(*errors));
	varied[size] = 0;
	*new_size = size;
	for (uint32_t i = 0; varied && i < count; i++)
		varied = set(varied, new_size, settings[i], errors);
	return varied;
}

struct scenario *variant_load_text(const char *path, const char *text, size_t size, const char *const *settings,
                                   uint32_t count, struct scenario_errors *errors)
{
	struct scenario *scenario = NULL;
	char *varied = variant_text(text, size, settings, count, &size, errors);

	if (varied)
		scenario = scenario_load_text(path, varied, size, errors);
	/* Lines of a text that nobody sees are no help. */
	for (uint32_t i = 0; i < errors->count; i++)
		errors->list[i].line = 0;
	free(varied);
	return scenario;
}

struct scenario *variant_load(const char *path, const char *const *settings, uint32_t count,
                              struct scenario_errors *errors)
{
	struct scenario *scenario = scenario_load(path, errors);
	size_t size = 0;
	char *text;

	if (!scenario || count == 0)
		return scenario;
	scenario_free(scenario);
	text = scenario_read(path, &size, errors);
	scenario = text ? variant_load_text(path, text, size, settings, count, errors) : NULL;
	free(text);
	return scenario;
}

char *variant_setting(const char *path, const char *json)
{
	cJSON *tree = cJSON_ParseWithOpts(json, NULL, 1);
	const char *plain = cJSON_GetStringValue(tree);
	size_t size;
	char *setting;

	/* The string "5" must not come back as the number 5; and a terminal gets escapes as they are written. */
	if (!plain || !plain[0] || is_json(plain) || has_controls(plain))
		plain = json;
	size = strlen(path) + strlen(plain) + 2;
	setting = cli_claim(NULL, size);
	snprintf(setting, size, "%s=%s", path, plain);
	cJSON_Delete(tree);
	return setting;
}

void variant_print(const char *const *settings, uint32_t count, FILE *out)
{
	for (uint32_t i = 0; i < count; i++)
		fprintf(out, " --set %s", cli_shell_word(settings[i]));
}
