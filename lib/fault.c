#include "lib/fault.h"

#include <stdarg.h>
#include <stdio.h>

void fault_add(struct faults *faults, const char *pointer, const char *format, ...)
{
	if (faults->count++ >= FAULT_MAX)
		return;
	char detail[256];
	va_list args;
	va_start(args, format);
	vsnprintf(detail, sizeof detail, format, args);
	va_end(args);
	faults->items[faults->count - 1] = (struct fault){
		.pointer = arena_strdup(faults->arena, pointer),
		.detail = arena_strdup(faults->arena, detail),
	};
}
