#include "daemons/case/cases.h"
#include "proto/json.h"
#include "tests/sim/digest.h"

#include <inttypes.h>

static const char *text_of(const char *text)
{
	return text ? text : "-";
}

static void file_print(const struct cases *cases, const struct case_file *file, struct buf *out)
{
	const struct case_life *life = &file->life;
	buf_printf(out,
		"%u year=%u basis=%u %s lead=%s to=%s,%s,%s,%s reopened=%d flags=%d%d%d%d%d%x,%d ",
		file->number, file->year, file->legal_basis,
		text_of(refs_name(&cases->refs, file->number)), text_of(life->case_lead),
		text_of(life->handover_to), text_of(life->routed_to), text_of(life->screened_to),
		text_of(life->closed_to), life->reopened_on, life->support_accepted,
		life->closing_accepted, life->weight_by_hand, life->paused, life->handover_warm,
		life->handover_confirmed, life->handover_on);
	buf_printf(out, "born after %d ", life->born_after);
	json_from_message(&life->facts.base, out);
	buf_text(out, " routing=");
	buf_hex(out, file->routing, file->routing_len);
	for (size_t i = 0; i < file->moment_count; i++)
		buf_printf(out, " %" PRIx64, file->moments[i]);
	buf_printf(out, " days=%d,%d,%d clocks=", file->known_on, life->decided_on,
		file->counted_from);
	for (size_t i = 0; i < CASE_CLOCKS; i++)
		digest_promise(&file->promises[i], out);
	buf_char(out, '\n');
}

void digest_case(const void *state, struct buf *out)
{
	const struct cases *cases = state;
	for (uint32_t number = 0; number < cases->room; number++)
		if (cases->files[number])
			file_print(cases, cases->files[number], out);
	digest_rules(&cases->promise_rules, out);
	digest_due(&cases->due, out);
}
