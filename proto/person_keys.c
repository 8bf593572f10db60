#include "proto/person_keys.h"

#include "lib/calendar.h"
#include "lib/grow.h"
#include "proto/case_id.h"
#include "proto/personal.h"
#include <stdio.h>

_Static_assert((int)PERSON_KEY_TEXT >= (int)CASE_ID_ROOM, "a case id fits");

void person_keys_done(struct person_keys *keys)
{
	struct person_key *key, *next;
	HASH_ITER (hh, keys->by_id, key, next) {
		HASH_DEL(keys->by_id, key);
		free(key);
	}
	free(keys->by_number);
	*keys = (struct person_keys){0};
}

static void key_add(
	struct person_keys *keys, const Wot__V1__Event *event, const Wot__V1__Sealed *sealed)
{
	if (sealed->key_id.len != PERSON_KEY_LEN || person_key_find(keys, sealed->key_id.data))
		return;
	struct person_key *key = calloc(1, sizeof *key);
	must(key);
	memcpy(key->id, sealed->key_id.data, sizeof key->id);
	key->kind = (uint16_t)event->body->kind_case;
	key->day = calendar_day_of(event->occurred_at);
	HASH_ADD(hh, keys->by_id, id, sizeof key->id, key);
	keys->live++;
	int year;
	uint32_t number;
	if (!event->case_id || case_id_parse(event->case_id, &year, &number) != 0)
		return;
	key->year = (uint16_t)year;
	key->number = number;
	keys->by_number = grown(keys->by_number, &keys->room, number, sizeof *keys->by_number);
	if (!keys->by_number[number])
		keys->by_number[number] = key;
}

void person_keys_evolve(struct person_keys *keys, const Wot__V1__Event *event)
{
	Wot__V1__Sealed **sealed = body_sealed(event->body);
	if (sealed && *sealed)
		key_add(keys, event, *sealed);
	if (event->body->kind_case != WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT || !event->case_id)
		return;
	struct person_key *key = (struct person_key *)person_key_of_case(keys, event->case_id);
	if (key && !key->forgotten) {
		key->forgotten = true;
		keys->live--;
	}
}

const struct person_key *person_key_find(
	const struct person_keys *keys, const uint8_t id[PERSON_KEY_LEN])
{
	struct person_key *key;
	HASH_FIND(hh, keys->by_id, id, PERSON_KEY_LEN, key);
	return key;
}

bool person_key_is_live(const struct person_keys *keys, const uint8_t id[PERSON_KEY_LEN])
{
	const struct person_key *key = person_key_find(keys, id);
	return key && !key->forgotten;
}

bool person_key_is_of(const struct person_keys *keys, const uint8_t id[PERSON_KEY_LEN],
	const Wot__V1__Submission *submission)
{
	const struct person_key *key = person_key_find(keys, id);
	return key && key->kind == submission->body->kind_case &&
	       key->day == calendar_day_of(submission->occurred_at);
}

const struct person_key *person_key_of_case(const struct person_keys *keys, const char *case_id)
{
	int year;
	uint32_t number;
	if (case_id_parse(case_id, &year, &number) != 0 || number >= keys->room)
		return NULL;
	const struct person_key *key = keys->by_number[number];
	return key && key->year == year ? key : NULL;
}

void person_key_print(const struct person_key *key, char out[PERSON_KEY_TEXT])
{
	if (key->year)
		case_id_print(key->year, key->number, out);
	else
		snprintf(out, PERSON_KEY_TEXT, "key-%02x%02x%02x%02x", key->id[0], key->id[1],
			key->id[2], key->id[3]);
}
