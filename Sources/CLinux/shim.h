// What HandoffSystem asks of Linux alone. Variadic functions become one function for each use.
#ifndef HANDOFF_CLINUX_SHIM_H
#define HANDOFF_CLINUX_SHIM_H

#ifdef __linux__
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Orphaned descendants become children of this process. PR_SET_CHILD_SUBREAPER(2const), Linux 3.4
static inline int handoff_adopt_orphans(int adopts) { return prctl(PR_SET_CHILD_SUBREAPER, adopts, 0, 0, 0); }

// Whether they do, or -1. PR_GET_CHILD_SUBREAPER(2const)
static inline int handoff_adopts_orphans(void) {
  int adopts = -1;
  return prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0) == 0 ? adopts : -1;
}

// Makes a descriptor another one's copy, closed in what is started meanwhile too. dup3(2), Linux 2.6.27, which the libc
// declares only on request
static inline int handoff_dup3(int from, int to) { return (int)syscall(SYS_dup3, from, to, O_CLOEXEC); }
#endif

#endif
