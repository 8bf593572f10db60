/* What the kernel knows of a TCP connection and libc's tcp_info does not tell. */
#ifndef WOT_TCP_BYTES_H
#define WOT_TCP_BYTES_H

#include <stdint.h>

uint64_t tcp_bytes_received(int fd); /* ever, read or not; 0 when it cannot be asked */

#endif
