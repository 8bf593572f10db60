/*
 * What is to be done when, on the virtual clock; what is due at one instant goes in the order in which it
 * was added.
 */
#ifndef WOT_SIM_AGENDA_H
#define WOT_SIM_AGENDA_H

#include <stdbool.h>
#include <stdint.h>

typedef void agenda_fn(void *arg);
void agenda_add(int64_t due_ms, agenda_fn *todo, void *arg);
bool agenda_next(int64_t *due_ms); /* false: nothing is left */
void agenda_do(void);              /* the next one */
void agenda_clear(void);

#endif
