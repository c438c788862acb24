// What HandoffSystem asks of Linux alone. Variadic functions become one function for each use.
#ifndef HANDOFF_CLINUX_SHIM_H
#define HANDOFF_CLINUX_SHIM_H

#ifdef __linux__
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>

// Orphaned descendants become children of this process. PR_SET_CHILD_SUBREAPER(2const), Linux 3.4
static inline int handoff_adopt_orphans(int adopts) { return prctl(PR_SET_CHILD_SUBREAPER, adopts, 0, 0, 0); }

// Whether they do, or -1. PR_GET_CHILD_SUBREAPER(2const)
static inline int handoff_adopts_orphans(void) {
  int adopts = -1;
  return prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0) == 0 ? adopts : -1;
}

// How many bytes a connection of TCP has received, or -1. The field, tcpi_bytes_received (Linux 4.1), is not in every
// libc's struct tcp_info, and the kernel's own header does not go together with libc's; its offset is the kernel's.
static inline long long handoff_tcp_bytes_received(int descriptor) {
  struct {
    unsigned char before[128];
    unsigned long long bytes_received;
  } info;
  socklen_t size = sizeof info;
  if (getsockopt(descriptor, IPPROTO_TCP, 11 /* TCP_INFO */, &info, &size) != 0 || size < sizeof info) return -1;
  return (long long)info.bytes_received;
}
#endif

#endif
