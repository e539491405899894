/* check.h: assertions against the caller's faults. They stay on in release builds: a robot that stops is better than
 * one that goes on with a broken core. Never used on anything a peer sends. */
#ifndef OCTO_BASE_CHECK_H
#define OCTO_BASE_CHECK_H

#ifdef NDEBUG
#error "the core keeps its assertions in release builds: build without NDEBUG"
#endif
#include <assert.h>

#define OCTO_ASSERT(condition) assert(condition)

#endif
