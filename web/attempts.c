#include "web/attempts.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

/* ---- addresses ---- */

enum { TEXT_MAX = 48 };

/* One address, with blanks round it; an IPv4 one as IPv6 maps it. */
static bool address_read(const char *text, size_t len, struct attempts_address *out)
{
	char copy[TEXT_MAX];
	uint8_t bytes[16] = {0};
	size_t blanks = strspn(text, " \t");
	blanks = blanks < len ? blanks : len;
	text += blanks;
	len -= blanks;
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, bytes + 12) == 1)
		bytes[10] = bytes[11] = 0xff;
	else if (inet_pton(AF_INET6, copy, bytes) != 1)
		return false;
	memcpy(out->bytes, bytes, sizeof bytes);
	return true;
}

static bool is_same(const struct attempts_address *a, const struct attempts_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static bool is_among(const struct attempts_address *address, const char *list)
{
	for (const char *at = list; *at; at += *at == ',') {
		struct attempts_address one;
		size_t len = strcspn(at, ",");
		if (address_read(at, len, &one) && is_same(&one, address))
			return true;
		at += len;
	}
	return false;
}

/* Half of an IPv6 address says which network. */
static struct attempts_address network_of(struct attempts_address address)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	if (memcmp(address.bytes, mapped, sizeof mapped) != 0)
		memset(address.bytes + 8, 0, 8);
	return address;
}

struct attempts_address attempts_address_of(
	const char *peer, const char *forwarded, const char *trusted)
{
	struct attempts_address address = {{0}}, last;
	bool known = address_read(peer, strlen(peer), &address);
	const char *comma = forwarded ? strrchr(forwarded, ',') : NULL;
	const char *text = comma ? comma + 1 : forwarded;
	if (known && text && is_among(&address, trusted) && address_read(text, strlen(text), &last))
		address = last;
	return network_of(address);
}

/* ---- counting ---- */

static int find(const struct attempts *attempts, const struct attempts_address *address)
{
	for (int i = 0; i < ATTEMPTS_ROOM; i++)
		if (attempts->items[i].failures && is_same(&attempts->items[i].address, address))
			return i;
	return -1;
}

static int oldest(const struct attempts *attempts)
{
	int found = 0;
	for (int i = 0; i < ATTEMPTS_ROOM; i++) {
		if (!attempts->items[i].failures)
			return i;
		if (attempts->items[i].last_ms < attempts->items[found].last_ms)
			found = i;
	}
	return found;
}

bool attempts_wait(
	const struct attempts *attempts, const struct attempts_address *address, int64_t now_ms)
{
	int at = find(attempts, address);
	return at >= 0 && attempts->items[at].failures >= ATTEMPTS_MOST &&
	       now_ms - attempts->items[at].last_ms < ATTEMPTS_WAIT_MS;
}

void attempts_failed(
	struct attempts *attempts, const struct attempts_address *address, int64_t now_ms)
{
	int at = find(attempts, address);
	bool again = at >= 0 && now_ms - attempts->items[at].last_ms < ATTEMPTS_WAIT_MS;
	if (at < 0)
		at = oldest(attempts);
	attempts->items[at].address = *address;
	attempts->items[at].failures = again ? attempts->items[at].failures + 1 : 1;
	attempts->items[at].last_ms = now_ms;
}

void attempts_succeeded(struct attempts *attempts, const struct attempts_address *address)
{
	int at = find(attempts, address);
	if (at >= 0)
		attempts->items[at].failures = 0;
}
