/*
 * Any text as a report that was published. What is read has words only that a question may have; what is refused says why.
 */
#include "client/published_report.h"
#include "lib/clean.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check_word(const char *text)
{
	must(text && *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct published_report report = {0};
	struct why why = {""};
	if (published_read((const char *)bytes, len, &report, &why) != 0) {
		must(!report.json && why.text[0]);
		return 0;
	}
	check_word(report.as_of);
	for (enum stream stream = 0; stream < STREAM_COUNT; stream++)
		must(!report.logs[stream].hash || strlen(report.logs[stream].hash) == 64);
	for (size_t i = 0; i < json_array_size(report.figures); i++) {
		struct published_figure figure = published_figure(&report, i);
		check_word(figure.id);
		check_word(figure.from);
		check_word(figure.to);
		if (figure.by)
			check_word(figure.by);
		must(json_is_object(figure.json) && figure.definition >= 2000);
	}
	published_report_done(&report);
	return 0;
}
