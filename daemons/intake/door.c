#include "daemons/intake/door.h"

#include "config/keys.h"
#include "config/lists.h"
#include "daemons/intake/address.h"
#include "daemons/intake/caller.h"
#include "daemons/intake/core.h"
#include "daemons/intake/vault_start.h"
#include "lib/calendar.h"
#include "lib/log.h"
#include "proto/field.h"
#include "proto/personal.h"
#include "proto/submission.h"
#include "vault/vault.h"
#include <inttypes.h>
#include <string.h>

static const char vault_path[] = "intake/vault";

/* A key to destroy as soon as the event that says so is durable. */
struct ending {
	struct ending *next;
	uint64_t seq;
	uint8_t key_id[VAULT_ID_LEN];
};

struct intake_door {
	struct stage *stage;
	struct vault *vault;
	struct lists lists;
	struct ending *endings;
};

/* ---- lists ---- */

/* A ward must be one of ours; a postcode becomes one, or says that the resident is not from here. */
static void place_resolve(
	struct intake_door *door, Wot__V1__HelpRequest *request, struct faults *faults)
{
	const struct lists *lists = &door->lists;
	lists_check_ward(lists, request->ward, "/ward", faults);
	const struct ward *ward =
		request->postcode ? wards_by_postcode(&lists->wards, request->postcode) : NULL;
	if (ward)
		request->ward = (char *)ward->key;
	if (!request->has_resident && (request->ward || request->postcode)) {
		request->has_resident = true;
		request->resident = request->ward != NULL;
	}
}

static void lists_apply(struct intake_door *door, struct admission *admission)
{
	Wot__V1__Body *body = admission->submission->body;
	int32_t day = calendar_day_of(admission->submission->occurred_at);
	switch (body->kind_case) {
	case WOT__V1__BODY__KIND_CALL:
		lists_check_organisation(&door->lists, body->call->redirected_to, day,
			"/redirectedTo", admission->faults);
		break;
	case WOT__V1__BODY__KIND_BRIEF_CONTACT:
		lists_check_organisation(&door->lists, body->brief_contact->redirected_to, day,
			"/redirectedTo", admission->faults);
		break;
	case WOT__V1__BODY__KIND_REFERRAL:
		lists_check_organisation(&door->lists, body->referral->referrer->organisation, day,
			"/referrer/organisation", admission->faults);
		place_resolve(door, body->referral, admission->faults);
		break;
	case WOT__V1__BODY__KIND_HELP_REQUEST:
		place_resolve(door, body->help_request, admission->faults);
		break;
	default:
		break;
	}
}

/* ---- persons ---- */

static const Wot__V1__Person *person_of(const Wot__V1__Body *body)
{
	const ProtobufCMessage *message = body_message(body);
	const field_t *field =
		protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "person");
	bool there = field && field->descriptor == &wot__v1__person__descriptor &&
		     field_count(message, field);
	return there ? (const Wot__V1__Person *)field_message(message, field, 0) : NULL;
}

static const char *postcode_of(const Wot__V1__Body *body)
{
	bool request = body->kind_case == WOT__V1__BODY__KIND_HELP_REQUEST ||
		       body->kind_case == WOT__V1__BODY__KIND_REFERRAL;
	return request ? body->help_request->postcode : NULL;
}

/* The caller's number is never stored: what remains is a hash whose key lives one day, and nothing of who
 * withholds it. */
static void caller_hash(struct intake_door *door, struct admission *admission)
{
	Wot__V1__Call *call = admission->submission->body->call;
	char caller[CALLER_ROOM];
	if (!call->caller || !caller_of(call->caller, caller))
		return;
	uint8_t hash[16];
	vault_hash_caller(door->vault, calendar_day_of(admission->submission->occurred_at),
		calendar_day_of(admission->now_ms), caller, hash);
	call->has_caller_hash = true;
	call->caller_hash.data = arena_dup(admission->arena, hash, sizeof hash);
	call->caller_hash.len = sizeof hash;
}

/* The personal fields of a copy of the message, packed: the core still needs them in the message itself. */
static void personal_pack(struct admission *admission, struct buf *out)
{
	auto_buf struct buf bytes = {0};
	ProtobufCMessage *message = body_message(admission->submission->body);
	message_pack(message, &bytes);
	ProtobufCMessage *copy = message_unpack(
		message->descriptor, (const uint8_t *)bytes.data, bytes.len, admission->arena);
	must(copy);
	message_take_personal(copy, out);
}

static int person_seal(struct intake_door *door, struct admission *admission)
{
	const Wot__V1__Body *body = admission->submission->body;
	const Wot__V1__Person *person = person_of(body);
	char household[HOUSEHOLD_ROOM];
	struct vault_match match = {0};
	struct address address = {.postcode = postcode_of(body)};
	if (person) {
		match.bsn = person->bsn;
		address.text = person->address;
		address.number = person->house_number;
		address.addition = person->house_number_addition;
	}
	if (address_household(&address, household))
		match.address = household;

	auto_buf struct buf plain = {0}, sealed = {0};
	personal_pack(admission, &plain);
	struct vault_slot slot;
	struct vault_mark mark;
	vault_mark_take(stage_store(door->stage), &mark);
	int err = vault_seal(door->vault, &match, &mark, plain.data, plain.len, admission->event_id,
		&slot, &sealed);
	if (err)
		return err;
	submission_digest(
		admission->submission, vault_secret(door->vault), slot.salt, admission->digest);
	struct input_sealed *out = &admission->sealed;
	memcpy(out->key_id, slot.key_id, sizeof out->key_id);
	memcpy(out->household_id, slot.household_id, sizeof out->household_id);
	out->ciphertext = arena_dup(admission->arena, sealed.data, sealed.len);
	out->ciphertext_len = sealed.len;
	out->has_key = out->has_household = true;
	return 0;
}

/* ---- the face ---- */

/* The key and the salt are for what holds a person. A caller's number is not part of it: even a keyed
 * digest of it could be guessed by whoever has the key. */
static void digest_of(struct intake_door *door, const Wot__V1__Submission *submission,
	const uint8_t *salt, uint8_t out[16])
{
	Wot__V1__Call *call = submission->body->kind_case == WOT__V1__BODY__KIND_CALL
				      ? submission->body->call
				      : NULL;
	char *caller = call ? call->caller : NULL;
	if (call)
		call->caller = NULL;
	submission_digest(submission, salt ? vault_secret(door->vault) : NULL, salt, out);
	if (call)
		call->caller = caller;
}

int intake_door_prepare(void *ctx, struct admission *admission)
{
	struct intake_door *door = ctx;
	Wot__V1__Submission *submission = admission->submission;
	bool call = submission->body->kind_case == WOT__V1__BODY__KIND_CALL;
	bool personal = !call && submission_is_personal(submission);
	if (!personal)
		digest_of(door, submission, NULL, admission->digest);
	int err = 0;
	if (personal)
		err = person_seal(door, admission);
	if (!err)
		lists_apply(door, admission);
	if (!err && call)
		caller_hash(door, admission);
	if (!err && admission->faults->count) {
		intake_door_withdraw(door, admission);
		err = ERR_INVALID;
	}
	return err;
}

void intake_door_withdraw(void *ctx, struct admission *admission)
{
	struct intake_door *door = ctx;
	if (admission->sealed.has_key)
		vault_free_slot(door->vault, admission->sealed.key_id);
	admission->sealed.has_key = false;
}

bool intake_door_is_same(void *ctx, const Wot__V1__Submission *submission, const uint8_t key_id[16],
	const uint8_t digest[16])
{
	struct intake_door *door = ctx;
	static const uint8_t none[VAULT_ID_LEN];
	uint8_t salt[VAULT_SALT_LEN], again[16];
	bool sealed = memcmp(key_id, none, sizeof none) != 0;
	if (sealed && vault_salt(door->vault, key_id, salt) != 0)
		return person_key_is_of(intake_keys(stage_state(door->stage)), key_id, submission);
	digest_of(door, submission, sealed ? salt : NULL, again);
	return memcmp(again, digest, sizeof again) == 0;
}

void intake_door_on_append(void *ctx, const Wot__V1__Event *event, uint64_t seq)
{
	struct intake_door *door = ctx;
	if (event->body->kind_case != WOT__V1__BODY__KIND_REQUEST_BECAME_CONTACT)
		return;
	const struct person_key *key =
		person_key_of_case(intake_keys(stage_state(door->stage)), event->case_id);
	if (!key)
		return; /* it never held a person */
	struct ending *ending = calloc(1, sizeof *ending);
	must(ending);
	ending->seq = seq;
	memcpy(ending->key_id, key->id, sizeof ending->key_id);
	ending->next = door->endings;
	door->endings = ending;
}

void intake_door_on_durable(void *ctx, uint64_t seq)
{
	struct intake_door *door = ctx;
	struct vault_mark end;
	vault_mark_take(stage_store(door->stage), &end);
	vault_note_end(door->vault, &end);
	for (struct ending **at = &door->endings; *at;) {
		struct ending *ending = *at;
		if (ending->seq > seq) {
			at = &ending->next;
			continue;
		}
		if (vault_destroy(door->vault, ending->key_id) != 0)
			log_error("key_not_destroyed",
				"seq=%" PRIu64 " why=\"it is tried again at the next start\"",
				ending->seq);
		*at = ending->next;
		free(ending);
	}
}

void intake_door_tick(void *ctx, int64_t now_ms)
{
	struct intake_door *door = ctx;
	vault_forget_callers(door->vault, calendar_day_of(now_ms));
}

int intake_door_before_commit(void *ctx)
{
	struct intake_door *door = ctx;
	return vault_sync(door->vault);
}

int intake_door_open(void **ctx, struct stage *stage, struct why *why)
{
	struct intake_door *door = calloc(1, sizeof *door);
	must(door);
	door->stage = stage;
	*ctx = door;
	uint8_t public_key[32];
	int err = keys_read(stage_config(stage)->keys, "vault", "pub", public_key, why);
	if (!err)
		err = vault_open(&door->vault, vault_path, public_key, why);
	return err ? err : intake_door_reload(door, why);
}

int intake_door_ready(void *ctx, struct why *why)
{
	struct intake_door *door = ctx;
	return vault_start(
		door->vault, intake_keys(stage_state(door->stage)), stage_store(door->stage), why);
}

void intake_door_close(void **ctx)
{
	struct intake_door *door = *ctx;
	while (door->endings) {
		struct ending *next = door->endings->next;
		free(door->endings);
		door->endings = next;
	}
	vault_close(&door->vault);
	lists_done(&door->lists);
	free(door);
	*ctx = NULL;
}

int intake_door_reload(void *ctx, struct why *why)
{
	struct intake_door *door = ctx;
	return lists_load(&door->lists, stage_config(door->stage), why);
}
