/* prefetch.h: asks for memory that will be needed soon, so that it is there by then. Changes nothing but the time that
 * passes; does nothing where the compiler has no word for it. Worth it only where it was measured. */
#ifndef OCTO_BASE_PREFETCH_H
#define OCTO_BASE_PREFETCH_H

#include <stdint.h>

#if defined(__GNUC__)
#define OCTO_PREFETCH(address) __builtin_prefetch(address)
#else
#define OCTO_PREFETCH(address) ((void)(address))
#endif

#endif
