#include "proto/wire.h"

#include "lib/calendar.h"
#include "lib/clean.h"
#include "lib/err.h"
#include "lib/utf8.h"
#include "proto/event.h"
#include "proto/field.h"
#include "proto/place.h"
#include "proto/scan.h"
#include "proto/traceparent.h"

enum { FIELDS_MAX = 128, DEPTH_MAX = 16 };

struct check {
	enum wire_from from;
	struct faults *faults;
	unsigned depth;
};

/* Fields of a message, a bit each. */
struct field_set {
	uint64_t bits[FIELDS_MAX / 64];
};

/* What was met of a message's fields. */
struct seen {
	const field_t *next; /* after the one met last: likely to come next */
	bool oneof;          /* a member of one was met */
	struct field_set fields;
	unsigned counts[FIELDS_MAX]; /* of lists; set for those that were met */
};

static void check_message(struct check *check, const ProtobufCMessageDescriptor *type,
	struct scan bytes, const struct place *place);

static bool set_has(const struct field_set *set, unsigned i)
{
	return set->bits[i / 64] >> i % 64 & 1;
}

static void set_add(struct field_set *set, unsigned i)
{
	set->bits[i / 64] |= UINT64_C(1) << i % 64;
}

/* Gathered once for a type: the descriptors of a message's fields take kilobytes to look through. */
static const struct field_set *required_of(const ProtobufCMessageDescriptor *type)
{
	enum { TYPES = 128 };
	static _Thread_local struct {
		const ProtobufCMessageDescriptor *type;
		struct field_set set;
	} known[TYPES], *at;
	at = &known[(uintptr_t)type / sizeof *type % TYPES];
	if (at->type == type)
		return &at->set;
	must(type->n_fields <= FIELDS_MAX);
	at->type = type;
	at->set = (struct field_set){0};
	for (unsigned i = 0; i < type->n_fields; i++)
		if (type->fields[i].label == PROTOBUF_C_LABEL_REQUIRED)
			set_add(&at->set, i);
	return &at->set;
}

/* A varint in its one shortest form. */
static inline bool strict_varint(struct scan *scan, uint64_t *out)
{
	const uint8_t *start = scan->at;
	return scan_varint(scan, out) && (scan->at - start == 1 || scan->at[-1] != 0);
}

static inline bool strict_len(struct scan *scan, struct scan *out)
{
	uint64_t len;
	return strict_varint(scan, &len) && scan_bytes(scan, len, out);
}

static void check_string(struct check *check, struct scan bytes, const struct place *place)
{
	if (memchr(bytes.at, 0, (size_t)(bytes.end - bytes.at))) {
		fault_at(check->faults, place, "holds a NUL");
		return;
	}
	size_t len = (size_t)(bytes.end - bytes.at);
	if (utf8_prefix(bytes.at, len) < len)
		fault_at(check->faults, place, "not UTF-8");
}

/* The bytes of an identifier are copied to where there is room for so many. */
static void check_bytes(
	struct check *check, const field_t *field, size_t len, const struct place *place)
{
	size_t expected = strcmp(field->name, "hash") == 0    ? 32
			  : strcmp(field->name, "trace") == 0 ? TRACE_LEN
							      : 16;
	if (check->from == WIRE_OWN && len != expected && strcmp(field->name, "ciphertext") != 0)
		fault_at(check->faults, place, "%zu bytes expected", expected);
}

static void check_number(
	struct check *check, const field_t *field, uint64_t number, const struct place *place)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_BOOL:
		if (number > 1)
			fault_at(check->faults, place, "true or false expected");
		break;
	case PROTOBUF_C_TYPE_ENUM:
		if (number > INT32_MAX || !enum_name(field->descriptor, (int)number))
			fault_at(check->faults, place, "not a value of this enumeration");
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_SINT32:
		if (number > UINT32_MAX)
			fault_at(check->faults, place, "out of range");
		break;
	case PROTOBUF_C_TYPE_INT32:
		if ((int64_t)number != (int32_t)number)
			fault_at(check->faults, place, "out of range");
		break;
	default:
		break;
	}
}

/* An instant or a day that JSON could not say is none. */
static void check_time(
	struct check *check, const field_t *field, int64_t value, const struct place *place)
{
	bool instant = field->type == PROTOBUF_C_TYPE_SFIXED64 &&
		       (value < CALENDAR_MIN_MS || value > CALENDAR_MAX_MS);
	bool day = field->type == PROTOBUF_C_TYPE_SFIXED32 &&
		   (value < CALENDAR_DAY_MIN || value > CALENDAR_DAY_MAX);
	if (instant || day)
		fault_at(check->faults, place, "out of range");
}

/* One value, of the right wire type. False when the bytes are broken, so that nothing after it can
 * be read. */
static bool check_value(
	struct check *check, const field_t *field, struct scan *scan, const struct place *place)
{
	uint64_t number;
	struct scan inner;
	switch (field_wire(field)) {
	case SCAN_64:
		if (!scan_bytes(scan, 8, &inner))
			return false;
		check_time(check, field, (int64_t)scan_load_64(inner.at), place);
		return true;
	case SCAN_32:
		if (!scan_bytes(scan, 4, &inner))
			return false;
		check_time(check, field, (int32_t)scan_load_32(inner.at), place);
		return true;
	case SCAN_VARINT:
		if (!strict_varint(scan, &number))
			return false;
		check_number(check, field, number, place);
		return true;
	case SCAN_LEN:
		break;
	}
	if (!strict_len(scan, &inner))
		return false;
	if (field->type == PROTOBUF_C_TYPE_STRING)
		check_string(check, inner, place);
	else if (field->type == PROTOBUF_C_TYPE_BYTES)
		check_bytes(check, field, (size_t)(inner.end - inner.at), place);
	else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
		check_message(check, field->descriptor, inner, place);
	return true;
}

/* A list comes as one packed run or value by value; `count` goes on over all of it. */
static bool check_repeated(struct check *check, const field_t *field, struct scan *scan,
	unsigned wire, const struct place *above, unsigned *count)
{
	struct place place = PLACE_FIELD(above, field->name);
	if (wire == field_wire(field)) {
		place.index = (int)(*count)++;
		return check_value(check, field, scan, &place);
	}
	if (wire != SCAN_LEN) {
		fault_at(check->faults, &place, "of another type");
		return scan_skip(scan, wire);
	}
	struct scan packed;
	if (!strict_len(scan, &packed))
		return false;
	while (packed.at < packed.end) {
		place.index = (int)(*count)++;
		if (!check_value(check, field, &packed, &place))
			return false;
	}
	return true;
}

static bool check_singular(struct check *check, const field_t *field, struct scan *scan,
	unsigned wire, const struct place *above, bool again)
{
	struct place place = PLACE_FIELD(above, field->name);
	if (again)
		fault_at(check->faults, &place, "given twice");
	if (wire == field_wire(field))
		return check_value(check, field, scan, &place);
	fault_at(check->faults, &place, "of another type");
	return scan_skip(scan, wire);
}

/* Is another member of the field's oneof there already? */
static bool oneof_taken(
	const ProtobufCMessageDescriptor *type, const field_t *field, struct seen *seen)
{
	if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
		return false;
	bool first = !seen->oneof;
	seen->oneof = true;
	for (unsigned i = 0; !first && i < type->n_fields; i++)
		if (set_has(&seen->fields, i) && &type->fields[i] != field &&
			type->fields[i].quantifier_offset == field->quantifier_offset)
			return true;
	return false;
}

/* What may not stand here, as a field that does not exist; NULL when it may. */
static const char *refused(const struct check *check, const field_t *field)
{
	if (check->from == WIRE_OUTSIDE && field->id >= FIELD_WOT_FIRST &&
		field->id < FIELD_PERSONAL_FIRST)
		return "unknown field";
	if (check->from == WIRE_OWN && field->id >= FIELD_PERSONAL_FIRST &&
		field->id < FIELD_CLASS_END)
		return "personal: never in an event";
	return NULL;
}

/* One field, from its tag on. False when the bytes are broken. */
static bool check_field(struct check *check, const ProtobufCMessageDescriptor *type,
	struct scan *scan, const struct place *place, struct seen *seen)
{
	uint64_t tag;
	if (!strict_varint(scan, &tag) || tag > UINT32_MAX || tag >> 3 == 0)
		return false;
	unsigned wire = tag & 7;
	const field_t *field = field_of_id(type, (uint32_t)(tag >> 3), seen->next);
	if (!field) {
		if (check->from == WIRE_OUTSIDE)
			fault_at(check->faults, place, "unknown field, number %u",
				(unsigned)(tag >> 3));
		return scan_skip(scan, wire);
	}
	seen->next = field + 1;
	const char *why = refused(check, field);
	if (why) {
		fault_at(check->faults, &PLACE_FIELD(place, field->name), "%s", why);
		return scan_skip(scan, wire);
	}
	if (oneof_taken(type, field, seen))
		fault_at(check->faults, place, "more than one of what excludes each other");
	unsigned i = (unsigned)(field - type->fields);
	bool again = set_has(&seen->fields, i);
	set_add(&seen->fields, i);
	if (field->label != PROTOBUF_C_LABEL_REPEATED)
		return check_singular(check, field, scan, wire, place, again);
	if (!again)
		seen->counts[i] = 0;
	return check_repeated(check, field, scan, wire, place, &seen->counts[i]);
}

static bool check_fields(struct check *check, const ProtobufCMessageDescriptor *type,
	struct scan bytes, const struct place *place, struct seen *seen)
{
	while (bytes.at < bytes.end)
		if (!check_field(check, type, &bytes, place, seen))
			return false;
	return true;
}

static void check_message(struct check *check, const ProtobufCMessageDescriptor *type,
	struct scan bytes, const struct place *place)
{
	const struct field_set *required = required_of(type);
	struct seen seen;
	seen.next = type->fields;
	seen.oneof = false;
	seen.fields = (struct field_set){0};
	if (check->depth == DEPTH_MAX) {
		fault_at(check->faults, place, "nested too deep");
		return;
	}
	check->depth++;
	bool whole = check_fields(check, type, bytes, place, &seen);
	check->depth--;
	if (!whole) {
		fault_at(
			check->faults, place, "broken bytes: a tag, a number or a length is wrong");
		return;
	}
	for (unsigned i = 0; i < type->n_fields; i++) {
		uint64_t missing = required->bits[i / 64] & ~seen.fields.bits[i / 64];
		if (!(missing >> i % 64))
			i |= 63;
		else if (missing >> i % 64 & 1)
			fault_at(check->faults, &PLACE_FIELD(place, type->fields[i].name),
				"required");
	}
}

int wire_check(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t len,
	enum wire_from from, const char *pointer, struct faults *faults)
{
	struct check check = {.from = from, .faults = faults};
	size_t before = faults->count;
	check_message(&check, type, scan_of(bytes, len), &PLACE_TOP(pointer));
	return faults->count == before ? 0 : ERR_INVALID;
}
