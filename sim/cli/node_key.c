/* node_key.c: key files: the one secret of a node. See node_config.h. */
#include "sim/cli/node_config.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_BEGINS "octo-key-1:"
enum { KEY_TEXT_BYTES = 11 + OCTO_ID_TEXT_BYTES };

static bool complain(const char *path, const char *what)
{
	fprintf(stderr, "octosim node: %s: %s\n", path, what);
	return false;
}

/* A whole small file that only its owner can read; the rest of `text` is zeroed. */
static bool read_secret(const char *path, char *text, size_t room)
{
	struct stat there;
	int file = open(path, O_RDONLY | O_CLOEXEC);

	memset(text, 0, room);
	if (file < 0) {
		if (errno != ENOENT)
			return complain(path, strerror(errno));
		fprintf(stderr, "octosim node: the key file %s is not there; this makes one:\n  octosim node --new-identity %s\n", path,
		        path);
		return false;
	}
	bool is_good = fstat(file, &there) == 0 && S_ISREG(there.st_mode);
	bool is_private = is_good && (there.st_mode & 077) == 0;
	ssize_t got = is_private ? read(file, text, room - 1) : 0;
	close(file);
	if (!is_good)
		return complain(path, "is no file");
	if (!is_private)
		return complain(path, "others can read this key; it is used once they cannot: chmod 600");
	return got > 0 || complain(path, "holds no key");
}

bool node_key_read(const char *path, uint8_t seed[OCTO_SEED_BYTES])
{
	char text[KEY_TEXT_BYTES + 2];
	size_t begin = strlen(KEY_BEGINS);

	if (!read_secret(path, text, sizeof(text)))
		return false;
	text[strcspn(text, "\r\n")] = '\0';
	/* A seed has the size of an id, and the same digits. */
	bool is_good = strncmp(text, KEY_BEGINS, begin) == 0 && octo_id_from_text(text + begin, seed) == OCTO_OK;
	octo_wipe(text, sizeof(text));
	return is_good || complain(path, "holds no key: expected \"" KEY_BEGINS "\" and 64 hexadecimal digits");
}

static bool write_new(const char *path, const char *text, mode_t mode)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

	if (file < 0)
		return complain(path, errno == EEXIST ? "is there already, and stays as it is" : strerror(errno));
	size_t size = strlen(text);
	bool is_good = write(file, text, size) == (ssize_t)size && write(file, "\n", 1) == 1 && fsync(file) == 0;
	int error = errno;
	if ((close(file) == 0) & is_good)
		return true;
	unlink(path);
	return complain(path, strerror(error));
}

bool node_key_make(const char *path, struct octo_card *card, char card_path[NODE_PATH_BYTES])
{
	struct octo_identity identity;
	uint8_t seed[OCTO_SEED_BYTES];
	char key[KEY_TEXT_BYTES] = KEY_BEGINS, text[CARD_TEXT_BYTES];
	size_t size = strlen(path), ending = strlen(".key");

	if (size > ending && strcmp(path + size - ending, ".key") == 0)
		size -= ending;
	if (snprintf(card_path, NODE_PATH_BYTES, "%.*s.card", (int)size, path) >= NODE_PATH_BYTES)
		return complain(path, "the path is too long");
	if (access(card_path, F_OK) == 0)
		return complain(card_path, "is there already, and stays as it is");
	if (sodium_init() < 0)
		return complain(path, "libsodium does not start");
	randombytes_buf(seed, sizeof(seed));
	octo_identity_from_seed(octo_crypto_sodium(), seed, &identity);
	octo_id_to_text(seed, key + strlen(KEY_BEGINS));
	*card = identity.card;
	card_to_text(card, text);
	bool is_good = write_new(path, key, 0600) && write_new(card_path, text, 0644);
	octo_wipe(seed, sizeof(seed));
	octo_wipe(key, sizeof(key));
	octo_wipe(&identity, sizeof(identity));
	return is_good;
}
