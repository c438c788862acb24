// What HandoffSystem asks of Linux alone. Variadic functions become one function for each use.
#ifndef HANDOFF_CLINUX_SHIM_H
#define HANDOFF_CLINUX_SHIM_H

#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>

// Orphaned descendants become children of this process. PR_SET_CHILD_SUBREAPER(2const), Linux 3.4
static inline int handoff_adopt_orphans(int adopts) { return prctl(PR_SET_CHILD_SUBREAPER, adopts, 0, 0, 0); }

// Whether they do, or -1. PR_GET_CHILD_SUBREAPER(2const)
static inline int handoff_adopts_orphans(void) {
  int adopts = -1;
  return prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0) == 0 ? adopts : -1;
}

// Makes a descriptor another one's copy, with flags. dup3(2), Linux 2.6.27, which the libc declares only on request. Headers
// with the types of the libc's own module are not read here: Swift would take them for this module's.
extern long syscall(long number, ...);
static inline int handoff_dup3(int from, int to, int flags) { return (int)syscall(SYS_dup3, from, to, flags); }
#endif

#endif
