// libpq as the wrapper in HandoffSystem sees it. The functions of libpq that are declared here are defined in CLibpq.c, which
// looks for the library when it is first needed: it takes longer to load than all else at a start, and a machine without it
// still has a use for the program. Macros become functions, since Swift cannot read them all.
#ifndef HANDOFF_CLIBPQ_H
#define HANDOFF_CLIBPQ_H

// Debian, Ubuntu; Fedora, Arch, FreeBSD; Homebrew, on Apple's processors and on Intel's.
#if __has_include(<postgresql/libpq-fe.h>)
#include <postgresql/libpq-fe.h>
#elif __has_include(<libpq-fe.h>)
#include <libpq-fe.h>
#elif __has_include("/opt/homebrew/opt/libpq/include/libpq-fe.h")
#include "/opt/homebrew/opt/libpq/include/libpq-fe.h"
#elif __has_include("/usr/local/opt/libpq/include/libpq-fe.h")
#include "/usr/local/opt/libpq/include/libpq-fe.h"
#else
#error "libpq-fe.h is missing: apt-get install libpq-dev, or brew install libpq"
#endif

// Loads libpq, once. Nothing else here may be called before it, or unless it returned 1. Any thread may.
int handoff_pq_load(void);

// https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQRESULTERRORFIELD
const char *handoff_pq_sqlstate(const PGresult *result);
const char *handoff_pq_primary_message(const PGresult *result);
const char *handoff_pq_source_function(const PGresult *result);
const char *handoff_pq_detail(const PGresult *result);
const char *handoff_pq_hint(const PGresult *result);
const char *handoff_pq_position(const PGresult *result);
const char *handoff_pq_context(const PGresult *result);

// What a server says besides its answers is not for the terminal, where libpq would print it.
void handoff_pq_drop_notices(PGconn *connection);

#endif
