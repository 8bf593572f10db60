#include "http/tls.h"
#include "lib/file.h"
#include "lib/must.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const char priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
enum { PEM_MAX = 64 * 1024 };
enum { WARNINGS = 4 }; /* of a client in one turn */

/* ---- our certificate; handshakes under way keep the one they began with ---- */

struct identity {
	gnutls_certificate_credentials_t of;
	unsigned users;
};

struct tls {
	char *certificate, *key; /* files */
	struct identity *identity;
	gnutls_priority_t priority;
};

static void identity_leave(struct identity *identity)
{
	if (--identity->users)
		return;
	gnutls_certificate_free_credentials(identity->of);
	free(identity);
}

static int pem_read(const char *path, struct buf *pem, struct why *why)
{
	return file_read(path, PEM_MAX, pem) == 0
		       ? 0
		       : why_set(why, err_of_system(errno, ERR_CONFIG), "%s: cannot be read: %s",
				 path, strerror(errno));
}

static gnutls_datum_t datum_of(const struct buf *text)
{
	return (gnutls_datum_t){(unsigned char *)text->data, (unsigned)text->len};
}

static int identity_read(struct identity **out, const struct tls *tls, struct why *why)
{
	auto_buf struct buf certificate = {0}, key = {0};
	int err = pem_read(tls->certificate, &certificate, why);
	if (!err)
		err = pem_read(tls->key, &key, why);
	if (err)
		return err;
	const gnutls_datum_t shown = datum_of(&certificate), secret = datum_of(&key);
	gnutls_certificate_credentials_t of;
	must(gnutls_certificate_allocate_credentials(&of) == 0);
	int code = gnutls_certificate_set_x509_key_mem(of, &shown, &secret, GNUTLS_X509_FMT_PEM);
	sodium_memzero(key.data, key.len);
	if (code < 0) {
		gnutls_certificate_free_credentials(of);
		return why_set(why, ERR_CONFIG,
			"%s with the key in %s: %s; give a certificate and its own key, as PEM",
			tls->certificate, tls->key, gnutls_strerror(code));
	}
	struct identity *identity = calloc(1, sizeof *identity);
	must(identity);
	*identity = (struct identity){of, 1};
	*out = identity;
	return 0;
}

int tls_renew(struct tls *tls, struct why *why)
{
	struct identity *fresh = NULL;
	int err = identity_read(&fresh, tls, why);
	if (err)
		return err;
	if (tls->identity)
		identity_leave(tls->identity);
	tls->identity = fresh;
	return 0;
}

int tls_open(struct tls **out, const char *certificate, const char *key, struct why *why)
{
	struct tls *tls = calloc(1, sizeof *tls);
	must(tls);
	tls->certificate = strdup(certificate);
	tls->key = strdup(key);
	must(tls->certificate && tls->key);
	must(gnutls_priority_init(&tls->priority, priorities, NULL) == 0);
	int err = tls_renew(tls, why);
	if (err)
		tls_close(&tls);
	else
		*out = tls;
	return err;
}

void tls_close(struct tls **tls)
{
	struct tls *old = *tls;
	*tls = NULL;
	if (!old)
		return;
	if (old->identity)
		identity_leave(old->identity);
	gnutls_priority_deinit(old->priority);
	free(old->certificate);
	free(old->key);
	free(old);
}

/* ---- a connection ---- */

struct tls_session {
	gnutls_session_t of;
	struct identity *identity;
	bool sends; /* gnutls has what it could not send, and wants to be asked again without it */
};

struct tls_session *tls_session_new(struct tls *tls, int fd)
{
	struct tls_session *session = calloc(1, sizeof *session);
	must(session);
	must(gnutls_init(&session->of,
		     GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_TICKETS | GNUTLS_NO_SIGNAL) == 0);
	must(gnutls_priority_set(session->of, tls->priority) == 0);
	session->identity = tls->identity;
	session->identity->users++;
	must(gnutls_credentials_set(session->of, GNUTLS_CRD_CERTIFICATE, session->identity->of) ==
		0);
	gnutls_certificate_server_set_request(session->of, GNUTLS_CERT_REQUEST);
	gnutls_certificate_send_x509_rdn_sequence(session->of, 1); /* none */
	gnutls_transport_set_int(session->of, fd);
	return session;
}

void tls_session_free(struct tls_session **session)
{
	struct tls_session *old = *session;
	*session = NULL;
	if (!old)
		return;
	gnutls_deinit(old->of);
	identity_leave(old->identity);
	free(old);
}

enum tls_step tls_greet(struct tls_session *session)
{
	int code;
	do
		code = gnutls_handshake(session->of);
	while (code == GNUTLS_E_INTERRUPTED);
	if (code == 0)
		return TLS_GREETED;
	if (code != GNUTLS_E_AGAIN)
		return TLS_BROKEN;
	return gnutls_record_get_direction(session->of) ? TLS_WRITES : TLS_READS;
}

/* What a client may not do after the handshake, as to begin another one, ends it. */
static ssize_t failed(ssize_t code)
{
	errno = code == GNUTLS_E_AGAIN ? EAGAIN : code == GNUTLS_E_INTERRUPTED ? EINTR : EPROTO;
	return -1;
}

ssize_t tls_recv(struct tls_session *session, void *bytes, size_t len)
{
	ssize_t got = 0;
	for (unsigned i = 0; i < WARNINGS; i++) {
		got = gnutls_record_recv(session->of, bytes, len);
		if (got != GNUTLS_E_WARNING_ALERT_RECEIVED)
			break;
	}
	if (got == GNUTLS_E_PREMATURE_TERMINATION)
		return 0;
	return got < 0 ? failed(got) : got;
}

ssize_t tls_send(struct tls_session *session, const void *bytes, size_t len)
{
	ssize_t sent = session->sends ? gnutls_record_send(session->of, NULL, 0)
				      : gnutls_record_send(session->of, bytes, len);
	session->sends = sent == GNUTLS_E_AGAIN || sent == GNUTLS_E_INTERRUPTED;
	return sent < 0 ? failed(sent) : sent;
}

void tls_bye(struct tls_session *session)
{
	gnutls_bye(session->of, GNUTLS_SHUT_WR);
}

/* ---- who is there ---- */

static int certificate_read(
	gnutls_x509_crt_t crt, const gnutls_datum_t *der, struct http_certificate *out)
{
	size_t size = sizeof out->key;
	int code = gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER);
	if (code == 0)
		code = gnutls_x509_crt_get_key_id(crt, GNUTLS_KEYID_USE_SHA256, out->key, &size);
	if (code == 0) {
		out->from_s = gnutls_x509_crt_get_activation_time(crt);
		out->until_s = gnutls_x509_crt_get_expiration_time(crt);
	}
	return code;
}

bool tls_shown(const struct tls_session *session, struct http_certificate *out)
{
	unsigned count = 0;
	const gnutls_datum_t *ders = gnutls_certificate_get_peers(session->of, &count);
	if (!ders || !count)
		return false;
	*out = (struct http_certificate){0}; /* nobody's, where it cannot be read */
	gnutls_x509_crt_t crt;
	must(gnutls_x509_crt_init(&crt) == 0);
	if (certificate_read(crt, &ders[0], out) != 0)
		*out = (struct http_certificate){0};
	gnutls_x509_crt_deinit(crt);
	return true;
}
