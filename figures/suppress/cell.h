/*
 * A cell (a total or a row), by how many people it tells of; and cells whose sum is known, of which what is hidden must
 * not follow from that.
 */
#ifndef WOT_CELL_H
#define WOT_CELL_H

#include "figures/suppress/answer.h"

enum { PART_KINDS = 4 };

/* One of those that add up. */
struct addend {
	int64_t parts[PART_KINDS];
	bool *hidden;
};

/* How many people it tells of, each way that it does: of a share who counts, who does not, of whom it is not known, and
 * who does not where those are among the rest. */
void cell_parts(const struct figure *figure, const struct value *value, int64_t parts[PART_KINDS]);
bool cell_is_small(
	const struct answers *answers, const struct figure *figure, const struct value *value);
struct addend cell_of(const struct figure *figure, const struct value *value, bool *hidden);
int64_t cell_size(const struct addend *cell);
/* Whether none of the hidden cells follows from their sum. */
bool cells_do(const struct answers *answers, const struct addend *cells, size_t count);
/* Hides the next smallest until they do; false: all are hidden, and that does not do. */
bool cells_hide(struct answers *answers, const struct addend *cells, size_t count);

#endif
