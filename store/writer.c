#include "store/writer.h"

#include "lib/clean.h"
#include "lib/err.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { RETRY_MS = 200 };

struct writer {
	struct writer_options options;
	pthread_t thread;
	pthread_mutex_t mutex; /* over what follows */
	pthread_cond_t work, ended;
	bool has_work, is_done, stopping;
	int trouble;
};

/* Under the mutex: until there is work, or the end. */
static bool writer_waits(struct writer *writer)
{
	while (!writer->has_work && !writer->stopping)
		pthread_cond_wait(&writer->work, &writer->mutex);
	return writer->has_work;
}

/* Under the mutex: until it is worth another try. False: it is not. */
static bool writer_retries(struct writer *writer)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += RETRY_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	int rc = 0;
	while (!writer->stopping && rc != ETIMEDOUT && writer->trouble == ERR_DISK_FULL)
		rc = pthread_cond_timedwait(&writer->work, &writer->mutex, &until);
	while (!writer->stopping && writer->trouble != ERR_DISK_FULL)
		pthread_cond_wait(&writer->work, &writer->mutex);
	return !writer->stopping;
}

static void *writer_main(void *arg)
{
	struct writer *writer = arg;
	const struct writer_options *options = &writer->options;
	pthread_mutex_lock(&writer->mutex);
	while (writer_waits(writer)) {
		pthread_mutex_unlock(&writer->mutex);
		int err = options->commit(options->arg);
		pthread_mutex_lock(&writer->mutex);
		bool wake = (!err || err != writer->trouble) && options->wake && !writer->stopping;
		writer->trouble = err;
		writer->has_work = err != 0;
		writer->is_done = !err;
		pthread_cond_signal(&writer->ended);
		pthread_mutex_unlock(&writer->mutex);
		if (wake)
			options->wake(options->arg);
		if (!err && options->idle)
			options->idle(options->arg);
		pthread_mutex_lock(&writer->mutex);
		if (err && !writer_retries(writer))
			break;
	}
	pthread_mutex_unlock(&writer->mutex);
	return NULL;
}

int writer_new(struct writer **out, const struct writer_options *options)
{
	pthread_condattr_t monotonic;
	struct writer *writer = calloc(1, sizeof *writer);
	must(writer);
	writer->options = *options;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&writer->mutex, NULL);
	pthread_cond_init(&writer->work, &monotonic);
	pthread_cond_init(&writer->ended, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&writer->thread, NULL, writer_main, writer) != 0) {
		free(writer);
		return ERR_MEMORY;
	}
	*out = writer;
	return 0;
}

void writer_hand(struct writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	writer->has_work = true;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->mutex);
}

int writer_look(struct writer *writer, bool *done)
{
	pthread_mutex_lock(&writer->mutex);
	*done = writer->is_done;
	writer->is_done = false;
	int trouble = writer->trouble;
	pthread_mutex_unlock(&writer->mutex);
	return trouble;
}

void writer_wait(struct writer *writer)
{
	pthread_mutex_lock(&writer->mutex);
	while (writer->has_work && !writer->trouble)
		pthread_cond_wait(&writer->ended, &writer->mutex);
	pthread_mutex_unlock(&writer->mutex);
}

void writer_free(struct writer **at)
{
	struct writer *writer = *at;
	*at = NULL;
	if (!writer)
		return;
	pthread_mutex_lock(&writer->mutex);
	writer->stopping = true;
	pthread_cond_signal(&writer->work);
	pthread_mutex_unlock(&writer->mutex);
	pthread_join(writer->thread, NULL);
	pthread_cond_destroy(&writer->ended);
	pthread_cond_destroy(&writer->work);
	pthread_mutex_destroy(&writer->mutex);
	free(writer);
}
