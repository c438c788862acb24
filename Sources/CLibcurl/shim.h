// libcurl as the wrapper in HandoffSystem sees it. Its variadic functions become one function for each kind of argument.
#ifndef HANDOFF_CLIBCURL_SHIM_H
#define HANDOFF_CLIBCURL_SHIM_H

#include <curl/curl.h>

#endif
