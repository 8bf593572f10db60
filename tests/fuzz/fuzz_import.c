/*
 * Any text as a line of an import. What can be sent names a door and has an object as its body; the case that it
 * must keep its turn for is one that the text names. What cannot is told why.
 */
#include "lib/clean.h"
#include "proto/door.h"
#include "send/send.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct line line = {0};
	const char *key = NULL;
	const char *wrong = line_parse((const char *)bytes, len, &line, &key);
	if (wrong) {
		must(wrong[0]);
	} else {
		const struct door *door = door_of_path(daemon_rows[line.daemon].name, line.to);
		must(door && door->path == line.to && line.size == len);
		must(json_is_object(json_object_get(line.record, "body")));
		must(!key || memmem(bytes, len, key, strcspn(key, "\"\\/\b\f\n\r\t")) ||
			memchr(bytes, '\\', len));
	}
	json_decref(line.record);
	return 0;
}
