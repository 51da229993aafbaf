/*
 * A machine that a drill can make worse while a program runs on it, loaded into that program with LD_PRELOAD.
 *
 * The file WORN_CONTROL holds three numbers of 64 bits in the order of the machine, which the drill writes at any time:
 *
 *     0   microseconds by which the clock that people set is ahead; the monotonic clock is left alone
 *     8   microseconds that every sync of a file takes longer
 *    16   not 0: the disk is full, and pwrite says so
 *
 * Only what Node.js and the SQLite in it call is modelled.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct control {
  volatile int64_t step_us, sync_us, full;
};

static const struct control sound;
static const struct control *control = &sound;

/* The function of the C library that ours stands in front of. */
#define REAL(name)                                                             \
  static __typeof__(name) *real;                                               \
  if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("WORN_CONTROL");
  int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  void *map = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (map != MAP_FAILED) control = map;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  REAL(clock_gettime);
  int failed = real(clock, time);
  if (failed == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    int64_t ns = time->tv_nsec + control->step_us % 1000000 * 1000;
    time->tv_sec += control->step_us / 1000000 + (ns < 0 ? -1 : ns / 1000000000);
    time->tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
  }
  return failed;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  int failed = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return failed;
}

static void wait_longer(void) {
  if (control->sync_us > 0) usleep((useconds_t)control->sync_us);
}

int fsync(int file) {
  REAL(fsync);
  wait_longer();
  return real(file);
}

int fdatasync(int file) {
  REAL(fdatasync);
  wait_longer();
  return real(file);
}

static int is_full(void) {
  if (control->full != 0) errno = ENOSPC;
  return control->full != 0;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  REAL(pwrite64);
  return is_full() ? -1 : real(file, bytes, count, offset);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  REAL(pwrite);
  return is_full() ? -1 : real(file, bytes, count, offset);
}
