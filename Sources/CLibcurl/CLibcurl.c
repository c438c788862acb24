#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

// Hidden, so that libcurl's calls of its own functions do not come here.
#pragma GCC visibility push(hidden)

// Its macros that check a variadic call's types do not fit functions that take the option as a parameter.
#define CURL_DISABLE_TYPECHECK 1
#include "CLibcurl.h"

// Macros of these names would be expanded below.
#undef curl_easy_setopt
#undef curl_easy_getinfo

// The functions of libcurl that are used: result, name, parameters, arguments.
#define FUNCTIONS(F) \
  F(CURL *, curl_easy_init, (void), ()) \
  F(CURLcode, curl_easy_perform, (CURL *handle), (handle)) \
  F(void, curl_easy_reset, (CURL *handle), (handle)) \
  F(void, curl_easy_cleanup, (CURL *handle), (handle)) \
  F(const char *, curl_easy_strerror, (CURLcode code), (code)) \
  F(struct curl_slist *, curl_slist_append, (struct curl_slist *list, const char *text), (list, text)) \
  F(void, curl_slist_free_all, (struct curl_slist *list), (list))

#define DEFINE(type, name, parameters, arguments) \
  static type(*loaded_##name) parameters; \
  type name parameters { return loaded_##name arguments; }
#define FIND(type, name, parameters, arguments) \
  loaded_##name = (type(*) parameters)dlsym(library, #name); \
  if (loaded_##name == NULL) return;

FUNCTIONS(DEFINE)

static CURLcode (*initialize)(long flags);
static CURLcode (*set_option)(CURL *handle, CURLoption option, ...);
static CURLcode (*get_info)(CURL *handle, CURLINFO info, ...);

static const char *const names[] = {
#if defined(__APPLE__)
    "/usr/lib/libcurl.4.dylib",
#else
    "libcurl.so.4",
    "libcurl-gnutls.so.4",
    "libcurl-nss.so.4",
#endif
};

static CURLcode state = CURLE_FAILED_INIT;

static void load(void) {
  void *library = NULL;
  for (size_t index = 0; library == NULL && index < sizeof names / sizeof names[0]; index++) {
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  }
  if (library == NULL) return;
  FUNCTIONS(FIND)
  initialize = (CURLcode(*)(long))dlsym(library, "curl_global_init");
  set_option = (CURLcode(*)(CURL *, CURLoption, ...))dlsym(library, "curl_easy_setopt");
  get_info = (CURLcode(*)(CURL *, CURLINFO, ...))dlsym(library, "curl_easy_getinfo");
  if (initialize == NULL || set_option == NULL || get_info == NULL) return;
  state = initialize(CURL_GLOBAL_ALL);
}

CURLcode handoff_curl_load(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  return state;
}

CURLcode handoff_curl_set_long(CURL *handle, CURLoption option, long value) {
  return set_option(handle, option, value);
}

CURLcode handoff_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return set_option(handle, option, value);
}

CURLcode handoff_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return set_option(handle, option, value);
}

CURLcode handoff_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return set_option(handle, option, value);
}

CURLcode handoff_curl_set_writer(CURL *handle, CURLoption option, handoff_curl_write_function function) {
  return set_option(handle, option, function);
}

CURLcode handoff_curl_set_progress(CURL *handle, handoff_curl_progress_function function) {
  return set_option(handle, CURLOPT_XFERINFOFUNCTION, function);
}

CURLcode handoff_curl_get_long(CURL *handle, CURLINFO info, long *value) { return get_info(handle, info, value); }

// The library may be older or newer than the header: one that does not know an option says so.
CURLcode handoff_curl_allow_http_only(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
  CURLcode code = set_option(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  if (code == CURLE_OK) return set_option(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  if (code != CURLE_UNKNOWN_OPTION) return code;
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  long both = CURLPROTO_HTTP | CURLPROTO_HTTPS;
  CURLcode former = set_option(handle, CURLOPT_PROTOCOLS, both);
  return former != CURLE_OK ? former : set_option(handle, CURLOPT_REDIR_PROTOCOLS, both);
#pragma GCC diagnostic pop
}

CURLcode handoff_curl_quick_exit(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
  CURLcode code = set_option(handle, CURLOPT_QUICK_EXIT, 1L);
  return code == CURLE_UNKNOWN_OPTION ? CURLE_OK : code;
#else
  (void)handle;
  return CURLE_OK;
#endif
}
