#include "vault/vault_file.h"

#include "lib/clean.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { VERSION = 1, SLOTS_FIRST = 128, SLOTS_MAX = 1 << 26 };

struct header {
	uint8_t magic[8];
	uint8_t version;
	uint8_t zeros[23];
	uint8_t secret_check[VAULT_HASH_LEN]; /* tells whether path.secret is this vault's */
	uint8_t reserved[416];
	uint8_t checksum[VAULT_HASH_LEN];
};
_Static_assert(sizeof(struct header) == VAULT_SLOT_LEN, "the header is as long as a slot");

static const uint8_t magic[8] = "wotvault";

static void checksum(const void *bytes, uint8_t out[VAULT_HASH_LEN])
{
	crypto_generichash(out, VAULT_HASH_LEN, bytes, VAULT_SLOT_LEN - VAULT_HASH_LEN, NULL, 0);
}

void vault_record_close(struct vault_record *record)
{
	checksum(record, record->checksum);
}

enum vault_record_state vault_record_state(const struct vault_record *record)
{
	uint8_t sum[VAULT_HASH_LEN];
	if (sodium_is_zero((const uint8_t *)record, sizeof *record))
		return VAULT_FREE;
	checksum(record, sum);
	return record->used == 1 && !memcmp(sum, record->checksum, sizeof sum) ? VAULT_USED
									       : VAULT_BAD;
}

static int err_of(int error)
{
	return error == ENOSPC || error == EDQUOT ? ERR_DISK_FULL
	       : error == ENOENT                  ? ERR_NOT_FOUND
						  : ERR_IO;
}

static int write_at(int fd, const void *bytes, size_t len, off_t at)
{
	for (size_t done = 0; done < len;) {
		ssize_t wrote =
			pwrite(fd, (const char *)bytes + done, len - done, at + (off_t)done);
		if (wrote < 0 && errno != EINTR)
			return err_of(errno);
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	return 0;
}

static int read_at(int fd, void *bytes, size_t len, off_t at)
{
	for (size_t done = 0; done < len;) {
		ssize_t got = pread(fd, (char *)bytes + done, len - done, at + (off_t)done);
		if (got == 0 || (got < 0 && errno != EINTR))
			return ERR_IO;
		done += got > 0 ? (size_t)got : 0;
	}
	return 0;
}

static off_t place_of(uint32_t slot)
{
	return ((off_t)slot + 1) * VAULT_SLOT_LEN;
}

/* ---- small files, and new ones ---- */

static int sync_folder_of(const char *path)
{
	auto_free char *folder = strdup(path);
	must(folder);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = 0;
	auto_fd int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) ? ERR_IO : 0;
}

/* Written beside, synced, renamed; size: the file is as long as that, with zeros after the bytes.
 */
static int replace(const char *path, const void *bytes, size_t len, off_t size, struct why *why)
{
	auto_buf struct buf beside = {0};
	buf_printf(&beside, "%s.new", path);
	auto_fd int fd = open(beside.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int err = fd < 0 ? err_of(errno) : write_at(fd, bytes, len, 0);
	if (!err && (ftruncate(fd, size) || fsync(fd) || rename(beside.data, path)))
		err = err_of(errno);
	if (!err)
		err = sync_folder_of(path);
	if (!err)
		return 0;
	if (fd >= 0)
		unlink(beside.data);
	return why_set(why, err, "%s cannot be written: %s", path, strerror(errno));
}

int vault_bytes_write(const char *path, const void *bytes, size_t len, struct why *why)
{
	return replace(path, bytes, len, (off_t)len, why);
}

int vault_bytes_overwrite(const char *path, const void *bytes, size_t len)
{
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int err = fd < 0 ? err_of(errno) : write_at(fd, bytes, len, 0);
	return !err && fdatasync(fd) ? ERR_IO : err;
}

int vault_bytes_read(const char *path, void *bytes, size_t len, struct why *why)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat stat;
	if (fd < 0)
		return why_set(why, err_of(errno), "%s: %s", path, strerror(errno));
	if (fstat(fd, &stat) || (size_t)stat.st_size != len)
		return why_set(why, ERR_DAMAGED, "%s is not %zu bytes long", path, len);
	return read_at(fd, bytes, len, 0) ? why_set(why, ERR_IO, "%s cannot be read", path) : 0;
}

int vault_file_create(const char *path, const uint8_t secret_check[VAULT_HASH_LEN], struct why *why)
{
	struct header header = {.version = VERSION};
	memcpy(header.magic, magic, sizeof magic);
	memcpy(header.secret_check, secret_check, VAULT_HASH_LEN);
	checksum(&header, header.checksum);
	return replace(path, &header, sizeof header, place_of(SLOTS_FIRST), why);
}

/* ---- the slots ---- */

static int slots_of(off_t size, uint32_t *slots)
{
	for (uint32_t count = SLOTS_FIRST; count <= SLOTS_MAX; count *= 2)
		if (size == place_of(count)) {
			*slots = count;
			return 0;
		}
	return ERR_DAMAGED;
}

static int check_header(const struct header *header, const char *path, struct why *why)
{
	uint8_t sum[VAULT_HASH_LEN];
	checksum(header, sum);
	if (memcmp(header->magic, magic, sizeof magic) || memcmp(sum, header->checksum, sizeof sum))
		return why_set(why, ERR_DAMAGED,
			"%s is damaged: its header is not a vault's; restore it from the backup",
			path);
	if (header->version != VERSION)
		return why_set(why, ERR_VERSION, "%s has version %u; this program knows %d", path,
			header->version, VERSION);
	return 0;
}

int vault_file_open(struct vault_file *file, const char *path, bool writing,
	uint8_t secret_check[VAULT_HASH_LEN], struct why *why)
{
	auto_fd int fd = open(path, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	struct stat stat;
	struct header header;
	if (fd < 0)
		return why_set(why, err_of(errno), "%s: %s", path, strerror(errno));
	if (fstat(fd, &stat))
		return why_set(why, ERR_IO, "%s: %s", path, strerror(errno));
	if (stat.st_size < (off_t)sizeof header || slots_of(stat.st_size, &file->slots))
		return why_set(why, ERR_DAMAGED,
			"%s is truncated: %lld bytes is not the size of a vault; restore it from "
			"the backup",
			path, (long long)stat.st_size);
	if (read_at(fd, &header, sizeof header, 0))
		return why_set(why, ERR_IO, "%s cannot be read: %s", path, strerror(errno));
	int err = check_header(&header, path, why);
	if (err)
		return err;
	if (secret_check)
		memcpy(secret_check, header.secret_check, VAULT_HASH_LEN);
	file->fd = fd;
	fd = -1;
	return 0;
}

void vault_file_close(struct vault_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}

int vault_file_read(
	const struct vault_file *file, uint32_t first, struct vault_record *records, uint32_t count)
{
	return read_at(file->fd, records, (size_t)count * sizeof *records, place_of(first));
}

int vault_file_write(
	const struct vault_file *file, uint32_t slot, const struct vault_record *record)
{
	return write_at(file->fd, record, sizeof *record, place_of(slot));
}

/* The size changes at once (ftruncate), so that a crash never leaves one that looks truncated; then
 * its room is reserved, so that a full disk is felt here and not at a slot. */
int vault_file_grow(struct vault_file *file)
{
	off_t from = place_of(file->slots), to = place_of(file->slots * 2);
	if (file->slots >= SLOTS_MAX)
		return ERR_DISK_FULL;
	if (ftruncate(file->fd, to))
		return err_of(errno);
	if (fallocate(file->fd, FALLOC_FL_KEEP_SIZE, from, to - from) && errno != EOPNOTSUPP) {
		int err = err_of(errno);
		return ftruncate(file->fd, from) ? ERR_IO : err;
	}
	file->slots *= 2;
	return 0;
}
