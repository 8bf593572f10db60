/*
 * Any text as a file of Asterisk's queue_log. What is told of a call has no field that its kind does not have, names it
 * in characters of a CODE, and is the same when it is read again.
 */
#include "phone/queue_log.h"

#include "lib/clean.h"
#include "proto/event.h"
#include <sodium.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void told_check(const Wot__V1__Submission *submission)
{
	const Wot__V1__Call *call = submission->body->call;
	bool waited = call->event == WOT__V1__CALL__EVENT__ANSWERED ||
		      call->event == WOT__V1__CALL__EVENT__ABANDONED;
	must(strlen(submission->external_ref) < PHONE_ID_ROOM);
	must(strlen(call->call_id) < PHONE_ID_ROOM);
	must(!waited || call->has_wait_seconds);
	must(!call->has_wait_seconds || call->wait_seconds <= PHONE_SECONDS_MAX);
	must(!call->caller || call->event == WOT__V1__CALL__EVENT__ENTERED);
	must(!phone_is_before_2015(submission->occurred_at));
}

static void file_read(const char *text, size_t len, struct buf *out)
{
	struct queue_log log = {.callback_key = "1"};
	auto_arena struct arena arena = {0};
	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t line = end ? (size_t)(end - text) : len;
		struct phone_read read = {0};
		enum phone_line what = queue_log_read(&log, text, line, &arena, &read);
		must((what == PHONE_TOLD) == (read.submission != NULL));
		must((what == PHONE_BROKEN) == (read.reason != NULL));
		if (read.submission) {
			told_check(read.submission);
			message_pack(&read.submission->base, out);
		}
		text += line + (end != NULL);
		len -= line + (end != NULL);
	}
	must(HASH_COUNT(log.waits.first) <= WAITS_MAX);
	waits_done(&log.waits);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	auto_buf struct buf first = {0}, again = {0};
	must(sodium_init() >= 0);
	file_read((const char *)bytes, len, &first);
	file_read((const char *)bytes, len, &again);
	must(first.len == again.len);
	must(!first.len || memcmp(first.data, again.data, first.len) == 0);
	return 0;
}
