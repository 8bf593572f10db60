#include "lib/log.h"
#include "stage/stage_own.h"

unsigned receipt_code(const struct receipt *receipt)
{
	if (receipt->err)
		return err_http(receipt->err);
	return receipt->duplicate ? 200 : 202;
}

Wot__V1__Accepted *receipt_accepted(const struct receipt *receipt, struct arena *arena)
{
	Wot__V1__Accepted *out = (void *)message_new(&wot__v1__accepted__descriptor, arena);
	out->id = (ProtobufCBinaryData){.len = sizeof receipt->id, .data = (uint8_t *)receipt->id};
	out->seq = receipt->seq;
	out->status = receipt->duplicate ? WOT__V1__RECEIPT__STATUS__DUPLICATE
					 : WOT__V1__RECEIPT__STATUS__ACCEPTED;
	out->case_id = receipt->case_id[0] ? (char *)receipt->case_id : NULL;
	return out;
}

void refusal_count(int err, struct metric_row *row)
{
	log_debug("refused", "%s=%s reason=%s", row->kind, row->name, err_name(err));
	metric_refuse(row, err);
}

void receipt_count(const struct receipt *receipt, struct metric_row *row)
{
	row->received++;
	if (receipt->err)
		refusal_count(receipt->err, row);
	else if (receipt->duplicate)
		row->duplicate++;
	else
		row->accepted++;
}
