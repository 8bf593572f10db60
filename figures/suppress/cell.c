#include "figures/suppress/cell.h"

void cell_parts(const struct figure *figure, const struct value *value, int64_t parts[PART_KINDS])
{
	bool is_share =
		figure->kpi->unit == UNIT_SHARE && figure->formula->whole != WHOLE_HOUSEHOLDS;
	parts[0] = value->counts.count;
	parts[1] = is_share ? value->counts.of - value->counts.count : 0;
	parts[2] = is_share ? value->counts.unknown : 0;
	bool among = is_share && figure->formula->unknown_inside.count &&
		     figure->formula->unknown_day == REF_NONE;
	parts[3] = among ? parts[1] - parts[2] : 0;
}

bool cell_is_small(
	const struct answers *answers, const struct figure *figure, const struct value *value)
{
	int64_t parts[PART_KINDS];
	cell_parts(figure, value, parts);
	for (size_t p = 0; p < PART_KINDS; p++) {
		if (parts[p] > 0 && parts[p] < answers->below)
			return true;
	}
	return false;
}

struct addend cell_of(const struct figure *figure, const struct value *value, bool *hidden)
{
	struct addend cell = {.hidden = hidden};
	cell_parts(figure, value, cell.parts);
	/* What a row is divided by may be the whole town's: that is no sum of the rows. */
	if (figure->formula->whole != WHOLE_PLACED)
		cell.parts[1] = cell.parts[3] = 0;
	return cell;
}

bool cells_do(const struct answers *answers, const struct addend *cells, size_t count)
{
	int64_t sums[PART_KINDS] = {0}, in[PART_KINDS] = {0};
	size_t hidden = 0;
	for (size_t i = 0; i < count; i++) {
		hidden += *cells[i].hidden;
		for (size_t p = 0; *cells[i].hidden && p < PART_KINDS; p++) {
			sums[p] += cells[i].parts[p];
			in[p] += cells[i].parts[p] > 0;
		}
	}
	bool enough = hidden != 1;
	for (size_t p = 0; p < PART_KINDS; p++)
		enough = enough && (!sums[p] || sums[p] >= in[p] + answers->below - 1);
	return enough;
}

int64_t cell_size(const struct addend *cell)
{
	return cell->parts[0] + cell->parts[1] + cell->parts[2];
}

bool cells_hide(struct answers *answers, const struct addend *cells, size_t count)
{
	while (!cells_do(answers, cells, count)) {
		const struct addend *next = NULL;
		for (size_t i = 0; i < count; i++) {
			if (!*cells[i].hidden && cell_size(&cells[i]) &&
				(!next || cell_size(&cells[i]) < cell_size(next)))
				next = &cells[i];
		}
		if (!next)
			return false;
		answers_hide(answers, next->hidden);
	}
	return true;
}
