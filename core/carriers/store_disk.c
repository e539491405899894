/* store_disk.c: the disk of a real node: files that are durable when the call returns. See store_file.h. */
#include "core/carriers/store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum store_disk_status disk_read(void *context, const char *path, uint8_t *out, size_t room, size_t *size)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 0;
	(void)context;
	*size = 0;
	if (file < 0)
		return errno == ENOENT ? STORE_DISK_MISSING : STORE_DISK_FAILED;
	while (*size < room && ((got = read(file, out + *size, room - *size)) > 0 || (got < 0 && errno == EINTR)))
		*size += got > 0 ? (size_t)got : 0;
	int error = errno;
	close(file);
	errno = error;
	return got < 0 ? STORE_DISK_FAILED : STORE_DISK_OK;
}

static bool write_all(int file, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t put = write(file, bytes, size);
		if (put < 0 && errno != EINTR)
			return false;
		bytes += put > 0 ? put : 0;
		size -= put > 0 ? (size_t)put : 0;
	}
	return fsync(file) == 0;
}

static enum store_disk_status disk_write(void *context, const char *path, const uint8_t *bytes, size_t size)
{
	(void)context;
	if (unlink(path) != 0 && errno != ENOENT)
		return STORE_DISK_FAILED;
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return STORE_DISK_FAILED;
	bool is_good = write_all(file, bytes, size);
	int error = errno;
	is_good &= close(file) == 0;
	errno = error;
	return is_good ? STORE_DISK_OK : STORE_DISK_FAILED;
}

/* A new name is durable only once its folder is. */
static bool sync_folder(const char *path)
{
	char folder[STORE_PATH_BYTES + STORE_SUFFIX_BYTES];
	const char *slash = strrchr(path, '/');
	if (!slash)
		snprintf(folder, sizeof folder, ".");
	else
		snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path), path);
	int file = open(folder, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	/* Some file systems have nothing to sync in a folder, and say EINVAL. */
	bool is_good = fsync(file) == 0 || errno == EINVAL;
	close(file);
	return is_good;
}

static enum store_disk_status disk_link(void *context, const char *from, const char *to)
{
	(void)context;
	if (unlink(to) != 0 && errno != ENOENT)
		return STORE_DISK_FAILED;
	if (link(from, to) == 0)
		return STORE_DISK_OK;
	return errno == ENOENT ? STORE_DISK_MISSING : STORE_DISK_FAILED;
}

static enum store_disk_status disk_rename(void *context, const char *from, const char *to)
{
	(void)context;
	if (rename(from, to) != 0)
		return errno == ENOENT ? STORE_DISK_MISSING : STORE_DISK_FAILED;
	return sync_folder(to) ? STORE_DISK_OK : STORE_DISK_FAILED;
}

const struct store_disk store_disk_posix = { .read = disk_read, .write = disk_write, .link = disk_link,
	.rename = disk_rename };

bool store_file_lock(const char *path)
{
	char name[STORE_PATH_BYTES + STORE_SUFFIX_BYTES];
	struct flock all = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	snprintf(name, sizeof name, "%s.lock", path);
	int file = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return false;
	if (fcntl(file, F_SETLK, &all) == 0)
		return true; /* the descriptor stays open: closing it would give the lock back */
	int error = errno == EACCES ? EAGAIN : errno;
	close(file);
	errno = error;
	return false;
}
