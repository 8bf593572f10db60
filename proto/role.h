/*
 * Who a client may be, and what each may read: role.def. What it may send stands in door.def.
 */
#ifndef WOT_ROLE_H
#define WOT_ROLE_H

enum role_index {
#define ROLE(name, reads, who) ROLE_INDEX_##name,
#include "proto/role.def"
#undef ROLE
	ROLE_COUNT
};
enum role {
#define ROLE(name, reads, who) ROLE_##name = 1u << ROLE_INDEX_##name,
#include "proto/role.def"
#undef ROLE
};
enum role_reads {
	READ_REFERRALS = 1 << 0,
	READ_WORKLIST = 1 << 1,
	READ_TEAMS = 1 << 2,
	READ_CASES = 1 << 3,
	READ_KPIS = 1 << 4,
	READ_KPIS_SUPPRESSED = 1 << 5,
	READ_PAGES = 1 << 6, /* whatever is for whoever signed in: every person has it */
};
int role_parse(const char *name, unsigned *role); /* "phone_centre" */
const char *role_name(unsigned role);
unsigned role_may_read(unsigned role); /* of enum role_reads */

struct role_person {
	const char *called; /* on pages: "teammanager" */
	const char *home;   /* the page on which it begins */
};
/* NULL: the role is another system's, and does not sign in. */
const struct role_person *role_person(unsigned role);

#endif
