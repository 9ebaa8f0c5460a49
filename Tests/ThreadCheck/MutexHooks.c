// Lets ThreadSanitizer see what happens in a mutex of Swift when two threads meet there.
//
// The quick ways through a Mutex are compiled into the program, where ThreadSanitizer sees them. The slow ones are in Swift's library,
// which is not built for it, so that the next owner would seem to have nothing to do with the one before. These functions take their
// place in the program, say what the library's do, and call them. Scripts/check-threads.sh links them into the program.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

extern void __tsan_acquire(void *address);
extern void __tsan_release(void *address);

typedef SWIFT void (*Lock)(uint32_t, SELF void *);
typedef SWIFT bool (*Try)(SELF void *);
typedef SWIFT void (*Unlock)(SELF void *);

static void *library(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL) {
        fprintf(stderr, "WARNING: ThreadSanitizer: Swift's library has no function %s\n", name);
        abort();
    }
    return function;
}

SWIFT void lockSlow(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT bool tryLockSlow(SELF void *mutex) __asm__(TRY);
SWIFT void unlockSlow(SELF void *mutex) __asm__(UNLOCK);

SWIFT void lockSlow(uint32_t thread, SELF void *mutex) {
    ((Lock)library(LOCK))(thread, mutex);
    __tsan_acquire(mutex);
}

SWIFT bool tryLockSlow(SELF void *mutex) {
    bool isLocked = ((Try)library(TRY))(mutex);
    if (isLocked) __tsan_acquire(mutex);
    return isLocked;
}

SWIFT void unlockSlow(SELF void *mutex) {
    __tsan_release(mutex);
    ((Unlock)library(UNLOCK))(mutex);
}
