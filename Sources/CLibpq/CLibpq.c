#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

// Hidden, so that libpq's calls of its own functions do not come here.
#pragma GCC visibility push(hidden)

#include "CLibpq.h"

// The functions of libpq that are used: result, name, parameters, arguments. All are there since PostgreSQL 12.
#define FUNCTIONS(F) \
  F(PQconninfoOption *, PQconndefaults, (void), ()) \
  F(void, PQconninfoFree, (PQconninfoOption *options), (options)) \
  F(PGconn *, PQconnectStartParams, (const char *const *keywords, const char *const *values, int expand), \
    (keywords, values, expand)) \
  F(PostgresPollingStatusType, PQconnectPoll, (PGconn *connection), (connection)) \
  F(void, PQfinish, (PGconn *connection), (connection)) \
  F(ConnStatusType, PQstatus, (const PGconn *connection), (connection)) \
  F(int, PQsocket, (const PGconn *connection), (connection)) \
  F(char *, PQerrorMessage, (const PGconn *connection), (connection)) \
  F(int, PQconnectionNeedsPassword, (const PGconn *connection), (connection)) \
  F(char *, PQhost, (const PGconn *connection), (connection)) \
  F(char *, PQport, (const PGconn *connection), (connection)) \
  F(char *, PQdb, (const PGconn *connection), (connection)) \
  F(char *, PQuser, (const PGconn *connection), (connection)) \
  F(const char *, PQparameterStatus, (const PGconn *connection, const char *name), (connection, name)) \
  F(int, PQsslInUse, (PGconn *connection), (connection)) \
  F(int, PQgssEncInUse, (PGconn *connection), (connection)) \
  F(int, PQsetnonblocking, (PGconn *connection, int isOn), (connection, isOn)) \
  F(PGVerbosity, PQsetErrorVerbosity, (PGconn *connection, PGVerbosity verbosity), (connection, verbosity)) \
  F(PQnoticeReceiver, PQsetNoticeReceiver, (PGconn *connection, PQnoticeReceiver receiver, void *context), \
    (connection, receiver, context)) \
  F(PGcancel *, PQgetCancel, (PGconn *connection), (connection)) \
  F(int, PQcancel, (PGcancel *cancel, char *error, int size), (cancel, error, size)) \
  F(void, PQfreeCancel, (PGcancel *cancel), (cancel)) \
  F(int, PQsendQuery, (PGconn *connection, const char *query), (connection, query)) \
  F(int, PQsendQueryParams, \
    (PGconn *connection, const char *query, int count, const Oid *types, const char *const *values, \
     const int *lengths, const int *formats, int format), \
    (connection, query, count, types, values, lengths, formats, format)) \
  F(int, PQsetSingleRowMode, (PGconn *connection), (connection)) \
  F(int, PQgetCopyData, (PGconn *connection, char **row, int isAsync), (connection, row, isAsync)) \
  F(int, PQflush, (PGconn *connection), (connection)) \
  F(int, PQisBusy, (PGconn *connection), (connection)) \
  F(int, PQconsumeInput, (PGconn *connection), (connection)) \
  F(PGnotify *, PQnotifies, (PGconn *connection), (connection)) \
  F(void, PQfreemem, (void *memory), (memory)) \
  F(PGresult *, PQgetResult, (PGconn *connection), (connection)) \
  F(void, PQclear, (PGresult *result), (result)) \
  F(ExecStatusType, PQresultStatus, (const PGresult *result), (result)) \
  F(char *, PQresultErrorField, (const PGresult *result, int field), (result, field)) \
  F(int, PQntuples, (const PGresult *result), (result)) \
  F(int, PQnfields, (const PGresult *result), (result)) \
  F(int, PQgetlength, (const PGresult *result, int row, int column), (result, row, column)) \
  F(int, PQgetisnull, (const PGresult *result, int row, int column), (result, row, column)) \
  F(char *, PQgetvalue, (const PGresult *result, int row, int column), (result, row, column))

#define DEFINE(type, name, parameters, arguments) \
  static type(*loaded_##name) parameters; \
  type name parameters { return loaded_##name arguments; }
#define FIND(type, name, parameters, arguments) \
  loaded_##name = (type(*) parameters)dlsym(library, #name); \
  if (loaded_##name == NULL) return;

FUNCTIONS(DEFINE)

static const char *const names[] = {
#if defined(__APPLE__)
    "/opt/homebrew/opt/libpq/lib/libpq.5.dylib",
    "/usr/local/opt/libpq/lib/libpq.5.dylib",
    "libpq.5.dylib",
#else
    "libpq.so.5",
#endif
};

static int isLoaded = 0;

static void load(void) {
  void *library = NULL;
  for (size_t index = 0; library == NULL && index < sizeof names / sizeof names[0]; index++) {
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  }
  if (library == NULL) return;
  FUNCTIONS(FIND)
  isLoaded = 1;
}

int handoff_pq_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return isLoaded;
}

const char *handoff_pq_sqlstate(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_SQLSTATE); }

const char *handoff_pq_primary_message(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

const char *handoff_pq_source_function(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
}

const char *handoff_pq_detail(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL); }

const char *handoff_pq_hint(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_MESSAGE_HINT); }

const char *handoff_pq_position(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
}

const char *handoff_pq_context(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_CONTEXT); }

static void drop_notice(void *context, const PGresult *result) {
  (void)context;
  (void)result;
}

void handoff_pq_drop_notices(PGconn *connection) { PQsetNoticeReceiver(connection, drop_notice, NULL); }
