/*
 * A daemon's main: arguments → configuration → stage → run → exit code (0 stopped as asked, 1 failed,
 * 2 wrong use or configuration).
 */
#ifndef WOT_APP_H
#define WOT_APP_H

#include "stage/stage.h"

int app_main(int argc, char **argv, const struct daemon *daemon);

#endif
