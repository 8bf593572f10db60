/*
 * What the pages of aggregate share (figures_page.c, definitions_page.c) besides web/page_figure.h. To add one: CONTRIBUTING, "A page".
 */
#ifndef WOT_PAGE_TEXT_H
#define WOT_PAGE_TEXT_H

#include "core/get.h"
#include "daemons/aggregate/aggregate_own.h"
#include "web/page_figure.h"

struct page_house page_house_of(const struct aggregate *aggregate);

#endif
