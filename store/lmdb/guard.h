/*
 * Reading a damaged file through memory can kill the process: a page that is gone is a SIGBUS, a
 * wild offset a SIGSEGV, a page size of zero a SIGFPE. guard_run makes an error of those, in its
 * own thread; what faults elsewhere dies as it would have.
 */
#ifndef WOT_GUARD_H
#define WOT_GUARD_H

/* What fn returns, or ERR_DAMAGED when it faulted half-way: it must own nothing that it could leak.
 */
int guard_run(int (*fn)(void *arg), void *arg);
/* Keeps the signal handlers from one guard_run to the next, where there are many: each saves 1 us.
 */
void guard_hold(void);
void guard_release(void);
/* Ends the guard_run that this thread is in, as if it had faulted. Returns when there is none. */
void guard_trip(void);

#endif
