/* node_config.c: reads a node's configuration with the parts that read scenarios: every mistake is found in one run, named
 * with its place, what was found and what is allowed. See node_config.h. */
#include "sim/cli/node_config.h"

#include "core/carriers/udp.h"
#include "sim/explore/text_file.h"
#include "sim/scenario/memory.h"
#include "sim/scenario/quote.h"
#include "sim/scenario/reader.h"

#include <stdlib.h>
#include <string.h>

enum { CARD_FILE_MAX = 4096 };

static const char *const kinds[] = { "agent", "remote", NULL };
static const char *const switches[] = { "on", "manual", NULL };
static const char *const answers_to_hacked[] = { "go-on", "shut-down", NULL };
static const char *const top_keys[] = { "format", "name", "kind", "identity", "store", "listen", "switch", "rate_up", "rate_down",
	"keepalive", "stun", "when_hacked", "inbox", "inbox_largest", "inbox_room", "associates", NULL };
static const char *const associate_keys[] = { "name", "card", "address", "connect", "load", NULL };
static const char *const load_keys[] = { "every", "size", "count", "priority", NULL };

/* ---- Single values ------------------------------------------------------------------------------------------ */

static void read_name(struct reader *reader, struct tree_value value, char name[ASSOCIATE_NAME_BYTES])
{
	const char *text = NULL;
	char found[64];

	if (!reader_text(reader, value, "a name: a letter, then letters, digits, - and _", &text))
		return;
	if (associate_name_is_good(text)) {
		snprintf(name, ASSOCIATE_NAME_BYTES, "%s", text);
		return;
	}
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value, "found %s; allowed is a name of at most %d characters: a letter, then letters, digits, - and _",
	             found, ASSOCIATE_NAME_BYTES - 1);
}

static void read_address(struct reader *reader, struct tree_value value, bool is_listening, struct octo_address *address)
{
	const char *text = NULL;
	char found[64];

	if (!reader_text(reader, value, "an address such as \"192.0.2.1:8124\" or \"[2001:db8::1]:8124\"", &text))
		return;
	if (udp_address_from_text(text, UDP_PORT, address) && (is_listening || address->port != 0))
		return;
	reader_found(reader, value, found, sizeof(found));
	reader_wrong(reader, value,
	             "found %s; allowed is an address such as \"192.0.2.1:8124\" or \"[2001:db8::1]:8124\"; names are not looked up%s",
	             found, is_listening ? "; port 0 lets the system choose" : "");
}

static void read_rate(struct reader *reader, struct tree_value value, uint32_t *rate)
{
	int64_t bits = 0;

	/* 32,768 bits are the 4,096 bytes a second below which a core offers nothing. */
	if (reader_quantity(reader, value, UNIT_RATE, "32768bit", "34Gbit", &bits))
		*rate = (uint32_t)(bits / 8);
}

/* Seen from the folder of the configuration, unless it begins with a slash. */
static bool place(const char *config_path, const char *text, char out[NODE_PATH_BYTES])
{
	const char *slash = text[0] == '/' ? NULL : strrchr(config_path, '/');
	int folder = slash ? (int)(slash + 1 - config_path) : 0;

	return snprintf(out, NODE_PATH_BYTES, "%.*s%s", folder, config_path, text) < NODE_PATH_BYTES - 16;
}

/* The file at `key`, or NAME and the ending beside the configuration. */
static void read_path(struct reader *reader, struct tree_value root, const char *key, const char *config_path, const char *name,
                      const char *ending, char out[NODE_PATH_BYTES])
{
	struct tree_value value = reader_get(reader, root, key);
	char standard[ASSOCIATE_NAME_BYTES + 16];
	const char *text = standard;

	snprintf(standard, sizeof(standard), "%s%s", name, ending);
	if (value.item != NULL && !reader_text(reader, value, "the path of a file", &text))
		return;
	if (text[0] == '\0')
		reader_wrong(reader, value, "the path is empty");
	else if (!place(config_path, text, out))
		reader_wrong(reader, value.item != NULL ? value : root, "the path is too long");
}

/* ---- Associates ---------------------------------------------------------------------------------------------- */

/* The card itself, or the path of a file that holds one. */
static void read_card(struct reader *reader, struct tree_value value, const char *config_path, struct octo_card *card)
{
	char path[NODE_PATH_BYTES], problem[256], *file = NULL;
	const char *text = NULL;
	size_t size = 0;

	if (!reader_text(reader, value, "a card, \"" CARD_TEXT_BEGINS "…\", or the path of a file that holds one", &text))
		return;
	if (strncmp(text, CARD_TEXT_BEGINS, strlen(CARD_TEXT_BEGINS)) == 0) {
		if (!card_from_text(text, card))
			reader_wrong(reader, value, "the card is damaged: behind \"" CARD_TEXT_BEGINS "\" stand 192 hexadecimal digits");
		return;
	}
	if (!place(config_path, text, path)) {
		reader_wrong(reader, value, "the path is too long");
		return;
	}
	file = text_file_read(path, CARD_FILE_MAX, &size, problem, sizeof(problem));
	if (file == NULL) {
		reader_wrong(reader, value, "the card file %s %s", path, problem);
		return;
	}
	file[strcspn(file, "\r\n")] = '\0';
	if (!card_from_text(file, card))
		reader_wrong(reader, value, "the file %s holds no card: its first line is not \"" CARD_TEXT_BEGINS
		             "\" and 192 hexadecimal digits", path);
	free(file);
}

static void read_load(struct reader *reader, struct tree_value object, struct node_associate *associate)
{
	struct octo_load *load = &associate->load;
	struct tree_value value = { NULL, 0 };
	uint64_t number = 0;

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"every\" and \"size\""))
		return;
	reader_keys(reader, object, load_keys);
	associate->has_load = true;
	load->count = UINT64_MAX;
	load->priority = 120;
	if (reader_need(reader, object, "every", "a time such as \"100ms\"; \"0s\" is as fast as it goes", &value))
		reader_time(reader, value, "0s", "1h", &load->interval_ns);
	if (reader_need(reader, object, "size", "bytes of each message, 8 to 480", &value) &&
	    reader_whole(reader, value, 8, OCTO_COURIER_PAYLOAD_MAX, &number))
		load->size = (uint16_t)number;
	value = reader_get(reader, object, "count");
	if (value.item != NULL)
		reader_whole(reader, value, 1, UINT64_MAX, &load->count);
	value = reader_get(reader, object, "priority");
	if (value.item != NULL && reader_whole(reader, value, 0, 255, &number))
		load->priority = (uint8_t)number;
}

static void read_associate(struct reader *reader, struct tree_value object, const char *config_path,
                           struct node_associate *associate)
{
	struct tree_value value = { NULL, 0 };

	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"name\" and \"card\""))
		return;
	reader_keys(reader, object, associate_keys);
	if (reader_need(reader, object, "name", "what the associate is called here", &value))
		read_name(reader, value, associate->name);
	if (reader_need(reader, object, "card", "its card, or the path of a file that holds it", &value))
		read_card(reader, value, config_path, &associate->card);
	value = reader_get(reader, object, "connect");
	if (value.item != NULL && reader_kind(reader, value, SCANNER_BOOL, "true or false"))
		associate->is_wanted = tree_mark(&reader->tree, value)->end - tree_mark(&reader->tree, value)->at == 4;
	value = reader_get(reader, object, "address");
	if (value.item != NULL)
		read_address(reader, value, false, &associate->address);
	else if (associate->is_wanted)
		reader_wrong(reader, object, "the key \"address\" is missing: where to connect to");
	value = reader_get(reader, object, "load");
	if (value.item != NULL)
		read_load(reader, value, associate);
}

static void read_associates(struct reader *reader, struct tree_value list, const char *config_path, struct node_config *config)
{
	struct tree_value at = { NULL, 0 };

	if (!reader_kind(reader, list, SCANNER_LIST, "a list of associates"))
		return;
	config->has_associates = true;
	if (tree_count(&reader->tree, list) > NODE_ASSOCIATES_MAX) {
		reader_wrong(reader, list, "more than %d associates", NODE_ASSOCIATES_MAX);
		return;
	}
	for (at = tree_first(&reader->tree, list); at.item != NULL; at = tree_next(&reader->tree, at)) {
		struct node_associate *associate = NULL;

		config->associates = memory_grow(config->associates, config->associate_count, sizeof(*associate));
		associate = &config->associates[config->associate_count++];
		memset(associate, 0, sizeof(*associate));
		read_associate(reader, at, config_path, associate);
		for (uint32_t i = 0; i + 1 < config->associate_count && associate->name[0]; i++) {
			if (strcmp(config->associates[i].name, associate->name) == 0)
				reader_wrong(reader, at, "a second associate is called \"%s\"", associate->name);
		}
	}
}

/* Where files go that peers send, and how much of them is taken. */
static void read_inbox(struct reader *reader, struct tree_value root, const char *config_path, struct node_config *config)
{
	static const char *const keys[] = { "inbox_largest", "inbox_room" };
	struct tree_value value = reader_get(reader, root, "inbox");
	int64_t bytes[] = { INT64_C(1) << 30, INT64_C(4) << 30 };
	bool has_inbox = value.item != NULL;

	if (has_inbox)
		read_path(reader, root, "inbox", config_path, "", "", config->inbox_path);
	for (int i = 0; i < 2; i++) {
		value = reader_get(reader, root, keys[i]);
		if (value.item != NULL && !has_inbox)
			reader_wrong(reader, value, "without \"inbox\" no files are received");
		else if (value.item != NULL)
			reader_quantity(reader, value, UNIT_SIZE, "1KiB", "1048576MiB", &bytes[i]);
	}
	config->inbox_largest_bytes = (uint64_t)bytes[0];
	config->inbox_room_bytes = (uint64_t)bytes[1];
}

/* ---- The file ------------------------------------------------------------------------------------------------- */

static void read_top(struct reader *reader, const char *path, struct node_config *config)
{
	struct tree_value root = tree_root(&reader->tree), value = { NULL, 0 };
	uint64_t number = 0, keepalive_ns = 0;
	int32_t kind = 0, position = 1, answer = 0;

	if (!reader_kind(reader, root, SCANNER_OBJECT, "an object"))
		return;
	reader_keys(reader, root, top_keys);
	value = reader_get(reader, root, "format");
	if (value.item != NULL)
		reader_whole(reader, value, 1, 1, &number);
	if (reader_need(reader, root, "name", "what this node is called", &value))
		read_name(reader, value, config->name);
	if (reader_need(reader, root, "kind", "\"agent\" or \"remote\"", &value) &&
	    reader_word(reader, value, kinds, &kind))
		config->is_agent = kind == 0;
	read_path(reader, root, "identity", path, config->name, ".key", config->key_path);
	read_path(reader, root, "store", path, config->name, ".store", config->store_path);
	config->listen.port = UDP_PORT; /* of :: */
	value = reader_get(reader, root, "listen");
	if (value.item != NULL)
		read_address(reader, value, true, &config->listen);
	value = reader_get(reader, root, "switch");
	if (value.item != NULL && reader_word(reader, value, switches, &position))
		config->is_switched_on = position == 0;
	value = reader_get(reader, root, "when_hacked");
	if (value.item != NULL && reader_word(reader, value, answers_to_hacked, &answer))
		config->shuts_down = answer == 1;
	value = reader_get(reader, root, "stun");
	if (value.item != NULL)
		read_address(reader, value, false, &config->stun);
	read_inbox(reader, root, path, config);
	value = reader_get(reader, root, "rate_up");
	if (value.item != NULL)
		read_rate(reader, value, &config->rate_up);
	value = reader_get(reader, root, "rate_down");
	if (value.item != NULL)
		read_rate(reader, value, &config->rate_down);
	value = reader_get(reader, root, "keepalive");
	if (value.item != NULL && reader_time(reader, value, "1s", "1h", &keepalive_ns))
		config->keepalive_s = (uint16_t)(keepalive_ns / OCTO_SECOND);
	value = reader_get(reader, root, "associates");
	if (value.item != NULL)
		read_associates(reader, value, path, config);
}

static void report_scan(void *context, uint32_t line, uint32_t column, const char *where, const char *text)
{
	errors_add(context, line, column, where, text);
}

bool node_config_read(struct node_config *config, const char *path)
{
	struct scenario_errors errors = { NULL, 0 };
	struct reader reader = { .errors = &errors };
	char problem[256];
	size_t size = 0;
	char *text = text_file_read(path, READER_FILE_MAX, &size, problem, sizeof(problem));

	memset(config, 0, sizeof(*config));
	if (text == NULL) {
		fprintf(stderr, "octosim node: %s %s\n", path, problem);
		return false;
	}
	reader.tree.scanner.report = report_scan;
	reader.tree.scanner.context = &errors;
	if (memchr(text, '\0', size) != NULL)
		errors_add(&errors, 0, 0, "", "not a text file (it has NUL bytes); a configuration is JSON in UTF-8");
	else if (tree_read(&reader.tree, text, size))
		read_top(&reader, path, config);
	if (reader.tree.scanner.marks != NULL || reader.tree.scanner.mended != NULL)
		tree_free(&reader.tree);
	free(text);
	errors_sort(&errors);
	scenario_errors_print(&errors, path, stderr);
	bool is_good = errors.count == 0;
	scenario_errors_free(&errors);
	return is_good;
}

void node_config_free(struct node_config *config)
{
	memory_free(config->associates);
	config->associates = NULL;
}
