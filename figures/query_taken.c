/* A question as the parameters of a GET put it. */
#include "figures/query.h"
#include "proto/field.h"
#include "proto/read.h"

static const field_t *field_named(const ProtobufCMessage *parameters, const char *name)
{
	return protobuf_c_message_descriptor_get_field_by_name(parameters->descriptor, name);
}

static const char *text_of(const ProtobufCMessage *parameters, const char *name)
{
	const field_t *field = field_named(parameters, name);
	return field && field_count(parameters, field) ? field_text(parameters, field, 0) : NULL;
}

/* 0: it is not there. */
static uint32_t year_of(const ProtobufCMessage *parameters, const char *name)
{
	const field_t *field = field_named(parameters, name);
	bool is_there = field && field_count(parameters, field);
	return is_there ? *(const uint32_t *)field_item(parameters, field, 0) : 0;
}

static void as_of_take(const ProtobufCMessage *parameters, struct query *query)
{
	const field_t *field = field_named(parameters, "as_of");
	if (field && field_count(parameters, field))
		query_as_of(query, *(const int32_t *)field_item(parameters, field, 0));
}

/* Parameters that are named after dimensions; what is no dimension is refused as any unknown one. */
static int where_take(const struct kpis *kpis, const ProtobufCMessage *parameters,
	struct faults *faults, struct query *query, struct why *why)
{
	const field_t *field = field_named(parameters, "where");
	int err = 0;
	for (size_t i = 0; field && i < field_count(parameters, field); i++) {
		const Wot__V1__Filter *filter = (const void *)field_message(parameters, field, i);
		auto_buf struct buf names = {0};
		buf_text(&names, ", and the dimensions ");
		if (!query_has_dimension(kpis, filter->name, &names)) {
			read_refuse_name(parameters->descriptor, filter->name, names.data, faults);
			err = ERR_INVALID;
		} else if (!err) {
			err = query_where_add(query,
				arena_printf(faults->arena, "%s=%s", filter->name, filter->value),
				why);
		}
	}
	return err;
}

int query_take(const struct kpis *kpis, const ProtobufCMessage *parameters, struct faults *faults,
	struct query *query, struct why *why)
{
	const char *id = text_of(parameters, "id"), *beside = text_of(parameters, "beside");
	if (id)
		query->id = id;
	query->period = text_of(parameters, "period");
	query->by = text_of(parameters, "by");
	query->definition = year_of(parameters, "definition");
	query->other = year_of(parameters, "other");
	as_of_take(parameters, query);
	int err = where_take(kpis, parameters, faults, query, why);
	return err || !beside ? err : query_beside_parse(beside, &query->beside, why);
}
