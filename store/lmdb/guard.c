#include "store/lmdb/guard.h"

#include "lib/clean.h"
#include "lib/err.h"
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

static const int signals[] = {SIGBUS, SIGSEGV, SIGFPE};
enum { SIGNALS = sizeof signals / sizeof *signals };

/* The handlers are there while any thread is guarded; then those from before come back. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned guarded;
static struct sigaction before[SIGNALS];
static _Thread_local sigjmp_buf *active;

void guard_trip(void)
{
	if (active)
		siglongjmp(*active, 1);
}

static void on_fault(int number)
{
	guard_trip();
	for (size_t i = 0; i < SIGNALS; i++) {
		if (signals[i] == number)
			sigaction(number, &before[i], NULL); /* the same instruction faults again */
	}
}

void guard_hold(void)
{
	struct sigaction action = {.sa_handler = on_fault, .sa_flags = SA_ONSTACK};
	pthread_mutex_lock(&mutex);
	for (size_t i = 0; i < SIGNALS && guarded == 0; i++)
		must(sigaction(signals[i], &action, &before[i]) == 0);
	guarded++;
	pthread_mutex_unlock(&mutex);
}

void guard_release(void)
{
	pthread_mutex_lock(&mutex);
	guarded--;
	for (size_t i = 0; i < SIGNALS && guarded == 0; i++)
		must(sigaction(signals[i], &before[i], NULL) == 0);
	pthread_mutex_unlock(&mutex);
}

int guard_run(int (*fn)(void *arg), void *arg)
{
	sigjmp_buf back;
	must(!active);
	guard_hold();
	if (sigsetjmp(back, 1) != 0) {
		active = NULL;
		guard_release();
		return ERR_DAMAGED;
	}
	active = &back;
	int err = fn(arg);
	active = NULL;
	guard_release();
	return err;
}
