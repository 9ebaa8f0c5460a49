// What it takes to look into a Swift function value and to build one again: the images of this process, the
// Swift runtime's entry points, and raw reads. Everything here is mechanism; every decision is made in Swift.

#ifndef CAPTURE_METADATA_H
#define CAPTURE_METADATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_IMAGE_SEGMENT_LIMIT 16
#define CAPTURE_IMAGE_BUILD_ID_LIMIT 32

// A loadable segment, [start, end) in this process.
typedef struct {
    uintptr_t start;
    uintptr_t end;
    bool isWritable;
    bool isExecutable;
} CaptureImageSegment;

// An image that the dynamic linker has loaded.
typedef struct {
    // What is added to the image's own addresses.
    uintptr_t loadBias;
    // The linker's path; empty for the main executable.
    const char *path;
    uint32_t segmentCount;
    CaptureImageSegment segments[CAPTURE_IMAGE_SEGMENT_LIMIT];
    uint32_t buildIDLength;
    uint8_t buildID[CAPTURE_IMAGE_BUILD_ID_LIMIT];
} CaptureImage;

// Fills at most `capacity` images and returns how many there are.
size_t captureImages(CaptureImage *images, size_t capacity);

// A section of Swift's metadata in some image.
typedef struct {
    uintptr_t start;
    size_t length;
} CaptureSection;

// The sections of one image that the Swift runtime has registered and that the checks use.
typedef struct {
    CaptureSection protocols;
    CaptureSection conformances;
    CaptureSection types;
    CaptureSection captures;
} CaptureSections;

// Fills at most `capacity` entries and returns how many there are, or SIZE_MAX if the runtime's form is not known.
size_t captureSections(CaptureSections *sections, size_t capacity);

// A hash of everything in the image's segments that is loaded and cannot be written.
uint64_t captureImageContentHash(const CaptureImage *image);

// The Swift runtime.
void *captureAllocateObject(const void *metadata, size_t size, size_t alignmentMask);
void captureDeallocateUninitializedObject(void *object, size_t size, size_t alignmentMask);
void captureRetain(void *object);
void captureRelease(void *object);
const void *captureWitnessTable(const void *type, const void *protocol);

// Where the runtime's function lies that announces an access to a shared variable.
uintptr_t captureBeginAccessAddress(void);

// Resolves a mangled name as in a function with `parameterCount` generic parameters, of which `cumulativeCounts`
// tells how many there are up to each depth. NULL if the name means no type.
const void *captureTypeByMangledName(
    const char *name, size_t length, const uint16_t *cumulativeCounts, size_t depth, const void *const *arguments,
    size_t parameterCount);

// Calls the accessor of a generic or plain nominal type. `words` are its key arguments.
const void *captureTypeFromAccessor(const void *accessor, const void *const *words, size_t count);

// Reflection: the stored properties of all levels of a class, the topmost class first.
intptr_t captureFieldCount(const void *type);
const void *captureFieldType(const void *type, intptr_t index, const char **name, bool *isStrong);
intptr_t captureFieldOffset(const void *type, intptr_t index);

// A demangled name for messages, to be freed by the caller; NULL if it cannot be demangled.
char *captureDemangle(const char *name, size_t length);
void captureFree(void *memory);

#endif
