/* GET /v1/facts and /v1/facts/TABLE: the tables that are counted from, for who may see all figures. */
#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "figures/fact_rows.h"
#include "figures/render.h"

int get_facts(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	(void)why;
	const struct aggregate *aggregate = knowledge;
	Wot__V1__Facts *out = (void *)answer->message;
	struct query query = {0};
	struct facts *facts = tally_facts(aggregate->tally);
	tally_mark(aggregate->tally, &query);
	out->marks = render_marks(query.marks, asked->arena);
	fact_tables_fill(facts, out, asked->arena);
	facts_free(facts);
	return 0;
}

int get_fact_rows(const void *knowledge, const struct get_query *asked, struct get_answer *answer,
	struct why *why)
{
	const struct aggregate *aggregate = knowledge;
	struct facts *facts = tally_facts(aggregate->tally);
	struct fact_rows *rows;
	int err = fact_rows_open(&rows, &facts, asked->named, why);
	if (!err)
		answer->pieces = (struct get_pieces){fact_rows_more, fact_rows_close, rows};
	return err;
}
