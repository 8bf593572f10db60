/*
 * TLS 1.3 and 1.2 over a socket that does not block, on gnutls. A client may show a certificate, and is known by its
 * public key alone: whoever shows that it has the private one is who that is, so no chain is followed and no authority
 * is named. No session is taken up again: each handshake shows the key. Start at tls_open.
 */
#ifndef WOT_TLS_H
#define WOT_TLS_H

#include "http/http.h"
#include <sys/types.h>

struct tls;         /* our certificate and its key */
struct tls_session; /* of one connection, of which it sees the socket alone */

/* Reads both files (PEM). ERR_CONFIG: `why` names the file and says what to do. */
int tls_open(struct tls **out, const char *certificate, const char *key, struct why *why);
/* Reads them again, for handshakes to come; on failure those of before stay. */
int tls_renew(struct tls *tls, struct why *why);
void tls_close(struct tls **tls);

struct tls_session *tls_session_new(struct tls *tls, int fd);
void tls_session_free(struct tls_session **session);

enum tls_step { TLS_GREETED, TLS_READS, TLS_WRITES, TLS_BROKEN };
/* Goes on with the handshake, which waits to read or to write until it is done. */
enum tls_step tls_greet(struct tls_session *session);
/* As recv and send. What was not sent must come again, with more behind it or not. */
ssize_t tls_recv(struct tls_session *session, void *bytes, size_t len);
ssize_t tls_send(struct tls_session *session, const void *bytes, size_t len);
void tls_bye(struct tls_session *session); /* nothing follows */

/* Of the client; false: it showed none. */
bool tls_shown(const struct tls_session *session, struct http_certificate *out);

#endif
