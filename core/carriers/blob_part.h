/* blob_part.h: a blob that is being received, on a disk, so that no crash makes it begin anew: NAME.part holds its bytes where
 * they belong, NAME.part.info says which blob it is and, for each piece of 256 KiB that is whole, from the first on, a digest.
 * What the digests do not vouch for is not there: so nothing has to be synced in any order, and a torn, lost or damaged
 * part costs what is damaged and no more. Paths are names in a folder that the caller has opened: nothing leads out of it. */
#ifndef OCTO_CARRIERS_BLOB_PART_H
#define OCTO_CARRIERS_BLOB_PART_H

#include "core/carriers/file_name.h"

enum {
	PART_PIECE_BYTES = 262144,
	PART_DIGEST_BYTES = 16,           /* of a piece: BLAKE2b-256, cut */
	PART_HEAD_BYTES = 256,
	PART_SYNC_PIECES = 32,            /* a power failure costs no more than these; kill -9 costs a piece and what came ahead of a gap */
	PART_NAME_BYTES = FILE_NAME_NUMBERED_BYTES + 8
};

struct blob_part {
	int folder;                       /* the caller's */
	int data, info;                   /* descriptors; -1: not open */
	struct octo_blob blob;            /* its name is clean */
	uint8_t sender[OCTO_ID_BYTES];    /* FULL-ID */
	uint32_t pieces;                  /* from the first on: whole, and vouched for */
	uint32_t checked;                 /* of these, compared with what vouches for them since it was opened */
	uint32_t unsynced;
	char name[PART_NAME_BYTES];       /* of the data file */
};

/* Makes the files of a blob, whose name is cleaned; names that are taken are left alone. False: errno says why, and nothing is
 * left behind. */
OCTO_MUST_CHECK bool part_create(struct blob_part *part, int folder, const uint8_t sender[OCTO_ID_BYTES],
                                 const struct octo_blob *blob);
/* Opens what NAME.part.info describes. False: it is no such file, or the disk failed. */
OCTO_MUST_CHECK bool part_open(struct blob_part *part, int folder, const char *info_name);
/* Reads up to `pieces_max` of the pieces that are vouched for and not checked, and forgets the first that is damaged and all
 * behind it. Returns false for a disk that failed. */
OCTO_MUST_CHECK bool part_check(struct blob_part *part, uint32_t pieces_max);
bool part_is_checked(const struct blob_part *part);
/* Bytes from the first on that are here: for certain once it is checked. */
uint64_t part_have(const struct blob_part *part);

/* Inside of the blob: anything else is the caller's fault. */
OCTO_MUST_CHECK bool part_write(struct blob_part *part, uint64_t offset, const uint8_t *bytes, size_t size);
OCTO_MUST_CHECK bool part_read(const struct blob_part *part, uint64_t offset, uint8_t *out, size_t size);
/* So many of the first bytes of a part that is checked are there: vouches for the pieces in them, at most `pieces_max` of
 * them now. */
OCTO_MUST_CHECK bool part_vouch(struct blob_part *part, uint64_t in_a_row, uint32_t pieces_max);

/* Durable, all of it. */
OCTO_MUST_CHECK bool part_sync(struct blob_part *part);
/* Closes; the files stay. */
void part_close(struct blob_part *part);
/* Closes, and removes the files. */
void part_remove(struct blob_part *part);

#endif
