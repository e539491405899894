/* blobs.c: reads the verbs "blob" and "cancel" of the timeline. Knows nothing of where a blob's bytes go. */
#include "sim/scenario/memory.h"
#include "sim/scenario/reader.h"

#include <string.h>

static const char *const blob_keys[] = { "from", "to", "id", "size", "file", "priority", "name", NULL };
static const char *const cancel_keys[] = { "from", "to", "id", "by", NULL };
enum { ID_MAX = 65535 };

void reader_free_blob(struct scenario_blob *blob)
{
	if (blob == NULL)
		return;
	memory_free(blob->bytes);
	memory_free(blob);
}

/* Both sides need a courier for it. */
static void read_pairs(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	const struct scenario_node *nodes = reader->scenario->nodes;
	struct reader_pairs pairs = { .both = false };
	struct tree_value from = { NULL, 0 }, to = { NULL, 0 };

	if (!reader_from_to(reader, object, &from, &to) || !reader_pairs(reader, object, from, to, &pairs))
		return;
	action->pairs = pairs.list;
	action->pair_count = pairs.count;
	for (uint32_t i = 0; i < pairs.count; i++) {
		bool is_sender = !nodes[pairs.list[i].a].has_couriers;
		uint32_t lacking = is_sender ? pairs.list[i].a : pairs.list[i].b;

		if (nodes[lacking].has_couriers)
			continue;
		reader_wrong(reader, is_sender ? from : to, "\"%s\" has no courier for blobs; give it \"couriers\": true",
		             nodes[lacking].name);
		return;
	}
}

/* A file's name, as the core allows it. */
static void read_name(struct reader *reader, struct tree_value value, struct scenario_blob *blob)
{
	const char *name = NULL;
	bool is_right = true;

	if (!reader_text(reader, value, "the name of a file", &name))
		return;
	for (const char *at = name; *at; at++)
		is_right = is_right && (unsigned char)*at >= 0x20 && *at != 0x7f && *at != '/' && *at != '\\';
	if (!is_right || name[0] == '\0' || strlen(name) > OCTO_BLOB_NAME_MAX || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
		reader_wrong(reader, value, "allowed is the name of a file without a folder, 1 to %d bytes", OCTO_BLOB_NAME_MAX);
		return;
	}
	memcpy(blob->name, name, strlen(name) + 1);
}

static void read_id(struct reader *reader, struct tree_value object, struct scenario_blob *blob)
{
	struct tree_value value = reader_get(reader, object, "id");
	uint64_t id = 1;

	if (value.item != NULL)
		reader_whole(reader, value, 1, ID_MAX, &id);
	blob->id = (uint16_t)id;
}

void reader_read_blob(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	struct scenario_blob *blob = action->blob = memory_claim(sizeof(*blob));
	struct tree_value size, file, priority, name;
	uint64_t number = OCTO_BLOB_PRIORITY;
	int64_t bytes = 0;
	bool is_known = false;

	strcpy(blob->name, "blob");
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"from\", \"to\", and \"size\" or \"file\""))
		return;
	is_known = reader_keys(reader, object, blob_keys);
	read_id(reader, object, blob);
	size = reader_get(reader, object, "size");
	file = reader_get(reader, object, "file");
	if (is_known && (size.item != NULL) == (file.item != NULL))
		reader_wrong(reader, object, "allowed is either \"size\" (of bytes that are drawn) or \"file\" (whose bytes they are)");
	if (size.item != NULL && reader_quantity(reader, size, UNIT_SIZE, "0B", "4096MiB", &bytes))
		blob->size = (uint64_t)bytes;
	if (file.item != NULL && (blob->bytes = reader_read_beside(reader, file, &blob->size)) != NULL)
		read_name(reader, file, blob);
	name = reader_get(reader, object, "name");
	if (name.item != NULL)
		read_name(reader, name, blob);
	priority = reader_get(reader, object, "priority");
	if (priority.item != NULL)
		reader_whole(reader, priority, 0, 255, &number);
	blob->priority = (uint8_t)number;
	read_pairs(reader, object, action);
}

void reader_read_cancel(struct reader *reader, struct tree_value object, struct scenario_action *action)
{
	static const char *const sides[] = { "sender", "receiver", NULL };
	struct tree_value by;
	int32_t side = 0;

	action->blob = memory_claim(sizeof(*action->blob));
	if (!reader_kind(reader, object, SCANNER_OBJECT, "an object with \"from\" and \"to\": of the blob"))
		return;
	reader_keys(reader, object, cancel_keys);
	read_id(reader, object, action->blob);
	by = reader_get(reader, object, "by");
	if (by.item != NULL && reader_word(reader, by, sides, &side))
		action->blob->by_receiver = side == 1;
	read_pairs(reader, object, action);
}
