/*
 * Any text as an event of mod_callcenter's. What is told of a call names it in characters of a CODE, and nothing of its
 * headers beyond those that are read goes along.
 */
#include "phone/freeswitch.h"

#include "lib/clean.h"
#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_arena struct arena arena = {0};
	struct phone_read read = {0};
	must(sodium_init() >= 0);
	enum phone_line what = freeswitch_read((const char *)bytes, len, &arena, &read);
	must((what == PHONE_TOLD) == (read.submission != NULL));
	must((what == PHONE_BROKEN) == (read.reason != NULL));
	if (!read.submission)
		return 0;
	const Wot__V1__Call *call = read.submission->body->call;
	bool waited = call->event == WOT__V1__CALL__EVENT__ANSWERED ||
		      call->event == WOT__V1__CALL__EVENT__ABANDONED;
	must(strlen(read.submission->external_ref) < PHONE_ID_ROOM);
	must(strlen(call->call_id) < PHONE_ID_ROOM);
	must(!waited || call->has_wait_seconds);
	must(!call->caller || call->event == WOT__V1__CALL__EVENT__ENTERED);
	must(!phone_is_before_2015(read.submission->occurred_at));
	return 0;
}
