/* inbox_ledger.h: which blobs a sender's folder has received, and what they are called there: so that a blob whose end its
 * sender did not hear of is not received a second time. One small file, ".received"; damaged or lost, it is empty. */
#ifndef OCTO_CARRIERS_INBOX_LEDGER_H
#define OCTO_CARRIERS_INBOX_LEDGER_H

#include "core/carriers/blob_inbox.h"

struct ledger_line {
	uint8_t digest[OCTO_DIGEST_BYTES];
	uint64_t size;
	char asked[FILE_NAME_BYTES];      /* the clean name that its sender gave it */
	char name[FILE_NAME_NUMBERED_BYTES]; /* the file's */
};
struct ledger {
	uint32_t count;
	struct ledger_line lines[INBOX_RECEIVED_MAX]; /* the latest last */
};

void ledger_read(struct ledger *ledger, int folder);
const struct ledger_line *ledger_find(const struct ledger *ledger, const struct octo_blob *blob); /* NULL: not received */
/* Durable when it returns true. The oldest line gives way. */
OCTO_MUST_CHECK bool ledger_add(int folder, const struct octo_blob *blob, const char *name);
void ledger_forget(int folder, const struct octo_blob *blob);

#endif
