#include "daemons/intake/requests.h"
#include "proto/case_id.h"
#include "tests/sim/digest.h"

#include <inttypes.h>

static void request_print(const struct requests *requests, uint32_t number, struct buf *out)
{
	const struct request *request = requests_at(requests, number);
	const char *name = refs_name(&requests->referrals, number);
	if (!request)
		return;
	buf_printf(out,
		"%u year=%u channel=%u location=%u age_group=%u basis=%u contact=%d key=", number,
		request->year, request->channel, request->location, request->age_group,
		request->legal_basis, request->is_contact);
	char id[CASE_ID_ROOM];
	case_id_print(request->year, number, id);
	const struct person_key *key = person_key_of_case(&requests->keys, id);
	if (key) {
		buf_hex(out, key->id, sizeof key->id);
		buf_text(out, key->forgotten ? " gone" : " live");
	}
	for (size_t i = 0; i < request->history_len; i++)
		buf_printf(out, " %" PRIx64, request->history[i]);
	buf_printf(out, " %s\n", name ? name : "-");
}

void digest_intake(const void *state, struct buf *out)
{
	const struct requests *requests = state;
	buf_printf(out, "highest=%u complaints=%u\n", requests->highest, requests->complaint_count);
	for (uint32_t number = 0; number < requests->room; number++)
		request_print(requests, number, out);
	for (uint32_t i = 0; i < requests->complaint_count; i++)
		buf_printf(out, "complaint %s %d %s\n", refs_name(&requests->complaint_refs, i + 1),
			requests->complaints[i].day, requests->complaints[i].parts);
	buf_printf(out, "calls=%u\n", calls_count(&requests->calls));
	digest_rules(&requests->calls.rules, out);
	digest_due(&requests->calls.due, out);
}
