#include "bus/bus.h"
#include "lib/clean.h"

#include <string.h>

int bus_key_parse(const char *text, uint8_t key[BUS_KEY_LEN])
{
	uint8_t found[BUS_KEY_LEN];
	if (strlen(text) != BUS_KEY_TEXT - 1 || !zmq_z85_decode(found, text))
		return ERR_INVALID;
	memcpy(key, found, sizeof found);
	explicit_bzero(found, sizeof found);
	return 0;
}

void bus_key_print(const uint8_t key[BUS_KEY_LEN], char text[BUS_KEY_TEXT])
{
	must(zmq_z85_encode(text, key, BUS_KEY_LEN));
}

void bus_keypair(uint8_t public_key[BUS_KEY_LEN], uint8_t secret[BUS_KEY_LEN])
{
	char public_text[BUS_KEY_TEXT], secret_text[BUS_KEY_TEXT];
	must(zmq_curve_keypair(public_text, secret_text) == 0);
	must(bus_key_parse(public_text, public_key) == 0);
	must(bus_key_parse(secret_text, secret) == 0);
	explicit_bzero(secret_text, sizeof secret_text);
}
