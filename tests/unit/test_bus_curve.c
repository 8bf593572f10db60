/* Whom the bus lets in: over TCP only those whose key is in the list, and nobody without one. */
#include "tests/unit/bus_fixture.h"

static void curve(struct end *server, struct end *client, const uint8_t *secret)
{
	struct why why;
	struct bus_options options = options_of("tcp://127.0.0.1:0", server);
	options.on_message = on_echo;
	options.secret = test.server_secret;
	assert_int_equal(bus_bind(test.bus, &options, &server->socket, &why), 0);
	char endpoint[64];
	snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", bus_port(server->socket));
	options = options_of(endpoint, client);
	options.on_peer = on_peer;
	options.secret = secret;
	options.server_key = test.server_public;
	assert_int_equal(bus_connect(test.bus, &options, &client->socket, &why), 0);
}

static void a_client_is_known_by_its_key(void **state)
{
	(void)state;
	struct end server = {0}, client = {0};
	bus_keys(test.bus, on_key, NULL);
	curve(&server, &client, test.client_secret);
	assert_true(loop_until(test.loop, is_up, &client));
	send_numbers(&client, BURST);
	assert_true(loop_until(test.loop, has_all, &client));
	assert_string_equal(server.user, "phone-centre");
	assert_string_equal(client.user, "(none)");
	assert_int_equal(client.out_of_order, 0);
	assert_int_equal(server.refused[err_index(ERR_UNAUTHENTICATED)], 0);
}

static bool has_refused(void *arg)
{
	const struct end *server = arg;
	return server->refused[err_index(ERR_UNAUTHENTICATED)] > 0;
}

static void a_stranger_is_refused_and_counted(void **state)
{
	(void)state;
	struct end server = {0}, client = {0};
	uint8_t public_key[BUS_KEY_LEN], secret[BUS_KEY_LEN];
	bus_keypair(public_key, secret);
	bus_keys(test.bus, on_key, NULL);
	curve(&server, &client, secret);
	assert_int_equal(send_bytes(&client, "in", 2), ERR_BUSY);
	assert_true(loop_until(test.loop, has_refused, &server));
	assert_int_equal(send_bytes(&client, "in", 2), ERR_BUSY);
	assert_int_equal(client.ups + server.got, 0);
}

/* libzmq gives up after a refusal; the bus does not. */
static void a_client_that_is_listed_later_gets_in(void **state)
{
	(void)state;
	struct end server = {0}, client = {0};
	bus_keys(test.bus, on_key, NULL);
	test.closed_door = true;
	curve(&server, &client, test.client_secret);
	assert_true(loop_until(test.loop, has_refused, &server));
	assert_int_equal(client.ups, 0);
	test.closed_door = false;
	assert_true(loop_until(test.loop, is_up, &client));
}

static void a_client_without_curve_is_not_let_in(void **state)
{
	(void)state;
	struct end server = {0}, good = {0};
	bus_keys(test.bus, on_key, NULL);
	curve(&server, &good, test.client_secret);
	void *context = zmq_ctx_new(), *plain = zmq_socket(context, ZMQ_DEALER);
	char endpoint[64];
	snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%u", bus_port(server.socket));
	assert_int_equal(zmq_connect(plain, endpoint), 0);
	assert_int_equal(zmq_send(plain, "in", 2, ZMQ_DONTWAIT), 2);
	assert_true(loop_until(test.loop, is_up, &good));
	send_numbers(&good, 1000);
	assert_true(loop_until(test.loop, has_all, &good));
	assert_int_equal(server.got, 1000);
	zmq_setsockopt(plain, ZMQ_LINGER, &(int){0}, sizeof(int));
	zmq_close(plain);
	zmq_ctx_term(context);
}

static void a_key_without_a_list_of_clients_is_refused(void **state)
{
	(void)state;
	struct end end = {0};
	struct bus_options options = options_of("tcp://127.0.0.1:0", &end);
	options.secret = test.server_secret;
	expect_refusal(options, true, ERR_CONFIG, "every key would be let in");
}

static void tcp_without_keys_is_refused(void **state)
{
	(void)state;
	struct end end = {0};
	struct bus_options options = options_of("tcp://127.0.0.1:0", &end);
	expect_refusal(options, true, ERR_CONFIG, "keygen");
	expect_refusal(options, false, ERR_CONFIG, "keygen");
	options.secret = test.client_secret;
	expect_refusal(options, false, ERR_CONFIG, "the server's");
}

static void keys_are_z85_text(void **state)
{
	(void)state;
	char text[BUS_KEY_TEXT];
	uint8_t key[BUS_KEY_LEN];
	bus_key_print(test.client_public, text);
	assert_int_equal(strlen(text), 40);
	assert_int_equal(bus_key_parse(text, key), 0);
	assert_memory_equal(key, test.client_public, BUS_KEY_LEN);
	text[39] = '\0';
	assert_int_equal(bus_key_parse(text, key), ERR_INVALID);
	assert_int_equal(bus_key_parse("", key), ERR_INVALID);
	memset(text, '"', 40);
	assert_int_equal(bus_key_parse(text, key), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_client_is_known_by_its_key),
		TEST(a_stranger_is_refused_and_counted),
		TEST(a_client_that_is_listed_later_gets_in),
		TEST(a_client_without_curve_is_not_let_in),
		TEST(a_key_without_a_list_of_clients_is_refused),
		TEST(tcp_without_keys_is_refused),
		TEST(keys_are_z85_text),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
