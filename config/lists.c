#include "config/lists.h"

int lists_load(struct lists *lists, const struct config *config, struct why *why)
{
	auto_buf struct buf errors = {0};
	struct lists fresh = {0};
	int err = wards_load(&fresh.wards, config->wards, &errors);
	if (!err)
		err = organisations_load(&fresh.organisations, config->rules, &errors);
	if (err) {
		wards_done(&fresh.wards);
		return why_set(why, err, "%s", errors.len ? errors.data : err_title(err));
	}
	lists_done(lists);
	*lists = fresh;
	return 0;
}

int lists_check(const struct config *config, struct why *why)
{
	struct lists lists = {0};
	int err = lists_load(&lists, config, why);
	lists_done(&lists);
	return err;
}

void lists_done(struct lists *lists)
{
	wards_done(&lists->wards);
	organisations_done(&lists->organisations);
}

void lists_check_ward(
	const struct lists *lists, const char *key, const char *pointer, struct faults *faults)
{
	if (key && !wards_by_key(&lists->wards, key))
		fault_add(faults, pointer, "is no ward of wards.csv");
}

void lists_check_organisation(const struct lists *lists, const char *key, int32_t day,
	const char *pointer, struct faults *faults)
{
	if (key && !organisations_find(&lists->organisations, key, day))
		fault_add(faults, pointer, "is no organisation of triage.yaml");
}
