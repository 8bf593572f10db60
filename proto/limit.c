#include "proto/limit.h"

#include "lib/json_out.h"
#include "proto/case_id.h"
#include "proto/event.h"
#include "proto/field.h"
#include "proto/place.h"
#include "proto/read.pb-c.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

enum limit_kind {
	LIMIT_TEXT,
	LIMIT_LINES,
	LIMIT_CODE,
	LIMIT_PHONE,
	LIMIT_EMAIL,
	LIMIT_CODES,
	LIMIT_LIST,
	LIMIT_NUMBER,
	LIMIT_CASE_ID,
	LIMIT_CASE_REF,
	LIMIT_BSN,
	LIMIT_POSTCODE,
};

static struct limit {
	const ProtobufCMessageDescriptor *type;
	const char *name;
	enum limit_kind kind;
	uint32_t min, max;
	const field_t *field; /* of that name */
} limits[] = {
#define LIMIT(message, field, kind, min, max)                                                      \
	{&wot__v1__##message##__descriptor, #field, LIMIT_##kind, min, max, NULL},
#include "proto/limit.def"
#undef LIMIT
};
enum { LIMITS = sizeof limits / sizeof limits[0] };

/* The rows of a message. */
static struct run {
	const ProtobufCMessageDescriptor *type;
	const struct limit *first, *end;
} runs[LIMITS];
static size_t run_count;
static bool has_lines
	[KIND_MAX]; /* of what is in Body under that number: whether there is a text of lines */

static struct run run_of(const ProtobufCMessageDescriptor *type)
{
	for (size_t i = 0; i < run_count; i++)
		if (runs[i].type == type)
			return runs[i];
	return (struct run){0};
}

static bool any_lines(const ProtobufCMessageDescriptor *type)
{
	struct run run = run_of(type);
	for (const struct limit *limit = run.first; limit < run.end; limit++)
		if (limit->kind == LIMIT_LINES)
			return true;
	for (const field_t *field = type->fields; field < field_end(type); field++)
		if (field->type == PROTOBUF_C_TYPE_MESSAGE && any_lines(field->descriptor))
			return true;
	return false;
}

static void limits_make(void)
{
	for (size_t i = 0; i < LIMITS; i++) {
		struct limit *limit = &limits[i];
		limit->field =
			protobuf_c_message_descriptor_get_field_by_name(limit->type, limit->name);
		must(limit->field);
		if (!i || limit->type != limit[-1].type) {
			must(!run_of(limit->type).first); /* they stand together */
			runs[run_count++] = (struct run){.type = limit->type, .first = limit};
		}
		runs[run_count - 1].end = limit + 1;
	}
	const ProtobufCMessageDescriptor *body = &wot__v1__body__descriptor;
	for (const field_t *kind = body->fields; kind < field_end(body); kind++)
		has_lines[kind->id] = any_lines(kind->descriptor);
}

static void limits_need(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, limits_make);
}

/* ---- forms ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_code(const char *text, size_t min, size_t max)
{
	size_t len = 0;
	for (; text[len]; len++)
		if (!is_digit(text[len]) && !is_upper(text[len]) && !is_lower(text[len]) &&
			!strchr("._:-", text[len]))
			return false;
	return len >= min && len <= max;
}

/* A citizen service number: nine digits that pass the 11-proof. */
static bool is_bsn(const char *text)
{
	static const int weights[] = {9, 8, 7, 6, 5, 4, 3, 2, -1};
	int sum = 0;
	bool zero = true;
	for (int i = 0; i < 9; i++) {
		if (!is_digit(text[i]))
			return false;
		sum += weights[i] * (text[i] - '0');
		zero &= text[i] == '0';
	}
	return !text[9] && !zero && sum % 11 == 0;
}

/* What is plainly a person's number, whatever stands between its digits: nine of them are a citizen service
 * number also when the proof says no, for else one in eleven of somebody's own numbers would be refused. NULL: it
 * is none. */
static const char *number_fault(const char *text)
{
	char digits[16];
	size_t count = 0;
	for (; *text; text++) {
		if (strchr("._:-", *text))
			continue;
		if (!is_digit(*text) || count == sizeof digits - 1)
			return NULL;
		digits[count++] = *text;
	}
	digits[count] = 0;
	if (count == 9)
		return "a citizen service number may not stand here";
	static const char *const prefixes[] = {"0", "31", "0031"};
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
		size_t len = strlen(prefixes[i]);
		if (count == len + 9 && !strncmp(digits, prefixes[i], len) && digits[len] != '0')
			return "a phone number may not stand here";
	}
	return NULL;
}

static bool is_case_id(const char *text)
{
	int year;
	uint32_t number;
	return case_id_parse(text, &year, &number) == 0;
}

/* A request's externalRef, with CLIENT/ before it when another client sent it. */
static const char *case_ref_fault(const char *text)
{
	static const char expected[] = "an externalRef expected, or CLIENT/ and an externalRef";
	size_t client = 0;
	while (is_lower(text[client]) || is_digit(text[client]) || text[client] == '-')
		client++;
	if (text[client] == '/') {
		if (client < 1 || client > 63)
			return expected;
		text += client + 1;
	}
	return is_code(text, 1, 64) ? number_fault(text) : expected;
}

static bool is_postcode(const char *text)
{
	if (text[0] < '1' || text[0] > '9')
		return false;
	for (int i = 1; i < 4; i++)
		if (!is_digit(text[i]))
			return false;
	const char *letters = text + 4 + (text[4] == ' ');
	if (!is_upper(letters[0]) || !is_upper(letters[1]) || letters[2])
		return false;
	return letters[0] != 'S' || !strchr("ADS", letters[1]);
}

static bool is_control(const char *at, bool lines)
{
	unsigned char c = (unsigned char)*at;
	if (lines && (c == '\n' || c == '\t'))
		return false;
	bool high = c == 0xc2 && (unsigned char)at[1] >= 0x80 && (unsigned char)at[1] < 0xa0;
	return c < 0x20 || c == 0x7f || high;
}

static bool is_email(const char *text)
{
	const char *at = strchr(text, '@');
	if (!at || at == text || !at[1] || strchr(at + 1, '@'))
		return false;
	for (; *text; text++)
		if (*text == ' ' || is_control(text, false))
			return false;
	return true;
}

static bool is_phone(const char *text)
{
	return text[strspn(text, "0123456789+ ()-")] == 0;
}

/* ---- limits ---- */

/* Each says what is wrong, in `out`, or leaves it empty. */
struct detail {
	char text[128];
};

#define DETAIL(out, ...) snprintf((out)->text, sizeof(out)->text, __VA_ARGS__)

static void check_text(const struct limit *limit, const char *text, struct detail *out)
{
	bool lines = limit->kind == LIMIT_LINES;
	size_t characters = 0;
	for (const char *at = text; *at; at++) {
		if (is_control(at, lines)) {
			DETAIL(out, "holds a control character");
			return;
		}
		characters += (*at & 0xc0) != 0x80;
	}
	if (characters < limit->min || characters > limit->max)
		DETAIL(out, "%u to %u characters expected", limit->min, limit->max);
}

static void check_code(const char *text, size_t min, size_t max, struct detail *out)
{
	const char *fault = number_fault(text);
	if (!is_code(text, min, max))
		DETAIL(out, "a code of [A-Za-z0-9._:-]{%zu,%zu} expected", min, max);
	else if (fault)
		DETAIL(out, "%s", fault);
}

static void check_form(const struct limit *limit, const char *text, struct detail *out)
{
	size_t len = strlen(text);
	bool fits = len >= limit->min && len <= limit->max;
	const char *fault = NULL;
	switch (limit->kind) {
	case LIMIT_PHONE:
		if (!fits || !is_phone(text))
			DETAIL(out, "a number of [0-9+ ()-]{%u,%u} expected", limit->min,
				limit->max);
		break;
	case LIMIT_EMAIL:
		if (!fits || !is_email(text))
			DETAIL(out, "an e-mail address of at most %u bytes expected", limit->max);
		break;
	case LIMIT_CASE_ID:
		if (!is_case_id(text))
			DETAIL(out, "a case number such as 2025-000123 expected");
		break;
	case LIMIT_CASE_REF:
		fault = case_ref_fault(text);
		if (fault)
			DETAIL(out, "%s", fault);
		break;
	case LIMIT_BSN:
		if (!is_bsn(text))
			DETAIL(out, "not a citizen service number: nine digits and the 11-proof");
		break;
	default:
		must(limit->kind == LIMIT_POSTCODE);
		if (!is_postcode(text))
			DETAIL(out, "a postcode such as 3111 AB expected");
	}
}

static void check_value(const struct limit *limit, const void *item, struct detail *out)
{
	uint32_t number;
	switch (limit->kind) {
	case LIMIT_NUMBER:
		number = *(const uint32_t *)item;
		if (number < limit->min || number > limit->max)
			DETAIL(out, "%u to %u expected", limit->min, limit->max);
		break;
	case LIMIT_TEXT:
	case LIMIT_LINES:
		check_text(limit, *(char *const *)item, out);
		break;
	case LIMIT_CODE:
		check_code(*(char *const *)item, limit->min, limit->max, out);
		break;
	case LIMIT_CODES:
		check_code(*(char *const *)item, 1, 64, out);
		break;
	case LIMIT_LIST:
		break;
	default:
		check_form(limit, *(char *const *)item, out);
	}
}

static bool is_equal(const field_t *field, const void *a, const void *b)
{
	return field->type == PROTOBUF_C_TYPE_STRING
		       ? strcmp(*(char *const *)a, *(char *const *)b) == 0
		       : *(const int *)a == *(const int *)b;
}

static bool is_double(const ProtobufCMessage *message, const field_t *field, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (is_equal(field, field_item(message, field, i), field_item(message, field, at)))
			return true;
	return false;
}

static void refuse(const struct detail *detail, const struct place *place, struct faults *faults)
{
	if (detail->text[0])
		limit_fault(faults, place_text(place, (char[PLACE_MAX]){0}), "%s", detail->text);
}

static void check_list(const struct limit *limit, const ProtobufCMessage *message, size_t count,
	const struct place *place, struct faults *faults)
{
	struct detail detail = {0};
	if (!count && limit->min)
		DETAIL(&detail, "required");
	else if (count < limit->min || count > limit->max)
		DETAIL(&detail, "%u to %u values expected", limit->min, limit->max);
	refuse(&detail, place, faults);
	for (size_t i = 0; i < count && i <= limit->max; i++) {
		struct place item = *place;
		item.index = (int)i;
		detail = (struct detail){0};
		check_value(limit, field_item(message, limit->field, i), &detail);
		if (!detail.text[0] && is_double(message, limit->field, i))
			DETAIL(&detail, "given twice");
		refuse(&detail, &item, faults);
	}
}

static void check_limit(const struct limit *limit, const ProtobufCMessage *message,
	const struct place *above, struct faults *faults)
{
	struct place place = PLACE_FIELD(above, limit->name);
	size_t count = field_count(message, limit->field);
	if (limit->field->label == PROTOBUF_C_LABEL_REPEATED) {
		check_list(limit, message, count, &place, faults);
	} else if (count) {
		struct detail detail = {0};
		check_value(limit, field_item(message, limit->field, 0), &detail);
		refuse(&detail, &place, faults);
	}
}

static void check_message(
	const ProtobufCMessage *message, const struct place *place, struct faults *faults)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	struct run run = run_of(type);
	for (const struct limit *limit = run.first; limit < run.end; limit++)
		check_limit(limit, message, place, faults);
	for (const field_t *field = type->fields; field < field_end(type); field++) {
		if (field->type != PROTOBUF_C_TYPE_MESSAGE ||
			field->descriptor == &wot__v1__body__descriptor ||
			field->descriptor == &wot__v1__filter__descriptor)
			continue;
		must(field->label != PROTOBUF_C_LABEL_REPEATED); /* none comes from outside */
		if (field_count(message, field))
			check_message(field_message(message, field, 0),
				&PLACE_FIELD(place, field->name), faults);
	}
}

void limit_check(const ProtobufCMessage *message, const char *pointer, struct faults *faults)
{
	limits_need();
	check_message(message, &PLACE_TOP(pointer), faults);
}

/* ---- line ends ---- */

static void lines_read(char *text)
{
	char *to = text;
	for (const char *at = text; *at; at++) {
		if (*at != '\r')
			*to++ = *at;
		else if (at[1] != '\n')
			*to++ = '\n';
	}
	*to = 0;
}

static void lines_of(ProtobufCMessage *message)
{
	const ProtobufCMessageDescriptor *type = message->descriptor;
	struct run run = run_of(type);
	for (const struct limit *limit = run.first; limit < run.end; limit++)
		if (limit->kind == LIMIT_LINES && field_count(message, limit->field))
			lines_read(*(char **)field_item(message, limit->field, 0));
	for (const field_t *field = type->fields; field < field_end(type); field++)
		if (field->type == PROTOBUF_C_TYPE_MESSAGE && field_count(message, field))
			lines_of(field_message(message, field, 0));
}

void limit_lines(const Wot__V1__Body *body)
{
	limits_need();
	ProtobufCMessage *message = body_message(body);
	if (message && has_lines[body->kind_case])
		lines_of(message);
}

/* ---- for documents ---- */

static void range_add(
	const struct limit *limit, const char *least, const char *most, struct buf *out)
{
	json_out_count(out, least, limit->min);
	json_out_count(out, most, limit->max);
}

static void schema_add(const struct limit *limit, struct buf *out)
{
	char code[64];
	switch (limit->kind) {
	case LIMIT_NUMBER:
		range_add(limit, "minimum", "maximum", out);
		break;
	case LIMIT_CODE:
		snprintf(code, sizeof code, "^[A-Za-z0-9._:-]{%u,%u}$", limit->min, limit->max);
		json_out_text(out, "pattern", code);
		break;
	case LIMIT_CODES:
	case LIMIT_LIST:
		range_add(limit, "minItems", "maxItems", out);
		json_out_flag(out, "uniqueItems", true);
		break;
	case LIMIT_CASE_ID:
		json_out_text(out, "pattern", "^[0-9]{4}-[0-9]{6,}$");
		break;
	case LIMIT_CASE_REF:
		json_out_text(out, "pattern", "^([a-z0-9-]{1,63}/)?[A-Za-z0-9._:-]{1,64}$");
		break;
	case LIMIT_BSN:
		json_out_text(out, "pattern", "^[0-9]{9}$");
		break;
	case LIMIT_POSTCODE:
		json_out_text(out, "pattern", "^[1-9][0-9]{3} ?[A-Z]{2}$");
		break;
	default:
		range_add(limit, "minLength", "maxLength", out);
	}
}

void limit_schema(const ProtobufCMessageDescriptor *type, const char *field, struct buf *out)
{
	for (size_t i = 0; i < LIMITS; i++)
		if (limits[i].type == type && !strcmp(limits[i].name, field))
			schema_add(&limits[i], out);
}

/* ---- faults ---- */

bool limit_broken(const struct faults *faults, const char *pointer)
{
	size_t len = strlen(pointer);
	for (size_t i = 0; i < faults->count && i < FAULT_MAX; i++) {
		const char *known = faults->items[i].pointer;
		if (strncmp(known, pointer, len) == 0 && (!known[len] || known[len] == '/'))
			return true;
	}
	return false;
}

void limit_fault(struct faults *faults, const char *pointer, const char *format, ...)
{
	if (limit_broken(faults, pointer))
		return;
	char detail[256];
	va_list args;
	va_start(args, format);
	vsnprintf(detail, sizeof detail, format, args);
	va_end(args);
	fault_add(faults, pointer, "%s", detail);
}
