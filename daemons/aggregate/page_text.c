#include "daemons/aggregate/page_text.h"

struct page_house page_house_of(const struct aggregate *aggregate)
{
	const struct config *config = stage_config(aggregate->stage);
	return (struct page_house){config->municipality_name, config->synthetic};
}
