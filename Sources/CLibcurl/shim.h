// libcurl as the wrapper in HandoffSystem sees it. Its variadic functions become one function for each kind of argument.
#ifndef HANDOFF_CLIBCURL_SHIM_H
#define HANDOFF_CLIBCURL_SHIM_H

// The macros that check a variadic call's types do not fit a function that takes the option as a parameter.
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>

typedef size_t (*handoff_curl_write_function)(char *bytes, size_t size, size_t count, void *context);
typedef int (*handoff_curl_progress_function)(void *context, curl_off_t download_total, curl_off_t downloaded,
                                              curl_off_t upload_total, curl_off_t uploaded);

static inline CURLcode handoff_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

// A null pointer sets the option back to nothing, also where libcurl was built with a default.
static inline CURLcode handoff_curl_set_string(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode handoff_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode handoff_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode handoff_curl_set_writer(CURL *handle, CURLoption option, handoff_curl_write_function function) {
  return curl_easy_setopt(handle, option, function);
}

static inline CURLcode handoff_curl_set_progress(CURL *handle, handoff_curl_progress_function function) {
  return curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, function);
}

static inline CURLcode handoff_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}

// HTTP and HTTPS only, here and after a redirect. https://curl.se/libcurl/c/CURLOPT_PROTOCOLS_STR.html (7.85)
static inline CURLcode handoff_curl_allow_http_only(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075500
  CURLcode code = curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  long both = CURLPROTO_HTTP | CURLPROTO_HTTPS;
  CURLcode code = curl_easy_setopt(handle, CURLOPT_PROTOCOLS, both);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS, both);
#endif
}

// A name that is still being resolved is not waited for. https://curl.se/libcurl/c/CURLOPT_QUICK_EXIT.html (7.87)
static inline CURLcode handoff_curl_quick_exit(CURL *handle) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
#else
  (void)handle;
  return CURLE_OK;
#endif
}

#endif
