/* Events as bytes: what goes in comes out, and a person never does. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/event.h"
#include "proto/field.h"
#include "proto/personal.h"
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static Wot__V1__Event *event_make(
	struct arena *arena, Wot__V1__Body__KindCase kind, ProtobufCMessage **message)
{
	Wot__V1__Event *event = (void *)message_new(&wot__v1__event__descriptor, arena);
	event->id = (ProtobufCBinaryData){EVENT_ID_LEN, arena_alloc(arena, EVENT_ID_LEN)};
	event->recorded_at = 1740000000000;
	event->occurred_at = 1739999999000;
	event->case_id = (char *)"2025-000012";
	event->body = (void *)message_new(&wot__v1__body__descriptor, arena);
	*message = message_new(event_kind_type(kind), arena);
	body_set(event->body, kind, *message);
	return event;
}

static void event_comes_back_as_it_went(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf buf = {0};
	Wot__V1__Closed *closed;
	Wot__V1__Event *event =
		event_make(&arena, WOT__V1__BODY__KIND_CLOSED, (ProtobufCMessage **)&closed);
	closed->reason = WOT__V1__CLOSED__REASON__MOVED_AWAY;
	closed->redirected_to = (char *)"minters";
	buf_text(&buf, "before");
	event_pack(event, &buf);

	const uint8_t *bytes = (const uint8_t *)buf.data + strlen("before");
	size_t len = buf.len - strlen("before");
	Wot__V1__Event *again = event_unpack(bytes, len, &arena);
	assert_non_null(again);
	assert_int_equal(again->recorded_at, 1740000000000);
	assert_string_equal(again->case_id, "2025-000012");
	Wot__V1__Closed *read = (Wot__V1__Closed *)body_message(again->body);
	assert_int_equal(read->reason, WOT__V1__CLOSED__REASON__MOVED_AWAY);
	assert_string_equal(read->redirected_to, "minters");
	assert_null(event_unpack(bytes, len - 1, &arena));
}

static void kind_is_found_without_unpacking_for_every_kind(void **state)
{
	(void)state;
	const ProtobufCMessageDescriptor *body = &wot__v1__body__descriptor;
	auto_arena struct arena arena = {0};
	for (unsigned i = 0; i < body->n_fields; i++) {
		auto_buf struct buf buf = {0};
		ProtobufCMessage *message;
		uint32_t kind = body->fields[i].id;
		assert_true(kind < KIND_MAX);
		Wot__V1__Event *event = event_make(&arena, (Wot__V1__Body__KindCase)kind, &message);
		assert_ptr_equal(body_message(event->body), message);
		event_pack(event, &buf);
		assert_int_equal(event_kind((uint8_t *)buf.data, buf.len), kind);
		assert_string_equal(event_kind_name(kind), body->fields[i].name);
	}
}

static void kind_of_broken_bytes_is_none(void **state)
{
	(void)state;
	static const uint8_t empty_body[] = {0x5a, 0x00};
	static const uint8_t beyond_end[] = {0x5a, 0x05, 0x0a};
	static const uint8_t number[] = {0x5a, 0x02, 0x08, 0x01};
	static const uint8_t group[] = {0x0b, 0x5a, 0x02, 0x0a, 0x00};
	assert_int_equal(event_kind(NULL, 0), 0);
	assert_int_equal(event_kind(empty_body, sizeof empty_body), 0);
	assert_int_equal(event_kind(beyond_end, sizeof beyond_end), 0);
	assert_int_equal(event_kind(number, sizeof number), 0);
	assert_int_equal(event_kind(group, sizeof group), 0);
}

static void kind_unknown_to_this_version_has_no_name(void **state)
{
	(void)state;
	Wot__V1__Body body = WOT__V1__BODY__INIT;
	assert_null(body_message(&body));
	assert_null(event_kind_name(99));
	assert_null(event_kind_type(0));
}

/* Sets every field, lists to two values, texts to `size` characters. */
static void message_fill(ProtobufCMessage *message, size_t size, struct arena *arena)
{
	static const int32_t number = 1;
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const field_t *field = &message->descriptor->fields[i];
		bool repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
		size_t count = repeated ? 2 : 1;
		uint8_t *items = field_member(message, field);
		if (repeated) {
			items = arena_alloc(arena, count * sizeof(ProtobufCBinaryData));
			*(void **)field_member(message, field) = items;
			*(size_t *)field_quantifier(message, field) = count;
		} else if (field_has_flag(field)) {
			*(protobuf_c_boolean *)field_quantifier(message, field) = 1;
		}
		for (size_t n = 0; n < count; n++) {
			void *item = items + n * field_size(field);
			char *text = memset(arena_alloc(arena, size + 1), 'x', size);
			if (field->type == PROTOBUF_C_TYPE_BYTES)
				*(ProtobufCBinaryData *)item =
					(ProtobufCBinaryData){size, (uint8_t *)text};
			else if (field->type == PROTOBUF_C_TYPE_STRING)
				*(char **)item = text;
			else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
				message_fill(*(ProtobufCMessage **)item =
						     message_new(field->descriptor, arena),
					size, arena);
			else if (field->type == PROTOBUF_C_TYPE_ENUM ||
				 field->type == PROTOBUF_C_TYPE_BOOL)
				memcpy(item, &number, sizeof number);
			else
				memset(item, 0xa5, field_size(field));
		}
	}
}

/* What others read with protobuf's own code is what protobuf's own code would have written. */
static void packs_as_protobuf_c_does(void **state)
{
	(void)state;
	static const size_t sizes[] = {0, 1, 60, 200, 20000};
	const ProtobufCMessageDescriptor *body = &wot__v1__body__descriptor;
	for (unsigned i = 0; i < body->n_fields * 5; i++) {
		auto_arena struct arena arena = {0};
		auto_buf struct buf ours = {0}, theirs = {0};
		ProtobufCMessage *message;
		event_make(&arena, (Wot__V1__Body__KindCase)body->fields[i / 5].id, &message);
		message_fill(message, sizes[i % 5], &arena);
		Wot__V1__Event event = WOT__V1__EVENT__INIT;
		event.external_ref = (char *)"r";
		event.has_legal_basis = true;
		event.legal_basis = WOT__V1__LEGAL_BASIS__VALUE__DEBT;
		event.body = (Wot__V1__Body *)message_new(body, &arena);
		body_set(event.body, (Wot__V1__Body__KindCase)body->fields[i / 5].id, message);
		message_pack(&event.base, &ours);
		buf_reserve(&theirs, protobuf_c_message_get_packed_size(&event.base));
		theirs.len = protobuf_c_message_pack(&event.base, (uint8_t *)theirs.data);
		assert_int_equal(ours.len, theirs.len);
		assert_memory_equal(ours.data, theirs.data, ours.len);

		Wot__V1__Event *again = event_unpack((uint8_t *)theirs.data, theirs.len, &arena);
		assert_non_null(again);
		buf_clear(&ours);
		message_pack(&again->base, &ours);
		assert_int_equal(ours.len, theirs.len);
		assert_memory_equal(ours.data, theirs.data, ours.len);
	}
}

/* Cut off anywhere, or with any byte changed, it is read without harm: as far as it can be, or not. */
static void broken_bytes_do_no_harm(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf whole = {0}, bytes = {0}, again = {0};
	ProtobufCMessage *message;
	Wot__V1__Event *event = event_make(&arena, WOT__V1__BODY__KIND_CASE_REGISTERED, &message);
	message_fill(message, 3, &arena);
	message_pack(&event->base, &whole);
	for (size_t at = 0; at < whole.len; at++) {
		auto_free uint8_t *cut = malloc(at + 1);
		memcpy(cut, whole.data, at);
		assert_null(event_unpack(cut, at, &arena)); /* its body is last */
		for (unsigned bit = 0; bit < 8; bit++) {
			buf_clear(&bytes);
			buf_add(&bytes, whole.data, whole.len);
			bytes.data[at] = (char)(bytes.data[at] ^ 1 << bit);
			event = event_unpack((uint8_t *)bytes.data, bytes.len, &arena);
			buf_clear(&again);
			if (event)
				message_pack(&event->base, &again);
		}
		arena_reset(&arena);
	}
}

/* Numbers of a list may come as one run; whoever packs so is understood. */
static void run_of_numbers_is_a_list(void **state)
{
	(void)state;
	static const uint8_t run[] = {0x0a, 0x03, 1, 4, 9};
	static const uint8_t one_by_one[] = {0x08, 1, 0x08, 4, 0x08, 9};
	static const uint8_t broken[] = {0x0a, 0x02, 1, 0x80};
	auto_arena struct arena arena = {0};
	const ProtobufCMessageDescriptor *type = &wot__v1__problems_set__descriptor;
	Wot__V1__ProblemsSet *a = (void *)message_unpack(type, run, sizeof run, &arena);
	Wot__V1__ProblemsSet *b =
		(void *)message_unpack(type, one_by_one, sizeof one_by_one, &arena);
	assert_non_null(a);
	assert_non_null(b);
	assert_int_equal(a->n_problems, 3);
	assert_int_equal(b->n_problems, 3);
	assert_memory_equal(a->problems, b->problems, 3 * sizeof *a->problems);
	assert_null(message_unpack(type, broken, sizeof broken, &arena));
}

/* A newer peer's field must not slip into an event of ours, where nobody would see it. */
static void unknown_fields_are_not_packed_again(void **state)
{
	(void)state;
	/* Event.body.paused { 3: "x" } and field 60 of the event itself */
	static const uint8_t tail[] = {
		0x5a, 0x06, 0x82, 0x03, 0x03, 0x1a, 0x01, 'x', 0xe2, 0x03, 0x01, 'y'};
	auto_arena struct arena arena = {0};
	auto_buf struct buf buf = {0};
	static const uint8_t head[] = {
		0x0a, 0x00, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0x19, 0, 0, 0, 0, 0, 0, 0, 0};
	buf_add(&buf, head, sizeof head);
	buf_add(&buf, tail, sizeof tail);
	Wot__V1__Event *event = event_unpack((uint8_t *)buf.data, buf.len, &arena);
	assert_non_null(event);
	assert_int_equal(event->body->kind_case, WOT__V1__BODY__KIND_PAUSED);
	buf_clear(&buf);
	event_pack(event, &buf);
	assert_int_equal(buf.len, sizeof head + 2 + 3);
}

/* Packs in a child and tells whether that ended in the assertion. */
static bool packing_aborts(const Wot__V1__Event *event)
{
	pid_t child = fork();
	if (child == 0) {
		auto_buf struct buf buf = {0};
		signal(SIGABRT, SIG_DFL);
		fclose(stderr);
		event_pack(event, &buf);
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void person_is_never_packed(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	Wot__V1__HelpRequest *request;
	Wot__V1__Event *event =
		event_make(&arena, WOT__V1__BODY__KIND_REFERRAL, (ProtobufCMessage **)&request);
	assert_false(packing_aborts(event));
	request->question = (char *)"?";
	assert_true(packing_aborts(event));
	request->question = NULL;
	request->referrer = (void *)message_new(&wot__v1__referrer__descriptor, &arena);
	request->referrer->organisation = (char *)"gp";
	assert_false(packing_aborts(event));
	request->referrer->contact = (char *)"somebody";
	assert_true(packing_aborts(event));

	Wot__V1__CaseRegistered *registered;
	Wot__V1__Event *later = event_make(
		&arena, WOT__V1__BODY__KIND_CASE_REGISTERED, (ProtobufCMessage **)&registered);
	registered->request = request;
	assert_true(packing_aborts(later));
}

static void personal_part_is_taken_out_whole(void **state)
{
	(void)state;
	auto_arena struct arena arena = {0};
	auto_buf struct buf buf = {0};
	Wot__V1__Person person = WOT__V1__PERSON__INIT;
	person.name = (char *)"Somebody";
	person.has_birth_date = 1;
	person.birth_date = 3652;
	Wot__V1__Referrer referrer = WOT__V1__REFERRER__INIT;
	referrer.organisation = (char *)"gp";
	referrer.contact = (char *)"a doctor";
	Wot__V1__HelpRequest request = WOT__V1__HELP_REQUEST__INIT;
	request.channel = WOT__V1__CHANNEL__VALUE__PARTNER;
	request.ward = (char *)"WK060601";
	request.person = &person;
	request.referrer = &referrer;
	assert_true(message_is_personal(&request.base));

	message_take_personal(&request.base, &buf);
	assert_false(message_is_personal(&request.base));
	assert_null(request.person);
	assert_null(referrer.contact);
	assert_string_equal(referrer.organisation, "gp");
	assert_string_equal(request.ward, "WK060601");

	Wot__V1__HelpRequest *taken = (void *)message_unpack(
		&wot__v1__help_request__descriptor, (uint8_t *)buf.data, buf.len, &arena);
	assert_non_null(taken);
	assert_string_equal(taken->person->name, "Somebody");
	assert_int_equal(taken->person->birth_date, 3652);
	assert_string_equal(taken->referrer->contact, "a doctor");
	assert_null(taken->ward);

	buf_clear(&buf);
	message_take_personal(&request.base, &buf);
	assert_int_equal(buf.len, 0);
}

static bool may_be_personal(const ProtobufCMessageDescriptor *type)
{
	for (unsigned i = 0; i < type->n_fields; i++) {
		const field_t *field = &type->fields[i];
		if (field->id >= FIELD_PERSONAL_FIRST && field->id < FIELD_CLASS_END)
			return true;
		if (field->type == PROTOBUF_C_TYPE_MESSAGE && may_be_personal(field->descriptor))
			return true;
	}
	return false;
}

/* Without the field its key would be nowhere in the log, and so be freed at the next start. */
static void what_may_hold_a_person_has_a_place_for_what_is_sealed(void **state)
{
	(void)state;
	size_t sealed = 0;
	for (uint32_t kind = 1; kind < 100; kind++) {
		const ProtobufCMessageDescriptor *type = event_kind_type(kind);
		if (!type || kind == WOT__V1__BODY__KIND_CALL) /* a caller is hashed, not sealed */
			continue;
		assert_int_equal(may_be_personal(type), sealed_field(type) != NULL);
		sealed += sealed_field(type) != NULL;
	}
	assert_true(sealed > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_comes_back_as_it_went),
		cmocka_unit_test(packs_as_protobuf_c_does),
		cmocka_unit_test(broken_bytes_do_no_harm),
		cmocka_unit_test(run_of_numbers_is_a_list),
		cmocka_unit_test(kind_is_found_without_unpacking_for_every_kind),
		cmocka_unit_test(kind_of_broken_bytes_is_none),
		cmocka_unit_test(kind_unknown_to_this_version_has_no_name),
		cmocka_unit_test(unknown_fields_are_not_packed_again),
		cmocka_unit_test(person_is_never_packed),
		cmocka_unit_test(personal_part_is_taken_out_whole),
		cmocka_unit_test(what_may_hold_a_person_has_a_place_for_what_is_sealed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
