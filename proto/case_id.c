#include "proto/case_id.h"

#include <stdio.h>
#include <string.h>

void case_id_print(int year, uint32_t number, char out[CASE_ID_ROOM])
{
	snprintf(out, CASE_ID_ROOM, "%04d-%06u", year, number);
}

int case_id_parse(const char *text, int *year, uint32_t *number)
{
	int parsed_year;
	uint32_t parsed_number;
	if (strlen(text) >= CASE_ID_ROOM ||
		sscanf(text, "%4d-%10u", &parsed_year, &parsed_number) != 2 || parsed_year < 1 ||
		parsed_number > CASE_NUMBER_MAX)
		return ERR_INVALID;
	char again[CASE_ID_ROOM];
	case_id_print(parsed_year, parsed_number, again);
	if (strcmp(text, again) != 0)
		return ERR_INVALID;
	*year = parsed_year;
	*number = parsed_number;
	return 0;
}
