// libcurl as the wrapper in HandoffSystem sees it. CLibcurl.c looks for the library when it is first needed. Its variadic
// functions become one function for each kind of argument.
#ifndef HANDOFF_CLIBCURL_H
#define HANDOFF_CLIBCURL_H

#include <curl/curl.h>

typedef size_t (*handoff_curl_write_function)(char *bytes, size_t size, size_t count, void *context);
typedef int (*handoff_curl_progress_function)(void *context, curl_off_t download_total, curl_off_t downloaded,
                                              curl_off_t upload_total, curl_off_t uploaded);

// Loads libcurl and initializes it, once. Nothing else here may be called before it, or unless it returned CURLE_OK. Any
// thread may. CURLE_FAILED_INIT: it is not on this machine, or cannot be used.
CURLcode handoff_curl_load(void);

CURLcode handoff_curl_set_long(CURL *handle, CURLoption option, long value);
// A null pointer sets the option back to nothing, also where libcurl was built with a default.
CURLcode handoff_curl_set_string(CURL *handle, CURLoption option, const char *value);
CURLcode handoff_curl_set_pointer(CURL *handle, CURLoption option, void *value);
CURLcode handoff_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value);
CURLcode handoff_curl_set_writer(CURL *handle, CURLoption option, handoff_curl_write_function function);
CURLcode handoff_curl_set_progress(CURL *handle, handoff_curl_progress_function function);
CURLcode handoff_curl_get_long(CURL *handle, CURLINFO info, long *value);

// HTTP and HTTPS only, here and after a redirect. https://curl.se/libcurl/c/CURLOPT_PROTOCOLS_STR.html (7.85)
CURLcode handoff_curl_allow_http_only(CURL *handle);

// A name that is still being resolved is not waited for. https://curl.se/libcurl/c/CURLOPT_QUICK_EXIT.html (7.87)
CURLcode handoff_curl_quick_exit(CURL *handle);

#endif
