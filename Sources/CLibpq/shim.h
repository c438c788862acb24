// libpq as the wrapper in HandoffSystem sees it. Macros become functions here, since Swift cannot read them all.
#ifndef HANDOFF_CLIBPQ_SHIM_H
#define HANDOFF_CLIBPQ_SHIM_H

#include <libpq-fe.h>

#endif
