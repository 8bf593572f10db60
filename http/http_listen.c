#include "http/http_own.h"
#include "lib/clean.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* "HOST:PORT", "[HOST]:PORT". */
static bool address_split(const char *listen, char *host, size_t size, unsigned *port)
{
	const char *colon = strrchr(listen, ':');
	if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
		strlen(colon + 1) > 5)
		return false;
	*port = (unsigned)strtoul(colon + 1, NULL, 10);
	size_t len = (size_t)(colon - listen);
	if (len >= 2 && listen[0] == '[' && colon[-1] == ']') {
		listen++;
		len -= 2;
	}
	if (*port > 65535 || len == 0 || len >= size)
		return false;
	memcpy(host, listen, len);
	host[len] = '\0';
	return true;
}

/* An address of either family, as libc reads them; names other than localhost are not looked up. */
static bool address_parse(const char *host, unsigned port, union http_address *address)
{
	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons((uint16_t)port);
		return true;
	}
	const char *number = strcmp(host, "localhost") == 0 ? "127.0.0.1" : host;
	address->v4.sin_family = AF_INET;
	address->v4.sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, number, &address->v4.sin_addr) == 1;
}

/* ::ffff:127.0.0.1 is an address of the other family, to a socket for both. */
static uint32_t mapped_v4(const union http_address *address)
{
	uint32_t last;
	if (address->any.sa_family == AF_INET)
		return ntohl(address->v4.sin_addr.s_addr);
	memcpy(&last, address->v6.sin6_addr.s6_addr + 12, sizeof last);
	return IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr) ? ntohl(last) : 0;
}

bool http_address_is_ours(const union http_address *address)
{
	return mapped_v4(address) >> 24 == 127 ||
	       (address->any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr));
}

bool http_address_same(const union http_address *a, const union http_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	return a->any.sa_family == AF_INET
		       ? a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr
		       : memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof a->v6.sin6_addr) == 0;
}

int http_address_read(const char *text, bool anywhere, union http_address *address, struct why *why)
{
	char host[64];
	unsigned port;
	if (!address_split(text, host, sizeof host, &port))
		return why_set(why, ERR_CONFIG,
			"%s is no address: give 127.0.0.1:PORT or [::1]:PORT", text);
	bool known = address_parse(host, port, address);
	if (!anywhere && !(known && http_address_is_ours(address)))
		return why_set(why, ERR_CONFIG,
			"%s: plain HTTP is served on loopback only (127.0.0.0/8, ::1, localhost); "
			"for others set https, or put nginx with TLS in front",
			text);
	if (!known)
		return why_set(why, ERR_CONFIG,
			"%s: an address of digits is expected, as 0.0.0.0:PORT or [::]:PORT", text);
	return 0;
}

unsigned http_address_port(const union http_address *address)
{
	return ntohs(
		address->any.sa_family == AF_INET ? address->v4.sin_port : address->v6.sin6_port);
}

socklen_t http_address_size(const union http_address *address)
{
	return address->any.sa_family == AF_INET ? sizeof address->v4 : sizeof address->v6;
}

int http_listen(union http_address *address)
{
	socklen_t size = http_address_size(address);
	auto_fd int fd =
		socket(address->any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (bind(fd, &address->any, size) != 0 || listen(fd, SOMAXCONN) != 0 ||
		getsockname(fd, &address->any, &size) != 0)
		return -1;
	int open = fd;
	fd = -1;
	return open;
}
