/*
 * This machine's keys: a folder with NAME.key (secret, 0600) and NAME.pub, each 32 bytes as a line of
 * Z85, and NAME.token (a client's bearer token). Made by `wotctl keygen` and `wotctl client add`.
 */
#ifndef WOT_KEYS_H
#define WOT_KEYS_H

#include "lib/err.h"
#include <stddef.h>
#include <stdint.h>

/* suffix: "key" or "pub". ERR_CONFIG says which file is missing or wrong, and who makes it how. */
int keys_read(
	const char *dir, const char *name, const char *suffix, uint8_t key[32], struct why *why);
/* Writes both files; refuses to replace any (ERR_CONFIG). */
int keys_write(const char *dir, const char *name, const uint8_t public_key[32],
	const uint8_t secret[32], struct why *why);
/* NAME.key alone, of what has no public half. */
int keys_write_secret(const char *dir, const char *name, const uint8_t secret[32], struct why *why);
/* The line in NAME.token, without its end. */
int keys_read_token(const char *dir, const char *name, char *token, size_t room, struct why *why);
int keys_write_token(const char *dir, const char *name, const char *token, struct why *why);
int keys_write_token_to(const char *path, const char *token, struct why *why);

#endif
