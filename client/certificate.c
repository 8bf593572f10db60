#include "client/certificate.h"

#include "client/library.h"
#include "lib/calendar.h"
#include "lib/file.h"
#include <errno.h>
#include <gnutls/x509.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024 };

#define GNUTLS_CALLS(CALL)                                                                         \
	CALL(x509_crt_init)                                                                        \
	CALL(x509_crt_import)                                                                      \
	CALL(x509_crt_get_key_id)                                                                  \
	CALL(x509_crt_get_expiration_time)                                                         \
	CALL(x509_crt_deinit)

/* Loaded when a certificate is added, for no other command needs it. */
static struct {
#define CALL(name) __typeof__(gnutls_##name) *(name);
	GNUTLS_CALLS(CALL)
#undef CALL
} gnutls;

static int gnutls_load(struct why *why)
{
	static const char *const names[] = {"libgnutls.so.30"};
	void *library = library_load(names, sizeof names / sizeof *names);
	if (!library)
		return why_set(why, ERR_NOT_FOUND,
			"certificates are read by gnutls, which is not there: apt-get install "
			"libgnutls30");
#define CALL(name) library_call(library, "gnutls_" #name, &gnutls.name);
	GNUTLS_CALLS(CALL)
#undef CALL
	return 0;
}

static bool key_read(gnutls_x509_crt_t crt, const struct buf *pem, uint8_t key[32])
{
	const gnutls_datum_t text = {(unsigned char *)pem->data, (unsigned)pem->len};
	size_t size = 32;
	return gnutls.x509_crt_import(crt, &text, GNUTLS_X509_FMT_PEM) == 0 &&
	       gnutls.x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, key, &size) == 0;
}

int certificate_read(const char *path, uint8_t key[32], int32_t *last_day, struct why *why)
{
	auto_buf struct buf pem = {0};
	gnutls_x509_crt_t crt;
	if (file_read(path, FILE_MAX, &pem) != 0)
		return why_set(why, ERR_INVALID, "%s: cannot be read: %s", path, strerror(errno));
	int err = gnutls_load(why);
	if (err)
		return err;
	must(gnutls.x509_crt_init(&crt) == 0);
	bool read = key_read(crt, &pem, key);
	if (read)
		*last_day =
			calendar_day_of((int64_t)gnutls.x509_crt_get_expiration_time(crt) * 1000);
	gnutls.x509_crt_deinit(crt);
	return read ? 0
		    : why_set(why, ERR_INVALID,
			      "%s: holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
			      path);
}
