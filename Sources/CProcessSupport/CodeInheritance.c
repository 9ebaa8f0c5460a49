#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CodeInheritance.h"

#ifdef __linux__

#include <fcntl.h>
#include <link.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

// The headers may be older than the system.
#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif
#ifndef UFFD_FEATURE_WP_ASYNC
#define UFFD_FEATURE_WP_ASYNC (1 << 15)
#endif

enum { maximum_segments = 256 };

struct segment {
    uintptr_t start, end;
    int is_writable;
};

// Used by one thread, from the beginning of noting to its end.
static struct segment segments[maximum_segments];
static int segment_count;

static uintptr_t page_size(void) { return (uintptr_t)sysconf(_SC_PAGESIZE); }

static int collect(struct dl_phdr_info *image, size_t size, void *unused) {
    (void)size, (void)unused;
    // What the kernel lends has no file.
    if (image->dlpi_addr == getauxval(AT_SYSINFO_EHDR)) return 0;
    for (int index = 0; index < image->dlpi_phnum && segment_count < maximum_segments; index++) {
        const ElfW(Phdr) *header = &image->dlpi_phdr[index];
        if (header->p_type != PT_LOAD) continue;
        uintptr_t start = image->dlpi_addr + header->p_vaddr, end = start + header->p_memsz;
        segments[segment_count++] = (struct segment){
            start & ~(page_size() - 1), (end + page_size() - 1) & ~(page_size() - 1), (header->p_flags & PF_W) != 0};
    }
    return 0;
}

// What is known of the pages from one on: the words that the system has for up to `count` of them.
static size_t read_states(int pages, uintptr_t start, uintptr_t end, uint64_t *states, size_t count) {
    if (count > (end - start) / page_size()) count = (end - start) / page_size();
    ssize_t size = pread(pages, states, count * sizeof *states, (off_t)(start / page_size() * sizeof *states));
    return size > 0 ? (size_t)size / sizeof *states : 0;
}

// Whether a page is there, and is as it is in its file; a debugger, for one, may have changed it.
static int is_of_file(uint64_t state) { return state >> 63 & 1 && state >> 61 & 1; }

enum { states_at_once = 512 };

// Leaves the pages that are as in the file for the next use.
static void unmap_unchanged(int pages, struct segment segment) {
    uint64_t states[states_at_once];
    for (uintptr_t place = segment.start; place < segment.end;) {
        size_t count = read_states(pages, place, segment.end, states, states_at_once);
        if (count == 0) return;
        for (size_t first = 0; first < count;) {
            size_t next = first;
            while (next < count && is_of_file(states[next])) next++;
            if (next > first) madvise((void *)(place + first * page_size()), (next - first) * page_size(), MADV_DONTNEED);
            first = next + 1;
        }
        place += count * page_size();
    }
}

// The first page that is mapped, or 0.
static uintptr_t mapped_page(int pages, struct segment segment) {
    uint64_t states[states_at_once];
    for (uintptr_t place = segment.start; place < segment.end;) {
        size_t count = read_states(pages, place, segment.end, states, states_at_once);
        if (count == 0) return 0;
        for (size_t index = 0; index < count; index++) {
            if (states[index] >> 63 & 1) return place + index * page_size();
        }
        place += count * page_size();
    }
    return 0;
}

static int make_watch(void) {
    int watch = (int)syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY);
    if (watch < 0) return -1;
    struct uffdio_api version = {.api = UFFD_API, .features = UFFD_FEATURE_WP_ASYNC};
    if (ioctl(watch, UFFDIO_API, &version) == 0) return watch;
    close(watch);
    return -1;
}

int cps_can_note_code(void) {
    int watch = make_watch();
    if (watch >= 0) close(watch);
    return watch >= 0;
}

int cps_begin_noting_code(void) {
    int pages = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (pages < 0) return -1;
    int watch = make_watch();
    if (watch < 0) {
        close(pages);
        return -1;
    }
    segment_count = 0;
    dl_iterate_phdr(collect, NULL);
    int kept = 0;
    for (int index = 0; index < segment_count; index++) {
        struct segment segment = segments[index];
        // What is watched like this is mapped page by page. Nothing is protected, so nobody is ever held up.
        struct uffdio_register order = {
            .range = {segment.start, segment.end - segment.start}, .mode = UFFDIO_REGISTER_MODE_WP};
        if (ioctl(watch, UFFDIO_REGISTER, &order) != 0) continue;
        unmap_unchanged(pages, segment);
        segments[kept++] = segment;
    }
    segment_count = kept;
    close(pages);
    return watch;
}

void cps_end_noting_code(int watch) {
    int memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    int pages = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    for (int index = 0; index < segment_count && memory >= 0 && pages >= 0; index++) {
        if (segments[index].is_writable) continue;
        uintptr_t page = mapped_page(pages, segments[index]);
        if (page == 0) continue;
        unsigned char first = *(volatile unsigned char *)page;
        // What matters is not the byte, which stays as it is, but that the page becomes this process's own.
        (void)!pwrite(memory, &first, 1, (off_t)page);
    }
    if (memory >= 0) close(memory);
    if (pages >= 0) close(pages);
    close(watch);
}

#else

int cps_can_note_code(void) { return 0; }
int cps_begin_noting_code(void) { return -1; }
void cps_end_noting_code(int watch) { (void)watch; }

#endif
