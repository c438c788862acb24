// libpq as the wrapper in HandoffSystem sees it. Macros become functions here, since Swift cannot read them all.
#ifndef HANDOFF_CLIBPQ_SHIM_H
#define HANDOFF_CLIBPQ_SHIM_H

#include <libpq-fe.h>

// https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQRESULTERRORFIELD
static inline const char *handoff_pq_sqlstate(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

static inline const char *handoff_pq_primary_message(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

static inline const char *handoff_pq_source_function(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
}

static inline const char *handoff_pq_detail(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
}

static inline const char *handoff_pq_hint(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
}

static inline const char *handoff_pq_position(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
}

static inline const char *handoff_pq_context(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_CONTEXT);
}

// What a server says besides its answers is not for the terminal, where libpq would print it.
static inline void handoff_pq_drop_notice(void *context, const PGresult *result) {
  (void)context;
  (void)result;
}

static inline void handoff_pq_drop_notices(PGconn *connection) {
  PQsetNoticeReceiver(connection, handoff_pq_drop_notice, NULL);
}

#endif
