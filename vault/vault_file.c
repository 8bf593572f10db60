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

enum vault_slot_state vault_record_state(const struct vault_record *record)
{
	uint8_t sum[VAULT_HASH_LEN];
	if (sodium_is_zero((const uint8_t *)record, sizeof *record))
		return VAULT_SLOT_NONE;
	checksum(record, sum);
	if (memcmp(sum, record->checksum, sizeof sum) != 0)
		return VAULT_SLOT_DAMAGED;
	return record->used == RECORD_KEY    ? VAULT_SLOT_WHOLE
	       : record->used == RECORD_LOST ? VAULT_SLOT_LOST
	       : record->used == RECORD_END  ? VAULT_SLOT_END
					     : VAULT_SLOT_DAMAGED;
}

void vault_record_mark(struct vault_record *record, const struct vault_mark *mark)
{
	memcpy(record->mark_stream_id, mark->stream_id, sizeof record->mark_stream_id);
	memcpy(record->mark_hash, mark->hash, sizeof record->mark_hash);
	for (unsigned i = 0; i < sizeof record->mark_seq; i++)
		record->mark_seq[i] = (uint8_t)(mark->seq >> 8 * i);
}

bool vault_record_get_mark(const struct vault_record *record, struct vault_mark *mark)
{
	memcpy(mark->stream_id, record->mark_stream_id, sizeof mark->stream_id);
	memcpy(mark->hash, record->mark_hash, sizeof mark->hash);
	mark->seq = 0;
	for (unsigned i = 0; i < sizeof record->mark_seq; i++)
		mark->seq |= (uint64_t)record->mark_seq[i] << 8 * i;
	return !sodium_is_zero(mark->stream_id, sizeof mark->stream_id);
}

static int err_of(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EFBIG ? ERR_DISK_FULL
	       : error == ENOENT                                    ? ERR_NOT_FOUND
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

/* ---- the key of a day's callers ---- */

/* As it lies there; the checksum is of what stands before. Before there was one the file ended without. */
struct caller_bytes {
	uint8_t key[32], day[4], made_on[4];
	uint8_t checksum[VAULT_HASH_LEN];
};
enum { CALLER_OLD_LEN = sizeof(struct caller_bytes) - VAULT_HASH_LEN };

static void caller_checksum(const struct caller_bytes *bytes, uint8_t out[VAULT_HASH_LEN])
{
	crypto_generichash(out, VAULT_HASH_LEN, bytes->key, CALLER_OLD_LEN, NULL, 0);
}

static void day_put(uint8_t out[4], int32_t day)
{
	for (unsigned i = 0; i < 4; i++)
		out[i] = (uint8_t)((uint32_t)day >> 8 * i);
}

static int32_t day_get(const uint8_t in[4])
{
	uint32_t day = 0;
	for (unsigned i = 0; i < 4; i++)
		day |= (uint32_t)in[i] << 8 * i;
	return (int32_t)day;
}

/* What is longer than it should be is overwritten to its end, before that is cut off. */
int vault_caller_write(const char *path, const struct vault_caller *caller)
{
	static const uint8_t zeros[VAULT_SLOT_LEN];
	struct caller_bytes bytes;
	struct stat stat;
	memcpy(bytes.key, caller->key, sizeof bytes.key);
	day_put(bytes.day, caller->day);
	day_put(bytes.made_on, caller->made_on);
	caller_checksum(&bytes, bytes.checksum);
	auto_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	int err = fd < 0 ? err_of(errno) : write_at(fd, &bytes, sizeof bytes, 0);
	sodium_memzero(&bytes, sizeof bytes);
	if (!err && fstat(fd, &stat))
		err = ERR_IO;
	for (off_t at = sizeof bytes; !err && at < stat.st_size; at += (off_t)sizeof zeros)
		err = write_at(fd, zeros, sizeof zeros, at);
	if (!err && (fdatasync(fd) || ftruncate(fd, sizeof bytes)))
		err = ERR_IO;
	return err;
}

int vault_caller_read(const char *path, struct vault_caller *caller, struct why *why)
{
	struct caller_bytes bytes = {0};
	uint8_t sum[VAULT_HASH_LEN];
	int err = vault_bytes_read(path, &bytes, sizeof bytes, why);
	if (!err) {
		caller_checksum(&bytes, sum);
		if (memcmp(sum, bytes.checksum, sizeof sum) != 0)
			err = ERR_DAMAGED;
	} else if (err == ERR_DAMAGED &&
		   vault_bytes_read(path, &bytes, CALLER_OLD_LEN, NULL) == 0) {
		err = 0;
	}
	if (!err) {
		memcpy(caller->key, bytes.key, sizeof caller->key);
		caller->day = day_get(bytes.day);
		caller->made_on = day_get(bytes.made_on);
	}
	sodium_memzero(&bytes, sizeof bytes);
	return err == ERR_DAMAGED ? why_set(why, err,
					    "%s is damaged; intake forgets it at its next start, "
					    "and a caller of earlier today "
					    "is then not known again",
					    path)
				  : err;
}

/* ---- a vault and its secret ---- */

void vault_secret_check(const uint8_t secret[32], uint8_t check[VAULT_HASH_LEN])
{
	static const uint8_t personal[crypto_generichash_blake2b_PERSONALBYTES] = "wot-check";
	must(crypto_generichash_blake2b_salt_personal(
		     check, VAULT_HASH_LEN, NULL, 0, secret, 32, NULL, personal) == 0);
}

/* The vault first and its secret last: without slots a vault without secret is a first start that
 * crashed. */
int vault_files_make(const char *path, const char *secret_path, struct why *why)
{
	uint8_t secret[32], check[VAULT_HASH_LEN];
	randombytes_buf(secret, sizeof secret);
	vault_secret_check(secret, check);
	int err = vault_file_create(path, check, why);
	if (!err)
		err = vault_bytes_write(secret_path, secret, sizeof secret, why);
	sodium_memzero(secret, sizeof secret);
	return err;
}

static void header_make(struct header *header, const uint8_t secret_check[VAULT_HASH_LEN])
{
	*header = (struct header){.version = VERSION};
	memcpy(header->magic, magic, sizeof magic);
	memcpy(header->secret_check, secret_check, VAULT_HASH_LEN);
	checksum(header, header->checksum);
}

int vault_file_create(const char *path, const uint8_t secret_check[VAULT_HASH_LEN], struct why *why)
{
	struct header header;
	header_make(&header, secret_check);
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

int vault_file_mend(const char *path, const uint8_t secret_check[VAULT_HASH_LEN], struct why *why)
{
	auto_fd int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat stat;
	struct header header;
	uint32_t slots = SLOTS_FIRST;
	header_make(&header, secret_check);
	int err = fd < 0 || fstat(fd, &stat) ? err_of(errno) : 0;
	while (!err && place_of(slots) < stat.st_size && slots < SLOTS_MAX)
		slots *= 2;
	if (!err && stat.st_size < place_of(slots) && ftruncate(fd, place_of(slots)))
		err = err_of(errno);
	if (!err)
		err = write_at(fd, &header, sizeof header, 0);
	if (!err && fsync(fd))
		err = ERR_IO;
	return err ? why_set(why, err, "%s cannot be mended: %s", path, strerror(errno)) : 0;
}

static int check_header(const struct header *header, const char *path, struct why *why)
{
	uint8_t sum[VAULT_HASH_LEN];
	checksum(header, sum);
	if (memcmp(header->magic, magic, sizeof magic) || memcmp(sum, header->checksum, sizeof sum))
		return why_set(why, ERR_DAMAGED,
			"%s is damaged: its header is not a vault's; " VAULT_ADVICE, path);
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
			"%s is truncated: %lld bytes is not the size of a vault; " VAULT_ADVICE,
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
