#include "lib/clean.h"
#include "lib/err.h"
#include "proto/field.h"
#include "proto/scan.h"
#include "proto/wire.h"

/*
 * The paths as a tree, a node a message, with the steps of a node found by field number in one
 * load.
 */
#define SLOT_NONE UINT32_MAX

struct step {
	ProtobufCType type;
	enum scan_wire wire;
	bool repeated;
	uint32_t slot; /* where its value goes, or SLOT_NONE when it only leads on */
	struct node *below;
};

struct node {
	uint32_t count;     /* of steps; field numbers from there on are not asked for */
	struct step *steps; /* by field number; without a slot and below where nothing is asked */
};

struct wire_plan {
	struct node top;
	size_t count;
	uint32_t *same; /* of each path: the first one that is equal to it, which is read */
};

/* ---- making ---- */

static void node_done(struct node *node)
{
	for (uint32_t i = 0; i < node->count; i++)
		if (node->steps[i].below) {
			node_done(node->steps[i].below);
			free(node->steps[i].below);
		}
	free(node->steps);
}

static struct step *node_step(struct node *node, const field_t *field)
{
	if (field->id >= node->count) {
		node->steps = realloc(node->steps, (field->id + 1) * sizeof *node->steps);
		must(node->steps);
		for (; node->count <= field->id; node->count++)
			node->steps[node->count] = (struct step){.slot = SLOT_NONE};
	}
	struct step *step = &node->steps[field->id];
	step->type = field->type;
	step->wire = field_wire(field);
	step->repeated = field->label == PROTOBUF_C_LABEL_REPEATED;
	return step;
}

static const field_t *field_named(
	const ProtobufCMessageDescriptor *type, const char *name, size_t len)
{
	for (unsigned i = 0; i < type->n_fields; i++)
		if (strlen(type->fields[i].name) == len && !memcmp(type->fields[i].name, name, len))
			return &type->fields[i];
	return NULL;
}

/* Adds a path; NULL when there is no such field, or one on the way is a list or no message. */
static struct step *plan_add(
	struct node *node, const ProtobufCMessageDescriptor *type, const char *path)
{
	for (;;) {
		size_t len = strcspn(path, ".");
		const field_t *field = field_named(type, path, len);
		if (!field)
			return NULL;
		struct step *step = node_step(node, field);
		if (!path[len])
			return step;
		if (step->type != PROTOBUF_C_TYPE_MESSAGE || step->repeated)
			return NULL;
		if (!step->below) {
			step->below = calloc(1, sizeof *step->below);
			must(step->below);
		}
		node = step->below;
		type = field->descriptor;
		path += len + 1;
	}
}

struct wire_plan *wire_plan_new(const ProtobufCMessageDescriptor *type, const char *const *paths,
	size_t count, const char **unknown)
{
	struct wire_plan *plan = calloc(1, sizeof *plan);
	must(plan);
	plan->same = calloc(count + 1, sizeof *plan->same);
	must(plan->same);
	plan->count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct step *step = plan_add(&plan->top, type, paths[i]);
		if (!step) {
			*unknown = paths[i];
			wire_plan_free(plan);
			return NULL;
		}
		if (step->slot == SLOT_NONE)
			step->slot = i;
		plan->same[i] = step->slot;
	}
	return plan;
}

void wire_plan_free(struct wire_plan *plan)
{
	if (!plan)
		return;
	node_done(&plan->top);
	free(plan->same);
	free(plan);
}

/* ---- reading ---- */

static bool read_number(struct scan *scan, enum scan_wire wire, uint64_t *out)
{
	struct scan bytes;
	switch (wire) {
	case SCAN_VARINT:
		return scan_varint(scan, out);
	case SCAN_64:
		if (!scan_bytes(scan, 8, &bytes))
			return false;
		*out = scan_load_64(bytes.at);
		return true;
	case SCAN_32:
		if (!scan_bytes(scan, 4, &bytes))
			return false;
		*out = scan_load_32(bytes.at);
		return true;
	default:
		return false;
	}
}

/* The number as wire_value has it, from how it is on the wire. */
static uint64_t number_of(ProtobufCType type, uint64_t raw)
{
	if (type == PROTOBUF_C_TYPE_SINT32 || type == PROTOBUF_C_TYPE_SINT64)
		return raw >> 1 ^ -(raw & 1);
	if (type == PROTOBUF_C_TYPE_SFIXED32)
		return (uint64_t)(int64_t)(int32_t)raw;
	return raw;
}

static bool read_into(const struct step *step, struct scan *scan, struct wire_value *value)
{
	uint64_t raw;
	if (!read_number(scan, step->wire, &raw))
		return false;
	uint64_t number = number_of(step->type, raw);
	value->present = true;
	if (!step->repeated)
		value->number = number;
	else if (number < 64)
		value->number |= UINT64_C(1) << number;
	return true;
}

static bool read_node(const struct node *node, struct scan scan, struct wire_value *values);

static bool read_bytes(const struct step *step, struct scan *scan, struct wire_value *values)
{
	struct scan bytes;
	if (!scan_len(scan, &bytes))
		return false;
	if (step->wire != SCAN_LEN) {
		while (bytes.at < bytes.end)
			if (!read_into(step, &bytes, &values[step->slot]))
				return false;
		return true;
	}
	if (step->slot != SLOT_NONE) {
		struct wire_value *value = &values[step->slot];
		value->present = true;
		value->data = bytes.at;
		value->len = (size_t)(bytes.end - bytes.at);
	}
	return !step->below || read_node(step->below, bytes, values);
}

static bool read_node(const struct node *node, struct scan scan, struct wire_value *values)
{
	while (scan.at < scan.end) {
		uint64_t tag;
		if (!scan_varint(&scan, &tag))
			return false;
		const struct step *step = tag >> 3 < node->count ? &node->steps[tag >> 3] : NULL;
		unsigned wire = tag & 7;
		bool good;
		if (!step || (step->slot == SLOT_NONE && !step->below))
			good = scan_skip(&scan, wire);
		else if (wire == SCAN_LEN && (step->wire == SCAN_LEN || step->repeated))
			good = read_bytes(step, &scan, values);
		else
			good = wire == step->wire && read_into(step, &scan, &values[step->slot]);
		if (!good)
			return false;
	}
	return true;
}

int wire_read(
	const struct wire_plan *plan, const uint8_t *bytes, size_t len, struct wire_value *values)
{
	memset(values, 0, plan->count * sizeof *values);
	if (!read_node(&plan->top, scan_of(bytes, len), values))
		return ERR_INVALID;
	for (size_t i = 0; i < plan->count; i++)
		if (plan->same[i] != i)
			values[i] = values[plan->same[i]];
	return 0;
}
