#include "daemons/intake/enquiries.h"
#include "proto/case_id.h"
#include "tests/sim/digest.h"

#include <inttypes.h>

static void enquiry_print(const struct enquiries *enquiries, uint32_t number, struct buf *out)
{
	const struct enquiry *enquiry = enquiries_at(enquiries, number);
	const char *name = refs_name(&enquiries->referrals, number);
	if (!enquiry)
		return;
	buf_printf(out,
		"%u year=%u channel=%u location=%u age_group=%u basis=%u contact=%d key=", number,
		enquiry->year, enquiry->channel, enquiry->location, enquiry->age_group,
		enquiry->legal_basis, enquiry->is_contact);
	char id[CASE_ID_ROOM];
	case_id_print(enquiry->year, number, id);
	const struct person_key *key = person_key_of_case(&enquiries->keys, id);
	if (key) {
		buf_hex(out, key->id, sizeof key->id);
		buf_text(out, key->forgotten ? " gone" : " live");
	}
	for (size_t i = 0; i < enquiry->history_len; i++)
		buf_printf(out, " %" PRIx64, enquiry->history[i]);
	buf_printf(out, " %s\n", name ? name : "-");
}

void digest_intake(const void *state, struct buf *out)
{
	const struct enquiries *enquiries = state;
	buf_printf(
		out, "highest=%u complaints=%u\n", enquiries->highest, enquiries->complaint_count);
	for (uint32_t number = 0; number < enquiries->room; number++)
		enquiry_print(enquiries, number, out);
	for (uint32_t i = 0; i < enquiries->complaint_count; i++)
		buf_printf(out, "complaint %s %d %s\n",
			refs_name(&enquiries->complaint_refs, i + 1), enquiries->complaints[i].day,
			enquiries->complaints[i].parts);
	buf_printf(out, "calls=%u\n", calls_count(&enquiries->calls));
	digest_rules(&enquiries->calls.rules, out);
	digest_due(&enquiries->calls.due, out);
}
