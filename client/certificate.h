/* What of a client's TLS certificate is kept: its public key, by which it is known (config/clients.h). */
#ifndef WOT_CLIENT_CERTIFICATE_H
#define WOT_CLIENT_CERTIFICATE_H

#include "lib/err.h"
#include <stdint.h>

/* Of the first certificate of a PEM file: the SHA-256 of its SubjectPublicKeyInfo, and its last day. ERR_NOT_FOUND:
 * gnutls is not installed; ERR_INVALID: the file is none; `why` says so. */
int certificate_read(const char *path, uint8_t key[32], int32_t *last_day, struct why *why);

#endif
