#include "stage/shell.h"

void problem_print(int err, const char *detail, const struct faults *faults, struct buf *out)
{
	buf_text(out, "{\"type\":");
	buf_json(out, err_type(err));
	buf_text(out, ",\"title\":");
	buf_json(out, err_title(err));
	buf_printf(out, ",\"status\":%u", err_http(err));
	if (detail && detail[0]) {
		buf_text(out, ",\"detail\":");
		buf_json(out, detail);
	}
	size_t listed = faults ? faults->count < FAULT_MAX ? faults->count : FAULT_MAX : 0;
	if (listed) {
		buf_text(out, ",\"errors\":[");
		for (size_t i = 0; i < listed; i++) {
			buf_text(out, i ? ",{\"pointer\":" : "{\"pointer\":");
			buf_json(out, faults->items[i].pointer);
			buf_text(out, ",\"detail\":");
			buf_json(out, faults->items[i].detail);
			buf_char(out, '}');
		}
		buf_char(out, ']');
	}
	buf_char(out, '}');
}

void receipt_count(const struct receipt *receipt, struct metric_row *row)
{
	row->received++;
	if (receipt->err)
		metric_refuse(row, receipt->err);
	else if (receipt->duplicate)
		row->duplicate++;
	else
		row->accepted++;
}
