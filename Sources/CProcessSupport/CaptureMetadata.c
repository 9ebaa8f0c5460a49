#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "CaptureMetadata.h"

#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

// MARK: - Images

typedef struct {
    CaptureImage *images;
    size_t capacity;
    size_t count;
} ImageCollection;

// Looks for the linker's build id among the notes of one segment.
static void readBuildID(CaptureImage *image, const uint8_t *notes, size_t length) {
    size_t position = 0;
    while (position + sizeof(ElfW(Nhdr)) <= length) {
        ElfW(Nhdr) header;
        memcpy(&header, notes + position, sizeof header);
        position += sizeof header;
        size_t nameLength = ((size_t)header.n_namesz + 3) & ~(size_t)3;
        size_t valueLength = ((size_t)header.n_descsz + 3) & ~(size_t)3;
        if (nameLength > length - position || valueLength > length - position - nameLength) return;
        if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4 &&
            memcmp(notes + position, "GNU", 4) == 0) {
            size_t size = header.n_descsz;
            if (size > CAPTURE_IMAGE_BUILD_ID_LIMIT) size = CAPTURE_IMAGE_BUILD_ID_LIMIT;
            memcpy(image->buildID, notes + position + nameLength, size);
            image->buildIDLength = (uint32_t)size;
            return;
        }
        position += nameLength + valueLength;
    }
}

static int collectImage(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    ImageCollection *collection = context;
    size_t index = collection->count++;
    if (index >= collection->capacity) return 0;
    CaptureImage *image = &collection->images[index];
    memset(image, 0, sizeof *image);
    image->loadBias = info->dlpi_addr;
    image->path = info->dlpi_name ? info->dlpi_name : "";
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_LOAD && image->segmentCount < CAPTURE_IMAGE_SEGMENT_LIMIT) {
            CaptureImageSegment *segment = &image->segments[image->segmentCount++];
            segment->start = info->dlpi_addr + header->p_vaddr;
            segment->end = segment->start + header->p_memsz;
            segment->isWritable = (header->p_flags & PF_W) != 0;
            segment->isExecutable = (header->p_flags & PF_X) != 0;
        } else if (header->p_type == PT_NOTE && image->buildIDLength == 0) {
            readBuildID(image, (const uint8_t *)(info->dlpi_addr + header->p_vaddr), header->p_memsz);
        }
    }
    return 0;
}

size_t captureImages(CaptureImage *images, size_t capacity) {
    ImageCollection collection = {images, capacity, 0};
    dl_iterate_phdr(collectImage, &collection);
    return collection.count;
}

// Four independent lanes, so that the multiplications of one word overlap with those of the next.
uint64_t captureImageContentHash(const CaptureImage *image) {
    uint64_t lanes[4] = {
        0x9e3779b97f4a7c15u, 0xc2b2ae3d27d4eb4fu, 0x165667b19e3779f9u, 0x27d4eb2f165667c5u};
    for (uint32_t i = 0; i < image->segmentCount; i++) {
        const CaptureImageSegment *segment = &image->segments[i];
        if (segment->isWritable) continue;
        const uint8_t *bytes = (const uint8_t *)segment->start;
        size_t length = segment->end - segment->start;
        size_t position = 0;
        for (; position + 32 <= length; position += 32) {
            uint64_t words[4];
            memcpy(words, bytes + position, 32);
            for (int lane = 0; lane < 4; lane++) {
                lanes[lane] = (lanes[lane] ^ words[lane]) * 0x9fb21c651e98df25u;
                lanes[lane] ^= lanes[lane] >> 32;
            }
        }
        for (; position < length; position++) lanes[0] = (lanes[0] ^ bytes[position]) * 0x100000001b3u;
        lanes[1] ^= length;
    }
    uint64_t hash = 0;
    for (int lane = 0; lane < 4; lane++) {
        hash = (hash ^ lanes[lane]) * 0x9fb21c651e98df25u;
        hash ^= hash >> 29;
    }
    return hash;
}

// MARK: - Swift's metadata sections

// The runtime's record of one image, versions 3 to 5: the ranges that are used here lie at the same place in all
// of them, later versions only append.
typedef struct {
    uintptr_t version;
    const void *baseAddress;
    uintptr_t unused0;
    uintptr_t unused1;
    CaptureSection protocols;
    CaptureSection conformances;
    CaptureSection types;
    CaptureSection typeReferences;
    CaptureSection reflectionStrings;
    CaptureSection fields;
    CaptureSection associatedTypes;
    CaptureSection dynamicReplacements;
    CaptureSection dynamicReplacementScopes;
    CaptureSection builtinTypes;
    CaptureSection captures;
} RuntimeSections;

// Both are declared with Swift's convention by the runtime; for two pointers it is the same as C's.
extern void swift_enumerateAllMetadataSections(
    bool (*body)(const RuntimeSections *, void *), void *context) __attribute__((swiftcall));

typedef struct {
    CaptureSections *sections;
    size_t capacity;
    size_t count;
    bool isUnknown;
} SectionCollection;

static bool collectSections(const RuntimeSections *sections, void *context) {
    SectionCollection *collection = context;
    if (sections->version < 3 || sections->version > 16) {
        collection->isUnknown = true;
        return false;
    }
    size_t index = collection->count++;
    if (index < collection->capacity) {
        CaptureSections *entry = &collection->sections[index];
        entry->protocols = sections->protocols;
        entry->conformances = sections->conformances;
        entry->types = sections->types;
        entry->captures = sections->captures;
    }
    return true;
}

size_t captureSections(CaptureSections *sections, size_t capacity) {
    SectionCollection collection = {sections, capacity, 0, false};
    swift_enumerateAllMetadataSections(collectSections, &collection);
    return collection.isUnknown ? SIZE_MAX : collection.count;
}

// MARK: - Objects

extern void *swift_allocObject(const void *metadata, size_t size, size_t alignmentMask);
extern void swift_deallocUninitializedObject(void *object, size_t size, size_t alignmentMask);
extern void *swift_retain(void *object);
extern void swift_release(void *object);
extern const void *swift_conformsToProtocol(const void *type, const void *protocol);

void *captureAllocateObject(const void *metadata, size_t size, size_t alignmentMask) {
    return swift_allocObject(metadata, size, alignmentMask);
}

void captureDeallocateUninitializedObject(void *object, size_t size, size_t alignmentMask) {
    swift_deallocUninitializedObject(object, size, alignmentMask);
}

void captureRetain(void *object) { swift_retain(object); }

void captureRelease(void *object) { swift_release(object); }

const void *captureWitnessTable(const void *type, const void *protocol) {
    return swift_conformsToProtocol(type, protocol);
}

extern void swift_beginAccess(void *address, void *buffer, uintptr_t flags, void *caller);

uintptr_t captureBeginAccessAddress(void) { return (uintptr_t)&swift_beginAccess; }

// MARK: - Types

extern const void *swift_getTypeByMangledNameInEnvironment(
    const char *name, size_t length, const void *environment, const void *const *arguments)
    __attribute__((swiftcall));

#define ENVIRONMENT_DEPTH_LIMIT 16
#define ENVIRONMENT_PARAMETER_LIMIT 64

// A generic environment as the compiler emits it: the number of levels in the low 12 bits (the number of requirements,
// here none, above them), the cumulative counts, then a byte per parameter: 0x80, a type that has an argument.
typedef struct {
    uint32_t flags;
    uint8_t trailing[ENVIRONMENT_DEPTH_LIMIT * 2 + ENVIRONMENT_PARAMETER_LIMIT];
} GenericEnvironment;

const void *captureTypeByMangledName(
    const char *name, size_t length, const uint16_t *cumulativeCounts, size_t depth, const void *const *arguments,
    size_t parameterCount) {
    if (depth > ENVIRONMENT_DEPTH_LIMIT || parameterCount > ENVIRONMENT_PARAMETER_LIMIT) return NULL;
    GenericEnvironment environment;
    memset(&environment, 0, sizeof environment);
    environment.flags = (uint32_t)depth;
    if (depth > 0) memcpy(environment.trailing, cumulativeCounts, depth * 2);
    memset(environment.trailing + depth * 2, 0x80, parameterCount);
    return swift_getTypeByMangledNameInEnvironment(name, length, &environment, arguments);
}

typedef struct {
    const void *type;
    size_t state;
} MetadataResponse;

typedef MetadataResponse (*Accessor0)(size_t) __attribute__((swiftcall));
typedef MetadataResponse (*Accessor1)(size_t, const void *) __attribute__((swiftcall));
typedef MetadataResponse (*Accessor2)(size_t, const void *, const void *) __attribute__((swiftcall));
typedef MetadataResponse (*Accessor3)(size_t, const void *, const void *, const void *) __attribute__((swiftcall));
typedef MetadataResponse (*AccessorN)(size_t, const void *const *) __attribute__((swiftcall));

const void *captureTypeFromAccessor(const void *accessor, const void *const *words, size_t count) {
    // Request 0: complete metadata, and wait for it.
    switch (count) {
    case 0: return ((Accessor0)(uintptr_t)accessor)(0).type;
    case 1: return ((Accessor1)(uintptr_t)accessor)(0, words[0]).type;
    case 2: return ((Accessor2)(uintptr_t)accessor)(0, words[0], words[1]).type;
    case 3: return ((Accessor3)(uintptr_t)accessor)(0, words[0], words[1], words[2]).type;
    default: return ((AccessorN)(uintptr_t)accessor)(0, words).type;
    }
}

// MARK: - Reflection

typedef struct {
    const char *name;
    void (*freeName)(const char *);
    bool isStrong;
    bool isVariable;
} ReflectedField;

extern intptr_t swift_reflectionMirror_recursiveCount(const void *type) __attribute__((swiftcall));
extern const void *swift_reflectionMirror_recursiveChildMetadata(
    const void *type, intptr_t index, ReflectedField *field) __attribute__((swiftcall));
extern intptr_t swift_reflectionMirror_recursiveChildOffset(const void *type, intptr_t index)
    __attribute__((swiftcall));

intptr_t captureFieldCount(const void *type) { return swift_reflectionMirror_recursiveCount(type); }

const void *captureFieldType(const void *type, intptr_t index, const char **name, bool *isStrong) {
    ReflectedField field = {0};
    const void *result = swift_reflectionMirror_recursiveChildMetadata(type, index, &field);
    *name = field.name ? strdup(field.name) : NULL;
    *isStrong = field.isStrong;
    if (field.freeName) field.freeName(field.name);
    return result;
}

intptr_t captureFieldOffset(const void *type, intptr_t index) {
    return swift_reflectionMirror_recursiveChildOffset(type, index);
}

extern char *swift_demangle(
    const char *name, size_t length, char *output, size_t *outputSize, uint32_t flags);

char *captureDemangle(const char *name, size_t length) { return swift_demangle(name, length, NULL, NULL, 0); }

void captureFree(void *memory) { free(memory); }
